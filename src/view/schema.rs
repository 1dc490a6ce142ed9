//! The reference of kinds and of compounds, from their tables.

pub mod compound;

use super::words::count;
use crate::model::{CompoundSpec, Effect, Fallback, KindSpec, Ownership, Parent, Safer, Setting, Shape, Value};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// The reference of one kind: each setting with its type, range, default, meaning and source, and what both directions of it do.
pub fn text(spec: &KindSpec) -> String {
    let mut out = format!("{}: {}\n\n  {}\n\n  {}\n", spec.name, spec.title, spec.doc, ownership(spec));
    if let Some(parent) = spec.parent {
        out.push_str(&format!("\n  {}\n", part(parent)));
    }
    if spec.replicas {
        out.push_str("  Copies in other regions hold settings of their own, chosen with `replicas`.\n");
    }
    for setting in spec.settings {
        out.push('\n');
        out.push_str(&one(setting));
    }
    out.push_str("\nIAM actions\n");
    for (what, actions) in [
        ("to find it", spec.inventory_actions.iter().copied().collect()),
        ("to read it", actions(spec, |setting| setting.reads)),
        ("to change it", actions(spec, |setting| setting.writes)),
    ] {
        out.push_str(&row(2, what, &list_or_none(&actions)));
    }
    if !spec.outside_actions.is_empty() {
        let actions = list_or_none(&spec.outside_actions.iter().copied().collect());
        out.push_str(&row(2, "to look at", &format!("{actions}, of the roles and keys that it names; the plan is made without them too")));
    }
    if !spec.evidence_actions.is_empty() {
        let actions = list_or_none(&spec.evidence_actions.iter().copied().collect());
        out.push_str(&row(2, "to audit it", &format!("{actions}; the audit is made without them too, and says so")));
    }
    out
}

/// All kinds, and compounds where there are any, as JSON: what [`text`] says of each, for machines.
pub fn json(specs: &[&KindSpec], compounds: &[&CompoundSpec]) -> Json {
    let kinds: Vec<Json> = specs.iter().map(|spec| kind(spec)).collect();
    let mut schema = json!({ "format": "backstay-schema/1", "kinds": kinds });
    if !compounds.is_empty() {
        schema["compounds"] = compounds.iter().map(|spec| compound::json(spec)).collect();
    }
    schema
}

/// One line for each kind and compound, sorted by name.
pub fn list(specs: &[&KindSpec], compounds: &[&CompoundSpec]) -> String {
    let mut sorted: Vec<&KindSpec> = specs.iter().copied().chain(compounds.iter().map(|compound| &compound.table)).collect();
    sorted.sort_by_key(|spec| spec.name);
    let width = sorted.iter().map(|spec| spec.name.chars().count()).max().unwrap_or_default();
    let mut out = String::new();
    for spec in sorted {
        let what = if compounds.iter().any(|compound| compound.table.name == spec.name) { "argument" } else { "setting" };
        put!(out, "{:width$}  {} ({})\n", spec.name, spec.doc, count(spec.settings.len(), what));
    }
    out
}

fn ownership(spec: &KindSpec) -> String {
    match (spec.ownership, spec.single) {
        (_, Some(single)) => {
            let place = single.place();
            format!(
                "Write `protect \"{}\"` without a `select` block: there is exactly one {place}. backstay sets what is declared.",
                spec.name
            )
        }
        (Ownership::Settings, None) => {
            format!("Write `protect \"{}\"`: backstay sets what is declared, somebody else owns the thing.", spec.name)
        }
        (Ownership::Whole, None) => format!("Write `resource \"{}\"`: backstay makes, changes and removes it.", spec.name),
    }
}

/// Of what it is a part, and how that is written.
fn part(parent: Parent) -> String {
    let attribute = parent.attributes.first().copied().unwrap_or_default();
    let ways: Vec<String> = parent.kinds.iter().map(|kind| format!("`{} = {kind}.NAME.{attribute}`", parent.argument)).collect();
    let many = if parent.is_only { "which has one of them at most" } else { "which can have several" };
    format!("It is a part of what {} names, {many}.", ways.join(" or "))
}

