//! Compounds: blocks that stand for several things, as a module does in Terraform.
//!
//! A compound is a table of arguments, by which a block is read and checked as any other, and a policy of its own, written in HCL beside it,
//! that is evaluated once for each instance of the block and each of its targets. In that text `var` are the arguments, `given` says which
//! of them the block gives, `here` where it is, and a block with a `when` that is false is not there. What it makes has the compound's address
//! in front of its own, and stands, for whoever is told of it, where the policy says what it is made of.

mod backup_alarms;
mod dynamodb_export;
mod elsewhere;
mod places;

use super::blocks::{self, Parsed};
use super::decode;
use super::eval::{self, Scope};
use super::graph::{Edges, Evaluator, instances};
use super::reader::{Located, Reader};
use super::resources;
use super::things;
use crate::kinds::Concern;
use crate::model::{
    BlockAddress, Code, CompoundAddress, CompoundSpec, Diagnostic, Fallback, Key, Setting, Shape, SourceId, Value, Wanted, path,
};
use elsewhere::Elsewhere;
pub(super) use places::Places;
use places::Use;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// The argument, of repeated blocks in a compound's own text, that is their label; in a policy labels are written out.
pub(super) const LABEL: &str = "label";

/// The argument, of blocks in a compound's own text, that says whether they are there.
pub(super) const WHEN: &str = "when";

/// A compound: its arguments, and what it is made of.
pub(super) struct Compound {
    spec: CompoundSpec,
    /// The policy that it is made of.
    text: &'static str,
    /// What is wrong with the arguments taken together.
    check: fn(&Asked<'_>) -> Vec<Concern>,
    /// A block that an argument moves to another region.
    elsewhere: Option<Elsewhere>,
    parsed: OnceLock<Parsed>,
    uses: OnceLock<Vec<Use>>,
}

/// What a block asks for, and where.
struct Asked<'a> {
    wanted: &'a BTreeMap<String, Wanted>,
    /// The region of the target, where it is known.
    region: Option<&'a str>,
}

/// The compound whose own text is evaluated.
pub(super) struct Within<'a> {
    /// Its address.
    pub(super) address: CompoundAddress,
    /// Where the policy says what.
    pub(super) places: Places<'a>,
    /// What the compound refers to.
    pub(super) needed: &'a BTreeSet<BlockAddress>,
    /// Whether what is there already, and that nobody marked, is taken over.
    pub(super) adopts: bool,
    /// Names that only the compound's own text knows.
    pub(super) roots: BTreeMap<String, Value>,
}

static ALL: [&Compound; 2] = [&backup_alarms::COMPOUND, &dynamodb_export::COMPOUND];

/// The compound of that keyword.
pub(super) fn find(keyword: &str) -> Option<&'static Compound> {
    ALL.into_iter().find(|compound| compound.spec.table.name == keyword)
}

/// The argument of a compound that says in which region a part of it is, where it has one.
pub fn region_argument(keyword: &str) -> Option<&'static str> {
    find(keyword)?.elsewhere.as_ref().map(|elsewhere| elsewhere.argument)
}

/// All compounds, sorted by keyword.
pub fn specs() -> impl Iterator<Item = &'static CompoundSpec> {
    ALL.into_iter().map(|compound| &compound.spec)
}

impl Compound {
    const fn new(spec: CompoundSpec, text: &'static str, check: fn(&Asked<'_>) -> Vec<Concern>, elsewhere: Option<Elsewhere>) -> Self {
        Self { spec, text, check, elsewhere, parsed: OnceLock::new(), uses: OnceLock::new() }
    }

    /// Its own text. That it can be parsed is tested; else it is empty.
    fn parsed(&self) -> &Parsed {
        self.parsed.get_or_init(|| Parsed::of(SourceId::EMBEDDED, blocks::parse_text(SourceId::EMBEDDED, self.text).unwrap_or_default()))
    }

    /// What the block's arguments are in its text: what is left out is its default, or null.
    fn arguments(&self, wanted: &BTreeMap<String, Wanted>) -> BTreeMap<String, Value> {
        let mut arguments = things::nested(wanted);
        fill(self.spec.table.settings, "", &mut arguments);
        arguments
    }
}

