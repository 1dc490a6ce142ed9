//! The calls: `DescribeDBClusters` and `ModifyDBCluster` of RDS, which knows the clusters of DocumentDB too.

use super::{SPEC, WINDOW};
use crate::kinds::rds::{As, DatabaseCalls, PROTECTION, RDS, RETENTION};

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
    is_own: |engine, _| engine == "docdb",
    settings: &[
        (RETENTION, "BackupRetentionPeriod", As::Whole),
        (WINDOW, "PreferredBackupWindow", As::Text),
        (PROTECTION, "DeletionProtection", As::Flag),
    ],
};
