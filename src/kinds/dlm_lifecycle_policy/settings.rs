//! The settings of a lifecycle policy: what Data Lifecycle Manager reads and replaces together.

use super::rows::{READS, UNITS, fewer_tags, flag, kept, kept_copy, kept_unit, more_tags, row};
use super::{forms, more_often};
use crate::kinds::tags;
use crate::model::{ACCOUNT, Fallback, Form, Holders, Key, Loss, Safer, Setting, Shape};

pub(super) static SETTINGS: &[Setting] = &[
    Setting {
        required: true,
        ..row(
            "description",
            Shape::Text(Form::ANY),
            "What it is for, and the name by which backstay knows it: 1 to 500 letters, digits, spaces, `_` and `-`.",
        )
    },
    Setting {
        required: true,
        ..row(
            "execution_role_arn",
            Shape::Text(forms::ROLE),
            "The role with which Data Lifecycle Manager makes and deletes snapshots, which must trust dlm.amazonaws.com.",
        )
    },
    Setting {
        aws_default: Fallback::Text("ENABLED"),
        safer: Safer::Ranked(&["DISABLED", "ERROR", "ENABLED"]),
        normalisation: "absent is `ENABLED`; `ERROR` is neither",
        when_safer: "snapshots are made, and deleted when their time is over",
        when_weaker: "no snapshot is made any more; those that exist stay, and are not deleted when their time is over",
        ..row("state", Shape::OneOf(&["ENABLED", "DISABLED"]), "Whether it works. AWS puts it into the state `ERROR` where it cannot.")
    },
    Setting {
        fixed: true,
        holders: Holders::One,
        normalisation: "absent is a policy of its own schedules",
        ..row(
            "default_policy",
            Shape::OneOf(&["VOLUME", "INSTANCE"]),
            "Makes it a default policy, which backs up every volume (`VOLUME`) or instance (`INSTANCE`) of the region that has no recent backup. A region has one of each.",
        )
    },
    Setting {
        fixed: true,
        aws_default: Fallback::Text("EBS_SNAPSHOT_MANAGEMENT"),
        normalisation: "absent is `EBS_SNAPSHOT_MANAGEMENT`; that of a default policy follows from `default_policy`",
        ..row(
            "policy_details.policy_type",
            Shape::OneOf(&["EBS_SNAPSHOT_MANAGEMENT", "IMAGE_MANAGEMENT", "EVENT_BASED_POLICY"]),
            "What it manages: snapshots of volumes, AMIs of instances, or copies of snapshots that others share.",
        )
    },
    Setting {
        fixed: true,
        ..row(
            "policy_details.resource_types",
            Shape::Texts { item: forms::RESOURCE_TYPE, max: 1 },
            "What it backs up: `VOLUME`, or `INSTANCE` for all volumes of an instance at one moment.",
        )
    },
    Setting {
        aws_default: Fallback::Kept,
        ..row(
            "policy_details.resource_locations",
            Shape::Texts { item: forms::LOCATION, max: 1 },
            "Where they are: `CLOUD`, `OUTPOST` or `LOCAL_ZONE`.",
        )
    },
    Setting {
        safer: Safer::By(more_tags),
        normalisation: "their order means nothing",
        when_safer: "more is backed up",
        when_weaker: "what has only the tag that goes is not backed up any more",
        ..row("policy_details.target_tags", Shape::TextMap { max: 50 }, "What has one of these tags is backed up: each of them is enough.")
    },
    flag(
        "policy_details.parameters.exclude_boot_volume",
        Safer::WhenAway,
        "Of instances: leaves out the volume that they start from.",
        "the volumes that instances start from are backed up too",
        "the volumes that instances start from are not backed up any more",
    ),
    Setting {
        aws_default: Fallback::Bool(true),
        normalisation: "absent is on",
        ..row(
            "policy_details.parameters.no_reboot",
            Shape::Bool,
            "Of AMIs: makes them without a restart, so that what is written meanwhile may be torn.",
        )
    },
    Setting {
        safer: Safer::By(fewer_tags),
        when_safer: "more volumes are backed up",
        when_weaker: "volumes with these tags are not backed up any more",
        ..row(
            "policy_details.parameters.exclude_data_volume_tags",
            Shape::TextMap { max: 50 },
            "Of instances: leaves out other volumes that have one of these tags.",
        )
    },
    row("policy_details.event_source.type", Shape::OneOf(&["MANAGED_CWE"]), "Of an event-based policy: where the event comes from."),
    row("policy_details.event_source.parameters.event_type", Shape::OneOf(&["shareSnapshot"]), "The event: somebody shares a snapshot."),
    Setting {
        safer: Safer::WhenMore,
        when_safer: "snapshots of more accounts are copied",
        when_weaker: "snapshots that the other accounts share are not copied any more",
        ..row(
            "policy_details.event_source.parameters.snapshot_owner",
            Shape::Texts { item: ACCOUNT, max: 50 },
            "The accounts whose shared snapshots count.",
        )
    },
    row(
        "policy_details.event_source.parameters.description_regex",
        Shape::Text(Form::ANY),
        "The regular expression that the description of a shared snapshot must match.",
    ),
    row("policy_details.action.name", Shape::Text(forms::NAME), "Of an event-based policy: the name of what it does."),
    Setting {
        safer: Safer::WhenThere,
        normalisation: "by region; their order means nothing",
        when_safer: "snapshots that are shared from now on are copied there",
        when_weaker: "nothing more is copied there; copies that exist stay, and are not deleted when their time is over",
        ..row(
            "policy_details.action.cross_region_copy",
            Shape::Block(Key::Argument("target")),
            "A copy of each shared snapshot into another region; up to three.",
        )
    },
    flag(
        "policy_details.action.cross_region_copy.encryption_configuration.encrypted",
        Safer::WhenTrue,
        "Whether copies of snapshots that are not encrypted are.",
        "copies made from now on are encrypted",
        "copies of what is not encrypted are not either",
    ),
    row(
        "policy_details.action.cross_region_copy.encryption_configuration.cmk_arn",
        Shape::Text(forms::KEY),
        "The KMS key of the other region; the account's default one where it is left out.",
    ),
    kept_copy("policy_details.action.cross_region_copy.retain_rule.interval"),
    kept_unit(
        "policy_details.action.cross_region_copy.retain_rule.interval_unit",
        "copies are kept for longer; what is gone does not come back",
        "copies beyond that are deleted at a next run and cannot be brought back",
    ),
    Setting {
        safer: Safer::WhenThere,
        normalisation: "by name; their order means nothing",
        when_safer: "snapshots are made by it from its next run on",
        when_weaker: "it makes no more snapshots; those that it made stay, and are not deleted when their time is over",
        ..row(
            "policy_details.schedule",
            Shape::Block(Key::Argument("name")),
            "One schedule of up to four: when, and for how long. Its name is 1 to 120 letters, digits, spaces, `_` and `-`; another name is another schedule.",
        )
    },
    flag(
        "policy_details.schedule.copy_tags",
        Safer::WhenTrue,
        "Whether snapshots get the tags of their volume.",
        "snapshots made from now on carry the tags of their volume",
        "snapshots made from now on do not carry the tags of their volume, so that what finds them by tag passes them over",
    ),
    row("policy_details.schedule.tags_to_add", Shape::TextMap { max: 45 }, "Tags of each snapshot."),
    row(
        "policy_details.schedule.variable_tags",
        Shape::TextMap { max: 45 },
        "Of instances: tags with the value `$(instance-id)` or `$(timestamp)`.",
    ),
    Setting {
        safer: Safer::By(more_often),
        normalisation: "but for case and white space as it is",
        when_safer: "snapshots are made more often",
        when_weaker: "snapshots are made less often",
        ..row(
            "policy_details.schedule.create_rule.cron_expression",
            Shape::Text(forms::CRON),
            "The times in UTC: `cron(…)` with six fields, between once an hour and once a year. Either this, or `interval`.",
        )
    },
    Setting {
        safer: Safer::WhenLess,
        when_safer: "snapshots are made more often",
        when_weaker: "snapshots are made less often",
        ..row(
            "policy_details.schedule.create_rule.interval",
            Shape::Whole { min: 1, max: 24, unit: "hours" },
            "Every how many hours: 1, 2, 3, 4, 6, 8, 12 or 24.",
        )
    },
    Setting {
        aws_default: Fallback::Kept,
        ..row("policy_details.schedule.create_rule.interval_unit", Shape::OneOf(&["HOURS"]), "The unit of `interval`.")
    },
    Setting {
        aws_default: Fallback::Kept,
        ..row(
            "policy_details.schedule.create_rule.times",
            Shape::Texts { item: forms::TIME, max: 1 },
            "The time of day in UTC from which `interval` counts: `[\"03:00\"]`. A snapshot is begun within an hour. Where it is not declared AWS chose it.",
        )
    },
    Setting {
        aws_default: Fallback::Kept,
        ..row(
            "policy_details.schedule.create_rule.location",
            Shape::OneOf(&["CLOUD", "OUTPOST_LOCAL", "LOCAL_ZONE"]),
            "Where snapshots are kept.",
        )
    },
    Setting {
        safer: Safer::WhenSet,
        when_safer: "snapshots are made of applications that were brought to rest before",
        when_weaker: "nothing brings applications to rest any more before snapshots are made: these are consistent as after a crash only",
        ..row(
            "policy_details.schedule.create_rule.scripts.execution_handler",
            Shape::Text(Form::ANY),
            "Of instances: the SSM document that is run before and after the snapshots, or `AWS_VSS_BACKUP`.",
        )
    },
    Setting {
        aws_default: Fallback::Kept,
        ..row(
            "policy_details.schedule.create_rule.scripts.execution_handler_service",
            Shape::OneOf(&["AWS_SYSTEMS_MANAGER"]),
            "Who runs it.",
        )
    },
    Setting {
        aws_default: Fallback::Kept,
        safer: Safer::WhenTrue,
        when_safer: "snapshots are made where the script fails too",
        when_weaker: "no snapshot is made where the script fails",
        ..row(
            "policy_details.schedule.create_rule.scripts.execute_operation_on_script_failure",
            Shape::Bool,
            "Whether snapshots are made, though perhaps torn, where the script failed.",
        )
    },
    Setting {
        aws_default: Fallback::Kept,
        ..row(
            "policy_details.schedule.create_rule.scripts.execution_timeout",
            Shape::Whole { min: 10, max: 120, unit: "seconds" },
            "How long it may run.",
        )
    },
    Setting {
        aws_default: Fallback::Kept,
        ..row(
            "policy_details.schedule.create_rule.scripts.maximum_retry_count",
            Shape::Whole { min: 0, max: 3, unit: "attempts" },
            "How often it is tried again.",
        )
    },
    Setting {
        aws_default: Fallback::Kept,
        ..row(
            "policy_details.schedule.create_rule.scripts.stages",
            Shape::Texts { item: forms::STAGE, max: 2 },
            "When it runs: `PRE`, `POST` or both.",
        )
    },
    kept(
        "policy_details.schedule.retain_rule.count",
        Shape::Whole { min: 1, max: 1_000, unit: "snapshots" },
        "How many snapshots are kept of each volume. Either this, or `interval` with `interval_unit`.",
        "snapshots are kept for longer; what is gone does not come back",
        "snapshots beyond that are deleted at a next run and cannot be brought back",
    ),
    kept(
        "policy_details.schedule.retain_rule.interval",
        Shape::Whole { min: 1, max: 36_500, unit: "units" },
        "For how many `interval_unit` snapshots are kept, up to 100 years.",
        "snapshots are kept for longer; what is gone does not come back",
        "snapshots beyond that are deleted at a next run and cannot be brought back",
    ),
    kept_unit(
        "policy_details.schedule.retain_rule.interval_unit",
        "snapshots are kept for longer; what is gone does not come back",
        "snapshots beyond that are deleted at a next run and cannot be brought back",
    ),
    kept(
        "policy_details.schedule.archive_rule.archive_retain_rule.retention_archive_tier.count",
        Shape::Whole { min: 1, max: 1_000, unit: "snapshots" },
        "How many archived snapshots are kept of each volume. Either this, or `interval` with `interval_unit`.",
        "archived snapshots are kept for longer; what is gone does not come back",
        "archived snapshots beyond that are deleted at a next run and cannot be brought back",
    ),
    kept(
        "policy_details.schedule.archive_rule.archive_retain_rule.retention_archive_tier.interval",
        Shape::Whole { min: 1, max: 36_500, unit: "units" },
        "For how many `interval_unit` archived snapshots are kept, up to 100 years.",
        "archived snapshots are kept for longer; what is gone does not come back",
        "archived snapshots beyond that are deleted at a next run and cannot be brought back",
    ),
    kept_unit(
        "policy_details.schedule.archive_rule.archive_retain_rule.retention_archive_tier.interval_unit",
        "archived snapshots are kept for longer; what is gone does not come back",
        "archived snapshots beyond that are deleted at a next run and cannot be brought back",
    ),
    Setting {
        safer: Safer::WhenMore,
        when_safer: "volumes are restored fast in more zones",
        when_weaker: "volumes are restored slowly in the other zones",
        ..row(
            "policy_details.schedule.fast_restore_rule.availability_zones",
            Shape::Texts { item: Form::ANY, max: 10 },
            "The zones in which volumes made of the snapshot are fast at once, which costs by the hour.",
        )
    },
    row(
        "policy_details.schedule.fast_restore_rule.count",
        Shape::Whole { min: 1, max: 1_000, unit: "snapshots" },
        "For how many of the newest snapshots. Either this, or `interval` with `interval_unit`.",
    ),
    row(
        "policy_details.schedule.fast_restore_rule.interval",
        Shape::Whole { min: 1, max: 36_500, unit: "units" },
        "For how many `interval_unit` of each snapshot.",
    ),
    row("policy_details.schedule.fast_restore_rule.interval_unit", UNITS, "The unit of the interval beside it."),
    Setting {
        safer: Safer::WhenThere,
        normalisation: "by region, or by the ARN of an Outpost",
        when_safer: "snapshots made from now on are copied there",
        when_weaker: "nothing more is copied there; copies that exist stay, and are not deleted when their time is over",
        ..row(
            "policy_details.schedule.cross_region_copy_rule",
            Shape::Block(Key::Argument("target")),
            "A copy of each snapshot into another region; up to three.",
        )
    },
    Setting {
        required: true,
        safer: Safer::WhenTrue,
        when_safer: "copies made from now on are encrypted",
        when_weaker: "copies of what is not encrypted are not either",
        ..row(
            "policy_details.schedule.cross_region_copy_rule.encrypted",
            Shape::Bool,
            "Whether copies of snapshots that are not encrypted are.",
        )
    },
    row(
        "policy_details.schedule.cross_region_copy_rule.cmk_arn",
        Shape::Text(forms::KEY),
        "The KMS key of the other region; the account's default one where it is left out.",
    ),
    flag(
        "policy_details.schedule.cross_region_copy_rule.copy_tags",
        Safer::WhenTrue,
        "Whether copies get the tags of the snapshot.",
        "copies made from now on carry the tags of the snapshot",
        "copies made from now on do not carry the tags of the snapshot",
    ),
    kept_copy("policy_details.schedule.cross_region_copy_rule.retain_rule.interval"),
    kept_unit(
        "policy_details.schedule.cross_region_copy_rule.retain_rule.interval_unit",
        "copies are kept for longer; what is gone does not come back",
        "copies beyond that are deleted at a next run and cannot be brought back",
    ),
    row(
        "policy_details.schedule.cross_region_copy_rule.deprecate_rule.interval",
        Shape::Whole { min: 1, max: 3_650, unit: "units" },
        "Of AMIs: after how many `interval_unit` a copy is marked as out of date.",
    ),
    row("policy_details.schedule.cross_region_copy_rule.deprecate_rule.interval_unit", UNITS, "The unit of the interval beside it."),
    row(
        "policy_details.schedule.share_rule.target_accounts",
        Shape::Texts { item: ACCOUNT, max: 50 },
        "The accounts that may use the snapshots.",
    ),
    row(
        "policy_details.schedule.share_rule.unshare_interval",
        Shape::Whole { min: 1, max: 36_500, unit: "units" },
        "After how many `unshare_interval_unit` they may not any more.",
    ),
    row("policy_details.schedule.share_rule.unshare_interval_unit", UNITS, "The unit of the interval beside it."),
    row(
        "policy_details.schedule.deprecate_rule.count",
        Shape::Whole { min: 1, max: 1_000, unit: "AMIs" },
        "Of AMIs: how many of the oldest are marked as out of date.",
    ),
    row(
        "policy_details.schedule.deprecate_rule.interval",
        Shape::Whole { min: 1, max: 3_650, unit: "units" },
        "Of AMIs: after how many `interval_unit` they are marked as out of date.",
    ),
    row("policy_details.schedule.deprecate_rule.interval_unit", UNITS, "The unit of the interval beside it."),
    Setting {
        aws_default: Fallback::Number(1),
        safer: Safer::WhenLess,
        normalisation: "absent is 1",
        when_safer: "backups are made more often",
        when_weaker: "backups are made less often",
        ..row(
            "policy_details.create_interval",
            Shape::Days { min: 1, max: 7 },
            "Of a default policy: every how many days what has no backup of that time gets one.",
        )
    },
    Setting {
        aws_default: Fallback::Number(7),
        safer: Safer::WhenGreater,
        loses: Loss::ExistingRecoveryPoints,
        normalisation: "absent is 7",
        when_safer: "backups are kept for longer; what is gone does not come back",
        when_weaker: "backups older than that are deleted at a next run and cannot be brought back",
        ..row("policy_details.retain_interval", Shape::Days { min: 2, max: 14 }, "Of a default policy: for how many days backups are kept.")
    },
    flag(
        "policy_details.copy_tags",
        Safer::WhenTrue,
        "Of a default policy: whether backups get the tags of what they are of.",
        "backups made from now on carry the tags of what they are of",
        "backups made from now on do not carry the tags of what they are of",
    ),
    Setting {
        loses: Loss::ExistingRecoveryPoints,
        ..flag(
            "policy_details.extend_deletion",
            Safer::WhenAway,
            "Of a default policy: whether the last backup of what is deleted goes too when its time is over, and all of them where the policy is disabled, removed or in the state `ERROR`.",
            "the last backup of what is deleted stays, and all of them stay where the policy stops",
            "the last backup of what is deleted goes too when its time is over, and so do all of them where the policy stops",
        )
    },
    Setting {
        safer: Safer::WhenMore,
        when_safer: "backups made from now on are copied there too",
        when_weaker: "nothing more is copied to the other regions",
        ..row(
            "policy_details.cross_region_copy_targets",
            Shape::Texts { item: forms::REGION, max: 3 },
            "Of a default policy: the regions that backups are copied to.",
        )
    },
    flag(
        "policy_details.exclusions.exclude_boot_volumes",
        Safer::WhenAway,
        "Of a default policy of volumes: leaves out those that instances start from.",
        "the volumes that instances start from are backed up too",
        "the volumes that instances start from are not backed up any more",
    ),
    Setting {
        safer: Safer::WhenFewer,
        when_safer: "volumes of more types are backed up",
        when_weaker: "volumes of these types are not backed up any more",
        ..row(
            "policy_details.exclusions.exclude_volume_types",
            Shape::Texts { item: Form::ANY, max: 6 },
            "Of a default policy of volumes: leaves out those of these types: `[\"st1\"]`.",
        )
    },
    Setting {
        safer: Safer::By(fewer_tags),
        when_safer: "more is backed up",
        when_weaker: "what has one of these tags is not backed up any more",
        ..row(
            "policy_details.exclusions.exclude_tags",
            Shape::TextMap { max: 50 },
            "Of a default policy: leaves out what has one of these tags.",
        )
    },
    tags::setting(READS, &["dlm:CreateLifecyclePolicy", "dlm:TagResource", "dlm:UntagResource"]),
];
