//! Whether AWS still is what a plan was made from, whether its consents still count, and afterwards whether AWS became what it wanted.

use crate::model::{Action, Change, Consent, Fallback, Live, Plan, Reading, Snapshot, Value, Verb};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Something that a plan relies on and that is no longer so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The address.
    pub address: String,
    /// What moved, in a sentence.
    pub what: String,
}

/// Everything that moved between the plan and a fresh reading of the same things.
pub fn moved(plan: &Plan, now: &Snapshot) -> Vec<Moved> {
    let mut moved = Vec::new();
    for (name, planned) in &plan.targets {
        let Some(identity) = now.identities.get(name) else { continue };
        if let Some(account) = planned.account.as_ref().filter(|account| **account != identity.account) {
            let what = format!("the plan was made for account {account}, the credentials are now of account {}", identity.account);
            moved.push(Moved { address: format!("target.{name}"), what });
        }
    }
    for action in &plan.actions {
        let mut say = |what: String| {
            let address = action.address.clone();
            moved.push(Moved { address, what });
        };
        let about = action.replaces.as_ref().unwrap_or(&action.id);
        match now.live(about) {
            // What is refused or unknown is not touched, whatever became of it.
            _ if action.refused.is_some() => {}
            Some(_) if action.verb == Verb::Create => say(format!("{} was not there when planned, and is there now", about.name)),
            None if action.verb == Verb::Create => {}
            None if now.is_absent(about) => say(format!("{} no longer exists", about.name)),
            None if action.verb == Verb::Unknown => {}
            None => say(format!("{} could not be read again", about.name)),
            Some(live) => {
                for (setting, before) in &action.before {
                    let after = reading(live, setting);
                    match (before, &after) {
                        // What was unknown is left alone, whatever it is now.
                        (Reading::Unreadable { .. }, _) => {}
                        (_, Reading::Unreadable { cause }) => say(format!("`{setting}` could not be read again: {cause}")),
                        (before, after) if before == after => {}
                        (before, after) => say(format!("`{setting}` was {before} when planned and is now {after}")),
                    }
                }
            }
        }
    }
    moved
}

/// What was read of a setting, or of what stands in the place of one.
pub(super) fn reading(live: &Live, setting: &str) -> Reading {
    match (setting, &live.mark) {
        (Change::OWNER, Some(mark)) => Reading::Known(Value::from(format!("{}: {}", mark.workspace, mark.address))),
        _ => live.settings.get(setting).cloned().unwrap_or(Reading::Unset),
    }
}

/// The waivers that let a change of the plan through and have expired since, each with the address that it was for.
pub fn expired_consents(plan: &Plan, today: Date) -> Vec<Moved> {
    let changes = plan.actions.iter().flat_map(|action| action.changes.iter().map(move |change| (action, change)));
    changes
        .filter_map(|(action, change)| match &change.consent {
            Consent::Waiver { name, expires, .. } if *expires < today => Some(Moved {
                address: action.address.clone(),
                what: format!("waiver `{name}` for `{}` expired on {expires}", change.setting),
            }),
            _ => None,
        })
        .collect()
}

/// Everything that is not as the plan wants it, in a fresh reading of the same things. What could not be read when planned is left out.
pub fn unsettled(plan: &Plan, now: &Snapshot) -> Vec<Moved> {
    let mut unsettled = Vec::new();
    for action in plan.actions.iter().filter(|action| action.verb != Verb::Unknown && action.refused.is_none()) {
        let live = now.live(&action.id);
        let mut say = |what: String| unsettled.push(Moved { address: action.address.clone(), what });
        match (live, action.verb) {
            (Some(_), Verb::Delete) => say(format!("{} is still there", action.id.name)),
            (None, Verb::Delete) => {}
            (None, _) if !now.is_absent(&action.id) => {}
            (None, _) => say(format!("{} is not there", action.id.name)),
            (Some(live), _) => differences(action, live).into_iter().for_each(say),
        }
    }
    unsettled
}

/// What of a thing is not as its action wants it.
fn differences(action: &Action, live: &Live) -> Vec<String> {
    let readable = |setting: &&String| !matches!(action.before.get(*setting), Some(Reading::Unreadable { .. }));
    let declared = action.wanted.iter().map(|(setting, declared)| (setting, &declared.value));
    // What was in a block that goes says nothing any more; its default stands there now.
    let counts = |change: &&Change| change.part_of.is_none() || !change.after.is_nothing();
    let changed = action.changes.iter().filter(counts).map(|change| (&change.setting, &change.after));
    let mut wanted: BTreeMap<&String, &Value> = declared.chain(changed).filter(|(setting, _)| readable(setting)).collect();
    wanted.retain(|setting, _| setting.as_str() != Change::EXISTS);
    let kind = crate::kinds::find(&action.id.kind);
    let spec = kind.map(crate::kinds::Kind::spec);
    let mut differences = Vec::new();
    for (setting, wanted) in wanted {
        if kind.is_some_and(|kind| kind.withholds(live, setting, Some(wanted))) {
            continue;
        }
        let reading = reading(live, setting);
        let default = spec.and_then(|spec| spec.setting(setting)).map_or(Fallback::Absent, |setting| setting.aws_default);
        // What is gone has no value, whatever AWS's default is where the setting is there.
        if *wanted == Value::Null && reading == Reading::Unset {
            continue;
        }
        // What could not be read again is a gap, and no statement about the value.
        let Some(value) = reading.effective(default) else { continue };
        let gone = [&value, wanted].iter().all(|value| value.is_nothing() || matches!(value, Value::Bool(false)));
        if value != *wanted && !gone {
            differences.push(format!("`{setting}` reads {value}, not {wanted}"));
        }
    }
    differences
}
