//! The form in which two documents are the same exactly when they are known to mean the same.

use super::{Condition, Listed, PolicyDocument, Statement};
use crate::names::is_account_id;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

impl PolicyDocument {
    /// The comparison form: what AWS may echo otherwise than it was sent is evened out.
    ///
    /// Order and repetition of statements, actions, resources, principals and values; one value or a list of one; an account's number or
    /// the ARN of its root; case of actions, condition keys and operators; `ArnEquals` and `ArnLike`, which are one (IAM user guide,
    /// "Amazon Resource Name (ARN) condition operators"); `Sid` and `Id`, which mean nothing; `Version` where no `${…}` stands in it.
    pub fn canonical(&self) -> Json {
        let statements: BTreeSet<String> = self.statements.iter().map(|statement| statement.canonical().to_string()).collect();
        // They were JSON a line ago.
        let statements: Vec<Json> = statements.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
        let mut document = sorted(&self.unknown);
        if statements.iter().any(|statement| statement.to_string().contains("${")) {
            document.insert("Version".to_owned(), json!(self.version.as_deref().unwrap_or("2008-10-17")));
        }
        document.insert("Statement".to_owned(), Json::Array(statements));
        Json::Object(document)
    }

    /// The same evened-out form as a document that AWS takes, for values that are compared and sent.
    ///
    /// It differs from [`Self::canonical`] in that conditions are written as AWS wants them, and that there is always a `Version`.
    pub fn evened(&self) -> Json {
        let Json::Object(mut document) = self.canonical() else { return Json::Null };
        for statement in document.get_mut("Statement").and_then(Json::as_array_mut).into_iter().flatten() {
            if let Some(conditions) = statement.get_mut("Condition") {
                *conditions = written(conditions);
            }
        }
        document.entry("Version").or_insert_with(|| json!("2012-10-17"));
        Json::Object(sorted(&document))
    }

    /// Whether both are known to mean the same.
    pub fn means_the_same_as(&self, other: &Self) -> bool {
        self.canonical() == other.canonical()
    }
}

impl Statement {
    fn canonical(&self) -> Json {
        let mut elements = sorted(&self.unknown);
        elements.insert("Effect".to_owned(), json!(if self.allows { "Allow" } else { "Deny" }));
        if let Some(principals) = &self.principals {
            let (name, kinds) = named("Principal", principals);
            // An empty list names nobody, as a kind that is left out.
            let kinds = kinds.iter().filter(|(_, names)| !names.is_empty());
            let kinds: BTreeMap<_, BTreeSet<_>> =
                kinds.map(|(kind, names)| (kind, names.iter().map(|name| account(name)).collect())).collect();
            elements.insert(name, json!(kinds));
        }
        let (name, actions) = named("Action", &self.actions);
        elements.insert(name, json!(actions.iter().map(|action| action.to_lowercase()).collect::<BTreeSet<_>>()));
        if let Some(resources) = &self.resources {
            let (name, resources) = named("Resource", resources);
            elements.insert(name, json!(resources));
        }
        if !self.conditions.is_empty() {
            let conditions: BTreeSet<_> = self.conditions.iter().map(canonical_condition).collect();
            elements.insert("Condition".to_owned(), json!(conditions));
        }
        Json::Object(elements)
    }
}

fn named<'l, T>(name: &str, listed: &'l Listed<T>) -> (String, &'l T) {
    match listed {
        Listed::These(these) => (name.to_owned(), these),
        Listed::AllBut(but) => (format!("Not{name}"), but),
    }
}

fn canonical_condition(condition: &Condition) -> (String, String, BTreeSet<String>) {
    let operator = condition.operator.to_lowercase().replace("arnequals", "arnlike").replace("arnnotequals", "arnnotlike");
    let folds = ["bool", "null"].iter().any(|folded| operator.trim_end_matches("ifexists").ends_with(folded));
    let value = |value: &String| if folds { value.to_lowercase() } else { value.clone() };
    (operator, condition.key.to_lowercase(), condition.values.iter().map(value).collect())
}

/// Conditions as AWS takes them, from the list that the comparison form has.
fn written(conditions: &Json) -> Json {
    let mut operators: BTreeMap<String, Map<String, Json>> = BTreeMap::new();
    for condition in conditions.as_array().into_iter().flatten() {
        let part = |at: usize| condition.get(at);
        let text = |at: usize| part(at).and_then(Json::as_str).unwrap_or_default();
        let operator = spelled(text(0));
        // `ArnEquals` and `ArnLike` on one key are two conditions, and one object holds only one of each.
        let taken = operators.get(&operator).is_some_and(|keys| keys.contains_key(text(1)));
        let operator = if taken { operator.replace("Like", "Equals") } else { operator };
        operators.entry(operator).or_default().insert(text(1).to_owned(), part(2).cloned().unwrap_or_default());
    }
    json!(operators)
}

/// Operators as the IAM user guide spells them.
const OPERATORS: &[&str] = &[
    "ArnLike",
    "ArnNotLike",
    "BinaryEquals",
    "Bool",
    "DateEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateNotEquals",
    "IpAddress",
    "NotIpAddress",
    "Null",
    "NumericEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericNotEquals",
    "StringEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "StringNotEquals",
    "StringNotEqualsIgnoreCase",
    "StringNotLike",
];

/// An operator in lower case as AWS spells it; one that is unknown as it is.
fn spelled(lower: &str) -> String {
    let (set, rest) = match lower.split_once(':') {
        Some(("foranyvalue", rest)) => ("ForAnyValue:", rest),
        Some(("forallvalues", rest)) => ("ForAllValues:", rest),
        _ => ("", lower),
    };
    let (base, end) = rest.strip_suffix("ifexists").map_or((rest, ""), |base| (base, "IfExists"));
    match OPERATORS.iter().find(|operator| operator.eq_ignore_ascii_case(base)) {
        Some(operator) => format!("{set}{operator}{end}"),
        None => lower.to_owned(),
    }
}

/// The number of the account whose root this is; other principals as they are.
pub(super) fn account(principal: &str) -> String {
    let parts: Vec<&str> = principal.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", number, "root"] if is_account_id(number) => (*number).to_owned(),
        _ => principal.to_owned(),
    }
}

/// The same elements in the order of their names, whichever map JSON keeps them in.
fn sorted(elements: &Map<String, Json>) -> Map<String, Json> {
    elements.iter().collect::<BTreeMap<_, _>>().into_iter().map(|(name, json)| (name.clone(), json.clone())).collect()
}
