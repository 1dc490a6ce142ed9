//! Variables and locals: those that the translated blocks need, where they stood.

use super::rewrite::quoted;
use super::translator::{Here, Translator, end_of};
use super::trivia::{Item, Items, gap, lead};
use crate::policy::eval;
use hcl::edit::structure::{Block, BlockLabel, Structure};
use std::collections::BTreeSet;

/// The arguments of a variable that the policy language has.
const VARIABLE: [&str; 5] = ["type", "default", "description", "nullable", "sensitive"];

impl Translator<'_> {
    /// Writes the variables and locals that something refers to, and those that these refer to.
    pub(super) fn names(&mut self) {
        let mut written: BTreeSet<(usize, String)> = BTreeSet::new();
        let mut texts: Vec<(usize, usize, usize, Item)> = Vec::new();
        loop {
            // Targets refer to variables and locals as well, and are written last: looking at them is enough here.
            let _ = self.targets();
            let wanted: Vec<(usize, String)> = self.locals.difference(&written).cloned().collect();
            if wanted.is_empty() {
                break;
            }
            for (unit, name) in wanted {
                texts.extend(self.one_local(unit, &name));
                written.insert((unit, name));
            }
        }
        self.write_locals(texts);
        self.write_variables();
        let names: Vec<(String, String)> =
            self.loaded.values.iter().map(|(out, text)| (out.clone(), self.given(&text.body, &text.text))).collect();
        self.attachments.extend(names.into_iter().filter(|(_, text)| !text.trim().is_empty()));
    }

    /// A local with its place: unit, text, start of its block.
    fn one_local(&mut self, unit: usize, name: &str) -> Option<(usize, usize, usize, Item)> {
        let loaded = self.loaded;
        let one = loaded.units.get(unit)?;
        for (number, text) in one.texts.iter().enumerate() {
            for block in text.body.get_blocks("locals") {
                let mut at = None;
                for structure in &block.body {
                    let Structure::Attribute(attribute) = structure else { continue };
                    if attribute.key.as_str() == name {
                        let start = eval::range_of(&attribute.key).start;
                        let lead = at.map_or_else(String::new, |at| gap(&text.text, at..start).lead);
                        let tail = text
                            .text
                            .get(end_of(structure)..)
                            .and_then(|rest| rest.lines().next())
                            .map(str::trim)
                            .filter(|tail| tail.starts_with(['#', '/']));
                        let here = Here { unit, text: number, each: None, iterators: Vec::new(), own: None, computes: false, depth: 0 };
                        self.lacking = None;
                        let value = self.expression(&attribute.value, &here);
                        if let Some(why) = self.lacking.take() {
                            self.more.locals.insert((unit, name.to_owned()), why);
                        }
                        self.made.locals.insert(format!("{}{name}", one.prefix), (unit, name.to_owned()));
                        let name = format!("{}{name}", one.prefix);
                        let item = Item { lead, text: format!("{name} = {value}"), tail: tail.unwrap_or_default().to_owned() };
                        return Some((unit, number, start, item));
                    }
                    at = Some(end_of(structure));
                }
            }
        }
        let place = self.first_use(&format!("local.{name}"));
        self.ask(format!("local_{name}"), "any", format!("local.{name}, which nothing declares"), place);
        None
    }

    fn write_locals(&mut self, mut texts: Vec<(usize, usize, usize, Item)>) {
        texts.sort_by_key(|(unit, text, start, _)| (*unit, *text, *start));
        let mut blocks: Vec<((usize, usize, usize), Items)> = Vec::new();
        for (unit, text, start, item) in texts {
            let block = self.text(unit, text).and_then(|file| {
                let mut all = file.body.get_blocks("locals").map(eval::range_of);
                all.find(|range| range.contains(&start)).map(|range| range.start)
            });
            let slot = (unit, text, block.unwrap_or(start));
            match blocks.last_mut() {
                Some((last, items)) if *last == slot => items.items.push(item),
                _ => blocks.push((slot, Items { items: vec![item], end: String::new() })),
            }
        }
        for (slot, items) in blocks {
            let Some(file) = self.text(slot.0, slot.1) else { continue };
            let lead = self.comments_above(slot.0, slot.1, slot.2);
            self.out.entry(file.out.clone()).or_default().push((slot, format!("{lead}{}", items.block("locals"))));
        }
    }

    fn write_variables(&mut self) {
        let Some(root) = self.loaded.units.first() else { return };
        let mut declared = BTreeSet::new();
        for (number, text) in root.texts.iter().enumerate() {
            for block in text.body.get_blocks("variable") {
                let Some(name) = block.labels.first().map(BlockLabel::as_str) else { continue };
                if !self.variables.contains(name) {
                    continue;
                }
                declared.insert(name.to_owned());
                let start = eval::range_of(&block.ident).start;
                let lead = self.comments_above(0, number, start);
                let body = self.variable_block(number, block, name);
                self.out.entry(text.out.clone()).or_default().push(((0, number, start), format!("{lead}{body}")));
            }
        }
        let missing: Vec<String> = self.variables.difference(&declared).cloned().collect();
        for name in missing {
            let place = self.first_use(&format!("var.{name}"));
            let of = self.loaded.hidden.get(&name).cloned().unwrap_or_else(|| format!("var.{name}, which nothing declares"));
            self.ask(name, "any", of, place);
        }
    }

    fn variable_block(&mut self, text: usize, block: &Block, name: &str) -> String {
        let Some(file) = self.text(0, text) else { return String::new() };
        let mut items = Items::default();
        let mut at = None;
        for structure in &block.body {
            let (argument, start) = match structure {
                Structure::Attribute(attribute) => (attribute.key.as_str(), eval::range_of(&attribute.key).start),
                Structure::Block(block) => (block.ident.as_str(), eval::range_of(&block.ident).start),
            };
            if VARIABLE.contains(&argument) || argument == "validation" {
                let lead = at.map_or_else(String::new, |at| gap(&file.text, at..start).lead);
                let text = file.text.get(start..end_of(structure)).unwrap_or_default();
                // Old configurations have types in quotes.
                let text = if argument == "type" { text.replace('"', "") } else { text.to_owned() };
                items.items.push(Item { lead, text, tail: String::new() });
            } else {
                let what = format!("variable {name}, `{argument}`");
                self.leave_out(0, text, start..start, what, "the policy language has no such argument");
            }
            at = Some(end_of(structure));
        }
        items.block(&format!("variable \"{name}\""))
    }

    /// Of a file of values those that the policy has variables for.
    fn given(&self, body: &hcl::edit::structure::Body, text: &str) -> String {
        let mut items = Items::default();
        let mut at = None;
        for structure in body {
            if let Structure::Attribute(attribute) = structure
                && self.variables.contains(attribute.key.as_str())
            {
                let start = eval::range_of(&attribute.key).start;
                let lead = lead(text, at, start);
                items.items.push(Item {
                    lead,
                    text: text.get(start..end_of(structure)).unwrap_or_default().to_owned(),
                    tail: String::new(),
                });
            }
            at = Some(end_of(structure));
        }
        super::translator::laid_out(&items.written())
    }

    /// What all files share: the owner, targets, and the variables and locals that stand for what Terraform had elsewhere.
    pub(super) fn shared(&mut self, workspace: &str) -> String {
        let targets = self.targets();
        let mut blocks = vec![format!("backstay {{\nworkspace = {}\n}}", quoted(workspace))];
        blocks.extend(targets);
        for (asked, sort) in self.asked.values() {
            let description = quoted(&format!("{} ({})", asked.of, asked.place));
            let hides = if self.loaded.hidden.contains_key(&asked.name) { "sensitive = true\n" } else { "" };
            blocks.push(format!("variable \"{}\" {{\ntype = {sort}\ndescription = {description}\n{hides}}}", asked.name));
        }
        if !self.made_locals.is_empty() {
            let values: Vec<String> = self.made_locals.iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
            blocks.push(format!("locals {{\n{}}}", values.concat()));
        }
        format!("{}\n", blocks.join("\n\n"))
    }

    /// Modules that are not local are somebody else's text.
    pub(super) fn modules(&mut self) {
        for (unit, one) in self.loaded.units.iter().enumerate() {
            for (number, text) in one.texts.iter().enumerate() {
                for block in text.body.get_blocks("module") {
                    let name = block.labels.first().map(BlockLabel::as_str).unwrap_or_default();
                    if one.calls.contains_key(name) {
                        continue;
                    }
                    if let Some(why) = one.circles.get(name) {
                        self.leave_out(unit, number, eval::range_of(&block.ident), format!("module.{name}"), why.clone());
                        continue;
                    }
                    let source = block.body.get_attribute("source").and_then(|source| source.value.as_str()).unwrap_or("?");
                    let why = format!("its source is `{source}`, which is not a folder here: use `--from-state`");
                    self.leave_out(unit, number, eval::range_of(&block.ident), format!("module.{name}"), why);
                }
            }
        }
    }
}
