//! Conversions of values to types.

use super::{Attribute, Type, TypeError};
use crate::model::{Value, count};
use crate::policy::eval::{suggestion, to_bool, to_number, to_text};
use crate::policy::functions::unified;
use std::collections::BTreeMap;

impl Type {
    /// Converts a value as Terraform does for a variable: null and the unknown are of every type.
    pub fn convert(&self, value: Value) -> Result<Value, TypeError> {
        convert(self, value, "")
    }
}

fn convert(to: &Type, value: Value, path: &str) -> Result<Value, TypeError> {
    if matches!(value, Value::Null | Value::Unknown) {
        return Ok(value);
    }
    let fails = || wrong(path, to, &value);
    match to {
        Type::Any => Ok(value),
        Type::Bool => to_bool(&value).map(Value::Bool).ok_or_else(fails),
        Type::Number => to_number(&value).map(Value::Number).ok_or_else(fails),
        Type::String => to_text(&value).map(Value::String).ok_or_else(fails),
        Type::List(item) => items(item, value.as_items().ok_or_else(fails)?, path).map(Value::List),
        Type::Set(item) => items(item, value.as_items().ok_or_else(fails)?, path).map(Value::set),
        Type::Map(item) => map(item, value.as_map().ok_or_else(fails)?, path),
        Type::Tuple(types) => {
            let items = value.as_items().filter(|_| matches!(value, Value::List(_))).ok_or_else(fails)?;
            if items.len() != types.len() {
                return Err(TypeError {
                    path: path.to_owned(),
                    message: format!("needs {}, found {}", count(types.len(), "item"), items.len()),
                });
            }
            let items = types.iter().zip(items).enumerate();
            let items: Result<Vec<Value>, TypeError> =
                items.map(|(index, (of, item))| convert(of, item.clone(), &format!("{path}[{index}]"))).collect();
            items.map(Value::List)
        }
        Type::Object(attributes) => object(attributes, value.as_map().ok_or_else(fails)?, path),
    }
}

fn wrong(path: &str, to: &Type, value: &Value) -> TypeError {
    let found = match value {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => format!("{value}"),
        other => other.type_name().to_owned(),
    };
    TypeError { path: path.to_owned(), message: format!("needs {to}, found {found}") }
}

fn one_type(values: &[Value], path: &str) -> Result<Vec<Value>, TypeError> {
    unified(values).ok_or_else(|| TypeError { path: path.to_owned(), message: "all items must have one type".to_owned() })
}

fn items(of: &Type, items: &[Value], path: &str) -> Result<Vec<Value>, TypeError> {
    let converted: Result<Vec<Value>, TypeError> =
        items.iter().enumerate().map(|(index, item)| convert(of, item.clone(), &format!("{path}[{index}]"))).collect();
    match of {
        Type::Any => one_type(&converted?, path),
        _ => converted,
    }
}

fn map(of: &Type, map: &BTreeMap<String, Value>, path: &str) -> Result<Value, TypeError> {
    let converted: Result<Vec<Value>, TypeError> =
        map.iter().map(|(key, item)| convert(of, item.clone(), &format!("{path}[\"{key}\"]"))).collect();
    let converted = match of {
        Type::Any => one_type(&converted?, path)?,
        _ => converted?,
    };
    Ok(Value::Map(map.keys().cloned().zip(converted).collect()))
}

/// What the type does not name is left out, as in Terraform.
fn object(attributes: &BTreeMap<String, Attribute>, map: &BTreeMap<String, Value>, path: &str) -> Result<Value, TypeError> {
    let mut converted = BTreeMap::new();
    for (name, attribute) in attributes {
        let value = match map.get(name) {
            None if !attribute.optional => {
                let near = suggestion(name, map.keys().map(String::as_str).filter(|key| !attributes.contains_key(*key)));
                let near = near.map_or_else(String::new, |_| "; one that is there has a similar name".to_owned());
                return Err(TypeError { path: path.to_owned(), message: format!("needs the attribute `{name}`{near}") });
            }
            None | Some(Value::Null) if attribute.optional => attribute.default.clone(),
            Some(value) => convert(&attribute.of, value.clone(), &format!("{path}.{name}"))?,
            None => Value::Null,
        };
        converted.insert(name.clone(), value);
    }
    Ok(Value::Map(converted))
}
