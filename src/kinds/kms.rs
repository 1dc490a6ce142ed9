//! KMS, as far as other kinds need it: whether a key can be used.

use crate::aws::Connection;
use crate::aws::untyped::{Answer as _, Operation, Protocol, Service};
use crate::model::Outside;
use serde_json::json;

static KMS: Service =
    Service { id: "KMS", iam: "kms", signing: "kms", host: "kms", protocol: Protocol::Json { version: "1.1", target: "TrentService" } };

static DESCRIBE_KEY: Operation = KMS.operation("DescribeKey");

/// Reads a key by its ARN or that of an alias, in its own region.
pub(super) async fn key(connection: &Connection, arn: &str) -> Outside {
    let region = arn.split(':').nth(3).unwrap_or(&connection.identity.region);
    match connection.ask(&DESCRIBE_KEY, region, json!({ "KeyId": arn })).await {
        Ok(answer) => Outside::Key {
            state: answer.text("KeyMetadata.KeyState").unwrap_or_default(),
            spec: answer.text("KeyMetadata.KeySpec").unwrap_or_default(),
        },
        Err(failed) if failed.is("NotFoundException") => Outside::Absent,
        Err(failed) => Outside::Unread { action: DESCRIBE_KEY.action(), reason: failed.sentence(region) },
    }
}
