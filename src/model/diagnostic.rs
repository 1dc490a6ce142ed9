//! One problem that a person is told of, with its place and the way to mend it.

use super::codes::Code;
use super::source::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The run cannot go on.
    Error,
    /// The run goes on, and the user ought to look.
    Warning,
}

/// A part of the text that a diagnostic points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What to say there; may be empty for the main place.
    pub text: String,
}

/// One problem: what is wrong, where, and how to mend it.
///
/// Titles start in lower case, have no full stop, and put literals in backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code; `backstay explain CODE` prints its page.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong.
    pub title: String,
    /// Where; the first label is the main place. Empty where no text is to blame.
    pub labels: Vec<Label>,
    /// How to mend it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error with no place yet.
    pub fn error(code: Code, title: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, title: title.into(), labels: Vec::new(), help: None }
    }

    /// A warning with no place yet.
    pub fn warning(code: Code, title: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, title) }
    }

    /// Points at a place; the first one is the main place.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.labels.push(Label { span, text: String::new() });
        self
    }

    /// Points at a place and says something there.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Says how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says how to mend it, where there is something to say.
    #[must_use]
    pub fn help_opt(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Whether this stops the run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
