"""What boto3 finds of the snapshots that RDS, ElastiCache and Redshift keep in the sandbox: its own models, parsing, paginators, waiters."""

import unittest
from datetime import datetime, timezone

from facts import Facts, client


def moment(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=timezone.utc)


class Databases(Facts):
    def setUp(self):
        super().setUp()
        self.rds = client("rds")

    def snapshots(self, **asked):
        return self.rds.get_paginator("describe_db_snapshots").paginate(**asked).build_full_result()["DBSnapshots"]

    def test_automated_ones_come_each_day_in_the_backup_window_and_go_with_their_period(self):
        given = {"Engine": "postgres", "DBInstanceClass": "db.t4g.micro", "PreferredBackupWindow": "03:05-03:35"}
        made = self.rds.create_db_instance(DBInstanceIdentifier="orders", BackupRetentionPeriod=3, StorageEncrypted=True, **given)["DBInstance"]
        self.assertEqual(self.snapshots(), [])
        self.later(days=10)
        found = self.snapshots(DBInstanceIdentifier="Orders")
        self.assertEqual([one["SnapshotCreateTime"] for one in found], [moment(day, 3, 5) for day in (28, 29, 30)])
        newest = found[-1]
        self.assertEqual((newest["DBSnapshotIdentifier"], newest["DbiResourceId"]), ("rds:orders-2026-11-30-03-05", made["DbiResourceId"]))
        self.assertEqual((newest["SnapshotType"], newest["Status"], newest["Encrypted"]), ("automated", "available", True))
        self.assertEqual(newest["OriginalSnapshotCreateTime"], newest["SnapshotCreateTime"])
        self.assertEqual(newest["DBSnapshotArn"], "arn:aws:rds:us-east-1:123456789012:snapshot:rds:orders-2026-11-30-03-05")
        self.rds.modify_db_instance(DBInstanceIdentifier="orders", BackupRetentionPeriod=1)
        self.rds.modify_db_instance(DBInstanceIdentifier="orders", BackupRetentionPeriod=3)
        self.assertEqual(len(self.snapshots()), 1, "what was cut off does not come back")
        self.rds.delete_db_instance(DBInstanceIdentifier="orders", SkipFinalSnapshot=True)
        self.later(days=1)
        self.assertEqual(self.snapshots(), [])

    def test_clusters_of_all_engines_are_in_one_listing_that_comes_in_pages(self):
        for name, engine in (("shop", "aurora-postgresql"), ("papers", "docdb"), ("graph", "neptune")):
            self.rds.create_db_cluster(DBClusterIdentifier=name, Engine=engine, BackupRetentionPeriod=10)
        self.later(days=20)
        pages = self.rds.get_paginator("describe_db_cluster_snapshots")
        found = pages.paginate(PaginationConfig={"PageSize": 20}).build_full_result()["DBClusterSnapshots"]
        self.assertEqual(len(found), 30)
        self.assertEqual({(one["DBClusterIdentifier"], one["Engine"]) for one in found}, {("shop", "aurora-postgresql"), ("papers", "docdb"), ("graph", "neptune")})
        ids = {one["DBClusterIdentifier"]: one["DbClusterResourceId"] for one in self.rds.describe_db_clusters()["DBClusters"]}
        self.assertTrue(all(ids[one["DBClusterIdentifier"]] == one["DbClusterResourceId"] for one in found))
        only = self.rds.describe_db_cluster_snapshots(Filters=[{"Name": "engine", "Values": ["docdb"]}])["DBClusterSnapshots"]
        self.assertEqual({one["DBClusterIdentifier"] for one in only}, {"papers"})
        self.assertEqual(self.rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"], [])
        self.refused("InvalidParameterValue", self.rds.describe_db_cluster_snapshots, MaxRecords=19)

    def test_one_that_is_not_there_is_told(self):
        self.refused("DBSnapshotNotFound", self.rds.describe_db_snapshots, DBSnapshotIdentifier="none")
        self.refused("DBClusterSnapshotNotFoundFault", self.rds.describe_db_cluster_snapshots, DBClusterSnapshotIdentifier="none")


class Caches(Facts):
    def setUp(self):
        super().setUp()
        self.caches = client("elasticache")

    def snapshots(self, **asked):
        return self.caches.get_paginator("describe_snapshots").paginate(**asked).build_full_result()["Snapshots"]

    def test_a_group_without_cluster_mode_has_those_of_a_node(self):
        self.caches.create_replication_group(
            ReplicationGroupId="sessions", ReplicationGroupDescription="s", NumCacheClusters=2, SnapshotRetentionLimit=2, SnapshotWindow="06:30-07:30"
        )
        self.later(days=5)
        found = self.snapshots()
        self.assertEqual([one["SnapshotName"] for one in found], [f"automatic.sessions-001-2026-11-{day}-06-30" for day in (24, 25)])
        self.assertEqual((found[0]["CacheClusterId"], found[0].get("ReplicationGroupId")), ("sessions-001", None))
        self.assertEqual((found[0]["SnapshotSource"], found[0]["SnapshotRetentionLimit"]), ("automated", 2))
        self.assertEqual([node["SnapshotCreateTime"] for node in found[0]["NodeSnapshots"]], [moment(24, 6, 30)])
        self.assertEqual(len(self.snapshots(SnapshotSource="user")), 0)
        self.caches.modify_replication_group(ReplicationGroupId="sessions", SnapshotRetentionLimit=0)
        self.assertEqual(self.snapshots(), [])

    def test_a_group_in_cluster_mode_has_a_moment_for_each_shard(self):
        self.caches.create_replication_group(
            ReplicationGroupId="wide", ReplicationGroupDescription="w", NumNodeGroups=2, ReplicasPerNodeGroup=1, SnapshotRetentionLimit=1
        )
        self.later(days=2)
        one = self.snapshots(ReplicationGroupId="wide")[0]
        self.assertEqual((one["ReplicationGroupId"], one["NumNodeGroups"]), ("wide", 2))
        moments = [(node["NodeGroupId"], node["SnapshotCreateTime"]) for node in one["NodeSnapshots"]]
        self.assertEqual(moments, [("0001", moment(22, 6, 31)), ("0002", moment(22, 6, 30))])
        self.refused("SnapshotNotFoundFault", self.caches.describe_snapshots, SnapshotName="none")
        self.refused("InvalidParameterValue", self.caches.describe_snapshots, MaxRecords=51)


class Warehouses(Facts):
    def test_a_cluster_has_one_every_eight_hours(self):
        warehouses = client("redshift")
        warehouses.create_cluster(ClusterIdentifier="sales", NodeType="ra3.large", MasterUsername="admin", ManageMasterPassword=True)
        made = warehouses.describe_clusters()["Clusters"][0]["ClusterCreateTime"]
        self.later(days=3)
        found = warehouses.get_paginator("describe_cluster_snapshots").paginate(ClusterIdentifier="sales").build_full_result()["Snapshots"]
        self.assertEqual([one["SnapshotCreateTime"] for one in found], [moment(23, 0), moment(23, 8), moment(23, 16), moment(24, 0)])
        self.assertEqual({(one["ClusterCreateTime"], one["SnapshotType"], one["Status"]) for one in found}, {(made, "automated", "available")})
        self.assertEqual((found[0]["Encrypted"], found[0]["ManualSnapshotRetentionPeriod"], found[0]["OwnerAccount"]), (True, -1, "123456789012"))
        self.refused("ClusterSnapshotNotFound", warehouses.describe_cluster_snapshots, SnapshotIdentifier="none")


if __name__ == "__main__":
    unittest.main()
