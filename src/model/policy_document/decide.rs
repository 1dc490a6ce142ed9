//! Whether a policy on a resource lets a request in.

use super::canonical::account;
use super::conditions::{Holds, Known, holds, like};
use super::{Listed, PolicyDocument, Statement};
use crate::names::is_account_id;
use std::collections::{BTreeMap, BTreeSet};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// An AWS service of its own: `events.amazonaws.com`.
    Service(String),
    /// Anybody of an account, by its twelve digits.
    Account(String),
    /// A user, role or session, by its ARN.
    Arn(String),
}

/// A request to the resource that carries the policy.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who asks.
    pub principal: Principal,
    /// What for: `sns:Publish`.
    pub action: String,
    /// The ARN of the resource.
    pub resource: String,
    /// What is known of its context keys, by their names in lower case.
    context: BTreeMap<String, Known>,
}

/// What the policy says to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A statement allows it and none denies it.
    Allowed {
        /// The statement: its `Sid`, or its number from 1.
        by: String,
    },
    /// A statement denies it.
    Denied {
        /// The statement: its `Sid`, or its number from 1.
        by: String,
    },
    /// No statement allows it.
    NotAllowed,
    /// It hangs on something that is not known.
    Unknown {
        /// The statement: its `Sid`, or its number from 1.
        by: String,
        /// What is not known.
        reason: String,
    },
}

impl Request {
    /// A request whose context is not known yet.
    pub fn new(principal: Principal, action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { principal, action: action.into(), resource: resource.into(), context: BTreeMap::new() }
    }

    /// The same request with what is known of one of its context keys; keys that nobody tells of are unknown.
    #[must_use]
    pub fn with(mut self, key: &str, known: Known) -> Self {
        self.context.insert(key.to_lowercase(), known);
        self
    }

    /// Whether this is why nobody can tell: a service of which it is not documented whether it sends what a policy compares.
    pub fn is_doubt(&self, reason: &str) -> bool {
        self.context.values().any(|known| matches!(known, Known::Perhaps(_, why) if why == reason))
    }

    fn known(&self, key: &str) -> Known {
        self.context
            .get(&key.to_lowercase())
            .cloned()
            .unwrap_or_else(|| Known::Unknown(format!("what the request says for `{key}` is not known")))
    }
}

impl PolicyDocument {
    /// What the policy says to the request: a denial beats what allows, and what nobody allows is not allowed.
    ///
    /// A principal of another account needs its own account's consent too, and one of the same account may have it from there alone; this
    /// looks at the resource's policy only.
    pub fn decide(&self, request: &Request) -> Decision {
        let judged: Vec<(String, &Statement, Holds)> = self
            .statements
            .iter()
            .zip(1..)
            .map(|(statement, number)| {
                let by = statement.sid.clone().filter(|sid| !sid.is_empty()).unwrap_or_else(|| format!("statement {number}"));
                (by, statement, statement.applies(request, self.has_variables()))
            })
            .collect();
        let found = |allows: bool, yes: bool| {
            judged.iter().find_map(|(by, statement, holds)| match holds {
                Holds::Yes if yes && statement.allows == allows => Some((by.clone(), String::new())),
                Holds::Unknown(reason) if !yes && statement.allows == allows => Some((by.clone(), reason.clone())),
                Holds::Yes | Holds::No | Holds::Unknown(_) => None,
            })
        };
        if let Some((by, _)) = found(false, true) {
            return Decision::Denied { by };
        }
        match (found(true, true), found(true, false), found(false, false)) {
            (None, None, _) => Decision::NotAllowed,
            (Some((by, _)), _, None) => Decision::Allowed { by },
            (Some(_), _, Some((by, reason))) | (None, Some((by, reason)), _) => Decision::Unknown { by, reason },
        }
    }
}

impl Statement {
    fn applies(&self, request: &Request, has_variables: bool) -> Holds {
        let action = request.action.to_lowercase();
        let actions = |actions: &BTreeSet<String>| Holds::from(actions.iter().any(|pattern| like(&pattern.to_lowercase(), &action)));
        let resources = |resources: &BTreeSet<String>| {
            if resources.iter().any(|pattern| like(pattern, &request.resource)) {
                Holds::Yes
            } else if has_variables && resources.iter().any(|pattern| pattern.contains("${")) {
                Holds::Unknown("the resource is named with a policy variable".to_owned())
            } else {
                Holds::No
            }
        };
        let every_condition = || {
            self.conditions
                .iter()
                .fold(Holds::Yes, |so_far, condition| so_far.and(|| holds(condition, &request.known(&condition.key), has_variables)))
        };
        self.actions
            .holds(actions)
            .and(|| self.resources.as_ref().map_or(Holds::Yes, |listed| listed.holds(resources)))
            .and(|| self.principals.as_ref().map_or(Holds::Yes, |listed| listed.holds(|kinds| names(kinds, &request.principal))))
            .and(every_condition)
    }
}

impl<T> Listed<T> {
    pub(super) fn holds(&self, is_in: impl Fn(&T) -> Holds) -> Holds {
        match self {
            Self::These(these) => is_in(these),
            Self::AllBut(but) => is_in(but).not(),
        }
    }
}

/// Whether the list names the principal.
fn names(kinds: &BTreeMap<String, BTreeSet<String>>, principal: &Principal) -> Holds {
    let of = |kind: &str| kinds.get(kind).into_iter().flatten();
    if of("AWS").any(|name| name == "*") {
        return Holds::Yes;
    }
    match principal {
        Principal::Service(service) => Holds::from(of("Service").any(|name| name == service || name == "*")),
        Principal::Account(number) => {
            if of("AWS").any(|name| account(name) == *number) {
                return Holds::Yes;
            }
            match of("AWS").find(|name| account_of(name) == Some(number)) {
                Some(one) => Holds::Unknown(format!("of account {number} only `{one}` is named")),
                None => Holds::No,
            }
        }
        Principal::Arn(arn) => {
            let root = account_of(arn);
            Holds::from(of("AWS").any(|name| name == arn || root.is_some_and(|number| account(name) == number)))
        }
    }
}

/// The account of a principal's ARN.
fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|number| is_account_id(number))
}
