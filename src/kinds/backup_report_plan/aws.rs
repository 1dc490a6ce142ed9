//! The calls: `ListReportPlans` tells all of every plan but its tags.

use super::{
    ACCOUNTS, BUCKET, CHANNEL, DESCRIPTION, FORMATS, FRAMEWORKS, NAME, NUMBER, PREFIX, REGIONS, SETTING, SPEC, TEMPLATE, UNITS,
    framework_arn,
};
use crate::aws::{CallFailed, Connection};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Flat, Found, MakeRequest, RemoveRequest, WholeAws, backup};
use crate::model::{Reading, Value};
use aws_sdk_backup::Client;
use aws_sdk_backup::error::BuildError;
use aws_sdk_backup::types::{ReportDeliveryChannel, ReportPlan, ReportSetting};
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;

const LIST: &str = "backup:ListReportPlans";
const DESCRIBE: &str = "backup:DescribeReportPlan";
const CREATE: &str = "backup:CreateReportPlan";
const UPDATE: &str = "backup:UpdateReportPlan";
const DELETE: &str = "backup:DeleteReportPlan";
const LIST_FRAMEWORKS: &str = "backup:ListFrameworks";

/// The calls.
pub(super) struct ReportCalls;

impl WholeAws for ReportCalls {
    fn find<'a>(&'a self, request: FindRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(find(request))
    }

    fn make<'a>(&'a self, request: MakeRequest<'a>) -> BoxFuture<'a, Result<BTreeMap<String, Value>, ChangeFailed>> {
        Box::pin(make(request))
    }

    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(change(request))
    }

    fn remove<'a>(&'a self, request: RemoveRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(async move {
            let client = backup::client(request.connection, &request.id.region);
            deployed(request.connection, &client, &request.id.name, request.waiting).await?;
            let call = client.delete_report_plan().report_plan_name(&request.id.name);
            backup::gone_is_fine(request.connection.call(DELETE, call.send()).await)
        })
    }
}

async fn find(request: FindRequest<'_>) -> Found {
    let client = backup::client(request.connection, &request.connection.identity.region);
    let plans = list(request.connection, &client).await;
    let named =
        |plan: &ReportPlan| Some(backup::Named { name: plan.report_plan_name()?.to_owned(), arn: plan.report_plan_arn()?.to_owned() });
    let listed = plans.as_ref().map(|plans| plans.iter().filter_map(named).collect()).map_err(Clone::clone);
    let of = |name: &str| plans.as_ref().ok()?.iter().find(|plan| plan.report_plan_name() == Some(name));
    backup::find_named(&request, &SPEC, listed, async |name: String| Ok(of(&name).map(settings))).await
}

async fn list(connection: &Connection, client: &Client) -> Result<Vec<ReportPlan>, CallFailed> {
    let mut plans = Vec::new();
    let mut from: Option<String> = None;
    loop {
        let page = connection.call(LIST, client.list_report_plans().set_next_token(from.take()).send()).await?;
        plans.extend(page.report_plans.unwrap_or_default());
        from = page.next_token;
        if from.is_none() {
            return Ok(plans);
        }
    }
}

fn settings(plan: &ReportPlan) -> BTreeMap<String, Reading> {
    let mut settings = BTreeMap::new();
    let mut known = |at: &str, value: Value| drop(settings.insert(at.to_owned(), Reading::Known(value)));
    let mut text = |at: &str, text: Option<&str>| {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            known(at, Value::from(text));
        }
    };
    text(NAME, plan.report_plan_name());
    text(DESCRIPTION, plan.report_plan_description());
    let (channel, setting) = (plan.report_delivery_channel(), plan.report_setting());
    text(BUCKET, channel.map(ReportDeliveryChannel::s3_bucket_name));
    text(PREFIX, channel.and_then(ReportDeliveryChannel::s3_key_prefix));
    text(TEMPLATE, setting.map(ReportSetting::report_template));
    let mut texts = |at: &str, texts: &[String]| {
        if !texts.is_empty() {
            known(at, Value::set(texts.iter().map(|text| Value::from(text.as_str()))));
        }
    };
    if let Some(channel) = channel {
        texts(FORMATS, channel.formats());
    }
    if let Some(setting) = setting {
        let arns: Vec<String> = setting.framework_arns().iter().map(|arn| framework_arn(arn).unwrap_or_else(|_| arn.clone())).collect();
        texts(FRAMEWORKS, &arns);
        texts(ACCOUNTS, setting.accounts());
        texts(UNITS, setting.organization_units());
        texts(REGIONS, setting.regions());
        if setting.number_of_frameworks() > 0 {
            known(NUMBER, Value::from(i64::from(setting.number_of_frameworks())));
        }
    }
    known(CHANNEL, Value::Bool(channel.is_some()));
    known(SETTING, Value::Bool(setting.is_some()));
    settings
}

