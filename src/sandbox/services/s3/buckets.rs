//! Buckets themselves: creating, finding, listing and deleting them, and where they are.

use serde_json::{Value, json};

use super::ask::{Ask, Said, iso};
use super::bucket::{Bucket, Versioning};
use super::{Call, errors, find, require_owner, shapes, tagging};
use crate::sandbox::services::{AwsError, account};

/// `CreateBucket`.
pub(super) fn create(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let name = ask.bucket();
    if !is_name(name) {
        let error = errors::error(400, "InvalidBucketName", "The specified bucket is not valid.");
        return Err(AwsError { details: vec![("BucketName", name.to_owned())], ..error });
    }
    let empty = ask.body()?.iter().all(u8::is_ascii_whitespace);
    let document = if empty { json!({}) } else { ask.document("CreateBucketConfiguration", &shapes::CREATE_BUCKET)? };
    let region = new_region(call, ask, document.get("LocationConstraint").and_then(Value::as_str))?;
    let made = Said::ok().header("location", format!("/{name}")).header("x-amz-bucket-arn", super::bucket::arn(name));
    if let Some(bucket) = call.state.s3.get(name) {
        if bucket.account != call.caller.account {
            let message = "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.";
            return Err(errors::error(409, "BucketAlreadyExists", message));
        }
        // Only where S3 began does it let a bucket be created twice.
        if bucket.region == "us-east-1" && region == "us-east-1" {
            return made.done();
        }
        let message = "Your previous request to create the named bucket succeeded and you already own it.";
        let error = errors::error(409, "BucketAlreadyOwnedByYou", message);
        return Err(AwsError { details: vec![("BucketName", name.to_owned())], ..error });
    }
    let mut bucket = Bucket::new(name, &call.caller.account, &region, call.now);
    if let Some(tags) = document.get("Tags") {
        bucket.tags = Some(tagging::read(tags)?);
    }
    if ask.header("x-amz-bucket-object-lock-enabled").is_some_and(|flag| flag.eq_ignore_ascii_case("true")) {
        bucket.versioning = Versioning::Enabled;
        bucket.lock(None);
    }
    if let Some(ownership) = ask.header("x-amz-object-ownership") {
        bucket.documents.insert("ownershipControls".to_owned(), json!({ "Rule": [{ "ObjectOwnership": ownership }] }));
    } else if ask.header("x-amz-acl").is_some_and(|acl| acl != "private") {
        let message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
        return Err(errors::error(400, "InvalidBucketAclWithObjectOwnership", message));
    }
    call.state.s3.insert(bucket);
    made.done()
}

/// `HeadBucket`.
pub(super) fn head(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let bucket = find(call, Ask(input))?;
    Said::ok().header("x-amz-bucket-region", &bucket.region).header("x-amz-access-point-alias", "false").done()
}

/// `GetBucketLocation`, which answers in every region, and for the first region with nothing.
pub(super) fn location(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let bucket = call.state.s3.get(ask.bucket()).ok_or_else(|| errors::no_such_bucket(ask.bucket()))?;
    require_owner(call, ask, bucket)?;
    let document = if bucket.region == "us-east-1" { json!({}) } else { json!({ "#text": bucket.region }) };
    Said::document("LocationConstraint", document).done()
}

/// `DeleteBucket`.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let bucket = find(call, Ask(input))?;
    if !bucket.objects.is_empty() {
        let versioned = if bucket.versioning == Versioning::Never { "" } else { ". You must delete all versions in the bucket." };
        let error = errors::error(409, "BucketNotEmpty", format!("The bucket you tried to delete is not empty{versioned}"));
        return Err(AwsError { details: vec![("BucketName", bucket.name.clone())], ..error });
    }
    let name = bucket.name.clone();
    call.state.s3.by_name.remove(&name);
    Said::no_content().done()
}

