//! A schedule as a person would say it.

use super::cron::{Cron, Days};
use super::field::{Field, MONTHS, WEEKDAYS};
use super::{Form, Schedule};
use crate::time::Zone;
use std::collections::BTreeSet;

/// More times than this on one day are said as a rule, not as a list.
const LISTED: usize = 4;

impl Schedule {
    /// The schedule in words: `every day at 02:00 UTC`, `on the 1st of each month at 04:00 Europe/Berlin`.
    pub fn sentence(&self, zone: &Zone) -> String {
        let zone = if zone.is_utc() { "UTC" } else { zone.name() };
        match &self.form {
            Form::Rate(rate) if rate.value == 1 => format!("every {}", rate.unit.name(1)),
            Form::Rate(rate) => format!("every {} {}", rate.value, rate.unit.name(rate.value)),
            Form::At(local) => format!("once, on {} at {} {zone}", local.date(), local.strftime("%H:%M:%S")),
            Form::Cron(cron) if cron.never_runs() => "never".to_owned(),
            Form::Cron(cron) => {
                let years = if whole(&cron.years, Field::Year) { String::new() } else { format!(" in {}", spans(&cron.years, &year)) };
                let days = days(cron);
                match listed(cron) {
                    Some(times) => format!("{days} at {times} {zone}{years}"),
                    None if days == "every day" => format!("{} ({zone}){years}", often(cron)),
                    None => format!("{days}, {} ({zone}){years}", often(cron)),
                }
            }
        }
    }
}

fn days(cron: &Cron) -> String {
    let every_month = whole(&cron.months, Field::Month);
    let of_month = if every_month { "each month".to_owned() } else { spans(&cron.months, &month) };
    let in_month = if every_month { String::new() } else { format!(" in {of_month}") };
    match &cron.days {
        Days::Dates(dates) if whole(dates, Field::DayOfMonth) => format!("every day{in_month}"),
        Days::Dates(dates) => format!("on the {} of {of_month}", spans(dates, &ordinal)),
        Days::BeforeLast(0) => format!("on the last day of {of_month}"),
        Days::BeforeLast(1) => format!("1 day before the last day of {of_month}"),
        Days::BeforeLast(before) => format!("{before} days before the last day of {of_month}"),
        Days::LastWorkday => format!("on the last Monday to Friday of {of_month}"),
        Days::NearestWorkday(day) => format!("on the Monday to Friday nearest to the {} of {of_month}", ordinal(*day)),
        Days::Weekdays(weekdays) if whole(weekdays, Field::DayOfWeek) => format!("every day{in_month}"),
        Days::Weekdays(weekdays) => format!("every {}{in_month}", spans(weekdays, &weekday)),
        Days::LastWeekday(day) => format!("on the last {} of {of_month}", weekday(*day)),
        Days::NthWeekday(day, nth) => format!("on the {} {} of {of_month}", ordinal(*nth), weekday(*day)),
    }
}

/// The times of a day, where they are few: `04:00 and 16:00`.
fn listed(cron: &Cron) -> Option<String> {
    let times = || cron.times.iter().map(|time| time.strftime("%H:%M").to_string()).collect();
    (cron.times.len() <= LISTED).then(|| joined(times()))
}

/// The times of a day as a rule: `every 15 minutes`.
fn often(cron: &Cron) -> String {
    let every_hour = whole(&cron.hours, Field::Hours);
    let hours = spans(&cron.hours, &|hour| format!("{hour:02}"));
    if let (Some(minute), 1) = (cron.minutes.first(), cron.minutes.len()) {
        return match (minute, cron.hours.first(), step(&cron.hours, Field::Hours)) {
            (0, ..) if every_hour => "on every full hour".to_owned(),
            _ if every_hour => format!("at minute {minute} of every hour"),
            (_, Some(first), Some(step)) if step > 1 => format!("every {step} hours from {first:02}:{minute:02}"),
            (0, ..) => format!("on the full hours {hours}"),
            _ => format!("at minute {minute} of the hours {hours}"),
        };
    }
    let minutes = match (cron.minutes.first(), step(&cron.minutes, Field::Minutes)) {
        (Some(0), Some(1)) => "every minute".to_owned(),
        (Some(0), Some(step)) => format!("every {step} minutes"),
        _ => format!("at the minutes {} of every hour", spans(&cron.minutes, &|minute| minute.to_string())),
    };
    if every_hour { minutes } else { format!("{} in the hours {hours}", minutes.trim_end_matches(" of every hour")) }
}

/// The width of the steps that make these values, where it is one and they reach the field's end.
fn step(values: &BTreeSet<i16>, field: Field) -> Option<i16> {
    let mut widths = values.iter().zip(values.iter().skip(1)).map(|(one, next)| next - one);
    let width = widths.next()?;
    let (_, high) = field.bounds();
    (widths.all(|other| other == width) && values.last().is_some_and(|last| last + width > high)).then_some(width)
}

fn whole(values: &BTreeSet<i16>, field: Field) -> bool {
    let (low, high) = field.bounds();
    i16::try_from(values.len()).is_ok_and(|count| count == high - low + 1)
}

/// The values with runs of three and more written as `first to last`.
fn spans(values: &BTreeSet<i16>, name: &dyn Fn(i16) -> String) -> String {
    let mut spans: Vec<(i16, i16)> = Vec::new();
    for value in values {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == *value => *last = *value,
            _ => spans.push((*value, *value)),
        }
    }
    let said = spans.into_iter().flat_map(|(first, last)| match last - first {
        0 => vec![name(first)],
        1 => vec![name(first), name(last)],
        _ => vec![format!("{} to {}", name(first), name(last))],
    });
    joined(said.collect())
}

fn joined(mut parts: Vec<String>) -> String {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (Some(last), false) => format!("{} and {last}", parts.join(", ")),
        (None, _) => String::new(),
    }
}

fn ordinal(number: i16) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

fn year(year: i16) -> String {
    year.to_string()
}

fn month(number: i16) -> String {
    const REST: [&str; 12] = ["uary", "ruary", "ch", "il", "", "e", "y", "ust", "tember", "ober", "ember", "ember"];
    named(&MONTHS, number, &REST)
}

fn weekday(number: i16) -> String {
    named(&WEEKDAYS, number, &["day", "day", "sday", "nesday", "rsday", "day", "urday"])
}

/// A short name of AWS's, written out.
fn named(names: &[&str], number: i16, rest: &[&str]) -> String {
    let at = usize::try_from(number - 1).unwrap_or_default();
    let (Some(name), Some(rest)) = (names.get(at), rest.get(at)) else { return number.to_string() };
    let mut letters = name.chars();
    let first: String = letters.next().into_iter().collect();
    format!("{first}{}{rest}", letters.as_str().to_ascii_lowercase())
}
