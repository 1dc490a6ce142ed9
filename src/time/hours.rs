//! The hours that a database keeps free each day for its backup and each week for its maintenance, always in UTC.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::fmt;

const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;
const WEEK: u32 = 7 * DAY;

/// The shortest hours that RDS takes, in minutes.
///
/// Source: RDS API reference, `ModifyDBInstance`: "must be at least 30 minutes".
const SHORTEST: u32 = 30;

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// Some hours of each day: `03:00-03:30`. They may end on the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DailyHours {
    /// Minutes since midnight.
    from: u32,
    /// Minutes.
    length: u32,
}

/// Some hours of each week: `sun:05:00-sun:05:30`. They may end in the next week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeeklyHours {
    /// Minutes since Monday's midnight.
    from: u32,
    /// Minutes.
    length: u32,
}

impl DailyHours {
    /// Reads `hh:mm-hh:mm`.
    ///
    /// # Errors
    ///
    /// The rule that was broken, as the end of a sentence that starts with the setting's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = || format!("must be two times of day in UTC such as \"03:00-04:00\", found \"{text}\"");
        let (from, to) = text.trim().split_once('-').ok_or_else(form)?;
        let (from, to) = (time(from).ok_or_else(form)?, time(to).ok_or_else(form)?);
        let length = after(from, to, DAY);
        long_enough(length, text)?;
        Ok(Self { from, length })
    }

    /// How long they are, in minutes.
    pub fn minutes(self) -> u32 {
        self.length
    }

    /// When they begin, as a schedule expression in UTC.
    pub fn begin(self) -> String {
        format!("cron({} {} * * ? *)", self.from % HOUR, self.from / HOUR)
    }

    /// The same hours, begun so many minutes earlier.
    #[must_use]
    pub fn earlier(self, minutes: u32) -> Self {
        Self { from: after(minutes, self.from, DAY), length: self.length.saturating_add(minutes) }
    }

    /// Whether a stretch of so many minutes from an instant on shares any time with them.
    pub fn meet(self, from: Timestamp, minutes: u32) -> bool {
        meet((minute_of_week(from), minutes), (self.from, self.length), DAY)
    }

    /// When they began last, at `now` at the latest.
    pub fn last(self, now: Timestamp) -> Timestamp {
        let since = after(self.from, minute_of_week(now) % DAY, DAY);
        now.checked_sub(SignedDuration::from_mins(i64::from(since)) + since_minute(now)).unwrap_or(Timestamp::MIN)
    }

    /// Whether the two ever meet. Where one ends as the other begins they do not.
    pub fn overlaps(self, weekly: WeeklyHours) -> bool {
        (0..7).map(|day| day * DAY + self.from).any(|from| {
            // Each begins while the other lasts, or neither does.
            after(from, weekly.from, WEEK) < self.length || after(weekly.from, from, WEEK) < weekly.length
        })
    }
}

impl WeeklyHours {
    /// Reads `ddd:hh:mm-ddd:hh:mm`.
    ///
    /// # Errors
    ///
    /// The rule that was broken, as the end of a sentence that starts with the setting's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = || format!("must be two days and times in UTC such as \"sun:05:00-sun:06:00\", found \"{text}\"");
        let (from, to) = text.trim().split_once('-').ok_or_else(form)?;
        let (from, to) = (moment(from).ok_or_else(form)?, moment(to).ok_or_else(form)?);
        let length = after(from, to, WEEK);
        long_enough(length, text)?;
        Ok(Self { from, length })
    }

    /// The same hours, begun so many minutes earlier.
    #[must_use]
    pub fn earlier(self, minutes: u32) -> Self {
        Self { from: after(minutes, self.from, WEEK), length: self.length.saturating_add(minutes) }
    }

    /// Whether a stretch of so many minutes from an instant on shares any time with them.
    pub fn meet(self, from: Timestamp, minutes: u32) -> bool {
        meet((minute_of_week(from), minutes), (self.from, self.length), WEEK)
    }

    /// When they begin next, later than `now`.
    pub fn next(self, now: Timestamp) -> Timestamp {
        let wait = match after(minute_of_week(now), self.from, WEEK) {
            // They began within this minute, or begin with it.
            0 => WEEK,
            wait => wait,
        };
        let wait = SignedDuration::from_mins(i64::from(wait)) - since_minute(now);
        now.checked_add(wait).unwrap_or(Timestamp::MAX)
    }
}

impl fmt::Display for DailyHours {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let to = (self.from + self.length) % DAY;
        write!(out, "{:02}:{:02}-{:02}:{:02}", self.from / HOUR, self.from % HOUR, to / HOUR, to % HOUR)
    }
}

impl fmt::Display for WeeklyHours {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, before) in [(self.from, ""), ((self.from + self.length) % WEEK, "-")] {
            let (name, _) = usize::try_from(at / DAY).ok().and_then(|day| DAYS.get(day)).copied().unwrap_or(DAYS[0]);
            write!(out, "{before}{name}:{:02}:{:02}", at % DAY / HOUR, at % HOUR)?;
        }
        Ok(())
    }
}

/// How many minutes `to` lies after `from`, on a dial of so many.
fn after(from: u32, to: u32, dial: u32) -> u32 {
    (to + dial - from % dial) % dial
}

/// Minutes since Monday's midnight in UTC.
fn minute_of_week(at: Timestamp) -> u32 {
    let here = at.to_zoned(TimeZone::UTC);
    let day = u32::from(here.weekday().to_monday_zero_offset().unsigned_abs());
    day * DAY + u32::from(here.hour().unsigned_abs()) * HOUR + u32::from(here.minute().unsigned_abs())
}

