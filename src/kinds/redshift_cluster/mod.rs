//! `aws_redshift_cluster`: how long automated and manual snapshots of provisioned clusters that others own are kept.

#[cfg(feature = "aws")]
mod aws;

use super::protection::ENCRYPTION;
use super::{Concern, Holder, Kind, OwnBackups, Protection, Recurrence, When};
use crate::model::{
    AutomatedBackups, Change, Code, Fallback, KindSpec, Live, Loss, Mechanism, NameForm, Ownership, Reading, Refusal, Safer, Setting,
    Severity, Shape, Value, Wanted, count,
};
use jiff::Timestamp;
use std::cmp::Ordering;
use std::collections::BTreeMap;

const AUTOMATED: &str = "automated_snapshot_retention_period";
const MANUAL: &str = "manual_snapshot_retention_period";
/// Manual snapshots are kept until somebody deletes them.
const FOR_EVER: i64 = -1;

// What reading leaves beside the settings.
const STATUS: &str = "status";
const NODE_TYPE: &str = "node_type";
/// What tells it from another of its name that was there before: when it was made.
#[cfg(feature = "aws")]
const CREATED: &str = "created";

/// States that pass by themselves, so that apply waits.
///
/// Source: Redshift Management Guide, "Cluster status".
const PASSING: &[&str] = &[
    "available, prep-for-resize",
    "available, resize-cleanup",
    "cancelling-resize",
    "creating",
    "final-snapshot",
    "modifying",
    "pausing",
    "rebooting",
    "renaming",
    "resizing",
    "resuming",
    "rotating-keys",
    "updating-hsm",
];

/// States in which AWS takes changes. A full disk hinders writing to the cluster, not changing it.
const READY: &[&str] = &["available", "storage-full"];

const READS: &[&str] = &["redshift:DescribeClusters"];
const WRITES: &[&str] = &["redshift:ModifyCluster"];

static SPEC: KindSpec = KindSpec {
    name: "aws_redshift_cluster",
    title: "Redshift cluster",
    holds: "snapshots",
    doc: "Retention of automated and manual snapshots of a provisioned Redshift cluster that somebody else owns.",
    ownership: Ownership::Settings,
    service: "redshift",
    arn_prefix: "cluster:",
    name_form: NameForm { min: 1, max: 63, also: &['-'], source: "Redshift API CreateCluster" },
    inventory_actions: &["redshift:DescribeClusters", "tag:GetResources"],
    evidence_actions: &["redshift:DescribeClusterSnapshots"],
    settings: &[
        Setting {
            path: AUTOMATED,
            shape: Shape::Days { min: 0, max: 35 },
            aws_default: Fallback::Number(1),
            safer: Safer::WhenGreater,
            loses: Loss::ExistingRecoveryPoints,
            doc: "For how many days automated snapshots are kept: the cluster can be restored from each of them as another one. 0 turns them off, which RA3 and RG nodes do not allow.",
            normalisation: "a period that is being changed counts as changed",
            when_safer: "automated snapshots are kept for longer; what is gone does not come back",
            when_weaker: "automated snapshots older than that are deleted at once and cannot be brought back",
            source: "Redshift API ModifyCluster",
            reads: READS,
            writes: WRITES,
            ..Setting::PLAIN
        },
        Setting {
            path: MANUAL,
            shape: Shape::Whole { min: FOR_EVER, max: 3_653, unit: "days" },
            aws_default: Fallback::Number(FOR_EVER),
            safer: Safer::By(longer),
            doc: "For how many days manual snapshots that are made from now on are kept, unless who makes one says otherwise: 1 to 3653, or -1 for ever.",
            normalisation: "absent is -1",
            when_safer: "manual snapshots that are made from now on are kept for longer",
            when_weaker: "manual snapshots that are made from now on are deleted after that; those that exist keep their own period",
            source: "Redshift API ModifyCluster",
            reads: READS,
            writes: WRITES,
            ..Setting::PLAIN
        },
    ],
    ..KindSpec::PLAIN
};

/// More days protect more, and for ever most.
fn longer(before: &Value, after: &Value) -> Option<Ordering> {
    let days = |value: &Value| value.as_i64().map(|days| if days == FOR_EVER { i64::MAX } else { days });
    Some(days(after)?.cmp(&days(before)?))
}

/// Whether automated snapshots of such nodes cannot be turned off.
fn keeps_snapshots(node_type: &str) -> bool {
    ["ra3.", "rg."].iter().any(|family| node_type.starts_with(family))
}

/// The kind.
pub struct RedshiftCluster;

