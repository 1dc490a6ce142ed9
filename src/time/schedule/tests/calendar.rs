use super::*;

/// From a Saturday.
const NOW: &str = "2026-11-21T07:00:00Z";

/// Every row of the example tables: EventBridge's "Cron expressions reference" and "Rate expressions reference", Scheduler's "Schedule types",
/// the two of AWS Backup's `BackupRule` and its default, with what the page says it means.
#[test]
fn the_examples_of_the_documentation_run_when_it_says() {
    let examples: [(&str, &str, &[&str]); 14] = [
        ("cron(0 10 * * ? *)", "every day at 10:00 UTC", &["2026-11-21 10:00", "2026-11-22 10:00"]),
        ("cron(15 12 * * ? *)", "every day at 12:15 UTC", &["2026-11-21 12:15", "2026-11-22 12:15"]),
        ("cron(0 18 ? * MON-FRI *)", "every Monday to Friday at 18:00 UTC", &["2026-11-23 18:00", "2026-11-24 18:00"]),
        ("cron(0 8 1 * ? *)", "on the 1st of each month at 08:00 UTC", &["2026-12-01 08:00", "2027-01-01 08:00"]),
        ("cron(0/15 * * * ? *)", "every 15 minutes (UTC)", &["2026-11-21 07:15", "2026-11-21 07:30", "2026-11-21 07:45"]),
        ("cron(0/10 * ? * MON-FRI *)", "every Monday to Friday, every 10 minutes (UTC)", &["2026-11-23 00:00", "2026-11-23 00:10"]),
        (
            "cron(0/5 8-17 ? * MON-FRI *)",
            "every Monday to Friday, every 5 minutes in the hours 08 to 17 (UTC)",
            &["2026-11-23 08:00", "2026-11-23 08:05"],
        ),
        (
            // The page says that it starts on Monday morning from 00:00 to 02:30, so the hours go over the end and the days do not.
            "cron(0/30 20-2 ? * MON-FRI *)",
            "every Monday to Friday, every 30 minutes in the hours 00 to 02 and 20 to 23 (UTC)",
            &[
                "2026-11-23 00:00",
                "2026-11-23 00:30",
                "2026-11-23 01:00",
                "2026-11-23 01:30",
                "2026-11-23 02:00",
                "2026-11-23 02:30",
                "2026-11-23 20:00",
            ],
        ),
        ("cron(15 10 ? * 6L 2022-2023)", "on the last Friday of each month at 10:15 UTC in 2022 and 2023", &[]),
        ("cron(15 * ? * * *)", "at minute 15 of every hour (UTC)", &["2026-11-21 07:15", "2026-11-21 08:15"]),
        ("cron(0 12 * * ? *)", "every day at 12:00 UTC", &["2026-11-21 12:00"]),
        ("cron(0 5 ? * * *)", "every day at 05:00 UTC", &["2026-11-22 05:00", "2026-11-23 05:00"]),
        ("rate(5 minutes)", "every 5 minutes", &["2026-11-21 07:05", "2026-11-21 07:10"]),
        ("rate(1 hour)", "every hour", &["2026-11-21 08:00", "2026-11-21 09:00"]),
    ];
    for (expression, sentence, expected) in examples {
        let schedule = read(expression, Service::Scheduler);
        assert_eq!(schedule.sentence(&Zone::utc()), sentence, "{expression}");
        assert_eq!(runs(expression, NOW, "UTC", expected.len().max(1)), expected, "{expression}");
        assert!(Schedule::parse(expression, Service::Rule).is_ok(), "{expression}: rules take it too");
    }
    let last_fridays = ["2022-01-28 10:15", "2022-02-25 10:15", "2022-03-25 10:15"];
    assert_eq!(runs("cron(15 10 ? * 6L 2022-2023)", "2022-01-01T00:00:00Z", "UTC", 3), last_fridays);
    assert_eq!(runs("cron(15 10 ? * 6L 2022-2023)", "2022-01-01T00:00:00Z", "UTC", 99).len(), 24);
    assert_eq!(runs("rate(1 day)", NOW, "UTC", 1), ["2026-11-22 07:00"]);
    assert_eq!(runs("at(2027-01-31T05:00:00)", NOW, "Europe/Berlin", 9), ["2027-01-31 05:00 +01:00"]);
    assert_eq!(runs("at(2022-11-20T13:00:00)", NOW, "UTC", 9), Vec::<String>::new(), "it is over");
}

