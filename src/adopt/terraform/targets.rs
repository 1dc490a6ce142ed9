//! Providers as targets.

use super::rewrite::{is_identifier, quoted};
use super::translator::{Here, Resource, Translator};
use super::trivia::Items;
use super::units::Unit;
use crate::policy::eval;
use hcl::edit::Decorated;
use hcl::edit::expr::{Expression, ObjectKey, TraversalOperator};
use hcl::edit::structure::{Block, Structure};

/// The target of the provider without an alias.
pub(super) const MAIN: &str = "main";

/// What of a target something refers to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Used {
    /// Its account.
    pub(super) account: bool,
    /// Its region.
    pub(super) region: bool,
}

/// Arguments of a provider that say how it connects, and nothing of where.
const CONNECTS: [&str; 8] = ["alias", "region", "profile", "assume_role", "default_tags", "allowed_account_ids", "version", "ignore_tags"];

impl<'a> Translator<'a> {
    /// The target of a resource.
    pub(super) fn target_of(&mut self, resource: &Resource<'_>) -> String {
        let provider = resource.block.body.get_attribute("provider").map(|of| &of.value);
        let place = self.place(resource.id.unit, resource.text, eval::range_of(&resource.block.ident));
        let target = self.target_at(resource, provider);
        self.first_uses.entry(format!("target.{target}")).or_insert(place);
        target
    }

    fn target_at(&mut self, resource: &Resource<'_>, provider: Option<&Expression>) -> String {
        if let Some(region) = resource
            .block
            .body
            .get_attribute("region")
            .and_then(|region| region.value.as_str())
            .filter(|_| provider.is_none() && !self.loaded.is_state)
        {
            let name = region.replace('-', "_");
            self.used_targets.entry(name.clone()).or_default();
            return name;
        }
        self.target(resource.id.unit, provider)
    }

    /// The target that a provider becomes, as it is named in a unit; of the default one where none is.
    pub(super) fn target(&mut self, unit: usize, provider: Option<&Expression>) -> String {
        let mut alias = provider.and_then(alias_of);
        let mut at = self.unit(unit);
        while let Some(call) = at.and_then(|unit: &'a Unit| unit.call.as_ref()) {
            alias = handed(&call.block, alias.as_deref());
            at = self.unit(call.unit);
        }
        let name = alias.unwrap_or_else(|| MAIN.to_owned());
        self.used_targets.entry(name.clone()).or_default();
        name
    }

    /// The account of a target as an expression.
    pub(super) fn account_of(&mut self, target: &str) -> String {
        self.used_targets.entry(target.to_owned()).or_default().account = true;
        format!("target.{target}.account_id")
    }

    /// The region of a target as an expression.
    pub(super) fn region_of(&mut self, target: &str) -> String {
        self.used_targets.entry(target.to_owned()).or_default().region = true;
        format!("target.{target}.region")
    }

    /// The provider that a target stands for.
    fn provider(&self, target: &str) -> Option<(usize, &'a Block)> {
        self.loaded.units.first()?.texts.iter().enumerate().find_map(|(number, text)| {
            let mut blocks =
                text.body.get_blocks("provider").filter(|block| block.labels.first().is_some_and(|label| label.as_str() == "aws"));
            let alias = |block: &&Block| {
                block
                    .body
                    .get_attribute("alias")
                    .and_then(|alias| alias.value.as_str().map(str::to_owned))
                    .unwrap_or_else(|| MAIN.to_owned())
            };
            Some((number, blocks.find(|block| alias(block) == target)?))
        })
    }

    fn provider_here(text: usize) -> Here {
        Here { unit: 0, text, each: None, iterators: Vec::new(), own: None, computes: true, depth: 0 }
    }

    /// The tags that the provider of a resource puts on everything, as an expression.
    pub(super) fn default_tags(&mut self, resource: &Resource<'_>) -> Option<String> {
        let target = self.target_of(resource);
        let (text, block) = self.provider(&target)?;
        let tags = block.body.get_blocks("default_tags").next()?.body.get_attribute("tags")?;
        let outer = self.lacking.take();
        let value = self.expression(&tags.value, &Self::provider_here(text));
        let why = std::mem::replace(&mut self.lacking, outer);
        if let Some(why) = why {
            self.leave_out(0, text, eval::range_of(&tags.key), "provider aws, `default_tags`", why);
            return None;
        }
        if value == "{}" {
            return None;
        }
        let name = if target == MAIN { "default_tags".to_owned() } else { format!("default_tags_{target}") };
        let taken = self.find_local(0, &name).is_some();
        let name = if taken { format!("provider_{name}") } else { name };
        self.made_locals.insert(name.clone(), value);
        Some(format!("local.{name}"))
    }

    /// The blocks of the targets that something uses.
    pub(super) fn targets(&mut self) -> Vec<String> {
        let mut blocks = Vec::new();
        let all: Vec<String> = self.used_targets.keys().cloned().collect();
        for name in all {
            let items = self.target_items(&name);
            blocks.push(items.block(&format!("target \"{name}\"")));
        }
        blocks
    }

