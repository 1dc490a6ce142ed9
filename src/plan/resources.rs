//! What backstay makes, changes and removes: declared `resource`s beside what is live, by their marks.
//!
//! | what is live | what the plan says |
//! |---|---|
//! | nothing of the mark or the name | create |
//! | a thing of the name with this workspace's mark | update or nothing; where AWS has no call that changes it, replace |
//! | a thing of the name that nobody marked | refused, or with `adopt = true` taken over |
//! | a thing of the name that another workspace marked | refused |
//! | of a block with `mark = false`: a thing of the name that nobody or this workspace marked | update or nothing; this workspace's mark goes |
//! | of a block with `mark = false`: nothing of the name | refused: it is somebody else's to make |
//! | a part of what a block with `mark = false` is about | as its whole: update or nothing; never made, replaced or removed |
//! | a thing with this workspace's mark that no block declares | delete, unless it holds what must stay; with a `removed` block only its mark goes |

mod beside;
mod changes;
mod foreign;
mod gone;
mod sole;

use super::diff::{self, Comparison};
use super::waits;
use crate::kinds::{self, Kind};
use crate::model::{
    Action, ArnForm, BlockAddress, Change, Code, Diagnostic, Live, Mark, Note, Policy, Refusal, Resource, ResourceId, Snapshot, Value, Verb,
};
use crate::policy::one_place;
use changes::{create, not_there, not_to_replace, owner, owner_change, settle_fixed};
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of the declared and of the owned things.
#[derive(Default)]
pub(super) struct Resources {
    pub(super) actions: Vec<Action>,
    pub(super) notes: Vec<Note>,
    pub(super) problems: Vec<Diagnostic>,
}

/// Works out the actions.
///
/// Only what matches one of `only` will be done; all where that is empty.
pub(super) fn resources(policy: &Policy, snapshot: &Snapshot, only: &[String]) -> Resources {
    let mut planner = Planner {
        policy,
        snapshot,
        only,
        claimed: BTreeSet::new(),
        ours: BTreeMap::new(),
        described: BTreeSet::new(),
        lives: live_by_kind(snapshot),
        blocks: policy.resources.iter().map(|resource| (&resource.address, resource)).collect(),
        unmarked: policy.resources.iter().filter(|resource| !resource.mark).map(|resource| &resource.address).collect(),
        names: BTreeMap::new(),
        taken: BTreeMap::new(),
        out: Resources::default(),
    };
    for resource in &policy.resources {
        for target in resource.targets.iter().filter(|target| policy.targets.contains_key(*target)) {
            planner.declared(resource, target);
        }
    }
    planner.orphans();
    planner.reach();
    planner.out
}

fn live_by_kind(snapshot: &Snapshot) -> BTreeMap<(&str, &str), Vec<&Live>> {
    let mut lives: BTreeMap<_, Vec<&Live>> = BTreeMap::new();
    for live in &snapshot.resources {
        lives.entry((live.id.kind.as_str(), live.id.target.as_str())).or_default().push(live);
    }
    lives
}

struct Planner<'a> {
    policy: &'a Policy,
    snapshot: &'a Snapshot,
    only: &'a [String],
    /// Live things that a block is about, as AWS knows them: two targets can reach the same account and region.
    claimed: BTreeSet<Identified>,
    /// Those of them that are ours, or will be, with the block.
    ours: BTreeMap<&'a ResourceId, &'a BlockAddress>,
    /// Those that a block describes without owning them, as AWS knows them.
    described: BTreeSet<Identified>,
    /// What is live, by kind and target.
    lives: BTreeMap<(&'a str, &'a str), Vec<&'a Live>>,
    /// All blocks, by their addresses.
    blocks: BTreeMap<&'a BlockAddress, &'a Resource>,
    /// The blocks with `mark = false`.
    unmarked: BTreeSet<&'a BlockAddress>,
    /// Which block names a thing, so that two cannot.
    names: BTreeMap<Identified, (&'a Resource, &'a str)>,
    /// Which block takes what a region has one of.
    taken: BTreeMap<sole::Sole, &'a Resource>,
    out: Resources,
}

/// What AWS knows a thing by: kind, account, region and name.
type Identified = (String, String, String, String);

/// What is known of the thing that another is a part of.
enum Whole<'a> {
    /// There is none yet, or the other is no part of anything.
    None,
    There(&'a Live),
    /// It could not be looked for.
    Unknown,
    /// It is somebody else's, and so is all that is in it.
    Refused(Refusal),
}

