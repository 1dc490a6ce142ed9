//! Which of two rules is true in more cases.

use super::{AlarmRule, Expression, State};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// The most combinations of states that are looked at.
const COMBINATIONS: usize = 100_000;

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
        // Of an alarm only the states that are asked for are told apart, and one that stands for all others.
        let cases: Vec<(&str, Vec<State>)> = asked.into_iter().map(|(name, states)| (name, told_apart(&states))).collect();
        let combinations = cases.iter().try_fold(1_usize, |all, (_, states)| all.checked_mul(states.len()))?;
        if combinations > COMBINATIONS {
            return None;
        }
        let (mut lost, mut won) = (false, false);
        for number in 0..combinations {
            let mut rest = number;
            let mut case: BTreeMap<&str, State> = BTreeMap::new();
            for (name, states) in &cases {
                case.extend(states.get(rest % states.len()).map(|state| (*name, *state)));
                rest /= states.len();
            }
            let state = |name: &str| case.get(name).copied().unwrap_or(State::Ok);
            match (self.holds(&state), other.holds(&state)) {
                (true, false) => lost = true,
                (false, true) => won = true,
                _ => {}
            }
        }
        Some(match (lost, won) {
            (true, _) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => Ordering::Equal,
        })
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
