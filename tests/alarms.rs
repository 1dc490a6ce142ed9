//! The sale module's alarms fire: its policy is applied, the days go by, and CloudWatch is asked as its user would ask.
#![cfg(feature = "sandbox")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod support;

use std::path::Path;

use aws_credential_types::Credentials;
use aws_sdk_backup::types::{BackupJobState, BackupPlanInput, BackupRuleInput, CopyJobState};
use aws_types::SdkConfig;
use aws_types::region::Region;
use backstay::sandbox::Sandbox;
use support::room::Room;

const NAME: &str = "sale-module-production";

/// The sale module as it is after its first apply, at midnight in UTC.
struct World {
    room: Room,
    sandbox: Sandbox,
}

impl World {
    fn applied() -> Self {
        let room = Room::new();
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sale-module");
        for entry in std::fs::read_dir(example).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            // What the sandbox is seeded with is not policy.
            let folder = if name.ends_with(".seed.hcl") { "seed" } else { "policy" };
            room.write(&format!("{folder}/{name}"), std::fs::read(&path).unwrap());
        }
        room.ok("sandbox clock --set 2026-11-21T00:00:00Z --sandbox=world");
        room.ok("sandbox seed seed/sale-module.seed.hcl --sandbox=world");
        room.ok("apply policy --sandbox=world --auto-approve --allow-weakening aws_s3_bucket.*");
        let sandbox = Sandbox::open(&room.file("world")).unwrap();
        Self { room, sandbox }
    }

    fn advance(&self, by: &str) {
        self.room.ok(&format!("sandbox clock --advance {by} --sandbox=world"));
    }

    async fn config(&self, region: &'static str) -> SdkConfig {
        let loader = aws_config::defaults(aws_config::BehaviorVersion::latest());
        let credentials = Credentials::new("123456789012", "secret", None, None, "test");
        loader.region(Region::new(region)).credentials_provider(credentials).http_client(self.sandbox.http_client()).load().await
    }

    async fn backup(&self, region: &'static str) -> aws_sdk_backup::Client {
        aws_sdk_backup::Client::new(&self.config(region).await)
    }

    async fn alarms(&self) -> aws_sdk_cloudwatch::Client {
        aws_sdk_cloudwatch::Client::new(&self.config("us-east-1").await)
    }

    /// The state of each alarm, in the order of their names: `missing OK`.
    async fn states(&self) -> Vec<String> {
        let answer = self.alarms().await.describe_alarms().send().await.unwrap();
        let line = |alarm: &aws_sdk_cloudwatch::types::MetricAlarm| {
            let name = alarm.alarm_name().unwrap().trim_start_matches(NAME).trim_start_matches("-backup-");
            format!("{name} {}", alarm.state_value().unwrap())
        };
        answer.metric_alarms().iter().map(line).collect()
    }

    async fn state(&self, name: &str) -> String {
        let states = self.states().await;
        let found = states.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        found.unwrap_or_else(|| unreachable!("there is an alarm `{name}`: {states:?}")).to_owned()
    }

    /// The one plan's id.
    async fn plan(&self) -> String {
        let plans = self.backup("us-east-1").await.list_backup_plans().send().await.unwrap();
        let [plan] = plans.backup_plans_list() else { unreachable!("one plan: {plans:?}") };
        plan.backup_plan_id().unwrap().to_owned()
    }

    /// Removes the plan's selection, as somebody would by hand.
    async fn remove_selection(&self) {
        let (client, plan) = (self.backup("us-east-1").await, self.plan().await);
        let selections = client.list_backup_selections().backup_plan_id(&plan).send().await.unwrap();
        let [selection] = selections.backup_selections_list() else { unreachable!("one selection: {selections:?}") };
        let remove = client.delete_backup_selection().backup_plan_id(&plan).selection_id(selection.selection_id().unwrap());
        remove.send().await.unwrap();
    }

    /// Changes the plan by hand: one rule is left, on the first of January.
    async fn run_once_a_year(&self) {
        let rule = BackupRuleInput::builder().rule_name("daily").target_backup_vault_name(NAME).schedule_expression("cron(0 2 1 1 ? *)");
        let plan = BackupPlanInput::builder().backup_plan_name(NAME).rules(rule.build().unwrap()).build().unwrap();
        let update = self.backup("us-east-1").await.update_backup_plan().backup_plan_id(self.plan().await).backup_plan(plan);
        update.send().await.unwrap();
    }

    /// Writes the alarm `missing` once more under the name `quiet`, with missing data treated as not breaching.
    async fn add_the_alarm_that_stays_quiet(&self) {
        let client = self.alarms().await;
        let read = client.describe_alarms().alarm_names(format!("{NAME}-backup-missing")).send().await.unwrap();
        let missing = &read.metric_alarms()[0];
        assert_eq!(missing.treat_missing_data(), Some("breaching"));
        let quiet = client.put_metric_alarm().alarm_name("quiet").treat_missing_data("notBreaching");
        let quiet = quiet
            .set_namespace(missing.namespace.clone())
            .set_metric_name(missing.metric_name.clone())
            .set_dimensions(missing.dimensions.clone())
            .set_statistic(missing.statistic.clone())
            .set_period(missing.period)
            .set_evaluation_periods(missing.evaluation_periods)
            .set_threshold(missing.threshold)
            .set_comparison_operator(missing.comparison_operator.clone());
        quiet.send().await.unwrap();
    }
}

