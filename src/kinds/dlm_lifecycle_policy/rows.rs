//! What many rows of the table have in common.

use crate::model::{Fallback, Loss, Safer, Setting, Shape, Value};
use std::cmp::Ordering;
use std::collections::BTreeMap;

pub(super) const READS: &[&str] = &["dlm:GetLifecyclePolicies", "dlm:GetLifecyclePolicy"];

/// The units of time, from the shortest to the longest.
pub(super) const LENGTHS: &[&str] = &["DAYS", "WEEKS", "MONTHS", "YEARS"];
pub(super) const UNITS: Shape = Shape::OneOf(LENGTHS);

/// A row; an update replaces all details of a policy.
pub(super) const fn row(path: &'static str, shape: Shape, doc: &'static str) -> Setting {
    Setting {
        path,
        shape,
        doc,
        normalisation: "as it is; AWS returns what it was given",
        source: "DLM API CreateLifecyclePolicy, PolicyDetails; EBS User Guide, Amazon Data Lifecycle Manager",
        reads: READS,
        writes: &["dlm:CreateLifecyclePolicy", "dlm:UpdateLifecyclePolicy", "iam:PassRole"],
        ..Setting::PLAIN
    }
}

/// For how long something is kept.
pub(super) const fn kept(
    path: &'static str,
    shape: Shape,
    doc: &'static str,
    when_safer: &'static str,
    when_weaker: &'static str,
) -> Setting {
    Setting {
        safer: Safer::WhenGreater,
        loses: Loss::ExistingRecoveryPoints,
        normalisation: "what count, or interval and unit, mean together",
        when_safer,
        when_weaker,
        ..row(path, shape, doc)
    }
}

/// The unit of how long something is kept.
pub(super) const fn kept_unit(path: &'static str, when_safer: &'static str, when_weaker: &'static str) -> Setting {
    Setting { safer: Safer::Ranked(LENGTHS), ..kept(path, UNITS, "The unit of `interval`.", when_safer, when_weaker) }
}

/// For how long a copy is kept. One without a rule is taken as kept for ever (UNCONFIRMED), so that a rule that comes is told as a loss.
pub(super) const fn kept_copy(path: &'static str) -> Setting {
    Setting {
        safer: Safer::WhenGreaterOrAbsent,
        normalisation: "what interval and unit mean together; absent counts as for ever, of which AWS says nothing",
        ..kept(
            path,
            Shape::Whole { min: 1, max: 36_500, unit: "units" },
            "For how many `interval_unit` copies are kept, up to 100 years.",
            "copies are kept for longer; what is gone does not come back",
            "copies beyond that are deleted at a next run and cannot be brought back",
        )
    }
}

/// A flag that is off where it is left out.
pub(super) const fn flag(
    path: &'static str,
    safer: Safer,
    doc: &'static str,
    when_safer: &'static str,
    when_weaker: &'static str,
) -> Setting {
    let row = row(path, Shape::Bool, doc);
    Setting { aws_default: Fallback::Bool(false), safer, normalisation: "absent is off", when_safer, when_weaker, ..row }
}

/// A tag more finds more, and one that goes finds less, whatever came.
pub(super) fn more_tags(before: &Value, after: &Value) -> Option<Ordering> {
    let none = BTreeMap::new();
    let tags = |value: &'_ Value| if value.is_nothing() { Some(none.clone()) } else { value.as_map().cloned() };
    let (before, after) = (tags(before)?, tags(after)?);
    let holds = |all: &BTreeMap<String, Value>, some: &BTreeMap<String, Value>| some.iter().all(|(key, value)| all.get(key) == Some(value));
    Some(match (holds(&after, &before), holds(&before, &after)) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, _) => Ordering::Less,
    })
}

/// The same for tags that leave out.
pub(super) fn fewer_tags(before: &Value, after: &Value) -> Option<Ordering> {
    more_tags(after, before)
}
