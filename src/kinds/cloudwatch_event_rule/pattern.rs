//! Event patterns: when two are the same, which of them EventBridge refuses, and which match nothing that AWS Backup ever sends.
//!
//! Source: EventBridge user guide, "Event patterns" and "Comparison operators"; AWS Backup developer guide, "Monitoring AWS Backup events
//! using EventBridge".

use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// The most characters of a pattern.
pub(super) const LONGEST: usize = 4_096;

/// What an object among the values of a list can be.
const FILTERS: [&str; 8] = ["prefix", "suffix", "anything-but", "numeric", "exists", "cidr", "equals-ignore-case", "wildcard"];

/// What AWS Backup sends, with the member of `detail` that says how it stands; none where there is no one such member.
const OF_BACKUP: [(&str, Option<&str>); 9] = [
    ("Backup Job State Change", Some("state")),
    ("Copy Job State Change", Some("state")),
    ("Restore Job State Change", Some("status")),
    ("Recovery Point State Change", Some("status")),
    ("Backup Plan State Change", Some("state")),
    ("Backup Vault State Change", Some("state")),
    ("Region Setting State Change", Some("state")),
    ("Recovery Point Index State Change", None),
    ("Scan Job State Change", Some("state")),
];

/// The form in which patterns are compared: the order of members and of alternatives means nothing, that of a numeric range does.
pub(super) fn canonical(json: &Json) -> Json {
    match json {
        Json::Object(members) => {
            let members: BTreeMap<String, Json> = members
                .iter()
                .map(|(name, value)| (name.clone(), if name == "numeric" { value.clone() } else { canonical(value) }))
                .collect();
            Json::Object(members.into_iter().collect::<Map<_, _>>())
        }
        Json::Array(items) => {
            let mut items: Vec<Json> = items.iter().map(canonical).collect();
            items.sort_by_key(ToString::to_string);
            items.dedup();
            Json::Array(items)
        }
        other => other.clone(),
    }
}

/// The rule that a pattern breaks.
pub(super) fn broken(pattern: &Json) -> Option<String> {
    match pattern {
        Json::Object(members) if members.is_empty() => Some("an event pattern with nothing in it is refused".to_owned()),
        Json::Object(_) => within("", pattern),
        _ => Some("an event pattern is an object".to_owned()),
    }
}

fn within(at: &str, pattern: &Json) -> Option<String> {
    pattern.as_object()?.iter().find_map(|(name, value)| {
        let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
        match value {
            Json::Object(members) if members.is_empty() => Some(format!("`{at}` has nothing in it")),
            Json::Object(_) => within(&at, value),
            Json::Array(values) if values.is_empty() => Some(format!("the list of `{at}` is empty")),
            Json::Array(branches) if name == "$or" => branches.iter().find_map(|branch| within(&at, branch)),
            Json::Array(values) => values.iter().find_map(|value| one(&at, value)),
            _ => Some(format!("`{at}` must be a list, even of one value: `[{value}]`")),
        }
    })
}

fn one(at: &str, value: &Json) -> Option<String> {
    match value {
        Json::Array(_) => Some(format!("a value of `{at}` is a list; it takes texts, numbers, true, false, null and filters")),
        Json::Object(filter) => match filter.keys().next() {
            Some(word) if filter.len() == 1 && FILTERS.contains(&word.as_str()) => None,
            _ => Some(format!("a filter of `{at}` has exactly one of {}", FILTERS.join(", "))),
        },
        _ => None,
    }
}

