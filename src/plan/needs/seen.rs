//! What there is that things could choose by pattern or tag.

use super::Thing;
use crate::kinds;
use crate::model::{Inventory, Listed, Snapshot};
use std::collections::BTreeMap;

/// Tags by key.
type Tags = BTreeMap<String, String>;

/// The declared things by their ARNs, each with its tags where a listing showed them.
pub(super) fn seen(things: &[Thing<'_>], snapshot: Option<&Snapshot>) -> Vec<Listed> {
    let tags: BTreeMap<String, &Tags> = snapshot.map(tags).unwrap_or_default();
    let arns: BTreeMap<&str, Option<&Tags>> =
        things.iter().filter_map(|thing| thing.arn.as_deref()).map(|arn| (arn, tags.get(arn).copied())).collect();
    arns.into_iter().map(|(arn, tags)| Listed { name: arn.to_owned(), tags: tags.cloned() }).collect()
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
