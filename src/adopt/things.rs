//! What was read, to things that can be described: what a block of each would say, and why there is none for others.

use super::Request;
use super::namesakes::Namesakes;
use crate::kinds::{self, Kind};
use crate::model::{
    ArnForm, Fallback, Gap, Identity, Inventory, Key, KindSpec, Listed, Live, Ownership, Reading, ResourceId, Safer, Shape, Single,
    Snapshot, Value, path,
};
use crate::policy::select;
use std::collections::{BTreeMap, BTreeSet};
use wildmatch::WildMatch;

/// Which things to describe: all that match each of these, where any are given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Patterns of names, any of which is enough.
    pub names: Vec<String>,
    /// Tags, all of which must be there; the value is a pattern.
    pub tags: BTreeMap<String, String>,
}

/// One thing that is described.
#[derive(Debug)]
pub(super) struct Thing<'a> {
    pub(super) live: &'a Live,
    pub(super) kind: &'static dyn Kind,
    pub(super) spec: &'static KindSpec,
    /// What its block says, by path with keys.
    pub(super) settings: BTreeMap<String, Value>,
    /// What it is a part of.
    pub(super) whole: Option<ResourceId>,
    /// What a reader ought to know that no setting says.
    pub(super) comments: Vec<String>,
    /// What is to be told of it when it is described, and does not stay so.
    pub(super) told: Vec<String>,
    /// The label that its block must have, of a thing that carries this workspace's mark already.
    pub(super) label: Option<String>,
}

impl std::fmt::Debug for dyn Kind {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.spec().name)
    }
}

impl Thing<'_> {
    /// Its own name, without that of what it is a part of.
    pub(super) fn own_name(&self) -> &str {
        let named = self.settings.get(self.spec.name_argument).and_then(Value::as_str);
        match (&self.whole, named) {
            (Some(_), None) => self.live.id.name.rsplit('/').next().unwrap_or_default(),
            (_, Some(name)) => name,
            (None, None) => &self.live.id.name,
        }
    }

    /// Whether a block of it is `protect`.
    pub(super) fn is_protected(&self) -> bool {
        self.spec.ownership == Ownership::Settings
    }
}

/// All things, as far as they are of use.
#[derive(Debug, Default)]
pub(super) struct Things<'a> {
    /// To be described.
    pub(super) described: Vec<Thing<'a>>,
    /// Those that the policy there covers, with the expression that refers to their block.
    pub(super) there: BTreeMap<ResourceId, String>,
    /// How many of what was read the policy there covers.
    pub(super) covered: usize,
    /// Of those what no block of them says, although it protects.
    pub(super) unsaid: BTreeMap<ResourceId, String>,
    /// What is a part of what.
    whole_of: BTreeMap<ResourceId, ResourceId>,
    /// Not to be described, and why.
    pub(super) left_out: BTreeMap<ResourceId, String>,
}

