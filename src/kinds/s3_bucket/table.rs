//! The table: every setting of a bucket that backstay manages.

use super::forms;
use crate::model::{ACCOUNT, ArnForm, Fallback, Form, Key, KindSpec, Loss, Mark, NameForm, Ownership, Safer, Setting, Shape};

pub(super) const VERSIONING: &str = "versioning.status";
pub(super) const LOCK: &str = "object_lock";
pub(super) const LOCK_MODE: &str = "object_lock.default_retention.mode";
pub(super) const LOCK_DAYS: &str = "object_lock.default_retention.days";
pub(super) const LOCK_YEARS: &str = "object_lock.default_retention.years";
pub(super) const ENCRYPTION: &str = "server_side_encryption";
pub(super) const ALGORITHM: &str = "server_side_encryption.sse_algorithm";
pub(super) const KEY: &str = "server_side_encryption.kms_master_key_id";
pub(super) const BUCKET_KEY: &str = "server_side_encryption.bucket_key_enabled";
pub(super) const MINIMUM_SIZE: &str = "transition_default_minimum_object_size";
pub(super) const LIFECYCLE: &str = "lifecycle_rule";
pub(super) const ROLE: &str = "replication_role";
/// Within a rule of either sort: its id at AWS.
pub(super) const ID: &str = Mark::RULE_ID;
pub(super) const REPLICATION: &str = "replication_rule";

pub(super) const ENABLED: &str = "Enabled";
pub(super) const DISABLED: &str = "Disabled";
pub(super) const SUSPENDED: &str = "Suspended";
pub(super) const COMPLIANCE: &str = "COMPLIANCE";

/// The largest object of a filter, in bytes.
const LARGEST: i64 = 1_099_511_627_776_000;
/// The most days that AWS keeps in a 32-bit number.
const MOST: i64 = 2_147_483_647;

const ON_OR_OFF: Shape = Shape::OneOf(&[ENABLED, DISABLED]);
const OFF: Fallback = Fallback::Text(DISABLED);

const FOREIGN_ID: &str = "The id of a rule that somebody else made, or will know by it: the rule of exactly that id is what the block declares. It carries no mark, so when the block leaves the policy the rule stays. A block that loses its `id` declares a new rule, and the old one stays; one that gets an `id` gives up the rule that it had.";

/// A row of lifecycle rules.
const fn lifecycle(path: &'static str, shape: Shape, doc: &'static str) -> Setting {
    Setting {
        path,
        shape,
        doc,
        normalisation: "rules by name in any order; of others' rules nothing is compared, and all of it is kept",
        source: "S3 API LifecycleRule; User Guide, Lifecycle configuration elements",
        reads: &["s3:GetLifecycleConfiguration"],
        writes: &["s3:PutLifecycleConfiguration"],
        ..Setting::PLAIN
    }
}

/// A row of replication rules.
const fn replication(path: &'static str, shape: Shape, doc: &'static str) -> Setting {
    Setting {
        path,
        shape,
        doc,
        normalisation: "rules by name in any order; of others' rules nothing is compared, and all of it is kept",
        source: "S3 API ReplicationRule; User Guide, Replication configuration file elements",
        reads: &["s3:GetReplicationConfiguration", "s3:GetBucketVersioning", "s3:GetEncryptionConfiguration", "s3:ListAllMyBuckets"],
        writes: &["s3:PutReplicationConfiguration", "iam:PassRole"],
        ..Setting::PLAIN
    }
}

/// A row of object lock.
const fn lock(path: &'static str, shape: Shape, doc: &'static str) -> Setting {
    Setting {
        path,
        shape,
        doc,
        safer: Safer::WhenGreater,
        when_safer: "versions that are written from now on are locked for longer; those that exist keep what they have",
        when_weaker: "versions that are written from now on can be deleted sooner; those that exist keep what they have",
        normalisation: "as it is; 365 days and 1 year are not the same to AWS",
        source: "S3 API PutObjectLockConfiguration; User Guide, Object Lock considerations",
        reads: &["s3:GetBucketObjectLockConfiguration"],
        writes: &["s3:PutBucketObjectLockConfiguration"],
        ..Setting::PLAIN
    }
}

