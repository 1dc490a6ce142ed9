//! What one instance of a block waits for: blocks that it refers to, and where it names one instance of such a block, that one.

use super::{Edges, Evaluator, Node};
use crate::kinds;
use crate::model::{BlockAddress, Ownership};
use crate::policy::compounds;
use crate::policy::eval::{self, Reference, Scope, Segment};
use crate::policy::reader::Located;
use hcl::edit::expr::Expression;
use hcl::edit::structure::{Body, Structure};
use std::collections::{BTreeMap, BTreeSet};

/// Which instances of the blocks that are referred to are meant, by kind and label; none where it is all of them.
type Named = BTreeMap<(String, String), Option<BTreeSet<String>>>;

impl Evaluator<'_, '_> {
    /// What one instance of a block, whose names are in `scope`, waits for. Of a compound that is all that it is made of; what a compound
    /// itself refers to, all of that needs.
    ///
    /// `whole` is the argument that names what it is a part of, for which a thing waits without being told.
    pub(in crate::policy) fn needed(
        &self,
        located: Located<'_>,
        scope: &Scope<'_>,
        edges: &Edges,
        whole: Option<&str>,
    ) -> BTreeSet<BlockAddress> {
        let mut named = Named::new();
        for structure in &located.block.body {
            match structure {
                Structure::Attribute(attribute) if whole == Some(attribute.key.as_str()) => {}
                Structure::Attribute(attribute) => noted(&mut named, &attribute.value, Some(scope)),
                Structure::Block(block) => walk(&mut named, &block.body, scope),
            }
        }
        let mut needed: BTreeSet<BlockAddress> = self.within.iter().flat_map(|within| within.needed.iter().cloned()).collect();
        for node in edges.keys() {
            let Node::Thing(kind, name) = node else { continue };
            let Some(keys) = named.get(&(kind.clone(), name.clone())) else { continue };
            let block = BlockAddress { within: self.within.as_ref().map(|within| within.address.clone()), ..BlockAddress::new(kind, name) };
            if compounds::find(kind).is_some() {
                let made = self.policy.resources.iter().map(|resource| &resource.address);
                let made = made.chain(self.policy.protects.iter().map(|protect| &protect.address)).filter(|address| address.is_of(&block));
                let key = |address: &BlockAddress| address.within.as_ref().and_then(|compound| compound.key.clone());
                let is_meant = |address: &BlockAddress| keys.as_ref().is_none_or(|keys| key(address).is_none_or(|key| keys.contains(&key)));
                needed.extend(made.filter(|address| is_meant(address)).map(BlockAddress::block));
                continue;
            }
            // What a `protect` selects is known only when AWS was read.
            let is_one = kinds::spec(kind).is_some_and(|spec| spec.ownership == Ownership::Whole);
            let has_keys = is_one && self.policy.resources.iter().any(|other| other.address.key.is_some() && other.address.is_of(&block));
            match keys.as_ref().filter(|_| has_keys) {
                Some(keys) => needed.extend(keys.iter().map(|key| BlockAddress { key: Some(key.clone()), ..block.clone() })),
                None => drop(needed.insert(block)),
            }
        }
        needed
    }
}

/// Notes what is referred to in a block within the block. One with a `for_each` of its own has another `each`.
fn walk(named: &mut Named, body: &Body, scope: &Scope<'_>) {
    let repeats = body.has_attribute("for_each");
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => noted(named, &attribute.value, Some(scope).filter(|_| !repeats)),
            Structure::Block(block) if repeats => all(named, &block.body),
            Structure::Block(block) => walk(named, &block.body, scope),
        }
    }
}

/// Notes everything that is referred to as a whole.
fn all(named: &mut Named, body: &Body) {
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => noted(named, &attribute.value, None),
            Structure::Block(block) => all(named, &block.body),
        }
    }
}

/// Notes all that an expression refers to; without a scope as a whole.
fn noted(named: &mut Named, expression: &Expression, scope: Option<&Scope<'_>>) {
    for reference in eval::references(expression) {
        note(named, &reference, scope);
    }
}

fn note(named: &mut Named, reference: &Reference, scope: Option<&Scope<'_>>) {
    let (kind, name) = match reference.path.as_slice() {
        [Segment::Name(kind), Segment::Name(name), ..] => (kind.clone(), name.clone()),
        [Segment::Name(kind), Segment::Index(Some(name)), ..] => (kind.clone(), name.as_str().unwrap_or_default().to_owned()),
        _ => return,
    };
    let key = reference.key.as_ref().zip(scope).and_then(|(key, scope)| eval::evaluate(key, scope).ok());
    let key = key.and_then(|key| key.as_str().map(str::to_owned));
    let keys = named.entry((kind, name)).or_insert_with(|| Some(BTreeSet::new()));
    match (key, keys.as_mut()) {
        (Some(key), Some(keys)) => drop(keys.insert(key)),
        _ => *keys = None,
    }
}
