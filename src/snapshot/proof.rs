//! Reading what shows that protection works, after what protects.

use crate::aws::Aws;
use crate::kinds::{self, ProofRequest};
use crate::model::{Evidence, Live, Snapshot};
use futures_util::future::join_all;

/// Asks every kind that gives evidence, in every target that was reached.
pub(super) async fn read(snapshot: &mut Snapshot, aws: &Aws) {
    let known = &*snapshot;
    let asked = kinds::all().filter_map(|kind| Some((kind, kind.proof()?))).flat_map(|(kind, proof)| {
        aws.connections().map(move |connection| {
            let is_of = |live: &&Live| live.id.kind == kind.spec().name && live.id.target == connection.target.name;
            let things = known.resources.iter().filter(is_of).collect();
            proof.prove(ProofRequest { connection, things, known, at: known.taken_at })
        })
    });
    let mut evidence = Evidence::default();
    for found in join_all(asked.collect::<Vec<_>>()).await {
        evidence.extend(found);
    }
    snapshot.evidence = Some(evidence);
}
