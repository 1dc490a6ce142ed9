//! What the documentation says, what people write, and a slow evaluator as the judge of the fast one.

use super::*;
use crate::time::Zone;
use jiff::{SignedDuration, Timestamp};

mod brute_force;
mod calendar;
mod mistakes;

/// The services that take cron.
const ALL: [Service; 3] = [Service::Backup, Service::Rule, Service::Scheduler];

fn read(expression: &str, service: Service) -> Schedule {
    Schedule::parse(expression, service).unwrap_or_else(|problems| panic!("{expression}: {problems:?}"))
}

fn at(instant: &str) -> Timestamp {
    instant.parse().expect("the instant is right")
}

fn zone(name: &str) -> Zone {
    Zone::named(name).expect("the zone exists")
}

/// The local times of the first runs, as `2026-11-21 06:00`, with the offset where the zone is not UTC.
fn runs(expression: &str, after: &str, name: &str, count: usize) -> Vec<String> {
    let (schedule, zone) = (read(expression, Service::Scheduler), zone(name));
    let form = if zone.is_utc() { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M %:z" };
    let found = schedule.runs(at(after), &zone).take(count);
    found.map(|run| run.to_zoned(zone.time_zone().clone()).strftime(form).to_string()).collect()
}
