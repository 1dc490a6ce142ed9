//! Whether an event pattern matches an event of which not everything is known.
//!
//! Source: EventBridge user guide, "Event patterns" and "Comparison operators": the members of a pattern must all match, of the values of one
//! any; a list in the event matches by any of its items.

use serde_json::Value as Json;

/// Whether it matches; `None` where what is not known of the event decides it, or a filter is not one that is known here.
type Matches = Option<bool>;

/// What an event has in a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Member {
    /// This value.
    Is(Json),
    /// Some value, which differs from event to event.
    Some,
    /// Perhaps a value.
    Perhaps,
    /// Nothing.
    Nothing,
}

/// Whether a pattern matches the event whose members this tells, by their path from the top.
pub(super) fn matches(pattern: &Json, event: &dyn Fn(&[&str]) -> Member) -> Matches {
    within(pattern, &mut Vec::new(), event)
}

fn all(parts: impl Iterator<Item = Matches>) -> Matches {
    let mut answer = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            None => answer = None,
            Some(true) => {}
        }
    }
    answer
}

fn any(parts: impl Iterator<Item = Matches>) -> Matches {
    all(parts.map(|part| part.map(|it| !it))).map(|it| !it)
}

fn within<'p>(pattern: &'p Json, path: &mut Vec<&'p str>, event: &dyn Fn(&[&str]) -> Member) -> Matches {
    let members: Vec<Matches> = pattern
        .as_object()?
        .iter()
        .map(|(name, value)| match value {
            Json::Array(branches) if name == "$or" => {
                let branches: Vec<Matches> = branches.iter().map(|branch| within(branch, path, event)).collect();
                any(branches.into_iter())
            }
            Json::Array(values) => {
                path.push(name);
                let member = event(path);
                path.pop();
                any(values.iter().map(|value| one(value, &member)))
            }
            Json::Object(_) => {
                path.push(name);
                let found = within(value, path, event);
                path.pop();
                found
            }
            _ => None,
        })
        .collect();
    all(members.into_iter())
}

/// Whether one value of a pattern, or one filter, matches what the event has.
fn one(wanted: &Json, member: &Member) -> Matches {
    if let Some(exists) = wanted.get("exists").and_then(Json::as_bool) {
        return match member {
            Member::Is(_) | Member::Some => Some(exists),
            Member::Perhaps => None,
            Member::Nothing => Some(!exists),
        };
    }
    match member {
        Member::Is(Json::Array(items)) => any(items.iter().map(|item| value(wanted, item))),
        Member::Is(found) => value(wanted, found),
        Member::Some | Member::Perhaps => None,
        Member::Nothing => Some(false),
    }
}

fn value(wanted: &Json, found: &Json) -> Matches {
    let Json::Object(filter) = wanted else { return Some(wanted == found) };
    let (word, what) = filter.iter().next()?;
    let text = found.as_str();
    match word.as_str() {
        "prefix" => affix(what, text, |text, what| text.starts_with(what)),
        "suffix" => affix(what, text, |text, what| text.ends_with(what)),
        "equals-ignore-case" => Some(text?.eq_ignore_ascii_case(what.as_str()?)),
        "wildcard" => Some(text.is_some_and(|text| what.as_str().is_some_and(|what| like(what, text)))),
        "anything-but" => anything_but(what, found),
        // Services say numbers as texts in the events that are told here.
        "numeric" | "cidr" if text.is_some() => (word == "numeric").then_some(false),
        _ => None,
    }
}

/// `prefix` and `suffix`, which can be asked without regard to case.
fn affix(what: &Json, text: Option<&str>, holds: fn(&str, &str) -> bool) -> Matches {
    let Some(text) = text else { return Some(false) };
    match what {
        Json::String(what) => Some(holds(text, what)),
        other => Some(holds(&text.to_lowercase(), &other.get("equals-ignore-case")?.as_str()?.to_lowercase())),
    }
}