#[test]
fn the_wildcards_mean_what_the_documentation_says() {
    let cases: [(&str, &[&str]); 14] = [
        // 1/10: the 11th, 21st and 31st minute.
        ("cron(1/10 8 * * ? *)", &["2026-11-21 08:01", "2026-11-21 08:11", "2026-11-21 08:21"]),
        ("cron(*/20 8 * * ? *)", &["2026-11-21 08:00", "2026-11-21 08:20", "2026-11-21 08:40"]),
        ("cron(0 8-16/4 * * ? *)", &["2026-11-21 08:00", "2026-11-21 12:00", "2026-11-21 16:00"]),
        ("cron(0 0 1 JAN,MAR,DEC ? *)", &["2026-12-01 00:00", "2027-01-01 00:00", "2027-03-01 00:00"]),
        ("cron(0 0 L * ? *)", &["2026-11-30 00:00", "2026-12-31 00:00", "2027-01-31 00:00", "2027-02-28 00:00"]),
        // The 3rd of January 2027 is a Sunday, the 3rd of April a Saturday.
        ("cron(0 0 3W JAN,APR,MAY ? *)", &["2027-01-04 00:00", "2027-04-02 00:00", "2027-05-03 00:00"]),
        // Not into another month: the 1st of May 2027 is a Saturday, the 31st of January a Sunday.
        ("cron(0 0 1W MAY ? *)", &["2027-05-03 00:00"]),
        ("cron(0 0 31W JAN ? *)", &["2027-01-29 00:00"]),
        ("cron(0 0 LW * ? *)", &["2026-11-30 00:00", "2026-12-31 00:00", "2027-01-29 00:00"]),
        ("cron(0 0 L-2 FEB ? *)", &["2027-02-26 00:00", "2028-02-27 00:00"]),
        ("cron(0 0 ? * L *)", &["2026-11-28 00:00", "2026-12-05 00:00"]),
        ("cron(0 0 ? * 3#2 *)", &["2026-12-08 00:00", "2027-01-12 00:00"]),
        ("cron(0 0 ? * MON#5 *)", &["2026-11-30 00:00", "2027-03-29 00:00"]),
        ("cron(0 0 ? * FRI-MON *)", &["2026-11-22 00:00", "2026-11-23 00:00", "2026-11-27 00:00", "2026-11-28 00:00"]),
    ];
    for (expression, expected) in cases {
        assert_eq!(runs(expression, NOW, "UTC", expected.len()), expected, "{expression}");
    }
}

#[test]
fn a_local_time_that_the_clocks_skip_is_skipped_that_day() {
    let nightly = "cron(30 2 * * ? *)";
    let expected = ["2026-03-28 02:30 +01:00", "2026-03-30 02:30 +02:00"];
    assert_eq!(runs(nightly, "2026-03-28T00:00:00Z", "Europe/Berlin", 2), expected);
    let expected = ["2026-03-07 02:30 -05:00", "2026-03-09 02:30 -04:00"];
    assert_eq!(runs(nightly, "2026-03-07T05:00:00Z", "America/New_York", 2), expected);
    // Half an hour is skipped there, so 02:15 does not exist and 02:30 does.
    let expected = ["2026-10-03 02:15 +10:30", "2026-10-05 02:15 +11:00"];
    assert_eq!(runs("cron(15 2 * * ? *)", "2026-10-02T13:30:00Z", "Australia/Lord_Howe", 2), expected);
    let expected = ["2026-10-03 02:30 +10:30", "2026-10-04 02:30 +11:00"];
    assert_eq!(runs(nightly, "2026-10-02T15:59:59Z", "Australia/Lord_Howe", 2), expected);
    assert_eq!(runs("at(2026-03-29T02:30:00)", "2026-01-01T00:00:00Z", "Europe/Berlin", 1), Vec::<String>::new());
}