/// Waits until a plan is deployed; until then AWS neither changes nor removes it.
async fn deployed(connection: &Connection, client: &Client, name: &str, waiting: &(dyn Fn(&str) + Sync)) -> Result<(), ChangeFailed> {
    backup::deployed(|| Box::pin(status(connection, client, name)), waiting).await
}

async fn status(connection: &Connection, client: &Client, name: &str) -> Result<Option<String>, CallFailed> {
    match connection.call(DESCRIBE, client.describe_report_plan().report_plan_name(name).send()).await {
        Ok(answer) => Ok(answer.report_plan.and_then(|plan| plan.deployment_status)),
        Err(failed) if failed.is("ResourceNotFoundException") => Ok(None),
        Err(failed) => Err(failed),
    }
}

/// The whole ARNs of frameworks, each with the id that AWS put behind its name.
async fn whole_arns(connection: &Connection, client: &Client, arns: Vec<String>) -> Result<Vec<String>, CallFailed> {
    let mut whole: BTreeMap<String, String> = BTreeMap::new();
    let mut from: Option<String> = None;
    while !arns.is_empty() {
        let page = connection.call(LIST_FRAMEWORKS, client.list_frameworks().set_next_token(from.take()).send()).await?;
        let arns = page.frameworks.unwrap_or_default().into_iter().filter_map(|framework| framework.framework_arn);
        whole.extend(arns.filter_map(|arn| Some((framework_arn(&arn).ok()?, arn))));
        from = page.next_token;
        if from.is_none() {
            break;
        }
    }
    Ok(arns.into_iter().map(|arn| whole.get(&arn).cloned().unwrap_or(arn)).collect())
}

fn input(flat: &Flat, frameworks: Vec<String>) -> Result<(ReportDeliveryChannel, ReportSetting), BuildError> {
    let channel = ReportDeliveryChannel::builder()
        .set_s3_bucket_name(flat.text(BUCKET))
        .set_s3_key_prefix(flat.text(PREFIX))
        .set_formats(flat.texts(FORMATS))
        .build()?;
    let setting = ReportSetting::builder()
        .set_report_template(flat.text(TEMPLATE))
        .set_framework_arns(Some(frameworks).filter(|arns| !arns.is_empty()))
        .set_number_of_frameworks(flat.whole(NUMBER).and_then(|number| i32::try_from(number).ok()))
        .set_accounts(flat.texts(ACCOUNTS))
        .set_organization_units(flat.texts(UNITS))
        .set_regions(flat.texts(REGIONS))
        .build()?;
    Ok((channel, setting))
}

async fn make(request: MakeRequest<'_>) -> Result<BTreeMap<String, Value>, ChangeFailed> {
    let (connection, client) = (request.connection, backup::client(request.connection, &request.id.region));
    let flat = Flat::of_wanted(request.wanted);
    let frameworks = whole_arns(connection, &client, flat.texts(FRAMEWORKS).unwrap_or_default()).await?;
    let (channel, setting) = input(&flat, frameworks).map_err(|error| CallFailed::not_understood(CREATE, error.to_string()))?;
    let call = client
        .create_report_plan()
        .report_plan_name(&request.id.name)
        .set_report_plan_description(flat.text(DESCRIPTION))
        .report_delivery_channel(channel)
        .report_setting(setting)
        .set_report_plan_tags(Some(request.tags().into_iter().collect()));
    connection.call(CREATE, call.send()).await?;
    Ok(BTreeMap::new())
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let (connection, client) = (request.connection, backup::client(request.connection, &request.id.region));
    let changes = backup::changes_beside_tags(&request);
    if !changes.is_empty() {
        deployed(connection, &client, &request.id.name, request.waiting).await?;
        let answer = match connection.call(DESCRIBE, client.describe_report_plan().report_plan_name(&request.id.name).send()).await {
            Err(failed) if failed.is("ResourceNotFoundException") => return Err(ChangeFailed::Gone),
            other => other?,
        };
        let now = answer.report_plan().map(settings).ok_or(ChangeFailed::Gone)?;
        request.refuse_if_moved(&now, &changes)?;
        let flat = Flat::of_readings(&now).with(&changes);
        let frameworks = whole_arns(connection, &client, flat.texts(FRAMEWORKS).unwrap_or_default()).await?;
        let (channel, setting) = input(&flat, frameworks).map_err(|error| CallFailed::not_understood(UPDATE, error.to_string()))?;
        let call = client
            .update_report_plan()
            .report_plan_name(&request.id.name)
            .report_plan_description(flat.text(DESCRIPTION).unwrap_or_default())
            .report_delivery_channel(channel)
            .report_setting(setting);
        connection.call(UPDATE, call.send()).await?;
    }
    backup::retag(&request, &client, backup::arn(&request)).await
}
