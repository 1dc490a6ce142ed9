//! `aws_cloudwatch_dashboard`: what somebody looks at when a backup failed.

#[cfg(feature = "aws")]
mod aws;
mod body;

use super::{Circumstances, Concern, Kind, json, tags};
use crate::model::{
    ArnForm, Code, Document, Existence, Form, KindSpec, Loss, NameForm, Ownership, Setting, Severity, Shape, Wanted, partition,
};
use std::collections::BTreeMap;

const NAME: &str = "dashboard_name";
const BODY: &str = "dashboard_body";
const PUT: &str = "CloudWatch API PutDashboard";
/// Where the tagging API shows what is of no region.
const HOME: &str = "us-east-1";

const ROW: Setting = Setting { source: PUT, reads: &["cloudwatch:GetDashboard"], writes: &["cloudwatch:PutDashboard"], ..Setting::PLAIN };

static SPEC: KindSpec = KindSpec {
    name: "aws_cloudwatch_dashboard",
    title: "CloudWatch dashboard",
    doc: "A dashboard: graphs, alarms and texts on one page. It is of the account and of no region; the metrics in it say their own.",
    ownership: Ownership::Whole,
    service: "cloudwatch",
    arn_form: ArnForm::InAccount,
    arn_prefix: "dashboard/",
    name_argument: NAME,
    name_form: NameForm { min: 1, max: 255, also: &['-', '_'], source: PUT },
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "whoever opens it sees what it shows",
        when_removed: "nobody can look at it any more; what it showed is still measured",
    }),
    settings: &[
        Setting {
            path: NAME,
            shape: Shape::Text(Form::ANY),
            required: true,
            doc: "Its name, unique in its account, of letters, digits, `-` and `_`.",
            writes: &["cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards"],
            fixed: true,
            ..ROW
        },
        Setting {
            path: BODY,
            shape: Shape::Json(Document { what: "a dashboard", canonical: json::sorted }),
            required: true,
            doc: "What it shows, as JSON: up to 500 `widgets`, each with its place on a grid of 24 columns, and `start`, `end` and `periodOverride`.",
            normalisation: "by what the JSON means: order of names and white space mean nothing; sent as it is written",
            source: "CloudWatch API Reference, Dashboard body structure and syntax",
            ..ROW
        },
        tags::setting(&["tag:GetResources", "cloudwatch:ListTagsForResource"], &["cloudwatch:TagResource", "cloudwatch:UntagResource"]),
    ],
    inventory_actions: &["tag:GetResources", "cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource"],
    ..KindSpec::PLAIN
};

/// The kind.
pub struct Dashboard;

impl Kind for Dashboard {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        let body = wanted.get(BODY).and_then(|wanted| wanted.value.as_str());
        let concern = |problem: body::Problem| Concern {
            code: Code::DashboardBody,
            severity: problem.severity,
            title: problem.title,
            at: BODY.to_owned(),
            also: None,
            help: problem.help,
        };
        body.map(body::check).unwrap_or_default().into_iter().map(concern).collect()
    }

    /// The tagging API tells of what has no region in one region alone.
    fn check_circumstances(&self, _: &BTreeMap<String, Wanted>, circumstances: Circumstances<'_>) -> Vec<Concern> {
        let elsewhere = circumstances.region.filter(|region| *region != HOME && partition(region) == "aws");
        let concern = |region: &str| Concern {
            code: Code::DashboardPlace,
            severity: Severity::Warning,
            title: format!(
                "a dashboard is of no region, and AWS lists its tags in {HOME} alone: from {region} its removal from the policy goes unseen"
            ),
            at: NAME.to_owned(),
            also: None,
            help: format!("declare it in a target of {HOME}; it shows metrics of every region all the same"),
        };
        elsewhere.map(concern).into_iter().collect()
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::DashboardCalls)
    }
}
