//! Settings on things that Terraform, or somebody else, owns: `protect` blocks.

use super::body::Level;
use super::inline;
use super::rewrite::is_plain_text;
use super::standing::Standing;
use super::table;
use super::translator::{Here, Id, Resource, Translator};
use super::trivia::{Item, Items};
use super::whole::is_name;
use crate::kinds;
use crate::policy::eval;
use hcl::edit::expr::{Expression, ObjectKey};
use hcl::edit::structure::Block;
use std::collections::BTreeSet;

impl<'a> Translator<'a> {
    /// Whether something about backup is said of a thing, so that it gets a block.
    pub(super) fn is_written(&self, id: &Id) -> bool {
        if self.standing.get(id) == Some(&Standing::Whole) {
            return true;
        }
        let Some(resource) = self.resources.get(id) else { return false };
        let has_parts = self.standing.iter().any(|(_, standing)| *standing == Standing::Part(id.clone()));
        let Some(spec) = kinds::spec(&kind_of(id)) else { return false };
        let declares = spec.settings.iter().any(|setting| {
            let first = setting.path.split('.').next().unwrap_or(setting.path);
            first != "apply_immediately" && (resource.block.body.has_attribute(first) || has_block(resource.block, first))
        });
        has_parts
            || (resource.id.kind == table::BUCKET && !self.loaded.is_state && inline::is_inline(resource.block))
            || (declares && resource.id.kind != table::BUCKET)
            || (resource.id.kind == table::TABLE && has_block(resource.block, "replica"))
            || resource
                .block
                .body
                .get_attribute("object_lock_enabled")
                .is_some_and(|on| !matches!(on.value, Expression::Bool(ref on) if !*on.value()))
            || table::part_of(&id.kind).is_some()
    }

    /// Writes a `protect` block.
    pub(super) fn settings(&mut self, resource: &Resource<'a>) {
        let kind = kind_of(&resource.id);
        let Some(spec) = kinds::spec(&kind) else { return };
        if !self.is_written(&resource.id) {
            self.standing.insert(resource.id.clone(), Standing::Unrelated);
            return;
        }
        if self.is_doubly_repeated(resource) {
            self.lack("it repeats within a module that repeats, and a block here repeats only once");
            return;
        }
        let here = Here::of(resource);
        let mut head = Vec::new();
        if spec.single.is_none() {
            let Some(name) = self.selected(resource, &here) else { return };
            if !is_name(&name) {
                self.leave_out_resource(resource, format!("`{name}` is no name"));
                return;
            }
            head.push(Item::of(format!("select {{\nnames = [{name}]\n}}")));
        }
        let mut items = match kind.as_str() {
            table::BUCKET => self.bucket(resource),
            _ => self.own_settings(resource, spec, &here),
        };
        if kind == table::TABLE {
            self.replicas(resource, &mut items);
        }
        if items.items.iter().all(|item| item.text.starts_with("replicas ")) {
            self.standing.insert(resource.id.clone(), Standing::Unrelated);
            return;
        }
        let mut all = self.with_head(resource, head, items);
        // `replicas` is about the whole block, so it stands with its target.
        if let Some(at) = all.items.iter().position(|item| item.text.starts_with("replicas ")) {
            let replicas = all.items.remove(at);
            let place = all.items.iter().position(|item| item.text.starts_with("select ")).unwrap_or(0);
            all.items.insert(place, Item::of(replicas.text));
        }
        if self.loaded.is_state {
            self.alike.entry((kind, without_names(&all))).or_default().push((resource.clone(), all));
            return;
        }
        let header = format!("protect \"{kind}\" \"{}\"", self.label(&resource.id));
        self.write(resource, &all.block(&header));
    }

    /// Writes the blocks of a state, those that say the same of several things as one.
    pub(super) fn write_alike(&mut self) {
        let mut written: BTreeSet<(String, String)> = BTreeSet::new();
        for ((kind, _), blocks) in std::mem::take(&mut self.alike) {
            let labels: Vec<&str> = blocks.iter().map(|(resource, _)| resource.id.label.as_str()).collect();
            let mut label = common_label(&labels);
            if !written.insert((kind.clone(), label.clone())) {
                label = labels.first().map_or_else(String::new, |first| (*first).to_owned());
                written.insert((kind.clone(), label.clone()));
            }
            let names: Vec<String> = blocks
                .iter()
                .filter_map(|(_, items)| items.items.iter().find_map(|item| selected_name(&item.text)).map(str::to_owned))
                .collect();
            let Some((first, items)) = blocks.first() else { continue };
            for (resource, _) in &blocks {
                self.made.note(&resource.id, &label);
            }
            let mut items = items.clone();
            if let Some(select) = items.items.iter_mut().find(|item| selected_name(&item.text).is_some()).filter(|_| names.len() > 1) {
                select.text = format!("select {{\nnames = [\n{},\n]\n}}", names.join(",\n"));
            }
            self.write(first, &items.block(&format!("protect \"{kind}\" \"{label}\"")));
            self.translated += blocks.len() - 1;
        }
    }

    /// Settings that stand in the resource itself, and in its parts.
    fn own_settings(&mut self, resource: &Resource<'a>, spec: &'static crate::model::KindSpec, here: &Here) -> Items {
        let mut items = self.items(resource.block, &Level::top(resource, spec, true), here);
        let name = table::name_of(spec.name, &resource.block.body).map(|(name, _)| name).unwrap_or_default();
        items.items.retain(|item| !item.text.starts_with(&format!("{name} ")) || name.is_empty());
        for part in self.parts_of(&resource.id) {
            let of = self.items(part.block, &Level::top(&part, spec, true), &Here::of(&part));
            items.items.extend(of.items);
            self.translated += 1;
        }
        // Of the blank lines between what is not kept nothing is left.
        for item in &mut items.items {
            let empty = item.lead.starts_with('\n');
            item.lead = item.lead.trim_start_matches('\n').to_owned();
            if empty && item.text.ends_with('}') {
                item.lead.insert(0, '\n');
            }
        }
        items
    }

