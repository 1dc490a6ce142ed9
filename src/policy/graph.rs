//! Blocks in the order of their references: what a block refers to is evaluated before it, and a circle is an error that shows the circle.

mod controls;
mod inside;
mod instances;
mod names;
mod needed;
mod order;
mod rest;
mod several;
mod targets;

pub(super) use instances::instances;

use super::Seen;
use super::blocks::{Blocks, Parsed};
use super::compounds::{self, Within};
use super::eval::{self, Scope};
use super::load::Files;
use super::organizations;
use super::reader::Located;
use super::resources;
use super::statements;
use super::things;
use super::tiers;
use super::variables::{self, Given, Values};
use crate::files as file_system;
use crate::model::{BlockAddress, Code, Diagnostic, Identity, Policy, SourceId, Span, Target, Value};
use hcl::edit::expr::Expression;
use hcl::edit::structure::{Body, Structure};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Something that is evaluated as a whole and that others can refer to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    /// `backstay`.
    Backstay,
    /// `local.NAME`.
    Local(String),
    /// `organization.NAME`.
    Organization(String),
    /// `target.NAME`.
    Target(String),
    /// `tier.NAME`.
    Tier(String),
    /// `KIND.NAME`.
    Thing(String, String),
}

impl std::fmt::Display for Node {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Backstay => out.write_str("backstay"),
            Self::Local(name) => write!(out, "local.{name}"),
            Self::Organization(name) => write!(out, "organization.{name}"),
            Self::Target(name) => write!(out, "target.{name}"),
            Self::Tier(name) => write!(out, "tier.{name}"),
            Self::Thing(kind, name) => write!(out, "{kind}.{name}"),
        }
    }
}

/// The nodes that a node refers to, and where.
pub(super) type Edges = BTreeMap<Node, Span>;

/// Evaluates everything.
pub(super) fn evaluate(parsed: &Parsed, files: &mut Files, given: &[Given], seen: &Seen, problems: &mut Vec<Diagnostic>) -> Policy {
    let blocks = parsed.blocks(problems);
    let variables = variables::values(&blocks.variables, files, given, problems);
    let mut evaluator = Evaluator {
        blocks: &blocks,
        variables,
        folder: files.folder.clone(),
        locals: BTreeMap::new(),
        targets: BTreeMap::new(),
        things: BTreeMap::new(),
        several: BTreeMap::new(),
        keyed: BTreeSet::new(),
        broken: BTreeSet::new(),
        asked: BTreeSet::new(),
        policy: Policy { accounts: seen.accounts.clone(), ..Policy::default() },
        identities: &seen.identities,
        within: None,
        problems,
    };
    evaluator.run();
    let mut policy = evaluator.policy;
    evaluator.problems.extend(resources::check_parts(&policy));
    policy.protects.sort_by(|a, b| a.address.cmp(&b.address));
    policy.resources.sort_by(|a, b| a.address.cmp(&b.address));
    evaluator.problems.extend(resources::check_names(&policy));
    evaluator.problems.extend(tiers::check(&policy));
    // What is looked at next is about what several blocks say together, and half of one says nothing.
    let is_sound = |block: &BlockAddress| {
        let compound = block.within.as_ref().map(|compound| (compound.sort.clone(), compound.name.clone()));
        let (kind, name) = compound.unwrap_or_else(|| (block.kind.clone(), block.name.clone()));
        !evaluator.broken.contains(&Node::Thing(kind, name))
    };
    policy.protects.retain(|protect| is_sound(&protect.address));
    policy.resources.retain(|resource| is_sound(&resource.address));
    let Values { known, sensitive, .. } = &evaluator.variables;
    // A digest of a weak secret gives the secret away, so sensitive values are not part of it.
    let open = known.iter().filter(|(name, _)| !sensitive.contains(*name)).map(|(name, value)| (name.clone(), value.clone()));
    let values = Value::Map(open.collect());
    for problem in evaluator.problems.iter_mut() {
        problem.title = evaluator.variables.hide(&problem.title);
        problem.help = problem.help.take().map(|help| evaluator.variables.hide(&help));
    }
    let sealed = format!("{}\n{values}", files.digests.iter().map(|(name, digest)| format!("{name} {digest}\n")).collect::<String>());
    policy.digest = file_system::digest(sealed.as_bytes());
    policy
}

