//! A state as the configuration that would give it: literal values, and references where one thing names another.

use super::alike;
use super::hidden::{self, hide};
use super::rewrite::{object_key, quoted};
use super::table;
use super::units::{Loaded, Unit};
use crate::kinds;
use crate::model::{Code, Diagnostic, Ownership, Position};
use crate::policy::load::read_text;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Arguments whose texts are documents, shown as such.
pub(super) const DOCUMENTS: [&str; 6] = ["policy", "filter_policy", "redrive_policy", "delivery_policy", "event_pattern", "dashboard_body"];

/// Attributes that only tell what the thing is, or that stand for another that is there too.
pub(super) const TOLD: [&str; 3] = ["tags_all", "region", "is_enabled"];

/// The files of the policy, by how the kinds begin.
const AREAS: [(&str, &str); 7] = [
    ("aws_backup_", "backup.hcl"),
    ("aws_cloudwatch_log_", "protect.hcl"),
    ("aws_cloudwatch_", "alerts.hcl"),
    ("aws_sns_", "alerts.hcl"),
    ("aws_db_event_", "alerts.hcl"),
    ("aws_scheduler_", "schedules.hcl"),
    ("aws_dlm_", "schedules.hcl"),
];

/// How long a list or an object may be that stands on one line, in bytes.
const LONGEST_LINE: usize = 70;

/// A resource of the state.
pub(super) struct Stated {
    pub(super) kind: String,
    pub(super) label: String,
    pub(super) address: String,
    pub(super) values: Map<String, Value>,
    /// Its account and region, where its own ARN tells them.
    pub(super) place: Option<(String, String)>,
    /// Its key in a block of several.
    pub(super) key: Option<String>,
    /// Whether that block is written in its place.
    pub(super) is_first: bool,
    /// The arguments of that block that differ.
    pub(super) varying: Vec<String>,
    /// The argument that is the key.
    pub(super) name_argument: &'static str,
}

impl Stated {
    /// How others refer to it.
    fn reference(&self) -> String {
        let key = self.key.as_ref().map(|key| format!("[{}]", quoted(key))).unwrap_or_default();
        format!("{}.{}{key}", self.kind, self.label)
    }
}

/// Reads what `terraform show -json` printed.
pub(super) fn load(file: &Path) -> Loaded {
    let mut loaded = Loaded { is_state: true, ..Loaded::default() };
    let text = match read_text(file) {
        Ok(text) => text,
        Err(problem) => {
            loaded.problems.push(problem.help("give a file that holds what `terraform show -json` printed"));
            return loaded;
        }
    };
    let wrong = |what: String| Diagnostic::error(Code::Syntax, what).help("write the file with `terraform show -json > state.json`");
    let json: Value = match serde_json::from_str(&text) {
        Ok(json) => json,
        Err(error) => {
            loaded.problems.push(wrong(format!("{} is not JSON: {error}", file.display())));
            return loaded;
        }
    };
    let root = json.get("values").or_else(|| json.get("planned_values")).and_then(|values| values.get("root_module"));
    let Some(root) = root else {
        let what = if json.get("serial").is_some() { "a raw state file" } else { "no state" };
        loaded.problems.push(wrong(format!("{} is {what}, and not what `terraform show -json` prints", file.display())));
        return loaded;
    };
    let mut all = Vec::new();
    resources(root, &mut all, &mut BTreeSet::new(), &mut loaded.hidden);
    let places = Places::new(&text, file);
    alike::join(&mut all);
    for one in &all {
        let address = format!("{}.{}", one.kind, one.label);
        if one.key.is_some() {
            *loaded.together.entry(address.clone()).or_default() += usize::from(!one.is_first);
        }
        if !one.is_first {
            continue;
        }
        loaded.places.insert(address, (one.address.clone(), places.of(&one.address)));
    }
    let written = Written::new(&all);
    let mut files: BTreeMap<&str, String> = BTreeMap::from([("backstay.hcl", written.providers())]);
    for one in all.iter().filter(|one| one.is_first) {
        let area = AREAS.iter().find(|(start, _)| one.kind.starts_with(start)).map_or("protect.hcl", |(_, file)| file);
        files.entry(area).or_default().push_str(&written.resource(one));
    }
    let places: Vec<(String, String)> = all.iter().filter_map(|one| written.place(one)).collect();
    let (accounts, regions) = places.into_iter().unzip();
    let variables = alike::with_variables(&mut files, &accounts, &regions);
    if let Some(text) = files.get_mut("backstay.hcl") {
        for (_, declared) in &variables {
            text.push_str(declared);
        }
    }
    let mut texts = Vec::new();
    for (out, text) in files {
        texts.extend(loaded.parsed(file.display().to_string(), text, out.to_owned()));
    }
    let folder = file.parent().unwrap_or_else(|| Path::new(".")).to_owned();
    loaded.units.push(Unit {
        prefix: String::new(),
        address: String::new(),
        folder,
        texts,
        call: None,
        calls: BTreeMap::new(),
        circles: BTreeMap::new(),
    });
    loaded
}