#[test]
fn a_run_that_the_clocks_skip_is_found_a_year_ahead() {
    let skipped = |expression: &str, after: &str, name: &str| {
        let (local, next) = read(expression, Service::Scheduler).skipped(at(after), &zone(name))?;
        Some(format!("{}, then {}", local.strftime("%Y-%m-%d %H:%M"), next.strftime("%Y-%m-%d %H:%M %:z")))
    };
    let nightly = |name: &str| skipped("cron(30 2 * * ? *)", NOW, name);
    assert_eq!(nightly("America/New_York").as_deref(), Some("2027-03-14 02:30, then 2027-03-15 02:30 -04:00"));
    assert_eq!(nightly("Europe/Berlin").as_deref(), Some("2027-03-28 02:30, then 2027-03-29 02:30 +02:00"));
    assert_eq!(nightly("Australia/Lord_Howe"), None, "there half an hour is skipped, from 02:00");
    assert_eq!(nightly("UTC"), None);
    assert_eq!(nightly("Asia/Kolkata"), None);
    let in_new_york = |expression: &str| skipped(expression, NOW, "America/New_York");
    assert_eq!(in_new_york("cron(30 3 * * ? *)"), None);
    assert_eq!(in_new_york("cron(30 * * * ? *)"), None, "an hourly run is none too few: 01:30 and 03:30 are one hour apart");
    assert_eq!(in_new_york("cron(0 2/4 * * ? *)").as_deref(), Some("2027-03-14 02:00, then 2027-03-14 06:00 -04:00"));
    assert_eq!(in_new_york("cron(30 2 ? * SUN *)").as_deref(), Some("2027-03-14 02:30, then 2027-03-21 02:30 -04:00"));
    assert_eq!(in_new_york("cron(30 2 ? * MON *)"), None, "clocks change on Sundays");
    assert_eq!(in_new_york("rate(1 day)"), None);
}

#[test]
fn a_local_time_that_comes_twice_runs_once() {
    let nightly = "cron(30 2 * * ? *)";
    let expected = ["2026-10-25 02:30 +02:00", "2026-10-26 02:30 +01:00"];
    assert_eq!(runs(nightly, "2026-10-24T12:00:00Z", "Europe/Berlin", 2), expected);
    assert_eq!(
        runs(nightly, "2026-10-25T00:40:00Z", "Europe/Berlin", 1),
        ["2026-10-26 02:30 +01:00"],
        "between the first and the second 02:30"
    );
    let expected = ["2026-11-01 01:30 -04:00", "2026-11-02 01:30 -05:00"];
    assert_eq!(runs("cron(30 1 * * ? *)", "2026-10-31T12:00:00Z", "America/New_York", 2), expected);
    let expected = ["2026-04-05 01:45 +11:00", "2026-04-06 01:45 +10:30"];
    assert_eq!(runs("cron(45 1 * * ? *)", "2026-04-04T12:00:00Z", "Australia/Lord_Howe", 2), expected);
}

#[test]
fn sparse_schedules_are_found_and_impossible_ones_end() {
    assert_eq!(runs("cron(0 0 29 2 ? 2096)", "2026-01-01T00:00:00Z", "UTC", 9), ["2096-02-29 00:00"]);
    assert_eq!(
        runs("cron(0 0 29 2 ? *)", "2095-01-01T00:00:00Z", "UTC", 2),
        ["2096-02-29 00:00", "2104-02-29 00:00"],
        "2100 is no leap year"
    );
    assert_eq!(runs("cron(0 0 31 12 ? *)", "2199-12-31T00:00:00Z", "UTC", 1), Vec::<String>::new(), "AWS's years end with 2199");
    for never in ["cron(0 0 31 2 ? *)", "cron(0 0 30 FEB ? *)", "cron(0 0 31 4,6,9,11 ? *)", "cron(0 0 29 2 ? 2100)"] {
        let schedule = read(never, Service::Backup);
        assert!(schedule.never_runs(), "{never}");
        assert_eq!(schedule.sentence(&Zone::utc()), "never");
        assert_eq!(schedule.longest_gap(at(NOW), &Zone::utc()), None);
        assert_eq!(schedule.remarks().len(), 1, "{never}");
    }
    assert!(!read("cron(0 0 29 2 ? *)", Service::Backup).never_runs());
}