/// Puts in what is left out of one level of arguments: `table` is the path of its block.
fn fill(settings: &[Setting], table: &str, values: &mut BTreeMap<String, Value>) {
    for setting in settings.iter().filter(|setting| setting.block().unwrap_or_default() == table) {
        let there = values.get(setting.name());
        let filled = |value: Option<&Value>| {
            let mut inside = value.and_then(Value::as_map).cloned().unwrap_or_default();
            fill(settings, setting.path, &mut inside);
            Value::Map(inside)
        };
        let value = match (setting.shape, there) {
            (Shape::Block(Key::One), Some(block)) => filled(Some(block)),
            (Shape::Block(Key::One), None) => Value::Null,
            (Shape::Block(_), blocks) => {
                let blocks = blocks.and_then(Value::as_map).into_iter().flatten();
                Value::Map(blocks.map(|(key, block)| (key.clone(), filled(Some(block)))).collect())
            }
            (_, Some(_)) => continue,
            (_, None) => match setting.aws_default {
                default @ (Fallback::Bool(_) | Fallback::Number(_) | Fallback::Text(_)) => Value::from(default),
                Fallback::Named { .. } | Fallback::Absent | Fallback::Kept => Value::Null,
            },
        };
        values.insert(setting.name().to_owned(), value);
    }
}

/// Whether a block of a compound's own text is there: those with a `when` only where that holds. Blocks of the policy always are.
pub(super) fn is_asked_for(evaluator: &Evaluator<'_, '_>, located: Located<'_>, edges: &Edges, problems: &mut Vec<Diagnostic>) -> bool {
    let Some(when) = evaluator.within.as_ref().and_then(|_| located.block.body.get_attribute(WHEN)) else { return true };
    match eval::evaluate(&when.value, &evaluator.scope(edges)) {
        Ok(value) => eval::to_bool(&value).unwrap_or(true),
        Err(error) => {
            problems.push(error.into_diagnostic(located.source));
            false
        }
    }
}

/// Reads one compound into the policy; returns what other blocks can refer to.
pub(super) fn compound(evaluator: &mut Evaluator<'_, '_>, compound: &'static Compound, name: &str, edges: &Edges) -> Option<Value> {
    let sort = compound.spec.table.name;
    let located = evaluator.blocks.things.get(&(sort.to_owned(), name.to_owned())).copied()?;
    let mut problems = Vec::new();
    let is_owned = evaluator.policy.workspace.is_some();
    if evaluator.lacks_owner() {
        problems.push(resources::unowned(&format!("{sort}.{name}")).at(located.header()));
    }
    let referred = evaluator.referred(located, edges, None);
    let found = instances(located, &evaluator.scope(edges), &mut problems);
    let mut map = BTreeMap::new();
    let mut single = None;
    let mut has_several = false;
    for (key, each) in found.into_iter().flatten() {
        let scope = evaluator.scope_of(located, each.as_ref(), edges);
        let address = CompoundAddress { sort: sort.to_owned(), name: name.to_owned(), key: key.clone(), target: None };
        let before = problems.len();
        let mut reader = Reader::new(located, &scope, format!("`{address}`"), &mut problems);
        let targets = things::targets(&mut reader, &evaluator.policy.targets);
        let adopts = reader.flag("adopt").unwrap_or_default();
        has_several |= targets.len() > 1;
        // What the arguments refer to can be another thing in each target.
        let mut of_each = BTreeMap::new();
        if targets.len() > 1 && evaluator.has_several(edges) {
            for target in &targets {
                let scope = evaluator.scope_at(edges, Some(target));
                let scope = each.iter().fold(scope, |scope, each| scope.with("each", each.clone()));
                of_each.insert(target, arguments(compound, located, &scope, &address, &mut problems));
            }
        } else {
            let wanted = arguments(compound, located, &scope, &address, &mut problems);
            of_each.extend(targets.iter().map(|target| (target, wanted.clone())));
        }
        if !is_owned || problems.iter().skip(before).any(Diagnostic::is_error) {
            continue;
        }
        let needed = referred.needed(&scope);
        let mut of_targets = BTreeMap::new();
        for (target, wanted) in of_each {
            let block = Block { compound, located, wanted, needed: &needed, adopts };
            let several = (targets.len() > 1).then(|| target.clone());
            let address = CompoundAddress { target: several, ..address.clone() };
            of_targets.insert(target.clone(), block.inside(evaluator, &address, target, &mut problems));
        }
        let value = if targets.len() > 1 { Value::Map(of_targets) } else { of_targets.into_values().next().unwrap_or_default() };
        match key {
            Some(key) => drop(map.insert(key, value)),
            None => single = Some(value),
        }
    }
    // What is wrong in every target alike is told once.
    let mut once: Vec<Diagnostic> = Vec::new();
    for problem in problems {
        if !once.contains(&problem) {
            once.push(problem);
        }
    }
    evaluator.problems.extend(once);
    if has_several {
        evaluator.keep_several(sort, name, single.is_none());
    }
    Some(single.unwrap_or(Value::Map(map)))
}

