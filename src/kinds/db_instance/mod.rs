//! `aws_db_instance`: automated backups and deletion protection of RDS instances that others own.
//!
//! Members of clusters (Aurora, DocumentDB, Neptune, Multi-AZ DB clusters) are none of them: their backups are the cluster's, so a selector
//! passes them over.

#[cfg(feature = "aws")]
mod aws;

use super::{Answer, Concern, Holder, Job, Kind, Need, Needed, OwnBackups, Protection, Recurrence, rds};
use crate::model::{Change, Code, Effect, KindSpec, Live, Ownership, Reaches, Refusal, Value, Wanted};
use jiff::Timestamp;
use std::collections::BTreeMap;

const WINDOW: &str = "backup_window";
const READS: &[&str] = &["rds:DescribeDBInstances"];
const WRITES: &[&str] = &["rds:ModifyDBInstance"];

static SPEC: KindSpec = KindSpec {
    name: "aws_db_instance",
    title: "DB instance",
    doc: "Automated backups and deletion protection of an RDS instance that somebody else owns. Members of a cluster are none: their backups are the cluster's.",
    ownership: Ownership::Settings,
    service: "rds",
    arn_prefix: "db:",
    name_form: rds::NAMES,
    inventory_actions: &["rds:DescribeDBInstances", "tag:GetResources"],
    evidence_actions: &["rds:DescribeDBSnapshots"],
    holds: "automated backups",
    settings: &[
        rds::retention(0, READS, WRITES),
        rds::window(WINDOW, READS, WRITES),
        rds::copy_tags(READS, WRITES),
        rds::protection("Refuses every attempt to delete the instance until it is turned off.", READS, WRITES),
        rds::at_once(
            "Whether changes are made at once and not in the next maintenance window. It matters where backups are turned on or off, which is a short outage; AWS then makes everything else at once that waits for maintenance.",
            READS,
            WRITES,
        ),
        rds::deletes_backups(READS, WRITES),
    ],
    ..KindSpec::PLAIN
};

/// The kind.
pub struct DbInstance;

impl Kind for DbInstance {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn effect(&self, change: &Change, live: &Live, _: &BTreeMap<String, Wanted>) -> Option<Effect> {
        rds::effect(change, live)
    }

    fn reaches(&self, change: &Change, live: &Live, _: &BTreeMap<String, Wanted>) -> Option<Reaches> {
        rds::reaches(change, live)
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
            Needed::Free { starts, busy } => rds::free(WINDOW, starts, *busy, will_be),
            Needed::Setting { path, .. } if path == rds::RETENTION => rds::makes_backups(will_be),
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
        Some(Protection::Holds(|live| Holder {
            own_backups: OwnBackups::Jobs(Job::Own { source: "db-instance" }),
            ..rds::holder("RDS", WINDOW, live)
        }))
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
        Some(&rds::OF_INSTANCES)
    }
}
