//! What is in a block: argument by argument, as the kind's table takes it.

use super::rewrite::{enclosed, spliced};
use super::table::{self, Becomes};
use super::translator::{Here, Resource, Translator, end_of};
use super::trivia::{Gap, Item, Items, gap};
use crate::model::{Fallback, Key, KindSpec, Ownership, Setting, Shape};
use crate::policy::eval;
use hcl::edit::expr::Expression;
use hcl::edit::structure::{Attribute, Block, BlockLabel, Structure};
use std::collections::{BTreeMap, BTreeSet};

/// Where in a kind's table a body is read, and as whose.
#[derive(Clone, Debug)]
pub(super) struct Level<'r> {
    /// The resource that the body is of.
    pub(super) resource: &'r Resource<'r>,
    /// The kind in whose table it is.
    pub(super) spec: &'static KindSpec,
    /// The path of the body in the policy's table.
    pub(super) table: String,
    /// Its path in Terraform's block.
    pub(super) at: String,
    /// Whether what the table does not know is nothing to tell, as most of the thing is not about backup.
    pub(super) is_quiet: bool,
}

impl<'r> Level<'r> {
    /// The whole block of a resource.
    pub(super) fn top(resource: &'r Resource<'r>, spec: &'static KindSpec, is_quiet: bool) -> Self {
        Self { resource, spec, table: String::new(), at: String::new(), is_quiet }
    }

    fn inner(&self, table: &str, at: &str) -> Self {
        Self { table: join(&self.table, table), at: join(&self.at, at), ..self.clone() }
    }