    /// The parts of a resource.
    pub(super) fn parts_of(&self, id: &Id) -> Vec<Resource<'a>> {
        let parts = self.standing.iter().filter(|(_, standing)| **standing == Standing::Part(id.clone()));
        let mut parts: Vec<Resource<'a>> = parts.filter_map(|(part, _)| self.resources.get(part).cloned()).collect();
        parts.sort_by_key(|part| (part.text, eval::range_of(&part.block.ident).start));
        parts
    }

    /// The name of a thing in its selector; none where it has none that can be told, which is told.
    fn selected(&mut self, resource: &Resource<'a>, here: &Here) -> Option<String> {
        let kind = resource.id.kind.as_str();
        if kind == table::FILE_SYSTEM {
            if let Some(id) = resource.block.body.get_attribute("id") {
                return Some(self.expression(&id.value, here));
            }
            let tag = resource.block.body.get_attribute("tags").and_then(|tags| name_tag(&tags.value));
            if let Some(tag) = tag {
                return Some(self.expression(tag, here));
            }
            let place = self.place(resource.id.unit, resource.text, eval::range_of(&resource.block.ident));
            let name = format!("{kind}_{}_id", self.label(&resource.id));
            self.ask(name.clone(), "string", format!("{}.id", self.address(&resource.id)), place);
            return Some(format!("var.{name}"));
        }
        if let Some(part) = table::part_of(kind) {
            let argument = resource.block.body.get_attribute(part.argument)?;
            let text = self.expression(&argument.value, &Here { computes: true, ..here.clone() });
            return Some(text);
        }
        if let Some((_, expr)) = table::name_of(kind, &resource.block.body) {
            return Some(self.expression(expr, here));
        }
        self.leave_out_resource(
            resource,
            "it has no name: Terraform makes one up when it applies, and only the state knows it: use `--from-state`",
        );
        self.standing.insert(resource.id.clone(), Standing::Left);
        None
    }

    /// Copies of a table in other regions hold the settings each for itself, and Terraform says of each what it is to have.
    fn replicas(&mut self, resource: &Resource<'a>, items: &mut Items) {
        let mut blocks = resource.block.body.get_blocks("replica").peekable();
        let is_generated =
            resource.block.body.get_blocks("dynamic").any(|block| block.labels.first().is_some_and(|label| label.as_str() == "replica"));
        if blocks.peek().is_none() && !is_generated {
            return;
        }
        items.items.insert(0, Item::of("replicas = []"));
        for block in blocks {
            for name in ["point_in_time_recovery", "deletion_protection_enabled"] {
                let Some(given) = block.body.get_attribute(name) else { continue };
                let what = format!("{}, `replica.{name}`", self.address(&resource.id));
                let why = "declare it with `replicas`, or in a block of its own with a target in the replica's region";
                self.leave_out(resource.id.unit, resource.text, eval::range_of(&given.key), what, why);
            }
        }
    }
}

/// Whether a block has others of a name in it, written out or generated.
fn has_block(block: &Block, name: &str) -> bool {
    let is_generated = |block: &Block| block.labels.first().is_some_and(|label| label.as_str() == name);
    block.body.get_blocks(name).next().is_some() || block.body.get_blocks("dynamic").any(is_generated)
}

/// The kind of the policy's block that a resource becomes.
pub(super) fn kind_of(id: &Id) -> String {
    table::part_of(&id.kind).map_or_else(|| id.kind.clone(), |part| part.of.to_owned())
}

/// The value of the tag `Name`, where the tags are written out.
fn name_tag(tags: &Expression) -> Option<&Expression> {
    let Expression::Object(object) = tags else { return None };
    let found = object.iter().find(|(key, _)| match key {
        ObjectKey::Ident(name) => name.as_str() == "Name",
        ObjectKey::Expression(key) => key.as_str() == Some("Name"),
    });
    found.map(|(_, value)| value.expr())
}

/// A text as the label of a rule: its own words, where it is a plain text.
pub(super) fn rule_label(id: &str, number: usize) -> String {
    let inner = id.trim_matches('"');
    if is_plain_text(id) && !id.contains("${") && !inner.is_empty() { inner.to_owned() } else { format!("rule-{}", number + 1) }
}

/// The name in a selector of one name.
fn selected_name(text: &str) -> Option<&str> {
    text.strip_prefix("select {\nnames = [")?.strip_suffix("]\n}")
}

/// What a block says, whatever it says it of.
fn without_names(items: &Items) -> String {
    let others = items.items.iter().filter(|item| selected_name(&item.text).is_none());
    others.map(|item| format!("{}\n", item.text)).collect()
}

/// A name for a block of several: what their names begin with alike, else the first.
pub(super) fn common_label(labels: &[&str]) -> String {
    let Some((first, rest)) = labels.split_first() else { return String::new() };
    let alike = |at: usize| rest.iter().all(|other| other.get(..at) == first.get(..at));
    let longest = first.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|at| alike(*at)).last().unwrap_or(0);
    let common = first.get(..longest).unwrap_or_default().trim_end_matches(['_', '-']);
    if rest.is_empty() || common.len() < 3 { (*first).to_owned() } else { common.to_owned() }
}
