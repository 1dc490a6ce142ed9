//! What a policy declares to run when. AWS is not asked: of things that others own it is the times that the policy wants.

use crate::kinds::{self, Recurrence, When};
use crate::model::{Agenda, AgendaEntry, AgendaGap, AgendaRun, BlockAddress, Policy, Wanted, count};
use crate::time::{Calendar, ClockChange, Clocks, Schedule, Zone, say_length};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// The most days of a calendar: ten years.
pub const MOST_DAYS: u16 = 3_660;

/// Runs of one thing that are listed; the others are counted.
const LISTED: usize = 1_000;

/// Days with a change of the clocks that are told of one thing.
const CLOCKS_TOLD: usize = 6;

/// The calendar of a policy from an instant on, for so many days.
pub fn agenda(policy: &Policy, from: Timestamp, days: u16) -> Agenda {
    let until = from.checked_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX);
    let mut entries = Vec::new();
    let mut add = |address: &BlockAddress, targets: &[String], wanted: &BTreeMap<String, Wanted>| {
        let Some(kind) = kinds::find(&address.kind) else { return };
        let address = address.to_string();
        entries.extend(kind.runs(wanted).into_iter().map(|run| entry(&address, targets, &run, from, until)));
    };
    policy.resources.iter().for_each(|one| add(&one.address, &one.targets, &one.wanted));
    policy.protects.iter().for_each(|one| add(&one.address, &one.targets, &one.wanted));
    entries.sort_by(|one, other| (&one.address, &one.at).cmp(&(&other.address, &other.at)));
    Agenda { from, until, days: i64::from(days), entries }
}

/// What runs again and again at a place that has this name, after one instant and up to another.
pub(crate) fn entry(address: &str, targets: &[String], run: &Recurrence, from: Timestamp, until: Timestamp) -> AgendaEntry {
    let mut entry = AgendaEntry {
        address: address.to_owned(),
        at: run.at.clone(),
        targets: targets.to_vec(),
        does: run.does.clone(),
        says: String::new(),
        expression: None,
        zone: None,
        start_window_minutes: run.start_window,
        completion_window_minutes: run.completion_window,
        asleep: run.asleep.clone(),
        count: run.asleep.is_some().then_some(0),
        last: None,
        longest_gap: None,
        clocks: Vec::new(),
        runs: Vec::new(),
    };
    let (schedule, zone) = match &run.when {
        When::Theirs(says) => {
            entry.says.clone_from(says);
            return entry;
        }
        When::Declared { schedule, zone } => (schedule, zone),
    };
    entry.says = schedule.sentence(zone);
    entry.expression = Some(schedule.canonical().to_owned());
    entry.zone = Some(zone.name().to_owned());
    if run.asleep.is_some() {
        return entry;
    }
    // A rate counts from when its schedule begins, or from when it was turned on, which only AWS knows.
    let begins = run.not_before.filter(|begins| *begins > from);
    if schedule.is_rate() {
        entry.says.push_str(if begins.is_some() { ", counted from its start" } else { ", counted here from the start of this calendar" });
    }
    let end = run.not_after.map_or(until, |end| end.min(until));
    let calendar = Calendar::of(schedule, zone, begins.unwrap_or(from), end, LISTED);
    fill(&mut entry, &calendar, schedule, zone);
    entry
}

fn fill(entry: &mut AgendaEntry, calendar: &Calendar, schedule: &Schedule, zone: &Zone) {
    let one = |run: Timestamp| AgendaRun { utc: run, local: zone.local(run) };
    entry.count = Some(calendar.count);
    entry.last = calendar.last.map(one);
    entry.runs = calendar.first.iter().copied().map(one).collect();
    entry.longest_gap = calendar.longest.map(|gap| AgendaGap {
        from: gap.from,
        to: gap.to,
        seconds: gap.length().as_secs(),
        says: say_length(gap.length()),
    });
    entry.clocks = calendar.clocks.iter().take(CLOCKS_TOLD).map(|change| told(*change, zone)).collect();
    let more = calendar.clocks.len().saturating_sub(CLOCKS_TOLD);
    if more > 0 {
        entry.clocks.push(format!("the clocks change on {more} more of its days"));
    }
    if calendar.count == 0 && schedule.never_runs() {
        entry.says.push_str(": no date fits it");
    }
}

fn told(change: ClockChange, zone: &Zone) -> String {
    let (time, zone) = (change.local.strftime("%Y-%m-%d %H:%M"), zone.name());
    let runs = if change.runs == 1 { String::new() } else { format!(", and so with {} that day", count(change.runs, "run")) };
    match change.what {
        Clocks::Skip => format!("{time} does not come in {zone}: the clocks skip it, and its run{runs}"),
        Clocks::Repeat => {
            format!("{time} comes twice in {zone}{runs}: counted once, at the first; AWS does not say which of the two it takes")
        }
    }
}
