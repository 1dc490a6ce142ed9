//! A translation beside a policy that is there: what that covers is not said again, and what somebody else wrote is not written over.

use super::Translation;
use super::clash::{self, Declared, is_same_place};
use super::judged::{Covered, Made, Refused};
use super::translator::laid_out;
use crate::adopt::layout::{HEADER, file_name, with_more};
use crate::kinds;
use crate::model::{BlockAddress, Policy, Protect, Resource, Wanted};
use crate::policy::load::Files;
use crate::policy::select;
use hcl::edit::parser::parse_body;
use std::collections::{BTreeMap, BTreeSet};

/// The policy that is in the folder already.
#[derive(Clone, Copy, Debug)]
pub struct There<'t> {
    /// What it says.
    pub policy: &'t Policy,
    /// Its files.
    pub files: &'t Files,
}

/// What the policy says of one thing of a translation.
struct Cover<'p> {
    /// The block that is about the thing.
    by: &'p BlockAddress,
    /// The settings that no block says, by their outermost names.
    unsaid: BTreeSet<String>,
    /// Those that it says otherwise.
    otherwise: BTreeSet<String>,
}

impl<'p> Cover<'p> {
    fn new(by: &'p BlockAddress, says: &[&'p BTreeMap<String, Wanted>], wanted: &BTreeMap<String, Wanted>) -> Self {
        let mut cover = Self { by, unsaid: BTreeSet::new(), otherwise: BTreeSet::new() };
        for (path, wanted) in wanted {
            let name = || path.split(['.', '[']).next().unwrap_or(path).to_owned();
            let mut said = says.iter().filter_map(|says| says.get(path)).peekable();
            if said.peek().is_none() {
                cover.unsaid.insert(name());
            } else if said.all(|there| there.value != wanted.value) {
                cover.otherwise.insert(name());
            }
        }
        cover.otherwise.retain(|name| !cover.unsaid.contains(name));
        cover
    }

    /// What is to be told of it; none where the policy says all.
    fn told(&self) -> Option<String> {
        let list = |names: &BTreeSet<String>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let by = self.by;
        match (self.unsaid.is_empty(), self.otherwise.is_empty()) {
            (true, true) => None,
            (false, true) => Some(format!("{}: add what is missing to `{by}`", list(&self.unsaid))),
            (true, false) => Some(format!("`{by}` says otherwise of {}", list(&self.otherwise))),
            (false, false) => {
                let (unsaid, otherwise) = (list(&self.unsaid), list(&self.otherwise));
                Some(format!("{unsaid}: add what is missing to `{by}`, which says otherwise of {otherwise}"))
            }
        }
    }
}

/// A policy's blocks by what they are looked for by.
struct Index<'p> {
    policy: &'p Policy,
    /// By kind, and the name of the thing or else the label.
    resources: BTreeMap<(&'p str, &'p str), Vec<&'p Resource>>,
    /// By kind.
    protects: BTreeMap<&'p str, Vec<&'p Protect>>,
    labels: BTreeSet<(&'p str, &'p str)>,
    /// The names of targets that are the same there, by their names in the translation.
    same: BTreeMap<String, String>,
}

impl There<'_> {
    /// Learns which blocks are not to be written: those of which the policy covers every thing, and those that have the name of another one.
    pub(super) fn learn(&self, made: &Made, files: &BTreeMap<String, String>, new: &Policy) -> Refused {
        let same = clash::cleared(files, new, self.policy, &Declared::of(self.files)).same_targets;
        let there = Index::new(self.policy, same);
        let mut resources: BTreeMap<(&str, &str), Vec<&Resource>> = BTreeMap::new();
        for one in new.resources.iter().filter(|one| one.address.within.is_none()) {
            resources.entry((&one.address.kind, &one.address.name)).or_default().push(one);
        }
        let mut protects: BTreeMap<(&str, &str), Vec<&Protect>> = BTreeMap::new();
        for one in new.protects.iter().filter(|one| one.address.within.is_none()) {
            protects.entry((&one.address.kind, &one.address.name)).or_default().push(one);
        }
        let mut refused = Refused::default();
        for ((kind, label), ids) in &made.blocks {
            let key = (kind.as_str(), label.as_str());
            let mut covers: Vec<(&BlockAddress, Option<Vec<Cover<'_>>>)> = Vec::new();
            for one in resources.get(&key).into_iter().flatten() {
                covers.push((&one.address, there.covers(one, new).map(|cover| vec![cover])));
            }
            for one in protects.get(&key).into_iter().flatten() {
                covers.push((&one.address, there.protects(one, new)));
            }
            if !covers.is_empty() && covers.iter().all(|(_, cover)| cover.is_some()) {
                let all =
                    || covers.iter().filter_map(|(own, covers)| Some(covers.as_ref()?.iter().map(move |cover| (own, cover)))).flatten();
                let told: BTreeSet<String> = all().filter_map(|(_, cover)| cover.told()).collect();
                let mut names = all().map(|(own, cover)| (own.key == cover.by.key).then_some(cover.by.name.as_str()));
                let first = names.next().flatten().filter(|first| names.all(|name| name == Some(first)));
                let covered = Covered { label: first.map(str::to_owned), unsaid: told.into_iter().collect() };
                refused.covered.extend(ids.iter().map(|id| (id.clone(), covered.clone())));
            } else if there.labels.contains(&key) {
                let why = format!("the policy that is there has another block `{kind}.{label}`: add what is missing to that");
                refused.resources.extend(ids.iter().map(|id| (id.clone(), why.clone())));
            }
        }
        refused
    }
}

