use super::*;

fn advice(namespace: &str, metric: &str, dimensions: &[&str]) -> String {
    let shown = |advice: &Advice| format!("{} => {}", advice.reason, advice.remedy);
    match judge(namespace, metric, dimensions.iter().copied()) {
        Judgement::Published(metric) => format!("published: {}", metric.unit),
        Judgement::NoSuchMetric(advice) => format!("no such metric: {}", shown(&advice)),
        Judgement::NoSuchDimensions { advice, certain } => {
            format!("{} dimensions: {}", if certain { "no such" } else { "unlisted" }, shown(&advice))
        }
        Judgement::Unknown(advice) => format!("unknown: {}", advice.as_ref().map(shown).unwrap_or_default()),
    }
}

fn fires(namespace: &str, name: &str, comparison: Comparison, threshold: f64, missing: Missing) -> Firing {
    let known = catalogue::NAMESPACES.iter().find(|known| known.name == namespace).expect("the namespace is listed");
    let metric = known.metrics.iter().find(|metric| metric.name == name).expect("the metric is listed");
    firing(namespace, metric, Watch { comparison, threshold, missing, period: 86_400 })
}

fn kind(firing: &Firing) -> (&'static str, &str) {
    match firing {
        Firing::Sound => ("sound", ""),
        Firing::Never(advice) => ("never", &advice.remedy),
        Firing::Always(advice) => ("always", &advice.remedy),
        Firing::WithoutCause(advice) => ("without cause", &advice.remedy),
        Firing::StaysOn(advice) => ("stays on", &advice.remedy),
        Firing::Blind(advice) => ("blind", &advice.remedy),
    }
}

#[test]
fn what_aws_publishes_is_found() {
    assert_eq!(advice("AWS/Backup", "NumberOfBackupJobsFailed", &["BackupVaultName"]), "published: Count");
    assert_eq!(advice("AWS/Backup", "NumberOfCopyJobsFailed", &["ResourceType", "BackupVaultName"]), "published: Count");
    assert_eq!(advice("AWS/DynamoDB", "UserErrors", &[]), "published: Count");
    assert_eq!(advice("AWS/DynamoDB", "ReplicationLatency", &["TableName", "ReceivingRegion"]), "published: Milliseconds");
    assert_eq!(advice("AWS/S3", "ReplicationLatency", &["SourceBucket", "DestinationBucket", "RuleId"]), "published: Seconds");
    assert_eq!(advice("AWS/RDS", "FreeStorageSpace", &["DBInstanceIdentifier"]), "published: Bytes");
}

