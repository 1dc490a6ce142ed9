//! `a.b`, `a[0]`, `a.*.b` and `a[*].b`.

use super::convert::to_number;
use super::failure::suggestion;
use super::{EvalError, Scope, evaluate, range_of, to_text};
use crate::model::{Code, Value};
use hcl::edit::Decorated;
use hcl::edit::expr::{Expression, Traversal, TraversalOperator};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

type Operator = Decorated<TraversalOperator>;

pub(super) fn evaluate_traversal(traversal: &Traversal, scope: &Scope<'_>) -> Result<Value, EvalError> {
    if let Expression::Variable(name) = &traversal.expr {
        // A root is walked by reference: `local.tables[0]` must not copy all locals.
        let root = scope.find(name.as_str(), &range_of(&traversal.expr))?;
        let operators = &traversal.operators;
        // A block's things can be named as their addresses name them.
        let at = if scope.declares(name.as_str()) && !NAMES.contains(&name.as_str()) { operators.get(1) } else { None };
        if let (Some(at), Some(TraversalOperator::GetAttr(label))) = (at, operators.first().map(Decorated::value))
            && let (TraversalOperator::Index(index), Value::Map(blocks)) = (at.value(), root)
            && let Some(thing) = blocks.get(label.as_str())
            && let Some(found) = by_parts(thing, &to_text(&evaluate(index, scope)?).unwrap_or_default())
        {
            return walk(Cow::Borrowed(found), operators.get(2..).unwrap_or_default(), scope).map(Cow::into_owned);
        }
        return walk(Cow::Borrowed(root), operators, scope)
            .map(Cow::into_owned)
            .map_err(|error| undeclared(error, name.as_str(), traversal, root, scope));
    }
    let start = evaluate(&traversal.expr, scope)?;
    walk(Cow::Owned(start), &traversal.operators, scope).map(Cow::into_owned)
}

/// The roots that are no kind of block with things of its own.
const NAMES: [&str; 7] = ["var", "local", "each", "target", "path", "organization", "backstay"];

/// What a key of several parts means in a block's value: of `eu/dr` the thing of the key `eu` in the target `dr`. None where it is one key.
fn by_parts<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    let map = value.as_map().filter(|map| !map.contains_key(key))?;
    key.match_indices('/').find_map(|(at, _)| {
        let (first, rest) = (map.get(key.get(..at)?)?, key.get(at + 1..)?);
        first.as_map().and_then(|inner| inner.get(rest)).or_else(|| by_parts(first, rest))
    })
}

/// What is missing directly below a declared root (`local.typo`) is an unknown reference, which `try` must not hide.
fn undeclared(mut error: EvalError, name: &str, traversal: &Traversal, root: &Value, scope: &Scope<'_>) -> EvalError {
    if let (Value::Map(map), Some(first)) = (root, traversal.operators.first())
        && let TraversalOperator::GetAttr(attribute) = first.value()
        && !map.contains_key(attribute.as_str())
        && scope.declares(name)
    {
        error.code = Code::UnknownReference;
        error.title = format!("nothing declares `{name}.{}`", attribute.as_str());
        error.range = range_of(&traversal.expr).start..error.range.end;
    }
    error
}

fn walk<'v>(mut value: Cow<'v, Value>, operators: &[Operator], scope: &Scope<'_>) -> Result<Cow<'v, Value>, EvalError> {
    let mut rest = operators;
    while let Some((operator, after)) = rest.split_first() {
        rest = after;
        let range = range_of(operator);
        value = match operator.value() {
            TraversalOperator::GetAttr(name) => attribute(value, name.as_str(), operator_range(operator, &range))?,
            TraversalOperator::LegacyIndex(index) => element(value, &Value::Number((*index.value()).into()), range)?,
            TraversalOperator::Index(index) => {
                let key = evaluate(index, scope)?;
                element(value, &key, range_of(index))?
            }
            TraversalOperator::AttrSplat(_) => {
                let names = rest
                    .iter()
                    .take_while(|next| matches!(next.value(), TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_)))
                    .count();
                let (inside, after) = rest.split_at(names);
                rest = after;
                splat(value, inside, scope)?
            }
            TraversalOperator::FullSplat(_) => {
                let inside = rest;
                rest = &[];
                splat(value, inside, scope)?
            }
        };
    }
    Ok(value)
}

fn operator_range(operator: &Operator, whole: &Range<usize>) -> Range<usize> {
    match operator.value() {
        TraversalOperator::GetAttr(name) => hcl::edit::Span::span(name).unwrap_or_else(|| whole.clone()),
        _ => whole.clone(),
    }
}

fn splat<'v>(value: Cow<'v, Value>, inside: &[Operator], scope: &Scope<'_>) -> Result<Cow<'v, Value>, EvalError> {
    let items = match value.into_owned() {
        Value::Unknown => return Ok(Cow::Owned(Value::Unknown)),
        Value::Null => Vec::new(),
        Value::List(items) | Value::Set(items) => items,
        single => vec![single],
    };
    let items: Result<Vec<Value>, EvalError> =
        items.into_iter().map(|item| walk(Cow::Owned(item), inside, scope).map(Cow::into_owned)).collect();
    Ok(Cow::Owned(Value::List(items?)))
}

