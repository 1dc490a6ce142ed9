//! Whether AWS still is what a plan was made from, and whether its consents still count.

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
            let what = format!(
                "the plan was made for account {account}, the credentials are now of account {}",
                identity.account
            );
            moved.push(Moved {
                address: format!("target.{name}"),
                what,
            });
        }
    }
    for action in &plan.actions {
        let live = now.resources.iter().find(|live| live.id == action.id);
        let mut say = |what: String| {
            moved.push(Moved {
                address: action.address.clone(),
                what,
            })
        };
        match live {
            None if now.absent.contains(&action.id) => say(format!("{} no longer exists", action.id.name)),
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
    let changes = plan
        .actions
        .iter()
        .flat_map(|action| action.changes.iter().map(move |change| (action, change)));
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
