//! Makes text that others wrote safe to show: no control character, terminal escape, markup or mention of it takes effect.

use std::fmt::Write as _;

/// Whether a character could move the cursor, reorder or hide text, or break a line.
pub(super) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            u32::from(character),
            // Soft hyphen, Arabic letter mark, zero-width space, direction marks, line and paragraph separators, embeddings and
            // isolates, invisible operators, byte order mark, interlinear annotations, tags.
            0xAD | 0x61C | 0x200B | 0x200E..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF | 0xFFF9..=0xFFFB | 0xE0000..=0xE007F
        )
}

/// One line in which every hidden character is written out: `\n`, `\t`, `\u{1b}`.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            hidden if is_hidden(hidden) => {
                // Writing into a string cannot fail.
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(hidden));
            }
            plain => shown.push(plain),
        }
    }
    shown
}

/// Text for running Markdown and table cells: no markup, link, HTML, mention or issue reference of it takes effect.
pub(super) fn markdown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            // A mention, and an address that GitHub would link, end at an entity; so do `#12`, `a://b` and `www.`.
            '@' => safe.push_str("&#64;"),
            '#' => safe.push_str("&#35;"),
            ':' => safe.push_str("&#58;"),
            '.' => safe.push_str("&#46;"),
            '|' => safe.push_str("&#124;"),
            '`' => safe.push_str("&#96;"),
            '\\' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '!' | '~' | '+' | '-' | '=' | '$' => {
                safe.push('\\');
                safe.push(character);
            }
            plain => safe.push(plain),
        }
    }
    safe
}

/// A literal in Markdown. It is HTML and not backticks, because between backticks a table still splits at `|`, and a backtick of the
/// text would end the code.
pub(super) fn code(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 13);
    safe.push_str("<code>");
    for character in visible(text).chars() {
        match character {
            letter if letter.is_alphanumeric() => safe.push(letter),
            ' ' | '/' | '"' | ',' | ';' => safe.push(character),
            // Markdown is read within `<code>` too, so whatever could be markup is an entity, which never is.
            other => {
                let _ = write!(safe, "&#{};", u32::from(other));
            }
        }
    }
    safe.push_str("</code>");
    safe
}

/// A fenced block in Markdown of lines that are already one line each.
pub(super) fn fence(language: &str, lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_run(line, '`')).max().unwrap_or_default();
    let ticks = "`".repeat(longest.max(2) + 1);
    let mut block = format!("{ticks}{language}\n");
    for line in lines {
        block.push_str(&visible(line));
        block.push('\n');
    }
    block.push_str(&ticks);
    block
}

fn longest_run(text: &str, wanted: char) -> usize {
    let (mut longest, mut run) = (0, 0);
    for character in text.chars() {
        run = if character == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// A word for a shell, in single quotes.
pub(super) fn shell(text: &str) -> String {
    format!("'{}'", visible(text).replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hidden_characters_are_written_out() {
        assert_eq!(visible("a\u{1b}[31mb\r\n\u{9b}\u{202e}c"), r"a\u{1b}[31mb\r\n\u{9b}\u{202e}c");
    }

    #[test]
    fn markup_takes_no_effect_in_markdown() {
        assert_eq!(
            markdown("<!-- | `x` @team #1 https://a.b [l](u)"),
            r"&lt;\!\-\- &#124; &#96;x&#96; &#64;team &#35;1 https&#58;//a&#46;b \[l\]\(u\)"
        );
        assert_eq!(code("a|b"), "<code>a&#124;b</code>");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fence("hcl", &["````".to_owned()]), "`````hcl\n````\n`````");
    }

    proptest! {
        #[test]
        fn nothing_hidden_remains(text in any::<String>()) {
            prop_assert!(!visible(&text).chars().any(is_hidden));
            prop_assert!(!markdown(&text).chars().any(|c| is_hidden(c) || "<>|`@".contains(c)));
            prop_assert!(!shell(&text).chars().any(is_hidden));
        }
    }
}
