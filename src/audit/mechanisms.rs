//! What protects a thing, as what can be lost with it: the schedules and lags behind each mechanism.

use crate::model::{BackupRule, Covered, Mechanism};
use crate::time::rpo::{self, Lag, Loss, Place, Rule};
use crate::time::{DailyHours, Schedule, Service, Zone};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// One mechanism, or the rules of one plan together, with what a reader knows it by.
pub(super) struct Protecting<'c> {
    /// `plan sales: daily, weekly`.
    pub(super) by: String,
    /// What tells how much can be lost with it.
    pub(super) saves: Saves<'c>,
    /// Where what it saves is.
    pub(super) place: Place,
}

/// What tells how much can be lost with a mechanism: with two that are alike it is the same, whatever they protect.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Saves<'c> {
    /// Point-in-time recovery of tables.
    Tables,
    /// Automated backups of databases, to any second.
    Databases,
    /// Automated backups a day, within these hours.
    Daily(Option<&'c str>),
    /// Copies of the automated backups of databases.
    CopiedDatabases(Place),
    /// Copies of objects.
    Objects {
        /// Where to.
        to: Place,
        /// Whether the service promises a time.
        has_time_control: bool,
    },
    /// A rule of AWS Backup that is continuous.
    Continuous,
    /// The rules of a plan.
    Rules(Vec<Timing<'c>>),
    /// What the rules of a plan copy.
    Copies(Vec<Timing<'c>>, Place),
}

/// What of a rule says when there is something to restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Timing<'c> {
    rule: &'c str,
    schedule: &'c str,
    time_zone: &'c str,
    start_minutes: i64,
    completion_minutes: i64,
    delete_after_days: Option<i64>,
    cold_after_days: Option<i64>,
}

impl Saves<'_> {
    /// What can be lost at most in the years after an instant.
    pub(super) fn loss(&self, at: Timestamp) -> Loss {
        match self.mechanism() {
            Ok(mechanism) => mechanism.loss(at),
            Err(why) => Loss::Unprovable(vec![why]),
        }
    }

    /// The schedules and lags, or why nobody can tell them.
    fn mechanism(&self) -> Result<rpo::Mechanism, String> {
        Ok(match self {
            Self::Tables => rpo::Mechanism::Continuous { lag: Lag::of_tables() },
            Self::Databases => rpo::Mechanism::Continuous { lag: Lag::of_databases() },
            Self::Daily(window) => daily(*window)?,
            Self::CopiedDatabases(to) => {
                let of = rpo::Mechanism::Continuous { lag: Lag::of_databases() };
                let lag = Lag::Unpromised("RDS promises no time within which automated backups are copied to another region".to_owned());
                rpo::Mechanism::Copied { of: Box::new(of), to: *to, lag }
            }
            Self::Objects { to, has_time_control } => rpo::Mechanism::Replicated { to: *to, lag: Lag::of_objects(*has_time_control) },
            // Of a database, whose automated backups AWS Backup then keeps, those tell how far they lag.
            Self::Continuous => {
                rpo::Mechanism::Continuous { lag: Lag::Unpromised("AWS Backup names no lag of continuous backups".to_owned()) }
            }
            Self::Rules(rules) => scheduled(rules)?,
            Self::Copies(rules, to) => rpo::Mechanism::Copied { of: Box::new(scheduled(rules)?), to: *to, lag: Lag::of_copies() },
        })
    }
}

/// What protects a thing. `region_of` tells the region of a bucket by its name, where that was read.
pub(super) fn protecting<'c>(covered: &'c Covered, region_of: &dyn Fn(&str) -> Option<String>) -> Vec<Protecting<'c>> {
    let mut all = Vec::new();
    let mut plans: BTreeMap<&str, Vec<&BackupRule>> = BTreeMap::new();
    for mechanism in covered.mechanisms.iter().filter(|mechanism| mechanism.protects()) {
        match mechanism {
            Mechanism::PointInTime(_) => all.push(here("point-in-time recovery", Saves::Tables)),
            Mechanism::AutomatedBackups(backups) if backups.to_any_second => all.push(here("automated backups", Saves::Databases)),
            Mechanism::AutomatedBackups(backups) => all.push(here("automated backups", Saves::Daily(backups.window.as_deref()))),
            Mechanism::BackupRule(rule) => plans.entry(&rule.plan).or_default().push(rule),
            Mechanism::CopiedBackups { region, .. } => {
                let to = Place { other_region: *region != covered.region, other_account: false };
                let by = format!("automated backups copied to {region}");
                all.push(Protecting { by, saves: Saves::CopiedDatabases(to), place: to });
            }
            Mechanism::Replication(rule) => {
                let to = Place {
                    other_region: region_of(rule.bucket()).is_some_and(|region| region != covered.region),
                    other_account: rule.account.as_ref().is_some_and(|account| *account != covered.account),
                };
                let saves = Saves::Objects { to, has_time_control: rule.has_time_control };
                all.push(Protecting { by: format!("replication to {}", rule.bucket()), saves, place: to });
            }
            Mechanism::Export { .. } | Mechanism::Replicas { .. } | Mechanism::Versioning { .. } => {}
        }
    }
    for (plan, rules) in plans {
        all.extend(of_plan(covered, plan, &rules));
    }
    all
}

