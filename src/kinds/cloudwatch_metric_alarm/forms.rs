//! What the texts of an alarm must look like.

use super::STATISTICS;
use crate::kinds::alarms::sized;
use crate::model::{Form, Mistake};

/// Units, as CloudWatch names them.
pub(super) const UNITS: &[&str] = &[
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
    "Count/Second",
    "None",
];

pub(super) const METRIC_NAME: Form = Form { what: "a string of up to 255 characters", check: |text| sized(text, 255) };
pub(super) const NAMESPACE: Form = Form { what: "a namespace", check: namespace };
pub(super) const EXPRESSION: Form = Form { what: "a string of up to 2048 characters", check: |text| sized(text, 2048) };
pub(super) const ID: Form = Form { what: "the `id` of a `metric_query`", check: id };
pub(super) const EXTENDED: Form = Form { what: "an extended statistic", check: extended };
pub(super) const STAT: Form = Form { what: "a statistic", check: stat };

fn namespace(text: &str) -> Result<String, Mistake> {
    if text.starts_with(':') {
        return Err(Mistake::new("must not start with `:`").help("leave the `:` out"));
    }
    sized(text, 255)
}

/// The id of a `metric_query`.
pub(super) fn id(text: &str) -> Result<String, Mistake> {
    let starts = text.starts_with(|first: char| first.is_ascii_lowercase());
    if starts && text.chars().count() <= 255 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Ok(text.to_owned());
    }
    Err(Mistake::new(format!("must start with a lowercase letter and go on with letters, digits and `_`, found \"{text}\"")))
}

fn stat(text: &str) -> Result<String, Mistake> {
    if STATISTICS.contains(&text) {
        return Ok(text.to_owned());
    }
    match STATISTICS.iter().find(|known| known.eq_ignore_ascii_case(text)) {
        Some(near) => Err(Mistake::new(format!("must be a statistic, found \"{text}\"")).help(format!("did you mean \"{near}\"?"))),
        None => extended(text),
    }
}

/// Percentiles, trimmed and winsorized means, counts and sums, the interquartile mean and percentile ranks (CloudWatch user guide,
/// "CloudWatch statistics definitions").
fn extended(text: &str) -> Result<String, Mistake> {
    if STATISTICS.contains(&text) {
        let help = format!("write `statistic = \"{text}\"`");
        return Err(Mistake::new(format!("must be an extended statistic, and \"{text}\" is none")).help(help));
    }
    let number = |text: &str| text.parse::<f64>().is_ok_and(f64::is_finite);
    let percent = |text: &str| text.is_empty() || text.strip_suffix('%').is_some_and(|text| text.parse::<f64>().is_ok_and(within));
    let lower = text.to_ascii_lowercase();
    let simple = ["p", "tm", "tc", "ts", "wm"].iter().any(|start| {
        lower
            .strip_prefix(start)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.parse::<f64>().is_ok_and(within))
    });
    let range = |starts: &[&str], fits: &dyn Fn(&str) -> bool| {
        let inner = starts.iter().find_map(|start| text.strip_prefix(start)?.strip_prefix('(')?.strip_suffix(')'));
        inner
            .and_then(|inner| inner.split_once(':'))
            .is_some_and(|(from, to)| (fits(from) && fits(to)) && !(from.is_empty() && to.is_empty()))
    };
    let ranks = range(&["PR"], &|part| part.is_empty() || number(part));
    let trims = range(&["TM", "TC", "TS", "WM"], &|part| percent(part) || number(part));
    if simple || text == "IQM" || ranks || trims {
        return Ok(text.to_owned());
    }
    let help = "write a percentile such as \"p99\", or \"tm90\", \"IQM\", \"PR(0:100)\", \"TM(10%:90%)\"";
    Err(Mistake::new(format!("must be a statistic that CloudWatch has, found \"{text}\"")).help(help))
}

fn within(percent: f64) -> bool {
    (0.0..=100.0).contains(&percent)
}
