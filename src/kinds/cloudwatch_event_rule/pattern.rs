//! Event patterns: when two are the same, which of them EventBridge refuses, and which match nothing that AWS Backup ever sends.
//!
//! Source: EventBridge user guide, "Event patterns" and "Comparison operators"; AWS Backup developer guide, "Monitoring AWS Backup events
//! using EventBridge".

use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

/// The most characters of a pattern.
pub(super) const LONGEST: usize = 4_096;

/// What an object among the values of a list can be.
const FILTERS: [&str; 8] = ["prefix", "suffix", "anything-but", "numeric", "exists", "cidr", "equals-ignore-case", "wildcard"];

/// The source of what AWS Backup sends.
const BACKUP: &str = "aws.backup";

/// How the types of events end that any service sends by way of CloudTrail.
const BY_CLOUDTRAIL: &str = " via CloudTrail";

/// What AWS Backup sends, with the member of `detail` that says how it stands and the values that this has; none where there is no one such
/// member, or where its values are not written down.
///
/// Source: AWS Backup developer guide, "Monitoring AWS Backup events using EventBridge"; AWS Backup API, the states of jobs and recovery points.
const OF_BACKUP: [(&str, Option<&str>, &[&str]); 10] = [
    (
        "Backup Job State Change",
        Some("state"),
        &["CREATED", "PENDING", "RUNNING", "ABORTING", "ABORTED", "COMPLETED", "FAILED", "EXPIRED", "PARTIAL"],
    ),
    ("Copy Job State Change", Some("state"), &["CREATED", "RUNNING", "COMPLETED", "FAILED", "PARTIAL"]),
    ("Restore Job State Change", Some("status"), &["CREATED", "PENDING", "RUNNING", "COMPLETED", "ABORTED", "FAILED"]),
    (
        "Recovery Point State Change",
        Some("status"),
        &["COMPLETED", "PARTIAL", "DELETING", "EXPIRED", "AVAILABLE", "STOPPED", "CREATING", "MODIFIED", "DELETED"],
    ),
    ("Backup Plan State Change", Some("state"), &["CREATED", "MODIFIED", "DELETED"]),
    ("Backup Vault State Change", Some("state"), &["CREATED", "MODIFIED", "DELETED"]),
    ("Region Setting State Change", Some("state"), &[]),
    ("Recovery Point Index State Change", None, &[]),
    ("Recovery Point Change", None, &[]),
    ("Scan Job State Change", Some("state"), &["CREATED", "RUNNING", "COMPLETED", "COMPLETED_WITH_ISSUES", "FAILED", "CANCELED"]),
];

/// Members of `detail` that AWS Backup sends as the texts `true` and `false`.
const FLAGS_AS_TEXTS: [&str; 1] = ["isLocked"];

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

/// Why a rule with this pattern never fires, or never for one of its alternatives, and what to write instead, where it asks for what AWS Backup
/// or DynamoDB does not send.
pub(super) fn never(pattern: &Json) -> Vec<(String, String)> {
    let mut found = of_source(pattern);
    if words(pattern, "source") == [BACKUP] {
        found.extend(of_types(pattern));
        found.extend(["state", "status"].into_iter().flat_map(|member| of_values(pattern, member)));
        found.extend(of_flags(pattern));
    }
    found
}

/// What is wrong with where the events are to come from.
fn of_source(pattern: &Json) -> Vec<(String, String)> {
    let (sources, types) = (words(pattern, "source"), words(pattern, "detail-type"));
    let mut found = Vec::new();
    for source in &sources {
        let plain = source.to_ascii_lowercase().replace([':', '_', '-'], ".");
        let is_near = plain.starts_with("aws") && strsim::damerau_levenshtein(&plain, BACKUP) <= 2;
        if *source != BACKUP && (is_near || *source == "backup.amazonaws.com") {
            found.push((format!("no service sends events from \"{source}\""), format!("did you mean \"{BACKUP}\"?")));
        }
    }
    if !found.is_empty() || sources.is_empty() {
        return found;
    }
    let of_backup = types.iter().find(|word| OF_BACKUP.iter().any(|(known, _, _)| known == *word));
    if let Some(word) = of_backup.filter(|_| !sources.contains(&BACKUP)) {
        let title = format!("only AWS Backup sends \"{word}\", and this pattern asks for events from {}", sources.join(", "));
        found.push((title, format!("write `source = [\"{BACKUP}\"]`")));
    } else if sources == ["aws.dynamodb"]
        && let Some(word) = types.iter().find(|word| !word.ends_with(BY_CLOUDTRAIL))
    {
        let title = format!("DynamoDB sends no events of its own, so that none is of the type \"{word}\"");
        let help = "what is done to tables comes by way of CloudTrail: `\"detail-type\" = [\"AWS API Call via CloudTrail\"]` with `detail.eventName`; of backups AWS Backup tells";
        found.push((title, help.to_owned()));
    }
    found
}

