//! Drift that somebody knows of: set apart, until the day on which the block that says so expires.

use crate::model::{Acknowledge, Acknowledged, Code, Drift, Moved, Note, Reading, Sources, Value};
use crate::plan::address_matches;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Sets apart what `acknowledge` blocks know of, and says which of the blocks are expired or about nothing.
///
/// While something could not be read nobody can tell that a block is about nothing.
pub(super) fn set_apart(drift: &mut Drift, blocks: &[Acknowledge], today: Date, is_whole: bool, sources: &Sources) {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut otherwise: BTreeMap<&str, String> = BTreeMap::new();
    let mut moved = Vec::new();
    for one in std::mem::take(&mut drift.moved) {
        let mut about = blocks.iter().filter(|block| is_about(block, &one));
        if let Some(block) = about.clone().find(|block| block.expires >= today) {
            used.insert(&block.name);
            drift.acknowledged.push(Acknowledged {
                moved: one,
                name: block.name.clone(),
                reason: block.reason.clone(),
                owner: block.owner.clone(),
                expires: block.expires,
            });
            continue;
        }
        used.extend(about.next().map(|block| block.name.as_str()));
        for block in blocks.iter().filter(|block| is_of(block, &one)) {
            otherwise.entry(&block.name).or_insert_with(|| one.now.to_string());
        }
        moved.push(one);
    }
    drift.moved = moved;
    for block in blocks {
        let place = sources.position(&block.span);
        let (name, setting, address) = (&block.name, &block.setting, &block.address);
        let text = if block.expires < today {
            format!(
                "acknowledge `{name}` ({place}) expired on {} and silences nothing; remove it, or renew it with {}",
                block.expires, block.owner
            )
        } else if used.contains(name.as_str()) {
            continue;
        } else if let (Some(known), Some(now)) = (&block.now, otherwise.get(name.as_str())) {
            format!("acknowledge `{name}` ({place}) knows of `{known}`, and `{setting}` of `{address}` is {now}: nobody acknowledged that")
        } else if is_whole && drift.gaps.is_empty() {
            let now = block.now.as_ref().map_or_else(String::new, |now| format!(" to `{now}`"));
            format!(
                "acknowledge `{name}` ({place}) is about nothing: `{setting}` of `{address}` did not move{now}; remove it, so that it silences no later movement unseen"
            )
        } else {
            continue;
        };
        drift.notes.push(Note { code: Some(Code::Acknowledge.to_string()), text });
    }
}

fn is_about(block: &Acknowledge, moved: &Moved) -> bool {
    let is_value = |now: &Value| match &moved.now {
        Reading::Known(value) => value == now,
        Reading::Unset => *now == Value::Null || *now == Value::Bool(false),
        Reading::Unreadable { .. } => false,
    };
    is_of(block, moved) && block.now.as_ref().is_none_or(is_value)
}

/// Whether a block is about the setting that moved, whatever it is now.
fn is_of(block: &Acknowledge, moved: &Moved) -> bool {
    block.setting == moved.setting && address_matches(&block.address, &moved.address)
}
