//! What expressions refer to, as the policy names it. What is not part of the policy becomes a variable that somebody gives a value.

use super::Asked;
use super::repeat::Repeated;
use super::rewrite::{Step, enclosed, quoted, steps_text};
use super::standing::Standing;
use super::table;
use super::translator::{Here, Id, Resource, Translator};
use crate::kinds;
use crate::model::Value;
use crate::policy::eval::{self, Scope};
use hcl::edit::expr::Expression;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

/// How many expressions are put in place of others at most, so that a circle of locals or modules ends.
const DEEPEST: usize = 40;
/// How many references are looked at in such expressions.
const MOST: usize = 500_000;

impl<'a> Translator<'a> {
    /// What stands for a reference; none where it stays as it is.
    pub(super) fn reference(&mut self, root: &str, steps: &[Step], range: Range<usize>, here: &Here) -> Option<String> {
        self.inlined += usize::from(here.depth > 0);
        if here.depth > DEEPEST || self.inlined > MOST {
            return Some("null".to_owned());
        }
        if let Some(iterator) = here.iterators.iter().rev().find(|iterator| iterator.name == root).cloned() {
            let index = ("index".to_owned(), iterator.key.clone());
            let map = BTreeMap::from([("key".to_owned(), iterator.key), ("value".to_owned(), iterator.value), index]);
            return Some(generated(&map, steps));
        }
        match (root, steps) {
            ("var", [Step::Name(name), rest @ ..]) => self.variable(name, rest, &range, here),
            ("local", [Step::Name(name), rest @ ..]) => self.local(name, rest, &range, here),
            ("each", [Step::Name(part), rest @ ..]) => {
                if here.each.is_none() && part == "value" {
                    return self.value_of_map(rest, here);
                }
                let (key, value) = here.each.clone()?;
                let text = if part == "key" { key } else { value };
                Some(format!("{}{}", if rest.is_empty() { text.clone() } else { enclosed(&text) }, steps_text(rest)))
            }
            ("count", _) => {
                let key = here.each.as_ref().map_or("each.key", |(key, _)| key);
                let number = key.trim_matches('"');
                Some(if number.parse::<u32>().is_ok() { number.to_owned() } else { format!("tonumber({key})") })
            }
            ("path", [Step::Name(_)]) => {
                let prefix = self.unit(here.unit)?.prefix.trim_end_matches('_').to_owned();
                let is_module = matches!(steps, [Step::Name(name)] if name == "module");
                let folder = if prefix.is_empty() || !is_module { String::new() } else { format!("/{prefix}") };
                Some(if folder.is_empty() { "path.module".to_owned() } else { format!("\"${{path.module}}{folder}\"") })
            }
            ("data", [Step::Name(kind), Step::Name(label), rest @ ..]) => {
                let id = Id { unit: here.unit, kind: kind.clone(), label: label.clone() };
                Some(self.data(&id, rest, &range, here))
            }
            ("module", [Step::Name(name), rest @ ..]) => Some(self.output(name, rest, &range, here)),
            ("target" | "backstay", _) => None,
            (kind, [Step::Name(label), rest @ ..]) if kind.contains('_') => {
                let id = Id { unit: here.unit, kind: kind.to_owned(), label: label.clone() };
                Some(self.resource(&id, rest, &range, here))
            }
            _ => Some(self.unknown(root, steps, &range, here)),
        }
    }

