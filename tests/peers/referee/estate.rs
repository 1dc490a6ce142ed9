//! What the referee is asked about: one configuration with every kind in it, the same as AWS has it before backstay, and a change of each
//! kind.

use crate::{terraform, terraform_alerts, terraform_audit, terraform_buckets, terraform_events, terraform_stores};

/// What adopted policies are for: both regions of [`configuration`].
pub(super) const TARGETS: &str =
    "backstay { workspace = \"shop\" }\ntarget \"primary\" { region = \"us-east-1\" }\ntarget \"west\" { region = \"us-west-2\" }\n";

/// All of it in Terraform's language: what the other tests have it create, and databases, caches and the like.
pub(super) fn configuration() -> String {
    [
        terraform::TABLES.to_owned(),
        terraform::GLOBAL.to_owned(),
        terraform::BACKUP.to_owned(),
        terraform_alerts::TOPICS.to_owned(),
        terraform_alerts::ALARMS.to_owned(),
        terraform_events::in_terraform(&format!("{}{}{}", terraform_events::EVENTS, terraform_events::MORE, terraform_events::LOGS)),
        terraform_buckets::all(),
        terraform_events::in_terraform(terraform_audit::AUDIT),
        terraform_audit::SETTINGS.to_owned(),
        terraform_events::in_terraform(terraform_stores::VOLUMES),
        include_str!("estate.tf").to_owned(),
    ]
    .concat()
}

/// What is there before backstay, for the sandbox; the file system has the id that the policy names.
pub(super) fn seed(file_system: &str) -> String {
    include_str!("seed.hcl").replace("FILE_SYSTEM", file_system)
}

/// One setting that backstay changes, and all that Terraform then wants back.
#[derive(Clone, Copy)]
pub(super) struct Edit {
    /// The kind of the adopted block.
    pub(super) kind: &'static str,
    /// What stands in one block of that kind alone.
    pub(super) from: &'static str,
    /// What stands there instead.
    pub(super) to: &'static str,
    /// The resource that Terraform sees differ.
    pub(super) address: &'static str,
    /// What differs there, as AWS has it and as the configuration wants it.
    pub(super) differs: &'static [&'static str],
}

pub(super) const fn edit(
    kind: &'static str,
    from: &'static str,
    to: &'static str,
    address: &'static str,
    differs: &'static [&'static str],
) -> Edit {
    Edit { kind, from, to, address, differs }
}