#[test]
fn the_longest_gap_counts_leap_years_and_clock_changes() {
    let hours = |expression: &str, name: &str| {
        let gap = read(expression, Service::Scheduler).longest_gap(at(NOW), &zone(name));
        gap.map(|gap| (gap.as_mins() / 60, gap.as_mins() % 60))
    };
    assert_eq!(hours("cron(0 2 * * ? *)", "UTC"), Some((24, 0)));
    assert_eq!(hours("cron(0 2 * * ? *)", "Europe/Berlin"), Some((47, 0)), "02:00 does not exist on a day in March that is an hour short");
    assert_eq!(hours("cron(0 4 * * ? *)", "Europe/Berlin"), Some((25, 0)), "in October");
    assert_eq!(hours("cron(0 * * * ? *)", "Europe/Berlin"), Some((2, 0)), "the repeated hour runs once");
    assert_eq!(hours("cron(0 6,9,18 * * ? *)", "UTC"), Some((12, 0)));
    assert_eq!(hours("cron(0/15 8-17 ? * MON-FRI *)", "UTC"), Some((62, 15)), "from Friday 17:45 to Monday 08:00");
    assert_eq!(hours("cron(0 3 ? * SUN *)", "UTC"), Some((168, 0)));
    assert_eq!(hours("cron(0 4 1 * ? *)", "UTC"), Some((31 * 24, 0)));
    assert_eq!(hours("cron(0 4 1 JAN ? *)", "UTC"), Some((366 * 24, 0)));
    assert_eq!(
        hours("cron(0 4 31 * ? *)", "UTC"),
        Some((61 * 24, 0)),
        "months without a 31st are left out: from the 31st of March to that of May"
    );
    assert_eq!(hours("cron(0 0 29 2 ? *)", "UTC"), Some((1461 * 24, 0)));
    assert_eq!(hours("rate(12 hours)", "UTC"), Some((12, 0)));
    assert_eq!(hours("at(2027-01-01T00:00:00)", "UTC"), None);
}

#[test]
fn sentences_say_days_times_and_zone() {
    let say = |expression: &str, name: &str| read(expression, Service::Scheduler).sentence(&zone(name));
    let cases = [
        ("cron(0 2 * * ? *)", "Etc/UTC", "every day at 02:00 UTC"),
        ("cron(0 3 ? * SUN *)", "Europe/Berlin", "every Sunday at 03:00 Europe/Berlin"),
        ("cron(0 4 1 * ? *)", "UTC", "on the 1st of each month at 04:00 UTC"),
        ("cron(0 4 1,15 * ? *)", "UTC", "on the 1st and 15th of each month at 04:00 UTC"),
        ("cron(0 4 1 JAN ? *)", "UTC", "on the 1st of January at 04:00 UTC"),
        ("cron(30 4 L 3/3 ? *)", "UTC", "on the last day of March, June, September and December at 04:30 UTC"),
        ("cron(0 4,16 ? * TUE,THU *)", "UTC", "every Tuesday and Thursday at 04:00 and 16:00 UTC"),
        ("cron(0 0/12 * * ? *)", "UTC", "every day at 00:00 and 12:00 UTC"),
        ("cron(0 0/2 * * ? *)", "UTC", "every 2 hours from 00:00 (UTC)"),
        ("cron(0 * * * ? *)", "UTC", "on every full hour (UTC)"),
        ("cron(* * * * ? *)", "UTC", "every minute (UTC)"),
        ("cron(0 4 15W * ? *)", "UTC", "on the Monday to Friday nearest to the 15th of each month at 04:00 UTC"),
        ("cron(0 4 ? * TUE#2 2027)", "UTC", "on the 2nd Tuesday of each month at 04:00 UTC in 2027"),
        ("cron(0 4 ? JUN-AUG MON *)", "UTC", "every Monday in June to August at 04:00 UTC"),
        ("rate(7 days)", "UTC", "every 7 days"),
        ("at(2027-01-31T05:00:00)", "UTC", "once, on 2027-01-31 at 05:00:00 UTC"),
    ];
    for (expression, name, sentence) in cases {
        assert_eq!(say(expression, name), sentence, "{expression}");
    }
}

