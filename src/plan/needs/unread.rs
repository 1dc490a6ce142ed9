//! What could not be read of things that others need something of.

use super::{Seen, Thing, things};
use crate::kinds::{self, Need};
use crate::model::{Gap, Identity, Policy, Snapshot};
use crate::plan::resolve::Row;
use std::collections::BTreeSet;

/// How many needs a gap names.
const NAMED: usize = 3;

/// Says in each gap which needs of others are not checked for want of that reading.
pub(in crate::plan) fn say_what_hangs_on(gaps: &mut [Gap], policy: &Policy, snapshot: &Snapshot, rows: &[Row]) {
    if gaps.is_empty() {
        return;
    }
    let things = things(policy, snapshot, rows);
    let seen = Seen::new(&things, Some(snapshot));
    let needs: Vec<_> = things
        .iter()
        .flat_map(|thing| {
            thing.needs(policy, &seen).into_iter().filter(|need| !is_own(thing, need)).map(|need| (thing.address.as_str(), need))
        })
        .collect();
    for gap in gaps {
        let Some(identity) = snapshot.identities.get(&gap.target) else { continue };
        let place = Identity { region: gap.region.clone(), ..identity.clone() };
        let hangs = |of: &str| is_about(gap, of, &place);
        let found: BTreeSet<_> = needs
            .iter()
            .filter(|(_, need)| need.is_of_live() && hangs(&need.of))
            .map(|(address, need)| (*address, &need.otherwise))
            .collect();
        let said: Vec<String> =
            found.iter().take(NAMED).map(|(address, otherwise)| format!("what {address} needs of it ({otherwise})")).collect();
        if !said.is_empty() {
            let more = found.len().saturating_sub(NAMED);
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            gap.message = format!("{}; not checked for want of it: {}{more}", gap.message, said.join(", "));
        }
    }
}

/// Whether a thing needs something of itself: that it could not be read says so already.
fn is_own(thing: &Thing<'_>, need: &Need) -> bool {
    thing.arn.as_ref() == Some(&need.of)
}

/// Whether a gap is about the thing of this ARN, or about all things of its kind there.
fn is_about(gap: &Gap, of: &str, place: &Identity) -> bool {
    let Some(spec) = gap.kind.as_deref().and_then(kinds::spec) else { return false };
    let single = spec.single.and_then(|single| spec.known_as(&place.region, &place.account, single.name(&place.region, &place.account)));
    if single.as_deref() == Some(of) {
        return true;
    }
    let name = kinds::name_of(spec, of, place);
    name.is_some_and(|name| gap.resource.as_ref().is_none_or(|resource| *resource == name))
}
