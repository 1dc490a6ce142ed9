//! What AWS would refuse, given how the bucket is. What could not be read is not guessed: then AWS decides.

use super::checks::{is_known, names, twins};
use super::consequences::wants_versioning;
use super::rule::Rule;
use super::table::{ENABLED, LIFECYCLE, LOCK, LOCK_MODE, REPLICATION, SUSPENDED, VERSIONING};
use super::{
    ABSENT_DESTINATIONS, FOREIGN_PLACES, LOCK_FACT, MFA_DELETE, NEVER, OLD_LIFECYCLE, OLD_REPLICATION, REPLICATION_RULES, VERSIONING_FACT,
    fact_flag, fact_number, fact_text, forms, place,
};
use crate::model::{Change, Code, Live, Refusal, Value, Wanted, path};
use std::collections::BTreeMap;

/// Why AWS would not take these changes, and what to do instead.
pub(super) fn forbids(changes: &[Change], live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Refusal> {
    let changes_of = |block: &str| changes.iter().any(|change| change.setting == block || path::is_within(&change.setting, block));
    suspending(changes, live)
        .or_else(|| unversioned(&changes_of, live, wanted))
        .or_else(|| old_lifecycle(&changes_of, live, wanted))
        .or_else(|| old_replication(&changes_of, live, wanted))
        .or_else(|| mfa_delete(&changes_of, live))
        .or_else(|| destination(&changes_of, live, wanted))
        .or_else(|| described_twice(wanted))
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
        let status = if status == NEVER { "was never set" } else { "is Suspended" };
        let reason = format!("versioning of this bucket {status}, and AWS takes {what} only where it is Enabled");
        refusal(Code::NeedsVersioning, &reason, "add `versioning { status = \"Enabled\" }` to the block")
    })
}

/// Beside lifecycle rules of the first generation, with a prefix of their own and no filter, own ones can filter by a prefix only.
fn old_lifecycle(changes_of: &dyn Fn(&str) -> bool, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Refusal> {
    if !changes_of(LIFECYCLE) || !fact_flag(live, OLD_LIFECYCLE) {
        return None;
    }
    let newer = rules(wanted, LIFECYCLE).find(|at| !Rule::wanted(at, wanted).fits_old_form())?;
    let reason = format!(
        "others' lifecycle rules on this bucket are of the first generation (a prefix, and no filter), and AWS takes no `{newer}` beside such, as it filters by tags or sizes or counts versions"
    );
    Some(refusal(
        Code::OldRules,
        &reason,
        "ask their owner to move the prefix into a `filter`, which changes nothing else, or filter by a prefix only",
    ))
}

/// Replication rules of the first generation stand alone.
fn old_replication(changes_of: &dyn Fn(&str) -> bool, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Refusal> {
    let adds = changes_of(REPLICATION) && rules(wanted, REPLICATION).next().is_some();
    (adds && fact_flag(live, OLD_REPLICATION)).then(|| {
        refusal(
            Code::OldRules,
            "others' replication rules on this bucket are of the first generation (a prefix, and no filter), and AWS takes no newer rules beside such",
            "ask their owner to give them a `filter`, a `priority` and `delete_marker_replication` (which they have on without saying so), or to leave them to you",
        )
    })
}

fn mfa_delete(changes_of: &dyn Fn(&str) -> bool, live: &Live) -> Option<Refusal> {
    ((changes_of(LIFECYCLE) || changes_of(VERSIONING)) && fact_flag(live, MFA_DELETE)).then(|| {
        refusal(
            Code::BucketState,
            "MFA delete is on: AWS takes no lifecycle rules there, and changes versioning only for the root user with a device",
            "turn MFA delete off as the root user first, or take the bucket out of the block",
        )
    })
}

/// Blocks of several places that describe one rule.
fn described_twice(wanted: &BTreeMap<String, Wanted>) -> Option<Refusal> {
    let (one, other, id) = [LIFECYCLE, REPLICATION].into_iter().find_map(|block| twins(wanted, block))?;
    let reason = format!("`{one}` and `{other}` are of one rule, `{id}`, and nobody can say which counts");
    Some(refusal(Code::BucketSettings, &reason, "keep one of the two blocks"))
}

/// Destinations that AWS does not take, and the places that rules of others have.
fn destination(changes_of: &dyn Fn(&str) -> bool, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Refusal> {
    let fact = |name: &str| live.facts.get(name).and_then(Value::as_map);
    rules(wanted, REPLICATION).filter(|at| changes_of(at)).find_map(|at| {
        let rule = Rule::wanted(&at, wanted);
        let bucket = rule.text("destination.bucket")?;
        if forms::bucket_of(bucket) == Some(live.id.name.as_str()) {
            let reason = format!("`{at}` copies the bucket into itself, and AWS takes only another bucket");
            return Some(refusal(Code::ReplicationRules, &reason, "write the ARN of another bucket, better in another region or account"));
        }
        if fact(ABSENT_DESTINATIONS).is_some_and(|absent| absent.contains_key(bucket)) {
            let reason = format!("the destination of `{at}`, {bucket}, does not exist, and AWS takes only buckets that do");
            let remedy = "make the bucket first, with versioning, or write the ARN of one that is there";
            return Some(refusal(Code::ReplicationRules, &reason, remedy));
        }
        if !is_known(wanted, &path::child(&at, "priority")) {
            return None;
        }
        let priority = rule.number("priority").unwrap_or_default();
        let other = fact(FOREIGN_PLACES)?.get(&place(bucket, priority))?.as_str()?;
        let reason = format!(
            "rule `{other}`, which others own, has priority {priority} for {bucket} already, and AWS takes no `{at}` with the same beside it"
        );
        Some(refusal(Code::ReplicationRules, &reason, "give yours another `priority`; the larger one counts where both fit an object"))
    })
}

/// The paths of the declared rules of a kind.
fn rules(wanted: &BTreeMap<String, Wanted>, block: &str) -> impl Iterator<Item = String> {
    names(wanted, block).into_iter().map(move |name| path::keyed(block, &name))
}
