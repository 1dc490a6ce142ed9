//! `aws_backup_framework`: controls with which AWS Backup Audit Manager looks at what is backed up.
//!
//! A framework is deployed as rules of AWS Config, which takes minutes, and which see nothing unless AWS Config records.

#[cfg(feature = "aws")]
mod aws;
mod demand;

use super::backup_types::{AUDIT_DESCRIPTION, AUDIT_NAME};
use super::{Concern, Kind, tags};
use crate::model::{
    ArnForm, Change, Code, Effect, Existence, Form, Key, KindSpec, Live, Loss, NameForm, Ownership, Safer, Setting, Severity, Shape, Value,
    Wanted, path,
};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

const NAME: &str = "name";
const DESCRIPTION: &str = "description";
const CONTROL: &str = "control";
/// Within a control.
const PARAMETER: &str = "input_parameter";
#[cfg(feature = "aws")]
const SCOPE_IDS: &str = "scope.compliance_resource_ids";
#[cfg(feature = "aws")]
const SCOPE_TYPES: &str = "scope.compliance_resource_types";
#[cfg(feature = "aws")]
const SCOPE_TAGS: &str = "scope.tags";

/// The fact that says whether AWS Config records what the controls look at.
const RECORDING: &str = "framework_status";

const MOST_CONTROLS: usize = 50;

/// The controls with their parameters. Source: AWS Backup Developer Guide, Controls and remediation; Creating frameworks using the API.
const CONTROLS: [(&str, &[&str]); 11] = [
    ("BACKUP_LAST_RECOVERY_POINT_CREATED", &["recoveryPointAgeUnit", "recoveryPointAgeValue"]),
    ("BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK", &["requiredFrequencyUnit", "requiredFrequencyValue", "requiredRetentionDays"]),
    ("BACKUP_RECOVERY_POINT_ENCRYPTED", &[]),
    ("BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED", &["principalArnList"]),
    ("BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK", &["requiredRetentionDays"]),
    ("BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN", &[]),
    ("BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK", &["minRetentionDays", "maxRetentionDays"]),
    ("BACKUP_RESOURCES_PROTECTED_BY_CROSS_ACCOUNT", &["crossAccountList"]),
    ("BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION", &["crossRegionList"]),
    ("RESOURCES_IN_LOGICALLY_AIR_GAPPED_VAULT", &["recoveryPointAgeUnit", "recoveryPointAgeValue"]),
    ("RESTORE_TIME_FOR_RESOURCES_MEET_TARGET", &["maxRestoreTime"]),
];

const ROW: Setting = Setting {
    reads: &["backup:DescribeFramework"],
    writes: &["backup:CreateFramework", "backup:UpdateFramework", "backup:DeleteFramework", "iam:CreateServiceLinkedRole"],
    source: "AWS Backup API CreateFramework; Developer Guide, Controls and remediation",
    ..Setting::PLAIN
};

/// A row of what a control looks at; nothing said is everything.
const SCOPE: Setting = Setting {
    shape: Shape::Texts { item: Form::ANY, max: 100 },
    safer: Safer::By(wider),
    normalisation: "a set; none and an empty list are the same, and mean everything",
    when_safer: "the control looks at more",
    when_weaker: "the control no longer looks at what is left out",
    ..ROW
};

static SPEC: KindSpec = KindSpec {
    name: "aws_backup_framework",
    title: "backup framework",
    doc: "A framework of AWS Backup Audit Manager: controls that say of every resource whether it is backed up as it should be. AWS Config must record the resources and AWS Backup's own things, or it tells nothing; it takes minutes to deploy.",
    ownership: Ownership::Whole,
    service: "backup",
    arn_form: ArnForm::RegionalWithId,
    arn_prefix: "framework:",
    name_form: NameForm { min: 1, max: 256, also: &['_'], source: "AWS Backup API CreateFramework" },
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "its controls look at what is backed up every day, where AWS Config records",
        when_removed: "nobody looks any more, and what it found is no longer reported",
    }),
    settings: &[
        Setting {
            path: NAME,
            shape: Shape::Text(AUDIT_NAME),
            required: true,
            doc: "Its name, which AWS never changes: another name makes another framework.",
            fixed: true,
            ..ROW
        },
        Setting {
            path: DESCRIPTION,
            shape: Shape::Text(AUDIT_DESCRIPTION),
            doc: "What it is for.",
            normalisation: "left out and empty are the same",
            ..ROW
        },
        Setting {
            path: CONTROL,
            shape: Shape::Block(Key::Argument("name")),
            safer: Safer::WhenThere,
            doc: "One control by its name, such as BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN; up to 50 in an account and region.",
            normalisation: "by name; their order means nothing",
            when_safer: "it looks at what is backed up every day",
            when_weaker: "nobody looks at this any more",
            ..ROW
        },
        Setting {
            path: "control.input_parameter",
            shape: Shape::Block(Key::Argument("name")),
            doc: "A parameter of the control by its name, such as `requiredRetentionDays`. What is left out has AWS's default.",
            normalisation: "by name; their order means nothing",
            ..ROW
        },
        Setting {
            path: "control.input_parameter.value",
            required: true,
            doc: "The parameter's value, as a text. Together with the unit beside it, it counts as AWS takes it: what asks for less weakens, and so does what cannot be compared.",
            ..ROW
        },
        Setting { path: "control.scope.compliance_resource_ids", doc: "The one resource that the control looks at, by its id.", ..SCOPE },
        Setting {
            path: "control.scope.compliance_resource_types",
            doc: "The types of resource that the control looks at: `EBS`, `DynamoDB`, …",
            ..SCOPE
        },
        Setting {
            path: "control.scope.tags",
            shape: Shape::TextMap { max: 1 },
            safer: Safer::By(wider),
            doc: "The one tag that a resource must have so that the control looks at it.",
            normalisation: "none and an empty map are the same, and mean everything",
            when_safer: "the control looks at more",
            when_weaker: "the control no longer looks at what does not have the tag",
            ..ROW
        },
        tags::setting(&["backup:ListTags", "tag:GetResources"], &["backup:TagResource", "backup:UntagResource"]),
    ],
    inventory_actions: &["backup:ListFrameworks", "tag:GetResources", "backup:ListTags"],
    ..KindSpec::PLAIN
};

