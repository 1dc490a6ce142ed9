//! What the documentation implies, by hand; and plans that are played through with jobs that start and end when they like.

use super::*;
use crate::time::Service;
use proptest::prelude::*;

const NOW: &str = "2027-01-01T00:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().expect("the instant is right")
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

fn rule(name: &str, schedule: &str, start_window: u32, completion_minutes: i64, delete_after: u32) -> Rule {
    Rule {
        name: name.to_owned(),
        schedule: Schedule::parse(schedule, Service::Backup).expect("the expression is right"),
        zone: Zone::utc(),
        start_window,
        completion: Lag::Within(SignedDuration::from_mins(completion_minutes), "completion window".to_owned()),
        delete_after: Some(delete_after),
        cold_after: None,
    }
}

fn plan(rules: &[Rule]) -> Mechanism {
    Mechanism::Scheduled { rules: rules.to_vec(), one_at_a_time: true }
}

fn derivation(mechanism: &Mechanism) -> String {
    match mechanism.loss(at(NOW)) {
        Loss::AtMost(bound) => {
            let sum = bound.steps.iter().fold(SignedDuration::ZERO, |sum, step| sum + step.adds);
            assert_eq!(sum, bound.worst, "the steps add up");
            bound.derivation()
        }
        Loss::Unprovable(reasons) => format!("unprovable: {}", reasons.join("; ")),
        Loss::Everything => "everything".to_owned(),
    }
}

#[test]
fn a_daily_backup_can_lose_more_than_a_day() {
    let daily = rule("daily", "cron(0 2 * * ? *)", 60, 180, 35);
    let expected = "longest time between two runs of \"daily\" 24h + start window 1h + completion window 3h = 28h";
    assert_eq!(derivation(&plan(std::slice::from_ref(&daily))), expected);
    let in_berlin = Rule { zone: Zone::named("Europe/Berlin").expect("it is one"), ..daily.clone() };
    // 02:00 is skipped on the last Sunday of March, which is an hour short.
    let expected = "longest time between two runs of \"daily\" 47h + start window 1h + completion window 3h = 51h";
    assert_eq!(derivation(&plan(std::slice::from_ref(&in_berlin))), expected);
    let at_once = Rule { start_window: 0, completion: Lag::Within(SignedDuration::ZERO, String::new()), ..daily };
    assert_eq!(derivation(&plan(&[at_once])), "longest time between two runs of \"daily\" 24h = 24h");
}

#[test]
fn the_windows_that_aws_sets_are_weeks() {
    let default = rule("daily", "cron(0 5 ? * * *)", 480, 10_080, 35);
    let Loss::AtMost(bound) = plan(std::slice::from_ref(&default)).loss(at(NOW)) else { panic!("it is promised") };
    // A job of a week holds up those of the week; the next one that starts may take a week too.
    assert_eq!(bound.worst, hours(24 + 2 * 168));
    assert_eq!(bound.between_starts, hours(24 + 8));
    assert_eq!(bound.notes.len(), 1);
    let not_held_up = Mechanism::Scheduled { rules: vec![default], one_at_a_time: false };
    let expected = "longest time between two runs of \"daily\" 24h + start window 8h + completion window 7d = 8d 8h";
    assert_eq!(derivation(&not_held_up), expected);
}

#[test]
fn a_daily_rule_takes_hourly_backups_away() {
    let hourly = rule("hourly", "cron(0 * * * ? *)", 60, 30, 1);
    let alone = "longest time between two runs of \"hourly\" 1h + start window 1h + completion window 30m = 2h 30m";
    assert_eq!(derivation(&plan(std::slice::from_ref(&hourly))), alone);
    // Its start window of 8 hours drops the hourly ones from 05:00 to 12:00: after 04:00 only the daily one is left, which may start at 13:00.
    let daily = rule("daily", "cron(0 5 * * ? *)", 480, 30, 35);
    let expected = "longest time between two runs \"hourly\" and \"daily\" 1h + start window 8h + completion window 30m = 9h 30m";
    assert_eq!(derivation(&plan(&[hourly.clone(), daily])), expected);
    // Kept for a shorter time, it is the daily one that is dropped.
    let shorter = Rule { delete_after: Some(1), ..rule("daily", "cron(0 5 * * ? *)", 60, 30, 1) };
    let longer = Rule { delete_after: Some(7), ..hourly };
    assert_eq!(derivation(&plan(&[longer, shorter])), alone);
}

#[test]
fn of_rules_that_keep_equally_long_the_worse_is_counted() {
    let early = rule("early", "cron(0 1 * * ? *)", 120, 30, 7);
    let late = rule("late", "cron(0 2 * * ? *)", 60, 30, 7);
    let Loss::AtMost(bound) = plan(&[early, late]).loss(at(NOW)) else { panic!("it is promised") };
    // Only `early` is made: 24h + 2h + 30m; only `late`: 24h + 1h + 30m.
    assert_eq!(bound.worst, SignedDuration::from_mins(26 * 60 + 30));
    assert_eq!(bound.notes.len(), 1);
}

