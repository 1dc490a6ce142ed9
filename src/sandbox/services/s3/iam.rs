//! The IAM actions behind S3's operations, whose names differ from the operations' in many places.

use serde_json::Value;

use super::ask::Ask;

/// The action, without `s3:`, that a caller needs for an operation.
pub(crate) fn action(operation: &'static str, input: &Value) -> &'static str {
    let of_version = Ask(input).query("versionId").is_some_and(|version| !version.is_empty());
    match operation {
        "ListBuckets" => "ListAllMyBuckets",
        "HeadBucket" | "ListObjects" | "ListObjectsV2" => "ListBucket",
        "ListObjectVersions" => "ListBucketVersions",
        "ListMultipartUploads" => "ListBucketMultipartUploads",
        "GetBucketLifecycleConfiguration" => "GetLifecycleConfiguration",
        "PutBucketLifecycleConfiguration" | "DeleteBucketLifecycle" => "PutLifecycleConfiguration",
        "GetBucketReplication" => "GetReplicationConfiguration",
        "PutBucketReplication" | "DeleteBucketReplication" => "PutReplicationConfiguration",
        "GetBucketEncryption" => "GetEncryptionConfiguration",
        "PutBucketEncryption" | "DeleteBucketEncryption" => "PutEncryptionConfiguration",
        "GetObjectLockConfiguration" => "GetBucketObjectLockConfiguration",
        "PutObjectLockConfiguration" => "PutBucketObjectLockConfiguration",
        "DeleteBucketTagging" => "PutBucketTagging",
        "GetBucketNotificationConfiguration" => "GetBucketNotification",
        "PutBucketNotificationConfiguration" => "PutBucketNotification",
        "GetPublicAccessBlock" => "GetBucketPublicAccessBlock",
        "PutPublicAccessBlock" | "DeletePublicAccessBlock" => "PutBucketPublicAccessBlock",
        "DeleteBucketOwnershipControls" => "PutBucketOwnershipControls",
        "GetBucketAccelerateConfiguration" => "GetAccelerateConfiguration",
        "PutBucketAccelerateConfiguration" => "PutAccelerateConfiguration",
        "GetBucketCors" => "GetBucketCORS",
        "PutBucketCors" | "DeleteBucketCors" => "PutBucketCORS",
        "GetObject" | "HeadObject" if of_version => "GetObjectVersion",
        "HeadObject" => "GetObject",
        "DeleteObject" if of_version => "DeleteObjectVersion",
        "DeleteObjects" => "DeleteObject",
        "GetObjectTagging" if of_version => "GetObjectVersionTagging",
        "PutObjectTagging" if of_version => "PutObjectVersionTagging",
        "DeleteObjectTagging" if of_version => "DeleteObjectVersionTagging",
        other => other,
    }
}
