//! How far back what is kept reaches, and in which steps.

use super::made::made;
use super::{CYCLE, Rule, window};
use jiff::{SignedDuration, Timestamp};

/// For so many days at least what is in cold storage stays there.
const COLD_DAYS: u32 = 90;

/// Recovery points that are so far apart and kept for so long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// The rule that makes them.
    pub rule: String,
    /// The longest time between the starts of two of them; none where the rule makes fewer than two.
    pub apart: Option<SignedDuration>,
    /// For how many days each is kept; none for ever.
    pub days: Option<u32>,
    /// After how many of them it is in cold storage; none never.
    pub cold_after: Option<u32>,
    /// How far back there surely is one: shortly after one was deleted, only the next one is left. None where at times there is none at all.
    /// With a retention without end it is how far apart they are that matters, and this is none too.
    pub surely: Option<SignedDuration>,
}

/// The rungs of the rules of one plan, the shortest kept first. What another rung has too, at least as often and for at least as long, is left
/// out, and a rule of which every run is swallowed by others makes none.
///
/// Retention counts from when a job starts (AWS Backup Developer Guide, "Deleting backups"); what has expired goes within the eight hours after.
///
/// # Errors
///
/// A rule runs too often for its runs to be compared with those of the others, or AWS takes no such retention: what moves to cold storage stays
/// there for 90 days at least (AWS Backup API, `Lifecycle`).
pub fn ladder(rules: &[Rule], after: Timestamp) -> Result<Vec<Rung>, String> {
    let until = after.checked_add(CYCLE).unwrap_or(Timestamp::MAX);
    let too_short = |rule: &&Rule| matches!((rule.cold_after, rule.delete_after), (Some(cold), Some(delete)) if delete < cold.saturating_add(COLD_DAYS));
    if let Some(rule) = rules.iter().find(too_short) {
        return Err(format!("rule \"{}\" deletes within {COLD_DAYS} days after the move to cold storage, which AWS refuses", rule.name));
    }
    let all: Vec<&Rule> = rules.iter().collect();
    let ways = made(&all, after, until)?;
    let mut rungs: Vec<Rung> = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        // The worse of the ways in which AWS may choose.
        let apart = ways.iter().map(|made| {
            let own: Vec<_> = made.iter().filter(|made| made.rule == index).collect();
            let widest = own.iter().zip(own.iter().skip(1)).map(|(one, next)| next.late.duration_since(one.early)).max();
            (own.is_empty(), widest.map(|gap| gap.saturating_add(window(rule))))
        });
        let apart: Vec<_> = apart.collect();
        if apart.iter().any(|(is_empty, _)| *is_empty) {
            continue;
        }
        let apart = if apart.iter().any(|(_, gap)| gap.is_none()) { None } else { apart.iter().filter_map(|(_, gap)| *gap).max() };
        let kept = rule.delete_after.map(|days| SignedDuration::from_hours(24 * i64::from(days)));
        let surely = kept.zip(apart).map(|(kept, apart)| kept.saturating_sub(apart)).filter(|left| *left > SignedDuration::ZERO);
        rungs.push(Rung { rule: rule.name.clone(), apart, days: rule.delete_after, cold_after: rule.cold_after, surely });
    }
    let days = |rung: &Rung| rung.days.unwrap_or(u32::MAX);
    let apart = |rung: &Rung| rung.apart.unwrap_or(SignedDuration::MAX);
    let all = rungs.clone();
    let mut index = 0;
    rungs.retain(|rung| {
        let own = index;
        index += 1;
        !all.iter().enumerate().any(|(other_index, other)| {
            let covers = days(other) >= days(rung) && apart(other) <= apart(rung);
            let is_same = days(other) == days(rung) && apart(other) == apart(rung);
            other_index != own && covers && (!is_same || other_index < own)
        })
    });
    rungs.sort_by_key(|rung| (days(rung), rung.rule.clone()));
    Ok(rungs)
}
