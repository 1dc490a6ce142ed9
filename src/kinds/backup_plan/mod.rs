//! `aws_backup_plan`: what AWS Backup does when: rules with their schedules, retention and copies.
//!
//! A plan is one document that every update replaces whole. AWS gives it an id, and its name is not unique, so it is found by its mark.
//! Renaming it is refused: one document of AWS says that the name cannot be changed, another that it can.

mod advanced;
#[cfg(feature = "aws")]
mod aws;
mod checks;
mod circumstances;
mod hours;
mod protects;
mod runs;
mod settings;
mod types;

use super::{Circumstances, Concern, Kind, Need, Place, Protection, Recurrence};
use crate::model::{
    ArnForm, Change, Effect, Existence, KindSpec, Listed, Live, Loss, NameForm, Ownership, Reaches, Reading, Value, Wanted, count, path,
};
use std::collections::BTreeMap;

const NAME: &str = "name";
const RULE: &str = "rule";
const TARGET: &str = "target_vault_name";
const SCHEDULE: &str = "schedule";
const ZONE: &str = "schedule_expression_timezone";
const CONTINUOUS: &str = "enable_continuous_backup";
const DELETE_AFTER: &str = "lifecycle.delete_after";
const COLD_AFTER: &str = "lifecycle.cold_storage_after";
const COPY: &str = "copy_action";
const AIR_GAPPED: &str = "target_logically_air_gapped_backup_vault_arn";

static SPEC: KindSpec = KindSpec {
    name: "aws_backup_plan",
    title: "backup plan",
    doc: "A plan of AWS Backup: rules that say when what its selections choose is backed up, into which vault, for how long, and where it is copied to.",
    ownership: Ownership::Whole,
    service: "backup",
    arn_form: ArnForm::ById,
    arn_prefix: "backup-plan:",
    name_form: NameForm { min: 1, max: 50, also: &['-', '_', '.'], source: "AWS Backup API BackupPlanInput" },
    computed: &["id", "version"],
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "what its selections choose is backed up from the next run on",
        when_removed: "nothing is backed up by it any more; what is there expires by its own retention, and then nothing is left",
    }),
    settings: settings::SETTINGS,
    inventory_actions: &["backup:ListBackupPlans", "tag:GetResources", "backup:ListTags"],
    ..KindSpec::PLAIN
};

/// The kind.
pub struct BackupPlan;

impl Kind for BackupPlan {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        checks::check(wanted)
    }

    fn check_circumstances(&self, wanted: &BTreeMap<String, Wanted>, circumstances: Circumstances<'_>) -> Vec<Concern> {
        circumstances::check(wanted, circumstances)
    }

    fn needs(&self, wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
        circumstances::vaults(wanted, place)
    }

    fn needs_of_parts(&self, wanted: &BTreeMap<String, Wanted>, parts: &[&BTreeMap<String, Wanted>], place: Place<'_>) -> Vec<Need> {
        let mut needs = types::full_management(wanted, parts, place);
        needs.extend(types::handed_over(wanted, parts, place.seen));
        needs.extend(hours::free(wanted, parts, place));
        needs
    }

    fn check_parts(&self, wanted: &BTreeMap<String, Wanted>, parts: &[&BTreeMap<String, Wanted>], seen: &[Listed]) -> Vec<Concern> {
        types::check(wanted, parts, seen)
    }

    /// Shorter retention and the end of continuous backup reach what is there already: AWS changes the continuous recovery point itself.
    fn effect(&self, change: &Change, live: &Live, _wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
        (change.effect == Effect::Weakens && retains_continuously(change, live)).then_some(Effect::LosesData)
    }

    fn reaches(&self, change: &Change, live: &Live, _wanted: &BTreeMap<String, Wanted>) -> Option<Reaches> {
        retains_continuously(change, live).then_some(Reaches::Existing)
    }

    fn consequence(&self, change: &Change, live: &Live, _now: jiff::Timestamp) -> Option<String> {
        if change.effect == Effect::LosesData {
            let days = change.after.as_i64()?;
            return Some(format!(
                "the rule backs up continuously: at the next run the point-in-time window of RDS and Aurora shrinks to {} and what is older goes, and S3 starts a new recovery point",
                count(days, "day")
            ));
        }
        let gone = change.after == Value::Bool(false) && change.setting.ends_with(']');
        let rule = path::segments(&change.setting).into_iter().next_back()?.key.filter(|_| gone)?;
        if path::generic(&change.setting) == RULE {
            let days = live.settings.get(&path::child(&change.setting, DELETE_AFTER)).and_then(|reading| match reading {
                Reading::Known(value) => value.as_i64(),
                Reading::Unset | Reading::Unreadable { .. } => None,
            });
            return Some(match days {
                Some(days) => {
                    format!(
                        "rule \"{rule}\" makes no more recovery points; those that it made expire within {}, and then none of them is left",
                        count(days, "day")
                    )
                }
                None => format!("rule \"{rule}\" makes no more recovery points; those that it made stay"),
            });
        }
        None
    }

    fn refuses(&self, change: &Change, _live: &Live, _now: jiff::Timestamp) -> Option<(String, String)> {
        (change.setting == NAME).then(|| {
            (
                format!(
                    "a plan is not renamed ({} -> {}): AWS's documents contradict each other on whether that is possible",
                    change.before, change.after
                ),
                "declare a second block with the new name, and remove this one when the new plan runs".to_owned(),
            )
        })
    }

    fn runs(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Recurrence> {
        runs::runs(wanted)
    }

    fn protection(&self) -> Option<Protection> {
        Some(Protection::Runs(protects::rules))
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::PlanCalls)
    }
}

/// Whether a change is that of how long a rule that backs up continuously keeps what it has.
fn retains_continuously(change: &Change, live: &Live) -> bool {
    let Some(rule) = path::enclosing(&change.setting).into_iter().next() else { return false };
    let is_continuous = live.settings.get(&path::child(&rule, CONTINUOUS)) == Some(&Reading::Known(Value::Bool(true)));
    is_continuous && change.setting == path::child(&rule, DELETE_AFTER)
}
