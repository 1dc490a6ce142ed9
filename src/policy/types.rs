//! The type constraints of variables, with Terraform's syntax and conversions.

mod convert;
mod parse;

#[cfg(test)]
mod tests;

use crate::model::Value;
use std::collections::BTreeMap;
use std::fmt;

/// What a variable's value must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `any`: whatever is given.
    Any,
    /// `bool`.
    Bool,
    /// `number`.
    Number,
    /// `string`.
    String,
    /// `list(…)`.
    List(Box<Type>),
    /// `set(…)`.
    Set(Box<Type>),
    /// `map(…)`.
    Map(Box<Type>),
    /// `tuple([…])`.
    Tuple(Vec<Type>),
    /// `object({…})`.
    Object(BTreeMap<String, Attribute>),
}

/// One attribute of an object type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// What its value must be.
    pub of: Type,
    /// Whether it may be left out.
    pub optional: bool,
    /// What it is where it is left out or null; null where the type gives no default.
    pub default: Value,
}

/// Why a value is not of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeError {
    /// The part of the value to blame, such as `.rules[0].name`; empty for the whole.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for TypeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { out.write_str(&self.message) } else { write!(out, "{}: {}", self.path, self.message) }
    }
}

impl std::error::Error for TypeError {}

impl fmt::Display for Type {
    /// Writes the type as a policy would.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => out.write_str("any"),
            Self::Bool => out.write_str("bool"),
            Self::Number => out.write_str("number"),
            Self::String => out.write_str("string"),
            Self::List(item) => write!(out, "list({item})"),
            Self::Set(item) => write!(out, "set({item})"),
            Self::Map(item) => write!(out, "map({item})"),
            Self::Tuple(items) => {
                let items: Vec<String> = items.iter().map(Self::to_string).collect();
                write!(out, "tuple([{}])", items.join(", "))
            }
            Self::Object(attributes) => {
                let attributes: Vec<String> = attributes.iter().map(|(name, attribute)| format!("{name} = {attribute}")).collect();
                write!(out, "object({{{}}})", attributes.join(", "))
            }
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.optional, &self.default) {
            (false, _) => write!(out, "{}", self.of),
            (true, Value::Null) => write!(out, "optional({})", self.of),
            (true, default) => write!(out, "optional({}, {default})", self.of),
        }
    }
}
