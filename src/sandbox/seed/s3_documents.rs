//! S3's documents in a seed: the provider's blocks as S3's elements, by a table for each.

use serde_json::{Map, Value, json};

use super::fields::Fields;

/// How an attribute or a block becomes an element.
pub(super) enum Word {
    Text(&'static str, &'static str),
    Number(&'static str, &'static str),
    Flag(&'static str, &'static str),
    /// A map of tags as a list of elements.
    Tags(&'static str),
    /// A block that stands at most once.
    Block(&'static str, &'static str, &'static [Word]),
    /// A block that stands any number of times.
    Blocks(&'static str, &'static str, &'static [Word]),
}

use Word::{Block, Blocks, Flag, Number, Tags, Text};

/// `rule` of the provider's lifecycle configuration; `prefix` is the form from before filters.
pub(super) static LIFECYCLE_RULE: &[Word] = &[
    Text("id", "ID"),
    Text("status", "Status"),
    Text("prefix", "Prefix"),
    Block("filter", "Filter", LIFECYCLE_FILTER),
    Block(
        "expiration",
        "Expiration",
        &[Number("days", "Days"), Text("date", "Date"), Flag("expired_object_delete_marker", "ExpiredObjectDeleteMarker")],
    ),
    Blocks("transition", "Transition", &[Number("days", "Days"), Text("date", "Date"), Text("storage_class", "StorageClass")]),
    Block("noncurrent_version_expiration", "NoncurrentVersionExpiration", NONCURRENT),
    Blocks("noncurrent_version_transition", "NoncurrentVersionTransition", NONCURRENT),
    Block("abort_incomplete_multipart_upload", "AbortIncompleteMultipartUpload", &[Number("days_after_initiation", "DaysAfterInitiation")]),
];

static NONCURRENT: &[Word] = &[
    Number("noncurrent_days", "NoncurrentDays"),
    Number("newer_noncurrent_versions", "NewerNoncurrentVersions"),
    Text("storage_class", "StorageClass"),
];

static TAG: &[Word] = &[Text("key", "Key"), Text("value", "Value")];

static LIFECYCLE_FILTER: &[Word] = &[
    Text("prefix", "Prefix"),
    Block("tag", "Tag", TAG),
    Number("object_size_greater_than", "ObjectSizeGreaterThan"),
    Number("object_size_less_than", "ObjectSizeLessThan"),
    Block(
        "and",
        "And",
        &[
            Text("prefix", "Prefix"),
            Tags("tags"),
            Number("object_size_greater_than", "ObjectSizeGreaterThan"),
            Number("object_size_less_than", "ObjectSizeLessThan"),
        ],
    ),
];

static STATUS: &[Word] = &[Text("status", "Status")];
static MINUTES: &[Word] = &[Number("minutes", "Minutes")];

/// `replication_configuration` of the provider.
pub(super) static REPLICATION: &[Word] = &[Text("role", "Role"), Blocks("rule", "Rule", REPLICATION_RULE)];

/// `rule` of it.
pub(super) static REPLICATION_RULE: &[Word] = &[
    Text("id", "ID"),
    Number("priority", "Priority"),
    Text("prefix", "Prefix"),
    Text("status", "Status"),
    Block(
        "filter",
        "Filter",
        &[Text("prefix", "Prefix"), Block("tag", "Tag", TAG), Block("and", "And", &[Text("prefix", "Prefix"), Tags("tags")])],
    ),
    Block("delete_marker_replication", "DeleteMarkerReplication", STATUS),
    Block(
        "source_selection_criteria",
        "SourceSelectionCriteria",
        &[
            Block("sse_kms_encrypted_objects", "SseKmsEncryptedObjects", STATUS),
            Block("replica_modifications", "ReplicaModifications", STATUS),
        ],
    ),
    Block(
        "destination",
        "Destination",
        &[
            Text("bucket", "Bucket"),
            Text("account", "Account"),
            Text("storage_class", "StorageClass"),
            Block("access_control_translation", "AccessControlTranslation", &[Text("owner", "Owner")]),
            Block("encryption_configuration", "EncryptionConfiguration", &[Text("replica_kms_key_id", "ReplicaKmsKeyID")]),
            Block("replication_time", "ReplicationTime", &[Text("status", "Status"), Block("time", "Time", MINUTES)]),
            Block("metrics", "Metrics", &[Text("status", "Status"), Block("event_threshold", "EventThreshold", MINUTES)]),
        ],
    ),
];

/// `default_retention` of object lock.
pub(super) static RETENTION: &[Word] = &[Text("mode", "Mode"), Number("days", "Days"), Number("years", "Years")];

/// `rule` of the provider's encryption configuration.
pub(super) static ENCRYPTION_RULE: &[Word] = &[
    Block(
        "apply_server_side_encryption_by_default",
        "ApplyServerSideEncryptionByDefault",
        &[Text("sse_algorithm", "SSEAlgorithm"), Text("kms_master_key_id", "KMSMasterKeyID")],
    ),
    Flag("bucket_key_enabled", "BucketKeyEnabled"),
];

/// `object_lock` of a policy.
pub(super) static LOCK_OF_POLICY: &[Word] = &[Block("default_retention", "DefaultRetention", RETENTION)];

/// `server_side_encryption` of a policy.
pub(super) static ENCRYPTION_OF_POLICY: &[Word] =
    &[Text("sse_algorithm", "SSEAlgorithm"), Text("kms_master_key_id", "KMSMasterKeyID"), Flag("bucket_key_enabled", "BucketKeyEnabled")];

/// Reads a block by its table.
pub(super) fn read(fields: &mut Fields<'_>, words: &'static [Word]) -> Value {
    let mut document = Map::new();
    for word in words {
        let (name, value) = match word {
            Text(name, element) => (*element, fields.text(name).map(Value::from)),
            Number(name, element) => (*element, fields.number(name, i64::MIN..=i64::MAX).map(Value::from)),
            Flag(name, element) => (*element, fields.flag(name).map(Value::from)),
            Tags(name) => {
                ("Tag", fields.map(name).map(|tags| tags.into_iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()))
            }
            Block(name, element, inner) => (*element, fields.block(name, |block| read(block, inner))),
            Blocks(name, element, inner) => {
                let all = fields.blocks(name, |block| read(block, inner));
                (*element, (!all.is_empty()).then_some(Value::Array(all)))
            }
        };
        if let Some(value) = value {
            document.insert(name.to_owned(), value);
        }
    }
    Value::Object(document)
}
