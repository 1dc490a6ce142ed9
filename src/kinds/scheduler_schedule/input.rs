//! The roles and keys that stand in the parameters of a call of AWS, which the called service needs beside the schedule's own role.
//!
//! Source: the API references of the services (the parameters); RDS User Guide, Exporting DB snapshot data to Amazon S3; AWS Backup Developer
//! Guide, IAM service roles; S3 User Guide, Granting permissions for Batch Operations (who assumes the role). Of other calls nothing is known.

use super::{ARN, INPUT, forms};
use crate::kinds::{Need, Place, outside};
use crate::model::Wanted;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What a call takes.
struct Call {
    /// The service and the action as the ARN of the call has them.
    name: &'static str,
    /// The parameter with a role, and who assumes it.
    role: Option<(&'static str, &'static str)>,
    /// The parameter with a key.
    key: Option<&'static str>,
}

const fn with_role(name: &'static str, parameter: &'static str, service: &'static str) -> Call {
    Call { name, role: Some((parameter, service)), key: None }
}

const fn with_key(name: &'static str) -> Call {
    Call { name, role: None, key: Some("KmsKeyId") }
}

const BACKUP: &str = "backup.amazonaws.com";

/// The calls that make, copy, export or restore backups and take a role or a key.
static CALLS: [Call; 16] = [
    with_role("backup:startBackupJob", "IamRoleArn", BACKUP),
    with_role("backup:startCopyJob", "IamRoleArn", BACKUP),
    with_role("backup:startRestoreJob", "IamRoleArn", BACKUP),
    with_key("docdb:copyDBClusterSnapshot"),
    Call { key: Some("S3SseKmsKeyId"), ..with_key("dynamodb:exportTableToPointInTime") },
    with_key("ec2:copyImage"),
    with_key("ec2:copySnapshot"),
    with_key("elasticache:copySnapshot"),
    with_key("elasticache:createSnapshot"),
    with_key("fsx:copyBackup"),
    with_key("neptune:copyDBClusterSnapshot"),
    with_key("rds:copyDBClusterSnapshot"),
    with_key("rds:copyDBSnapshot"),
    with_key("rds:startDBInstanceAutomatedBackupsReplication"),
    Call { key: Some("KmsKeyId"), ..with_role("rds:startExportTask", "IamRoleArn", "export.rds.amazonaws.com") },
    with_role("s3control:createJob", "RoleArn", "batchoperations.s3.amazonaws.com"),
];

/// The roles and keys that the call needs.
pub(super) fn needs(wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
    let text = |at: &str| wanted.get(at).and_then(|wanted| wanted.value.as_str());
    let name = text(ARN).and_then(forms::parts).and_then(|(_, resource)| resource.strip_prefix("aws-sdk:"));
    let call = name.and_then(|name| CALLS.iter().find(|call| call.name.eq_ignore_ascii_case(name)));
    let (Some(call), Some(Ok(input))) = (call, text(INPUT).map(serde_json::from_str::<Json>)) else { return Vec::new() };
    let parameter = |name: &str| input.get(name).and_then(Json::as_str).filter(|text| !text.is_empty() && !text.contains('<'));
    let otherwise = format!("{} fails at each of its times", call.name);
    let role = call.role.and_then(|(name, service)| Some((parameter(name).filter(|role| role.contains(":role/"))?, service)));
    let role = role.map(|(role, service)| outside::role(INPUT, role, service, &otherwise));
    let key = call.key.and_then(parameter).and_then(|key| outside::key(INPUT, key, place, &otherwise));
    role.into_iter().chain(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Needed;
    use crate::model::{SourceId, Span, Value};

    fn of(call: &str, input: &str) -> Vec<String> {
        let span = Span { source: SourceId::default(), range: 0..0 };
        let wanted = [(ARN, format!("arn:aws:scheduler:::aws-sdk:{call}")), (INPUT, input.to_owned())];
        let wanted = wanted.into_iter().map(|(at, text)| (at.to_owned(), Wanted::new(Value::from(text), span.clone()))).collect();
        let place = Place { arn: None, whole: None, region: "eu-west-1", account: "123456789012", seen: &[] };
        let told = |need: Need| match need.needed {
            Needed::Trust { service } => format!("{} for {service}", need.of),
            _ => need.of,
        };
        needs(&wanted, place).into_iter().map(told).collect()
    }

    #[test]
    fn the_role_and_the_key_of_a_call_are_needed() {
        let input = r#"{"IamRoleArn":"arn:aws:iam::123456789012:role/exports","KmsKeyId":"alias/exports"}"#;
        let found = of("rds:startExportTask", input);
        assert_eq!(
            found,
            ["arn:aws:iam::123456789012:role/exports for export.rds.amazonaws.com", "arn:aws:kms:eu-west-1:123456789012:alias/exports"]
        );
        assert_eq!(of("backup:startBackupJob", input), ["arn:aws:iam::123456789012:role/exports for backup.amazonaws.com"]);
        assert_eq!(of("dynamodb:exportTableToPointInTime", r#"{"S3SseKmsKeyId":"1-2"}"#), ["arn:aws:kms:eu-west-1:123456789012:key/1-2"]);
    }

    #[test]
    fn what_is_not_known_is_not_needed() {
        assert!(of("sqs:sendMessage", r#"{"KmsKeyId":"alias/exports"}"#).is_empty());
        assert!(of("rds:startExportTask", "not JSON").is_empty());
        assert!(of("rds:startExportTask", r#"{"IamRoleArn":3,"KmsKeyId":"alias/aws/rds"}"#).is_empty());
        assert!(of("rds:startExportTask", r#"["IamRoleArn"]"#).is_empty());
    }
}
