//! Translation in rounds: what cannot be said, and what backstay refuses, is left out with the reason, and what refers to it is written anew.

use super::Translation;
use super::beside::{self, There};
use super::settings::kind_of;
use super::translator::{Id, Translator};
use super::units::Loaded;
use crate::model::{Code, Diagnostic, Policy, Sources};
use crate::policy::{Checked, eval};
use hcl::edit::structure::{Block, BlockLabel, Body};
use std::collections::BTreeMap;
use std::path::Path;

/// Checks files as the policy that they would be: by themselves, or, where told so, as a part of the policy that is there.
pub type Judge<'j> = dyn Fn(&BTreeMap<String, String>, bool) -> Checked + 'j;

/// How often what is refused is taken out before the rest is taken as it is. Each round takes out at least one thing.
const ROUNDS: usize = 40;

/// What the policy that is there says of a resource already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Covered {
    /// The label of its block there, where others can refer to it by that.
    pub(super) label: Option<String>,
    /// What that does not say, or says otherwise.
    pub(super) unsaid: Vec<String>,
}

/// What is not translated although it could be written, with why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Refused {
    /// Resources.
    pub(super) resources: BTreeMap<Id, String>,
    /// Locals, by unit.
    pub(super) locals: BTreeMap<(usize, String), String>,
    /// Resources of which the policy that is there says something already.
    pub(super) covered: BTreeMap<Id, Covered>,
    /// Whether each block has to say its target even where there is only one: the policy that is there can have others.
    pub(super) keeps_targets: bool,
}

impl Refused {
    fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.locals.is_empty() && self.covered.is_empty()
    }

    /// Adds what is not in it yet; whether anything was.
    fn learn(&mut self, more: Self) -> bool {
        let before = (self.resources.len(), self.locals.len(), self.covered.len());
        for (id, covered) in more.covered {
            self.covered.entry(id).or_insert(covered);
        }
        for (id, why) in more.resources {
            self.resources.entry(id).or_insert(why);
        }
        for (local, why) in more.locals {
            self.locals.entry(local).or_insert(why);
        }
        before != (self.resources.len(), self.locals.len(), self.covered.len())
    }
}

/// Which resource became which block, and which local which.
#[derive(Clone, Debug, Default)]
pub(super) struct Made {
    /// Resources by the kind and the label of their block.
    pub(super) blocks: BTreeMap<(String, String), Vec<Id>>,
    /// Locals by the name that they have in the policy.
    pub(super) locals: BTreeMap<String, (usize, String)>,
}

impl Made {
    /// Notes that a resource became a block of that label.
    pub(super) fn note(&mut self, id: &Id, label: &str) {
        self.blocks.entry((kind_of(id), label.to_owned())).or_default().push(id.clone());
    }

    /// What is to blame for what is wrong.
    fn blame(&self, files: &BTreeMap<String, String>, problems: &[Diagnostic], sources: &Sources) -> Refused {
        let bodies: BTreeMap<&str, Body> =
            files.iter().filter_map(|(name, text)| Some((name.as_str(), hcl::edit::parser::parse_body(text).ok()?))).collect();
        // In the order in which they stand.
        let blocks: BTreeMap<&str, Vec<&Block>> = bodies.iter().map(|(name, body)| (*name, body.blocks().collect())).collect();
        let mut refused = Refused::default();
        for problem in problems.iter().filter(|problem| problem.is_error() && problem.code != Code::Variable) {
            let help = problem.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
            let why = format!("backstay does not take it, {}: {}{help}", problem.code, problem.title);
            for label in &problem.labels {
                let Some(source) = sources.get(label.span.source) else { continue };
                let name = Path::new(&source.name).file_name().and_then(|name| name.to_str()).unwrap_or_default();
                let at = label.span.range.start;
                let all = blocks.get(name).map(Vec::as_slice).unwrap_or_default();
                let place = all.partition_point(|block| eval::range_of(*block).end <= at);
                let Some(block) = all.get(place).filter(|block| eval::range_of(**block).contains(&at)) else { continue };
                if self.blame_block(block, at, &why, &mut refused) {
                    break;
                }
            }
        }
        refused
    }

    fn blame_block(&self, block: &Block, at: usize, why: &str, refused: &mut Refused) -> bool {
        if block.ident.as_str() == "locals" {
            let is_at = |range: std::ops::Range<usize>| range.contains(&at);
            let mut all = block.body.attributes();
            let name = all.find(|one| is_at(eval::range_of(&one.key).start..eval::range_of(&one.value).end)).map(|one| one.key.as_str());
            let Some(local) = name.and_then(|name| self.locals.get(name)) else { return false };
            refused.locals.insert(local.clone(), why.to_owned());
            return true;
        }
        let labels: Vec<String> = block.labels.iter().map(BlockLabel::as_str).map(str::to_owned).collect();
        let [kind, label] = labels.as_slice() else { return false };
        let Some(ids) = self.blocks.get(&(kind.clone(), label.clone())) else { return false };
        for id in ids {
            refused.resources.entry(id.clone()).or_insert_with(|| why.to_owned());
        }
        true
    }
}

/// Translates, until nothing is left that is refused, or nothing can be told of where it comes from.
pub(super) fn settled(loaded: &Loaded, workspace: &str, there: Option<There<'_>>, judge: &Judge<'_>) -> Translation {
    let mut refused = Refused { keeps_targets: there.is_some(), ..Refused::default() };
    // First what comes out is looked at by itself, then, without what is covered, as a part of the policy that is there.
    let mut is_beside = false;
    for _ in 0..ROUNDS {
        let (mut translation, made, mut more) = Translator::new(loaded, refused.clone()).run(workspace);
        let mut new = Policy::default();
        if more.is_empty() && translation.translated > 0 {
            let checked = judge(&translation.files, false);
            if !is_beside {
                more = made.blame(&translation.files, &checked.problems, &checked.policy.sources);
            }
            new = checked.policy;
            if let Some(there) = there.filter(|_| !is_beside && more.is_empty()) {
                more = there.learn(&made, &translation.files, &new);
                is_beside = true;
            }
            if is_beside && more.is_empty() {
                let mut whole = translation.clone();
                beside::placed(&mut whole, &new, there);
                if whole.conflicts.is_empty() {
                    let checked = judge(&whole.files, true);
                    more = made.blame(&whole.files, &checked.problems, &checked.policy.sources);
                }
            }
        }
        if !refused.learn(more) {
            beside::placed(&mut translation, &new, there);
            return translation;
        }
    }
    let mut translation = Translator::new(loaded, refused).run(workspace).0;
    let new = judge(&translation.files, false).policy;
    beside::placed(&mut translation, &new, there);
    translation
}
