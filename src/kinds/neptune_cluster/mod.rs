//! `aws_neptune_cluster`: automated backups and deletion protection of Neptune clusters that others own.
//!
//! They answer the calls of RDS; those of Aurora and DocumentDB are kinds of their own.

#[cfg(feature = "aws")]
mod aws;

use super::{Answer, Concern, Kind, Need, Needed, Protection, Recurrence, rds};
use crate::model::{Change, Code, Effect, KindSpec, Live, Ownership, Refusal, Value, Wanted};
use jiff::Timestamp;
use std::collections::BTreeMap;

const WINDOW: &str = "preferred_backup_window";
const READS: &[&str] = &["rds:DescribeDBClusters"];
const WRITES: &[&str] = &["rds:ModifyDBCluster"];

static SPEC: KindSpec = KindSpec {
    name: "aws_neptune_cluster",
    title: "Neptune cluster",
    doc: "Automated backups and deletion protection of a Neptune cluster that somebody else owns.",
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
        rds::protection("Refuses every attempt to delete the cluster until it is turned off.", READS, WRITES),
        rds::at_once(
            "Whether changes that could wait for the maintenance window are made at once. Those of the settings here are made at once whatever it says; AWS then makes everything else at once that waits.",
            READS,
            WRITES,
        ),
    ],
    ..KindSpec::PLAIN
};

/// The kind.
pub struct NeptuneCluster;

impl Kind for NeptuneCluster {
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
        rds::forbids(WINDOW, changes, live)
    }

    fn answers(&self, need: &Need, will_be: &dyn Fn(&str) -> Option<Value>) -> Answer {
        match &need.needed {
            Needed::Free { starts, busy } => rds::perhaps_free(WINDOW, starts, *busy, will_be),
            _ => need.compare(will_be),
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
        Some(Protection::Holds(|live| rds::holder("Neptune", WINDOW, live)))
    }

    fn passing(&self, live: &Live) -> Vec<String> {
        rds::passing(live)
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Settings(&aws::CALLS)
    }
}
