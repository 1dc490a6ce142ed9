//! Whether what copies go to takes them: vaults of AWS Backup in other regions and accounts, and buckets.
//!
//! What surely refuses copies makes them worth nothing; where nobody knows, that is a doubt. A vault that holds a recovery point of the thing
//! has taken copies of it, which settles every doubt but no refusal, as what let it in may have changed since.

use super::whole::{Policies, Role, Whole};
use crate::kinds::{self, Holder, Protection};
use crate::model::{BackupCopy, Decision, Known, Lock, Mechanism, PolicyDocument, Principal, ReplicationRule, Request};

const COPY: &str = "backup:CopyIntoBackupVault";

/// Whether a destination takes what is copied.
#[derive(Clone)]
pub(super) enum Destination {
    Takes,
    /// Surely not, and why.
    Refuses(String),
    /// Nobody knows, and why.
    Unread(String),
}

/// What is copied, and by whom.
pub(super) struct Copying<'t> {
    /// The ARN of the thing.
    pub(super) of: &'t str,
    /// Its account.
    pub(super) account: &'t str,
    /// The role by which it is backed up.
    pub(super) role: &'t str,
    /// With what its recovery points are encrypted, where they stay under the key of the thing itself.
    pub(super) key: Option<&'t str>,
}

impl Copying<'_> {
    /// Whether a vault takes the copies of a rule.
    pub(super) fn taken(&self, whole: &Whole<'_>, copy: &BackupCopy) -> Destination {
        let admitted = whole.admitted((self.account, self.role, &copy.vault_arn), || self.admitted(whole, copy));
        match (there(whole, copy), admitted) {
            (Destination::Refuses(why), _) | (_, Destination::Refuses(why)) => Destination::Refuses(why),
            _ if whole.holds(self.of, &copy.vault_arn) => Destination::Takes,
            (Destination::Unread(why), _) | (Destination::Takes, Destination::Unread(why)) => Destination::Unread(why),
            (Destination::Takes, Destination::Takes) => self.shared(copy),
        }
    }

    /// Whether the other account may use the key, which nobody looks at.
    ///
    /// Source: AWS Backup Developer Guide, "Creating backup copies across AWS accounts": keys that AWS manages cannot be shared.
    fn shared(&self, copy: &BackupCopy) -> Destination {
        let Some((account, key)) = copy.account.as_deref().filter(|account| *account != self.account).zip(self.key) else {
            return Destination::Takes;
        };
        Destination::Unread(format!(
            "whether account {account} may use what it is encrypted with ({key}) was not looked at, which cannot be if AWS manages that key; no \
             copy was seen to arrive"
        ))
    }

    /// Whether the vault's access policy, and the organization's settings, let the account copy into it.
    ///
    /// Source: AWS Backup Developer Guide, "Creating backup copies across AWS accounts": the setting, and a policy of the vault that allows
    /// `backup:CopyIntoBackupVault`. Within an account no policy is needed, and one that denies holds.
    fn admitted(&self, whole: &Whole<'_>, copy: &BackupCopy) -> Destination {
        let name = last(&copy.vault_arn);
        let is_abroad = copy.account.as_deref() != Some(self.account);
        let policy = match whole.vault_policy(&copy.vault_arn) {
            Policies::Read(policy) => policy,
            Policies::NotLookedAt if !is_abroad => return Destination::Takes,
            Policies::NotLookedAt | Policies::Unread => {
                return Destination::Unread(format!("whether the access policy of vault {name} lets copies in was not read"));
            }
        };
        let Some(policy) = policy else {
            return if is_abroad {
                Destination::Refuses(format!("vault {name} has no access policy, which must let account {} copy into it", self.account))
            } else {
                Destination::Takes
            };
        };
        let request = Request::new(Principal::Arn(self.role.to_owned()), COPY, &copy.vault_arn)
            .with("aws:PrincipalArn", Known::value(self.role))
            .with("aws:PrincipalAccount", Known::value(self.account));
        match PolicyDocument::parse(policy).map(|document| document.decide(&request)) {
            Ok(Decision::Denied { by }) => Destination::Refuses(format!("the access policy of vault {name} denies it ({by})")),
            Ok(Decision::NotAllowed) if is_abroad => {
                Destination::Refuses(format!("the access policy of vault {name} does not let account {} copy into it", self.account))
            }
            Ok(Decision::Unknown { by, reason }) => {
                Destination::Unread(format!("whether the access policy of vault {name} lets copies in is not known ({by}: {reason})"))
            }
            Err(wrong) => Destination::Unread(format!("the access policy of vault {name} could not be understood: {}", wrong.message)),
            Ok(Decision::Allowed { .. }) if is_abroad => self.opened(whole),
            Ok(Decision::Allowed { .. } | Decision::NotAllowed) => Destination::Takes,
        }
    }

    /// Whether the organization lets its accounts copy to each other. That a member is told the same as the management account is not
    /// documented (UNCONFIRMED), so that "no" is a doubt.
    fn opened(&self, whole: &Whole<'_>) -> Destination {
        match whole.is_open(self.account) {
            Some(true) => Destination::Takes,
            Some(false) => Destination::Unread(format!(
                "cross-account backup is off, as account {} is told: the organization's management account sets `isCrossAccountBackupEnabled`",
                self.account
            )),
            None => Destination::Unread(format!("whether cross-account backup is on in account {} was not read", self.account)),
        }
    }
}

