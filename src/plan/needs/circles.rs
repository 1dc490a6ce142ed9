//! Things that need each other's presence in a circle, so that none can be made first.

use super::{Seen, Thing};
use crate::kinds::Needed;
use crate::model::{Code, Diagnostic, Policy, Wanted};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What a thing needs, by its place, with the setting that says so.
type Edges = BTreeMap<usize, Vec<(usize, String)>>;

/// One problem for each circle.
pub(super) fn circles(policy: &Policy, things: &[Thing<'_>]) -> Vec<Diagnostic> {
    let mut edges = edges(policy, things);
    // What needs nothing that is left is in no circle.
    loop {
        let left: BTreeSet<usize> = edges.keys().copied().collect();
        for needed in edges.values_mut() {
            needed.retain(|(to, _)| left.contains(to));
        }
        let before = edges.len();
        edges.retain(|_, needed| !needed.is_empty());
        if edges.len() == before {
            break;
        }
    }
    let mut told: BTreeSet<usize> = BTreeSet::new();
    let mut problems = Vec::new();
    for start in edges.keys().copied().collect::<Vec<_>>() {
        let Some(circle) = (!told.contains(&start)).then(|| circle(&edges, start)).flatten() else { continue };
        told.extend(circle.iter().map(|(place, _)| *place));
        problems.extend(problem(things, &circle));
    }
    problems
}

fn edges(policy: &Policy, things: &[Thing<'_>]) -> Edges {
    let mut by_arn: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, thing) in things.iter().enumerate() {
        if let Some(arn) = &thing.arn {
            by_arn.entry(arn).or_default().push(place);
        }
    }
    let mut edges = Edges::new();
    for (from, thing) in things.iter().enumerate() {
        for need in thing.needs(policy, &Seen::default()).into_iter().filter(|need| matches!(need.needed, Needed::Presence)) {
            let others = by_arn.get(need.of.as_str()).into_iter().flatten().filter(|to| **to != from);
            edges.entry(from).or_default().extend(others.map(|to| (*to, need.at.clone())));
        }
    }
    edges
}

/// The shortest way from a thing back to itself: each place with the setting that leads on.
fn circle(edges: &Edges, start: usize) -> Option<Vec<(usize, String)>> {
    let mut came: BTreeMap<usize, (usize, &str)> = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(from) = next.pop_front() {
        for (to, at) in edges.get(&from).into_iter().flatten() {
            if *to != start && came.contains_key(to) {
                continue;
            }
            came.insert(*to, (from, at));
            if *to == start {
                let mut way = Vec::new();
                let mut place = start;
                while let Some((from, at)) = came.get(&place) {
                    way.push((*from, (*at).to_owned()));
                    place = *from;
                    if place == start {
                        way.reverse();
                        return Some(way);
                    }
                }
                return None;
            }
            next.push_back(*to);
        }
    }
    None
}

fn problem(things: &[Thing<'_>], circle: &[(usize, String)]) -> Option<Diagnostic> {
    let mut found = circle.iter().filter_map(|(place, at)| Some((things.get(*place)?, at)));
    let names: Vec<String> = circle.iter().filter_map(|(place, _)| Some(format!("`{}`", things.get(*place)?.address))).collect();
    let (first, at) = found.next()?;
    let title = format!("{} need each other in a circle, so that none of them can be made first", names.join(", "));
    let mut problem = Diagnostic::error(Code::NeedsInCircle, title).help("take one of these references out");
    let place = |thing: &Thing<'_>, at: &str| Wanted::place(thing.wanted, at).or(thing.header).cloned();
    if let Some(span) = place(first, at) {
        problem = problem.at(span);
    }
    for (thing, at) in found {
        if let Some(span) = place(thing, at) {
            problem = problem.label(span, "and so on from here");
        }
    }
    Some(problem)
}
