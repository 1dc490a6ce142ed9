//! Operators: Terraform's conversions here, the arithmetic in hcl-rs.

use super::convert::{to_bool, to_number};
use super::{EvalError, Scope, evaluate, range_of};
use crate::model::Value;
use hcl::edit::expr::{BinaryOp, BinaryOperator, Expression, UnaryOp, UnaryOperator};
use hcl::eval::{Context, Evaluate};
use serde_json::Number;
use std::ops::Range;

/// Evaluates `a + b + c …` without a level of recursion for each operator.
pub(super) fn evaluate_binary(operation: &BinaryOp, scope: &Scope<'_>) -> Result<Value, EvalError> {
    let mut pending = vec![operation];
    let mut first = &operation.lhs_expr;
    while let Expression::BinaryOp(inner) = first {
        pending.push(inner);
        first = &inner.lhs_expr;
    }
    let mut value = evaluate(first, scope)?;
    while let Some(operation) = pending.pop() {
        let right = evaluate(&operation.rhs_expr, scope)?;
        value = apply(operation, &value, &right)?;
    }
    Ok(value)
}

fn apply(operation: &BinaryOp, left: &Value, right: &Value) -> Result<Value, EvalError> {
    let operator = *operation.operator.value();
    let (left_range, right_range) = (range_of(&operation.lhs_expr), range_of(&operation.rhs_expr));
    match operator {
        BinaryOperator::Eq | BinaryOperator::NotEq => Ok(equality(operator, left, right)),
        BinaryOperator::And | BinaryOperator::Or => {
            let left = operand_bool(left, operator.as_str(), left_range)?;
            let right = operand_bool(right, operator.as_str(), right_range)?;
            Ok(match (left, right) {
                (Some(left), Some(right)) => by_hcl(operator, left, right).unwrap_or(Value::Null),
                _ => Value::Unknown,
            })
        }
        _ => {
            let left = operand_number(left, operator.as_str(), left_range)?;
            let right_number = operand_number(right, operator.as_str(), right_range.clone())?;
            match (left, right_number) {
                (Some(left), Some(right)) => arithmetic(operator, &left, &right).ok_or_else(|| {
                    let zero = right.as_f64() == Some(0.0);
                    let (title, range) = if zero && matches!(operator, BinaryOperator::Div | BinaryOperator::Mod) {
                        ("division by zero", right_range)
                    } else {
                        ("the result is too large for a number", left_range_of(operation))
                    };
                    EvalError::new(range, title)
                }),
                _ => Ok(Value::Unknown),
            }
        }
    }
}

fn left_range_of(operation: &BinaryOp) -> Range<usize> {
    range_of(&operation.lhs_expr).start..range_of(&operation.rhs_expr).end
}

fn equality(operator: BinaryOperator, left: &Value, right: &Value) -> Value {
    // Whether something is null is known of everything but the unknown itself.
    let null = matches!(left, Value::Null) || matches!(right, Value::Null);
    let whole_unknown = matches!(left, Value::Unknown) || matches!(right, Value::Unknown);
    if whole_unknown || (!null && (left.has_unknown() || right.has_unknown())) {
        return Value::Unknown;
    }
    Value::Bool((left == right) == matches!(operator, BinaryOperator::Eq))
}

fn operand_bool(value: &Value, operator: &str, range: Range<usize>) -> Result<Option<bool>, EvalError> {
    match (to_bool(value), value) {
        (Some(flag), _) => Ok(Some(flag)),
        (None, Value::Unknown) => Ok(None),
        _ => Err(EvalError::new(range, format!("`{operator}` needs `true` or `false`, found {}", described(value)))),
    }
}

fn operand_number(value: &Value, operator: &str, range: Range<usize>) -> Result<Option<Number>, EvalError> {
    match (to_number(value), value) {
        (Some(number), _) => Ok(Some(number)),
        (None, Value::Unknown) => Ok(None),
        _ => {
            let error = EvalError::new(range, format!("`{operator}` needs a number, found {}", described(value)));
            Err(if matches!(value, Value::String(_)) && operator == "+" {
                error.help("to join strings, write a template: \"${a}${b}\"")
            } else {
                error
            })
        }
    }
}

fn described(value: &Value) -> String {
    match value {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => format!("`{value}`"),
        _ => value.type_name().to_owned(),
    }
}

/// Up to here 64 bits hold every whole number, with some to spare for what a float rounds.
const SAFE: f64 = 9_000_000_000_000_000_000.0;

