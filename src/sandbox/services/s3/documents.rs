//! The configurations of a bucket that are only kept and given back, in one table.

use serde_json::{Value, json};

use super::ask::{Ask, Said};
use super::bucket::Bucket;
use super::schema::Shape;
use super::{Call, errors, find, find_mut, shapes};
use crate::sandbox::services::AwsError;

/// A configuration that is put, read and sometimes deleted as one document.
struct Document {
    /// The query that chooses it.
    query: &'static str,
    root: &'static str,
    shape: &'static Shape,
    /// What a bucket says that was never given one.
    untouched: Untouched,
}

enum Untouched {
    /// A document, in JSON.
    Says(&'static str),
    /// An error: its code and message.
    Lacks(&'static str, &'static str),
}

use Untouched::{Lacks, Says};

static DOCUMENTS: &[Document] = &[
    Document {
        query: "encryption",
        root: "ServerSideEncryptionConfiguration",
        shape: &shapes::ENCRYPTION,
        untouched: Says(r#"{"Rule":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"},"BucketKeyEnabled":false}]}"#),
    },
    Document {
        query: "publicAccessBlock",
        root: "PublicAccessBlockConfiguration",
        shape: &shapes::PUBLIC_ACCESS_BLOCK,
        untouched: Says(r#"{"BlockPublicAcls":true,"IgnorePublicAcls":true,"BlockPublicPolicy":true,"RestrictPublicBuckets":true}"#),
    },
    Document {
        query: "ownershipControls",
        root: "OwnershipControls",
        shape: &shapes::OWNERSHIP,
        untouched: Says(r#"{"Rule":[{"ObjectOwnership":"BucketOwnerEnforced"}]}"#),
    },
    Document { query: "notification", root: "NotificationConfiguration", shape: &shapes::NOTIFICATION, untouched: Says("{}") },
    Document { query: "accelerate", root: "AccelerateConfiguration", shape: &shapes::ACCELERATE, untouched: Says("{}") },
    Document {
        query: "requestPayment",
        root: "RequestPaymentConfiguration",
        shape: &shapes::REQUEST_PAYMENT,
        untouched: Says(r#"{"Payer":"BucketOwner"}"#),
    },
    Document { query: "logging", root: "BucketLoggingStatus", shape: &shapes::LOGGING, untouched: Says("{}") },
    Document {
        query: "website",
        root: "WebsiteConfiguration",
        shape: &shapes::WEBSITE,
        untouched: Lacks("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"),
    },
    Document {
        query: "cors",
        root: "CORSConfiguration",
        shape: &shapes::CORS,
        untouched: Lacks("NoSuchCORSConfiguration", "The CORS configuration does not exist"),
    },
];

/// What a bucket says whose configuration was deleted, where that is not what it said at first.
const DELETED: &[(&str, &str, &str)] = &[
    ("publicAccessBlock", "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"),
    ("ownershipControls", "OwnershipControlsNotFoundError", "The bucket ownership controls were not found"),
];

/// The document that a request is about.
fn chosen(ask: Ask<'_>) -> Result<&'static Document, AwsError> {
    DOCUMENTS.iter().find(|document| ask.query(document.query).is_some()).ok_or_else(errors::malformed)
}

/// Reads a configuration.
pub(super) fn get(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let document = chosen(ask)?;
    Said::document(document.root, read(find(call, ask)?, document)?).done()
}

fn read(bucket: &Bucket, document: &Document) -> Result<Value, AwsError> {
    match (bucket.documents.get(document.query), &document.untouched) {
        (Some(Value::Null), _) => {
            let gone = DELETED.iter().find(|(query, ..)| *query == document.query);
            Err(gone.map_or_else(errors::malformed, |(_, code, message)| errors::absent(code, message, &bucket.name)))
        }
        (Some(kept), _) => Ok(kept.clone()),
        (None, Says(text)) => Ok(serde_json::from_str(text).unwrap_or_default()),
        (None, Lacks(code, message)) => Err(errors::absent(code, message, &bucket.name)),
    }
}

/// Replaces a configuration.
pub(super) fn put(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let document = chosen(ask)?;
    let bucket = find_mut(call, ask)?;
    let wanted = checked(document.query, ask.document(document.root, document.shape)?)?;
    bucket.documents.insert(document.query.to_owned(), wanted);
    Said::ok().done()
}

/// Deletes a configuration.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let document = chosen(ask)?;
    let bucket = find_mut(call, ask)?;
    if DELETED.iter().any(|(query, ..)| *query == document.query) {
        bucket.documents.insert(document.query.to_owned(), Value::Null);
    } else {
        bucket.documents.remove(document.query);
    }
    Said::no_content().done()
}

/// Checks what a schema cannot, and fills in what S3 does.
fn checked(query: &str, mut wanted: Value) -> Result<Value, AwsError> {
    let rules = wanted.get_mut("Rule").and_then(Value::as_array_mut);
    match (query, rules) {
        ("encryption", Some(rules)) if rules.len() == 1 => rules.iter_mut().try_for_each(check_encryption)?,
        ("ownershipControls", Some(rules)) if rules.len() == 1 => {}
        ("encryption" | "ownershipControls", _) => return Err(errors::malformed()),
        ("publicAccessBlock", _) => {
            for name in ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"] {
                if wanted.get(name).is_none() {
                    wanted[name] = json!(false);
                }
            }
        }
        _ => {}
    }
    Ok(wanted)
}

fn check_encryption(rule: &mut Value) -> Result<(), AwsError> {
    let default = &rule["ApplyServerSideEncryptionByDefault"];
    if default["SSEAlgorithm"] == "AES256" && default.get("KMSMasterKeyID").is_some() {
        let message = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse";
        return Err(errors::error(400, "InvalidArgument", message));
    }
    if rule.get("BucketKeyEnabled").is_none() {
        rule["BucketKeyEnabled"] = json!(false);
    }
    Ok(())
}

/// Tells whether the bucket's owner owns all of its objects, so that it has no ACLs.
pub(super) fn owner_enforced(bucket: &Bucket) -> bool {
    match bucket.documents.get("ownershipControls") {
        Some(document) => document.pointer("/Rule/0/ObjectOwnership").is_some_and(|owner| owner == "BucketOwnerEnforced"),
        None => true,
    }
}

/// The algorithm and the key that new objects are encrypted with.
pub(super) fn default_encryption(bucket: &Bucket) -> (String, Option<String>) {
    let kept = bucket.documents.get("encryption").and_then(|document| document.pointer("/Rule/0/ApplyServerSideEncryptionByDefault"));
    let member = |name: &str| kept.and_then(|default| default.get(name)?.as_str()).map(str::to_owned);
    (member("SSEAlgorithm").unwrap_or_else(|| "AES256".to_owned()), member("KMSMasterKeyID"))
}
