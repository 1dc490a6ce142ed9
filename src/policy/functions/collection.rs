//! Lists and maps.

use super::args::{bounded, counted, failed, items, map, size, text, texts, value, wrong};
use super::conversion::unified;
use super::{Call, Function, FunctionError, Outcome, Takes, define};
use crate::model::Value;
use crate::policy::eval::{suggestion, to_bool};
use std::collections::BTreeMap;
use unicode_segmentation::UnicodeSegmentation;

pub(super) const FUNCTIONS: &[Function] = &[
    define("alltrue", "alltrue(list)", "Says whether all items are true.", Takes::Known, alltrue),
    define("anytrue", "anytrue(list)", "Says whether any item is true.", Takes::Known, anytrue),
    define("chunklist", "chunklist(list, size)", "Splits a list into lists of a size.", Takes::Parts, chunklist),
    define("coalesce", "coalesce(values...)", "Takes the first value that is neither null nor an empty string.", Takes::All, coalesce),
    define("coalescelist", "coalescelist(lists...)", "Takes the first list that is not empty.", Takes::Parts, coalescelist),
    define("compact", "compact(list)", "Removes null and empty strings.", Takes::Known, compact),
    define("concat", "concat(lists...)", "Joins lists into one.", Takes::Parts, concat),
    define("contains", "contains(list, value)", "Says whether a list or set contains a value.", Takes::Known, contains),
    define("distinct", "distinct(list)", "Keeps the first of equal items.", Takes::Known, distinct),
    define("element", "element(list, index)", "Takes one item; past the end it starts again.", Takes::Parts, element),
    define("flatten", "flatten(list)", "Puts the items of nested lists in one list.", Takes::Parts, flatten),
    define("index", "index(list, value)", "Finds the index of a value.", Takes::Known, index),
    define("keys", "keys(map)", "Lists the keys of a map in order.", Takes::Parts, keys),
    define("length", "length(value)", "Counts items of a list, set or map, or characters of a string.", Takes::Parts, length),
    define("lookup", "lookup(map, key, [default])", "Takes the value of a key, or the default.", Takes::Nulls, lookup),
    define("matchkeys", "matchkeys(values, keys, wanted)", "Takes the values whose keys are wanted.", Takes::Known, matchkeys),
    define("merge", "merge(maps...)", "Joins maps into one; later ones win.", Takes::Nulls, merge),
    define("one", "one(list)", "Takes the only item, or null of an empty list.", Takes::Parts, one),
    define("reverse", "reverse(list)", "Reverses a list.", Takes::Parts, reverse),
    define("slice", "slice(list, start, end)", "Takes the items from start to before end.", Takes::Parts, slice),
    define("sort", "sort(list)", "Sorts strings.", Takes::Known, sort),
    define("transpose", "transpose(map)", "Swaps keys and values of a map of lists of strings.", Takes::Known, transpose),
    define("values", "values(map)", "Lists the values of a map in the order of its keys.", Takes::Parts, values),
    define("zipmap", "zipmap(keys, values)", "Builds a map of keys and values.", Takes::Parts, zipmap),
];

fn length(_: &Call<'_>, args: &[Value]) -> Outcome {
    match value(args, 0) {
        Value::List(items) | Value::Set(items) => Ok(counted(items.len())),
        Value::Map(map) => Ok(counted(map.len())),
        Value::String(text) => Ok(counted(text.graphemes(true).count())),
        other => Err(wrong(0, format!("needs a list, a set, a map or a string, found {}", other.type_name()))),
    }
}

fn flags(args: &[Value]) -> Result<Vec<Option<bool>>, FunctionError> {
    items(args, 0)?
        .iter()
        .map(|item| match (item, to_bool(item)) {
            (Value::Null, _) => Ok(None),
            (_, Some(flag)) => Ok(Some(flag)),
            _ => Err(wrong(0, format!("needs a list of bools, found {} in it", item.type_name()))),
        })
        .collect()
}

fn alltrue(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(Value::Bool(flags(args)?.into_iter().all(|flag| flag == Some(true))))
}

fn anytrue(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(Value::Bool(flags(args)?.into_iter().any(|flag| flag == Some(true))))
}

fn chunklist(_: &Call<'_>, args: &[Value]) -> Outcome {
    let items = list(args, 0)?;
    let size = size(args, 1)?;
    if items.is_empty() {
        return Ok(Value::List(Vec::new()));
    }
    let size = if size == 0 { items.len() } else { size };
    Ok(Value::List(items.chunks(size).map(|chunk| Value::List(chunk.to_vec())).collect()))
}

