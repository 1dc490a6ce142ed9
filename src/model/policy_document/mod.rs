//! IAM's policy documents on resources: when two mean the same, and whom one lets in.
//!
//! Source: IAM user guide, "IAM JSON policy reference" (elements, condition operators, multivalued context keys, evaluation logic).

mod canonical;
mod conditions;
mod decide;
mod senders;
#[cfg(test)]
mod tests;
mod undenied;

use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

pub use conditions::Known;
pub use decide::{Decision, Principal, Request};
pub use senders::{Sender, default_topic_policy};

/// A policy document that has been understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyDocument {
    version: Option<String>,
    statements: Vec<Statement>,
    /// Elements that this program does not know, and that keep two documents apart.
    unknown: Map<String, Json>,
}

/// A text that is no policy document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct NotAPolicy {
    /// The rule that was broken, with the number of the statement from 1.
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Statement {
    sid: Option<String>,
    allows: bool,
    /// Absent in policies of identities, which name none.
    principals: Option<Listed<BTreeMap<String, BTreeSet<String>>>>,
    actions: Listed<BTreeSet<String>>,
    /// Absent where the policy's resource is meant.
    resources: Option<Listed<BTreeSet<String>>>,
    conditions: Vec<Condition>,
    unknown: Map<String, Json>,
}

/// What an element lists, or what its `Not…` form leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Listed<T> {
    These(T),
    AllBut(T),
}

/// One key under one operator; all of a statement must hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Condition {
    /// As it is written.
    operator: String,
    /// As it is written; keys mean the same in any case.
    key: String,
    values: BTreeSet<String>,
}

impl PolicyDocument {
    /// Reads a document from its JSON text.
    ///
    /// # Errors
    ///
    /// It is not JSON, or not of the policy grammar.
    pub fn parse(text: &str) -> Result<Self, NotAPolicy> {
        let json: Json = serde_json::from_str(text).map_err(|error| NotAPolicy { message: format!("the policy is not JSON: {error}") })?;
        Self::from_json(&json)
    }

    /// Reads a document from JSON.
    ///
    /// # Errors
    ///
    /// It is not of the policy grammar.
    pub fn from_json(json: &Json) -> Result<Self, NotAPolicy> {
        let refuse = |message: &str| Err(NotAPolicy { message: message.to_owned() });
        let Json::Object(elements) = json else { return refuse("the policy is not a JSON object") };
        let mut unknown = elements.clone();
        let version = match unknown.remove("Version") {
            None => None,
            Some(Json::String(version)) if ["2008-10-17", "2012-10-17"].contains(&version.as_str()) => Some(version),
            Some(other) => return refuse(&format!("`Version` must be \"2012-10-17\" or \"2008-10-17\", found {other}")),
        };
        unknown.remove("Id");
        let statements = match unknown.remove("Statement") {
            Some(Json::Array(statements)) => statements,
            Some(statement @ Json::Object(_)) => vec![statement],
            Some(_) => return refuse("`Statement` must be a statement or a list of them"),
            None => return refuse("the policy has no `Statement`"),
        };
        let numbered = statements.iter().zip(1..);
        let statements = numbered.map(|(statement, number)| {
            Statement::read(statement).map_err(|message| NotAPolicy { message: format!("statement {number}: {message}") })
        });
        Ok(Self { version, statements: statements.collect::<Result<_, _>>()?, unknown })
    }

    /// Whether `${…}` in it is a variable, which it is since the version of 2012.
    fn has_variables(&self) -> bool {
        self.version.as_deref() == Some("2012-10-17")
    }
}

impl Statement {
    fn read(json: &Json) -> Result<Self, String> {
        let Json::Object(elements) = json else { return Err("it is not a JSON object".to_owned()) };
        let mut rest = elements.clone();
        let sid = match rest.remove("Sid") {
            None => None,
            Some(Json::String(sid)) => Some(sid),
            Some(_) => return Err("`Sid` must be a string".to_owned()),
        };
        let allows = match rest.remove("Effect") {
            Some(Json::String(effect)) if effect == "Allow" => true,
            Some(Json::String(effect)) if effect == "Deny" => false,
            Some(other) => return Err(format!("`Effect` must be \"Allow\" or \"Deny\", found {other}")),
            None => return Err("it has no `Effect`".to_owned()),
        };
        let principals = listed(&mut rest, "Principal", principals)?;
        let actions = listed(&mut rest, "Action", |json| texts(json, "Action"))?.ok_or("it has neither `Action` nor `NotAction`")?;
        let resources = listed(&mut rest, "Resource", |json| texts(json, "Resource"))?;
        let conditions = rest.remove("Condition").map(|json| conditions(&json)).transpose()?.unwrap_or_default();
        Ok(Self { sid, allows, principals, actions, resources, conditions, unknown: rest })
    }
}

/// An element or its `Not…` form, which exclude each other.
fn listed<T>(rest: &mut Map<String, Json>, name: &str, read: impl Fn(&Json) -> Result<T, String>) -> Result<Option<Listed<T>>, String> {
    match (rest.remove(name), rest.remove(&format!("Not{name}"))) {
        (None, None) => Ok(None),
        (Some(these), None) => read(&these).map(Listed::These).map(Some),
        (None, Some(but)) => read(&but).map(Listed::AllBut).map(Some),
        (Some(_), Some(_)) => Err(format!("`{name}` and `Not{name}` exclude each other")),
    }
}

fn principals(json: &Json) -> Result<BTreeMap<String, BTreeSet<String>>, String> {
    match json {
        // Both mean everyone (IAM user guide, "Principal", "All principals").
        Json::String(everyone) if everyone == "*" => Ok(BTreeMap::from([("AWS".to_owned(), BTreeSet::from(["*".to_owned()]))])),
        Json::Object(kinds) => kinds.iter().map(|(kind, names)| Ok((kind.clone(), texts(names, "Principal")?))).collect(),
        other => Err(format!("`Principal` must be \"*\" or an object, found {other}")),
    }
}

fn conditions(json: &Json) -> Result<Vec<Condition>, String> {
    let Json::Object(operators) = json else { return Err("`Condition` must be an object".to_owned()) };
    let mut conditions = Vec::new();
    for (operator, keys) in operators {
        let Json::Object(keys) = keys else { return Err(format!("`{operator}` must be an object of condition keys")) };
        for (key, values) in keys {
            conditions.push(Condition { operator: operator.clone(), key: key.clone(), values: texts(values, key)? });
        }
    }
    Ok(conditions)
}

/// One text or a list of them; AWS takes numbers and bools for their text.
fn texts(json: &Json, name: &str) -> Result<BTreeSet<String>, String> {
    let text = |json: &Json| match json {
        Json::String(text) => Ok(text.clone()),
        Json::Bool(_) | Json::Number(_) => Ok(json.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => Err(format!("`{name}` must be a string or a list of strings")),
    };
    match json {
        Json::Array(items) => items.iter().map(text).collect(),
        one => text(one).map(|text| BTreeSet::from([text])),
    }
}
