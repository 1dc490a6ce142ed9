//! What Terraform's plan representation has no place for: effects, consents, gaps, notes.

use super::json::known;
use super::{Specs, words};
use crate::model::{Action, Change, Consent, Plan, Reading, Refusal, Value, Verb};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// The value of the key `backstay`. Of a target it holds nothing that its credentials are made from.
pub(super) fn ours(plan: &Plan, specs: Specs) -> Json {
    let all = || plan.actions.iter().flat_map(|action| action.changes.iter().map(move |change| (action, change)));
    let targets: BTreeMap<&str, Json> =
        plan.targets.iter().map(|(name, target)| (name.as_str(), json!({ "account": target.account, "region": target.region }))).collect();
    let said = |action: &&Action| !(action.remarks.is_empty() && action.also.is_empty() && action.depends_on.is_empty());
    let remark = |action: &Action| json!({ "address": action.address, "also": action.also, "remarks": action.remarks, "depends_on": action.depends_on });
    json!({
        "format": plan.format,
        "version": plan.version,
        "read_at": plan.read_at.to_string(),
        "policy": plan.policy,
        "targets": targets,
        "summary": plan.summary(),
        "unread": words::unread(plan).len(),
        "changes": all().map(|(action, change)| our_change(specs, action, change)).collect::<Vec<_>>(),
        "blocked": plan.blocked().map(|(action, change)| blocked(action, change)).collect::<Vec<_>>(),
        "refused": words::refused(plan).map(|(action, refusal)| refused(action, refusal)).collect::<Vec<_>>(),
        "unknown": plan.actions.iter().filter(|action| action.verb == Verb::Unknown).map(unknown_thing).collect::<Vec<_>>(),
        "gaps": plan.gaps,
        "notes": plan.notes,
        "remarks": plan.actions.iter().filter(said).map(remark).collect::<Vec<_>>(),
        "consents": plan.consents,
    })
}

fn our_change(specs: Specs, action: &Action, change: &Change) -> Json {
    json!({
        "address": action.address,
        "setting": change.setting,
        "before": reading(&change.before),
        "aws_default": words::setting(specs, action, change).map(|setting| Value::from(setting.aws_default)),
        "after": known(&change.after),
        "after_unknown": change.after.has_unknown(),
        "effect": change.effect,
        "reaches": change.reaches,
        "consequence": change.consequence,
        "consent": change.consent,
        "because": change.because,
        "part_of": change.part_of,
    })
}

fn refused(action: &Action, refusal: &Refusal) -> Json {
    json!({ "address": action.address, "code": refusal.code, "reason": refusal.reason, "remedy": refusal.remedy })
}

fn reading(reading: &Reading) -> Json {
    match reading {
        Reading::Known(value) => json!({ "reading": "known", "value": value }),
        Reading::Unset => json!({ "reading": "unset" }),
        Reading::Unreadable { cause } => json!({ "reading": "unreadable", "cause": cause }),
    }
}

fn blocked(action: &Action, change: &Change) -> Json {
    let waiver = match &change.consent {
        Consent::Missing { waiver } => waiver.as_deref(),
        Consent::NotNeeded | Consent::Waiver { .. } | Consent::Flag => None,
    };
    json!({
        "address": action.address,
        "setting": change.setting,
        "effect": change.effect,
        "waiver": waiver,
        "flag": words::flag_name(change.effect),
    })
}

fn unknown_thing(action: &Action) -> Json {
    let settings: BTreeMap<&str, Json> = action.before.iter().map(|(path, value)| (path.as_str(), reading(value))).collect();
    json!({
        "address": action.address,
        "type": action.id.kind,
        "name": action.id.name,
        "region": action.id.region,
        "target": action.id.target,
        "settings": settings,
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{self, SPECS};
    use super::super::json::plan;

    #[test]
    fn our_part_says_what_terraform_cannot() {
        let json = plan(&fixture::plan(), SPECS);
        insta::assert_snapshot!(format!("{:#}", json["backstay"]["changes"][1]), @r#"
        {
          "address": "aws_dynamodb_table.sales[\"A\"]",
          "after": 35,
          "after_unknown": false,
          "aws_default": 35,
          "because": null,
          "before": {
            "reading": "unset"
          },
          "consent": {
            "by": "not_needed"
          },
          "consequence": null,
          "effect": "strengthens",
          "part_of": null,
          "reaches": "future",
          "setting": "point_in_time_recovery.recovery_period_in_days"
        }
        "#);
        insta::assert_snapshot!(format!("{:#}", json["backstay"]["blocked"]), @r#"
        [
          {
            "address": "aws_dynamodb_table.sales[\"C\"]",
            "effect": "loses_data",
            "flag": "--allow-weakening",
            "setting": "point_in_time_recovery.enabled",
            "waiver": "waiver \"sales-pitr\" {\n  address     = \"aws_dynamodb_table.sales[\\\"C\\\"]\"\n  setting     = \"point_in_time_recovery.enabled\"\n  to          = false\n  reason      = \"\"\n  approved_by = \"\"\n  expires     = \"2026-12-21\"\n}\n"
          }
        ]
        "#);
        insta::assert_snapshot!(format!("{:#}", json["backstay"]["summary"]), @r#"
        {
          "add": 0,
          "blocked": 1,
          "change": 3,
          "destroy": 0,
          "irreversible": 0,
          "refused": 0,
          "unchanged": 1,
          "unknown": 1,
          "weakenings": 3
        }
        "#);
    }
}
