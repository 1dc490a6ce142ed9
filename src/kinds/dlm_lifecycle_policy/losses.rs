//! What is deleted although its policy stops: backups of a default policy that extends deletion, and snapshots that wait to be archived.
//!
//! Sources: DLM API `CreateLifecyclePolicy`, `ExtendDeletion`; EBS User Guide, "Modify Amazon Data Lifecycle Manager policies" and "Delete
//! Amazon Data Lifecycle Manager policies".

use super::{DEFAULT, SCHEDULE, STATE};
use crate::model::{Change, Live, Reading, Value, Wanted, path};
use std::collections::BTreeMap;

/// Of a default policy: whether it goes on deleting when it stops.
const EXTENDS: &str = "policy_details.extend_deletion";
/// Of a schedule: for how long, or how many, archived snapshots are kept.
const TIER: &str = "archive_rule.archive_retain_rule.retention_archive_tier";

const STOPPED: &str =
    "no backup is made any more, and those that exist are still deleted when their time is over, the last one of each included";
const REPLACED: &str = "the backups that the policy before made are still deleted when their time is over, the last one of each included";
const REMOVED: &str = "no snapshot is made any more; those that wait to be archived are deleted at that time and cannot be brought back; others stay, and are not deleted when their time is over";
const SCHEDULE_GONE: &str = "it makes no more snapshots; those that wait to be archived are deleted at that time and cannot be brought back; others stay, and are not deleted when their time is over";
const ARCHIVE_GONE: &str = "nothing more is archived; snapshots that wait for it are deleted at that time and cannot be brought back; those in the archive stay, and are not deleted when their time is over";

fn known<'l>(live: &'l Live, at: &str) -> Option<&'l Value> {
    match live.settings.get(at)? {
        Reading::Known(value) => Some(value).filter(|value| !value.is_nothing()),
        Reading::Unset | Reading::Unreadable { .. } => None,
    }
}

/// What is lost where the policy goes; `None` where all that there is stays.
pub(super) fn of_removal(live: &Live) -> Option<&'static str> {
    let interval = format!("{SCHEDULE}.{TIER}.interval");
    let archives_by_age = || live.settings.keys().any(|at| path::generic(at) == interval && known(live, at).is_some());
    if extends(live) { Some(STOPPED) } else { archives_by_age().then_some(REMOVED) }
}

fn extends(live: &Live) -> bool {
    known(live, EXTENDS) == Some(&Value::Bool(true))
}

/// What is lost by a change, beside what the direction of its setting tells.
///
/// A schedule that archives by count loses nothing that exists when it stops. Where deletion is extended no more by the change that stops the
/// policy, AWS does not say which of the two counts first: what exists is taken as lost.
pub(super) fn of_change(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<&'static str> {
    let at = change.setting.as_str();
    let archives_by_age = |schedule: &str| known(live, &format!("{schedule}.{TIER}.interval")).is_some();
    match path::generic(at).as_str() {
        STATE => {
            let will_extend = wanted.get(EXTENDS).is_some_and(|wanted| wanted.value == Value::Bool(true));
            (change.after == Value::from("DISABLED") && (extends(live) || will_extend)).then_some(STOPPED)
        }
        DEFAULT => extends(live).then_some(REPLACED),
        SCHEDULE => (change.after == Value::Bool(false) && archives_by_age(at)).then_some(SCHEDULE_GONE),
        _ => {
            let (schedule, leaf) = at.split_once(&format!(".{TIER}."))?;
            let goes = ["interval", "interval_unit"].contains(&leaf) && change.after.is_nothing();
            (goes && archives_by_age(schedule)).then_some(ARCHIVE_GONE)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LifecyclePolicy, SPEC};
    use super::*;
    use crate::kinds::Kind as _;
    use crate::model::{Consent, Effect, Reaches};

    fn live(settings: &[(&str, Value)]) -> Live {
        let settings = settings.iter().map(|(at, value)| ((*at).to_owned(), Reading::Known(value.clone()))).collect();
        Live { settings, ..Live::default() }
    }

    fn changed(setting: &str, after: Value, live: &Live) -> (Option<Effect>, Option<String>) {
        let change = Change {
            setting: setting.to_owned(),
            before: live.settings.get(setting).cloned().unwrap_or(Reading::Unset),
            after,
            effect: Effect::Neutral,
            reaches: Reaches::Future,
            consequence: None,
            consent: Consent::NotNeeded,
            because: None,
            part_of: None,
        };
        let none = BTreeMap::new();
        let words = LifecyclePolicy.consequence_among(&change, live, &none, jiff::Timestamp::UNIX_EPOCH);
        (LifecyclePolicy.effect(&change, live, &none), words)
    }

    #[test]
    fn a_default_policy_that_extends_deletion_goes_on_deleting_when_it_stops() {
        let extends = live(&[("state", "ENABLED".into()), (EXTENDS, Value::Bool(true)), (DEFAULT, "VOLUME".into())]);
        let keeps = live(&[("state", "ENABLED".into()), (EXTENDS, Value::Bool(false)), (DEFAULT, "VOLUME".into())]);
        assert_eq!(LifecyclePolicy.removal(&extends), Some((Effect::LosesData, STOPPED.to_owned())));
        assert_eq!(LifecyclePolicy.removal(&keeps), None);
        assert_eq!(changed("state", "DISABLED".into(), &extends), (Some(Effect::LosesData), Some(STOPPED.to_owned())));
        assert_eq!(changed("state", "DISABLED".into(), &keeps), (None, None));
        assert_eq!(changed(DEFAULT, "INSTANCE".into(), &extends).0, Some(Effect::LosesData));
        let setting = SPEC.setting(EXTENDS).unwrap();
        assert_eq!(setting.effect(EXTENDS, &keeps.settings, &Value::Bool(true)), Some(Effect::LosesData));
        assert_eq!(setting.effect(EXTENDS, &extends.settings, &Value::Bool(false)), Some(Effect::Strengthens));
    }

    #[test]
    fn what_waits_to_be_archived_by_age_goes_with_its_schedule() {
        let monthly = path::keyed(SCHEDULE, "monthly");
        let interval = format!("{monthly}.{TIER}.interval");
        let by_age = live(&[(&monthly, Value::Bool(true)), (&interval, Value::from(7))]);
        let by_count = live(&[(&monthly, Value::Bool(true)), (&format!("{monthly}.{TIER}.count"), Value::from(7))]);
        assert_eq!(LifecyclePolicy.removal(&by_age), Some((Effect::LosesData, REMOVED.to_owned())));
        assert_eq!(LifecyclePolicy.removal(&by_count), None);
        assert_eq!(changed(&monthly, Value::Bool(false), &by_age), (Some(Effect::LosesData), Some(SCHEDULE_GONE.to_owned())));
        assert_eq!(changed(&monthly, Value::Bool(false), &by_count), (None, None));
        assert_eq!(changed(&interval, Value::Null, &by_age), (Some(Effect::LosesData), Some(ARCHIVE_GONE.to_owned())));
    }
}
