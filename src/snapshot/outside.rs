//! Reading what declared things need of things that no policy declares.

use crate::aws::Aws;
use crate::kinds::{self, Protection};
use crate::model::{Policy, Snapshot};
use futures_util::future::join_all;
use std::collections::BTreeMap;

/// Reads the roles with which what chooses is backed up, for who judges what is protected.
pub(super) async fn read_roles(snapshot: &mut Snapshot, aws: &Aws) {
    let mut asked = BTreeMap::new();
    for live in &snapshot.resources {
        let Some(Protection::Chooses(chooser)) = kinds::find(&live.id.kind).and_then(kinds::Kind::protection) else { continue };
        let role = chooser(live).role;
        let Some(connection) = aws.connection(&live.id.target).filter(|_| !role.is_empty()) else { continue };
        // Another account would not answer.
        if role.split(':').nth(4) == Some(connection.identity.account.as_str()) {
            asked.entry(role).or_insert(connection);
        }
    }
    let reads = asked.into_iter().map(|(arn, connection)| async move {
        let found = kinds::read_outside(connection, &arn).await;
        (arn, found)
    });
    snapshot.outside.extend(join_all(reads).await);
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
