//! The order of nodes, and circles among them.

use super::{Edges, Evaluator, Node};
use crate::model::{Code, Diagnostic, Span};
use std::collections::{BTreeMap, BTreeSet};

impl Evaluator<'_, '_> {
    /// The graph with what no reference says: a block that names no target is in the only one that there is, and which that is, is known only
    /// when all are evaluated.
    pub(super) fn with_targets(&self, graph: &BTreeMap<Node, Edges>) -> BTreeMap<Node, Edges> {
        let mut graph = graph.clone();
        for (node, edges) in &mut graph {
            let Node::Thing(kind, name) = node else { continue };
            let Some(located) = self.blocks.things.get(&(kind.clone(), name.clone())) else { continue };
            if located.block.body.has_attribute("target") {
                continue;
            }
            for target in self.blocks.targets.keys() {
                edges.entry(Node::Target(target.clone())).or_insert_with(|| located.header());
            }
        }
        graph
    }

    /// Every node after those that it refers to. The nodes of a circle are broken, and the circle is shown once.
    pub(super) fn in_order(&mut self, graph: &BTreeMap<Node, Edges>) -> Vec<Node> {
        let mut order = Vec::new();
        let mut done: BTreeSet<&Node> = BTreeSet::new();
        for start in graph.keys() {
            // A path of nodes, each with the edges that are still to be walked; no recursion, as a chain can be as long as a file allows.
            let mut path: Vec<(&Node, Vec<(&Node, &Span)>)> = Vec::new();
            if !done.contains(start) {
                path.push((start, graph.get(start).into_iter().flatten().collect()));
            }
            while let Some((node, todo)) = path.last_mut() {
                let node = *node;
                match todo.pop() {
                    Some((next, _)) if done.contains(next) || !graph.contains_key(next) => {}
                    Some((next, span)) => {
                        if let Some(from) = path.iter().position(|(on_path, _)| *on_path == next) {
                            let circle: Vec<&Node> = path.iter().skip(from).map(|(node, _)| *node).collect();
                            self.circle(&circle, graph, span);
                        } else {
                            path.push((next, graph.get(next).into_iter().flatten().collect()));
                        }
                    }
                    None => {
                        done.insert(node);
                        order.push(node.clone());
                        path.pop();
                    }
                }
            }
        }
        order
    }

    fn circle(&mut self, circle: &[&Node], graph: &BTreeMap<Node, Edges>, closing: &Span) {
        let names: Vec<String> = circle.iter().chain(circle.first()).map(|node| format!("`{node}`")).collect();
        let title = format!("these refer to each other in a circle: {}", names.join(" → "));
        let mut problem = Diagnostic::error(Code::Cycle, title).help("one of them must say its value by itself");
        for (node, next) in circle.iter().zip(circle.iter().skip(1)) {
            if let Some(span) = graph.get(*node).and_then(|edges| edges.get(*next)) {
                problem = problem.label(span.clone(), format!("`{node}` needs `{next}`"));
            }
        }
        let (last, first) =
            (circle.last().map_or_else(String::new, ToString::to_string), circle.first().map_or_else(String::new, ToString::to_string));
        self.problems.push(problem.label(closing.clone(), format!("`{last}` needs `{first}`")));
        self.broken.extend(circle.iter().map(|node| (*node).clone()));
    }
}
