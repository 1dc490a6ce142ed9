//! One field of a cron expression: numbers, names, lists, ranges and steps.

use super::{Problem, Token};
use std::collections::BTreeSet;

/// One of the six fields, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Minutes,
    Hours,
    DayOfMonth,
    Month,
    DayOfWeek,
    Year,
}

pub(super) const FIELDS: [Field; 6] = [Field::Minutes, Field::Hours, Field::DayOfMonth, Field::Month, Field::DayOfWeek, Field::Year];

/// From January, which is 1.
pub(super) const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
/// From Sunday, which is 1.
pub(super) const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Field {
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::DayOfMonth => "day of month",
            Self::Month => "month",
            Self::DayOfWeek => "day of week",
            Self::Year => "year",
        }
    }

    /// The lowest and the highest value.
    pub(super) fn bounds(self) -> (i16, i16) {
        match self {
            Self::Minutes => (0, 59),
            Self::Hours => (0, 23),
            Self::DayOfMonth => (1, 31),
            Self::Month => (1, 12),
            Self::DayOfWeek => (1, 7),
            Self::Year => (1970, 2199),
        }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Month => &MONTHS,
            Self::DayOfWeek => &WEEKDAYS,
            Self::Minutes | Self::Hours | Self::DayOfMonth | Self::Year => &[],
        }
    }

    /// What the field may hold, as a sentence's end.
    fn values(self) -> &'static str {
        match self {
            Self::Minutes => "0 to 59",
            Self::Hours => "0 to 23",
            Self::DayOfMonth => "1 to 31",
            Self::Month => "1 to 12 or JAN to DEC",
            Self::DayOfWeek => "1 to 7 or SUN to SAT",
            Self::Year => "1970 to 2199",
        }
    }
}

/// All values that the field's text names: `*`, numbers and names in lists, ranges and steps.
pub(super) fn values(field: Field, token: Token<'_>, remarks: &mut Vec<Problem>) -> Result<BTreeSet<i16>, Problem> {
    let mut values = BTreeSet::new();
    for item in token.split(',') {
        values.extend(item_values(field, item, remarks)?);
    }
    Ok(values)
}

fn item_values(field: Field, item: Token<'_>, remarks: &mut Vec<Problem>) -> Result<BTreeSet<i16>, Problem> {
    if item.text.is_empty() {
        let problem = item.problem(format!("the {} field has an empty place in its list", field.title()));
        return Err(problem.help("take the extra `,` out"));
    }
    let (low, high) = field.bounds();
    let Some((base, step)) = item.split_once('/') else {
        return Ok(match range(field, item, remarks)? {
            Base::All => (low..=high).collect(),
            Base::One(value) => BTreeSet::from([value]),
            Base::Range(from, to) => stepped(field, from, to, 1),
        });
    };
    if field == Field::DayOfWeek {
        let problem = item.problem("the day of week field takes no steps (`/`)");
        return Err(problem.help("list the days: `MON,WED,FRI`"));
    }
    if base.text.is_empty() {
        let problem = item.problem(format!("`{}` does not say where its steps start", item.text));
        return Err(problem.help(format!("write `{low}/{}`", step.text)));
    }
    let width = step_width(field, step)?;
    let values = match range(field, base, remarks)? {
        Base::All => stepped(field, low, high, width),
        Base::One(from) => stepped(field, from, high, width),
        Base::Range(from, to) => stepped(field, from, to, width),
    };
    if let (Some(only), 1) = (values.first(), values.len()) {
        let turn = match field {
            Field::Minutes => "the hour",
            Field::Hours => "midnight",
            Field::DayOfMonth => "the end of the month",
            Field::Month | Field::DayOfWeek | Field::Year => "the end of the year",
        };
        let remark = item.problem(format!("`{}` is {only} alone: steps do not go on past {turn}", item.text));
        remarks.push(remark.help(format!("start the steps lower, or write `{only}` if that is meant")));
    }
    Ok(values)
}