fn anything_but(what: &Json, found: &Json) -> Matches {
    let but = match what {
        Json::Array(values) => any(values.iter().map(|one| value(one, found))),
        Json::Object(filter) => {
            let (word, values) = filter.iter().next()?;
            let values: Vec<&Json> = values.as_array().map_or_else(|| vec![values], |values| values.iter().collect());
            any(values.into_iter().map(|one| value(&serde_json::json!({ word.as_str(): one }), found)))
        }
        one => value(one, found),
    };
    but.map(|it| !it)
}

/// Whether a text is like a pattern in which `*` stands for any characters.
fn like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(path: &[&str]) -> Member {
        match path {
            ["source"] => Member::Is(json!("aws.backup")),
            ["detail", "state"] => Member::Is(json!("FAILED")),
            ["detail", "backupVaultName"] => Member::Is(json!("daily-eu")),
            ["detail", "categories"] => Member::Is(json!(["backup", "failure"])),
            ["detail", "backupJobId"] => Member::Some,
            ["detail", "statusMessage"] => Member::Perhaps,
            _ => Member::Nothing,
        }
    }

    fn of(detail: &Json) -> Matches {
        matches(&json!({ "source": ["aws.backup"], "detail": detail }), &event)
    }

    #[test]
    fn a_pattern_matches_when_each_member_does_by_one_of_its_values() {
        assert_eq!(of(&json!({ "state": ["EXPIRED", "FAILED"] })), Some(true));
        assert_eq!(of(&json!({ "state": ["COMPLETED"] })), Some(false));
        assert_eq!(of(&json!({ "state": ["FAILED"], "status": ["FAILED"] })), Some(false), "there is no such member");
        assert_eq!(of(&json!({ "categories": ["failure"] })), Some(true), "any item of a list");
        assert_eq!(matches(&json!({ "source": ["aws.rds"] }), &event), Some(false));
        assert_eq!(of(&json!({ "$or": [{ "state": ["COMPLETED"] }, { "backupVaultName": ["daily-eu"] }] })), Some(true));
        assert_eq!(of(&json!({ "$or": [{ "state": ["COMPLETED"] }, { "backupVaultName": ["x"] }] })), Some(false));
    }

    #[test]
    fn filters_do_what_eventbridge_says_of_them() {
        let vault = |filter: Json| of(&json!({ "backupVaultName": [filter] }));
        assert_eq!(vault(json!({ "prefix": "daily" })), Some(true));
        assert_eq!(vault(json!({ "prefix": { "equals-ignore-case": "DAILY" } })), Some(true));
        assert_eq!(vault(json!({ "suffix": "-us" })), Some(false));
        assert_eq!(vault(json!({ "equals-ignore-case": "DAILY-EU" })), Some(true));
        assert_eq!(vault(json!({ "wildcard": "d*-e*" })), Some(true));
        assert_eq!(vault(json!({ "wildcard": "d*-u*" })), Some(false));
        assert_eq!(vault(json!({ "wildcard": "daily" })), Some(false));
        assert_eq!(vault(json!({ "anything-but": ["monthly"] })), Some(true));
        assert_eq!(vault(json!({ "anything-but": "daily-eu" })), Some(false));
        assert_eq!(vault(json!({ "anything-but": { "prefix": "daily" } })), Some(false));
        assert_eq!(vault(json!({ "exists": true })), Some(true));
        assert_eq!(of(&json!({ "copy": [{ "exists": false }] })), Some(true));
    }

    #[test]
    fn what_is_not_known_of_the_event_decides_nothing() {
        assert_eq!(of(&json!({ "backupJobId": ["1"] })), None);
        assert_eq!(of(&json!({ "backupJobId": [{ "exists": true }] })), Some(true));
        assert_eq!(of(&json!({ "statusMessage": [{ "exists": true }] })), None);
        assert_eq!(of(&json!({ "backupJobId": ["1"], "state": ["COMPLETED"] })), Some(false), "the rest decides");
        assert_eq!(of(&json!({ "state": [{ "someday": 1 }] })), None);
    }
}
