//! Many things to which exactly the same happens, so that 500 equal changes can be shown once.

use crate::model::Action;
use std::collections::BTreeMap;

/// More actions than this that do the same are shown together.
const ALIKE: usize = 20;

/// The actions that change anything, those that do exactly the same together where they are many, at the place of the first of them.
pub(super) fn alike(actions: &[Action]) -> Vec<Vec<&Action>> {
    let mut groups: BTreeMap<String, usize> = BTreeMap::new();
    let mut together: Vec<Vec<&Action>> = Vec::new();
    for action in actions.iter().filter(|action| action.changes_anything()) {
        let id = &action.id;
        let key =
            format!("{:?}", (&action.block, action.verb, &id.kind, &id.target, &id.region, &action.changes, &action.also, &action.remarks));
        let next = together.len();
        let group = *groups.entry(key).or_insert(next);
        match together.get_mut(group) {
            Some(group) => group.push(action),
            None => together.push(vec![action]),
        }
    }
    // A group that is shown whole stands where its first member stood.
    let mut shown: Vec<(&str, Vec<&Action>)> = Vec::new();
    for group in together {
        if group.len() > ALIKE {
            shown.extend(group.first().map(|first| (first.address.as_str(), group.clone())));
        } else {
            shown.extend(group.into_iter().map(|action| (action.address.as_str(), vec![action])));
        }
    }
    let place: BTreeMap<&str, usize> = actions.iter().enumerate().map(|(at, action)| (action.address.as_str(), at)).collect();
    shown.sort_by_key(|(address, _)| place.get(address).copied());
    shown.into_iter().map(|(_, group)| group).collect()
}
