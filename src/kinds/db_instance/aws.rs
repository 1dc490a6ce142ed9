//! The calls: `DescribeDBInstances` and `ModifyDBInstance`.

use super::{SPEC, WINDOW};
use crate::kinds::rds::{As, COPY_TAGS, DatabaseCalls, PROTECTION, RDS, RETENTION};

/// The calls.
pub(super) static CALLS: DatabaseCalls = DatabaseCalls {
    kind: SPEC.name,
    tagging_type: "rds:db",
    describe: RDS.operation("DescribeDBInstances"),
    modify: RDS.operation("ModifyDBInstance"),
    list: "DBInstances",
    name: "DBInstanceIdentifier",
    filter: "db-instance-id",
    status: "DBInstanceStatus",
    arn: "DBInstanceArn",
    absent: "DBInstanceNotFound",
    busy: "InvalidDBInstanceState",
    is_own: |engine, is_member| !is_member && !["docdb", "neptune"].contains(&engine),
    settings: &[
        (RETENTION, "BackupRetentionPeriod", As::Whole),
        (WINDOW, "PreferredBackupWindow", As::Text),
        (COPY_TAGS, "CopyTagsToSnapshot", As::Flag),
        (PROTECTION, "DeletionProtection", As::Flag),
    ],
};
