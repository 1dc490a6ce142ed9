//! `protect` blocks, and what they share with `resource` blocks: instances, targets, and the value that others refer to.

use super::compounds;
use super::decode;
use super::eval::{self, Scope};
use super::graph::{Edges, Evaluator, instances};
use super::reader::{Located, Reader};
use super::resources;
use super::selector;
use super::statements;
use super::tiers;
use crate::kinds::{self, Kind};
use crate::model::{BlockAddress, Code, Diagnostic, Identity, KindSpec, Mark, Ownership, Protect, Target, Value, Wanted, path};
use std::collections::{BTreeMap, BTreeSet};

/// Reads one `protect` or `resource` block into the policy; returns what other blocks can refer to.
pub(super) fn thing(evaluator: &mut Evaluator<'_, '_>, kind: &str, name: &str, edges: &Edges) -> Option<Value> {
    let located = evaluator.blocks.things.get(&(kind.to_owned(), name.to_owned())).copied()?;
    let kind = kinds::find(kind)?;
    let mut problems = Vec::new();
    let mut protects = Vec::new();
    let mut resources = Vec::new();
    if !compounds::is_asked_for(evaluator, located, edges, &mut problems) {
        evaluator.problems.extend(problems);
        return Some(Value::Null);
    }
    let referred = evaluator.referred(located, edges, kind.spec().parent.map(|parent| parent.argument));
    for (key, each) in instances(located, &evaluator.scope(edges), &mut problems).into_iter().flatten() {
        let scope = evaluator.scope_of(located, each.as_ref(), edges);
        let compound = evaluator.within.as_ref().map(|within| within.address.clone());
        let address = BlockAddress { within: compound, key: key.clone(), ..BlockAddress::new(kind.spec().name, name) };
        let needed = referred.needed(&scope);
        let before = problems.len();
        match kind.spec().ownership {
            Ownership::Settings => protects.push(one(kind, address, located, &scope, evaluator, &needed, &mut problems)),
            Ownership::Whole => resources.push(resources::one(kind, address, located, &scope, evaluator, &needed, &mut problems)),
        }
        // What a compound is made of is told where the policy's own text says it.
        if let Some(places) = evaluator.within.as_ref().map(|within| within.places) {
            places.settle(problems.iter_mut().skip(before), key.as_deref());
            protects.last_mut().into_iter().for_each(|protect| places.settle_protect(protect));
            resources.last_mut().into_iter().for_each(|resource| places.settle_resource(resource));
        }
    }
    evaluator.problems.extend(problems);
    let mut map = BTreeMap::new();
    let mut single = None;
    let mut keep = |address: &BlockAddress, value: Value| match &address.key {
        Some(key) => drop(map.insert(key.clone(), value)),
        None => single = Some(value),
    };
    let (targets, identities) = (&evaluator.policy.targets, evaluator.identities);
    for protect in &protects {
        let of = |target: Option<&str>| value(protect, kind.spec(), target.and_then(|name| place(name, targets, identities)));
        keep(&protect.address, of_targets(&protect.targets, of));
    }
    for resource in &resources {
        let of = |target: Option<&str>| resources::value(resource, kind.spec(), target.and_then(|name| place(name, targets, identities)));
        keep(&resource.address, of_targets(&resource.targets, of));
    }
    let mut all = protects.iter().map(|protect| &protect.targets).chain(resources.iter().map(|resource| &resource.targets));
    if all.any(|targets| targets.len() > 1) {
        evaluator.keep_several(kind.spec().name, name, single.is_none());
    }
    if resources.iter().any(|resource| resource.address.key.is_some()) {
        evaluator.keep_keyed(kind.spec().name, name);
    }
    evaluator.policy.protects.extend(protects);
    evaluator.policy.resources.extend(resources);
    Some(single.unwrap_or(Value::Map(map)))
}

