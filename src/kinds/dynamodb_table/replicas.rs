//! Which tables have no replicas, without a `DescribeTable` for each.
//!
//! A replica is a table of the same name in another region. So where every region that is turned on for the account can be listed, a name
//! that is listed in no other region has no replica, and that is a proof. It costs one `ListRegions` and about one `ListTables` for each
//! region, so it is tried only where there are more tables to ask than regions; where any of these calls fails, or a name is listed
//! elsewhere, `DescribeTable` decides.

use super::aws::list;
use super::{DELETION_PROTECTION, SPEC};
use crate::aws::{CallFailed, Connection};
use crate::kinds::ReadRequest;
use crate::model::{Cause, Replicas, partition};
use aws_sdk_account::types::RegionOptStatus;
use std::collections::BTreeSet;
use std::time::Duration;

/// Fewer tables than this are cheaper to ask one by one: AWS has about 17 regions that are always on.
const WORTH_IT: usize = 24;

/// A shortcut that takes longer than this is none.
const PATIENCE: Duration = Duration::from_secs(10);

/// The tables of the request that are proven to have no replica; empty where that was not tried or could not be proven.
pub(super) async fn tables_without_replicas(request: &ReadRequest<'_>) -> BTreeSet<String> {
    let asked: BTreeSet<&String> = request
        .wishes
        .iter()
        .filter(|(_, wish)| wish.replicas == Replicas::All && !wish.settings.contains(DELETION_PROTECTION))
        .map(|(name, _)| name)
        .collect();
    if asked.len() < WORTH_IT {
        return BTreeSet::new();
    }
    let probe = tokio::time::timeout(PATIENCE, names_elsewhere(request.connection)).await;
    let probe = probe.unwrap_or_else(|_| {
        let message = format!("no answer within {} seconds", PATIENCE.as_secs());
        Err(CallFailed { action: "account:ListRegions".to_owned(), code: None, cause: Cause::Unreachable, message, is_foreign: false })
    });
    match probe {
        Ok(elsewhere) => asked.into_iter().filter(|name| !elsewhere.contains(*name)).cloned().collect(),
        Err(failed) => {
            tracing::info!(kind = SPEC.name, %failed, "cannot list every region, so each table is asked for its replicas");
            BTreeSet::new()
        }
    }
}

async fn names_elsewhere(connection: &Connection) -> Result<BTreeSet<String>, CallFailed> {
    let home = &connection.identity.region;
    let regions = enabled_regions(connection).await?;
    let listings = regions.iter().filter(|region| *region != home).map(|region| list(connection, region));
    let mut names = BTreeSet::new();
    for listing in futures_util::future::join_all(listings).await {
        names.extend(listing?);
    }
    Ok(names)
}

async fn enabled_regions(connection: &Connection) -> Result<Vec<String>, CallFailed> {
    // Account Management is one global service of each partition, reached in its first region.
    let region = match partition(&connection.identity.region) {
        "aws" => "us-east-1",
        "aws-cn" => "cn-northwest-1",
        "aws-us-gov" => "us-gov-west-1",
        _ => &connection.identity.region,
    };
    let client = connection.client("account", region, |config, witness| {
        aws_sdk_account::Client::from_conf(aws_sdk_account::config::Builder::from(config).interceptor(witness).build())
    });
    let mut regions = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let mut call = client.list_regions().max_results(50).set_next_token(token.take());
        // A region that is being turned on or off can still hold tables.
        for status in [RegionOptStatus::Enabled, RegionOptStatus::EnabledByDefault, RegionOptStatus::Enabling, RegionOptStatus::Disabling] {
            call = call.region_opt_status_contains(status);
        }
        let page = connection.call_in(region, "account:ListRegions", call.send()).await?;
        regions.extend(page.regions().iter().filter_map(|region| region.region_name()).map(str::to_owned));
        token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            return Ok(regions);
        }
    }
}
