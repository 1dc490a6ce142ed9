"""What AWS does, asked of the sandbox through the AWS SDK for Python and its own parsing of every answer.

The rules are those of AWS's documentation and of published measurements; where the sandbox differs from them, the sandbox is wrong.
The environment leads to it (AWS_ENDPOINT_URL); BACKSTAY and STATE name the program and the folder whose clock it moves.
"""

import os
import subprocess
import unittest
from datetime import datetime, timedelta, timezone

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"
NOW = datetime(2026, 11, 21, tzinfo=timezone.utc)
ONCE = Config(retries={"total_max_attempts": 1})


def client(service, region="us-east-1", **credentials):
    return boto3.client(service, region_name=region, config=ONCE, **credentials)


def sandbox(*arguments):
    subprocess.run([os.environ["BACKSTAY"], "sandbox", *arguments, "--sandbox=" + os.environ["STATE"]], check=True, capture_output=True)


class Facts(unittest.TestCase):
    def setUp(self):
        sandbox("reset")
        self.at(NOW)
        self.lag("0s")
        self.dynamodb = client("dynamodb")
        self.tagging = client("resourcegroupstaggingapi")

    def at(self, moment):
        self.now = moment
        sandbox("clock", "--set", moment.strftime("%Y-%m-%dT%H:%M:%SZ"))

    def later(self, **span):
        self.at(self.now + timedelta(**span))

    def lag(self, span):
        sandbox("faults", "--clear", "--lag", span)

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        # An error of the service model arrives as its own class, or the SDK would not let programs catch it.
        modelled = getattr(self.dynamodb.exceptions, code, None) if call.__self__ is self.dynamodb else None
        if code in self.dynamodb.exceptions._code_to_exception and modelled is not None:
            self.assertIsInstance(caught.exception, modelled)
        return caught.exception.response["Error"].get("Message", "")

    def table(self, name, **more):
        return self.dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            **more,
        )["TableDescription"]

    def described(self, name):
        return self.dynamodb.describe_table(TableName=name)["Table"]

    def pitr(self, name, on=True, days=None):
        wanted = {"PointInTimeRecoveryEnabled": on}
        if days is not None:
            wanted["RecoveryPeriodInDays"] = days
        answer = self.dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=wanted)
        return answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]

    def backups(self, name):
        return self.dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]

    def window(self, name):
        recovery = self.backups(name)["PointInTimeRecoveryDescription"]
        return recovery["EarliestRestorableDateTime"], recovery["LatestRestorableDateTime"]

    def put(self, name, key):
        self.dynamodb.put_item(TableName=name, Item={"id": {"S": key}})

    def keys(self, name):
        return sorted(item["id"]["S"] for item in self.dynamodb.scan(TableName=name)["Items"])


class Identity(Facts):
    def test_the_caller_is_an_account_and_an_arn(self):
        identity = client("sts").get_caller_identity()
        self.assertEqual(identity["Account"], ACCOUNT)
        self.assertTrue(identity["Arn"].startswith("arn:aws:"), identity["Arn"])

    def test_a_role_is_a_session_in_its_own_account_that_ends(self):
        sts = client("sts")
        role = sts.assume_role(RoleArn="arn:aws:iam::210987654321:role/team/backstay", RoleSessionName="facts", DurationSeconds=900)
        self.assertEqual(role["Credentials"]["Expiration"], self.now + timedelta(seconds=900))
        self.assertEqual(role["AssumedRoleUser"]["Arn"], "arn:aws:sts::210987654321:assumed-role/backstay/facts")
        keys = {
            "aws_access_key_id": role["Credentials"]["AccessKeyId"],
            "aws_secret_access_key": role["Credentials"]["SecretAccessKey"],
            "aws_session_token": role["Credentials"]["SessionToken"],
        }
        self.assertEqual(client("sts", **keys).get_caller_identity()["Account"], "210987654321")
        self.table("orders")
        self.assertEqual(client("dynamodb", **keys).list_tables()["TableNames"], [])
        self.later(seconds=901)
        self.refused("ExpiredToken", client("sts", **keys).get_caller_identity)
        self.refused("ExpiredTokenException", client("dynamodb", **keys).list_tables)

    def test_a_session_is_at_least_15_minutes_and_a_role_has_an_arn(self):
        sts = client("sts")
        role = {"RoleArn": "arn:aws:iam::210987654321:role/backstay", "RoleSessionName": "facts"}
        self.refused("ValidationError", sts.assume_role, **{**role, "DurationSeconds": 43201})
        self.refused("ValidationError", sts.assume_role, **{**role, "RoleArn": "arn:aws:iam::210987654321:user/x"})

    def test_a_region_that_is_off_knows_no_credentials(self):
        self.refused("UnrecognizedClientException", client("dynamodb", "me-south-1").list_tables)

    def test_the_account_lists_its_regions_page_by_page(self):
        pages = client("account").get_paginator("list_regions")
        enabled = {"RegionOptStatusContains": ["ENABLED", "ENABLED_BY_DEFAULT"], "MaxResults": 10}
        regions = [region["RegionName"] for page in pages.paginate(**enabled) for region in page["Regions"]]
        self.assertEqual(len(regions), 17)
        self.assertEqual(len(regions), len(set(regions)))


