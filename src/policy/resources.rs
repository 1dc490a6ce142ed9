//! `resource` blocks: the arguments that all of them share, then the settings of their kind.

use super::compounds;
use super::decode;
use super::eval::{self, Scope};
use super::graph::Evaluator;
use super::reader::{Located, Reader};
use super::things;
use crate::kinds::{self, Kind};
use crate::model::{BlockAddress, Code, Diagnostic, KindSpec, Parent, Policy, Resource, Target, Value, Wanted, path};
use hcl::edit::expr::{Expression, TraversalOperator};
use std::collections::{BTreeMap, BTreeSet};

/// The longest value that a tag can have.
const LONGEST_MARK: usize = 256;

/// Reads one instance of a `resource` block.
pub(super) fn one(
    kind: &dyn Kind,
    address: BlockAddress,
    located: Located<'_>,
    scope: &Scope<'_>,
    evaluator: &Evaluator<'_, '_>,
    needed: &BTreeSet<BlockAddress>,
    problems: &mut Vec<Diagnostic>,
) -> Resource {
    let spec = kind.spec();
    let mut reader = Reader::new(located, scope, format!("`{address}`"), problems);
    let _ = reader.expression("for_each");
    let _ = reader.expression("depends_on");
    if evaluator.within.is_some() {
        let _ = reader.expression(compounds::WHEN);
    }
    if evaluator.lacks_owner() {
        let header = reader.header();
        reader.problem(unowned(&address).at(header));
    }
    check_mark(&address, &mut reader);
    // A schedule has a `target` of its own, in a block; which target of the policy it is made in is an argument.
    if spec.settings.iter().any(|setting| path::is_within(setting.path, "target")) {
        reader.takes_both("target");
    }
    let targets = things::targets(&mut reader, &evaluator.policy.targets);
    let adopt = reader.flag("adopt").unwrap_or_default() || evaluator.within.as_ref().is_some_and(|within| within.adopts);
    let mark = mark(spec, adopt, &mut reader);
    let parent = spec.parent.and_then(|parent| self::parent(parent, &mut reader, scope, evaluator));
    let header = reader.header();
    let of_described = |whole: &BlockAddress| evaluator.policy.resources.iter().any(|other| !other.mark && other.address == *whole);
    let only_describes = !mark || parent.as_ref().is_some_and(of_described);
    let wanted = if only_describes { decode::described(kind, reader, scope) } else { decode::settings(kind, reader, scope) };
    let name = wanted.get(spec.name_argument);
    if let Some((name, text)) = name.and_then(|name| Some((name, name.value.as_str()?)))
        && let Err(broken) = spec.name_form.check_literal(text)
    {
        problems.push(Diagnostic::error(Code::OutOfRange, broken).at(name.span.clone()).help(format!("see {}", spec.name_form.source)));
    }
    let name = match &parent {
        // What is the only one of its sort in its whole has no name but that.
        Some(whole) if spec.parent.is_some_and(|parent| parent.is_only) => {
            evaluator.policy.resources.iter().find(|other| other.address == *whole).and_then(|whole| whole.name.clone())
        }
        _ => name.and_then(|name| name.value.as_str()).map(str::to_owned),
    };
    let depends_on = needed.iter().filter(|other| other.block() != address.block()).cloned().collect();
    Resource { address, targets, name, parent, adopt, mark, wanted, depends_on, span: header }
}

/// Whether the thing carries the workspace's mark: unless the block says `mark = false`.
fn mark(spec: &KindSpec, adopt: bool, reader: &mut Reader<'_, '_>) -> bool {
    let Some(false) = reader.flag("mark") else { return true };
    let span = reader.expression("mark").map(|expression| reader.span(eval::range_of(expression)));
    let problem = if let Some(parent) = spec.parent {
        let title = format!("a {} has no mark of its own: it belongs to the thing that `{}` refers to", spec.title, parent.argument);
        Some((title, "leave `mark` out, and write it into the block of that thing"))
    } else if adopt {
        let title = "`adopt = true` puts the mark on, and `mark = false` leaves it off".to_owned();
        Some((
            title,
            "with `adopt` the thing becomes this policy's own; with `mark = false` it stays somebody else's; leave one of them out",
        ))
    } else {
        None
    };
    if let Some((title, help)) = problem {
        let problem = Diagnostic::error(Code::ConflictingClaims, title).at(span.unwrap_or_else(|| reader.header()));
        reader.problem(problem.help(help));
    }
    false
}

