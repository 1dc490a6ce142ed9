//! What AWS would refuse, given how the bucket is. What could not be read is not guessed: then AWS decides.

use super::consequences::wants_versioning;
use super::table::{ENABLED, LIFECYCLE, LOCK, LOCK_MODE, REPLICATION, SUSPENDED, VERSIONING};
use super::{LOCK_FACT, MFA_DELETE, OLD_REPLICATION, REPLICATION_RULES, VERSIONING_FACT, fact_flag, fact_number, fact_text};
use crate::model::{Change, Code, Live, Refusal, Value, Wanted, path};
use std::collections::BTreeMap;

/// Why AWS would not take these changes, and what to do instead.
pub(super) fn forbids(changes: &[Change], live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Refusal> {
    let changes_of = |block: &str| changes.iter().any(|change| change.setting == block || path::is_within(&change.setting, block));
    suspending(changes, live).or_else(|| unversioned(&changes_of, live, wanted)).or_else(|| generations(&changes_of, live, wanted)).or_else(
        || {
            let lifecycle = changes_of(LIFECYCLE) || changes.iter().any(|change| change.setting == VERSIONING);
            (lifecycle && fact_flag(live, MFA_DELETE)).then(|| {
                refusal(
                    Code::BucketState,
                    "MFA delete is on: AWS takes no lifecycle rules there, and changes versioning only for the root user with a device",
                    "turn MFA delete off as the root user first, or take the bucket out of the block",
                )
            })
        },
    )
}

fn refusal(code: Code, reason: &str, remedy: &str) -> Refusal {
    Refusal { code: code.to_string(), reason: reason.to_owned(), remedy: remedy.to_owned() }
}

fn suspending(changes: &[Change], live: &Live) -> Option<Refusal> {
    changes.iter().find(|change| change.setting == VERSIONING && change.after.as_str() == Some(SUSPENDED))?;
    if fact_flag(live, LOCK_FACT) {
        return Some(refusal(
            Code::BucketState,
            "object lock is on, so AWS never suspends versioning of this bucket again",
            "take `versioning` out of the block, or set it to \"Enabled\"",
        ));
    }
    (fact_number(live, REPLICATION_RULES) > 0).then(|| {
        refusal(
            Code::BucketState,
            "replication is configured, and AWS does not suspend versioning of a bucket that replicates",
            "remove the replication rules first, in a run of their own, whoever owns them",
        )
    })
}

/// What needs versioning, which is off and stays off.
fn unversioned(changes_of: &dyn Fn(&str) -> bool, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Refusal> {
    let status = fact_text(live, VERSIONING_FACT)?;
    if status == ENABLED || wants_versioning(wanted) {
        return None;
    }
    let what = if changes_of(REPLICATION) {
        "replication"
    } else if changes_of(LOCK) || changes_of(LOCK_MODE) {
        "object lock"
    } else {
        return None;
    };
    let removes_only = what == "replication" && !wanted.keys().any(|path| path::is_within(path, REPLICATION));
    (!removes_only).then(|| {
        let reason = format!("versioning of this bucket is {status}, and AWS takes {what} only where it is Enabled");
        refusal(Code::NeedsVersioning, &reason, "add `versioning { status = \"Enabled\" }` to the block")
    })
}

/// Rules of the first generation, with a prefix of their own and no filter, stand alone.
fn generations(changes_of: &dyn Fn(&str) -> bool, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Refusal> {
    let adds = changes_of(REPLICATION) && wanted.iter().any(|(path, wanted)| is_rule(path) && wanted.value == Value::Bool(true));
    (adds && fact_flag(live, OLD_REPLICATION)).then(|| {
        refusal(
            Code::OldReplication,
            "others' replication rules on this bucket are of the first generation (a prefix, and no filter), and AWS takes no newer rules beside such",
            "ask their owner to give them a `filter`, a `priority` and `delete_marker_replication` (which they have on without saying so), or to leave them to you",
        )
    })
}

fn is_rule(path: &str) -> bool {
    let segments = path::segments(path);
    matches!(segments.as_slice(), [one] if one.name == REPLICATION)
}
