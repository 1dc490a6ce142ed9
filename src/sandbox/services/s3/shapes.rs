//! The documents of S3's API, as its model has them.

use super::schema::Shape::{self, Date, Flag, Group, Number, OneOf, Text};
use super::schema::{many, may, must};

static STATUS: Shape = OneOf(&["Enabled", "Disabled"]);
static HAS_STATUS: Shape = Group(&[must("Status", &STATUS)]);
static TAG: Shape = Group(&[must("Key", &Text), must("Value", &Text)]);

/// `Tagging`.
pub(super) static TAGGING: Shape = Group(&[must("TagSet", &Group(&[many("Tag", &TAG)]))]);

/// `CreateBucketConfiguration`.
pub(super) static CREATE_BUCKET: Shape = Group(&[may("LocationConstraint", &Text), may("Tags", &Group(&[many("Tag", &TAG)]))]);

/// `VersioningConfiguration`.
pub(super) static VERSIONING: Shape = Group(&[may("MfaDelete", &STATUS), may("Status", &OneOf(&["Enabled", "Suspended"]))]);

static TRANSITION_CLASS: Shape = OneOf(&["GLACIER", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "DEEP_ARCHIVE", "GLACIER_IR"]);

static LIFECYCLE_FILTER: Shape = Group(&[
    may("Prefix", &Text),
    may("Tag", &TAG),
    may("ObjectSizeGreaterThan", &Number),
    may("ObjectSizeLessThan", &Number),
    may(
        "And",
        &Group(&[may("Prefix", &Text), many("Tag", &TAG), may("ObjectSizeGreaterThan", &Number), may("ObjectSizeLessThan", &Number)]),
    ),
]);

/// `LifecycleConfiguration`.
pub(super) static LIFECYCLE: Shape = Group(&[many(
    "Rule",
    &Group(&[
        may("ID", &Text),
        may("Prefix", &Text),
        may("Filter", &LIFECYCLE_FILTER),
        must("Status", &STATUS),
        may("Expiration", &Group(&[may("Date", &Date), may("Days", &Number), may("ExpiredObjectDeleteMarker", &Flag)])),
        many("Transition", &Group(&[may("Date", &Date), may("Days", &Number), must("StorageClass", &TRANSITION_CLASS)])),
        many(
            "NoncurrentVersionTransition",
            &Group(&[must("NoncurrentDays", &Number), may("NewerNoncurrentVersions", &Number), must("StorageClass", &TRANSITION_CLASS)]),
        ),
        may("NoncurrentVersionExpiration", &Group(&[must("NoncurrentDays", &Number), may("NewerNoncurrentVersions", &Number)])),
        may("AbortIncompleteMultipartUpload", &Group(&[must("DaysAfterInitiation", &Number)])),
    ]),
)]);

static MINUTES: Shape = Group(&[may("Minutes", &Number)]);

static DESTINATION: Shape = Group(&[
    must("Bucket", &Text),
    may("Account", &Text),
    may(
        "StorageClass",
        &OneOf(&[
            "STANDARD",
            "REDUCED_REDUNDANCY",
            "STANDARD_IA",
            "ONEZONE_IA",
            "INTELLIGENT_TIERING",
            "GLACIER",
            "DEEP_ARCHIVE",
            "OUTPOSTS",
            "GLACIER_IR",
        ]),
    ),
    may("AccessControlTranslation", &Group(&[must("Owner", &OneOf(&["Destination"]))])),
    may("EncryptionConfiguration", &Group(&[may("ReplicaKmsKeyID", &Text)])),
    may("ReplicationTime", &Group(&[must("Status", &STATUS), must("Time", &MINUTES)])),
    may("Metrics", &Group(&[must("Status", &STATUS), may("EventThreshold", &MINUTES)])),
]);

/// `ReplicationConfiguration`.
pub(super) static REPLICATION: Shape = Group(&[
    must("Role", &Text),
    many(
        "Rule",
        &Group(&[
            may("ID", &Text),
            may("Priority", &Number),
            may("Prefix", &Text),
            may(
                "Filter",
                &Group(&[may("Prefix", &Text), may("Tag", &TAG), may("And", &Group(&[may("Prefix", &Text), many("Tag", &TAG)]))]),
            ),
            must("Status", &STATUS),
            may("SourceSelectionCriteria", &Group(&[may("SseKmsEncryptedObjects", &HAS_STATUS), may("ReplicaModifications", &HAS_STATUS)])),
            may("ExistingObjectReplication", &HAS_STATUS),
            must("Destination", &DESTINATION),
            may("DeleteMarkerReplication", &Group(&[may("Status", &STATUS)])),
        ]),
    ),
]);

