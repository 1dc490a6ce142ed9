//! `cron(minutes hours day-of-month month day-of-week year)`.

use super::field::{FIELDS, Field, number, value, values};
use super::{Form, Parsed, Problem, Service, Token, habits, words};
use jiff::civil::{Date, Time};
use std::collections::BTreeSet;

/// A cron expression that has been understood.
#[derive(Clone, Debug)]
pub(super) struct Cron {
    pub(super) minutes: BTreeSet<i16>,
    pub(super) hours: BTreeSet<i16>,
    pub(super) days: Days,
    pub(super) months: BTreeSet<i16>,
    pub(super) years: BTreeSet<i16>,
    /// The local times of a day on which it runs, in order; hours and minutes multiplied out.
    pub(super) times: Vec<Time>,
}

/// Which days of a month: exactly one of the two day fields says so, the other one is `?`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Days {
    /// These days of the month, where the month has them.
    Dates(BTreeSet<i16>),
    /// `L`, or `L-3` for three days before it.
    BeforeLast(i16),
    /// `LW`: the last Monday to Friday.
    LastWorkday,
    /// `15W`: the Monday to Friday nearest to that day, in the same month.
    NearestWorkday(i16),
    /// These days of the week, 1 for Sunday.
    Weekdays(BTreeSet<i16>),
    /// `6L`: the month's last such day of the week.
    LastWeekday(i16),
    /// `3#2`: the month's second Tuesday.
    NthWeekday(i16, i16),
}

impl Cron {
    /// Reads what stands between the parentheses, which starts at `at`.
    pub(super) fn parse(inner: &str, at: usize, service: Service) -> Result<Parsed, Vec<Problem>> {
        let tokens = words(inner, at);
        let Ok([minutes, hours, date, month, weekday, year]) = <[Token<'_>; 6]>::try_from(tokens.as_slice()) else {
            return Err(vec![habits::field_count(&tokens, at, inner)]);
        };
        let mut remarks = Vec::new();
        let mut problems = Vec::new();
        let mut set = |field, token| values(field, token, &mut remarks).map_err(|problem| problems.push(problem)).unwrap_or_default();
        let (minute_values, hour_values) = (set(Field::Minutes, minutes), set(Field::Hours, hours));
        let (month_values, year_values) = (set(Field::Month, month), set(Field::Year, year));
        let days = days(date, weekday, [minutes, hours, month, year], &mut remarks).map_err(|problem| problems.push(problem)).ok();
        if service == Service::Backup && minute_values.len() > 1 {
            let problem = minutes.problem(format!("AWS Backup runs a rule at most once an hour, and `{}` is more often", minutes.text));
            let first = minute_values.first().copied().unwrap_or_default();
            problems.push(problem.help(format!("name one minute: `{first}`")));
        }
        let Some(days) = days.filter(|_| problems.is_empty()) else {
            problems.sort_by_key(|problem| problem.range.start);
            return Err(problems);
        };
        let times = times(&hour_values, &minute_values);
        let cron = Self { minutes: minute_values, hours: hour_values, days, months: month_values, years: year_values, times };
        if cron.never_runs() {
            let from = date.at.min(month.at);
            let remark = Problem::new(from..year.range().end, "no such date exists: the schedule never runs");
            remarks.push(remark.help("write `L` for the last day of each month, or another day"));
        }
        remarks.sort_by_key(|remark| remark.range.start);
        let fields: Vec<String> = tokens.iter().map(|token| token.text.to_ascii_uppercase()).collect();
        Ok(Parsed { form: Form::Cron(cron), canonical: format!("cron({})", fields.join(" ")), remarks })
    }

    /// Whether its days, months and years hold no date at all: `31 2`.
    pub(super) fn never_runs(&self) -> bool {
        self.dates_from(Date::ZERO).next().is_none()
    }

    /// The dates on which it runs, from this one on; ends with the last year that AWS knows, 2199.
    pub(super) fn dates_from(&self, from: Date) -> impl Iterator<Item = Date> + '_ {
        let firsts = self.years.range(from.year()..).flat_map(move |year| {
            let months = (1..=12).filter(|month| self.months.contains(&i16::from(*month)));
            months.filter_map(move |month: i8| Date::new(*year, month, 1).ok())
        });
        let dates = firsts.filter(move |first| first.last_of_month() >= from).flat_map(|first| self.dates_in(first));
        dates.filter(move |date| *date >= from)
    }

    /// The dates of the month of which this is the first, in order.
    fn dates_in(&self, first: Date) -> Vec<Date> {
        let all = || (1..=first.days_in_month()).filter_map(move |day| Date::new(first.year(), first.month(), day).ok());
        let last = first.last_of_month();
        match &self.days {
            Days::Dates(dates) => all().filter(|date| dates.contains(&i16::from(date.day()))).collect(),
            Days::BeforeLast(before) => all().filter(|date| i16::from(date.day()) + before == i16::from(last.day())).collect(),
            Days::LastWorkday => all().rfind(|date| is_workday(*date)).into_iter().collect(),
            Days::NearestWorkday(day) => {
                let wanted = all().find(|date| i16::from(date.day()) == *day);
                // At the month's edges a Saturday or Sunday moves inward, never into another month.
                let order: [i64; 5] = [0, -1, 1, -2, 2];
                let near = |wanted: Date| {
                    let mut days = order.into_iter().filter_map(move |by| wanted.checked_add(jiff::Span::new().days(by)).ok());
                    days.find(|date| is_workday(*date) && date.month() == first.month())
                };
                wanted.and_then(near).into_iter().collect()
            }
            Days::Weekdays(weekdays) => all().filter(|date| weekdays.contains(&weekday_of(*date))).collect(),
            Days::LastWeekday(weekday) => all().rfind(|date| weekday_of(*date) == *weekday).into_iter().collect(),
            Days::NthWeekday(weekday, nth) => {
                let mut same = all().filter(|date| weekday_of(*date) == *weekday);
                usize::try_from(nth - 1).ok().and_then(|skip| same.nth(skip)).into_iter().collect()
            }
        }
    }
}

