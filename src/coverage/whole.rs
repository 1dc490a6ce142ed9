//! What chooses, backs up, keeps and admits in each region and account, ready to be asked.

use super::miss::{self, Wish};
use crate::kinds::{self, Admission, Chooser, Keeper, Protection};
use crate::model::{ArnForm, BackupRule, Cause, Gap, Live, Mechanism, Outside, ReplicationRule, RolePermissions, Snapshot};
use std::collections::{BTreeMap, BTreeSet};

/// A region of an account.
pub(super) type Place = (String, String);

/// Tags of things by their names.
type TagsByName<'s> = BTreeMap<&'s str, &'s BTreeMap<String, String>>;

/// All of it, by region and account.
pub(super) struct Whole<'s> {
    snapshot: &'s Snapshot,
    places: BTreeMap<Place, Backups>,
    /// What things of other kinds do for a thing, by its ARN.
    copies: BTreeMap<String, Vec<Mechanism>>,
    /// The tags of every thing of a kind that a listing showed, by kind and target.
    tags: BTreeMap<(&'s str, &'s str), TagsByName<'s>>,
    /// What roles may do, by their ARNs, where that was read.
    permissions: BTreeMap<&'s str, &'s RolePermissions>,
    /// What holds data and is known by its name alone, wherever it is: buckets.
    by_name: BTreeMap<&'s str, &'s Live>,
    /// The kinds and targets whose tags were all listed.
    tagged: BTreeSet<(&'s str, &'s str)>,
}

/// AWS Backup in one region of an account.
#[derive(Default)]
pub(super) struct Backups {
    pub(super) choosers: Vec<Chooser>,
    /// The tags that each of them would like, in their order.
    pub(super) wishes: Vec<Vec<Wish>>,
    /// The rules of each plan, by its id.
    pub(super) rules: BTreeMap<String, Vec<BackupRule>>,
    pub(super) keepers: BTreeMap<String, Keeper>,
    pub(super) admission: Admission,
    /// What could not be read that chooses or backs up, so that more may be protected than is seen.
    pub(super) unseen: Vec<String>,
    /// Why the vaults are not all known.
    pub(super) unseen_vaults: Option<String>,
}

impl<'s> Whole<'s> {
    /// Puts a snapshot together.
    pub(super) fn new(snapshot: &'s Snapshot) -> Self {
        let roles = snapshot.evidence.iter().flat_map(|evidence| &evidence.roles);
        let permissions = roles.map(|one| (one.role.as_str(), one)).collect();
        let is_global = |live: &&Live| kinds::spec(&live.id.kind).is_some_and(|spec| spec.arn_form == ArnForm::Global);
        let by_name = snapshot.resources.iter().filter(is_global).map(|live| (live.id.name.as_str(), live)).collect();
        let mut whole = Self {
            by_name,
            snapshot,
            permissions,
            places: BTreeMap::new(),
            copies: BTreeMap::new(),
            tags: BTreeMap::new(),
            tagged: BTreeSet::new(),
        };
        for identity in snapshot.identities.values() {
            whole.places.entry((identity.region.clone(), identity.account.clone())).or_default();
        }
        for live in &snapshot.resources {
            whole.take(live);
        }
        for gap in &snapshot.gaps {
            whole.miss(gap);
        }
        for inventory in &snapshot.inventories {
            let of = (inventory.kind.as_str(), inventory.target.as_str());
            if inventory.tag_filter.as_ref().is_some_and(BTreeMap::is_empty) {
                whole.tagged.insert(of);
            }
            let tags = inventory.listed.iter().filter_map(|listed| Some((listed.name.as_str(), listed.tags.as_ref()?)));
            whole.tags.entry(of).or_default().extend(tags);
        }
        for backups in whole.places.values_mut() {
            // Two targets of one place see the same selections.
            backups.choosers.sort_by(|a, b| (&a.plan, &a.name).cmp(&(&b.plan, &b.name)));
            backups.choosers.dedup_by(|a, b| (&a.plan, &a.name, &a.role) == (&b.plan, &b.name, &b.role));
            backups.wishes = backups.choosers.iter().map(|chooser| miss::wishes(&chooser.choice)).collect();
            backups.unseen.sort();
            backups.unseen.dedup();
        }
        for mechanisms in whole.copies.values_mut() {
            mechanisms.sort();
            mechanisms.dedup();
        }
        whole
    }

    fn take(&mut self, live: &Live) {
        let Some(protection) = kinds::find(&live.id.kind).and_then(kinds::Kind::protection) else { return };
        let Some(account) = self.account(&live.id.target).map(str::to_owned) else { return };
        if matches!(protection, Protection::Holds(_)) {
            // That something is in a region does not mean that anybody reads what backs it up there.
            return;
        }
        if let Protection::Copies(copies) = protection {
            for (of, mechanism) in copies(live) {
                self.copies.entry(of).or_default().push(mechanism);
            }
            return;
        }
        let backups = self.places.entry((live.id.region.clone(), account)).or_default();
        match protection {
            Protection::Holds(_) | Protection::Copies(_) => {}
            Protection::Chooses(chooser) => backups.choosers.push(chooser(live)),
            Protection::Runs(rules) => {
                let id = live.fact(Live::ID).unwrap_or(&live.id.name);
                backups.rules.insert(id.to_owned(), rules(live));
            }
            Protection::Keeps(keeper) => {
                let keeper = keeper(live);
                backups.keepers.insert(keeper.name.clone(), keeper);
            }
            Protection::Admits(admission) => backups.admission = admission(live),
        }
    }