class Tables(Facts):
    def test_a_table_is_creating_before_it_is_active(self):
        self.lag("8s")
        self.assertEqual(self.table("orders")["TableStatus"], "CREATING")
        self.assertEqual(self.described("orders")["TableStatus"], "CREATING")
        self.later(seconds=9)
        self.dynamodb.get_waiter("table_exists").wait(TableName="orders", WaiterConfig={"Delay": 1, "MaxAttempts": 1})
        self.assertEqual(self.described("orders")["TableStatus"], "ACTIVE")

    def test_the_backup_calls_call_a_missing_table_otherwise_than_the_rest(self):
        self.refused("ResourceNotFoundException", self.dynamodb.describe_table, TableName="none")
        self.refused("ResourceNotFoundException", self.dynamodb.update_table, TableName="none", DeletionProtectionEnabled=True)
        self.refused("ResourceNotFoundException", self.dynamodb.delete_table, TableName="none")
        self.refused("TableNotFoundException", self.dynamodb.describe_continuous_backups, TableName="none")
        specification = {"PointInTimeRecoveryEnabled": True}
        update = self.dynamodb.update_continuous_backups
        self.refused("TableNotFoundException", update, TableName="none", PointInTimeRecoverySpecification=specification)
        self.refused("TableNotFoundException", self.dynamodb.create_backup, TableName="none", BackupName="nightly")

    def test_a_name_is_taken_once(self):
        self.table("orders")
        definition = {
            "TableName": "orders",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        }
        self.refused("ResourceInUseException", self.dynamodb.create_table, **definition)

    def test_tables_and_arns_name_the_same(self):
        arn = self.table("orders")["TableArn"]
        self.assertEqual(arn, f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders")
        self.assertEqual(self.described(arn)["TableName"], "orders")
        self.assertEqual(self.backups(arn)["ContinuousBackupsStatus"], "ENABLED")

    def test_regions_hold_tables_of_their_own(self):
        self.table("orders")
        west = client("dynamodb", "us-west-2")
        self.assertEqual(west.list_tables()["TableNames"], [])

    def test_tables_are_listed_a_hundred_at_a_time(self):
        for number in range(120):
            self.table(f"t-{number:03}")
        first = self.dynamodb.list_tables()
        self.assertEqual((len(first["TableNames"]), first["LastEvaluatedTableName"]), (100, "t-099"))
        names = [name for page in self.dynamodb.get_paginator("list_tables").paginate() for name in page["TableNames"]]
        self.assertEqual(names, [f"t-{number:03}" for number in range(120)])

    def test_deletion_protection_is_off_until_it_is_turned_on_and_refuses_the_delete(self):
        self.table("orders")
        self.assertFalse(self.described("orders")["DeletionProtectionEnabled"])
        self.dynamodb.update_table(TableName="orders", DeletionProtectionEnabled=True)
        self.assertTrue(self.described("orders")["DeletionProtectionEnabled"])
        self.refused("ValidationException", self.dynamodb.delete_table, TableName="orders")
        self.dynamodb.update_table(TableName="orders", DeletionProtectionEnabled=False)
        self.dynamodb.delete_table(TableName="orders")
        self.dynamodb.get_waiter("table_not_exists").wait(TableName="orders", WaiterConfig={"Delay": 1, "MaxAttempts": 1})

    def test_an_update_without_a_change_is_refused(self):
        self.table("orders")
        self.refused("ValidationException", self.dynamodb.update_table, TableName="orders")

    def test_a_replica_shares_neither_pitr_nor_protection_nor_tags(self):
        self.table("orders", Tags=[{"Key": "env", "Value": "production"}], DeletionProtectionEnabled=True)
        self.pitr("orders", days=7)
        self.dynamodb.update_table(TableName="orders", ReplicaUpdates=[{"Create": {"RegionName": "us-west-2"}}])
        self.assertEqual([replica["RegionName"] for replica in self.described("orders")["Replicas"]], ["us-west-2"])
        west = client("dynamodb", "us-west-2")
        there = west.describe_table(TableName="orders")["Table"]
        self.assertFalse(there["DeletionProtectionEnabled"])
        recovery = west.describe_continuous_backups(TableName="orders")["ContinuousBackupsDescription"]
        self.assertEqual(recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"], "DISABLED")
        self.assertEqual(west.list_tags_of_resource(ResourceArn=there["TableArn"])["Tags"], [])


class PointInTimeRecovery(Facts):
    def test_continuous_backups_are_enabled_while_pitr_is_not(self):
        self.table("orders")
        backups = self.backups("orders")
        self.assertEqual(backups["ContinuousBackupsStatus"], "ENABLED")
        self.assertEqual(backups["PointInTimeRecoveryDescription"], {"PointInTimeRecoveryStatus": "DISABLED"})

    def test_the_period_is_35_days_unless_it_is_given(self):
        self.table("orders")
        self.assertEqual(self.pitr("orders")["RecoveryPeriodInDays"], 35)
        self.assertEqual(self.pitr("orders", days=1)["RecoveryPeriodInDays"], 1)

    def test_the_period_is_1_to_35_days_and_goes_with_on_only(self):
        self.table("orders")
        update = self.dynamodb.update_continuous_backups
        on = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 36}
        off = {"PointInTimeRecoveryEnabled": False, "RecoveryPeriodInDays": 7}
        self.refused("ValidationException", update, TableName="orders", PointInTimeRecoverySpecification=on)
        self.refused("ValidationException", update, TableName="orders", PointInTimeRecoverySpecification=off)
        self.assertEqual(self.backups("orders")["PointInTimeRecoveryDescription"], {"PointInTimeRecoveryStatus": "DISABLED"})

    def test_turning_on_again_what_is_on_changes_nothing(self):
        self.table("orders")
        self.pitr("orders", days=35)
        self.later(days=2)
        self.pitr("orders", days=35)
        self.assertEqual(self.window("orders")[0], NOW)

    def test_turning_off_what_is_off_is_no_error(self):
        self.table("orders")
        self.assertEqual(self.pitr("orders", on=False), {"PointInTimeRecoveryStatus": "DISABLED"})

    def test_the_window_opens_when_it_is_turned_on_and_ends_five_minutes_ago(self):
        self.table("orders")
        self.pitr("orders", days=35)
        self.assertEqual(self.window("orders"), (NOW, NOW))
        self.later(minutes=3)
        self.assertEqual(self.window("orders"), (NOW, NOW))
        self.later(minutes=57)
        self.assertEqual(self.window("orders"), (NOW, NOW + timedelta(minutes=55)))
        self.later(days=40)
        self.assertEqual(self.window("orders")[0], self.now - timedelta(days=35))

    def test_a_shorter_period_loses_days_at_once_and_a_longer_one_brings_none_back(self):
        self.table("orders")
        self.pitr("orders", days=35)
        self.later(days=30)
        self.pitr("orders", days=7)
        shortened = self.now - timedelta(days=7)
        self.assertEqual(self.window("orders")[0], shortened)
        self.pitr("orders", days=35)
        self.assertEqual(self.window("orders")[0], shortened)
        self.later(days=3)
        self.assertEqual(self.window("orders")[0], shortened)

    def test_off_and_on_again_begins_anew_and_forgets_the_period(self):
        self.table("orders")
        self.pitr("orders", days=7)
        self.later(days=5)
        self.pitr("orders", on=False)
        self.assertEqual(self.pitr("orders")["RecoveryPeriodInDays"], 35)
        self.assertEqual(self.window("orders"), (self.now, self.now))

    def test_a_table_that_is_being_created_is_unknown_and_then_not_ready(self):
        self.lag("10s")
        self.table("orders")
        describe, update = self.dynamodb.describe_continuous_backups, self.dynamodb.update_continuous_backups
        self.refused("TableNotFoundException", describe, TableName="orders")
        self.later(seconds=11)
        specification = {"PointInTimeRecoveryEnabled": True}
        said = self.refused(
            "ContinuousBackupsUnavailableException", update, TableName="orders", PointInTimeRecoverySpecification=specification
        )
        self.assertIn("Backups are being enabled for the table", said)
        self.later(seconds=10)
        self.pitr("orders")


class Backups(Facts):
    def backup(self, table, name="nightly"):
        return self.dynamodb.create_backup(TableName=table, BackupName=name)["BackupDetails"]

    def test_a_backup_is_creating_in_the_answer_and_available_after(self):
        self.table("orders")
        made = self.backup("orders")
        self.assertEqual((made["BackupStatus"], made["BackupType"]), ("CREATING", "USER"))
        self.assertNotIn("BackupExpiryDateTime", made)
        read = self.dynamodb.describe_backup(BackupArn=made["BackupArn"])["BackupDescription"]
        self.assertEqual(read["BackupDetails"]["BackupStatus"], "AVAILABLE")
        self.assertEqual(read["SourceTableDetails"]["TableName"], "orders")

    def test_backup_names_repeat(self):
        self.table("orders")
        self.assertNotEqual(self.backup("orders")["BackupArn"], self.backup("orders")["BackupArn"])
        self.assertEqual(len(self.dynamodb.list_backups(TableName="orders")["BackupSummaries"]), 2)

    def test_backups_are_listed_page_by_page(self):
        self.table("orders")
        for number in range(7):
            self.backup("orders", f"b-{number}")
        pages = self.dynamodb.get_paginator("list_backups").paginate(TableName="orders", PaginationConfig={"PageSize": 3})
        names = [summary["BackupName"] for page in pages for summary in page["BackupSummaries"]]
        self.assertEqual(sorted(names), [f"b-{number}" for number in range(7)])

    def test_a_backup_outlives_its_table_until_it_is_deleted(self):
        self.table("orders")
        arn = self.backup("orders")["BackupArn"]
        self.dynamodb.delete_table(TableName="orders")
        self.assertEqual(self.dynamodb.describe_backup(BackupArn=arn)["BackupDescription"]["BackupDetails"]["BackupArn"], arn)
        self.dynamodb.delete_backup(BackupArn=arn)
        self.refused("BackupNotFoundException", self.dynamodb.describe_backup, BackupArn=arn)
        self.refused("BackupNotFoundException", self.dynamodb.delete_backup, BackupArn=arn)

    def test_a_deleted_table_with_pitr_leaves_a_system_backup_for_35_days(self):
        self.table("orders")
        self.put("orders", "a")
        self.pitr("orders")
        self.dynamodb.delete_table(TableName="orders")
        self.later(seconds=15)
        self.assertEqual(self.dynamodb.list_backups(TableName="orders")["BackupSummaries"], [])
        system = self.dynamodb.list_backups(TableName="orders", BackupType="SYSTEM")["BackupSummaries"][0]
        self.assertEqual((system["BackupName"], system["BackupType"]), ("orders$DeletedTableBackup", "SYSTEM"))
        self.assertEqual((system["BackupExpiryDateTime"] - system["BackupCreationDateTime"]).days, 35)
        self.refused("ValidationException", self.dynamodb.delete_backup, BackupArn=system["BackupArn"])
        self.dynamodb.restore_table_from_backup(TargetTableName="back", BackupArn=system["BackupArn"])
        self.assertEqual(self.keys("back"), ["a"])
        self.later(days=36)
        self.assertEqual(self.dynamodb.list_backups(BackupType="ALL")["BackupSummaries"], [])

    def test_without_pitr_a_deleted_table_leaves_nothing(self):
        self.table("orders")
        self.pitr("orders")
        self.pitr("orders", on=False)
        self.dynamodb.delete_table(TableName="orders")
        self.later(seconds=15)
        self.assertEqual(self.dynamodb.list_backups(BackupType="ALL")["BackupSummaries"], [])


class Restores(Facts):
    def restore(self, target, **how):
        return self.dynamodb.restore_table_to_point_in_time(SourceTableName="orders", TargetTableName=target, **how)["TableDescription"]

    def test_a_table_comes_back_as_it_was_at_that_moment_and_bare(self):
        self.table("orders", Tags=[{"Key": "env", "Value": "production"}], DeletionProtectionEnabled=True)
        self.pitr("orders")
        self.put("orders", "before")
        self.later(hours=1)
        self.put("orders", "after")
        self.later(hours=1)
        restored = self.restore("then", RestoreDateTime=NOW + timedelta(minutes=30))
        self.assertEqual(restored["TableName"], "then")
        self.assertEqual(self.keys("then"), ["before"])
        self.restore("now", UseLatestRestorableTime=True)
        self.assertEqual(self.keys("now"), ["after", "before"])
        self.assertFalse(self.described("then")["DeletionProtectionEnabled"])
        self.assertEqual(self.described("then")["RestoreSummary"]["SourceTableArn"], self.described("orders")["TableArn"])
        recovery = self.backups("then")["PointInTimeRecoveryDescription"]
        self.assertEqual(recovery["PointInTimeRecoveryStatus"], "DISABLED")
        self.assertEqual(self.dynamodb.list_tags_of_resource(ResourceArn=self.described("then")["TableArn"])["Tags"], [])

    def test_what_a_restore_refuses(self):
        restore = self.dynamodb.restore_table_to_point_in_time
        self.refused("TableNotFoundException", restore, SourceTableName="none", TargetTableName="then", UseLatestRestorableTime=True)
        self.table("orders")
        source = {"SourceTableName": "orders", "TargetTableName": "then"}
        self.refused("PointInTimeRecoveryUnavailableException", restore, **source, UseLatestRestorableTime=True)
        self.pitr("orders", days=7)
        self.later(days=10)
        self.refused("InvalidRestoreTimeException", restore, **source, RestoreDateTime=self.now - timedelta(days=8))
        self.refused("InvalidRestoreTimeException", restore, **source, RestoreDateTime=self.now - timedelta(minutes=1))
        self.refused("ValidationException", restore, **source)
        self.refused("ValidationException", restore, **source, UseLatestRestorableTime=True, RestoreDateTime=self.now - timedelta(days=1))
        self.table("then")
        self.refused("TableAlreadyExistsException", restore, **source, UseLatestRestorableTime=True)

    def test_a_table_that_is_being_restored_is_there_but_not_to_the_backup_calls(self):
        self.table("orders")
        self.pitr("orders")
        self.later(hours=1)
        self.lag("60s")
        self.assertEqual(self.restore("then", UseLatestRestorableTime=True)["TableStatus"], "CREATING")
        self.assertEqual(self.described("then")["TableStatus"], "CREATING")
        self.refused("TableNotFoundException", self.dynamodb.describe_continuous_backups, TableName="then")


class Exports(Facts):
    def setUp(self):
        super().setUp()
        self.arn = self.table("orders")["TableArn"]
        self.export = self.dynamodb.export_table_to_point_in_time

    def test_an_export_runs_and_is_completed(self):
        self.pitr("orders")
        self.later(hours=1)
        self.lag("60s")
        made = self.export(TableArn=self.arn, S3Bucket="exports", ClientToken="once")["ExportDescription"]
        self.assertEqual((made["ExportStatus"], made["ExportFormat"], made["ExportType"]), ("IN_PROGRESS", "DYNAMODB_JSON", "FULL_EXPORT"))
        again = self.export(TableArn=self.arn, S3Bucket="exports", ClientToken="once")["ExportDescription"]
        self.assertEqual(again["ExportArn"], made["ExportArn"])
        self.later(minutes=2)
        read = self.dynamodb.describe_export(ExportArn=made["ExportArn"])["ExportDescription"]
        self.assertEqual(read["ExportStatus"], "COMPLETED")
        summaries = self.dynamodb.list_exports(TableArn=self.arn)["ExportSummaries"]
        self.assertEqual([summary["ExportArn"] for summary in summaries], [made["ExportArn"]])

    def test_what_an_export_refuses(self):
        target = {"TableArn": self.arn, "S3Bucket": "exports"}
        self.refused("PointInTimeRecoveryUnavailableException", self.export, **target)
        self.pitr("orders", days=7)
        self.later(days=10)
        self.refused("InvalidExportTimeException", self.export, **target, ExportTime=self.now - timedelta(days=8))
        self.refused("TableNotFoundException", self.export, S3Bucket="exports", TableArn=self.arn + "-none")
        self.refused("ExportNotFoundException", self.dynamodb.describe_export, ExportArn=self.arn + "/export/01658528578619-c4d4e311")

    def test_an_incremental_export_spans_a_quarter_of_an_hour_to_a_day(self):
        self.pitr("orders")
        self.later(days=3)
        target = {"TableArn": self.arn, "S3Bucket": "exports", "ExportType": "INCREMENTAL_EXPORT"}
        for minutes, good in [(14, False), (15, True), (24 * 60, True), (24 * 60 + 1, False)]:
            end = self.now - timedelta(hours=1)
            span = {"ExportFromTime": end - timedelta(minutes=minutes), "ExportToTime": end}
            if good:
                made = self.export(**target, IncrementalExportSpecification=span)["ExportDescription"]
                self.assertEqual(made["ExportType"], "INCREMENTAL_EXPORT")
            else:
                with self.assertRaises(ClientError):
                    self.export(**target, IncrementalExportSpecification=span)


class Tags(Facts):
    def arns(self, **filters):
        pages = self.tagging.get_paginator("get_resources").paginate(**filters)
        return [found["ResourceARN"].rsplit("/", 1)[1] for page in pages for found in page["ResourceTagMappingList"]]

    def tag(self, name, **tags):
        arn = self.described(name)["TableArn"]
        self.dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])

    def test_filters_want_every_key_and_any_of_its_values(self):
        for name, env, tier in [("a", "production", "gold"), ("b", "staging", "gold"), ("c", "production", "iron")]:
            self.table("t-" + name, Tags=[{"Key": "env", "Value": env}, {"Key": "tier", "Value": tier}])
        self.table("t-untagged")
        tables = {"ResourceTypeFilters": ["dynamodb:table"]}
        self.assertEqual(self.arns(**tables), ["t-a", "t-b", "t-c"])
        self.assertEqual(self.arns(**tables, TagFilters=[{"Key": "env", "Values": ["production"]}]), ["t-a", "t-c"])
        self.assertEqual(self.arns(**tables, TagFilters=[{"Key": "env", "Values": ["production", "staging"]}]), ["t-a", "t-b", "t-c"])
        both = [{"Key": "env", "Values": ["production"]}, {"Key": "tier", "Values": ["gold"]}]
        self.assertEqual(self.arns(**tables, TagFilters=both), ["t-a"])
        self.assertEqual(self.arns(**tables, TagFilters=[{"Key": "tier"}]), ["t-a", "t-b", "t-c"])
        self.assertEqual(self.arns(ResourceTypeFilters=["s3"]), [])

    def test_what_was_tagged_once_stays_listed(self):
        self.table("orders")
        self.assertEqual(self.arns(), [])
        self.tag("orders", env="production")
        self.dynamodb.untag_resource(ResourceArn=self.described("orders")["TableArn"], TagKeys=["env"])
        self.later(minutes=1)
        self.assertEqual(self.arns(), ["orders"])

    def test_pages_hold_at_most_a_hundred(self):
        for number in range(120):
            self.table(f"t-{number:03}", Tags=[{"Key": "env", "Value": "production"}])
        first = self.tagging.get_resources(ResourcesPerPage=100)
        self.assertEqual(len(first["ResourceTagMappingList"]), 100)
        self.assertNotEqual(first["PaginationToken"], "")
        self.assertEqual(len(set(self.arns(ResourcesPerPage=50))), 120)

    def test_tags_are_the_tables_and_the_tagging_api_s_alike(self):
        arn = self.table("orders")["TableArn"]
        failed = self.tagging.tag_resources(ResourceARNList=[arn], Tags={"env": "production"})["FailedResourcesMap"]
        self.assertEqual(failed, {})
        self.assertEqual(self.dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"], [{"Key": "env", "Value": "production"}])
        self.assertEqual(self.tagging.get_tag_keys()["TagKeys"], ["env"])
        self.assertEqual(self.tagging.get_tag_values(Key="env")["TagValues"], ["production"])


class Faults(Facts):
    def test_throttling_is_what_the_sdk_retries(self):
        sandbox("faults", "--throttle-first", "2")
        patient = boto3.client("dynamodb", region_name="us-east-1", config=Config(retries={"total_max_attempts": 3, "mode": "standard"}))
        answer = patient.list_tables()
        self.assertEqual(answer["ResponseMetadata"]["RetryAttempts"], 2)

    def test_a_denied_action_is_denied_for_what_it_names(self):
        self.table("orders")
        self.table("buyers")
        sandbox("faults", "--deny", "dynamodb:DescribeTable@orders")
        self.refused("AccessDeniedException", self.dynamodb.describe_table, TableName="orders")
        self.assertEqual(self.described("buyers")["TableName"], "buyers")


if __name__ == "__main__":
    unittest.main()