fn one(
    kind: &dyn Kind,
    address: BlockAddress,
    located: Located<'_>,
    scope: &Scope<'_>,
    evaluator: &Evaluator<'_, '_>,
    needed: &BTreeSet<BlockAddress>,
    problems: &mut Vec<Diagnostic>,
) -> Protect {
    let spec = kind.spec();
    let mut reader = Reader::new(located, scope, format!("`{address}`"), problems);
    let _ = reader.expression("for_each");
    let _ = reader.expression("depends_on");
    if evaluator.within.is_some() {
        let _ = reader.expression(compounds::WHEN);
    }
    let targets = targets(&mut reader, &evaluator.policy.targets);
    let replicas = if spec.replicas { statements::replicas(&mut reader) } else { crate::model::Replicas::All };
    // What there is exactly one of are settings of a region or an account, and no data.
    let tier = if spec.single.is_none() { tiers::in_tier(&mut reader, &evaluator.policy.tiers) } else { None };
    let select_block = reader.block("select");
    if let (Some(single), Some(block)) = (spec.single, select_block) {
        let title = format!("`{address}` selects, and there is exactly one {} {}", spec.title, single.place());
        reader.problem(Diagnostic::error(Code::UnknownName, title).at(block.header()).help("remove the `select` block"));
    } else if select_block.is_none() && spec.single.is_none() {
        let problem = Diagnostic::error(Code::Missing, format!("`{address}` has no `select` block, so it says of nothing what must be"));
        let header = reader.header();
        reader.problem(problem.at(header).help("add `select { names = [\"…\"] }`"));
    }
    let span = reader.header();
    let mut selected = None;
    let select = match select_block {
        Some(block) if spec.single.is_none() => {
            let (select, tier) = selector::selector(block, scope, spec, &evaluator.policy.tiers, reader.problems);
            selected = tier;
            select
        }
        _ => crate::model::Selector::nothing(span.clone()),
    };
    let tier = tiers::one_of(tier, selected, reader.problems);
    let before = reader.problems.len();
    let header = reader.header();
    let wanted = decode::settings(kind, reader, scope);
    if wanted.is_empty() && problems.len() == before {
        problems.push(decode::declares_nothing(spec, header));
    }
    if evaluator.lacks_owner() {
        problems.extend(unmarked(spec, &wanted));
    }
    let depends_on = needed.iter().filter(|other| other.block() != address.block()).cloned().collect();
    Protect { address, targets, select, tier, replicas, wanted, depends_on, span }
}

/// The blocks that carry backstay's mark in AWS, in a policy that has no owner name for it.
fn unmarked(spec: &KindSpec, wanted: &BTreeMap<String, Wanted>) -> Vec<Diagnostic> {
    let is_marked = |at: &str| at.ends_with(']') && spec.setting(at).is_some_and(|setting| setting.marked);
    // What goes by an id that somebody else chose carries no mark.
    let marked = wanted.iter().filter(|(at, _)| is_marked(at) && !wanted.contains_key(&path::child(at, Mark::RULE_ID)));
    let problem = |(at, wanted): (&String, &Wanted)| {
        let title = format!("`{at}` would be made without an owner, so that it could not be told from those of others");
        let help = "add `backstay { workspace = \"…\" }`: its name is written into the id of all such blocks";
        Diagnostic::error(Code::Missing, title).at(wanted.span.clone()).help(help)
    };
    marked.map(problem).collect()
}

/// The targets that a block means: those of `target`, or the only one that there is.
pub(super) fn targets(reader: &mut Reader<'_, '_>, declared: &BTreeMap<String, Target>) -> Vec<String> {
    let before = reader.problems.len();
    let Some((value, span)) = reader.value("target") else {
        if declared.len() == 1 {
            return declared.keys().cloned().collect();
        }
        if reader.problems.len() == before {
            let names: Vec<String> = declared.keys().map(|name| format!("target.{name}")).collect();
            let header = reader.header();
            let problem = Diagnostic::error(Code::Missing, "the policy has several targets, and this block does not say which");
            reader.problem(problem.at(header).help(format!("add `target = {}`", names.join("` or `target = "))));
        }
        return Vec::new();
    };
    let mut names = Vec::new();
    let is_known = collect_targets(&value, declared, &mut names) && !names.is_empty();
    if !is_known && value.has_unknown() {
        let title = "`target` must be known before anything is read, and this is known only after apply";
        reader.problem(Diagnostic::error(Code::Evaluation, title).at(span));
        return Vec::new();
    }
    if !is_known {
        let known: Vec<String> = declared.keys().map(|name| format!("`target.{name}`")).collect();
        let help = match value.as_str().filter(|text| declared.contains_key(*text)) {
            Some(text) => format!("write `target = target.{text}`, without quotes"),
            None => format!("declared: {}", known.join(", ")),
        };
        reader.problem(Diagnostic::error(Code::WrongType, "`target` must be a target or a list of targets").at(span).help(help));
    }
    names.sort();
    names.dedup();
    names
}

/// The only target that a block means, where there is one. What is wrong with the argument is told where it is read.
pub(super) fn only_target(located: Located<'_>, scope: &Scope<'_>, declared: &BTreeMap<String, Target>) -> Option<String> {
    let mut names = Vec::new();
    let value = eval::evaluate(&located.block.body.get_attribute("target")?.value, scope).ok()?;
    if !collect_targets(&value, declared, &mut names) {
        return None;
    }
    names.dedup();
    names.pop().filter(|_| names.is_empty())
}

