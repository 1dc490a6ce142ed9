//! The tables: namespace by namespace, with the page that lists them.

use super::{Habit, Metric, Namespace};

type Dimensions = &'static [&'static [&'static str]];

/// The namespace of whose metrics alarms ignore missing data, whatever they are told.
///
/// `PutMetricAlarm` says always; the user guide says that it is the default only. The stricter one is taken.
pub(super) const IGNORES_MISSING: &str = "AWS/DynamoDB";

/// All namespaces of which this catalogue knows.
pub(super) const NAMESPACES: &[Namespace] = &[
    Namespace { name: "AWS/Backup", metrics: BACKUP, is_complete: true, source: "AWS Backup developer guide, \"Metrics with CloudWatch\"" },
    Namespace {
        name: "AWS/DynamoDB",
        metrics: DYNAMODB,
        is_complete: true,
        source: "DynamoDB developer guide, \"DynamoDB Metrics and dimensions\"",
    },
    Namespace { name: "AWS/S3", metrics: S3, is_complete: false, source: "S3 user guide, \"Metrics and dimensions\"" },
    Namespace { name: "AWS/RDS", metrics: RDS, is_complete: false, source: "RDS and Aurora user guides, \"CloudWatch metrics\"" },
];

/// What to use instead of metrics that people look for and AWS does not publish.
pub(super) fn instead(namespace: &str, metric: &str) -> Option<&'static str> {
    let lower = metric.to_lowercase();
    let tells_of = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    match namespace {
        "AWS/DynamoDB" if tells_of(&["export"]) => Some("no metric tells of exports: ask `ListExports` and `DescribeExport`"),
        "AWS/DynamoDB" if tells_of(&["backup", "pitr", "pointintime", "recover", "restor", "snapshot"]) => Some(
            "no metric tells of backups: watch the setting with `backstay plan --detailed-exitcode` or the AWS Config rule `dynamodb-pitr-enabled`, and its changes with \
             an EventBridge rule on the CloudTrail event `UpdateContinuousBackups`",
        ),
        "AWS/Backup" if tells_of(&["issue"]) => Some(
            "no metric tells of jobs that completed with issues: use an EventBridge rule on `Backup Job State Change` with a `statusMessage`",
        ),
        "AWS/RDS" if tells_of(&["backupfail", "backupjob", "backupsucc", "backupcompl", "snapshotfail", "snapshotcompl"]) => Some(
            "no metric tells whether a backup succeeded: use an EventBridge rule on the events of `aws.rds`, and read `LatestRestorableTime`",
        ),
        _ => None,
    }
}

const fn metric(name: &'static str, unit: &'static str, dimensions: Dimensions, habit: Habit) -> Metric {
    Metric { name, unit, dimensions, habit, least: 0.0, needs: None, region: None }
}

/// By vault, and by vault and type of resource. AWS's page says that there may be more.
const VAULT: Dimensions = &[&["BackupVaultName"], &["BackupVaultName", "ResourceType"]];

const fn job(name: &'static str) -> Metric {
    Metric { least: 1.0, ..metric(name, "Count", VAULT, Habit::NonZero) }
}

/// Every five minutes, and only where there is a nonzero value; those of copies by the destination's vault.
const BACKUP: &[Metric] = &[
    job("NumberOfBackupJobsCreated"),
    job("NumberOfBackupJobsPending"),
    job("NumberOfBackupJobsRunning"),
    job("NumberOfBackupJobsAborted"),
    job("NumberOfBackupJobsCompleted"),
    job("NumberOfBackupJobsFailed"),
    job("NumberOfBackupJobsExpired"),
    // Not on the page; seen by exporters.
    job("NumberOfBackupJobsPartial"),
    job("NumberOfCopyJobsCreated"),
    job("NumberOfCopyJobsRunning"),
    job("NumberOfCopyJobsCompleted"),
    job("NumberOfCopyJobsFailed"),
    job("NumberOfRestoreJobsPending"),
    job("NumberOfRestoreJobsRunning"),
    job("NumberOfRestoreJobsCompleted"),
    job("NumberOfRestoreJobsFailed"),
    // Not on the page; seen by exporters.
    job("NumberOfRecoveryPointsCreating"),
    job("NumberOfRecoveryPointsCompleted"),
    job("NumberOfRecoveryPointsPartial"),
    job("NumberOfRecoveryPointsExpired"),
    job("NumberOfRecoveryPointsDeleting"),
    job("NumberOfRecoveryPointsCold"),
];

const ACCOUNT: Dimensions = &[&[]];
const TABLE: Dimensions = &[&["TableName"]];
const INDEX: Dimensions = &[&["TableName", "GlobalSecondaryIndexName"]];
const TABLE_OR_INDEX: Dimensions = &[&["TableName"], &["TableName", "GlobalSecondaryIndexName"]];
const OPERATION: Dimensions = &[&["TableName", "Operation"]];
const REPLICA: Dimensions = &[&["TableName", "ReceivingRegion"]];
const DELEGATED: Dimensions = &[&["TableName", "DelegatedOperation"]];
const STREAM: Dimensions = &[&["Operation", "StreamLabel", "TableName"]];