    fn setting(&self, name: &str) -> Option<&'static Setting> {
        let path = join(&self.table, name);
        self.spec.settings.iter().find(|setting| setting.path == path)
    }

    fn takes_argument(&self, name: &str) -> bool {
        let is_setting = self.setting(name).is_some_and(|setting| !matches!(setting.shape, Shape::Block(_)));
        let around = self.spec.settings.iter().find(|setting| setting.path == self.table);
        let is_key = around.is_some_and(|around| match around.shape {
            Shape::Block(Key::Argument(key)) => key == name,
            Shape::Block(Key::Arguments(keys)) => keys.contains(&name),
            _ => false,
        });
        let is_top =
            self.table.is_empty() && (name == self.spec.name_argument || self.spec.parent.is_some_and(|parent| parent.argument == name));
        is_setting || is_key || is_top
    }

    fn takes_block(&self, name: &str) -> bool {
        let path = join(&self.table, name);
        let is_within = |setting: &Setting| setting.path.strip_prefix(&path).is_some_and(|rest| rest.starts_with('.'));
        self.setting(name).is_some_and(|setting| matches!(setting.shape, Shape::Block(_))) || self.spec.settings.iter().any(is_within)
    }

    /// Whether several blocks of that name stand beside each other.
    fn repeats(&self, name: &str) -> bool {
        self.setting(name).is_some_and(|setting| matches!(setting.shape, Shape::Block(Key::Label | Key::Argument(_) | Key::Arguments(_))))
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Where what is in a block begins and ends.
fn inside(text: &str, block: &Block) -> std::ops::Range<usize> {
    let whole = eval::range_of(block);
    let header = block.labels.iter().map(|label| eval::range_of(label).end).max().unwrap_or_else(|| eval::range_of(&block.ident).end);
    let open = text.get(header..).and_then(|rest| rest.find('{')).map_or(header, |at| header + at + 1);
    open..whole.end.saturating_sub(1).max(open)
}

impl Translator<'_> {
    /// What is in a block, as the policy has it.
    pub(super) fn items(&mut self, block: &Block, level: &Level<'_>, here: &Here) -> Items {
        let Some(text) = self.text(here.unit, here.text).map(|text| text.text.as_str()) else { return Items::default() };
        let inside = inside(text, block);
        let mut items = Items::default();
        let mut at = inside.start;
        let mut merged: BTreeMap<String, (usize, Items)> = BTreeMap::new();
        let mut is_kept = false;
        for structure in &block.body {
            let start = match structure {
                Structure::Attribute(attribute) => eval::range_of(&attribute.key).start,
                Structure::Block(block) => eval::range_of(&block.ident).start,
            };
            let gap = gap(text, at..start);
            finish(&mut items, &gap, is_kept);
            let before = items.items.len();
            match structure {
                Structure::Attribute(attribute) => items.items.extend(self.argument(attribute, level, here).map(Item::of)),
                Structure::Block(block) => self.nested(block, level, here, &mut items, &mut merged),
            }
            is_kept = items.items.len() > before;
            if let Some(first) = items.items.get_mut(before) {
                // A comment behind the brace is about all that follows.
                let is_behind_brace = at == inside.start && gap.tail.starts_with(['#', '/']);
                first.lead = if is_behind_brace { format!("{}\n{}", gap.tail, gap.lead) } else { gap.lead };
            }
            at = end_of(structure);
        }
        let last = gap(text, at..inside.end);
        finish(&mut items, &last, is_kept);
        if last.lead.trim().starts_with(['#', '/']) && !items.is_empty() {
            items.end = last.lead;
        }
        for (name, (place, inner)) in merged {
            if let Some(item) = items.items.get_mut(place) {
                item.text = inner.block(&name);
            }
        }
        defaults(block, level, &mut items);
        items
    }

    fn argument(&mut self, attribute: &Attribute, level: &Level<'_>, here: &Here) -> Option<String> {
        let name = attribute.key.as_str();
        if level.at.is_empty() && table::META.contains(&name) {
            return None;
        }
        if let Some(becomes) = table::becomes(&level.resource.id.kind, &join(&level.at, name)) {
            return self.renamed(attribute, becomes, level, here);
        }
        if !level.takes_argument(name) {
            self.dropped(name, eval::range_of(&attribute.key), level, here);
            return None;
        }
        let setting = level.setting(name);
        if self.loaded.is_state && (is_unset(setting, &attribute.value) || is_default(level.spec, setting, &attribute.value)) {
            return None;
        }
        self.kept(attribute, level, here, |of| of.written(attribute, name, here))
    }

    /// An argument, if all that it says can be said. Without one that is required nothing can be, and then the whole block is left out; so it is
    /// of a thing that the policy describes whole: what its block does not say is as AWS does it, and a plan would set it back to that.
    fn kept(&mut self, attribute: &Attribute, level: &Level<'_>, here: &Here, text: impl FnOnce(&mut Self) -> String) -> Option<String> {
        let outer = self.lacking.take();
        let asked: BTreeSet<String> = self.asked.keys().cloned().collect();
        let text = text(self);
        let name = attribute.key.as_str();
        let is_optional = level.setting(name).is_some_and(|setting| !setting.required);
        let is_whole = level.spec.ownership == Ownership::Whole;
        if let Some(why) = self.lacking.take_if(|_| is_optional && is_whole) {
            let path = join(&level.at, name);
            self.lacking = outer.or(Some(format!("without `{path}`, which cannot be said, a plan would set that back: {why}")));
            return None;
        }
        if let Some(why) = self.lacking.take_if(|_| is_optional) {
            self.lacking = outer;
            self.asked.retain(|name, _| asked.contains(name));
            self.dropped_for(name, eval::range_of(&attribute.key), &why, level, here);
            return None;
        }
        self.lacking = outer.or_else(|| self.lacking.take());
        Some(text)
    }

    /// An argument under a name, laid out as it stands.
    fn written(&mut self, attribute: &Attribute, name: &str, here: &Here) -> String {
        let value = self.expression(&attribute.value, here);
        let Some(text) = self.text(here.unit, here.text).map(|text| text.text.as_str()) else { return format!("{name} = {value}") };
        let (key, range) = (eval::range_of(&attribute.key), eval::range_of(&attribute.value));
        let whole = key.start..range.end;
        spliced(text, whole, vec![(key, name.to_owned()), (range, value)])
    }

    fn renamed(&mut self, attribute: &Attribute, becomes: Becomes, level: &Level<'_>, here: &Here) -> Option<String> {
        match becomes {
            Becomes::Name(name) => self.kept(attribute, level, here, |of| of.written(attribute, name, here)),
            Becomes::Words(name, yes, no) => {
                let value = self.expression(&attribute.value, here);
                Some(match value.as_str() {
                    "true" => format!("{name} = \"{yes}\""),
                    "false" => format!("{name} = \"{no}\""),
                    other => format!("{name} = {} ? \"{yes}\" : \"{no}\"", enclosed(other)),
                })
            }
            Becomes::Nothing | Becomes::Refused(_) => None,
            Becomes::Dropped(why) => {
                // Not to destroy by force is what happens anyway.
                let is_no_force =
                    attribute.key.as_str() == "force_destroy" && matches!(&attribute.value, Expression::Bool(on) if !*on.value());
                if !self.loaded.is_state && !is_no_force {
                    self.dropped_for(attribute.key.as_str(), eval::range_of(&attribute.key), why, level, here);
                }
                None
            }
        }
    }

    fn nested(&mut self, block: &Block, level: &Level<'_>, here: &Here, items: &mut Items, merged: &mut BTreeMap<String, (usize, Items)>) {
        let keyword = block.ident.as_str();
        let is_dynamic = keyword == "dynamic";
        let name = if is_dynamic { block.labels.first().map(BlockLabel::as_str).unwrap_or_default() } else { keyword };
        let becomes = table::becomes(&level.resource.id.kind, &join(&level.at, name));
        let to = if let Some(Becomes::Name(to)) = becomes { to } else { name };
        if matches!(becomes, Some(Becomes::Nothing | Becomes::Refused(_))) {
            return;
        }
        if !level.takes_block(to) {
            self.dropped(name, eval::range_of(&block.ident), level, here);
            return;
        }
        for (inner, here) in self.contents(block, level, here) {
            let of = self.items(&inner, &level.inner(to, name), &here);
            if of.is_empty() && self.loaded.is_state {
                continue;
            }
            if level.repeats(to) {
                items.push(of.block(to));
                continue;
            }
            if let Some((_, first)) = merged.get_mut(to) {
                first.items.extend(of.items);
            } else {
                merged.insert(to.to_owned(), (items.items.len(), of));
                items.push("");
            }
        }
    }

    /// A block, or the blocks that a dynamic one stands for, each with what its expressions mean.
    pub(super) fn contents(&mut self, block: &Block, level: &Level<'_>, here: &Here) -> Vec<(Block, Here)> {
        if block.ident.as_str() != "dynamic" {
            return vec![(block.clone(), here.clone())];
        }
        let Some(content) = block.body.get_blocks("content").next() else { return Vec::new() };
        match self.expanded(block, here) {
            Ok(iterators) => {
                let each = iterators.into_iter().map(|iterator| {
                    let mut inner = here.clone();
                    inner.iterators.push(iterator);
                    (content.clone(), inner)
                });
                each.collect()
            }
            Err(why) => {
                let what = self.address(&level.resource.id);
                self.leave_out(here.unit, here.text, eval::range_of(&block.ident), what, why);
                Vec::new()
            }
        }
    }

    fn dropped(&mut self, name: &str, range: std::ops::Range<usize>, level: &Level<'_>, here: &Here) {
        let terraforms = table::TERRAFORMS.iter().find(|(of, _)| *of == name && level.at.is_empty()).map(|(_, why)| *why);
        if self.loaded.is_state || (level.is_quiet && terraforms.is_none_or(|_| true)) {
            return;
        }
        let why = terraforms.map_or_else(|| format!("`{}` has no such setting here", level.spec.name), str::to_owned);
        self.dropped_for(name, range, &why, level, here);
    }

    fn dropped_for(&mut self, name: &str, range: std::ops::Range<usize>, why: &str, level: &Level<'_>, here: &Here) {
        let what = format!("{}, `{}`", self.address(&level.resource.id), join(&level.at, name));
        self.leave_out(here.unit, here.text, range, what, why);
    }
}

