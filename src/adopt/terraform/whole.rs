//! Things that the policy describes whole: `resource` blocks of the same kind.

use super::body::Level;
use super::rewrite::is_plain_text;
use super::settings::kind_of;
use super::standing::Standing;
use super::table;
use super::translator::{Here, Id, Resource, Translator};
use super::trivia::{Item, Items};
use crate::kinds;
use crate::policy::eval;
use hcl::edit::expr::Expression;

impl<'a> Translator<'a> {
    /// Writes a `resource` block.
    pub(super) fn whole(&mut self, resource: &Resource<'a>) {
        let Some(spec) = kinds::spec(&resource.id.kind) else { return };
        let here = Here::of(resource);
        let mut items = self.items(resource.block, &Level::top(resource, spec, false), &here);
        if let Some(parent) = spec.parent
            && let Some(text) = self.parent_text(resource, spec)
        {
            let start = format!("{} ", parent.argument);
            if let Some(item) = items.items.iter_mut().find(|item| item.text.starts_with(&start)) {
                item.text = format!("{} = {text}", parent.argument);
            }
        }
        if spec.name_argument == "target_id" && !resource.block.body.has_attribute("target_id") {
            let place = self.place(resource.id.unit, resource.text, eval::range_of(&resource.block.ident));
            let name = format!("{}_{}_target_id", resource.id.kind, self.label(&resource.id));
            self.ask(name.clone(), "string", format!("{}.target_id", self.address(&resource.id)), place);
            items.items.insert(0, Item::of(format!("target_id = var.{name}")));
        }
        self.tags(resource, spec, &mut items);
        if spec.name == table::TOPIC {
            self.topic_parts(resource, &mut items);
        }
        let header = format!("resource \"{}\" \"{}\"", spec.name, self.label(&resource.id));
        // What is a part of a thing is found, and stays, with that.
        let mark = if spec.parent.is_none() { vec![Item::of("mark = false")] } else { Vec::new() };
        let text = self.with_head(resource, mark, items).block(&header);
        self.write(resource, &text);
    }

    /// The arguments that every block can have, before the others.
    pub(super) fn with_head(&mut self, resource: &Resource<'a>, more: Vec<Item>, items: Items) -> Items {
        let mut head: Vec<Item> = Vec::new();
        head.extend(self.each_of(resource).map(|each| Item::of(format!("for_each = {each}"))));
        let target = self.target_of(resource);
        head.push(Item::of(format!("target = target.{target}")));
        head.extend(more);
        let needed = self.depends_on(resource);
        let mut items = items;
        if let Some(first) = items.items.first_mut()
            && !first.lead.starts_with('\n')
        {
            first.lead.insert(0, '\n');
        }
        if !needed.is_empty() {
            items.items.push(Item { lead: "\n".to_owned(), text: format!("depends_on = [{}]", needed.join(", ")), tail: String::new() });
        }
        head.append(&mut items.items);
        Items { items: head, end: items.end }
    }

    /// The blocks that a resource waits for, as far as they are part of the policy.
    fn depends_on(&mut self, resource: &Resource<'a>) -> Vec<String> {
        let Some(Expression::Array(named)) = resource.block.body.get_attribute("depends_on").map(|of| &of.value) else { return Vec::new() };
        let here = Here::of(resource);
        let mut addresses = Vec::new();
        for expr in named {
            let text = self.slice(&here, eval::range_of(expr)).trim();
            let mut parts = text.split('.');
            let (Some(kind), Some(label)) = (parts.next(), parts.next()) else { continue };
            let label = label.split('[').next().unwrap_or(label);
            let mut id = Id { unit: resource.id.unit, kind: kind.to_owned(), label: label.to_owned() };
            if let Some(Standing::Part(host)) = self.standing.get(&id) {
                id = host.clone();
            }
            let is_there = self.is_referable(&id) || (self.standing.get(&id) == Some(&Standing::Settings) && self.is_written(&id));
            if is_there && id != resource.id {
                addresses.push(format!("{}.{}", kind_of(&id), self.label(&id)));
            } else if !is_there {
                let what = format!("{}, `depends_on`", self.address(&resource.id));
                self.leave_out(resource.id.unit, resource.text, eval::range_of(expr), what, format!("`{text}` is not part of the policy"));
            }
        }
        addresses.sort();
        addresses.dedup();
        addresses
    }

    /// Merges the provider's default tags in, as Terraform puts them on.
    fn tags(&mut self, resource: &Resource<'a>, spec: &'static crate::model::KindSpec, items: &mut Items) {
        let has_tags = spec.settings.iter().any(|setting| setting.path == "tags") && !table::UNTAGGED.contains(&spec.name);
        let Some(defaults) = self.default_tags(resource).filter(|_| has_tags) else { return };
        match items.items.iter_mut().find(|item| item.text.starts_with("tags ") || item.text.starts_with("tags=")) {
            Some(item) => {
                let own = item.text.split_once('=').map_or("{}", |(_, own)| own.trim());
                item.text = format!("tags = merge({defaults}, {own})");
            }
            None => items.push_argument(format!("tags = {defaults}")),
        }
    }
}

/// The expression as a name of a thing in a selector: patterns have no meaning in Terraform, so what looks like one cannot be a name.
pub(super) fn is_name(text: &str) -> bool {
    !is_plain_text(text) || !text.contains(['*', '?'])
}
