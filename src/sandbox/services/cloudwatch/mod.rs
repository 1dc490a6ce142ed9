//! Amazon CloudWatch: metric and composite alarms, dashboards, and metric data.
//!
//! An alarm's state is worked out when it is asked for, from the metric data and the clock.

mod alarm;
mod alarms;
mod composite;
mod dashboards;
mod definition;
mod evaluate;
mod history;
mod metrics;
mod queries;
mod statistics;
mod tags;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AwsError, Operation, Protocol, Service, Wire};
use crate::sandbox::state::Caller;

pub(crate) use alarm::{Alarm, AlarmState, Alarms};
pub(crate) use composite::define as define_composite;
pub(crate) use dashboards::{Dashboard, Dashboards, HOME_REGION, check_body, check_name, dashboard_arn, of_account};
pub(crate) use definition::define;
pub(crate) use metrics::{Metric, Metrics, Point as MetricPoint};
pub(crate) use tags::{dashboards_ever_tagged, ever_tagged, tag, untag};

/// Amazon CloudWatch, 2010-08-01. SDKs choose one of its three protocols; Rust's knows CBOR alone.
pub(crate) static SERVICE: Service = Service {
    iam_prefix: "cloudwatch",
    signing_name: "monitoring",
    protocols: &[
        Protocol::RpcV2Cbor { service: "GraniteServiceVersion20100801", wire: &WIRE },
        Protocol::AwsJson { version: "1.0", target: "GraniteServiceVersion20100801", namespace: "com.amazonaws.cloudwatch.v2010_08_01" },
        Protocol::AwsQuery { namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/", wire: &WIRE },
    ],
    throttle_code: "ThrottlingException",
    operations: &[
        Operation::write("DeleteAlarms", alarms::delete),
        Operation::write("DeleteDashboards", dashboards::delete),
        Operation::read("DescribeAlarmHistory", history::describe),
        Operation::read("DescribeAlarms", alarms::describe),
        Operation::read("DescribeAlarmsForMetric", alarms::describe_for_metric),
        Operation::write("DisableAlarmActions", alarms::disable_actions),
        Operation::write("EnableAlarmActions", alarms::enable_actions),
        Operation::read("GetDashboard", dashboards::get),
        Operation::read("GetMetricData", queries::get_data),
        Operation::read("GetMetricStatistics", queries::get_statistics),
        Operation::read("ListDashboards", dashboards::list),
        Operation::read("ListMetrics", queries::list),
        Operation::read("ListTagsForResource", tags::list),
        Operation::write("PutCompositeAlarm", composite::put),
        Operation::write("PutDashboard", dashboards::put),
        Operation::write("PutMetricAlarm", alarms::put),
        Operation::write("PutMetricData", metrics::put),
        Operation::write("SetAlarmState", alarms::set_state),
        Operation::write("TagResource", tags::tag),
        Operation::write("UntagResource", tags::untag),
    ],
    resources,
};

static WIRE: Wire = Wire {
    times: &[
        "AlarmConfigurationUpdatedTimestamp",
        "LastModified",
        "StateTransitionedTimestamp",
        "StateUpdatedTimestamp",
        "Timestamp",
        "Timestamps",
    ],
    maps: &["ExtendedStatistics"],
    // The shapes' names, and their `code` in the service's model.
    items: &[],
    query_codes: &[
        ("AccessDeniedException", "AccessDenied"),
        ("DashboardInvalidInputError", "InvalidParameterInput"),
        ("DashboardNotFoundError", "ResourceNotFound"),
        ("ExpiredTokenException", "ExpiredToken"),
        ("InternalServiceFault", "InternalServiceError"),
        ("InvalidFormatFault", "InvalidFormat"),
        ("InvalidParameterCombinationException", "InvalidParameterCombination"),
        ("InvalidParameterValueException", "InvalidParameterValue"),
        ("LimitExceededFault", "LimitExceeded"),
        ("MissingAuthenticationTokenException", "MissingAuthenticationToken"),
        ("MissingRequiredParameterException", "MissingParameter"),
        ("SerializationException", "MalformedInput"),
        ("ThrottlingException", "Throttling"),
        ("UnknownOperationException", "InvalidAction"),
        ("UnrecognizedClientException", "InvalidClientTokenId"),
        ("ValidationException", "ValidationError"),
    ],
};

/// What one region holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Monitoring {
    pub(crate) alarms: Alarms,
    pub(crate) metrics: Metrics,
    /// Those of the whole account, in its home region.
    pub(crate) dashboards: Dashboards,
}

/// The ARN of an alarm.
pub(crate) fn alarm_arn(account: &str, region: &str, name: &str) -> String {
    format!("arn:aws:cloudwatch:{region}:{account}:alarm:{name}")
}

/// Reading the alarms of a prefix is reading any alarm; metric data has no resources.
fn resources(caller: &Caller, input: &Value) -> Vec<String> {
    let arn = |name: &str| alarm_arn(&caller.account, &caller.region, name);
    let named = input.get("AlarmName").and_then(Value::as_str).map(arn);
    let listed = input.get("AlarmNames").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(arn);
    let tagged = input.get("ResourceARN").and_then(Value::as_str).map(str::to_owned);
    let dashboard = |name: &str| dashboard_arn(&caller.account, name);
    let shown = input.get("DashboardName").and_then(Value::as_str).map(dashboard);
    let going = input.get("DashboardNames").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(dashboard);
    named.into_iter().chain(listed).chain(tagged).chain(shown).chain(going).collect()
}

/// A parameter whose value breaks a rule that the model does not hold.
fn invalid_value(message: impl Into<String>) -> AwsError {
    AwsError::service("InvalidParameterValueException", message)
}

#[cfg(test)]
mod tests;
