//! `aws_elasticache_replication_group`: automatic backups of Valkey and Redis OSS caches that others own.

#[cfg(feature = "aws")]
mod aws;

use super::protection::ENCRYPTION;
use super::{Concern, Holder, Kind, OwnBackups, Protection, Recurrence};
use crate::model::{
    AutomatedBackups, Change, Code, Fallback, Form, KindSpec, Live, Loss, Mechanism, Mistake, NameForm, Ownership, Reading, Refusal, Safer,
    Setting, Severity, Shape, Value, Wanted,
};
use crate::time::{DailyHours, WeeklyHours};
use jiff::Timestamp;
use std::collections::BTreeMap;

const RETENTION: &str = "snapshot_retention_limit";
const WINDOW: &str = "snapshot_window";
const AT_ONCE: &str = "apply_immediately";

// What reading leaves beside the settings.
const STATUS: &str = "status";
const MAINTENANCE: &str = "maintenance_window";
/// The hours that AWS or somebody chose, also where they are not declared.
const HOURS_NOW: &str = "snapshot_window_now";
/// What tells it from another of its name that was there before: when it was made.
#[cfg(feature = "aws")]
const CREATED: &str = "created";
#[cfg(feature = "aws")]
const NODES: &str = "nodes";
/// The node that backups will be taken from, where AWS has to be told one.
const SOURCE_TO_BE: &str = "snapshotting_node_to_be";

/// States that pass by themselves, so that apply waits.
///
/// Source: ElastiCache API `ReplicationGroup`, `Status`.
const PASSING: &[&str] = &["creating", "modifying", "snapshotting"];
const READY: &str = "available";

/// The shortest hours that ElastiCache takes, in minutes.
///
/// Source: ElastiCache User Guide, Scheduling automatic backups; the service's own words are "Snapshot window must be at least 60 minutes".
const SHORTEST: u32 = 60;

const READS: &[&str] = &["elasticache:DescribeReplicationGroups"];
const WRITES: &[&str] = &["elasticache:ModifyReplicationGroup"];

static SPEC: KindSpec = KindSpec {
    name: "aws_elasticache_replication_group",
    title: "replication group",
    holds: "automatic backups",
    doc: "Automatic backups of an ElastiCache replication group (Valkey or Redis OSS) that somebody else owns.",
    ownership: Ownership::Settings,
    service: "elasticache",
    arn_prefix: "replicationgroup:",
    name_form: NameForm { min: 1, max: 40, also: &['-'], source: "ElastiCache API CreateReplicationGroup" },
    inventory_actions: &["elasticache:DescribeReplicationGroups", "tag:GetResources"],
    evidence_actions: &["elasticache:DescribeSnapshots"],
    settings: &[
        Setting {
            path: RETENTION,
            shape: Shape::Days { min: 0, max: 35 },
            aws_default: Fallback::Number(0),
            safer: Safer::WhenGreater,
            loses: Loss::ExistingRecoveryPoints,
            doc: "For how many days automatic backups, one a day, are kept. 0 makes none. They go with the replication group when that is deleted; AWS Backup does not know caches.",
            normalisation: "absent is 0",
            when_safer: "automatic backups are kept for longer; what is gone does not come back",
            when_weaker: "automatic backups older than that are deleted and cannot be brought back",
            source: "ElastiCache API ModifyReplicationGroup; ElastiCache User Guide, Scheduling automatic backups",
            reads: READS,
            writes: WRITES,
            ..Setting::PLAIN
        },
        Setting {
            path: WINDOW,
            shape: Shape::Text(HOURS),
            aws_default: Fallback::Kept,
            doc: "When the daily backup begins, in UTC: at least 60 minutes, which do not overlap the maintenance window. Where it is not declared AWS chose it.",
            normalisation: "hours have two digits",
            source: "ElastiCache API ModifyReplicationGroup; ElastiCache User Guide, Scheduling automatic backups",
            reads: &["elasticache:DescribeReplicationGroups", "elasticache:DescribeCacheClusters"],
            writes: WRITES,
            ..Setting::PLAIN
        },
        Setting {
            path: AT_ONCE,
            shape: Shape::Bool,
            aws_default: Fallback::Kept,
            doc: "Whether AWS makes at once, along with a change, everything else that waits for the maintenance window, which can restart nodes. Backups and their hours change at once either way.",
            normalisation: "never compared",
            source: "ElastiCache API ModifyReplicationGroup",
            reads: READS,
            writes: WRITES,
            ..Setting::PLAIN
        },
    ],
    ..KindSpec::PLAIN
};

/// The hours of the daily backup.
const HOURS: Form = Form { what: "two times of day", check: hours };

fn hours(text: &str) -> Result<String, Mistake> {
    let mistake = |rule: String| Mistake::new(rule).help("write it in UTC, as in \"03:00-04:00\"; it may end on the next day");
    let hours = DailyHours::parse(text).map_err(mistake)?;
    if hours.minutes() < SHORTEST {
        return Err(mistake(format!("must be at least {SHORTEST} minutes, found \"{text}\", which is {}", hours.minutes())));
    }
    Ok(hours.to_string())
}

/// The kind.
pub struct ReplicationGroup;