/// Where a text has the addresses of resources.
struct Places<'t> {
    text: &'t str,
    file: &'t Path,
    /// Where each address stands first, by its JSON.
    addresses: BTreeMap<&'t str, usize>,
    /// Where lines begin.
    lines: Vec<usize>,
}

impl<'t> Places<'t> {
    fn new(text: &'t str, file: &'t Path) -> Self {
        let mut addresses = BTreeMap::new();
        for (key, name) in text.match_indices("\"address\"") {
            let rest = text.get(key + name.len()..).unwrap_or_default().trim_start_matches([' ', ':']);
            let end = rest.match_indices('"').map(|(at, _)| at).skip(1).find(|at| !ends_escaped(rest.get(..*at).unwrap_or_default()));
            if let Some(json) = end.and_then(|end| rest.get(..=end)).filter(|json| json.starts_with('"')) {
                addresses.entry(json).or_insert(text.len() - rest.len());
            }
        }
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, file, addresses, lines }
    }

    fn of(&self, address: &str) -> Position {
        let at = self.addresses.get(Value::from(address).to_string().as_str()).copied().unwrap_or_default();
        let line = self.lines.partition_point(|start| *start <= at).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or_default();
        let column = self.text.get(start..at).unwrap_or_default().chars().count() + 1;
        Position { file: self.file.display().to_string(), line, column }
    }
}

/// Whether what follows a text is escaped in it.
fn ends_escaped(text: &str) -> bool {
    text.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1
}

fn resources(module: &Value, all: &mut Vec<Stated>, labels: &mut BTreeSet<(String, String)>, hidden: &mut BTreeMap<String, String>) {
    let items = |name: &str| module.get(name).and_then(Value::as_array).into_iter().flatten();
    for one in items("resources").filter(|one| one.get("mode").and_then(Value::as_str) != Some("data")) {
        let text = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (kind, address) = (text("type"), text("address"));
        let mut values = one.get("values").and_then(Value::as_object).cloned().unwrap_or_default();
        let mut label = label(&address, &kind);
        while !labels.insert((kind.clone(), label.clone())) {
            label.push('_');
        }
        if let Some(mirror) = one.get("sensitive_values").filter(|_| kinds::spec(&kind).is_some() || table::part_of(&kind).is_some()) {
            hide(&mut values, mirror, &address, &format!("{kind}_{label}"), hidden);
        }
        let is_own = kind != "aws_cloudwatch_event_target";
        let arn = values.get("arn").and_then(Value::as_str).filter(|_| is_own).unwrap_or_default();
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let place = match parts.as_slice() {
            [_, _, _, region, account, _] if !region.is_empty() && !account.is_empty() => {
                Some(((*account).to_owned(), (*region).to_owned()))
            }
            _ => None,
        };
        all.push(Stated { kind, label, address, values, place, key: None, is_first: true, varying: Vec::new(), name_argument: "" });
    }
    for child in items("child_modules") {
        resources(child, all, labels, hidden);
    }
}

