//! `aws_backup_restore_testing_selection`: what a restore testing plan restores for a test, of one type of resource. A part of its plan.

#[cfg(feature = "aws")]
mod aws;

use super::{Concern, Kind, Need, Place, backup_types, outside};
use crate::model::{
    ArnForm, Change, Code, Existence, Fallback, Form, Key, KindSpec, Live, Loss, Mistake, NameForm, Ownership, Parent, Safer, Setting,
    Severity, Shape, Value, Wanted, path,
};
use std::collections::BTreeMap;

const NAME: &str = "name";
const TYPE: &str = "protected_resource_type";
const ROLE: &str = "iam_role_arn";
const ARNS: &str = "protected_resource_arns";
const OVERRIDES: &str = "restore_metadata_overrides";
const VALIDATION: &str = "validation_window_hours";
/// The two comparisons.
const EQUALS: &str = "protected_resource_conditions.string_equals";
const NOT_EQUALS: &str = "protected_resource_conditions.string_not_equals";

const MOST_ARNS: usize = 30;

const ROW: Setting = Setting {
    reads: &["backup:ListRestoreTestingSelections", "backup:GetRestoreTestingSelection"],
    writes: &[
        "backup:CreateRestoreTestingSelection",
        "backup:UpdateRestoreTestingSelection",
        "backup:DeleteRestoreTestingSelection",
        "iam:PassRole",
    ],
    source: "AWS Backup API RestoreTestingSelectionForCreate; Developer Guide, Restore testing",
    ..Setting::PLAIN
};

/// A comparison. Every one narrows the choice, as all must hold.
const fn condition(path: &'static str, doc: &'static str) -> Setting {
    Setting {
        path,
        shape: Shape::Block(Key::Arguments(&["key", "value"])),
        safer: Safer::WhenAway,
        doc,
        normalisation: "a set; their order means nothing",
        when_safer: "what only this left out may be tested too",
        when_weaker: "what does not fulfil it is no longer tested",
        ..ROW
    }
}

static SPEC: KindSpec = KindSpec {
    name: "aws_backup_restore_testing_selection",
    title: "restore testing selection",
    doc: "What a restore testing plan restores for a test: resources of one type, by ARN, or all of it, with conditions on their tags or without.",
    ownership: Ownership::Whole,
    service: "backup",
    arn_form: ArnForm::Nothing,
    parent: Some(Parent {
        kinds: &["aws_backup_restore_testing_plan"],
        argument: "restore_testing_plan_name",
        attributes: &["name", "id"],
        is_only: false,
        why: "",
    }),
    name_form: NameForm { min: 1, max: 50, also: &['_'], source: "AWS Backup API RestoreTestingSelectionForCreate" },
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "one recovery point of what it chooses is restored at each run of the plan, and deleted again; the restored resource is paid for while it is there",
        when_removed: "restores of what only it chose are no longer tested",
    }),
    settings: &[
        Setting {
            path: NAME,
            required: true,
            doc: "Its name in its plan, of letters, digits and `_`, which AWS never changes.",
            fixed: true,
            ..ROW
        },
        Setting {
            path: TYPE,
            shape: Shape::OneOf(&["Aurora", "DocumentDB", "DynamoDB", "EBS", "EC2", "EFS", "FSx", "Neptune", "RDS", "S3"]),
            required: true,
            doc: "The type of resource. Each type needs a selection of its own, and AWS never changes it.",
            when_safer: "another type is tested",
            ..ROW
        },
        Setting {
            path: ROLE,
            shape: Shape::Text(backup_types::ROLE),
            required: true,
            doc: "The role with which AWS Backup restores. It must trust backup.amazonaws.com and have the policies for restores (AWSBackupServiceRolePolicyForRestores, and for S3 AWSBackupServiceRolePolicyForS3Restore).",
            ..ROW
        },
        Setting {
            path: ARNS,
            shape: Shape::Texts { item: Form { what: "the ARN of a resource, or `*` alone", check: resource }, max: MOST_ARNS },
            safer: Safer::By(covers_more),
            doc: "The resources by ARN, up to 30, or `[\"*\"]` for all of the type.",
            normalisation: "a set; none and an empty list are the same",
            when_safer: "more may be tested",
            when_weaker: "what goes out is no longer tested",
            ..ROW
        },
        condition(EQUALS, "A tag with this value that a resource must have, as `aws:ResourceTag/KEY`."),
        Setting {
            path: "protected_resource_conditions.string_equals.key",
            required: true,
            doc: "Which tag is compared, as `aws:ResourceTag/KEY`.",
            ..ROW
        },
        Setting {
            path: "protected_resource_conditions.string_equals.value",
            required: true,
            doc: "The value that it is compared with.",
            ..ROW
        },
        condition(NOT_EQUALS, "A tag that a resource must not have with this value, as `aws:ResourceTag/KEY`."),
        Setting {
            path: "protected_resource_conditions.string_not_equals.key",
            required: true,
            doc: "Which tag is compared, as `aws:ResourceTag/KEY`.",
            ..ROW
        },
        Setting {
            path: "protected_resource_conditions.string_not_equals.value",
            required: true,
            doc: "The value that it is compared with.",
            ..ROW
        },
        Setting {
            path: OVERRIDES,
            shape: Shape::TextMap { max: 100 },
            aws_default: Fallback::Kept,
            doc: "What is restored otherwise than AWS infers: a subnet, a security group, an instance type. Its keys are those of the type's restore metadata.",
            normalisation: "not compared where it is not declared; else as it is written",
            ..ROW
        },
        Setting {
            path: VALIDATION,
            shape: Shape::Whole { min: 1, max: 168, unit: "hours" },
            aws_default: Fallback::Kept,
            doc: "For how many hours what was restored stays, so that it can be looked at. Then it is deleted, whatever was found. A new selection without it has none; one that has hours keeps them until it is made anew under another name.",
            normalisation: "not compared where it is not declared",
            ..ROW
        },
    ],
    inventory_actions: &["backup:ListRestoreTestingSelections"],
    outside_actions: outside::ROLES,
    evidence_actions: outside::PERMISSIONS,
    ..KindSpec::PLAIN
};

