//! S3: buckets, their configuration, and objects with versions.
//!
//! The protocol is the sandbox's own, small tables of what each document may hold. The crate `s3s` was weighed for it: its operations are
//! asynchronous, it answers signed requests only when it can check the signature, which the sandbox cannot as it takes any secret, and only
//! then unpacks the chunks of an upload; it brings a second version of the XML parser and 38,000 lines of types for the ten documents that
//! matter here. And what it reads into types can no longer be given back as it was sent.

mod ask;
mod bucket;
mod buckets;
mod copy;
mod delete;
mod documents;
mod errors;
mod expire;
mod iam;
mod lifecycle;
mod lifecycle_rules;
mod listing;
mod object_lock;
mod object_tagging;
mod objects;
mod policy;
mod progress;
mod replicate;
mod replication;
mod replication_rules;
mod schema;
mod shapes;
mod tagging;
mod version;
mod versioning;

use serde_json::Value;

use super::{Access, AwsError, Call, Operation, Protocol, Service};
use crate::sandbox::state::Caller;
use ask::Ask;

pub(crate) use bucket::{Bucket, Buckets, Lifecycle, Settling, Versioning, arn as bucket_arn};
pub(crate) use buckets::is_name;
pub(crate) use iam::action as iam_action;
pub(crate) use lifecycle::{DEFAULT_MINIMUM_SIZE, OLD_MINIMUM_SIZE, name_rules};
pub(crate) use lifecycle_rules::check as check_lifecycle;
pub(crate) use progress::{Progress, publish as publish_progress};
pub(crate) use tagging::{ever_tagged, tag, untag};
pub(crate) use version::{Version, fresh_id as version_id};

