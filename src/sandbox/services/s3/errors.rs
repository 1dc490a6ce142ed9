//! S3's errors, in its words.

use crate::sandbox::services::AwsError;

/// An error with a status.
pub(super) fn error(status: u16, code: &str, message: impl Into<String>) -> AwsError {
    AwsError { status, ..AwsError::service(code, message) }
}

/// A document that breaks the schema.
pub(super) fn malformed() -> AwsError {
    error(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
}

/// A body that ends too early.
pub(super) fn incomplete() -> AwsError {
    error(400, "IncompleteBody", "The request body terminated unexpectedly")
}

/// `InvalidRequest`.
pub(super) fn request(message: impl Into<String>) -> AwsError {
    error(400, "InvalidRequest", message)
}

/// `InvalidArgument`, with the argument.
pub(super) fn argument(name: &str, value: &str, message: impl Into<String>) -> AwsError {
    let details = vec![("ArgumentName", name.to_owned()), ("ArgumentValue", value.to_owned())];
    AwsError { details, ..error(400, "InvalidArgument", message) }
}

/// `InvalidBucketState`.
pub(super) fn state(message: &str) -> AwsError {
    error(409, "InvalidBucketState", message)
}

/// `AccessDenied` of what takes the root user's device.
pub(super) fn without_device() -> AwsError {
    error(403, "AccessDenied", "Mfa Authentication must be used for this request")
}

/// `AccessDenied` without a reason, as callers of other accounts get it.
pub(super) fn denied() -> AwsError {
    error(403, "AccessDenied", "Access Denied")
}

/// A bucket that is not there.
pub(super) fn no_such_bucket(name: &str) -> AwsError {
    AwsError { details: vec![("BucketName", name.to_owned())], ..error(404, "NoSuchBucket", "The specified bucket does not exist") }
}

/// A configuration that a bucket does not have.
pub(super) fn absent(code: &str, message: &str, bucket: &str) -> AwsError {
    AwsError { details: vec![("BucketName", bucket.to_owned())], ..error(404, code, message) }
}
