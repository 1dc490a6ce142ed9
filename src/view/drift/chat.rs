//! What moved, for a chat and for mail.

use super::{message, verdict};
use crate::model::Drift;
use crate::view::Specs;

/// The longest text that chats take whole, in characters. Source: Slack's limit of a text block.
const CHAT: usize = 3000;

/// The longest message by mail, in bytes; SNS takes 256 KB, and nobody reads them.
const MAIL: usize = 8 * 1024;

/// The longest subject, in characters: SNS takes less than 100. Source: SNS API `Publish`.
const SUBJECT: usize = 99;

/// A text for a webhook of Slack, Mattermost or Teams: no markup and no mention in it takes effect.
pub fn chat(drift: &Drift, specs: Specs) -> String {
    fitting(CHAT, |most| escaped(&message(drift, specs, most)), |text| text.chars().count())
}

/// The subject and the text of a mail.
pub fn mail(drift: &Drift, specs: Specs) -> (String, String) {
    let subject = format!("backstay: {}", verdict(drift));
    let plain = subject.chars().map(|character| if character == ' ' || character.is_ascii_graphic() { character } else { '?' });
    (plain.take(SUBJECT).collect(), fitting(MAIL, |most| message(drift, specs, most), str::len))
}

/// The longest text that fits, of texts that are made for so many characters.
fn fitting(most: usize, text: impl Fn(usize) -> String, length: impl Fn(&str) -> usize) -> String {
    let mut asked = most;
    loop {
        let made = text(asked);
        let over = length(&made).saturating_sub(most);
        if over == 0 {
            return made;
        }
        if asked == 0 {
            // Even the shortest is too long: of a policy with a path of thousands of letters.
            return made.chars().take(most / 4).collect();
        }
        // What grows when it is escaped grows by the same part when there is less of it.
        asked = (asked * most / (most + over)).min(asked - 1);
    }
}

/// As Slack wants it, and with nobody called: `@channel` calls people in Mattermost.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            // A space of no width keeps the name from the sign.
            '@' => safe.push_str("@\u{200b}"),
            plain => safe.push(plain),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_calls_anybody() {
        assert_eq!(escaped("<!channel> @here & co"), "&lt;!channel&gt; @\u{200b}here &amp; co");
    }

    #[test]
    fn a_text_is_made_shorter_until_it_fits() {
        let text = |most: usize| "<".repeat(most);
        assert_eq!(fitting(100, |most| escaped(&text(most)), |text| text.chars().count()).len(), 100);
        assert!(fitting(100, |_| "x".repeat(500), str::len).len() <= 100);
    }
}
