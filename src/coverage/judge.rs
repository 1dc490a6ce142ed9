//! What protects one thing.

use super::destination::{self, Source};
use super::whole::{self, Whole};
use super::{backup, outlook};
use crate::kinds::Holder;
use crate::model::{Covered, Live, Mechanism, Reason, ReasonCode, Verdict};
use jiff::Timestamp;

/// Puts together what of the thing itself, of things of other kinds and of AWS Backup protects it.
pub(super) fn judge(whole: &Whole<'_>, live: &Live, holder: &Holder, account: &str, at: Timestamp) -> Covered {
    let arn = whole::arn(live, account);
    let tags = whole.tags(live);
    let mut mechanisms = holder.mechanisms.clone();
    mechanisms.extend(arn.iter().flat_map(|arn| whole.copies(arn)).cloned());
    let thing = backup::Thing { live, arn: arn.as_deref(), tags: tags.as_ref(), holder, account, at };
    let found = thing.outcome(whole);
    mechanisms.extend(found.rules);
    let source = Source { name: &live.id.name, arn: arn.as_deref(), account, holder };
    for mechanism in &mut mechanisms {
        if let Mechanism::Replication(rule) = mechanism {
            destination::replicated(whole, rule, &source);
        }
    }
    mechanisms.sort();
    let mut unread = holder.unread.clone();
    unread.extend(found.unread);
    unread.dedup();
    let verdict = if mechanisms.iter().any(Mechanism::protects) {
        Verdict::Protected
    } else if !unread.is_empty() || mechanisms.iter().any(Mechanism::is_doubtful) {
        Verdict::Unknown
    } else {
        Verdict::Unprotected
    };
    let mut reasons = found.reasons;
    reasons.extend(own(holder, &mechanisms));
    reasons.sort();
    reasons.dedup();
    let mut remarks = holder.remarks.clone();
    remarks.extend(found.remarks);
    remarks.sort();
    remarks.dedup();
    Covered {
        account: account.to_owned(),
        region: live.id.region.clone(),
        kind: live.id.kind.clone(),
        name: live.id.name.clone(),
        target: live.id.target.clone(),
        arn,
        tags,
        verdict,
        retention: outlook::retention(&mechanisms),
        copies: outlook::copies(&mechanisms, account),
        immutability: outlook::immutability(holder, &mechanisms, at),
        encryption: outlook::encryption(holder, &mechanisms),
        mechanisms,
        reasons,
        unread,
        remarks,
        observed: None,
    }
}

/// Why what the thing itself has does not protect it.
fn own(holder: &Holder, mechanisms: &[Mechanism]) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut say = |code: ReasonCode, what: String, mend: &str| reasons.push(Reason { code, what, mend: mend.to_owned() });
    for (what, mend) in &holder.switched_off {
        say(ReasonCode::SwitchedOff, what.clone(), mend);
    }
    for mechanism in mechanisms {
        match mechanism {
            Mechanism::Replication(rule) if rule.is_on => {
                if let Some((fault, mend)) = &rule.fault {
                    say(ReasonCode::SwitchedOff, format!("replication rule `{}`: {fault}", rule.rule), mend);
                }
                if let Some(only) = &rule.only {
                    let what = format!("replication rule `{}` copies only {only}", rule.rule);
                    say(ReasonCode::OnlyPart, what, "add a rule for the whole, or back it up with a plan");
                }
            }
            Mechanism::Versioning { .. } => say(
                ReasonCode::VersionsOnly,
                "earlier versions stay in the same bucket, where whoever may delete versions can: that is no copy".to_owned(),
                "replicate it to another bucket, or choose it in a selection of a backup plan",
            ),
            Mechanism::Replicas { regions } => say(
                ReasonCode::ReplicasOnly,
                format!("its replicas ({}) take every write and delete at once: that is no backup", regions.join(", ")),
                "turn on point-in-time recovery, or choose it in a selection of a backup plan",
            ),
            _ => {}
        }
    }
    reasons
}