    fn variable(&mut self, name: &str, rest: &[Step], range: &Range<usize>, here: &Here) -> Option<String> {
        let unit = self.unit(here.unit)?;
        let Some(call) = &unit.call else {
            self.variables.insert(name.to_owned());
            let place = self.place(here.unit, here.text, range.clone());
            self.first_uses.entry(format!("var.{name}")).or_insert(place);
            return None;
        };
        let declared = unit.texts.iter().enumerate().find_map(|(number, text)| {
            let mut blocks = text.body.get_blocks("variable");
            Some((number, blocks.find(|block| block.labels.first().is_some_and(|label| label.as_str() == name))?))
        });
        let default = declared.and_then(|(number, block)| Some((number, &block.body.get_attribute("default")?.value)));
        let (expr, inner) = match (call.argument(name), default) {
            (Some(expr), _) => (expr, Here { unit: call.unit, text: call.text, depth: here.depth + 1, ..here.clone() }),
            (None, Some((text, expr))) => (expr, Here { text, depth: here.depth + 1, ..here.clone() }),
            (None, None) => return Some(self.unknown("var", &[&[Step::Name(name.to_owned())], rest].concat(), range, here)),
        };
        let text = self.expression(expr, &inner);
        let is_simple = !matches!(expr, Expression::Object(_) | Expression::Array(_) | Expression::ForExpr(_))
            && !text.contains('\n')
            && text.len() < 60;
        if is_simple || self.is_within_repeated(here.unit) {
            return Some(format!("{}{}", enclosed(&text), steps_text(rest)));
        }
        let made = format!("{}{name}", unit.prefix);
        let has_optional = declared.and_then(|(number, block)| {
            let sort = block.body.get_attribute("type")?;
            Some(self.text(here.unit, number)?.text.get(eval::range_of(&sort.value))?.contains("optional("))
        });
        if has_optional == Some(true) {
            let place = self.place(here.unit, here.text, range.clone());
            let note = format!("{place}: `local.{made}` is the argument as the module is given it; what its type fills in is not in it");
            self.notes.insert(note);
        }
        if self.lacking.is_some() {
            return Some("null".to_owned());
        }
        self.made_locals.insert(made.clone(), text);
        Some(format!("local.{made}{}", steps_text(rest)))
    }

    fn local(&mut self, name: &str, rest: &[Step], range: &Range<usize>, here: &Here) -> Option<String> {
        let unit = self.unit(here.unit)?;
        if self.is_within_repeated(here.unit) {
            let found = self.find_local(here.unit, name)?;
            let text = self.expression(found.1, &Here { text: found.0, depth: here.depth + 1, ..here.clone() });
            return Some(format!("{}{}", enclosed(&text), steps_text(rest)));
        }
        if let Some(why) = self.refused.locals.get(&(here.unit, name.to_owned())) {
            let why = format!("`local.{name}` is left out: {why}");
            self.lack(why);
            return Some("null".to_owned());
        }
        let place = self.place(here.unit, here.text, range.clone());
        self.first_uses.entry(format!("local.{name}")).or_insert(place);
        self.locals.insert((here.unit, name.to_owned()));
        (!unit.prefix.is_empty()).then(|| format!("local.{}{name}{}", unit.prefix, steps_text(rest)))
    }

    /// Where a local is declared, and its expression.
    pub(super) fn find_local(&self, unit: usize, name: &str) -> Option<(usize, &'a Expression)> {
        self.loaded.units.get(unit)?.texts.iter().enumerate().find_map(|(number, text)| {
            let found = text.body.get_blocks("locals").find_map(|block| block.body.get_attribute(name));
            Some((number, &found?.value))
        })
    }

    fn data(&mut self, id: &Id, rest: &[Step], range: &Range<usize>, here: &Here) -> String {
        let found = self.data.get(id).cloned();
        let attribute = rest.iter().find_map(|step| if let Step::Name(name) = step { Some(name.as_str()) } else { None });
        let target = || found.as_ref().map(|found| (found.id.unit, found.block.body.get_attribute("provider").map(|of| &of.value)));
        let known = match (id.kind.as_str(), attribute) {
            ("aws_caller_identity", Some("account_id" | "id")) => {
                target().map(|(unit, provider)| self.target(unit, provider)).map(|target| self.account_of(&target))
            }
            ("aws_region", Some("name" | "region" | "id")) => {
                target().map(|(unit, provider)| self.target(unit, provider)).map(|target| self.region_of(&target))
            }
            ("aws_partition", Some("partition" | "id")) => Some(quoted("aws")),
            ("aws_partition", Some("dns_suffix")) => Some(quoted("amazonaws.com")),
            ("aws_iam_policy_document", Some("json" | "minified_json")) => {
                found.as_ref().and_then(|found| self.document(found, rest, here))
            }
            _ => found.as_ref().and_then(|found| self.looked_up(found, rest, here)),
        };
        let path = [&[Step::Name(id.kind.clone()), Step::Name(id.label.clone())], rest].concat();
        known.unwrap_or_else(|| self.unknown("data", &path, range, here))
    }

