//! What blocks, and the things that they stand for, are called.

use super::value::Value;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The address of a compound, a block that stands for several things: `backup_alarms.main`, or with `for_each` `backup_alarms.main["eu"]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CompoundAddress {
    /// Its keyword: `backup_alarms`.
    pub sort: String,
    /// The block's label.
    pub name: String,
    /// The key of a `for_each`.
    pub key: Option<String>,
    /// The target, where the block has several: in each it stands for things of their own. No mark holds it, as no other thing's does.
    pub target: Option<String>,
}

/// The address of a block: `aws_dynamodb_table.sales`, or with `for_each` `aws_dynamodb_table.sales["eu"]`; of one that a compound is made
/// of, behind the compound's: `backup_alarms.main.aws_sns_topic.alarms`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BlockAddress {
    /// The compound that the block is a part of; none for a block of the policy itself.
    pub within: Option<CompoundAddress>,
    /// The kind.
    pub kind: String,
    /// The block's label.
    pub name: String,
    /// The key of a `for_each`.
    pub key: Option<String>,
}

fn bracketed(parts: &[&str]) -> String {
    if parts.is_empty() { String::new() } else { format!("[{}]", Value::from(parts.join("/").as_str())) }
}

impl fmt::Display for CompoundAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<&str> = self.key.as_deref().into_iter().chain(self.target.as_deref()).collect();
        write!(out, "{}.{}{}", self.sort, self.name, bracketed(&parts))
    }
}

impl fmt::Display for BlockAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(compound) = &self.within {
            write!(out, "{compound}.")?;
        }
        write!(out, "{}.{}{}", self.kind, self.name, bracketed(self.key.as_deref().as_slice()))
    }
}

impl BlockAddress {
    /// The address of a block of the policy itself, without a key.
    pub fn new(kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self { within: None, kind: kind.into(), name: name.into(), key: None }
    }

    /// The address of the block of which this is one instance.
    #[must_use]
    pub fn block(&self) -> Self {
        Self { key: None, ..self.clone() }
    }

    /// Whether this is what `other` names without keys and targets: the same block, or one of the compound that it is the address of.
    pub fn is_of(&self, other: &Self) -> bool {
        let bare = |within: &Option<CompoundAddress>| within.as_ref().map(|compound| (compound.sort.clone(), compound.name.clone()));
        let is_block = self.kind == other.kind && self.name == other.name && bare(&self.within) == bare(&other.within);
        is_block || (other.within.is_none() && bare(&self.within) == Some((other.kind.clone(), other.name.clone())))
    }

    /// The address in the characters that tags allow: `aws_backup_plan.daily/eu`, and with the key of a compound behind that of the block
    /// `backup_alarms.main.aws_sns_topic.alarms//eu`.
    pub fn mark(&self) -> String {
        let own = format!("{}.{}", self.kind, self.name);
        let key = self.key.as_ref();
        match &self.within {
            None => key.map_or(own.clone(), |key| format!("{own}/{key}")),
            Some(CompoundAddress { sort, name, key: Some(outer), .. }) => {
                format!("{sort}.{name}.{own}/{}/{outer}", key.map_or("", String::as_str))
            }
            Some(CompoundAddress { sort, name, key: None, .. }) => {
                format!("{sort}.{name}.{own}{}", key.map_or_else(String::new, |key| format!("/{key}")))
            }
        }
    }

    /// Reads an address out of a mark.
    pub fn of_mark(mark: &str) -> Option<Self> {
        let (block, key) = mark.split_once('/').map_or((mark, None), |(block, key)| (block, Some(key)));
        let (own, within) = match block.split('.').collect::<Vec<_>>().as_slice() {
            [sort, compound, kind, name] => ((*kind, *name), Some((*sort, *compound))),
            _ => (block.split_once('.')?, None),
        };
        let (key, outer) = match (within, key) {
            (Some(_), Some(keys)) => keys.split_once('/').map_or((Some(keys), None), |(key, outer)| (Some(key), Some(outer))),
            (_, key) => (key, None),
        };
        let owned = |text: &str| Some(text).filter(|text| !text.is_empty()).map(str::to_owned);
        Some(Self {
            within: within.map(|(sort, name)| CompoundAddress {
                sort: sort.to_owned(),
                name: name.to_owned(),
                key: outer.and_then(owned),
                target: None,
            }),
            kind: own.0.to_owned(),
            name: own.1.to_owned(),
            key: key.and_then(owned),
        })
    }

    /// The key, within the brackets, of what there is one of: that of the `for_each`, and where there are several the target.
    pub fn single_key(&self, target: Option<&str>) -> Option<String> {
        let parts: Vec<&str> = self.key.as_deref().into_iter().chain(target).collect();
        (!parts.is_empty()).then(|| parts.join("/"))
    }

    /// The key, within the brackets, of one selected thing: the parts that tell it apart, joined by `/`.
    pub fn instance_key(&self, target: Option<&str>, name: &str, replica_region: Option<&str>) -> String {
        let mut parts: Vec<&str> = Vec::new();
        parts.extend(self.key.as_deref());
        parts.extend(target);
        parts.push(name);
        let key = parts.join("/");
        match replica_region {
            Some(region) => format!("{key}@{region}"),
            None => key,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(key: Option<&str>, target: Option<&str>) -> CompoundAddress {
        let (key, target) = (key.map(str::to_owned), target.map(str::to_owned));
        CompoundAddress { sort: "backup_alarms".to_owned(), name: "main".to_owned(), key, target }
    }

    #[test]
    fn a_mark_gives_the_address_back() {
        let block = BlockAddress::new("aws_sns_topic", "alarms");
        let keys = [None, Some("daily"), Some("a.b")];
        for outer in keys {
            for key in keys {
                for within in [None, Some(within(outer, None))] {
                    let address = BlockAddress { within, key: key.map(str::to_owned), ..block.clone() };
                    assert_eq!(BlockAddress::of_mark(&address.mark()).as_ref(), Some(&address), "{}", address.mark());
                }
            }
        }
    }

    #[test]
    fn what_a_compound_is_made_of_has_its_address_in_front() {
        let address = BlockAddress { within: Some(within(Some("eu"), Some("west"))), ..BlockAddress::new("aws_sns_topic", "alarms") };
        assert_eq!(address.to_string(), "backup_alarms.main[\"eu/west\"].aws_sns_topic.alarms");
        assert_eq!(address.mark(), "backup_alarms.main.aws_sns_topic.alarms//eu", "the mark of a thing is the same in all targets");
        assert!(address.is_of(&BlockAddress::new("backup_alarms", "main")));
        assert!(!address.is_of(&BlockAddress::new("backup_alarms", "other")));
        assert!(!address.is_of(&BlockAddress::new("aws_sns_topic", "alarms")), "another block has that name");
    }
}
