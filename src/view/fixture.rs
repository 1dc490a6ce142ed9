//! Plans for the tests of this room, and for those of others.

use super::Specs;
use crate::model::{
    Action, Cause, Change, Consent, Consents, Declared, Effect, Fallback, Gap, KindSpec, Loss, NameForm, Note, Ownership, Plan,
    PlannedTarget, PolicyRef, Position, Reaches, Reading, ResourceId, Safer, Setting, Shape, Target, Value, Verb,
};
use std::collections::BTreeMap;

static TABLE: KindSpec = KindSpec {
    name: "aws_dynamodb_table",
    title: "DynamoDB table",
    doc: "Point-in-time recovery and deletion protection of tables that others own.",
    ownership: Ownership::Settings,
    service: "dynamodb",
    arn_prefix: "table/",
    name_form: NameForm { min: 3, max: 255, also: &[], source: "a document" },
    replicas: true,
    settings: &[
        Setting {
            path: "deletion_protection_enabled",
            shape: Shape::Bool,
            required: false,
            aws_default: Fallback::Bool(false),
            only_while: None,
            safer: Safer::WhenTrue,
            loses: Loss::Later,
            doc: "Refuses to delete the table.",
            normalisation: "absent means off",
            when_safer: "nobody can delete the table by mistake",
            when_weaker: "anybody who may delete tables can delete this one",
            source: "DynamoDB UpdateTable",
            reads: &["dynamodb:DescribeTable"],
            writes: &["dynamodb:UpdateTable"],
            ..Setting::PLAIN
        },
        Setting {
            path: "point_in_time_recovery.enabled",
            shape: Shape::Bool,
            required: true,
            aws_default: Fallback::Bool(false),
            only_while: None,
            safer: Safer::WhenTrue,
            loses: Loss::ExistingRecoveryPoints,
            doc: "Continuous backup.",
            normalisation: "none",
            when_safer: "the table can be restored to any second from now on",
            when_weaker: "the whole history is deleted at once",
            source: "DynamoDB UpdateContinuousBackups",
            reads: &["dynamodb:DescribeContinuousBackups"],
            writes: &["dynamodb:UpdateContinuousBackups"],
            ..Setting::PLAIN
        },
        Setting {
            path: "point_in_time_recovery.recovery_period_in_days",
            shape: Shape::Days { min: 1, max: 35 },
            required: false,
            aws_default: Fallback::Number(35),
            only_while: Some("point_in_time_recovery.enabled"),
            safer: Safer::WhenGreater,
            loses: Loss::ExistingRecoveryPoints,
            doc: "How far back a restore can go.",
            normalisation: "none",
            when_safer: "the history grows to the longer window from now on",
            when_weaker: "the history that is older than the shorter window is deleted",
            source: "DynamoDB UpdateContinuousBackups",
            reads: &["dynamodb:DescribeContinuousBackups"],
            writes: &["dynamodb:UpdateContinuousBackups"],
            ..Setting::PLAIN
        },
    ],
    inventory_actions: &["dynamodb:ListTables", "tag:GetResources"],
    ..KindSpec::PLAIN
};

pub(crate) const SPECS: Specs = |name| (name == TABLE.name).then_some(&TABLE);

pub(crate) const DELETION: &str = "deletion_protection_enabled";
pub(crate) const PITR: &str = "point_in_time_recovery.enabled";
pub(crate) const DAYS: &str = "point_in_time_recovery.recovery_period_in_days";

pub(crate) fn position(line: usize) -> Position {
    Position { file: "policy.hcl".to_owned(), line, column: 5 }
}

/// A change with the effect that its values have, and no consent yet.
pub(crate) fn change(setting: &str, before: Reading, after: impl Into<Value>, effect: Effect) -> Change {
    Change {
        setting: setting.to_owned(),
        before,
        after: after.into(),
        effect,
        reaches: if effect == Effect::LosesData { Reaches::Existing } else { Reaches::Future },
        consequence: None,
        consent: Consent::NotNeeded,
        because: Some(position(12)),
        part_of: None,
    }
}

