//! Lists and maps.

use super::args::{counted, failed, items, map, value, wrong};
use super::{Call, Function, Outcome, Takes};
use crate::model::Value;
use crate::policy::eval::to_text;
use unicode_segmentation::UnicodeSegmentation;

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "length",
    signature: "length(value)",
    doc: "Counts items of a list, set or map, or characters of a string.",
    takes: Takes::Parts,
    call: length,
}];

fn length(_: &Call<'_>, args: &[Value]) -> Outcome {
    match value(args, 0) {
        Value::List(items) | Value::Set(items) => Ok(counted(items.len())),
        Value::Map(map) => Ok(counted(map.len())),
        Value::String(text) => Ok(counted(text.graphemes(true).count())),
        other => Err(wrong(
            0,
            format!("needs a list, a set, a map or a string, found {}", other.type_name()),
        )),
    }
}