/// Sorts out what was read.
pub(super) fn of<'a>(snapshot: &'a Snapshot, request: &Request<'_>) -> Things<'a> {
    let (there, said) = there(request, snapshot);
    let mut things = Things { there, ..Things::default() };
    let workspace = request.there.workspace.as_deref().unwrap_or(request.workspace);
    // Wholes first, as a part goes with its whole.
    let (wholes, parts): (Vec<&Live>, Vec<&Live>) = snapshot
        .resources
        .iter()
        .filter(|live| live.replica_of.is_none() && request.kinds.contains(live.id.kind.as_str()))
        .partition(|live| kinds::spec(&live.id.kind).is_some_and(|spec| spec.parent.is_none()));
    let mut seen: BTreeSet<(String, String, String, String)> = BTreeSet::new();
    let mut chosen: BTreeSet<ResourceId> = BTreeSet::new();
    let wholes_by_id = by_id(&wholes);
    let namesakes = Namesakes::of(snapshot);
    for live in wholes.into_iter().chain(parts) {
        let Some(kind) = kinds::find(&live.id.kind) else { continue };
        if things.there.contains_key(&live.id) {
            things.covered += 1;
            let unsaid = said.get(&live.id).and_then(|said| unsaid(kind, live, said));
            things.unsaid.extend(unsaid.map(|unsaid| (live.id.clone(), unsaid)));
            continue;
        }
        let whole = whole_of(live, &wholes_by_id);
        let account = snapshot.identities.get(&live.id.target).map_or_else(String::new, |identity| identity.account.clone());
        let is_chosen = match &whole {
            Some(whole) => things.there.contains_key(whole) || chosen.contains(whole),
            None if kind.spec().parent.is_some() => false,
            None => is_chosen(live, &request.choice, snapshot),
        };
        if whole.as_ref().is_some_and(|whole| things.left_out.contains_key(whole)) {
            let reason = one(kind, live, whole, workspace).err();
            let reason = reason.unwrap_or_else(|| "what it is a part of is not described".to_owned());
            things.left_out.insert(live.id.clone(), reason);
            continue;
        }
        // What two targets see is one thing, and the first tells of it.
        if !is_chosen || !seen.insert((live.id.kind.clone(), account, live.id.region.clone(), live.id.name.clone())) {
            continue;
        }
        let described = namesakes.reason(live).map_or_else(|| one(kind, live, whole, workspace), Err);
        match described {
            Ok(thing) => {
                chosen.insert(live.id.clone());
                things.described.push(thing);
            }
            Err(reason) => {
                things.whole_of.extend(whole_of(live, &wholes_by_id).map(|whole| (live.id.clone(), whole)));
                things.left_out.insert(live.id.clone(), reason);
            }
        }
    }
    for thing in &things.described {
        things.whole_of.extend(thing.whole.clone().map(|whole| (thing.live.id.clone(), whole)));
    }
    things
}

impl Things<'_> {
    /// Takes out what is left out, parts with their wholes, and with `--mark` wholes with their parts.
    pub(super) fn prune(&mut self, snapshot: &Snapshot, request: &Request<'_>) {
        loop {
            self.described.retain(|thing| !self.left_out.contains_key(&thing.live.id));
            let known: BTreeSet<&ResourceId> = self.described.iter().map(|thing| &thing.live.id).collect();
            let is_orphan =
                |thing: &&Thing<'_>| thing.whole.as_ref().is_some_and(|whole| !known.contains(whole) && !self.there.contains_key(whole));
            let orphans = self.described.iter().filter(is_orphan);
            let mut more: Vec<(ResourceId, String)> =
                orphans.map(|thing| (thing.live.id.clone(), "what it is a part of is not described".to_owned())).collect();
            if request.mark {
                more.extend(self.torn(snapshot).into_iter().filter(|(id, _)| known.contains(id)));
            }
            if more.is_empty() {
                return;
            }
            self.left_out.extend(more);
        }
    }

    /// The things that are not to be marked. With the workspace's mark comes all that is a part of a thing, and what no block declares of it is
    /// removed: so there must be nothing of it that is left out, or that could not be looked for.
    fn torn(&self, snapshot: &Snapshot) -> Vec<(ResourceId, String)> {
        let mut torn: Vec<(ResourceId, String)> = self
            .left_out
            .keys()
            .filter_map(|part| Some((self.whole_of.get(part)?.clone(), part)))
            .map(|(whole, part)| {
                (whole, format!("`{}`, a part of it, is not described, and would be removed once it is marked", part.name))
            })
            .collect();
        for thing in &self.described {
            let parts =
                kinds::all().map(Kind::spec).filter(|spec| spec.parent.is_some_and(|parent| parent.kinds.contains(&thing.spec.name)));
            let parts: Vec<&str> = parts.map(|spec| spec.name).collect();
            if parts.is_empty() {
                continue;
            }
            let is_of_parts =
                |gap: &&Gap| gap.target == thing.live.id.target && gap.kind.as_deref().is_some_and(|kind| parts.contains(&kind));
            if let Some(gap) = snapshot.gaps.iter().find(is_of_parts) {
                let reason = format!("what is a part of it could not be read ({}), and would be removed once it is marked", gap.action);
                torn.push((thing.live.id.clone(), reason));
            }
        }
        torn
    }
}

