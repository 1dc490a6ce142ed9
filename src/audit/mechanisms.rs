//! What protects a thing, as what can be lost with it: the schedules and lags behind each mechanism.

use crate::model::{BackupRule, Covered, Mechanism};
use crate::time::rpo::{self, Lag, Place, Rule};
use crate::time::{DailyHours, Schedule, Service, Zone};
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// One mechanism, or the rules of one plan together, with what a reader knows it by.
pub(super) struct Protecting {
    /// `plan sales: daily, weekly`.
    pub(super) by: String,
    /// What can be lost with it, or why nobody can tell.
    pub(super) mechanism: Result<rpo::Mechanism, String>,
    /// Where what it saves is.
    pub(super) place: Place,
}

/// What protects a thing. `region_of` tells the region of a bucket by its name, where that was read.
pub(super) fn protecting(covered: &Covered, region_of: &dyn Fn(&str) -> Option<String>) -> Vec<Protecting> {
    let mut all = Vec::new();
    let mut plans: BTreeMap<&str, Vec<&BackupRule>> = BTreeMap::new();
    for mechanism in covered.mechanisms.iter().filter(|mechanism| mechanism.protects()) {
        match mechanism {
            Mechanism::PointInTime(_) => {
                all.push(here("point-in-time recovery", Ok(rpo::Mechanism::Continuous { lag: Lag::of_tables() })));
            }
            Mechanism::AutomatedBackups(backups) if backups.to_any_second => {
                all.push(here("automated backups", Ok(rpo::Mechanism::Continuous { lag: Lag::of_databases() })));
            }
            Mechanism::AutomatedBackups(backups) => all.push(here("automated backups", daily(backups.window.as_deref()))),
            Mechanism::BackupRule(rule) => plans.entry(&rule.plan).or_default().push(rule),
            Mechanism::CopiedBackups { region, .. } => {
                let of = rpo::Mechanism::Continuous { lag: Lag::of_databases() };
                let to = Place { other_region: *region != covered.region, other_account: false };
                let lag = Lag::Unpromised("RDS promises no time within which automated backups are copied to another region".to_owned());
                all.push(Protecting {
                    by: format!("automated backups copied to {region}"),
                    mechanism: Ok(rpo::Mechanism::Copied { of: Box::new(of), to, lag }),
                    place: to,
                });
            }
            Mechanism::Replication(rule) => {
                let bucket = rule.destination.rsplit(':').next().unwrap_or_default();
                let to = Place {
                    other_region: region_of(bucket).is_some_and(|region| region != covered.region),
                    other_account: rule.account.as_ref().is_some_and(|account| *account != covered.account),
                };
                all.push(Protecting {
                    by: format!("replication to {bucket}"),
                    mechanism: Ok(rpo::Mechanism::Replicated { to, lag: Lag::of_objects(rule.has_time_control) }),
                    place: to,
                });
            }
            Mechanism::Export { .. } | Mechanism::Replicas { .. } | Mechanism::Versioning { .. } => {}
        }
    }
    for (plan, rules) in plans {
        all.extend(of_plan(covered, plan, &rules));
    }
    all
}

fn here(by: &str, mechanism: Result<rpo::Mechanism, String>) -> Protecting {
    Protecting { by: by.to_owned(), mechanism, place: Place::default() }
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
fn of_plan(covered: &Covered, plan: &str, rules: &[&BackupRule]) -> Vec<Protecting> {
    let (continuous, periodic): (Vec<&BackupRule>, Vec<&BackupRule>) = rules.iter().partition(|rule| rule.is_continuous);
    let mut all: Vec<Protecting> = Vec::new();
    for rule in continuous {
        let by = format!("plan {plan}: {} (continuous)", rule.rule);
        // Of a database, whose automated backups AWS Backup then keeps, those tell how far they lag.
        let lag = Lag::Unpromised("AWS Backup names no lag of continuous backups".to_owned());
        all.push(Protecting { by, mechanism: Ok(rpo::Mechanism::Continuous { lag }), place: Place::default() });
    }
    if !periodic.is_empty() {
        let names: Vec<&str> = periodic.iter().map(|rule| rule.rule.as_str()).collect();
        let by = format!("plan {plan}: {}", names.join(", "));
        all.push(Protecting { by, mechanism: scheduled(&periodic), place: Place::default() });
    }
    let mut copied: BTreeMap<(Option<&str>, Option<&str>), Vec<&BackupRule>> = BTreeMap::new();
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
            mechanism: scheduled(&rules).map(|of| rpo::Mechanism::Copied { of: Box::new(of), to, lag: Lag::of_copies() }),
            place: to,
        });
    }
    all
}

/// The rules of a plan as a schedule.
pub(super) fn scheduled(rules: &[&BackupRule]) -> Result<rpo::Mechanism, String> {
    let rules = rules.iter().map(|rule| of_rule(rule)).collect::<Result<Vec<Rule>, String>>()?;
    Ok(rpo::Mechanism::Scheduled { rules, one_at_a_time: true })
}

fn of_rule(rule: &BackupRule) -> Result<Rule, String> {
    let schedule = Schedule::parse(&rule.schedule, Service::Backup)
        .map_err(|_| format!("rule {}: `{}` is no schedule that backstay reads", rule.rule, rule.schedule))?;
    let zone = Zone::named(&rule.time_zone).map_err(|_| format!("rule {}: `{}` is no known time zone", rule.rule, rule.time_zone))?;
    let minutes = |minutes: i64| u32::try_from(minutes).unwrap_or_default();
    let days = |days: Option<i64>| days.and_then(|days| u32::try_from(days).ok());
    let completion = SignedDuration::from_mins(rule.completion_window_minutes);
    Ok(Rule {
        name: rule.rule.clone(),
        schedule,
        zone,
        start_window: minutes(rule.start_window_minutes),
        completion: Lag::Within(completion, "completion window".to_owned()),
        cold_after: days(rule.cold_storage_after_days),
        delete_after: days(rule.delete_after_days),
    })
}
