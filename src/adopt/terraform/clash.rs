//! Names that a translation and the policy that is there both declare: what says the same is not said again, and what says something else gets
//! another name.

use crate::adopt::layout::file_name;
use crate::model::{Policy, Target};
use crate::policy::eval::{self, Segment};
use crate::policy::load::Files;
use hcl::edit::expr::Expression;
use hcl::edit::parser::parse_body;
use hcl::edit::structure::{Block, BlockLabel, Body, Structure};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The roots of what gets another name.
const VARIABLE: (&str, &str) = ("variable", "var");
const TARGET: (&str, &str) = ("target", "target");

/// What a policy declares, by name.
#[derive(Debug, Default)]
pub(super) struct Declared {
    variables: BTreeMap<String, Block>,
    targets: BTreeMap<String, Block>,
    locals: BTreeMap<String, hcl::Expression>,
    /// Whether one of its blocks gives the owner.
    pub(super) has_owner: bool,
}

impl Declared {
    /// Of the policy that is there.
    pub(super) fn of(files: &Files) -> Self {
        let texts = files.policy.iter().filter_map(|id| files.sources.get(*id)).map(|source| source.text.as_str());
        Self::of_bodies(texts.filter_map(|text| parse_body(text).ok()))
    }

    fn of_bodies(bodies: impl Iterator<Item = Body>) -> Self {
        let mut declared = Self::default();
        for structure in bodies.flatten() {
            let Structure::Block(block) = structure else { continue };
            let label = block.labels.first().map(BlockLabel::as_str).unwrap_or_default().to_owned();
            match block.ident.as_str() {
                "variable" => drop(declared.variables.insert(label, block)),
                "target" => drop(declared.targets.insert(label, block)),
                "backstay" => declared.has_owner = true,
                "locals" => {
                    let values = block.body.attributes().map(|one| (one.key.as_str().to_owned(), value(&one.value)));
                    declared.locals.extend(values);
                }
                _ => {}
            }
        }
        declared
    }
}

/// An expression without its layout.
fn value(expr: &Expression) -> hcl::Expression {
    expr.clone().into()
}