/// How much of its minute has passed.
fn since_minute(at: Timestamp) -> SignedDuration {
    let here = at.to_zoned(TimeZone::UTC);
    SignedDuration::from_nanos(i64::from(here.second()) * 1_000_000_000 + i64::from(here.subsec_nanosecond()))
}

/// Whether two stretches, each with where it begins and how long it is, share any time on a dial: one begins while the other lasts.
fn meet(one: (u32, u32), other: (u32, u32), dial: u32) -> bool {
    after(one.0, other.0, dial) < one.1 || after(other.0, one.0, dial) < other.1
}

fn long_enough(length: u32, text: &str) -> Result<(), String> {
    if length < SHORTEST {
        return Err(format!("must be at least {SHORTEST} minutes long, found {length} in \"{text}\""));
    }
    Ok(())
}

/// `hh:mm` in minutes since midnight.
fn time(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str, most: u32| {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|number| digits && *number < most)
    };
    Some(number(hour, 24)? * HOUR + number(minute, 60)?)
}

/// `ddd:hh:mm` in minutes since Monday's midnight.
fn moment(text: &str) -> Option<u32> {
    let (day, rest) = text.split_once(':')?;
    let (_, weekday) = DAYS.iter().find(|(name, _)| name.eq_ignore_ascii_case(day))?;
    Some(u32::from(weekday.to_monday_zero_offset().unsigned_abs()) * DAY + time(rest)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_written_as_aws_writes_them() {
        assert_eq!(DailyHours::parse("3:00-4:30").unwrap().to_string(), "03:00-04:30");
        assert_eq!(DailyHours::parse("23:45-00:15").unwrap().to_string(), "23:45-00:15");
        assert_eq!(WeeklyHours::parse("Sun:23:30-Mon:00:30").unwrap().to_string(), "sun:23:30-mon:00:30");
    }

    #[test]
    fn what_is_wrong_with_them_is_said() {
        let said = |text: &str| DailyHours::parse(text).unwrap_err();
        assert_eq!(said("03:00"), "must be two times of day in UTC such as \"03:00-04:00\", found \"03:00\"");
        assert_eq!(said("03:00-03:20"), "must be at least 30 minutes long, found 20 in \"03:00-03:20\"");
        for wrong in ["24:00-01:00", "03:60-04:00", "+3:00-04:00", "003:00-04:00", "", "-", "03:00-03:00"] {
            assert!(DailyHours::parse(wrong).is_err(), "{wrong}");
        }
        for wrong in ["05:00-06:00", "son:05:00-sun:06:00", "sun:05:00-sun:05:10"] {
            assert!(WeeklyHours::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn they_overlap_across_midnight_and_across_the_week() {
        let meet = |daily: &str, weekly: &str| DailyHours::parse(daily).unwrap().overlaps(WeeklyHours::parse(weekly).unwrap());
        assert!(meet("04:00-05:00", "wed:04:30-wed:05:30") && meet("04:00-05:00", "wed:03:30-wed:04:30"));
        assert!(!meet("04:00-05:00", "wed:05:00-wed:05:30") && !meet("04:00-05:00", "wed:03:00-wed:04:00"));
        assert!(meet("23:30-00:30", "mon:00:00-mon:00:30") && meet("00:00-00:30", "sun:23:45-mon:00:15"));
        assert!(meet("00:00-00:30", "tue:12:00-wed:12:00"));
    }

    #[test]
    fn what_starts_before_them_meets_them_when_it_lasts_long_enough() {
        let daily = DailyHours::parse("00:15-00:45").unwrap().earlier(60);
        assert_eq!(daily.to_string(), "23:15-00:45");
        let meets = |from: &str, minutes: u32| daily.meet(from.parse().unwrap(), minutes);
        assert!(meets("2026-11-21T22:16:00Z", 60) && meets("2026-11-21T23:59:00Z", 60) && meets("2026-11-21T00:44:00Z", 60));
        assert!(!meets("2026-11-21T22:15:00Z", 60) && !meets("2026-11-21T00:45:00Z", 60));
        assert!(meets("2026-11-21T01:00:00Z", 480 * 3));
        let weekly = WeeklyHours::parse("mon:00:15-mon:00:45").unwrap().earlier(60);
        assert_eq!(weekly.to_string(), "sun:23:15-mon:00:45");
        let meets = |from: &str| weekly.meet(from.parse().unwrap(), 60);
        // A Sunday and the days beside it.
        assert!(meets("2026-11-22T23:00:00Z") && meets("2026-11-23T00:30:00Z"));
        assert!(!meets("2026-11-21T23:30:00Z") && !meets("2026-11-23T23:30:00Z"));
    }

    #[test]
    fn hours_of_a_day_began_today_or_yesterday() {
        let hours = DailyHours::parse("03:05-03:35").unwrap();
        let last = |now: &str| hours.last(now.parse().unwrap()).to_string();
        assert_eq!(last("2026-11-21T12:00:07.5Z"), "2026-11-21T03:05:00Z");
        assert_eq!(last("2026-11-21T03:05:00Z"), "2026-11-21T03:05:00Z");
        assert_eq!(last("2026-11-21T03:04:59Z"), "2026-11-20T03:05:00Z");
    }

    #[test]
    fn the_next_ones_begin_after_now() {
        let hours = WeeklyHours::parse("sun:05:00-sun:05:30").unwrap();
        let next = |now: &str| hours.next(now.parse().unwrap()).to_string();
        // A Saturday.
        assert_eq!(next("2026-11-21T12:34:56.5Z"), "2026-11-22T05:00:00Z");
        assert_eq!(next("2026-11-22T05:00:00Z"), "2026-11-29T05:00:00Z");
        assert_eq!(next("2026-11-22T04:59:59Z"), "2026-11-22T05:00:00Z");
    }
}