/// A number operator on two numbers; `None` where there is no finite result.
fn arithmetic(operator: BinaryOperator, left: &Number, right: &Number) -> Option<Value> {
    if let Some(exact) = decimal(operator, left, right) {
        return Some(exact);
    }
    let (left, right) = (to_hcl_number(left)?, to_hcl_number(right)?);
    // hcl-rs computes in 64 bits and has no check of its own, so what might leave that range is computed in floats,
    // and what has no finite result is not asked for.
    let (a, b) = (left.as_f64()?, right.as_f64()?);
    let estimate = match operator {
        BinaryOperator::Plus => a + b,
        BinaryOperator::Minus => a - b,
        BinaryOperator::Mul => a * b,
        BinaryOperator::Div => a / b,
        BinaryOperator::Mod => a % b,
        _ => 0.0,
    };
    if !estimate.is_finite() {
        return None;
    }
    if estimate.abs() >= SAFE || a.abs() >= SAFE || b.abs() >= SAFE {
        return match operator {
            BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Mul | BinaryOperator::Div | BinaryOperator::Mod => {
                Some(Value::number(estimate))
            }
            _ => by_hcl(operator, left, right),
        };
    }
    by_hcl(operator, left, right)
}

/// Sums, differences and products of decimal fractions, exactly: `0.1 + 0.2` is 0.3, as in Terraform, which computes with 512 bits.
fn decimal(operator: BinaryOperator, left: &Number, right: &Number) -> Option<Value> {
    if !(left.is_f64() || right.is_f64()) {
        return None;
    }
    let ((a, a_places), (b, b_places)) = (scaled(left)?, scaled(right)?);
    let places = a_places.max(b_places);
    let widen = |digits: i128, from: u32| digits.checked_mul(10_i128.checked_pow(places - from)?);
    let (digits, places) = match operator {
        BinaryOperator::Plus => (widen(a, a_places)?.checked_add(widen(b, b_places)?)?, places),
        BinaryOperator::Minus => (widen(a, a_places)?.checked_sub(widen(b, b_places)?)?, places),
        BinaryOperator::Mul => (a.checked_mul(b)?, a_places + b_places),
        BinaryOperator::Mod => (widen(a, a_places)?.checked_rem(widen(b, b_places)?)?, places),
        _ => return None,
    };
    format!("{digits}e-{places}").parse().ok().map(Value::number)
}

/// A decimal as its digits and how many of them stand after the point.
fn scaled(number: &Number) -> Option<(i128, u32)> {
    let text = super::number_text(number);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let places = u32::try_from(fraction.len()).ok()?;
    Some((format!("{whole}{fraction}").parse().ok()?, places))
}

fn by_hcl(operator: BinaryOperator, left: impl Into<hcl::Expression>, right: impl Into<hcl::Expression>) -> Option<Value> {
    let operation = hcl::expr::BinaryOp::new(left, operator, right);
    from_hcl(&operation.evaluate(&Context::new()).ok()?)
}

pub(super) fn evaluate_unary(operation: &UnaryOp, scope: &Scope<'_>) -> Result<Value, EvalError> {
    let value = evaluate(&operation.expr, scope)?;
    let range = range_of(&operation.expr);
    let operand = match operation.operator.value() {
        UnaryOperator::Not => operand_bool(&value, "!", range)?.map(hcl::Expression::from),
        UnaryOperator::Neg => operand_number(&value, "-", range)?.as_ref().and_then(to_hcl_number).map(hcl::Expression::from),
    };
    let Some(operand) = operand else {
        return Ok(Value::Unknown);
    };
    let operation = hcl::expr::UnaryOp::new(*operation.operator.value(), operand);
    Ok(operation.evaluate(&Context::new()).ok().as_ref().and_then(from_hcl).unwrap_or(Value::Null))
}

fn from_hcl(value: &hcl::Value) -> Option<Value> {
    match value {
        hcl::Value::Bool(flag) => Some(Value::Bool(*flag)),
        hcl::Value::Number(number) => Some(from_hcl_number(*number)),
        _ => None,
    }
}

/// The value of a number of the tree.
pub(super) fn from_hcl_number(number: hcl::Number) -> Value {
    if let Some(whole) = number.as_i64() {
        Value::Number(whole.into())
    } else if let Some(whole) = number.as_u64() {
        Value::Number(whole.into())
    } else {
        Value::number(number.as_f64().unwrap_or_default())
    }
}

fn to_hcl_number(number: &Number) -> Option<hcl::Number> {
    if let Some(whole) = number.as_i64() {
        Some(whole.into())
    } else if let Some(whole) = number.as_u64() {
        Some(whole.into())
    } else {
        hcl::Number::from_f64(number.as_f64()?)
    }
}

/// `a + b`; `None` for what cannot be added.
pub(crate) fn add(left: &Value, right: &Value) -> Option<Value> {
    arithmetic(BinaryOperator::Plus, &to_number(left)?, &to_number(right)?)
}