/// The kind.
pub struct Framework;

impl Kind for Framework {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        let is_control = |at: &&String| path::split_key(at).is_some_and(|(block, _)| block == CONTROL);
        let controls: Vec<&String> = wanted.keys().filter(is_control).collect();
        let mut concerns = Vec::new();
        let mut say = |at: &str, severity, title: String, help: String| {
            concerns.push(Concern { code: Code::ControlParameters, severity, title, at: at.to_owned(), also: None, help });
        };
        match controls.as_slice() {
            [] => {
                let help = "add `control { name = \"…\" }`".to_owned();
                say("", Severity::Error, "a framework needs at least one `control`".to_owned(), help);
            }
            [.., last] if controls.len() > MOST_CONTROLS => {
                let title = format!("an account has at most {MOST_CONTROLS} controls in a region, found {}", controls.len());
                say(last, Severity::Error, title, "leave some out".to_owned());
            }
            _ => {}
        }
        for at in controls {
            let Some((_, name)) = path::split_key(at) else { continue };
            let Some((_, parameters)) = CONTROLS.iter().find(|(known, _)| *known == name) else {
                let near =
                    CONTROLS.iter().map(|(known, _)| *known).find(|known| strsim::normalized_damerau_levenshtein(known, &name) > 0.7);
                let known = || CONTROLS.map(|(known, _)| known).join(", ");
                let help = near.map_or_else(|| format!("the controls are {}", known()), |near| format!("did you mean `{near}`?"));
                say(at, Severity::Error, format!("AWS Backup Audit Manager has no control `{name}`"), help);
                continue;
            };
            let block = path::child(at, PARAMETER);
            let given = wanted.keys().filter_map(|at| path::split_key(at).filter(|(of, _)| *of == block).map(|(_, name)| (at, name)));
            for (at, parameter) in given.filter(|(_, parameter)| !parameters.contains(&parameter.as_str())) {
                let help = match parameters {
                    [] => "it takes none; remove the block".to_owned(),
                    some => format!("it takes {}", some.join(", ")),
                };
                say(at, Severity::Warning, format!("`{name}` is not known to take a parameter `{parameter}`"), help);
            }
        }
        concerns
    }

    fn effect(&self, change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
        demand::judge(change, live, wanted).map(|(effect, _)| effect)
    }

    fn consequence_among(&self, change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>, _now: jiff::Timestamp) -> Option<String> {
        demand::judge(change, live, wanted).map(|(_, sentence)| sentence.to_owned()).filter(|sentence| !sentence.is_empty())
    }

    fn notes(&self, live: &Live) -> Vec<(Code, String)> {
        let status = live.fact(RECORDING).filter(|status| *status != "ACTIVE");
        let note = |status: &str| {
            let text = format!(
                "the framework is {status}: AWS Config does not record all that its controls look at, so that they tell nothing of it; turn recording on for these types"
            );
            (Code::NotRecording, text)
        };
        status.map(note).into_iter().collect()
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::FrameworkCalls)
    }
}

/// Nothing said is everything; else more is wider. Of tags only none is wider than some.
#[expect(clippy::unnecessary_wraps, reason = "the form that a judgement of a setting has")]
fn wider(before: &Value, after: &Value) -> Option<Ordering> {
    match (before.is_nothing(), after.is_nothing()) {
        (true, true) => return Some(Ordering::Equal),
        (true, false) => return Some(Ordering::Less),
        (false, true) => return Some(Ordering::Greater),
        (false, false) => {}
    }
    let items = |value: &Value| value.as_items().map(|items| items.iter().cloned().collect::<BTreeSet<Value>>());
    let (Some(old), Some(new)) = (items(before), items(after)) else {
        return Some(if before == after { Ordering::Equal } else { Ordering::Less });
    };
    Some(if old == new {
        Ordering::Equal
    } else if old.is_subset(&new) {
        Ordering::Greater
    } else {
        Ordering::Less
    })
}