fn collect_targets(value: &Value, declared: &BTreeMap<String, Target>, names: &mut Vec<String>) -> bool {
    match value {
        Value::List(items) | Value::Set(items) => items.iter().all(|item| collect_targets(item, declared, names)),
        Value::Map(map) => match map.get("name").and_then(Value::as_str).filter(|name| declared.contains_key(*name)) {
            Some(name) => {
                names.push(name.to_owned());
                true
            }
            // All instances of a `for_each`.
            None => !map.is_empty() && map.values().all(|value| collect_targets(value, declared, names)),
        },
        _ => false,
    }
}

/// The value of a block that is in these targets. With several of them it has each target's own value under the target's name, beside what is
/// the same in all of them.
fn of_targets(targets: &[String], of: impl Fn(Option<&str>) -> BTreeMap<String, Value>) -> Value {
    if targets.len() < 2 {
        return Value::Map(of(targets.first().map(String::as_str)));
    }
    let each: Vec<(&String, BTreeMap<String, Value>)> = targets.iter().map(|target| (target, of(Some(target)))).collect();
    let mut values = each.iter().map(|(_, value)| value);
    let first = values.next().cloned().unwrap_or_default();
    let mut value = values.fold(first, common);
    // Where nobody knows yet what it is, it will hardly be the same in two places.
    if value.get("arn") == Some(&Value::Unknown) {
        value.remove("arn");
    }
    for (target, own) in each {
        value.entry(target.clone()).or_insert(Value::Map(own));
    }
    Value::Map(value)
}

/// What two values have alike.
fn common(one: BTreeMap<String, Value>, other: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let alike = |(key, value): (String, Value)| match (value, other.get(&key)?) {
        (Value::Map(one), Value::Map(other)) => Some((key, Value::Map(common(one, other)))),
        (value, other) => (value == *other).then_some((key, value)),
    };
    one.into_iter().filter_map(alike).collect()
}

/// What other blocks can refer to: the declared settings, and for each literal name the thing with its ARN, where that can be computed.
/// `place` is the region and the account.
fn value(protect: &Protect, spec: &KindSpec, place: Option<(&str, &str)>) -> BTreeMap<String, Value> {
    let settings = nested(&protect.wanted);
    let mut value = settings.clone();
    for pattern in protect.select.names.iter().filter(|pattern| pattern.is_literal()) {
        let mut thing = settings.clone();
        thing.insert("name".to_owned(), Value::from(pattern.text.as_str()));
        let arn = place.and_then(|(region, account)| spec.arn(region, account, &pattern.text));
        thing.insert("arn".to_owned(), arn.map_or(Value::Unknown, Value::from));
        value.insert(pattern.text.clone(), Value::Map(thing));
    }
    value
}

/// The region and the account of a target: as the policy says, or as connecting found.
pub(super) fn place<'a>(
    target: &str,
    targets: &'a BTreeMap<String, Target>,
    identities: &'a BTreeMap<String, Identity>,
) -> Option<(&'a str, &'a str)> {
    let (target, identity) = (targets.get(target)?, identities.get(target));
    let region = target.region.as_deref().or(identity.map(|identity| identity.region.as_str()))?;
    let account = target.account_id.as_deref().or(identity.map(|identity| identity.account.as_str()))?;
    Some((region, account))
}

/// Settings by path as a value: blocks as maps, those with a key as maps of them by key.
pub(super) fn nested(wanted: &BTreeMap<String, Wanted>) -> BTreeMap<String, Value> {
    let mut value = BTreeMap::new();
    for (path, wanted) in wanted {
        let parts: Vec<String> =
            path::segments(path).into_iter().flat_map(|segment| std::iter::once(segment.name).chain(segment.key)).collect();
        insert(&mut value, &parts, &wanted.value);
    }
    value
}

fn insert(map: &mut BTreeMap<String, Value>, parts: &[String], value: &Value) {
    let Some((first, rest)) = parts.split_first() else { return };
    if rest.is_empty() {
        // That a block is there says its map already.
        map.entry(first.clone()).or_insert_with(|| value.clone());
        return;
    }
    let inner = map.entry(first.clone()).or_default();
    if !matches!(inner, Value::Map(_)) {
        *inner = Value::Map(BTreeMap::new());
    }
    if let Value::Map(inner) = inner {
        insert(inner, rest, value);
    }
}