/// What has been evaluated so far.
pub(super) struct Evaluator<'a, 'p> {
    pub(super) blocks: &'a Blocks<'a>,
    variables: Values,
    folder: PathBuf,
    locals: BTreeMap<String, Value>,
    targets: BTreeMap<String, Value>,
    things: BTreeMap<String, BTreeMap<String, Value>>,
    /// The things that are in several targets, and whether their values are by the keys of a `for_each` first.
    several: BTreeMap<Node, bool>,
    /// The `resource` blocks that became one thing for each key of a `for_each`.
    keyed: BTreeSet<Node>,
    broken: BTreeSet<Node>,
    /// The targets of which blocks ask more than to be in them.
    asked: BTreeSet<String>,
    pub(super) policy: Policy,
    /// The compound whose own text is evaluated; none for the policy's.
    pub(super) within: Option<Within<'a>>,
    /// Who each target turned out to be, once somebody has connected.
    pub(super) identities: &'p BTreeMap<String, Identity>,
    pub(super) problems: &'p mut Vec<Diagnostic>,
}

impl<'a> Evaluator<'a, '_> {
    fn run(&mut self) {
        let mut graph: BTreeMap<Node, Edges> = BTreeMap::new();
        for node in self.nodes() {
            let edges = self.edges(&node);
            if matches!(node, Node::Local(_)) {
                self.ask(&edges);
            }
            graph.insert(node, edges);
        }
        if self.blocks.targets.is_empty() && self.within.is_none() {
            let name = "default".to_owned();
            let target = Target { name: name.clone(), region: None, account_id: None, assume_role: None, profile: None };
            self.policy.targets.insert(name, target);
        }
        let none = Edges::new();
        let whole = self.with_targets(&graph);
        for node in self.in_order(&whole) {
            let edges = graph.get(&node).unwrap_or(&none);
            let doubtful = self.broken.contains(&node) || edges.keys().any(|needed| self.broken.contains(needed));
            let (before, told) = (self.errors(), self.problems.len());
            self.one(&node, edges);
            if doubtful {
                self.keep_independent(told);
            }
            // A target with a wrong argument is still a target: what names it is checked all the same.
            let is_map = |value: &Value| value.as_map().is_some_and(|map| !map.is_empty());
            let usable = matches!(&node, Node::Target(name) if self.targets.get(name).is_some_and(is_map));
            if usable {
                self.broken.remove(&node);
            } else if doubtful || self.errors() > before {
                self.broken.insert(node);
            }
        }
        self.rest();
        let is_asked = |target: &Target| target.is_nobodys() && self.asked.iter().any(|name| target.name.starts_with(&format!("{name}/")));
        self.policy.needs_accounts |= self.policy.targets.values().any(is_asked);
    }

    /// Of what was told from that place on, keeps what is wrong by itself, whatever the values are that something broken hid: a name that
    /// nothing knows, a number out of range.
    fn keep_independent(&mut self, from: usize) {
        let later = self.problems.split_off(from.min(self.problems.len()));
        let is_independent = |problem: &Diagnostic| {
            let by_itself = [Code::Syntax, Code::UnknownName, Code::WrongType, Code::OutOfRange, Code::Missing];
            // What a kind says of settings together it said knowing what is hidden.
            by_itself.contains(&problem.code) || problem.code.as_str().starts_with("BKS08")
        };
        self.problems.extend(later.into_iter().filter(is_independent));
    }

    /// Whether nobody says who owns what is made. An owner name that is wrong is told by itself.
    pub(super) fn lacks_owner(&self) -> bool {
        self.policy.workspace.is_none() && !self.broken.contains(&Node::Backstay)
    }

    fn errors(&self) -> usize {
        self.problems.iter().filter(|problem| problem.is_error()).count()
    }

    fn nodes(&self) -> Vec<Node> {
        let mut nodes: Vec<Node> = self.blocks.backstay.iter().map(|_| Node::Backstay).collect();
        nodes.extend(self.blocks.locals.keys().cloned().map(Node::Local));
        nodes.extend(self.blocks.organizations.keys().cloned().map(Node::Organization));
        nodes.extend(self.blocks.targets.keys().cloned().map(Node::Target));
        nodes.extend(self.blocks.tiers.keys().cloned().map(Node::Tier));
        nodes.extend(self.blocks.things.keys().cloned().map(|(kind, name)| Node::Thing(kind, name)));
        nodes
    }

    /// The names that the expressions of a node can use: what they refer to, and no more, as copying everything for each node is quadratic.
    pub(super) fn scope(&self, edges: &Edges) -> Scope<'_> {
        self.scope_at(edges, None)
    }

    /// The same, as seen from a target.
    pub(super) fn scope_at(&self, edges: &Edges, target: Option<&str>) -> Scope<'_> {
        // Functions of files start from the policy's folder already: named once more, it would count twice.
        let folder = Value::from(".");
        let path = BTreeMap::from([("module".to_owned(), folder.clone()), ("root".to_owned(), folder)]);
        let backstay = BTreeMap::from([("workspace".to_owned(), self.policy.workspace.clone().map_or(Value::Null, Value::from))]);
        let mut locals = BTreeMap::new();
        let mut targets = BTreeMap::new();
        let mut tiers_of = BTreeMap::new();
        let mut organized = BTreeMap::new();
        let mut things: BTreeMap<&str, BTreeMap<String, Value>> = BTreeMap::new();
        for node in edges.keys() {
            let is_broken = self.broken.contains(node);
            match node {
                Node::Backstay => {}
                Node::Local(name) if is_broken => {
                    locals.insert(name.clone(), Value::Unknown);
                }
                Node::Target(name) if is_broken => {
                    targets.insert(name.clone(), Value::Unknown);
                }
                Node::Tier(name) => {
                    let value = self.policy.tiers.get(name).filter(|_| !is_broken).map_or(Value::Unknown, tiers::value);
                    tiers_of.insert(name.clone(), value);
                }
                Node::Thing(kind, name) if is_broken => {
                    things.entry(kind).or_default().insert(name.clone(), Value::Unknown);
                }
                Node::Local(name) => locals.extend(self.locals.get(name).map(|value| (name.clone(), value.clone()))),
                Node::Organization(name) => {
                    organized.insert(name.clone(), organizations::value(name, &self.policy.accounts));
                }
                Node::Target(name) => targets.extend(self.targets.get(name).map(|value| (name.clone(), value.clone()))),
                Node::Thing(kind, name) => {
                    let value = self.things.get(kind).and_then(|things| things.get(name));
                    let value = value.map(|value| self.seen_from(node, value, target));
                    things.entry(kind).or_default().extend(value.map(|value| (name.clone(), value)));
                }
            }
        }
        let unusable = self.variables.broken.iter().map(|name| (name.clone(), Value::Unknown));
        let variables = self.variables.known.clone().into_iter().chain(unusable).collect();
        let mut scope = Scope::new(&self.folder)
            .with("var", Value::Map(variables))
            .with("local", Value::Map(locals))
            .with("organization", Value::Map(organized))
            .with("target", Value::Map(targets))
            .with("tier", Value::Map(tiers_of))
            .with("path", Value::Map(path))
            .with("backstay", Value::Map(backstay))
            .lacking(edges.keys().any(|node| self.broken.contains(node)));
        for (kind, things) in things {
            scope = scope.with(kind, Value::Map(things));
        }
        for (name, value) in self.within.iter().flat_map(|within| &within.roots) {
            scope = scope.with(name, value.clone());
        }
        scope
    }

    fn one(&mut self, node: &Node, edges: &Edges) {
        let is_unknown = |node: &Node| matches!(node, Node::Organization(name) if !self.policy.accounts.contains_key(name));
        if !matches!(node, Node::Target(_)) && edges.keys().any(is_unknown) {
            self.policy.needs_accounts = true;
        }
        match node {
            Node::Backstay => {
                let Some(located) = self.blocks.backstay else { return };
                let mut problems = Vec::new();
                self.policy.workspace = statements::backstay(located, &self.scope(edges), &mut problems);
                self.problems.extend(problems);
            }
            Node::Local(name) => self.local(name, edges),
            Node::Organization(name) => self.organization(name, edges),
            Node::Target(name) => self.target(name, edges),
            Node::Tier(name) => {
                let Some(located) = self.blocks.tiers.get(name).copied() else { return };
                let mut problems = Vec::new();
                let tier = tiers::tier(located, &self.scope(edges), &mut problems);
                self.problems.extend(problems);
                self.policy.tiers.insert(name.clone(), tier);
            }
            Node::Thing(kind, name) => {
                let value = match compounds::find(kind) {
                    Some(compound) => compounds::compound(self, compound, name, edges),
                    None => things::thing(self, kind, name, edges),
                };
                if let Some(value) = value {
                    self.things.entry(kind.clone()).or_default().insert(name.clone(), value);
                }
            }
        }
    }

    fn local(&mut self, name: &str, edges: &Edges) {
        let Some((source, attribute)) = self.blocks.locals.get(name) else {
            return;
        };
        match eval::evaluate(&attribute.value, &self.scope(edges)) {
            Ok(value) => {
                self.locals.insert(name.to_owned(), value);
            }
            Err(error) => self.problems.push(error.into_diagnostic(*source)),
        }
    }

    fn organization(&mut self, name: &str, edges: &Edges) {
        let Some(located) = self.blocks.organizations.get(name).copied() else { return };
        let mut problems = Vec::new();
        let organization = organizations::organization(located, &self.scope(edges), &mut problems);
        self.problems.extend(problems);
        self.policy.organizations.insert(name.to_owned(), organization);
    }

    fn edges(&mut self, node: &Node) -> Edges {
        let before = self.errors();
        let edges = match node {
            Node::Backstay => match self.blocks.backstay {
                Some(located) => self.check_references(&located.block.body, located.source, false),
                None => Edges::new(),
            },
            Node::Local(name) => match self.blocks.locals.get(name) {
                Some((source, attribute)) => self.check_expression(&attribute.value, *source, false),
                None => Edges::new(),
            },
            Node::Organization(name) => match self.blocks.organizations.get(name) {
                Some(located) => self.check_references(&located.block.body, located.source, false),
                None => Edges::new(),
            },
            Node::Tier(name) => match self.blocks.tiers.get(name) {
                Some(located) => self.check_references(&located.block.body, located.source, false),
                None => Edges::new(),
            },
            Node::Target(name) => self.blocks.targets.get(name).copied().map(|located| self.block_references(located)).unwrap_or_default(),
            Node::Thing(kind, name) => {
                let located = self.blocks.things.get(&(kind.clone(), name.clone())).copied();
                located.map(|located| self.block_references(located)).unwrap_or_default()
            }
        };
        if self.errors() > before {
            self.broken.insert(node.clone());
        }
        edges
    }

    fn block_references(&mut self, located: Located<'a>) -> Edges {
        let has_each = located.block.body.has_attribute("for_each");
        self.check_references(&located.block.body, located.source, has_each)
    }

    fn check_references(&mut self, body: &Body, source: SourceId, has_each: bool) -> Edges {
        let mut edges = Edges::new();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let each_here = has_each && attribute.key.as_str() != "for_each";
                    let found = self.check_expression(&attribute.value, source, each_here);
                    if attribute.key.as_str() != "target" {
                        self.ask(&found);
                    }
                    edges.extend(found);
                }
                Structure::Block(block) => {
                    let has_own = source == SourceId::EMBEDDED && block.body.has_attribute("for_each");
                    edges.extend(self.check_references(&block.body, source, has_each || has_own));
                }
            }
        }
        edges
    }

    /// Notes the targets whose values something is made of.
    fn ask(&mut self, edges: &Edges) {
        let targets = edges.keys().filter_map(|node| match node {
            Node::Target(name) => Some(name.clone()),
            _ => None,
        });
        self.asked.extend(targets);
    }

    fn check_expression(&mut self, expression: &Expression, source: SourceId, has_each: bool) -> Edges {
        let mut edges = Edges::new();
        for reference in eval::references(expression) {
            let span = Span { source, range: reference.range.clone() };
            match self.meaning(&reference, has_each) {
                Ok(Some(node)) => {
                    edges.entry(node).or_insert(span);
                }
                Ok(None) => {}
                Err((title, help)) => self.problems.push(Diagnostic::error(Code::UnknownReference, title).at(span).help_opt(help)),
            }
        }
        edges
    }
}
