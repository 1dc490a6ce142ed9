//! A translation beside a policy that is there: what that covers is not said again, and what somebody else wrote is not written over.

use super::Translation;
use super::judged::{Made, Refused};
use super::translator::laid_out;
use crate::adopt::layout::{HEADER, file_name};
use crate::model::{BlockAddress, Policy, Protect, Resource, Target};
use crate::policy::eval;
use crate::policy::load::Files;
use hcl::edit::parser::parse_body;
use hcl::edit::structure::{Block, BlockLabel, Body};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use wildmatch::WildMatch;

/// The policy that is in the folder already.
#[derive(Clone, Copy, Debug)]
pub struct There<'t> {
    /// What it says.
    pub policy: &'t Policy,
    /// Its files.
    pub files: &'t Files,
}

impl There<'_> {
    /// Learns which blocks are not to be written: those of which the policy covers every thing, and those that have the name of another one.
    pub(super) fn learn(&self, made: &Made, new: &Policy) -> Refused {
        let mut refused = Refused::default();
        for ((kind, label), ids) in &made.blocks {
            let is_of = |address: &BlockAddress| address.kind == *kind && address.name == *label && address.within.is_none();
            let mut covered: Vec<bool> = new.resources.iter().filter(|one| is_of(&one.address)).map(|one| self.covers(one, new)).collect();
            covered.extend(new.protects.iter().filter(|one| is_of(&one.address)).map(|one| self.protects(one, new)));
            let mut named = self.policy.resources.iter().map(|one| &one.address).chain(self.policy.protects.iter().map(|one| &one.address));
            let is_taken = named.any(is_of);
            if !covered.is_empty() && covered.iter().all(|covered| *covered) {
                refused.covered.extend(ids.iter().cloned());
            } else if is_taken {
                let why = format!("the policy that is there has another block `{kind}.{label}`: add what is missing to that");
                refused.resources.extend(ids.iter().map(|id| (id.clone(), why.clone())));
            }
        }
        refused
    }

    fn covers(&self, one: &Resource, new: &Policy) -> bool {
        self.policy.resources.iter().any(|other| {
            let is_same = other.name == one.name && (one.name.is_some() || other.address.name == one.address.name);
            is_same
                && other.address.kind == one.address.kind
                && whole(other, self.policy) == whole(one, new)
                && self.meets(&other.targets, &one.targets, new)
        })
    }

    fn protects(&self, one: &Protect, new: &Policy) -> bool {
        let others: Vec<&Protect> = self
            .policy
            .protects
            .iter()
            .filter(|other| other.address.kind == one.address.kind && self.meets(&other.targets, &one.targets, new))
            .collect();
        if one.select.names.is_empty() {
            return !others.is_empty();
        }
        let is_named = |name: &str| others.iter().any(|other| other.select.names.iter().any(|all| WildMatch::new(&all.text).matches(name)));
        one.select.names.iter().all(|name| is_named(&name.text))
    }

    /// Whether blocks can be about the same places: a region or account that nobody says can be any.
    fn meets(&self, targets: &[String], others: &[String], new: &Policy) -> bool {
        let there: Vec<&Target> = targets.iter().filter_map(|name| self.policy.targets.get(name)).collect();
        let mut wanted = others.iter().filter_map(|name| new.targets.get(name));
        wanted.all(|target| there.iter().any(|other| is_same_place(other, target)))
    }
}

/// The name of what a thing is a part of.
fn whole<'p>(one: &Resource, policy: &'p Policy) -> Option<&'p str> {
    let parent = one.parent.as_ref()?;
    policy.resources.iter().find(|other| other.address == *parent)?.name.as_deref()
}

fn is_same_place(one: &Target, other: &Target) -> bool {
    let is_same = |one: &Option<String>, other: &Option<String>| one.is_none() || other.is_none() || one == other;
    is_same(&one.region, &other.region) && is_same(&one.account_id, &other.account_id)
}

/// What the policy that is there declares that a translation could declare again.
#[derive(Default)]
struct Declared {
    blocks: BTreeSet<(String, String)>,
    locals: BTreeMap<String, String>,
}

