//! Where Terraform's names, defaults and ways of saying a thing differ from the policy's; and which resources are about backup at all.
//!
//! What is not in here has the same name in both languages: the kind's own table decides what it takes.

use crate::model::KindSpec;
use hcl::edit::expr::Expression;
use hcl::edit::structure::Body;

/// What becomes of an argument that the kind does not have under that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Becomes {
    /// It has another name.
    Name(&'static str),
    /// `true` and `false` are two words of another argument.
    Words(&'static str, &'static str, &'static str),
    /// It has no meaning in the policy, and nothing is lost.
    Nothing,
    /// It is not kept, for this reason.
    Dropped(&'static str),
    /// Without it the thing would be another, so the whole block is left out.
    Refused(&'static str),
}

/// Why nothing is destroyed by force.
const FORCE: &str = "what is in it goes only where somebody consents to that when it is applied";

/// Kind, path of the argument, and what becomes of it.
const ARGUMENTS: &[(&str, &str, Becomes)] = &[
    ("aws_backup_vault", "force_destroy", Becomes::Dropped(FORCE)),
    ("aws_backup_logically_air_gapped_vault", "force_destroy", Becomes::Dropped(FORCE)),
    ("aws_cloudwatch_event_rule", "is_enabled", Becomes::Words("state", "ENABLED", "DISABLED")),
    ("aws_cloudwatch_event_rule", "force_destroy", Becomes::Dropped(FORCE)),
    // The rule says it.
    ("aws_cloudwatch_event_target", "event_bus_name", Becomes::Nothing),
    ("aws_cloudwatch_event_target", "force_destroy", Becomes::Dropped(FORCE)),
    ("aws_cloudwatch_event_target", "ecs_target", Becomes::Refused("targets that run ECS tasks are not described")),
    ("aws_cloudwatch_event_target", "batch_target", Becomes::Refused("targets that submit Batch jobs are not described")),
    ("aws_cloudwatch_event_target", "kinesis_target", Becomes::Refused("partition keys of Kinesis targets are not described")),
    ("aws_cloudwatch_event_target", "sqs_target", Becomes::Refused("message groups of SQS targets are not described")),
    ("aws_cloudwatch_event_target", "http_target", Becomes::Refused("parameters of HTTP targets are not described")),
    ("aws_cloudwatch_event_target", "run_command_targets", Becomes::Refused("targets that run commands are not described")),
    ("aws_cloudwatch_event_target", "redshift_target", Becomes::Refused("targets that run SQL are not described")),
    ("aws_cloudwatch_event_target", "sagemaker_pipeline_target", Becomes::Refused("SageMaker targets are not described")),
    ("aws_cloudwatch_event_target", "appsync_target", Becomes::Refused("AppSync targets are not described")),
    ("aws_scheduler_schedule", "target.ecs_parameters", Becomes::Refused("schedules that run ECS tasks are not described")),
    ("aws_scheduler_schedule", "target.eventbridge_parameters", Becomes::Refused("schedules that put events are not described")),
    ("aws_scheduler_schedule", "target.kinesis_parameters", Becomes::Refused("partition keys of Kinesis are not described")),
    ("aws_scheduler_schedule", "target.sagemaker_pipeline_parameters", Becomes::Refused("SageMaker pipelines are not described")),
    ("aws_scheduler_schedule", "target.sqs_parameters", Becomes::Refused("message groups of SQS are not described")),
    ("aws_db_instance_automated_backups_replication", "pre_signed_url", Becomes::Nothing),
    ("aws_dlm_lifecycle_policy", "policy_details.schedule.cross_region_copy_rule.target_region", Becomes::Name("target")),
    ("aws_db_instance", "delete_automated_backups", Becomes::Dropped("whoever deletes the database says it, and AWS keeps it nowhere")),
    ("aws_rds_cluster", "delete_automated_backups", Becomes::Dropped("whoever deletes the cluster says it, and AWS keeps it nowhere")),
    // What it is a part of.
    ("aws_sns_topic_subscription", "topic_arn", Becomes::Nothing),
    // It is written first, and the block's label too.
    ("aws_s3_bucket_lifecycle_configuration", "rule.id", Becomes::Nothing),
    ("aws_s3_bucket_replication_configuration", "rule.id", Becomes::Nothing),
    ("aws_s3_bucket_lifecycle_configuration", "rule.prefix", Becomes::Nothing),
    ("aws_s3_bucket_replication_configuration", "rule.prefix", Becomes::Nothing),
    // Rules in the bucket itself, as the provider had them before version 4.
    (BUCKET, "lifecycle_rule.id", Becomes::Nothing),
    (BUCKET, "lifecycle_rule.prefix", Becomes::Nothing),
    (BUCKET, "lifecycle_rule.tags", Becomes::Nothing),
    (BUCKET, "lifecycle_rule.enabled", Becomes::Words("status", "Enabled", "Disabled")),
    (BUCKET, "lifecycle_rule.abort_incomplete_multipart_upload_days", Becomes::Nothing),
    (BUCKET, "lifecycle_rule.noncurrent_version_transition.days", Becomes::Name("noncurrent_days")),
    (BUCKET, "lifecycle_rule.noncurrent_version_expiration.days", Becomes::Name("noncurrent_days")),
    ("aws_sns_topic_subscription", "endpoint_auto_confirms", Becomes::Nothing),
    ("aws_sns_topic_subscription", "confirmation_timeout_in_minutes", Becomes::Nothing),
    (
        "aws_s3_bucket_server_side_encryption_configuration",
        "rule.blocked_encryption_types",
        Becomes::Dropped("blocked encryption types are not described"),
    ),
];

/// What becomes of an argument, or block, that the kind does not have under that name.
pub(super) fn becomes(kind: &str, path: &str) -> Option<Becomes> {
    ARGUMENTS.iter().find(|(of, at, _)| *of == kind && *at == path).map(|(.., becomes)| *becomes)
}

/// What the provider sends where a block does not say: kind, block, argument, value. AWS's own default is another.
pub(super) const PROVIDER_DEFAULTS: &[(&str, &str, &str, &str)] =
    &[("aws_backup_plan", "rule", "start_window", "60"), ("aws_backup_plan", "rule", "completion_window", "180")];

/// Where a state has a zero for what is not set, although a zero could be: kind and argument.
pub(super) const ZEROS: [(&str, &str); 1] = [("aws_backup_report_plan", "number_of_frameworks")];

/// Where a state has a zero for what is not set because another argument is: argument, and that other one.
pub(super) const ZEROS_BESIDE: [(&str, &str); 1] = [("threshold", "threshold_metric_id")];

/// The arguments that are Terraform's own and say nothing of the thing.
pub(super) const META: [&str; 4] = ["for_each", "count", "provider", "depends_on"];

/// Blocks and arguments of Terraform's own, with why they are not kept.
pub(super) const TERRAFORMS: [(&str, &str); 5] = [
    ("lifecycle", "how Terraform itself goes about changing it"),
    ("provisioner", "what Terraform runs when it makes the thing"),
    ("connection", "what Terraform connects to when it makes the thing"),
    ("timeouts", "how long Terraform waits"),
    ("region", "the target says the region"),
];

/// Kinds that the provider puts no tags on, so that its default tags are not theirs.
pub(super) const UNTAGGED: [&str; 1] = ["aws_cloudwatch_dashboard"];

/// A resource that is a part of another here: the kind that it is a part of, and the argument that says of which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// The kind of the whole.
    pub(super) of: &'static str,
    /// The argument that names it.
    pub(super) argument: &'static str,
}

const PARTS: &[(&str, Part)] = &[
    ("aws_s3_bucket_versioning", Part { of: BUCKET, argument: "bucket" }),
    ("aws_s3_bucket_lifecycle_configuration", Part { of: BUCKET, argument: "bucket" }),
    ("aws_s3_bucket_replication_configuration", Part { of: BUCKET, argument: "bucket" }),
    ("aws_s3_bucket_object_lock_configuration", Part { of: BUCKET, argument: "bucket" }),
    ("aws_s3_bucket_server_side_encryption_configuration", Part { of: BUCKET, argument: "bucket" }),
    ("aws_efs_backup_policy", Part { of: FILE_SYSTEM, argument: "file_system_id" }),
    ("aws_sns_topic_subscription", Part { of: TOPIC, argument: "topic_arn" }),
    ("aws_sns_topic_policy", Part { of: TOPIC, argument: "arn" }),
];

/// The kind of buckets.
pub(super) const BUCKET: &str = "aws_s3_bucket";
/// The kind of file systems.
pub(super) const FILE_SYSTEM: &str = "aws_efs_file_system";
/// The kind of topics.
pub(super) const TOPIC: &str = "aws_sns_topic";
/// The kind of tables.
pub(super) const TABLE: &str = "aws_dynamodb_table";

/// What a resource is a part of here.
pub(super) fn part_of(kind: &str) -> Option<Part> {
    PARTS.iter().find(|(part, _)| *part == kind).map(|(_, part)| *part)
}

/// By which argument a thing is known that others own, or that is not described; and whether `id` is the same.
const NAMES: &[(&str, &str, bool)] = &[
    (BUCKET, "bucket", true),
    (TABLE, "name", true),
    ("aws_db_instance", "identifier", false),
    ("aws_rds_cluster", "cluster_identifier", true),
    ("aws_docdb_cluster", "cluster_identifier", true),
    ("aws_neptune_cluster", "cluster_identifier", true),
    ("aws_elasticache_replication_group", "replication_group_id", true),
    ("aws_redshift_cluster", "cluster_identifier", true),
    ("aws_cloudwatch_log_group", "name", true),
    ("aws_iam_role", "name", true),
    ("aws_sqs_queue", "name", false),
    ("aws_lambda_function", "function_name", true),
    ("aws_sns_topic", "name", false),
    ("aws_backup_vault", "name", true),
    ("aws_kms_alias", "name", true),
];

/// The argument that names a thing of a kind, and its expression.
pub(super) fn name_of<'b>(kind: &str, body: &'b Body) -> Option<(&'static str, &'b Expression)> {
    let listed = NAMES.iter().find(|(of, ..)| *of == kind).map(|(_, argument, _)| *argument);
    let argument = listed.or_else(|| crate::kinds::spec(kind).map(|spec| spec.name_argument))?;
    Some((argument, &body.get_attribute(argument)?.value))
}

/// Whether Terraform's `id` of a thing of a kind is its name.
pub(super) fn id_is_name(kind: &str) -> bool {
    NAMES.iter().any(|(of, _, is_name)| *of == kind && *is_name)
}

/// What Terraform's attribute of a whole kind is called here, where others can refer to it.
pub(super) fn referred(spec: &KindSpec, attribute: &str, body: &Body) -> Option<&'static str> {
    if attribute == "arn" || attribute == "dashboard_arn" {
        return Some("arn");
    }
    if attribute == "id" {
        let id = spec.computed.iter().find(|name| **name == "id").copied();
        let id = id.or((spec.name == TOPIC).then_some("arn"));
        return id.or((spec.parent.is_none()).then_some(spec.name_argument));
    }
    if let Some(name) = spec.computed.iter().find(|name| **name == attribute) {
        return Some(name);
    }
    let given = |name: &str| body.get_attribute(name).is_some();
    let setting = spec.settings.iter().find(|setting| setting.path == attribute);
    let setting = setting.map(|setting| setting.path).filter(|path| given(path));
    setting.or((spec.name_argument == attribute && spec.parent.is_none()).then_some(spec.name_argument))
}

