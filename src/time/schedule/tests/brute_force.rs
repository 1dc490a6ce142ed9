//! Every minute is asked whether the schedule runs, by the words of the documentation.

use super::*;
use jiff::civil::{Date, DateTime};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

type OnDate = Arc<dyn Fn(Date) -> bool + Send + Sync>;

/// What stands in a day field, and on which dates that is.
#[derive(Clone)]
struct Day {
    date: String,
    weekday: String,
    fits: OnDate,
}

impl std::fmt::Debug for Day {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} / {}", self.date, self.weekday)
    }
}

/// A list, a range (over the end too), steps, or all; with the values that it names.
fn field(low: i16, high: i16) -> impl Strategy<Value = (String, BTreeSet<i16>)> {
    let list = btree_set(low..=high, 1..5).prop_map(|values| {
        let text: Vec<String> = values.iter().map(ToString::to_string).collect();
        (text.join(","), values)
    });
    let range = (low..=high, low..=high).prop_map(move |(from, to)| {
        let inside = move |value: &i16| if from <= to { (from..=to).contains(value) } else { *value >= from || *value <= to };
        (format!("{from}-{to}"), (low..=high).filter(inside).collect())
    });
    let steps = (low..=high, 1..=high)
        .prop_map(move |(from, step)| (format!("{from}/{step}"), (from..=high).filter(|value| (value - from) % step == 0).collect()));
    let all = Just(("*".to_owned(), (low..=high).collect()));
    prop_oneof![list, range, steps, all]
}

fn weekday(date: Date) -> i16 {
    i16::from(date.weekday().to_sunday_zero_offset()) + 1
}

fn workday(date: Date) -> bool {
    ![1, 7].contains(&weekday(date))
}

fn month(date: Date) -> Vec<Date> {
    date.first_of_month().series(jiff::Span::new().days(1)).take_while(|day| day.month() == date.month()).collect()
}

fn of_month(text: String, fits: impl Fn(Date) -> bool + Send + Sync + 'static) -> Day {
    Day { date: text, weekday: "?".to_owned(), fits: Arc::new(fits) }
}

fn of_week(text: String, fits: impl Fn(Date) -> bool + Send + Sync + 'static) -> Day {
    Day { date: "?".to_owned(), weekday: text, fits: Arc::new(fits) }
}

fn day() -> impl Strategy<Value = Day> {
    let dates = field(1, 31).prop_map(|(text, values)| of_month(text, move |date| values.contains(&i16::from(date.day()))));
    let last = (0..10_usize).prop_map(|before| {
        let text = if before == 0 { "L".to_owned() } else { format!("L-{before}") };
        of_month(text, move |date| month(date).iter().rev().nth(before) == Some(&date))
    });
    let last_workday = Just(of_month("LW".to_owned(), |date| month(date).into_iter().filter(|day| workday(*day)).max() == Some(date)));
    let nearest = (1..=31_i8).prop_map(|day| {
        of_month(format!("{day}W"), move |date| {
            let Ok(wanted) = Date::new(date.year(), date.month(), day) else { return false };
            let distance = |day: &Date| (wanted.until(*day).map_or(99, |span| span.get_days().abs()), *day);
            month(date).into_iter().filter(|day| workday(*day)).min_by_key(distance) == Some(date)
        })
    });
    let weekdays = vec(1..=7_i16, 1..4).prop_map(|days| {
        let text: Vec<String> = days.iter().map(ToString::to_string).collect();
        of_week(text.join(","), move |date| days.contains(&weekday(date)))
    });
    let last_weekday = (1..=7_i16).prop_map(|day| {
        of_week(format!("{day}L"), move |date| {
            weekday(date) == day && month(date).iter().all(|other| *other <= date || weekday(*other) != day)
        })
    });
    let nth = (1..=7_i16, 1..=5_usize).prop_map(|(day, nth)| {
        of_week(format!("{day}#{nth}"), move |date| {
            month(date).into_iter().filter(|other| weekday(*other) == day).nth(nth - 1) == Some(date)
        })
    });
    prop_oneof![dates, last, last_workday, nearest, weekdays, last_weekday, nth]
}

