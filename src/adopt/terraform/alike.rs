//! Resources of a state that differ in little: one block with `for_each`, and variables for the account and region that all of it is in.

use super::rewrite::quoted;
use super::settings::common_label;
use super::state::{DOCUMENTS, Stated, TOLD, hcl, is_blocks, is_nothing, label};
use super::table;
use crate::kinds;
use crate::model::{KindSpec, Ownership};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// From so many on, resources that are alike become one block: as many as of live ones.
const ALIKE: usize = 4;

/// So many arguments may differ between them.
const VARYING: usize = 4;

/// From so many ARNs on, the account or region in them is a variable.
const REPEATED: usize = 2;

/// What a resource says that its kind knows, by argument.
fn said<'s>(one: &'s Stated, spec: &KindSpec) -> BTreeMap<&'s str, &'s Value> {
    let is_known = |name: &str| {
        name == spec.name_argument || spec.settings.iter().any(|setting| setting.path.split('.').next().is_some_and(|first| first == name))
    };
    let all = one.values.iter().filter(|(name, value)| is_known(name) && !TOLD.contains(&name.as_str()) && !is_nothing(value));
    all.map(|(name, value)| (name.as_str(), if name == "tags" { one.values.get("tags_all").unwrap_or(value) } else { value })).collect()
}

/// Joins what is alike: all members get the label of one block, each its key there, and the first what stands in the block.
pub(super) fn join(all: &mut [Stated]) {
    let mut buckets: BTreeMap<(String, String, String), Vec<usize>> = BTreeMap::new();
    for (at, one) in all.iter().enumerate() {
        let Some(spec) = kinds::spec(&one.kind).filter(|spec| can_join(spec)) else { continue };
        let said = said(one, spec);
        let is_key = said.get(spec.name_argument).and_then(|name| name.as_str()).is_some_and(is_key);
        if !is_key {
            continue;
        }
        // A document or a block that differs is another block's worth.
        let same = |(name, value): (&&str, &&Value)| if is_whole(name, value) { format!("{name} = {value}") } else { (*name).to_owned() };
        let region = one.values.get("region").map(Value::to_string).unwrap_or_default();
        let shape = said.iter().map(same).collect::<Vec<_>>().join("\n");
        buckets.entry((one.kind.clone(), format!("{:?} {region}", one.place), shape)).or_default().push(at);
    }
    let mut labels: BTreeSet<(String, String)> = all.iter().map(|one| (one.kind.clone(), one.label.clone())).collect();
    for ((kind, ..), members) in buckets.into_iter().filter(|(_, members)| members.len() >= ALIKE) {
        let Some(spec) = kinds::spec(&kind) else { continue };
        let Some(varying) = varying(all, &members, spec) else { continue };
        let label = free_label(all, &members, &kind, &mut labels);
        let mut first = true;
        for at in members {
            let Some(one) = all.get_mut(at) else { continue };
            let key = one.values.get(spec.name_argument).and_then(Value::as_str).unwrap_or_default().to_owned();
            one.label.clone_from(&label);
            one.key = Some(key);
            one.varying.clone_from(&varying);
            one.is_first = first;
            one.name_argument = spec.name_argument;
            first = false;
        }
    }
}

fn can_join(spec: &KindSpec) -> bool {
    // What has parts is named by them; topics have subscriptions.
    spec.ownership == Ownership::Whole && spec.parent.is_none() && spec.name != table::TOPIC && spec.name != "aws_cloudwatch_event_target"
}

fn is_whole(name: &str, value: &Value) -> bool {
    DOCUMENTS.contains(&name) || is_blocks(value)
}

/// Whether a name can be a key of `for_each`, which goes into an address.
fn is_key(name: &str) -> bool {
    !name.is_empty() && name.chars().count() <= 200 && name.chars().all(|c| c.is_ascii_alphanumeric() || " _.:=+-@".contains(c))
}

/// What differs between them; none where that is too much for one block, or one of them names another.
fn varying(all: &[Stated], members: &[usize], spec: &KindSpec) -> Option<Vec<String>> {
    let said: Vec<BTreeMap<&str, &Value>> = members.iter().filter_map(|at| all.get(*at)).map(|one| said(one, spec)).collect();
    let names: BTreeSet<&str> = said.iter().filter_map(|one| one.get(spec.name_argument)?.as_str()).collect();
    if names.len() < members.len() {
        return None;
    }
    let arns: BTreeSet<&str> = members.iter().filter_map(|at| all.get(*at)?.values.get("arn")?.as_str()).collect();
    let lengths: BTreeSet<usize> = arns.iter().map(|arn| arn.len()).collect();
    let names_one = |text: &str| {
        let mut starts = text.match_indices("arn:").filter_map(|(at, _)| text.get(at..));
        starts.any(|rest| lengths.iter().any(|length| rest.get(..*length).is_some_and(|arn| arns.contains(arn))))
    };
    let names_other = said.iter().any(|one| one.values().any(|value| names_one(&value.to_string())));
    let first = said.first()?;
    let differs =
        first.iter().filter(|(name, value)| **name != spec.name_argument && said.iter().any(|one| one.get(*name) != Some(*value)));
    let varying: Vec<String> = differs.map(|(name, _)| (*name).to_owned()).collect();
    (varying.len() <= VARYING && !names_other).then_some(varying)
}

