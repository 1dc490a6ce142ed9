//! What differs because Terraform is as it is, each with the reason. One that no longer occurs fails the test.

use super::table::Direction::{self, Imported, Seen};

/// Where Terraform differs without anybody being wrong about AWS.
pub(super) struct Peculiarity {
    /// Whose it is: Terraform's, or that of one endpoint, where AWS answers otherwise.
    pub(super) whose: &'static str,
    /// The type of its resource.
    pub(super) of: &'static str,
    /// The place of the setting, or [`WRITTEN`].
    pub(super) at: &'static str,
    /// When.
    pub(super) direction: Direction,
    /// Why.
    pub(super) reason: &'static str,
}

/// Whose it is where the endpoint makes no difference.
pub(super) const TERRAFORM: &str = "Terraform";

/// The place of a configuration that Terraform generates for an import and then does not take itself; the hand-written one is imported
/// instead.
pub(super) const WRITTEN: &str = " generated";

/// The place of what Terraform would create again.
pub(super) const ANEW: &str = " anew";

const fn own(of: &'static str, at: &'static str, direction: Direction, reason: &'static str) -> Peculiarity {
    Peculiarity { whose: TERRAFORM, of, at, direction, reason }
}

const NEVER_TOLD: &str = "it is about how Terraform itself makes changes, and no AWS can tell";
const NOUGHT: &str = "it writes 0 for a number that AWS does not have there, and takes none below 1";
const BOTH: &str = "it writes arguments that exclude each other";
const EMPTY: &str = "it writes an empty list where AWS has none, and takes none without elements";

/// What an endpoint does otherwise than AWS.
const fn of_ministack(of: &'static str, at: &'static str, reason: &'static str) -> Peculiarity {
    Peculiarity { whose: "ministack", of, at, direction: Imported, reason }
}

/// All of them.
pub(super) const ALL: &[Peculiarity] = &[
    own(
        "aws_backup_selection",
        ANEW,
        Seen,
        "AWS changes no selection: backstay puts another in its place, whose id Terraform does not know",
    ),
    own("aws_backup_framework", WRITTEN, Imported, EMPTY),
    own("aws_backup_restore_testing_selection", WRITTEN, Imported, NOUGHT),
    own("aws_cloudwatch_metric_alarm", WRITTEN, Imported, NOUGHT),
    own("aws_db_instance", WRITTEN, Imported, EMPTY),
    own("aws_db_instance", "/apply_immediately", Imported, NEVER_TOLD),
    own("aws_db_instance", "/password", Imported, "AWS tells no password"),
    own("aws_dlm_lifecycle_policy", WRITTEN, Imported, NOUGHT),
    own("aws_elasticache_replication_group", WRITTEN, Imported, BOTH),
    own("aws_elasticache_replication_group", "/apply_immediately", Imported, NEVER_TOLD),
    own("aws_elasticache_replication_group", "/auth_token_update_strategy", Imported, NEVER_TOLD),
    own("aws_s3_bucket_object_lock_configuration", WRITTEN, Imported, BOTH),
    own("aws_scheduler_schedule", WRITTEN, Imported, NOUGHT),
    own("aws_sns_topic", WRITTEN, Imported, NOUGHT),
    own("aws_sns_topic_subscription", "/confirmation_timeout_in_minutes", Imported, NEVER_TOLD),
    own("aws_sns_topic_subscription", "/endpoint_auto_confirms", Imported, NEVER_TOLD),
    of_ministack("aws_backup_plan", "/rule/schedule_expression_timezone", "it answers no time zone of a rule; AWS answers Etc/UTC"),
    of_ministack("aws_dynamodb_table", WRITTEN, "it drops the recovery period, of which Terraform then writes 0"),
];
