//! Which alarms fire when a backup fails, or when none comes.
//!
//! Sources: AWS Backup developer guide, "AWS Backup metrics with Amazon CloudWatch" (published by vault and type, and never as 0); S3 user
//! guide, "Viewing replication metrics"; CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data".

use crate::kinds::telling::{known, text};
use crate::kinds::{Happening, Hears, Job, Teller, What, alarms};
use crate::model::{Live, Sender, Value, path};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The alarms.
pub(super) struct Alarms;

impl Teller for Alarms {
    fn named(&self, live: &Live) -> String {
        format!("alarm {}", live.id.name)
    }

    fn hears(&self, live: &Live, of: &Happening<'_>) -> Hears {
        let metric = match Metric::watched(live) {
            Watched::One(metric) => metric,
            Watched::Several(metrics) => {
                let is_near = metrics.iter().any(|metric| matches!(metric.is_about(of), Some(Hears::Yes | Hears::Perhaps(_))));
                let several = "it works something out of several metrics, which is not followed here";
                return if is_near { Hears::Perhaps(several.to_owned()) } else { Hears::No };
            }
            Watched::Nothing => return Hears::No,
        };
        match metric.is_about(of) {
            None => Hears::No,
            // One that does not fire is deaf, whatever it is about.
            Some(about @ (Hears::Yes | Hears::Perhaps(_))) => fires(live, of.job, of.what).map_or_else(Hears::Deaf, |()| about),
            Some(deaf) => deaf,
        }
    }

    fn tells(&self, live: &Live, at: Timestamp) -> Result<Vec<String>, String> {
        alarms::tells(live, at)
    }

    fn sender(&self) -> Sender {
        Sender::Alarm
    }
}

/// What an alarm watches.
enum Watched<'l> {
    /// One metric as it is.
    One(Metric<'l>),
    /// Something that is worked out of these.
    Several(Vec<Metric<'l>>),
    Nothing,
}

/// A metric with the settings of the alarm that say which.
struct Metric<'l> {
    namespace: &'l str,
    name: &'l str,
    dimensions: Option<&'l BTreeMap<String, Value>>,
    account: Option<&'l str>,
}

impl<'l> Metric<'l> {
    fn watched(live: &'l Live) -> Watched<'l> {
        if let Some(metric) = Self::at(live, "") {
            return Watched::One(metric);
        }
        let blocks: Vec<&String> = live.settings.keys().filter(|at| path::generic(at) == "metric_query").collect();
        let mut metrics: Vec<Self> = blocks.iter().filter_map(|block| Self::at(live, block)).collect();
        match (blocks.len(), metrics.pop()) {
            (1, Some(metric)) => Watched::One(metric),
            (_, Some(metric)) => {
                metrics.push(metric);
                Watched::Several(metrics)
            }
            (_, None) => Watched::Nothing,
        }
    }

    /// The metric of a block; that of the alarm itself where it is empty.
    fn at(live: &'l Live, block: &str) -> Option<Self> {
        let at = |name: &str| if block.is_empty() { name.to_owned() } else { path::child(block, &format!("metric.{name}")) };
        Some(Self {
            namespace: text(live, &at("namespace"))?,
            name: text(live, &at("metric_name"))?,
            dimensions: known(live, &at("dimensions")).and_then(Value::as_map),
            account: text(live, &path::child(block, "account_id")),
        })
    }

    fn dimension(&self, name: &str) -> Option<&'l str> {
        self.dimensions?.get(name)?.as_str()
    }

