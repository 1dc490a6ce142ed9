//! When a schedule runs: in its time zone, with its days on which the clocks change.

use super::cron::Cron;
use super::{Form, Schedule};
use crate::time::Zone;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, Zoned};

/// The calendar's days of the week and leap years repeat after so many years, but for 2100.
const CYCLE: i16 = 28;

/// For how long runs that the clocks skip are looked for: every zone that changes its clocks does so within it.
const YEAR: SignedDuration = SignedDuration::from_hours(366 * 24);

impl Schedule {
    /// The runs after an instant, in order; ends with the last year of the expression, 2199 at the latest.
    ///
    /// A local time that the clocks skip is skipped that day (AWS Backup's and Scheduler's documentation). One that comes twice runs once
    /// (Scheduler's documentation; for AWS Backup *not confirmed*), here the first time (*not confirmed*). A rate runs as if it had been
    /// turned on at the instant, since AWS counts from there. `at` in a skipped hour does not run (*not confirmed*).
    pub fn runs<'s>(&'s self, after: Timestamp, zone: &'s Zone) -> Box<dyn Iterator<Item = Timestamp> + 's> {
        match &self.form {
            Form::Cron(cron) => {
                let dates = cron.dates_from(zone.time_zone().to_datetime(after).date());
                Box::new(dates.flat_map(|date| runs_on(cron, date, zone.time_zone())).filter(move |run| *run > after))
            }
            Form::Rate(rate) => {
                let every = rate.every();
                Box::new(std::iter::successors(after.checked_add(every).ok(), move |run| run.checked_add(every).ok()))
            }
            Form::At(local) => Box::new(instant(*local, zone.time_zone()).filter(|run| *run > after).into_iter()),
        }
    }

    /// The first run within the year after an instant that does not come since the clocks skip its time, and that no other makes good: an
    /// hourly schedule runs as often as ever on that day. The local time that is skipped, and the run that comes next; always none for a rate
    /// and for `at`.
    pub fn skipped(&self, after: Timestamp, zone: &Zone) -> Option<(DateTime, Zoned)> {
        let Form::Cron(cron) = &self.form else { return None };
        let zone = zone.time_zone();
        let until = after.checked_add(YEAR).ok()?;
        let mut changes = zone.following(after).map(|change| change.timestamp()).take_while(|at| *at <= until);
        changes.find_map(|at| skipped_at(cron, at, zone))
    }

    /// Whether no date fits the expression, in any year: `cron(0 0 31 2 ? *)`.
    pub fn never_runs(&self) -> bool {
        match &self.form {
            Form::Cron(cron) => cron.never_runs(),
            Form::Rate(_) | Form::At(_) => false,
        }
    }

    /// Whether the last run is past, so that it never runs again: a cron of a past year, an `at` of a past day.
    pub fn is_over(&self, now: Timestamp, zone: &Zone) -> bool {
        self.runs(now, zone).next().is_none()
    }

    /// The longest time between two runs that follow each other, within the 28 years after the instant.
    ///
    /// That is a whole cycle of leap years and days of the week. `None` where there are no two runs in it.
    pub fn longest_gap(&self, after: Timestamp, zone: &Zone) -> Option<SignedDuration> {
        match &self.form {
            Form::Cron(cron) => longest_gap(cron, after, zone.time_zone()),
            Form::Rate(rate) => Some(rate.every()),
            Form::At(_) => None,
        }
    }
}

/// The first run that a change of the clocks skips, and the next one after it.
fn skipped_at(cron: &Cron, change: Timestamp, zone: &TimeZone) -> Option<(DateTime, Zoned)> {
    let last = zone.to_datetime(change.checked_sub(SignedDuration::from_secs(1)).ok()?).date();
    let mut dates = vec![last, zone.to_datetime(change).date()];
    dates.dedup();
    let has = |date: &Date| cron.dates_from(*date).next() == Some(*date);
    for date in dates.into_iter().filter(has) {
        for local in cron.times.iter().map(|time| date.to_datetime(*time)) {
            let AmbiguousOffset::Gap { before, .. } = zone.to_ambiguous_timestamp(local).offset() else { continue };
            let meant = before.to_timestamp(local).ok()?;
            let next = cron.dates_from(date).flat_map(|date| runs_on(cron, date, zone)).find(|run| *run >= change)?;
            if next > meant {
                return Some((local, next.to_zoned(zone.clone())));
            }
        }
    }
    None
}

/// The instants of the date's runs, in order: since a repeated time is taken the first time, local order is the order of instants.
pub(super) fn runs_on(cron: &Cron, date: Date, zone: &TimeZone) -> Vec<Timestamp> {
    cron.times.iter().filter_map(|time| instant(date.to_datetime(*time), zone)).collect()
}

/// The instant of a local time: the first where it comes twice, none where the clocks skip it.
pub(super) fn instant(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => offset.to_timestamp(local).ok(),
        AmbiguousOffset::Gap { .. } => None,
    }
}

/// Looks at the first and the last run of a day only, except where the clocks change: between them all days are alike.
fn longest_gap(cron: &Cron, after: Timestamp, zone: &TimeZone) -> Option<SignedDuration> {
    let today = zone.to_datetime(after).date();
    let horizon = today.year().saturating_add(CYCLE);
    let within_day = cron.times.iter().zip(cron.times.iter().skip(1)).map(|(one, next)| one.duration_until(*next)).max();
    let mut longest = None;
    let mut before: Option<Timestamp> = None;
    for date in cron.dates_from(today).take_while(|date| date.year() <= horizon) {
        if date == today || clocks_change(date, zone) {
            for run in runs_on(cron, date, zone).into_iter().filter(|run| *run > after) {
                longest = longest.max(before.map(|before| run.duration_since(before)));
                before = Some(run);
            }
            continue;
        }
        let edge = |time: Option<&Time>| time.and_then(|time| instant(date.to_datetime(*time), zone));
        if let Some(first) = edge(cron.times.first()) {
            longest = longest.max(within_day).max(before.map(|before| first.duration_since(before)));
        }
        before = edge(cron.times.last()).or(before);
    }
    longest
}

pub(super) fn clocks_change(date: Date, zone: &TimeZone) -> bool {
    let offset = |date: Date| -> Option<Offset> {
        match zone.to_ambiguous_timestamp(date.at(0, 0, 0, 0)).offset() {
            AmbiguousOffset::Unambiguous { offset } => Some(offset),
            AmbiguousOffset::Gap { .. } | AmbiguousOffset::Fold { .. } => None,
        }
    };
    let (start, end) = (offset(date), date.tomorrow().ok().and_then(offset));
    start.is_none() || start != end
}
