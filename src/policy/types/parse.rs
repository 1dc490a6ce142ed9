//! Type constraints from expressions, and values from text.

use super::{Attribute, Type, TypeError};
use crate::model::{Code, Value};
use crate::policy::eval::{EvalError, Scope, evaluate, range_of, suggestion};
use hcl::edit::expr::{Expression, FuncCall, ObjectKey};
use std::collections::BTreeMap;
use std::path::Path;

const NAMES: [&str; 9] = ["any", "bool", "list", "map", "number", "object", "set", "string", "tuple"];

impl Type {
    /// Reads a type constraint such as `list(object({ name = string, days = optional(number, 7) }))`.
    pub fn parse(expr: &Expression) -> Result<Self, EvalError> {
        match expr {
            Expression::Variable(name) => match name.as_str() {
                "any" => Ok(Self::Any),
                "bool" => Ok(Self::Bool),
                "number" => Ok(Self::Number),
                "string" => Ok(Self::String),
                collection @ ("list" | "set" | "map") => {
                    Err(wrong(expr, format!("`{collection}` needs the type of its items")).help(format!("write `{collection}(string)`")))
                }
                "object" => Err(wrong(expr, "`object` needs its attributes").help("write `object({ name = string })`")),
                "tuple" => Err(wrong(expr, "`tuple` needs the types of its items").help("write `tuple([string, number])`")),
                other => Err(unknown(expr, other)),
            },
            Expression::FuncCall(call) => parse_call(call, expr),
            Expression::Parenthesis(inner) => Self::parse(inner.inner()),
            Expression::String(text) => Err(wrong(expr, "a type is written without quotes").help(format!("write `{}`", text.value()))),
            _ => {
                Err(wrong(expr, "this is not a type")
                    .help("a type is, for example, `string`, `list(string)` or `object({ name = string })`"))
            }
        }
    }

    /// Reads a value given as text, by `--var` or the environment: a string literally, anything else as HCL without references and calls.
    pub fn parse_raw(&self, text: &str) -> Result<Value, TypeError> {
        if matches!(self, Self::String | Self::Number | Self::Bool) {
            return self.convert(Value::String(text.to_owned()));
        }
        let error = |message: String| TypeError { path: String::new(), message };
        let expr = hcl::edit::parser::parse_expr(text.trim())
            .map_err(|failure| error(format!("`{text}` is not a value of type {self}: {}", failure.message())))?;
        if !is_literal(&expr) {
            return Err(error(format!("`{text}` must be written out, without references and function calls; put strings in quotes")));
        }
        let value = evaluate(&expr, &Scope::new(Path::new(""))).map_err(|failure| error(failure.title))?;
        self.convert(value)
    }
}

fn wrong(expr: &Expression, title: impl Into<String>) -> EvalError {
    EvalError { code: Code::WrongType, range: range_of(expr), title: title.into(), help: None }
}

fn unknown(expr: &Expression, name: &str) -> EvalError {
    wrong(expr, format!("there is no type `{name}`"))
        .help(suggestion(name, NAMES).unwrap_or_else(|| format!("the types are {}", NAMES.join(", "))))
}

fn parse_call(call: &FuncCall, whole: &Expression) -> Result<Type, EvalError> {
    let name = call.name.name.as_str();
    let args: Vec<&Expression> = call.args.iter().collect();
    if !NAMES.contains(&name) {
        if name == "optional" {
            return Err(wrong(whole, "`optional` can only stand for an attribute of an object"));
        }
        return Err(unknown(whole, name));
    }
    let [only] = args.as_slice() else {
        return Err(wrong(whole, format!("`{name}` needs one argument, found {}", args.len())));
    };
    match (name, only) {
        ("list", item) => Ok(Type::List(Box::new(Type::parse(item)?))),
        ("set", item) => Ok(Type::Set(Box::new(Type::parse(item)?))),
        ("map", item) => Ok(Type::Map(Box::new(Type::parse(item)?))),
        ("tuple", Expression::Array(items)) => {
            let items: Result<Vec<Type>, EvalError> = items.iter().map(Type::parse).collect();
            items.map(Type::Tuple)
        }
        ("tuple", other) => Err(wrong(other, "`tuple` needs a list of types, such as `tuple([string, number])`")),
        ("object", Expression::Object(object)) => {
            let mut attributes = BTreeMap::new();
            for (key, value) in object {
                let key = match key {
                    ObjectKey::Ident(name) => name.as_str().to_owned(),
                    ObjectKey::Expression(Expression::String(text)) => text.value().clone(),
                    ObjectKey::Expression(other) => return Err(wrong(other, "the name of an attribute must be a plain word")),
                };
                attributes.insert(key, parse_attribute(value.expr())?);
            }
            Ok(Type::Object(attributes))
        }
        ("object", other) => Err(wrong(other, "`object` needs its attributes, such as `object({ name = string })`")),
        _ => Err(wrong(whole, format!("`{name}` takes no argument")).help(format!("write `{name}`"))),
    }
}

fn parse_attribute(expr: &Expression) -> Result<Attribute, EvalError> {
    let required = |of| Attribute { of, optional: false, default: Value::Null };
    let Expression::FuncCall(call) = expr else {
        return Type::parse(expr).map(required);
    };
    if call.name.name.as_str() != "optional" {
        return Type::parse(expr).map(required);
    }
    let mut args = call.args.iter();
    let (Some(of), default, None) = (args.next(), args.next(), args.next()) else {
        return Err(wrong(expr, "`optional` needs a type and perhaps a default: optional(string, \"x\")"));
    };
    let of = Type::parse(of)?;
    let default = match default {
        None => Value::Null,
        Some(default) => {
            let value = evaluate(default, &Scope::new(Path::new("")))?;
            of.convert(value).map_err(|error| wrong(default, format!("the default is not of type {of}: {error}")))?
        }
    };
    Ok(Attribute { of, optional: true, default })
}

/// Whether an expression is written out: nothing in it refers to a name or calls a function.
fn is_literal(expr: &Expression) -> bool {
    match expr {
        Expression::Null(_) | Expression::Bool(_) | Expression::Number(_) | Expression::String(_) => true,
        Expression::Array(items) => items.iter().all(is_literal),
        Expression::Object(object) => object.iter().all(|(key, value)| {
            is_literal(value.expr())
                && match key {
                    ObjectKey::Ident(_) => true,
                    ObjectKey::Expression(key) => is_literal(key),
                }
        }),
        Expression::Parenthesis(inner) => is_literal(inner.inner()),
        Expression::UnaryOp(operation) => is_literal(&operation.expr),
        Expression::HeredocTemplate(heredoc) => heredoc.template.iter().all(|element| element.as_literal().is_some()),
        _ => false,
    }
}
