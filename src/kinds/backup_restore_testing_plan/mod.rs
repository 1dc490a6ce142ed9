//! `aws_backup_restore_testing_plan`: when AWS Backup restores which recovery points to see whether that works.

#[cfg(feature = "aws")]
mod aws;

use super::backup_schedule::{SCHEDULE, ZONE, more_often};
use super::{Circumstances, Concern, Kind, Need, Needed, Place, Recurrence, When, backup_types, schedules, tags};
use crate::model::{
    ArnForm, Code, Existence, Fallback, Form, Key, KindSpec, Loss, Mistake, NameForm, Ownership, Safer, Setting, Severity, Shape, Value,
    Wanted, path,
};
use crate::time::{Schedule, Service, Zone};
use std::collections::BTreeMap;

const NAME: &str = "name";
const WHEN: &str = "schedule_expression";
const TIMEZONE: &str = "schedule_expression_timezone";
const START_WINDOW: &str = "start_window_hours";
const POINTS: &str = "recovery_point_selection";
const ALGORITHM: &str = "recovery_point_selection.algorithm";
const INCLUDE: &str = "recovery_point_selection.include_vaults";
const EXCLUDE: &str = "recovery_point_selection.exclude_vaults";
const TYPES: &str = "recovery_point_selection.recovery_point_types";
const WINDOW: &str = "recovery_point_selection.selection_window_days";

const ROW: Setting = Setting {
    reads: &["backup:GetRestoreTestingPlan"],
    writes: &["backup:CreateRestoreTestingPlan", "backup:UpdateRestoreTestingPlan", "backup:DeleteRestoreTestingPlan"],
    source: "AWS Backup API RestoreTestingPlanForCreate; Developer Guide, Restore testing",
    ..Setting::PLAIN
};

static SPEC: KindSpec = KindSpec {
    name: "aws_backup_restore_testing_plan",
    title: "restore testing plan",
    doc: "A plan of AWS Backup that restores recovery points now and then to prove that it can be done; what was restored is deleted again after its validation window. What it tests are its selections.",
    ownership: Ownership::Whole,
    service: "backup",
    arn_form: ArnForm::RegionalWithId,
    arn_prefix: "restore-testing-plan:",
    name_form: NameForm { min: 1, max: 50, also: &['_'], source: "AWS Backup API RestoreTestingPlanForCreate" },
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "what its selections choose is restored for a test from the next run on",
        when_removed: "no restore is tested by it any more, so that nobody knows whether the backups can be used",
    }),
    settings: &[
        Setting { path: NAME, required: true, doc: "Its name, of letters, digits and `_`, which AWS never changes.", fixed: true, ..ROW },
        Setting {
            path: WHEN,
            shape: Shape::Text(SCHEDULE),
            required: true,
            safer: Safer::By(more_often),
            doc: "When it runs.",
            normalisation: "names of months and days in upper case",
            when_safer: "restores are tested more often",
            when_weaker: "restores are tested less often, so that a backup that cannot be used is noticed later",
            ..ROW
        },
        Setting {
            path: TIMEZONE,
            shape: Shape::Text(ZONE),
            aws_default: Fallback::Text("Etc/UTC"),
            doc: "The time zone in which the schedule is read.",
            normalisation: "`UTC` is `Etc/UTC`; left out is `Etc/UTC`",
            ..ROW
        },
        Setting {
            path: START_WINDOW,
            shape: Shape::Whole { min: 1, max: 168, unit: "hours" },
            aws_default: Fallback::Number(24),
            safer: Safer::WhenGreater,
            doc: "How many hours after its time a test may still start; after that it is dropped.",
            normalisation: "left out is 24, as AWS answers it",
            when_safer: "a test that has to wait is made later, and not dropped",
            when_weaker: "a test that has to wait longer is dropped",
            ..ROW
        },
        Setting { path: POINTS, shape: Shape::Block(Key::One), required: true, doc: "Which recovery points are restored.", ..ROW },
        Setting {
            path: ALGORITHM,
            shape: Shape::OneOf(&["LATEST_WITHIN_WINDOW", "RANDOM_WITHIN_WINDOW"]),
            required: true,
            doc: "The latest recovery point within the window, or any one of it.",
            when_safer: "another recovery point is restored",
            ..ROW
        },
        Setting {
            path: INCLUDE,
            shape: Shape::Texts { item: VAULT, max: 1000 },
            required: true,
            safer: Safer::By(backup_types::covers_more),
            doc: "The vaults by ARN, in which `*` may stand, or `*` for all.",
            normalisation: "a set; order and repetition mean nothing",
            when_safer: "recovery points of more vaults are tested",
            when_weaker: "recovery points of the vaults that go out are no longer tested",
            ..ROW
        },
        Setting {
            path: EXCLUDE,
            shape: Shape::Texts { item: VAULT, max: 1000 },
            safer: Safer::By(|before, after| backup_types::covers_more(after, before)),
            doc: "Vaults that are left out again.",
            normalisation: "a set; none and an empty list are the same",
            when_safer: "recovery points of more vaults are tested",
            when_weaker: "recovery points of these vaults are no longer tested",
            ..ROW
        },
        Setting {
            path: TYPES,
            shape: Shape::Texts { item: Form { what: "`CONTINUOUS` or `SNAPSHOT`", check: point_type }, max: 2 },
            required: true,
            safer: Safer::WhenMore,
            doc: "Snapshots, continuous backups (restored to a point in time), or both.",
            normalisation: "a set; order and repetition mean nothing",
            when_safer: "recovery points of this sort are tested too",
            when_weaker: "recovery points of the sort that goes out are no longer tested",
            ..ROW
        },
        Setting {
            path: WINDOW,
            shape: Shape::Days { min: 1, max: 365 },
            aws_default: Fallback::Number(30),
            doc: "How old a recovery point may be, counted from when the test runs.",
            normalisation: "left out is 30, as AWS answers it",
            when_safer: "older recovery points may be chosen, or no longer",
            ..ROW
        },
        tags::setting(&["backup:ListTags", "tag:GetResources"], &["backup:TagResource", "backup:UntagResource"]),
    ],
    inventory_actions: &["backup:ListRestoreTestingPlans", "tag:GetResources", "backup:ListTags"],
    ..KindSpec::PLAIN
};

