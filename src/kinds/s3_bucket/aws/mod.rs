//! The S3 calls. Each aspect of a bucket (versioning, lifecycle, replication, object lock, encryption) costs one call to read and one to
//! write. What is declared is read, and with a workspace both sorts of rules, as own ones can be left over that no block declares any more.
//! Rules are read again just before they are written, and after it until reads agree.

mod agree;
mod all;
mod backlog;
mod lifecycle;
mod names;
mod newest;
mod read;
mod replication;
mod ways;
mod write;

use super::table::{ROLE, SPEC};
use crate::aws::{CallFailed, Connection};
use crate::kinds::{ChangeFailed, ChangeRequest, Found, KindAws, ProofAws, ProofRequest, ReadRequest, iam};
use crate::model::Evidence;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::Bucket;
use futures_util::future::{BoxFuture, join};
use std::collections::BTreeMap;
use std::sync::Arc;

const LIST: &str = "s3:ListAllMyBuckets";
const GET_VERSIONING: &str = "s3:GetBucketVersioning";
const PUT_VERSIONING: &str = "s3:PutBucketVersioning";
const GET_LIFECYCLE: &str = "s3:GetLifecycleConfiguration";
const PUT_LIFECYCLE: &str = "s3:PutLifecycleConfiguration";
const GET_REPLICATION: &str = "s3:GetReplicationConfiguration";
const PUT_REPLICATION: &str = "s3:PutReplicationConfiguration";
const GET_LOCK: &str = "s3:GetBucketObjectLockConfiguration";
const PUT_LOCK: &str = "s3:PutBucketObjectLockConfiguration";
const GET_ENCRYPTION: &str = "s3:GetEncryptionConfiguration";
const PUT_ENCRYPTION: &str = "s3:PutEncryptionConfiguration";

/// The most buckets that one page is asked for. AWS takes up to 10,000.
const PAGE: i32 = 1_000;

/// The calls.
pub(super) struct BucketCalls;

impl KindAws for BucketCalls {
    fn tagging_type(&self) -> &'static str {
        "s3"
    }

    fn list<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Vec<String>, CallFailed>> {
        Box::pin(async {
            let home = &connection.identity.region;
            let buckets = list(connection, Some(home)).await?;
            // An endpoint that does not know the filter lists all; one that does not say where they are leaves it to reading.
            let here = |(_, region): &(String, Option<String>)| region.as_ref().is_none_or(|region| region == home);
            Ok(buckets.into_iter().filter(here).map(|(name, _)| name).collect())
        })
    }

    fn read<'a>(&'a self, request: ReadRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(read::read(request))
    }

    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(write::change(request))
    }
}

impl ProofAws for BucketCalls {
    fn prove<'a>(&'a self, request: ProofRequest<'a>) -> BoxFuture<'a, Evidence> {
        Box::pin(async move {
            let (mut evidence, copies) = join(newest::objects(&request), backlog::copies(&request)).await;
            evidence.extend(copies);
            evidence.extend(iam::roles(request, ROLE, SPEC.name).await);
            evidence
        })
    }
}

/// The client of a region. An endpoint of one's own, the embedded AWS among them, has no host for each bucket, so that the bucket stands in
/// the path there.
fn client(connection: &Connection, region: &str) -> Arc<Client> {
    let path_style = connection.has_own_endpoint("S3");
    connection.client("s3", region, |config, witness| {
        Client::from_conf(aws_sdk_s3::config::Builder::from(config).force_path_style(path_style).interceptor(witness).build())
    })
}

/// The buckets of the account with their regions, where the endpoint says these; those of one region where one is given.
async fn list(connection: &Connection, region: Option<&str>) -> Result<Vec<(String, Option<String>)>, CallFailed> {
    let buckets = buckets(connection, region).await?.into_iter();
    Ok(buckets.filter_map(|bucket| Some((bucket.name?, bucket.bucket_region))).collect())
}

/// The buckets of the account, in a region or in all, as AWS lists them.
async fn buckets(connection: &Connection, region: Option<&str>) -> Result<Vec<Bucket>, CallFailed> {
    let client = client(connection, &connection.identity.region);
    let mut found = Vec::new();
    let mut from: Option<String> = None;
    loop {
        let call = client.list_buckets().max_buckets(PAGE).set_continuation_token(from.take());
        let page = connection.call(LIST, call.set_bucket_region(region.map(str::to_owned)).send()).await?;
        found.extend_from_slice(page.buckets());
        from = page.continuation_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if from.is_none() {
            return Ok(found);
        }
    }
}

/// In which region each bucket of the account is; empty where that cannot be listed, so that nothing is guessed.
async fn regions(connection: &Connection) -> BTreeMap<String, String> {
    match list(connection, None).await {
        Ok(buckets) => buckets.into_iter().filter_map(|(name, region)| Some((name, region?))).collect(),
        Err(failed) => {
            tracing::info!(%failed, "cannot list the account's buckets, so nothing is said of destinations in other regions");
            BTreeMap::new()
        }
    }
}

/// What versioning is on a bucket; `None` where it was never set.
async fn versioning(
    connection: &Connection,
    region: &str,
    bucket: &str,
    owner: Option<&str>,
) -> Result<(Option<String>, bool), CallFailed> {
    let call = client(connection, region).get_bucket_versioning().bucket(bucket).set_expected_bucket_owner(owner.map(str::to_owned));
    let answer = connection.call_in(region, GET_VERSIONING, call.send()).await?;
    let mfa_delete = answer.mfa_delete().is_some_and(|status| status.as_str() == super::table::ENABLED);
    Ok((answer.status().map(|status| status.as_str().to_owned()), mfa_delete))
}

/// Whether AWS says that the bucket is in another region.
fn is_elsewhere(failed: &CallFailed) -> bool {
    ["PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"].iter().any(|code| failed.is(code))
}