/// The arguments of one instance of a compound.
fn arguments(
    compound: &'static Compound,
    located: Located<'_>,
    scope: &Scope<'_>,
    address: &CompoundAddress,
    problems: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Wanted> {
    let mut reader = Reader::new(located, scope, format!("`{address}`"), problems);
    for shared in ["for_each", "depends_on", "target", "adopt"] {
        let _ = reader.expression(shared);
    }
    let wanted = decode::table(&compound.spec.table, reader, scope, |_| Vec::new());
    problems.extend(labels(compound, &wanted));
    wanted
}

/// The labels that cannot become keys: addresses join keys with `/`.
fn labels(compound: &Compound, wanted: &BTreeMap<String, Wanted>) -> Vec<Diagnostic> {
    let labelled = |at: &str| compound.spec.table.setting(at).is_some_and(|setting| matches!(setting.shape, Shape::Block(Key::Label)));
    let key = |at: &str| path::segments(at).pop().and_then(|segment| segment.key).filter(|key| key.is_empty() || key.contains('/'));
    let wrong = wanted.iter().filter(|(at, _)| at.ends_with(']') && labelled(at)).filter_map(|(at, wanted)| Some((key(at)?, wanted)));
    let problem = |(key, wanted): (String, &Wanted)| {
        let title = format!("a label must not be empty or hold `/`, found \"{key}\": it becomes the key of what the block stands for");
        Diagnostic::error(Code::OutOfRange, title).at(wanted.span.clone()).help("choose another label")
    };
    wrong.map(problem).collect()
}

/// One instance of a compound's block.
struct Block<'a> {
    compound: &'static Compound,
    located: Located<'a>,
    wanted: BTreeMap<String, Wanted>,
    needed: &'a BTreeSet<BlockAddress>,
    adopts: bool,
}

