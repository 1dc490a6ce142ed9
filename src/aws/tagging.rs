//! Things by their tags, through the Resource Groups Tagging API: one bulk listing for any kind.

use super::{CallFailed, Connection};
use crate::model::Listed;
use aws_sdk_resourcegroupstagging::types::TagFilter;
use std::collections::BTreeMap;

const ACTION: &str = "tag:GetResources";

/// All things of a type (`dynamodb:table`) in the target's region that have, or ever had, a tag; with a filter only those that match it.
///
/// What follows the prefix in an ARN is a name where `is_name` says so. A filter's key must be there; its value, where one is given, must be equal. What never had a tag is not here: list names for that.
///
/// # Errors
///
/// The call failed; nothing is known of the tags then.
pub async fn tagged(
    connection: &Connection,
    resource_type: &str,
    arn_prefix: &str,
    is_name: impl Fn(&str) -> bool,
    filter: &BTreeMap<String, Option<String>>,
) -> Result<Vec<Listed>, CallFailed> {
    let mut found = Vec::new();
    for (arn, tags) in resources(connection, Some(resource_type), filter).await? {
        // An ARN of another shape (an index, a stream) is not one of the things.
        let Some(name) = arn.splitn(6, ':').nth(5).and_then(|rest| rest.strip_prefix(arn_prefix)).filter(|name| is_name(name)) else {
            continue;
        };
        found.push(Listed { name: name.to_owned(), tags: Some(tags) });
    }
    Ok(found)
}

/// The ARN and all tags of everything in the target's region that matches a filter, of one type (`dynamodb:table`) or of any.
///
/// # Errors
///
/// The call failed; nothing is known of the tags then.
pub async fn resources(
    connection: &Connection,
    resource_type: Option<&str>,
    filter: &BTreeMap<String, Option<String>>,
) -> Result<Vec<(String, BTreeMap<String, String>)>, CallFailed> {
    let client = connection.client("tag", &connection.identity.region, |config, witness| {
        let config = aws_sdk_resourcegroupstagging::config::Builder::from(config).interceptor(witness).build();
        aws_sdk_resourcegroupstagging::Client::from_conf(config)
    });
    let filters: Vec<TagFilter> = filter
        .iter()
        .map(|(key, value)| TagFilter::builder().key(key).set_values(value.clone().map(|value| vec![value])).build())
        .collect();
    let mut found = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let request = client
            .get_resources()
            .set_resource_type_filters(resource_type.map(|name| vec![name.to_owned()]))
            .resources_per_page(100)
            .set_tag_filters(Some(filters.clone()).filter(|filters| !filters.is_empty()))
            .set_pagination_token(token.take());
        let page = connection.call(ACTION, request.send()).await?;
        for mapping in page.resource_tag_mapping_list() {
            let Some(arn) = mapping.resource_arn() else { continue };
            found.push((arn.to_owned(), mapping.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()));
        }
        // A page may be short or empty while there is more; only the token tells.
        token = page.pagination_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            return Ok(found);
        }
    }
}