    /// A data source that looks up what the policy has, by name.
    fn looked_up(&mut self, found: &Resource<'_>, rest: &[Step], here: &Here) -> Option<String> {
        let [Step::Name(attribute)] = rest else { return None };
        let (name, expr) = table::name_of(&found.id.kind, &found.block.body)?;
        let text = self.expression(expr, &Here { depth: here.depth + 1, own: here.own.clone(), ..Here::of(found) });
        if attribute == name {
            return Some(enclosed(&text));
        }
        let target = self.target(found.id.unit, found.block.body.get_attribute("provider").map(|of| &of.value));
        // The path of a role is part of its ARN, and whoever looks a role up does not say it.
        (attribute == "arn" && found.id.kind != "aws_iam_role")
            .then(|| self.computed_arn(&found.id.kind, &found.block.body, &text, &target))
            .flatten()
    }

    fn output(&mut self, name: &str, rest: &[Step], range: &Range<usize>, here: &Here) -> String {
        let path = [&[Step::Name(name.to_owned())], rest].concat();
        let called = self.unit(here.unit).and_then(|unit| unit.calls.get(name).copied());
        let (index, rest) = match rest {
            [Step::Index(index, known), rest @ ..] => (Some((index.clone(), known.clone())), rest),
            rest => (None, rest),
        };
        let found = called.and_then(|unit| {
            let [Step::Name(output), rest @ ..] = rest else { return None };
            let (text, expr) = self.loaded.units.get(unit)?.texts.iter().enumerate().find_map(|(number, text)| {
                let mut blocks = text.body.get_blocks("output");
                let block = blocks.find(|block| block.labels.first().is_some_and(|label| label.as_str() == *output))?;
                Some((number, &block.body.get_attribute("value")?.value))
            })?;
            Some((unit, text, expr, rest))
        });
        let Some((unit, text, expr, rest)) = found else { return self.unknown("module", &path, range, here) };
        let each = match (self.unit_repeat(unit), index) {
            (None, None) => None,
            (Some(of), Some((index, known))) => Some(each_at(&of, &index, known.as_ref())),
            _ => return self.unknown("module", &path, range, here),
        };
        let inner = Here { unit, text, each, iterators: Vec::new(), depth: here.depth + 1, ..here.clone() };
        let text = self.expression(expr, &inner);
        format!("{}{}", if rest.is_empty() { text.clone() } else { enclosed(&text) }, steps_text(rest))
    }

    /// A reference to a resource.
    fn resource(&mut self, id: &Id, rest: &[Step], range: &Range<usize>, here: &Here) -> String {
        let path = [&[Step::Name(id.label.clone())], rest].concat();
        let Some(resource) = self.resources.get(id).cloned() else { return self.unknown(&id.kind, &path, range, here) };
        let (index, rest) = match rest {
            [first @ (Step::Index(..) | Step::Splat), rest @ ..] => (Some(first.clone()), rest),
            rest => (None, rest),
        };
        let found = if self.is_referable(id) {
            self.whole_reference(&resource, index.as_ref(), rest, here)
        } else {
            self.inlined(&resource, index.as_ref(), rest, here)
        };
        found.unwrap_or_else(|| self.unknown(&id.kind, &path, range, here))
    }

