//! What a block stands for: one thing, or one for each item of its `for_each`.

use crate::model::{Code, Diagnostic, Value};
use crate::policy::eval::Scope;
use crate::policy::reader::{Located, Reader};
use std::collections::BTreeMap;

/// The instances of a block: one without a key, or one for each item of its `for_each`. `None` where `for_each` cannot be used.
pub(in crate::policy) fn instances(
    located: Located<'_>,
    scope: &Scope<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<Vec<(Option<String>, Option<Value>)>> {
    let mut reader = Reader::new(located, scope, "the block", problems);
    if reader.expression("for_each").is_none() {
        return Some(vec![(None, None)]);
    }
    let (value, span) = reader.value("for_each")?;
    let keys: Vec<&str> = match &value {
        Value::Map(map) => map.keys().map(String::as_str).collect(),
        other => other.as_items().unwrap_or_default().iter().filter_map(Value::as_str).collect(),
    };
    if let Some(key) = keys.iter().find(|key| key.contains('/') || key.is_empty()) {
        // Addresses join keys, targets and names with it, and two things must not share an address.
        let problem = Diagnostic::error(Code::OutOfRange, format!("`for_each` has the key `{key}`; a key must not be empty or hold `/`"));
        reader.problem(problem.at(span));
        return None;
    }
    let each = |key: &str, value: Value| {
        let map = BTreeMap::from([("key".to_owned(), Value::from(key)), ("value".to_owned(), value)]);
        (Some(key.to_owned()), Some(Value::Map(map)))
    };
    let problem = match &value {
        Value::Map(map) => return Some(map.iter().map(|(key, value)| each(key, value.clone())).collect()),
        Value::Set(items) if items.iter().all(|item| item.as_str().is_some()) => {
            return Some(items.iter().filter_map(Value::as_str).map(|key| each(key, Value::from(key))).collect());
        }
        Value::List(_) => {
            Diagnostic::error(Code::WrongType, "`for_each` must be a map or a set, found a list").help("write `for_each = toset([…])`")
        }
        Value::Set(_) if value.has_unknown() => {
            Diagnostic::error(Code::Evaluation, "`for_each` must be known before anything is read, and this is known only after apply")
        }
        Value::Set(_) => Diagnostic::error(Code::WrongType, "`for_each` over a set needs a set of strings"),
        other => Diagnostic::error(Code::WrongType, format!("`for_each` must be a map or a set, found {}", other.type_name())),
    };
    reader.problem(problem.at(span));
    None
}