/// Whether the vault of a copy is there, and its lock takes what is kept so long.
fn there(whole: &Whole<'_>, copy: &BackupCopy) -> Destination {
    let name = last(&copy.vault_arn);
    let (Some(region), Some(account)) = (copy.region.as_deref(), copy.account.as_deref()) else {
        return Destination::Unread(format!("vault {name} is in a region or account that is not known"));
    };
    let Some(backups) = whole.backups(region, account) else {
        return Destination::Unread(format!("no target reads {region} of account {account}, where vault {name} is to be"));
    };
    match (backups.keepers.get(name), &backups.unseen_vaults) {
        (Some(keeper), _) => {
            let (min, max) = keeper.range;
            let is_short = min.zip(copy.delete_after_days).is_some_and(|(min, days)| days < min);
            let is_long = max.is_some_and(|max| copy.delete_after_days.is_none_or(|days| days > max));
            if keeper.lock != Lock::None && (is_short || is_long) {
                return Destination::Refuses(format!("the lock of vault {name} in {region} takes no such retention"));
            }
            Destination::Takes
        }
        (None, None) => Destination::Refuses(format!("vault {name} is not in {region} of account {account}")),
        (None, Some(cause)) => Destination::Unread(format!("whether vault {name} is in {region} is not known: {cause}")),
    }
}

/// Notes of a replication rule of a bucket whether anything comes to its destination and stays there, as far as that was read: Object Lock, and
/// what roles and other accounts' buckets permit in detail, are not looked at. Where copies were seen to arrive, they do.
///
/// Sources: Amazon S3 User Guide, "Requirements for replication": both buckets have versioning enabled, S3 assumes the role, and a bucket of
/// another account lets the source's account in. A destination's own lifecycle rules work on copies too.
pub(super) fn replicated(whole: &Whole<'_>, rule: &mut ReplicationRule, source: &Source<'_>) {
    let bucket = rule.bucket().to_owned();
    match rule.role.as_deref().map(|role| whole.replication_role(role, source.account)) {
        Some(Role::Refused(what, mend)) => rule.fault = Some((what, mend)),
        Some(Role::Unread(what)) => rule.doubt = Some(what),
        Some(Role::Fine) | None => {}
    }
    if bucket == source.name {
        rule.fault = Some(("it names its own bucket as the destination".to_owned(), "name another bucket".to_owned()));
        return;
    }
    let Some(live) = whole.by_name(&bucket) else {
        rule.doubt = Some(format!("no target reads bucket {bucket}, or it is not there"));
        return;
    };
    let owner = whole.account(&live.id.target).unwrap_or(source.account);
    if let Some(named) = rule.account.as_deref().filter(|named| *named != owner) {
        let what =
            format!("it names account {named} as the owner of bucket {bucket}, which is in account {owner}, so that nothing is copied");
        rule.fault = Some((what, format!("write `account = \"{owner}\"`, or leave it out")));
    }
    rule.account = Some(owner.to_owned()).filter(|owner| owner != source.account);
    let Some(Protection::Holds(holder)) = kinds::find(&live.id.kind).and_then(kinds::Kind::protection) else { return };
    let found = holder(live);
    let is_versioned = found.mechanisms.iter().any(|mechanism| matches!(mechanism, Mechanism::Versioning { .. }));
    match (is_versioned, found.unread.is_empty()) {
        (true, _) => {}
        (false, true) => {
            let what = format!("versioning of bucket {bucket} is not on, so that nothing is copied there");
            rule.fault = Some((what, "turn on versioning of the destination".to_owned()));
        }
        (false, false) => rule.doubt = Some(format!("whether bucket {bucket} has versioning could not be read")),
    }
    rule.delete_after_days = found.deletes_after_days;
    // What the source itself deletes as early needs no copy for longer.
    if let Some(days) = found.deletes_after_days.filter(|days| source.holder.deletes_after_days.is_none_or(|own| *days < own)) {
        rule.only.get_or_insert(format!("what is younger than {days} days, as lifecycle rules of bucket {bucket} delete the rest"));
    }
    if let Some(cause) = found.unread_deletes {
        rule.doubt.get_or_insert(format!("whether bucket {bucket} deletes what is copied there could not be read ({cause})"));
    }
    if rule.account.is_some() && !source.arn.is_some_and(|of| whole.holds(of, &rule.destination)) {
        let doubt =
            format!("whether bucket {bucket} lets account {} copy into it was not read, and no copy was seen to arrive", source.account);
        rule.doubt.get_or_insert(doubt);
    }
}

/// What is replicated.
pub(super) struct Source<'s> {
    pub(super) name: &'s str,
    pub(super) arn: Option<&'s str>,
    pub(super) account: &'s str,
    pub(super) holder: &'s Holder,
}

fn last(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}
