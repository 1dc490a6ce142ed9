//! SARIF 2.1.0, as code hosts read it: results at places of the policy, with rules and fingerprints that stay.
//!
//! Source of the form: the OASIS standard "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".

use super::lazy::Lazy;
use crate::model::{Code, Position};
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// How bad a result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Error,
    Warning,
    Note,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A result.
#[derive(Clone)]
pub(super) struct Result {
    /// The code of what it is: `BKS0601`.
    pub(super) rule: String,
    pub(super) level: Level,
    pub(super) message: String,
    /// Where the policy says so.
    pub(super) position: Option<Position>,
    /// The file to show it in where no place of the policy says so: readers leave out results without one.
    pub(super) file: Option<String>,
    /// What it is about: an address.
    pub(super) subject: String,
    /// The same in every run.
    pub(super) fingerprint: String,
    /// Why somebody set it apart, where somebody did.
    pub(super) suppressed: Option<String>,
    pub(super) properties: Map<String, Json>,
}

/// Something that could not be read, so that results about it may be missing.
pub(super) struct Unread {
    pub(super) code: String,
    pub(super) message: String,
}

/// What a rule is about that has no code of ours.
pub(super) struct Described {
    pub(super) title: String,
    /// What to do.
    pub(super) help: Option<String>,
}

/// A report of one run. Rules that have no code of ours are described by their ids.
pub(super) fn report(results: &[Result], unread: &[Unread], described: &BTreeMap<String, Described>, verdict: &str, at: Timestamp) -> Json {
    let rules = results.iter().map(|result| result.rule.clone()).collect();
    serde_json::to_value(lazy(rules, || results.iter().cloned(), unread, described, verdict, at)).unwrap_or_default()
}

/// The same, of results that are made as they are written; `rules` are all rules that they are of.
pub(super) fn lazy<'a, I: Iterator<Item = Result> + 'a>(
    rules: BTreeSet<String>,
    results: impl Fn() -> I + 'a,
    unread: &[Unread],
    described: &BTreeMap<String, Described>,
    verdict: &str,
    at: Timestamp,
) -> Lazy<'a> {
    let mut ids = rules;
    ids.extend(unread.iter().map(|one| one.code.clone()));
    let ids: Rc<[String]> = ids.into_iter().collect();
    let rules: Vec<Json> = ids.iter().map(|id| rule(id, described.get(id))).collect();
    let notifications: Vec<Json> = unread
        .iter()
        .map(|one| json!({ "level": "error", "message": { "text": unlinked(&one.message) }, "associatedRule": { "id": one.code } }))
        .collect();
    let results = Lazy::each(move || {
        let ids = Rc::clone(&ids);
        results().map(move |result| Lazy::Ready(one(&result, &ids)))
    });
    let tool = json!({ "driver": {
        "name": "backstay",
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules,
    } });
    let invocation = json!([{
        "executionSuccessful": unread.is_empty(),
        "endTimeUtc": at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "toolExecutionNotifications": notifications,
    }]);
    let run = [
        ("tool", Lazy::Ready(tool)),
        ("columnKind", Lazy::of(&"unicodeCodePoints")),
        ("invocations", Lazy::Ready(invocation)),
        ("results", results),
        ("properties", Lazy::Ready(json!({ "verdict": verdict }))),
    ];
    Lazy::map([("$schema", Lazy::of(&SCHEMA)), ("version", Lazy::of(&"2.1.0")), ("runs", Lazy::List(vec![Lazy::map(run)]))])
}

fn rule(id: &str, described: Option<&Described>) -> Json {
    let Some(code) = Code::find(id) else {
        let mut rule = json!({ "id": id });
        if let (Json::Object(map), Some(described)) = (&mut rule, described) {
            map.insert("shortDescription".to_owned(), json!({ "text": unlinked(&described.title) }));
            map.extend(described.help.as_ref().map(|help| ("help".to_owned(), json!({ "text": unlinked(help) }))));
        }
        return rule;
    };
    let page = code.page().trim();
    json!({
        "id": id,
        "name": format!("{code:?}"),
        "shortDescription": { "text": code.title() },
        "fullDescription": { "text": page.lines().map(str::trim).collect::<Vec<_>>().join("\n") },
        "help": { "text": format!("`backstay explain {id}` prints this page.") },
    })
}

fn one(result: &Result, ids: &[String]) -> Json {
    let mut location = json!({ "logicalLocations": [{ "fullyQualifiedName": result.subject, "kind": "resource" }] });
    let place = match (&result.position, &result.file) {
        (Some(position), _) => Some((position.file.clone(), json!({ "startLine": position.line, "startColumn": position.column }))),
        (None, Some(file)) => Some((file.clone(), json!({ "startLine": 1 }))),
        (None, None) => None,
    };
    if let (Json::Object(map), Some((file, region))) = (&mut location, place) {
        map.insert("physicalLocation".to_owned(), json!({ "artifactLocation": { "uri": uri(&file) }, "region": region }));
    }
    let mut out = json!({
        "ruleId": result.rule,
        "ruleIndex": ids.iter().position(|id| *id == result.rule),
        "level": result.level.as_str(),
        "message": { "text": unlinked(&result.message) },
        "locations": [location],
        "partialFingerprints": { "backstay/v1": result.fingerprint },
        "properties": result.properties,
    });
    if let (Json::Object(map), Some(why)) = (&mut out, &result.suppressed) {
        map.insert("suppressions".to_owned(), json!([{ "kind": "external", "status": "accepted", "justification": why }]));
    }
    out
}

/// A message in which nothing is a link. `[text](n)` is one to another place of the report, and a backslash takes that from a bracket; a
/// message without such a thing stays as it is.
///
/// Source: SARIF 2.1.0, section 3.11.6, "Messages with embedded links".
fn unlinked(message: &str) -> Cow<'_, str> {
    if !message.contains("](") {
        return Cow::Borrowed(message);
    }
    let mut out = String::with_capacity(message.len() + 8);
    for character in message.chars() {
        if matches!(character, '\\' | '[' | ']') {
            out.push('\\');
        }
        out.push(character);
    }
    Cow::Owned(out)
}

/// A path as a relative reference: what a URI does not take as it is stands as `%XX`.
fn uri(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path).replace('\\', "/");
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            other => put!(out, "%{other:02X}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_others_is_a_link() {
        assert_eq!(unlinked("[here](1) and rule[\"a\"]"), "\\[here\\](1) and rule\\[\"a\"\\]");
        assert_eq!(unlinked(r"\[here](1)"), r"\\\[here\](1)", "a backslash that is there does not undo it");
        assert_eq!(unlinked("rule[\"a\"] (b)"), "rule[\"a\"] (b)");
    }
}