    fn whole_reference(&mut self, resource: &Resource<'a>, index: Option<&Step>, rest: &[Step], here: &Here) -> Option<String> {
        let id = &resource.id;
        let spec = kinds::spec(&id.kind)?;
        let label = self.label(id);
        let repeated = self.repeated(resource);
        let at = match (&repeated, index) {
            (Repeated::No, None) => String::new(),
            (Repeated::Module, None) => format!("[{}]", here.each.as_ref().map_or("each.key", |(key, _)| key)),
            (_, Some(Step::Splat)) => {
                let [Step::Name(attribute)] = rest else { return None };
                let renamed = table::referred(spec, attribute, &resource.block.body)?;
                return Some(format!("values({}.{label})[*].{renamed}", id.kind));
            }
            (Repeated::Count(_), Some(Step::Index(index, known))) => format!("[{}]", count_key(index, known.as_ref())),
            (Repeated::Each(_), Some(Step::Index(index, _))) => format!("[{index}]"),
            (Repeated::Each(_) | Repeated::Count(_), None) if rest.is_empty() => return Some(format!("{}.{label}", id.kind)),
            _ => return None,
        };
        let [Step::Name(attribute), rest @ ..] = rest else { return rest.is_empty().then(|| format!("{}.{label}{at}", id.kind)) };
        let renamed = table::referred(spec, attribute, &resource.block.body)?;
        let is_own = here.own.as_ref() == Some(id);
        if is_own || (here.computes && renamed == "arn") {
            return self.inlined(resource, index, &[Step::Name(renamed.to_owned())], here);
        }
        Some(format!("{}.{label}{at}.{renamed}{}", id.kind, steps_text(rest)))
    }

    /// What a resource that the policy does not own is known by: its name, its ARN where that can be told, and what it is given.
    fn inlined(&mut self, resource: &Resource<'a>, index: Option<&Step>, rest: &[Step], here: &Here) -> Option<String> {
        if (rest.is_empty() && index.is_none()) || matches!(index, Some(Step::Splat)) {
            return self.all_of(resource, rest, here);
        }
        let each = match (self.repeated(resource), index) {
            (Repeated::No, None) => None,
            (Repeated::Module, None) => here.each.clone(),
            (Repeated::Each(of) | Repeated::Count(of), Some(Step::Index(index, known))) => Some(each_at(&of, index, known.as_ref())),
            _ => return None,
        };
        self.inlined_at(resource, each, rest, here)
    }

    /// The same of one instance, by what `each` is in it.
    pub(super) fn inlined_at(
        &mut self,
        resource: &Resource<'_>,
        each: Option<(String, String)>,
        rest: &[Step],
        here: &Here,
    ) -> Option<String> {
        let [Step::Name(attribute), rest @ ..] = rest else { return None };
        let at = Here { each, own: here.own.clone(), computes: here.computes, depth: here.depth + 1, ..Here::of(resource) };
        let body = &resource.block.body;
        if let Some(host) = table::part_of(&resource.id.kind) {
            // A part of a bucket is known by the bucket.
            let is_name = [host.argument, "id", "bucket"].contains(&attribute.as_str());
            return is_name.then(|| body.get_attribute(host.argument)).flatten().map(|of| enclosed(&self.expression(&of.value, &at)));
        }
        let name = table::name_of(&resource.id.kind, body);
        if let Some((argument, expr)) = name
            && (attribute == argument || (attribute == "id" && table::id_is_name(&resource.id.kind)))
        {
            return Some(format!("{}{}", enclosed(&self.expression(expr, &at)), steps_text(rest)));
        }
        if attribute == "arn" {
            let text = self.expression(name?.1, &at);
            let is_protected = self.is_protected(resource) && !here.computes && here.own.as_ref() != Some(&resource.id);
            if is_protected && kinds::spec(&resource.id.kind).is_some_and(|spec| spec.arn("", "", "").is_some()) {
                let key = at.each.as_ref().map(|(key, _)| format!("[{key}]")).unwrap_or_default();
                return Some(format!("{}.{}{key}[{text}].arn", resource.id.kind, self.label(&resource.id)));
            }
            let target = self.target_of(resource);
            return self.computed_arn(&resource.id.kind, body, &text, &target);
        }
        let given = body.get_attribute(attribute)?;
        let text = self.expression(&given.value, &at);
        Some(format!("{}{}", enclosed(&text), steps_text(rest)))
    }

    /// Whether a `protect` block is about a resource.
    pub(super) fn is_protected(&self, resource: &Resource<'_>) -> bool {
        self.standing.get(&resource.id) == Some(&Standing::Settings) && self.is_written(&resource.id)
    }