/// Why a rule with this pattern never fires, and what to write instead, where it asks for what AWS Backup does not send.
pub(super) fn never(pattern: &Json) -> Vec<(String, String)> {
    if words(pattern, "source") != ["aws.backup"] {
        return Vec::new();
    }
    let mut found = Vec::new();
    for word in words(pattern, "detail-type") {
        let Some((_, member)) = OF_BACKUP.iter().find(|(known, _)| *known == word) else {
            let nearest = OF_BACKUP.iter().map(|(known, _)| (strsim::normalized_damerau_levenshtein(known, word), known));
            let nearest = nearest.max_by(|one, other| one.0.total_cmp(&other.0)).filter(|(likeness, _)| *likeness > 0.6);
            let all: Vec<&str> = OF_BACKUP.iter().map(|(known, _)| *known).collect();
            let help = nearest.map_or_else(|| format!("it sends: {}", all.join(", ")), |(_, known)| format!("did you mean \"{known}\"?"));
            found.push((format!("AWS Backup sends no events of the type \"{word}\""), help));
            continue;
        };
        let Some(member) = *member else { continue };
        let other = if member == "state" { "status" } else { "state" };
        let detail = pattern.get("detail").and_then(Json::as_object);
        let looks_wrong = detail.is_some_and(|detail| detail.contains_key(other) && !detail.contains_key(member));
        // The one event about a restore job that is only just there has `state`.
        let is_created = word == "Restore Job State Change" && detail.is_some_and(|detail| list(detail.get(other)) == ["CREATED"]);
        if looks_wrong && !is_created {
            let title =
                format!("\"{word}\" of AWS Backup has `detail.{member}`, not `detail.{other}`, so that this pattern never matches one");
            found.push((title, format!("write `{member}` instead of `{other}`")));
        }
    }
    found
}

/// The texts of a member; none where something else is among them.
fn words<'j>(pattern: &'j Json, member: &str) -> Vec<&'j str> {
    list(pattern.get(member))
}

fn list(value: Option<&Json>) -> Vec<&str> {
    let texts: Option<Vec<&str>> = value.and_then(Json::as_array).map(|items| items.iter().map(Json::as_str).collect()).unwrap_or_default();
    texts.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_order_of_alternatives_means_nothing_and_that_of_a_range_does() {
        let one = json!({ "source": ["b", "a"], "detail": { "n": [{ "numeric": [">", 0, "<=", 5] }] } });
        let other = json!({ "detail": { "n": [{ "numeric": [">", 0, "<=", 5] }] }, "source": ["a", "b", "a"] });
        assert_eq!(canonical(&one).to_string(), canonical(&other).to_string());
        let turned = json!({ "source": ["b", "a"], "detail": { "n": [{ "numeric": ["<=", 5, ">", 0] }] } });
        assert_ne!(canonical(&one), canonical(&turned));
    }

    #[test]
    fn patterns_that_eventbridge_refuses_say_why() {
        let why = |pattern: Json| broken(&pattern).unwrap_or_default();
        assert_eq!(why(json!({})), "an event pattern with nothing in it is refused");
        assert_eq!(why(json!([])), "an event pattern is an object");
        assert_eq!(why(json!({ "source": "aws.backup" })), "`source` must be a list, even of one value: `[\"aws.backup\"]`");
        assert_eq!(why(json!({ "detail": { "state": [] } })), "the list of `detail.state` is empty");
        assert!(
            why(json!({ "detail": { "state": [{ "starts": "a" }] } })).starts_with("a filter of `detail.state` has exactly one of prefix")
        );
        assert_eq!(why(json!({ "source": ["a", { "prefix": "b" }], "$or": [{ "a": [1] }, { "b": [null] }] })), "");
    }

    #[test]
    fn what_aws_backup_never_sends_is_known() {
        let of = |kind: &str, member: &str, value: &str| {
            let pattern = json!({ "source": ["aws.backup"], "detail-type": [kind], "detail": { member: [value] } });
            never(&pattern).into_iter().map(|(_, help)| help).collect::<Vec<_>>()
        };
        assert_eq!(of("Backup Job State Change", "status", "FAILED"), ["write `state` instead of `status`"]);
        assert_eq!(of("Restore Job State Change", "state", "FAILED"), ["write `status` instead of `state`"]);
        assert_eq!(of("Restore Job State Change", "state", "CREATED"), Vec::<String>::new());
        assert_eq!(of("Backup Job State Change", "state", "FAILED"), Vec::<String>::new());
        assert_eq!(of("Backup Job State Changes", "state", "FAILED"), ["did you mean \"Backup Job State Change\"?"]);
    }
}
