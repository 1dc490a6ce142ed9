//! AWS's schedule expressions: `cron(…)`, `rate(…)` and `at(…)`, as each service takes them.
//!
//! No cron crate reads AWS's dialect: days of the week are 1 to 7 from Sunday, one of the two day fields must be `?`, there is a year and
//! there are no seconds, and people need to be shown the place of the mistake. The calendar and the time zones below it are jiff's.
//!
//! Sources: the EventBridge user guide ("Cron expressions reference"), the EventBridge Scheduler user guide ("Schedule types"), the AWS
//! Backup developer guide ("Backup plan options and configuration"). What they leave open is marked *not confirmed*.

mod calendar;
mod cron;
mod field;
mod habits;
mod rate;
mod runs;
mod sentence;
#[cfg(test)]
mod tests;

pub use self::calendar::{Calendar, ClockChange, Clocks, Gap};

use self::cron::Cron;
use self::rate::Rate;
use jiff::civil::DateTime;
use std::ops::Range;

/// Who reads the expression, which decides what may stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// AWS Backup's plans and restore testing: cron only, at most once an hour, in a time zone.
    Backup,
    /// Amazon EventBridge rules: cron and rate, always UTC.
    Rule,
    /// Amazon EventBridge Scheduler: cron, rate and at, in a time zone.
    Scheduler,
}

impl Service {
    /// The service's name in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::Backup => "AWS Backup",
            Self::Rule => "an EventBridge rule",
            Self::Scheduler => "EventBridge Scheduler",
        }
    }

    /// Whether the service can read its expressions in another time zone than UTC.
    pub fn has_zones(self) -> bool {
        self != Self::Rule
    }
}

/// What is wrong with an expression, or what its writer may not have meant, with the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where in the expression: bytes, on character boundaries. Empty at the end where something is missing.
    pub range: Range<usize>,
    /// The rule that was broken; starts in lower case and has no full stop.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Problem {
    fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self { range, message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

/// A schedule expression that its service takes.
#[derive(Clone, Debug)]
pub struct Schedule {
    form: Form,
    canonical: String,
    remarks: Vec<Problem>,
}

#[derive(Clone, Debug)]
enum Form {
    Cron(Cron),
    Rate(Rate),
    /// Once, at this local time.
    At(DateTime),
}

/// The longest expression that EventBridge takes (its models' `ScheduleExpression`); AWS Backup names none.
const LONGEST: usize = 256;

impl Schedule {
    /// Reads an expression by the rules of the service.
    ///
    /// # Errors
    ///
    /// All rules that were broken, in the order of their places; never empty.
    pub fn parse(expression: &str, service: Service) -> Result<Self, Vec<Problem>> {
        let whole = 0..expression.len();
        let length = expression.chars().count();
        if length > LONGEST && service != Service::Backup {
            return Err(vec![Problem::new(whole, format!("the expression has {length} characters; {} takes {LONGEST}", service.title()))]);
        }
        let Some((name, inner, at)) = call(expression) else {
            return Err(vec![habits::no_call(expression, service)]);
        };
        let parsed = match (name, service) {
            ("cron", _) => Cron::parse(inner, at, service),
            ("rate", Service::Backup) => return Err(vec![habits::rate_for_backup(inner, whole)]),
            ("rate", _) => Rate::parse(inner, at, service),
            ("at", Service::Scheduler) => rate::parse_at(inner, at),
            ("at", _) => {
                let problem = Problem::new(whole, format!("`at(…)` runs once, and {} has no such schedule", service.title()));
                return Err(vec![problem.help("write a `cron(…)` with the year, or use EventBridge Scheduler")]);
            }
            _ => return Err(vec![habits::unknown_call(name, service)]),
        };
        parsed.map(|Parsed { form, canonical, remarks }| Self { form, canonical, remarks })
    }

    /// The form that two expressions share exactly when they are written alike but for case and white space.
    ///
    /// It rewrites no meaning: `0/30` and `0,30` stay different, as AWS echoes them.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// What AWS takes and the writer may not have meant: habits of other crons, forms that AWS does not document, dates that never come.
    pub fn remarks(&self) -> &[Problem] {
        &self.remarks
    }

    /// Whether it counts from when it was turned on, and not by the calendar.
    pub fn is_rate(&self) -> bool {
        matches!(self.form, Form::Rate(_))
    }

    /// Whether it runs again and again, not once.
    pub fn recurs(&self) -> bool {
        !matches!(self.form, Form::At(_))
    }
}

impl std::fmt::Display for Schedule {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.canonical)
    }
}

/// What the reader of one form hands back.
struct Parsed {
    form: Form,
    canonical: String,
    remarks: Vec<Problem>,
}

/// `name(inner)` with the place where `inner` starts; nothing may stand around it.
fn call(expression: &str) -> Option<(&str, &str, usize)> {
    let (name, rest) = expression.split_once('(')?;
    let inner = rest.strip_suffix(')')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic());
    (is_name && !inner.contains(['(', ')'])).then_some((name, inner, name.len() + 1))
}

/// The words of a text with the places where they start, counted from `at`.
fn words(text: &str, at: usize) -> Vec<Token<'_>> {
    let mut words = Vec::new();
    let mut place = at;
    for word in text.split(char::is_whitespace) {
        if !word.is_empty() {
            words.push(Token { text: word, at: place });
        }
        // `split` takes one character out between two words; AWS's expressions are ASCII, and others are found to be wrong below.
        place += word.len() + text.get(place - at + word.len()..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
    words
}

/// A piece of the expression and where it starts in it.
#[derive(Clone, Copy, Debug)]
struct Token<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Token<'t> {
    fn range(self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }

    /// The parts between separators, each with its place.
    fn split(self, separator: char) -> impl Iterator<Item = Token<'t>> {
        let mut at = self.at;
        self.text.split(separator).map(move |text| {
            let token = Token { text, at };
            at += text.len() + separator.len_utf8();
            token
        })
    }

    /// What stands before and after the first separator.
    fn split_once(self, separator: char) -> Option<(Token<'t>, Token<'t>)> {
        let (before, after) = self.text.split_once(separator)?;
        Some((Token { text: before, at: self.at }, Token { text: after, at: self.at + before.len() + separator.len_utf8() }))
    }

    fn problem(self, message: impl Into<String>) -> Problem {
        Problem::new(self.range(), message)
    }
}
