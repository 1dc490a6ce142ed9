//! What promises come to by what was seen: how old the newest moment is that could be restored now, how long restores took, and when one was
//! last tried.
//!
//! How backups are set up tells what can be lost at worst when all goes well; only what is there tells whether it did.

use super::Judged;
use crate::model::{Covered, Mechanism, Observed, Standing};
use crate::time::say_length;
use jiff::{SignedDuration, Timestamp};

/// For how long AWS Backup keeps the records of jobs.
///
/// Source: AWS Backup Developer Guide, "Monitoring": jobs of the last 30 days.
const RECORDS: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Reading takes a moment, in which the end of a window that goes on moves.
const READING: SignedDuration = SignedDuration::from_mins(1);

const NO_EVIDENCE: &str = "the snapshot holds no recovery points and no restores; record it anew with `backstay snapshot --everything`";
const MEND_JOBS: &str = "look at the backup and copy jobs of the last days: why is there nothing newer?";
const MEND_RESTORES: &str = "declare a restore testing plan of AWS Backup that covers it, and look at what its restores come to";

/// Where a moment is to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// In the thing's own region and account.
    Here,
    /// In any other.
    Away,
}

/// Whether no more than so much would be lost now.
pub(super) fn newest(covered: &Covered, wants: SignedDuration, at: Where) -> Judged {
    let wanted = say_length(wants);
    let Some(observed) = &covered.observed else { return Judged::unprovable(wanted, vec![NO_EVIDENCE.to_owned()]) };
    let (moment, doubts) = match at {
        Where::Here => (observed.newest.as_ref(), &observed.unread),
        Where::Away => (observed.copies.first(), &observed.unread_copies),
    };
    let is_met = moment.is_some_and(|moment| SignedDuration::from_secs(moment.age_seconds) <= wants + READING);
    let standing = match (is_met, doubts.is_empty()) {
        (true, _) => Standing::Met,
        (false, true) => Standing::NotMet,
        (false, false) => Standing::Unprovable,
    };
    let place = if at == Where::Here { "there" } else { "anywhere else" };
    let mut why = Vec::new();
    if moment.is_none() {
        why.push(format!("nothing to restore was seen {place}"));
    }
    if !is_met {
        if observed.unusable > 0 {
            why.push(format!("{} cannot be restored: partial, expired, or being made", count_of(observed.unusable)));
        }
        why.extend(doubts.iter().cloned());
        why.extend(observed.failed.as_ref().map(|failed| {
            let message = failed.message.as_deref().map(|message| format!(": {message}")).unwrap_or_default();
            format!("the {} that began at {} ended {}{message}", failed.what, failed.at, failed.status)
        }));
    }
    Judged {
        wants: wanted,
        has: moment.map(|moment| minutes(moment.age_seconds)),
        standing,
        by: moment.map(|moment| moment.by.clone()),
        why,
        // What nothing protects has no jobs to look at.
        mend: covered.mechanisms.iter().any(makes_jobs).then(|| MEND_JOBS.to_owned()),
    }
}

/// Whether a mechanism protects by jobs of which AWS Backup tells.
fn makes_jobs(mechanism: &Mechanism) -> bool {
    mechanism.protects() && matches!(mechanism, Mechanism::BackupRule(_))
}

/// Whether what is there reaches back so far. A thing may be younger than that, which nobody knows: it is never said to be broken.
pub(super) fn reached(covered: &Covered, wants: SignedDuration) -> Judged {
    let wanted = say_length(wants);
    let Some(observed) = &covered.observed else { return Judged::unprovable(wanted, vec![NO_EVIDENCE.to_owned()]) };
    let Some(oldest) = &observed.oldest else {
        let why = if observed.unread.is_empty() { vec!["nothing to restore was seen".to_owned()] } else { observed.unread.clone() };
        return Judged::unprovable(wanted, why);
    };
    // What is made once a day reaches back to the last of it that was not deleted yet.
    let is_met = SignedDuration::from_secs(oldest.age_seconds) + SignedDuration::from_hours(24) >= wants;
    let why = "what is there does not reach back so far yet; whether the thing itself is older is not known";
    Judged {
        wants: wanted,
        has: Some(hours(oldest.age_seconds)),
        standing: if is_met { Standing::Met } else { Standing::Unprovable },
        by: Some(oldest.by.clone()),
        why: if is_met { Vec::new() } else { vec![why.to_owned()] },
        mend: None,
    }
}

/// A length in hours, the nearest: a window of 35 days reaches back some moments less.
fn hours(seconds: i64) -> String {
    say_length(SignedDuration::from_hours(seconds.max(0).saturating_add(1800).div_euclid(3600)))
}

fn count_of(many: u64) -> String {
    if many == 1 { "1 other".to_owned() } else { format!("{many} others") }
}