#[test]
fn what_nobody_promises_has_no_number() {
    let copy = Mechanism::Copied {
        of: Box::new(plan(&[rule("daily", "cron(0 2 * * ? *)", 60, 180, 35)])),
        to: Place { other_region: true, other_account: false },
        lag: Lag::of_copies(),
    };
    assert_eq!(derivation(&copy), "unprovable: AWS Backup promises no time within which a copy is made");
    let place = Place { other_region: true, other_account: true };
    let replicated = |has_time_control| Mechanism::Replicated { to: place, lag: Lag::of_objects(has_time_control) };
    assert_eq!(derivation(&replicated(true)), "Replication Time Control, for 99.9% of objects 15m = 15m");
    assert_eq!(derivation(&replicated(false)), "unprovable: S3 promises no time for replication without Replication Time Control");
    let snapshots = Rule {
        completion: Lag::Unpromised("nobody says when a snapshot is done".to_owned()),
        ..rule("dlm", "cron(0 2 * * ? *)", 60, 0, 7)
    };
    assert_eq!(derivation(&plan(&[snapshots])), "unprovable: nobody says when a snapshot is done");
    let once = Rule {
        schedule: Schedule::parse("cron(0 2 1 1 ? 2028)", Service::Backup).expect("it is one"),
        ..rule("once", "cron(0 2 * * ? *)", 60, 60, 7)
    };
    assert_eq!(derivation(&plan(&[once])), "unprovable: there are no two recovery points between which a time could be told");
    assert_eq!(derivation(&plan(&[])), "unprovable: there are no two recovery points between which a time could be told");
}

#[test]
fn each_place_has_a_loss_of_its_own() {
    let daily = plan(&[rule("daily", "cron(0 2 * * ? *)", 60, 180, 35)]);
    let far = Place { other_region: true, other_account: false };
    let within = Lag::Within(hours(2), "copy".to_owned());
    let copy = |lag: &Lag| Mechanism::Copied { of: Box::new(daily.clone()), to: far, lag: lag.clone() };
    let pitr = Mechanism::Continuous { lag: Lag::of_tables() };
    let worst = |loss: &Loss| match loss {
        Loss::AtMost(bound) => say_length(bound.worst),
        Loss::Unprovable(_) => "unprovable".to_owned(),
        Loss::Everything => "everything".to_owned(),
    };
    let said = |mechanisms: &[Mechanism]| {
        let found = effective(mechanisms, at(NOW));
        [&found.here, &found.other_region, &found.other_account].map(worst).join(" ")
    };
    assert_eq!(said(&[]), "everything everything everything");
    assert_eq!(said(std::slice::from_ref(&pitr)), "5m everything everything");
    assert_eq!(said(&[pitr.clone(), daily.clone(), copy(&within)]), "5m 30h everything");
    assert_eq!(said(&[daily.clone(), copy(&Lag::of_copies())]), "28h unprovable everything");
    assert_eq!(said(&[copy(&Lag::of_copies()), copy(&within)]), "everything 30h everything");
    let further = Mechanism::Copied { of: Box::new(copy(&within)), to: Place { other_region: false, other_account: true }, lag: within };
    assert_eq!(said(&[further]), "everything 32h 32h");
}

#[test]
fn a_ladder_has_the_rungs_that_there_surely_are() {
    let said = |rules: &[Rule]| -> Vec<String> {
        let rungs = ladder(rules, at(NOW)).expect("they can be compared");
        let length = |length: Option<SignedDuration>| length.map_or_else(|| "none".to_owned(), say_length);
        rungs
            .iter()
            .map(|rung| format!("{} every {} for {:?}, surely {}", rung.rule, length(rung.apart), rung.days, length(rung.surely)))
            .collect()
    };
    let daily = rule("daily", "cron(0 2 * * ? *)", 60, 180, 35);
    let monthly = rule("monthly", "cron(0 12 1 * ? *)", 60, 180, 365);
    let expected = ["daily every 25h for Some(35), surely 33d 23h", "monthly every 31d 1h for Some(365), surely 333d 23h"];
    assert_eq!(said(&[monthly.clone(), daily.clone()]), expected);
    // Weekly and kept for a week: for an hour there may be none.
    let weekly = rule("weekly", "cron(0 2 ? * SUN *)", 60, 180, 7);
    assert_eq!(said(std::slice::from_ref(&weekly)), ["weekly every 7d 1h for Some(7), surely none"]);
    // Swallowed by the daily one on its day, and covered by it in any case.
    assert_eq!(said(&[weekly, daily.clone()]), ["daily every 25h for Some(35), surely 33d 23h"]);
    let for_ever = Rule { delete_after: None, ..monthly };
    assert_eq!(said(&[for_ever, daily.clone()]).last().map(String::as_str), Some("monthly every 31d 1h for None, surely none"));
    assert_eq!(said(&[daily.clone(), daily]).len(), 0, "of two that are the same AWS may drop either");
}