/// A row of default encryption.
const fn encryption(path: &'static str, shape: Shape, doc: &'static str) -> Setting {
    Setting {
        path,
        shape,
        doc,
        aws_default: Fallback::Kept,
        normalisation: "what is not declared stays as it is",
        source: "S3 API ServerSideEncryptionByDefault",
        reads: &["s3:GetEncryptionConfiguration", "s3:GetReplicationConfiguration"],
        writes: &["s3:PutEncryptionConfiguration"],
        ..Setting::PLAIN
    }
}

pub(super) static SPEC: KindSpec = KindSpec {
    name: "aws_s3_bucket",
    title: "S3 bucket",
    doc: "Versioning, object lock, default encryption, and single lifecycle and replication rules of an S3 bucket that somebody else owns. Rules of others on the same bucket stay as they are; of backstay's own, with the policy's `workspace`, those that no block declares any more are removed, so with a `workspace` the rules of every selected bucket are read.",
    ownership: Ownership::Settings,
    service: "s3",
    arn_form: ArnForm::Global,
    arn_prefix: "",
    name_form: NameForm { min: 3, max: 63, also: &['.', '-'], source: "S3 User Guide, General purpose bucket naming rules" },
    inventory_actions: &["s3:ListAllMyBuckets", "tag:GetResources"],
    holds: "objects",
    settings: &[
        Setting {
            path: VERSIONING,
            shape: Shape::Text(forms::VERSIONING),
            required: true,
            safer: Safer::By(forms::versioning),
            doc: "Whether what is overwritten or deleted stays as an earlier version. A bucket on which it was never set is in a third state, to which there is no way back.",
            normalisation: "no status is a state of its own, neither Enabled nor Suspended",
            when_safer: "from now on what is overwritten or deleted stays as an earlier version; what was overwritten before is gone",
            when_weaker: "what is overwritten or deleted from now on is gone at once; earlier versions stay",
            source: "S3 API PutBucketVersioning; User Guide, Retaining multiple versions of objects",
            reads: &["s3:GetBucketVersioning"],
            writes: &["s3:PutBucketVersioning"],
            ..Setting::PLAIN
        },
        Setting {
            aws_default: Fallback::Bool(false),
            safer: Safer::WhenThere,
            when_safer: "object lock can never be turned off again, and versioning can never be suspended again",
            when_weaker: "AWS never turns object lock off",
            ..lock(
                LOCK,
                Shape::Block(Key::One),
                "Turns object lock on, for ever. Without a default retention only objects that are locked one by one are.",
            )
        },
        Setting {
            required: true,
            safer: Safer::Ranked(&["GOVERNANCE", COMPLIANCE]),
            when_safer: "nobody can delete new versions before their time, the root user included",
            when_weaker: "new versions can be deleted before their time by whoever may bypass governance",
            ..lock(
                LOCK_MODE,
                Shape::OneOf(&["GOVERNANCE", COMPLIANCE]),
                "GOVERNANCE can be bypassed with s3:BypassGovernanceRetention; COMPLIANCE by nobody, the root user included, until the time is over.",
            )
        },
        lock(
            LOCK_DAYS,
            Shape::Days { min: 1, max: 36_500 },
            "For how many days each new version is locked; this or `years`. Versions that exist keep what they have.",
        ),
        lock(
            LOCK_YEARS,
            Shape::Whole { min: 1, max: 100, unit: "years" },
            "For how many years each new version is locked; this or `days`. Versions that exist keep what they have.",
        ),
        Setting {
            required: true,
            ..encryption(
                ALGORITHM,
                Shape::OneOf(&["AES256", "aws:kms", "aws:kms:dsse"]),
                "With what new objects are encrypted where a request says nothing. Replication leaves objects under KMS out unless a rule says otherwise.",
            )
        },
        encryption(
            KEY,
            Shape::Text(Form::ANY),
            "The KMS key, by ARN. Where it is left out with aws:kms it is the key aws/s3, which no other account can use.",
        ),
        encryption(
            BUCKET_KEY,
            Shape::Bool,
            "Whether one key for the bucket stands between objects and KMS, which makes most calls of KMS needless.",
        ),
        Setting {
            aws_default: Fallback::Kept,
            normalisation: "where it is not declared, what the bucket has is sent back with every change, as AWS would turn it to its new default otherwise",
            ..lifecycle(
                MINIMUM_SIZE,
                Shape::OneOf(&["all_storage_classes_128K", "varies_by_storage_class"]),
                "Which objects are too small for transitions of all rules of the bucket: below 128 KB, or as each storage class has it.",
            )
        },
        Setting {
            safer: Safer::WhenAway,
            loses: Loss::ExistingRecoveryPoints,
            when_safer: "the rule deletes nothing any more; what it deleted stays deleted",
            when_weaker: "what the rule deletes is gone with its next run, at most a day from now",
            marked: true,
            ..lifecycle(
                LIFECYCLE,
                Shape::Block(Key::Label),
                "A lifecycle rule. Its id at AWS is `backstay:WORKSPACE:NAME`, or the one that `id` gives; rules with other ids are others', and are written back as they were.",
            )
        },
        lifecycle("lifecycle_rule.id", Shape::Text(forms::RULE_ID), FOREIGN_ID),
        Setting {
            aws_default: Fallback::Text(ENABLED),
            ..lifecycle("lifecycle_rule.status", ON_OR_OFF, "Whether the rule does anything.")
        },
        Setting {
            aws_default: Fallback::Text(""),
            normalisation: "no filter, an empty one and an empty prefix are the same: the whole bucket",
            ..lifecycle("lifecycle_rule.filter.prefix", Shape::Text(Form::ANY), "Only objects whose key begins like this.")
        },
        Setting {
            required: true,
            ..lifecycle("lifecycle_rule.filter.tag.key", Shape::Text(Form::ANY), "Only objects with this tag: its key.")
        },
        Setting {
            aws_default: Fallback::Text(""),
            ..lifecycle("lifecycle_rule.filter.tag.value", Shape::Text(Form::ANY), "Only objects with this tag: its value.")
        },
        lifecycle(
            "lifecycle_rule.filter.object_size_greater_than",
            Shape::Whole { min: 0, max: LARGEST, unit: "bytes" },
            "Only larger objects.",
        ),
        lifecycle(
            "lifecycle_rule.filter.object_size_less_than",
            Shape::Whole { min: 1, max: LARGEST, unit: "bytes" },
            "Only smaller objects.",
        ),
        Setting {
            aws_default: Fallback::Text(""),
            ..lifecycle(
                "lifecycle_rule.filter.and.prefix",
                Shape::Text(Form::ANY),
                "Of several conditions that must all hold: how the key begins.",
            )
        },
        lifecycle(
            "lifecycle_rule.filter.and.tags",
            Shape::TextMap { max: 50 },
            "Of several conditions that must all hold: all tags that the object must have.",
        ),
        lifecycle(
            "lifecycle_rule.filter.and.object_size_greater_than",
            Shape::Whole { min: 0, max: LARGEST, unit: "bytes" },
            "Of several conditions that must all hold: only larger objects.",
        ),
        lifecycle(
            "lifecycle_rule.filter.and.object_size_less_than",
            Shape::Whole { min: 1, max: LARGEST, unit: "bytes" },
            "Of several conditions that must all hold: only smaller objects.",
        ),
        lifecycle("lifecycle_rule.transition", Shape::Block(Key::Argument("storage_class")), "Moves objects to a cheaper storage class."),
        Setting {
            required: true,
            ..lifecycle(
                "lifecycle_rule.transition.storage_class",
                Shape::OneOf(forms::CLASSES),
                "The storage class. What is in GLACIER or DEEP_ARCHIVE is neither backed up by AWS Backup nor replicated.",
            )
        },
        lifecycle(
            "lifecycle_rule.transition.days",
            Shape::Days { min: 0, max: MOST },
            "After how many days; this or `date`. STANDARD_IA and ONEZONE_IA take 30 or more.",
        ),
        lifecycle("lifecycle_rule.transition.date", Shape::Text(forms::DATE), "On which day, at midnight UTC; this or `days`."),
        lifecycle(
            "lifecycle_rule.noncurrent_version_transition",
            Shape::Block(Key::Argument("storage_class")),
            "Moves versions that are no longer current to a cheaper storage class.",
        ),
        Setting {
            required: true,
            ..lifecycle("lifecycle_rule.noncurrent_version_transition.storage_class", Shape::OneOf(forms::CLASSES), "The storage class.")
        },
        Setting {
            required: true,
            ..lifecycle(
                "lifecycle_rule.noncurrent_version_transition.noncurrent_days",
                Shape::Days { min: 0, max: MOST },
                "After how many days as an earlier version.",
            )
        },
        lifecycle(
            "lifecycle_rule.noncurrent_version_transition.newer_noncurrent_versions",
            Shape::Whole { min: 1, max: 100, unit: "versions" },
            "How many newer earlier versions of the object stay where they are.",
        ),
        Setting {
            safer: Safer::WhenGreaterOrAbsent,
            loses: Loss::ExistingRecoveryPoints,
            when_safer: "less is deleted from now on; what was deleted stays deleted",
            when_weaker: "what is old enough now is deleted with the next run, at most a day from now",
            ..lifecycle(
                "lifecycle_rule.expiration.days",
                Shape::Days { min: 1, max: MOST },
                "After how many days objects expire: for good without versioning, else with a delete marker. One of `days`, `date` and `expired_object_delete_marker`.",
            )
        },
        Setting {
            loses: Loss::ExistingRecoveryPoints,
            ..lifecycle(
                "lifecycle_rule.expiration.date",
                Shape::Text(forms::DATE),
                "On which day, at midnight UTC, all objects of the rule expire, and from then on new ones at once.",
            )
        },
        Setting {
            aws_default: Fallback::Bool(false),
            ..lifecycle(
                "lifecycle_rule.expiration.expired_object_delete_marker",
                Shape::Bool,
                "Takes delete markers away under which no version is left.",
            )
        },
        Setting {
            safer: Safer::WhenGreaterOrAbsent,
            loses: Loss::ExistingRecoveryPoints,
            when_safer: "less is deleted from now on; what was deleted stays deleted",
            when_weaker: "what is old enough now is deleted with the next run, at most a day from now",
            ..lifecycle(
                "lifecycle_rule.noncurrent_version_expiration.noncurrent_days",
                Shape::Days { min: 1, max: MOST },
                "After how many days as an earlier version a version is deleted for good.",
            )
        },
        Setting {
            safer: Safer::WhenGreater,
            loses: Loss::ExistingRecoveryPoints,
            when_safer: "less is deleted from now on; what was deleted stays deleted",
            when_weaker: "what is old enough now is deleted with the next run, at most a day from now",
            ..lifecycle(
                "lifecycle_rule.noncurrent_version_expiration.newer_noncurrent_versions",
                Shape::Whole { min: 1, max: 100, unit: "versions" },
                "How many newer earlier versions of the object are kept however old they are.",
            )
        },
        lifecycle(
            "lifecycle_rule.abort_incomplete_multipart_upload.days_after_initiation",
            Shape::Days { min: 1, max: MOST },
            "After how many days the parts of an upload that was never finished are deleted.",
        ),
        replication(
            ROLE,
            Shape::Text(forms::ROLE),
            "The ARN of the role with which S3 replicates. AWS has one for all rules of a bucket, others' rules included.",
        ),
        Setting {
            safer: Safer::WhenThere,
            marked: true,
            when_safer: "new objects are copied from now on; what is there already is not, for that run S3 Batch Replication once",
            when_weaker: "new objects are no longer copied; the gap is not filled when the rule comes back; copies that exist stay",
            ..replication(
                REPLICATION,
                Shape::Block(Key::Label),
                "A replication rule. Its id at AWS is `backstay:WORKSPACE:NAME`, or the one that `id` gives; rules with other ids are others', and are written back as they were.",
            )
        },
        replication("replication_rule.id", Shape::Text(forms::RULE_ID), FOREIGN_ID),
        Setting {
            aws_default: Fallback::Text(ENABLED),
            safer: Safer::Ranked(&[DISABLED, ENABLED]),
            when_safer: "new objects are copied from now on; what was written while the rule was off is not",
            when_weaker: "new objects are no longer copied; the gap is not filled when the rule is turned on again",
            ..replication("replication_rule.status", ON_OR_OFF, "Whether the rule does anything.")
        },
        Setting {
            aws_default: Fallback::Number(0),
            ..replication(
                "replication_rule.priority",
                Shape::Whole { min: 0, max: MOST, unit: "priority" },
                "Which rule counts where several fit an object and have the same destination: the one with the larger number. Unique for each destination.",
            )
        },
        Setting {
            aws_default: Fallback::Text(""),
            ..replication("replication_rule.filter.prefix", Shape::Text(Form::ANY), "Only objects whose key begins like this.")
        },
        Setting {
            required: true,
            ..replication("replication_rule.filter.tag.key", Shape::Text(Form::ANY), "Only objects with this tag: its key.")
        },
        Setting {
            aws_default: Fallback::Text(""),
            ..replication("replication_rule.filter.tag.value", Shape::Text(Form::ANY), "Only objects with this tag: its value.")
        },
        Setting {
            aws_default: Fallback::Text(""),
            ..replication(
                "replication_rule.filter.and.prefix",
                Shape::Text(Form::ANY),
                "Of several conditions that must all hold: how the key begins.",
            )
        },
        replication(
            "replication_rule.filter.and.tags",
            Shape::TextMap { max: 50 },
            "Of several conditions that must all hold: all tags that the object must have.",
        ),
        Setting {
            aws_default: OFF,
            safer: Safer::Ranked(&[ENABLED, DISABLED]),
            when_safer: "a delete in the source no longer hides the copy",
            when_weaker: "a delete in the source hides the copy too; its versions stay",
            ..replication(
                "replication_rule.delete_marker_replication.status",
                ON_OR_OFF,
                "Whether delete markers are copied, so that a delete here hides the object there too.",
            )
        },
        replication(
            "replication_rule.existing_object_replication.status",
            ON_OR_OFF,
            "AWS takes this from nearly nobody any more: existing objects are copied with S3 Batch Replication.",
        ),
        Setting {
            aws_default: OFF,
            safer: Safer::Ranked(&[DISABLED, ENABLED]),
            when_safer: "new objects under KMS are copied too",
            when_weaker: "objects under KMS are no longer copied",
            ..replication(
                "replication_rule.source_selection_criteria.sse_kms_encrypted_objects.status",
                ON_OR_OFF,
                "Whether objects under KMS are copied too; needs `replica_kms_key_id` in the destination.",
            )
        },
        Setting {
            aws_default: OFF,
            ..replication(
                "replication_rule.source_selection_criteria.replica_modifications.status",
                ON_OR_OFF,
                "Whether changes of metadata on copies are copied back, where two buckets replicate each other.",
            )
        },
        Setting {
            required: true,
            ..replication("replication_rule.destination", Shape::Block(Key::One), "Where the copies go, and what they are there.")
        },
        Setting {
            required: true,
            ..replication(
                "replication_rule.destination.bucket",
                Shape::Text(forms::BUCKET_ARN),
                "The ARN of the destination, in which versioning must be on.",
            )
        },
        replication("replication_rule.destination.account", Shape::Text(ACCOUNT), "The account of the destination, where that is another."),
        Setting {
            normalisation: "absent is the class of the source object",
            ..replication(
                "replication_rule.destination.storage_class",
                Shape::OneOf(forms::REPLICA_CLASSES),
                "The storage class of the copies.",
            )
        },
        replication(
            "replication_rule.destination.access_control_translation.owner",
            Shape::OneOf(&["Destination"]),
            "Gives the copies to the account of the destination; needs `account`.",
        ),
        replication(
            "replication_rule.destination.encryption_configuration.replica_kms_key_id",
            Shape::Text(Form::ANY),
            "The KMS key of the copies, in the region of the destination, as it is written: AWS echoes a key and an alias alike.",
        ),
        Setting {
            aws_default: OFF,
            safer: Safer::Ranked(&[DISABLED, ENABLED]),
            when_safer: "CloudWatch is told how far replication is behind, for the price of custom metrics",
            when_weaker: "nothing measures how far replication is behind, and alarms on that have no data",
            ..replication(
                "replication_rule.destination.metrics.status",
                ON_OR_OFF,
                "Whether CloudWatch is told how far replication is behind.",
            )
        },
        replication(
            "replication_rule.destination.metrics.event_threshold.minutes",
            Shape::Whole { min: 15, max: 15, unit: "minutes" },
            "After how long an event says that an object is late; AWS knows 15 only.",
        ),
        Setting {
            aws_default: OFF,
            safer: Safer::Ranked(&[DISABLED, ENABLED]),
            when_safer: "AWS promises that 99.9% of new objects are copied within 15 minutes",
            when_weaker: "AWS no longer promises that 99.9% of new objects are copied within 15 minutes",
            ..replication(
                "replication_rule.destination.replication_time.status",
                ON_OR_OFF,
                "Replication Time Control: 99.9% of new objects within 15 minutes; needs metrics.",
            )
        },
        replication(
            "replication_rule.destination.replication_time.time.minutes",
            Shape::Whole { min: 15, max: 15, unit: "minutes" },
            "Within how long; AWS knows 15 only.",
        ),
    ],
    outside_actions: crate::kinds::outside::ROLES_AND_KEYS,
    evidence_actions: crate::kinds::outside::PERMISSIONS_AND_METRICS,
    ..KindSpec::PLAIN
};
