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
//! | what does not: taken apart, then left out | `rounds` |
//! | what is described already, made the policy's own | `marks` |
//! | Terraform's configuration, or its state, without AWS | [`terraform`] |
//!
//! Nothing is believed: the policy that comes out is checked and planned against what it was made from, before anything is written. What
//! does not plan as "no changes" is left out, with the reason.

mod check;
mod groups;
mod layout;
mod marks;
mod namesakes;
mod rounds;
pub mod terraform;
mod text;
mod things;
mod words;

use crate::model::{Code, Diagnostic, Policy, ResourceId, Snapshot, Target};
use crate::policy::load::Files;
use crate::policy::variables::Given;
use check::Checks;
use groups::Group;
use rounds::Rounds;
use std::collections::{BTreeMap, BTreeSet};
use things::Things;
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
    /// Of which kinds; what was read of others is only what the policy needs.
    pub kinds: &'a BTreeSet<&'static str>,
    /// Which things.
    pub choice: Choice,
    /// Every target of the policy, also those that are not asked for now.
    pub targets: &'a BTreeMap<String, Target>,
    /// Whether things become the workspace's own: `adopt = true` in place of `mark = false`.
    pub mark: bool,
}

impl Request<'_> {
    /// Whether each block has to say which target it means.
    fn has_several_targets(&self) -> bool {
        self.targets.len() > 1
    }
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
    /// What makes no sense of what they describe as it is.
    pub doubts: BTreeSet<(Code, String)>,
    /// What is to be told of things that they describe, and does not stay so: what could not be read, what is under way.
    pub told: Vec<LeftOut>,
    /// What the policy covered before and protecting settings that no block of it says, such as one that could not be read then.
    pub unsaid: Vec<LeftOut>,
    /// The things that the policy covered before.
    pub covered: usize,
    /// The things that are not described, and why.
    pub left_out: Vec<LeftOut>,
}

/// A thing that is not described, or not wholly.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// Which.
    pub id: ResourceId,
    /// Why.
    pub reason: String,
}

/// Describes what was read.
///
/// # Errors
///
/// What is wrong with the policy that is there already.
pub fn describe(snapshot: &Snapshot, request: &Request<'_>) -> Result<Adopted, Vec<Diagnostic>> {
    let mut things = things::of(snapshot, request);
    let mut rounds = Rounds::default();
    // What came out right in pieces, while it is tried whether it is right without them too.
    let mut in_pieces: Option<Adopted> = None;
    things.prune(snapshot, request);
    loop {
        let groups = groups::of(&things.described, snapshot, request, &rounds);
        let words = Words::new(&groups, &things.there, snapshot, request);
        let laid_out = layout::lay_out(&groups, &words, &things.left_out, snapshot, request);
        let Checks { wrong, doubts } = check::check(&laid_out, &groups, snapshot, request)?;
        if wrong.is_empty() {
            let adopted = adopted(laid_out.files, doubts, &groups, &things);
            if !rounds.rejoin() {
                return Ok(adopted);
            }
            in_pieces = Some(adopted);
            continue;
        }
        if let Some(adopted) = in_pieces {
            return Ok(adopted);
        }
        let blocks: Vec<Vec<&ResourceId>> = groups.iter().map(|group| group.things.iter().map(|thing| &thing.live.id).collect()).collect();
        let more = rounds.judge(&blocks, wrong);
        things.left_out.extend(more);
        things.prune(snapshot, request);
    }
}

/// What came out of a round with which nothing was wrong.
fn adopted(files: BTreeMap<String, String>, doubts: BTreeSet<(Code, String)>, groups: &[Group<'_>], things: &Things<'_>) -> Adopted {
    let mut described: Vec<ResourceId> = groups.iter().flat_map(|group| group.things.iter().map(|thing| thing.live.id.clone())).collect();
    described.sort();
    let blocks = groups.iter().map(|group| format!("{}.{}", group.spec.name, group.label)).collect();
    let told = things.described.iter().flat_map(|thing| thing.told.iter().map(|text| (&thing.live.id, text)));
    let all = |told: &mut dyn Iterator<Item = (&ResourceId, &String)>| -> Vec<LeftOut> {
        told.map(|(id, reason)| LeftOut { id: id.clone(), reason: reason.clone() }).collect()
    };
    Adopted {
        files,
        described,
        blocks,
        doubts,
        told: all(&mut told.into_iter()),
        unsaid: all(&mut things.unsaid.iter()),
        covered: things.covered,
        left_out: all(&mut things.left_out.iter()),
    }
}
