//! Settings of buckets as configurations of the provider before version 4 have them: in the bucket itself.

use super::body::Level;
use super::table;
use super::translator::{Here, Resource, Translator};
use super::trivia::{Item, Items};
use crate::kinds;
use crate::model::KindSpec;
use crate::policy::eval;
use hcl::edit::expr::{Expression, ObjectKey};
use hcl::edit::structure::{Block, BlockLabel};

/// What is translated, and what is told.
const BLOCKS: [&str; 5] =
    ["versioning", "lifecycle_rule", "server_side_encryption_configuration", "object_lock_configuration", "replication_configuration"];

/// The name of a block, or of those that it generates.
fn name_of(block: &Block) -> &str {
    let generated = block.labels.first().map(BlockLabel::as_str).filter(|_| block.ident.as_str() == "dynamic");
    generated.unwrap_or_else(|| block.ident.as_str())
}

/// Whether a bucket says anything in itself.
pub(super) fn is_inline(block: &Block) -> bool {
    block.body.blocks().any(|block| BLOCKS.contains(&name_of(block)))
}

/// Whether a bucket says in itself how objects are locked.
pub(super) fn is_locked(block: &Block) -> bool {
    block.body.blocks().any(|block| name_of(block) == "object_lock_configuration")
}

impl<'a> Translator<'a> {
    /// Adds what a bucket says in itself. In a state that is what others say of it once more.
    pub(super) fn inline(&mut self, resource: &Resource<'a>, items: &mut Items) {
        let Some(spec) = kinds::spec(table::BUCKET).filter(|_| resource.id.kind == table::BUCKET && !self.loaded.is_state) else { return };
        let here = Here { computes: true, ..Here::of(resource) };
        for block in resource.block.body.blocks().filter(|block| BLOCKS.contains(&name_of(block))) {
            let level = Level { resource, spec, table: String::new(), at: name_of(block).to_owned(), is_quiet: false };
            for (content, here) in self.contents(block, &level, &here) {
                let text = self.inline_block(resource, &content, &here, spec, (name_of(block), items.items.len()));
                items.items.extend(text.map(|text| Item { lead: "\n".to_owned(), text, tail: String::new() }));
            }
        }
    }

    /// One of these blocks, of a name and in a place.
    fn inline_block(
        &mut self,
        resource: &Resource<'a>,
        block: &Block,
        here: &Here,
        spec: &'static KindSpec,
        (name, number): (&str, usize),
    ) -> Option<String> {
        let level = |table: &str, at: &str| Level { resource, spec, table: table.to_owned(), at: at.to_owned(), is_quiet: false };
        match name {
            "lifecycle_rule" => self.rule(resource, block, &level(name, name), here, number),
            "versioning" => self.old_versioning(resource, block, here),
            "server_side_encryption_configuration" => {
                let rule = block.body.get_blocks("rule").next()?;
                Some(self.encryption(rule, &level("server_side_encryption", "server_side_encryption_configuration.rule"), here))
            }
            "object_lock_configuration" => {
                let rule = block.body.get_blocks("rule").next();
                let items = rule.map(|rule| self.items(rule, &level("object_lock", "object_lock_configuration.rule"), here));
                Some(items.unwrap_or_default().block("object_lock"))
            }
            _ => {
                let what = format!("{}, `{name}`", self.address(&resource.id));
                let why = "in the bucket itself it is of the provider before version 4: give it a resource of its own";
                self.leave_out(here.unit, here.text, eval::range_of(&block.ident), what, why);
                None
            }
        }
    }

    fn old_versioning(&mut self, resource: &Resource<'a>, block: &Block, here: &Here) -> Option<String> {
        let mut items = Items::default();
        for attribute in block.body.attributes() {
            let value = self.slice(here, eval::range_of(&attribute.value)).trim().to_owned();
            let name = attribute.key.as_str();
            let why = match (name, value.as_str()) {
                ("enabled", "true" | "\"true\"") => {
                    items.push("status = \"Enabled\"");
                    continue;
                }
                ("mfa_delete", "false") => continue,
                ("enabled", "false") => {
                    "that nobody ever turned versioning on needs no block, and whether somebody did only the state knows"
                }
                // The provider leaves a bucket alone that nobody ever turned it on for, and a policy that says `Suspended` would not: AWS never
                // takes a bucket back to where it was before.
                ("enabled", _) => "whether it is on hangs on an expression, and off is not the same as suspended: write `status` yourself",
                _ => "only the root user of the account can turn it on",
            };
            let what = format!("{}, `versioning.{name}`", self.address(&resource.id));
            self.leave_out(here.unit, here.text, eval::range_of(&attribute.key), what, why);
        }
        (!items.is_empty()).then(|| items.block("versioning"))
    }

    /// The filter of a rule that has none, but a prefix, or tags, of its own: AWS keeps the same of both.
    pub(super) fn first_generation_filter(&mut self, block: &Block, here: &Here) -> Option<String> {
        if block.body.get_blocks("filter").next().is_some() {
            return None;
        }
        let prefix = block.body.get_attribute("prefix").map(|prefix| self.expression(&prefix.value, here));
        let prefix = prefix.filter(|prefix| prefix != "\"\"" && prefix != "null");
        let tags = block.body.get_attribute("tags").filter(|tags| !matches!(&tags.value, Expression::Object(tags) if tags.is_empty()));
        let text = match (prefix, tags.map(|tags| &tags.value)) {
            (None, None) => return None,
            (Some(prefix), None) => format!("prefix = {prefix}"),
            (None, Some(Expression::Object(tags))) if tags.len() == 1 => {
                let (key, value) = tags.iter().next()?;
                let key = match key {
                    ObjectKey::Ident(name) => super::rewrite::quoted(name.as_str()),
                    ObjectKey::Expression(key) => self.expression(key, here),
                };
                let value = self.expression(value.expr(), here);
                format!("tag {{\nkey = {key}\nvalue = {value}\n}}")
            }
            (prefix, Some(tags)) => {
                let tags = self.expression(tags, here);
                let prefix = prefix.map(|prefix| format!("prefix = {prefix}\n")).unwrap_or_default();
                format!("and {{\n{prefix}tags = {tags}\n}}")
            }
        };
        Some(format!("filter {{\n{text}\n}}"))
    }
}
