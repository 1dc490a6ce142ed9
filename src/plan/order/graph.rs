//! What waits for what, as a graph of actions. A name that an action waits for is an address, or a block, which is all of its things.
//!
//! Everything here is linear in the number of actions and of names that they wait for.

use crate::model::Action;
use std::collections::{BTreeMap, BTreeSet};

/// Nodes: the actions by their place, then one for each block that something waits for as a whole.
struct Graph {
    /// For each node, the nodes that wait for it.
    waiting: Vec<Vec<usize>>,
    /// For each node, the nodes that it waits for.
    needed: Vec<Vec<usize>>,
}

impl Graph {
    fn new(actions: &[&Action], more: &BTreeSet<(usize, usize)>) -> Self {
        let mut named: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, action) in actions.iter().enumerate() {
            named.entry(&action.address).or_default().push(place);
            if action.block != action.address {
                named.entry(&action.block).or_default().push(place);
            }
        }
        let mut graph = Self { waiting: vec![Vec::new(); actions.len()], needed: vec![Vec::new(); actions.len()] };
        let mut nodes: BTreeMap<&str, usize> = BTreeMap::new();
        for (place, action) in actions.iter().enumerate() {
            for name in action.depends_on.iter().map(String::as_str).filter(|name| *name != action.block && *name != action.address) {
                let Some(things) = named.get(name) else { continue };
                if let [thing] = things.as_slice() {
                    graph.add(place, *thing);
                    continue;
                }
                // One node between all that wait for a block and all its things keeps the graph small.
                let node = *nodes.entry(name).or_insert_with(|| {
                    let node = graph.waiting.len();
                    graph.waiting.push(Vec::new());
                    graph.needed.push(Vec::new());
                    for thing in things {
                        graph.add(node, *thing);
                    }
                    node
                });
                graph.add(place, node);
            }
        }
        for (from, to) in more {
            graph.add(*from, *to);
        }
        graph
    }

    /// Makes a node wait for another.
    fn add(&mut self, from: usize, to: usize) {
        if let (Some(needed), true) = (self.needed.get_mut(from), to < self.waiting.len()) {
            needed.push(to);
            if let Some(waiting) = self.waiting.get_mut(to) {
                waiting.push(from);
            }
        }
    }
}

/// The nodes in an order in which each comes after those of `before`, the lowest first where there is a choice; those in circles, and what
/// hangs on them, are left out.
fn sorted(before: &[Vec<usize>], after: &[Vec<usize>]) -> Vec<usize> {
    let mut left: Vec<usize> = before.iter().map(Vec::len).collect();
    let mut ready: BTreeSet<usize> = left.iter().enumerate().filter(|(_, left)| **left == 0).map(|(node, _)| node).collect();
    let mut order = Vec::new();
    while let Some(node) = ready.pop_first() {
        order.push(node);
        for next in after.get(node).into_iter().flatten() {
            if let Some(count) = left.get_mut(*next) {
                *count -= 1;
                if *count == 0 {
                    ready.insert(*next);
                }
            }
        }
    }
    order
}

/// The actions, each after those that it waits for; otherwise in the order that they have.
pub(super) fn in_order<'a>(actions: &[&'a Action]) -> Vec<&'a Action> {
    let graph = Graph::new(actions, &BTreeSet::new());
    let order = sorted(&graph.needed, &graph.waiting);
    let reached: BTreeSet<usize> = order.iter().copied().collect();
    // A policy has no circles; a plan file that has one is still worked through, in its own order.
    let rest = (0..actions.len()).filter(|place| !reached.contains(place));
    order.iter().copied().chain(rest).filter_map(|place| actions.get(place).copied()).collect()
}