#[tokio::test]
async fn a_night_of_good_backups_leaves_every_alarm_ok() {
    let world = World::applied();
    world.advance("3h");
    let client = world.backup("us-east-1").await;
    let jobs = client.list_backup_jobs().send().await.unwrap();
    let mut backed_up: Vec<&str> = jobs.backup_jobs().iter().map(|job| job.resource_name().unwrap()).collect();
    backed_up.sort_unstable();
    assert_eq!(backed_up, ["BuyersTable-production", "ProducersTable-production", "SalesTable-production"]);
    assert!(jobs.backup_jobs().iter().all(|job| job.state() == Some(&BackupJobState::Completed)), "{jobs:?}");
    let copies = client.list_copy_jobs().send().await.unwrap();
    assert_eq!(copies.copy_jobs().len(), 3);
    assert!(copies.copy_jobs().iter().all(|job| job.state() == Some(&CopyJobState::Completed)), "{copies:?}");
    for (region, vault) in [("us-east-1", NAME.to_owned()), ("us-west-2", format!("{NAME}-dr"))] {
        let points = world.backup(region).await.list_recovery_points_by_backup_vault().backup_vault_name(vault).send().await.unwrap();
        assert_eq!(points.recovery_points().len(), 3, "{region}");
    }
    assert_eq!(world.states().await, ["aborted OK", "expired OK", "failed OK", "missing OK", "slow OK"]);
    world.advance("7d");
    assert_eq!(world.states().await, ["aborted OK", "expired OK", "failed OK", "missing OK", "slow OK"]);
}

#[tokio::test]
async fn a_backup_that_fails_is_told_of_within_minutes_and_the_alarm_ends_by_itself() {
    let world = World::applied();
    world.advance("3h");
    world.room.ok("sandbox faults --deny sts:AssumeRole@AWSBackupDefaultServiceRole --sandbox=world");
    // 02:07 of the next night.
    world.advance("1387m");
    let jobs = world.backup("us-east-1").await.list_backup_jobs().by_state(BackupJobState::Failed).send().await.unwrap();
    assert_eq!(jobs.backup_jobs().len(), 3);
    let message = jobs.backup_jobs()[0].status_message().unwrap();
    assert!(message.contains("AWSBackupDefaultServiceRole cannot be assumed"), "{message}");
    assert_eq!(world.state("failed").await, "ALARM");
    world.advance("10m");
    assert_eq!(world.state("failed").await, "OK");
    // A night without a success is a missing backup as well.
    assert_eq!(world.state("missing").await, "ALARM");
    world.room.ok("sandbox faults --clear --sandbox=world");
    world.advance("1d");
    assert_eq!((world.state("failed").await, world.state("missing").await), ("OK".to_owned(), "OK".to_owned()));
}

