//! IAM, as far as other kinds need it: who may assume a role, and what a role may do.

use super::ProofRequest;
use super::telling::text;
use crate::aws::untyped::{Answer as _, Operation, Protocol, Service};
use crate::aws::{CallFailed, Connection};
use crate::model::{Evidence, Outside, RolePermissions};
use futures_util::future::join_all;
use serde_json::{Map, json};
use std::collections::{BTreeMap, BTreeSet};

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
static GET_ROLE_POLICY: Operation = IAM.operation("GetRolePolicy");
static GET_POLICY: Operation = IAM.operation("GetPolicy");
static GET_POLICY_VERSION: Operation = IAM.operation("GetPolicyVersion");
static LIST_ATTACHED: Operation = IAM.operation("ListAttachedRolePolicies");
static LIST_INLINE: Operation = IAM.operation("ListRolePolicies");

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

/// Reads what the roles may do that things name in a setting. Other accounts would not answer.
pub(super) async fn roles(request: ProofRequest<'_>, setting: &str, kind: &str) -> Evidence {
    let connection = request.connection;
    let is_own = |arn: &&str| arn.split(':').nth(4) == Some(connection.identity.account.as_str());
    let named: BTreeSet<&str> = request.things.iter().filter_map(|live| text(live, setting)).filter(is_own).collect();
    let mut evidence = Evidence::default();
    for read in join_all(named.iter().map(|arn| permissions(connection, arn))).await {
        match read {
            Ok(permissions) => evidence.roles.extend(permissions),
            Err(failed) => evidence.gaps.push(connection.gap(&connection.identity.region, Some(kind), None, &failed)),
        }
    }
    evidence
}

/// What a role may do; `None` where there is no such role.
async fn permissions(connection: &Connection, arn: &str) -> Result<Option<RolePermissions>, CallFailed> {
    let name = arn.rsplit('/').next().unwrap_or(arn);
    let input = || Map::from_iter([("RoleName".to_owned(), json!(name))]);
    let marker = ("Marker", "Marker");
    let attached = match connection.pages(&LIST_ATTACHED, REGION, input(), "AttachedPolicies", marker).await {
        Ok(attached) => attached,
        Err(failed) if failed.is("NoSuchEntity") => return Ok(None),
        Err(failed) => return Err(failed),
    };
    let attached: BTreeSet<String> = attached.iter().filter_map(|policy| policy.text("PolicyArn")).collect();
    let mut inline = BTreeMap::new();
    for policy in connection.pages(&LIST_INLINE, REGION, input(), "PolicyNames", marker).await? {
        let Some(policy) = policy.as_str() else { continue };
        let answer = connection.ask(&GET_ROLE_POLICY, REGION, json!({ "RoleName": name, "PolicyName": policy })).await?;
        inline.insert(policy.to_owned(), decoded(&answer.text("PolicyDocument").unwrap_or_default()));
    }
    let mut own = BTreeMap::new();
    // AWS's own have `aws` for an account.
    for policy in attached.iter().filter(|policy| policy.split(':').nth(4) != Some("aws")) {
        // What could not be read is missing, which leaves the role unknown.
        if let Ok(text) = document(connection, policy).await {
            own.extend(text.map(|text| (policy.clone(), text)));
        }
    }
    Ok(Some(RolePermissions { role: arn.to_owned(), attached, inline, own }))
}

/// The text of a policy, as it is in force.
async fn document(connection: &Connection, policy: &str) -> Result<Option<String>, CallFailed> {
    let answer = connection.ask(&GET_POLICY, REGION, json!({ "PolicyArn": policy })).await?;
    let Some(version) = answer.text("Policy.DefaultVersionId") else { return Ok(None) };
    let answer = connection.ask(&GET_POLICY_VERSION, REGION, json!({ "PolicyArn": policy, "VersionId": version })).await?;
    Ok(answer.text("PolicyVersion.Document").map(|text| decoded(&text)))
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
