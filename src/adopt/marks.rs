//! Blocks that only describe, made the policy's own: `mark = false` becomes `adopt = true`, in files that backstay wrote.

use super::layout::{HEADER, beside, file_name};
use super::things;
use super::{Choice, LeftOut};
use crate::model::{BlockAddress, Live, Policy, Resource, ResourceId, Snapshot};
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
    /// The addresses of blocks that say `adopt = true` already, of things that carry no mark yet: where marking ended half of the way.
    pub unfinished: Vec<String>,
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
    let mut blocks: BTreeMap<BlockAddress, Vec<&Resource>> = BTreeMap::new();
    let is_unfinished = |resource: &&Resource| {
        let found = resource.targets.iter().filter_map(|target| live(resource, target, snapshot));
        let is_bare = |live: &Live| live.mark.is_none() && things::is_chosen(live, choice, snapshot);
        resource.mark && resource.adopt && resource.parent.is_none() && found.into_iter().any(is_bare)
    };
    let of_kinds = policy.resources.iter().filter(|resource| kinds.contains(resource.address.kind.as_str()));
    let unfinished: BTreeSet<String> = of_kinds.filter(is_unfinished).map(|resource| resource.address.block().to_string()).collect();
    marked.unfinished.extend(unfinished);
    for resource in policy.resources.iter().filter(|resource| !resource.mark && kinds.contains(resource.address.kind.as_str())) {
        blocks.entry(resource.address.block()).or_default().push(resource);
    }
    for (block, resources) in blocks {
        let found: Vec<Option<&Live>> =
            resources.iter().flat_map(|resource| resource.targets.iter().map(|target| live(resource, target, snapshot))).collect();
        let is_chosen = |live: &&Live| things::is_chosen(live, choice, snapshot);
        let chosen: Vec<&Live> = found.iter().copied().flatten().filter(is_chosen).collect();
        let (Some(first), Some(resource)) = (chosen.first(), resources.first()) else { continue };
        let Some(source) = policy.sources.get(resource.span.source) else { continue };
        // The block says it of all that it stands for.
        let problem = if chosen.len() < found.len() {
            Some(format!("{block} stands for other things too, which are not selected or not there; all of them would be taken over"))
        } else if !source.text.starts_with(HEADER) {
            Some(format!("{} says `mark = false` of it, and backstay did not write that file; write `adopt = true` there", source.name))
        } else {
            None
        };
        if let Some(reason) = problem {
            marked.left_out.push(LeftOut { id: first.id.clone(), reason });
            continue;
        }
        edits.entry(file_name(&source.name).to_owned()).or_default().push(resource.span.range.start);
        marked.blocks.push(block.to_string());
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

/// The thing of a block in one of its targets.
fn live<'a>(resource: &Resource, target: &str, snapshot: &'a Snapshot) -> Option<&'a Live> {
    let (name, identity) = (resource.name.as_ref()?, snapshot.identities.get(target)?);
    let id =
        ResourceId { kind: resource.address.kind.clone(), target: target.to_owned(), region: identity.region.clone(), name: name.clone() };
    snapshot.live(&id)
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
