//! The runs of a schedule between two instants: how many, the first and the last, the longest time between two, and what the clocks do to them.
//!
//! A schedule of every minute runs five million times in ten years, so days are counted and not runs: only on the first and the last day, and
//! where the clocks change, is each run looked at.

use super::cron::Cron;
use super::runs::{clocks_change, instant, runs_on};
use super::{Form, Schedule};
use crate::time::Zone;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// What a schedule does between two instants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// The first runs, in order, as many as were asked for.
    pub first: Vec<Timestamp>,
    /// The last run.
    pub last: Option<Timestamp>,
    /// How many runs there are.
    pub count: u64,
    /// The longest time between two runs that follow each other; none where there are fewer than two.
    pub longest: Option<Gap>,
    /// The longest time that AWS may leave between two runs: where a local time comes twice, nobody says which of the two it takes.
    pub widest: Option<Gap>,
    /// The days on which the clocks skip or repeat times at which it would run, in order.
    pub clocks: Vec<ClockChange>,
}

/// The time between two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The run before.
    pub from: Timestamp,
    /// The run after.
    pub to: Timestamp,
}

impl Gap {
    /// How long it is.
    pub fn length(self) -> SignedDuration {
        self.to.duration_since(self.from)
    }
}

/// What a change of the clocks does to the runs of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockChange {
    /// The first local time that is skipped, or that comes twice.
    pub local: DateTime,
    /// How many runs of that day are about it.
    pub runs: usize,
    /// What becomes of them.
    pub what: Clocks,
}

/// What the clocks do to a local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clocks {
    /// It does not come on that day, and neither does its run.
    ///
    /// Sources: AWS Backup Developer Guide, "Backup plan options and configuration"; Scheduler User Guide, "Daylight saving time".
    Skip,
    /// It comes twice, and its run once.
    ///
    /// That it runs once is documented for Scheduler (User Guide, "Daylight saving time") and silent for AWS Backup; which of the two times it
    /// takes is silent for both. The calendar takes the first.
    Repeat,
}

impl Calendar {
    /// What a schedule does after one instant and up to another, with at most so many of its first runs.
    ///
    /// A rate counts from the first instant, since nobody but AWS knows when it was turned on.
    pub fn of(schedule: &Schedule, zone: &Zone, after: Timestamp, until: Timestamp, listed: usize) -> Self {
        let mut calendar = match &schedule.form {
            Form::Cron(cron) => counted(cron, zone, after, until),
            Form::Rate(rate) => every(rate.every(), after, until),
            Form::At(_) => Self::default(),
        };
        if !schedule.recurs() {
            calendar.last = schedule.runs(after, zone).next().filter(|run| *run <= until);
            calendar.count = u64::from(calendar.last.is_some());
        }
        calendar.first = schedule.runs(after, zone).take_while(|run| *run <= until).take(listed).collect();
        calendar
    }

    fn add(&mut self, run: Timestamp) {
        if let Some(from) = self.last {
            self.widen(Gap { from, to: run });
        }
        self.last = Some(run);
        self.count = self.count.saturating_add(1);
    }

    /// Adds a run whose local time may come again.
    fn add_again(&mut self, run: Timestamp, again: Option<Timestamp>) {
        let before = self.last;
        self.add(run);
        if let (Some(from), Some(to)) = (before, again) {
            self.widen_at_worst(Gap { from, to });
        }
    }

    fn widen_at_worst(&mut self, gap: Gap) {
        if self.widest.is_none_or(|widest| widest.length() < gap.length()) {
            self.widest = Some(gap);
        }
    }

    fn widen(&mut self, gap: Gap) {
        self.widen_at_worst(gap);
        if self.longest.is_none_or(|longest| longest.length() < gap.length()) {
            self.longest = Some(gap);
        }
    }
}

fn every(step: SignedDuration, after: Timestamp, until: Timestamp) -> Calendar {
    let seconds = step.as_secs().max(1);
    let count = until.duration_since(after).as_secs().max(0) / seconds;
    let run = |nth: i64| after.checked_add(SignedDuration::from_secs(nth.saturating_mul(seconds))).ok();
    let gap = || Some(Gap { from: run(1)?, to: run(2)? });
    Calendar {
        last: (count > 0).then(|| run(count)).flatten(),
        count: u64::try_from(count).unwrap_or_default(),
        longest: if count > 1 { gap() } else { None },
        widest: if count > 1 { gap() } else { None },
        ..Calendar::default()
    }
}

fn counted(cron: &Cron, named: &Zone, after: Timestamp, until: Timestamp) -> Calendar {
    let mut calendar = Calendar::default();
    let zone = named.time_zone();
    if until <= after {
        return calendar;
    }
    let (first, last) = (zone.to_datetime(after).date(), zone.to_datetime(until).date());
    let widest =
        cron.times.iter().zip(cron.times.iter().skip(1)).max_by_key(|(one, next)| (one.duration_until(**next), std::cmp::Reverse(**one)));
    for date in cron.dates_from(first).take_while(|date| *date <= last) {
        let changes = clocks_change(date, zone);
        if changes {
            calendar.clocks.extend(clock_changes(cron, date, zone, after, until));
        }
        if changes || date == first || date == last {
            runs_on(cron, date, zone)
                .into_iter()
                .filter(|run| *run > after && *run <= until)
                .for_each(|run| calendar.add_again(run, named.again(run)));
            continue;
        }
        let edge = |time: Option<&jiff::civil::Time>| time.and_then(|time| instant(date.to_datetime(*time), zone));
        let (Some(start), Some(end)) = (edge(cron.times.first()), edge(cron.times.last())) else { continue };
        calendar.add(start);
        if let Some((one, next)) = widest
            && let (Some(from), Some(to)) = (edge(Some(one)), edge(Some(next)))
        {
            calendar.widen(Gap { from, to });
        }
        let more = u64::try_from(cron.times.len()).unwrap_or_default().saturating_sub(1);
        calendar.count = calendar.count.saturating_add(more);
        calendar.last = Some(end);
    }
    calendar
}

/// The times of a day at which it would run and that are skipped, and those that come twice.
fn clock_changes(cron: &Cron, date: Date, zone: &TimeZone, after: Timestamp, until: Timestamp) -> Vec<ClockChange> {
    let mut changes: Vec<ClockChange> = Vec::new();
    for local in cron.times.iter().map(|time| date.to_datetime(*time)) {
        let (what, at) = match zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { .. } => continue,
            AmbiguousOffset::Gap { before, .. } => (Clocks::Skip, before.to_timestamp(local)),
            AmbiguousOffset::Fold { before, .. } => (Clocks::Repeat, before.to_timestamp(local)),
        };
        if !at.is_ok_and(|at| at > after && at <= until) {
            continue;
        }
        match changes.iter_mut().find(|change| change.what == what) {
            Some(change) => change.runs = change.runs.saturating_add(1),
            None => changes.push(ClockChange { local, runs: 1, what }),
        }
    }
    changes
}