/// The items of a list, not of a set, which has no order.
fn list(args: &[Value], index: usize) -> Result<&[Value], FunctionError> {
    match value(args, index) {
        Value::Set(_) => Err(FunctionError {
            help: Some("make it a list with `tolist(…)`".to_owned()),
            ..wrong(index, "needs a list, found a set, which has no order")
        }),
        _ => items(args, index),
    }
}

fn coalesce(_: &Call<'_>, args: &[Value]) -> Outcome {
    for (place, arg) in args.iter().enumerate() {
        match arg {
            Value::Null => {}
            Value::Unknown => return Ok(Value::Unknown),
            Value::String(text) if text.is_empty() => {}
            _ => {
                let known: Vec<Value> = args.iter().filter(|arg| !matches!(arg, Value::Null | Value::Unknown)).cloned().collect();
                let before = args.iter().take(place).filter(|arg| !matches!(arg, Value::Null)).count();
                let all = unified(&known).ok_or_else(|| failed("all arguments must have one type"))?;
                return Ok(all.into_iter().nth(before).unwrap_or_default());
            }
        }
    }
    Err(failed("all arguments are null or empty; give a last one that is not"))
}

fn coalescelist(_: &Call<'_>, args: &[Value]) -> Outcome {
    for (index, arg) in args.iter().enumerate() {
        if !items(args, index)?.is_empty() {
            return Ok(arg.clone());
        }
    }
    Err(failed("all lists are empty; give a last one that is not"))
}

fn compact(_: &Call<'_>, args: &[Value]) -> Outcome {
    let kept: Vec<Value> = items(args, 0)?.iter().filter(|item| !matches!(item, Value::Null)).cloned().collect();
    let kept = texts(&[Value::List(kept)], 0)?;
    Ok(Value::List(kept.into_iter().filter(|text| !text.is_empty()).map(Value::String).collect()))
}

fn concat(_: &Call<'_>, args: &[Value]) -> Outcome {
    if args.is_empty() {
        return Err(failed("needs at least one list: concat(lists...)"));
    }
    let mut all = Vec::new();
    for index in 0..args.len() {
        all.extend_from_slice(list(args, index)?);
    }
    Ok(Value::List(all))
}

fn contains(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(Value::Bool(items(args, 0)?.contains(value(args, 1))))
}

fn unified_list(args: &[Value], index: usize) -> Result<Vec<Value>, FunctionError> {
    unified(items(args, index)?).ok_or_else(|| wrong(index, "all items must have one type"))
}

fn distinct(_: &Call<'_>, args: &[Value]) -> Outcome {
    let mut seen = std::collections::BTreeSet::new();
    let items = unified_list(args, 0)?;
    Ok(Value::List(items.into_iter().filter(|item| seen.insert(item.clone())).collect()))
}

fn element(_: &Call<'_>, args: &[Value]) -> Outcome {
    let items = list(args, 0)?;
    let index = size(args, 1)?;
    let place = index.checked_rem(items.len()).ok_or_else(|| wrong(0, "an empty list has no element"))?;
    Ok(items.get(place).cloned().unwrap_or_default())
}

fn flatten(_: &Call<'_>, args: &[Value]) -> Outcome {
    let mut flat = Vec::new();
    Ok(if gather(items(args, 0)?, &mut flat) { Value::List(flat) } else { Value::Unknown })
}

/// Adds the items of nested lists; false where one of them is unknown, and may be a list itself.
fn gather(items: &[Value], flat: &mut Vec<Value>) -> bool {
    items.iter().all(|item| match item {
        Value::Unknown => false,
        Value::List(inner) | Value::Set(inner) => gather(inner, flat),
        other => {
            flat.push(other.clone());
            true
        }
    })
}

fn index(_: &Call<'_>, args: &[Value]) -> Outcome {
    let wanted = value(args, 1);
    list(args, 0)?.iter().position(|item| item == wanted).map(counted).ok_or_else(|| FunctionError {
        help: Some("ask with `contains(…)` first".to_owned()),
        ..wrong(1, format!("{wanted} is not in the list"))
    })
}

fn keys(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(Value::List(map(args, 0)?.keys().map(|key| key.as_str().into()).collect()))
}

fn values(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(Value::List(map(args, 0)?.values().cloned().collect()))
}

