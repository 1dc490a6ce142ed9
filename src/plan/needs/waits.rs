//! What waits for what because of what things need of each other, said without a reference.

use super::{Seen, Thing, by_arn, known_as, things};
use crate::kinds::{self, Needed, Place};
use crate::model::{Action, Policy, Reading, ResourceId, Snapshot, SourceId, Span, Verb, Wanted};
use crate::plan::order;
use crate::plan::resolve::Row;
use std::collections::{BTreeMap, BTreeSet};

/// Makes whatever needs something of another thing wait for it, as if it referred to it: a name that is written out is as good as a
/// reference. What goes waits for those that need it now to go, or to be changed.
///
/// Things that need a setting of each other in a circle, such as versioning of buckets that replicate to each other, get that setting ahead
/// of all else, and with it whatever they wait for outside of the circle; otherwise those in a circle are left to the references that there are.
pub(in crate::plan) fn order(policy: &Policy, snapshot: &Snapshot, rows: &[Row], actions: &mut [Action]) {
    let (mut edges, mut settings) = of_declared(policy, snapshot, rows, actions);
    edges.extend(of_going(snapshot, actions));
    let found = order::without_circles(actions, &edges);
    settings.retain(|edge, _| !found.contains(edge));
    for ((_, to), settings) in &settings {
        for setting in settings {
            if let Some(action) = actions.get_mut(*to).filter(|action| !action.ahead.contains(setting)) {
                action.ahead.push(setting.clone());
            }
        }
    }
    let found = found.into_iter();
    let waits: Vec<(usize, String)> = found.filter_map(|(from, to)| Some((from, actions.get(to)?.address.clone()))).collect();
    for (from, address) in waits {
        if let Some(action) = actions.get_mut(from).filter(|action| !action.depends_on.contains(&address)) {
            action.depends_on.push(address);
            action.depends_on.sort();
        }
    }
    let ahead: BTreeSet<usize> = settings.keys().map(|(_, to)| *to).collect();
    let circles = settings.keys().copied().collect();
    for place in order::waited_for(actions, &circles, &ahead) {
        if let Some(action) = actions.get_mut(place) {
            action.ahead = action.changes.iter().map(|change| change.setting.clone()).collect();
        }
    }
}

/// One action's place, and that of one that it waits for.
type Edge = (usize, usize);

/// Who waits for whom of what is declared, and for which settings where it is some.
fn of_declared(
    policy: &Policy,
    snapshot: &Snapshot,
    rows: &[Row],
    actions: &[Action],
) -> (BTreeSet<Edge>, BTreeMap<Edge, BTreeSet<String>>) {
    let things = things(policy, snapshot, rows);
    let by_arn = by_arn(&things);
    let staying = actions.iter().enumerate().filter(|(_, action)| action.verb != Verb::Delete);
    let place: BTreeMap<&ResourceId, usize> = staying.map(|(place, action)| (&action.id, place)).collect();
    let place = |thing: &Thing<'_>| place.get(thing.id.as_ref()?).copied();
    let mut edges: BTreeSet<Edge> = BTreeSet::new();
    let mut settings: BTreeMap<Edge, BTreeSet<String>> = BTreeMap::new();
    for (thing, from) in things.iter().filter_map(|thing| Some((thing, place(thing)?))) {
        for need in thing.needs(policy, &Seen::default()).into_iter().filter(kinds::Need::is_of_live) {
            let needed = by_arn.get(need.of.as_str()).into_iter().flatten().filter_map(|other| place(other));
            for to in needed.filter(|to| *to != from) {
                edges.insert((from, to));
                if let Needed::Setting { path, .. } = &need.needed {
                    settings.entry((from, to)).or_default().insert(path.clone());
                }
            }
        }
    }
    (edges, settings)
}

/// What goes after what needs it as things are now: AWS refuses to remove an alarm that another one is about.
fn of_going(snapshot: &Snapshot, actions: &[Action]) -> BTreeSet<Edge> {
    let going = actions.iter().enumerate().filter(|(_, action)| action.verb == Verb::Delete && !action.arn.is_empty());
    let going: BTreeMap<&str, usize> = going.map(|(place, action)| (action.arn.as_str(), place)).collect();
    let mut edges = BTreeSet::new();
    if going.is_empty() {
        return edges;
    }
    for (to, action) in actions.iter().enumerate().filter(|(_, action)| action.changes_anything()) {
        let about = action.replaces.as_ref().unwrap_or(&action.id);
        let found = snapshot.live(about).zip(kinds::find(&about.kind)).zip(snapshot.identities.get(&about.target));
        let Some(((live, kind), identity)) = found else { continue };
        let span = Span { source: SourceId::default(), range: 0..0 };
        let known = live.settings.iter().filter_map(|(path, reading)| match reading {
            Reading::Known(value) => Some((path.clone(), Wanted::new(value.clone(), span.clone()))),
            Reading::Unset | Reading::Unreadable { .. } => None,
        });
        let settings: BTreeMap<String, Wanted> = known.collect();
        let own = known_as(live, &snapshot.identities);
        let place = Place { arn: own.as_deref(), whole: None, region: &about.region, account: &identity.account, seen: &[] };
        let needed = kind.needs(&settings, place).into_iter().filter_map(|need| going.get(need.of.as_str()).copied());
        edges.extend(needed.filter(|from| *from != to).map(|from| (from, to)));
    }
    edges
}
