"""What boto3 finds of composite alarms, dashboards and metrics of replication in the sandbox: its own models, parsing and paginators."""

import unittest
from datetime import timedelta

from facts import Facts, client

ALARM = dict(
    Namespace="N", MetricName="M", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1,
    ComparisonOperator="GreaterThanThreshold", TreatMissingData="ignore",
)


class Composites(Facts):
    def setUp(self):
        super().setUp()
        self.cloudwatch = client("cloudwatch")
        for name in ["a", "b"]:
            self.cloudwatch.put_metric_alarm(AlarmName=name, **ALARM)
        self.cloudwatch.put_composite_alarm(
            AlarmName="both", AlarmRule='ALARM(a) AND ALARM("b")', Tags=[{"Key": "env", "Value": "production"}],
            ActionsSuppressor="b", ActionsSuppressorWaitPeriod=0, ActionsSuppressorExtensionPeriod=60,
        )

    def composites(self, **filters):
        found = self.cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["CompositeAlarm"], **filters)
        return [alarm for page in found for alarm in page["CompositeAlarms"]]

    def test_only_who_asks_for_its_type_is_told(self):
        told = self.cloudwatch.describe_alarms()
        self.assertEqual([alarm["AlarmName"] for alarm in told["MetricAlarms"]], ["a", "b"])
        self.assertEqual(told["CompositeAlarms"], [])
        [alarm] = self.composites()
        self.assertEqual((alarm["AlarmRule"], alarm["ActionsSuppressorWaitPeriod"]), ('ALARM(a) AND ALARM("b")', 0))
        self.assertEqual(self.cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"], [{"Key": "env", "Value": "production"}])

    def test_its_state_follows_from_those_of_others(self):
        self.assertEqual(self.composites()[0]["StateValue"], "INSUFFICIENT_DATA")
        for name in ["a", "b"]:
            self.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="by hand")
        self.later(minutes=2)
        [alarm] = self.composites()
        self.assertEqual((alarm["StateValue"], alarm["ActionsSuppressedBy"]), ("ALARM", "Alarm"))
        self.assertEqual([alarm["AlarmName"] for alarm in self.composites(StateValue="OK")], [])

    def test_what_it_is_about_must_be_there_and_stay(self):
        put, delete = self.cloudwatch.put_composite_alarm, self.cloudwatch.delete_alarms
        self.refused("ValidationError", put, AlarmName="c", AlarmRule="ALARM(none)")
        self.refused("ValidationError", put, AlarmName="c", AlarmRule="()")
        self.refused("ValidationError", delete, AlarmNames=["a"])
        delete(AlarmNames=["both", "a", "b"])
        self.assertEqual(self.composites(), [])


class Dashboards(Facts):
    def test_they_are_of_the_account_and_have_tags(self):
        here, there = client("cloudwatch"), client("cloudwatch", "eu-west-1")
        put = dict(DashboardName="backups", DashboardBody='{"widgets": []}')
        self.assertEqual(here.put_dashboard(**put, Tags=[{"Key": "env", "Value": "production"}])["DashboardValidationMessages"], [])
        there.put_dashboard(**put, Tags=[{"Key": "env", "Value": "none"}])
        told = there.get_dashboard(DashboardName="backups")
        self.assertEqual((told["DashboardBody"], told["DashboardArn"]), ('{"widgets": []}', "arn:aws:cloudwatch::123456789012:dashboard/backups"))
        self.assertEqual(here.list_tags_for_resource(ResourceARN=told["DashboardArn"])["Tags"], [{"Key": "env", "Value": "production"}])
        [listed] = here.get_paginator("list_dashboards").paginate(DashboardNamePrefix="back").build_full_result()["DashboardEntries"]
        self.assertEqual((listed["DashboardName"], listed["Size"], listed["LastModified"]), ("backups", 15, self.now))
        here.delete_dashboards(DashboardNames=["backups"])
        self.refused("ResourceNotFound", here.get_dashboard, DashboardName="backups")
        self.refused("InvalidParameterInput", here.put_dashboard, DashboardName="a", DashboardBody="{}")


class Replication(Facts):
    def test_rules_with_metrics_tell_how_far_they_are(self):
        here, there = client("s3"), client("s3", "eu-west-1")
        here.create_bucket(Bucket="sales-here")
        there.create_bucket(Bucket="sales-there", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        for s3, name in [(here, "sales-here"), (there, "sales-there")]:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        time = {"Minutes": 15}
        destination = {
            "Bucket": "arn:aws:s3:::sales-there", "Metrics": {"Status": "Enabled", "EventThreshold": time},
            "ReplicationTime": {"Status": "Enabled", "Time": time},
        }
        rule = {
            "ID": "all", "Priority": 1, "Filter": {}, "Status": "Enabled", "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": destination,
        }
        rules = {"Role": "arn:aws:iam::123456789012:role/r", "Rules": [rule]}
        here.put_bucket_replication(Bucket="sales-here", ReplicationConfiguration=rules)
        self.lag("90s")
        here.put_object(Bucket="sales-here", Key="k", Body=b"hello")
        self.later(minutes=1)
        names = {"SourceBucket": "sales-here", "DestinationBucket": "sales-there", "RuleId": "all"}
        dimensions = [{"Name": name, "Value": value} for name, value in names.items()]

        def told(region, **more):
            metrics = ["OperationsPendingReplication", "ReplicationLatency", "OperationsFailedReplication"]
            queries = [
                {"Id": f"q{number}", "MetricStat": {"Metric": {"Namespace": "AWS/S3", "MetricName": name, "Dimensions": dimensions}, "Period": 60, "Stat": "Maximum"}}
                for number, name in enumerate(metrics)
            ]
            pages = client("cloudwatch", region).get_paginator("get_metric_data").paginate(
                MetricDataQueries=queries, StartTime=self.now - timedelta(hours=3), EndTime=self.now, **more
            )
            found = {}
            for one in (one for page in pages for one in page["MetricDataResults"]):
                found.setdefault(one["Label"], []).extend(zip(one["Timestamps"], one["Values"]))
            return [found.get(name, []) for name in metrics]

        minute = self.now - timedelta(minutes=1)
        self.assertEqual(told("eu-west-1"), [[(minute, 1.0)], [(minute, 60.0)], []])
        self.assertEqual(told("us-east-1"), [[], [], []])
        self.later(minutes=1)
        [waiting, behind, failed] = told("eu-west-1", MaxDatapoints=1)
        self.assertEqual((waiting[0], behind[0], failed), ((self.now - timedelta(minutes=1), 0.0), (self.now - timedelta(minutes=1), 0.0), []))
        listed = client("cloudwatch", "eu-west-1").list_metrics(Namespace="AWS/S3", MetricName="ReplicationLatency")["Metrics"]
        self.assertEqual([{one["Name"]: one["Value"] for one in metric["Dimensions"]} for metric in listed], [names])


if __name__ == "__main__":
    unittest.main()
