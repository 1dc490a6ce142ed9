//! Lifecycle rules beside which another one deletes sooner: of two that are about one object AWS follows the one that deletes it first.
//!
//! S3 user guide, "Examples of S3 Lifecycle configurations", overlapping filters.

use super::rule::{Filter, Rule};
use super::table::LIFECYCLE;
use super::{FOREIGN_LIFETIMES, checks};
use crate::kinds::{Answer, Need, Needed, Place};
use crate::model::{Severity, Value, Wanted, path};
use std::collections::BTreeMap;

const DAYS: &str = "expiration.days";

/// The prefix of what a rule deletes, whatever else is true of it, and after how many days; none where it deletes nothing, or only some.
pub(super) fn lifetime(rule: &Rule) -> Option<(String, i64)> {
    let days = rule.number(DAYS).filter(|_| rule.is_on())?;
    let filter = rule.filter();
    let all = Filter { prefix: filter.prefix.clone(), ..Filter::default() };
    (filter == all).then_some((filter.prefix, days))
}

/// That no other rule deletes what a rule is to keep for its days: of those that are declared, and of others'.
pub(super) fn needs(wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
    let Some(of) = place.arn else { return Vec::new() };
    let rules = checks::names(wanted, LIFECYCLE).into_iter().map(|name| path::keyed(LIFECYCLE, &name));
    let rules: Vec<(String, Rule)> = rules.map(|at| (at.clone(), Rule::wanted(&at, wanted))).collect();
    let lifetimes: Vec<(&String, (String, i64))> = rules.iter().filter_map(|(at, rule)| Some((at, lifetime(rule)?))).collect();
    let mut needs = Vec::new();
    for (at, rule) in &rules {
        let Some(days) = rule.number(DAYS).filter(|_| rule.is_on()) else { continue };
        let prefix = rule.filter().prefix;
        let mut need = |path: String| {
            let otherwise = format!("what `{at}` is to keep for {days} days goes sooner");
            let needed = Needed::Setting { path, value: Value::from(days) };
            needs.push(Need { at: path::child(at, DAYS), of: of.to_owned(), needed, severity: Severity::Warning, otherwise });
        };
        for (other, _) in lifetimes.iter().filter(|(other, (about, sooner))| *other != at && prefix.starts_with(about) && *sooner < days) {
            need(path::child(other, DAYS));
        }
        need(path::keyed(FOREIGN_LIFETIMES, &prefix));
    }
    needs
}

/// The rules of others that delete all of some prefix, as the fact has them: by id, the prefix and the days.
#[cfg(feature = "aws")]
pub(super) fn fact<'r>(rules: impl Iterator<Item = (&'r str, Rule)>) -> Value {
    let told = |(prefix, days): (String, i64)| {
        Value::Map(BTreeMap::from([("prefix".to_owned(), Value::from(prefix)), ("days".to_owned(), Value::from(days))]))
    };
    Value::Map(rules.filter_map(|(id, rule)| Some((id.to_owned(), told(lifetime(&rule)?)))).collect())
}

/// The answer to whether rules of others let what is under a prefix be; none where something else is needed.
pub(super) fn answer(need: &Need, will_be: &dyn Fn(&str) -> Option<Value>) -> Option<Answer> {
    let Needed::Setting { path, value } = &need.needed else { return None };
    let (_, prefix) = path::split_key(path).filter(|(setting, _)| setting == FOREIGN_LIFETIMES)?;
    let (Some(Value::Map(foreign)), Some(days)) = (will_be(FOREIGN_LIFETIMES), value.as_i64()) else { return Some(Answer::Unknown) };
    let sooner = foreign.iter().find_map(|(id, rule)| {
        let rule = rule.as_map()?;
        let (about, after) = (rule.get("prefix")?.as_str()?, rule.get("days")?.as_i64()?);
        (prefix.starts_with(about) && after < days).then_some((id, about, after))
    });
    let Some((id, about, after)) = sooner else { return Some(Answer::Yes) };
    let place = if about.is_empty() { "everything".to_owned() } else { format!("what is under `{about}`") };
    Some(Answer::No {
        reason: format!("has a lifecycle rule of somebody else, `{id}`, that deletes {place} after {after} days"),
        at: LIFECYCLE.to_owned(),
        remedy: "choose a prefix that it is not about, or agree with whoever made it".to_owned(),
    })
}