/// What is wrong with things together with their parts, once all of them are read.
pub(super) fn check_parts(policy: &Policy) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut all: BTreeMap<&BlockAddress, Vec<&Resource>> = BTreeMap::new();
    for part in &policy.resources {
        part.parent.iter().for_each(|whole| all.entry(whole).or_default().push(part));
    }
    for whole in &policy.resources {
        let Some(parts) = all.get(&whole.address) else { continue };
        problems.extend(parts.iter().filter_map(|part| elsewhere(part, whole)));
        let parts: Vec<&BTreeMap<String, Wanted>> = parts.iter().map(|part| &part.wanted).collect();
        let Some(kind) = kinds::find(&whole.address.kind) else { continue };
        let concerns = kind.check_parts(&whole.wanted, &parts, &[]);
        let concerns = concerns.into_iter().map(|concern| if whole.mark { concern } else { concern.of_described() });
        problems.extend(concerns.map(|concern| concern.told(&whole.wanted, &whole.span)));
    }
    problems
}

/// What is wrong with a part that is to be where its whole is not.
fn elsewhere(part: &Resource, whole: &Resource) -> Option<Diagnostic> {
    let target = part.targets.iter().find(|target| !whole.targets.contains(target))?;
    let title = format!("`{}` is in target `{target}`, and `{}`, of which it is a part, is not", part.address, whole.address);
    let targets: Vec<String> = whole.targets.iter().map(|target| format!("target.{target}")).collect();
    let targets = if let [target] = targets.as_slice() { target.clone() } else { format!("[{}]", targets.join(", ")) };
    let problem = Diagnostic::error(Code::WrongType, title).at(part.span.clone()).help(format!("write `target = {targets}`"));
    Some(problem.label(whole.span.clone(), "the whole is declared here"))
}

/// What a thing is known by without AWS: its region and account or its target, what it is a part of, and its ARN, as names are unique among all
/// kinds whose ARNs are alike; of what has none, or is a part, its kind and its name.
type Named<'a> = ((&'a str, &'a str), Option<&'a BlockAddress>, String);

/// The last of them.
fn known_as(resource: &Resource, spec: &KindSpec, name: &str, place: (&str, &str)) -> String {
    let own = || format!("{} {name}", resource.address.kind);
    if resource.parent.is_some() { own() } else { resource.arn(spec, place.0, place.1).unwrap_or_else(own) }
}

/// What two blocks declare under one name in one place, as far as places are known without AWS.
pub(super) fn check_names(policy: &Policy) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut names: BTreeMap<Named<'_>, (&Resource, &Target)> = BTreeMap::new();
    // Two compounds that name one thing alike name many alike.
    let mut told = BTreeSet::new();
    for resource in &policy.resources {
        let Some(name) = &resource.name else { continue };
        // A part whose whole is not known could be anywhere.
        let Some(spec) = kinds::spec(&resource.address.kind).filter(|spec| spec.parent.is_none() || resource.parent.is_some()) else {
            continue;
        };
        for target in resource.targets.iter().filter_map(|target| policy.targets.get(target)) {
            // Two targets can reach the same account and region.
            let place = target.region.as_deref().zip(target.account_id.as_deref()).unwrap_or((target.name.as_str(), ""));
            let thing = (place, resource.parent.as_ref(), known_as(resource, spec, name, place));
            let Some((other, there)) = names.insert(thing, (resource, target)) else { continue };
            if other.address == resource.address {
                problems.push(one_place(resource, [&there.name, &target.name]));
                continue;
            }
            let compounds = (other.address.within.as_ref(), resource.address.within.as_ref());
            if compounds.0.is_some() && compounds.1.is_some() && !told.insert(compounds) {
                continue;
            }
            let title = match kinds::spec(&other.address.kind).map_or(spec.title, |other| other.title) {
                title if title == spec.title => format!("two blocks declare the {title} `{name}`"),
                title => format!("two blocks declare `{name}`, a {title} and a {}, and AWS takes each name once among both", spec.title),
            };
            let problem = Diagnostic::error(Code::ConflictingClaims, title).at(resource.span.clone());
            problems.push(problem.label(other.span.clone(), "declared here too").help("give one of them another name"));
        }
    }
    problems.dedup();
    problems
}

/// That two targets of a block reach the same account and region, where there can be only one thing of a name.
pub(crate) fn one_place(resource: &Resource, targets: [&str; 2]) -> Diagnostic {
    let [one, other] = targets;
    let title = format!(
        "targets `{one}` and `{other}` are one place, the same account and region, so that `{}` would be made there twice",
        resource.address
    );
    let help = "leave one of the two out of the block's `target`";
    Diagnostic::error(Code::ConflictingClaims, title).at(resource.span.clone()).help(help)
}