const fn seldom(name: &'static str, dimensions: Dimensions) -> Metric {
    metric(name, "Count", dimensions, Habit::OnActivity)
}

const fn global(name: &'static str, unit: &'static str) -> Metric {
    Metric { needs: Some("a global table"), ..metric(name, unit, REPLICA, Habit::OnActivity) }
}

const DYNAMODB: &[Metric] = &[
    metric("AccountMaxReads", "Count", ACCOUNT, Habit::Always),
    metric("AccountMaxTableLevelReads", "Count", ACCOUNT, Habit::Always),
    metric("AccountMaxTableLevelWrites", "Count", ACCOUNT, Habit::Always),
    metric("AccountMaxWrites", "Count", ACCOUNT, Habit::Always),
    metric("AccountProvisionedReadCapacityUtilization", "Percent", ACCOUNT, Habit::Always),
    metric("AccountProvisionedWriteCapacityUtilization", "Percent", ACCOUNT, Habit::Always),
    metric("AgeOfOldestUnreplicatedRecord", "Milliseconds", DELEGATED, Habit::OnActivity),
    seldom("ConditionalCheckFailedRequests", TABLE),
    seldom("ConsumedChangeDataCaptureUnits", DELEGATED),
    metric("ConsumedReadCapacityUnits", "Count", TABLE_OR_INDEX, Habit::Always),
    metric("ConsumedWriteCapacityUnits", "Count", TABLE_OR_INDEX, Habit::Always),
    seldom("FailedToReplicateRecordCount", DELEGATED),
    Metric { needs: Some("a running AWS FIS experiment"), ..seldom("FaultInjectionServiceInducedErrors", OPERATION) },
    metric("MaxProvisionedTableReadCapacityUtilization", "Percent", ACCOUNT, Habit::Always),
    metric("MaxProvisionedTableWriteCapacityUtilization", "Percent", ACCOUNT, Habit::Always),
    metric("OnDemandMaxReadRequestUnits", "Count", TABLE_OR_INDEX, Habit::Always),
    metric("OnDemandMaxWriteRequestUnits", "Count", TABLE_OR_INDEX, Habit::Always),
    seldom("OnlineIndexConsumedWriteCapacity", INDEX),
    seldom("OnlineIndexPercentageProgress", INDEX),
    seldom("OnlineIndexThrottleEvents", INDEX),
    global("PendingReplicationCount", "Count"),
    metric("ProvisionedReadCapacityUnits", "Count", TABLE_OR_INDEX, Habit::Always),
    metric("ProvisionedWriteCapacityUnits", "Count", TABLE_OR_INDEX, Habit::Always),
    seldom("ReadAccountLimitThrottleEvents", TABLE_OR_INDEX),
    seldom("ReadKeyRangeThroughputThrottleEvents", TABLE_OR_INDEX),
    seldom("ReadMaxOnDemandThroughputThrottleEvents", TABLE_OR_INDEX),
    seldom("ReadProvisionedThroughputThrottleEvents", TABLE_OR_INDEX),
    seldom("ReadThrottleEvents", TABLE_OR_INDEX),
    global("ReplicationLatency", "Milliseconds"),
    metric("ReturnedBytes", "Bytes", STREAM, Habit::OnActivity),
    seldom("ReturnedItemCount", OPERATION),
    seldom("ReturnedRecordsCount", STREAM),
    metric("SuccessfulRequestLatency", "Milliseconds", OPERATION, Habit::OnActivity),
    seldom("SystemErrors", OPERATION),
    seldom("ThrottledPutRecordCount", DELEGATED),
    seldom("ThrottledRequests", OPERATION),
    seldom("TimeToLiveDeletedItemCount", TABLE),
    seldom("TransactionConflict", TABLE),
    seldom("UserErrors", ACCOUNT),
    seldom("WriteAccountLimitThrottleEvents", TABLE_OR_INDEX),
    seldom("WriteKeyRangeThroughputThrottleEvents", TABLE_OR_INDEX),
    seldom("WriteMaxOnDemandThroughputThrottleEvents", TABLE_OR_INDEX),
    seldom("WriteProvisionedThroughputThrottleEvents", TABLE_OR_INDEX),
    seldom("WriteThrottleEvents", TABLE_OR_INDEX),
];

const RULE: Dimensions = &[&["SourceBucket", "DestinationBucket", "RuleId"]];
const BUCKET: Dimensions = &[&["BucketName", "StorageType"]];
const FILTER: Dimensions = &[&["BucketName", "FilterId"]];

/// Published in the destination's region, goes on while nothing replicates, and ends when the destination bucket is deleted.
const fn pending(name: &'static str, unit: &'static str) -> Metric {
    let needs = Some("`metrics` or `replication_time` on the replication rule");
    Metric { needs, region: Some("the destination bucket's region"), ..metric(name, unit, RULE, Habit::Always) }
}

