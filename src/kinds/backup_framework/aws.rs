//! The calls: `ListFrameworks` for names and ARNs, `DescribeFramework` for what each holds.

use super::{CONTROL, DESCRIPTION, NAME, PARAMETER, RECORDING, SCOPE_IDS, SCOPE_TAGS, SCOPE_TYPES, SPEC};
use crate::aws::{CallFailed, Connection};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Flat, Found, MakeRequest, RemoveRequest, WholeAws, backup};
use crate::model::{Reading, Value, path};
use aws_sdk_backup::Client;
use aws_sdk_backup::error::BuildError;
use aws_sdk_backup::operation::describe_framework::DescribeFrameworkOutput;
use aws_sdk_backup::types::{ControlInputParameter, ControlScope, FrameworkControl};
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;

const LIST: &str = "backup:ListFrameworks";
const DESCRIBE: &str = "backup:DescribeFramework";
const CREATE: &str = "backup:CreateFramework";
const UPDATE: &str = "backup:UpdateFramework";
const DELETE: &str = "backup:DeleteFramework";

/// The calls.
pub(super) struct FrameworkCalls;

impl WholeAws for FrameworkCalls {
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
            let call = client.delete_framework().framework_name(&request.id.name);
            backup::gone_is_fine(request.connection.call(DELETE, call.send()).await)
        })
    }
}

async fn find(request: FindRequest<'_>) -> Found {
    let connection = request.connection;
    let client = backup::client(connection, &connection.identity.region);
    let listed = list(connection, &client).await;
    let read = |name: String| {
        let client = client.clone();
        async move { Ok(describe(connection, &client, &name).await?.as_ref().map(settings)) }
    };
    let mut found = backup::find_named(&request, &SPEC, listed, read).await;
    for live in &mut found.live {
        // What reading put among the settings and is none.
        if let Some(Reading::Known(status)) = live.settings.remove(RECORDING) {
            live.facts.insert(RECORDING.to_owned(), status);
        }
    }
    found
}

async fn list(connection: &Connection, client: &Client) -> Result<Vec<backup::Named>, CallFailed> {
    let mut frameworks = Vec::new();
    let mut from: Option<String> = None;
    loop {
        let page = connection.call(LIST, client.list_frameworks().set_next_token(from.take()).send()).await?;
        let named = page.frameworks.unwrap_or_default().into_iter();
        frameworks.extend(named.filter_map(|one| Some(backup::Named { name: one.framework_name?, arn: one.framework_arn? })));
        from = page.next_token;
        if from.is_none() {
            return Ok(frameworks);
        }
    }
}

async fn describe(connection: &Connection, client: &Client, name: &str) -> Result<Option<DescribeFrameworkOutput>, CallFailed> {
    match connection.call(DESCRIBE, client.describe_framework().framework_name(name).send()).await {
        Ok(answer) => Ok(Some(answer)),
        Err(failed) if failed.is("ResourceNotFoundException") => Ok(None),
        Err(failed) => Err(failed),
    }
}

fn settings(framework: &DescribeFrameworkOutput) -> BTreeMap<String, Reading> {
    let mut settings = BTreeMap::new();
    let mut known = |at: String, value: Value| drop(settings.insert(at, Reading::Known(value)));
    let texts = |texts: &[String]| Value::set(texts.iter().map(|text| Value::from(text.as_str())));
    for (at, text) in
        [(NAME, framework.framework_name()), (DESCRIPTION, framework.framework_description()), (RECORDING, framework.framework_status())]
    {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            known(at.to_owned(), Value::from(text));
        }
    }
    for control in framework.framework_controls() {
        let at = path::keyed(CONTROL, control.control_name());
        known(at.clone(), Value::Bool(true));
        for parameter in control.control_input_parameters() {
            let at = path::keyed(&path::child(&at, PARAMETER), parameter.parameter_name().unwrap_or_default());
            known(path::child(&at, "value"), Value::from(parameter.parameter_value().unwrap_or_default()));
            known(at, Value::Bool(true));
        }
        let Some(scope) = control.control_scope() else { continue };
        for (name, list) in [(SCOPE_IDS, scope.compliance_resource_ids()), (SCOPE_TYPES, scope.compliance_resource_types())] {
            if !list.is_empty() {
                known(path::child(&at, name), texts(list));
            }
        }
        if let Some(tags) = scope.tags().filter(|tags| !tags.is_empty()) {
            let tags = tags.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str())));
            known(path::child(&at, SCOPE_TAGS), Value::Map(tags.collect()));
        }
    }
    settings
}

