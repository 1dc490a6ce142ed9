//! Values by path as Terraform nests them: a block is a list of objects, one for each key, in the order of the keys.

use crate::model::{Key, KindSpec, Shape, path};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// Values by path, on their way to an object.
#[derive(Default)]
pub(super) struct Nested {
    values: BTreeMap<String, Json>,
    /// Blocks of a name, by key; one without a key has the key that sorts first.
    blocks: BTreeMap<String, BTreeMap<Option<String>, Nested>>,
    /// What stands at its own path: that a block is there, or a flag.
    here: Option<Json>,
}

impl Nested {
    /// Puts a value at its path. At the path of a repeated block any value only says that the block is there.
    pub(super) fn insert(&mut self, path: &str, value: Json) {
        let segments = path::segments(path);
        let Some((last, around)) = segments.split_last() else { return };
        let mut at = self;
        for segment in around {
            at = at.block(&segment.name, segment.key.clone());
        }
        match &last.key {
            Some(key) => at.block(&last.name, Some(key.clone())).here = Some(value),
            None => drop(at.values.insert(last.name.clone(), value)),
        }
    }

    fn block(&mut self, name: &str, key: Option<String>) -> &mut Self {
        self.blocks.entry(name.to_owned()).or_default().entry(key).or_default()
    }

    /// The object, in which each block with a key has the argument that its key was taken from, or else `name`.
    pub(super) fn into_json(self, spec: Option<&KindSpec>) -> Json {
        self.below("", spec)
    }

    fn below(self, at: &str, spec: Option<&KindSpec>) -> Json {
        let mut object: Map<String, Json> = self.values.into_iter().collect();
        for (name, blocks) in self.blocks {
            let at = path::child(at, &name);
            let shape = spec.and_then(|spec| spec.setting(&at)).map(|setting| setting.shape);
            if let Some(Shape::Flags { .. }) = shape {
                let flags: Map<String, Json> = blocks.into_iter().filter_map(|(key, flag)| Some((key?, flag.here?))).collect();
                object.insert(name, Json::Object(flags));
                continue;
            }
            let argument = match shape {
                Some(Shape::Block(Key::Argument(argument))) => Some(argument),
                Some(Shape::Block(Key::Label)) => Some("name"),
                _ => None,
            };
            let list = blocks.into_iter().map(|(key, block)| {
                let mut inner = block.below(&at, spec);
                if let (Some(argument), Some(key), Some(inner)) = (argument, key, inner.as_object_mut()) {
                    inner.insert(argument.to_owned(), json!(key));
                }
                inner
            });
            object.insert(name, list.collect());
        }
        Json::Object(object)
    }
}
