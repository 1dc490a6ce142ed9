//! Makes text that others wrote safe to show: no control character, terminal escape, markup or mention of it takes effect.

/// Whether a character could move the cursor, reorder or hide text, or break a line.
pub(super) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            u32::from(character),
            // Soft hyphen, Arabic letter mark, zero-width space, direction marks, line and paragraph separators, embeddings and
            // isolates, invisible operators, byte order mark, interlinear annotations, what is no character (and has no place in XML), tags.
            0xAD | 0x61C | 0x200B | 0x200E..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF | 0xFFF9..=0xFFFB | 0xFFFE..=0xFFFF | 0xE0000..=0xE007F
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
                put!(shown, "\\u{{{:x}}}", u32::from(hidden));
            }
            plain => shown.push(plain),
        }
    }
    shown
}

/// Text for running Markdown and table cells: no markup, link, HTML, mention or issue reference of it takes effect.
pub(super) fn markdown(text: &str) -> String {
    at_start(&inline(text))
}

/// Keeps the start of a text from beginning a list, a heading or indented code.
fn at_start(text: &str) -> String {
    let rest = text.trim_start_matches(|character: char| character.is_ascii_digit());
    let digits = text.strip_suffix(rest).unwrap_or_default();
    match rest.strip_prefix(' ') {
        Some(rest) if digits.is_empty() => format!("&#32;{rest}"),
        _ if rest.starts_with(if digits.is_empty() { ['-', '+', '='] } else { ['.', ')', '.'] }) => format!("{digits}\\{rest}"),
        _ => text.to_owned(),
    }
}

fn inline(text: &str) -> String {
    // An entity for a space of no width: GitHub looks for mentions, references and addresses after it has decoded entities, so
    // writing `@` as one would not do.
    const APART: &str = "&#8203;";
    let shown = visible(text);
    let mut safe = String::with_capacity(shown.len());
    for character in shown.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '|' => safe.push_str("&#124;"),
            '`' => safe.push_str("&#96;"),
            '@' | '#' => {
                safe.push(character);
                safe.push_str(APART);
            }
            '/' if safe.ends_with(':') => {
                safe.push_str(APART);
                safe.push('/');
            }
            '.' if safe.to_ascii_lowercase().ends_with("www") => {
                safe.push_str(APART);
                safe.push('.');
            }
            '\\' | '*' | '_' | '{' | '}' | '[' | ']' | '~' | '$' | '!' => {
                safe.push('\\');
                safe.push(character);
            }
            plain => safe.push(plain),
        }
    }
    safe
}

/// A literal in Markdown, as a code span that no backtick of it ends.
pub(super) fn code(text: &str) -> String {
    let shown = visible(text);
    if shown.is_empty() {
        return "(empty)".to_owned();
    }
    let ticks = "`".repeat(longest_run(&shown, '`') + 1);
    // One space at each end is not part of the code, so text that starts or ends with a backtick or a space gets one.
    let pad = if shown.starts_with(['`', ' ']) || shown.ends_with(['`', ' ']) { " " } else { "" };
    format!("{ticks}{pad}{shown}{pad}{ticks}")
}

/// A sentence in which backticks stand round literals, as our own sentences have them; anything else is as in [`markdown`].
pub(super) fn prose(text: &str) -> String {
    prose_with(text, code)
}

/// The same in a cell of a Markdown table.
pub(super) fn prose_cell(text: &str) -> String {
    prose_with(text, cell)
}

fn prose_with(text: &str, literal: fn(&str) -> String) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return markdown(text);
    }
    let parts = parts.iter().enumerate();
    let shown: String =
        parts.map(|(index, part)| if index.is_multiple_of(2) || part.is_empty() { inline(part) } else { literal(part) }).collect();
    at_start(&shown)
}

/// A literal in a cell of a Markdown table, where `\|` is a bar also within code.
pub(super) fn cell(text: &str) -> String {
    let code = code(text);
    // A backslash before a bar would escape that of the bar, and end the cell.
    if code.contains("\\|") { format!("<code>{}</code>", inline(text)) } else { code.replace('|', "\\|") }
}

/// Text within HTML, where Markdown takes no effect.
pub(super) fn html(text: &str) -> String {
    visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
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

/// A word as it is typed into a shell: quoted only where it must be.
pub fn typed(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) { text.to_owned() } else { shell(text) }
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
            r"&lt;\!-- &#124; &#96;x&#96; @&#8203;team #&#8203;1 https:&#8203;//a.b \[l\](u)"
        );
        assert_eq!(markdown("- a"), r"\- a");
        assert_eq!(markdown("12. a - b"), r"12\. a - b");
        assert_eq!(code("a`b|"), "``a`b|``");
        assert_eq!(prose("use `a*b` @x"), "use `a*b` @&#8203;x");
        assert_eq!(prose("odd ` one"), "odd &#96; one");
        assert_eq!(cell("`a|"), "`` `a\\| ``");
        assert_eq!(cell(r"a\|*b"), r"<code>a\\&#124;\*b</code>");
        assert_eq!(prose_cell("is `a|b`|"), r"is `a\|b`&#124;");
        assert_eq!(visible("\u{ffff}"), r"\u{ffff}");
        assert_eq!(html("<code>\"&"), "&lt;code&gt;&quot;&amp;");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fence("hcl", &["````".to_owned()]), "`````hcl\n````\n`````");
    }

    proptest! {
        #[test]
        fn nothing_hidden_remains(text in any::<String>()) {
            prop_assert!(!visible(&text).chars().any(is_hidden));
            prop_assert!(!markdown(&text).chars().any(|c| is_hidden(c) || "<>|`".contains(c)));
            prop_assert!(!shell(&text).chars().any(is_hidden));
        }
    }
}
