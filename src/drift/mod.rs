//! What moved away from a policy, or from an earlier snapshot. Pure: the same input gives the same report.
//!
//! Drift is the plan seen from the other side. A plan says how what is live becomes what is declared; drift says how what was declared became
//! what is live, and what *that* did to recoverability. So [`against()`] makes the plan, and has each difference judged again in the other
//! direction by the same comparison; [`between()`] does the same for two snapshots. What somebody knows of is then set apart (`acknowledged`).

mod acknowledged;
mod against;
mod between;
mod since;
pub mod who;

pub use against::{Request, against};
pub use between::between;
pub use since::since;

use crate::model::{Cause, Change, Drift, Effect, Gap, Moved, MovedPart, Reaches, Reading, ResourceId, Value};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How many characters of the digest tell movements apart.
const FINGERPRINT: usize = 32;

/// What tells a movement apart from others in every run.
fn fingerprint(code: &str, address: &str, setting: &str) -> String {
    let mut digest = Sha256::new();
    for part in [code, address, setting] {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    let hex = digest.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    hex.chars().take(FINGERPRINT).collect()
}

/// A movement of which nothing is known yet but where, and from what to what.
fn movement(
    code: &str,
    address: String,
    id: Option<ResourceId>,
    setting: &str,
    (before, now): (Reading, Reading),
    effect: Effect,
) -> Moved {
    Moved {
        code: code.to_owned(),
        fingerprint: fingerprint(code, &address, setting),
        address,
        id,
        arn: String::new(),
        setting: setting.to_owned(),
        before,
        now,
        declared: None,
        is_declared: false,
        parts: Vec::new(),
        effect,
        reaches: Reaches::Future,
        says: None,
        consequence: None,
        because: None,
        by: Vec::new(),
        by_nobody: None,
    }
}

/// Settings of a thing that could not be read, as gaps: what nobody knows did not stay as it was.
fn unread<'r>(id: &ResourceId, settings: impl IntoIterator<Item = (&'r String, &'r Reading)>) -> Vec<Gap> {
    let gap = |(setting, reading): (&String, &Reading)| match reading {
        Reading::Unreadable { cause } => Some(Gap {
            target: id.target.clone(),
            region: id.region.clone(),
            kind: Some(id.kind.clone()),
            resource: Some(id.name.clone()),
            action: format!("reading `{setting}`"),
            cause: Cause::Failed,
            message: cause.clone(),
        }),
        Reading::Known(_) | Reading::Unset => None,
    };
    settings.into_iter().filter_map(gap).collect()
}

/// The order of a report: the gravest first, then by address and setting.
fn sort(moved: &mut [Moved]) {
    moved.sort_by(|a, b| b.effect.cmp(&a.effect).then_with(|| (&a.address, &a.setting, &a.code).cmp(&(&b.address, &b.setting, &b.code))));
}

/// What an effect is, seen from the other side, where nothing better is known.
fn opposite(effect: Effect) -> Effect {
    match effect {
        Effect::Strengthens => Effect::Weakens,
        Effect::Neutral => Effect::Neutral,
        Effect::Weakens | Effect::LosesData | Effect::Irreversible => Effect::Strengthens,
    }
}

/// The changes that stand for themselves, each with the parts that moved along.
fn with_parts(changes: &[Change]) -> Vec<(&Change, Vec<&Change>)> {
    let mut parts: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
    for change in changes {
        if let Some(whole) = &change.part_of {
            parts.entry(whole).or_default().push(change);
        }
    }
    let of = |change: &Change| parts.get(change.setting.as_str()).cloned().unwrap_or_default();
    changes.iter().filter(|change| change.part_of.is_none()).map(|change| (change, of(change))).collect()
}

/// A value as something that was read.
fn reading(value: &Value) -> Reading {
    if *value == Value::Null { Reading::Unset } else { Reading::Known(value.clone()) }
}

/// A part that moved from what a change comes from to what it leads to.
fn part(change: &Change) -> MovedPart {
    MovedPart { setting: change.setting.clone(), before: change.before.clone(), now: reading(&change.after) }
}

impl Drift {
    /// Puts everything into its order.
    fn sort(&mut self) {
        sort(&mut self.moved);
        self.acknowledged.sort_by(|a, b| (&a.moved.address, &a.moved.setting).cmp(&(&b.moved.address, &b.moved.setting)));
        self.unmoved.sort();
        self.gaps.sort();
        self.gaps.dedup();
        self.notes.sort();
        self.notes.dedup();
    }
}
