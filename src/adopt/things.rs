//! What was read, to things that can be described: what a block of each would say, and why there is none for others.

use super::Request;
use crate::kinds::{self, Kind};
use crate::model::{Fallback, Inventory, Key, KindSpec, Live, Ownership, Policy, Reading, ResourceId, Shape, Snapshot, Value, path};
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
    /// Not to be described, and why.
    pub(super) left_out: BTreeMap<ResourceId, String>,
}

/// Sorts out what was read.
pub(super) fn of<'a>(snapshot: &'a Snapshot, request: &Request<'_>) -> Things<'a> {
    let mut things = Things { there: there(request.there, snapshot), ..Things::default() };
    let workspace = request.there.workspace.as_deref().unwrap_or(request.workspace);
    // Wholes first, as a part goes with its whole.
    let (wholes, parts): (Vec<&Live>, Vec<&Live>) = snapshot
        .resources
        .iter()
        .filter(|live| live.replica_of.is_none())
        .partition(|live| kinds::spec(&live.id.kind).is_some_and(|spec| spec.parent.is_none()));
    let mut seen: BTreeSet<(String, String, String, String)> = BTreeSet::new();
    for live in wholes.into_iter().chain(parts) {
        let Some(kind) = kinds::find(&live.id.kind) else { continue };
        if things.there.contains_key(&live.id) {
            things.covered += 1;
            continue;
        }
        let whole = whole_of(live, snapshot);
        let account = snapshot.identities.get(&live.id.target).map_or_else(String::new, |identity| identity.account.clone());
        let is_chosen = match &whole {
            Some(whole) => things.there.contains_key(whole) || things.described.iter().any(|thing| thing.live.id == *whole),
            None if kind.spec().parent.is_some() => false,
            None => is_chosen(live, &request.choice, snapshot),
        };
        // What two targets see is one thing, and the first tells of it.
        if !is_chosen || !seen.insert((live.id.kind.clone(), account, live.id.region.clone(), live.id.name.clone())) {
            continue;
        }
        match one(kind, live, whole, workspace) {
            Ok(thing) => things.described.push(thing),
            Err(reason) => drop(things.left_out.insert(live.id.clone(), reason)),
        }
    }
    things
}

/// What the policy there is about, and how others refer to it.
fn there(policy: &Policy, snapshot: &Snapshot) -> BTreeMap<ResourceId, String> {
    let mut there = BTreeMap::new();
    for resource in &policy.resources {
        let Some(spec) = kinds::spec(&resource.address.kind) else { continue };
        let whole = resource.parent.as_ref().and_then(|parent| policy.resources.iter().find(|other| other.address == *parent));
        let (Some(own), true) = (&resource.name, resource.parent.is_none() == whole.is_none()) else { continue };
        let name = match (spec.parent, whole.and_then(|whole| whole.name.as_ref())) {
            (Some(parent), Some(whole)) => parent.part_name(whole, own),
            _ => own.clone(),
        };
        for target in &resource.targets {
            let Some(identity) = snapshot.identities.get(target) else { continue };
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
        for target in &protect.targets {
            let Some(identity) = snapshot.identities.get(target) else { continue };
            let inventory = inventory(snapshot, spec.name, target);
            let Ok(chosen) = select::choose(&protect.select, spec, identity, inventory) else { continue };
            let names = match spec.single {
                Some(single) => [single.name(&identity.region, &identity.account).to_owned()].into(),
                None => chosen.names,
            };
            for name in names {
                let expression = format!("{}[{}]", protect.address, Value::from(name.as_str()));
                there.insert(
                    ResourceId { kind: spec.name.to_owned(), target: target.clone(), region: identity.region.clone(), name },
                    expression,
                );
            }
        }
    }
    there
}

/// What the listing of a kind in a target gave.
pub(super) fn inventory<'a>(snapshot: &'a Snapshot, kind: &str, target: &str) -> Option<&'a Inventory> {
    snapshot.inventories.iter().find(|inventory| inventory.kind == kind && inventory.target == target)
}

/// The tags of a thing, as far as they were read.
pub(super) fn tags(live: &Live, snapshot: &Snapshot) -> BTreeMap<String, String> {
    if let Some(Reading::Known(Value::Map(tags))) = live.settings.get("tags") {
        return tags.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
    }
    let listed = inventory(snapshot, &live.id.kind, &live.id.target)
        .and_then(|inventory| inventory.listed.iter().find(|one| one.name == live.id.name));
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

fn whole_of(live: &Live, snapshot: &Snapshot) -> Option<ResourceId> {
    let parent = kinds::spec(&live.id.kind)?.parent?;
    let id = live.fact(Live::PARENT_ID)?;
    let is_whole = |whole: &&Live| {
        parent.kinds.contains(&whole.id.kind.as_str())
            && whole.id.target == live.id.target
            && whole.id.region == live.id.region
            && whole.fact(Live::ID) == Some(id)
    };
    snapshot.resources.iter().find(is_whole).map(|whole| whole.id.clone())
}

fn one<'a>(kind: &'static dyn Kind, live: &'a Live, whole: Option<ResourceId>, workspace: &str) -> Result<Thing<'a>, String> {
    let spec = kind.spec();
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
    comments.extend(kind.notes(live).into_iter().map(|(code, text)| format!("{code}: {text}")));
    let mut settings = BTreeMap::new();
    for (at, reading) in &live.settings {
        match reading {
            Reading::Known(value) if is_said(kind, live, at, value) => drop(settings.insert(at.clone(), value.clone())),
            Reading::Known(_) | Reading::Unset => {}
            Reading::Unreadable { cause } => comments.push(format!("`{at}` could not be read: {cause}")),
        }
    }
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
    Ok(Thing { live, kind, spec, settings, whole, comments, label })
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