/// One of each kind, and two where one kind is several of Terraform's.
pub(super) const EDITS: [Edit; 36] = [
    edit(
        "aws_backup_framework",
        "what the guide asks",
        "what the law asks",
        "aws_backup_framework.rules",
        &["/description: \"what the law asks\" -> \"what the guide asks\""],
    ),
    edit(
        "aws_backup_global_settings",
        "isMpaEnabled = false",
        "isMpaEnabled = true",
        "aws_backup_global_settings.organization",
        &["/global_settings/isMpaEnabled: \"true\" -> \"false\""],
    ),
    edit(
        "aws_backup_logically_air_gapped_vault",
        "env = \"production\"",
        "env = \"staging\"",
        "aws_backup_logically_air_gapped_vault.gap",
        &["/tags/env: \"staging\" -> \"production\"", "/tags_all/env: \"staging\" -> \"production\""],
    ),
    edit(
        "aws_backup_plan",
        "lifecycle { delete_after = 30 }",
        "lifecycle { delete_after = 60 }",
        "aws_backup_plan.shop",
        &["/rule/lifecycle/delete_after: 60 -> 30"],
    ),
    edit(
        "aws_backup_region_settings",
        "EC2                      = false",
        "EC2                      = true",
        "aws_backup_region_settings.here",
        &["/resource_type_opt_in_preference/EC2: true -> false"],
    ),
    edit(
        "aws_backup_report_plan",
        "every job",
        "all jobs",
        "aws_backup_report_plan.jobs",
        &["/description: \"all jobs\" -> \"every job\""],
    ),
    edit(
        "aws_backup_restore_testing_plan",
        "start_window_hours           = 12",
        "start_window_hours           = 24",
        "aws_backup_restore_testing_plan.monthly",
        &["/start_window_hours: 24 -> 12"],
    ),
    edit(
        "aws_backup_restore_testing_selection",
        "validation_window_hours    = 4",
        "validation_window_hours    = 8",
        "aws_backup_restore_testing_selection.tables",
        &["/validation_window_hours: 8 -> 4"],
    ),
    edit(
        "aws_backup_selection",
        "value = \"yes\"",
        "value = \"daily\"",
        "aws_backup_selection.tagged",
        &["/selection_tag/value: \"daily\" -> \"yes\""],
    ),
    edit(
        "aws_backup_vault",
        "env = \"production\"",
        "env = \"staging\"",
        "aws_backup_vault.daily",
        &["/tags/env: \"staging\" -> \"production\"", "/tags_all/env: \"staging\" -> \"production\""],
    ),
    edit(
        "aws_backup_vault_lock_configuration",
        "min_retention_days = 7",
        "min_retention_days = 14",
        "aws_backup_vault_lock_configuration.daily",
        &["/min_retention_days: 14 -> 7"],
    ),
    edit(
        "aws_backup_vault_notifications",
        "\"COPY_JOB_FAILED\"",
        "\"RESTORE_JOB_COMPLETED\"",
        "aws_backup_vault_notifications.daily",
        &["/backup_vault_events: \"RESTORE_JOB_COMPLETED\" -> \"COPY_JOB_FAILED\""],
    ),
    edit(
        "aws_backup_vault_policy",
        "backup:DeleteRecoveryPoint",
        "backup:UpdateRecoveryPointLifecycle",
        "aws_backup_vault_policy.daily",
        &["/policy/Statement/Action: \"backup:UpdateRecoveryPointLifecycle\" -> \"backup:DeleteRecoveryPoint\""],
    ),
    edit(
        "aws_cloudwatch_composite_alarm",
        "Most of them",
        "Half of them",
        "aws_cloudwatch_composite_alarm.bad",
        &["/alarm_description: \"Half of them\" -> \"Most of them\""],
    ),
    edit(
        "aws_cloudwatch_dashboard",
        "markdown = \"Backups\"",
        "markdown = \"All backups\"",
        "aws_cloudwatch_dashboard.backups",
        &["/dashboard_body/widgets/properties/markdown: \"All backups\" -> \"Backups\""],
    ),
    edit(
        "aws_cloudwatch_event_rule",
        "A backup did not complete",
        "A backup failed",
        "aws_cloudwatch_event_rule.failed",
        &["/description: \"A backup failed\" -> \"A backup did not complete\""],
    ),
    edit(
        "aws_cloudwatch_event_target",
        "maximum_retry_attempts       = 10",
        "maximum_retry_attempts       = 20",
        "aws_cloudwatch_event_target.queue",
        &["/retry_policy/maximum_retry_attempts: 20 -> 10"],
    ),
    edit("aws_cloudwatch_log_group", "= 30\n", "= 60\n", "aws_cloudwatch_log_group.export", &["/retention_in_days: 60 -> 30"]),
    edit("aws_cloudwatch_metric_alarm", "= 300\n", "= 60\n", "aws_cloudwatch_metric_alarm.metric", &["/period: 60 -> 300"]),
    edit(
        "aws_db_event_subscription",
        "\"failure\"",
        "\"deletion\"",
        "aws_db_event_subscription.backups",
        &["/event_categories: \"deletion\" -> \"failure\""],
    ),
    edit("aws_db_instance", "= 14\n", "= 21\n", "aws_db_instance.orders", &["/backup_retention_period: 21 -> 14"]),
    edit(
        "aws_db_instance_automated_backups_replication",
        "= 14\n",
        "= 21\n",
        "aws_db_instance_automated_backups_replication.orders",
        &["/retention_period: 21 -> 14"],
    ),
    edit(
        "aws_dlm_lifecycle_policy",
        "count = 14",
        "count = 21",
        "aws_dlm_lifecycle_policy.volumes",
        &["/policy_details/schedule/retain_rule/count: 21 -> 14"],
    ),
    edit("aws_docdb_cluster", "= 21\n", "= 28\n", "aws_docdb_cluster.documents", &["/backup_retention_period: 28 -> 21"]),
    edit(
        "aws_dynamodb_table",
        "= 7\n",
        "= 35\n",
        "aws_dynamodb_table.orders",
        &["/point_in_time_recovery/recovery_period_in_days: 35 -> 7"],
    ),
    edit(
        "aws_efs_file_system",
        "\"ENABLED\"",
        "\"DISABLED\"",
        "aws_efs_backup_policy.media",
        &["/backup_policy/status: \"DISABLED\" -> \"ENABLED\""],
    ),
    edit(
        "aws_elasticache_replication_group",
        "= 7\n",
        "= 14\n",
        "aws_elasticache_replication_group.sessions",
        &["/snapshot_retention_limit: 14 -> 7"],
    ),
    edit("aws_neptune_cluster", "= 21\n", "= 28\n", "aws_neptune_cluster.graph", &["/backup_retention_period: 28 -> 21"]),
    edit("aws_rds_cluster", "= 21\n", "= 28\n", "aws_rds_cluster.carts", &["/backup_retention_period: 28 -> 21"]),
    edit("aws_redshift_cluster", "= 14\n", "= 21\n", "aws_redshift_cluster.sales", &["/automated_snapshot_retention_period: 21 -> 14"]),
    edit(
        "aws_s3_bucket",
        "days = 30\n",
        "days = 60\n",
        "aws_s3_bucket_object_lock_configuration.invoices",
        &["/rule/default_retention/days: 60 -> 30"],
    ),
    edit(
        "aws_s3_bucket",
        "expiration { days = 2555 }",
        "expiration { days = 3650 }",
        "aws_s3_bucket_lifecycle_configuration.invoices",
        &["/rule/expiration/days: 3650 -> 2555"],
    ),
    edit(
        "aws_scheduler_schedule",
        "maximum_window_in_minutes = 30",
        "maximum_window_in_minutes = 15",
        "aws_scheduler_schedule.orders",
        &["/flexible_time_window/maximum_window_in_minutes: 15 -> 30"],
    ),
    edit(
        "aws_scheduler_schedule_group",
        "env = \"production\"",
        "env = \"staging\"",
        "aws_scheduler_schedule_group.exports",
        &["/tags/env: \"staging\" -> \"production\"", "/tags_all/env: \"staging\" -> \"production\""],
    ),
    edit("aws_sns_topic", "\"Alerts\"", "\"All alerts\"", "aws_sns_topic.alerts", &["/display_name: \"All alerts\" -> \"Alerts\""]),
    edit("aws_sns_topic", "\"high\"", "\"low\"", "aws_sns_topic_subscription.queue", &["/filter_policy/severity: \"low\" -> \"high\""]),
];