/// AWS's number of the date's day of the week: 1 for Sunday.
fn weekday_of(date: Date) -> i16 {
    i16::from(date.weekday().to_sunday_one_offset())
}

fn is_workday(date: Date) -> bool {
    (2..=6).contains(&weekday_of(date))
}

fn times(hours: &BTreeSet<i16>, minutes: &BTreeSet<i16>) -> Vec<Time> {
    let time = |hour: i16, minute: i16| Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok();
    hours.iter().flat_map(|hour| minutes.iter().filter_map(move |minute| time(*hour, *minute))).collect()
}

/// What the two day fields say together; `others` are the fields around them, for the help.
fn days(date: Token<'_>, weekday: Token<'_>, others: [Token<'_>; 4], remarks: &mut Vec<Problem>) -> Result<Days, Problem> {
    match (date.text, weekday.text) {
        (_, "?") if date.text != "?" => of_month(date, remarks),
        ("?", _) if weekday.text != "?" => of_week(weekday, remarks),
        _ => Err(habits::day_fields(date, weekday, others)),
    }
}

fn of_month(token: Token<'_>, remarks: &mut Vec<Problem>) -> Result<Days, Problem> {
    let upper = token.text.to_ascii_uppercase();
    let undocumented = |days| {
        let title = format!("AWS documents `L` and `W`, but not `{}`", token.text);
        (days, Some(token.problem(title).help("public templates use it; look at the next runs that AWS shows")))
    };
    let (days, remark) = match upper.as_str() {
        "L" => (Days::BeforeLast(0), None),
        "LW" => undocumented(Days::LastWorkday),
        _ => {
            if let Some(before) = upper.strip_prefix("L-") {
                match number(before).filter(|before| (1..=30).contains(before)) {
                    Some(before) => undocumented(Days::BeforeLast(before)),
                    None => return Err(token.problem(format!("`{}`: the days before the last one must be 1 to 30", token.text))),
                }
            } else if let Some(day) = upper.strip_suffix('W').filter(|day| number(day).is_some()) {
                (Days::NearestWorkday(value(Field::DayOfMonth, Token { text: day, at: token.at })?), None)
            } else if upper.contains(['L', 'W']) {
                let message = format!("`L` and `W` stand alone in the day of month field, found `{}`", token.text);
                return Err(token.problem(message).help("write `L` for the last day, `15W` for the weekday nearest to the 15th"));
            } else {
                (Days::Dates(values(Field::DayOfMonth, token, remarks)?), None)
            }
        }
    };
    remarks.extend(remark);
    Ok(days)
}

fn of_week(token: Token<'_>, remarks: &mut Vec<Problem>) -> Result<Days, Problem> {
    if token.text.contains('#') {
        if token.text.contains(',') || token.text.matches('#').count() > 1 {
            let problem = token.problem("`#` stands alone in the day of week field: one day, one `#`");
            return Err(problem.help("write `3#2` for the second Tuesday, and another schedule for another day"));
        }
        let (weekday, nth) = token.split_once('#').unwrap_or((token, token));
        let weekday = value(Field::DayOfWeek, weekday)?;
        return match number(nth.text).filter(|nth| (1..=5).contains(nth)) {
            Some(nth) => Ok(Days::NthWeekday(weekday, nth)),
            None => Err(nth.problem(format!("a month has 1 to 5 of each day of the week, found `{}`", nth.text))),
        };
    }
    if token.text.eq_ignore_ascii_case("L") {
        // The last day of AWS's week, which is Saturday.
        return Ok(Days::Weekdays(BTreeSet::from([FIELDS[4].bounds().1])));
    }
    let last = token.text.strip_suffix(['L', 'l']).filter(|weekday| !weekday.contains([',', '-', '/', '*']));
    if let Some(weekday) = last {
        return value(Field::DayOfWeek, Token { text: weekday, at: token.at }).map(Days::LastWeekday);
    }
    if token.split(',').any(|item| item.text.ends_with(['L', 'l'])) {
        let problem = token.problem(format!("`L` stands alone in the day of week field, found `{}`", token.text));
        return Err(problem.help("write `6L` for the month's last Friday"));
    }
    values(Field::DayOfWeek, token, remarks).map(Days::Weekdays)
}
