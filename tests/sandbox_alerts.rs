//! The unmodified SDKs of CloudWatch (CBOR) and SNS (query) against the sandbox, in the process.
#![cfg(feature = "sandbox")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

use aws_credential_types::Credentials;
use aws_sdk_cloudwatch::error::ProvideErrorMetadata as _;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{
    ComparisonOperator, Dimension, Metric, MetricDataQuery, MetricDatum, MetricStat, StandardUnit, StateValue, Statistic, Tag,
};
use aws_types::region::Region;
use backstay::sandbox::{Faults, Sandbox};
use tempfile::TempDir;

/// Seconds since 1970 of the instant at which the sandbox's clock stands: 2026-11-21 00:00 UTC.
const NOW: i64 = 1_795_219_200;
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:alerts";

struct World {
    _dir: TempDir,
    sandbox: Sandbox,
    alarms: aws_sdk_cloudwatch::Client,
    topics: aws_sdk_sns::Client,
}

impl World {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::open(dir.path()).unwrap();
        sandbox.set_clock(Some("2026-11-21T00:00:00Z".parse().unwrap())).unwrap();
        let loader = aws_config::defaults(aws_config::BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("AKIATEST", "secret", None, None, "test"))
            .http_client(sandbox.http_client());
        let config = loader.load().await;
        let (alarms, topics) = (aws_sdk_cloudwatch::Client::new(&config), aws_sdk_sns::Client::new(&config));
        Self { _dir: dir, sandbox, alarms, topics }
    }

    fn failed_backups(&self) -> aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmFluentBuilder {
        let vault = Dimension::builder().name("BackupVaultName").value("daily").build();
        self.alarms
            .put_metric_alarm()
            .alarm_name("failed-backups")
            .namespace("Custom/Backup")
            .metric_name("NumberOfBackupJobsFailed")
            .dimensions(vault)
            .statistic(Statistic::Sum)
            .period(300)
            .evaluation_periods(1)
            .threshold(0.0)
            .comparison_operator(ComparisonOperator::GreaterThanThreshold)
            .treat_missing_data("notBreaching")
            .alarm_actions(TOPIC)
    }

    async fn state(&self) -> StateValue {
        let answer = self.alarms.describe_alarms().alarm_names("failed-backups").send().await.unwrap();
        answer.metric_alarms()[0].state_value().unwrap().clone()
    }
}

#[tokio::test]
async fn an_alarm_is_put_read_back_overwritten_and_deleted() {
    let world = World::new().await;
    world.failed_backups().tags(Tag::builder().key("env").value("production").build()).send().await.unwrap();
    let answer = world.alarms.describe_alarms().send().await.unwrap();
    let [alarm] = answer.metric_alarms() else { panic!("one alarm: {answer:?}") };
    assert_eq!((alarm.threshold(), alarm.period(), alarm.treat_missing_data()), (Some(0.0), Some(300), Some("notBreaching")));
    assert_eq!(alarm.dimensions()[0].value(), Some("daily"));
    assert_eq!((alarm.alarm_actions(), alarm.actions_enabled()), (&[TOPIC.to_owned()][..], Some(true)));
    assert_eq!(alarm.alarm_configuration_updated_timestamp().unwrap().secs(), NOW);
    let arn = alarm.alarm_arn().unwrap();
    assert_eq!(arn, "arn:aws:cloudwatch:us-east-1:123456789012:alarm:failed-backups");
    let tags = world.alarms.list_tags_for_resource().resource_arn(arn).send().await.unwrap();
    assert_eq!(tags.tags()[0].value(), "production".into());

    world.failed_backups().threshold(1.5).set_alarm_actions(None).set_treat_missing_data(None).send().await.unwrap();
    let answer = world.alarms.describe_alarms().send().await.unwrap();
    let alarm = &answer.metric_alarms()[0];
    assert_eq!((alarm.threshold(), alarm.alarm_actions().len(), alarm.treat_missing_data()), (Some(1.5), 0, None));
    world.alarms.delete_alarms().alarm_names("failed-backups").send().await.unwrap();
    assert!(world.alarms.describe_alarms().send().await.unwrap().metric_alarms().is_empty());
}

#[tokio::test]
async fn metric_data_moves_the_alarm_and_is_read_back() {
    let world = World::new().await;
    world.failed_backups().send().await.unwrap();
    assert_eq!(world.state().await, StateValue::InsufficientData);
    let vault = Dimension::builder().name("BackupVaultName").value("daily").build();
    let metric = Metric::builder().namespace("Custom/Backup").metric_name("NumberOfBackupJobsFailed").dimensions(vault.clone()).build();
    let datum =
        MetricDatum::builder().metric_name("NumberOfBackupJobsFailed").dimensions(vault).value(2.0).unit(StandardUnit::Count).build();
    world.alarms.put_metric_data().namespace("Custom/Backup").metric_data(datum).send().await.unwrap();
    world.sandbox.advance_clock("PT60S".parse().unwrap()).unwrap();
    assert_eq!(world.state().await, StateValue::Alarm);
    world.sandbox.advance_clock("PT5M".parse().unwrap()).unwrap();
    assert_eq!(world.state().await, StateValue::Ok);
    let stat = MetricStat::builder().metric(metric).period(300).stat("Sum").build();
    let read = world
        .alarms
        .get_metric_data()
        .metric_data_queries(MetricDataQuery::builder().id("m").metric_stat(stat).build())
        .start_time(DateTime::from_secs(NOW - 600))
        .end_time(DateTime::from_secs(NOW + 600))
        .send()
        .await
        .unwrap();
    let result = &read.metric_data_results()[0];
    assert_eq!((result.values(), result.timestamps()[0].secs()), (&[2.0][..], NOW));
}

