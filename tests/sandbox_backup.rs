//! The unmodified AWS SDK against the sandbox's AWS Backup, in the process.
#![cfg(feature = "sandbox")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

use aws_credential_types::Credentials;
use aws_sdk_backup::Client;
use aws_sdk_backup::error::ProvideErrorMetadata as _;
use aws_sdk_backup::types::{
    BackupJobState, BackupPlanInput, BackupRuleInput, BackupSelection, BackupVaultEvent, Condition, ConditionType, CopyAction, Lifecycle,
    RecoveryPointStatus,
};
use aws_types::SdkConfig;
use aws_types::region::Region;
use backstay::sandbox::{Faults, Sandbox, Seed};
use tempfile::TempDir;

const TABLE: &str = "arn:aws:dynamodb:us-east-1:123456789012:table/orders";
const ROLE: &str = "arn:aws:iam::123456789012:role/backups";

struct World {
    _dir: TempDir,
    sandbox: Sandbox,
}

impl World {
    fn seeded(hcl: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::open(dir.path()).unwrap();
        sandbox.set_clock(Some("2026-11-21T00:00:00Z".parse().unwrap())).unwrap();
        sandbox.seed(&Seed::parse("seed.hcl", hcl).unwrap()).unwrap();
        Self { _dir: dir, sandbox }
    }

    async fn config(&self, region: &'static str) -> SdkConfig {
        let loader = aws_config::defaults(aws_config::BehaviorVersion::latest());
        let credentials = Credentials::new("AKIATEST", "secret", None, None, "test");
        loader.region(Region::new(region)).credentials_provider(credentials).http_client(self.sandbox.http_client()).load().await
    }

    async fn backup(&self, region: &'static str) -> Client {
        Client::new(&self.config(region).await)
    }
}

fn days(delete: i64) -> Lifecycle {
    Lifecycle::builder().delete_after_days(delete).build()
}

fn plan(name: &str, lifecycle: Lifecycle) -> BackupPlanInput {
    let copy = CopyAction::builder()
        .destination_backup_vault_arn("arn:aws:backup:us-west-2:123456789012:backup-vault:dr")
        .lifecycle(days(90))
        .build()
        .unwrap();
    let rule = BackupRuleInput::builder()
        .rule_name("daily")
        .target_backup_vault_name("daily")
        .schedule_expression("cron(0 2 * * ? *)")
        .lifecycle(lifecycle)
        .copy_actions(copy);
    BackupPlanInput::builder().backup_plan_name(name).rules(rule.build().unwrap()).build().unwrap()
}

#[tokio::test]
async fn a_vault_a_plan_and_a_selection_are_made_read_and_removed() {
    let world = World::seeded("");
    let client = world.backup("us-east-1").await;
    client.create_backup_vault().backup_vault_name("daily").backup_vault_tags("env", "production").send().await.unwrap();
    let made = client.create_backup_plan().backup_plan(plan("shop", days(30))).send().await.unwrap();
    let id = made.backup_plan_id.unwrap();
    let read = client.get_backup_plan().backup_plan_id(&id).max_scheduled_runs_preview(1).send().await.unwrap();
    let rule = &read.backup_plan.as_ref().unwrap().rules[0];
    assert_eq!((rule.start_window_minutes, rule.schedule_expression_timezone.as_deref()), (Some(480), Some("Etc/UTC")));
    assert_eq!(rule.copy_actions()[0].lifecycle.as_ref().unwrap().delete_after_days, Some(90));
    assert_eq!(read.scheduled_runs_preview()[0].execution_time.unwrap().secs(), 1_795_226_400);
    let tag = Condition::builder().condition_type(ConditionType::Stringequals).condition_key("env").condition_value("production");
    let selection = BackupSelection::builder().selection_name("tables").iam_role_arn(ROLE).list_of_tags(tag.build().unwrap());
    let selection = client.create_backup_selection().backup_plan_id(&id).backup_selection(selection.build().unwrap()).send().await.unwrap();
    let selection = selection.selection_id.unwrap();
    let read = client.get_backup_selection().backup_plan_id(&id).selection_id(&selection).send().await.unwrap();
    assert_eq!(read.backup_selection.unwrap().list_of_tags()[0].condition_value(), "production");
    let refused = client.delete_backup_plan().backup_plan_id(&id).send().await.unwrap_err().into_service_error();
    assert!(refused.is_invalid_request_exception());
    client.delete_backup_selection().backup_plan_id(&id).selection_id(&selection).send().await.unwrap();
    client.delete_backup_plan().backup_plan_id(&id).send().await.unwrap();
    client.delete_backup_vault().backup_vault_name("daily").send().await.unwrap();
}

