"""What boto3 finds of EventBridge, Scheduler and CloudWatch Logs in the sandbox: its own models, parsing and paginators."""

import datetime
import unittest

from facts import Facts, client

TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
ROLE = "arn:aws:iam::123456789012:role/export"


class Rules(Facts):
    def setUp(self):
        super().setUp()
        self.events = client("events")
        self.events.put_rule(Name="failed", EventPattern='{"source":["aws.backup"]}', Tags=[{"Key": "env", "Value": "production"}])

    def test_targets_are_listed_page_by_page_as_they_were_put(self):
        targets = [{"Id": f"t{n}", "Arn": TOPIC, "InputTransformer": {"InputPathsMap": {"a": "$.a"}, "InputTemplate": "<a>"}} for n in range(5)]
        put = self.events.put_targets(Rule="failed", Targets=targets)
        self.assertEqual((put["FailedEntryCount"], put["FailedEntries"]), (0, []))
        pages = self.events.get_paginator("list_targets_by_rule").paginate(Rule="failed", PaginationConfig={"PageSize": 2})
        self.assertEqual([target for page in pages for target in page["Targets"]], targets)
        self.refused("LimitExceededException", self.events.put_targets, Rule="failed", Targets=[{"Id": "t5", "Arn": TOPIC}])
        self.refused("ValidationException", self.events.delete_rule, Name="failed")

    def test_a_rule_on_another_bus_is_another_rule(self):
        bus = self.events.create_event_bus(Name="shop")["EventBusArn"]
        arn = self.events.put_rule(Name="failed", EventBusName=bus, EventPattern='{"source":["shop"]}', State="DISABLED")["RuleArn"]
        self.assertEqual(arn, "arn:aws:events:us-east-1:123456789012:rule/shop/failed")
        self.assertEqual(self.events.describe_rule(Name="failed")["State"], "ENABLED")
        rules = self.events.get_paginator("list_rules").paginate(EventBusName="shop").build_full_result()["Rules"]
        self.assertEqual([rule["Name"] for rule in rules], ["failed"])

    def test_errors_are_those_of_the_model(self):
        self.refused("ResourceNotFoundException", self.events.describe_rule, Name="none")
        self.refused("InvalidEventPatternException", self.events.put_rule, Name="a", EventPattern="{}")
        self.refused("ValidationException", self.events.put_rule, Name="a", ScheduleExpression="rate(1 days)")


class LogGroups(Facts):
    def test_a_group_has_its_retention_its_protection_and_its_tags(self):
        logs = client("logs")
        logs.create_log_group(logGroupName="/shop/orders", tags={"env": "production"})
        logs.put_retention_policy(logGroupName="/shop/orders", retentionInDays=30)
        logs.put_log_group_deletion_protection(logGroupIdentifier="/shop/orders", deletionProtectionEnabled=True)
        group = logs.describe_log_groups(logGroupNamePrefix="/shop")["logGroups"][0]
        self.assertEqual((group["retentionInDays"], group["deletionProtectionEnabled"], group["logGroupClass"]), (30, True, "STANDARD"))
        self.assertEqual(logs.list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"], {"env": "production"})
        self.refused("ValidationException", logs.delete_log_group, logGroupName="/shop/orders")
        self.refused("InvalidParameterException", logs.put_retention_policy, logGroupName="/shop/orders", retentionInDays=31)
        self.refused("ResourceNotFoundException", logs.delete_log_group, logGroupName="none")

    def test_all_groups_are_listed_page_by_page(self):
        logs = client("logs")
        names = [f"/g/{n:03}" for n in range(120)]
        for name in names:
            logs.create_log_group(logGroupName=name)
        pages = list(logs.get_paginator("describe_log_groups").paginate())
        self.assertEqual([group["logGroupName"] for page in pages for group in page["logGroups"]], names)
        self.assertEqual(len(pages), 3)


class Schedules(Facts):
    def setUp(self):
        super().setUp()
        self.scheduler = client("scheduler")
        self.scheduler.create_schedule_group(Name="exports", Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])

    def make(self, **more):
        schedule = {"Name": "orders", "GroupName": "exports", "ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": {"Mode": "OFF"}}
        schedule["Target"] = {"Arn": "arn:aws:lambda:us-east-1:123456789012:function:f", "RoleArn": ROLE}
        return self.scheduler.create_schedule(**{**schedule, **more})

    def test_times_come_back_as_they_were_given(self):
        start = datetime.datetime(2027, 1, 1, tzinfo=datetime.timezone.utc)
        self.assertEqual(self.make(StartDate=start)["ScheduleArn"], "arn:aws:scheduler:us-east-1:123456789012:schedule/exports/orders")
        schedule = self.scheduler.get_schedule(Name="orders", GroupName="exports")
        self.assertEqual((schedule["StartDate"], schedule["State"], schedule["ScheduleExpressionTimezone"]), (start, "ENABLED", "UTC"))
        self.assertEqual(schedule["Target"]["RetryPolicy"], {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185})
        self.refused("ConflictException", self.make)
        self.refused("ResourceNotFoundException", self.scheduler.get_schedule, Name="orders")

    def test_schedules_are_listed_by_group_page_by_page(self):
        for n in range(5):
            self.make(Name=f"s{n}")
        self.make(Name="elsewhere", GroupName="default")
        pages = self.scheduler.get_paginator("list_schedules").paginate(GroupName="exports", PaginationConfig={"PageSize": 2})
        self.assertEqual([schedule["Name"] for page in pages for schedule in page["Schedules"]], [f"s{n}" for n in range(5)])

    def test_groups_are_tagged_and_go_with_what_is_in_them(self):
        arn = self.scheduler.get_schedule_group(Name="exports")["Arn"]
        self.scheduler.untag_resource(ResourceArn=arn, TagKeys=["a", "b"])
        self.scheduler.tag_resource(ResourceArn=arn, Tags=[{"Key": "c", "Value": "3"}])
        self.assertEqual(self.scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"], [{"Key": "c", "Value": "3"}])
        self.make()
        self.scheduler.delete_schedule_group(Name="exports")
        self.refused("ResourceNotFoundException", self.scheduler.get_schedule, Name="orders", GroupName="exports")
        groups = self.scheduler.list_schedule_groups()["ScheduleGroups"]
        self.assertEqual([group["Name"] for group in groups], ["default"])


if __name__ == "__main__":
    unittest.main()