#[tokio::test]
async fn a_backup_that_runs_for_an_hour_is_slow_and_one_of_less_is_not() {
    let world = World::applied();
    // A job waits for half of this and runs for the other half: 55 minutes, up to 03:50.
    world.room.ok("sandbox faults --lag 110m --sandbox=world");
    world.advance("231m");
    assert_eq!(world.state("slow").await, "OK");
    // And an hour, up to 04:00 of the next day.
    world.room.ok("sandbox faults --clear --lag 120m --sandbox=world");
    world.advance("1449m");
    assert_eq!(world.state("slow").await, "ALARM");
    // It is a Sunday: the weekly backups run after the daily ones, up to 05:00.
    world.advance("70m");
    assert_eq!(world.state("slow").await, "OK");
}

#[tokio::test]
async fn a_backup_that_does_not_start_within_its_window_is_expired() {
    let world = World::applied();
    world.room.ok("sandbox faults --lag 4h --sandbox=world");
    // 03:07: the start window is an hour.
    world.advance("187m");
    assert_eq!((world.state("expired").await, world.state("failed").await), ("ALARM".to_owned(), "OK".to_owned()));
}

#[tokio::test]
async fn without_a_selection_nothing_runs_and_only_an_alarm_that_takes_silence_for_a_breach_tells() {
    let world = World::applied();
    world.add_the_alarm_that_stays_quiet().await;
    world.advance("3h");
    assert_eq!((world.state("missing").await, world.state("quiet").await), ("OK".to_owned(), "OK".to_owned()));
    world.remove_selection().await;
    world.advance("22h");
    assert_eq!(world.state("missing").await, "OK", "the last success is not a day old");
    world.advance("3h");
    assert_eq!(world.states().await, ["quiet OK", "aborted OK", "expired OK", "failed OK", "missing ALARM", "slow OK"]);
    // The policy puts the selection back, and the next night ends the alarm.
    world.room.ok("apply policy --sandbox=world --auto-approve --allow-weakening aws_s3_bucket.*");
    world.advance("1d");
    assert_eq!(world.state("missing").await, "OK");
}

#[tokio::test]
async fn a_schedule_that_was_changed_by_hand_is_a_missing_backup_too() {
    let world = World::applied();
    world.add_the_alarm_that_stays_quiet().await;
    world.advance("3h");
    world.run_once_a_year().await;
    world.advance("25h");
    assert_eq!((world.state("missing").await, world.state("quiet").await), ("ALARM".to_owned(), "OK".to_owned()));
}

#[test]
fn an_alarm_on_a_metric_that_aws_does_not_publish_is_refused_with_what_to_use_instead() {
    let room = Room::new();
    room.write(
        "policy.hcl",
        r#"
        backstay { workspace = "sale-module" }
        resource "aws_cloudwatch_metric_alarm" "pitr" {
          alarm_name          = "pitr-off"
          namespace           = "AWS/DynamoDB"
          metric_name         = "ContinuousBackupsStatus"
          dimensions          = { TableName = "SalesTable-production" }
          statistic           = "Minimum"
          period              = 300
          evaluation_periods  = 1
          comparison_operator = "LessThanThreshold"
          threshold           = 1
        }
        "#,
    );
    let ended = room.run("validate policy.hcl");
    assert_eq!(ended.code, Some(1), "{}", ended.output);
    for part in
        ["error[BKS0843]", "`AWS/DynamoDB` has no metric `ContinuousBackupsStatus`", "dynamodb-pitr-enabled", "UpdateContinuousBackups"]
    {
        assert!(ended.output.contains(part), "{part}\n{}", ended.output);
    }
}