/// A translation without clashes.
#[derive(Debug, Default)]
pub(super) struct Cleared {
    /// Its files, with the names that it has beside the policy, and still all that it declares.
    pub(super) files: BTreeMap<String, String>,
    /// What the policy says otherwise, and nothing can be done about.
    pub(super) conflicts: Vec<String>,
    /// The targets that the policy declares already, by their name in the translation.
    pub(super) same_targets: BTreeMap<String, String>,
    /// The keyword and name of what the policy declares already.
    said: BTreeSet<(&'static str, String)>,
}

/// Gives what would clash another name. `new` is the translation as it is evaluated by itself.
pub(super) fn cleared(files: &BTreeMap<String, String>, new: &Policy, there: &Policy, declared: &Declared) -> Cleared {
    let mut out = Cleared { files: files.clone(), ..Cleared::default() };
    let own = own(&out.files);
    let given = given(files);
    let mut renamed = BTreeMap::new();
    for (name, block) in &own.variables {
        let is_same = |other: &Block| is_same_variable(block, other);
        let free = free(name, &declared.variables, &own.variables, is_same);
        if free != *name && given.contains(name) {
            out.conflicts.push(format!("var.{name}"));
        } else if free != *name {
            renamed.insert(name.clone(), free.clone());
        }
        if declared.variables.contains_key(&free) {
            out.said.insert((VARIABLE.0, free));
        }
    }
    rename(&mut out.files, VARIABLE, &renamed);
    // The variables that targets are made of have their names now.
    let own = self::own(&out.files);
    let mut renamed = BTreeMap::new();
    for (name, block) in &own.targets {
        let body = hcl::Body::from(block.body.clone());
        let is_same = |other: &Block| {
            let label = other.labels.first().map(BlockLabel::as_str).unwrap_or_default();
            let places = new.targets.get(name).zip(there.targets.get(label));
            let guards = block.body.has_attribute("account_id") || other.body.has_attribute("account_id");
            hcl::Body::from(other.body.clone()) == body || places.is_some_and(|(one, other)| is_same_target(one, other, guards))
        };
        let free = free(name, &declared.targets, &own.targets, is_same);
        if declared.targets.contains_key(&free) {
            out.same_targets.insert(name.clone(), free.clone());
            out.said.insert((TARGET.0, free.clone()));
        }
        if free != *name {
            renamed.insert(name.clone(), free);
        }
    }
    // Blocks that name no target are about the only one; without any, about where the credentials are.
    let says_place = own.targets.iter().find(|(_, block)| !block.body.is_empty());
    if let Some((name, _)) =
        says_place.filter(|_| declared.targets.is_empty() && !(there.protects.is_empty() && there.resources.is_empty()))
    {
        out.conflicts.push(format!("target.{name}, as its blocks name no target"));
    }
    rename(&mut out.files, TARGET, &renamed);
    out
}

fn own(files: &BTreeMap<String, String>) -> Declared {
    let texts = files.iter().filter(|(name, _)| super::is_policy_file(name)).map(|(_, text)| text);
    Declared::of_bodies(texts.filter_map(|text| parse_body(text).ok()))
}

/// The variables that files of values give one.
fn given(files: &BTreeMap<String, String>) -> BTreeSet<String> {
    let values = files.iter().filter(|(name, _)| file_name(name).ends_with(".vars.hcl"));
    let bodies = values.filter_map(|(_, text)| parse_body(text).ok());
    bodies.flat_map(|body| body.attributes().map(|one| one.key.as_str().to_owned()).collect::<Vec<_>>()).collect()
}

/// A name that is free, or of something that is the same.
fn free(name: &str, there: &BTreeMap<String, Block>, own: &BTreeMap<String, Block>, is_same: impl Fn(&Block) -> bool) -> String {
    let mut at = name.to_owned();
    let mut number = 2_u32;
    loop {
        let is_free = match there.get(&at) {
            Some(other) => is_same(other),
            None => at == name || !own.contains_key(&at),
        };
        if is_free {
            return at;
        }
        at = format!("{name}_{number}");
        number = number.saturating_add(1);
    }
}

/// Whether two variables stand for the same: have the same default, or ask the same question.
fn is_same_variable(one: &Block, other: &Block) -> bool {
    let of = |block: &Block, name: &str| block.body.get_attribute(name).map(|found| value(&found.value));
    let hides = hcl::Expression::Bool(true);
    if of(one, "sensitive").as_ref() == Some(&hides) && of(other, "sensitive") != Some(hides) {
        return false;
    }
    if one.body.has_attribute("default") {
        return of(one, "default") == of(other, "default");
    }
    // One that is there may have got an answer since.
    let asks = |block: &Block| {
        let text = block.body.get_attribute("description").and_then(|text| text.value.as_str().map(str::to_owned));
        // The place behind it moves with the text around it.
        text.map(|text| text.rsplit_once(" (").map_or(text.clone(), |(asks, _)| asks.to_owned()))
    };
    asks(one).is_none_or(|asked| asks(other) == Some(asked))
}

/// Whether two targets surely reach the same place the same way. `guards` tells whether one of them says its account.
fn is_same_target(one: &Target, other: &Target, guards: bool) -> bool {
    let is_place = is_same_place(one, other) || (!guards && one.region.is_some() && one.region == other.region);
    is_place && one.assume_role == other.assume_role && one.profile == other.profile
}

/// Whether two targets surely are of one account and region.
pub(super) fn is_same_place(one: &Target, other: &Target) -> bool {
    let is_same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
    is_same(&one.region, &other.region) && is_same(&one.account_id, &other.account_id)
}

/// Gives other names to declarations, and to what refers to them.
fn rename(files: &mut BTreeMap<String, String>, (keyword, root): (&str, &str), names: &BTreeMap<String, String>) {
    if names.is_empty() {
        return;
    }
    for (_, text) in files.iter_mut().filter(|(name, _)| super::is_policy_file(name)) {
        let Ok(body) = parse_body(text.as_str()) else { continue };
        let mut edits: Vec<(Range<usize>, String)> = Vec::new();
        for block in body.blocks().filter(|block| block.ident.as_str() == keyword) {
            let Some(label) = block.labels.first() else { continue };
            edits.extend(names.get(label.as_str()).map(|new| (eval::range_of(label), format!("\"{new}\""))));
        }
        references(&body, &mut |reference| {
            let [Segment::Name(first), Segment::Name(name), ..] = reference.path.as_slice() else { return };
            let (Some(new), true) = (names.get(name), first == root) else { return };
            let old = format!("{root}.{name}");
            let start = reference.range.start;
            let range = start..start.saturating_add(old.len());
            if text.get(range.clone()) == Some(old.as_str()) {
                edits.push((range, format!("{root}.{new}")));
            }
        });
        edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        edits.dedup_by_key(|(range, _)| range.start);
        for (range, new) in edits {
            text.replace_range(range, &new);
        }
    }
}

/// All references in a body.
fn references(body: &Body, found: &mut impl FnMut(&eval::Reference)) {
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => eval::references(&attribute.value).iter().for_each(&mut *found),
            Structure::Block(block) => references(&block.body, found),
        }
    }
}

impl Cleared {
    /// The parts of a text that the policy says already; what it says otherwise goes to the conflicts.
    pub(super) fn said(&mut self, body: &Body, declared: &Declared, keeps_owner: bool) -> Vec<Range<usize>> {
        let mut said = Vec::new();
        for block in body.blocks() {
            let label = block.labels.first().map(BlockLabel::as_str).unwrap_or_default();
            let is_said = |keyword: &'static str| self.said.contains(&(keyword, label.to_owned()));
            match block.ident.as_str() {
                "backstay" if !keeps_owner => said.push(eval::range_of(block)),
                "variable" if is_said(VARIABLE.0) => said.push(eval::range_of(block)),
                "target" if is_said(TARGET.0) => said.push(eval::range_of(block)),
                "locals" => said.extend(self.said_locals(block, declared)),
                _ => {}
            }
        }
        said
    }

    fn said_locals(&mut self, block: &Block, declared: &Declared) -> Vec<Range<usize>> {
        let mut said = Vec::new();
        for one in block.body.attributes() {
            match declared.locals.get(one.key.as_str()) {
                Some(there) if *there == value(&one.value) => {
                    said.push(eval::range_of(&one.key).start..eval::range_of(&one.value).end);
                }
                Some(_) => self.conflicts.push(format!("local.{}", one.key.as_str())),
                None => {}
            }
        }
        if said.len() == block.body.attributes().count() { vec![eval::range_of(block)] } else { said }
    }
}
