//! What a policy denies and allows, taken apart: one principal, one resource and all conditions each, so that two policies can be held beside
//! each other.

use crate::model::PolicyDocument;
use crate::names::is_account_id;
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// The statements of a policy, evened out.
#[derive(Debug, Default)]
pub(super) struct Clauses {
    statements: Vec<Json>,
}

/// Who is meant, on what, and under which conditions.
struct Clause<'a> {
    /// `AWS/*` is everybody; with `NotPrincipal` in front, all but those.
    principal: String,
    resource: String,
    conditions: Option<&'a Map<String, Json>>,
}

impl Clauses {
    /// Reads a policy; `None` where the text is none.
    pub(super) fn read(policy: &str) -> Option<Self> {
        let document = PolicyDocument::parse(policy).ok()?.evened();
        Some(Self { statements: document.get("Statement").and_then(Json::as_array).cloned().unwrap_or_default() })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// An action with a wildcard.
    pub(super) fn wildcard(&self) -> Option<String> {
        self.statements.iter().flat_map(|statement| texts(statement.get("Action"))).find(|action| action.contains('*'))
    }

    /// Whether a statement does not say whom it means.
    pub(super) fn lacks_principal(&self) -> bool {
        self.statements.iter().any(|statement| statement.get("Principal").or_else(|| statement.get("NotPrincipal")).is_none())
    }

    /// Whether everybody is denied an action, whatever the circumstances.
    pub(super) fn denies_everybody(&self, action: &str) -> bool {
        self.about(false, action).iter().any(Clause::is_everybody)
    }

    /// Whether everybody, of whichever account, is allowed something.
    pub(super) fn lets_in_anybody(&self) -> bool {
        let allows = self.statements.iter().filter(|statement| is(statement, true));
        allows.flat_map(clauses).any(|clause| clause.principal == "AWS/*" && clause.conditions.is_none_or(Map::is_empty))
    }

    /// Whether all whom the other policy denies, or allows, an action are so by this one too.
    pub(super) fn covers(&self, other: &Self, allows: bool, action: &str) -> bool {
        let own = self.about(allows, action);
        // Of another account AWS Backup honours copies alone, and to its own an account's root gives nothing that it could not give itself.
        let counts = |clause: &&Clause<'_>| !allows || action == super::COPY_INTO || !clause.is_account();
        other.about(allows, action).iter().filter(counts).all(|clause| own.iter().any(|wide| wide.covers(clause)))
    }

    fn about(&self, allows: bool, action: &str) -> Vec<Clause<'_>> {
        let action = action.to_lowercase();
        let is_meant = |statement: &&Json| match statement.get("NotAction") {
            Some(but) => !texts(Some(but)).contains(&action),
            None => texts(statement.get("Action")).iter().any(|one| *one == action || *one == "*" || *one == "backup:*"),
        };
        self.statements.iter().filter(|statement| is(statement, allows)).filter(is_meant).flat_map(clauses).collect()
    }
}

impl Clause<'_> {
    fn is_everybody(&self) -> bool {
        self.principal == "AWS/*" && self.resource == "*" && self.conditions.is_none_or(Map::is_empty)
    }

    fn is_account(&self) -> bool {
        self.principal.strip_prefix("AWS/").is_some_and(is_account_id)
    }

    /// Whether it means all that the other one means. Where that cannot be told, it does not.
    fn covers(&self, other: &Self) -> bool {
        let wide = |wide: &str, all: &str, narrow: &str| wide == all || wide == narrow;
        wide(&self.principal, "AWS/*", &other.principal)
            && wide(&self.resource, "*", &other.resource)
            && self.conditions.into_iter().flatten().all(|(operator, keys)| {
                let theirs = other.conditions.and_then(|conditions| conditions.get(operator));
                keys.as_object().into_iter().flatten().all(|(key, values)| {
                    let theirs = theirs.and_then(|keys| keys.get(key));
                    theirs.is_some_and(|theirs| holds_more(operator, values, theirs))
                })
            })
    }
}

/// Whether one condition holds wherever another on the same key does: more values let more through, unless they are those that must not be.
fn holds_more(operator: &str, values: &Json, others: &Json) -> bool {
    let set = |values: &Json| -> BTreeSet<String> { texts(Some(values)).into_iter().collect() };
    let (values, others) = (set(values), set(others));
    if operator.to_lowercase().contains("not") { values.is_subset(&others) } else { values.is_superset(&others) }
}

fn is(statement: &Json, allows: bool) -> bool {
    statement.get("Effect").and_then(Json::as_str) == Some(if allows { "Allow" } else { "Deny" })
}

fn clauses(statement: &Json) -> Vec<Clause<'_>> {
    let resources = match (statement.get("Resource"), statement.get("NotResource")) {
        (Some(resources), _) => texts(Some(resources)),
        (None, Some(but)) => vec![format!("all but {but}")],
        // The vault that has the policy.
        (None, None) => vec!["*".to_owned()],
    };
    let principals: Vec<String> = match (statement.get("Principal"), statement.get("NotPrincipal")) {
        (Some(Json::Object(kinds)), _) => {
            kinds.iter().flat_map(|(kind, names)| texts(Some(names)).into_iter().map(move |name| format!("{kind}/{name}"))).collect()
        }
        (_, Some(but)) => vec![format!("NotPrincipal {but}")],
        _ => Vec::new(),
    };
    let conditions = statement.get("Condition").and_then(Json::as_object);
    let with = |resource: &String| {
        let resource = resource.clone();
        principals.iter().map(move |principal| Clause { principal: principal.clone(), resource: resource.clone(), conditions })
    };
    resources.iter().flat_map(with).collect()
}

/// One text or a list of them.
fn texts(json: Option<&Json>) -> Vec<String> {
    match json {
        Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        Some(Json::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}
