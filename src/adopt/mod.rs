//! Live AWS to a policy that says the same: HCL as a person would have written it, whose plan is empty.
//!
//! | step | where |
//! |---|---|
//! | what was read, to things that can be described, and why others cannot | `things` |
//! | things that say the same, to one block | `groups` |
//! | ARNs and names of what is described too, to references; what repeats, to variables | `words` |
//! | values and blocks to text | `text` |
//! | blocks to files, an area each, beside those that are there | `layout` |
//! | whether the files say what is | `check` |
//! | what is described already, made the policy's own | `marks` |
//! | Terraform's configuration, or its state, without AWS | [`terraform`] |
//!
//! Nothing is believed: the policy that comes out is checked and planned against what it was made from, before anything is written. What
//! does not plan as "no changes" is left out, with the reason.

mod check;
mod groups;
mod layout;
mod marks;
pub mod terraform;
mod text;
mod things;
mod words;

use crate::model::{Diagnostic, Policy, ResourceId, Snapshot};
use crate::policy::load::Files;
use crate::policy::variables::Given;
use std::collections::{BTreeMap, BTreeSet};
use words::Words;

pub use marks::{Marked, mark};
pub use things::Choice;

/// What to describe, and how.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The policy that is there already; empty where there is none. What it covers is not described again.
    pub there: &'a Policy,
    /// The files of that policy.
    pub files: &'a Files,
    /// The values of its variables.
    pub given: &'a [Given],
    /// The owner name for a policy that is new.
    pub workspace: &'a str,
    /// Which things.
    pub choice: Choice,
    /// Whether things become the workspace's own: `adopt = true` in place of `mark = false`.
    pub mark: bool,
}

/// A policy for what exists.
#[derive(Clone, Debug, Default)]
pub struct Adopted {
    /// The files that are new or longer than they were, by name.
    pub files: BTreeMap<String, String>,
    /// The things that they describe.
    pub described: Vec<ResourceId>,
    /// The addresses of the blocks that do.
    pub blocks: Vec<String>,
    /// The things that the policy covered before.
    pub covered: usize,
    /// The things that are not described, and why.
    pub left_out: Vec<LeftOut>,
}

/// A thing that is not described.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// Which.
    pub id: ResourceId,
    /// Why.
    pub reason: String,
}

/// How often what does not plan as it should is taken out before nothing is described at all. Each round takes out at least one thing.
const ROUNDS: usize = 40;

/// Describes what was read.
///
/// # Errors
///
/// What is wrong with the policy that is there already.
pub fn describe(snapshot: &Snapshot, request: &Request<'_>) -> Result<Adopted, Vec<Diagnostic>> {
    let things = things::of(snapshot, request);
    let mut left_out: BTreeMap<ResourceId, String> = things.left_out;
    let mut apart: BTreeSet<ResourceId> = BTreeSet::new();
    let mut described = things.described;
    for _ in 0..ROUNDS {
        let groups = groups::of(&described, snapshot, request, &apart);
        let words = Words::new(&groups, &things.there, snapshot, request);
        let laid_out = layout::lay_out(&groups, &words, &left_out, snapshot, request);
        let wrong = check::wrong(&laid_out, &groups, snapshot, request)?;
        if wrong.is_empty() {
            let left_out = left_out.into_iter().map(|(id, reason)| LeftOut { id, reason }).collect();
            let ids = groups.iter().flat_map(|group| group.things.iter().map(|thing| thing.live.id.clone()));
            let mut ids: Vec<ResourceId> = ids.collect();
            ids.sort();
            let blocks = groups.iter().map(|group| format!("{}.{}", group.spec.name, group.label)).collect();
            return Ok(Adopted { files: laid_out.files, described: ids, blocks, covered: things.covered, left_out });
        }
        for (id, reason) in wrong {
            // What is wrong with several together may be right with most of them.
            let alone = groups.iter().all(|group| group.things.len() == 1 || !group.things.iter().any(|thing| thing.live.id == id));
            if alone || apart.contains(&id) {
                left_out.insert(id, reason);
            } else {
                apart.insert(id);
            }
        }
        described.retain(|thing| !left_out.contains_key(&thing.live.id));
        // A part goes with its whole.
        loop {
            let known: BTreeSet<&ResourceId> = described.iter().map(|thing| &thing.live.id).collect();
            let orphan = described
                .iter()
                .find(|thing| thing.whole.as_ref().is_some_and(|whole| !known.contains(whole) && !things.there.contains_key(whole)));
            let Some(orphan) = orphan.map(|thing| thing.live.id.clone()) else { break };
            left_out.insert(orphan.clone(), "what it is a part of is not described".to_owned());
            described.retain(|thing| thing.live.id != orphan);
        }
    }
    let left_out = left_out
        .into_iter()
        .chain(described.into_iter().map(|thing| (thing.live.id.clone(), "no policy that describes it plans as it is".to_owned())));
    Ok(Adopted { covered: things.covered, left_out: left_out.map(|(id, reason)| LeftOut { id, reason }).collect(), ..Adopted::default() })
}
