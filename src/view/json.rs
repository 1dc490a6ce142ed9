//! A plan as Terraform's plan representation, so that tools which read `terraform show -json` read it too; what is ours stands
//! under the key `backstay`.
//!
//! Source of the form: <https://developer.hashicorp.com/terraform/internals/json-format>, compared with what Terraform 1.11.4 prints.
//! What could not be read is in none of Terraform's parts, where it would look fine, but in `backstay.gaps` and `backstay.unknown`.

use super::Specs;
use super::escape::is_hidden;
use super::modules;
use super::nested::Nested;
use super::ours::ours;
use super::rows::Rows;
use crate::model::{Action, ArnForm, Change, KindSpec, Plan, Reading, Value, Verb, path};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// The version of Terraform's plan representation.
const FORMAT_VERSION: &str = "1.2";
/// The version of Terraform whose representation this follows; tools refuse a plan without one. It is not the version of anything
/// that ran.
const TERRAFORM_VERSION: &str = "1.11.4";
/// Where tools look the provider up.
const PROVIDER: &str = "hashicorp/aws";

/// A plan in Terraform's plan representation.
pub fn plan(plan: &Plan, specs: Specs) -> Json {
    let known = || plan.actions.iter().filter(|action| action.verb != Verb::Unknown);
    let planned = known().filter(|action| action.verb != Verb::Delete);
    let planned = planned.map(|action| (action, resource(action, &after(action, specs(&action.id.kind)), specs)));
    let prior = known().filter(|action| action.verb != Verb::Create);
    let prior = prior.map(|action| (action, resource(action, &before(action, specs(&action.id.kind)), specs)));
    json!({
        "format_version": FORMAT_VERSION,
        "terraform_version": TERRAFORM_VERSION,
        "planned_values": { "root_module": modules::values(planned) },
        "resource_changes": known().map(|action| resource_change(action, specs)).collect::<Vec<_>>(),
        "prior_state": {
            "format_version": "1.0",
            "terraform_version": TERRAFORM_VERSION,
            "values": { "root_module": modules::values(prior) },
        },
        "configuration": configuration(plan, specs),
        "timestamp": plan.read_at.to_string(),
        "applyable": plan.has_changes() && !plan.is_refused(),
        "complete": plan.is_complete(),
        "errored": false,
        "backstay": ours(plan, specs),
    })
}

/// Prints JSON with every control and hidden character as `\uXXXX`: the same value, and harmless on a terminal.
pub fn print(json: &Json) -> String {
    without_hidden(&format!("{json:#}"))
}

/// Prints as [`print()`] does what need not be held as JSON first.
pub fn print_as(value: &impl Serialize) -> String {
    // What views serialise has names for keys and no failing part.
    without_hidden(&serde_json::to_string_pretty(value).unwrap_or_default())
}

/// Prints as [`print_as()`] does so many levels, and each thing within them on a line of its own.
pub(super) fn print_rows(value: &impl Serialize, levels: usize) -> String {
    let mut out = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Rows::new(levels));
    // As above; a vector takes all that is written.
    let _ = value.serialize(&mut serializer);
    without_hidden(&String::from_utf8(out).unwrap_or_default())
}

/// Prints JSON as [`print()`] does, in one line: tools that read `terraform show -json` may take the first line of several for a remark.
pub fn print_line(json: &Json) -> String {
    without_hidden(&json.to_string())
}

