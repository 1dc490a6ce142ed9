use super::*;

/// The problem as a person sees it: the marked place, the message, the help.
fn problem(expression: &str, service: Service) -> String {
    let problems = Schedule::parse(expression, service).map(|schedule| schedule.canonical).expect_err(expression);
    shown(expression, &problems)
}

fn remarks(expression: &str, service: Service) -> String {
    shown(expression, read(expression, service).remarks())
}

fn shown(expression: &str, problems: &[Problem]) -> String {
    let lines = problems.iter().map(|problem| {
        let place = expression.get(problem.range.clone()).expect("the place is in the expression");
        let help = problem.help.as_ref().map(|help| format!(" => {help}")).unwrap_or_default();
        format!("[{place}] {}{help}", problem.message)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn unix_habits_are_caught() {
    insta::assert_snapshot!(problem("0 5 * * *", Service::Backup), @"[0 5 * * *] the expression must stand in `cron(…)` => five fields are Unix cron: write `cron(0 5 * * ? *)`");
    insta::assert_snapshot!(problem("cron(0 5 * * 1-5)", Service::Backup), @"[0 5 * * 1-5] a cron expression has six fields (minutes hours day-of-month month day-of-week year), found 5 => five fields are Unix cron: write `cron(0 5 ? * MON-FRI *)`");
    insta::assert_snapshot!(problem("cron(0 5 1 * 0)", Service::Backup), @"[0 5 1 * 0] a cron expression has six fields (minutes hours day-of-month month day-of-week year), found 5 => add the year, and write `?` into one of the two day fields");
    insta::assert_snapshot!(problem("15 * ? * * *", Service::Backup), @"[15 * ? * * *] the expression must stand in `cron(…)` => write `cron(15 * ? * * *)`");
    insta::assert_snapshot!(problem("@daily", Service::Rule), @"[@daily] AWS knows no `@daily` => write `cron(0 0 * * ? *)`");
    insta::assert_snapshot!(problem("cron(0 0 5 * * ? *)", Service::Rule), @"[0 0 5 * * ? *] a cron expression has six fields (minutes hours day-of-month month day-of-week year), found 7 => AWS has no seconds: write `cron(0 5 * * ? *)`");
    insta::assert_snapshot!(problem("cron(0 5 * * * *)", Service::Backup), @"[*] one of the two day fields must be `?` => write `cron(0 5 * * ? *)`");
    insta::assert_snapshot!(problem("cron(0 5 * * MON *)", Service::Backup), @"[*] one of the two day fields must be `?` => write `cron(0 5 ? * MON *)`");
    insta::assert_snapshot!(problem("cron(0 5 1 * MON *)", Service::Backup), @"[MON] AWS cannot join a day of month with a day of week: one of the two must be `?` => write `cron(0 5 1 * ? *)` or `cron(0 5 ? * MON *)`");
    insta::assert_snapshot!(problem("cron(0 5 ? * ? *)", Service::Backup), @"[?] the day fields are both `?`, and one of them must say which days => for every day write `cron(0 5 * * ? *)`");
    insta::assert_snapshot!(problem("cron(0 5 ? * 0 *)", Service::Scheduler), @"[0] the day of week field takes 1 to 7 or SUN to SAT, found `0` => AWS counts days of the week from 1 for Sunday to 7 for Saturday: write `SUN`");
    insta::assert_snapshot!(remarks("cron(0 5 ? * 7 *)", Service::Scheduler), @"[7] `7` is Saturday here; other crons count it as Sunday => write `SAT`, or `SUN` for Sunday");
    insta::assert_snapshot!(remarks("cron(0 5 ? * 1-5 *)", Service::Scheduler), @"[1-5] `1-5` is Sunday to Thursday here; other crons count from Monday => write `MON-FRI`, or `SUN-THU` if that is meant");
}

#[test]
fn each_broken_rule_of_a_field_has_its_place() {
    insta::assert_snapshot!(problem("cron(60 24 ? JUNE MONDY 2200)", Service::Rule), @r"
    [60] the minutes field takes 0 to 59, found `60` => write `0` for the full hour
    [24] the hours field takes 0 to 23, found `24` => write `0` for midnight
    [JUNE] the month field takes 1 to 12 or JAN to DEC, found `JUNE` => did you mean `JUN`?
    [MONDY] the day of week field takes 1 to 7 or SUN to SAT, found `MONDY` => did you mean `MON`?
    [2200] the year field takes 1970 to 2199, found `2200`
    ");
    insta::assert_snapshot!(problem("cron(0 5 32 13 ? 1969)", Service::Rule), @r"
    [32] the day of month field takes 1 to 31, found `32`
    [13] the month field takes 1 to 12 or JAN to DEC, found `13`
    [1969] the year field takes 1970 to 2199, found `1969`
    ");
    insta::assert_snapshot!(problem("cron(0/0 5,,6 ? * MON/2 2030-2025)", Service::Rule), @r"
    [0] the step of the minutes field must be 1 to 59, found `0` => write a step as `0/15`: from 0, every 15
    [] the hours field has an empty place in its list => take the extra `,` out
    [MON/2] the day of week field takes no steps (`/`) => list the days: `MON,WED,FRI`
    [2030-2025] `2030-2025` ends before it starts => write `2025-2030`
    ");
    insta::assert_snapshot!(problem("cron(/5 ? 1,L * ? *)", Service::Rule), @r"
    [/5] `/5` does not say where its steps start => write `0/5`
    [?] the hours field takes 0 to 23, found `?` => `?` stands alone, and only in the day of month and day of week fields
    [1,L] `L` and `W` stand alone in the day of month field, found `1,L` => write `L` for the last day, `15W` for the weekday nearest to the 15th
    ");
    insta::assert_snapshot!(problem("cron(0 5 ? * 3#1,6#3 *)", Service::Rule), @"[3#1,6#3] `#` stands alone in the day of week field: one day, one `#` => write `3#2` for the second Tuesday, and another schedule for another day");
    insta::assert_snapshot!(problem("cron(0 5 ? * 3#6 *)", Service::Rule), @"[6] a month has 1 to 5 of each day of the week, found `6`");
    insta::assert_snapshot!(problem("cron(0 5 ? * 2,6L *)", Service::Rule), @"[2,6L] `L` stands alone in the day of week field, found `2,6L` => write `6L` for the month's last Friday");
    insta::assert_snapshot!(problem("cron(0 5 32W * ? *)", Service::Rule), @"[32] the day of month field takes 1 to 31, found `32`");
    insta::assert_snapshot!(problem("cron(0 5 L-31 * ? *)", Service::Rule), @"[L-31] `L-31`: the days before the last one must be 1 to 30");
    insta::assert_snapshot!(problem("cron(0 99999999999 ä * ? *)", Service::Rule), @r"
    [99999999999] the hours field takes 0 to 23, found `99999999999`
    [ä] the day of month field takes 1 to 31, found `ä`
    ");
}

#[test]
fn what_stands_around_the_fields_is_looked_at() {
    insta::assert_snapshot!(problem("", Service::Backup), @"[] the expression is empty => write for example `cron(0 5 * * ? *)`, every day at 05:00");
    insta::assert_snapshot!(problem(" cron(0 5 * * ? *)", Service::Backup), @"[ cron(0 5 * * ? *)] white space stands around the expression => write `cron(0 5 * * ? *)`");
    insta::assert_snapshot!(problem("cron(0 5 * * ? *", Service::Backup), @"[] the closing parenthesis is missing => write `cron(0 5 * * ? *)`");
    insta::assert_snapshot!(problem("cron(0 5 * * ? *) UTC", Service::Backup), @"[ UTC] `UTC` stands after the closing parenthesis");
    insta::assert_snapshot!(problem("corn(0 5 * * ? *)", Service::Backup), @"[corn] AWS Backup knows no `corn(…)` => did you mean `cron(…)`?");
    insta::assert_snapshot!(problem("CRON(0 5 * * ? *)", Service::Backup), @"[CRON] AWS Backup knows no `CRON(…)` => did you mean `cron(…)`?");
    insta::assert_snapshot!(problem("every day", Service::Scheduler), @"[every day] the expression must stand in `cron(…)` => write for example `cron(0 5 * * ? *)`, every day at 05:00, `rate(12 hours)`, or `at(2027-01-31T05:00:00)`");
    insta::assert_snapshot!(problem(&format!("cron({} 5 * * ? *)", "0,".repeat(150)), Service::Rule).chars().skip(310).collect::<String>(), @" * ? *)] the expression has 316 characters; an EventBridge rule takes 256");
}

#[test]
fn each_service_takes_its_own_forms() {
    insta::assert_snapshot!(problem("rate(1 hour)", Service::Backup), @"[rate(1 hour)] AWS Backup takes cron expressions only, not `rate(…)` => write `cron(0 * * * ? *)`");
    insta::assert_snapshot!(problem("rate(6 hours)", Service::Backup), @"[rate(6 hours)] AWS Backup takes cron expressions only, not `rate(…)` => write `cron(0 0/6 * * ? *)`");
    insta::assert_snapshot!(problem("rate(5 hours)", Service::Backup), @"[rate(5 hours)] AWS Backup takes cron expressions only, not `rate(…)` => write for example `cron(0 5 * * ? *)`, every day at 05:00");
    insta::assert_snapshot!(problem("at(2027-01-31T05:00:00)", Service::Rule), @"[at(2027-01-31T05:00:00)] `at(…)` runs once, and an EventBridge rule has no such schedule => write a `cron(…)` with the year, or use EventBridge Scheduler");
    insta::assert_snapshot!(problem("cron(0/30 * * * ? *)", Service::Backup), @"[0/30] AWS Backup runs a rule at most once an hour, and `0/30` is more often => name one minute: `0`");
    assert!(Schedule::parse("cron(0/30 * * * ? *)", Service::Rule).is_ok());
    assert!(Schedule::parse("cron(0 * * * ? *)", Service::Backup).is_ok(), "hourly is as often as AWS Backup goes");
    assert_eq!(ALL.map(Service::has_zones), [true, false, true]);
}

#[test]
fn rates_have_a_value_and_its_unit() {
    insta::assert_snapshot!(problem("rate(1 minutes)", Service::Rule), @"[minutes] `minutes` does not go with 1: 1 takes the singular, all others the plural => write `rate(1 minute)`");
    insta::assert_snapshot!(problem("rate(3 minute)", Service::Rule), @"[minute] `minute` does not go with 3: 1 takes the singular, all others the plural => write `rate(3 minutes)`");
    insta::assert_snapshot!(remarks("rate(3 minute)", Service::Scheduler), @"[minute] `minute` does not go with 3: 1 takes the singular, all others the plural => write `rate(3 minutes)`");
    insta::assert_snapshot!(problem("rate(0 weeks)", Service::Rule), @r"
    [0] the value of a rate must be a whole number above 0, found `0` => write for example `rate(12 hours)`
    [weeks] the unit of a rate must be minutes, hours or days, found `weeks`
    ");
    insta::assert_snapshot!(problem("rate(2 weeks)", Service::Rule), @"[weeks] the unit of a rate must be minutes, hours or days, found `weeks` => write `rate(14 days)`");
    insta::assert_snapshot!(problem("rate(30 seconds)", Service::Scheduler), @"[seconds] the unit of a rate must be minutes, hours or days, found `seconds` => a minute is the least: write `rate(1 minute)`");
    insta::assert_snapshot!(problem("rate(5 Minutes)", Service::Scheduler), @"[Minutes] the unit of a rate must be minutes, hours or days, found `Minutes` => write `rate(5 minutes)`");
    insta::assert_snapshot!(problem("rate(1.5 hours)", Service::Scheduler), @"[1.5] the value of a rate must be a whole number above 0, found `1.5` => write for example `rate(12 hours)`");
    insta::assert_snapshot!(problem("rate(hourly)", Service::Scheduler), @"[hourly] a rate is a value and a unit, found `hourly` => write for example `rate(12 hours)`");
}

#[test]
fn at_takes_one_local_time() {
    insta::assert_snapshot!(problem("at(2027-01-31T05:00:00Z)", Service::Scheduler), @"[2027-01-31T05:00:00Z] `at` takes `yyyy-mm-ddThh:mm:ss`, found `2027-01-31T05:00:00Z` => write `at(2027-01-31T05:00:00)`; the time zone stands in its own setting");
    insta::assert_snapshot!(problem("at(2027-01-31)", Service::Scheduler), @"[2027-01-31] `at` takes `yyyy-mm-ddThh:mm:ss`, found `2027-01-31` => write for example `at(2027-01-31T05:00:00)`");
    insta::assert_snapshot!(problem("at(2027-02-30T05:00:00)", Service::Scheduler), @"[2027-02-30T05:00:00] `2027-02-30T05:00:00` is no date and time of the calendar => write for example `at(2027-01-31T05:00:00)`");
}

#[test]
fn what_aws_takes_and_nobody_means_is_remarked() {
    insta::assert_snapshot!(remarks("cron(0 13/12 * * ? *)", Service::Backup), @"[13/12] `13/12` is 13 alone: steps do not go on past midnight => start the steps lower, or write `13` if that is meant");
    insta::assert_snapshot!(remarks("cron(0 0 31 2 ? *)", Service::Backup), @"[31 2 ? *] no such date exists: the schedule never runs => write `L` for the last day of each month, or another day");
    insta::assert_snapshot!(remarks("cron(0 5 LW * ? *)", Service::Backup), @"[LW] AWS documents `L` and `W`, but not `LW` => public templates use it; look at the next runs that AWS shows");
    insta::assert_snapshot!(remarks("cron(0 5 L-3 * ? *)", Service::Backup), @"[L-3] AWS documents `L` and `W`, but not `L-3` => public templates use it; look at the next runs that AWS shows");
    assert_eq!(remarks("cron(0 5 ? * MON-FRI *)", Service::Backup), "");
}
