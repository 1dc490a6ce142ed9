//! Which of two rules is true in more cases.

use super::{AlarmRule, Expression, State};
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

    /// Looks at every case; `None` where there are too many.
    fn by_cases(&self, other: &Self) -> Option<Ordering> {
        let mut asked = self.0.asked();
        for (name, states) in other.0.asked() {
            asked.entry(name).or_default().extend(states);
        }
        let numbers: BTreeMap<&str, usize> = asked.keys().enumerate().map(|(number, name)| (*name, number)).collect();
        // Of an alarm only the states that are asked for are told apart, and one that stands for all others.
        let choices: Vec<Vec<State>> = asked.values().map(|states| told_apart(states)).collect();
        let combinations = choices.iter().try_fold(1_usize, |all, states| all.checked_mul(states.len()))?;
        if combinations > COMBINATIONS {
            return None;
        }
        let (before, after) = (Numbered::of(&self.0, &numbers), Numbered::of(&other.0, &numbers));
        let mut case = vec![State::Ok; choices.len()];
        let mut won = false;
        for number in 0..combinations {
            let mut rest = number;
            for (state, choice) in case.iter_mut().zip(&choices) {
                *state = choice.get(rest % choice.len()).copied().unwrap_or(*state);
                rest /= choice.len();
            }
            match (before.holds(&case), after.holds(&case)) {
                (true, false) => return Some(Ordering::Less),
                (false, true) => won = true,
                _ => {}
            }
        }
        Some(if won { Ordering::Greater } else { Ordering::Equal })
    }

    /// What `OR` joins, each as a text.
    fn parts(&self) -> BTreeSet<String> {
        let mut inner = &self.0;
        while let Expression::Group(group) = inner {
            inner = group;
        }
        match inner {
            Expression::Any(parts) => parts.iter().map(ToString::to_string).collect(),
            other => BTreeSet::from([other.to_string()]),
        }
    }
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
        let number = |name: &String| numbers.get(name.as_str()).copied().unwrap_or(usize::MAX);
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

fn by_parts(before: &BTreeSet<String>, after: &BTreeSet<String>) -> Ordering {
    if before == after {
        Ordering::Equal
    } else if before.is_subset(after) {
        Ordering::Greater
    } else {
        Ordering::Less
    }
}
