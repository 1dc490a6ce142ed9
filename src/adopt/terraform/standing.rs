//! Which resources are translated, and as what.

use super::table::{self, Becomes};
use super::translator::{Here, Id, Resource, Translator};
use crate::kinds;
use crate::model::{KindSpec, Ownership};
use crate::policy::eval;
use hcl::edit::Decorated;
use hcl::edit::expr::{Expression, TraversalOperator};
use hcl::edit::structure::{BlockLabel, Body, Structure};
use std::collections::BTreeMap;

/// What a resource is in the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// A `resource`.
    Whole,
    /// A `protect`.
    Settings,
    /// A part of the block of another.
    Part(Id),
    /// Nothing, and that is told.
    Left,
    /// Nothing: it has nothing to do with backup.
    Unrelated,
}

impl<'a> Translator<'a> {
    /// Decides of every resource.
    pub(super) fn decide(&mut self) {
        let all: Vec<Resource<'a>> = self.resources.values().cloned().collect();
        for resource in &all {
            let standing = match kinds::spec(&resource.id.kind).map(|spec| spec.ownership) {
                Some(Ownership::Whole) => Standing::Whole,
                Some(Ownership::Settings) => Standing::Settings,
                None => Standing::Unrelated,
            };
            self.standing.insert(resource.id.clone(), standing);
        }
        self.parts(&all);
        let mut why: BTreeMap<Id, String> = self.refused.resources.clone();
        for id in why.keys().chain(self.refused.covered.keys()) {
            self.standing.insert(id.clone(), Standing::Left);
        }
        // What is left out can take parts with it, and those theirs.
        loop {
            let mut changed = false;
            for resource in &all {
                if self.standing.get(&resource.id) != Some(&Standing::Whole) {
                    continue;
                }
                if let Some(reason) = self.obstacle(resource) {
                    self.standing.insert(resource.id.clone(), Standing::Left);
                    why.insert(resource.id.clone(), reason);
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        // Looking has left traces of what was not written.
        self.variables.clear();
        self.locals.clear();
        self.made_locals.clear();
        self.asked.clear();
        self.notes.clear();
        self.attachments.clear();
        self.used_targets.clear();
        for resource in &all {
            if let Some(reason) = why.remove(&resource.id) {
                self.leave_out_resource(resource, reason);
            } else if let Some(reason) =
                table::unknown(&resource.id.kind).filter(|_| self.standing.get(&resource.id) == Some(&Standing::Unrelated))
            {
                self.standing.insert(resource.id.clone(), Standing::Left);
                self.leave_out_resource(resource, reason);
            }
        }
        self.lost_parts(&all);
        for resource in &all {
            for why in self.refused.covered.get(&resource.id).map(|covered| covered.unsaid.clone()).unwrap_or_default() {
                let (unit, range) = (resource.id.unit, eval::range_of(&resource.block.ident));
                let told = self.told(unit, resource.text, range, self.address(&resource.id), why);
                self.unsaid.insert(told);
            }
        }
    }

    /// Joins parts with what they are parts of, and those of one bucket that is not here with each other.
    fn parts(&mut self, all: &[Resource<'a>]) {
        let mut heads: BTreeMap<(usize, String, String), Id> = BTreeMap::new();
        for resource in all {
            let Some(part) = table::part_of(&resource.id.kind) else { continue };
            let joined = self.host(resource, 0).filter(|host| self.goes_along(resource, host) || part.of == table::TOPIC);
            let standing = match joined {
                Some(host) => Standing::Part(host),
                None if part.of == table::TOPIC => Standing::Left,
                None => {
                    let here = Here::of(resource);
                    let name =
                        resource.block.body.get_attribute(part.argument).map(|of| self.slice(&here, eval::range_of(&of.value)).to_owned());
                    let key = (resource.id.unit, name.unwrap_or_default(), self.written_repeat(resource));
                    if let Some(head) = heads.get(&key) {
                        Standing::Part(head.clone())
                    } else {
                        heads.insert(key, resource.id.clone());
                        Standing::Settings
                    }
                }
            };
            self.standing.insert(resource.id.clone(), standing);
        }
    }

    /// Parts that are translated nowhere.
    fn lost_parts(&mut self, all: &[Resource<'a>]) {
        for resource in all {
            let why = match self.standing.get(&resource.id) {
                Some(Standing::Part(host)) if self.refused.covered.contains_key(host) => continue,
                Some(Standing::Part(host)) if self.standing.get(host) == Some(&Standing::Left) => {
                    format!("`{}`, which it is a part of, is left out", self.address(host))
                }
                Some(Standing::Left) if self.refused.covered.contains_key(&resource.id) => continue,
                Some(Standing::Left) if table::part_of(&resource.id.kind).is_some() => {
                    "what it is a part of is not in this configuration".to_owned()
                }
                _ => continue,
            };
            self.leave_out_resource(resource, why);
            self.standing.insert(resource.id.clone(), Standing::Left);
        }
    }

    /// What a part belongs to, as far as its argument says.
    pub(super) fn host(&self, resource: &Resource<'_>, depth: usize) -> Option<Id> {
        let part = table::part_of(&resource.id.kind)?;
        let expr = &resource.block.body.get_attribute(part.argument)?.value;
        let unit = resource.id.unit;
        let of_each = || {
            let each = &resource.block.body.get_attribute("for_each")?.value;
            referred_block(each)
        };
        let named = referred_block(expr).and_then(|(kind, label)| if kind == "each" { of_each() } else { Some((kind, label)) });
        if let Some((kind, label)) = named {
            let id = Id { unit, kind, label };
            if id.kind == part.of {
                return self.resources.contains_key(&id).then_some(id);
            }
            let other = self.resources.get(&id).filter(|_| depth < 5 && table::part_of(&id.kind).is_some_and(|other| other.of == part.of));
            return other.and_then(|other| self.host(other, depth + 1));
        }
        // The same name, written the same way.
        let here = Here::of(resource);
        let text = self.slice(&here, eval::range_of(expr)).trim();
        let same = self.resources.values().find(|other| {
            other.id.unit == unit
                && other.id.kind == part.of
                && table::name_of(part.of, &other.block.body)
                    .is_some_and(|(_, name)| self.slice(&Here::of(other), eval::range_of(name)).trim() == text)
        });
        same.map(|other| other.id.clone())
    }

    /// Whether a part is there as often as what it is a part of, and by the same keys.
    pub(super) fn goes_along(&self, resource: &Resource<'_>, host: &Id) -> bool {
        let Some(host) = self.resources.get(host) else { return false };
        let (one, other) = (self.written_repeat(resource), self.written_repeat(host));
        one == other || one == format!("{}.{}", host.id.kind, host.id.label)
    }

    /// The `for_each` or `count` of a block as it is written.
    fn written_repeat(&self, resource: &Resource<'_>) -> String {
        let here = Here::of(resource);
        let each = ["for_each", "count"].iter().find_map(|name| resource.block.body.get_attribute(name));
        each.map(|each| self.slice(&here, eval::range_of(&each.value)).trim().to_owned()).unwrap_or_default()
    }

    /// Why a resource of a whole kind cannot be translated.
    fn obstacle(&mut self, resource: &Resource<'a>) -> Option<String> {
        let spec = kinds::spec(&resource.id.kind)?;
        let body = &resource.block.body;
        if self.is_doubly_repeated(resource) {
            return Some("it repeats within a module that repeats, and a block here repeats only once".to_owned());
        }
        let has_name = spec.parent.is_some_and(|parent| parent.argument == spec.name_argument) || body.has_attribute(spec.name_argument);
        if !has_name && spec.name_argument != "target_id" {
            let why = format!(
                "it has no `{}`: Terraform makes one up when it applies, and only the state knows it: use `--from-state`",
                spec.name_argument
            );
            return Some(why);
        }
        if let Some(why) = self.refused(&resource.id.kind, "", body, resource) {
            return Some(why);
        }
        self.parent_obstacle(resource, spec)
    }

    fn parent_obstacle(&mut self, resource: &Resource<'a>, spec: &'static KindSpec) -> Option<String> {
        let parent = spec.parent?;
        if !resource.block.body.has_attribute(parent.argument) {
            return Some(format!("it has no `{}`, so it is a part of nothing that the policy can describe", parent.argument));
        }
        if self.parent_text(resource, spec).is_some() {
            return None;
        }
        let kinds = parent.kinds.join("` or `");
        Some(format!("`{}` must be that of a `{kinds}` that is translated too", parent.argument))
    }

    /// What a part's argument that names its whole is in the policy; none where the whole is not there.
    pub(super) fn parent_text(&mut self, resource: &Resource<'a>, spec: &'static KindSpec) -> Option<String> {
        let parent = spec.parent?;
        let expr = &resource.block.body.get_attribute(parent.argument)?.value;
        let here = Here::of(resource);
        let text = self.expression(expr, &here);
        let is_whole = |text: &str| parent.kinds.iter().any(|kind| text.strip_prefix(kind).is_some_and(|rest| rest.starts_with('.')));
        let of_each = text.starts_with("each.value.") && self.each_of(resource).is_some_and(|each| is_whole(&each));
        if is_whole(&text) || of_each {
            return Some(text);
        }
        let wholes: Vec<Resource<'a>> =
            self.resources.values().filter(|other| parent.kinds.contains(&other.id.kind.as_str())).cloned().collect();
        let usual = parent.attributes.iter().find(|attribute| **attribute == "name")?;
        wholes.into_iter().find_map(|other| {
            if !self.is_referable(&other.id) || self.each_of(&other).is_some() {
                return None;
            }
            let (_, name) = table::name_of(&other.id.kind, &other.block.body)?;
            let there = Here::of(&other);
            (self.expression(name, &there) == text).then(|| format!("{}.{}.{usual}", other.id.kind, self.label(&other.id)))
        })
    }

    /// What in a body makes it another thing than the policy could say, or cannot be read offline.
    fn refused(&mut self, kind: &str, at: &str, body: &'a Body, resource: &Resource<'a>) -> Option<String> {
        for structure in body {
            let name = match structure {
                Structure::Attribute(attribute) => attribute.key.as_str(),
                Structure::Block(block) if block.ident.as_str() == "dynamic" => {
                    let here = Here::of(resource);
                    if let Err(why) = self.expanded(block, &here) {
                        return Some(why);
                    }
                    block.labels.first().map(BlockLabel::as_str).unwrap_or_default()
                }
                Structure::Block(block) => block.ident.as_str(),
            };
            let path = if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
            if let Some(Becomes::Refused(why)) = table::becomes(kind, &path) {
                return Some(format!("it has `{path}`: {why}"));
            }
            if let Structure::Block(block) = structure
                && name == block.ident.as_str()
                && let Some(why) = self.refused(kind, &path, &block.body, resource)
            {
                return Some(why);
            }
        }
        None
    }
}

/// The kind and name of the resource that an expression begins with; `each` and the part of it.
pub(super) fn referred_block(expr: &Expression) -> Option<(String, String)> {
    let Expression::Traversal(traversal) = expr else { return None };
    let (Expression::Variable(root), Some(TraversalOperator::GetAttr(label))) =
        (&traversal.expr, traversal.operators.first().map(Decorated::value))
    else {
        return None;
    };
    let is_block = root.as_str() == "each" || root.as_str().starts_with("aws_");
    is_block.then(|| (root.as_str().to_owned(), label.as_str().to_owned()))
}
