//! What shows that what protects things works: read of live AWS, never inferred from how things are set up.

use super::reading::Gap;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// By how much AWS's clock may be ahead of ours.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// Whether something is dated later than AWS was read, so that it proves nothing: clocks are out of step.
pub fn is_ahead(at: Timestamp, read_at: Timestamp) -> bool {
    at.duration_since(read_at) > AHEAD
}

/// All evidence that one reading found. What could not be read is a gap here, never an absence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What there is to restore, by thing and by where it is kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<Held>,
    /// Of what kinds the snapshots that their services keep were listed to the last, and where: what is not among `held` there is not there.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub snapshots_listed: BTreeSet<SnapshotsListed>,
    /// What restores came to. AWS keeps the records of 30 days.
    ///
    /// Source: AWS Backup Developer Guide, "Monitoring": jobs are kept for 30 days.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restores: Vec<Restore>,
    /// The last backup and the last copy of each thing that did not come to be; of the last 30 days too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<FailedJob>,
    /// Who is denied what in vaults.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vault_policies: Vec<VaultPolicy>,
    /// Whom topics tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<Audience>,
    /// What roles may do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<RolePermissions>,
    /// The newest objects under prefixes that `check` blocks name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<NewestObject>,
    /// What could not be read of all this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
}

/// What there is of one form, in one place, to bring one thing back from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Held {
    /// The ARN of the thing that it brings back, which may be gone.
    pub of: String,
    /// What it is.
    pub form: HeldForm,
    /// Where it is kept: the ARN of a vault or a bucket; of what the service itself keeps its region.
    pub store: String,
    /// The account that has it.
    pub account: String,
    /// The region that it is in.
    pub region: String,
    /// How many of them can be restored now.
    pub usable: u64,
    /// How many cannot: being made, partial, expired, stopped.
    #[serde(default)]
    pub unusable: u64,
    /// How many could be restored, and do not say from when they are; neither the newest nor the oldest is among them.
    #[serde(default)]
    pub undated: u64,
    /// The moment of the newest that can be restored: when its making began, as what was written later may be missing from it.
    pub newest: Option<Timestamp>,
    /// The same of the oldest.
    pub oldest: Option<Timestamp>,
    /// For how many days the one of them is kept that is kept shortest; none where all are kept for ever, or nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_days: Option<i64>,
    /// When one of them was last restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_restore: Option<Timestamp>,
    /// The keys that encrypt them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub keys: BTreeSet<String>,
    /// How many of those that can be restored are not encrypted.
    #[serde(default)]
    pub unencrypted: u64,
    /// Whether they are in a logically air-gapped vault.
    #[serde(default)]
    pub is_air_gapped: bool,
    /// From when on it has all that was written, where it has not all from before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Why nobody knows how recent it is, each with what would mend that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
}

/// What can bring a thing back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldForm {
    /// Recovery points of AWS Backup, each of one moment.
    RecoveryPoints,
    /// A recovery point of AWS Backup that goes on: it restores to any second, and AWS Backup does not tell of its last.
    ContinuousPoint,
    /// Backups or snapshots that the service itself keeps, each of one moment.
    Snapshots,
    /// Exports into a bucket.
    Exports,
    /// Automated backups that are copied to another region.
    CopiedBackups,
    /// Objects that are replicated; the newest is the moment up to which all are that were written since the rule began.
    Replica,
}

/// A place in which a service told of all snapshots that it keeps of the things of a kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SnapshotsListed {
    /// The kind of the things.
    pub kind: String,
    /// The account that was asked.
    pub account: String,
    /// The region that was asked.
    pub region: String,
}

/// What one restore came to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Restore {
    /// The ARN of the thing that was restored, where it was told or the recovery point is known.
    pub of: Option<String>,
    /// The ARN of the recovery point.
    pub point: Option<String>,
    /// The account in which it ran.
    pub account: String,
    /// The region in which it ran.
    pub region: String,
    /// When it began.
    pub began: Option<Timestamp>,
    /// When it was over.
    pub ended: Option<Timestamp>,
    /// As AWS Backup has it: `COMPLETED`, `FAILED`, …
    pub status: String,
    /// What a validation found, as AWS Backup has it: `SUCCESSFUL`, `FAILED`, …; none where nobody validated.
    pub validation: Option<String>,
    /// What AWS said of it.
    pub message: Option<String>,
    /// The ARN of the restore testing plan that made it; none where somebody restored by hand.
    pub plan: Option<String>,
}