/// Starts of ten days with a change of the clocks, or quiet ones.
fn stretch() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop_oneof![
        Just(("Europe/Berlin", "2026-03-24T12:34:56Z")),
        Just(("Europe/Berlin", "2026-10-20T12:34:56Z")),
        Just(("America/New_York", "2027-03-09T12:34:56Z")),
        Just(("America/New_York", "2026-10-27T12:34:56Z")),
        Just(("Australia/Lord_Howe", "2026-04-01T12:34:56Z")),
        Just(("Australia/Lord_Howe", "2026-09-28T12:34:56Z")),
        Just(("UTC", "2028-02-24T12:34:00Z")),
        Just(("UTC", "2026-12-27T12:34:00Z")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_runs_are_the_minutes_that_fit(
        minutes in field(0, 59), hours in field(0, 23), day in day(), months in field(1, 12), (name, after) in stretch(),
    ) {
        let expression = format!("cron({} {} {} {} {} *)", minutes.0, hours.0, day.date, months.0, day.weekday);
        let (schedule, zone, after) = (read(&expression, Service::Scheduler), zone(name), at(after));
        let end = after + SignedDuration::from_hours(240);

        let mut seen: BTreeSet<DateTime> = BTreeSet::new();
        let mut expected = Vec::new();
        // From well before, so that the first of two equal local times is seen.
        let mut minute = Timestamp::from_second((after.as_second() / 60 - 180) * 60).expect("it is in range");
        while minute <= end {
            let local = zone.time_zone().to_datetime(minute);
            let fits = minutes.1.contains(&i16::from(local.minute())) && hours.1.contains(&i16::from(local.hour()))
                && months.1.contains(&i16::from(local.month())) && (day.fits)(local.date());
            if fits && seen.insert(local) && minute > after {
                expected.push(minute);
            }
            minute += SignedDuration::from_mins(1);
        }
        let found: Vec<Timestamp> = schedule.runs(after, &zone).take_while(|run| *run <= end).collect();
        prop_assert_eq!(&found, &expected, "{} in {} after {}", expression, name, after);
    }

    #[test]
    fn the_longest_gap_is_that_of_the_runs(minutes in field(0, 59), hours in field(0, 23), day in day(), (name, after) in stretch()) {
        // Within two years, which is enough to meet both changes of the clocks and still quick to walk through.
        let expression = format!("cron({} {} {} * {} 2026-2027)", minutes.0, hours.0, day.date, day.weekday);
        let (schedule, zone, after) = (read(&expression, Service::Scheduler), zone(name), at(after));
        let runs: Vec<Timestamp> = schedule.runs(after, &zone).collect();
        let expected = runs.iter().zip(runs.iter().skip(1)).map(|(one, next)| next.duration_since(*one)).max();
        prop_assert_eq!(schedule.longest_gap(after, &zone), expected, "{} in {} after {}", expression, name, after);
    }

    #[test]
    fn a_calendar_is_that_of_the_runs(minutes in field(0, 59), hours in field(0, 23), day in day(), (name, after) in stretch(), days in 1..400_i64) {
        let expression = format!("cron({} {} {} * {} *)", minutes.0, hours.0, day.date, day.weekday);
        let (schedule, zone, after) = (read(&expression, Service::Scheduler), zone(name), at(after));
        let until = after + SignedDuration::from_hours(24 * days);
        let runs: Vec<Timestamp> = schedule.runs(after, &zone).take_while(|run| *run <= until).collect();
        let calendar = Calendar::of(&schedule, &zone, after, until, 7);
        prop_assert_eq!(calendar.count, u64::try_from(runs.len()).expect("they can be counted"), "{} in {}", expression, name);
        prop_assert_eq!(calendar.last, runs.last().copied());
        let expected = runs.iter().zip(runs.iter().skip(1)).map(|(one, next)| next.duration_since(*one)).max();
        prop_assert_eq!(calendar.longest.map(Gap::length), expected, "{} in {}", expression, name);
        prop_assert!(calendar.longest.is_none_or(|gap| runs.contains(&gap.from) && runs.contains(&gap.to)));
        prop_assert_eq!(calendar.first, runs.into_iter().take(7).collect::<Vec<_>>());
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,40}", inner in "[0-9A-Za-z*?/,#LW @-]{0,30}", service in 0..3_usize) {
        for expression in [text, format!("cron({inner})"), format!("rate({inner})"), format!("at({inner})")] {
            if let Err(problems) = Schedule::parse(&expression, ALL[service]) {
                prop_assert!(!problems.is_empty());
                for problem in problems {
                    prop_assert!(expression.get(problem.range.clone()).is_some(), "{:?} is no place in {:?}", problem, expression);
                }
            }
        }
    }
}