#[test]
fn what_is_cold_stays_for_its_days() {
    let monthly = |delete_after| Rule { cold_after: Some(30), ..rule("monthly", "cron(0 12 1 * ? *)", 60, 180, delete_after) };
    let refused = "rule \"monthly\" deletes within 90 days after the move to cold storage, which AWS refuses";
    assert_eq!(ladder(&[monthly(119)], at(NOW)), Err(refused.to_owned()));
    let rungs = ladder(&[monthly(120)], at(NOW)).expect("AWS takes it");
    assert_eq!(rungs.iter().map(|rung| (rung.days, rung.cold_after)).collect::<Vec<_>>(), [(Some(120), Some(30))]);
}

/// Which plan is played through.
fn played() -> impl Strategy<Value = (Vec<Rule>, bool)> {
    let schedules = [
        "cron(0 * * * ? *)",
        "cron(0 0/4 * * ? *)",
        "cron(0 2 * * ? *)",
        "cron(30 1,14 * * ? *)",
        "cron(0 3 ? * SUN,WED *)",
        "cron(45 23 L * ? *)",
    ];
    let zones = ["UTC", "Europe/Berlin", "America/New_York"];
    let rule = (0..schedules.len(), 0..zones.len(), 60..600_u32, 0..4_000_i64, 1..5_u32).prop_map(
        move |(schedule, zone, window, completion, days)| Rule {
            zone: Zone::named(zones[zone]).expect("it is one"),
            ..rule(&format!("{schedule} {zone} {days}"), schedules[schedule], window, completion, days)
        },
    );
    (proptest::collection::vec(rule, 1..4), any::<bool>())
}

/// The most that is lost when each job starts and ends as `dice` say, which are per mille of its windows.
fn lost(rules: &[Rule], one_at_a_time: bool, made: &[Made], dice: &[(u16, u16)]) -> SignedDuration {
    let part = |of: SignedDuration, mille: u16| SignedDuration::from_mins(of.as_mins() * i64::from(mille) / 1000);
    let mut free = Timestamp::MIN;
    let mut points: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (made, (start, length)) in made.iter().zip(dice.iter().cycle()) {
        let rule = &rules[made.rule];
        let closes = made.late + window(rule);
        let waits = if one_at_a_time { made.early.max(free) } else { made.early };
        if waits > closes {
            continue;
        }
        let starts = waits + part(closes.duration_since(waits), *start);
        let ends = starts + part(completion(rule).expect("it is promised"), *length);
        free = ends;
        points.push((ends, starts));
    }
    points.sort();
    let mut newest: Option<Timestamp> = None;
    let mut lost = SignedDuration::ZERO;
    for (ends, starts) in points {
        lost = lost.max(newest.map_or(SignedDuration::ZERO, |newest| ends.duration_since(newest)));
        newest = newest.max(Some(starts));
    }
    lost
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_play_loses_more_than_is_said(
        (rules, one_at_a_time) in played(),
        begins in 0..360_i64,
        dice in proptest::collection::vec(prop_oneof![Just((0, 1000)), Just((1000, 1000)), Just((0, 0)), (0..=1000_u16, 0..=1000_u16)], 1..40),
    ) {
        let after = at(NOW) + hours(24 * begins);
        let span = hours(24 * 70);
        let loss = scheduled(&rules, one_at_a_time, after, span);
        let all: Vec<&Rule> = rules.iter().collect();
        for made in made::made(&all, after, after + span).expect("they can be compared") {
            let lost = lost(&rules, one_at_a_time, &made, &dice);
            match &loss {
                Loss::AtMost(bound) => prop_assert!(lost <= bound.worst, "{} lost, {}", say_length(lost), bound.derivation()),
                Loss::Unprovable(_) => prop_assert_eq!(lost, SignedDuration::ZERO),
                Loss::Everything => prop_assert!(false, "a schedule saves something"),
            }
        }
    }

    /// What is said is no more than what can happen: a rule by itself loses just that when one job starts early, and the next late.
    #[test]
    fn what_is_said_can_happen((rules, _) in played()) {
        let rule = &rules[0];
        let (after, span) = (at(NOW), hours(24 * 400));
        let Loss::AtMost(bound) = scheduled(std::slice::from_ref(rule), false, after, span) else { return Ok(()) };
        let made = made::made(&[rule], after, after + span).expect("it can be looked at").remove(0);
        let lasts = window(rule) + completion(rule).expect("it is promised");
        let worst = made.iter().zip(made.iter().skip(1)).map(|(one, next)| next.late.duration_since(one.early) + lasts).max();
        prop_assert_eq!(Some(bound.worst), worst);
    }
}
