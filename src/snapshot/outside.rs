//! Reading what declared things need of things that no policy declares.

use crate::aws::Aws;
use crate::kinds::{self, Protection};
use crate::model::{Live, Mechanism, Policy, Snapshot};
use futures_util::future::join_all;
use std::collections::BTreeMap;

/// Reads the roles by which something is backed up or copied, for who judges what is protected.
pub(super) async fn read_roles(snapshot: &mut Snapshot, aws: &Aws) {
    let mut asked = BTreeMap::new();
    for live in &snapshot.resources {
        let Some(connection) = aws.connection(&live.id.target) else { continue };
        for role in roles(live) {
            // Another account would not answer.
            if role.split(':').nth(4) == Some(connection.identity.account.as_str()) {
                asked.entry(role).or_insert(connection);
            }
        }
    }
    let reads = asked.into_iter().map(|(arn, connection)| async move {
        let found = kinds::read_outside(connection, &arn).await;
        (arn, found)
    });
    snapshot.outside.extend(join_all(reads).await);
}

/// The roles by which something is backed up or copied.
fn roles(live: &Live) -> Vec<String> {
    match kinds::find(&live.id.kind).and_then(kinds::Kind::protection) {
        Some(Protection::Chooses(chooser)) => vec![chooser(live).role],
        Some(Protection::Holds(holder)) => {
            let mechanisms = holder(live).mechanisms.into_iter();
            mechanisms.filter_map(|one| if let Mechanism::Replication(rule) = one { rule.role } else { None }).collect()
        }
        _ => Vec::new(),
    }
}

/// Reads each of them once, with the credentials of the first target of its account.
pub(super) async fn read(snapshot: &mut Snapshot, policy: &Policy, aws: &Aws) {
    let mut asked = BTreeMap::new();
    for connection in policy.targets.keys().filter_map(|target| aws.connection(target)) {
        for arn in kinds::outside(policy, &connection.target.name, &connection.identity) {
            asked.entry(arn).or_insert(connection);
        }
    }
    let reads = asked.into_iter().map(|(arn, connection)| async move {
        let found = kinds::read_outside(connection, &arn).await;
        (arn, found)
    });
    snapshot.outside.extend(join_all(reads).await);
}
