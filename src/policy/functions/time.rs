//! Times and durations that a policy gives; nothing here reads the clock.

use super::args::{text, wrong};
use super::{Call, Function, FunctionError, Outcome, Takes, define};
use crate::model::Value;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use std::cmp::Ordering;

pub(super) const FUNCTIONS: &[Function] = &[
    define("formatdate", "formatdate(format, time)", "Writes a time after a pattern such as `YYYY-MM-DD`.", Takes::Known, formatdate),
    define("timeadd", "timeadd(time, duration)", "Adds a duration such as `1h30m` to a time.", Takes::Known, timeadd),
    define("timecmp", "timecmp(time, other)", "Gives -1, 0 or 1: before, the same, after.", Takes::Known, timecmp),
];

struct Moment {
    local: DateTime,
    offset: Offset,
    instant: Timestamp,
}

/// Reads RFC 3339, as Go does: `2018-01-02T23:12:01Z`, perhaps with a fraction and an offset.
fn moment(args: &[Value], index: usize) -> Result<Moment, FunctionError> {
    let text = text(args, index)?;
    parse_moment(&text).ok_or_else(|| wrong(index, format!("\"{text}\" is not a time like \"2018-01-02T23:12:01Z\"")))
}

fn parse_moment(text: &str) -> Option<Moment> {
    let form =
        ::regex::Regex::new(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$").ok()?;
    let zone = form.captures(text)?.get(1)?.as_str();
    let local: DateTime = text.strip_suffix(zone)?.parse().ok()?;
    let offset = if zone == "Z" {
        Offset::UTC
    } else {
        let hours: i32 = zone.get(1..3)?.parse().ok()?;
        let minutes: i32 = zone.get(4..6)?.parse().ok()?;
        if hours > 23 || minutes > 59 {
            return None;
        }
        let seconds = hours * 3600 + minutes * 60;
        Offset::from_seconds(if zone.starts_with('-') { -seconds } else { seconds }).ok()?
    };
    Some(Moment { local, offset, instant: offset.to_timestamp(local).ok()? })
}

fn timecmp(_: &Call<'_>, args: &[Value]) -> Outcome {
    let order = moment(args, 0)?.instant.cmp(&moment(args, 1)?.instant);
    Ok(Value::from(match order {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }))
}

fn timeadd(_: &Call<'_>, args: &[Value]) -> Outcome {
    let moment = moment(args, 0)?;
    let text = text(args, 1)?;
    let nanos = duration(&text).ok_or_else(|| FunctionError {
        help: Some("write `24h` for a day".to_owned()),
        ..wrong(1, format!("`{text}` is not a duration like `1h30m`; the units are h, m, s, ms, us, ns"))
    })?;
    let sum = i64::try_from(nanos)
        .ok()
        .and_then(|nanos| moment.instant.checked_add(SignedDuration::from_nanos(nanos)).ok())
        .ok_or_else(|| wrong(1, "the result is outside the years 0 to 9999"))?;
    let local = moment.offset.to_datetime(sum);
    let date = local.strftime("%Y-%m-%dT%H:%M:%S");
    Ok(format!("{date}{}", zone(moment.offset, ":", "Z")).into())
}

/// Go's durations, in nanoseconds.
fn duration(text: &str) -> Option<i128> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|ch: char| !(ch.is_ascii_digit() || ch == '.')).unwrap_or(rest.len());
        let (number, after) = rest.split_at_checked(digits)?;
        let units = after.find(|ch: char| ch.is_ascii_digit() || ch == '.').unwrap_or(after.len());
        let (unit, next) = after.split_at_checked(units)?;
        let scale: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return None;
        }
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        total = total.checked_add(whole.checked_mul(scale)?)?;
        if !fraction.is_empty() {
            // Past 18 digits nothing of a nanosecond is left.
            let kept: String = fraction.chars().take(18).collect();
            let places = u32::try_from(kept.len()).ok()?;
            total = total.checked_add(kept.parse::<i128>().ok()?.checked_mul(scale)? / 10_i128.pow(places))?;
        }
        rest = next;
    }
    Some(if negative { -total } else { total })
}

fn zone(offset: Offset, colon: &str, utc: &str) -> String {
    let seconds = offset.seconds();
    if seconds == 0 && !utc.is_empty() {
        return utc.to_owned();
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
}

fn formatdate(_: &Call<'_>, args: &[Value]) -> Outcome {
    let format = text(args, 0)?;
    let moment = moment(args, 1)?;
    let mut out = String::new();
    let mut chars = format.chars().peekable();
    while let Some(ch) = chars.next() {
        if ch == '\'' {
            quoted(&mut chars, &mut out).ok_or_else(|| wrong(0, "a quote is open to the end; close it with `'`"))?;
        } else if ch.is_ascii_alphabetic() {
            let mut token = String::from(ch);
            while let Some(same) = chars.next_if_eq(&ch) {
                token.push(same);
            }
            let part = part(&token, &moment).ok_or_else(|| FunctionError {
                help: Some("put letters that stand for themselves between single quotes".to_owned()),
                ..wrong(0, format!("`{token}` stands for no part of a time"))
            })?;
            out.push_str(&part);
        } else {
            out.push(ch);
        }
    }
    Ok(out.into())
}

/// Reads literal text up to the closing quote; two quotes are one.
fn quoted(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) -> Option<()> {
    loop {
        match chars.next()? {
            '\'' if chars.next_if_eq(&'\'').is_some() => out.push('\''),
            '\'' => return Some(()),
            other => out.push(other),
        }
    }
}

fn part(token: &str, moment: &Moment) -> Option<String> {
    let local = moment.local;
    let twelve = match local.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let morning = local.hour() < 12;
    Some(match token {
        "YYYY" => format!("{:04}", local.year()),
        "YY" => format!("{:02}", local.year() % 100),
        "MMMM" => local.strftime("%B").to_string(),
        "MMM" => local.strftime("%b").to_string(),
        "MM" => format!("{:02}", local.month()),
        "M" => local.month().to_string(),
        "DD" => format!("{:02}", local.day()),
        "D" => local.day().to_string(),
        "EEEE" => local.strftime("%A").to_string(),
        "EEE" => local.strftime("%a").to_string(),
        "hh" => format!("{:02}", local.hour()),
        "h" => local.hour().to_string(),
        "HH" => format!("{twelve:02}"),
        "H" => twelve.to_string(),
        "AA" => (if morning { "AM" } else { "PM" }).to_owned(),
        "aa" => (if morning { "am" } else { "pm" }).to_owned(),
        "mm" => format!("{:02}", local.minute()),
        "m" => local.minute().to_string(),
        "ss" => format!("{:02}", local.second()),
        "s" => local.second().to_string(),
        "ZZZZZ" => zone(moment.offset, ":", ""),
        "ZZZZ" => zone(moment.offset, "", ""),
        "ZZZ" => zone(moment.offset, "", "UTC"),
        "Z" => zone(moment.offset, ":", "Z"),
        _ => return None,
    })
}
