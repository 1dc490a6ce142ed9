//! Whether AWS still is what a plan was made from, whether its consents still count, and afterwards whether AWS became what it wanted.

use crate::model::{Consent, Plan, Reading, Snapshot, Verb};
use jiff::civil::Date;

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
        let live = now.live(&action.id);
        let mut say = |what: String| {
            let address = action.address.clone();
            moved.push(Moved { address, what });
        };
        match live {
            None if now.is_absent(&action.id) => say(format!("{} no longer exists", action.id.name)),
            None if action.verb == Verb::Unknown => {}
            None => say(format!("{} could not be read again", action.id.name)),
            Some(live) => {
                for (setting, before) in &action.before {
                    let after = live.settings.get(setting).cloned().unwrap_or(Reading::Unset);
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
    for action in plan.actions.iter().filter(|action| action.verb != Verb::Unknown) {
        let Some(live) = now.live(&action.id) else {
            if !now.is_absent(&action.id) {
                continue;
            }
            unsettled.push(Moved { address: action.address.clone(), what: format!("{} is not there any more", action.id.name) });
            continue;
        };
        let readable = |setting: &&String| !matches!(action.before.get(*setting), Some(Reading::Unreadable { .. }));
        let declared = action.wanted.iter().map(|(setting, declared)| (setting, &declared.value));
        let along = action.changes.iter().filter(|change| change.because.is_none()).map(|change| (&change.setting, &change.after));
        for (setting, wanted) in declared.chain(along).filter(|(setting, _)| readable(setting)) {
            let reading = live.settings.get(setting).cloned().unwrap_or(Reading::Unset);
            let default = crate::kinds::spec(&action.id.kind).and_then(|spec| spec.setting(setting)).map(|setting| setting.aws_default);
            let value = default.and_then(|default| reading.effective(default));
            let what = match value {
                Some(value) if value == *wanted => continue,
                Some(value) => format!("`{setting}` reads {value}, not {wanted}"),
                // What could not be read again is a gap, and no statement about the value.
                None => continue,
            };
            unsettled.push(Moved { address: action.address.clone(), what });
        }
    }
    unsettled
}
