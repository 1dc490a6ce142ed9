//! A block of a compound's text that is made in another region than the rest of it, where an argument says so.

use crate::model::{Code, Diagnostic, Policy, Target, Wanted};
use std::collections::BTreeMap;

/// Which argument names the region, and the label of the block in the compound's text that is there.
pub(super) struct Elsewhere {
    pub(super) argument: &'static str,
    pub(super) label: &'static str,
}

impl Elsewhere {
    /// Moves what was read of the block to the target of that region, which the policy must have for the same account.
    pub(super) fn settle(
        &self,
        wanted: &BTreeMap<String, Wanted>,
        here: &Target,
        policy: &Policy,
        made: &mut Policy,
    ) -> Option<Diagnostic> {
        let argument = wanted.get(self.argument)?;
        let region = argument.value.as_str()?;
        if here.region.as_deref() == Some(region) {
            return None;
        }
        let account = |one: &Target| one.account_id.clone();
        let is_same = |other: &&Target| {
            other.region.as_deref() == Some(region)
                && (&other.assume_role, &other.profile) == (&here.assume_role, &here.profile)
                && account(other).zip(account(here)).is_none_or(|(other, here)| other == here)
        };
        let Some(there) = policy.targets.values().find(is_same) else {
            let title = format!("no target of the policy is in {region} with the account and the credentials of target `{}`", here.name);
            let help = format!("add `target \"NAME\" {{ region = \"{region}\" }}`, else as target `{}` is", here.name);
            return Some(Diagnostic::error(Code::UnknownReference, title).at(argument.span.clone()).help(help));
        };
        for protect in made.protects.iter_mut().filter(|protect| protect.address.name == self.label) {
            protect.targets = vec![there.name.clone()];
        }
        None
    }
}