/// What is wrong with making a thing in a policy that has no name for its owner.
pub(super) fn unowned(address: &dyn std::fmt::Display) -> Diagnostic {
    let title = format!("`{address}` would be made without an owner, so that it could never be found again");
    let help = "add `backstay { workspace = \"…\" }`: its name is written on all that backstay makes";
    Diagnostic::error(Code::Missing, title).help(help)
}

/// The address is written into a tag, so it must fit into one.
fn check_mark(address: &BlockAddress, reader: &mut Reader<'_, '_>) {
    let mark = address.mark();
    let fits = |c: char| c.is_alphanumeric() || "_.:/=+-@ ".contains(c);
    if mark.chars().count() > LONGEST_MARK || !mark.chars().all(fits) {
        let title = format!("`{address}` cannot be written into a tag, which backstay does to find it again");
        let help = "a key of `for_each` here is up to 200 letters, digits, spaces and `_.:=+-@`";
        let header = reader.header();
        reader.problem(Diagnostic::error(Code::OutOfRange, title).at(header).help(help));
    }
}

/// The block that an argument such as `plan_id = aws_backup_plan.daily.id` refers to. An id may be AWS's, and known only after apply.
fn parent(parent: Parent, reader: &mut Reader<'_, '_>, scope: &Scope<'_>, evaluator: &Evaluator<'_, '_>) -> Option<BlockAddress> {
    let Some(expression) = reader.expression(parent.argument) else {
        reader.missing(parent.argument);
        return None;
    };
    let span = reader.span(eval::range_of(expression));
    let whole = referred(expression, scope, parent.attributes);
    if whole == Some(Value::Unknown) {
        let title = format!("`{}` must be known before anything is read, and this is known only after apply", parent.argument);
        reader.problem(Diagnostic::error(Code::Evaluation, title).at(span));
        return None;
    }
    let mark = whole.and_then(|whole| whole.as_map()?.get(ADDRESS)?.as_str().map(str::to_owned));
    let made = evaluator.policy.resources.iter().filter(|other| other.address.within.is_some());
    let made = made.map(|other| &other.address).find(|address| Some(called(address)) == mark).cloned();
    let address = made.or_else(|| BlockAddress::of_mark(&mark?));
    let address = address.filter(|address| parent.kinds.contains(&address.kind.as_str()));
    if address.is_none() {
        let usual = parent.attributes.first().copied().unwrap_or("id");
        let title = format!("`{}` must be the {usual} of a block of this policy", parent.argument);
        let ways: Vec<String> = parent.kinds.iter().map(|kind| format!("`{} = {kind}.NAME.{usual}`", parent.argument)).collect();
        let mut help = format!("write {}", ways.join(" or "));
        if !parent.why.is_empty() {
            help.push_str(&format!(": {}", parent.why));
        }
        if parent.is_only {
            help.push_str(", and declare what is there already with `adopt = true`");
        }
        reader.problem(Diagnostic::error(Code::WrongType, title).at(span).help(help));
    }
    address
}

/// The value of the block of which an expression names one of these attributes.
fn referred(expression: &Expression, scope: &Scope<'_>, attributes: &[&str]) -> Option<Value> {
    let Expression::Traversal(traversal) = expression else { return None };
    let mut whole = traversal.as_ref().clone();
    let last = whole.operators.pop()?;
    match last.value() {
        TraversalOperator::GetAttr(name) if attributes.contains(&name.as_str()) => {}
        _ => return None,
    }
    if whole.operators.is_empty() { None } else { eval::evaluate(&Expression::from(whole), scope).ok() }
}

/// The attribute of every resource that holds its own address.
const ADDRESS: &str = "address";

/// What other blocks can refer to: the declared settings, its ARN where that can be computed, and what only AWS will know. `place` is the
/// region and the account.
pub(super) fn value(resource: &Resource, spec: &KindSpec, place: Option<(&str, &str)>) -> BTreeMap<String, Value> {
    let mut value = things::nested(&resource.wanted);
    for name in spec.computed {
        value.insert((*name).to_owned(), Value::Unknown);
    }
    let arn = place.and_then(|(region, account)| resource.arn(spec, region, account));
    value.insert("arn".to_owned(), arn.map_or(Value::Unknown, Value::from));
    value.insert(ADDRESS.to_owned(), Value::from(called(&resource.address)));
    value
}

/// What a block is called in its own value: as in its mark, but of what a compound is made of with the target, which no mark holds.
fn called(address: &BlockAddress) -> String {
    if address.within.is_some() { address.to_string() } else { address.mark() }
}
