//! Tags of buckets.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::ask::{Ask, Said};
use super::bucket::Bucket;
use super::{Call, errors, find, find_mut, shapes};
use crate::sandbox::services::AwsError;
use crate::sandbox::services::input::Input;

/// The most tags that a bucket can have.
const MAX_TAGS: usize = 50;

/// Reads and checks the tags of a `TagSet`.
pub(super) fn read(tag_set: &Value) -> Result<BTreeMap<String, String>, AwsError> {
    let mut tags = BTreeMap::new();
    for tag in tag_set.get("Tag").and_then(Value::as_array).into_iter().flatten() {
        let member = |name: &str| tag.get(name).and_then(Value::as_str).unwrap_or_default();
        add(&mut tags, member("Key"), member("Value"))?;
    }
    Ok(tags)
}

fn add(tags: &mut BTreeMap<String, String>, key: &str, value: &str) -> Result<(), AwsError> {
    let invalid =
        |message: &str, key: &str| AwsError { details: vec![("TagKey", key.to_owned())], ..errors::error(400, "InvalidTag", message) };
    if key.is_empty() || key.chars().count() > 128 {
        return Err(invalid("The TagKey you have provided is invalid", key));
    }
    if value.chars().count() > 256 {
        return Err(invalid("The TagValue you have provided is invalid", key));
    }
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Err(invalid("System tags cannot be added/updated by requester", key));
    }
    if tags.insert(key.to_owned(), value.to_owned()).is_some() {
        return Err(invalid("Cannot provide multiple Tags with the same key", key));
    }
    if tags.len() > MAX_TAGS {
        return Err(errors::error(400, "BadRequest", format!("Bucket tag count cannot be greater than {MAX_TAGS}")));
    }
    Ok(())
}

/// Tags as a `TagSet`.
pub(super) fn tag_set(tags: &BTreeMap<String, String>) -> Value {
    let list: Vec<Value> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    json!({ "TagSet": { "Tag": list } })
}

/// `GetBucketTagging`.
pub(super) fn get(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let bucket = find(call, Ask(input))?;
    let tags = bucket.tags.as_ref().filter(|tags| !tags.is_empty());
    let missing = || errors::absent("NoSuchTagSet", "The TagSet does not exist", &bucket.name);
    Said::document("Tagging", tag_set(tags.ok_or_else(missing)?)).done()
}

/// `PutBucketTagging`: it replaces all tags.
pub(super) fn put(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let bucket = find_mut(call, ask)?;
    bucket.tags = Some(read(&ask.document("Tagging", &shapes::TAGGING)?["TagSet"])?);
    Said::no_content().done()
}

/// `DeleteBucketTagging`. A bucket that has lost its tags has still been tagged.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    if let Some(tags) = &mut find_mut(call, Ask(input))?.tags {
        tags.clear();
    }
    Said::no_content().done()
}

/// The ARN and the tags of a bucket that was ever tagged, as the tagging API shows them.
pub(crate) fn ever_tagged(bucket: &Bucket) -> Option<(String, Value)> {
    let tags = tag_set(bucket.tags.as_ref()?);
    Some((bucket.arn(), tags.pointer("/TagSet/Tag").cloned().unwrap_or_else(|| json!([]))))
}

/// The bucket behind an ARN, in the caller's region and account.
fn by_arn<'a>(call: &'a mut Call<'_>, input: &Value) -> Result<&'a mut Bucket, AwsError> {
    let name = Input(input).required_text("ResourceArn", "resourceArn")?.strip_prefix("arn:aws:s3:::").unwrap_or_default();
    let (account, region) = (call.caller.account.clone(), call.caller.region.clone());
    let bucket = call.state.s3.by_name.get_mut(name).filter(|bucket| bucket.account == account && bucket.region == region);
    bucket.ok_or_else(|| errors::no_such_bucket(name))
}

/// Adds tags, for the tagging API.
pub(crate) fn tag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let bucket = by_arn(call, input)?;
    let added = read(&json!({ "Tag": input.get("Tags") }))?;
    let mut tags = bucket.tags.clone().unwrap_or_default();
    tags.extend(added);
    // Checks the number of them all.
    bucket.tags = Some(read(&tag_set(&tags)["TagSet"])?);
    Ok(json!({}))
}

/// Removes tags, for the tagging API.
pub(crate) fn untag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let keys = Input(input).texts("TagKeys")?;
    if let Some(tags) = &mut by_arn(call, input)?.tags {
        tags.retain(|key, _| !keys.contains(&key.as_str()));
    }
    Ok(json!({}))
}