fn without_hidden(printed: &str) -> String {
    let mut out = String::new();
    // Outside strings JSON has no hidden character but the line breaks of the indentation.
    for line in printed.lines() {
        if line.chars().any(is_hidden) {
            line.chars().for_each(|character| push_escaped(&mut out, character));
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}

/// Adds a character as JSON shows it: a hidden one as `\\uXXXX`.
pub(super) fn push_escaped(out: &mut String, character: char) {
    if !is_hidden(character) {
        out.push(character);
        return;
    }
    for unit in character.encode_utf16(&mut [0; 2]) {
        put!(out, "\\u{unit:04x}");
    }
}

fn head(action: &Action) -> Map<String, Json> {
    let mut head = Map::new();
    head.insert("address".to_owned(), json!(action.address));
    if let Some(compound) = action.compound() {
        head.insert("module_address".to_owned(), json!(compound));
    }
    head.insert("mode".to_owned(), json!("managed"));
    head.insert("type".to_owned(), json!(action.id.kind));
    head.insert("name".to_owned(), json!(action.label()));
    if let Some(index) = &action.index {
        head.insert("index".to_owned(), json!(index));
    }
    head.insert("provider_name".to_owned(), json!(PROVIDER));
    head
}

fn resource(action: &Action, values: &BTreeMap<&str, Value>, specs: Specs) -> Json {
    let mut resource = head(action);
    resource.insert("schema_version".to_owned(), json!(0));
    resource.insert("values".to_owned(), nested(values, specs(&action.id.kind), known));
    resource.insert("sensitive_values".to_owned(), json!({}));
    Json::Object(resource)
}

fn resource_change(action: &Action, specs: Specs) -> Json {
    let spec = specs(&action.id.kind);
    let actions: &[&str] = match action.verb {
        Verb::Create => &["create"],
        Verb::Update => &["update"],
        Verb::Replace => &["create", "delete"],
        Verb::Delete => &["delete"],
        Verb::NoOp | Verb::Unknown => &["no-op"],
    };
    let after = (action.verb != Verb::Delete).then(|| after(action, spec));
    let before = (action.verb != Verb::Create).then(|| before(action, spec));
    let mut change = head(action);
    change.insert(
        "change".to_owned(),
        json!({
            "actions": actions,
            "before": before.map(|values| nested(&values, spec, known)),
            "after": after.as_ref().map(|values| nested(values, spec, known)),
            "after_unknown": after.map_or_else(|| json!(false), |values| nested(&values, spec, unknown)),
            "before_sensitive": false,
            "after_sensitive": false,
        }),
    );
    Json::Object(change)
}

fn identity(action: &Action) -> BTreeMap<&str, Value> {
    let arn = if action.arn.is_empty() { Value::Unknown } else { action.arn.as_str().into() };
    BTreeMap::from([("name", action.id.name.as_str().into()), ("region", action.id.region.as_str().into()), ("arn", arn)])
}

/// What is live, of what was read.
fn before<'a>(action: &'a Action, spec: Option<&KindSpec>) -> BTreeMap<&'a str, Value> {
    // What is as declared is so too where nobody set it and AWS's default is what the policy asks for.
    if action.verb == Verb::NoOp {
        return after(action, spec);
    }
    live(action, spec)
}

fn live<'a>(action: &'a Action, spec: Option<&KindSpec>) -> BTreeMap<&'a str, Value> {
    let mut values = identity(action);
    for (path, reading) in &action.before {
        if let Reading::Known(value) = reading {
            put(&mut values, spec, path, value);
        }
    }
    // What was compared may be another value than the one that is in force.
    for change in action.changes.iter().filter(|change| action.before.contains_key(&change.setting)) {
        if let Reading::Known(value) = &change.before {
            put(&mut values, spec, &change.setting, value);
        }
    }
    values
}

/// What will be: what is live, with what the policy declares and what comes along.
fn after<'a>(action: &'a Action, spec: Option<&KindSpec>) -> BTreeMap<&'a str, Value> {
    let mut values = if action.verb == Verb::Create { identity(action) } else { live(action, spec) };
    for (path, declared) in &action.wanted {
        // What could not be read is not changed, whatever the policy declares.
        if !matches!(action.before.get(path), Some(Reading::Unreadable { .. })) {
            put(&mut values, spec, path, &declared.value);
        }
    }
    for change in &action.changes {
        put(&mut values, spec, &change.setting, &change.after);
    }
    values
}

fn is_block(spec: Option<&KindSpec>, path: &str) -> bool {
    spec.map_or_else(|| path.ends_with(']'), |spec| spec.is_block(path))
}

/// Puts a value at its path. What stands in the place of a setting is none; a block that is gone takes with it what was in it.
fn put<'a>(values: &mut BTreeMap<&'a str, Value>, spec: Option<&KindSpec>, path: &'a str, value: &Value) {
    match (path, value) {
        (Change::EXISTS | Change::OWNER, _) => {}
        (_, Value::Bool(false)) if is_block(spec, path) => values.retain(|other, _| *other != path && !path::is_within(other, path)),
        _ => drop(values.insert(path, value.clone())),
    }
}

fn nested(values: &BTreeMap<&str, Value>, spec: Option<&KindSpec>, form: fn(&Value) -> Option<Json>) -> Json {
    let mut nested = Nested::default();
    let has_arn = spec.is_none_or(|spec| spec.arn_form != ArnForm::Nothing);
    for (path, value) in values {
        if let Some(value) = form(value).filter(|_| has_arn || *path != "arn") {
            nested.insert(path, value);
        }
    }
    nested.into_json(spec)
}

