//! `aws_backup_report_plan`: which reports AWS Backup writes into a bucket every day.

#[cfg(feature = "aws")]
mod aws;

use super::backup_types::{AUDIT_DESCRIPTION, AUDIT_NAME};
use super::{Concern, Kind, Need, Needed, Place, tags};
use crate::model::{
    ArnForm, Change, Code, Effect, Existence, Fallback, Form, Key, KindSpec, Live, Loss, Mistake, NameForm, Ownership, Reading, Safer,
    Setting, Severity, Shape, Wanted, partition,
};
use std::collections::BTreeMap;

const NAME: &str = "name";
const DESCRIPTION: &str = "description";
const CHANNEL: &str = "report_delivery_channel";
const BUCKET: &str = "report_delivery_channel.s3_bucket_name";
const PREFIX: &str = "report_delivery_channel.s3_key_prefix";
const FORMATS: &str = "report_delivery_channel.formats";
const SETTING: &str = "report_setting";
const TEMPLATE: &str = "report_setting.report_template";
const FRAMEWORKS: &str = "report_setting.framework_arns";
const NUMBER: &str = "report_setting.number_of_frameworks";
const ACCOUNTS: &str = "report_setting.accounts";
const UNITS: &str = "report_setting.organization_units";
const REGIONS: &str = "report_setting.regions";

/// The templates that report on frameworks.
const OF_FRAMEWORKS: [&str; 2] = ["RESOURCE_COMPLIANCE_REPORT", "CONTROL_COMPLIANCE_REPORT"];

const ROW: Setting = Setting {
    reads: &["backup:DescribeReportPlan"],
    writes: &["backup:CreateReportPlan", "backup:UpdateReportPlan", "backup:DeleteReportPlan"],
    source: "AWS Backup API CreateReportPlan; Developer Guide, Creating report plans",
    ..Setting::PLAIN
};

/// A row of what the report covers.
const COVERS: Setting = Setting {
    shape: Shape::Texts { item: Form::ANY, max: 1000 },
    safer: Safer::WhenMore,
    normalisation: "a set; none and an empty list are the same",
    when_safer: "the reports cover more from the next day on",
    when_weaker: "the reports no longer tell of what is left out",
    ..ROW
};

static SPEC: KindSpec = KindSpec {
    name: "aws_backup_report_plan",
    title: "backup report plan",
    doc: "A report plan of AWS Backup Audit Manager: which report is written into a bucket once a day, over which accounts and regions.",
    ownership: Ownership::Whole,
    service: "backup",
    arn_form: ArnForm::RegionalWithId,
    arn_prefix: "report-plan:",
    name_form: NameForm { min: 1, max: 256, also: &['_'], source: "AWS Backup API CreateReportPlan" },
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "a report is written every day, the first within a day",
        when_removed: "no report is written any more; those that are in the bucket stay",
    }),
    settings: &[
        Setting {
            path: NAME,
            shape: Shape::Text(AUDIT_NAME),
            required: true,
            doc: "Its name, which AWS never changes: another name makes another plan.",
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
        Setting { path: CHANNEL, shape: Shape::Block(Key::One), required: true, doc: "Where the reports go, and in which form.", ..ROW },
        Setting {
            path: BUCKET,
            required: true,
            doc: "The bucket. Its policy must let the role AWSServiceRoleForBackupReports of this account put objects; where it does not, no report arrives, and only the plan's last successful run tells.",
            ..ROW
        },
        Setting {
            path: PREFIX,
            doc: "What stands before `Backup/REGION/YEAR/…` in the reports' keys.",
            normalisation: "left out and empty are the same",
            ..ROW
        },
        Setting {
            path: FORMATS,
            shape: Shape::Texts { item: Form { what: "`CSV` or `JSON`", check: format }, max: 2 },
            aws_default: Fallback::Kept,
            safer: Safer::WhenMore,
            doc: "`CSV`, `JSON` or both. Where it is left out, CSV.",
            normalisation: "a set; not compared where it is not declared",
            when_safer: "the reports are written in another form too",
            when_weaker: "whoever reads the other form gets no reports any more",
            ..ROW
        },
        Setting { path: SETTING, shape: Shape::Block(Key::One), required: true, doc: "What the reports tell.", ..ROW },
        Setting {
            path: TEMPLATE,
            shape: Shape::OneOf(&[
                "RESOURCE_COMPLIANCE_REPORT",
                "CONTROL_COMPLIANCE_REPORT",
                "BACKUP_JOB_REPORT",
                "COPY_JOB_REPORT",
                "RESTORE_JOB_REPORT",
                "SCAN_JOB_REPORT",
            ]),
            required: true,
            doc: "Which report: of jobs (backup, copy, restore, scan), or of how resources and controls comply with frameworks.",
            when_safer: "other reports are written from the next day on",
            ..ROW
        },
        Setting {
            path: FRAMEWORKS,
            shape: Shape::Texts { item: Form { what: "the ARN of a framework of AWS Backup", check: framework_arn }, max: 1000 },
            doc: "The frameworks that a compliance report covers, as `aws_backup_framework.NAME.arn` or by ARN.",
            normalisation: "a set of ARNs without the id that AWS puts behind the name",
            ..COVERS
        },
        Setting {
            path: NUMBER,
            shape: Shape::Whole { min: 0, max: 1000, unit: "frameworks" },
            aws_default: Fallback::Kept,
            doc: "How many frameworks the report covers, as AWS keeps it.",
            normalisation: "not compared where it is not declared",
            ..ROW
        },
        Setting {
            path: ACCOUNTS,
            doc: "The accounts that it covers, or `ROOT` for every organizational unit; only for the organization's management account or a delegated administrator.",
            ..COVERS
        },
        Setting {
            path: UNITS,
            doc: "The organizational units that it covers; only for the management account or a delegated administrator.",
            ..COVERS
        },
        Setting { path: REGIONS, doc: "The regions that it covers, or `*` for all.", ..COVERS },
        tags::setting(&["backup:ListTags", "tag:GetResources"], &["backup:TagResource", "backup:UntagResource"]),
    ],
    inventory_actions: &["backup:ListReportPlans", "tag:GetResources", "backup:ListTags"],
    ..KindSpec::PLAIN
};