fn attribute<'v>(value: Cow<'v, Value>, name: &str, range: Range<usize>) -> Result<Cow<'v, Value>, EvalError> {
    let value = match value {
        Cow::Borrowed(Value::Map(map)) => match map.get(name) {
            Some(found) => return Ok(Cow::Borrowed(found)),
            None => value,
        },
        Cow::Owned(Value::Map(mut map)) => match map.remove(name) {
            Some(found) => return Ok(Cow::Owned(found)),
            None => Cow::Owned(Value::Map(map)),
        },
        other => other,
    };
    match value.as_ref() {
        Value::Unknown => Ok(Cow::Owned(Value::Unknown)),
        Value::Map(map) if map.values().any(|inner| has(inner, name)) => Err(one_of_several(map, name, range)),
        Value::Map(map) => Err(EvalError::new(range, format!("there is no attribute `{name}`")).help_opt(
            suggestion(name, map.keys().map(String::as_str)).or_else(|| {
                let keys: Vec<String> = map.keys().take(8).map(|key| format!("`{key}`")).collect();
                (!keys.is_empty()).then(|| format!("there are {}", keys.join(", ")))
            }),
        )),
        Value::Null => Err(EvalError::new(range, format!("there is no attribute `{name}`, because the value is null"))),
        Value::List(_) => Err(EvalError::new(range, format!("a list has no attribute `{name}`"))
            .help("choose one item with an index such as `[0]`, or all with `[*]`")),
        other => Err(EvalError::new(range, format!("{} has no attribute `{name}`", other.type_name()))),
    }
}

fn has(value: &Value, name: &str) -> bool {
    value.as_map().is_some_and(|inner| inner.contains_key(name))
}

/// Asks which one is meant, where not the map but what is in it has the attribute: a block with `for_each`, or in several targets.
fn one_of_several(map: &BTreeMap<String, Value>, name: &str, range: Range<usize>) -> EvalError {
    const NAMED: usize = 4;
    let keys: Vec<&String> = map.iter().filter(|(_, inner)| has(inner, name)).map(|(key, _)| key).collect();
    let named: Vec<String> = keys.iter().take(NAMED).map(|key| format!("`{key}`")).collect();
    let more = if keys.len() > NAMED { ", …" } else { "" };
    let title = format!("there is no one attribute `{name}` here, but one in each of {}{more}", named.join(", "));
    let first = keys.first().map_or("", |key| key.as_str());
    EvalError::new(range, title).help(format!("say which one is meant, as in `[{}].{name}`", Value::from(first)))
}

fn element<'v>(value: Cow<'v, Value>, key: &Value, range: Range<usize>) -> Result<Cow<'v, Value>, EvalError> {
    if matches!(value.as_ref(), Value::Unknown) || matches!(key, Value::Unknown) {
        return Ok(Cow::Owned(Value::Unknown));
    }
    if matches!(key, Value::Null) {
        return Err(EvalError::new(range, "an index must not be null"));
    }
    match value.as_ref() {
        Value::Map(_) => match to_text(key) {
            Some(name) => attribute(value, &name, range),
            None => Err(EvalError::new(range, format!("a key must be a string, found {}", key.type_name()))),
        },
        Value::List(items) => {
            let place = position(key, items.len(), range)?;
            let item = match value {
                Cow::Borrowed(Value::List(items)) => items.get(place).map(Cow::Borrowed),
                Cow::Owned(Value::List(items)) => items.into_iter().nth(place).map(Cow::Owned),
                _ => None,
            };
            Ok(item.unwrap_or(Cow::Owned(Value::Null)))
        }
        Value::Set(_) => Err(EvalError::new(range, "items of a set have no index").help("make it a list with `tolist(…)`")),
        other => Err(EvalError::new(range, format!("{} has no items", other.type_name()))),
    }
}

/// The place in a list of that length that an index names.
fn position(key: &Value, length: usize, range: Range<usize>) -> Result<usize, EvalError> {
    let Some(number) = to_number(key) else {
        return Err(EvalError::new(range, format!("the index of a list must be a whole number, found {}", key.type_name())));
    };
    if number.as_f64().is_some_and(|number| number < 0.0) {
        return Err(EvalError::new(range, format!("the index {number} is negative; the list has {}", items(length)))
            .help("count from the end with `list[length(list) - 1]` or `reverse(list)[0]`"));
    }
    let place = number.as_u64().and_then(|place| usize::try_from(place).ok());
    match place {
        Some(place) if place < length => Ok(place),
        None if number.is_f64() => Err(EvalError::new(range, format!("an index must be a whole number, found {number}"))),
        _ => Err(EvalError::new(range, format!("there is no item {number}: the list has {}", items(length)))),
    }
}

fn items(length: usize) -> String {
    match length {
        0 => "no items".to_owned(),
        1 => "1 item".to_owned(),
        more => format!("{more} items"),
    }
}
