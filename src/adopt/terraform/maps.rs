//! References to all instances of a block that repeats and that the policy does not own: as a map, or all values of an attribute.

use super::rewrite::{Step, literal, quoted};
use super::standing::Standing;
use super::table;
use super::translator::{Here, Id, Resource, Translator};
use crate::model::Value;
use crate::policy::eval;
use hcl::edit::Decorated;
use hcl::edit::expr::{Expression, ForExpr, FuncCall, Traversal, TraversalOperator};

/// How many blocks may repeat by each other.
const DEEPEST: usize = 20;

/// From so many instances on, they are not written out.
const MANY: usize = 8;

impl<'a> Translator<'a> {
    /// The resource that a `for_each` names as a whole, where the policy has no such block to refer to.
    fn map_named(&self, each: &Expression, unit: usize) -> Option<Resource<'a>> {
        let (kind, label) = whole_name(each)?;
        let id = Id { unit, kind, label };
        let found = self.resources.get(&id).filter(|found| found.block.body.has_attribute("for_each"))?;
        (self.standing.get(&id) != Some(&Standing::Whole)).then(|| found.clone())
    }

    /// The `for_each` of which a `for_each` has the keys: its own, or that of the resource that it names.
    pub(super) fn origin_of_keys(&self, each: &'a Expression, here: &Here) -> Option<(&'a Expression, Here)> {
        let mut found = (each, here.clone());
        for _ in 0..DEEPEST {
            let Some(named) = self.map_named(found.0, found.1.unit) else { return Some(found) };
            let expr = &named.block.body.get_attribute("for_each")?.value;
            found = (expr, Here { depth: here.depth + 1, ..Here::of(&named) });
        }
        None
    }

    /// What `each.value` is in a block that repeats as another does: of the instance of that other.
    pub(super) fn value_of_map(&mut self, rest: &[Step], here: &Here) -> Option<String> {
        let own = self.resources.get(here.own.as_ref()?)?;
        let named = self.map_named(&own.block.body.get_attribute("for_each")?.value, own.id.unit)?;
        let each = Some(("each.key".to_owned(), "each.value".to_owned()));
        let text = self.inlined_at(&named, each, rest, here);
        if text.is_none() {
            let address = self.address(&named.id);
            self.lack(format!("what it takes of each `{address}` only the state knows: use `--from-state`"));
        }
        text
    }

    /// All things that a repeated block of somebody else's stands for, by key; with an attribute, those of it.
    pub(super) fn all_of(&mut self, resource: &Resource<'a>, rest: &[Step], here: &Here) -> Option<String> {
        let of = self.each_of(resource)?;
        if here.computes && rest.is_empty() {
            return None;
        }
        let is_set = of.starts_with("toset(");
        let value = if is_set { "key" } else { "value" };
        if !rest.is_empty() {
            let few = self.few_instances(resource);
            if let Some(few) = few.filter(|_| rest.len() == 1) {
                let each = few.into_iter().map(|each| self.inlined_at(resource, Some(each), rest, here));
                return Some(format!("[{}]", each.collect::<Option<Vec<_>>>()?.join(", ")));
            }
            let text = self.inlined_at(resource, Some(("key".to_owned(), value.to_owned())), rest, here)?;
            let names = if is_set { "key" } else { "key, value" };
            return Some(format!("[for {names} in {of} : {text}]"));
        }
        if !self.is_protected(resource) {
            return None;
        }
        let at = Here { each: Some(("key".to_owned(), value.to_owned())), own: None, depth: here.depth + 1, ..Here::of(resource) };
        let (argument, expr) = table::name_of(&resource.id.kind, &resource.block.body)?;
        let name = self.expression(expr, &at);
        let mut thing = format!("{}.{}[key][{name}]", resource.id.kind, self.label(&resource.id));
        // What Terraform calls the name is asked for further out, where nobody sees of what.
        let id = table::id_is_name(&resource.id.kind).then_some("id");
        let names = [Some(argument), id].into_iter().flatten().filter(|name| *name != "name");
        let names: Vec<String> = names.map(|called| format!("{called} = {name}")).collect();
        if !names.is_empty() {
            thing = format!("merge({thing}, {{ {} }})", names.join(", "));
        }
        Some(format!("{{ for key, value in {of} : key => {thing} }}"))
    }

    /// What `each` is in each instance, where they are few and written out.
    fn few_instances(&self, resource: &Resource<'a>) -> Option<Vec<(String, String)>> {
        let body = &resource.block.body;
        let expr = ["for_each", "count"].iter().find_map(|name| body.get_attribute(name)).map(|given| &given.value)?;
        let here = Here::of(resource);
        if !eval::references(expr).is_empty() {
            return None;
        }
        let all: Vec<(String, String)> = match self.constant(expr, &here)? {
            Value::Set(items) => items.iter().filter_map(Value::as_str).map(|key| (quoted(key), quoted(key))).collect(),
            Value::Map(map) => map.iter().map(|(key, value)| (quoted(key), literal(value))).collect(),
            count => {
                let number = count.as_i64().filter(|number| usize::try_from(*number).is_ok_and(|number| number < MANY))?;
                (0..number).map(|at| (quoted(&at.to_string()), quoted(&at.to_string()))).collect()
            }
        };
        (all.len() < MANY).then_some(all)
    }

    /// All values of an attribute: `values(KIND.NAME)[*].ATTRIBUTE`.
    pub(super) fn all_values(&mut self, of: &Traversal, here: &Here) -> Option<String> {
        let Expression::FuncCall(call) = &of.expr else { return None };
        let [TraversalOperator::FullSplat(_) | TraversalOperator::AttrSplat(_), TraversalOperator::GetAttr(attribute)] =
            of.operators.iter().map(Decorated::value).collect::<Vec<_>>().as_slice()
        else {
            return None;
        };
        self.all_named(only_argument(call, "values")?, attribute.as_str(), here)
    }

    /// The same as a loop: `[for one in KIND.NAME : one.ATTRIBUTE]`.
    pub(super) fn all_looped(&mut self, of: &ForExpr, here: &Here) -> Option<String> {
        let Expression::Traversal(value) = &of.value_expr else { return None };
        let Expression::Variable(root) = &value.expr else { return None };
        let [attribute] = value.operators.as_slice() else { return None };
        let TraversalOperator::GetAttr(attribute) = attribute.value() else { return None };
        let is_plain = of.key_expr.is_none() && of.cond.is_none() && root.as_str() == of.intro.value_var.as_str();
        if !is_plain {
            return None;
        }
        self.all_named(&of.intro.collection_expr, attribute.as_str(), here)
    }

    fn all_named(&mut self, all: &Expression, attribute: &str, here: &Here) -> Option<String> {
        let named = self.map_named(all, here.unit)?;
        self.all_of(&named, &[Step::Name(attribute.to_owned())], here)
    }
}

/// The kind and name of a resource that an expression names as a whole.
fn whole_name(expr: &Expression) -> Option<(String, String)> {
    match expr {
        Expression::Traversal(traversal) if traversal.operators.len() == 1 => super::standing::referred_block(expr),
        _ => None,
    }
}

fn only_argument<'e>(call: &'e FuncCall, name: &str) -> Option<&'e Expression> {
    let mut args = call.args.iter();
    let only = args.next().filter(|_| call.name.name.as_str() == name && call.name.namespace.is_empty())?;
    args.next().is_none().then_some(only)
}
