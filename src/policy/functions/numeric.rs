//! Numbers.

use super::args::{failed, float, integer, value, wrong};
use super::{Call, Function, FunctionError, Outcome, Takes, define};
use crate::model::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    define("abs", "abs(number)", "Takes the sign off a number.", Takes::Known, abs),
    define("ceil", "ceil(number)", "Rounds up.", Takes::Known, ceil),
    define("floor", "floor(number)", "Rounds down.", Takes::Known, floor),
    define("log", "log(number, base)", "Takes the logarithm to a base.", Takes::Known, log),
    define("max", "max(numbers...)", "Takes the largest number.", Takes::Known, max),
    define("min", "min(numbers...)", "Takes the smallest number.", Takes::Known, min),
    define("parseint", "parseint(string, base)", "Reads a whole number written to a base from 2 to 62.", Takes::Known, parseint),
    define("pow", "pow(number, exponent)", "Raises a number to a power.", Takes::Known, pow),
    define("signum", "signum(number)", "Gives -1, 0 or 1: the sign of a number.", Takes::Known, signum),
    define("sum", "sum(list)", "Adds up a list of numbers.", Takes::Known, sum),
];

fn finite(number: f64) -> Outcome {
    match Value::number(number) {
        Value::Null => Err(failed("the result is not a finite number")),
        number => Ok(number),
    }
}

fn abs(_: &Call<'_>, args: &[Value]) -> Outcome {
    let number = super::args::number(args, 0)?;
    match number.as_i64().and_then(i64::checked_abs) {
        Some(whole) => Ok(whole.into()),
        None => finite(float(args, 0)?.abs()),
    }
}

fn rounded(args: &[Value], round: fn(f64) -> f64) -> Outcome {
    let number = super::args::number(args, 0)?;
    if number.is_f64() {
        return finite(round(float(args, 0)?));
    }
    Ok(Value::Number(number))
}

fn ceil(_: &Call<'_>, args: &[Value]) -> Outcome {
    rounded(args, f64::ceil)
}

fn floor(_: &Call<'_>, args: &[Value]) -> Outcome {
    rounded(args, f64::floor)
}

fn log(_: &Call<'_>, args: &[Value]) -> Outcome {
    finite(float(args, 0)?.ln() / float(args, 1)?.ln())
}

fn extreme(args: &[Value], better: fn(f64, f64) -> bool) -> Outcome {
    let mut best: Option<usize> = None;
    for index in 0..args.len() {
        let number = float(args, index)?;
        if match best {
            Some(best) => better(number, float(args, best)?),
            None => true,
        } {
            best = Some(index);
        }
    }
    let best = best.ok_or_else(|| failed("needs at least one number"))?;
    Ok(Value::Number(super::args::number(args, best)?))
}

fn max(_: &Call<'_>, args: &[Value]) -> Outcome {
    extreme(args, |a, b| a > b)
}

fn min(_: &Call<'_>, args: &[Value]) -> Outcome {
    extreme(args, |a, b| a < b)
}

fn parseint(_: &Call<'_>, args: &[Value]) -> Outcome {
    let Value::String(digits) = value(args, 0) else {
        return Err(wrong(0, format!("needs a string, found {}", value(args, 0).type_name())));
    };
    let base = integer(args, 1)?;
    if !(2..=62).contains(&base) {
        return Err(wrong(1, format!("the base must be from 2 to 62, found {base}")));
    }
    read_digits(digits, i128::from(base)).ok_or_else(|| wrong(0, format!("`{digits}` is not a whole number to the base {base}")))
}

fn read_digits(text: &str, base: i128) -> Option<Value> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() {
        return None;
    }
    let mut number: i128 = 0;
    for ch in digits.chars() {
        let digit = match ch {
            '0'..='9' => u32::from(ch) - u32::from('0'),
            'a'..='z' => u32::from(ch) - u32::from('a') + 10,
            // Up to base 36 letters have no case; above, capitals follow.
            'A'..='Z' if base <= 36 => u32::from(ch) - u32::from('A') + 10,
            'A'..='Z' => u32::from(ch) - u32::from('A') + 36,
            _ => return None,
        };
        if i128::from(digit) >= base {
            return None;
        }
        number = number.checked_mul(base)?.checked_add(i128::from(digit))?;
    }
    let number = if negative { -number } else { number };
    match i64::try_from(number) {
        Ok(whole) => Some(whole.into()),
        Err(_) => number.to_string().parse().ok().map(Value::number),
    }
}

fn pow(_: &Call<'_>, args: &[Value]) -> Outcome {
    finite(float(args, 0)?.powf(float(args, 1)?))
}

fn signum(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(Value::from(integer(args, 0)?.signum()))
}

fn sum(_: &Call<'_>, args: &[Value]) -> Outcome {
    let items = super::args::items(args, 0)?;
    if items.is_empty() {
        return Err(wrong(0, "an empty list has no sum"));
    }
    let mut total = Value::from(0);
    for index in 0..items.len() {
        let number = super::args::number(items, index).map_err(|error| FunctionError { argument: Some(0), ..error })?;
        total = crate::policy::eval::add(&total, &Value::Number(number)).ok_or_else(|| failed("the sum is too large"))?;
    }
    Ok(total)
}
