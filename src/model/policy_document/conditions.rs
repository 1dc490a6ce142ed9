//! Whether a statement's conditions hold in a request, as far as the request is known.

use super::Condition;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use wildmatch::WildMatch;

/// What is known of a context key of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// It has these values; most keys have one.
    Values(Vec<String>),
    /// The request does not carry it.
    Absent,
    /// Whether the service sends it is not documented: the value that it has if so, where that is known, and what the guides say of it.
    Perhaps(Option<String>, String),
    /// Whether it is there, or what it says, cannot be told: why.
    Unknown(String),
}

impl Known {
    /// A key with one value.
    pub fn value(value: impl Into<String>) -> Self {
        Self::Values(vec![value.into()])
    }
}

/// A question whose answer may not be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Yes,
    No,
    Unknown(String),
}

impl From<bool> for Holds {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

impl Holds {
    /// Both: one no is enough for a no.
    pub(super) fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::No => Self::No,
            Self::Yes => other(),
            Self::Unknown(reason) => match other() {
                Self::No => Self::No,
                Self::Yes | Self::Unknown(_) => Self::Unknown(reason),
            },
        }
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            unknown @ Self::Unknown(_) => unknown,
        }
    }
}

/// How the values of a key with many are taken together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Over {
    Any,
    All,
}

/// Whether the condition holds, given what is known of its key.
pub(super) fn holds(condition: &Condition, known: &Known, has_variables: bool) -> Holds {
    let lower = condition.operator.to_lowercase();
    let (set, operator) = match lower.split_once(':') {
        Some(("foranyvalue", operator)) => (Some(Over::Any), operator),
        Some(("forallvalues", operator)) => (Some(Over::All), operator),
        Some(_) => return Holds::Unknown(format!("`{}` is no operator that is known here", condition.operator)),
        None => (None, lower.as_str()),
    };
    let (operator, if_exists) = operator.strip_suffix("ifexists").map_or((operator, false), |operator| (operator, true));
    if operator == "null" {
        return null(condition, known);
    }
    let Some(compare) = Compare::of(operator) else {
        return Holds::Unknown(format!("`{}` on `{}` is not evaluated here", condition.operator, condition.key));
    };
    if has_variables && condition.values.iter().any(|value| value.contains("${")) {
        return Holds::Unknown(format!("`{}` is compared with a policy variable", condition.key));
    }
    match (known, set) {
        (Known::Perhaps(value, reason), _) => either(condition, value.as_deref(), reason, has_variables),
        (Known::Unknown(reason), _) => Holds::Unknown(reason.clone()),
        // A missing key: no value matches, so a negated operator holds; the set operators take it as an empty set.
        (Known::Absent, Some(over)) => Holds::from(over == Over::All || if_exists),
        (Known::Absent, None) => Holds::from(if_exists || compare.negated),
        (Known::Values(values), _) => {
            let one = |value: &String| compare.matches(&condition.values, value) != compare.negated;
            Holds::from(match (set, compare.negated) {
                (Some(Over::All), _) | (None, true) => values.iter().all(one),
                (Some(Over::Any), _) | (None, false) => values.iter().any(one),
            })
        }
    }
}

/// What holds whether the key is sent or not; of what hangs on that nobody can tell.
fn either(condition: &Condition, value: Option<&str>, reason: &str, has_variables: bool) -> Holds {
    let sent = value.map_or_else(|| Known::Unknown(reason.to_owned()), Known::value);
    let (sent, absent) = (holds(condition, &sent, has_variables), holds(condition, &Known::Absent, has_variables));
    if sent == absent { sent } else { Holds::Unknown(reason.to_owned()) }
}

fn null(condition: &Condition, known: &Known) -> Holds {
    let wants = |text: &str| condition.values.iter().any(|value| value.eq_ignore_ascii_case(text));
    match known {
        Known::Perhaps(_, reason) | Known::Unknown(reason) => Holds::Unknown(reason.clone()),
        Known::Absent => Holds::from(wants("true")),
        Known::Values(_) => Holds::from(wants("false")),
    }
}

/// A comparison of one value of the request with one of the policy.
struct Compare {
    negated: bool,
    one: fn(&str, &str) -> bool,
}

impl Compare {
    fn of(operator: &str) -> Option<Self> {
        let (negated, one): (bool, fn(&str, &str) -> bool) = match operator {
            "stringequals" => (false, |policy, value| policy == value),
            "stringnotequals" => (true, |policy, value| policy == value),
            "stringequalsignorecase" => (false, |policy, value| policy.to_lowercase() == value.to_lowercase()),
            "stringnotequalsignorecase" => (true, |policy, value| policy.to_lowercase() == value.to_lowercase()),
            "stringlike" => (false, like),
            "stringnotlike" => (true, like),
            "arnequals" | "arnlike" => (false, arn_like),
            "arnnotequals" | "arnnotlike" => (true, arn_like),
            "bool" => (false, |policy, value| policy.eq_ignore_ascii_case(value)),
            "numericequals" => (false, |policy, value| number(policy, value).is_some_and(Ordering::is_eq)),
            "numericnotequals" => (true, |policy, value| number(policy, value).is_some_and(Ordering::is_eq)),
            "numericlessthan" => (false, |policy, value| number(policy, value).is_some_and(Ordering::is_lt)),
            "numericlessthanequals" => (false, |policy, value| number(policy, value).is_some_and(Ordering::is_le)),
            "numericgreaterthan" => (false, |policy, value| number(policy, value).is_some_and(Ordering::is_gt)),
            "numericgreaterthanequals" => (false, |policy, value| number(policy, value).is_some_and(Ordering::is_ge)),
            _ => return None,
        };
        Some(Self { negated, one })
    }

    fn matches(&self, policy: &BTreeSet<String>, value: &str) -> bool {
        policy.iter().any(|policy| (self.one)(policy, value))
    }
}

/// How the request's number compares with the policy's.
fn number(policy: &str, value: &str) -> Option<Ordering> {
    value.parse::<f64>().ok()?.partial_cmp(&policy.parse().ok()?)
}

/// With `*` for any characters and `?` for one.
pub(super) fn like(pattern: &str, text: &str) -> bool {
    WildMatch::new(pattern).matches(text)
}

/// Part by part of the six, so that a `*` does not reach over a colon of the first five.
fn arn_like(pattern: &str, arn: &str) -> bool {
    let (patterns, parts): (Vec<&str>, Vec<&str>) = (pattern.splitn(6, ':').collect(), arn.splitn(6, ':').collect());
    patterns.len() == 6 && parts.len() == 6 && patterns.iter().zip(parts).all(|(pattern, part)| like(pattern, part))
}