impl<'a> Planner<'a> {
    fn identified(&self, id: &ResourceId) -> Identified {
        let account = self.snapshot.identities.get(&id.target).map_or_else(|| id.target.clone(), |identity| identity.account.clone());
        let is_of_account = kinds::spec(&id.kind).is_some_and(|spec| spec.arn_form == ArnForm::InAccount);
        let region = if is_of_account { String::new() } else { id.region.clone() };
        (id.kind.clone(), account, region, id.name.clone())
    }

    fn workspace(&self) -> &'a str {
        self.policy.workspace.as_deref().unwrap_or_default()
    }

    fn lives(&self, kind: &'a str, target: &'a str) -> impl Iterator<Item = &'a Live> + use<'a, '_> {
        self.lives.get(&(kind, target)).map(Vec::as_slice).unwrap_or_default().iter().copied()
    }

    /// Whether a block only describes what somebody else makes: with `mark = false`, or as a part of what such a block is about.
    fn only_describes(&self, resource: &Resource) -> bool {
        !resource.mark || resource.parent.as_ref().is_some_and(|whole| self.unmarked.contains(whole))
    }

    fn is_ours(&self, live: &Live) -> bool {
        live.mark.as_ref().is_some_and(|mark| mark.workspace == self.workspace())
    }

    /// Whether the things of a kind were looked for in a target, so that one that was not found is not there.
    ///
    /// Where the marks could not be listed it may be there under the name that the policy gave it before.
    fn was_searched(&self, kind: &str, target: &str) -> bool {
        let marks_unknown = self.snapshot.gaps.iter().any(|gap| gap.target == target && gap.kind.is_none());
        !marks_unknown
            && self
                .snapshot
                .inventories
                .iter()
                .any(|inventory| inventory.kind == kind && inventory.target == target && inventory.names_complete)
    }

    fn declared(&mut self, resource: &'a Resource, target: &'a str) {
        let Some(kind) = kinds::find(&resource.address.kind) else { return };
        let spec = kind.spec();
        let unknown = resource.wanted.values().find(|wanted| wanted.value.has_unknown());
        let identity = self.snapshot.identities.get(target);
        if let (Some(unknown), Some(_)) = (unknown, identity) {
            let title = format!("a setting of `{}` depends on what only AWS will know, so that it can never be compared", resource.address);
            let help = "refer to names and ARNs, which are known beforehand";
            self.out.problems.push(Diagnostic::error(Code::Evaluation, title).at(unknown.span.clone()).help(help));
            return;
        }
        let (address, index) = waits::address(&resource.address, target, resource.targets.len());
        let parent = resource.parent.as_ref().map(|parent| waits::address(parent, target, self.targets_of(parent)).0);
        let whole = resource.parent.as_ref().map_or(Whole::None, |parent| self.whole(parent, target));
        let own = resource.name.clone().unwrap_or_default();
        let part_name = |whole: &str| spec.parent.map_or_else(|| own.clone(), |parent| parent.part_name(whole, &own));
        let name = match (&resource.parent, &whole) {
            (None, _) => own,
            (Some(_), Whole::There(whole)) => part_name(&whole.id.name),
            (Some(parent), _) => part_name(&self.name_of(parent)),
        };
        let region = identity.map_or_else(|| "-".to_owned(), |identity| identity.region.clone());
        // A part waits for its own whole.
        let mut depends_on: Vec<String> = resource.depends_on.iter().flat_map(|block| waits::named(self.policy, block)).collect();
        depends_on.extend(parent.clone().filter(|parent| !depends_on.contains(parent)));
        depends_on.sort();
        let mut action = Action {
            block: resource.address.block().to_string(),
            address,
            index,
            also: Vec::new(),
            id: ResourceId { kind: spec.name.to_owned(), target: target.to_owned(), region, name },
            arn: String::new(),
            verb: Verb::Unknown,
            refused: None,
            mark: (!self.only_describes(resource))
                .then(|| Mark { workspace: self.workspace().to_owned(), address: resource.address.mark() }),
            parent,
            replaces: None,
            ahead: Vec::new(),
            facts: BTreeMap::new(),
            changes: Vec::new(),
            wanted: diff::declared(&resource.wanted, &self.policy.sources),
            before: BTreeMap::new(),
            depends_on,
            remarks: Vec::new(),
        };
        if let Whole::There(whole) = whole {
            action.facts.extend(whole.fact(Live::ID).map(|id| (Live::PARENT_ID.to_owned(), Value::from(id))));
        }
        if let Some(identity) = identity {
            let of_part = || spec.arn(&identity.region, &identity.account, &action.id.name).filter(|_| resource.parent.is_some());
            // The whole ARN of some is AWS's to give.
            let known = (spec.arn_form != ArnForm::RegionalWithId)
                .then(|| resource.arn(spec, &identity.region, &identity.account).or_else(of_part))
                .flatten();
            action.arn = known.unwrap_or_default();
            if let Some((other, there)) = self.names.insert(self.identified(&action.id), (resource, target)) {
                if other.address == resource.address {
                    self.out.problems.push(one_place(resource, [there, target]));
                } else {
                    self.name_twice(resource, other, &action.id.name);
                }
                return;
            }
            if !self.takes(spec, resource, &action.id) {
                return;
            }
            match whole {
                Whole::Refused(refusal) => {
                    action.verb = Verb::NoOp;
                    action.refused = Some(refusal);
                }
                Whole::Unknown => {}
                Whole::None | Whole::There(_) => self.compare(kind, resource, &mut action),
            }
        }
        self.out.actions.push(action);
    }

    fn name_twice(&mut self, resource: &Resource, other: &Resource, name: &str) {
        let title = format!("two blocks declare the {} `{name}`", kinds::spec(&resource.address.kind).map_or("thing", |spec| spec.title));
        let problem = Diagnostic::error(Code::ConflictingClaims, title).at(resource.span.clone());
        self.out.problems.push(problem.label(other.span.clone(), "declared here too").help("give one of them another name"));
    }

    fn targets_of(&self, block: &BlockAddress) -> usize {
        self.blocks.get(block).map_or(1, |resource| resource.targets.len())
    }

    fn name_of(&self, block: &BlockAddress) -> String {
        self.blocks.get(block).and_then(|resource| resource.name.clone()).unwrap_or_default()
    }

    /// The live thing of a block that others are parts of.
    fn whole(&self, block: &BlockAddress, target: &'a str) -> Whole<'a> {
        let resource = self.blocks.get(block).copied();
        let (Some(resource), Some(kind)) = (resource, kinds::find(&block.kind)) else { return Whole::None };
        match self.find(kind, resource, target, resource.name.as_deref().unwrap_or_default()) {
            Ok(Some(live)) => Whole::There(live),
            Ok(None) if self.was_searched(&block.kind, target) => Whole::None,
            Ok(None) => Whole::Unknown,
            Err(refusal) => Whole::Refused(Refusal { reason: format!("it would be a part of {block}: {}", refusal.reason), ..refusal }),
        }
    }

    /// The marks of all declared blocks.
    fn marks(&self) -> impl Iterator<Item = String> + use<'a> {
        self.policy.resources.iter().map(|resource| resource.address.mark())
    }

    /// The live thing that a block is about.
    ///
    /// # Errors
    ///
    /// It is somebody else's.
    fn find(&self, kind: &dyn Kind, resource: &Resource, target: &'a str, name: &str) -> Result<Option<&'a Live>, Refusal> {
        let spec = kind.spec();
        let mark = resource.address.mark();
        let by_name = |live: &&Live| live.id.name == name;
        let ours = || self.lives(spec.name, target).filter(|live| self.is_ours(live));
        let marked = |live: &&Live| live.mark.as_ref().is_some_and(|found| found.address == mark);
        if spec.parent.is_some() {
            let found = self.lives(spec.name, target).find(by_name);
            let unclear = found.filter(|_| self.only_describes(resource)).and_then(|live| foreign::ambiguous(spec, live));
            return unclear.map_or(Ok(found), Err);
        }
        // Where a name is unique nothing else can have it, and another name is another thing: the mark only says whose it is. Elsewhere the
        // mark says which one it is; one that a block of this policy has is not another block's for its name.
        let taken = |live: &&Live| live.mark.as_ref().is_some_and(|mark| self.marks().any(|other| other == mark.address));
        let found = match spec.arn_form {
            ArnForm::ById => {
                let renamed_block = || ours().filter(by_name).find(|live| !taken(live));
                // What is only described is found by its name alone: another name is another thing, and not this one with a new name.
                let renamed = || ours().filter(|_| resource.mark).find(marked);
                ours().filter(marked).find(by_name).or_else(renamed).or_else(renamed_block)
            }
            ArnForm::Regional | ArnForm::InAccount | ArnForm::RegionalWithId | ArnForm::Global | ArnForm::Nothing => ours().find(by_name),
        };
        if let Some(live) = found {
            return Ok(Some(live));
        }
        let mut others = self.lives(spec.name, target).filter(by_name);
        // Where names are not unique, another workspace's thing of the same name is in nobody's way.
        let Some(live) = others.find(|live| live.mark.is_none() || spec.arn_form != ArnForm::ById) else { return Ok(None) };
        if live.mark.is_some() || (resource.mark && !resource.adopt) {
            return Err(foreign::refusal(spec, resource, live));
        }
        foreign::ambiguous(spec, live).map_or(Ok(Some(live)), Err)
    }

    fn compare(&mut self, kind: &'static dyn Kind, resource: &'a Resource, action: &mut Action) {
        let spec = kind.spec();
        let target = action.id.target.clone();
        let target = self.policy.targets.get(&target).map_or("", |target| target.name.as_str());
        let found = self.find(kind, resource, target, &action.id.name);
        let live = match found.and_then(|live| self.untaken(spec, resource, target, live)) {
            Ok(live) => live,
            Err(refusal) => {
                action.verb = Verb::NoOp;
                action.refused = Some(refusal);
                self.claimed.insert(self.identified(&action.id));
                return;
            }
        };
        let Some(live) = live else {
            // A thing of the whole account can be found by way of another target: it is declared all the same.
            self.claimed.insert(self.identified(&action.id));
            if self.was_searched(spec.name, target) && self.only_describes(resource) {
                action.verb = Verb::NoOp;
                action.refused = Some(not_there(spec, &action.id.name));
            } else if self.was_searched(spec.name, target) {
                create(kind, resource, &self.policy.sources, self.snapshot.taken_at, action);
                let others =
                    self.lives(spec.name, target).filter(|live| live.id.name == action.id.name).filter_map(|live| live.mark.as_ref());
                action.remarks.extend(others.map(|mark| {
                    format!("workspace `{}` has a {} of this name too; AWS keeps both, and both do their work", mark.workspace, spec.title)
                }));
            }
            return;
        };
        self.claimed.insert(self.identified(&live.id));
        if self.only_describes(resource) {
            self.described.insert(self.identified(&live.id));
        } else {
            self.ours.insert(&live.id, &resource.address);
        }
        let comparison =
            Comparison { kind, spec, live, wanted: &resource.wanted, sources: &self.policy.sources, now: self.snapshot.taken_at };
        let mut found = comparison.run();
        action.facts.extend(live.facts.clone());
        action.remarks = kind.remarks(live);
        action.remarks.extend(kind.passing(live));
        let notes = kind.notes(live).into_iter();
        self.out.notes.extend(notes.map(|(code, text)| Note { code: Some(code.to_string()), text: format!("{}: {text}", action.address) }));
        let namesakes = foreign::namesakes(spec, live).filter(|_| resource.adopt || self.only_describes(resource));
        self.out.notes.extend(namesakes.map(|text| Note { code: None, text: format!("{}: {text}", action.address) }));
        if let Some(arn) = &live.arn {
            action.arn.clone_from(arn);
        }
        if spec.parent.is_none() {
            found.before.insert(Change::OWNER.to_owned(), owner(live));
            if live.mark != action.mark && matches!(found.verb(), Verb::NoOp | Verb::Update) {
                found.changes.push(owner_change(live, action.mark.as_ref()));
            }
        }
        action.verb = found.verb();
        action.changes = found.changes;
        action.before = found.before;
        settle_fixed(kind, live, self.snapshot.taken_at, action);
        if action.verb == Verb::Replace && self.only_describes(resource) {
            action.verb = Verb::NoOp;
            action.replaces = None;
            action.refused = Some(not_to_replace(spec));
        }
    }

    /// What carries this workspace's mark, or is a part of what does, and that no block declares.
    fn orphans(&mut self) {
        let mut going: Vec<Action> = Vec::new();
        for live in &self.snapshot.resources {
            let Some(kind) = kinds::find(&live.id.kind) else { continue };
            let spec = kind.spec();
            let owned = match spec.parent {
                Some(_) => self
                    .parent_of(live)
                    .filter(|whole| !self.described.contains(&self.identified(&whole.id)))
                    .is_some_and(|whole| self.is_ours(whole) || self.ours.contains_key(&whole.id)),
                None => self.is_ours(live),
            };
            // What another target sees too is one thing.
            if !owned || !self.claimed.insert(self.identified(&live.id)) {
                continue;
            }
            let block = self.block_of(live);
            // A part has no mark of its own: it is let go with its whole.
            let whole = self.parent_of(live);
            let holder = if spec.parent.is_some() { whole.and_then(|whole| self.block_of(whole)) } else { block.clone() };
            if holder.is_some_and(|holder| self.policy.removed.iter().any(|released| holder.is_of(released))) {
                if spec.parent.is_none() {
                    self.out.actions.push(gone::release(live, spec, block.as_ref()));
                }
                continue;
            }
            if let Some(why) = kind.keeps(live, self.snapshot.taken_at) {
                let name = &live.id.name;
                let text = format!("{} `{name}` is no longer declared and stays all the same: {why}", spec.title);
                self.out.notes.push(Note { code: None, text });
                continue;
            }
            let mut action = gone::removal(live, kind, block.as_ref(), whole);
            self.replaced(kind, live, &mut action);
            going.push(action);
        }
        let before = self.out.actions.len();
        self.out.actions.extend(going);
        self.after_parts(before);
    }

    /// Makes what others are parts of go after them, of the actions from that place on.
    fn after_parts(&mut self, from: usize) {
        let mut parts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, action) in self.out.actions.iter().enumerate().skip(from) {
            parts.entry(action.parent.clone().unwrap_or_default()).or_default().push(place);
        }
        let wholes = self.out.actions.iter().enumerate().skip(from);
        let found: Vec<(usize, Vec<usize>)> =
            wholes.filter_map(|(place, whole)| Some((place, parts.get(&whole.address)?.clone()))).collect();
        self.tell_apart();
        for (place, parts) in found {
            let own: Vec<String> = parts.iter().filter_map(|part| Some(self.out.actions.get(*part)?.address.clone())).collect();
            if let Some(whole) = self.out.actions.get_mut(place) {
                whole.depends_on.extend(own);
            }
        }
    }

    /// Gives every action an address of its own: what is no longer declared can have the mark of a block that is, or be in several targets.
    fn tell_apart(&mut self) {
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for action in &self.out.actions {
            *times.entry(action.address.clone()).or_default() += 1;
        }
        for action in self.out.actions.iter_mut().filter(|action| action.wanted.is_empty()) {
            if times.get(&action.address).is_some_and(|times| *times > 1) {
                let target = (self.policy.targets.len() > 1).then(|| action.id.target.clone());
                let parts: Vec<String> = action.index.take().into_iter().chain(target).chain([action.id.name.clone()]).collect();
                let index = parts.join("/");
                action.address = format!("{}[{}]", action.block, Value::from(index.as_str()));
                action.index = Some(index);
            }
        }
    }

    fn parent_of(&self, live: &Live) -> Option<&'a Live> {
        let parent = kinds::spec(&live.id.kind)?.parent?;
        let id = live.fact(Live::PARENT_ID)?;
        self.snapshot.resources.iter().find(|whole| {
            parent.kinds.contains(&whole.id.kind.as_str())
                && whole.id.target == live.id.target
                && whole.id.region == live.id.region
                && whole.fact(Live::ID) == Some(id)
        })
    }

    /// The block that made a thing: as its mark says, or below that of what it is a part of.
    fn block_of(&self, live: &Live) -> Option<BlockAddress> {
        if let Some(mark) = &live.mark {
            return BlockAddress::of_mark(&mark.address);
        }
        let whole = self.parent_of(live)?;
        let declared = self.ours.get(&whole.id).map(|block| (*block).clone());
        let BlockAddress { within, name, key, .. } = declared.or_else(|| BlockAddress::of_mark(&whole.mark.as_ref()?.address))?;
        if kinds::spec(&live.id.kind)?.parent?.is_only {
            return Some(BlockAddress { within, kind: live.id.kind.clone(), name, key });
        }
        let own = live.id.name.rsplit('/').next().unwrap_or_default();
        let key = key.map_or_else(|| own.to_owned(), |key| format!("{key}/{own}"));
        Some(BlockAddress { within, kind: live.id.kind.clone(), name, key: Some(key) })
    }
}

#[cfg(test)]
mod tests;
