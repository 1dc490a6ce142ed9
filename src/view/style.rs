//! Colours, resolved in one place.

use anstyle::{AnsiColor, Effects};

/// How text output looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether escape sequences may be written; without it the output holds no escape byte.
    pub colour: bool,
    /// The columns after which sentences are wrapped; `None` never wraps. Values and addresses are never broken.
    pub width: Option<usize>,
}

/// What a piece of text is, from which its colour follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// Something that comes.
    Added,
    /// Something that changes in place.
    Changed,
    /// Something that goes.
    Removed,
    /// What protects less, or is refused.
    Danger,
    /// What the reader ought to look at: unknown, incomplete.
    Warning,
    /// What protects more.
    Good,
    /// What matters less than its surroundings.
    Muted,
    /// The start of a part.
    Heading,
    /// Text without a colour.
    Plain,
}

impl Style {
    /// Neither colour nor wrapping.
    pub const PLAIN: Self = Self { colour: false, width: None };

    /// The text in its label's colour, where colours are wanted.
    pub(super) fn paint(self, label: Label, text: &str) -> String {
        let style = label.ansi();
        if !self.colour || text.is_empty() || style.is_plain() {
            return text.to_owned();
        }
        format!("{style}{text}{style:#}")
    }

    /// A sentence as lines that fit the width beside `indent` columns; a word is never broken.
    pub(super) fn wrap(self, indent: usize, text: &str) -> Vec<String> {
        // Narrower than this, wrapping hurts more than it helps.
        const LEAST: usize = 30;
        let Some(room) = self.width.map(|width| width.saturating_sub(indent).max(LEAST)) else {
            return vec![text.to_owned()];
        };
        let mut lines = vec![String::new()];
        let mut used = 0;
        for word in text.split(' ') {
            let length = word.chars().count();
            match lines.last_mut() {
                Some(line) if used > 0 && used + 1 + length <= room => {
                    line.push(' ');
                    line.push_str(word);
                    used += 1 + length;
                }
                Some(line) if used == 0 => {
                    line.push_str(word);
                    used = length;
                }
                _ => {
                    lines.push(word.to_owned());
                    used = length;
                }
            }
        }
        lines
    }
}

impl Label {
    fn ansi(self) -> anstyle::Style {
        match self {
            Self::Added | Self::Good => AnsiColor::Green.on_default(),
            Self::Changed => AnsiColor::Yellow.on_default(),
            Self::Removed => AnsiColor::Red.on_default(),
            Self::Danger => AnsiColor::Red.on_default().effects(Effects::BOLD),
            Self::Warning => AnsiColor::Magenta.on_default().effects(Effects::BOLD),
            Self::Muted => anstyle::Style::new().effects(Effects::DIMMED),
            Self::Heading => anstyle::Style::new().effects(Effects::BOLD),
            Self::Plain => anstyle::Style::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_no_escape_byte_is_written() {
        assert_eq!(Style::PLAIN.paint(Label::Danger, "x"), "x");
        let colour = Style { colour: true, width: None };
        assert_eq!(colour.paint(Label::Danger, "x"), "\u{1b}[1m\u{1b}[31mx\u{1b}[0m");
    }

    #[test]
    fn sentences_wrap_at_words() {
        let style = Style { colour: false, width: Some(40) };
        assert_eq!(style.wrap(10, "thirty columns are left for it here"), ["thirty columns are left for it", "here"]);
    }
}