/// The value without what is known only after apply.
pub(super) fn known(value: &Value) -> Option<Json> {
    match value {
        Value::Unknown => None,
        Value::List(items) | Value::Set(items) => Some(items.iter().map(|item| known(item).unwrap_or_default()).collect()),
        Value::Map(map) => {
            let known = map.iter().filter_map(|(key, value)| Some((key.clone(), known(value)?)));
            Some(Json::Object(known.collect()))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(value.clone().into()),
    }
}

/// `true` in place of what is known only after apply; `None` where nothing is.
fn unknown(value: &Value) -> Option<Json> {
    if !value.has_unknown() {
        return None;
    }
    Some(match value {
        Value::List(items) | Value::Set(items) => items.iter().map(|item| unknown(item).unwrap_or(json!(false))).collect(),
        Value::Map(map) => {
            let unknown = map.iter().filter_map(|(key, value)| Some((key.clone(), unknown(value)?)));
            Json::Object(unknown.collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Unknown => json!(true),
    })
}

/// One thing of a block, and the settings that are the same for all of them.
type Block<'a> = (&'a Action, BTreeMap<&'a str, Option<&'a Value>>);

/// The blocks, with the values that are the same for all that a block selected.
fn configuration(plan: &Plan, specs: Specs) -> Json {
    let mut blocks: BTreeMap<(Option<&str>, String), Block<'_>> = BTreeMap::new();
    for action in &plan.actions {
        let address = format!("{}.{}", action.id.kind, action.label());
        let (_, settings) = blocks.entry((action.compound(), address)).or_insert_with(|| (action, BTreeMap::new()));
        for (path, declared) in &action.wanted {
            let value = settings.entry(path).or_insert(Some(&declared.value));
            *value = value.filter(|value| **value == declared.value);
        }
    }
    let resources: Vec<(Option<&str>, Json)> = blocks
        .into_iter()
        .map(|((compound, address), (action, settings))| {
            let mut expressions = Nested::default();
            for (path, value) in settings {
                let expression = value.and_then(known).map_or_else(|| json!({}), |value| json!({ "constant_value": value }));
                expressions.insert(path, expression);
            }
            let mut resource = Map::new();
            resource.insert("address".to_owned(), json!(address));
            resource.insert("mode".to_owned(), json!("managed"));
            resource.insert("type".to_owned(), json!(action.id.kind));
            resource.insert("name".to_owned(), json!(action.label()));
            resource.insert("provider_config_key".to_owned(), json!("aws"));
            resource.insert("expressions".to_owned(), expressions.into_json(specs(&action.id.kind)));
            resource.insert("schema_version".to_owned(), json!(0));
            if action.index.is_some() {
                resource.insert("for_each_expression".to_owned(), json!({}));
            }
            (compound, Json::Object(resource))
        })
        .collect();
    let mut provider = json!({ "name": "aws", "full_name": PROVIDER });
    // Tools that price or place things read the region here; with several regions there is no one answer.
    let regions: BTreeSet<&str> = plan.targets.values().filter_map(|target| target.region.as_deref()).collect();
    if let (Some(region), 1, Some(provider)) = (regions.first(), regions.len(), provider.as_object_mut()) {
        provider.insert("expressions".to_owned(), json!({ "region": { "constant_value": region } }));
    }
    json!({
        "provider_config": { "aws": provider },
        "root_module": modules::configuration(resources),
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{self, SPECS};
    use super::*;
    use crate::model::Effect;

    #[test]
    fn a_change_has_terraforms_form() {
        let json = plan(&fixture::plan(), SPECS);
        insta::assert_snapshot!(format!("{:#}", json["resource_changes"][0]), @r#"
        {
          "address": "aws_dynamodb_table.sales[\"A\"]",
          "change": {
            "actions": [
              "update"
            ],
            "after": {
              "arn": "arn:aws:dynamodb:us-east-1:123456789012:table/A",
              "deletion_protection_enabled": true,
              "name": "A",
              "point_in_time_recovery": [
                {
                  "enabled": true,
                  "recovery_period_in_days": 35
                }
              ],
              "region": "us-east-1"
            },
            "after_sensitive": false,
            "after_unknown": {},
            "before": {
              "arn": "arn:aws:dynamodb:us-east-1:123456789012:table/A",
              "deletion_protection_enabled": true,
              "name": "A",
              "point_in_time_recovery": [
                {
                  "enabled": false
                }
              ],
              "region": "us-east-1"
            },
            "before_sensitive": false
          },
          "index": "A",
          "mode": "managed",
          "name": "sales",
          "provider_name": "hashicorp/aws",
          "type": "aws_dynamodb_table"
        }
        "#);
    }

    #[test]
    fn planned_values_are_what_will_be() {
        let json = plan(&fixture::plan(), SPECS);
        insta::assert_snapshot!(format!("{:#}", json["planned_values"]["root_module"]["resources"][1]), @r#"
        {
          "address": "aws_dynamodb_table.sales[\"B\"]",
          "index": "B",
          "mode": "managed",
          "name": "sales",
          "provider_name": "hashicorp/aws",
          "schema_version": 0,
          "sensitive_values": {},
          "type": "aws_dynamodb_table",
          "values": {
            "arn": "arn:aws:dynamodb:us-east-1:123456789012:table/B",
            "deletion_protection_enabled": true,
            "name": "B",
            "point_in_time_recovery": [
              {
                "enabled": true,
                "recovery_period_in_days": 7
              }
            ],
            "region": "us-east-1"
          }
        }
        "#);
    }

    #[test]
    fn a_block_stands_in_the_configuration_once() {
        let json = plan(&fixture::plan(), SPECS);
        insta::assert_snapshot!(format!("{:#}", json["configuration"]), @r#"
        {
          "provider_config": {
            "aws": {
              "expressions": {
                "region": {
                  "constant_value": "us-east-1"
                }
              },
              "full_name": "hashicorp/aws",
              "name": "aws"
            }
          },
          "root_module": {
            "resources": [
              {
                "address": "aws_dynamodb_table.sales",
                "expressions": {
                  "deletion_protection_enabled": {
                    "constant_value": false
                  },
                  "point_in_time_recovery": [
                    {
                      "enabled": {},
                      "recovery_period_in_days": {}
                    }
                  ]
                },
                "for_each_expression": {},
                "mode": "managed",
                "name": "sales",
                "provider_config_key": "aws",
                "schema_version": 0,
                "type": "aws_dynamodb_table"
              }
            ]
          }
        }
        "#);
    }

    #[test]
    fn nothing_differs_in_what_is_as_declared() {
        let mut action = fixture::action("A", Verb::NoOp, Vec::new());
        action.before.insert(fixture::PITR.to_owned(), Reading::Unset);
        let json = plan(&fixture::of(vec![action]), SPECS);
        let change = &json["resource_changes"][0]["change"];
        assert_eq!(change["actions"], json!(["no-op"]));
        assert_eq!(change["before"], change["after"]);
    }

    #[test]
    fn what_is_unknown_is_only_in_our_part() {
        let json = plan(&fixture::plan(), SPECS);
        let address = "aws_dynamodb_table.sales[\"D\"]";
        for part in ["planned_values", "resource_changes", "prior_state"] {
            assert!(!json[part].to_string().contains("D\\\"]"), "{part}");
        }
        assert_eq!(json["backstay"]["unknown"][0]["address"], address);
        assert_eq!(json["complete"], false);
        assert_eq!(json["applyable"], false, "a change is blocked");
    }

    #[test]
    fn what_only_aws_will_know_is_left_out_and_marked() {
        let rule = Value::from(BTreeMap::from([("id".to_owned(), Value::Unknown), ("days".to_owned(), Value::from(3))]));
        let change = fixture::change("rule", Reading::Unset, vec![rule, Value::Unknown], Effect::Neutral);
        let mut made = fixture::action("A", Verb::Create, vec![change]);
        made.arn = String::new();
        let json = plan(&fixture::of(vec![made]), SPECS);
        let change = &json["resource_changes"][0]["change"];
        assert_eq!(change["before"], Json::Null);
        assert_eq!(change["after"]["rule"], json!([{ "days": 3 }, null]));
        assert_eq!(change["after_unknown"], json!({ "arn": true, "rule": [{ "id": true }, true] }));
    }

    #[test]
    fn hidden_characters_are_printed_as_escapes_of_json() {
        let value = json!({ "a": "\u{1b}\u{9b}\u{e0001}ü" });
        assert_eq!(print_line(&value).lines().count(), 1);
        let text = print(&value);
        assert_eq!(text, "{\n  \"a\": \"\\u001b\\u009b\\udb40\\udc01ü\"\n}\n");
        assert_eq!(serde_json::from_str::<Json>(&text).unwrap()["a"], "\u{1b}\u{9b}\u{e0001}ü");
    }
}