#[test]
fn the_canonical_form_evens_out_case_and_space_and_nothing_else() {
    for service in ALL {
        let canonical = |expression: &str| read(expression, service).canonical().to_owned();
        assert_eq!(canonical("cron( 0   5 ? jan-Mar mon#1 * )"), "cron(0 5 ? JAN-MAR MON#1 *)");
        assert_eq!(canonical("cron(0 5 ? * * *)"), "cron(0 5 ? * * *)");
        assert_ne!(canonical("cron(0 5 ? * * *)"), canonical("cron(0 5 * * ? *)"), "AWS echoes what it was sent");
    }
    assert_eq!(read("rate( 5  minutes )", Service::Rule).canonical(), "rate(5 minutes)");
}

/// What a schedule does, from three hours after the first midnight on: `count first last longest`.
fn counted(expression: &str, name: &str, after: &str, days: i64) -> String {
    let (schedule, zone, after) = (read(expression, Service::Scheduler), zone(name), at(after));
    let calendar = Calendar::of(&schedule, &zone, after, after + SignedDuration::from_hours(24 * days), 1);
    let (first, last) = (calendar.first.first(), calendar.last);
    let said = |at: Option<&Timestamp>| at.map_or_else(|| "-".to_owned(), ToString::to_string);
    let longest = calendar.longest.map(|gap| crate::time::say_length(gap.length())).unwrap_or_default();
    format!("{} {} {} {longest}", calendar.count, said(first), said(last.as_ref()))
}

#[test]
fn a_calendar_counts_years_of_minutes_without_walking_through_them() {
    let ten_years = counted("cron(* * * * ? *)", "Europe/Berlin", "2027-01-01T00:00:00Z", 3660);
    // Each year loses an hour in March, and counts the hour that comes twice in October once.
    let minutes = 3660 * 24 * 60 - 10 * 60;
    assert_eq!(ten_years, format!("{minutes} 2027-01-01T00:01:00Z 2037-01-08T00:00:00Z 1h 1m"));
    assert_eq!(counted("rate(1 minute)", "UTC", "2027-01-01T00:00:00Z", 3660), "5270400 2027-01-01T00:01:00Z 2037-01-08T00:00:00Z 1m");
    assert_eq!(counted("rate(7 days)", "UTC", "2027-01-01T00:00:00Z", 6), "0 - - ");
    assert_eq!(counted("rate(7 days)", "UTC", "2027-01-01T00:00:00Z", 7), "1 2027-01-08T00:00:00Z 2027-01-08T00:00:00Z ");
    assert_eq!(counted("at(2027-01-02T00:00:00)", "UTC", "2027-01-01T00:00:00Z", 2), "1 2027-01-02T00:00:00Z 2027-01-02T00:00:00Z ");
    assert_eq!(counted("cron(0 0 31 2 ? *)", "UTC", "2027-01-01T00:00:00Z", 3660), "0 - - ");
}

#[test]
fn a_calendar_says_what_the_clocks_skip_and_repeat() {
    let clocks = |expression: &str, after: &str| -> Vec<String> {
        let after = at(after);
        let calendar =
            Calendar::of(&read(expression, Service::Backup), &zone("Europe/Berlin"), after, after + SignedDuration::from_hours(48), 9);
        calendar.clocks.iter().map(|change| format!("{:?} {} x{}", change.what, change.local, change.runs)).collect()
    };
    assert_eq!(clocks("cron(30 2 * * ? *)", "2027-03-27T12:00:00Z"), ["Skip 2027-03-28T02:30:00 x1"]);
    assert_eq!(clocks("cron(30 2 * * ? *)", "2026-10-24T12:00:00Z"), ["Repeat 2026-10-25T02:30:00 x1"]);
    assert_eq!(clocks("cron(30 3 * * ? *)", "2027-03-27T12:00:00Z"), [""; 0]);
    assert_eq!(clocks("cron(30 2 * * ? *)", "2027-03-28T12:00:00Z"), [""; 0], "it is past");
}