impl Kind for ReplicationGroup {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        let is_alone = wanted.contains_key(AT_ONCE) && wanted.len() == 1;
        let concern = is_alone.then(|| Concern {
            code: Code::OnlySaid,
            severity: Severity::Warning,
            title: format!("`{AT_ONCE}` alone changes nothing: it says how other settings of the block are changed"),
            at: AT_ONCE.to_owned(),
            also: None,
            help: format!("declare what is to hold, such as `{RETENTION}`"),
        });
        let hours = wanted.get(WINDOW).zip(wanted.get(RETENTION)).filter(|(_, days)| days.value == Value::from(0));
        let unused = hours.map(|_| Concern {
            code: Code::BackupsOff,
            severity: Severity::Warning,
            title: format!("`{WINDOW}` does nothing while `{RETENTION}` is 0: no backup is made"),
            at: WINDOW.to_owned(),
            also: Some((RETENTION.to_owned(), "backups are off".to_owned())),
            help: format!("declare for how many days backups are kept, or take `{WINDOW}` out"),
        });
        concern.into_iter().chain(unused).collect()
    }

    fn withholds(&self, _: &Live, setting: &str, _: Option<&Value>) -> bool {
        setting == AT_ONCE
    }

    fn consequence_among(&self, change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>, _: Timestamp) -> Option<String> {
        let (Some(after), Reading::Known(before)) = (change.after.as_i64(), &change.before) else { return None };
        let what = match (change.setting.as_str(), before.as_i64()?, after) {
            (RETENTION, 0, _) => {
                let declared = wanted.get(WINDOW).and_then(|wanted| wanted.value.as_str()).map(|hours| format!(", in the hours {hours} UTC"));
                let hours = declared.or_else(|| live.fact(HOURS_NOW).map(|hours| format!(", in the hours that it has, {hours} UTC")));
                format!("a backup is made each day{}; nothing from before the first one can be restored", hours.unwrap_or_default())
            }
            (RETENTION, _, 0) => {
                "no automatic backup is made any more, and those that exist may go: AWS does not say that it keeps them; backups made by hand stay"
                    .to_owned()
            }
            (RETENTION, before, after) if after < before => {
                format!("automatic backups older than {after} days, of the {before} that are kept, are deleted and cannot be brought back")
            }
            (RETENTION, _, _) => "automatic backups are kept for longer; what is gone does not come back".to_owned(),
            _ => return None,
        };
        let node = live.fact(SOURCE_TO_BE).filter(|_| after > 0);
        let node = node.map(|node| format!("; AWS knows of no node to take them from and is told one with the change, now {node}"));
        Some(what + &node.unwrap_or_default())
    }

    fn forbids(&self, changes: &[Change], live: &Live, _: &BTreeMap<String, Wanted>) -> Option<Refusal> {
        let refusal =
            |code: Code, reason: String, remedy: &str| Some(Refusal { code: code.to_string(), reason, remedy: remedy.to_owned() });
        let about = changes.first()?;
        let hours = changes.iter().find(|change| change.setting == WINDOW).and_then(|change| change.after.as_str());
        if let (Some(hours), Some(maintenance)) = (hours, live.fact(MAINTENANCE))
            && let (Ok(daily), Ok(weekly)) = (DailyHours::parse(hours), WeeklyHours::parse(maintenance))
            && daily.overlaps(weekly)
        {
            let reason = format!("its backups at {hours} would overlap its maintenance window {maintenance}, which AWS refuses");
            let remedy = format!("choose other hours for `{WINDOW}`, or have its owner move the maintenance window");
            return refusal(Code::HoursOverlap, reason, &remedy);
        }
        let status = live.fact(STATUS).filter(|status| *status != READY && !PASSING.contains(status))?;
        let reason = format!("it is {status}, and AWS does not change `{}` of a replication group in that state", about.setting);
        refusal(Code::StateForbids, reason, "bring it back to `available`, or leave it out of the selection, and plan again")
    }

    fn passing(&self, live: &Live) -> Vec<String> {
        match live.fact(STATUS) {
            None | Some(READY) => Vec::new(),
            Some(status) if PASSING.contains(&status) => vec![format!("it is {status}; apply waits until it is available")],
            Some(status) => vec![format!("it is {status}")],
        }
    }

    fn runs(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Recurrence> {
        Recurrence::daily(wanted, WINDOW, RETENTION, "begins the daily automatic backup").into_iter().collect()
    }

    fn protection(&self) -> Option<Protection> {
        Some(Protection::Holds(holder))
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Settings(&aws::GroupCalls)
    }

    #[cfg(feature = "aws")]
    fn proof(&self) -> Option<&'static dyn super::ProofAws> {
        Some(&aws::Snapshots)
    }
}

/// What of a cache protects it: AWS Backup does not know caches.
fn holder(live: &Live) -> Holder {
    let own_backups = OwnBackups::NotFollowed("ElastiCache tells of its snapshots to the topic of the group, which is not read yet");
    let encryption = live.fact(ENCRYPTION).map(str::to_owned);
    let mut holder = Holder { encryption, own_backups, ..Holder::default() };
    match holder.read(live, RETENTION).and_then(|days| days.as_i64()) {
        None | Some(0) if holder.unread.is_empty() => {
            let mend = format!("set `{RETENTION}` of it to 1 or more");
            holder.switched_off.push((format!("automatic backups are off (`{RETENTION}` = 0)"), mend));
        }
        None => {}
        days => {
            let window = live.fact(HOURS_NOW).map(str::to_owned);
            holder.mechanisms.push(Mechanism::AutomatedBackups(AutomatedBackups { days, window, ..AutomatedBackups::default() }));
        }
    }
    holder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_that_a_database_could_have_are_too_short_for_a_cache() {
        assert_eq!(hours("3:00-4:00").unwrap(), "03:00-04:00");
        assert_eq!(hours("23:30-0:30").unwrap(), "23:30-00:30");
        assert_eq!(hours("03:00-03:30").unwrap_err().message, "must be at least 60 minutes, found \"03:00-03:30\", which is 30");
    }
}