/// The name of a resource's block: of `module.backup.aws_backup_vault.this["eu"]` it is `backup_this_eu`.
pub(super) fn label(address: &str, kind: &str) -> String {
    let without = address.replacen(&format!("{kind}."), "", 1).replace("module.", "");
    let name: String = without.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    let mut parts: Vec<&str> = name.split('_').filter(|part| !part.is_empty()).collect();
    parts.dedup();
    let name = parts.join("_");
    if name.starts_with(|c: char| c.is_ascii_digit() || c == '-') || name.is_empty() { format!("x_{name}") } else { name }
}

/// What is needed to write resources that name each other.
struct Written<'s> {
    all: &'s [Stated],
    /// The account and region of most things.
    usual: Option<(String, String)>,
    /// The resources of whole kinds by ARN.
    by_arn: BTreeMap<&'s str, &'s Stated>,
}

impl<'s> Written<'s> {
    fn new(all: &'s [Stated]) -> Self {
        let mut counts: BTreeMap<&(String, String), usize> = BTreeMap::new();
        for place in all.iter().filter_map(|one| one.place.as_ref()) {
            *counts.entry(place).or_default() += 1;
        }
        let usual = counts.into_iter().max_by_key(|(_, count)| *count).map(|(place, _)| place.clone());
        let is_whole = |one: &&Stated| kinds::spec(&one.kind).is_some_and(|spec| spec.ownership == Ownership::Whole);
        let own_arn = |one: &'s Stated| Some((one.values.get("arn").or_else(|| one.values.get("dashboard_arn"))?.as_str()?, one));
        let by_arn = all.iter().filter(is_whole).filter(|one| one.kind != "aws_cloudwatch_event_target").filter_map(own_arn).collect();
        Self { all, usual, by_arn }
    }

    /// The account and region of a thing: its own, else those of what it is a part of, else the usual ones.
    fn place(&self, one: &Stated) -> Option<(String, String)> {
        let region = one.values.get("region").and_then(Value::as_str).map(str::to_owned);
        let usual = || self.usual.clone().map(|(account, usual)| (account, region.clone().unwrap_or(usual)));
        one.place
            .clone()
            .or_else(|| region.is_none().then(|| self.whole_of(one).and_then(|whole| self.place(whole))).flatten())
            .or_else(usual)
    }