/// `ObjectLockConfiguration`.
pub(super) static OBJECT_LOCK: Shape = Group(&[
    must("ObjectLockEnabled", &OneOf(&["Enabled"])),
    may(
        "Rule",
        &Group(&[must(
            "DefaultRetention",
            &Group(&[must("Mode", &OneOf(&["GOVERNANCE", "COMPLIANCE"])), may("Days", &Number), may("Years", &Number)]),
        )]),
    ),
]);

/// `ServerSideEncryptionConfiguration`.
pub(super) static ENCRYPTION: Shape = Group(&[many(
    "Rule",
    &Group(&[
        may(
            "ApplyServerSideEncryptionByDefault",
            &Group(&[must("SSEAlgorithm", &OneOf(&["AES256", "aws:kms", "aws:kms:dsse"])), may("KMSMasterKeyID", &Text)]),
        ),
        may("BucketKeyEnabled", &Flag),
        may("BlockedEncryptionTypes", &Group(&[many("EncryptionType", &OneOf(&["NONE", "SSE-C"]))])),
    ]),
)]);

/// `PublicAccessBlockConfiguration`.
pub(super) static PUBLIC_ACCESS_BLOCK: Shape = Group(&[
    may("BlockPublicAcls", &Flag),
    may("IgnorePublicAcls", &Flag),
    may("BlockPublicPolicy", &Flag),
    may("RestrictPublicBuckets", &Flag),
]);

/// `OwnershipControls`.
pub(super) static OWNERSHIP: Shape =
    Group(&[many("Rule", &Group(&[must("ObjectOwnership", &OneOf(&["BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced"]))]))]);

static NOTIFICATION_FILTER: Shape =
    Group(&[may("S3Key", &Group(&[many("FilterRule", &Group(&[must("Name", &Text), must("Value", &Text)]))]))]);

/// `NotificationConfiguration`.
pub(super) static NOTIFICATION: Shape = Group(&[
    many(
        "TopicConfiguration",
        &Group(&[may("Id", &Text), must("Topic", &Text), many("Event", &Text), may("Filter", &NOTIFICATION_FILTER)]),
    ),
    many(
        "QueueConfiguration",
        &Group(&[may("Id", &Text), must("Queue", &Text), many("Event", &Text), may("Filter", &NOTIFICATION_FILTER)]),
    ),
    many(
        "CloudFunctionConfiguration",
        &Group(&[may("Id", &Text), must("CloudFunction", &Text), many("Event", &Text), may("Filter", &NOTIFICATION_FILTER)]),
    ),
    may("EventBridgeConfiguration", &Group(&[])),
]);

/// `AccelerateConfiguration`.
pub(super) static ACCELERATE: Shape = Group(&[may("Status", &OneOf(&["Enabled", "Suspended"]))]);

/// `RequestPaymentConfiguration`.
pub(super) static REQUEST_PAYMENT: Shape = Group(&[must("Payer", &OneOf(&["Requester", "BucketOwner"]))]);

/// `BucketLoggingStatus`.
pub(super) static LOGGING: Shape = Group(&[may(
    "LoggingEnabled",
    &Group(&[
        must("TargetBucket", &Text),
        must("TargetPrefix", &Text),
        may(
            "TargetObjectKeyFormat",
            &Group(&[
                may("SimplePrefix", &Group(&[])),
                may("PartitionedPrefix", &Group(&[may("PartitionDateSource", &OneOf(&["EventTime", "DeliveryTime"]))])),
            ]),
        ),
    ]),
)]);

/// `WebsiteConfiguration`, but for routing rules.
pub(super) static WEBSITE: Shape = Group(&[
    may("ErrorDocument", &Group(&[must("Key", &Text)])),
    may("IndexDocument", &Group(&[must("Suffix", &Text)])),
    may("RedirectAllRequestsTo", &Group(&[must("HostName", &Text), may("Protocol", &OneOf(&["http", "https"]))])),
]);

/// `CORSConfiguration`.
pub(super) static CORS: Shape = Group(&[many(
    "CORSRule",
    &Group(&[
        may("ID", &Text),
        many("AllowedHeader", &Text),
        many("AllowedMethod", &OneOf(&["GET", "PUT", "HEAD", "POST", "DELETE"])),
        many("AllowedOrigin", &Text),
        many("ExposeHeader", &Text),
        may("MaxAgeSeconds", &Number),
    ]),
)]);

/// `Delete`, the request of `DeleteObjects`.
pub(super) static DELETE: Shape =
    Group(&[many("Object", &Group(&[must("Key", &Text), may("VersionId", &Text), may("ETag", &Text)])), may("Quiet", &Flag)]);
