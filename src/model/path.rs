//! Paths of settings: block names joined by dots, with the key of a repeated block in brackets: `rule["daily"].lifecycle.delete_after`.
//!
//! A *generic* path has no keys (`rule.lifecycle.delete_after`): that is how the table of a kind writes it.

use super::value::Value;

/// One part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The block's or the setting's name.
    pub name: String,
    /// Which of several blocks of that name.
    pub key: Option<String>,
}

/// The parts of a path. What is not of the form is taken as a name, as nothing but this module makes paths with keys.
pub fn segments(path: &str) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, tail) = rest.split_at(end);
        let mut segment = Segment { name: name.to_owned(), key: None };
        rest = tail;
        if let Some((key, tail)) = rest.strip_prefix('[').and_then(key) {
            segment.key = Some(key);
            rest = tail;
        } else if let Some(tail) = rest.strip_prefix('[') {
            segment.name.push('[');
            segment.name.push_str(tail);
            rest = "";
        }
        segments.push(segment);
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    segments
}

/// Reads `"KEY"]` and returns the key and what follows.
fn key(text: &str) -> Option<(String, &str)> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<String>();
    let key = stream.next()?.ok()?;
    let tail = text.get(stream.byte_offset()..)?;
    Some((key, tail.strip_prefix(']')?))
}

/// The path without keys, as the table of a kind has it.
pub fn generic(path: &str) -> String {
    if !path.contains('[') {
        return path.to_owned();
    }
    let names: Vec<String> = segments(path).into_iter().map(|segment| segment.name).collect();
    names.join(".")
}

/// The path of one of several blocks.
pub fn keyed(block: &str, key: &str) -> String {
    format!("{block}[{}]", Value::from(key))
}

/// The path without the key at its end, and that key; none where it ends without one.
pub fn split_key(path: &str) -> Option<(String, String)> {
    let mut segments = segments(path);
    let last = segments.last_mut()?;
    let key = last.key.take()?;
    let whole = segments.iter().fold(String::new(), |at, segment| {
        let at = child(&at, &segment.name);
        segment.key.as_ref().map_or_else(|| at.clone(), |key| keyed(&at, key))
    });
    Some((whole, key))
}

/// The path of something within a block; `""` is the outermost level.
pub fn child(block: &str, name: &str) -> String {
    if block.is_empty() { name.to_owned() } else { format!("{block}.{name}") }
}

/// Whether a path is within a block.
pub fn is_within(path: &str, block: &str) -> bool {
    path.strip_prefix(block).is_some_and(|rest| rest.starts_with('.') || rest.starts_with('['))
}

/// The blocks with a key that a path is in, outermost first; the path itself is not one of them.
pub fn enclosing(path: &str) -> Vec<String> {
    let segments = segments(path);
    let mut at = String::new();
    let mut around = Vec::new();
    for (place, segment) in segments.iter().enumerate() {
        at = child(&at, &segment.name);
        if let Some(key) = &segment.key {
            at = keyed(&at, key);
            if place + 1 < segments.len() {
                around.push(at.clone());
            }
        }
    }
    around
}

/// The path of another setting of the same table as seen from this one: the keys of the blocks that both are in are this one's.
pub fn beside(path: &str, other: &str) -> String {
    let own = segments(path);
    let mut at = String::new();
    let mut together = true;
    for (place, name) in other.split('.').enumerate() {
        let here = own.get(place).filter(|segment| together && segment.name == name);
        together = here.is_some();
        at = child(&at, name);
        if let Some(key) = here.and_then(|segment| segment.key.as_ref()) {
            at = keyed(&at, key);
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_hold_anything() {
        let path = child(&keyed("rule", r#"a.b["c"]"#), "lifecycle.delete_after");
        let parts = segments(&path);
        assert_eq!(parts.len(), 3);
        assert_eq!(parts[0].key.as_deref(), Some(r#"a.b["c"]"#));
        assert_eq!(generic(&path), "rule.lifecycle.delete_after");
        assert_eq!(enclosing(&path), [keyed("rule", r#"a.b["c"]"#)]);
        assert!(is_within(&path, &keyed("rule", r#"a.b["c"]"#)));
        assert!(!is_within("rules.a", "rule"));
    }

    #[test]
    fn a_sibling_has_the_keys_of_the_blocks_around_both() {
        let path = r#"rule["daily"].copy_action["x"].lifecycle.delete_after"#;
        assert_eq!(
            beside(path, "rule.copy_action.lifecycle.cold_storage_after"),
            r#"rule["daily"].copy_action["x"].lifecycle.cold_storage_after"#
        );
        assert_eq!(beside(path, "rule.enable_continuous_backup"), r#"rule["daily"].enable_continuous_backup"#);
        assert_eq!(beside(path, "name"), "name");
    }
}
