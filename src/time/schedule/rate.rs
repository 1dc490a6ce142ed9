//! `rate(value unit)` and `at(yyyy-mm-ddThh:mm:ss)`.

use super::{Form, Parsed, Problem, Service, Token, words};
use jiff::SignedDuration;
use jiff::civil::DateTime;

/// Every so many minutes, hours or days of 24 hours, from whenever the schedule was turned on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) value: u32,
    pub(super) unit: Unit,
}

/// The units that AWS takes; a minute is the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Minute,
    Hour,
    Day,
}

impl Unit {
    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "minute" | "minutes" => Self::Minute,
            "hour" | "hours" => Self::Hour,
            "day" | "days" => Self::Day,
            _ => return None,
        })
    }

    pub(super) fn name(self, value: u32) -> &'static str {
        match (self, value) {
            (Self::Minute, 1) => "minute",
            (Self::Minute, _) => "minutes",
            (Self::Hour, 1) => "hour",
            (Self::Hour, _) => "hours",
            (Self::Day, 1) => "day",
            (Self::Day, _) => "days",
        }
    }
}

impl Rate {
    /// The time between two runs.
    pub(super) fn every(self) -> SignedDuration {
        let seconds = match self.unit {
            Unit::Minute => 60,
            Unit::Hour => 3_600,
            Unit::Day => 86_400,
        };
        SignedDuration::from_secs(i64::from(self.value) * seconds)
    }

    /// The rate, where it is one but for singular and plural.
    pub(super) fn read(inner: &str) -> Option<Self> {
        let words = words(inner, 0);
        let [value, unit] = words.as_slice() else { return None };
        Some(Self { value: positive(value.text)?, unit: Unit::read(unit.text)? })
    }

    pub(super) fn parse(inner: &str, at: usize, service: Service) -> Result<Parsed, Vec<Problem>> {
        let tokens = words(inner, at);
        let [value, unit] = tokens.as_slice() else {
            let problem = Problem::new(at..at + inner.len(), format!("a rate is a value and a unit, found `{inner}`"));
            return Err(vec![problem.help("write for example `rate(12 hours)`")]);
        };
        let (read_value, read_unit) = (positive(value.text), Unit::read(unit.text));
        let (Some(read_value), Some(read_unit)) = (read_value, read_unit) else {
            let mut problems = Vec::new();
            if read_value.is_none() {
                let problem = value.problem(format!("the value of a rate must be a whole number above 0, found `{}`", value.text));
                problems.push(problem.help("write for example `rate(12 hours)`"));
            }
            if read_unit.is_none() {
                problems.push(unknown_unit(*unit, read_value));
            }
            return Err(problems);
        };
        let rate = Self { value: read_value, unit: read_unit };
        let name = read_unit.name(read_value);
        let mut remarks = Vec::new();
        if unit.text != name {
            let problem =
                unit.problem(format!("`{}` does not go with {read_value}: 1 takes the singular, all others the plural", unit.text));
            let problem = problem.help(format!("write `rate({read_value} {name})`"));
            // EventBridge rules refuse it; whether Scheduler does is not confirmed: its guide lists plurals only, its API both.
            match service {
                Service::Scheduler => remarks.push(problem),
                Service::Rule | Service::Backup => return Err(vec![problem]),
            }
        }
        Ok(Parsed { form: Form::Rate(rate), canonical: format!("rate({} {})", read_value, unit.text), remarks })
    }
}

fn positive(text: &str) -> Option<u32> {
    (text.chars().all(|c| c.is_ascii_digit())).then(|| text.parse().ok()).flatten().filter(|value| *value > 0)
}

fn unknown_unit(unit: Token<'_>, value: Option<u32>) -> Problem {
    let problem = unit.problem(format!("the unit of a rate must be minutes, hours or days, found `{}`", unit.text));
    let lower = unit.text.to_ascii_lowercase();
    match (lower.as_str(), value) {
        ("week" | "weeks", Some(value)) => problem.help(format!("write `rate({} days)`", u64::from(value) * 7)),
        ("second" | "seconds", _) => problem.help("a minute is the least: write `rate(1 minute)`"),
        ("month" | "months", _) => problem.help("a month has no fixed length: write `cron(0 5 1 * ? *)`"),
        ("year" | "years", _) => problem.help("a year has no fixed length: write `cron(0 5 1 1 ? *)`"),
        _ => match (Unit::read(&lower), value) {
            (Some(unit), Some(value)) => problem.help(format!("write `rate({value} {})`", unit.name(value))),
            _ => problem,
        },
    }
}

/// The one local time of `at(…)`, to the second, as EventBridge Scheduler's API says: `yyyy-mm-ddThh:mm:ss`.
pub(super) fn parse_at(inner: &str, at: usize) -> Result<Parsed, Vec<Problem>> {
    let digits: String = inner.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let read = (digits == "0000-00-00T00:00:00").then(|| inner.parse::<DateTime>());
    let problem = match read {
        Some(Ok(time)) => return Ok(Parsed { form: Form::At(time), canonical: format!("at({inner})"), remarks: Vec::new() }),
        Some(Err(_)) => Problem::new(at..at + inner.len(), format!("`{inner}` is no date and time of the calendar")),
        None => Problem::new(at..at + inner.len(), format!("`at` takes `yyyy-mm-ddThh:mm:ss`, found `{inner}`")),
    };
    Err(vec![match inner.strip_suffix('Z') {
        Some(local) => problem.help(format!("write `at({local})`; the time zone stands in its own setting")),
        None => problem.help("write for example `at(2027-01-31T05:00:00)`"),
    }])
}
