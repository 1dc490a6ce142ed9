//! Whom topics tell: how many subscriptions are confirmed, and how many wait. Where they go is not kept.

use super::super::SPEC;
use super::{Client, GET, GET_SUBSCRIPTION, WAITS, client, subscriptions};
use crate::aws::{CallFailed, Connection};
use crate::kinds::{ProofAws, ProofRequest, telling};
use crate::model::{Audience, Evidence};
use futures_util::future::{BoxFuture, join_all};

/// The topics that something tells.
pub(in crate::kinds::sns_topic) struct Audiences;

impl ProofAws for Audiences {
    fn prove<'a>(&'a self, request: ProofRequest<'a>) -> BoxFuture<'a, Evidence> {
        Box::pin(prove(request))
    }
}

async fn prove(request: ProofRequest<'_>) -> Evidence {
    let connection = request.connection;
    let start = SPEC.arn_start(&connection.identity.region, &connection.identity.account);
    let mut topics = telling::topics(&request.known.resources, request.at);
    // Of topics elsewhere the target of that place tells, if there is one.
    topics.retain(|topic| topic.starts_with(&start));
    let mut evidence = Evidence::default();
    let reads = join_all(topics.iter().map(|topic| audience(connection, topic))).await;
    for (topic, read) in topics.iter().zip(reads) {
        match read {
            Ok(audience) => evidence.topics.push(audience),
            Err(failed) => {
                let name = topic.strip_prefix(&start).unwrap_or(topic);
                evidence.gaps.push(connection.gap(&connection.identity.region, Some(SPEC.name), Some(name), &failed));
            }
        }
    }
    evidence
}

async fn audience(connection: &Connection, topic: &str) -> Result<Audience, CallFailed> {
    let client = client(connection, &connection.identity.region);
    let mut audience = Audience {
        topic: topic.to_owned(),
        confirmed: [].into(),
        filtering: 0,
        unread_filters: 0,
        pending: 0,
        is_there: false,
        policy: None,
        key: None,
    };
    match connection.call(GET, client.get_topic_attributes().topic_arn(topic).send()).await {
        Ok(answer) => {
            let mut attributes = answer.attributes.unwrap_or_default();
            audience.policy = attributes.remove("Policy").filter(|policy| !policy.is_empty());
            audience.key = attributes.remove("KmsMasterKeyId").filter(|key| !key.is_empty());
        }
        Err(failed) if failed.is("NotFound") || failed.is("NotFoundException") => return Ok(audience),
        Err(failed) => return Err(failed),
    }
    audience.is_there = true;
    let subscriptions = subscriptions(connection, &client, topic).await?;
    let arns = subscriptions.iter().filter_map(|subscription| subscription.subscription_arn());
    let confirmed = arns.filter(|arn| ![WAITS, "Deleted"].contains(arn));
    for filters in join_all(confirmed.map(|arn| filters(connection, &client, arn))).await {
        match filters {
            Ok(filters) => audience.filtering += u64::from(filters),
            // That of a subscription of another account only its owner may be able to read.
            Err(_) => audience.unread_filters += 1,
        }
    }
    for subscription in subscriptions {
        match subscription.subscription_arn() {
            Some("Deleted") | None => {}
            Some(WAITS) => audience.pending += 1,
            Some(_) => {
                let protocol = subscription.protocol().unwrap_or("unknown").to_owned();
                *audience.confirmed.entry(protocol).or_default() += 1;
            }
        }
    }
    Ok(audience)
}

/// Whether a subscription lets only some messages through. `ListSubscriptionsByTopic` does not tell.
///
/// Source: SNS API reference, `GetSubscriptionAttributes`: `FilterPolicy`.
async fn filters(connection: &Connection, client: &Client, arn: &str) -> Result<bool, CallFailed> {
    let answer = connection.call(GET_SUBSCRIPTION, client.get_subscription_attributes().subscription_arn(arn).send()).await?;
    let attributes = answer.attributes.unwrap_or_default();
    Ok(attributes.get("FilterPolicy").is_some_and(|policy| !["", "{}", "null"].contains(&policy.trim())))
}
