//! The form in which two documents are the same exactly when they are known to mean the same.

use super::{Condition, Listed, PolicyDocument, Statement};
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

/// The number of the account whose root this is; other principals as they are.
pub(super) fn account(principal: &str) -> String {
    let parts: Vec<&str> = principal.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", number, "root"] if is_account(number) => (*number).to_owned(),
        _ => principal.to_owned(),
    }
}

pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The same elements in the order of their names, whichever map JSON keeps them in.
fn sorted(elements: &Map<String, Json>) -> Map<String, Json> {
    elements.iter().collect::<BTreeMap<_, _>>().into_iter().map(|(name, json)| (name.clone(), json.clone())).collect()
}
