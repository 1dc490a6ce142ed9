//! Sets and products.

use super::args::{failed, items, value, wrong};
use super::collection::{bounded_product, range};
use super::conversion::unified;
use super::{Call, Function, FunctionError, Outcome, Takes, define};
use crate::model::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    define("range", "range(numbers...)", "Lists numbers: range(end), range(start, end), range(start, end, step).", Takes::Known, range),
    define("setintersection", "setintersection(set, sets...)", "Keeps what is in all sets.", Takes::Known, intersection),
    define("setproduct", "setproduct(sets...)", "Combines each item of one set with each of the others.", Takes::Known, product),
    define("setsubtract", "setsubtract(set, other)", "Removes from a set what is in another.", Takes::Known, subtract),
    define("setunion", "setunion(set, sets...)", "Joins sets.", Takes::Known, union),
];

/// All arguments as sets of one type of item.
fn sets(args: &[Value]) -> Result<Vec<Vec<Value>>, FunctionError> {
    let mut all = Vec::new();
    for index in 0..args.len() {
        all.extend_from_slice(items(args, index)?);
    }
    let all = unified(&all).ok_or_else(|| failed("all sets must have items of one type"))?;
    let mut rest = all.into_iter();
    let mut sets = Vec::new();
    for index in 0..args.len() {
        let length = items(args, index)?.len();
        sets.push(rest.by_ref().take(length).collect());
    }
    Ok(sets)
}

fn intersection(_: &Call<'_>, args: &[Value]) -> Outcome {
    let sets = sets(args)?;
    let (first, others) = sets.split_first().ok_or_else(|| failed("needs at least one set"))?;
    let kept = first.iter().filter(|item| others.iter().all(|other| other.contains(item)));
    Ok(Value::set(kept.cloned()))
}

fn union(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(Value::set(sets(args)?.concat()))
}

fn subtract(_: &Call<'_>, args: &[Value]) -> Outcome {
    let sets = sets(args)?;
    let (first, others) = sets.split_first().ok_or_else(|| failed("needs two sets"))?;
    let kept = first.iter().filter(|item| !others.iter().any(|other| other.contains(item)));
    Ok(Value::set(kept.cloned()))
}

fn product(_: &Call<'_>, args: &[Value]) -> Outcome {
    if args.len() < 2 {
        return Err(failed("needs at least two sets or lists"));
    }
    let mut factors = Vec::new();
    for index in 0..args.len() {
        factors.push(unified(items(args, index)?).ok_or_else(|| wrong(index, "all items must have one type"))?);
    }
    bounded_product(factors.iter().map(Vec::len))?;
    let rows = factors.iter().fold(vec![Vec::new()], |rows: Vec<Vec<Value>>, factor| {
        let longer = |row: &Vec<Value>, item: &Value| {
            let mut row = row.clone();
            row.push(item.clone());
            row
        };
        rows.iter().flat_map(|row| factor.iter().map(move |item| longer(row, item))).collect()
    });
    let rows = rows.into_iter().map(Value::List);
    // The product of sets is a set; one list among them gives it an order.
    if (0..args.len()).all(|index| matches!(value(args, index), Value::Set(_))) {
        return Ok(Value::set(rows));
    }
    Ok(Value::List(rows.collect()))
}
