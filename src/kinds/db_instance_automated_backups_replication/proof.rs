//! How far automated backups that are copied to another region have come, of what listing the replications told already.

use super::{ENCRYPTED, KEY, SOURCE};
use crate::kinds::rds::{EARLIEST, LATEST, instant};
use crate::kinds::telling::text;
use crate::kinds::{ProofAws, ProofRequest};
use crate::model::{Evidence, Held, HeldForm, Live, Value};
use futures_util::future::{BoxFuture, ready};

/// The copies in a target's region.
pub(super) struct Copied;

impl ProofAws for Copied {
    fn prove<'a>(&'a self, request: ProofRequest<'a>) -> BoxFuture<'a, Evidence> {
        let account = &request.connection.identity.account;
        let held = request.things.iter().filter_map(|live| held(live, account)).collect();
        Box::pin(ready(Evidence { held, ..Evidence::default() }))
    }
}

/// What there is of one; it can be restored as of any second of its window, which has no end before anything was copied.
///
/// Source: RDS API, `DBInstanceAutomatedBackup`, `RestoreWindow`.
fn held(live: &Live, account: &str) -> Option<Held> {
    let newest = instant(live, LATEST);
    let region = &live.id.region;
    Some(Held {
        usable: u64::from(newest.is_some()),
        unusable: u64::from(newest.is_none()),
        newest,
        oldest: instant(live, EARLIEST).filter(|_| newest.is_some()),
        keys: text(live, KEY).map(str::to_owned).into_iter().collect(),
        unencrypted: u64::from(live.facts.get(ENCRYPTED) == Some(&Value::Bool(false))),
        ..Held::none(text(live, SOURCE)?, HeldForm::CopiedBackups, region, account, region)
    })
}
