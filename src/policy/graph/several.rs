//! What a block sees of blocks that are in several targets: from a target in which such a block is too, what is there.

use super::{Edges, Evaluator, Node};
use crate::model::Value;
use crate::policy::eval::Scope;
use crate::policy::reader::Located;
use crate::policy::things;
use std::collections::BTreeMap;

impl Evaluator<'_, '_> {
    /// Notes that a block is in several targets, and whether its value is by the keys of a `for_each` first.
    pub(in crate::policy) fn keep_several(&mut self, kind: &str, name: &str, has_keys: bool) {
        self.several.insert(Node::Thing(kind.to_owned(), name.to_owned()), has_keys);
    }

    /// Whether something that is referred to is in several targets.
    pub(in crate::policy) fn has_several(&self, edges: &Edges) -> bool {
        edges.keys().any(|node| self.several.contains_key(node))
    }

    /// The names that the expressions of one instance of a block can use, seen from its target where it has only one.
    pub(in crate::policy) fn scope_of(&self, located: Located<'_>, each: Option<&Value>, edges: &Edges) -> Scope<'_> {
        let with_each = |scope| each.into_iter().fold(scope, |scope: Scope<'_>, each| scope.with("each", each.clone()));
        let scope = with_each(self.scope(edges));
        let own = self.has_several(edges).then(|| things::only_target(located, &scope, &self.policy.targets)).flatten();
        match own {
            Some(target) => with_each(self.scope_at(edges, Some(&target))),
            None => scope,
        }
    }

    /// The value of a thing, seen from a target: what differs between the targets of its block is what is in this one.
    pub(super) fn seen_from(&self, node: &Node, value: &Value, target: Option<&str>) -> Value {
        let (Some(target), Some(has_keys)) = (target, self.several.get(node)) else { return value.clone() };
        match value {
            Value::Map(instances) if *has_keys => {
                Value::Map(instances.iter().map(|(key, value)| (key.clone(), overlaid(value, target))).collect())
            }
            value => overlaid(value, target),
        }
    }
}

fn overlaid(value: &Value, target: &str) -> Value {
    let Value::Map(map) = value else { return value.clone() };
    let own: Option<&BTreeMap<String, Value>> = map.get(target).and_then(Value::as_map);
    let mut map = map.clone();
    map.extend(own.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
    Value::Map(map)
}
