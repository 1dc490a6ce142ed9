//! The calls: `DescribeDBClusters` and `ModifyDBCluster`.

use super::{BACKTRACK, SPEC, WINDOW};
use crate::kinds::rds::{As, COPY_TAGS, DatabaseCalls, PROTECTION, RDS, RETENTION};

/// The calls.
pub(super) static CALLS: DatabaseCalls = DatabaseCalls {
    kind: SPEC.name,
    tagging_type: "rds:cluster",
    describe: RDS.operation("DescribeDBClusters"),
    modify: RDS.operation("ModifyDBCluster"),
    list: "DBClusters",
    name: "DBClusterIdentifier",
    filter: "db-cluster-id",
    status: "Status",
    arn: "DBClusterArn",
    absent: "DBClusterNotFoundFault",
    busy: "InvalidDBClusterStateFault",
    is_own: |engine, _| !["docdb", "neptune"].contains(&engine),
    settings: &[
        (RETENTION, "BackupRetentionPeriod", As::Whole),
        (WINDOW, "PreferredBackupWindow", As::Text),
        (COPY_TAGS, "CopyTagsToSnapshot", As::Flag),
        (BACKTRACK, "BacktrackWindow", As::Whole),
        (PROTECTION, "DeletionProtection", As::Flag),
    ],
};