/// Things that others are parts of, by what their parts know of them.
fn by_id<'a>(wholes: &[&'a Live]) -> BTreeMap<(&'a str, &'a str, &'a str), Vec<&'a Live>> {
    let mut found: BTreeMap<_, Vec<&Live>> = BTreeMap::new();
    for live in wholes {
        if let Some(id) = live.fact(Live::ID) {
            found.entry((live.id.target.as_str(), live.id.region.as_str(), id)).or_default().push(live);
        }
    }
    found
}

/// The outermost names of the settings that `protect` blocks say of a thing.
type Said<'a> = BTreeMap<ResourceId, BTreeSet<&'a str>>;

/// What is on of a thing, protects it, and is said by no block.
fn unsaid(kind: &dyn Kind, live: &Live, said: &BTreeSet<&str>) -> Option<String> {
    let spec = kind.spec();
    let protects = |at: &str, value: &Value| {
        let setting = spec.setting(at).filter(|setting| !matches!(setting.safer, Safer::Neither));
        setting.is_some() && *value != Value::Bool(false) && Value::from(setting.map_or(Fallback::Absent, |one| one.aws_default)) != *value
    };
    let known = live.settings.iter().filter_map(|(at, reading)| match reading {
        Reading::Known(value) if protects(at, value) && is_said(kind, live, at, value) => Some(outermost(at)),
        Reading::Known(_) | Reading::Unset | Reading::Unreadable { .. } => None,
    });
    let names: BTreeSet<&str> = known.filter(|name| !said.contains(name)).collect();
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// The outermost name of a path.
fn outermost(at: &str) -> &str {
    at.split(['.', '[']).next().unwrap_or(at)
}

/// What the policy there is about, how others refer to it, and what it says of things of others.
fn there<'p>(request: &Request<'p>, snapshot: &Snapshot) -> (BTreeMap<ResourceId, String>, Said<'p>) {
    let policy = request.there;
    let (mut there, mut said) = (BTreeMap::new(), Said::new());
    let blocks: BTreeMap<_, _> = policy.resources.iter().map(|resource| (&resource.address, resource)).collect();
    for resource in &policy.resources {
        let Some(spec) = kinds::spec(&resource.address.kind) else { continue };
        let whole = resource.parent.as_ref().and_then(|parent| blocks.get(parent).copied());
        let (Some(own), true) = (&resource.name, resource.parent.is_none() == whole.is_none()) else { continue };
        let name = match (spec.parent, whole.and_then(|whole| whole.name.as_ref())) {
            (Some(parent), Some(whole)) => parent.part_name(whole, own),
            _ => own.clone(),
        };
        for (target, identity) in places(spec, &resource.targets, request, snapshot) {
            let id = ResourceId { kind: spec.name.to_owned(), target: target.clone(), region: identity.region.clone(), name: name.clone() };
            let mut expression = resource.address.to_string();
            if resource.targets.len() > 1 {
                expression.push_str(&format!("[{}]", Value::from(target.as_str())));
            }
            there.insert(id, expression);
        }
    }
    for protect in &policy.protects {
        let Some(spec) = kinds::spec(&protect.address.kind) else { continue };
        for (target, identity) in places(spec, &protect.targets, request, snapshot) {
            let inventory = inventory(snapshot, spec.name, target);
            let Ok(chosen) = select::choose(&protect.select, spec, identity, inventory) else { continue };
            let names = match spec.single {
                Some(single) => [single.name(&identity.region, &identity.account).to_owned()].into(),
                None => chosen.names,
            };
            for name in names {
                let of_target = if protect.targets.len() > 1 { format!("[{}]", Value::from(target.as_str())) } else { String::new() };
                let expression = format!("{}{of_target}[{}]", protect.address, Value::from(name.as_str()));
                let id = ResourceId { kind: spec.name.to_owned(), target: target.clone(), region: identity.region.clone(), name };
                said.entry(id.clone()).or_default().extend(protect.wanted.keys().map(|at| outermost(at)));
                there.insert(id, expression);
            }
        }
    }
    (there, said)
}

/// Where the things of a block are: in its targets, and for what is the same in all regions of an account in every target of that account.
fn places<'s>(
    spec: &KindSpec,
    targets: &[String],
    request: &Request<'_>,
    snapshot: &'s Snapshot,
) -> impl Iterator<Item = (&'s String, &'s Identity)> {
    let is_of_account = spec.single == Some(Single::InAccount) || spec.arn_form == ArnForm::InAccount;
    let is_same_account = |own: &String, identity: &Identity, other: &String| {
        let account = snapshot.identities.get(other).map(|identity| &identity.account);
        let (Some(own), Some(target)) = (request.targets.get(own), request.targets.get(other)) else { return false };
        match account.or(target.account_id.as_ref()) {
            Some(account) => *account == identity.account,
            None => (&own.assume_role, &own.profile) == (&target.assume_role, &target.profile),
        }
    };
    let is_there = |name: &String, identity: &Identity| {
        targets.contains(name) || (is_of_account && targets.iter().any(|other| is_same_account(name, identity, other)))
    };
    snapshot.identities.iter().filter(|(name, identity)| is_there(name, identity)).collect::<Vec<_>>().into_iter()
}

