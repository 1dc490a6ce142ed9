//! What a control can ask of a thing: the names behind `resource`.

/// A name behind `resource`.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The name.
    pub name: &'static str,
    /// What it holds.
    pub doc: &'static str,
}

const fn field(name: &'static str, doc: &'static str) -> Field {
    Field { name, doc }
}

/// All names behind `resource`.
pub const FIELDS: &[Field] = &[
    field("kind", "its kind, as policies write it"),
    field("name", "its name in AWS"),
    field("arn", "its ARN"),
    field("account", "the account that it is in"),
    field("region", "the region that it is in"),
    field("target", "the target that read it"),
    field("tags", "its tags"),
    field("tier", "the name of its tier, or null"),
    field("tiers", "the names of all tiers that the policy declares"),
    field("promises", "what its tier promises, by promise: `standing` is `met` or `not_met`, beside `wants` and `has`"),
    field("settings", "its settings, nested as in policies; a repeated block is a map by its key"),
    field("verdict", "`protected` or `unprotected`; null of what holds no data"),
    field("mechanisms", "what protects it, as `audit --format json` has it, each with `protects`; of a backup plan its rules"),
    field("retention", "for how long what each mechanism makes is kept: `days` (null is for ever) and `by`"),
    field("copies", "where copies go: `account`, `region`, `store`, `days`, `by`"),
    field("immutability", "what keeps anybody from deleting its backups before their time"),
    field("encryption", "with what it and its backups are encrypted: `itself`, null where it is not, and `backups`"),
    field("reasons", "why it is unprotected, or what it lacks: `code`, `what`, `mend`"),
    field("vault", "of a vault its `lock`, `min_days`, `max_days` and `key`; null of all else"),
    field(
        "recovery_points",
        "what can be restored now: `count`, `keys`, `unencrypted`, `least_days` (for which any is kept; null is for ever), and ages, null where nothing is there: `newest_age_hours` in its own region and \
         account, `newest_copy_age_hours` elsewhere, `newest_point_age_hours` of AWS Backup, `newest_air_gapped_age_hours`, `oldest_age_days`; `may_be_newer` and `may_be_newer_copies` are \
         false where all of it was seen, and else unknown",
    ),
    field(
        "restore_tests",
        "what restores came to: `count` of 30 days, `latest_age_days`, `latest_minutes`, `is_validated` (one of 30 days was), `validated_age_days`, `has_failed` (the last one did), null where \
         there is none; `may_be_more` is false where all were seen, and else unknown",
    ),
    field(
        "alarms",
        "who is told of failed and of missing backups: `of_failure` and `of_absence` of all of `jobs`, which make its backups, null where nothing \
         does; `by` and `lacks` say what tells whom, and what does not",
    ),
    field(
        "rebuild",
        "whether the configuration that its restore needs `is_backed_up`, as the policy's checks of its account show that serve BKP-13, and `by` which; \
         else unknown",
    ),
    field(
        "changes",
        "whether changes of its protection `are_controlled`, reviewed and looked for, as the policy's checks of its account show that serve BKP-14, and \
         `by` which; else unknown",
    ),
    field(
        "roles",
        "what the roles may do by which AWS Backup backs it up: `arns`, `have_least_privilege`, null where there are none, and `excess`, which says \
         what is too much",
    ),
    field(
        "access",
        "of a vault `may_delete`: the ARNs, ids or patterns of those whom its access policy does not keep from deleting recovery points, `*` is \
         everybody; null of all else",
    ),
];
