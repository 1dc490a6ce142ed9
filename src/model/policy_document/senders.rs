//! The AWS services that publish to a topic for a backup's sake, and what their requests carry.

use super::{Known, Principal, Request};
use serde_json::{Value as Json, json};

/// A service that publishes to a topic of the same account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sender {
    /// An alarm's action.
    Alarm,
    /// A target of an EventBridge rule.
    EventRule,
    /// The notifications of a backup vault.
    BackupVault,
    /// The event notifications of a bucket.
    Bucket,
    /// An event subscription of RDS.
    DatabaseEvents,
}

impl Sender {
    /// The service principal that a topic's policy must let in.
    pub fn service(self) -> &'static str {
        match self {
            Self::Alarm => "cloudwatch.amazonaws.com",
            Self::EventRule => "events.amazonaws.com",
            Self::BackupVault => "backup.amazonaws.com",
            Self::Bucket => "s3.amazonaws.com",
            Self::DatabaseEvents => "events.rds.amazonaws.com",
        }
    }

    /// The request with which it publishes to a topic; `source` is the ARN of the alarm, rule, vault or bucket, where it is known.
    ///
    /// - An alarm carries `aws:SourceArn` and `aws:SourceAccount` (SNS developer guide, "Allow any CloudWatch alarm to publish to a topic in a
    ///   different account"), and `aws:SourceOwner`, by which the default policy lets it in.
    /// - A rule cannot be let in under a condition (EventBridge user guide, "Amazon SNS permissions": no `Condition` blocks), so the default
    ///   policy does not let it in; whether newer rules carry `aws:SourceArn` and `aws:SourceAccount` is *not confirmed*: what asks for
    ///   those of others shuts it out either way, and what asks for its own may.
    /// - A vault's documented statement has no condition (AWS Backup developer guide, "Notification options"); what it carries is *not
    ///   confirmed* in the same way.
    /// - A bucket carries `aws:SourceArn` and `aws:SourceAccount` (S3 user guide, "Granting permissions to publish event notification
    ///   messages").
    /// - An event subscription carries `aws:SourceArn` and `aws:SourceAccount` (RDS user guide, "Granting permissions to publish notifications
    ///   to an Amazon SNS topic"); topics with the default policy are known to work.
    /// - None has a principal's account or organization: they are services (IAM user guide, "Global condition context keys").
    pub fn publishes(self, topic: &str, account: &str, source: Option<&str>) -> Request {
        let unknown = |reason: &str| Known::Unknown(reason.to_owned());
        let arn = match source {
            Some(arn) => Known::value(arn),
            None => unknown("which resource sends is not known"),
        };
        let (source_arn, source_account, source_owner) = match self {
            Self::Alarm => (arn, Known::value(account), Known::value(account)),
            Self::EventRule => {
                let closed = "EventBridge documents that a topic policy for it can have no condition: it may not send what is compared";
                let perhaps = |value: Option<&str>| Known::Perhaps(value.map(str::to_owned), closed.to_owned());
                (perhaps(source), perhaps(Some(account)), Known::Absent)
            }
            Self::BackupVault => {
                let silent = "AWS Backup documents no condition keys for its notifications: it may not send what is compared";
                let perhaps = |value: Option<&str>| Known::Perhaps(value.map(str::to_owned), silent.to_owned());
                (perhaps(source), perhaps(Some(account)), unknown("AWS Backup documents no condition keys for its notifications"))
            }
            Self::DatabaseEvents => (arn, Known::value(account), unknown("RDS documents `aws:SourceAccount`, not `aws:SourceOwner`")),
            Self::Bucket => (arn, Known::value(account), unknown("S3 documents `aws:SourceAccount`, not `aws:SourceOwner`")),
        };
        Request::new(Principal::Service(self.service().to_owned()), "sns:Publish", topic)
            .with("aws:SourceArn", source_arn)
            .with("aws:SourceAccount", source_account)
            .with("aws:SourceOwner", source_owner)
            .with("aws:SecureTransport", Known::value("true"))
            .with("aws:PrincipalIsAWSService", Known::value("true"))
            .with("aws:PrincipalServiceName", Known::value(self.service()))
            .with("aws:PrincipalOrgID", Known::Absent)
            .with("aws:PrincipalOrgPaths", Known::Absent)
            .with("aws:PrincipalAccount", Known::Absent)
            .with("aws:PrincipalArn", Known::Absent)
            .with("aws:SourceVpce", Known::Absent)
            .with("aws:SourceVpc", Known::Absent)
    }
}

/// The policy that SNS gives to a topic for which nobody set one: its owner's account, by `AWS:SourceOwner`.
///
/// Source: what `GetTopicAttributes` returns for a new topic (SNS API reference, `GetTopicAttributes`, example).
pub fn default_topic_policy(topic: &str, account: &str) -> Json {
    json!({
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [{
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": { "AWS": "*" },
            "Action": [
                "SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission", "SNS:DeleteTopic",
                "SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish",
            ],
            "Resource": topic,
            "Condition": { "StringEquals": { "AWS:SourceOwner": account } },
        }],
    })
}
