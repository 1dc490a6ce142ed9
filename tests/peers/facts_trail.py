"""What CloudTrail's event history is, asked of the sandbox through the AWS SDK for Python.

Source: the API reference of LookupEvents, and the user guide's pages on record contents and on the `userIdentity` element.
"""

import json
import os
import subprocess
import unittest
from datetime import datetime, timedelta, timezone

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
ONCE = Config(retries={"total_max_attempts": 1})


def client(service, region="us-east-1", **credentials):
    return boto3.client(service, region_name=region, config=ONCE, **credentials)


def sandbox(*arguments):
    subprocess.run([os.environ["BACKSTAY"], "sandbox", *arguments, "--sandbox=" + os.environ["STATE"]], check=True, capture_output=True)


class Facts(unittest.TestCase):
    def setUp(self):
        sandbox("reset")
        self.at(NOW)
        self.dynamodb, self.trail = client("dynamodb"), client("cloudtrail")

    def at(self, moment):
        sandbox("clock", "--set", moment.strftime("%Y-%m-%dT%H:%M:%SZ"))

    def table(self, name, dynamodb=None):
        (dynamodb or self.dynamodb).create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )

    def events(self, trail=None, **by):
        attributes = [{"AttributeKey": key, "AttributeValue": value} for key, value in by.items()]
        return (trail or self.trail).lookup_events(LookupAttributes=attributes)["Events"]

    def refused(self, code, **arguments):
        with self.assertRaises(ClientError) as caught:
            self.trail.lookup_events(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        self.assertIsInstance(caught.exception, getattr(self.trail.exceptions, code))

    def test_a_call_that_wrote_is_found_by_what_it_was_about(self):
        self.table("Sales")
        self.dynamodb.describe_table(TableName="Sales")
        self.dynamodb.update_table(TableName="Sales", DeletionProtectionEnabled=True)
        updated, created = self.events(ResourceName="Sales")
        self.assertEqual((updated["EventName"], created["EventName"]), ("UpdateTable", "CreateTable"))
        self.assertEqual(updated["EventSource"], "dynamodb.amazonaws.com")
        self.assertEqual(updated["EventTime"], NOW)
        self.assertEqual(updated["ReadOnly"], "false")
        self.assertEqual(updated["Resources"], [{"ResourceType": "AWS::DynamoDB::Table", "ResourceName": "Sales"}])
        record = json.loads(updated["CloudTrailEvent"])
        self.assertEqual(record["eventID"], updated["EventId"])
        self.assertEqual(record["requestParameters"], {"tableName": "Sales", "deletionProtectionEnabled": True})
        self.assertEqual(record["eventTime"], "2026-11-21T12:00:00Z")
        self.assertEqual(record["userIdentity"]["arn"], client("sts").get_caller_identity()["Arn"])
        for key, value in {"EventId": updated["EventId"], "EventName": "UpdateTable"}.items():
            self.assertEqual([event["EventId"] for event in self.events(**{key: value})], [updated["EventId"]])
        self.assertEqual(self.events(ReadOnly="true"), [])
        self.assertEqual(self.events(ResourceName="Buyers"), [])

    def test_a_role_is_known_by_its_session(self):
        role = client("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/admin", RoleSessionName="jo")["Credentials"]
        keys = dict(aws_access_key_id=role["AccessKeyId"], aws_secret_access_key=role["SecretAccessKey"], aws_session_token=role["SessionToken"])
        self.table("Sales", client("dynamodb", **keys))
        (event,) = self.events(Username="jo")
        identity = json.loads(event["CloudTrailEvent"])["userIdentity"]
        self.assertEqual((identity["type"], identity["arn"]), ("AssumedRole", "arn:aws:sts::123456789012:assumed-role/admin/jo"))
        self.assertEqual(identity["sessionContext"]["sessionIssuer"]["arn"], "arn:aws:iam::123456789012:role/admin")
        self.assertEqual(event["AccessKeyId"], role["AccessKeyId"])

    def test_the_history_is_that_of_one_account_and_region(self):
        self.table("Sales")
        self.assertEqual(self.events(client("cloudtrail", "eu-west-1")), [])
        other = dict(aws_access_key_id="210987654321", aws_secret_access_key="x")
        self.assertEqual(self.events(client("cloudtrail", **other)), [])
        self.assertEqual(len(self.events()), 1)

    def test_what_failed_or_wrote_data_is_not_in_it(self):
        self.table("Sales")
        with self.assertRaises(ClientError):
            self.table("Sales")
        self.dynamodb.put_item(TableName="Sales", Item={"id": {"S": "1"}})
        self.assertEqual([event["EventName"] for event in self.events()], ["CreateTable"])

    def test_pages_hold_fifty_events_and_the_paginator_finds_all(self):
        client("s3").create_bucket(Bucket="data-sales")
        for number in range(60):
            client("s3").put_bucket_versioning(Bucket="data-sales", VersioningConfiguration={"Status": "Suspended" if number % 2 else "Enabled"})
        self.assertEqual(len(self.events(ResourceName="data-sales")), 50)
        pages = self.trail.get_paginator("lookup_events").paginate(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "PutBucketVersioning"}])
        self.assertEqual(len({event["EventId"] for page in pages for event in page["Events"]}), 60)

    def test_an_event_comes_late_and_goes_after_ninety_days(self):
        sandbox("faults", "--trail-lag", "10m")
        self.table("Sales")
        self.assertEqual(self.events(), [])
        self.at(NOW + timedelta(minutes=10))
        self.assertEqual(len(self.events()), 1)
        self.at(NOW + timedelta(days=91))
        self.assertEqual(self.events(), [])

    def test_times_narrow_it(self):
        self.table("Sales")
        self.at(NOW + timedelta(hours=1))
        self.table("Buyers")
        names = lambda **times: [event["Resources"][0]["ResourceName"] for event in self.trail.lookup_events(**times)["Events"]]
        self.assertEqual(names(StartTime=NOW + timedelta(minutes=1)), ["Buyers"])
        self.assertEqual(names(EndTime=NOW + timedelta(minutes=1)), ["Sales"])

    def test_what_aws_refuses(self):
        one = {"AttributeKey": "EventName", "AttributeValue": "UpdateTable"}
        self.refused("InvalidLookupAttributesException", LookupAttributes=[one, one])
        self.refused("InvalidMaxResultsException", MaxResults=51)
        self.refused("InvalidNextTokenException", NextToken="nonsense")
        self.refused("InvalidTimeRangeException", StartTime=NOW, EndTime=NOW - timedelta(hours=1))


if __name__ == "__main__":
    unittest.main()
