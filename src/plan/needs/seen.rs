//! What there is that things could choose by pattern or tag.

use super::Thing;
use crate::kinds;
use crate::model::{Inventory, Listed, Snapshot};
use std::collections::BTreeMap;

/// Tags by key.
type Tags = BTreeMap<String, String>;

/// What is known to be in each region and account.
#[derive(Default)]
pub(super) struct Seen(BTreeMap<(String, String), Vec<Listed>>);

impl Seen {
    /// The declared things, and what was listed by ARN because things choose among it, each with its tags where a listing showed them.
    pub(super) fn new(things: &[Thing<'_>], snapshot: Option<&Snapshot>) -> Self {
        let tags: BTreeMap<String, &Tags> = snapshot.map(tags).unwrap_or_default();
        let mut seen: BTreeMap<(String, String), BTreeMap<String, Option<Tags>>> = BTreeMap::new();
        for thing in things {
            let Some(arn) = &thing.arn else { continue };
            let place = (thing.region.to_owned(), thing.account.to_owned());
            seen.entry(place).or_default().insert(arn.clone(), tags.get(arn).copied().cloned());
        }
        let targets = snapshot.into_iter().flat_map(|snapshot| &snapshot.identities);
        for (target, identity) in targets {
            let place = (identity.region.clone(), identity.account.clone());
            let listed = snapshot.map(|snapshot| snapshot.listed_by_arn(target)).unwrap_or_default();
            seen.entry(place).or_default().extend(listed.into_iter().map(|listed| (listed.name, listed.tags)));
        }
        let listed = |things: BTreeMap<String, Option<Tags>>| things.into_iter().map(|(name, tags)| Listed { name, tags }).collect();
        Self(seen.into_iter().map(|(place, things)| (place, listed(things))).collect())
    }

    /// All of it where a thing is.
    pub(super) fn around(&self, thing: &Thing<'_>) -> &[Listed] {
        self.0.get(&(thing.region.to_owned(), thing.account.to_owned())).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The tags of all that was listed, by ARN.
fn tags(snapshot: &Snapshot) -> BTreeMap<String, &Tags> {
    let of = |inventory: &'_ Inventory, listed: &'_ Listed| {
        if listed.name.starts_with("arn:") {
            return Some(listed.name.clone());
        }
        let identity = snapshot.identities.get(&inventory.target)?;
        kinds::spec(&inventory.kind)?.known_as(&identity.region, &identity.account, &listed.name)
    };
    let listed = snapshot.inventories.iter().flat_map(|inventory| inventory.listed.iter().map(move |listed| (inventory, listed)));
    listed.filter_map(|(inventory, listed)| Some((of(inventory, listed)?, listed.tags.as_ref()?))).collect()
}
