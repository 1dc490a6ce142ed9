//! IAM, as far as other kinds need it: who may assume a role.

use crate::aws::Connection;
use crate::aws::untyped::{Answer as _, Operation, Protocol, Service};
use crate::model::Outside;
use serde_json::json;

/// IAM has one endpoint for all regions of the partition `aws`, whose requests are signed for this region.
///
/// Source: AWS General Reference, "AWS Identity and Access Management endpoints and quotas".
const REGION: &str = "us-east-1";

static IAM: Service = Service {
    id: "IAM",
    iam: "iam",
    signing: "iam",
    host: "iam.amazonaws.com",
    protocol: Protocol::Query { version: "2010-05-08", items: &[] },
};

static GET_ROLE: Operation = IAM.operation("GetRole");

/// Reads a role by its ARN.
pub(super) async fn role(connection: &Connection, arn: &str) -> Outside {
    let name = arn.rsplit('/').next().unwrap_or(arn);
    match connection.ask(&GET_ROLE, REGION, json!({ "RoleName": name })).await {
        Ok(answer) => Outside::Role {
            arn: answer.text("Role.Arn").unwrap_or_else(|| arn.to_owned()),
            trust: decoded(&answer.text("Role.AssumeRolePolicyDocument").unwrap_or_default()),
        },
        Err(failed) if failed.is("NoSuchEntity") => Outside::Absent,
        Err(failed) => Outside::Unread { action: GET_ROLE.action(), reason: failed.sentence(REGION) },
    }
}

/// Undoes the URL encoding in which IAM answers documents (IAM API reference, `Role`). What is no encoding stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let pair: Option<Vec<u8>> = (byte == b'%').then(|| rest.clone().take(2).collect());
        let code = pair.and_then(|pair| u8::from_str_radix(std::str::from_utf8(&pair).ok().filter(|pair| pair.len() == 2)?, 16).ok());
        match code {
            Some(code) => {
                bytes.push(code);
                rest.nth(1);
            }
            None => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn a_document_is_decoded_and_what_is_no_encoding_stays() {
        assert_eq!(decoded("%7B%22Version%22%3A%20%22%C3%BC%22%7D"), "{\"Version\": \"ü\"}");
        assert_eq!(decoded("100% of %zz%4"), "100% of %zz%4");
    }
}