fn controls(flat: &Flat) -> Result<Vec<FrameworkControl>, BuildError> {
    let control = |name: String| {
        let at = path::keyed(CONTROL, &name);
        let parameters = path::child(&at, PARAMETER);
        let parameter = |name: String| {
            let value = flat.text(&path::child(&path::keyed(&parameters, &name), "value"));
            ControlInputParameter::builder().parameter_name(name).set_parameter_value(value).build()
        };
        let given: Vec<ControlInputParameter> = flat.keys(&parameters).into_iter().map(parameter).collect();
        let [ids, types, tags] = [SCOPE_IDS, SCOPE_TYPES, SCOPE_TAGS].map(|name| path::child(&at, name));
        let scope = flat.has_within(&path::child(&at, "scope")).then(|| {
            ControlScope::builder()
                .set_compliance_resource_ids(flat.texts(&ids))
                .set_compliance_resource_types(flat.texts(&types))
                .set_tags(flat.text_map(&tags).map(|tags| tags.into_iter().collect()))
                .build()
        });
        FrameworkControl::builder()
            .control_name(name)
            .set_control_input_parameters(Some(given).filter(|given| !given.is_empty()))
            .set_control_scope(scope)
            .build()
    };
    flat.keys(CONTROL).into_iter().map(control).collect()
}

/// Waits until a framework is deployed; until then AWS neither changes nor removes it.
async fn deployed(connection: &Connection, client: &Client, name: &str, waiting: &(dyn Fn(&str) + Sync)) -> Result<(), ChangeFailed> {
    backup::deployed(|| Box::pin(status(connection, client, name)), waiting).await
}

async fn status(connection: &Connection, client: &Client, name: &str) -> Result<Option<String>, CallFailed> {
    Ok(describe(connection, client, name).await?.and_then(|framework| framework.deployment_status))
}

/// Waits for what was just sent, and tells where AWS could not deploy it.
async fn settled(connection: &Connection, client: &Client, name: &str, waiting: &(dyn Fn(&str) + Sync)) -> Result<(), ChangeFailed> {
    deployed(connection, client, name, waiting).await?;
    match status(connection, client, name).await?.as_deref() {
        Some("FAILED") => {
            let message = "AWS Backup could not deploy it: does AWS Config record the resources that its controls look at?";
            Err(CallFailed::not_understood(DESCRIBE, message).into())
        }
        _ => Ok(()),
    }
}

async fn make(request: MakeRequest<'_>) -> Result<BTreeMap<String, Value>, ChangeFailed> {
    let (connection, client, name) = (request.connection, backup::client(request.connection, &request.id.region), &request.id.name);
    let flat = Flat::of_wanted(request.wanted);
    let controls = controls(&flat).map_err(|error| CallFailed::not_understood(CREATE, error.to_string()))?;
    let call = client
        .create_framework()
        .framework_name(name)
        .set_framework_description(flat.text(DESCRIPTION))
        .set_framework_controls(Some(controls))
        .set_framework_tags(Some(request.tags().into_iter().collect()));
    connection.call(CREATE, call.send()).await?;
    settled(connection, &client, name, request.waiting).await?;
    Ok(BTreeMap::new())
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let (connection, client, name) = (request.connection, backup::client(request.connection, &request.id.region), &request.id.name);
    let changes = backup::changes_beside_tags(&request);
    if !changes.is_empty() {
        deployed(connection, &client, name, request.waiting).await?;
        let now = describe(connection, &client, name).await?.as_ref().map(settings).ok_or(ChangeFailed::Gone)?;
        request.refuse_if_moved(&now, &changes)?;
        let flat = Flat::of_readings(&now).with(&changes);
        let controls = controls(&flat).map_err(|error| CallFailed::not_understood(UPDATE, error.to_string()))?;
        let call = client
            .update_framework()
            .framework_name(name)
            .framework_description(flat.text(DESCRIPTION).unwrap_or_default())
            .set_framework_controls(Some(controls));
        connection.call(UPDATE, call.send()).await?;
        settled(connection, &client, name, request.waiting).await?;
    }
    backup::retag(&request, &client, backup::arn(&request)).await
}