impl Kind for RedshiftCluster {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        let is_none = wanted.get(MANUAL).is_some_and(|wanted| wanted.value == Value::from(0));
        let concern = is_none.then(|| Concern {
            code: Code::OutOfRange,
            severity: Severity::Error,
            title: format!("`{MANUAL}` must be -1, or between 1 and 3653, found 0"),
            at: MANUAL.to_owned(),
            also: None,
            help: "write -1 to keep manual snapshots until somebody deletes them, or a number of days".to_owned(),
        });
        concern.into_iter().collect()
    }

    fn consequence(&self, change: &Change, _: &Live, now: Timestamp) -> Option<String> {
        let (days, Reading::Known(before)) = (change.after.as_i64()?, &change.before) else { return None };
        match (change.setting.as_str(), before.as_i64()?, days) {
            (AUTOMATED, 0, _) => Some("automated snapshots begin; nothing from before the first one can be restored from them".to_owned()),
            (AUTOMATED, _, 0) => {
                Some("all automated snapshots are deleted at once and no new ones are made; manual snapshots stay".to_owned())
            }
            (AUTOMATED, before, days) if days < before => {
                let kept_from = now.checked_sub(jiff::SignedDuration::from_hours(days.checked_mul(24)?)).ok()?;
                let kept_from = kept_from.strftime("%Y-%m-%d %H:%M UTC");
                Some(format!("automated snapshots from before {kept_from} are deleted at once and cannot be brought back"))
            }
            _ => None,
        }
    }

    fn forbids(&self, changes: &[Change], live: &Live, _: &BTreeMap<String, Wanted>) -> Option<Refusal> {
        let about = changes.first()?;
        let is_off = changes.iter().any(|change| change.setting == AUTOMATED && change.after == Value::from(0));
        if let Some(nodes) = live.fact(NODE_TYPE).filter(|nodes| is_off && keeps_snapshots(nodes)) {
            return Some(Refusal {
                code: Code::SnapshotsStayOn.to_string(),
                reason: format!("its nodes are {nodes}, whose automated snapshots AWS does not turn off"),
                remedy: format!("declare `{AUTOMATED}` from 1 to 35"),
            });
        }
        let status = live.fact(STATUS).filter(|status| !READY.contains(status) && !PASSING.contains(status))?;
        Some(Refusal {
            code: Code::StateForbids.to_string(),
            reason: format!("it is {status}, and AWS does not change `{}` of a cluster in that state", about.setting),
            remedy:
                "bring it back to `available` (resume it, or mend what the state says), or leave it out of the selection, and plan again"
                    .to_owned(),
        })
    }

    fn passing(&self, live: &Live) -> Vec<String> {
        match live.fact(STATUS) {
            Some(status) if PASSING.contains(&status) => vec![format!("it is {status}; apply waits until it is available")],
            Some(status) if !READY.contains(&status) => vec![format!("it is {status}")],
            _ => Vec::new(),
        }
    }

    /// Source of the times: Redshift Management Guide, "Automated snapshots".
    fn runs(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Recurrence> {
        let Some(days) = wanted.get(AUTOMATED).and_then(|wanted| wanted.value.as_i64()) else { return Vec::new() };
        let kept = count(days, "day");
        let when = When::Theirs("about every 8 hours, or after 5 GB of changes for each node, when AWS chooses".to_owned());
        let asleep = (days == 0).then(|| format!("`{AUTOMATED}` is 0, so that none is made"));
        vec![Recurrence { asleep, ..Recurrence::new(AUTOMATED, format!("makes automated snapshots, kept for {kept}"), when) }]
    }

    fn protection(&self) -> Option<Protection> {
        Some(Protection::Holds(holder))
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Settings(&aws::ClusterCalls)
    }

    #[cfg(feature = "aws")]
    fn proof(&self) -> Option<&'static dyn super::ProofAws> {
        Some(&aws::Snapshots)
    }
}

/// What of a cluster protects it.
fn holder(live: &Live) -> Holder {
    let own_backups = OwnBackups::NotFollowed("Redshift tells of its snapshots by event subscriptions of its own, which are not read yet");
    let encryption = live.fact(ENCRYPTION).map(str::to_owned);
    let mut holder = Holder { encryption, own_backups, ..Holder::of_type("Redshift") };
    match holder.read(live, AUTOMATED).and_then(|days| days.as_i64()) {
        Some(0) => {
            let mend = format!("set `{AUTOMATED}` of it to 1 or more");
            holder.switched_off.push((format!("automated snapshots are off (`{AUTOMATED}` = 0)"), mend));
        }
        _ if !holder.unread.is_empty() => {}
        days => holder.mechanisms.push(Mechanism::AutomatedBackups(AutomatedBackups { days, ..AutomatedBackups::default() })),
    }
    holder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_ever_is_longer_than_any_number_of_days() {
        let than = |before: i64, after: i64| longer(&Value::from(before), &Value::from(after));
        assert_eq!(than(-1, 3653), Some(Ordering::Less));
        assert_eq!(than(90, -1), Some(Ordering::Greater));
        assert_eq!(than(90, 30), Some(Ordering::Less));
    }

    #[test]
    fn only_the_nodes_with_managed_storage_keep_their_snapshots() {
        assert!(keeps_snapshots("ra3.xlplus") && keeps_snapshots("rg.4xlarge") && !keeps_snapshots("dc2.large"));
    }
}