const fn request(name: &'static str, unit: &'static str) -> Metric {
    Metric { needs: Some("a request metrics configuration on the bucket"), ..metric(name, unit, FILTER, Habit::OnActivity) }
}

const S3: &[Metric] = &[
    metric("BucketSizeBytes", "Bytes", BUCKET, Habit::Daily),
    metric("NumberOfObjects", "Count", BUCKET, Habit::Daily),
    pending("ReplicationLatency", "Seconds"),
    pending("BytesPendingReplication", "Bytes"),
    pending("OperationsPendingReplication", "Count"),
    // In the source's region, unlike the three before it.
    Metric {
        needs: Some("`metrics` or `replication_time` on the replication rule"),
        ..metric("OperationsFailedReplication", "Count", RULE, Habit::OnActivity)
    },
    request("AllRequests", "Count"),
    request("GetRequests", "Count"),
    request("PutRequests", "Count"),
    request("DeleteRequests", "Count"),
    request("HeadRequests", "Count"),
    request("PostRequests", "Count"),
    request("ListRequests", "Count"),
    request("BytesDownloaded", "Bytes"),
    request("BytesUploaded", "Bytes"),
    request("4xxErrors", "Count"),
    request("5xxErrors", "Count"),
    request("FirstByteLatency", "Milliseconds"),
    request("TotalRequestLatency", "Milliseconds"),
];

const INSTANCE: Dimensions = &[&["DBInstanceIdentifier"]];
const CLUSTER: Dimensions = &[&["DBClusterIdentifier"]];
const BACKUP_STORAGE: Dimensions = &[&["DBClusterIdentifier"], &["EngineName"]];
const INSTANCE_OR_GROUP: Dimensions =
    &[&["DBInstanceIdentifier"], &["DBClusterIdentifier"], &["DBClusterIdentifier", "Role"], &["DatabaseClass"], &["EngineName"], &[]];

const fn instance(name: &'static str, unit: &'static str) -> Metric {
    metric(name, unit, INSTANCE_OR_GROUP, Habit::Always)
}

const RDS: &[Metric] = &[
    instance("CPUUtilization", "Percent"),
    instance("DatabaseConnections", "Count"),
    instance("DiskQueueDepth", "Count"),
    instance("FreeableMemory", "Bytes"),
    instance("FreeStorageSpace", "Bytes"),
    instance("FreeLocalStorage", "Bytes"),
    instance("ReadIOPS", "Count/Second"),
    instance("WriteIOPS", "Count/Second"),
    instance("ReadLatency", "Seconds"),
    instance("WriteLatency", "Seconds"),
    instance("SwapUsage", "Bytes"),
    instance("BinLogDiskUsage", "Bytes"),
    Metric { needs: Some("a PostgreSQL instance"), ..metric("TransactionLogsDiskUsage", "Bytes", INSTANCE, Habit::Always) },
    Metric {
        needs: Some("a PostgreSQL instance with a replication slot"),
        ..metric("OldestReplicationSlotLag", "Bytes", INSTANCE, Habit::Always)
    },
    // Minus one where replication is off.
    Metric { least: -1.0, needs: Some("a read replica"), ..metric("ReplicaLag", "Seconds", INSTANCE, Habit::Always) },
    Metric { needs: Some("Aurora"), ..metric("BackupRetentionPeriodStorageUsed", "Bytes", BACKUP_STORAGE, Habit::Always) },
    Metric { needs: Some("Aurora"), ..metric("SnapshotStorageUsed", "Bytes", BACKUP_STORAGE, Habit::Always) },
    Metric { needs: Some("Aurora"), ..metric("TotalBackupStorageBilled", "Bytes", BACKUP_STORAGE, Habit::Always) },
    Metric { needs: Some("Aurora"), ..metric("VolumeBytesUsed", "Bytes", CLUSTER, Habit::Always) },
    Metric { needs: Some("an Aurora replica"), ..metric("AuroraReplicaLag", "Milliseconds", INSTANCE_OR_GROUP, Habit::Always) },
    Metric { needs: Some("an Aurora global database"), ..metric("AuroraGlobalDBReplicationLag", "Milliseconds", CLUSTER, Habit::Always) },
    Metric { needs: Some("an Aurora global database"), ..metric("AuroraGlobalDBRPOLag", "Milliseconds", CLUSTER, Habit::Always) },
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_metric_stands_once_and_has_dimensions() {
        for namespace in NAMESPACES {
            let names: BTreeSet<&str> = namespace.metrics.iter().map(|metric| metric.name).collect();
            assert_eq!(names.len(), namespace.metrics.len(), "{}", namespace.name);
            assert!(namespace.metrics.iter().all(|metric| !metric.dimensions.is_empty()), "{}", namespace.name);
        }
    }
}