    /// What a thing is a part of.
    fn whole_of(&self, one: &Stated) -> Option<&'s Stated> {
        if let Some(part) = table::part_of(&one.kind) {
            let named = one.values.get(part.argument)?;
            return self
                .all
                .iter()
                .find(|other| other.kind == part.of && ["id", "arn", "bucket"].iter().any(|name| other.values.get(*name) == Some(named)));
        }
        let parent = kinds::spec(&one.kind)?.parent?;
        let named = one.values.get(parent.argument)?;
        let is_named = |other: &&Stated| ["id", "name"].iter().any(|name| other.values.get(*name) == Some(named));
        let mut found = self.all.iter().filter(|other| parent.kinds.contains(&other.kind.as_str())).filter(is_named);
        // Vaults of one name can be in several regions: the one that is written nearest to it in the same module is as good as any.
        let region = one.values.get("region").and_then(Value::as_str);
        let first = found.next()?;
        std::iter::once(first)
            .chain(found)
            .find(|other| region.is_none() || other.place.as_ref().is_none_or(|(_, of)| Some(of.as_str()) == region))
            .or(Some(first))
    }

    fn alias(place: &(String, String), many_accounts: bool) -> String {
        let region = place.1.replace('-', "_");
        if many_accounts { format!("{region}_{}", place.0) } else { region }
    }

    fn has_many_accounts(&self) -> bool {
        self.all.iter().filter_map(|one| one.place.as_ref()).map(|(account, _)| account).collect::<BTreeSet<_>>().len() > 1
    }

    fn providers(&self) -> String {
        let places: BTreeSet<(String, String)> = self.all.iter().filter_map(|one| self.place(one)).collect();
        let many = self.has_many_accounts();
        let provider = |place: &(String, String)| {
            let alias = if Some(place) == self.usual.as_ref() {
                String::new()
            } else {
                format!("  alias = {}\n", quoted(&Self::alias(place, many)))
            };
            format!("provider \"aws\" {{\n{alias}  region = {}\n  allowed_account_ids = [{}]\n}}\n", quoted(&place.1), quoted(&place.0))
        };
        places.iter().map(provider).collect()
    }

    fn resource(&self, one: &Stated) -> String {
        let mut out = format!("resource \"{}\" \"{}\" {{\n", one.kind, one.label);
        let is_known = kinds::spec(&one.kind).is_some() || table::part_of(&one.kind).is_some();
        if is_known {
            let place = self.place(one).filter(|place| Some(place) != self.usual.as_ref());
            if let Some(place) = place {
                out.push_str(&format!("  provider = aws.{}\n", Self::alias(&place, self.has_many_accounts())));
            }
            if one.key.is_some() {
                let members: Vec<&Stated> = self.all.iter().filter(|other| other.kind == one.kind && other.label == one.label).collect();
                let each = alike::each_text(&members, |of, name| self.argument(of, name, said(of, name), 1));
                out.push_str(&format!("  for_each = {each}\n"));
            }
            self.arguments(one, &one.values, 1, &mut out);
        }
        out.push_str("}\n\n");
        out
    }

    fn arguments(&self, one: &Stated, values: &Map<String, Value>, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        let has_policy = |one: &Stated| {
            self.all.iter().any(|other| {
                other.kind.ends_with("_topic_policy") && self.whole_of(other).is_some_and(|whole| whole.address == one.address)
            })
        };
        let mut named: Vec<(&String, &Value)> = values.iter().collect();
        named.sort_by_cached_key(|(name, value)| (is_blocks(value), rank(&one.kind, name)));
        for (name, value) in named {
            let is_told = depth == 1
                && (TOLD.contains(&name.as_str())
                    || (name == "id" && one.kind != table::FILE_SYSTEM)
                    || (name == "arn"
                        && value.as_str().and_then(|arn| self.by_arn.get(arn)).is_some_and(|other| other.address == one.address))
                    || (name == "policy" && one.kind == table::TOPIC && has_policy(one)));
            let is_zero = value.as_f64() == Some(0.0);
            let has_other = |other: &str| values.get(other).is_some_and(|other| !is_nothing(other));
            let is_unset = table::ZEROS.contains(&(one.kind.as_str(), name.as_str()))
                || table::ZEROS_BESIDE.iter().any(|(of, other)| name == of && has_other(other));
            if is_told || is_nothing(value) || (is_zero && is_unset) {
                continue;
            }
            let value = if depth == 1 && name == "tags" { values.get("tags_all").unwrap_or(value) } else { value };
            if depth == 1 && one.key.is_some() && (name == one.name_argument || one.varying.contains(name)) {
                let each = if name == one.name_argument { "key".to_owned() } else { format!("value.{name}") };
                out.push_str(&format!("{indent}{name} = each.{each}\n"));
                continue;
            }
            match value {
                Value::Array(items) if is_blocks(value) => {
                    for item in items.iter().filter_map(Value::as_object) {
                        out.push_str(&format!("{indent}{name} {{\n"));
                        self.arguments(one, item, depth + 1, out);
                        out.push_str(&format!("{indent}}}\n"));
                    }
                }
                other => out.push_str(&format!("{indent}{name} = {}\n", self.argument(one, name, other, depth))),
            }
        }
        // Some kinds say only all tags.
        if depth == 1
            && values.get("tags").is_none_or(is_nothing)
            && let Some(tags) = values.get("tags_all").filter(|tags| tags.as_object().is_some_and(|tags| !tags.is_empty()))
        {
            out.push_str(&format!("{indent}tags = {}\n", hcl(tags)));
        }
    }

    /// A value, or the reference that it is.
    fn argument(&self, one: &Stated, name: &str, value: &Value, depth: usize) -> String {
        let part = table::part_of(&one.kind).filter(|part| depth == 1 && part.argument == name);
        if let (Some(part), Some(whole)) = (part, self.whole_of(one)) {
            return format!("{}.{}", whole.reference(), if part.of == table::TOPIC { "arn" } else { "id" });
        }
        let parent = kinds::spec(&one.kind).and_then(|spec| spec.parent).filter(|parent| depth == 1 && parent.argument == name);
        if let (Some(parent), Some(whole)) = (parent, self.whole_of(one)) {
            return format!("{}.{}", whole.reference(), parent.attributes.first().unwrap_or(&"id"));
        }
        if let Some(text) = value.as_str() {
            if name == "target_vault_name"
                && let Some(vault) = self.all.iter().find(|other| {
                    other.kind == "aws_backup_vault" && other.values.get("name") == Some(value) && self.place(other) == self.place(one)
                })
            {
                return format!("{}.name", vault.reference());
            }
            if DOCUMENTS.contains(&name)
                && let Ok(document @ Value::Object(_)) = serde_json::from_str::<Value>(text)
            {
                return format!("jsonencode({})", document_text(&document, 1));
            }
        }
        self.referring(one, value)
    }

    fn referring(&self, one: &Stated, value: &Value) -> String {
        match value {
            Value::String(text) => match self.by_arn.get(text.as_str()).filter(|other| other.address != one.address) {
                Some(other) => format!("{}.arn", other.reference()),
                None => hcl(value),
            },
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| self.referring(one, item)).collect();
                let short = format!("[{}]", items.join(", "));
                if short.len() <= LONGEST_LINE { short } else { format!("[\n{},\n]", items.join(",\n")) }
            }
            other => hcl(other),
        }
    }
}