/// An operation with its route.
const fn route(
    name: &'static str,
    access: Access,
    route: (&'static str, &'static str),
    run: fn(&mut Call<'_>, &Value) -> Result<Value, AwsError>,
) -> Operation {
    Operation { name, access, route: Some(route), run }
}

use Access::{Read, Write};

/// Amazon S3, 2006-03-01.
pub(crate) static SERVICE: Service = Service {
    iam_prefix: "s3",
    signing_name: "s3",
    protocols: &[Protocol::RestXml],
    throttle_code: "SlowDown",
    operations: &[
        route("ListBuckets", Read, ("GET", "/"), buckets::list),
        route("CreateBucket", Write, ("PUT", "/{Bucket}"), buckets::create),
        route("DeleteBucket", Write, ("DELETE", "/{Bucket}"), buckets::delete),
        route("HeadBucket", Read, ("HEAD", "/{Bucket}"), buckets::head),
        route("GetBucketLocation", Read, ("GET", "/{Bucket}?location"), buckets::location),
        route("GetBucketVersioning", Read, ("GET", "/{Bucket}?versioning"), versioning::get),
        route("PutBucketVersioning", Write, ("PUT", "/{Bucket}?versioning"), versioning::put),
        route("GetBucketLifecycleConfiguration", Read, ("GET", "/{Bucket}?lifecycle"), lifecycle::get),
        route("PutBucketLifecycleConfiguration", Write, ("PUT", "/{Bucket}?lifecycle"), lifecycle::put),
        route("DeleteBucketLifecycle", Write, ("DELETE", "/{Bucket}?lifecycle"), lifecycle::delete),
        route("GetBucketReplication", Read, ("GET", "/{Bucket}?replication"), replication::get),
        route("PutBucketReplication", Write, ("PUT", "/{Bucket}?replication"), replication::put),
        route("DeleteBucketReplication", Write, ("DELETE", "/{Bucket}?replication"), replication::delete),
        route("GetObjectLockConfiguration", Read, ("GET", "/{Bucket}?object-lock"), object_lock::get),
        route("PutObjectLockConfiguration", Write, ("PUT", "/{Bucket}?object-lock"), object_lock::put),
        route("GetBucketTagging", Read, ("GET", "/{Bucket}?tagging"), tagging::get),
        route("PutBucketTagging", Write, ("PUT", "/{Bucket}?tagging"), tagging::put),
        route("DeleteBucketTagging", Write, ("DELETE", "/{Bucket}?tagging"), tagging::delete),
        route("GetBucketPolicy", Read, ("GET", "/{Bucket}?policy"), policy::get),
        route("PutBucketPolicy", Write, ("PUT", "/{Bucket}?policy"), policy::put),
        route("DeleteBucketPolicy", Write, ("DELETE", "/{Bucket}?policy"), policy::delete),
        route("GetBucketPolicyStatus", Read, ("GET", "/{Bucket}?policyStatus"), policy::status),
        route("GetBucketAcl", Read, ("GET", "/{Bucket}?acl"), policy::get_acl),
        route("PutBucketAcl", Write, ("PUT", "/{Bucket}?acl"), policy::put_acl),
        route("GetBucketEncryption", Read, ("GET", "/{Bucket}?encryption"), documents::get),
        route("PutBucketEncryption", Write, ("PUT", "/{Bucket}?encryption"), documents::put),
        route("DeleteBucketEncryption", Write, ("DELETE", "/{Bucket}?encryption"), documents::delete),
        route("GetPublicAccessBlock", Read, ("GET", "/{Bucket}?publicAccessBlock"), documents::get),
        route("PutPublicAccessBlock", Write, ("PUT", "/{Bucket}?publicAccessBlock"), documents::put),
        route("DeletePublicAccessBlock", Write, ("DELETE", "/{Bucket}?publicAccessBlock"), documents::delete),
        route("GetBucketOwnershipControls", Read, ("GET", "/{Bucket}?ownershipControls"), documents::get),
        route("PutBucketOwnershipControls", Write, ("PUT", "/{Bucket}?ownershipControls"), documents::put),
        route("DeleteBucketOwnershipControls", Write, ("DELETE", "/{Bucket}?ownershipControls"), documents::delete),
        route("GetBucketNotificationConfiguration", Read, ("GET", "/{Bucket}?notification"), documents::get),
        route("PutBucketNotificationConfiguration", Write, ("PUT", "/{Bucket}?notification"), documents::put),
        route("GetBucketAccelerateConfiguration", Read, ("GET", "/{Bucket}?accelerate"), documents::get),
        route("PutBucketAccelerateConfiguration", Write, ("PUT", "/{Bucket}?accelerate"), documents::put),
        route("GetBucketRequestPayment", Read, ("GET", "/{Bucket}?requestPayment"), documents::get),
        route("PutBucketRequestPayment", Write, ("PUT", "/{Bucket}?requestPayment"), documents::put),
        route("GetBucketLogging", Read, ("GET", "/{Bucket}?logging"), documents::get),
        route("PutBucketLogging", Write, ("PUT", "/{Bucket}?logging"), documents::put),
        route("GetBucketWebsite", Read, ("GET", "/{Bucket}?website"), documents::get),
        route("PutBucketWebsite", Write, ("PUT", "/{Bucket}?website"), documents::put),
        route("DeleteBucketWebsite", Write, ("DELETE", "/{Bucket}?website"), documents::delete),
        route("GetBucketCors", Read, ("GET", "/{Bucket}?cors"), documents::get),
        route("PutBucketCors", Write, ("PUT", "/{Bucket}?cors"), documents::put),
        route("DeleteBucketCors", Write, ("DELETE", "/{Bucket}?cors"), documents::delete),
        route("ListObjects", Read, ("GET", "/{Bucket}"), listing::objects),
        route("ListObjectsV2", Read, ("GET", "/{Bucket}?list-type=2"), listing::objects_v2),
        route("ListObjectVersions", Read, ("GET", "/{Bucket}?versions"), listing::versions),
        route("DeleteObjects", Write, ("POST", "/{Bucket}?delete"), delete::many),
        route("PutObject", Write, ("PUT", "/{Bucket}/{Key+}"), objects::put),
        route("GetObject", Read, ("GET", "/{Bucket}/{Key+}"), objects::get),
        route("HeadObject", Read, ("HEAD", "/{Bucket}/{Key+}"), objects::head),
        route("DeleteObject", Write, ("DELETE", "/{Bucket}/{Key+}"), delete::one),
        route("GetObjectTagging", Read, ("GET", "/{Bucket}/{Key+}?tagging"), object_tagging::get),
        route("PutObjectTagging", Write, ("PUT", "/{Bucket}/{Key+}?tagging"), object_tagging::put),
        route("DeleteObjectTagging", Write, ("DELETE", "/{Bucket}/{Key+}?tagging"), object_tagging::delete),
    ],
    resources,
};

fn resources(_: &Caller, input: &Value) -> Vec<String> {
    let ask = Ask(input);
    match (ask.bucket(), ask.key()) {
        ("", _) => Vec::new(),
        (bucket, "") => vec![bucket::arn(bucket)],
        (bucket, key) => vec![format!("{}/{key}", bucket::arn(bucket))],
    }
}

/// The bucket of a request, which must be there, be called in its region, and be the caller's.
fn find<'a>(call: &'a Call<'_>, ask: Ask<'_>) -> Result<&'a Bucket, AwsError> {
    let bucket = call.state.s3.get(ask.bucket()).ok_or_else(|| errors::no_such_bucket(ask.bucket()))?;
    buckets::require_region(call, ask, bucket)?;
    require_owner(call, ask, bucket)?;
    Ok(bucket)
}

/// The same, to change.
fn find_mut<'a>(call: &'a mut Call<'_>, ask: Ask<'_>) -> Result<&'a mut Bucket, AwsError> {
    find(call, ask)?;
    call.state.s3.by_name.get_mut(ask.bucket()).ok_or_else(|| errors::no_such_bucket(ask.bucket()))
}

/// No bucket of the sandbox is open to other accounts.
fn require_owner(call: &Call<'_>, ask: Ask<'_>, bucket: &Bucket) -> Result<(), AwsError> {
    let expected = ask.header("x-amz-expected-bucket-owner").is_none_or(|owner| owner == bucket.account);
    if bucket.account == call.caller.account && expected { Ok(()) } else { Err(errors::denied()) }
}

#[cfg(test)]
mod tests;