/// What the provider sends where the block does not say.
fn defaults(block: &Block, level: &Level<'_>, items: &mut Items) {
    for (kind, at, name, value) in table::PROVIDER_DEFAULTS {
        if *kind == level.resource.id.kind && *at == level.at && !block.body.has_attribute(name) {
            items.push_argument(format!("{name} = {value}"));
        }
    }
}

/// Gives the item before a gap the comment that stands on its line.
fn finish(items: &mut Items, gap: &Gap, is_kept: bool) {
    if is_kept
        && let Some(last) = items.items.last_mut()
        && gap.tail.starts_with(['#', '/'])
    {
        last.tail.clone_from(&gap.tail);
    }
}

/// Whether a value of a state stands for none: the provider knows no null in many places, and has a zero or an empty text there.
fn is_unset(setting: Option<&'static Setting>, value: &Expression) -> bool {
    match value {
        Expression::Null(_) => true,
        Expression::String(text) => text.value().is_empty(),
        // Where AWS's default is off, off says nothing; and beside other settings AWS would refuse it.
        Expression::Bool(flag) => !*flag.value() && setting.is_some_and(|setting| setting.aws_default != Fallback::Bool(true)),
        Expression::Array(items) => items.is_empty(),
        Expression::Object(object) => object.is_empty(),
        Expression::Number(number) => {
            let is_zero = number.value().as_i64() == Some(0);
            let least = setting.map(|setting| setting.shape);
            is_zero && matches!(least, Some(Shape::Days { min, .. } | Shape::Whole { min, .. }) if min > 0)
        }
        _ => false,
    }
}

/// Whether a value of a state is what AWS does anyway, so that a whole thing needs no word of it.
fn is_default(spec: &KindSpec, setting: Option<&'static Setting>, value: &Expression) -> bool {
    let Some(setting) = setting.filter(|setting| spec.ownership == Ownership::Whole && !setting.required) else { return false };
    match (setting.aws_default, value) {
        (Fallback::Bool(default), Expression::Bool(flag)) => *flag.value() == default,
        (Fallback::Number(default), Expression::Number(number)) => number.value().as_i64() == Some(default),
        (Fallback::Text(default), Expression::String(text)) => text.value() == default,
        _ => false,
    }
}
