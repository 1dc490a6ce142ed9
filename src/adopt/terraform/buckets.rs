//! Buckets: Terraform has a resource for each sort of setting, the policy one block.

use super::body::Level;
use super::inline;
use super::settings::rule_label;
use super::table;
use super::translator::{Here, Resource, Translator};
use super::trivia::{Item, Items};
use crate::kinds;
use crate::policy::eval;
use hcl::edit::structure::{Block, BlockLabel, Structure};

impl<'a> Translator<'a> {
    /// The settings of a bucket, from its own resource and those that are about it.
    pub(super) fn bucket(&mut self, resource: &Resource<'a>) -> Items {
        let mut all = Items::default();
        let parts = self.parts_of(&resource.id);
        let is_locked = parts.iter().any(|part| part.id.kind.ends_with("_object_lock_configuration")) || inline::is_locked(resource.block);
        if let Some(lock) = resource.block.body.get_attribute("object_lock_enabled")
            && !is_locked
        {
            let here = Here::of(resource);
            match self.expression(&lock.value, &here).as_str() {
                "true" => all.push("object_lock {}"),
                "false" => {}
                other => {
                    let what = format!("{}, `object_lock_enabled`", self.address(&resource.id));
                    let why = format!("whether it is on hangs on `{other}`, and a block is there or not");
                    self.leave_out(resource.id.unit, resource.text, eval::range_of(&lock.key), what, why);
                }
            }
        }
        self.inline(resource, &mut all);
        let own = table::part_of(&resource.id.kind).map(|_| resource.clone());
        for part in own.into_iter().chain(parts) {
            let lead = self.comments_above(part.id.unit, part.text, eval::range_of(&part.block.ident).start);
            let mut items = self.bucket_part(&part);
            if let Some(first) = items.items.first_mut()
                && part.id != resource.id
            {
                first.lead = format!("\n{lead}{}", first.lead.trim_start_matches('\n'));
            }
            all.items.extend(items.items);
            if part.id != resource.id {
                self.translated += 1;
            }
        }
        all
    }

    fn bucket_part(&mut self, part: &Resource<'a>) -> Items {
        let here = Here { computes: true, ..Here::of(part) };
        let mut items = Items::default();
        for structure in &part.block.body {
            match structure {
                Structure::Attribute(attribute) => {
                    let value = |of: &mut Self| of.expression(&attribute.value, &here);
                    match attribute.key.as_str() {
                        "role" => {
                            let role = value(self);
                            items.push(format!("replication_role = {role}"));
                        }
                        "transition_default_minimum_object_size" => {
                            let size = value(self);
                            items.push(format!("transition_default_minimum_object_size = {size}"));
                        }
                        "bucket" | "for_each" | "count" | "provider" | "depends_on" | "object_lock_enabled" => {}
                        other => {
                            if !self.loaded.is_state {
                                let what = format!("{}, `{other}`", self.address(&part.id));
                                self.leave_out(
                                    part.id.unit,
                                    part.text,
                                    eval::range_of(&attribute.key),
                                    what,
                                    "it has no meaning in a policy",
                                );
                            }
                        }
                    }
                }
                Structure::Block(block) => self.bucket_block(part, block, &here, &mut items),
            }
        }
        if part.id.kind.ends_with("_object_lock_configuration") && !items.items.iter().any(|item| item.text.starts_with("object_lock ")) {
            items.push("object_lock {}");
        }
        items
    }

    fn bucket_block(&mut self, part: &Resource<'a>, block: &Block, here: &Here, items: &mut Items) {
        let Some(spec) = kinds::spec(table::BUCKET) else { return };
        let name = if block.ident.as_str() == "dynamic" {
            block.labels.first().map(BlockLabel::as_str).unwrap_or_default()
        } else {
            block.ident.as_str()
        };
        let sort = part.id.kind.trim_start_matches("aws_s3_bucket_");
        let to = match (sort, name) {
            ("versioning", "versioning_configuration") => "versioning",
            ("lifecycle_configuration", "rule") => "lifecycle_rule",
            ("replication_configuration", "rule") => "replication_rule",
            ("object_lock_configuration", "rule") => "object_lock",
            ("server_side_encryption_configuration", "rule") => "server_side_encryption",
            _ => return,
        };
        let level = Level { resource: part, spec, table: to.to_owned(), at: name.to_owned(), is_quiet: false };
        let lead = self.comments_above_within(part, block);
        for (content, here) in self.contents(block, &level, here) {
            let text = match to {
                "lifecycle_rule" | "replication_rule" => self.rule(part, &content, &level, &here, items.items.len()),
                "server_side_encryption" => Some(self.encryption(&content, &level, &here)),
                "versioning" => self.versioning(part, &content, &level, &here),
                _ => Some(self.items(&content, &level, &here).block(to)),
            };
            items.items.extend(text.map(|text| Item { lead: format!("\n{lead}"), text, tail: String::new() }));
        }
    }

