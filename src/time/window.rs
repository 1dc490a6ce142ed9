//! How long after its time a backup may start, and which backups of one plan get in each other's way by it.

use super::{Schedule, Zone};
use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;

/// The two windows of an AWS Backup rule.
///
/// Source: AWS Backup API reference, `BackupRuleInput`; AWS Backup developer guide, "Backup plan options and configuration".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// Minutes after its time within which a job must start, else it expires.
    pub start: u32,
    /// Minutes after its start within which a job must complete, else it is cancelled.
    pub completion: u32,
}

/// A window that AWS refuses, or that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct WindowMisfit {
    /// Whether it is the start window; else it is the completion window.
    pub is_start: bool,
    /// The rule that was broken, as the end of a sentence that starts with the setting's name.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

impl Windows {
    /// AWS's: a start within 8 hours, completion within 7 days.
    pub const DEFAULT: Self = Self { start: 480, completion: 10_080 };
    /// The shortest start window that AWS takes, in minutes.
    pub const SHORTEST_START: u32 = 60;
    /// The longest start window that AWS takes, in minutes: 100 years.
    pub const LONGEST_START: u32 = 52_560_000;

    /// The windows of a rule, with AWS's defaults for what is not given.
    ///
    /// # Errors
    ///
    /// A start window out of AWS's range; a completion window shorter than the start window (whether AWS refuses it is *not confirmed*, but
    /// a job that starts late in its window would have less time than the rule promises).
    pub fn new(start: Option<u32>, completion: Option<u32>) -> Result<Self, WindowMisfit> {
        let windows = Self { start: start.unwrap_or(Self::DEFAULT.start), completion: completion.unwrap_or(Self::DEFAULT.completion) };
        let start_range = Self::SHORTEST_START..=Self::LONGEST_START;
        if !start_range.contains(&windows.start) {
            let message = format!("must be between {} and {} minutes, found {}", start_range.start(), start_range.end(), windows.start);
            let nearest = windows.start.clamp(*start_range.start(), *start_range.end());
            return Err(WindowMisfit { is_start: true, message, help: format!("choose {nearest}") });
        }
        if windows.completion < windows.start {
            let message = format!("must not be shorter than the start window of {} minutes, found {}", windows.start, windows.completion);
            let help = match start {
                Some(_) => format!("choose {} or more", windows.start),
                None => format!("choose {} or more, or a shorter start window than AWS's default", windows.start),
            };
            return Err(WindowMisfit { is_start: false, message, help });
        }
        Ok(windows)
    }
}

/// A schedule with its zone and its start window.
#[derive(Clone, Copy, Debug)]
pub struct Windowed<'s> {
    /// When it runs.
    pub schedule: &'s Schedule,
    /// Where its times are read.
    pub zone: &'s Zone,
    /// Its start window, in minutes.
    pub start: u32,
}

impl Windowed<'_> {
    fn end(self, run: Timestamp) -> Timestamp {
        run.checked_add(SignedDuration::from_mins(i64::from(self.start))).unwrap_or(Timestamp::MAX)
    }
}

/// Two runs whose start windows share some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The run of the first schedule.
    pub one: Timestamp,
    /// The run of the second one.
    pub other: Timestamp,
}

/// The pairs of runs after one instant and up to another whose start windows overlap, in the order of the first schedule's runs.
///
/// Of two rules of one plan that overlap so, AWS Backup runs only the one with the longer retention; it counts the whole start window
/// (AWS Backup developer guide, "Backup plan options and configuration"). A window that ends as the other one starts does not overlap it
/// (*not confirmed*).
pub fn overlaps<'s>(one: Windowed<'s>, other: Windowed<'s>, after: Timestamp, until: Timestamp) -> impl Iterator<Item = Overlap> + use<'s> {
    let mut coming = other.schedule.runs(after, other.zone).take_while(move |run| *run <= until).peekable();
    // The second schedule's runs that a run of the first can still meet.
    let mut near: VecDeque<Timestamp> = VecDeque::new();
    one.schedule.runs(after, one.zone).take_while(move |run| *run <= until).flat_map(move |run| {
        while let Some(next) = coming.next_if(|next| *next < one.end(run)) {
            near.push_back(next);
        }
        while near.front().is_some_and(|first| other.end(*first) <= run) {
            near.pop_front();
        }
        near.iter().map(|other| Overlap { one: run, other: *other }).collect::<Vec<_>>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Service;

    fn schedule(expression: &str) -> Schedule {
        Schedule::parse(expression, Service::Backup).expect("the expression is right")
    }

    fn pairs(one: (&str, u32), other: (&str, u32), days: i64) -> Vec<String> {
        let (first, second, utc) = (schedule(one.0), schedule(other.0), Zone::utc());
        let after: Timestamp = "2026-11-01T00:00:00Z".parse().expect("the instant is right");
        let until = after + SignedDuration::from_hours(24 * days);
        let one = Windowed { schedule: &first, zone: &utc, start: one.1 };
        let other = Windowed { schedule: &second, zone: &utc, start: other.1 };
        overlaps(one, other, after, until).map(|overlap| format!("{} {}", overlap.one, overlap.other)).collect()
    }

    #[test]
    fn a_daily_backup_swallows_the_hourly_ones_of_its_start_window() {
        let swallowed = pairs(("cron(0 5 ? * * *)", 480), ("cron(0 * * * ? *)", 60), 1);
        let hours: Vec<&str> = swallowed.iter().filter_map(|pair| pair.split_once(' ')).map(|(_, hourly)| hourly).collect();
        // From 05:00 to 13:00; the one at 04:00 has closed its window by 05:00.
        let expected = (5..13).map(|hour| format!("2026-11-01T{hour:02}:00:00Z")).collect::<Vec<_>>();
        assert_eq!(hours, expected);
    }

    #[test]
    fn a_weekly_backup_meets_the_daily_one_on_its_day() {
        let met = pairs(("cron(0 2 * * ? *)", 480), ("cron(0 3 ? * SUN *)", 480), 14);
        assert_eq!(met, ["2026-11-01T02:00:00Z 2026-11-01T03:00:00Z", "2026-11-08T02:00:00Z 2026-11-08T03:00:00Z"]);
        assert_eq!(pairs(("cron(0 2 * * ? *)", 60), ("cron(0 3 ? * SUN *)", 60), 14), Vec::<String>::new(), "one ends as the other starts");
        assert_eq!(pairs(("cron(0 3 ? * SUN *)", 60), ("cron(59 3 * * ? *)", 60), 7), ["2026-11-01T03:00:00Z 2026-11-01T03:59:00Z"]);
    }

    #[test]
    fn windows_keep_to_what_aws_takes() {
        assert_eq!(Windows::new(None, None), Ok(Windows::DEFAULT));
        let short = Windows::new(Some(30), None).expect_err("it is too short");
        assert!(short.is_start);
        assert_eq!(short.message, "must be between 60 and 52560000 minutes, found 30");
        assert_eq!(short.help, "choose 60");
        let completion = Windows::new(None, Some(180)).expect_err("it is shorter than AWS's start window");
        assert!(!completion.is_start);
        assert_eq!(completion.message, "must not be shorter than the start window of 480 minutes, found 180");
        assert_eq!(Windows::new(Some(60), Some(180)), Ok(Windows { start: 60, completion: 180 }));
    }
}