/// From one value to another in steps; a range that ends before it starts goes over the end, as in the user guide's `20-2`.
fn stepped(field: Field, from: i16, to: i16, width: i16) -> BTreeSet<i16> {
    let (low, high) = field.bounds();
    let size = high - low + 1;
    let last = if to < from { to + size } else { to };
    let mut values = BTreeSet::new();
    let mut value = from;
    while value <= last {
        values.insert(if value > high { value - size } else { value });
        value += width;
    }
    values
}

fn step_width(field: Field, step: Token<'_>) -> Result<i16, Problem> {
    // Widths as large as the field's highest value: a wider step has no second value (Quartz, whose dialect AWS's is, refuses it).
    let highest = match field {
        Field::Year => 229,
        _ => field.bounds().1,
    };
    match number(step.text) {
        Some(width) if (1..=highest).contains(&width) => Ok(width),
        _ => {
            let problem = step.problem(format!("the step of the {} field must be 1 to {highest}, found `{}`", field.title(), step.text));
            Err(problem.help("write a step as `0/15`: from 0, every 15"))
        }
    }
}

enum Base {
    All,
    One(i16),
    Range(i16, i16),
}

fn range(field: Field, token: Token<'_>, remarks: &mut Vec<Problem>) -> Result<Base, Problem> {
    if token.text == "*" {
        return Ok(Base::All);
    }
    let Some((from, to)) = token.split_once('-') else {
        let value = value(field, token)?;
        if field == Field::DayOfWeek && token.text == "7" {
            let remark = token.problem("`7` is Saturday here; other crons count it as Sunday");
            remarks.push(remark.help("write `SAT`, or `SUN` for Sunday"));
        }
        return Ok(Base::One(value));
    };
    let (first, last) = (value(field, from)?, value(field, to)?);
    if field == Field::Year && last < first {
        let problem = token.problem(format!("`{}` ends before it starts", token.text));
        return Err(problem.help(format!("write `{last}-{first}`")));
    }
    if field == Field::DayOfWeek && (from.text, to.text) == ("1", "5") {
        let remark = token.problem("`1-5` is Sunday to Thursday here; other crons count from Monday");
        remarks.push(remark.help("write `MON-FRI`, or `SUN-THU` if that is meant"));
    }
    Ok(Base::Range(first, last))
}

/// A single number or name of the field.
pub(super) fn value(field: Field, token: Token<'_>) -> Result<i16, Problem> {
    let (low, high) = field.bounds();
    if let Some(number) = number(token.text) {
        if (low..=high).contains(&number) {
            return Ok(number);
        }
        return Err(out_of_bounds(field, token));
    }
    let named = field.names().iter().zip(low..).find(|(name, _)| name.eq_ignore_ascii_case(token.text));
    named.map(|(_, value)| value).ok_or_else(|| not_a_value(field, token))
}

fn out_of_bounds(field: Field, token: Token<'_>) -> Problem {
    let problem = token.problem(format!("the {} field takes {}, found `{}`", field.title(), field.values(), token.text));
    match (field, token.text) {
        (Field::DayOfWeek, "0") => problem.help("AWS counts days of the week from 1 for Sunday to 7 for Saturday: write `SUN`"),
        (Field::Hours, "24") => problem.help("write `0` for midnight"),
        (Field::Minutes, "60") => problem.help("write `0` for the full hour"),
        _ => problem,
    }
}

fn not_a_value(field: Field, token: Token<'_>) -> Problem {
    let title = field.title();
    let allowed = match token.text {
        "?" => Some("`?` stands alone, and only in the day of month and day of week fields".to_owned()),
        text if text.chars().all(|c| c.is_ascii_digit()) && !text.is_empty() => return out_of_bounds(field, token),
        _ => {
            let upper = token.text.to_ascii_uppercase();
            let near = |name: &&&str| upper.starts_with(**name) || strsim::damerau_levenshtein(&upper, name) == 1;
            field.names().iter().find(near).map(|name| format!("did you mean `{name}`?"))
        }
    };
    let problem = token.problem(format!("the {title} field takes {}, found `{}`", field.values(), token.text));
    Problem { help: allowed, ..problem }
}

/// A number without sign; longer ones than any field has are none.
pub(super) fn number(text: &str) -> Option<i16> {
    (!text.is_empty() && text.chars().all(|c| c.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}