    fn target_items(&mut self, name: &str) -> Items {
        let mut items = Items::default();
        let used = self.used_targets.get(name).copied().unwrap_or_default();
        let mut has = (false, false);
        let found = self.provider(name);
        if let Some((text, block)) = found {
            let here = Self::provider_here(text);
            if let Some(region) = block.body.get_attribute("region") {
                let region = self.expression(&region.value, &here);
                items.push(format!("region = {region}"));
                has.0 = true;
            }
            if let Some(account) = self.guard(block, &here) {
                items.push(format!("account_id = {account}"));
                has.1 = true;
            }
            if let Some(profile) = block.body.get_attribute("profile") {
                let profile = self.expression(&profile.value, &here);
                items.push(format!("profile = {profile}"));
            }
            self.role(block, text, &mut items);
            self.connects(block, text, name);
        } else if name != MAIN && name.contains('_') && name.ends_with(|c: char| c.is_ascii_digit()) {
            items.push(format!("region = {}", quoted(&name.replace('_', "-"))));
            has.0 = true;
        }
        let place = found.map(|(text, block)| self.place(0, text, eval::range_of(&block.ident)));
        let place = place.unwrap_or_else(|| self.first_use(&format!("target.{name}")));
        if used.region && !has.0 {
            let variable = if name == MAIN { "region".to_owned() } else { format!("{name}_region") };
            let variable = self.unused_variable(variable);
            self.ask(variable.clone(), "string", format!("the region of `target.{name}`"), place.clone());
            items.push(format!("region = var.{variable}"));
        }
        if used.account && !has.1 {
            // Providers without a role are all of the account of the credentials.
            let has_role = found
                .is_some_and(|(_, block)| block.body.get_blocks("assume_role").next().is_some() || block.body.has_attribute("profile"));
            let variable = if has_role && name != MAIN { format!("{name}_account_id") } else { "account_id".to_owned() };
            let variable = self.unused_variable(variable);
            self.ask(variable.clone(), "string", format!("the account of `target.{name}`"), place);
            items.push(format!("account_id = var.{variable}"));
        }
        items
    }

    fn unused_variable(&self, name: String) -> String {
        if self.variables.contains(&name) { format!("aws_{name}") } else { name }
    }

    /// The only account that a provider may reach.
    fn guard(&mut self, block: &Block, here: &Here) -> Option<String> {
        if let Some(Expression::Array(accounts)) = block.body.get_attribute("allowed_account_ids").map(|of| &of.value) {
            let mut accounts = accounts.iter();
            if let (Some(only), None) = (accounts.next(), accounts.next()) {
                return Some(self.expression(only, here));
            }
        }
        let role = block.body.get_blocks("assume_role").next()?.body.get_attribute("role_arn")?;
        let account = role.value.as_str()?.split(':').nth(4)?.to_owned();
        (account.len() == 12 && account.chars().all(|c| c.is_ascii_digit())).then(|| quoted(&account))
    }

    fn role(&mut self, block: &Block, text: usize, items: &mut Items) {
        let here = Self::provider_here(text);
        for role in block.body.get_blocks("assume_role") {
            let mut inner = Items::default();
            for structure in &role.body {
                let Structure::Attribute(attribute) = structure else { continue };
                let name = attribute.key.as_str();
                if ["role_arn", "external_id", "session_name"].contains(&name) {
                    let value = self.expression(&attribute.value, &here);
                    inner.push(format!("{name} = {value}"));
                } else {
                    self.leave_out(
                        0,
                        text,
                        eval::range_of(&attribute.key),
                        format!("provider aws, `assume_role.{name}`"),
                        "a target's role has no such argument",
                    );
                }
            }
            if !inner.is_empty() {
                items.push(inner.block("assume_role"));
            }
        }
    }

    fn connects(&mut self, block: &Block, text: usize, name: &str) {
        if self.loaded.is_state {
            return;
        }
        for structure in &block.body {
            let (argument, range) = match structure {
                Structure::Attribute(attribute) => (attribute.key.as_str(), eval::range_of(&attribute.key)),
                Structure::Block(block) => (block.ident.as_str(), eval::range_of(&block.ident)),
            };
            if !CONNECTS.contains(&argument) {
                let what = format!("provider aws ({name}), `{argument}`");
                self.leave_out(
                    0,
                    text,
                    range,
                    what,
                    "how the provider connects: set it in the environment, as for any AWS tool, where it is needed",
                );
            }
        }
    }
}

/// The alias of `aws.west`; none of `aws`.
fn alias_of(provider: &Expression) -> Option<String> {
    match provider {
        Expression::Traversal(traversal) => match traversal.operators.first().map(Decorated::value) {
            Some(TraversalOperator::GetAttr(alias)) => Some(alias.as_str().to_owned()),
            _ => None,
        },
        // Old configurations have it in quotes.
        Expression::String(text) => text.value().split_once('.').map(|(_, alias)| alias.to_owned()).filter(|alias| is_identifier(alias)),
        _ => None,
    }
}

/// What the caller of a module calls the provider that the module knows by an alias.
fn handed(call: &Block, alias: Option<&str>) -> Option<String> {
    let own = alias.map_or_else(|| "aws".to_owned(), |alias| format!("aws.{alias}"));
    let Some(Expression::Object(providers)) = call.body.get_attribute("providers").map(|of| &of.value) else {
        return alias.map(str::to_owned);
    };
    let found = providers.iter().find(|(key, _)| match key {
        ObjectKey::Ident(name) => name.as_str() == own,
        ObjectKey::Expression(key) => key_text(key) == own,
    });
    match found {
        Some((_, provider)) => alias_of(provider.expr()),
        None => alias.map(str::to_owned),
    }
}

fn key_text(key: &Expression) -> String {
    match key {
        Expression::Traversal(_) => alias_of(key).map_or_else(|| "aws".to_owned(), |alias| format!("aws.{alias}")),
        Expression::String(text) => text.value().clone(),
        Expression::Variable(name) => name.as_str().to_owned(),
        _ => String::new(),
    }
}