/// The kind.
pub struct RestoreTestingSelection;

impl Kind for RestoreTestingSelection {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        let is_condition = |at: &&String| path::split_key(at).is_some_and(|(block, _)| [EQUALS, NOT_EQUALS].contains(&block.as_str()));
        let condition = wanted.keys().find(is_condition);
        let arns = wanted.get(ARNS).map(|arns| &arns.value);
        let items = || arns.and_then(Value::as_items).into_iter().flatten().filter_map(Value::as_str);
        let foreign = wanted.get(TYPE).and_then(|kind| kind.value.as_str()).and_then(|kind| {
            let other = |arn: &&str| {
                let types = backup_types::of_arn(arn);
                !types.is_empty() && !types.contains(&kind)
            };
            items().find(other).map(|arn| (kind, arn))
        });
        if let Some((kind, arn)) = foreign {
            return vec![Concern {
                code: Code::RestoreTestChoice,
                severity: Severity::Error,
                title: format!("`{arn}` is no resource of the type {kind}, and AWS refuses it in a selection of that type"),
                at: path::keyed(ARNS, arn),
                also: Some((TYPE.to_owned(), "the type".to_owned())),
                help: format!(
                    "take it out, or make a selection with `{TYPE} = \"{}\"`",
                    backup_types::of_arn(arn).first().copied().unwrap_or_default()
                ),
            }];
        }
        let (all, some) = (items().any(|arn| arn == "*"), items().any(|arn| arn != "*"));
        let (title, at, help) = if arns.is_none() && condition.is_none() {
            let help = "add `protected_resource_arns = [\"*\"]`, or a `protected_resource_conditions` block";
            ("a restore testing selection needs `protected_resource_arns` or conditions", String::new(), help)
        } else if all && some {
            ("`*` stands alone: AWS refuses it beside ARNs", ARNS.to_owned(), "leave the ARNs out, or the `*`")
        } else if let (true, Some(condition)) = (some, condition) {
            (
                "conditions choose among all resources of the type: AWS refuses them beside ARNs",
                condition.clone(),
                "write `protected_resource_arns = [\"*\"]`, or leave the conditions out",
            )
        } else {
            return Vec::new();
        };
        vec![Concern {
            code: Code::RestoreTestChoice,
            severity: Severity::Error,
            title: title.to_owned(),
            at,
            also: None,
            help: help.to_owned(),
        }]
    }

    /// A second selection of the name cannot be made beside the first.
    fn refuses(&self, change: &Change, _live: &Live, _now: jiff::Timestamp) -> Option<(String, String)> {
        (change.setting == TYPE).then(|| {
            (
                format!("AWS does not change the type of a restore testing selection ({} -> {})", change.before, change.after),
                "give the block another `name`, so that a new selection is made and this one goes".to_owned(),
            )
        })
    }

    fn needs(&self, wanted: &BTreeMap<String, Wanted>, _place: Place<'_>) -> Vec<Need> {
        let role = wanted.get(ROLE).and_then(|wanted| wanted.value.as_str());
        role.map(|role| outside::role(ROLE, role, "backup.amazonaws.com", "AWS Backup restores nothing for a test")).into_iter().collect()
    }

    #[cfg(feature = "aws")]
    fn proof(&self) -> Option<&'static dyn super::ProofAws> {
        Some(&Roles)
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::SelectionCalls)
    }
}

fn resource(text: &str) -> Result<String, Mistake> {
    if text == "*" || (text.starts_with("arn:") && !text.contains('*')) {
        return Ok(text.to_owned());
    }
    let help = "write ARNs in full, or `[\"*\"]` with `protected_resource_conditions`";
    Err(Mistake::new(format!("must be the ARN of a resource, or `*` alone, found \"{text}\"")).help(help))
}

/// `*` covers everything; nothing named leaves the choice to the conditions, which is as much.
fn covers_more(before: &Value, after: &Value) -> Option<std::cmp::Ordering> {
    let is_all = |value: &Value| value.is_nothing() || value.as_items().is_some_and(|items| items.contains(&Value::from("*")));
    match (is_all(before), is_all(after)) {
        (true, true) => Some(std::cmp::Ordering::Equal),
        (true, false) => Some(std::cmp::Ordering::Less),
        (false, true) => Some(std::cmp::Ordering::Greater),
        (false, false) => Safer::WhenMore.direction(before, after),
    }
}

/// What the roles may do.
#[cfg(feature = "aws")]
struct Roles;

#[cfg(feature = "aws")]
impl super::ProofAws for Roles {
    fn prove<'a>(&'a self, request: super::ProofRequest<'a>) -> futures_util::future::BoxFuture<'a, crate::model::Evidence> {
        Box::pin(super::iam::roles(request, ROLE, SPEC.name))
    }
}
