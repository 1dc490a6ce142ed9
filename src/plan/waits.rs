//! What the blocks that a block refers to are called in the actions of a plan.

use crate::model::{BlockAddress, Policy, Value};

/// The address of a resource in one of its targets, and the part of it within the brackets.
pub(super) fn address(block: &BlockAddress, target: &str, targets: usize) -> (String, Option<String>) {
    let parts: Vec<&str> = block.key.as_deref().into_iter().chain((targets > 1).then_some(target)).collect();
    let bare = block.block();
    if parts.is_empty() {
        return (bare.to_string(), None);
    }
    let index = parts.join("/");
    (format!("{bare}[{}]", Value::from(index.as_str())), Some(index))
}

/// What is waited for where a block, or one instance of it, is referred to: the name of the block, or the addresses of the instance in all
/// its targets.
pub(super) fn named(policy: &Policy, block: &BlockAddress) -> Vec<String> {
    let found = policy.resources.binary_search_by(|other| other.address.cmp(block)).ok();
    match found.and_then(|place| policy.resources.get(place)).filter(|_| block.key.is_some()) {
        Some(one) => one.targets.iter().map(|target| address(block, target, one.targets.len()).0).collect(),
        None => vec![block.block().to_string()],
    }
}
