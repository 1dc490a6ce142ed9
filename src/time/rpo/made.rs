//! Which runs of the rules of one plan make a recovery point.

use super::{MOST_RUNS, Rule};
use crate::time::{Windowed, overlaps};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// A run that makes a recovery point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Made {
    /// When it comes, and the first of the two where its local time comes twice.
    pub(super) early: Timestamp,
    /// The second of the two; else the same.
    pub(super) late: Timestamp,
    /// Which rule it is of.
    pub(super) rule: usize,
}

/// The runs that make recovery points, in order: once, or for each way in which AWS may choose among rules that keep equally long.
///
/// # Errors
///
/// A rule runs too often for its runs to be compared with those of the others.
pub(super) fn made(rules: &[&Rule], after: Timestamp, until: Timestamp) -> Result<Vec<Vec<Made>>, String> {
    let mut all: Vec<Vec<Timestamp>> = Vec::new();
    for rule in rules {
        let runs: Vec<Timestamp> = rule.schedule.runs(after, &rule.zone).take_while(|run| *run <= until).take(MOST_RUNS + 1).collect();
        if runs.len() > MOST_RUNS {
            return Err(format!("rule \"{}\" runs more often than once an hour, too often to be compared with the others", rule.name));
        }
        all.push(runs);
    }
    let mut ways = vec![chosen(rules, &all, after, until, false)];
    let is_undecided =
        |(index, rule): (usize, &&Rule)| rules.iter().skip(index.saturating_add(1)).any(|other| retention(rule) == retention(other));
    if rules.iter().enumerate().any(is_undecided) {
        let other = chosen(rules, &all, after, until, true);
        if !ways.contains(&other) {
            ways.push(other);
        }
    }
    Ok(ways)
}

/// For ever is longest.
pub(super) fn retention(rule: &Rule) -> u32 {
    rule.delete_after.unwrap_or(u32::MAX)
}

fn chosen(rules: &[&Rule], all: &[Vec<Timestamp>], after: Timestamp, until: Timestamp, first_wins: bool) -> Vec<Made> {
    let mut lost: Vec<BTreeSet<Timestamp>> = vec![BTreeSet::new(); rules.len()];
    for (index, rule) in rules.iter().enumerate() {
        for (other_index, other) in rules.iter().enumerate() {
            let is_shorter = match retention(rule).cmp(&retention(other)) {
                std::cmp::Ordering::Less => true,
                std::cmp::Ordering::Equal => index != other_index && (index < other_index) != first_wins,
                std::cmp::Ordering::Greater => false,
            };
            if !is_shorter {
                continue;
            }
            let windowed = |rule: &'_ Rule| (rule.schedule.clone(), rule.zone.clone(), rule.start_window);
            let (one, two) = (windowed(rule), windowed(other));
            let one = Windowed { schedule: &one.0, zone: &one.1, start: one.2 };
            let two = Windowed { schedule: &two.0, zone: &two.1, start: two.2 };
            if let Some(lost) = lost.get_mut(index) {
                lost.extend(overlaps(one, two, after, until).map(|overlap| overlap.one));
            }
        }
    }
    let mut made = Vec::new();
    for (index, ((rule, runs), lost)) in rules.iter().zip(all).zip(&lost).enumerate() {
        let kept = runs.iter().filter(|run| !lost.contains(run));
        made.extend(kept.map(|run| Made { early: *run, late: again(rule, *run), rule: index }));
    }
    made.sort_by_key(|made| (made.early, made.rule));
    made
}

fn again(rule: &Rule, run: Timestamp) -> Timestamp {
    if rule.schedule.is_rate() { run } else { rule.zone.again(run).unwrap_or(run) }
}
