//! Terraform's functions, by their names, with their results.
//!
//! No function reads the clock, the network or randomness, so that one policy with one set of values is always one plan.
//!
//! Where the results are not Terraform's: numbers are 64 bits wide, so digits past the 16th differ (`10 / 3`); dividing by zero is an error,
//! not infinity; a list and a tuple are one type, and so are a map and an object; `yamldecode` reads YAML 1.2, where `yes` and `on` are strings, dates
//! are strings, and a key stands once; `try` and `can` do not hide names that nothing declares.

mod args;
mod collection;
mod conversion;
mod encoding;
mod filesystem;
mod format;
mod numeric;
mod regex;
mod sets;
mod text;
mod time;
mod yaml;

#[cfg(test)]
mod tests;

use crate::model::Value;
pub(crate) use conversion::unified;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

/// What a function may know beyond its arguments.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The folder that relative paths start from.
    pub folder: &'a Path,
    /// Whether a template file calls, which may not read further templates.
    pub inside_template: bool,
}

/// Why a function has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// The argument to blame, from 0; `None` for the call as a whole.
    pub argument: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

/// How a function takes arguments that are null or known only after apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Refuses null; is unknown where any part of an argument is.
    Known,
    /// Refuses null; is unknown only where an argument as a whole is.
    Parts,
    /// Takes null; is unknown only where an argument as a whole is.
    Nulls,
    /// Takes null and the unknown.
    All,
}

/// One function of the policy language.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How it is called: `join(separator, lists...)`; `[name]` may be left out, `name...` may be repeated or left out.
    pub signature: &'static str,
    /// What it does, in a sentence.
    pub doc: &'static str,
    pub(crate) takes: Takes,
    pub(crate) call: Body,
}

pub(crate) type Outcome = Result<Value, FunctionError>;

const AREAS: &[&[Function]] = &[
    collection::FUNCTIONS,
    conversion::FUNCTIONS,
    encoding::FUNCTIONS,
    filesystem::FUNCTIONS,
    format::FUNCTIONS,
    numeric::FUNCTIONS,
    regex::FUNCTIONS,
    sets::FUNCTIONS,
    text::FUNCTIONS,
    time::FUNCTIONS,
];

type Body = fn(&Call<'_>, &[Value]) -> Outcome;

/// One line of an area's table.
const fn define(name: &'static str, signature: &'static str, doc: &'static str, takes: Takes, call: Body) -> Function {
    Function { name, signature, doc, takes, call }
}

/// All functions, in no particular order.
pub fn all() -> impl Iterator<Item = &'static Function> {
    AREAS.iter().flat_map(|area| area.iter())
}

/// All names, with `try` and `can`, which the evaluator itself knows.
pub fn names() -> impl Iterator<Item = &'static str> {
    all().map(|function| function.name).chain(["try", "can"])
}

/// Why the function of that name, which Terraform has, never has a result here; none of a function that has one.
pub fn unavailable(name: &str) -> Option<&'static str> {
    find(name)?.doc.strip_prefix("Not available: ")
}

/// The function of that name.
pub fn find(name: &str) -> Option<&'static Function> {
    BY_NAME.get(name).copied()
}

/// The functions by their names, as controls call them of every thing.
static BY_NAME: LazyLock<BTreeMap<&'static str, &'static Function>> =
    LazyLock::new(|| all().map(|function| (function.name, function)).collect());

/// Calls a function after the checks that all functions share: count of arguments, null, known only after apply.
pub fn call(function: &Function, call: &Call<'_>, args: &[Value]) -> Outcome {
    if function.takes != Takes::All && args.iter().any(|arg| matches!(arg, Value::Unknown)) {
        return Ok(Value::Unknown);
    }
    let (least, most) = function.arity();
    if args.len() < least || most.is_some_and(|most| args.len() > most) {
        return Err(FunctionError {
            argument: None,
            message: format!("{} given, but the call is {}", count(args.len()), function.signature),
            help: None,
        });
    }
    if matches!(function.takes, Takes::Known | Takes::Parts)
        && let Some(index) = args.iter().position(|arg| matches!(arg, Value::Null))
    {
        return Err(args::wrong(index, "must not be null"));
    }
    if function.takes == Takes::Known && args.iter().any(Value::has_unknown) {
        return Ok(Value::Unknown);
    }
    (function.call)(call, args)
}

fn count(number: usize) -> String {
    match number {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        more => format!("{more} arguments"),
    }
}

impl Function {
    /// The least and the most arguments, read off the signature.
    fn arity(&self) -> (usize, Option<usize>) {
        let inside = self.signature.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
        let mut least = 0;
        let mut most = Some(0);
        for parameter in inside.split(',').map(str::trim).filter(|parameter| !parameter.is_empty()) {
            if parameter.ends_with("...") {
                most = None;
                continue;
            }
            if !parameter.starts_with('[') {
                least += 1;
            }
            most = most.map(|most| most + 1);
        }
        (least, most)
    }
}