/// What the listing of a kind in a target gave.
pub(super) fn inventory<'a>(snapshot: &'a Snapshot, kind: &str, target: &str) -> Option<&'a Inventory> {
    snapshot.inventories.iter().find(|inventory| inventory.kind == kind && inventory.target == target)
}

/// A thing of a listing, which is sorted by name.
pub(super) fn listed<'a>(inventory: &'a Inventory, name: &str) -> Option<&'a Listed> {
    let place = inventory.listed.binary_search_by(|one| one.name.as_str().cmp(name)).ok()?;
    inventory.listed.get(place)
}

/// The tags of a thing, as far as they were read.
pub(super) fn tags(live: &Live, snapshot: &Snapshot) -> BTreeMap<String, String> {
    if let Some(Reading::Known(Value::Map(tags))) = live.settings.get("tags") {
        return tags.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
    }
    let listed = inventory(snapshot, &live.id.kind, &live.id.target).and_then(|inventory| listed(inventory, &live.id.name));
    let mut tags = listed.and_then(|one| one.tags.clone()).unwrap_or_default();
    tags.retain(|key, _| !key.starts_with("aws:"));
    tags
}

pub(super) fn is_chosen(live: &Live, choice: &Choice, snapshot: &Snapshot) -> bool {
    let named = choice.names.is_empty() || choice.names.iter().any(|pattern| WildMatch::new(pattern).matches(&live.id.name));
    if !named || choice.tags.is_empty() {
        return named;
    }
    let tags = tags(live, snapshot);
    choice.tags.iter().all(|(key, pattern)| tags.get(key).is_some_and(|value| WildMatch::new(pattern).matches(value)))
}

fn whole_of(live: &Live, wholes: &BTreeMap<(&str, &str, &str), Vec<&Live>>) -> Option<ResourceId> {
    let parent = kinds::spec(&live.id.kind)?.parent?;
    let of_id = wholes.get(&(live.id.target.as_str(), live.id.region.as_str(), live.fact(Live::PARENT_ID)?))?;
    of_id.iter().find(|whole| parent.kinds.contains(&whole.id.kind.as_str())).map(|whole| whole.id.clone())
}

