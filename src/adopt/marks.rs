//! Blocks that only describe, made the policy's own: `mark = false` becomes `adopt = true`, in files that backstay wrote.

use super::layout::{HEADER, beside, file_name};
use super::things;
use super::{Choice, LeftOut};
use crate::model::{Policy, Snapshot};
use crate::policy::eval::range_of;
use crate::policy::load::Files;
use hcl::edit::parser::parse_body;
use std::collections::{BTreeMap, BTreeSet};

/// What was changed.
#[derive(Debug, Default)]
pub struct Marked {
    /// The whole text of each file that changes, by name.
    pub files: BTreeMap<String, String>,
    /// The addresses of the blocks.
    pub blocks: Vec<String>,
    /// Things that stay as they are, and why.
    pub left_out: Vec<LeftOut>,
}

impl Marked {
    /// The policy's files with the changes.
    pub fn beside(&self, there: &Files) -> Files {
        beside(there, &self.files)
    }
}

/// Changes the blocks of the things that are chosen, of these kinds.
pub fn mark(policy: &Policy, files: &Files, snapshot: &Snapshot, kinds: &BTreeSet<&'static str>, choice: &Choice) -> Marked {
    let mut marked = Marked::default();
    let mut edits: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for resource in policy.resources.iter().filter(|resource| !resource.mark && kinds.contains(resource.address.kind.as_str())) {
        let named = |live: &&crate::model::Live| {
            live.id.kind == resource.address.kind
                && Some(&live.id.name) == resource.name.as_ref()
                && resource.targets.contains(&live.id.target)
        };
        let Some(live) = snapshot.resources.iter().find(named).filter(|live| things::is_chosen(live, choice, snapshot)) else { continue };
        let Some(source) = policy.sources.get(resource.span.source) else { continue };
        if source.text.starts_with(HEADER) {
            edits.entry(file_name(&source.name).to_owned()).or_default().push(resource.span.range.start);
            marked.blocks.push(resource.address.block().to_string());
        } else {
            let reason =
                format!("{} says `mark = false` of it, and backstay did not write that file; write `adopt = true` there", source.name);
            marked.left_out.push(LeftOut { id: live.id.clone(), reason });
        }
    }
    for source in files.policy.iter().filter_map(|id| files.sources.get(*id)) {
        let name = file_name(&source.name);
        let Some(starts) = edits.get(name) else { continue };
        if let Some(text) = without(&source.text, starts) {
            marked.files.insert(name.to_owned(), text);
        }
    }
    marked.blocks.sort();
    marked.blocks.dedup();
    marked
}

/// The text in which the blocks that start there take over what they describe.
fn without(text: &str, starts: &[usize]) -> Option<String> {
    let body = parse_body(text).ok()?;
    let blocks = body.blocks().filter(|block| starts.contains(&range_of(&block.ident).start));
    let mut ranges: Vec<_> = blocks
        .filter_map(|block| {
            let attribute = block.body.get_attribute("mark")?;
            Some(range_of(&attribute.key).start..range_of(&attribute.value).end)
        })
        .collect();
    ranges.sort_by_key(|range| std::cmp::Reverse(range.start));
    let mut text = text.to_owned();
    for range in ranges {
        text.replace_range(range, "adopt = true");
    }
    crate::policy::format::format(&text).ok()
}