#[tokio::test]
async fn long_bodies_arrive_compressed() {
    let world = World::new().await;
    let data = (0..900).map(|number| MetricDatum::builder().metric_name(format!("metric-{number}")).value(f64::from(number)).build());
    world.alarms.put_metric_data().namespace("Many").set_metric_data(Some(data.collect())).send().await.unwrap();
    let first = world.alarms.list_metrics().send().await.unwrap();
    assert_eq!((first.metrics().len(), first.next_token().is_some()), (500, true));
}

#[tokio::test]
async fn errors_are_the_modelled_ones() {
    let world = World::new().await;
    let period = world.failed_backups().period(7).send().await.unwrap_err();
    assert_eq!((period.code(), period.message()), (Some("ValidationError"), Some("Period must be 10, 20, 30 or a multiple of 60")));
    let state = world.alarms.set_alarm_state().alarm_name("none").state_value(StateValue::Ok).state_reason("x").send().await;
    assert!(state.unwrap_err().into_service_error().is_resource_not_found());
    let topic = world.topics.get_topic_attributes().topic_arn(TOPIC).send().await;
    assert!(topic.unwrap_err().into_service_error().is_not_found_exception());
    let denied = vec!["sns:CreateTopic".into(), "cloudwatch:PutMetricAlarm@failed-*".into()];
    world.sandbox.set_faults(&Faults { denied, ..Faults::default() }).unwrap();
    let refused = world.topics.create_topic().name("alerts").send().await.unwrap_err().into_service_error();
    assert!(refused.is_authorization_error_exception());
    assert!(
        refused.to_string().contains("Authorization")
            && refused.message().unwrap().contains("perform: SNS:CreateTopic on resource: arn:aws:sns:us-east-1:123456789012:alerts")
    );
    let refused = world.failed_backups().send().await.unwrap_err();
    assert_eq!(refused.code(), Some("AccessDenied"));
    assert!(refused.message().unwrap().contains("on resource: arn:aws:cloudwatch:us-east-1:123456789012:alarm:failed-backups"));
}

#[tokio::test]
async fn throttled_calls_are_retried_by_both_sdks() {
    let world = World::new().await;
    world.sandbox.set_faults(&Faults { throttle_first: 1, ..Faults::default() }).unwrap();
    world.alarms.describe_alarms().send().await.unwrap();
    world.sandbox.set_faults(&Faults { throttle_first: 1, ..Faults::default() }).unwrap();
    world.topics.list_topics().send().await.unwrap();
}

#[tokio::test]
async fn a_topic_with_its_policy_and_subscriptions() {
    let world = World::new().await;
    let topics = &world.topics;
    let made = topics.create_topic().name("alerts").attributes("DisplayName", "Alerts").send().await.unwrap();
    assert_eq!(made.topic_arn(), Some(TOPIC));
    let attributes = topics.get_topic_attributes().topic_arn(TOPIC).send().await.unwrap();
    let attributes = attributes.attributes().unwrap();
    assert_eq!(attributes["DisplayName"], "Alerts");
    assert!(attributes["Policy"].contains("__default_statement_ID"));
    let email = topics.subscribe().topic_arn(TOPIC).protocol("email").endpoint("ops@example.com");
    assert_eq!(email.clone().send().await.unwrap().subscription_arn(), Some("pending confirmation"));
    let pending = email.return_subscription_arn(true).send().await.unwrap().subscription_arn.unwrap();
    let queue = topics.subscribe().topic_arn(TOPIC).protocol("sqs").endpoint("arn:aws:sqs:us-east-1:123456789012:alerts");
    queue.send().await.unwrap();
    let listed = topics.list_subscriptions_by_topic().topic_arn(TOPIC).send().await.unwrap();
    assert_eq!(listed.subscriptions()[0].subscription_arn(), Some("PendingConfirmation"));
    assert!(listed.subscriptions()[1].subscription_arn().unwrap().starts_with(TOPIC));
    let removed = topics.unsubscribe().subscription_arn(&pending).send().await.unwrap_err().into_service_error();
    assert!(removed.is_invalid_parameter_exception());
    assert!(topics.publish().topic_arn(TOPIC).message("hello").send().await.unwrap().message_id().is_some());
}
