//! Strings.

use super::args::{failed, integer, items, text, wrong};
use super::{Call, Function, Outcome, Takes, define};
use crate::model::Value;
use crate::policy::eval::to_text;
use unicode_segmentation::UnicodeSegmentation;

pub(super) const FUNCTIONS: &[Function] = &[
    define("chomp", "chomp(string)", "Removes line ends at the end of a string.", Takes::Known, chomp),
    define("endswith", "endswith(string, suffix)", "Says whether a string ends with a suffix.", Takes::Known, endswith),
    define("indent", "indent(spaces, string)", "Indents all lines but the first.", Takes::Known, indent),
    define("join", "join(separator, lists...)", "Joins the strings of lists.", Takes::Known, join),
    define("lower", "lower(string)", "Makes all letters lower-case.", Takes::Known, lower),
    define(
        "replace",
        "replace(string, substring, replacement)",
        "Replaces every occurrence of a substring or of a /regular expression/.",
        Takes::Known,
        replace,
    ),
    define("split", "split(separator, string)", "Splits a string at a separator.", Takes::Known, split),
    define("startswith", "startswith(string, prefix)", "Says whether a string starts with a prefix.", Takes::Known, startswith),
    define("strcontains", "strcontains(string, substring)", "Says whether a string contains a substring.", Takes::Known, strcontains),
    define("strrev", "strrev(string)", "Reverses the characters of a string.", Takes::Known, strrev),
    define(
        "substr",
        "substr(string, offset, length)",
        "Takes some characters of a string; length -1 is all that follow.",
        Takes::Known,
        substr,
    ),
    define("title", "title(string)", "Makes the first letter of each word upper-case.", Takes::Known, title),
    define("trim", "trim(string, characters)", "Removes the given characters at both ends.", Takes::Known, trim),
    define("trimprefix", "trimprefix(string, prefix)", "Removes a prefix once.", Takes::Known, trimprefix),
    define("trimspace", "trimspace(string)", "Removes white space at both ends.", Takes::Known, trimspace),
    define("trimsuffix", "trimsuffix(string, suffix)", "Removes a suffix once.", Takes::Known, trimsuffix),
    define("upper", "upper(string)", "Makes all letters upper-case.", Takes::Known, upper),
];

fn chomp(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(text(args, 0)?.trim_end_matches(['\r', '\n']).into())
}

fn endswith(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(Value::Bool(text(args, 0)?.ends_with(&text(args, 1)?)))
}

fn startswith(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(Value::Bool(text(args, 0)?.starts_with(&text(args, 1)?)))
}

fn strcontains(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(Value::Bool(text(args, 0)?.contains(&text(args, 1)?)))
}

fn indent(_: &Call<'_>, args: &[Value]) -> Outcome {
    let spaces = super::args::size(args, 0)?;
    let text = text(args, 1)?;
    super::args::bounded(spaces.saturating_mul(text.matches('\n').count().max(1)))?;
    Ok(text.replace('\n', &format!("\n{}", " ".repeat(spaces))).into())
}

fn join(_: &Call<'_>, args: &[Value]) -> Outcome {
    let separator = text(args, 0)?;
    if args.len() < 2 {
        return Err(failed("needs at least one list: join(separator, lists...)"));
    }
    let mut parts = Vec::new();
    for index in 1..args.len() {
        for (place, item) in items(args, index)?.iter().enumerate() {
            match to_text(item) {
                Some(part) => parts.push(part),
                None => {
                    return Err(wrong(index, format!("needs a list of strings, item {place} is {}", item.type_name())));
                }
            }
        }
    }
    Ok(parts.join(&separator).into())
}

fn lower(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(text(args, 0)?.chars().map(lower_letter).collect::<String>().into())
}

fn upper(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(text(args, 0)?.chars().map(upper_letter).collect::<String>().into())
}

/// One letter for one letter, as Go maps them: `ß` stays.
fn upper_letter(ch: char) -> char {
    let mut upper = ch.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(only), None) => only,
        _ => ch,
    }
}

fn lower_letter(ch: char) -> char {
    ch.to_lowercase().next().unwrap_or(ch)
}

fn replace(_: &Call<'_>, args: &[Value]) -> Outcome {
    let (text, from, to) = (text(args, 0)?, text(args, 1)?, text(args, 2)?);
    let pattern = from.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    match pattern {
        Some(pattern) => Ok(super::regex::replace_all(&text, pattern, &to)?.into()),
        None => Ok(text.replace(&from, &to).into()),
    }
}

fn split(_: &Call<'_>, args: &[Value]) -> Outcome {
    let (separator, text) = (text(args, 0)?, text(args, 1)?);
    let parts: Vec<Value> = if separator.is_empty() {
        text.chars().map(|ch| Value::String(ch.to_string())).collect()
    } else {
        text.split(&separator).map(Value::from).collect()
    };
    Ok(Value::List(parts))
}

fn strrev(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(text(args, 0)?.graphemes(true).rev().collect::<String>().into())
}

fn substr(_: &Call<'_>, args: &[Value]) -> Outcome {
    let text = text(args, 0)?;
    let (offset, length) = (integer(args, 1)?, integer(args, 2)?);
    let parts: Vec<&str> = text.graphemes(true).collect();
    let total = i64::try_from(parts.len()).unwrap_or(i64::MAX);
    let offset = if offset < 0 { offset.saturating_add(total).max(0) } else { offset };
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    // A negative length is all that follows.
    let take = usize::try_from(length).unwrap_or(usize::MAX);
    Ok(parts.into_iter().skip(skip).take(take).collect::<String>().into())
}

fn title(_: &Call<'_>, args: &[Value]) -> Outcome {
    let mut previous = ' ';
    let titled: String = text(args, 0)?
        .chars()
        .map(|ch| {
            let new = if separates(previous) { upper_letter(ch) } else { ch };
            previous = ch;
            new
        })
        .collect();
    Ok(titled.into())
}

/// What Go's `strings.Title` takes as the space between two words.
fn separates(ch: char) -> bool {
    if ch.is_ascii() {
        return !(ch.is_ascii_alphanumeric() || ch == '_');
    }
    ch.is_whitespace()
}

fn trim(_: &Call<'_>, args: &[Value]) -> Outcome {
    let (text, characters) = (text(args, 0)?, text(args, 1)?);
    Ok(text.trim_matches(|ch| characters.contains(ch)).into())
}

fn trimprefix(_: &Call<'_>, args: &[Value]) -> Outcome {
    let (text, prefix) = (text(args, 0)?, text(args, 1)?);
    Ok(text.strip_prefix(&prefix).unwrap_or(&text).into())
}

fn trimsuffix(_: &Call<'_>, args: &[Value]) -> Outcome {
    let (text, suffix) = (text(args, 0)?, text(args, 1)?);
    Ok(text.strip_suffix(&suffix).unwrap_or(&text).into())
}

fn trimspace(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(text(args, 0)?.trim().into())
}