fn one(setting: &Setting) -> String {
    let need = if setting.required { "required where its block is written" } else { "optional" };
    let mut out = format!("  {}\n", setting.path);
    out.push_str(&row(6, "type", &format!("{}, {need}", setting.shape.describe())));
    out.push_str(&row(6, "AWS default", &default(setting)));
    if let Some(flag) = setting.only_while {
        out.push_str(&row(6, "only while", &format!("`{flag}` is on")));
    }
    out.push_str(&row(6, "meaning", setting.doc));
    for (when, effect, does) in effects(setting) {
        let does = if does.is_empty() { effect.to_string() } else { format!("{effect}: {does}") };
        out.push_str(&row(6, when, &does));
    }
    out.push_str(&row(6, "compared", setting.normalisation));
    out.push_str(&row(6, "source", setting.source));
    out.push_str(&row(6, "reads", &list_or_none(&setting.reads.iter().copied().collect())));
    out.push_str(&row(6, "writes", &list_or_none(&setting.writes.iter().copied().collect())));
    out
}

fn row(indent: usize, name: &str, text: &str) -> String {
    format!("{:indent$}{name:<12}  {text}\n", "")
}

fn default(setting: &Setting) -> String {
    match setting.aws_default {
        Fallback::Absent => "none".to_owned(),
        Fallback::Kept => "chosen by AWS, or what is there; not compared where it is not declared".to_owned(),
        Fallback::Named { called, .. } => called.to_owned(),
        other => Value::from(other).to_string(),
    }
}

/// What each direction does: when, the effect, and in words.
fn effects(setting: &Setting) -> Vec<(&'static str, Effect, &'static str)> {
    let (safer, weaker) = match setting.safer {
        Safer::WhenTrue => ("turned on", "turned off"),
        Safer::WhenGreater => ("raised", "lowered"),
        Safer::WhenGreaterOrAbsent => ("raised, or left out", "lowered"),
        Safer::WhenLess => ("lowered", "raised"),
        Safer::WhenThere => ("added", "removed"),
        Safer::WhenAway => ("removed", "added"),
        Safer::WhenMore => ("more added", "one removed"),
        Safer::WhenFewer => ("one removed", "more added"),
        Safer::WhenSet => ("set", "left out"),
        Safer::Ranked(_) => ("to a safer one", "to a less safe one"),
        Safer::By(_) => ("to a safer value", "to a less safe value"),
        Safer::Neither => return vec![("changed", Effect::Neutral, setting.when_safer)],
    };
    vec![(safer, Effect::Strengthens, setting.when_safer), (weaker, setting.loses.effect(), setting.when_weaker)]
}

fn actions(spec: &KindSpec, of: fn(&Setting) -> &'static [&'static str]) -> BTreeSet<&'static str> {
    spec.settings.iter().flat_map(of).copied().collect()
}

fn list_or_none(actions: &BTreeSet<&str>) -> String {
    if actions.is_empty() {
        return "none".to_owned();
    }
    actions.iter().copied().collect::<Vec<_>>().join(", ")
}

fn kind(spec: &KindSpec) -> Json {
    let mut kind = json!({
        "name": spec.name,
        "title": spec.title,
        "doc": spec.doc,
        "block": match spec.ownership { Ownership::Settings => "protect", Ownership::Whole => "resource" },
        "service": spec.service,
        "single": spec.single.is_some(),
        "replicas": spec.replicas,
        "settings": spec.settings.iter().map(setting).collect::<Vec<_>>(),
        "actions": {
            "inventory": spec.inventory_actions,
            "read": actions(spec, |setting| setting.reads),
            "write": actions(spec, |setting| setting.writes),
            "outside": spec.outside_actions,
            "evidence": spec.evidence_actions,
        },
    });
    if let Some(parent) = spec.parent {
        kind["part_of"] = json!({
            "argument": parent.argument,
            "kinds": parent.kinds,
            "attributes": parent.attributes,
            "only_one": parent.is_only,
        });
    }
    kind
}

