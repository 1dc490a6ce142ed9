//! What one instance of a block waits for: blocks that it refers to, and where it names one instance of such a block, that one.

use super::{Edges, Evaluator, Node};
use crate::model::BlockAddress;
use crate::policy::compounds;
use crate::policy::eval::{self, Scope, Segment};
use crate::policy::reader::Located;
use hcl::edit::expr::Expression;
use hcl::edit::structure::{Body, Structure};
use std::collections::{BTreeMap, BTreeSet};

/// What a block refers to, found once for all its instances.
pub(in crate::policy) struct Referred {
    blocks: Vec<(BlockAddress, Made, Vec<Key>)>,
    /// What the compound that it stands in needs.
    around: BTreeSet<BlockAddress>,
}

/// What a block that is referred to became.
enum Made {
    /// One thing, or what a `protect` selects, which is known only when AWS was read.
    One,
    /// One for each key.
    ByKey,
    /// All this, of a compound.
    Several(Vec<BlockAddress>),
}

/// Which instance of a block a reference means.
enum Key {
    /// All of them.
    All,
    /// That of the key that this gives in the scope of who refers to it.
    At(Expression),
}

/// The references of a block by kind and label.
type Keys = BTreeMap<(String, String), Vec<Key>>;

impl Evaluator<'_, '_> {
    /// What all instances of a block wait for, but for keys that differ. Of a compound that is all that it is made of; what a compound itself refers to,
    /// all of that needs.
    ///
    /// `whole` is the argument that names what it is a part of, for which a thing waits without being told.
    pub(in crate::policy) fn referred(&self, located: Located<'_>, edges: &Edges, whole: Option<&str>) -> Referred {
        let mut keys = Keys::new();
        for structure in &located.block.body {
            match structure {
                Structure::Attribute(attribute) if whole == Some(attribute.key.as_str()) => {}
                Structure::Attribute(attribute) => noted(&mut keys, &attribute.value, true),
                Structure::Block(block) => walk(&mut keys, &block.body, true),
            }
        }
        let around = self.within.iter().flat_map(|within| within.needed.iter().cloned()).collect();
        let mut blocks = Vec::new();
        for node in edges.keys() {
            let Node::Thing(kind, name) = node else { continue };
            let Some(keys) = keys.remove(&(kind.clone(), name.clone())) else { continue };
            let block = BlockAddress { within: self.within.as_ref().map(|within| within.address.clone()), ..BlockAddress::new(kind, name) };
            let made = if compounds::find(kind).is_some() {
                let made = self.policy.resources.iter().map(|resource| &resource.address);
                let made = made.chain(self.policy.protects.iter().map(|protect| &protect.address));
                Made::Several(made.filter(|address| address.is_of(&block)).cloned().collect())
            } else if self.keyed.contains(node) {
                Made::ByKey
            } else {
                Made::One
            };
            blocks.push((block, made, keys));
        }
        Referred { blocks, around }
    }

    /// Notes that there is one thing for each key of a block's `for_each`.
    pub(in crate::policy) fn keep_keyed(&mut self, kind: &str, name: &str) {
        self.keyed.insert(Node::Thing(kind.to_owned(), name.to_owned()));
    }
}

impl Referred {
    /// What one instance of the block, whose names are in `scope`, waits for.
    pub(in crate::policy) fn needed(&self, scope: &Scope<'_>) -> BTreeSet<BlockAddress> {
        let mut needed = self.around.clone();
        for (block, made, keys) in &self.blocks {
            match made {
                Made::One => drop(needed.insert(block.clone())),
                Made::ByKey => match known(keys, scope) {
                    Some(keys) => needed.extend(keys.into_iter().map(|key| BlockAddress { key: Some(key), ..block.clone() })),
                    None => drop(needed.insert(block.clone())),
                },
                Made::Several(made) => {
                    let keys = known(keys, scope);
                    let key = |address: &BlockAddress| address.within.as_ref().and_then(|compound| compound.key.clone());
                    let is_meant =
                        |address: &&BlockAddress| keys.as_ref().is_none_or(|keys| key(address).is_none_or(|key| keys.contains(&key)));
                    needed.extend(made.iter().filter(is_meant).map(BlockAddress::block));
                }
            }
        }
        needed
    }
}

/// The keys that are meant; none where it is all of them, or one that is not known yet.
fn known(keys: &[Key], scope: &Scope<'_>) -> Option<BTreeSet<String>> {
    let one = |key: &Key| match key {
        Key::All => None,
        Key::At(key) => eval::evaluate(key, scope).ok()?.as_str().map(str::to_owned),
    };
    keys.iter().map(one).collect()
}

/// Notes what is referred to in a block within the block. One with a `for_each` of its own has another `each`, so that all is meant.
fn walk(keys: &mut Keys, body: &Body, has_scope: bool) {
    let repeats = body.has_attribute("for_each");
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => noted(keys, &attribute.value, has_scope && !repeats),
            Structure::Block(block) => walk(keys, &block.body, has_scope && !repeats),
        }
    }
}

/// Notes all that an expression refers to; without its scope as a whole.
fn noted(keys: &mut Keys, expression: &Expression, has_scope: bool) {
    for reference in eval::references(expression) {
        let named = match reference.path.as_slice() {
            [Segment::Name(kind), Segment::Name(name), ..] => (kind.clone(), name.clone()),
            [Segment::Name(kind), Segment::Index(Some(name)), ..] => (kind.clone(), name.as_str().unwrap_or_default().to_owned()),
            _ => continue,
        };
        keys.entry(named).or_default().push(reference.key.filter(|_| has_scope).map_or(Key::All, Key::At));
    }
}