/// The kind.
pub struct ReportPlan;

impl Kind for ReportPlan {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        let Some(template) = wanted.get(TEMPLATE).and_then(|template| template.value.as_str()) else { return Vec::new() };
        let (of_frameworks, has) = (OF_FRAMEWORKS.contains(&template), wanted.contains_key(FRAMEWORKS));
        let (at, title, help) = match (of_frameworks, has) {
            (true, false) => (
                TEMPLATE,
                format!("`{template}` tells of frameworks, and none is named"),
                "add `framework_arns`, with the `arn` of a framework",
            ),
            (false, true) => (
                FRAMEWORKS,
                format!("`{template}` tells of jobs, so that `framework_arns` means nothing"),
                "remove it, or write `CONTROL_COMPLIANCE_REPORT`",
            ),
            _ => return Vec::new(),
        };
        let concern =
            Concern { code: Code::ReportCovers, severity: Severity::Warning, title, at: at.to_owned(), also: None, help: help.to_owned() };
        vec![concern]
    }

    /// The bucket must be there; of one of another account nobody here can tell.
    fn needs(&self, wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
        let bucket = wanted.get(BUCKET).and_then(|bucket| bucket.value.as_str());
        let need = |bucket: &str| Need {
            at: BUCKET.to_owned(),
            of: format!("arn:{}:s3:::{bucket}", partition(place.region)),
            needed: Needed::Presence,
            severity: Severity::Warning,
            otherwise: "AWS Backup writes no report".to_owned(),
        };
        bucket.map(need).into_iter().collect()
    }

    /// Another report takes the place of one that somebody may wait for.
    fn effect(&self, change: &Change, _live: &Live, _wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
        let there = matches!(change.before, Reading::Known(_));
        ([TEMPLATE, BUCKET].contains(&change.setting.as_str()) && there).then_some(Effect::Weakens)
    }

    fn consequence(&self, change: &Change, _live: &Live, _now: jiff::Timestamp) -> Option<String> {
        match change.setting.as_str() {
            TEMPLATE => {
                Some(format!("the report {} is no longer written, and another one is; make a second plan to have both", change.before))
            }
            BUCKET => Some("the reports no longer come where they were; those that are there stay".to_owned()),
            _ => None,
        }
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::ReportCalls)
    }
}

fn format(text: &str) -> Result<String, Mistake> {
    match text {
        "CSV" | "JSON" => Ok(text.to_owned()),
        other => Err(Mistake::new(format!("must be `CSV` or `JSON`, found \"{other}\"")).help("write it in capitals")),
    }
}

/// A framework's ARN without the id behind the name: names have no `-`.
fn framework_arn(text: &str) -> Result<String, Mistake> {
    // AWS's documents write both signs before the name.
    let colons = text.replace(":framework/", ":framework:");
    let mut parts: Vec<&str> = colons.split(':').collect();
    let is_framework =
        text.starts_with("arn:") && parts.len() == 7 && parts.get(2) == Some(&"backup") && parts.get(5) == Some(&"framework");
    if let Some(last) = parts.pop().filter(|_| is_framework) {
        return Ok(format!("{}:{}", parts.join(":"), last.split('-').next().unwrap_or(last)));
    }
    let help = "refer to the `arn` of a framework's block, or look it up with `aws backup list-frameworks`";
    Err(Mistake::new(format!("must be the ARN of a framework of AWS Backup, found \"{text}\"")).help(help))
}
