//! Who may take away what a vault keeps, as controls ask for it.

use super::{Maker, Map};
use crate::model::{IgnoranceSort, PolicyDocument, Value};
use std::collections::BTreeSet;

const ACCESS: &str = "access";
const NOT_RECORDED: &str = "the snapshot holds no access policies of vaults; record it anew with `backstay snapshot --everything`";

/// What must be denied so that nobody deletes recovery points by hand, now or later.
///
/// Source: AWS Config, rule `backup-recovery-point-manual-deletion-disabled`.
const GUARDED: [&str; 3] = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:PutBackupVaultAccessPolicy"];

/// Puts it in; `vault` is the ARN of a vault, and of anything else there is nothing.
pub(super) fn put(maker: &mut Maker<'_, '_>, vault: Option<&str>) {
    let Some(vault) = vault else { return maker.put(ACCESS, Value::Null) };
    let policy = maker.estate.vault_policies().map(|policies| policies.get(vault).copied());
    let policy = match policy {
        None => return maker.miss(ACCESS, IgnoranceSort::NotLookedAt, NOT_RECORDED),
        Some(None) => return maker.miss(ACCESS, IgnoranceSort::Unread, "its access policy could not be read"),
        Some(Some(policy)) => policy,
    };
    let may_delete = match policy.map(may_delete).transpose() {
        // Without a policy nobody is denied anything.
        Ok(None) => texts(&BTreeSet::from(["*".to_owned()])),
        Ok(Some(found)) => texts(&found),
        Err(why) => {
            maker.unknown(&format!("{ACCESS}.may_delete"), IgnoranceSort::Unprovable, &why);
            Value::Unknown
        }
    };
    maker.put(ACCESS, Value::from(Map::from([("may_delete".to_owned(), may_delete)])));
}

/// Whom nothing in the policy keeps from deleting recovery points, or from making it possible.
fn may_delete(policy: &str) -> Result<BTreeSet<String>, String> {
    let document = PolicyDocument::parse(policy).map_err(|wrong| wrong.message)?;
    let mut found = BTreeSet::new();
    for action in GUARDED {
        found.extend(document.undenied(action)?);
    }
    Ok(found)
}

fn texts(all: &BTreeSet<String>) -> Value {
    Value::from(all.iter().map(|one| Value::from(one.as_str())).collect::<Vec<_>>())
}
