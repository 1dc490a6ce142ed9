//! When the backups of a rule may start, and how often that is in hours that are kept for something else.

use super::{Schedule, Zone};
use jiff::{SignedDuration, Timestamp};

/// The days of the year that is looked at: one with a leap day, so that no date is left out.
const DAYS: i64 = 366;

/// When the jobs of a rule may start: at any time from each run of its schedule on until its start window closes.
#[derive(Clone, Debug)]
pub struct Starts {
    /// When it runs.
    pub schedule: Schedule,
    /// Where its times are read.
    pub zone: Zone,
    /// Its start window, in minutes.
    pub window: u32,
}

/// The runs of a year that may start in certain hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Met {
    /// How many they are.
    pub runs: usize,
    /// Of how many.
    pub of: usize,
    /// The first of them.
    pub first: Timestamp,
}

/// The first and the last instant of the year whose runs are counted.
pub fn counted_year() -> (Timestamp, Timestamp) {
    // 2028-01-01T00:00:00Z, a second that there is.
    let from = Timestamp::from_second(1_830_297_600).unwrap_or(Timestamp::UNIX_EPOCH);
    (from, from.checked_add(SignedDuration::from_hours(24 * DAYS)).unwrap_or(from))
}

impl Starts {
    /// How many runs of a year meet hours; `meet` is told when a start window opens, and for how many minutes. None where none does.
    pub fn met(&self, meet: impl Fn(Timestamp, u32) -> bool) -> Option<Met> {
        let (from, until) = counted_year();
        let runs: Vec<Timestamp> = self.schedule.runs(from, &self.zone).take_while(|run| *run <= until).collect();
        let mut found = runs.iter().filter(|run| meet(**run, self.window));
        let first = *found.next()?;
        Some(Met { runs: found.count().saturating_add(1), of: runs.len(), first })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{DailyHours, Service, WeeklyHours};

    fn starts(schedule: &str, zone: &str, window: u32) -> Starts {
        Starts { schedule: Schedule::parse(schedule, Service::Backup).unwrap(), zone: Zone::named(zone).unwrap(), window }
    }

    #[test]
    fn the_year_is_a_leap_year() {
        let (from, until) = counted_year();
        assert_eq!((from.to_string().as_str(), until.to_string().as_str()), ("2028-01-01T00:00:00Z", "2029-01-01T00:00:00Z"));
    }

    #[test]
    fn a_schedule_in_a_zone_meets_hours_in_utc_in_one_half_of_the_year_only() {
        let hours = DailyHours::parse("04:00-05:00").unwrap();
        let met = starts("cron(0 5 * * ? *)", "Europe/Berlin", 60).met(|from, minutes| hours.meet(from, minutes)).unwrap();
        // 05:00 in Berlin is 04:00 UTC in winter and 03:00 UTC in summer.
        assert_eq!((met.runs, met.of, met.first.to_string().as_str()), (149, 366, "2028-01-01T04:00:00Z"));
        let earlier = hours.earlier(60);
        assert_eq!(starts("cron(0 5 * * ? *)", "Europe/Berlin", 60).met(|from, minutes| earlier.meet(from, minutes)).unwrap().runs, 366);
        assert_eq!(starts("cron(0 7 * * ? *)", "Europe/Berlin", 60).met(|from, minutes| hours.meet(from, minutes)), None);
    }

    #[test]
    fn a_daily_schedule_meets_hours_of_one_day_a_week_once_a_week() {
        let hours = WeeklyHours::parse("sun:05:00-sun:05:30").unwrap();
        let met = starts("cron(0 1 * * ? *)", "UTC", 480).met(|from, minutes| hours.meet(from, minutes)).unwrap();
        assert_eq!((met.runs, met.of), (53, 366));
    }
}
