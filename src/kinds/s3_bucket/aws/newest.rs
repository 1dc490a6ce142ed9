//! The newest objects under the prefixes that checks name.
//!
//! S3 lists objects by key, never by time, so that all of them must be looked at to know the newest. One that is young enough ends the search;
//! so does a bound, after which nobody knows.

use super::client;
use crate::aws::{CallFailed, Connection};
use crate::kinds::ProofRequest;
use crate::model::{Evidence, NewestObject, Probe};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

const LIST_OBJECTS: &str = "s3:ListBucket";

/// The most pages, of 1,000 objects each, that are looked at under one prefix.
const PAGES: u32 = 100;

/// What a check asks for.
struct Asked<'a> {
    bucket: &'a str,
    prefix: &'a str,
    max_age: SignedDuration,
}

/// Looks under each prefix that a check of this target names.
pub(super) async fn objects(request: &ProofRequest<'_>) -> Evidence {
    let connection = request.connection;
    let of_target = request.checks.iter().filter(|check| check.targets.contains(&connection.target.name));
    let asked: Vec<Asked<'_>> = of_target
        .filter_map(|check| match &check.probe {
            Probe::ObjectAge { bucket, prefix, max_age } => Some(Asked { bucket, prefix, max_age: *max_age }),
            _ => None,
        })
        .collect();
    let mut evidence = Evidence::default();
    let regions = if asked.is_empty() { [].into() } else { super::regions(connection).await };
    let region = |bucket: &str| regions.get(bucket).unwrap_or(&connection.identity.region).clone();
    let reads = asked.iter().map(|one| newest(connection, region(one.bucket), one, request.at));
    evidence.objects = join_all(reads).await;
    evidence
}

async fn newest(connection: &Connection, region: String, asked: &Asked<'_>, now: Timestamp) -> NewestObject {
    let mut found = NewestObject {
        target: connection.target.name.clone(),
        bucket: asked.bucket.to_owned(),
        prefix: asked.prefix.to_owned(),
        newest: None,
        key: None,
        looked_at: 0,
        is_all: false,
        unread: None,
    };
    match look(connection, &region, asked, now, &mut found).await {
        Ok(()) => {}
        Err(failed) if failed.is("NoSuchBucket") => found.is_all = true,
        Err(failed) => found.unread = Some(format!("{LIST_OBJECTS} in {region}: {}", failed.sentence(&region))),
    }
    found
}

async fn look(
    connection: &Connection,
    region: &str,
    asked: &Asked<'_>,
    now: Timestamp,
    found: &mut NewestObject,
) -> Result<(), CallFailed> {
    let client = client(connection, region);
    let mut from: Option<String> = None;
    for _ in 0..PAGES {
        let call = client.list_objects_v2().bucket(asked.bucket).prefix(asked.prefix).set_continuation_token(from.take());
        let page = connection.call_in(region, LIST_OBJECTS, call.send()).await?;
        for object in page.contents() {
            found.looked_at += 1;
            let at = object.last_modified().and_then(|at| Timestamp::from_second(at.secs()).ok());
            if at > found.newest {
                found.newest = at;
                found.key = object.key().map(str::to_owned);
            }
        }
        from = page.next_continuation_token().filter(|token| !token.is_empty()).map(str::to_owned);
        found.is_all = from.is_none();
        let is_young = found.newest.is_some_and(|newest| now.duration_since(newest) <= asked.max_age);
        if found.is_all || is_young {
            break;
        }
    }
    Ok(())
}
