//! What AWS Backup backs up, as far as an ARN tells it.
//!
//! Source: AWS Backup Developer Guide, Supported AWS resources and third-party applications. AWS adds types from time to time, so that what
//! is not here is doubted, not refused.

use crate::model::Value;

/// Services with how the last part of the ARNs of their types begins; an empty one is any.
const SERVICES: [(&str, &[&str], &str); 15] = [
    ("backup-gateway", &["vm/"], "virtual machines"),
    ("cloudformation", &["stack/"], "CloudFormation stacks"),
    ("dsql", &["cluster/"], "Aurora DSQL clusters"),
    ("dynamodb", &["table/"], "DynamoDB tables"),
    ("ec2", &["instance/", "volume/"], "EC2 instances and EBS volumes"),
    ("eks", &["cluster/"], "EKS clusters"),
    ("elasticfilesystem", &["file-system/"], "EFS file systems"),
    ("fsx", &["file-system/", "volume/"], "FSx file systems and volumes"),
    ("rds", &["db:", "cluster:"], "RDS, Aurora, Neptune and DocumentDB"),
    ("redshift", &["cluster:"], "Redshift clusters"),
    ("redshift-serverless", &["namespace/"], "Redshift Serverless namespaces"),
    ("s3", &[""], "S3 buckets"),
    ("ssm-sap", &[""], "SAP HANA on EC2"),
    ("storagegateway", &["gateway/"], "Storage Gateway volumes"),
    ("timestream", &["database/"], "Timestream tables"),
];

/// Every type in words.
pub(super) fn all() -> String {
    let titles: Vec<&str> = SERVICES.iter().map(|(_, _, title)| *title).collect();
    titles.join(", ")
}

/// Whether the thing of an ARN is of a type that AWS Backup backs up: a pattern or a tag brings in nothing else, whatever it matches.
pub(super) fn is_backed_up(arn: &str) -> bool {
    let mut parts = arn.splitn(6, ':').skip(2);
    let (Some(service), Some(resource)) = (parts.next(), parts.nth(2)) else { return false };
    SERVICES.iter().any(|(known, starts, _)| *known == service && starts.iter().any(|start| resource.starts_with(start)))
}

/// Whether the thing of an ARN is of a service that AWS Backup is not known to back up anything of. Its own vaults and plans it surely does
/// not.
pub(super) fn is_of_unknown_service(arn: &str) -> bool {
    let service = arn.split(':').nth(2).unwrap_or_default();
    service != "backup" && !SERVICES.iter().any(|(known, _, _)| *known == service)
}

/// The ARNs and patterns of what is not backed up: each with what it is in words.
pub(super) fn not_backed_up(resources: Option<&Value>) -> Vec<(&str, String)> {
    let arns = resources.and_then(Value::as_items).into_iter().flatten().filter_map(Value::as_str);
    arns.filter_map(|arn| Some((arn, strange(arn)?))).collect()
}

fn strange(arn: &str) -> Option<String> {
    let mut parts = arn.splitn(6, ':').skip(2);
    let service = parts.next().filter(|service| !service.contains('*'))?;
    let Some((_, starts, _)) = SERVICES.iter().find(|(known, _, _)| *known == service) else {
        return Some(format!("anything of `{service}`"));
    };
    let resource = parts.nth(2)?;
    let begins = resource.strip_suffix('*');
    // A pattern may go on with what is missing.
    let fits = |start: &str| resource.starts_with(start) || begins.is_some_and(|begins| start.starts_with(begins));
    let kind = resource.split([':', '/']).next().unwrap_or(resource);
    (!starts.iter().any(|start| fits(start))).then(|| format!("a `{kind}` of `{service}`"))
}

#[cfg(test)]
mod tests {
    use super::strange;

    #[test]
    fn patterns_are_doubted_only_where_nothing_fits_them() {
        for known in [
            "*",
            "arn:aws:rds:*",
            "arn:aws:ec2:*:*:instance/*",
            "arn:aws:ec2:us-east-1:1:*",
            "arn:aws:ec2:us-east-1:1:vol*",
            "arn:aws:s3:::b",
        ] {
            assert_eq!(strange(known), None, "{known}");
        }
        assert_eq!(strange("arn:aws:lambda:us-east-1:1:function:f").as_deref(), Some("anything of `lambda`"));
        assert_eq!(strange("arn:aws:ec2:us-east-1:1:vpc/vpc-1").as_deref(), Some("a `vpc` of `ec2`"));
        assert_eq!(strange("arn:aws:rds:us-east-1:1:snapshot:s").as_deref(), Some("a `snapshot` of `rds`"));
        assert_eq!(strange("arn:aws:rds:us-east-1:1:db:one"), None);
    }
}