impl<'p> Index<'p> {
    fn new(policy: &'p Policy, same: BTreeMap<String, String>) -> Self {
        let mut resources: BTreeMap<_, Vec<&Resource>> = BTreeMap::new();
        for one in &policy.resources {
            resources.entry((one.address.kind.as_str(), named(one))).or_default().push(one);
        }
        let mut protects: BTreeMap<_, Vec<&Protect>> = BTreeMap::new();
        for one in &policy.protects {
            protects.entry(one.address.kind.as_str()).or_default().push(one);
        }
        let addresses = policy.resources.iter().map(|one| &one.address).chain(policy.protects.iter().map(|one| &one.address));
        let labels = addresses.filter(|address| address.within.is_none()).map(|one| (one.kind.as_str(), one.name.as_str())).collect();
        Self { policy, resources, protects, labels, same }
    }

    fn covers(&self, one: &Resource, new: &Policy) -> Option<Cover<'p>> {
        let mut others = self.resources.get(&(one.address.kind.as_str(), named(one)))?.iter();
        let other = others.find(|other| {
            other.name == one.name && whole(other, self.policy) == whole(one, new) && self.meets(&other.targets, &one.targets, new)
        })?;
        Some(Cover::new(&other.address, &[&other.wanted], &one.wanted))
    }

    /// What is said of each thing of a block; none where it is not sure that something is said of each.
    fn protects(&self, one: &Protect, new: &Policy) -> Option<Vec<Cover<'p>>> {
        let spec = kinds::spec(&one.address.kind)?;
        let all = self.protects.get(one.address.kind.as_str())?;
        let others: Vec<&Protect> = all.iter().filter(|other| self.meets(&other.targets, &one.targets, new)).copied().collect();
        let cover = |others: &[&'p Protect]| {
            let says: Vec<_> = others.iter().map(|other| &other.wanted).collect();
            Some(Cover::new(&others.first()?.address, &says, &one.wanted))
        };
        if spec.single.is_some() {
            return Some(vec![cover(&others)?]);
        }
        let target = one.targets.iter().find_map(|name| new.targets.get(name));
        let region = target.and_then(|target| target.region.as_deref());
        let account = target.and_then(|target| target.account_id.as_deref());
        let of_name = |name: &str| {
            let arn = region.zip(account).and_then(|(region, account)| spec.arn(region, account, name));
            let means = |other: &&&Protect| select::surely_means(&other.select, spec, name, arn.as_deref());
            cover(&others.iter().filter(means).copied().collect::<Vec<_>>())
        };
        let is_plain = !one.select.names.is_empty() && one.select.arns.is_empty();
        is_plain.then(|| one.select.names.iter().map(|name| of_name(&name.text)).collect::<Option<Vec<_>>>())?
    }

    /// Whether blocks are surely about the same places.
    fn meets(&self, targets: &[String], others: &[String], new: &Policy) -> bool {
        let is_met = |name: &String| {
            let is_same = self.same.get(name).is_some_and(|same| targets.contains(same));
            let place = new.targets.get(name);
            let mut there = targets.iter().filter_map(|name| self.policy.targets.get(name));
            is_same || place.is_some_and(|place| there.any(|other| is_same_place(other, place)))
        };
        !others.is_empty() && others.iter().all(is_met)
    }
}

/// What a block is looked for by: where only AWS knows the name, that of the block.
fn named(one: &Resource) -> &str {
    one.name.as_deref().unwrap_or(&one.address.name)
}

/// The name of what a thing is a part of.
fn whole<'p>(one: &Resource, policy: &'p Policy) -> Option<&'p str> {
    let parent = one.parent.as_ref()?;
    policy.resource(parent)?.name.as_deref()
}

/// Whether a file of a translation is policy, and not of variables, or one that expressions read.
pub fn is_policy_file(name: &str) -> bool {
    name.strip_suffix(".hcl").is_some_and(|stem| !stem.contains('/') && stem.strip_suffix(".vars").is_none())
}

/// Puts the files of a translation beside the policy: the whole text of each that is new or longer, and what the policy says otherwise.
/// `new` is the translation as it is evaluated by itself.
pub(super) fn placed(translation: &mut Translation, new: &Policy, there: Option<There<'_>>) {
    let Some(there) = there else {
        let with_header = |(name, text): (&String, &String)| {
            let text = if is_policy_file(name) { format!("{HEADER}\n\n{}", text.trim_start_matches('\n')) } else { text.clone() };
            (name.clone(), text)
        };
        translation.files = translation.files.iter().map(with_header).collect();
        return;
    };
    let declared = Declared::of(there.files);
    let mut cleared = clash::cleared(&translation.files, new, there.policy, &declared);
    let lacks_owner = there.policy.workspace.is_none() && !declared.has_owner && !new.resources.is_empty();
    let mut files = BTreeMap::new();
    for (name, text) in std::mem::take(&mut cleared.files) {
        if !is_policy_file(&name) {
            files.insert(name, text);
            continue;
        }
        let mut text = text;
        if let Ok(body) = parse_body(&text) {
            let mut said = cleared.said(&body, &declared, lacks_owner);
            said.sort_by_key(|range| std::cmp::Reverse(range.start));
            for range in said {
                text.replace_range(range, "");
            }
            if parse_body(&text).is_ok_and(|body| body.is_empty()) {
                continue;
            }
        }
        let (name, before) = place(&name, there);
        files.insert(name, with_more(&before, laid_out(text.trim_start_matches('\n')).trim_start_matches('\n')));
    }
    translation.files = files;
    translation.conflicts = cleared.conflicts;
}

/// The file for what is new, and what stands in it now: as for live things, only behind what was written by the same hand.
fn place(name: &str, there: There<'_>) -> (String, String) {
    const MOST: u32 = 100;
    let found = |name: &str| {
        let mut all = there.files.policy.iter().filter_map(|id| there.files.sources.get(*id));
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