/// A length in whole minutes, as nobody promises seconds; what is begun counts.
fn minutes(seconds: i64) -> String {
    let begun = seconds.max(0).saturating_add(59).div_euclid(60);
    say_length(SignedDuration::from_secs(begun.saturating_mul(60)))
}

/// Whether the last restore took no longer than that.
pub(super) fn restored_within(covered: &Covered, wants: SignedDuration) -> Judged {
    let wanted = say_length(wants);
    let Some(observed) = &covered.observed else {
        return Judged::unprovable(wanted, vec![NO_EVIDENCE.to_owned()]).mended_by(MEND_RESTORES);
    };
    if let Some(broken) = broken(observed, &wanted) {
        return broken;
    }
    let Some(restored) = &observed.restored else {
        return Judged::unprovable(wanted, never(observed)).mended_by(MEND_RESTORES);
    };
    // A later one may have taken longer, or failed.
    if !observed.unread_restores.is_empty() {
        return Judged::unprovable(wanted, observed.unread_restores.clone());
    }
    let by = by(restored.plan.as_deref());
    let Some(seconds) = restored.seconds else {
        let why = format!("it was restored at {}, and AWS no longer tells how long that took", restored.at);
        return Judged::unprovable(wanted, vec![why]).mended_by(MEND_RESTORES);
    };
    let is_met = SignedDuration::from_secs(seconds) <= wants;
    let mut why = Vec::new();
    if !is_met {
        why.push(format!("the restore that ended at {} took {}", restored.at, minutes(seconds)));
    }
    if let Some(longest) = restored.longest_seconds.filter(|longest| *longest > seconds) {
        why.push(format!("the longest of the {} of the last 30 days took {}", restored.times, minutes(longest)));
    }
    Judged {
        wants: wanted,
        has: Some(minutes(seconds)),
        standing: if is_met { Standing::Met } else { Standing::NotMet },
        by: Some(by),
        why,
        mend: Some("restore from what is nearer or warmer, into larger capacity, or promise a longer `rto`".to_owned()),
    }
}

/// Whether it was restored within that time.
pub(super) fn drilled(covered: &Covered, wants: SignedDuration) -> Judged {
    let wanted = say_length(wants);
    let Some(observed) = &covered.observed else {
        return Judged::unprovable(wanted, vec![NO_EVIDENCE.to_owned()]).mended_by(MEND_RESTORES);
    };
    if let Some(broken) = broken(observed, &wanted) {
        return broken;
    }
    let restored = observed.restored.as_ref();
    let age = restored.map(|restored| observed.read_at.duration_since(restored.at).max(SignedDuration::ZERO));
    let is_met = age.is_some_and(|age| age <= wants);
    let mut why = match restored {
        Some(restored) => {
            let found = restored.validation.as_deref().map_or("nobody validated it".to_owned(), |found| format!("validated: {found}"));
            vec![format!("it was last restored at {}; {found}", restored.at)]
        }
        None => never(observed),
    };
    // Of what is longer ago than AWS's records only the recovery points that are left know.
    let standing = match (is_met, wants <= RECORDS && observed.unread_restores.is_empty()) {
        (true, _) => Standing::Met,
        (false, true) => Standing::NotMet,
        (false, false) => Standing::Unprovable,
    };
    if standing == Standing::Unprovable && wants > RECORDS {
        why.push("AWS keeps the records of restores for 30 days; restores that were longer ago may be forgotten".to_owned());
    }
    Judged {
        wants: wanted,
        has: age.map(|age| minutes(age.as_secs())),
        standing,
        by: restored.map(|restored| by(restored.plan.as_deref())),
        why,
        mend: Some(MEND_RESTORES.to_owned()),
    }
}

/// What is so where the last restore failed.
fn broken(observed: &Observed, wanted: &str) -> Option<Judged> {
    let failed = observed.restore_failed.as_ref()?;
    Some(Judged {
        wants: wanted.to_owned(),
        has: None,
        standing: Standing::NotMet,
        by: None,
        why: vec![format!("the last restore failed, at {}: {}", failed.at, failed.what)],
        mend: Some("mend what kept it from being restored, and restore it again".to_owned()),
    })
}

fn never(observed: &Observed) -> Vec<String> {
    if !observed.unread_restores.is_empty() {
        return observed.unread_restores.clone();
    }
    let since: Timestamp = observed.read_at.checked_sub(RECORDS).unwrap_or(observed.read_at);
    vec![format!("AWS Backup has restored nothing of it since {since}; restores by the service's own calls leave no record that is read")]
}

fn by(plan: Option<&str>) -> String {
    plan.map_or_else(|| "a restore by hand".to_owned(), |plan| format!("restore testing plan {plan}"))
}
