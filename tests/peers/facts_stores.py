"""What boto3 finds of ElastiCache, EFS, Redshift and Data Lifecycle Manager in the sandbox: its own models, parsing, paginators, waiters."""

import unittest

from facts import Facts, client

ROLE = "arn:aws:iam::123456789012:role/dlm"


class Caches(Facts):
    def setUp(self):
        super().setUp()
        self.caches = client("elasticache")
        tags = [{"Key": "env", "Value": "production"}]
        self.caches.create_replication_group(ReplicationGroupId="sessions", ReplicationGroupDescription="sessions", NumCacheClusters=2, Tags=tags)
        self.caches.get_waiter("replication_group_available").wait(ReplicationGroupId="sessions", WaiterConfig={"Delay": 1})

    def test_backups_have_a_node_that_they_are_taken_from(self):
        change = self.caches.modify_replication_group
        self.refused("InvalidParameterCombination", change, ReplicationGroupId="sessions", SnapshotRetentionLimit=7)
        change(ReplicationGroupId="sessions", SnapshotRetentionLimit=7, SnapshottingClusterId="sessions-002", ApplyImmediately=True)
        group = self.caches.describe_replication_groups(ReplicationGroupId="sessions")["ReplicationGroups"][0]
        self.assertEqual((group["SnapshotRetentionLimit"], group["SnapshottingClusterId"]), (7, "sessions-002"))
        self.assertEqual([node["CurrentRole"] for node in group["NodeGroups"][0]["NodeGroupMembers"]], ["primary", "replica"])
        self.assertEqual(self.caches.list_tags_for_resource(ResourceName=group["ARN"])["TagList"], [{"Key": "env", "Value": "production"}])

    def test_nodes_tell_the_maintenance_window(self):
        nodes = self.caches.get_paginator("describe_cache_clusters").paginate(ShowCacheNodeInfo=True).build_full_result()["CacheClusters"]
        self.assertEqual([node["CacheClusterId"] for node in nodes], ["sessions-001", "sessions-002"])
        self.assertEqual({node["PreferredMaintenanceWindow"] for node in nodes}, {"sun:09:00-sun:10:00"})
        self.refused("ReplicationGroupNotFoundFault", self.caches.describe_replication_groups, ReplicationGroupId="none")


class FileSystems(Facts):
    def test_a_file_system_without_a_policy_says_so(self):
        files = client("efs")
        made = files.create_file_system(CreationToken="media", Tags=[{"Key": "Name", "Value": "media"}])
        one = made["FileSystemId"]
        self.assertEqual(made["Name"], "media")
        self.refused("PolicyNotFound", files.describe_backup_policy, FileSystemId=one)
        self.wait_until_it_is_there(files, one)
        files.put_backup_policy(FileSystemId=one, BackupPolicy={"Status": "ENABLED"})
        self.assertIn(files.describe_backup_policy(FileSystemId=one)["BackupPolicy"]["Status"], ["ENABLING", "ENABLED"])
        files.tag_resource(ResourceId=one, Tags=[{"Key": "tier", "Value": "gold"}])
        files.untag_resource(ResourceId=one, TagKeys=["Name"])
        self.assertEqual(files.list_tags_for_resource(ResourceId=one)["Tags"], [{"Key": "tier", "Value": "gold"}])
        self.refused("FileSystemNotFound", files.describe_backup_policy, FileSystemId="fs-00000000")

    def wait_until_it_is_there(self, files, one):
        while files.describe_file_systems(FileSystemId=one)["FileSystems"][0]["LifeCycleState"] != "available":
            pass


class Warehouses(Facts):
    def test_a_cluster_has_its_periods(self):
        warehouses = client("redshift")
        warehouses.create_cluster(
            ClusterIdentifier="sales", NodeType="ra3.large", MasterUsername="admin", ManageMasterPassword=True, Tags=[{"Key": "env", "Value": "p"}]
        )
        warehouses.get_waiter("cluster_available").wait(ClusterIdentifier="sales", WaiterConfig={"Delay": 1})
        change = warehouses.modify_cluster
        self.refused("InvalidParameterCombination", change, ClusterIdentifier="sales", AutomatedSnapshotRetentionPeriod=0)
        self.refused("InvalidRetentionPeriodFault", change, ClusterIdentifier="sales", ManualSnapshotRetentionPeriod=0)
        change(ClusterIdentifier="sales", AutomatedSnapshotRetentionPeriod=14, ManualSnapshotRetentionPeriod=90)
        cluster = warehouses.describe_clusters()["Clusters"][0]
        self.assertEqual((cluster["AutomatedSnapshotRetentionPeriod"], cluster["ManualSnapshotRetentionPeriod"]), (14, 90))
        self.assertEqual((cluster["Tags"], cluster["Encrypted"]), ([{"Key": "env", "Value": "p"}], True))
        self.refused("ClusterNotFound", warehouses.describe_clusters, ClusterIdentifier="none")


class Volumes(Facts):
    def test_a_policy_comes_back_with_what_aws_adds(self):
        policies = client("dlm")
        details = {
            "ResourceTypes": ["VOLUME"],
            "TargetTags": [{"Key": "backup", "Value": "daily"}],
            "Schedules": [{"Name": "daily", "CreateRule": {"Interval": 24}, "RetainRule": {"Count": 7}}],
        }
        given = {"Description": "volumes", "ExecutionRoleArn": ROLE, "State": "ENABLED"}
        one = policies.create_lifecycle_policy(**given, PolicyDetails=details, Tags={"env": "production"})["PolicyId"]
        policy = policies.get_lifecycle_policy(PolicyId=one)["Policy"]
        self.assertEqual(policy["PolicyDetails"]["Schedules"][0]["CreateRule"]["Times"], ["09:00"])
        self.assertEqual((policy["DateCreated"], policy["DefaultPolicy"]), (policy["DateModified"], False))
        policies.tag_resource(ResourceArn=policy["PolicyArn"], Tags={"tier": "gold"})
        policies.untag_resource(ResourceArn=policy["PolicyArn"], TagKeys=["env"])
        self.assertEqual(policies.list_tags_for_resource(ResourceArn=policy["PolicyArn"])["Tags"], {"tier": "gold"})
        self.assertEqual(len(policies.get_lifecycle_policies(TargetTags=["backup=daily"], State="ENABLED")["Policies"]), 1)
        details["Schedules"][0]["CreateRule"] = {"Interval": 5}
        self.refused("InvalidRequestException", policies.update_lifecycle_policy, PolicyId=one, PolicyDetails=details)
        policies.delete_lifecycle_policy(PolicyId=one)
        self.refused("ResourceNotFoundException", policies.get_lifecycle_policy, PolicyId=one)


if __name__ == "__main__":
    unittest.main()
