//! The settings of one thing by path, for building what a call takes.

use crate::model::{Change, Declared, Reading, Value, path};
use std::collections::BTreeMap;

/// Settings by path with keys; a block that is there is `true`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flat(BTreeMap<String, Value>);

impl Flat {
    /// What a policy declares.
    pub fn of_wanted(wanted: &BTreeMap<String, Declared>) -> Self {
        Self(wanted.iter().map(|(path, declared)| (path.clone(), declared.value.clone())).collect())
    }

    /// Values by path.
    pub fn of_values(values: &BTreeMap<String, Value>) -> Self {
        Self(values.clone())
    }

    /// What was read.
    pub fn of_readings(readings: &BTreeMap<String, Reading>) -> Self {
        let known = readings.iter().filter_map(|(path, reading)| match reading {
            Reading::Known(value) => Some((path.clone(), value.clone())),
            Reading::Unset | Reading::Unreadable { .. } => None,
        });
        Self(known.collect())
    }

    /// Lays changes over it: `null` is as good as absent, and what goes takes with it what was in it.
    #[must_use]
    pub fn with(mut self, changes: &[&Change]) -> Self {
        for change in changes {
            let is_block = change.setting.ends_with(']');
            if change.after == Value::Null || (is_block && change.after == Value::Bool(false)) {
                self.0.retain(|path, _| *path != change.setting && !path::is_within(path, &change.setting));
            } else {
                self.0.insert(change.setting.clone(), change.after.clone());
            }
        }
        self
    }

    /// Gives a setting a value.
    pub fn set(&mut self, path: &str, value: Value) {
        self.0.insert(path.to_owned(), value);
    }

    /// The values by path.
    #[must_use]
    pub fn into_values(self) -> BTreeMap<String, Value> {
        self.0
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every path with its value, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(path, value)| (path.as_str(), value))
    }

    /// The keys of the blocks of a name, sorted.
    pub fn keys(&self, block: &str) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        for path in self.0.keys().filter(|path| path.starts_with(block)) {
            let Some(rest) = path.strip_prefix(block).filter(|rest| rest.starts_with('[')) else { continue };
            // The block's own parts come first, whatever stands before: a name in front makes the rest a path again.
            let key = path::segments(&format!("_{rest}")).into_iter().next().and_then(|segment| segment.key);
            keys.extend(key.filter(|key| keys.last() != Some(key)));
        }
        keys.sort();
        keys.dedup();
        keys
    }

    /// Whether anything is set within a block, or the block itself is there.
    pub fn has_within(&self, block: &str) -> bool {
        self.0.keys().any(|path| path == block || path::is_within(path, block))
    }

    /// The value of a setting.
    pub fn get(&self, path: &str) -> Option<&Value> {
        self.0.get(path)
    }

    /// A text.
    pub fn text(&self, path: &str) -> Option<String> {
        self.get(path).and_then(Value::as_str).map(str::to_owned)
    }

    /// A whole number.
    pub fn whole(&self, path: &str) -> Option<i64> {
        self.get(path).and_then(Value::as_i64)
    }

    /// A number.
    pub fn decimal(&self, path: &str) -> Option<f64> {
        self.get(path).and_then(Value::as_f64)
    }

    /// A flag.
    pub fn flag(&self, path: &str) -> Option<bool> {
        self.get(path).and_then(Value::as_bool)
    }

    /// Texts without order.
    pub fn texts(&self, path: &str) -> Option<Vec<String>> {
        let items = self.get(path)?.as_items()?;
        Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// Texts by name.
    pub fn text_map(&self, path: &str) -> Option<BTreeMap<String, String>> {
        let map = self.get(path)?.as_map()?;
        Some(map.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_may_hold_dots_and_brackets_and_blocks_may_be_nested() {
        let inner = path::keyed(&path::child(&path::keyed("rule", "a"), "copy"), "arn:x.y[0]");
        let flat = Flat(BTreeMap::from([
            (path::keyed("rule", "a"), Value::from(true)),
            (path::child(&inner, "days"), Value::from(3)),
            (path::keyed("rules", "b"), Value::from(true)),
        ]));
        assert_eq!(flat.keys("rule"), ["a"]);
        assert_eq!(flat.keys(r#"rule["a"].copy"#), ["arn:x.y[0]"]);
        assert_eq!(flat.whole(&path::child(&inner, "days")), Some(3));
    }
}
