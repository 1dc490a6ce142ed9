"""What boto3 finds of the settings, frameworks, report plans and restore tests of AWS Backup in the sandbox."""

import unittest
from datetime import timedelta

from facts import Facts, client

ROLE = "arn:aws:iam::123456789012:role/service-role/AWSBackupDefaultServiceRole"
POINTS = dict(Algorithm="LATEST_WITHIN_WINDOW", IncludeVaults=["*"], RecoveryPointTypes=["SNAPSHOT"])


class Audit(Facts):
    def setUp(self):
        super().setUp()
        self.backup = client("backup")

    def test_settings_of_a_region_are_laid_over_those_that_are_there(self):
        self.backup.update_region_settings(ResourceTypeOptInPreference={"S3": False}, ResourceTypeManagementPreference={"DynamoDB": True})
        self.backup.update_region_settings(ResourceTypeOptInPreference={"EC2": False})
        told = self.backup.describe_region_settings()
        opted = told["ResourceTypeOptInPreference"]
        self.assertEqual((opted["S3"], opted["EC2"], opted["DynamoDB"]), (False, False, True))
        self.assertTrue(told["ResourceTypeManagementPreference"]["DynamoDB"])
        self.assertTrue(client("backup", "us-west-2").describe_region_settings()["ResourceTypeOptInPreference"]["S3"])
        self.refused("InvalidParameterValueException", self.backup.update_region_settings, ResourceTypeOptInPreference={"Tape": True})

    def test_settings_of_the_organization_are_the_same_everywhere(self):
        self.backup.update_global_settings(GlobalSettings={"isCrossAccountBackupEnabled": "true"})
        told = client("backup", "us-west-2").describe_global_settings()
        self.assertEqual(told["GlobalSettings"]["isCrossAccountBackupEnabled"], "true")

    def test_a_framework_is_known_by_its_name_and_has_an_id_in_its_arn(self):
        controls = [
            {"ControlName": "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK", "ControlInputParameters": [{"ParameterName": "requiredRetentionDays", "ParameterValue": "35"}]},
            {"ControlName": "BACKUP_RECOVERY_POINT_ENCRYPTED", "ControlScope": {"Tags": {"env": "production"}}},
        ]
        made = self.backup.create_framework(FrameworkName="rules", FrameworkControls=controls, FrameworkTags={"env": "production"})
        told = self.backup.describe_framework(FrameworkName="rules")
        self.assertEqual(told["FrameworkArn"], made["FrameworkArn"])
        by_name = {control["ControlName"]: control for control in told["FrameworkControls"]}
        self.assertEqual(by_name["BACKUP_RECOVERY_POINT_ENCRYPTED"]["ControlScope"]["Tags"], {"env": "production"})
        self.assertEqual([one["FrameworkName"] for one in self.backup.list_frameworks()["Frameworks"]], ["rules"])
        self.assertEqual(self.backup.list_tags(ResourceArn=made["FrameworkArn"])["Tags"], {"env": "production"})
        self.refused("AlreadyExistsException", self.backup.create_framework, FrameworkName="rules", FrameworkControls=controls)
        self.backup.delete_framework(FrameworkName="rules")
        self.refused("ResourceNotFoundException", self.backup.describe_framework, FrameworkName="rules")

    def test_a_report_plan_tells_where_its_reports_go(self):
        channel, setting = {"S3BucketName": "reports"}, {"ReportTemplate": "BACKUP_JOB_REPORT"}
        self.backup.create_report_plan(ReportPlanName="jobs", ReportDeliveryChannel=channel, ReportSetting=setting)
        told = self.backup.describe_report_plan(ReportPlanName="jobs")["ReportPlan"]
        self.assertEqual((told["ReportDeliveryChannel"]["S3BucketName"], told["ReportSetting"]["ReportTemplate"]), ("reports", "BACKUP_JOB_REPORT"))
        self.assertEqual([one["ReportPlanName"] for one in self.backup.list_report_plans()["ReportPlans"]], ["jobs"])
        self.refused("InvalidParameterValueException", self.backup.create_report_plan, ReportPlanName="x", ReportDeliveryChannel=channel, ReportSetting={"ReportTemplate": "NONE"})
        self.backup.delete_report_plan(ReportPlanName="jobs")
        self.refused("ResourceNotFoundException", self.backup.describe_report_plan, ReportPlanName="jobs")

    def test_a_restore_testing_plan_has_the_defaults_of_aws_and_goes_after_its_selections(self):
        plan = {"RestoreTestingPlanName": "monthly", "ScheduleExpression": "cron(0 5 1 * ? *)", "RecoveryPointSelection": POINTS}
        self.backup.create_restore_testing_plan(RestoreTestingPlan=plan)
        told = self.backup.get_restore_testing_plan(RestoreTestingPlanName="monthly")["RestoreTestingPlan"]
        self.assertEqual((told["StartWindowHours"], told["RecoveryPointSelection"]["SelectionWindowDays"]), (24, 30))
        selection = {"RestoreTestingSelectionName": "tables", "ProtectedResourceType": "DynamoDB", "ProtectedResourceArns": ["*"], "IamRoleArn": ROLE}
        self.backup.create_restore_testing_selection(RestoreTestingPlanName="monthly", RestoreTestingSelection=selection)
        [listed] = self.backup.list_restore_testing_selections(RestoreTestingPlanName="monthly")["RestoreTestingSelections"]
        self.assertEqual((listed["RestoreTestingSelectionName"], listed["ValidationWindowHours"]), ("tables", 0))
        mixed = dict(selection, RestoreTestingSelectionName="mixed", ProtectedResourceArns=["*", "arn:aws:dynamodb:us-east-1:123456789012:table/a"])
        self.refused("InvalidParameterValueException", self.backup.create_restore_testing_selection, RestoreTestingPlanName="monthly", RestoreTestingSelection=mixed)
        self.refused("InvalidRequestException", self.backup.delete_restore_testing_plan, RestoreTestingPlanName="monthly")
        self.backup.delete_restore_testing_selection(RestoreTestingPlanName="monthly", RestoreTestingSelectionName="tables")
        self.backup.delete_restore_testing_plan(RestoreTestingPlanName="monthly")
        self.refused("ResourceNotFoundException", self.backup.get_restore_testing_plan, RestoreTestingPlanName="monthly")

    def test_a_table_is_restored_from_a_recovery_point_and_the_restore_is_validated(self):
        self.table("orders")
        self.dynamodb.put_item(TableName="orders", Item={"id": {"S": "1"}})
        arn = self.described("orders")["TableArn"]
        self.backup.create_backup_vault(BackupVaultName="daily")
        made = self.backup.start_backup_job(BackupVaultName="daily", ResourceArn=arn, IamRoleArn=ROLE)
        self.assertEqual(self.backup.describe_backup_job(BackupJobId=made["BackupJobId"])["State"], "COMPLETED")
        [point] = self.backup.list_recovery_points_by_backup_vault(BackupVaultName="daily")["RecoveryPoints"]
        self.assertNotIn("LastRestoreTime", point)
        self.lag("600s")
        begun = self.backup.start_restore_job(RecoveryPointArn=point["RecoveryPointArn"], IamRoleArn=ROLE, Metadata={"targetTableName": "back"})
        job = begun["RestoreJobId"]
        self.assertEqual(self.backup.describe_restore_job(RestoreJobId=job)["Status"], "PENDING")
        self.refused("InvalidRequestException", self.backup.put_restore_validation_result, RestoreJobId=job, ValidationStatus="SUCCESSFUL")
        self.later(minutes=10)
        self.assertEqual(self.dynamodb.scan(TableName="back")["Count"], 1)
        told = self.backup.describe_restore_job(RestoreJobId=job)
        self.assertEqual((told["SourceResourceArn"], told["CreatedResourceArn"]), (arn, arn.replace("orders", "back")))
        self.assertEqual(told["CompletionDate"] - told["CreationDate"], timedelta(minutes=10))
        self.assertEqual(self.backup.get_restore_job_metadata(RestoreJobId=job)["Metadata"], {"targetTableName": "back"})
        self.backup.put_restore_validation_result(RestoreJobId=job, ValidationStatus="SUCCESSFUL", ValidationStatusMessage="one order")
        [listed] = self.backup.get_paginator("list_restore_jobs").paginate(ByStatus="COMPLETED", ByResourceType="DynamoDB").build_full_result()["RestoreJobs"]
        self.assertEqual((listed["ValidationStatus"], listed["ValidationStatusMessage"]), ("SUCCESSFUL", "one order"))
        self.assertEqual(self.backup.list_restore_jobs(ByRestoreTestingPlanArn="arn:aws:backup:us-east-1:123456789012:restore-testing-plan:x")["RestoreJobs"], [])
        [of_table] = self.backup.list_restore_jobs_by_protected_resource(ResourceArn=arn)["RestoreJobs"]
        self.assertEqual(of_table["RestoreJobId"], job)
        [point] = self.backup.list_recovery_points_by_backup_vault(BackupVaultName="daily")["RecoveryPoints"]
        self.assertEqual(point["LastRestoreTime"], told["CompletionDate"])
        self.refused("ResourceNotFoundException", self.backup.describe_restore_job, RestoreJobId="none")
        self.refused("InvalidParameterValueException", self.backup.put_restore_validation_result, RestoreJobId=job, ValidationStatus="GOOD")


if __name__ == "__main__":
    unittest.main()