    /// Notes what a gap may hide.
    fn miss(&mut self, gap: &Gap) {
        let Some(account) = self.account(&gap.target).map(str::to_owned) else { return };
        let Some(backups) = self.places.get_mut(&(gap.region.clone(), account)) else { return };
        let protection = gap.kind.as_deref().and_then(kinds::find).and_then(kinds::Kind::protection);
        match protection {
            Some(Protection::Chooses(_) | Protection::Runs(_)) => backups.unseen.push(super::said(gap)),
            Some(Protection::Keeps(_)) => backups.unseen_vaults = Some(super::said(gap)),
            _ => {}
        }
    }

    /// The account of a target that was reached.
    pub(super) fn account(&self, target: &str) -> Option<&'s str> {
        Some(self.snapshot.identities.get(target)?.account.as_str())
    }

    /// AWS Backup where something is; `None` where no target reads that region.
    pub(super) fn backups(&self, region: &str, account: &str) -> Option<&Backups> {
        self.places.get(&(region.to_owned(), account.to_owned()))
    }

    /// What things of other kinds do for the thing of this ARN.
    pub(super) fn copies(&self, arn: &str) -> &[Mechanism] {
        self.copies.get(arn).map(Vec::as_slice).unwrap_or_default()
    }

    /// The tags of a thing; `None` where they are not known.
    pub(super) fn tags(&self, live: &Live) -> Option<BTreeMap<String, String>> {
        let of = (live.id.kind.as_str(), live.id.target.as_str());
        let found = self.tags.get(&of).and_then(|tags| tags.get(live.id.name.as_str()));
        // A replica's tags are its own, and its region's to tell.
        let is_listed = self.tagged.contains(&of) && live.replica_of.is_none();
        found.map(|tags| (*tags).clone()).or_else(|| is_listed.then(BTreeMap::new))
    }

    /// What keeps AWS Backup from using a role: surely something, nothing, or nobody knows.
    pub(super) fn role(&self, role: &str, account: &str, backup_type: Option<&str>) -> Role {
        if role.split(':').nth(4).is_some_and(|of| of != account) {
            return Role::Unread("the role is in another account".to_owned());
        }
        let Some(found) = self.snapshot.outside.get(role) else {
            return Role::Unread(format!("role {} was not read", last(role)));
        };
        match found {
            Outside::Unread { action, .. } => Role::Unread(format!("role {} could not be read ({action})", last(role))),
            found => match kinds::role_fault(role, found) {
                Some(fault) => Role::Refused(fault.what, fault.help),
                None => self.lacks(role, backup_type).map_or(Role::Fine, |(what, mend)| Role::Refused(what, mend)),
            },
        }
    }
}

impl Whole<'_> {
    /// Why nobody knows whether the destination of a rule takes what is copied, and why it surely does not.
    ///
    /// Source: Amazon S3 User Guide, "Requirements for replication": both buckets have versioning enabled.
    pub(super) fn destination(&self, rule: &ReplicationRule) -> (Option<String>, Option<String>) {
        let bucket = rule.bucket();
        let Some(live) = self.by_name.get(bucket) else {
            return (Some(format!("no target reads bucket {bucket}, or it is not there")), None);
        };
        let Some(Protection::Holds(holder)) = kinds::find(&live.id.kind).and_then(kinds::Kind::protection) else { return (None, None) };
        let found = holder(live);
        if found.mechanisms.iter().any(|mechanism| matches!(mechanism, Mechanism::Versioning { .. })) {
            (None, None)
        } else if found.unread.is_empty() {
            (None, Some(format!("versioning of bucket {bucket} is not on, so that nothing is copied there")))
        } else {
            (Some(format!("whether bucket {bucket} has versioning could not be read")), None)
        }
    }

    /// What surely keeps a role from making backups of a type, where its policies were read.
    fn lacks(&self, role: &str, backup_type: Option<&str>) -> Option<(String, String)> {
        kinds::role_lacks(self.permissions.get(role)?, backup_type?)
    }
}

/// What is known of a role.
pub(super) enum Role {
    Fine,
    /// What is so, and what to do.
    Refused(String, String),
    Unread(String),
}

/// Roles that could not be read, as gaps.
pub(super) fn unread_roles(snapshot: &Snapshot) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for live in &snapshot.resources {
        let Some(Protection::Chooses(chooser)) = kinds::find(&live.id.kind).and_then(kinds::Kind::protection) else { continue };
        let role = chooser(live).role;
        let gap = |action: &str, cause: Cause, message: String| Gap {
            target: live.id.target.clone(),
            region: live.id.region.clone(),
            kind: None,
            resource: Some(last(&role).to_owned()),
            action: action.to_owned(),
            cause,
            message,
        };
        match snapshot.outside.get(&role) {
            Some(Outside::Unread { action, reason }) => gaps.push(gap(action, Cause::Denied, reason.clone())),
            Some(_) => {}
            None => {
                gaps.push(gap("iam:GetRole", Cause::NotRecorded, "whether AWS Backup can assume the role was not looked at".to_owned()));
            }
        }
    }
    gaps
}

fn last(role: &str) -> &str {
    role.rsplit('/').next().unwrap_or(role)
}

/// The ARN of a thing.
pub(super) fn arn(live: &Live, account: &str) -> Option<String> {
    let made = || kinds::spec(&live.id.kind)?.arn(&live.id.region, account, &live.id.name);
    live.arn.clone().or_else(made)
}