fn setting(setting: &Setting) -> Json {
    let (kind, minimum, maximum) = match setting.shape {
        Shape::Bool => ("bool", None, None),
        Shape::Days { min, max } | Shape::Whole { min, max, .. } => ("number", Some(min), Some(max)),
        Shape::Decimal => ("number", None, None),
        Shape::Amount => ("number", Some(0), None),
        Shape::Text(_) | Shape::OneOf(_) | Shape::Json(_) => ("string", None, None),
        Shape::Texts { .. } => ("set(string)", None, None),
        Shape::TextMap { .. } => ("map(string)", None, None),
        Shape::Flags { .. } => ("map(bool)", None, None),
        Shape::Block(_) => ("block", None, None),
    };
    let default = Json::from(Value::from(setting.aws_default));
    let effects: Vec<Json> =
        effects(setting).into_iter().map(|(when, effect, does)| json!({ "when": when, "effect": effect, "does": does })).collect();
    json!({
        "path": setting.path,
        "type": kind,
        "minimum": minimum,
        "maximum": maximum,
        "form": setting.shape.describe(),
        "required": setting.required,
        "aws_default": default,
        "only_while": setting.only_while,
        "doc": setting.doc,
        "normalisation": setting.normalisation,
        "effects": effects,
        "source": setting.source,
        "reads": setting.reads,
        "writes": setting.writes,
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::SPECS;
    use super::*;

    fn spec() -> &'static KindSpec {
        SPECS("aws_dynamodb_table").unwrap()
    }

    #[test]
    fn the_reference_of_a_kind() {
        insta::assert_snapshot!(text(spec()), @r#"
        aws_dynamodb_table: DynamoDB table

          Point-in-time recovery and deletion protection of tables that others own.

          Write `protect "aws_dynamodb_table"`: backstay sets what is declared, somebody else owns the thing.
          Copies in other regions hold settings of their own, chosen with `replicas`.

          deletion_protection_enabled
              type          a bool, optional
              AWS default   false
              meaning       Refuses to delete the table.
              turned on     strengthens: nobody can delete the table by mistake
              turned off    weakens: anybody who may delete tables can delete this one
              compared      absent means off
              source        DynamoDB UpdateTable
              reads         dynamodb:DescribeTable
              writes        dynamodb:UpdateTable

          point_in_time_recovery.enabled
              type          a bool, required where its block is written
              AWS default   false
              meaning       Continuous backup.
              turned on     strengthens: the table can be restored to any second from now on
              turned off    loses data: the whole history is deleted at once
              compared      none
              source        DynamoDB UpdateContinuousBackups
              reads         dynamodb:DescribeContinuousBackups
              writes        dynamodb:UpdateContinuousBackups

          point_in_time_recovery.recovery_period_in_days
              type          a whole number of days between 1 and 35, optional
              AWS default   35
              only while    `point_in_time_recovery.enabled` is on
              meaning       How far back a restore can go.
              raised        strengthens: the history grows to the longer window from now on
              lowered       loses data: the history that is older than the shorter window is deleted
              compared      none
              source        DynamoDB UpdateContinuousBackups
              reads         dynamodb:DescribeContinuousBackups
              writes        dynamodb:UpdateContinuousBackups

        IAM actions
          to find it    dynamodb:ListTables, tag:GetResources
          to read it    dynamodb:DescribeContinuousBackups, dynamodb:DescribeTable
          to change it  dynamodb:UpdateContinuousBackups, dynamodb:UpdateTable
        "#);
        insta::assert_snapshot!(list(&[spec()], &[]), @"aws_dynamodb_table  Point-in-time recovery and deletion protection of tables that others own. (3 settings)");
    }

    #[test]
    fn json_says_what_the_text_says() {
        let all = json(&[spec()], &[]);
        insta::assert_snapshot!(format!("{:#}", all["kinds"][0]["settings"][2]), @r#"
        {
          "aws_default": 35,
          "doc": "How far back a restore can go.",
          "effects": [
            {
              "does": "the history grows to the longer window from now on",
              "effect": "strengthens",
              "when": "raised"
            },
            {
              "does": "the history that is older than the shorter window is deleted",
              "effect": "loses_data",
              "when": "lowered"
            }
          ],
          "form": "a whole number of days between 1 and 35",
          "maximum": 35,
          "minimum": 1,
          "normalisation": "none",
          "only_while": "point_in_time_recovery.enabled",
          "path": "point_in_time_recovery.recovery_period_in_days",
          "reads": [
            "dynamodb:DescribeContinuousBackups"
          ],
          "required": false,
          "source": "DynamoDB UpdateContinuousBackups",
          "type": "number",
          "writes": [
            "dynamodb:UpdateContinuousBackups"
          ]
        }
        "#);
        assert_eq!(all["kinds"][0]["actions"]["inventory"], json!(["dynamodb:ListTables", "tag:GetResources"]));
    }
}