#[tokio::test]
async fn errors_are_the_modelled_ones_and_say_why() {
    let world = World::seeded("resource \"aws_backup_vault\" \"v\" {\n  name = \"daily\"\n}\n");
    let client = world.backup("us-east-1").await;
    let missing = client.describe_backup_vault().backup_vault_name("nope").send().await.unwrap_err();
    assert_eq!(missing.code(), Some("AccessDeniedException"));
    let lifecycle = Lifecycle::builder().move_to_cold_storage_after_days(30).delete_after_days(60).build();
    let refused = client.create_backup_plan().backup_plan(plan("shop", lifecycle)).send().await.unwrap_err().into_service_error();
    assert!(refused.is_invalid_parameter_value_exception());
    assert_eq!(
        refused.message(),
        Some("Error in rule daily : Invalid lifecycle. DeleteAfterDays cannot be less than 90 days apart from MoveToColdStorageAfterDays")
    );
    let topic = "arn:aws:sns:us-east-1:123456789012:alerts";
    let events = client.put_backup_vault_notifications().backup_vault_name("daily").sns_topic_arn(topic);
    let events = events.backup_vault_events(BackupVaultEvent::BackupJobFailed).send().await.unwrap_err().into_service_error();
    assert!(events.is_invalid_parameter_value_exception());
    let twice = client.create_backup_vault().backup_vault_name("daily").send().await.unwrap_err().into_service_error();
    assert!(twice.is_already_exists_exception());
    world.sandbox.set_faults(&Faults { throttle_first: 1, ..Faults::default() }).unwrap();
    client.list_backup_vaults().send().await.unwrap();
}

#[tokio::test]
async fn a_table_is_backed_up_and_its_recovery_point_copied_to_another_region() {
    let world = World::seeded(
        r#"
        resource "aws_dynamodb_table" "orders" { name = "orders" }
        resource "aws_backup_vault" "daily" { name = "daily" }
        resource "aws_backup_vault" "dr" {
          name   = "dr"
          region = "us-west-2"
        }
        "#,
    );
    let client = world.backup("us-east-1").await;
    let start = client.start_backup_job().backup_vault_name("daily").resource_arn(TABLE).iam_role_arn(ROLE).lifecycle(days(30));
    let job = start.send().await.unwrap();
    let (id, point) = (job.backup_job_id.unwrap(), job.recovery_point_arn.unwrap());
    let job = client.describe_backup_job().backup_job_id(id).send().await.unwrap();
    assert_eq!(job.state, Some(BackupJobState::Completed));
    let read = client.describe_recovery_point().backup_vault_name("daily").recovery_point_arn(&point).send().await.unwrap();
    assert_eq!((read.status, read.resource_arn.as_deref()), (Some(RecoveryPointStatus::Completed), Some(TABLE)));
    let copy = client.start_copy_job().recovery_point_arn(&point).source_backup_vault_name("daily").iam_role_arn(ROLE);
    copy.destination_backup_vault_arn("arn:aws:backup:us-west-2:123456789012:backup-vault:dr").send().await.unwrap();
    let west = world.backup("us-west-2").await;
    let points = west.list_recovery_points_by_backup_vault().backup_vault_name("dr").into_paginator().items().send();
    assert_eq!(points.collect::<Result<Vec<_>, _>>().await.unwrap().len(), 1);
    let by_resource = client.list_recovery_points_by_resource().resource_arn(TABLE).send().await.unwrap();
    assert_eq!(by_resource.recovery_points()[0].recovery_point_arn.as_deref(), Some(point.as_str()));
    let protected = client.describe_protected_resource().resource_arn(TABLE).send().await.unwrap();
    assert_eq!(protected.resource_type.as_deref(), Some("DynamoDB"));
}

#[tokio::test]
async fn what_is_tagged_is_found_by_tag() {
    let world = World::seeded("");
    let client = world.backup("us-east-1").await;
    let vault = client.create_backup_vault().backup_vault_name("daily").send().await.unwrap().backup_vault_arn.unwrap();
    client.tag_resource().resource_arn(&vault).tags("owner", "shop").send().await.unwrap();
    assert_eq!(client.list_tags().resource_arn(&vault).send().await.unwrap().tags.unwrap()["owner"], "shop");
    let tagging = aws_sdk_resourcegroupstagging::Client::new(&world.config("us-east-1").await);
    let found = tagging.get_resources().resource_type_filters("backup:backup-vault").send().await.unwrap();
    assert_eq!(found.resource_tag_mapping_list()[0].resource_arn.as_deref(), Some(vault.as_str()));
}
