//! Reading what shows that protection works, after what protects.

use crate::aws::{Aws, Connection};
use crate::kinds::{self, ProofRequest};
use crate::model::{Check, Evidence, Live, Probe, Snapshot};
use futures_util::future::join_all;
use std::collections::BTreeMap;

/// Asks every kind that gives evidence, in every target that was reached; and looks at the keys that checks name.
pub(super) async fn read(snapshot: &mut Snapshot, aws: &Aws, checks: &[Check]) {
    let known = &*snapshot;
    let asked = kinds::all().filter_map(|kind| Some((kind, kind.proof()?))).flat_map(|(kind, proof)| {
        aws.connections().map(move |connection| {
            let is_of = |live: &&Live| live.id.kind == kind.spec().name && live.id.target == connection.target.name;
            let things = known.resources.iter().filter(is_of).collect();
            proof.prove(ProofRequest { connection, things, known, checks, at: known.taken_at })
        })
    });
    let mut evidence = Evidence::default();
    for found in join_all(asked.collect::<Vec<_>>()).await {
        evidence.extend(found);
    }
    let keys =
        keys(aws, checks).into_iter().map(|(key, connection)| async move { (key.to_owned(), kinds::read_outside(connection, key).await) });
    let keys = join_all(keys).await;
    snapshot.outside.extend(keys);
    snapshot.evidence = Some(evidence);
}

/// The keys that checks name, each with a connection of its account: another account's would not answer.
fn keys<'a>(aws: &'a Aws, checks: &'a [Check]) -> BTreeMap<&'a str, &'a Connection> {
    let mut keys = BTreeMap::new();
    for check in checks {
        let Probe::KeyUsable { key } = &check.probe else { continue };
        let mut connections = check.targets.iter().filter_map(|target| aws.connection(target));
        let of_account = connections.find(|connection| key.split(':').nth(4) == Some(connection.identity.account.as_str()));
        keys.extend(of_account.map(|connection| (key.as_str(), connection)));
    }
    keys
}
