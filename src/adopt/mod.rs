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

pub use layout::beside;
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
    /// Whether the policy has several targets, so that each block has to say which it means.
    pub several_targets: bool,
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
    let mut things = things::of(snapshot, request);
    let mut apart: BTreeSet<ResourceId> = BTreeSet::new();
    things.prune(snapshot, request);
    for _ in 0..ROUNDS {
        let groups = groups::of(&things.described, snapshot, request, &apart);
        let words = Words::new(&groups, &things.there, snapshot, request);
        let laid_out = layout::lay_out(&groups, &words, &things.left_out, snapshot, request);
        let wrong = check::wrong(&laid_out, &groups, snapshot, request)?;
        if wrong.is_empty() {
            let mut described: Vec<ResourceId> =
                groups.iter().flat_map(|group| group.things.iter().map(|thing| thing.live.id.clone())).collect();
            described.sort();
            let blocks = groups.iter().map(|group| format!("{}.{}", group.spec.name, group.label)).collect();
            return Ok(Adopted { files: laid_out.files, described, blocks, covered: things.covered, left_out: left_out(things.left_out) });
        }
        let several: BTreeSet<&ResourceId> = groups
            .iter()
            .filter(|group| group.things.len() > 1)
            .flat_map(|group| group.things.iter().map(|thing| &thing.live.id))
            .collect();
        // What is wrong with several together may be right with most of them.
        let (together, alone): (Vec<_>, Vec<_>) = wrong.into_iter().partition(|(id, _)| several.contains(id) && !apart.contains(id));
        apart.extend(together.into_iter().map(|(id, _)| id));
        things.left_out.extend(alone);
        things.prune(snapshot, request);
    }
    let rest = things.described.into_iter().map(|thing| (thing.live.id.clone(), "no policy that describes it plans as it is".to_owned()));
    things.left_out.extend(rest);
    Ok(Adopted { covered: things.covered, left_out: left_out(things.left_out), ..Adopted::default() })
}

fn left_out(things: BTreeMap<ResourceId, String>) -> Vec<LeftOut> {
    things.into_iter().map(|(id, reason)| LeftOut { id, reason }).collect()
}
