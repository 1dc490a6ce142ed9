//! How long something is kept, and how often it is made, where several settings say it together.

use super::{CRON, SCHEDULE};
use crate::model::{Change, Effect, Live, Reading, Value, Wanted, path};
use crate::time::{Schedule, Service, Zone};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What a rule keeps.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kept {
    /// So many of them.
    Count(i64),
    /// All of so many days.
    Days(f64),
}

/// Where a copy says how long it is kept. Without such a rule it is taken as kept for ever: AWS says that the rule makes it go, and nothing of
/// a copy that has none (UNCONFIRMED), nor whether a rule that comes reaches copies that exist (UNCONFIRMED): it is told as if it did.
const OF_COPIES: [&str; 2] =
    ["policy_details.schedule.cross_region_copy_rule.retain_rule", "policy_details.action.cross_region_copy.retain_rule"];

/// Settings by path, live or wanted.
type Read<'a> = &'a dyn Fn(&str) -> Option<Value>;

fn days(interval: i64, unit: &str) -> Option<f64> {
    let of_unit = match unit {
        "DAYS" => 1.0,
        "WEEKS" => 7.0,
        // As AWS counts them: 100 years are 1,200 months, 5,200 weeks and 36,500 days.
        "MONTHS" => 365.0 / 12.0,
        "YEARS" => 365.0,
        _ => return None,
    };
    Value::from(interval).as_f64().map(|interval| interval * of_unit)
}

fn kept(rule: &str, read: Read<'_>) -> Option<Kept> {
    if let Some(count) = read(&path::child(rule, "count")).and_then(|value| value.as_i64()) {
        return Some(Kept::Count(count));
    }
    let interval = read(&path::child(rule, "interval")).filter(|interval| !interval.is_nothing());
    if interval.is_none() && OF_COPIES.contains(&path::generic(rule).as_str()) {
        return Some(Kept::Days(f64::INFINITY));
    }
    let interval = interval?.as_i64()?;
    days(interval, read(&path::child(rule, "interval_unit"))?.as_str()?).map(Kept::Days)
}

/// The longest time between two snapshots, in seconds.
fn longest_gap(rule: &str, read: Read<'_>) -> Option<f64> {
    if let Some(hours) = read(&path::child(rule, "interval")).and_then(|value| value.as_f64()) {
        return Some(hours * 3_600.0);
    }
    let cron = read(&path::child(rule, CRON))?;
    let schedule = Schedule::parse(cron.as_str()?, Service::Rule).ok()?;
    schedule.longest_gap(Timestamp::UNIX_EPOCH, &Zone::utc()).map(|gap| gap.as_secs_f64())
}

/// How far back the snapshots of a schedule reach where it keeps so many of them, in seconds; `rule` is one of its rules.
fn history(rule: &str, read: Read<'_>) -> Option<f64> {
    let (schedule, leaf) = rule.rsplit_once('.')?;
    let Kept::Count(count) = kept(&path::child(schedule, "retain_rule"), read)? else { return None };
    let is_of_schedule = path::generic(schedule) == SCHEDULE && ["create_rule", "retain_rule"].contains(&leaf);
    let gap = longest_gap(&path::child(schedule, "create_rule"), read).filter(|_| is_of_schedule)?;
    Some(Value::from(count).as_f64()? * gap)
}

/// Whether snapshots that are made more often push out those that were kept: as many as before reach less far back.
fn is_history_shorter(rule: &str, before: Read<'_>, after: Read<'_>) -> bool {
    history(rule, before).zip(history(rule, after)).is_some_and(|(before, after)| after < before)
}

