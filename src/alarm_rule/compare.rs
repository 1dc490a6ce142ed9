//! Which of two rules is true in more cases.

use super::{AlarmRule, Expression, State, alarm_name};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// The most combinations of states that are looked at, which is soon done for rules of any length: those of 12 alarms that fire or do not.
const COMBINATIONS: usize = 4_096;

impl AlarmRule {
    /// `Greater` where the other is true whenever this one is, and in more cases; `Less` where there are cases in which this one is true and
    /// the other no longer is, whatever came.
    ///
    /// Rules over so many alarms that not all cases can be looked at are compared by the parts that `OR` joins.
    pub fn direction(&self, other: &Self) -> Ordering {
        self.by_cases(other).unwrap_or_else(|| by_parts(&self.parts(), &other.parts()))
    }

    /// What it always is, whatever the states of its alarms: true or false. `None` where there are cases of both, or too many cases to look at
    /// them all.
    pub fn always(&self) -> Option<bool> {
        let never = Self(Expression::Constant(false));
        let mut found = None;
        let is_one = cases(&[self, &never], |held| {
            let holds = held.first().copied().unwrap_or_default();
            *found.get_or_insert(holds) == holds
        });
        if is_one? { found } else { None }
    }

    /// Looks at every case; `None` where there are too many.
    fn by_cases(&self, other: &Self) -> Option<Ordering> {
        let mut won = false;
        let kept = cases(&[self, other], |held| {
            won |= matches!(held, [false, true]);
            !matches!(held, [true, false])
        });
        Some(match (kept?, won) {
            (false, _) => Ordering::Less,
            (true, true) => Ordering::Greater,
            (true, false) => Ordering::Equal,
        })
    }

    /// What `OR` joins, each as a text.
    fn parts(&self) -> BTreeSet<String> {
        let mut inner = &self.0;
        while let Expression::Group(group) = inner {
            inner = group;
        }
        match inner {
            Expression::Any(parts) => parts.iter().map(by_names).collect(),
            other => BTreeSet::from([by_names(other)]),
        }
    }
}

/// Tells for every case which of the rules are true, until it is told `false`; whether it went through all. `None` where there are too many.
fn cases(rules: &[&AlarmRule], mut tell: impl FnMut(&[bool]) -> bool) -> Option<bool> {
    let mut asked: BTreeMap<&str, Vec<State>> = BTreeMap::new();
    for (name, states) in rules.iter().flat_map(|rule| rule.0.asked()) {
        asked.entry(alarm_name(name)).or_default().extend(states);
    }
    let numbers: BTreeMap<&str, usize> = asked.keys().enumerate().map(|(number, name)| (*name, number)).collect();
    // Of an alarm only the states that are asked for are told apart, and one that stands for all others.
    let choices: Vec<Vec<State>> = asked.values().map(|states| told_apart(states)).collect();
    let combinations = choices.iter().try_fold(1_usize, |all, states| all.checked_mul(states.len()))?;
    if combinations > COMBINATIONS {
        return None;
    }
    let rules: Vec<Numbered> = rules.iter().map(|rule| Numbered::of(&rule.0, &numbers)).collect();
    let mut case = vec![State::Ok; choices.len()];
    for number in 0..combinations {
        let mut rest = number;
        for (state, choice) in case.iter_mut().zip(&choices) {
            *state = choice.get(rest % choice.len()).copied().unwrap_or(*state);
            rest /= choice.len();
        }
        let held: Vec<bool> = rules.iter().map(|rule| rule.holds(&case)).collect();
        if !tell(&held) {
            return Some(false);
        }
    }
    Some(true)
}

/// A rule whose alarms have numbers, so that no name is looked up case by case.
enum Numbered {
    Constant(bool),
    Is(State, usize),
    /// So many of the alarms are in a state, or with `true` are not.
    AtLeast(usize, bool, State, Vec<usize>),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl Numbered {
    fn of(expression: &Expression, numbers: &BTreeMap<&str, usize>) -> Self {
        let number = |name: &String| numbers.get(alarm_name(name)).copied().unwrap_or(usize::MAX);
        let each = |parts: &[Expression]| parts.iter().map(|part| Self::of(part, numbers)).collect();
        match expression {
            Expression::Constant(value) => Self::Constant(*value),
            Expression::Is(state, name) => Self::Is(*state, number(name)),
            Expression::AtLeast(threshold, negated, state, names) => {
                Self::AtLeast(threshold.of(names.len()), *negated, *state, names.iter().map(number).collect())
            }
            Expression::Not(inner) => Self::Not(Box::new(Self::of(inner, numbers))),
            Expression::Group(inner) => Self::of(inner, numbers),
            Expression::All(parts) => Self::All(each(parts)),
            Expression::Any(parts) => Self::Any(each(parts)),
        }
    }

    /// Whether it is true in this case: the state of each alarm, by its number.
    fn holds(&self, case: &[State]) -> bool {
        let is = |wanted: State, number: usize| case.get(number) == Some(&wanted);
        match self {
            Self::Constant(value) => *value,
            Self::Is(wanted, number) => is(*wanted, *number),
            Self::AtLeast(enough, negated, wanted, numbers) => {
                numbers.iter().filter(|number| is(*wanted, **number) != *negated).count() >= *enough
            }
            Self::Not(inner) => !inner.holds(case),
            Self::All(parts) => parts.iter().all(|part| part.holds(case)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(case)),
        }
    }
}

/// The states that are asked for, and one more for the others where there are others. There is always one.
fn told_apart(asked: &[State]) -> Vec<State> {
    let (mut states, others): (Vec<State>, Vec<State>) = State::ALL.into_iter().partition(|state| asked.contains(state));
    states.extend(others.first());
    states
}

/// A part as a text in which every alarm has its name.
fn by_names(part: &Expression) -> String {
    let own = |name: &String| alarm_name(name).to_owned();
    let each = |parts: &[Expression]| parts.iter().map(by_names).collect::<Vec<_>>();
    match part {
        Expression::Constant(_) => part.to_string(),
        Expression::Is(state, name) => Expression::Is(*state, own(name)).to_string(),
        Expression::AtLeast(threshold, negated, state, names) => {
            Expression::AtLeast(*threshold, *negated, *state, names.iter().map(own).collect()).to_string()
        }
        Expression::Not(inner) => format!("NOT {}", by_names(inner)),
        Expression::All(parts) => each(parts).join(" AND "),
        Expression::Any(parts) => each(parts).join(" OR "),
        Expression::Group(inner) => format!("({})", by_names(inner)),
    }
}

fn by_parts(before: &BTreeSet<String>, after: &BTreeSet<String>) -> Ordering {
    if before == after {
        Ordering::Equal
    } else if before.is_subset(after) {
        Ordering::Greater
    } else {
        Ordering::Less
    }
}