impl Declared {
    fn of(files: &Files) -> Self {
        let mut declared = Self::default();
        for source in files.policy.iter().filter_map(|id| files.sources.get(*id)) {
            let Ok(body) = parse_body(&source.text) else { continue };
            for block in body.blocks() {
                let label = block.labels.first().map(BlockLabel::as_str).unwrap_or_default();
                declared.blocks.insert((block.ident.as_str().to_owned(), label.to_owned()));
            }
            let attributes = body.get_blocks("locals").flat_map(|block| block.body.attributes());
            declared.locals.extend(attributes.map(|one| (one.key.as_str().to_owned(), squeezed(&source.text, eval::range_of(&one.value)))));
        }
        declared
    }

    /// The parts of a text that the policy says already; what it says otherwise goes to the conflicts.
    fn said(&self, text: &str, body: &Body, conflicts: &mut Vec<String>) -> Vec<Range<usize>> {
        let mut said = Vec::new();
        for block in body.blocks() {
            let label = block.labels.first().map(BlockLabel::as_str).unwrap_or_default();
            let is_there = self.blocks.contains(&(block.ident.as_str().to_owned(), label.to_owned()));
            match block.ident.as_str() {
                "backstay" => said.push(eval::range_of(block)),
                "variable" | "target" if is_there => said.push(eval::range_of(block)),
                "locals" => said.extend(self.said_locals(text, block, conflicts)),
                _ => {}
            }
        }
        said
    }

    fn said_locals(&self, text: &str, block: &Block, conflicts: &mut Vec<String>) -> Vec<Range<usize>> {
        let mut said = Vec::new();
        for one in block.body.attributes() {
            match self.locals.get(one.key.as_str()) {
                Some(value) if *value == squeezed(text, eval::range_of(&one.value)) => {
                    said.push(eval::range_of(&one.key).start..eval::range_of(&one.value).end);
                }
                Some(_) => conflicts.push(format!("local.{}", one.key.as_str())),
                None => {}
            }
        }
        if said.len() == block.body.attributes().count() { vec![eval::range_of(block)] } else { said }
    }
}

/// A text without the layout of its lines.
fn squeezed(text: &str, range: Range<usize>) -> String {
    text.get(range).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a file of a translation is policy, and not of variables, or one that expressions read.
pub fn is_policy_file(name: &str) -> bool {
    name.strip_suffix(".hcl").is_some_and(|stem| !stem.contains('/') && stem.strip_suffix(".vars").is_none())
}

/// The whole text of each file that is new or longer, and the names of what the policy says otherwise.
pub(super) fn placed(translation: &Translation, there: Option<There<'_>>) -> (BTreeMap<String, String>, Vec<String>) {
    let declared = there.map(|there| Declared::of(there.files)).unwrap_or_default();
    let mut files = BTreeMap::new();
    let mut conflicts = Vec::new();
    for (name, text) in &translation.files {
        if !is_policy_file(name) {
            files.insert(name.clone(), text.clone());
            continue;
        }
        let mut text = text.clone();
        if there.is_some()
            && let Ok(body) = parse_body(&text)
        {
            let mut said = declared.said(&text, &body, &mut conflicts);
            said.sort_by_key(|range| std::cmp::Reverse(range.start));
            for range in said {
                text.replace_range(range, "");
            }
            if parse_body(&text).is_ok_and(|body| body.is_empty()) {
                continue;
            }
        }
        let (name, before) = place(name, there);
        files.insert(name, laid_out(&format!("{before}\n{}", text.trim_start_matches('\n'))));
    }
    (files, conflicts)
}

/// The file for what is new, and what stands in it now: as for live things, only behind what was written by the same hand.
fn place(name: &str, there: Option<There<'_>>) -> (String, String) {
    const MOST: u32 = 100;
    let found = |name: &str| {
        let files = there?.files;
        let mut all = files.policy.iter().filter_map(|id| files.sources.get(*id));
        all.find(|source| file_name(&source.name) == name).map(|source| source.text.clone())
    };
    let stem = name.trim_end_matches(".hcl");
    let others = (1..MOST).map(|number| if number == 1 { format!("{stem}-adopted.hcl") } else { format!("{stem}-adopted-{number}.hcl") });
    for name in std::iter::once(name.to_owned()).chain(others) {
        match found(&name) {
            None => return (name, format!("{HEADER}\n")),
            Some(text) if text.starts_with(HEADER) => return (name, text),
            Some(_) => {}
        }
    }
    (format!("{stem}-adopted-more.hcl"), format!("{HEADER}\n"))
}
