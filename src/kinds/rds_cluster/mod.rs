//! `aws_rds_cluster`: automated backups and deletion protection of Aurora and Multi-AZ DB clusters that others own.
//!
//! Clusters of DocumentDB and Neptune answer the same calls and are kinds of their own, with fewer settings.

#[cfg(feature = "aws")]
mod aws;

use super::{Answer, Concern, Holder, Kind, Need, Needed, OwnBackups, Protection, Recurrence, rds};
use crate::model::{Change, Code, Effect, Fallback, KindSpec, Live, Loss, Ownership, Refusal, Safer, Setting, Shape, Value, Wanted};
use jiff::Timestamp;
use std::collections::BTreeMap;

const WINDOW: &str = "preferred_backup_window";
const BACKTRACK: &str = "backtrack_window";
const READS: &[&str] = &["rds:DescribeDBClusters"];
const WRITES: &[&str] = &["rds:ModifyDBCluster"];

static SPEC: KindSpec = KindSpec {
    name: "aws_rds_cluster",
    title: "DB cluster",
    doc: "Automated backups, backtracking and deletion protection of an Aurora or Multi-AZ DB cluster that somebody else owns.",
    ownership: Ownership::Settings,
    service: "rds",
    arn_prefix: "cluster:",
    name_form: rds::NAMES,
    inventory_actions: &["rds:DescribeDBClusters", "tag:GetResources"],
    evidence_actions: &["rds:DescribeDBClusterSnapshots"],
    holds: "automated backups",
    settings: &[
        rds::retention(1, READS, WRITES),
        rds::window(WINDOW, READS, WRITES),
        rds::copy_tags(READS, WRITES),
        Setting {
            path: BACKTRACK,
            shape: Shape::Whole { min: 0, max: 259_200, unit: "seconds" },
            aws_default: Fallback::Number(0),
            safer: Safer::WhenGreater,
            loses: Loss::ExistingRecoveryPoints,
            doc: "For how many seconds, up to 72 hours, an Aurora MySQL cluster can be taken back in place, without a restore. AWS turns it on only where a cluster is made, restored or cloned.",
            normalisation: "absent is 0",
            when_safer: "the time that it can be taken back grows to the new one; nothing from before comes back",
            when_weaker: "the change records beyond the new time are deleted at once, and the cluster can be taken back no further",
            source: "RDS API ModifyDBCluster; Aurora User Guide, Backtracking an Aurora DB cluster",
            reads: READS,
            writes: WRITES,
            ..Setting::PLAIN
        },
        rds::protection(
            "Refuses every attempt to delete the cluster until it is turned off. It does not keep anybody from deleting its instances.",
            READS,
            WRITES,
        ),
        rds::at_once(
            "Whether changes that could wait for the maintenance window are made at once. Those of the settings here are made at once whatever it says; AWS then makes everything else at once that waits.",
            READS,
            WRITES,
        ),
        rds::deletes_backups(READS, WRITES),
    ],
    ..KindSpec::PLAIN
};

/// The kind.
pub struct RdsCluster;

impl Kind for RdsCluster {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn effect(&self, change: &Change, live: &Live, _: &BTreeMap<String, Wanted>) -> Option<Effect> {
        rds::effect(change, live)
    }

    fn consequence_among(&self, change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>, now: Timestamp) -> Option<String> {
        rds::consequence(change, live, wanted, now)
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        rds::check(wanted)
    }

    fn forbids(&self, changes: &[Change], live: &Live, _: &BTreeMap<String, Wanted>) -> Option<Refusal> {
        rds::forbids(WINDOW, changes, live).or_else(|| backtracking(changes, live))
    }

    fn answers(&self, need: &Need, will_be: &dyn Fn(&str) -> Option<Value>) -> Answer {
        match &need.needed {
            Needed::Free { starts, busy } => match will_be(rds::ENGINE).as_ref().and_then(Value::as_str) {
                Some(engine) if engine.starts_with("aurora") => Answer::Yes,
                Some(_) => rds::free(WINDOW, starts, *busy, will_be),
                None => Answer::Unknown,
            },
            _ => rds::hands_over(WINDOW, need, will_be),
        }
    }

    fn withholds(&self, _: &Live, setting: &str, _: Option<&Value>) -> bool {
        rds::is_only_said(setting)
    }

    fn notes(&self, live: &Live) -> Vec<(Code, String)> {
        rds::notes(live)
    }

    fn remarks(&self, live: &Live) -> Vec<String> {
        rds::remarks(live)
    }

    fn runs(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Recurrence> {
        Recurrence::daily(wanted, WINDOW, rds::RETENTION, "begins the daily automated backup").into_iter().collect()
    }

    fn protection(&self) -> Option<Protection> {
        Some(Protection::Holds(holder))
    }

    fn passing(&self, live: &Live) -> Vec<String> {
        rds::passing(live)
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Settings(&aws::CALLS)
    }

    #[cfg(feature = "aws")]
    fn proof(&self) -> Option<&'static dyn super::ProofAws> {
        Some(&rds::OF_CLUSTERS)
    }
}

/// Why AWS would not change how far the cluster goes back.
fn backtracking(changes: &[Change], live: &Live) -> Option<Refusal> {
    let change = changes.iter().find(|change| change.setting == BACKTRACK)?;
    let seconds = change.after.as_i64().filter(|seconds| *seconds > 0)?;
    let engine = rds::text(live, rds::ENGINE).unwrap_or_default();
    let reason = if engine != "aurora-mysql" {
        format!("its engine is {engine}, and Aurora MySQL alone has `{BACKTRACK}`")
    } else if change.before.effective(Fallback::Number(0))? == Value::from(0) {
        format!("backtracking is off, and AWS turns it on ({seconds} seconds) only where a cluster is made, restored or cloned")
    } else {
        return None;
    };
    let remedy = format!("take `{BACKTRACK}` out of the block; `{}` is what restores the cluster to a moment", rds::RETENTION);
    Some(Refusal { code: Code::Backtracking.to_string(), reason, remedy })
}

/// What of a cluster protects it. AWS Backup makes no continuous backups of Multi-AZ DB clusters, which are of its type RDS.
fn holder(live: &Live) -> Holder {
    let is_aurora = rds::text(live, rds::ENGINE).is_none_or(|engine| engine.starts_with("aurora"));
    let mut holder = rds::holder(if is_aurora { "Aurora" } else { "RDS" }, WINDOW, live);
    holder.can_be_continuous = is_aurora;
    if !is_aurora {
        holder.own_backups = OwnBackups::NotFollowed("who is told of automated backups of Multi-AZ DB clusters is not looked at yet");
    }
    holder
}
