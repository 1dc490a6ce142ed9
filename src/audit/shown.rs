//! What the policy's own checks show of objectives that nothing in AWS tells by itself: where the configuration is kept that a restore needs, and
//! whether changes are reviewed and drift is looked for.
//!
//! A `check` that serves such an objective speaks for the accounts that it looks into. All that speak for an account must pass.

use super::checks::Checked;
use super::thing::Maker;
use crate::model::{ControlVerdict, IgnoranceSort, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A field of a thing: its name, what of it is asked, the objective, and what a check of it would look at.
const FIELDS: [(&str, &str, &str, &str); 2] = [
    ("rebuild", "is_backed_up", "BKP-13", "the bucket to which templates and definitions are exported"),
    ("changes", "are_controlled", "BKP-14", "the bucket to which reviewed plans and reports of `drift` are written"),
];

/// What checks found, by objective and account: whether all passed, and their names.
#[derive(Default)]
pub(super) struct Shown<'s>(BTreeMap<(&'s str, String), (ControlVerdict, BTreeSet<&'s str>)>);

impl<'s> Shown<'s> {
    /// Sorts what checks found.
    pub(super) fn new(checked: &[Checked<'s>]) -> Self {
        let mut shown = BTreeMap::new();
        for one in checked {
            let verdict = one.verdict();
            for objective in &one.check.objectives {
                for account in one.accounts() {
                    let (together, names) = shown.entry((objective.as_str(), account.to_owned())).or_insert((verdict, BTreeSet::new()));
                    *together = ControlVerdict::together([*together, verdict]);
                    names.insert(one.check.name.as_str());
                }
            }
        }
        Self(shown)
    }

    /// Puts in what is shown of an account.
    pub(super) fn put(&self, maker: &mut Maker<'_, '_>, account: &str) {
        for (field, name, objective, at) in FIELDS {
            let Some((verdict, names)) = self.0.get(&(objective, account.to_owned())) else {
                let why = format!(
                    "nothing in AWS tells it: let a `check` with `objectives = [\"{objective}\"]` and a target of account {account} look at {at}"
                );
                maker.miss(field, IgnoranceSort::NotLookedAt, &why);
                continue;
            };
            let holds = match verdict {
                ControlVerdict::Pass => Value::from(true),
                ControlVerdict::Fail => Value::from(false),
                ControlVerdict::Unknown | ControlVerdict::NotApplicable => {
                    let why = format!("what the checks that serve {objective} look at could not be seen");
                    maker.unknown(&format!("{field}.{name}"), IgnoranceSort::Unread, &why);
                    Value::Unknown
                }
            };
            let by = names.iter().map(|name| Value::from(*name)).collect();
            maker.put(field, Value::from(BTreeMap::from([(name.to_owned(), holds), ("by".to_owned(), Value::List(by))])));
        }
    }
}