    /// Whether it counts what happens; `None` where it is about something else.
    fn is_about(&self, of: &Happening<'_>) -> Option<Hears> {
        if self.account.is_some_and(|account| account != of.account) {
            return None;
        }
        match (of.job, self.namespace) {
            (Job::Backup { vault, backup_type }, "AWS/Backup") if self.name == jobs(of.what) => match self.dimension("BackupVaultName") {
                // Of such a metric AWS's documentation neither says that it is there nor that it is not.
                None => Some(Hears::Perhaps(NO_VAULT.to_owned())),
                Some(named) if named == vault => self.of_type(*backup_type),
                Some(_) => None,
            },
            (Job::Copy { from, to, backup_type }, "AWS/Backup") if of.what == What::Failure && self.name == "NumberOfCopyJobsFailed" => {
                // It is the vault that is copied to by which they are counted; its ARN ends with its name.
                match self.dimension("BackupVaultName") {
                    None => Some(Hears::Perhaps(NO_VAULT.to_owned())),
                    Some(named) if to.rsplit(':').next() == Some(named) => self.of_type(*backup_type),
                    Some(named) if named == from => {
                        Some(Hears::Perhaps("AWS Backup is known to count copies by the vault that is copied to".to_owned()))
                    }
                    Some(_) => None,
                }
            }
            (Job::Replication { from, to, rule }, "AWS/S3") if replication(of.what).contains(&self.name) => {
                let names = [("SourceBucket", from), ("DestinationBucket", to), ("RuleId", rule)];
                names.iter().all(|(name, value)| self.dimension(name) == Some(value.as_str())).then_some(Hears::Yes)
            }
            _ => None,
        }
    }

    /// Whether it is about this type of resource, or all of them, and has no dimension that AWS Backup does not publish by.
    fn of_type(&self, backup_type: Option<&str>) -> Option<Hears> {
        let others = self.dimensions.into_iter().flatten().find(|(name, _)| !["BackupVaultName", "ResourceType"].contains(&name.as_str()));
        if let Some((name, _)) = others {
            return Some(Hears::Deaf(format!("AWS Backup publishes nothing by `{name}`")));
        }
        match (self.dimension("ResourceType"), backup_type) {
            (None, _) => Some(Hears::Yes),
            (Some(named), Some(of)) => (named == of).then_some(Hears::Yes),
            (Some(_), None) => None,
        }
    }
}

/// What is said of an alarm on metrics of AWS Backup that names no vault.
const NO_VAULT: &str = "its metric has no `BackupVaultName`, and AWS Backup is known to publish by vault only";

/// The metric of AWS Backup that counts it.
fn jobs(what: What) -> &'static str {
    match what {
        What::Failure => "NumberOfBackupJobsFailed",
        What::Absence => "NumberOfBackupJobsCompleted",
    }
}

/// The metrics of replication that show it. Those of what waits go on while nothing is written, and grow when nothing arrives.
fn replication(what: What) -> &'static [&'static str] {
    match what {
        What::Failure => &["OperationsFailedReplication"],
        What::Absence => &["ReplicationLatency", "OperationsPendingReplication", "BytesPendingReplication"],
    }
}

/// Whether an alarm on the right metric fires for it, and only then.
///
/// # Errors
///
/// Why it does not.
fn fires(live: &Live, job: &Job, what: What) -> Result<(), String> {
    let missing = text(live, "treat_missing_data").unwrap_or("missing");
    let operator = text(live, "comparison_operator").unwrap_or_default();
    let threshold = known(live, "threshold").and_then(Value::as_f64);
    let whole = |setting: &str| known(live, setting).and_then(Value::as_i64);
    match what {
        What::Failure if missing == "breaching" => {
            Err("`treat_missing_data` is `breaching`, so that it fires all the time and tells nothing new".to_owned())
        }
        What::Failure => {
            let one_is_enough = match (operator, threshold) {
                ("GreaterThanThreshold", Some(threshold)) => (0.0..1.0).contains(&threshold),
                ("GreaterThanOrEqualToThreshold", Some(threshold)) => threshold > 0.0 && threshold <= 1.0,
                _ => false,
            };
            let periods = whole("datapoints_to_alarm").or_else(|| whole("evaluation_periods")).unwrap_or(1);
            match periods {
                _ if !one_is_enough => Err("one failure does not cross its threshold".to_owned()),
                1 => Ok(()),
                more => Err(format!("it fires only when {more} periods have failures")),
            }
        }
        What::Absence if missing != "breaching" => {
            Err(format!("`treat_missing_data` is `{missing}`, and what does not come is no data, which it does not take for a breach"))
        }
        What::Absence => {
            let few = ["LessThanThreshold", "LessThanOrEqualToThreshold"].contains(&operator);
            match job {
                Job::Backup { .. } if !few => Err("it fires when jobs complete too".to_owned()),
                Job::Replication { .. } if few => Err("it fires when replication is fast".to_owned()),
                _ => Ok(()),
            }
        }
    }
}