/// Of these pairs of an action and one that it is to wait for, those that are in no circle, nor between two circles.
pub(in crate::plan) fn without_circles(actions: &[Action], pairs: &BTreeSet<(usize, usize)>) -> Vec<(usize, usize)> {
    let actions: Vec<&Action> = actions.iter().collect();
    let graph = Graph::new(&actions, pairs);
    let free: BTreeSet<usize> = sorted(&graph.needed, &graph.waiting).into_iter().chain(sorted(&graph.waiting, &graph.needed)).collect();
    pairs.iter().copied().filter(|(from, to)| free.contains(from) || free.contains(to)).collect()
}

/// All that these actions wait for, directly or by way of others, and that does not wait for one of them in turn: by what actions say, and
/// by these pairs.
pub(in crate::plan) fn waited_for(actions: &[Action], pairs: &BTreeSet<(usize, usize)>, from: &BTreeSet<usize>) -> BTreeSet<usize> {
    if from.is_empty() {
        return BTreeSet::new();
    }
    let graph = Graph::new(&actions.iter().collect::<Vec<_>>(), pairs);
    let (needed, waiting) = (reached(&graph.needed, from), reached(&graph.waiting, from));
    needed.into_iter().filter(|place| *place < actions.len() && !waiting.contains(place)).collect()
}

/// The nodes to which edges lead from these, and these.
fn reached(edges: &[Vec<usize>], from: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut found = from.clone();
    let mut next: Vec<usize> = from.iter().copied().collect();
    while let Some(node) = next.pop() {
        next.extend(edges.get(node).into_iter().flatten().copied().filter(|node| found.insert(*node)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Verb;
    use crate::view::fixture;

    /// Actions of blocks `b.NAME`, each with its address and what it waits for.
    fn actions(all: &[(&str, &str, &[&str])]) -> Vec<Action> {
        let one = |(block, address, waits): &(&str, &str, &[&str])| Action {
            block: (*block).to_owned(),
            address: (*address).to_owned(),
            depends_on: waits.iter().map(|name| (*name).to_owned()).collect(),
            ..fixture::action(address, Verb::Update, Vec::new())
        };
        all.iter().map(one).collect()
    }

    fn order(actions: &[Action]) -> Vec<&str> {
        let actions: Vec<&Action> = actions.iter().collect();
        in_order(&actions).into_iter().map(|action| action.address.as_str()).collect()
    }

    #[test]
    fn a_thing_waits_for_a_whole_block_or_for_one_thing_of_it() {
        let of_block = actions(&[("a", "a", &["v"]), ("v", "v[1]", &[]), ("v", "v[2]", &["z"]), ("z", "z", &[])]);
        assert_eq!(order(&of_block), ["v[1]", "z", "v[2]", "a"]);
        let of_one = actions(&[("a", "a", &["v[1]"]), ("v", "v[1]", &[]), ("v", "v[2]", &["z"]), ("z", "z", &[])]);
        assert_eq!(order(&of_one), ["v[1]", "a", "z", "v[2]"]);
    }

    #[test]
    fn a_circle_is_worked_through_in_the_order_that_there_is() {
        assert_eq!(order(&actions(&[("a", "a", &["b"]), ("b", "b", &["a"]), ("c", "c", &[])])), ["c", "a", "b"]);
    }

    #[test]
    fn things_that_need_each_other_do_not_wait_and_others_do() {
        // Two of each block need one of the other block: no circle, as they are different things.
        let crossing = actions(&[("p", "p[1]", &[]), ("p", "p[2]", &[]), ("q", "q[1]", &[]), ("q", "q[2]", &[])]);
        let pairs = BTreeSet::from([(0, 2), (3, 1)]);
        assert_eq!(without_circles(&crossing, &pairs), [(0, 2), (3, 1)]);
        let mutual = BTreeSet::from([(0, 2), (2, 0), (1, 3)]);
        assert_eq!(without_circles(&crossing, &mutual), [(1, 3)]);
        // A reference that is there wins over a need in the other direction.
        let referring = actions(&[("a", "a", &["b"]), ("b", "b", &[])]);
        assert_eq!(without_circles(&referring, &BTreeSet::from([(1, 0)])), []);
    }
}