#[tokio::test]
async fn the_policy_of_a_topic_is_sent_as_it_is_written() {
    let room = Room::new();
    let statement = r#"{ Sid = "TheSenders", Effect = "Allow", Principal = { Service = "events.amazonaws.com" }, Action = "SNS:Publish", Resource = TOPIC,
              Condition = { StringLike = { "aws:SourceArn" = "arn:aws:events:*:123456789012:rule/Backup*" } } }"#;
    let policy = |extra: &str| {
        let statement = statement.replace("TOPIC", "\"arn:aws:sns:us-east-1:123456789012:alerts\"");
        format!(
            r#"
            backstay {{ workspace = "shop" }}
            resource "aws_sns_topic" "alerts" {{
              name   = "alerts"
              policy = jsonencode({{ Version = "2012-10-17", Id = "WhoMayPublish", Statement = [{statement}{extra}] }})
            }}
            "#
        )
    };
    let sandbox = Sandbox::open(&room.file("world")).unwrap();
    let kept = async || {
        let loader = aws_config::defaults(aws_config::BehaviorVersion::latest()).region(Region::new("us-east-1"));
        let credentials = Credentials::new("123456789012", "secret", None, None, "test");
        let config = loader.credentials_provider(credentials).http_client(sandbox.http_client()).load().await;
        let call = aws_sdk_sns::Client::new(&config).get_topic_attributes().topic_arn("arn:aws:sns:us-east-1:123456789012:alerts");
        call.send().await.unwrap().attributes.unwrap()["Policy"].clone()
    };
    for extra in ["", r#", { Sid = "Cleaners", Effect = "Allow", Principal = { AWS = "*" }, Action = "SNS:Get*", Resource = "*" }"#] {
        room.write("policy.hcl", policy(extra));
        room.ok("apply policy.hcl --sandbox=world --auto-approve");
        let kept = kept().await;
        for part in ["WhoMayPublish", "TheSenders", "\"SNS:Publish\"", "rule/Backup*"] {
            assert!(kept.contains(part), "{part}: {kept}");
        }
        assert_eq!(kept.contains("\"SNS:Get*\"") && kept.contains("Cleaners"), !extra.is_empty(), "{kept}");
        assert!(room.ok("plan policy.hcl --sandbox=world --detailed-exitcode").contains("No changes."));
    }
}

#[tokio::test]
async fn an_alarm_or_a_topic_that_moved_since_the_plan_is_left_alone() {
    let room = Room::new();
    let policy = |threshold: u32, name: &str| {
        format!(
            r#"
            backstay {{ workspace = "shop" }}
            resource "aws_sns_topic" "alerts" {{
              name         = "alerts"
              display_name = "{name}"
            }}
            resource "aws_cloudwatch_metric_alarm" "slow" {{
              alarm_name          = "slow"
              namespace           = "Shop"
              metric_name         = "BackupMinutes"
              statistic           = "Maximum"
              period              = 300
              evaluation_periods  = 1
              comparison_operator = "GreaterThanThreshold"
              threshold           = {threshold}
              alarm_actions       = [aws_sns_topic.alerts.arn]
            }}
            "#
        )
    };
    room.write("policy.hcl", policy(60, "Backups"));
    room.ok("apply policy.hcl --sandbox=world --auto-approve");
    let sandbox = Sandbox::open(&room.file("world")).unwrap();
    let loader = aws_config::defaults(aws_config::BehaviorVersion::latest()).region(Region::new("us-east-1"));
    let credentials = Credentials::new("123456789012", "secret", None, None, "test");
    let config = loader.credentials_provider(credentials).http_client(sandbox.http_client()).load().await;
    let (alarms, topics) = (aws_sdk_cloudwatch::Client::new(&config), aws_sdk_sns::Client::new(&config));
    room.write("policy.hcl", policy(30, "Night"));
    room.ok("plan policy.hcl --sandbox=world --out saved.plan");
    // Somebody else turns the alarm up and gives the topic another name.
    let found = alarms.describe_alarms().send().await.unwrap().metric_alarms.unwrap().remove(0);
    let call = alarms.put_metric_alarm().alarm_name("slow").namespace("Shop").metric_name("BackupMinutes").period(300).threshold(90.0);
    let call = call.statistic(found.statistic.unwrap()).comparison_operator(found.comparison_operator.unwrap()).evaluation_periods(1);
    call.set_alarm_actions(found.alarm_actions).send().await.unwrap();
    let arn = "arn:aws:sns:us-east-1:123456789012:alerts";
    topics.set_topic_attributes().topic_arn(arn).attribute_name("DisplayName").attribute_value("Ops").send().await.unwrap();
    let ended = room.run("apply saved.plan --sandbox=world");
    assert_eq!(ended.code, Some(4), "{}", ended.output);
    for part in ["aws_cloudwatch_metric_alarm.slow", "was 60 when planned and is now 90", "aws_sns_topic.alerts", "\"Ops\""] {
        assert!(ended.output.contains(part), "{part}\n{}", ended.output);
    }
    let kept = alarms.describe_alarms().send().await.unwrap().metric_alarms.unwrap().remove(0);
    assert!(kept.threshold.is_some_and(|threshold| (threshold - 90.0).abs() < 0.001), "nothing was written: {kept:?}");
}
