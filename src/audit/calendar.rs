//! When what protects things runs next: the rules of AWS Backup and the hours of automated backups, as they are live.

use crate::kinds::{self, Recurrence, When};
use crate::model::{Agenda, AgendaEntry, BackupRule, Coverage, Covered, Mechanism, count, plural};
use crate::plan::agenda;
use crate::time::{DailyHours, Schedule, Service, Zone};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// For so many days runs are shown.
pub const DAYS: u16 = 30;

/// What runs at the same times for all that it protects: the place, what it is called, and what it does.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Runs<'c> {
    account: &'c str,
    region: &'c str,
    what: What<'c>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum What<'c> {
    /// A rule of a plan; its name, schedule, zone, windows and vault.
    Rule { plan: &'c str, rule: &'c str, schedule: &'c str, zone: &'c str, start: i64, completion: i64, vault: &'c str },
    /// The backup that a service makes of such things each day, in these hours of UTC.
    Daily { kind: &'c str, hours: Option<&'c str> },
}

/// The runs of what protects something, or may, from the moment on that a coverage is about. What AWS chooses the times of is named without any.
pub fn calendar(coverage: &Coverage) -> Agenda {
    let from = coverage.at;
    let until = from.checked_add(SignedDuration::from_hours(24 * i64::from(DAYS))).unwrap_or(Timestamp::MAX);
    let mut all: BTreeMap<Runs<'_>, (usize, BTreeSet<&str>)> = BTreeMap::new();
    for covered in &coverage.resources {
        // Several selections of a plan can choose one thing.
        let of_it: BTreeSet<What<'_>> = covered.mechanisms.iter().filter_map(|mechanism| what(covered, mechanism)).collect();
        for what in of_it {
            let (things, targets) = all.entry(Runs { account: &covered.account, region: &covered.region, what }).or_default();
            *things += 1;
            targets.insert(&covered.target);
        }
    }
    let entries = all.iter().map(|(runs, (things, targets))| entry(runs, *things, targets, from, until)).collect();
    Agenda { from, until, days: i64::from(DAYS), entries }
}

/// What a mechanism does at certain times.
fn what<'c>(covered: &'c Covered, mechanism: &'c Mechanism) -> Option<What<'c>> {
    match mechanism {
        Mechanism::BackupRule(rule) => {
            let BackupRule { plan, rule, schedule, time_zone, start_window_minutes, completion_window_minutes, vault, .. } = rule.as_ref();
            Some(What::Rule {
                plan,
                rule,
                schedule,
                zone: time_zone,
                start: *start_window_minutes,
                completion: *completion_window_minutes,
                vault,
            })
        }
        Mechanism::AutomatedBackups(backups) if backups.days != Some(0) => {
            Some(What::Daily { kind: &covered.kind, hours: backups.window.as_deref() })
        }
        Mechanism::AutomatedBackups(_)
        | Mechanism::PointInTime(_)
        | Mechanism::CopiedBackups { .. }
        | Mechanism::Replication(_)
        | Mechanism::Export { .. }
        | Mechanism::Replicas { .. }
        | Mechanism::Versioning { .. } => None,
    }
}

fn entry(runs: &Runs<'_>, things: usize, targets: &BTreeSet<&str>, from: Timestamp, until: Timestamp) -> AgendaEntry {
    let targets: Vec<String> = targets.iter().map(|target| (*target).to_owned()).collect();
    let place = format!("{}, account {}", runs.region, runs.account);
    let things = count(things, "thing");
    let (address, recurrence) = match &runs.what {
        What::Rule { plan, rule, schedule, zone, start, completion, vault } => {
            let minutes = |minutes: i64| u32::try_from(minutes).ok();
            let recurrence = Recurrence {
                start_window: minutes(*start),
                completion_window: minutes(*completion),
                ..Recurrence::new(*rule, format!("backs up {things} into vault {vault}"), times(schedule, zone))
            };
            (format!("plan {plan} ({place})"), recurrence)
        }
        What::Daily { kind, hours } => {
            let hours = hours.and_then(|hours| DailyHours::parse(hours).ok());
            let when = hours.map_or_else(
                || When::Theirs("once a day, in hours that AWS chose or that were not read".to_owned()),
                |hours| times(&hours.begin(), "UTC"),
            );
            let recurrence = Recurrence {
                start_window: hours.map(DailyHours::minutes),
                ..Recurrence::new("", format!("the service backs up {things} by itself"), when)
            };
            let title = kinds::spec(kind).map_or(*kind, |spec| spec.title);
            (format!("automated backups of {} ({place})", plural(title)), recurrence)
        }
    };
    agenda::entry(&address, &targets, &recurrence, from, until)
}

fn times(schedule: &str, zone: &str) -> When {
    match (Schedule::parse(schedule, Service::Backup), Zone::named(zone)) {
        (Ok(schedule), Ok(zone)) => When::Declared { schedule: Box::new(schedule), zone },
        (Err(_), _) => When::Theirs(format!("at times that backstay cannot read: `{schedule}`")),
        (_, Err(_)) => When::Theirs(format!("`{schedule}` in the time zone `{zone}`, which is not known here")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AutomatedBackups, Lock, Totals, Verdict};

    fn rule(schedule: &str, zone: &str) -> Mechanism {
        Mechanism::BackupRule(Box::new(BackupRule {
            plan: "shop".to_owned(),
            rule: "nightly".to_owned(),
            selection: "s".to_owned(),
            chosen_by: "tag".to_owned(),
            schedule: schedule.to_owned(),
            time_zone: zone.to_owned(),
            start_window_minutes: 60,
            completion_window_minutes: 120,
            is_continuous: false,
            vault: "daily".to_owned(),
            lock: Lock::None,
            vault_key: None,
            delete_after_days: Some(35),
            cold_storage_after_days: None,
            air_gapped_vault: None,
            copies: Vec::new(),
            doubts: Vec::new(),
        }))
    }

    fn coverage(at: &str, things: &[Vec<Mechanism>]) -> Coverage {
        let covered = |(number, mechanisms): (usize, &Vec<Mechanism>)| Covered {
            account: "123456789012".to_owned(),
            region: "eu-central-1".to_owned(),
            kind: "k".to_owned(),
            name: format!("n{number}"),
            target: "main".to_owned(),
            arn: None,
            tags: None,
            verdict: Verdict::Protected,
            mechanisms: mechanisms.clone(),
            retention: Vec::new(),
            copies: Vec::new(),
            immutability: Vec::new(),
            encryption: Vec::new(),
            reasons: Vec::new(),
            unread: Vec::new(),
            remarks: Vec::new(),
            observed: None,
        };
        Coverage {
            format: Coverage::FORMAT.to_owned(),
            at: at.parse().unwrap(),
            targets: BTreeMap::new(),
            totals: Totals::default(),
            resources: things.iter().enumerate().map(covered).collect(),
            not_looked_at: Vec::new(),
            gaps: Vec::new(),
            evidence_gaps: Vec::new(),
        }
    }

    #[test]
    fn a_rule_runs_at_its_local_time_on_both_sides_of_a_change_of_the_clocks() {
        // On 2027-03-28 at 02:00 the clocks of Berlin go to 03:00.
        let two = vec![rule("cron(30 3 * * ? *)", "Europe/Berlin"), rule("cron(30 3 * * ? *)", "Europe/Berlin")];
        let calendar = calendar(&coverage("2027-03-20T12:00:00Z", &[two, vec![rule("cron(30 3 * * ? *)", "Europe/Berlin")]]));
        let [only] = calendar.entries.as_slice() else { panic!("{calendar:?}") };
        assert_eq!(only.what(), "plan shop (eu-central-1, account 123456789012) nightly");
        assert_eq!((only.does.as_str(), only.count), ("backs up 2 things into vault daily", Some(30)));
        let on = |day: &str| only.runs.iter().map(|run| run.utc.to_string()).find(|run| run.starts_with(day));
        assert_eq!(on("2027-03-27").as_deref(), Some("2027-03-27T02:30:00Z"));
        assert_eq!(on("2027-03-28").as_deref(), Some("2027-03-28T01:30:00Z"));
        assert_eq!(only.clocks, Vec::<String>::new(), "half past three comes on every day");
    }

    #[test]
    fn a_time_that_the_clocks_skip_has_no_run_and_is_told() {
        let calendar = calendar(&coverage("2027-03-20T12:00:00Z", &[vec![rule("cron(30 2 * * ? *)", "Europe/Berlin")]]));
        let [only] = calendar.entries.as_slice() else { panic!("{calendar:?}") };
        assert_eq!(only.count, Some(29));
        assert!(only.clocks[0].starts_with("2027-03-28 02:30 does not come in Europe/Berlin"), "{:?}", only.clocks);
    }

    #[test]
    fn what_the_service_backs_up_by_itself_is_there_as_far_as_its_hours_are_known() {
        let automated = |days: i64, window: Option<&str>| {
            vec![Mechanism::AutomatedBackups(AutomatedBackups {
                days: Some(days),
                window: window.map(str::to_owned),
                ..AutomatedBackups::default()
            })]
        };
        let things = [automated(7, Some("04:00-05:00")), automated(7, None), automated(0, Some("01:00-02:00"))];
        let calendar = calendar(&coverage("2026-11-21T12:00:00Z", &things));
        let found: Vec<(Option<u64>, Option<String>)> =
            calendar.entries.iter().map(|entry| (entry.count, entry.runs.first().map(|run| run.utc.to_string()))).collect();
        assert_eq!(found, [(None, None), (Some(30), Some("2026-11-22T04:00:00Z".to_owned()))]);
    }
}
