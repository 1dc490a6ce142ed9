//! `for` expressions, and the iteration that `for` directives of templates share with them.

use super::{EvalError, Scope, evaluate, evaluate_condition, evaluate_key, range_of};
use crate::model::Value;
use hcl::edit::Decorated;
use hcl::edit::Ident;
use hcl::edit::expr::{Expression, ForExpr};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The pairs that a loop goes through, in order; `None` where they are known only after apply.
pub(super) fn pairs(collection: &Expression, scope: &Scope<'_>) -> Result<Option<Vec<(Value, Value)>>, EvalError> {
    match evaluate(collection, scope)? {
        Value::Unknown => Ok(None),
        Value::List(items) => Ok(Some(
            items.into_iter().enumerate().map(|(index, item)| (Value::from(i64::try_from(index).unwrap_or(i64::MAX)), item)).collect(),
        )),
        Value::Set(items) => Ok(Some(items.into_iter().map(|item| (item.clone(), item)).collect())),
        Value::Map(map) => Ok(Some(map.into_iter().map(|(key, item)| (Value::String(key), item)).collect())),
        other => {
            let error = EvalError::new(range_of(collection), format!("`for` needs a list, a set or a map, found {}", other.type_name()));
            Err(match other {
                Value::Null => error.help("use `coalesce(value, [])`, or a condition, where it may be null"),
                _ => error,
            })
        }
    }
}

/// The scope of one turn of a loop.
pub(super) fn turn<'s>(
    scope: &'s Scope<'s>,
    key_name: Option<&Decorated<Ident>>,
    value_name: &Decorated<Ident>,
    (key, value): (Value, Value),
) -> Scope<'s> {
    let inner = match key_name {
        Some(name) => scope.child().with(name.as_str(), key),
        None => scope.child(),
    };
    inner.with(value_name.as_str(), value)
}

pub(super) fn evaluate_for(each: &ForExpr, scope: &Scope<'_>) -> Result<Value, EvalError> {
    let Some(pairs) = pairs(&each.intro.collection_expr, scope)? else {
        return Ok(Value::Unknown);
    };
    let mut result = Collected::default();
    for pair in pairs {
        let inner = turn(scope, each.intro.key_var.as_ref(), &each.intro.value_var, pair);
        if let Some(condition) = &each.cond {
            match evaluate_condition(&condition.expr, &inner)? {
                Some(true) => {}
                Some(false) => continue,
                None => return Ok(Value::Unknown),
            }
        }
        let Some(key_expr) = &each.key_expr else {
            result.items.push(evaluate(&each.value_expr, &inner)?);
            continue;
        };
        let Some(key) = evaluate_key(key_expr, &inner)? else {
            return Ok(Value::Unknown);
        };
        let value = evaluate(&each.value_expr, &inner)?;
        if each.grouping {
            result.groups.entry(key).or_default().push(value);
            continue;
        }
        match result.map.entry(key) {
            Entry::Vacant(free) => {
                free.insert(value);
            }
            Entry::Occupied(taken) => {
                return Err(EvalError::new(range_of(key_expr), format!("two items give the key `{}`", taken.key()))
                    .help("to collect the items of one key in a list, write `...` after the value"));
            }
        }
    }
    Ok(result.into_value(each))
}

#[derive(Default)]
struct Collected {
    items: Vec<Value>,
    map: BTreeMap<String, Value>,
    groups: BTreeMap<String, Vec<Value>>,
}

impl Collected {
    fn into_value(self, each: &ForExpr) -> Value {
        if each.key_expr.is_none() {
            Value::List(self.items)
        } else if each.grouping {
            Value::Map(self.groups.into_iter().map(|(key, items)| (key, Value::List(items))).collect())
        } else {
            Value::Map(self.map)
        }
    }
}