    fn comments_above_within(&self, part: &Resource<'a>, block: &Block) -> String {
        let Some(text) = self.text(part.id.unit, part.text) else { return String::new() };
        let start = eval::range_of(&block.ident).start;
        let before = part.block.body.iter().map(super::translator::end_of).filter(|end| *end <= start).max();
        before.map(|before| super::trivia::gap(&text.text, before..start).lead.trim_start_matches('\n').to_owned()).unwrap_or_default()
    }

    /// A rule, as one of exactly its id.
    pub(super) fn rule(&mut self, part: &Resource<'a>, block: &Block, level: &Level<'_>, here: &Here, number: usize) -> Option<String> {
        let what = format!("{}, `rule`", self.address(&part.id));
        let range = eval::range_of(&block.ident);
        let is_replication = level.table == "replication_rule";
        if is_replication && block.body.has_attribute("prefix") && !self.is_empty_text(block, "prefix", here) {
            self.leave_out(
                here.unit,
                here.text,
                range,
                what,
                "its `prefix` outside of a `filter` is of the first generation of rules, which copies delete markers too: write `filter { prefix = … }`",
            );
            return None;
        }
        let Some(id) = block.body.get_attribute("id").map(|id| self.expression(&id.value, here)) else {
            self.leave_out(
                here.unit,
                here.text,
                range,
                what,
                "it has no `id`: AWS makes one up, and only the state knows it: use `--from-state`",
            );
            return None;
        };
        let mut items = self.items(block, level, here);
        items.items.retain(|item| !item.text.starts_with("id ") && !item.text.starts_with("id=") && !item.text.starts_with("prefix "));
        items.items.insert(0, Item::of(format!("id = {id}")));
        let filter = if is_replication { None } else { self.first_generation_filter(block, here) };
        if let Some(filter) = filter {
            items.push_argument(filter);
        }
        if let Some(days) = block.body.get_attribute("abort_incomplete_multipart_upload_days") {
            let days = self.expression(&days.value, here);
            items.push(format!("abort_incomplete_multipart_upload {{\ndays_after_initiation = {days}\n}}"));
        }
        Some(items.block(&format!("{} \"{}\"", level.table, rule_label(&id, number))))
    }

    fn is_empty_text(&mut self, block: &Block, name: &str, here: &Here) -> bool {
        block.body.get_attribute(name).is_some_and(|given| self.expression(&given.value, here) == "\"\"")
    }

    pub(super) fn encryption(&mut self, block: &Block, level: &Level<'_>, here: &Here) -> String {
        let mut items = Items::default();
        for inner in block.body.get_blocks("apply_server_side_encryption_by_default") {
            items.items.extend(self.items(inner, level, here).items);
        }
        if let Some(key) = block.body.get_attribute("bucket_key_enabled") {
            let key = self.expression(&key.value, here);
            items.push(format!("bucket_key_enabled = {key}"));
        }
        items.block("server_side_encryption")
    }

    /// Versioning; `Disabled` is what a bucket has that nobody ever gave any, and cannot be declared.
    fn versioning(&mut self, part: &Resource<'a>, block: &Block, level: &Level<'_>, here: &Here) -> Option<String> {
        let status = block.body.get_attribute("status").map(|status| self.expression(&status.value, here));
        if status.as_deref() == Some("\"Disabled\"") {
            let what = format!("{}, `versioning_configuration`", self.address(&part.id));
            self.leave_out(
                here.unit,
                here.text,
                eval::range_of(&block.ident),
                what,
                "`Disabled` is that nobody ever turned versioning on, which needs no block",
            );
            return None;
        }
        Some(self.items(block, level, here).block("versioning"))
    }
}