/// Resources of things whose ARN is made of a name and that the policy does not describe: kind, service, what stands before the name, and
/// whether it is of no region.
pub(super) const ARNS: &[(&str, &str, &str, bool)] =
    &[("aws_iam_role", "iam", "role", true), ("aws_sqs_queue", "sqs", "", false), ("aws_lambda_function", "lambda", "function:", false)];

/// Resources about backup that no kind stands for, with why.
const UNKNOWN: &[(&str, &str)] = &[
    ("aws_redshift_snapshot_schedule", "schedules of Redshift snapshots are not described; retention is"),
    ("aws_redshift_snapshot_schedule_association", "schedules of Redshift snapshots are not described; retention is"),
    ("aws_redshift_snapshot_copy", "copies of Redshift snapshots are not described"),
    ("aws_efs_replication_configuration", "replication of file systems is not described"),
    ("aws_dynamodb_table_replica", "declare its settings in the table's block with `replicas`, or in a block with a target in its region"),
    ("aws_fsx_ontap_file_system", "file systems of FSx are not described"),
    ("aws_fsx_lustre_file_system", "file systems of FSx are not described"),
    ("aws_fsx_openzfs_file_system", "file systems of FSx are not described"),
    ("aws_fsx_windows_file_system", "file systems of FSx are not described"),
    ("aws_elasticache_cluster", "only replication groups are described"),
    ("aws_memorydb_cluster", "clusters of MemoryDB are not described"),
    ("aws_s3_bucket_intelligent_tiering_configuration", "intelligent tiering of buckets is not described"),
    ("aws_sns_topic_data_protection_policy", "data protection policies are not described"),
    ("aws_cloudwatch_event_bus", "event buses are not described"),
    ("aws_cloudwatch_event_archive", "archives of events are not described"),
    ("aws_rds_global_cluster", "global clusters are not described; each member is"),
];

/// Why a resource that no kind stands for is left out; none where it is not about backup.
pub(super) fn unknown(kind: &str) -> Option<&'static str> {
    let listed = UNKNOWN.iter().find(|(known, _)| *known == kind).map(|(_, why)| *why);
    let sounds = ["backup", "snapshot", "restore_testing"].iter().any(|word| kind.contains(word)) && kind.starts_with("aws_");
    listed.or(sounds.then_some("no kind of backstay stands for it"))
}
