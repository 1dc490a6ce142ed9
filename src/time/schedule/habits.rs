//! Habits of other crons, and what AWS wants instead.

use super::field::WEEKDAYS;
use super::rate::{Rate, Unit};
use super::{Problem, Service, Token, words};
use std::ops::Range;

/// An expression that is not `name(…)`.
pub(super) fn no_call(expression: &str, service: Service) -> Problem {
    let whole = 0..expression.len();
    let trimmed = expression.trim();
    if trimmed.is_empty() {
        return Problem::new(whole, "the expression is empty").help(example(service));
    }
    if trimmed != expression && super::call(trimmed).is_some() {
        return Problem::new(whole, "white space stands around the expression").help(format!("write `{trimmed}`"));
    }
    if let Some(nickname) = trimmed.strip_prefix('@') {
        let problem = Problem::new(whole, format!("AWS knows no `{trimmed}`"));
        let meant = match nickname {
            "hourly" => "cron(0 * * * ? *)",
            "daily" | "midnight" => "cron(0 0 * * ? *)",
            "weekly" => "cron(0 0 ? * SUN *)",
            "monthly" => "cron(0 0 1 * ? *)",
            "yearly" | "annually" => "cron(0 0 1 1 ? *)",
            _ => return problem.help(example(service)),
        };
        return problem.help(format!("write `{meant}`"));
    }
    if trimmed.contains('(') || trimmed.contains(')') {
        let end = expression.len();
        let Some((_, after)) = trimmed.rsplit_once(')') else {
            return Problem::new(end..end, "the closing parenthesis is missing").help(format!("write `{trimmed})`"));
        };
        if !after.is_empty() {
            return Problem::new(end - after.len()..end, format!("`{}` stands after the closing parenthesis", after.trim()));
        }
        return Problem::new(whole, "the parentheses do not match").help(example(service));
    }
    let tokens = words(expression, 0);
    let problem = Problem::new(whole, "the expression must stand in `cron(…)`");
    match tokens.len() {
        6 => problem.help(format!("write `cron({trimmed})`")),
        5 => problem.help(from_unix(&tokens)),
        _ => problem.help(example(service)),
    }
}

/// `name(…)` of another name.
pub(super) fn unknown_call(name: &str, service: Service) -> Problem {
    let problem = Problem::new(0..name.len(), format!("{} knows no `{name}(…)`", service.title()));
    let lower = name.to_ascii_lowercase();
    match ["cron", "rate", "at"].iter().find(|known| strsim::damerau_levenshtein(&lower, known) <= 1) {
        Some(known) => problem.help(format!("did you mean `{known}(…)`?")),
        None => problem.help(example(service)),
    }
}

/// `rate(…)` where AWS Backup wants cron.
pub(super) fn rate_for_backup(inner: &str, whole: Range<usize>) -> Problem {
    let problem = Problem::new(whole, "AWS Backup takes cron expressions only, not `rate(…)`");
    let rate = Rate::read(inner);
    problem.help(match rate {
        Some(Rate { value: 1, unit: Unit::Hour }) => "write `cron(0 * * * ? *)`".to_owned(),
        Some(Rate { value, unit: Unit::Hour }) if value < 24 && 24 % value == 0 => format!("write `cron(0 0/{value} * * ? *)`"),
        Some(Rate { value: 1, unit: Unit::Day } | Rate { value: 24, unit: Unit::Hour }) => "write `cron(0 5 ? * * *)`".to_owned(),
        Some(Rate { value: 7, unit: Unit::Day }) => "write `cron(0 5 ? * SUN *)`".to_owned(),
        _ => example(Service::Backup),
    })
}

/// Not six fields.
pub(super) fn field_count(tokens: &[Token<'_>], at: usize, inner: &str) -> Problem {
    let count = tokens.len();
    let message = format!("a cron expression has six fields (minutes hours day-of-month month day-of-week year), found {count}");
    let problem = Problem::new(at..at + inner.len(), message);
    match tokens {
        [_, _, _, _, _] => problem.help(from_unix(tokens)),
        [_, rest @ ..] if count == 7 => {
            let fields: Vec<&str> = rest.iter().map(|token| token.text).collect();
            problem.help(format!("AWS has no seconds: write `cron({})`", fields.join(" ")))
        }
        _ => problem.help(example(Service::Backup)),
    }
}

/// Both day fields say something, or neither does.
pub(super) fn day_fields(date: Token<'_>, weekday: Token<'_>, others: [Token<'_>; 4]) -> Problem {
    let [minutes, hours, month, year] = others.map(|token| token.text);
    let write = |date: &str, weekday: &str| format!("`cron({minutes} {hours} {date} {month} {weekday} {year})`");
    match (date.text, weekday.text) {
        ("?", _) => {
            let problem = weekday.problem("the day fields are both `?`, and one of them must say which days");
            problem.help(format!("for every day write {}", write("*", "?")))
        }
        (_, "*") => {
            let problem = weekday.problem("one of the two day fields must be `?`");
            problem.help(format!("write {}", write(date.text, "?")))
        }
        ("*", _) => {
            let problem = date.problem("one of the two day fields must be `?`");
            problem.help(format!("write {}", write("?", weekday.text)))
        }
        _ => {
            let problem = weekday.problem("AWS cannot join a day of month with a day of week: one of the two must be `?`");
            problem.help(format!("write {} or {}", write(date.text, "?"), write("?", weekday.text)))
        }
    }
}

/// The five fields of Unix cron as AWS would have them: days of the week by name, one day field `?`, and a year.
fn from_unix(tokens: &[Token<'_>]) -> String {
    let fields: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    let [minutes, hours, date, month, weekday] = fields.as_slice() else {
        return example(Service::Backup);
    };
    let (date, weekday) = match (*date, *weekday) {
        (date, "*" | "?") => (date, "?".to_owned()),
        ("*" | "?", weekday) => ("?", by_name(weekday)),
        // Unix runs on either of the two, which AWS cannot say in one expression.
        _ => return "add the year, and write `?` into one of the two day fields".to_owned(),
    };
    format!("five fields are Unix cron: write `cron({minutes} {hours} {date} {month} {weekday} *)`")
}

/// Unix numbers of days of the week (0 and 7 for Sunday) as names.
fn by_name(weekday: &str) -> String {
    let name = |c: char| c.to_digit(10).and_then(|digit| WEEKDAYS.iter().cycle().nth(usize::try_from(digit).ok()?)).copied();
    if weekday.chars().any(|c| !(c.is_ascii_digit() || matches!(c, ',' | '-')) || matches!(c, '8' | '9')) {
        return weekday.to_owned();
    }
    weekday.chars().map(|c| name(c).map_or_else(|| c.to_string(), str::to_owned)).collect()
}

fn example(service: Service) -> String {
    let other = match service {
        Service::Backup => "",
        Service::Rule => ", or `rate(12 hours)`",
        Service::Scheduler => ", `rate(12 hours)`, or `at(2027-01-31T05:00:00)`",
    };
    format!("write for example `cron(0 5 * * ? *)`, every day at 05:00{other}")
}
