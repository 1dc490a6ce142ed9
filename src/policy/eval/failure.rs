//! What an expression fails with.

use crate::model::{Code, Diagnostic, SourceId, Span};
use crate::names::nearest;
use std::ops::Range;

/// Why an expression has no value, and which bytes of the file are to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvalError {
    /// [`Code::UnknownReference`] for a name that nothing declares, else [`Code::Evaluation`].
    pub code: Code,
    /// The smallest sub-expression to blame.
    pub range: Range<usize>,
    /// What is wrong.
    pub title: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl EvalError {
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

    /// The same problem as one of a file.
    pub fn into_diagnostic(self, source: SourceId) -> Diagnostic {
        Diagnostic::error(self.code, self.title).at(Span { source, range: self.range }).help_opt(self.help)
    }
}

impl std::fmt::Display for EvalError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.title)
    }
}

impl std::error::Error for EvalError {}

/// The one of the names that is meant, where one is close enough to say so.
pub(crate) fn suggestion<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<String> {
    nearest(wrong, names).map(|name| format!("did you mean `{name}`?"))
}