/// The kind.
pub struct RestoreTestingPlan;

impl Kind for RestoreTestingPlan {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        let all_out =
            wanted.get(EXCLUDE).and_then(|out| out.value.as_items()).is_some_and(|out| out.iter().any(|one| one.as_str() == Some("*")));
        let concern = || Concern {
            code: Code::RestoreTestNothing,
            severity: Severity::Error,
            title: "`exclude_vaults` leaves out every vault, so that no restore is ever tested".to_owned(),
            at: EXCLUDE.to_owned(),
            also: Some((INCLUDE.to_owned(), "the vaults that are brought in".to_owned())),
            help: "name the vaults to leave out, or remove the plan".to_owned(),
        };
        all_out.then(concern).into_iter().chain(choice(wanted)).collect()
    }

    fn check_circumstances(&self, wanted: &BTreeMap<String, Wanted>, circumstances: Circumstances<'_>) -> Vec<Concern> {
        let text = |at: &str| wanted.get(at).and_then(|wanted| wanted.value.as_str());
        let written = text(WHEN).unwrap_or_default();
        let (Ok(schedule), Ok(zone)) = (Schedule::parse(written, Service::Backup), Zone::named(text(TIMEZONE).unwrap_or("Etc/UTC"))) else {
            return Vec::new();
        };
        let concern = || Concern {
            code: Code::ScheduleIsOver,
            severity: Severity::Warning,
            title: format!("no restore is ever tested again: the last time that `{written}` means is past"),
            at: WHEN.to_owned(),
            also: None,
            help: "write `*` for the year, or a year to come".to_owned(),
        };
        let over = schedule.is_over(circumstances.now, &zone).then(concern);
        over.into_iter().chain(schedules::skipped(written, Service::Backup, zone.name(), circumstances.now, WHEN)).collect()
    }

    /// The vaults that it names outright must be there: AWS takes any.
    fn needs(&self, wanted: &BTreeMap<String, Wanted>, _place: Place<'_>) -> Vec<Need> {
        let vaults = wanted.get(INCLUDE).and_then(|vaults| vaults.value.as_items()).into_iter().flatten().filter_map(Value::as_str);
        let need = |vault: &str| Need {
            at: path::keyed(INCLUDE, vault),
            of: vault.to_owned(),
            needed: Needed::Presence,
            severity: Severity::Warning,
            otherwise: "AWS Backup takes the plan, and restores nothing of it".to_owned(),
        };
        vaults.filter(|vault| !vault.contains('*')).map(need).collect()
    }

    fn runs(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Recurrence> {
        let hours = wanted.get(START_WINDOW).map_or(Some(24), |wanted| wanted.value.as_i64()).and_then(|hours| u32::try_from(hours).ok());
        let when = When::of(wanted, WHEN, TIMEZONE, Service::Backup);
        let run = Recurrence::new(WHEN, "restores recovery points to see whether that works", when);
        vec![Recurrence { start_window: hours.and_then(|hours| hours.checked_mul(60)), ..run }]
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::PlanCalls)
    }
}

/// What AWS refuses of the choice of recovery points.
fn choice(wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
    let items = |at: &str| wanted.get(at).and_then(|wanted| wanted.value.as_items());
    let concern = |at: &str, title: &str, help: &str| Concern {
        code: Code::RestoreTestChoice,
        severity: Severity::Error,
        title: title.to_owned(),
        at: at.to_owned(),
        also: None,
        help: help.to_owned(),
    };
    let mut concerns = Vec::new();
    if items(INCLUDE).is_some_and(|vaults| vaults.len() > 1 && vaults.contains(&Value::from("*"))) {
        concerns.push(concern(INCLUDE, "`*` stands alone: AWS refuses it beside ARNs", "leave the ARNs out, or the `*`"));
    }
    if items(TYPES).is_some_and(<[Value]>::is_empty) {
        let help = "write `[\"SNAPSHOT\"]`, `[\"CONTINUOUS\"]`, or both";
        concerns.push(concern(TYPES, "a restore testing plan needs a sort of recovery points to choose among", help));
    }
    concerns
}

/// A vault, or vaults.
const VAULT: Form = Form { what: "the ARN of a vault, in which `*` may stand, or `*`", check: vault };

fn vault(text: &str) -> Result<String, Mistake> {
    if text == "*" || (text.starts_with("arn:") && text.contains(":backup-vault:")) {
        return Ok(text.to_owned());
    }
    let help = "refer to the `arn` of a vault's block, or write `arn:aws:backup:*:*:backup-vault:NAME-*`";
    Err(Mistake::new(format!("must be the ARN of a vault or `*`, found \"{text}\"")).help(help))
}

fn point_type(text: &str) -> Result<String, Mistake> {
    match text {
        "CONTINUOUS" | "SNAPSHOT" => Ok(text.to_owned()),
        other => Err(Mistake::new(format!("must be `CONTINUOUS` or `SNAPSHOT`, found \"{other}\""))
            .help("write it in capitals, without an S at its end")),
    }
}