    /// A variable in place of what is not in the policy.
    pub(super) fn unknown(&mut self, root: &str, steps: &[Step], range: &Range<usize>, here: &Here) -> String {
        let known = |step: &Step| match step {
            Step::Name(_) => true,
            Step::Index(_, value) => value.is_some(),
            Step::Splat => false,
        };
        let split = steps.iter().position(|step| !known(step)).unwrap_or(steps.len());
        let (named, rest) = steps.split_at(split);
        // What is behind a key that is not known is part of the name, so that each such map holds one thing.
        let behind = rest.iter().skip(1).filter(|step| matches!(step, Step::Name(_)));
        let parts = std::iter::once(root.to_owned()).chain(named.iter().chain(behind).map(|step| match step {
            Step::Name(name) => name.clone(),
            Step::Index(_, value) => value.as_ref().and_then(eval::to_text).unwrap_or_default(),
            Step::Splat => String::new(),
        }));
        let module = self.unit(here.unit).map(|unit| unit.prefix.clone()).unwrap_or_default();
        let whole: Vec<String> = parts.filter(|part| root != "var" || part != "var").collect();
        let name: String = format!("{module}{}", whole.join("_")).chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        let last = steps.iter().rev().find_map(|step| if let Step::Name(name) = step { Some(name.as_str()) } else { None });
        let (sort, index) = match rest.first() {
            Some(Step::Index(index, _)) => ("map(string)", format!("[{index}]")),
            Some(Step::Splat) => ("list(string)", String::new()),
            _ if root == "var" => ("any", String::new()),
            _ if last.is_some_and(|last| last.ends_with("arns") || last.ends_with("ids") || last.ends_with("names")) => {
                ("list(string)", String::new())
            }
            _ => ("string", String::new()),
        };
        let place = self.place(here.unit, here.text, range.clone());
        let of = format!("{root}{}", steps_text(steps));
        self.ask(name.clone(), sort, of, place);
        format!("var.{name}{index}")
    }

    /// Declares a variable that somebody must give.
    pub(super) fn ask(&mut self, name: String, sort: &'static str, of: String, place: crate::model::Position) {
        let asked = Asked { name: name.clone(), of, place };
        self.asked.entry(name).or_insert((asked, sort));
    }
}

/// What `each` is in one instance of a block that repeats.
fn each_at(of: &str, index: &str, known: Option<&Value>) -> (String, String) {
    match known {
        Some(Value::Number(_)) => (quoted(index), quoted(index)),
        Some(Value::String(text)) if of.starts_with("toset(") => (quoted(text), quoted(text)),
        _ if of.starts_with("toset(") => (index.to_owned(), index.to_owned()),
        _ => (index.to_owned(), format!("{}[{index}]", enclosed(of))),
    }
}

/// The key of an instance of a block that was counted.
fn count_key(index: &str, known: Option<&Value>) -> String {
    match known {
        Some(_) => quoted(index),
        None => match index.strip_prefix("tonumber(").and_then(|rest| rest.strip_suffix(')')) {
            Some(key) => key.to_owned(),
            None => format!("tostring({index})"),
        },
    }
}

/// What a generated block's iterator is: the value where it can be told, else the value with the steps behind it.
fn generated(iterator: &BTreeMap<String, Value>, steps: &[Step]) -> String {
    let text = format!("each{}", steps_text(steps));
    let whole = hcl::edit::parser::parse_body(&format!("x = {text}\n")).ok().and_then(|body| {
        let expr = body.get_attribute("x")?.value.clone();
        eval::evaluate(&expr, &Scope::new(Path::new(".")).with("each", Value::Map(iterator.clone()))).ok()
    });
    if let Some(value) = whole {
        return super::rewrite::literal(&value);
    }
    match steps {
        [Step::Name(part), rest @ ..] => {
            let value = iterator.get(part).map_or_else(|| "null".to_owned(), super::rewrite::literal);
            format!("({value}){}", steps_text(rest))
        }
        _ => super::rewrite::literal(&Value::Map(iterator.clone())),
    }
}
