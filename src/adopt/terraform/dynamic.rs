//! Blocks that Terraform generates: written out, where what they are generated from is known offline.

use super::translator::{Here, Iterator, Translator};
use crate::model::Value;
use crate::policy::eval::{self, Scope, Segment};
use crate::policy::types::Type;
use hcl::edit::expr::Expression;
use hcl::edit::structure::{Block, BlockLabel};
use std::collections::BTreeMap;

impl Translator<'_> {
    /// The iterators of the blocks that a `dynamic` block stands for.
    ///
    /// # Errors
    ///
    /// Why nobody knows offline which these are.
    pub(super) fn expanded(&mut self, block: &Block, here: &Here) -> Result<Vec<Iterator>, String> {
        let label = block.labels.first().map(BlockLabel::as_str).unwrap_or_default();
        let each = block.body.get_attribute("for_each").ok_or_else(|| format!("its `dynamic \"{label}\"` has no `for_each`"))?;
        let name = block
            .body
            .get_attribute("iterator")
            .and_then(|of| if let Expression::Variable(name) = &of.value { Some(name.as_str().to_owned()) } else { None });
        let name = name.unwrap_or_else(|| label.to_owned());
        let Some(value) = self.constant(&each.value, here) else {
            let text = self.slice(here, eval::range_of(&each.value)).trim();
            return Err(format!("its `dynamic \"{label}\"` is generated from `{text}`, which is not known offline: use `--from-state`"));
        };
        let uses_variable = eval::references(&each.value)
            .iter()
            .any(|reference| matches!(reference.path.first(), Some(Segment::Name(root)) if root == "var"));
        if uses_variable {
            let place = self.place(here.unit, here.text, eval::range_of(&block.ident));
            self.notes.insert(format!("{place}: the `{label}` blocks are written out for the values that the variables have now"));
        }
        let iterators = match value {
            Value::Map(map) => map.into_iter().map(|(key, value)| (Value::from(key), value)).collect::<Vec<_>>(),
            Value::Set(items) => items.into_iter().map(|item| (item.clone(), item)).collect(),
            Value::List(items) => items.into_iter().zip(0_i64..).map(|(item, at)| (Value::from(at), item)).collect(),
            other => return Err(format!("its `dynamic \"{label}\"` is generated from {}", other.type_name())),
        };
        Ok(iterators.into_iter().map(|(key, value)| Iterator { name: name.clone(), key, value }).collect())
    }

    /// The value of an expression, where it hangs on nothing but constants, locals and variables that have a value.
    pub(super) fn constant(&self, expr: &Expression, here: &Here) -> Option<Value> {
        self.constant_at(expr, here, 0)
    }

    fn constant_at(&self, expr: &Expression, here: &Here, depth: usize) -> Option<Value> {
        if depth > 20 {
            return None;
        }
        let unit = self.unit(here.unit)?;
        let mut variables = BTreeMap::new();
        let mut locals = BTreeMap::new();
        let iterators: BTreeMap<String, Value> = here
            .iterators
            .iter()
            .map(|one| {
                let parts = [("index", &one.key), ("key", &one.key), ("value", &one.value)];
                let map = parts.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
                (one.name.clone(), Value::Map(map))
            })
            .collect();
        for reference in eval::references(expr) {
            let (Some(Segment::Name(root)), name) = (reference.path.first(), reference.path.get(1)) else { return None };
            match (root.as_str(), name) {
                (root, _) if iterators.contains_key(root) => {}
                ("var", Some(Segment::Name(name))) if variables.contains_key(name) => {}
                ("local", Some(Segment::Name(name))) if locals.contains_key(name) => {}
                ("var", Some(Segment::Name(name))) => {
                    variables.insert(name.clone(), self.variable_value(here, name, depth)?);
                }
                ("local", Some(Segment::Name(name))) => {
                    let (text, expr) = self.find_local(here.unit, name)?;
                    let value = self.constant_at(expr, &Here { text, iterators: Vec::new(), ..here.clone() }, depth + 1)?;
                    locals.insert(name.clone(), value);
                }
                _ => return None,
            }
        }
        let mut scope = Scope::new(&unit.folder).with("var", Value::Map(variables)).with("local", Value::Map(locals));
        for (name, value) in iterators {
            scope = scope.with(name, value);
        }
        eval::evaluate(expr, &scope).ok().filter(|value| !value.has_unknown())
    }

    /// The value that a variable has, of its type, which can fill in what the value leaves out.
    fn variable_value(&self, here: &Here, name: &str, depth: usize) -> Option<Value> {
        let unit = self.unit(here.unit)?;
        let inner = |unit, text| Here { unit, text, iterators: Vec::new(), ..here.clone() };
        let declared = unit.texts.iter().enumerate().find_map(|(number, text)| {
            let mut blocks = text.body.get_blocks("variable");
            Some((number, blocks.find(|block| block.labels.first().is_some_and(|label| label.as_str() == name))?))
        });
        let given = if let Some(call) = &unit.call {
            call.argument(name).map(|given| self.constant_at(given, &inner(call.unit, call.text), depth + 1))
        } else {
            let values = self.loaded.values.iter().rev().find_map(|(_, text)| text.body.get_attribute(name));
            values.map(|value| eval::evaluate(&value.value, &Scope::new(&unit.folder)).ok())
        };
        let value = match given {
            Some(value) => value?,
            None => self.constant_at(&declared?.1.body.get_attribute("default")?.value, &inner(here.unit, declared?.0), depth + 1)?,
        };
        match declared.and_then(|(_, block)| Type::parse(&block.body.get_attribute("type")?.value).ok()) {
            Some(sort) => sort.convert(value).ok(),
            None => Some(value),
        }
    }
}
