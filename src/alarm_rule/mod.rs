//! The rules of composite alarms: boolean expressions over the states of other alarms.
//!
//! Sources: CloudWatch API `PutCompositeAlarm`; CloudWatch user guide, "Composite alarms". Which of `AND` and `OR` binds tighter AWS does not
//! say; here it is `AND`, as everywhere.

mod compare;
mod parse;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

/// The most characters of a rule.
pub const LENGTH: usize = 10_240;
/// The most alarms that a rule can be about.
pub const CHILDREN: usize = 100;
/// The most elements of a rule: alarms, `TRUE`, `FALSE` and parentheses.
pub const ELEMENTS: usize = 500;

/// A state of an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It fires.
    Alarm,
    /// It does not.
    Ok,
    /// There is too little data to say.
    InsufficientData,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Alarm, Self::Ok, Self::InsufficientData];

    /// Its name, which is that of the function that asks for it too.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alarm => "ALARM",
            Self::Ok => "OK",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }

    /// The state of that name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name().eq_ignore_ascii_case(name))
    }
}

/// The name of an alarm that is named by its name or its ARN: a rule is about alarms of its own account and region only, so that both are the
/// same one.
pub fn alarm_name(reference: &str) -> &str {
    let mut parts = reference.splitn(7, ':');
    let is_alarm = parts.next() == Some("arn") && parts.nth(1) == Some("cloudwatch") && parts.nth(2) == Some("alarm");
    parts.next().filter(|_| is_alarm).unwrap_or(reference)
}

/// A rule that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmRule(Expression);

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The end of a sentence that starts with the rule: `` expects `)` … ``.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// Which bytes of the text are wrong.
    pub range: Range<usize>,
}

/// How many alarms are enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Threshold {
    Count(usize),
    Percent(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Expression {
    Constant(bool),
    /// An alarm, by name or ARN, is in a state.
    Is(State, String),
    /// So many of the alarms are in a state, or with `true` are not.
    AtLeast(Threshold, bool, State, Vec<String>),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
    /// What stands in parentheses.
    Group(Box<Self>),
}

impl AlarmRule {
    /// Reads a rule.
    ///
    /// # Errors
    ///
    /// The first rule of the grammar that it breaks, with its place, or the limit that it exceeds.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let rule = Self(parse::parse(text)?);
        let (children, length) = (rule.alarms().len(), rule.to_string().chars().count());
        if children > CHILDREN {
            let help = "combine some of them in composite alarms of their own, and name those";
            return Err(Problem::new(format!("is about {children} alarms, and can be about {CHILDREN}"), 0..text.len()).help(help));
        }
        if length > LENGTH {
            return Err(Problem::new(format!("has {length} characters, and can have {LENGTH}"), 0..text.len()));
        }
        Ok(rule)
    }

    /// The alarms that it is about, each once, as and in the order in which it names them.
    pub fn alarms(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.0.visit(&mut |name, _| {
            if !found.contains(&name) {
                found.push(name);
            }
        });
        found
    }

    /// Whether it is true while the alarms are in these states.
    pub fn holds(&self, state: &dyn Fn(&str) -> State) -> bool {
        self.0.holds(state)
    }
}

/// In the form in which rules are compared: words in capitals, single spaces, and alarms in quotation marks.
impl fmt::Display for AlarmRule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl Expression {
    fn holds(&self, state: &dyn Fn(&str) -> State) -> bool {
        match self {
            Self::Constant(value) => *value,
            Self::Is(wanted, name) => state(name) == *wanted,
            Self::AtLeast(threshold, negated, wanted, names) => {
                names.iter().filter(|name| (state(name) == *wanted) != *negated).count() >= threshold.of(names.len())
            }
            Self::Not(inner) => !inner.holds(state),
            Self::All(parts) => parts.iter().all(|part| part.holds(state)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(state)),
            Self::Group(inner) => inner.holds(state),
        }
    }

    /// Tells of every alarm and of the state that is asked of it.
    fn visit<'a>(&'a self, tell: &mut dyn FnMut(&'a str, State)) {
        match self {
            Self::Constant(_) => {}
            Self::Is(state, name) => tell(name, *state),
            Self::AtLeast(_, _, state, names) => names.iter().for_each(|name| tell(name, *state)),
            Self::Not(inner) | Self::Group(inner) => inner.visit(tell),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.visit(tell)),
        }
    }

    /// The states that are asked of each alarm.
    fn asked(&self) -> BTreeMap<&str, Vec<State>> {
        let mut asked: BTreeMap<&str, Vec<State>> = BTreeMap::new();
        self.visit(&mut |name, state| {
            let states = asked.entry(name).or_default();
            if !states.contains(&state) {
                states.push(state);
            }
        });
        asked
    }
}

impl Threshold {
    /// How many of so many alarms.
    const fn of(self, all: usize) -> usize {
        match self {
            Self::Count(count) => count,
            Self::Percent(percent) => all.saturating_mul(percent).div_ceil(100),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut joined = |parts: &[Self], word: &str| {
            for (place, part) in parts.iter().enumerate() {
                if place > 0 {
                    write!(out, " {word} ")?;
                }
                write!(out, "{part}")?;
            }
            Ok(())
        };
        match self {
            Self::Constant(value) => out.write_str(if *value { "TRUE" } else { "FALSE" }),
            Self::Is(state, name) => write!(out, "{}(\"{name}\")", state.name()),
            Self::AtLeast(threshold, negated, state, names) => {
                match threshold {
                    Threshold::Count(count) => write!(out, "AT_LEAST({count}, ")?,
                    Threshold::Percent(percent) => write!(out, "AT_LEAST({percent}%, ")?,
                }
                let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
                write!(out, "{}{}, ({}))", if *negated { "NOT " } else { "" }, state.name(), names.join(", "))
            }
            Self::Not(inner) => write!(out, "NOT {inner}"),
            Self::All(parts) => joined(parts, "AND"),
            Self::Any(parts) => joined(parts, "OR"),
            Self::Group(inner) => write!(out, "({inner})"),
        }
    }
}

impl Problem {
    fn new(message: impl Into<String>, range: Range<usize>) -> Self {
        Self { message: message.into(), help: None, range }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}
