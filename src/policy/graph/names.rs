//! What a reference means, and what to say of one that means nothing.

use super::{Evaluator, Node};
use crate::kinds;
use crate::model::Value;
use crate::policy::compounds;
use crate::policy::eval::{self, Reference, Segment};

impl Evaluator<'_, '_> {
    /// The node that a reference means; none for names that are always there. A variable without a usable value is a broken node of its own.
    pub(super) fn meaning(&mut self, reference: &Reference, has_each: bool) -> Result<Option<Node>, (String, Option<String>)> {
        let Some(Segment::Name(root)) = reference.path.first() else { return Ok(None) };
        if root == "path" || self.within.as_ref().is_some_and(|within| within.roots.contains_key(root)) {
            return Ok(None);
        }
        let name = match reference.path.get(1) {
            Some(Segment::Name(name) | Segment::Index(Some(Value::String(name)))) => Some(name.as_str()),
            _ => None,
        };
        // Most references are to what is there; only a wrong one needs the list of all names.
        match (root.as_str(), name) {
            ("local", Some(name)) if self.blocks.locals.contains_key(name) => return Ok(Some(Node::Local(name.to_owned()))),
            ("target", Some(name)) if self.blocks.targets.contains_key(name) => return Ok(Some(Node::Target(name.to_owned()))),
            ("tier", Some(name)) if self.blocks.tiers.contains_key(name) => return Ok(Some(Node::Tier(name.to_owned()))),
            ("organization", Some(name)) if self.blocks.organizations.contains_key(name) => {
                return Ok(Some(Node::Organization(name.to_owned())));
            }
            _ => {}
        }
        let known: Vec<&str> = match root.as_str() {
            "var" => return self.variable(name),
            "each" => return each(has_each),
            "backstay" => return Ok(self.blocks.backstay.map(|_| Node::Backstay)),
            "local" => self.blocks.locals.keys().map(String::as_str).collect(),
            "target" => self.blocks.targets.keys().map(String::as_str).collect(),
            "organization" => self.blocks.organizations.keys().map(String::as_str).collect(),
            "tier" => self.blocks.tiers.keys().map(String::as_str).collect(),
            kind if kinds::find(kind).is_some() || compounds::find(kind).is_some() => return self.thing(kind, name),
            _ => return Err((format!("nothing is named `{root}`"), Some(root_help(root)))),
        };
        let Some(name) = name else { return Err(whole(root, &known)) };
        let help =
            eval::suggestion(name, known.iter().copied()).unwrap_or_else(|| format!("declare it, or use one of: {}", listed(&known)));
        Err((format!("`{root}.{name}` is not declared"), Some(help)))
    }

    fn variable(&mut self, name: Option<&str>) -> Result<Option<Node>, (String, Option<String>)> {
        let known: Vec<&str> = self.blocks.variables.keys().map(String::as_str).collect();
        let Some(name) = name else { return Err(whole("var", &known)) };
        if self.variables.known.contains_key(name) && !self.variables.broken.contains(name) {
            return Ok(None);
        }
        if self.variables.broken.contains(name) {
            // Its problem is told already; whoever uses it is skipped.
            let node = Node::Local(format!("var.{name}"));
            self.broken.insert(node.clone());
            return Ok(Some(node));
        }
        let help = eval::suggestion(name, known.iter().copied()).unwrap_or_else(|| format!("declare it: `variable \"{name}\" {{}}`"));
        Err((format!("`var.{name}` is not declared"), Some(help)))
    }

    fn thing(&self, kind: &str, name: Option<&str>) -> Result<Option<Node>, (String, Option<String>)> {
        if let Some(name) = name
            && self.blocks.things.contains_key(&(kind.to_owned(), name.to_owned()))
        {
            return Ok(Some(Node::Thing(kind.to_owned(), name.to_owned())));
        }
        let known: Vec<&str> = self.blocks.things.keys().filter(|(of, _)| of == kind).map(|(_, name)| name.as_str()).collect();
        let Some(name) = name else { return Err(whole(kind, &known)) };
        let help = eval::suggestion(name, known.iter().copied()).unwrap_or_else(|| format!("declared of this kind: {}", listed(&known)));
        Err((format!("`{kind}.{name}` is not declared"), Some(help)))
    }
}

fn each(has_each: bool) -> Result<Option<Node>, (String, Option<String>)> {
    let help = "add `for_each = …` to the block".to_owned();
    if has_each { Ok(None) } else { Err(("`each` is known only in a block with `for_each`".to_owned(), Some(help))) }
}

fn root_help(root: &str) -> String {
    let compounds = compounds::specs().map(|spec| spec.table.name);
    let kinds: Vec<&str> = kinds::all().map(|kind| kind.spec().name).chain(compounds).collect();
    let known = ["var", "local", "organization", "target", "tier", "each", "path", "backstay"].into_iter().chain(kinds);
    eval::suggestion(root, known)
        .unwrap_or_else(|| "values are named `var.NAME`, `local.NAME`, `target.NAME` or `KIND.NAME`; text goes into quotes".to_owned())
}

fn whole(root: &str, known: &[&str]) -> (String, Option<String>) {
    (format!("`{root}` must be followed by a name"), Some(format!("declared: {}", listed(known))))
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}
