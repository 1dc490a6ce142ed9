//! Regular expressions: RE2's language, which the `regex` crate shares but for details.

use super::args::{failed, text, wrong};
use super::{Call, Function, FunctionError, Outcome, Takes, define};
use crate::model::Value;
use ::regex::{Captures, Regex, RegexBuilder};
use std::collections::BTreeMap;

pub(super) const FUNCTIONS: &[Function] = &[
    define(
        "regex",
        "regex(pattern, string)",
        "Finds the first match: a string, a list of groups or a map of named groups.",
        Takes::Known,
        first,
    ),
    define("regexall", "regexall(pattern, string)", "Finds all matches.", Takes::Known, every),
];

/// A pattern compiles to at most this many bytes, so that a policy cannot take all memory.
const LIMIT: usize = 1 << 20;

fn compile(pattern: &str, argument: usize) -> Result<Regex, FunctionError> {
    RegexBuilder::new(pattern).size_limit(LIMIT).build().map_err(|error| {
        let reason = error.to_string();
        let last = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
        wrong(argument, format!("the regular expression `{pattern}` is not usable: {last}"))
    })
}

fn first(_: &Call<'_>, args: &[Value]) -> Outcome {
    let (pattern, text) = (text(args, 0)?, text(args, 1)?);
    let regex = compile(&pattern, 0)?;
    let groups = regex.captures(&text).ok_or_else(|| FunctionError {
        help: Some("use `can(regex(…))` to ask, or `try(regex(…), default)`".to_owned()),
        ..wrong(1, format!("`{pattern}` does not match \"{text}\""))
    })?;
    found(&regex, &groups)
}

fn every(_: &Call<'_>, args: &[Value]) -> Outcome {
    let (pattern, text) = (text(args, 0)?, text(args, 1)?);
    let regex = compile(&pattern, 0)?;
    let all: Result<Vec<Value>, FunctionError> = regex.captures_iter(&text).map(|groups| found(&regex, &groups)).collect();
    all.map(Value::List)
}

fn found(regex: &Regex, groups: &Captures<'_>) -> Outcome {
    let value = |part: Option<::regex::Match<'_>>| part.map_or(Value::Null, |part| part.as_str().into());
    if regex.captures_len() == 1 {
        return Ok(value(groups.get(0)));
    }
    let names: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    if names.iter().all(Option::is_none) {
        return Ok(Value::List(groups.iter().skip(1).map(value).collect()));
    }
    let by_name: Option<BTreeMap<String, Value>> =
        names.iter().map(|name| name.map(|name| (name.to_owned(), value(groups.name(name))))).collect();
    by_name.map(Value::Map).ok_or_else(|| failed("a pattern has either named or unnamed groups, not both"))
}

/// Replaces all matches; `$1` and `${name}` in the replacement are groups, as in Go.
pub(super) fn replace_all(text: &str, pattern: &str, to: &str) -> Result<String, FunctionError> {
    Ok(compile(pattern, 1)?.replace_all(text, to).into_owned())
}
