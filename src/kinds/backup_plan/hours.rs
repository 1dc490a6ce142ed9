//! When the rules of a plan start their backups, and the databases that are busy with something else then.
//!
//! Databases of RDS make no snapshots within their backup and maintenance windows and within the hour before: jobs that start then fail. Where
//! AWS Backup backs the same instance up continuously too, it keeps clear of these hours itself.
//!
//! Source: AWS Backup Developer Guide, Backup plan options and configuration.

use super::circumstances::{key, placed, rules};
use super::{CONTINUOUS, SCHEDULE, ZONE};
use crate::kinds::backup_choice::{Choice, RESOURCES};
use crate::kinds::{Busy, Flat, Need, Needed, Place, backup_types};
use crate::model::{Severity, Value, Wanted, path};
use crate::time::{Schedule, Service, Starts, Windows, Zone};
use std::collections::{BTreeMap, BTreeSet};

/// When the jobs of a rule may start; none where only AWS will know, or AWS takes no such schedule.
pub(super) fn starts(wanted: &BTreeMap<String, Wanted>, rule: &str) -> Option<Starts> {
    let value = |setting: &str| wanted.get(&path::child(rule, setting)).map(|wanted| &wanted.value);
    let schedule = value(SCHEDULE).map_or(Some("cron(0 5 ? * * *)"), Value::as_str)?;
    let zone = value(ZONE).map_or(Some("Etc/UTC"), Value::as_str)?;
    let window = value("start_window").and_then(Value::as_i64).and_then(|minutes| u32::try_from(minutes).ok());
    Some(Starts {
        schedule: Schedule::parse(schedule, Service::Backup).ok()?,
        zone: Zone::named(zone).ok()?,
        window: window.unwrap_or(Windows::DEFAULT.start),
    })
}

/// What the rules need of the databases that their selections choose: that no start window meets their hours.
pub(super) fn free(wanted: &BTreeMap<String, Wanted>, selections: &[&BTreeMap<String, Wanted>], place: Place<'_>) -> Vec<Need> {
    let is_continuous = |rule: &String| wanted.get(&path::child(rule, CONTINUOUS)).is_some_and(|flag| flag.value == Value::Bool(true));
    let coordinated = rules(wanted).any(is_continuous);
    let mut databases = chosen(selections, place);
    databases.retain(|arn| !(coordinated && backup_types::of_arn(arn) == ["RDS"]));
    if databases.is_empty() {
        return Vec::new();
    }
    let mut needs = Vec::new();
    for (rule, starts) in rules(wanted).filter_map(|rule| Some((rule, starts(wanted, rule)?))) {
        let at = placed(wanted, path::child(rule, SCHEDULE), rule);
        let otherwise = format!("such a job of rule \"{}\" fails", key(rule));
        for (of, busy) in databases.iter().flat_map(|of| [(of, Busy::Backup), (of, Busy::Maintenance)]) {
            let needed = Needed::Free { starts: starts.clone(), busy };
            needs.push(Need { at: at.clone(), of: of.clone(), needed, severity: Severity::Warning, otherwise: otherwise.clone() });
        }
    }
    needs
}

/// The ARNs of the databases that selections surely choose: those that they name, and those of what is known that they choose by pattern, by
/// tag and by condition. A plan backs up nothing elsewhere.
fn chosen(selections: &[&BTreeMap<String, Wanted>], place: Place<'_>) -> BTreeSet<String> {
    let start = format!(":rds:{}:{}:", place.region, place.account);
    let is_database = |arn: &str| arn.contains(&start) && !arn.contains('*') && !backup_types::of_arn(arn).is_empty();
    let mut chosen = BTreeSet::new();
    for selection in selections {
        let flat = Flat::of_values(&selection.iter().map(|(path, wanted)| (path.clone(), wanted.value.clone())).collect());
        let choice = Choice::new(&flat);
        let tags_of = |arn: &str| place.seen.iter().find(|seen| seen.name == arn).and_then(|seen| seen.tags.as_ref());
        let named = flat.texts(RESOURCES).unwrap_or_default();
        chosen.extend(named.into_iter().filter(|arn| is_database(arn) && choice.surely_takes(arn, tags_of(arn))));
        let seen = place.seen.iter().filter(|seen| is_database(&seen.name) && choice.surely_takes(&seen.name, seen.tags.as_ref()));
        chosen.extend(seen.map(|seen| seen.name.clone()));
    }
    chosen
}
