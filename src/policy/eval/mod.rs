//! Expressions of the edit tree to values, with Terraform's semantics and the place of every failure.
//!
//! The tree is walked here, rather than converted to `hcl::Expression` and evaluated there, because that conversion loses the spans,
//! sorts no map and evaluates the arguments of `try`. The operators on literals are left to hcl-rs.

mod call;
mod convert;
mod failure;
mod heredoc;
mod loops;
mod operators;
mod references;
mod scope;
mod template;
mod traversal;

#[cfg(test)]
mod tests;

pub use convert::{number_text, to_bool, to_number, to_text};
pub use failure::EvalError;
pub(crate) use failure::suggestion;
pub(crate) use operators::add;
pub use references::{Reference, Segment, references};
pub use scope::Scope;
pub(crate) use template::evaluate_text as evaluate_template_text;

use crate::model::{Code, Value};
use hcl::edit::Span;
use hcl::edit::expr::{Conditional, Expression, Object, ObjectKey};
use std::collections::BTreeMap;
use std::ops::Range;

/// Evaluates one expression. Reads nothing but the files that file functions name.
///
/// The error's range is of the smallest part that fails.
pub fn evaluate(expr: &Expression, scope: &Scope<'_>) -> Result<Value, EvalError> {
    match expr {
        Expression::Null(_) => Ok(Value::Null),
        Expression::Bool(flag) => Ok(Value::Bool(*flag.value())),
        Expression::Number(number) => Ok(operators::from_hcl_number(*number.value())),
        Expression::String(text) => Ok(Value::String(text.value().clone())),
        Expression::Array(items) => {
            let items: Result<Vec<Value>, EvalError> = items.iter().map(|item| evaluate(item, scope)).collect();
            items.map(Value::List)
        }
        Expression::Object(object) => evaluate_object(object, scope),
        Expression::StringTemplate(template) => template::evaluate(&template.iter().collect::<Vec<_>>(), template::Lines::Whole, scope),
        Expression::HeredocTemplate(heredoc) => {
            let template = heredoc::dedented(heredoc);
            template::evaluate(&template.iter().collect::<Vec<_>>(), template::Lines::Each, scope)
        }
        Expression::Parenthesis(inner) => evaluate(inner.inner(), scope),
        Expression::Variable(name) => scope.find(name.as_str(), &range_of(expr)).cloned(),
        Expression::Conditional(conditional) => evaluate_conditional(conditional, scope),
        Expression::FuncCall(call) => call::evaluate_call(call, range_of(expr), scope),
        Expression::Traversal(traversal) => traversal::evaluate_traversal(traversal, scope),
        Expression::UnaryOp(operation) => operators::evaluate_unary(operation, scope),
        Expression::BinaryOp(operation) => operators::evaluate_binary(operation, scope),
        Expression::ForExpr(each) => loops::evaluate_for(each, scope),
    }
}

/// The bytes that an expression covers; empty for one that was not parsed from text.
pub(crate) fn range_of(node: &impl Span) -> Range<usize> {
    node.span().unwrap_or_default()
}

fn evaluate_object(object: &Object, scope: &Scope<'_>) -> Result<Value, EvalError> {
    let mut map = BTreeMap::new();
    for (key, value) in object {
        let key = match key {
            ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
            // `null` and friends are plain words where a key stands.
            ObjectKey::Expression(Expression::Null(_)) => Some("null".to_owned()),
            ObjectKey::Expression(expr @ Expression::Traversal(_)) => {
                return Err(EvalError::new(range_of(expr), "a key that is a reference is ambiguous")
                    .help("put it in parentheses to use its value, or in quotes to use its text"));
            }
            ObjectKey::Expression(expr) => evaluate_key(expr, scope)?,
        };
        let value = evaluate(value.expr(), scope)?;
        match key {
            Some(key) => {
                map.insert(key, value);
            }
            None => return Ok(Value::Unknown),
        }
    }
    Ok(Value::Map(map))
}

/// The text of an object key; `None` where it is known only after apply.
pub(crate) fn evaluate_key(expr: &Expression, scope: &Scope<'_>) -> Result<Option<String>, EvalError> {
    let key = evaluate(expr, scope)?;
    match to_text(&key) {
        Some(text) => Ok(Some(text)),
        None if matches!(key, Value::Unknown) => Ok(None),
        None => Err(EvalError::new(range_of(expr), format!("a key must be a string, found {}", key.type_name()))),
    }
}

/// Evaluates something that must be true or false; `None` where it is known only after apply.
pub(crate) fn evaluate_condition(expr: &Expression, scope: &Scope<'_>) -> Result<Option<bool>, EvalError> {
    let value = evaluate(expr, scope)?;
    match to_bool(&value) {
        Some(flag) => Ok(Some(flag)),
        None if matches!(value, Value::Unknown) => Ok(None),
        None => Err(EvalError::new(range_of(expr), format!("a condition must be true or false, found {}", value.type_name()))),
    }
}

fn evaluate_conditional(conditional: &Conditional, scope: &Scope<'_>) -> Result<Value, EvalError> {
    let Some(holds) = evaluate_condition(&conditional.cond_expr, scope)? else {
        return Ok(Value::Unknown);
    };
    let (chosen, other) =
        if holds { (&conditional.true_expr, &conditional.false_expr) } else { (&conditional.false_expr, &conditional.true_expr) };
    let value = evaluate(chosen, scope)?;
    // The branch that is not taken only lends its type, so what fails in it is nobody's concern.
    let Ok(other) = evaluate(other, scope) else {
        return Ok(value);
    };
    convert::unify_branches(value, &other).ok_or_else(|| {
        EvalError::new(conditional.span().unwrap_or_else(|| range_of(chosen)), "both results of a condition must have one type")
            .help("convert one of them, for example with `tostring(…)`")
    })
}

impl EvalError {
    fn new(range: Range<usize>, title: impl Into<String>) -> Self {
        Self { code: Code::Evaluation, range, title: title.into(), help: None }
    }
}