/// The name that Terraform has for all of them, or what their names begin with.
fn free_label(all: &[Stated], members: &[usize], kind: &str, labels: &mut BTreeSet<(String, String)>) -> String {
    let addresses: BTreeSet<&str> =
        members.iter().filter_map(|at| all.get(*at)).map(|one| one.address.rsplit_once('[').map_or("", |(address, _)| address)).collect();
    let own: Vec<&str> = members.iter().filter_map(|at| all.get(*at)).map(|one| one.label.as_str()).collect();
    let mut wished = match addresses.iter().collect::<Vec<_>>().as_slice() {
        [only] if !only.is_empty() => label(only, kind),
        _ => common_label(&own),
    };
    for one in &own {
        labels.remove(&(kind.to_owned(), (*one).to_owned()));
    }
    while !labels.insert((kind.to_owned(), wished.clone())) {
        wished.push('_');
    }
    wished
}

/// The text with a variable in place of the account and the region in its ARNs, where all have the same and several are there; and what declares
/// the variables.
pub(super) fn with_variables(
    texts: &mut BTreeMap<&str, String>,
    accounts: &BTreeSet<String>,
    regions: &BTreeSet<String>,
) -> Vec<(String, String)> {
    let mut made = Vec::new();
    let sorts = [
        ("account_id", accounts, "The account that all of this is in.", true),
        ("region", regions, "The region that all of this is in.", false),
    ];
    for (name, values, doc, is_account) in sorts {
        let (Some(value), 1) = (values.first(), values.len()) else { continue };
        let part = format!(":{value}:");
        let new = format!(":${{var.{name}}}:");
        let count: usize = texts.values().map(|text| in_arns(text, |arn| arn.replacen(&part, &new, 1)).1).sum();
        if count < REPEATED {
            continue;
        }
        for text in texts.values_mut() {
            *text = in_arns(text, |arn| arn.replacen(&part, &new, 1)).0;
            let (old, list) = if is_account {
                (format!("allowed_account_ids = [{}]", quoted(value)), true)
            } else {
                (format!("  region = {}\n", quoted(value)), false)
            };
            let var = if list { format!("allowed_account_ids = [var.{name}]") } else { format!("  region = var.{name}\n") };
            *text = if text.starts_with("provider ") { text.replace(&old, &var) } else { std::mem::take(text) };
        }
        let text = format!("variable \"{name}\" {{\n  description = {}\n  type = string\n  default = {}\n}}\n", quoted(doc), quoted(value));
        made.push((name.to_owned(), text));
    }
    made
}

/// A text with its quoted ARNs changed, and how many were.
fn in_arns(text: &str, change: impl Fn(&str) -> String) -> (String, usize) {
    let mut out = String::new();
    let mut count = 0;
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("\"arn:") {
        out.push_str(before);
        let (arn, after) = behind.split_once('"').unwrap_or((behind, ""));
        // A key that is a template has to stand in parentheses, and what is escaped stands in a text.
        let is_value = !after.trim_start().starts_with('=') && !before.ends_with('\\') && !arn.ends_with('\\');
        let new = if is_value { change(arn) } else { arn.to_owned() };
        count += usize::from(new != arn);
        out.push_str(&format!("\"arn:{new}\""));
        rest = after;
    }
    out.push_str(rest);
    (out, count)
}

/// The `for_each` of a block of several: the set of their names, or a map of what differs.
pub(super) fn each_text(members: &[&Stated], value: impl Fn(&Stated, &str) -> String) -> String {
    let key = |one: &Stated| quoted(one.key.as_deref().unwrap_or_default());
    let is_plain = members.iter().all(|one| one.varying.is_empty());
    if is_plain {
        let keys: Vec<String> = members.iter().map(|one| hcl(&Value::from(one.key.clone().unwrap_or_default()))).collect();
        return format!("toset([\n{},\n])", keys.join(",\n"));
    }
    let entry = |one: &&Stated| {
        let own: Vec<String> = one.varying.iter().map(|name| format!("{name} = {}", value(one, name))).collect();
        format!("{} = {{ {} }}\n", key(one), own.join(", "))
    };
    format!("{{\n{}}}", members.iter().map(entry).collect::<String>())
}