/// `ListBuckets`: in pages only for those who ask for them.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let asked = ask.number("max-buckets", 1..=10_000)?.and_then(|number| usize::try_from(number).ok());
    let (prefix, region, after) = (ask.query("prefix"), ask.query("bucket-region"), ask.query("continuation-token"));
    let size = asked.map(|size| call.page(Some(size), 10_000));
    let matching: Vec<&Bucket> = (call.state.s3.of_account(&call.caller.account))
        .filter(|bucket| prefix.is_none_or(|prefix| bucket.name.starts_with(prefix)))
        .filter(|bucket| region.is_none_or(|region| bucket.region == region))
        .filter(|bucket| after.is_none_or(|after| bucket.name.as_str() > after))
        .collect();
    let size = size.unwrap_or(matching.len());
    // Only an answer to a request with parameters has the later members.
    let detailed = asked.is_some() || prefix.is_some() || region.is_some() || after.is_some();
    let entry = |bucket: &&Bucket| {
        let mut entry = json!({ "Name": bucket.name, "CreationDate": iso(bucket.created_at) });
        if detailed {
            entry["BucketRegion"] = json!(bucket.region);
            entry["BucketArn"] = json!(bucket.arn());
        }
        entry
    };
    let page: Vec<Value> = matching.iter().take(size).map(entry).collect();
    let token = (matching.len() > size).then(|| matching.get(size.saturating_sub(1)).map(|last| last.name.clone()));
    let document = json!({
        "Owner": { "ID": canonical_id(&call.caller.account) },
        "Buckets": { "Bucket": page },
        "ContinuationToken": token,
        "Prefix": prefix,
    });
    Said::document("ListAllMyBucketsResult", document).done()
}

/// The canonical user id of an account.
pub(super) fn canonical_id(account: &str) -> String {
    format!("{account:0>64}")
}

/// The region of a new bucket.
fn new_region(call: &Call<'_>, ask: Ask<'_>, constraint: Option<&str>) -> Result<String, AwsError> {
    let here = host_region(ask).unwrap_or(&call.caller.region);
    let incompatible = |what: &str| {
        let message = format!("The {what} location constraint is incompatible for the region specific endpoint this request was sent to.");
        errors::error(400, "IllegalLocationConstraintException", message)
    };
    let wanted = match constraint.filter(|constraint| !constraint.is_empty()) {
        None if here == "us-east-1" => return Ok(here.to_owned()),
        None => return Err(incompatible("unspecified")),
        Some("EU") => "eu-west-1",
        Some(region) if region != "us-east-1" && account::is_region(region) => region,
        Some(other) => {
            let error = errors::error(400, "InvalidLocationConstraint", "The specified location-constraint is not valid");
            return Err(AwsError { details: vec![("LocationConstraint", other.to_owned())], ..error });
        }
    };
    // The endpoint of the first region makes buckets everywhere, unless it is called by its regional name.
    let everywhere = here == "us-east-1" && host_region(ask).is_none();
    if wanted == here || everywhere { Ok(wanted.to_owned()) } else { Err(incompatible(wanted)) }
}

/// The region in a host of AWS's, `…s3.eu-west-1.amazonaws.com`; other hosts say nothing of it.
fn host_region(ask: Ask<'_>) -> Option<&str> {
    let host = ask.header("host")?.split(':').next()?;
    let name = host.strip_suffix(".cn").unwrap_or(host).strip_suffix(".amazonaws.com")?;
    name.rsplit('.').next().filter(|region| account::is_region(region))
}

/// Sends those who call a bucket in another region to its own.
pub(super) fn require_region(call: &Call<'_>, ask: Ask<'_>, bucket: &Bucket) -> Result<(), AwsError> {
    let region = &bucket.region;
    let header = ("x-amz-bucket-region", region.clone());
    if host_region(ask).is_some_and(|host| host != region) {
        let message = "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.";
        let details = vec![header, ("Endpoint", format!("{}.s3.{region}.amazonaws.com", bucket.name)), ("Bucket", bucket.name.clone())];
        return Err(AwsError { details, ..errors::error(301, "PermanentRedirect", message) });
    }
    if call.caller.region != *region {
        let message = format!("The authorization header is malformed; the region '{}' is wrong; expecting '{region}'", call.caller.region);
        let details = vec![header, ("Region", region.clone())];
        return Err(AwsError { details, ..errors::error(400, "AuthorizationHeaderMalformed", message) });
    }
    Ok(())
}

/// Tells whether a bucket can have this name.
pub(crate) fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.';
    let edge = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let bytes = name.as_bytes();
    (3..=63).contains(&bytes.len())
        && bytes.iter().copied().all(allowed)
        && edge(bytes.first())
        && edge(bytes.last())
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err()
        && !name.starts_with("xn--")
        && !name.ends_with("-s3alias")
}
