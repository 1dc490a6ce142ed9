//! The names that an expression can use.

use super::EvalError;
use super::failure::suggestion;
use crate::model::{Code, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

/// The names that an expression can use, and the folder that file functions start from.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    names: BTreeMap<String, Cow<'a, Value>>,
    folder: &'a Path,
    parent: Option<&'a Scope<'a>>,
    inside_template: bool,
    lacking: bool,
}

impl<'a> Scope<'a> {
    /// Starts with no names.
    pub fn new(folder: &'a Path) -> Self {
        Self { names: BTreeMap::new(), folder, parent: None, inside_template: false, lacking: false }
    }

    /// Adds a root name, such as `var` or `each`.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: Value) -> Self {
        self.names.insert(name.into(), Cow::Owned(value));
        self
    }

    /// The same with a value that stays where it is: what is large is not copied for each question.
    #[must_use]
    pub(crate) fn with_ref(mut self, name: impl Into<String>, value: &'a Value) -> Self {
        self.names.insert(name.into(), Cow::Borrowed(value));
        self
    }

    /// Notes whether some names have no value, because what would give them one is wrong.
    #[must_use]
    pub(crate) fn lacking(mut self, lacking: bool) -> Self {
        self.lacking = lacking;
        self
    }

    /// Whether some names have no value, because what would give them one is wrong.
    pub(crate) fn is_lacking(&self) -> bool {
        self.lacking
    }

    /// Sees all names of this scope; what is added to it hides them.
    #[must_use]
    pub fn child(&self) -> Scope<'_> {
        Scope {
            names: BTreeMap::new(),
            folder: self.folder,
            parent: Some(self),
            inside_template: self.inside_template,
            lacking: self.lacking,
        }
    }

    /// The scope of a template file: only the names that it is given.
    pub(crate) fn of_template(folder: &'a Path, names: BTreeMap<String, Value>) -> Self {
        let names = names.into_iter().map(|(name, value)| (name, Cow::Owned(value))).collect();
        Self { names, folder, parent: None, inside_template: true, lacking: false }
    }

    /// The value of a name of this scope itself.
    pub(crate) fn own(&self, name: &str) -> Option<&Value> {
        self.names.get(name).map(Cow::as_ref)
    }

    /// The folder that relative paths start from.
    pub fn folder(&self) -> &'a Path {
        self.folder
    }

    pub(crate) fn inside_template(&self) -> bool {
        self.inside_template
    }

    /// Whether a name comes from the policy's declarations rather than from a loop or a template file's values.
    pub(crate) fn declares(&self, name: &str) -> bool {
        match self.parent {
            Some(parent) => !self.names.contains_key(name) && parent.declares(name),
            None => !self.inside_template && self.names.contains_key(name),
        }
    }

    pub(crate) fn find(&self, name: &str, range: &Range<usize>) -> Result<&Value, EvalError> {
        let mut scope = Some(self);
        while let Some(here) = scope {
            if let Some(value) = here.names.get(name) {
                return Ok(value);
            }
            scope = here.parent;
        }
        Err(EvalError {
            code: Code::UnknownReference,
            range: range.clone(),
            title: format!("nothing here is named `{name}`"),
            help: Some(self.help_for(name)),
        })
    }

    fn help_for(&self, name: &str) -> String {
        let names = self.visible();
        suggestion(name, names.iter().copied()).unwrap_or_else(|| {
            if names.is_empty() {
                "put it in quotes to use it as text".to_owned()
            } else {
                format!("put it in quotes to use it as text; the names here are {}", quoted(&names))
            }
        })
    }

    fn visible(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.names.keys().map(String::as_str).collect();
        if let Some(parent) = self.parent {
            names.extend(parent.visible());
        }
        names.sort_unstable();
        names.dedup();
        names
    }
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