/// A job that did not do what it was for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FailedJob {
    /// The ARN of the thing.
    pub of: String,
    /// What it was to be: a `backup` or a `copy`.
    pub what: String,
    /// When it was begun.
    pub at: Timestamp,
    /// As AWS Backup has it: `FAILED`, `EXPIRED`, `ABORTED`, `PARTIAL`.
    pub status: String,
    /// What AWS said of it.
    pub message: Option<String>,
}

/// The access policy of a vault.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VaultPolicy {
    /// The ARN of the vault.
    pub vault: String,
    /// Its text; none where the vault has none.
    pub policy: Option<String>,
}

/// Whom a topic tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Audience {
    /// The ARN of the topic.
    pub topic: String,
    /// How many subscriptions are confirmed, by protocol. Where they go is nobody's business here.
    pub confirmed: BTreeMap<String, u64>,
    /// How many of the confirmed let only some messages through. By what they filter is not kept.
    #[serde(default, skip_serializing_if = "is_none")]
    pub filtering: u64,
    /// How many of the confirmed may, as nobody could read it.
    #[serde(default, skip_serializing_if = "is_none")]
    pub unread_filters: u64,
    /// How many wait to be confirmed.
    pub pending: u64,
    /// Whether there is such a topic.
    #[serde(default = "is_there")]
    pub is_there: bool,
    /// Its policy, which says who may publish to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The key that encrypts what is published to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes what it skips by reference")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

fn is_there() -> bool {
    true
}

/// What a role may do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RolePermissions {
    /// The ARN of the role.
    pub role: String,
    /// The ARNs of the policies that are attached to it.
    pub attached: BTreeSet<String>,
    /// The texts of the policies that stand in it, by name.
    pub inline: BTreeMap<String, String>,
    /// The texts of those attached policies that are the account's own, as far as they could be read, by ARN.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub own: BTreeMap<String, String>,
}

/// The newest object under a prefix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NewestObject {
    /// The target that looked.
    pub target: String,
    /// The bucket.
    pub bucket: String,
    /// What its key begins with.
    pub prefix: String,
    /// When it was written last; none where there is no object.
    pub newest: Option<Timestamp>,
    /// Its key.
    pub key: Option<String>,
    /// How many objects were looked at.
    pub looked_at: u64,
    /// Whether that was all of them; a bucket that is not there has none.
    pub is_all: bool,
    /// Why it could not be looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
}

impl Held {
    /// What nothing was counted of yet.
    pub fn none(of: &str, form: HeldForm, store: &str, account: &str, region: &str) -> Self {
        Self {
            of: of.to_owned(),
            form,
            store: store.to_owned(),
            account: account.to_owned(),
            region: region.to_owned(),
            usable: 0,
            unusable: 0,
            undated: 0,
            newest: None,
            oldest: None,
            least_days: None,
            last_restore: None,
            keys: BTreeSet::new(),
            unencrypted: 0,
            is_air_gapped: false,
            since: None,
            doubts: Vec::new(),
        }
    }

    /// Counts one that can be restored: of this moment, or of none that anybody knows.
    pub fn add(&mut self, at: Option<Timestamp>) {
        self.usable += 1;
        match at {
            Some(at) => {
                self.newest = self.newest.max(Some(at));
                self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
            }
            None => self.undated += 1,
        }
    }

    /// Notes for how many days one of them is kept.
    pub fn keep(&mut self, days: i64) {
        self.least_days = Some(self.least_days.map_or(days, |least| least.min(days)));
    }
}

impl Evidence {
    /// Whether a service told of all its snapshots of the things of a kind in a place.
    pub fn lists_snapshots(&self, kind: &str, account: &str, region: &str) -> bool {
        let (kind, account, region) = (kind.to_owned(), account.to_owned(), region.to_owned());
        self.snapshots_listed.contains(&SnapshotsListed { kind, account, region })
    }

    /// Takes in what another reading found.
    pub fn extend(&mut self, other: Self) {
        self.held.extend(other.held);
        self.snapshots_listed.extend(other.snapshots_listed);
        self.restores.extend(other.restores);
        self.failures.extend(other.failures);
        self.vault_policies.extend(other.vault_policies);
        self.topics.extend(other.topics);
        self.roles.extend(other.roles);
        self.objects.extend(other.objects);
        self.gaps.extend(other.gaps);
    }

    /// Sorts everything, so that the same AWS always gives the same bytes; what two targets of one place read is told once.
    pub fn sort(&mut self) {
        fn tidy<T: Ord>(all: &mut Vec<T>) {
            all.sort();
            all.dedup();
        }
        tidy(&mut self.held);
        tidy(&mut self.restores);
        tidy(&mut self.failures);
        tidy(&mut self.vault_policies);
        tidy(&mut self.topics);
        tidy(&mut self.roles);
        tidy(&mut self.objects);
        tidy(&mut self.gaps);
    }
}
