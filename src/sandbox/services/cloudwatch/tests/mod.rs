//! What CloudWatch does, in AWS's words, seen through the wire.

mod alarms;
mod composite;
mod definitions;
mod states;

use serde_json::{Value, json};

/// An alarm on one metric, with members replaced or, by null, left out.
fn alarm(changes: Value) -> Value {
    let mut input = json!({
        "AlarmName": "a", "Namespace": "N", "MetricName": "M", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
        "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold",
    });
    let Value::Object(changes) = changes else { panic!("changes are an object") };
    for (member, value) in changes {
        input[member] = value;
    }
    input
}