fn one<'a>(kind: &'static dyn Kind, live: &'a Live, whole: Option<ResourceId>, workspace: &str) -> Result<Thing<'a>, String> {
    let spec = kind.spec();
    if let Some(why) = live.fact(Live::UNDECLARABLE) {
        return Err(why.to_owned());
    }
    if let Some(manager) = live.fact(Live::MANAGED_BY) {
        return Err(format!("{manager} makes and changes it"));
    }
    let label = match &live.mark {
        Some(mark) if mark.workspace != workspace => {
            return Err(format!("workspace `{}` owns it, as {}", mark.workspace, mark.address));
        }
        Some(mark) => {
            let own = mark.address.split_once('.').filter(|(kind, name)| *kind == spec.name && is_label(name));
            let Some((_, name)) = own else {
                return Err(format!("it carries this workspace's mark as `{}`, which is no block that stands for one thing", mark.address));
            };
            Some(name.to_owned())
        }
        None => None,
    };
    let mut comments: Vec<String> = live
        .fact(Live::MADE_BY)
        .map(|maker| format!("{maker} made it: what that says of it and what stands here must agree"))
        .into_iter()
        .collect();
    comments.extend(replicated(live));
    comments.extend(kind.remarks(live));
    // What passes, and what AWS said, is told now: in a policy it would stay when it is true no more.
    let mut told = kind.passing(live);
    told.extend(kind.notes(live).into_iter().map(|(code, text)| format!("{code}: {text}")));
    let mut unread = BTreeSet::new();
    let mut settings = BTreeMap::new();
    for (at, reading) in &live.settings {
        match reading {
            Reading::Known(value) if is_said(kind, live, at, value) => drop(settings.insert(at.clone(), value.clone())),
            Reading::Known(_) | Reading::Unset => {}
            // The gap says why.
            Reading::Unreadable { .. } => drop(unread.insert(outermost(at))),
        }
    }
    told.extend(unread.into_iter().map(|name| format!("`{name}` could not be read, and is not described")));
    if spec.ownership == Ownership::Settings && settings.is_empty() {
        let first = spec.settings.iter().find(|setting| live.settings.contains_key(setting.path));
        let Some(first) = first.filter(|first| Value::from(first.aws_default) != Value::Null) else {
            return Err("it has none of the settings that can be declared".to_owned());
        };
        settings.insert(first.path.to_owned(), first.aws_default.into());
    }
    if whole.is_none() && spec.ownership == Ownership::Whole {
        settings.entry(spec.name_argument.to_owned()).or_insert_with(|| Value::from(live.id.name.as_str()));
    }
    Ok(Thing { live, kind, spec, settings, whole, comments, told, label })
}

/// That a thing has replicas, which hold their settings each for itself: its block is about the thing alone.
fn replicated(live: &Live) -> Option<String> {
    let regions = live.replicas.as_ref().filter(|regions| !regions.is_empty())?.join(", ");
    Some(format!("replicated to {regions}: each region holds these settings for itself, and is described where it is a target"))
}

/// Whether a person would write a setting down. Where backstay owns all, what is as AWS does it anyway goes without saying.
fn is_said(kind: &dyn Kind, live: &Live, at: &str, value: &Value) -> bool {
    let spec = kind.spec();
    let Some(setting) = spec.setting(at) else { return false };
    if let Shape::Block(_) = setting.shape {
        return *value != Value::Bool(false) && !value.is_nothing();
    }
    // What tells a block apart from others of its name is a part of it whatever else is known.
    let around = setting.block().and_then(|block| spec.setting(block)).map(|block| block.shape);
    if let Some(Shape::Block(Key::Arguments(arguments))) = around
        && arguments.contains(&setting.name())
    {
        return !value.is_nothing();
    }
    if value.is_nothing() || setting.aws_default.name_of(value).is_some() || kind.withholds(live, at, None) {
        return false;
    }
    if setting.required {
        return true;
    }
    if let Some(flag) = setting.only_while {
        let flag = live.settings.get(&path::beside(at, flag));
        return flag == Some(&Reading::Known(Value::Bool(true)));
    }
    if !spec.owns(at) {
        return true;
    }
    let is_default = Value::from(setting.aws_default) == *value;
    let is_off = *value == Value::Bool(false) && matches!(setting.aws_default, Fallback::Absent);
    !is_default && !is_off
}

/// Whether a text can be the label of a block that others refer to.
pub(super) fn is_label(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}