fn here<'c>(by: &str, saves: Saves<'c>) -> Protecting<'c> {
    Protecting { by: by.to_owned(), saves, place: Place::default() }
}

/// A backup a day, begun within the hours that are declared for it.
fn daily(window: Option<&str>) -> Result<rpo::Mechanism, String> {
    let unprovable = || "AWS chooses when automated backups of this kind are made, and promises no time between them".to_owned();
    let hours = window.and_then(|window| DailyHours::parse(window).ok()).ok_or_else(unprovable)?;
    let schedule = Schedule::parse(&hours.begin(), Service::Backup).map_err(|_| unprovable())?;
    let rule = Rule {
        name: "automated backups".to_owned(),
        schedule,
        zone: Zone::utc(),
        start_window: hours.minutes(),
        completion: Lag::Unpromised("AWS promises no time within which an automated backup is complete".to_owned()),
        cold_after: None,
        delete_after: None,
    };
    Ok(rpo::Mechanism::Scheduled { rules: vec![rule], one_at_a_time: false })
}

/// What the rules of one plan save: in their vault, and in those that they copy to.
fn of_plan<'c>(covered: &Covered, plan: &str, rules: &[&'c BackupRule]) -> Vec<Protecting<'c>> {
    let (continuous, periodic): (Vec<&BackupRule>, Vec<&BackupRule>) = rules.iter().partition(|rule| rule.is_continuous);
    let mut all = Vec::new();
    for rule in continuous {
        all.push(here(&format!("plan {plan}: {} (continuous)", rule.rule), Saves::Continuous));
    }
    if !periodic.is_empty() {
        let names: Vec<&str> = periodic.iter().map(|rule| rule.rule.as_str()).collect();
        all.push(here(&format!("plan {plan}: {}", names.join(", ")), Saves::Rules(timings(&periodic))));
    }
    let mut copied: BTreeMap<(Option<&str>, Option<&str>), Vec<&'c BackupRule>> = BTreeMap::new();
    for rule in rules {
        for copy in &rule.copies {
            copied.entry((copy.region.as_deref(), copy.account.as_deref())).or_default().push(rule);
        }
    }
    for ((region, account), rules) in copied {
        let to = Place {
            other_region: region.is_some_and(|region| region != covered.region),
            other_account: account.is_some_and(|account| account != covered.account),
        };
        let names: Vec<&str> = rules.iter().map(|rule| rule.rule.as_str()).collect();
        let place =
            [region, account.filter(|account| *account != covered.account)].into_iter().flatten().collect::<Vec<_>>().join(", account ");
        all.push(Protecting {
            by: format!("copies of plan {plan}: {} in {place}", names.join(", ")),
            saves: Saves::Copies(timings(&rules), to),
            place: to,
        });
    }
    all
}

fn timings<'c>(rules: &[&'c BackupRule]) -> Vec<Timing<'c>> {
    let timing = |rule: &&'c BackupRule| Timing {
        rule: &rule.rule,
        schedule: &rule.schedule,
        time_zone: &rule.time_zone,
        start_minutes: rule.start_window_minutes,
        completion_minutes: rule.completion_window_minutes,
        delete_after_days: rule.delete_after_days,
        cold_after_days: rule.cold_storage_after_days,
    };
    rules.iter().map(timing).collect()
}

/// The rules of a plan as a schedule.
fn scheduled(rules: &[Timing<'_>]) -> Result<rpo::Mechanism, String> {
    let rules = rules.iter().map(of_rule).collect::<Result<Vec<Rule>, String>>()?;
    Ok(rpo::Mechanism::Scheduled { rules, one_at_a_time: true })
}

fn of_rule(rule: &Timing<'_>) -> Result<Rule, String> {
    let schedule = Schedule::parse(rule.schedule, Service::Backup)
        .map_err(|_| format!("rule {}: `{}` is no schedule that backstay reads", rule.rule, rule.schedule))?;
    let zone = Zone::named(rule.time_zone).map_err(|_| format!("rule {}: `{}` is no known time zone", rule.rule, rule.time_zone))?;
    let minutes = |minutes: i64| u32::try_from(minutes).unwrap_or_default();
    let days = |days: Option<i64>| days.and_then(|days| u32::try_from(days).ok());
    let completion = SignedDuration::from_mins(rule.completion_minutes);
    Ok(Rule {
        name: rule.rule.to_owned(),
        schedule,
        zone,
        start_window: minutes(rule.start_minutes),
        completion: Lag::Within(completion, "completion window".to_owned()),
        cold_after: days(rule.cold_after_days),
        delete_after: days(rule.delete_after_days),
    })
}