/// What goes where snapshots are made more often, and no more of them are kept.
pub(super) fn pushed_out(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<String> {
    let (rule, leaf) = change.setting.rsplit_once('.')?;
    let is_create_rule = path::generic(rule) == format!("{SCHEDULE}.create_rule") && ["interval", CRON].contains(&leaf);
    let is_lost = is_create_rule && effect(change, live, wanted) == Some(Effect::LosesData);
    is_lost.then(|| "they are made more often and no more of them are kept, so that the older ones are deleted sooner: what can be restored reaches less far back".to_owned())
}

/// What a change does that its own setting does not tell: `2 MONTHS` after `45 DAYS` keeps more, although the number is smaller.
pub(super) fn effect(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
    let (rule, leaf) = change.setting.rsplit_once('.')?;
    let before = |at: &str| match live.settings.get(at) {
        Some(Reading::Known(value)) => Some(value.clone()),
        _ => None,
    };
    let after = |at: &str| wanted.get(at).map(|wanted| wanted.value.clone());
    if path::generic(rule) == format!("{SCHEDULE}.create_rule") && ["interval", CRON].contains(&leaf) {
        if is_history_shorter(rule, &before, &after) {
            return Some(Effect::LosesData);
        }
        let (before, after) = (longest_gap(rule, &before)?, longest_gap(rule, &after)?);
        return Some(match after.total_cmp(&before) {
            std::cmp::Ordering::Less => Effect::Strengthens,
            std::cmp::Ordering::Equal => Effect::Neutral,
            std::cmp::Ordering::Greater => Effect::Weakens,
        });
    }
    let keeps = rule.ends_with("retain_rule") || rule.ends_with("retention_archive_tier");
    if !keeps || !["count", "interval", "interval_unit"].contains(&leaf) {
        return None;
    }
    let more = |before: f64, after: f64| match after.total_cmp(&before) {
        std::cmp::Ordering::Less => Effect::LosesData,
        std::cmp::Ordering::Equal => Effect::Neutral,
        std::cmp::Ordering::Greater => Effect::Strengthens,
    };
    if let (Some(Kept::Count(had)), Some(Kept::Count(has))) = (kept(rule, &before), kept(rule, &after))
        && has < had
    {
        // Those that exist are as close together as they were made: fewer of them are kept from the next run on, however rare new ones are.
        return Some(Effect::LosesData);
    }
    if let Some((before, after)) = history(rule, &before).zip(history(rule, &after)) {
        return Some(more(before, after));
    }
    Some(match (kept(rule, &before)?, kept(rule, &after)?) {
        (Kept::Days(before), Kept::Days(after)) => more(before, after),
        (Kept::Count(before), Kept::Count(after)) => more(Value::from(before).as_f64()?, Value::from(after).as_f64()?),
        // So many of them and so many days cannot be compared: what goes is told, what comes instead is no gain.
        _ if change.after.is_nothing() => Effect::LosesData,
        _ => Effect::Neutral,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_compared_by_their_days() {
        let of = |text: &'static str, number: i64| {
            move |at: &str| match at {
                "r.interval" => Some(Value::from(number)),
                "r.interval_unit" => Some(Value::from(text)),
                _ => None,
            }
        };
        assert_eq!(kept("r", &of("WEEKS", 2)), Some(Kept::Days(14.0)));
        assert_eq!(kept("r", &of("MONTHS", 1_200)), kept("r", &of("YEARS", 100)));
        assert_eq!(kept("r", &of("HOURS", 2)), None);
    }

    #[test]
    fn a_copy_without_a_rule_is_kept_the_longest() {
        let copy = |rule: &str| format!(r#"policy_details.schedule["daily"].cross_region_copy_rule["us-west-2"].{rule}"#);
        let (interval, unit) = (copy("retain_rule.interval"), copy("retain_rule.interval_unit"));
        let rule = [(interval.clone(), Value::from(1)), (unit.clone(), Value::from("DAYS"))];
        let live = |rule: &[(String, Value)]| Live {
            settings: rule.iter().map(|(at, value)| (at.clone(), Reading::Known(value.clone()))).collect(),
            ..Live::default()
        };
        let span = crate::model::Span { source: crate::model::SourceId::default(), range: 0..0 };
        let wanted = |rule: &[(String, Value)]| -> BTreeMap<String, Wanted> {
            rule.iter().map(|(at, value)| (at.clone(), Wanted::new(value.clone(), span.clone()))).collect()
        };
        for at in [&interval, &unit] {
            let change = |before: &[(String, Value)], after: &[(String, Value)]| Change {
                setting: at.clone(),
                before: live(before).settings.get(at).cloned().unwrap_or(Reading::Unset),
                after: wanted(after).get(at).map(|wanted| wanted.value.clone()).unwrap_or_default(),
                effect: Effect::Neutral,
                reaches: crate::model::Reaches::Future,
                consequence: None,
                consent: crate::model::Consent::NotNeeded,
                because: None,
                part_of: None,
            };
            assert_eq!(effect(&change(&[], &rule), &live(&[]), &wanted(&rule)), Some(Effect::LosesData), "{at}");
            assert_eq!(effect(&change(&rule, &[]), &live(&rule), &wanted(&[])), Some(Effect::Strengthens), "{at}");
        }
        let setting = super::super::SPEC.setting(&interval).unwrap();
        assert_eq!(setting.effect(&interval, &BTreeMap::new(), &Value::from(1)), Some(Effect::LosesData));
    }
}
