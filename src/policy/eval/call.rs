//! Function calls: arguments, `...` expansion, and `try` and `can`, which see the failures of their arguments.

use super::failure::suggestion;
use super::{EvalError, Scope, evaluate, range_of};
use crate::model::{Code, Value};
use crate::policy::functions::{self, Call};
use hcl::edit::Span;
use hcl::edit::expr::FuncCall;
use std::ops::Range;

pub(super) fn evaluate_call(call: &FuncCall, whole: Range<usize>, scope: &Scope<'_>) -> Result<Value, EvalError> {
    let name = call.name.name.as_str();
    let name_range = call.name.name.span().unwrap_or_else(|| whole.clone());
    let spaces: Vec<&str> = call.name.namespace.iter().map(|part| part.as_str()).collect();
    if !matches!(spaces.as_slice(), [] | ["core"]) {
        return Err(EvalError::new(name_range, format!("there is no function `{}::{name}`", spaces.join("::")))
            .help("only Terraform's own functions exist here; write the name alone"));
    }
    match name {
        "try" => return evaluate_try(call, whole, scope),
        "can" => return evaluate_can(call, whole, scope),
        _ => {}
    }
    let Some(function) = functions::find(name) else {
        return Err(EvalError {
            code: Code::UnknownReference,
            range: name_range,
            title: format!("there is no function `{name}`"),
            help: suggestion(name, functions::names()),
        });
    };
    let (values, ranges) = arguments(call, scope)?;
    let context = Call { folder: scope.folder(), inside_template: scope.inside_template() };
    functions::call(function, &context, &values).map_err(|failure| {
        let range = failure.argument.and_then(|index| ranges.get(index).or(ranges.last())).cloned().unwrap_or(whole);
        EvalError::new(range, format!("`{name}`: {}", failure.message)).help_opt(failure.help)
    })
}

fn arguments(call: &FuncCall, scope: &Scope<'_>) -> Result<(Vec<Value>, Vec<Range<usize>>), EvalError> {
    let mut values = Vec::with_capacity(call.args.len());
    let mut ranges = Vec::with_capacity(call.args.len());
    let last = call.args.len().saturating_sub(1);
    for (index, arg) in call.args.iter().enumerate() {
        let value = evaluate(arg, scope)?;
        let range = range_of(arg);
        if !(call.args.expand_final() && index == last) {
            values.push(value);
            ranges.push(range);
            continue;
        }
        match value {
            Value::List(items) | Value::Set(items) => {
                ranges.extend(items.iter().map(|_| range.clone()));
                values.extend(items);
            }
            Value::Unknown => {
                // How many arguments there are is not known, so neither is the result.
                values.push(Value::Unknown);
                ranges.push(range);
            }
            other => {
                return Err(EvalError::new(range, format!("`...` needs a list or a set, found {}", other.type_name())));
            }
        }
    }
    Ok((values, ranges))
}

fn evaluate_try(call: &FuncCall, whole: Range<usize>, scope: &Scope<'_>) -> Result<Value, EvalError> {
    let mut first: Option<EvalError> = None;
    for arg in &call.args {
        match evaluate(arg, scope) {
            Ok(value) => return Ok(value),
            // A name that nothing declares is a mistake in the policy, not a value that may be absent.
            Err(error) if error.code == Code::UnknownReference => return Err(error),
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(match first {
        Some(first) => EvalError::new(whole, format!("`try`: none of the arguments has a value; the first says: {}", first.title))
            .help("end it with an argument that cannot fail, such as `null`"),
        None => EvalError::new(whole, "`try` needs at least one argument"),
    })
}

fn evaluate_can(call: &FuncCall, whole: Range<usize>, scope: &Scope<'_>) -> Result<Value, EvalError> {
    let mut args = call.args.iter();
    let (Some(arg), None) = (args.next(), args.next()) else {
        return Err(EvalError::new(whole, "`can` needs one argument: can(expression)"));
    };
    match evaluate(arg, scope) {
        Ok(value) if value.has_unknown() => Ok(Value::Unknown),
        Ok(_) => Ok(Value::Bool(true)),
        Err(error) if error.code == Code::UnknownReference => Err(error),
        Err(_) => Ok(Value::Bool(false)),
    }
}