/// The value of an argument.
fn said<'v>(one: &'v Stated, name: &str) -> &'v Value {
    let all = (name == "tags").then(|| one.values.get("tags_all")).flatten();
    all.or_else(|| one.values.get(name)).unwrap_or(&Value::Null)
}

/// Whether a value is one of blocks.
pub(super) fn is_blocks(value: &Value) -> bool {
    value.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(Value::is_object))
}

/// Where an argument stands among others of a block: the name first, then as the kind's table has them.
fn rank(kind: &str, name: &str) -> (usize, usize) {
    let spec = kinds::spec(kind).or_else(|| kinds::spec(table::part_of(kind)?.of));
    let Some(spec) = spec else { return (2, 0) };
    let is_first = name == spec.name_argument || name.ends_with("rule_name") || name == "id" || name == "status";
    if is_first || spec.parent.is_some_and(|parent| parent.argument == name) {
        return (usize::from(name == "status"), usize::from(name != spec.name_argument));
    }
    let place = spec.settings.iter().position(|setting| setting.path.split('.').any(|part| part == name));
    (2, place.unwrap_or(usize::MAX))
}

/// Whether a value says nothing: the provider has an empty one in many places for what is not set.
pub(super) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A value as HCL, on one line.
pub(super) fn hcl(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(key, value)| format!("{} = {}", object_key(key), hcl(value))).collect();
            if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
        }
        Value::Array(items) => format!("[{}]", items.iter().map(hcl).collect::<Vec<_>>().join(", ")),
        Value::String(text) => hidden::variable(text).map_or_else(|| quoted(text), |name| format!("var.{name}")),
        other => other.to_string(),
    }
}

/// A document as HCL, one entry on a line where it is long.
fn document_text(value: &Value, depth: usize) -> String {
    let short = hcl(value);
    if short.len() <= LONGEST_LINE {
        return short;
    }
    let indent = "  ".repeat(depth);
    let closing = "  ".repeat(depth.saturating_sub(1));
    match value {
        Value::Object(map) => {
            let entries: Vec<String> =
                map.iter().map(|(key, value)| format!("{indent}{} = {}\n", object_key(key), document_text(value, depth + 1))).collect();
            format!("{{\n{}{closing}}}", entries.concat())
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| format!("{indent}{},\n", document_text(item, depth + 1))).collect();
            format!("[\n{}{closing}]", items.concat())
        }
        _ => short,
    }
}