impl Block<'_> {
    /// Reads what the compound is made of in one target into the policy.
    fn inside(&self, evaluator: &mut Evaluator<'_, '_>, address: &CompoundAddress, target: &str, problems: &mut Vec<Diagnostic>) -> Value {
        let Some(target) = evaluator.policy.targets.get(target).cloned() else { return Value::Null };
        let identity = evaluator.identities.get(&target.name);
        let region = target.region.clone().or_else(|| identity.map(|identity| identity.region.clone()));
        let account = target.account_id.clone().or_else(|| identity.map(|identity| identity.account.clone()));
        let header = self.located.header();
        let concerns = (self.compound.check)(&Asked { wanted: &self.wanted, region: region.as_deref() });
        let concerns: Vec<Diagnostic> = concerns.into_iter().map(|concern| concern.told(&self.wanted, &header)).collect();
        let is_wrong = concerns.iter().any(Diagnostic::is_error);
        problems.extend(concerns);
        if is_wrong {
            return Value::Null;
        }
        let mut found = Vec::new();
        let blocks = self.compound.parsed().blocks(&mut found);
        let uses = self.compound.uses.get_or_init(|| places::uses(&blocks));
        let places = Places { compound: address, header: &header, wanted: &self.wanted, uses };
        let roots = self.roots(address, region, account);
        let within = Within { address: address.clone(), places, needed: self.needed, adopts: self.adopts, roots };
        let arguments = self.compound.arguments(&self.wanted);
        let mut made = evaluator.inside(within, (&blocks, arguments), &target, &mut found);
        places.settle(found.iter_mut(), None);
        problems.extend(found);
        let elsewhere = self.compound.elsewhere.as_ref();
        problems.extend(elsewhere.and_then(|block| block.settle(&self.wanted, &target, &evaluator.policy, &mut made.policy)));
        evaluator.policy.protects.extend(made.policy.protects);
        evaluator.policy.resources.extend(made.policy.resources);
        let mut value: BTreeMap<String, Value> = made.things.into_iter().map(|(kind, things)| (kind, Value::Map(things))).collect();
        let outputs = self.compound.spec.outputs.iter();
        value.extend(outputs.filter_map(|(name, _)| Some(((*name).to_owned(), made.locals.get(*name)?.clone()))));
        Value::Map(value)
    }

    /// The names that only the compound's own text knows: which arguments are given, and where it is.
    fn roots(&self, address: &CompoundAddress, region: Option<String>, account: Option<String>) -> BTreeMap<String, Value> {
        let is_given = |name: &str| self.wanted.keys().any(|at| path::segments(at).first().is_some_and(|first| first.name == name));
        let top = self.compound.spec.table.settings.iter().filter(|setting| setting.block().is_none()).map(Setting::name);
        let given = top.map(|name| (name.to_owned(), Value::Bool(is_given(name)))).collect();
        let known = |text: Option<String>| text.map_or(Value::Unknown, Value::from);
        let partition = region.as_deref().map(|region| crate::model::partition(region).to_owned());
        let label = std::iter::once(address.name.as_str()).chain(address.key.as_deref()).collect::<Vec<_>>().join("-");
        let here = [
            ("address", Value::from(CompoundAddress { target: None, ..address.clone() }.to_string().as_str())),
            ("label", Value::from(label.as_str())),
            ("partition", known(partition)),
            ("region", known(region)),
            ("account_id", known(account)),
        ];
        let here = here.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        BTreeMap::from([("given".to_owned(), Value::Map(given)), ("here".to_owned(), Value::Map(here))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_compounds_are_made_of_is_policy() {
        for compound in ALL {
            let mut problems = Vec::new();
            let parsed = blocks::parse_text(SourceId::EMBEDDED, compound.text);
            assert!(parsed.is_ok(), "{}: {parsed:?}", compound.spec.table.name);
            let things = compound.parsed().blocks(&mut problems).things.len();
            assert!(things > 0 && problems.is_empty(), "{}: {problems:?}", compound.spec.table.name);
        }
    }

    #[test]
    fn what_is_left_out_is_its_default_or_null() {
        let span = crate::model::Span { source: SourceId::default(), range: 0..0 };
        let wanted = |value: Value| Wanted::new(value, span.clone());
        let vault = ("absence[\"daily\"].vault_name".to_owned(), wanted(Value::from("daily")));
        let wanted = BTreeMap::from([("absence[\"daily\"]".to_owned(), wanted(Value::Bool(true))), vault]);
        let arguments = backup_alarms::COMPOUND.arguments(&wanted);
        insta::assert_snapshot!(serde_json::Value::from(arguments["absence"].clone()), @r#"{"daily":{"jobs":"backup","resource_type":null,"vault_name":"daily","within":null}}"#);
        assert_eq!(arguments["pitr_off"], Value::Bool(true));
        assert_eq!(arguments["topic"], Value::Null);
        assert_eq!(arguments["cost"], Value::Map(BTreeMap::new()));
    }
}