/// An action on the table of that name.
pub(crate) fn action(table: &str, verb: Verb, changes: Vec<Change>) -> Action {
    let mut before =
        BTreeMap::from([(DELETION.to_owned(), Reading::Known(Value::from(true))), (PITR.to_owned(), Reading::Known(Value::from(true)))]);
    let mut wanted = BTreeMap::from([(PITR.to_owned(), true.into())]);
    for change in &changes {
        before.insert(change.setting.clone(), change.before.clone());
        wanted.insert(change.setting.clone(), change.after.clone());
    }
    let because = position(12);
    Action {
        address: format!("aws_dynamodb_table.sales[{}]", Value::from(table)),
        block: "aws_dynamodb_table.sales".to_owned(),
        index: Some(table.to_owned()),
        also: Vec::new(),
        id: ResourceId {
            kind: "aws_dynamodb_table".to_owned(),
            target: "primary".to_owned(),
            region: "us-east-1".to_owned(),
            name: table.to_owned(),
        },
        arn: format!("arn:aws:dynamodb:us-east-1:123456789012:table/{table}"),
        verb,
        refused: None,
        mark: None,
        parent: None,
        replaces: None,
        ahead: Vec::new(),
        facts: BTreeMap::new(),
        changes,
        wanted: wanted.into_iter().map(|(path, value)| (path, Declared { value, written: None, because: because.clone() })).collect(),
        before,
        depends_on: Vec::new(),
        remarks: Vec::new(),
    }
}

/// A plan of these actions, with everything read.
pub(crate) fn of(actions: Vec<Action>) -> Plan {
    Plan {
        format: Plan::FORMAT.to_owned(),
        version: "0.1.0".to_owned(),
        read_at: "2026-11-21T04:00:00Z".parse().unwrap(),
        policy: PolicyRef { path: "policy".to_owned(), workspace: None, digest: "00".repeat(32), files: BTreeMap::new() },
        targets: BTreeMap::from([(
            "primary".to_owned(),
            PlannedTarget {
                target: Target {
                    name: "primary".to_owned(),
                    region: Some("us-east-1".to_owned()),
                    account_id: None,
                    assume_role: None,
                    profile: None,
                },
                account: Some("123456789012".to_owned()),
                region: Some("us-east-1".to_owned()),
            },
        )]),
        actions,
        gaps: Vec::new(),
        notes: Vec::new(),
        consents: Consents::default(),
    }
}

/// A gap about the table of that name, or about all tables.
pub(crate) fn gap(table: Option<&str>) -> Gap {
    Gap {
        target: "primary".to_owned(),
        region: "us-east-1".to_owned(),
        kind: Some("aws_dynamodb_table".to_owned()),
        resource: table.map(str::to_owned),
        action: "dynamodb:DescribeContinuousBackups".to_owned(),
        cause: Cause::Denied,
        message: "User: arn:aws:iam::123456789012:user/ci is not authorized".to_owned(),
    }
}

fn known(value: impl Into<Value>) -> Reading {
    Reading::Known(value.into())
}

/// One of everything: stronger, weaker with each consent and without, unknown, unchanged, a gap and a note.
pub(crate) fn plan() -> Plan {
    let mut on = change(PITR, known(false), true, Effect::Strengthens);
    on.consequence = Some("the table can be restored to any second from now on".to_owned());
    let mut default = change(DAYS, Reading::Unset, 35, Effect::Strengthens);
    default.because = None;
    let mut off = change(PITR, known(true), false, Effect::LosesData);
    off.consequence = Some("the whole history since 2026-10-17 is deleted at once".to_owned());
    off.consent = Consent::Missing {
        waiver: Some(
            "waiver \"sales-pitr\" {\n  address     = \"aws_dynamodb_table.sales[\\\"C\\\"]\"\n  setting     = \"point_in_time_recovery.enabled\"\n  to          = false\n  reason      = \"\"\n  approved_by = \"\"\n  expires     = \"2026-12-21\"\n}\n"
                .to_owned(),
        ),
    };
    let mut guard = change(DELETION, known(true), false, Effect::Weakens);
    guard.consent = Consent::Flag;
    let mut shorter = change(DAYS, known(35), 7, Effect::LosesData);
    shorter.consent = Consent::Waiver {
        name: "shorter".to_owned(),
        reason: "rebuilt nightly".to_owned(),
        approved_by: "data-platform".to_owned(),
        expires: "2027-03-31".parse().unwrap(),
    };
    let mut replica = action("B", Verb::Update, vec![shorter]);
    replica.remarks.push("replica of the table in us-west-2".to_owned());
    let mut unknown = action("D", Verb::Unknown, Vec::new());
    unknown.before.insert(PITR.to_owned(), Reading::Unreadable { cause: "not authorized".to_owned() });
    let mut plan = of(vec![
        action("A", Verb::Update, vec![on, default]),
        replica,
        action("C", Verb::Update, vec![guard, off]),
        unknown,
        action("E", Verb::NoOp, Vec::new()),
    ]);
    plan.gaps = vec![gap(Some("D")), gap(None)];
    plan.notes.push(Note { code: Some("BKS0113".to_owned()), text: "waiver `old` is not used".to_owned() });
    plan
}
