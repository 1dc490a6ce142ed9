//! Policy documents that Terraform assembles: written out as JSON.

use super::rewrite::{Step, object_key};
use super::translator::{Here, Resource, Translator};
use super::trivia::Items;
use hcl::edit::expr::Expression;
use hcl::edit::structure::{Block, BlockLabel, Body, Structure};
use std::collections::BTreeMap;

/// Arguments of a statement, and what they are called in the document.
const ARGUMENTS: [(&str, &str); 6] = [
    ("sid", "Sid"),
    ("effect", "Effect"),
    ("actions", "Action"),
    ("not_actions", "NotAction"),
    ("resources", "Resource"),
    ("not_resources", "NotResource"),
];

impl Translator<'_> {
    /// The document as a call of `jsonencode`; none where parts of it are not known here.
    pub(super) fn document(&mut self, found: &Resource<'_>, rest: &[Step], here: &Here) -> Option<String> {
        let body = &found.block.body;
        let repeats = body.has_attribute("for_each") || body.has_attribute("count");
        if repeats || !matches!(rest, [Step::Name(_)]) {
            return None;
        }
        let mut statements = Vec::new();
        let at = Here { unit: found.id.unit, text: found.text, depth: here.depth + 1, ..here.clone() };
        for structure in body {
            match structure {
                Structure::Attribute(attribute) if ["version", "policy_id"].contains(&attribute.key.as_str()) => {}
                Structure::Attribute(_) => return None,
                Structure::Block(block) => {
                    for (body, at) in self.generated(block, "statement", &at)? {
                        statements.push(self.statement(&body, &at)?);
                    }
                }
            }
        }
        let version =
            body.get_attribute("version").map_or_else(|| "\"2012-10-17\"".to_owned(), |version| self.expression(&version.value, &at));
        Some(format!("jsonencode({{\nVersion = {version}\nStatement = [\n{}\n]\n}})", statements.join(",\n")))
    }

    /// A block of a name, or what a dynamic one stands for.
    fn generated(&mut self, block: &Block, name: &str, here: &Here) -> Option<Vec<(Body, Here)>> {
        if block.ident.as_str() == name {
            return Some(vec![(block.body.clone(), here.clone())]);
        }
        if block.ident.as_str() != "dynamic" || block.labels.first().map(BlockLabel::as_str) != Some(name) {
            return None;
        }
        let content = block.body.get_blocks("content").next()?.body.clone();
        let each = self.expanded(block, here).ok()?.into_iter().map(|iterator| {
            let mut inner = here.clone();
            inner.iterators.push(iterator);
            (content.clone(), inner)
        });
        Some(each.collect())
    }

    fn statement(&mut self, body: &Body, here: &Here) -> Option<String> {
        let mut items = Items::default();
        let mut principals: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
        let mut conditions: BTreeMap<String, Vec<String>> = BTreeMap::new();
        if !body.has_attribute("effect") {
            items.push("Effect = \"Allow\"");
        }
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let (_, name) = ARGUMENTS.iter().find(|(of, _)| *of == attribute.key.as_str())?;
                    let text = self.expression(&attribute.value, here);
                    items.push(format!("{name} = {text}"));
                }
                Structure::Block(block) => {
                    let name = block.labels.first().map_or(block.ident.as_str(), |label| label.as_str());
                    for (body, at) in self.generated(block, name, here)? {
                        let text = |of: &mut Self, name: &str| body.get_attribute(name).map(|value| of.expression(&value.value, &at));
                        match name {
                            "principals" | "not_principals" => {
                                let key = if name == "principals" { "Principal" } else { "NotPrincipal" };
                                principals.entry(key).or_default().push((text(self, "type")?, text(self, "identifiers")?));
                            }
                            "condition" => {
                                let operator = key_of(body.get_attribute("test").map(|name| &name.value)?, &text(self, "test")?);
                                let variable = key_of(&body.get_attribute("variable")?.value, &text(self, "variable")?);
                                let values = text(self, "values")?;
                                conditions.entry(operator).or_default().push(format!("{variable} = {values}"));
                            }
                            _ => return None,
                        }
                    }
                }
            }
        }
        for (key, named) in principals {
            let is_anybody = named.iter().any(|(sort, _)| sort == "\"*\"");
            if is_anybody {
                items.push(format!("{key} = \"*\""));
                continue;
            }
            let named: Vec<String> = named.into_iter().map(|(sort, who)| format!("{} = {who}", sort.trim_matches('"'))).collect();
            items.push(format!("{key} = {{ {} }}", named.join(", ")));
        }
        if !conditions.is_empty() {
            let tests: Vec<String> =
                conditions.into_iter().map(|(test, variables)| format!("{test} = {{ {} }}", variables.join(", "))).collect();
            items.push(format!("Condition = {{\n{}\n}}", tests.join("\n")));
        }
        Some(format!("{{\n{}}}", items.written()))
    }
}

/// An expression as the key of an object.
fn key_of(expr: &Expression, text: &str) -> String {
    expr.as_str().map_or_else(|| format!("({text})"), object_key)
}