fn lookup(_: &Call<'_>, args: &[Value]) -> Outcome {
    let key = text(args, 1)?;
    let map = map(args, 0)?;
    match (map.get(&key), args.get(2)) {
        (Some(found), _) => Ok(found.clone()),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(FunctionError {
            help: suggestion(&key, map.keys().map(String::as_str)).or_else(|| Some("give a default as the third argument".to_owned())),
            ..wrong(1, format!("the map has no key `{key}`"))
        }),
    }
}

fn matchkeys(_: &Call<'_>, args: &[Value]) -> Outcome {
    let (values, keys, wanted) = (items(args, 0)?, items(args, 1)?, items(args, 2)?);
    if values.len() != keys.len() {
        return Err(wrong(1, format!("must have as many items as the values: {} and {}", keys.len(), values.len())));
    }
    let pairs = values.iter().zip(keys).filter(|(_, key)| wanted.contains(key));
    Ok(Value::List(pairs.map(|(value, _)| value.clone()).collect()))
}

fn merge(_: &Call<'_>, args: &[Value]) -> Outcome {
    let mut merged = BTreeMap::new();
    for (index, arg) in args.iter().enumerate() {
        if !matches!(arg, Value::Null) {
            merged.extend(map(args, index)?.clone());
        }
    }
    Ok(Value::Map(merged))
}

fn one(_: &Call<'_>, args: &[Value]) -> Outcome {
    match items(args, 0)? {
        [] => Ok(Value::Null),
        [only] => Ok(only.clone()),
        more => Err(wrong(0, format!("needs a list of at most one item, found {}", more.len()))),
    }
}

fn reverse(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(Value::List(items(args, 0)?.iter().rev().cloned().collect()))
}

fn slice(_: &Call<'_>, args: &[Value]) -> Outcome {
    let items = list(args, 0)?;
    let (start, end) = (size(args, 1)?, size(args, 2)?);
    if end > items.len() {
        return Err(wrong(2, format!("the end {end} is past the end of a list of {}", items.len())));
    }
    match items.get(start..end) {
        Some(part) => Ok(Value::List(part.to_vec())),
        None => Err(wrong(1, format!("the start {start} is after the end {end}"))),
    }
}

fn sort(_: &Call<'_>, args: &[Value]) -> Outcome {
    let mut texts = texts(args, 0)?;
    texts.sort();
    Ok(Value::List(texts.into_iter().map(Value::String).collect()))
}

fn transpose(_: &Call<'_>, args: &[Value]) -> Outcome {
    let mut swapped: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (key, list) in map(args, 0)? {
        for item in texts(std::slice::from_ref(list), 0)? {
            swapped.entry(item).or_default().push(key.as_str().into());
        }
    }
    Ok(Value::Map(
        swapped
            .into_iter()
            .map(|(key, mut keys)| {
                keys.sort();
                (key, Value::List(keys))
            })
            .collect(),
    ))
}

fn zipmap(_: &Call<'_>, args: &[Value]) -> Outcome {
    let (keys, values) = (texts(args, 0)?, list(args, 1)?);
    if keys.len() != values.len() {
        return Err(failed(format!("there are {} keys and {} values", keys.len(), values.len())));
    }
    Ok(Value::Map(keys.into_iter().zip(values.iter().cloned()).collect()))
}

/// The most numbers that `range` gives, as in Terraform.
const RANGE: usize = 1024;

pub(super) fn range(_: &Call<'_>, args: &[Value]) -> Outcome {
    let number = |index| super::args::float(args, index);
    let (start, end, step) = match args.len() {
        0 => {
            return Err(failed("needs one to three numbers: range(end), range(start, end), range(start, end, step)"));
        }
        1 => (0.0, number(0)?, None),
        2 => (number(0)?, number(1)?, None),
        _ => (number(0)?, number(1)?, Some(number(2)?)),
    };
    let step = step.unwrap_or(if end < start { -1.0 } else { 1.0 });
    if (end > start && step < 0.0) || (end < start && step > 0.0) {
        return Err(wrong(2, "the step leads away from the end"));
    }
    let mut numbers = Vec::new();
    let mut turn = 0.0;
    loop {
        let next = start + turn * step;
        if (step >= 0.0 && next >= end) || (step < 0.0 && next <= end) {
            return Ok(Value::List(numbers));
        }
        if numbers.len() >= RANGE {
            return Err(failed(format!("more than {RANGE} numbers; use a larger step or split the range")));
        }
        numbers.push(Value::number(next));
        turn += 1.0;
    }
}

pub(super) fn bounded_product(lengths: impl Iterator<Item = usize>) -> Result<(), FunctionError> {
    bounded(lengths.fold(1, usize::saturating_mul))
}