/// Values of the member that says how something stands which AWS Backup never gives to it.
fn of_values(pattern: &Json, member: &str) -> Vec<(String, String)> {
    let mut values = BTreeSet::new();
    for word in words(pattern, "detail-type") {
        match OF_BACKUP.iter().find(|(known, _, _)| *known == word) {
            Some((_, _, known)) if !known.is_empty() => values.extend(known.iter().copied()),
            // Nobody knows what it can be.
            _ => return Vec::new(),
        }
    }
    let given = pattern.get("detail").and_then(|detail| detail.get(member)).and_then(Json::as_array).into_iter().flatten();
    let never = given.filter(|value| !value.is_object() && !value.as_str().is_some_and(|text| values.contains(text)));
    let told = |value: &Json| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let likeness = |known: &str| strsim::normalized_damerau_levenshtein(known, &text.to_uppercase());
        let nearest = values.iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other))).filter(|known| likeness(known) > 0.5);
        let all: Vec<&str> = values.iter().copied().collect();
        let help = nearest.map_or_else(|| format!("it is one of {}", all.join(", ")), |known| format!("did you mean \"{known}\"?"));
        (format!("AWS Backup never sends {value} as `detail.{member}` of these events"), help)
    };
    if values.is_empty() { Vec::new() } else { never.map(told).collect() }
}

/// Flags that are compared with what they are never sent as.
fn of_flags(pattern: &Json) -> Vec<(String, String)> {
    let asked = FLAGS_AS_TEXTS.into_iter().filter_map(|flag| Some((flag, pattern.get("detail")?.get(flag)?.as_array()?)));
    let told = |(flag, values): (&str, &Vec<Json>)| {
        let value = values.iter().find_map(Json::as_bool)?;
        Some((format!("AWS Backup sends `detail.{flag}` as a text, which {value} never matches"), format!("write `[\"{value}\"]`")))
    };
    asked.filter_map(told).collect()
}

/// Types of events that AWS Backup does not send, and members that those it sends do not have.
fn of_types(pattern: &Json) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for word in words(pattern, "detail-type").into_iter().filter(|word| !word.ends_with(BY_CLOUDTRAIL)) {
        let Some((_, member, _)) = OF_BACKUP.iter().find(|(known, _, _)| *known == word) else {
            let nearest = OF_BACKUP.iter().map(|(known, _, _)| (strsim::normalized_damerau_levenshtein(known, word), known));
            let nearest = nearest.max_by(|one, other| one.0.total_cmp(&other.0)).filter(|(likeness, _)| *likeness > 0.6);
            let all: Vec<&str> = OF_BACKUP.iter().map(|(known, _, _)| *known).collect();
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
        assert_eq!(of("AWS API Call via CloudTrail", "eventName", "DeleteBackupVault"), Vec::<String>::new());
    }

    #[test]
    fn values_that_aws_backup_never_sends_are_told() {
        let why = |kinds: &[&str], detail: Json| {
            let pattern = json!({ "source": ["aws.backup"], "detail-type": kinds, "detail": detail });
            never(&pattern).into_iter().map(|(_, help)| help).collect::<Vec<_>>()
        };
        let job = ["Backup Job State Change"];
        assert_eq!(why(&job, json!({ "state": ["FAILED", "FAIL"] })), ["did you mean \"FAILED\"?"]);
        assert_eq!(why(&job, json!({ "state": ["failed"] })), ["did you mean \"FAILED\"?"]);
        assert_eq!(why(&["Copy Job State Change", job[0]], json!({ "state": ["EXPIRED"] })), Vec::<String>::new());
        assert_eq!(why(&["Copy Job State Change"], json!({ "state": [false] })).len(), 1);
        assert_eq!(why(&job, json!({ "state": [{ "anything-but": "done" }] })), Vec::<String>::new());
        assert_eq!(why(&["Region Setting State Change"], json!({ "state": ["any"] })), Vec::<String>::new());
        assert_eq!(why(&["Backup Vault State Change"], json!({ "isLocked": [true] })), ["write `[\"true\"]`"]);
        assert_eq!(why(&["Backup Vault State Change"], json!({ "isLocked": ["true"] })), Vec::<String>::new());
    }

    #[test]
    fn a_source_that_sends_no_such_events_is_told() {
        let why = |source: &str, kind: &str| {
            let pattern = json!({ "source": [source], "detail-type": [kind] });
            never(&pattern).into_iter().map(|(_, help)| help).collect::<Vec<_>>()
        };
        assert_eq!(why("aws.backups", "Backup Job State Change"), ["did you mean \"aws.backup\"?"]);
        assert_eq!(why("AWS:Backup", "Backup Job State Change"), ["did you mean \"aws.backup\"?"]);
        assert_eq!(why("aws.batch", "Batch Job State Change"), Vec::<String>::new());
        assert_eq!(why("aws.rds", "Backup Job State Change"), ["write `source = [\"aws.backup\"]`"]);
        assert_eq!(why("aws.dynamodb", "DynamoDB Backup State Change").len(), 1);
        assert_eq!(why("aws.dynamodb", "AWS API Call via CloudTrail"), Vec::<String>::new());
        assert_eq!(why("com.shop", "Order Placed"), Vec::<String>::new());
    }
}