#[test]
fn no_metric_tells_of_point_in_time_recovery() {
    insta::assert_snapshot!(advice("AWS/DynamoDB", "ContinuousBackupsStatus", &["TableName"]), @r#"no such metric: `AWS/DynamoDB` has no metric `ContinuousBackupsStatus` (DynamoDB developer guide, "DynamoDB Metrics and dimensions") => no metric tells of backups: watch the setting with `backstay plan --detailed-exitcode` or the AWS Config rule `dynamodb-pitr-enabled`, and its changes with an EventBridge rule on the CloudTrail event `UpdateContinuousBackups`"#);
    for name in ["PointInTimeRecoveryStatus", "PITREnabled", "BackupCount", "SuccessfulRestores"] {
        assert!(advice("AWS/DynamoDB", name, &["TableName"]).contains("`backstay plan --detailed-exitcode`"), "{name}");
    }
    insta::assert_snapshot!(advice("AWS/DynamoDB", "ExportFailures", &[]), @r#"no such metric: `AWS/DynamoDB` has no metric `ExportFailures` (DynamoDB developer guide, "DynamoDB Metrics and dimensions") => no metric tells of exports: ask `ListExports` and `DescribeExport`"#);
    insta::assert_snapshot!(advice("AWS/Backup", "NumberOfBackupJobsCompletedWithIssues", &["BackupVaultName"]), @r#"no such metric: `AWS/Backup` has no metric `NumberOfBackupJobsCompletedWithIssues` (AWS Backup developer guide, "Metrics with CloudWatch") => no metric tells of jobs that completed with issues: use an EventBridge rule on `Backup Job State Change` with a `statusMessage`"#);
    insta::assert_snapshot!(advice("AWS/RDS", "BackupFailed", &["DBInstanceIdentifier"]), @r#"no such metric: `AWS/RDS` has no metric `BackupFailed` (RDS and Aurora user guides, "CloudWatch metrics") => no metric tells whether a backup succeeded: use an EventBridge rule on the events of `aws.rds`, and read `LatestRestorableTime`"#);
}

#[test]
fn a_wrong_name_says_which_is_meant() {
    insta::assert_snapshot!(advice("AWS/Backup", "NumberOfBackupJobFailed", &["BackupVaultName"]), @r#"no such metric: `AWS/Backup` has no metric `NumberOfBackupJobFailed` (AWS Backup developer guide, "Metrics with CloudWatch") => did you mean `NumberOfBackupJobsFailed`?"#);
    insta::assert_snapshot!(advice("AWS/Backup", "Cost", &[]), @r#"no such metric: `AWS/Backup` has no metric `Cost` (AWS Backup developer guide, "Metrics with CloudWatch") => choose a metric that the page lists"#);
    insta::assert_snapshot!(advice("AWS/S3", "OperationFailedReplication", &[]), @"unknown: `AWS/S3` has perhaps no metric `OperationFailedReplication` => did you mean `OperationsFailedReplication`?");
    insta::assert_snapshot!(advice("AWS/S3", "SomethingNewer", &[]), @"unknown:");
    insta::assert_snapshot!(advice("AWS/backup", "NumberOfBackupJobsFailed", &[]), @"unknown: AWS has no namespace `AWS/backup` => did you mean `AWS/Backup`?");
    insta::assert_snapshot!(advice("Sale/Custom", "Age", &[]), @"unknown:");
}

#[test]
fn dimensions_are_sets_that_must_fit_as_a_whole() {
    insta::assert_snapshot!(advice("AWS/Backup", "NumberOfBackupJobsFailed", &[]), @"unlisted dimensions: `NumberOfBackupJobsFailed` is not known to be published with no dimensions: the alarm may see no values => give `BackupVaultName`, or `BackupVaultName` and `ResourceType`");
    insta::assert_snapshot!(advice("AWS/Backup", "NumberOfBackupJobsFailed", &["VaultName"]), @"no such dimensions: `AWS/Backup` has no dimension `VaultName` => give `BackupVaultName`, or `BackupVaultName` and `ResourceType`");
    insta::assert_snapshot!(advice("AWS/DynamoDB", "ThrottledRequests", &["TableName"]), @"unlisted dimensions: `ThrottledRequests` is not known to be published with `TableName`: the alarm may see no values => give `TableName` and `Operation`");
    insta::assert_snapshot!(advice("AWS/S3", "ReplicationLatency", &["BucketName"]), @"unlisted dimensions: `ReplicationLatency` is not known to be published with `BucketName`: the alarm may see no values => give `SourceBucket`, `DestinationBucket` and `RuleId`");
}

#[test]
fn an_alarm_for_missing_backups_needs_missing_data_to_breach() {
    let completed = |missing| fires("AWS/Backup", "NumberOfBackupJobsCompleted", Comparison::Less, 1.0, missing);
    assert_eq!(completed(Missing::Breaching), Firing::Sound);
    for missing in [Missing::Missing, Missing::NotBreaching, Missing::Ignore] {
        assert_eq!(kind(&completed(missing)), ("never", "set `treat_missing_data` to \"breaching\": no value means none"), "{missing:?}");
    }
    let none = |missing| fires("AWS/Backup", "NumberOfBackupJobsCompleted", Comparison::LessOrEqual, 0.0, missing);
    assert_eq!(kind(&none(Missing::Missing)).0, "never");
    assert_eq!(none(Missing::Breaching), Firing::Sound);
    let few = |missing| fires("AWS/Backup", "NumberOfBackupJobsCompleted", Comparison::Less, 5.0, missing);
    assert_eq!(kind(&few(Missing::Missing)), ("blind", "set `treat_missing_data` to \"breaching\""), "it sees one to four, and not none");
    assert_eq!(few(Missing::Breaching), Firing::Sound);
}

#[test]
fn an_alarm_for_failures_must_not_take_silence_for_one() {
    let failed = |missing| fires("AWS/Backup", "NumberOfBackupJobsFailed", Comparison::Greater, 0.0, missing);
    assert_eq!(failed(Missing::NotBreaching), Firing::Sound);
    assert_eq!(failed(Missing::Missing), Firing::Sound);
    assert_eq!(kind(&failed(Missing::Breaching)), ("without cause", "set `treat_missing_data` to \"notBreaching\""));
    assert_eq!(kind(&failed(Missing::Ignore)), ("stays on", "set `treat_missing_data` to \"notBreaching\""));
    let replication = |missing| fires("AWS/S3", "OperationsFailedReplication", Comparison::GreaterOrEqual, 1.0, missing);
    assert_eq!(replication(Missing::NotBreaching), Firing::Sound);
    assert_eq!(kind(&replication(Missing::Breaching)).0, "without cause");
    assert_eq!(replication(Missing::Ignore), Firing::Sound, "the next object that replicates publishes a zero");
}

#[test]
fn a_threshold_that_nothing_crosses_never_fires() {
    for missing in [Missing::Missing, Missing::NotBreaching, Missing::Ignore] {
        assert_eq!(kind(&fires("AWS/RDS", "FreeStorageSpace", Comparison::Less, 0.0, missing)), ("never", "choose another threshold"));
        assert_eq!(kind(&fires("AWS/RDS", "CPUUtilization", Comparison::Greater, 100.0, missing)), ("never", "choose another threshold"));
    }
    assert_eq!(kind(&fires("AWS/RDS", "FreeStorageSpace", Comparison::Less, 0.0, Missing::Breaching)).0, "without cause");
    assert_eq!(fires("AWS/RDS", "CPUUtilization", Comparison::GreaterOrEqual, 100.0, Missing::Missing), Firing::Sound);
    assert_eq!(fires("AWS/RDS", "FreeStorageSpace", Comparison::LessOrEqual, 0.0, Missing::Missing), Firing::Sound);
    assert_eq!(fires("AWS/RDS", "ReplicaLag", Comparison::Less, 0.0, Missing::Missing), Firing::Sound, "-1 says that replication is off");
}

#[test]
fn missing_data_of_some_namespaces_is_ignored_whatever_is_set() {
    let Firing::Never(advice) = fires("AWS/DynamoDB", "ConsumedWriteCapacityUnits", Comparison::Less, 0.0, Missing::Breaching) else {
        panic!("it never fires")
    };
    assert!(advice.reason.contains("ignores missing data"), "{}", advice.reason);
    assert_eq!(
        fires("AWS/DynamoDB", "ThrottledRequests", Comparison::Greater, 0.0, Missing::Breaching),
        Firing::Sound,
        "it is ignored, not breaching"
    );
}

#[test]
fn an_alarm_on_replication_must_see_the_end_of_its_metric() {
    let latency = |missing| fires("AWS/S3", "ReplicationLatency", Comparison::Greater, 900.0, missing);
    assert_eq!(latency(Missing::Breaching), Firing::Sound);
    assert_eq!(kind(&latency(Missing::Missing)), ("blind", "set `treat_missing_data` to \"breaching\""));
}

#[test]
fn a_metric_of_once_a_day_wants_periods_of_a_day() {
    let Judgement::Published(metric) = judge("AWS/S3", "BucketSizeBytes", ["BucketName", "StorageType"]) else { panic!("it is published") };
    let with = |period| firing("AWS/S3", metric, Watch { comparison: Comparison::Less, threshold: 1.0, missing: Missing::Missing, period });
    assert_eq!(kind(&with(3_600)), ("blind", "set `period` to 86400"));
    assert_eq!(with(86_400), Firing::Sound);
}

#[test]
fn an_alarm_that_every_value_sets_off_is_always_on() {
    let percent = fires("AWS/RDS", "CPUUtilization", Comparison::LessOrEqual, 100.0, Missing::Missing);
    assert_eq!(kind(&percent).0, "always");
    let replication = |missing| fires("AWS/S3", "OperationsFailedReplication", Comparison::GreaterOrEqual, 0.0, missing);
    assert_eq!(kind(&replication(Missing::Breaching)).0, "always");
    assert_ne!(kind(&replication(Missing::NotBreaching)).0, "always", "while nothing happens it is off");
    let failed = |missing| fires("AWS/Backup", "NumberOfBackupJobsFailed", Comparison::GreaterOrEqual, 0.0, missing);
    assert_eq!(kind(&failed(Missing::Breaching)).0, "without cause");
    assert_eq!(kind(&failed(Missing::NotBreaching)).0, "sound", "it fires for one failure and more, as there are no zeros");
    assert_eq!(kind(&fires("AWS/RDS", "CPUUtilization", Comparison::GreaterOrEqual, 1.0, Missing::Breaching)).0, "sound");
}
