//! Ids and texts as OSCAL takes them: UUIDs that come from what they stand for, tokens, lines, and Markdown in which nothing of others takes
//! effect.

use crate::view::escape::visible;
use sha1::{Digest as _, Sha1};

/// A UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Uuid([u8; 16]);

impl Uuid {
    /// Everything that is the same in every audit: version 5 of the name `backstay://ns/oscal/1` among URLs.
    pub(super) const OURS: Self = Self([0x37, 0xa6, 0xe6, 0x68, 0x4e, 0x4e, 0x5f, 0xe6, 0x88, 0x8a, 0x56, 0xa4, 0xb5, 0xbb, 0xb3, 0x8b]);

    /// The UUID of a thing that these words name within this one: version 5 (RFC 9562, section 5.5), so that the same words always give it.
    pub(super) fn of(self, words: &[&str]) -> Self {
        let mut hash = Sha1::new_with_prefix(self.0);
        for word in words {
            // With their lengths no two lists of words are one.
            hash.update(word.len().to_be_bytes());
            hash.update(word.as_bytes());
        }
        let mut id = [0; 16];
        id.iter_mut().zip(hash.finalize()).for_each(|(byte, hashed)| *byte = hashed);
        id[6] = (id[6] & 0x0f) | 0x50;
        id[8] = (id[8] & 0x3f) | 0x80;
        Self(id)
    }
}

impl std::fmt::Display for Uuid {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if [4, 6, 8, 10].contains(&at) {
                out.write_str("-")?;
            }
            write!(out, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// A line: OSCAL's `string`, which is not empty and neither begins nor ends with a space.
pub(super) fn line(text: &str) -> String {
    let shown = visible(text);
    let shown = shown.trim();
    if shown.is_empty() { "(empty)".to_owned() } else { shown.to_owned() }
}

/// A token of ASCII letters, digits, `.`, `-` and `_` that begins with a letter or `_`. Different texts may give the same.
pub(super) fn token(text: &str) -> String {
    let mut token = String::new();
    for character in text.chars() {
        match character {
            plain if plain.is_ascii_alphanumeric() || ".-_".contains(plain) => token.push(plain),
            // `164.308(a)(7)` is `164.308.a.7`.
            '(' => token.push('.'),
            ')' => {}
            _ => token.push('_'),
        }
    }
    if token.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') { token } else { format!("_{token}") }
}

/// Markdown that shows a text of others as it is: OSCAL's `markup-line`, and within `markup-multiline`.
pub(super) fn markup(text: &str) -> String {
    let line = line(text);
    let rest = line.trim_start_matches(|first: char| first.is_ascii_digit());
    // What would begin a list, a heading or a table.
    let mut begins = rest.starts_with(if rest.len() == line.len() { ['-', '+', '#', '=', '|'] } else { ['.', ')', '.', '.', '.'] });
    let mut safe = line.strip_suffix(rest).unwrap_or_default().to_owned();
    let mut characters = rest.chars().peekable();
    while let Some(character) = characters.next() {
        // Within a word `_` stands for itself.
        let is_within = character == '_'
            && safe.ends_with(|last: char| last.is_ascii_alphanumeric())
            && characters.peek().is_some_and(char::is_ascii_alphanumeric);
        match character {
            '_' if is_within => safe.push('_'),
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '~' | '^' | '"' => {
                safe.push('\\');
                safe.push(character);
            }
            plain => {
                if begins {
                    safe.push('\\');
                }
                safe.push(plain);
            }
        }
        begins = false;
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_uuid_is_version_5_and_no_two_lists_of_words_are_one() {
        let id = Uuid::OURS.of(&["a", "bc"]).to_string();
        let parts: Vec<&str> = id.split('-').collect();
        assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{id}");
        assert!(parts[2].starts_with('5') && parts[3].starts_with(['8', '9', 'a', 'b']), "{id}");
        assert_ne!(Uuid::OURS.of(&["a", "bc"]), Uuid::OURS.of(&["ab", "c"]));
        assert_eq!(Uuid::OURS.of(&["a", "bc"]), Uuid::OURS.of(&["a", "bc"]));
    }

    #[test]
    fn ids_of_frameworks_are_tokens() {
        assert_eq!(token("164.308(a)(7)(ii)(A)"), "_164.308.a.7.ii.A");
        assert_eq!(token("A1.2"), "A1.2");
        assert_eq!(token("PR.DS-11"), "PR.DS-11");
        assert_eq!(token(""), "_");
    }

    #[test]
    fn markup_takes_no_effect() {
        assert_eq!(markup("<b>*x*</b> `y` [z](w) {{ insert }}"), r"&lt;b&gt;\*x\*&lt;/b&gt; \`y\` \[z\](w) \{\{ insert \}\}");
        assert_eq!(markup("- a\n# b"), r"\- a\\n# b");
        assert_eq!(markup("_a_b_"), r"\_a_b\_");
        assert_eq!(markup("12. a"), r"12\. a");
        assert_eq!(markup("*a"), r"\*a");
    }

    proptest! {
        #[test]
        fn whatever_the_text_the_form_is_right(text in any::<String>()) {
            let token = token(&text);
            prop_assert!(token.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_'));
            let line = line(&text);
            prop_assert!(!line.is_empty() && line.trim() == line && !line.chars().any(char::is_control));
        }
    }
}
