//! What chooses, backs up, keeps and admits in each region and account, ready to be asked.

use super::destination::Destination;
use super::miss::{self, Wish};
use crate::kinds::{self, Admission, Chooser, Keeper, Protection};
use crate::model::{ArnForm, BackupRule, Cause, Covered, Evidence, Gap, Live, Mechanism, Outside, RolePermissions, Snapshot};
use crate::time::{Schedule, Service, Zone};
use jiff::Timestamp;
use std::cell::RefCell;
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
    /// The access policies of vaults, by their ARNs, where evidence was read.
    vault_policies: Option<BTreeMap<&'s str, Option<&'s str>>>,
    /// What can be restored of which thing from which vault, by their ARNs.
    held: BTreeSet<(&'s str, &'s str)>,
    /// Whether copies may go to other accounts, by what each account was told.
    open: BTreeMap<&'s str, Option<bool>>,
    /// Which schedules have no run any more, by their text and zone, as far as that was asked.
    over: RefCell<BTreeMap<(String, String), bool>>,
    /// Whether vaults let copies in, by account, role and vault, as far as that was asked.
    admitted: RefCell<BTreeMap<(String, String, String), Destination>>,
}

/// What is known of the access policy of a vault.
pub(super) enum Policies<'p> {
    /// Nobody looked at any.
    NotLookedAt,
    /// This one could not be read.
    Unread,
    /// It has this one, or none.
    Read(Option<&'p str>),
}

/// Who assumes the role of a replication.
///
/// Source: Amazon S3 User Guide, "Setting up permissions for live replication".
const REPLICATION: &str = "s3.amazonaws.com";

/// Who assumes the roles of selections.
const BACKUP: &str = "backup.amazonaws.com";

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
        let policies =
            |evidence: &'s Evidence| evidence.vault_policies.iter().map(|one| (one.vault.as_str(), one.policy.as_deref())).collect();
        let held = snapshot.evidence.iter().flat_map(|evidence| &evidence.held).filter(|held| held.usable > 0);
        let mut whole = Self {
            by_name,
            vault_policies: snapshot.evidence.as_ref().map(policies),
            held: held.map(|held| (held.of.as_str(), held.store.as_str())).collect(),
            open: BTreeMap::new(),
            over: RefCell::default(),
            admitted: RefCell::default(),
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
        if let (Protection::Opens(is_open), Some(account)) = (protection, self.account(&live.id.target)) {
            // Of several targets of an account those count that could read it.
            let known = self.open.entry(account).or_default();
            *known = is_open(live).or(*known);
            return;
        }
        let backups = self.places.entry((live.id.region.clone(), account)).or_default();
        match protection {
            Protection::Holds(_) | Protection::Copies(_) | Protection::Opens(_) => {}
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

    /// What keeps AWS Backup from using a role to back up a type: surely something, nothing, or nobody knows.
    pub(super) fn backup_role(&self, role: &str, account: &str, backup_type: Option<&str>) -> Role {
        match self.role(role, account, BACKUP) {
            Role::Fine => self.lacks(role, backup_type).map_or(Role::Fine, |(what, mend)| Role::Refused(what, mend)),
            other => other,
        }
    }

    /// What keeps S3 from using a role to replicate. Of what it permits only that it is nothing at all is judged.
    pub(super) fn replication_role(&self, role: &str, account: &str) -> Role {
        match (self.role(role, account, REPLICATION), self.permissions.get(role)) {
            (Role::Fine, Some(has)) if has.attached.is_empty() && has.inline.is_empty() => {
                let what = format!("role `{}` has no policy, so that nothing is copied", last(role));
                Role::Refused(what, "give it a policy that lets it read the source and replicate into the destination".to_owned())
            }
            (role, _) => role,
        }
    }

    /// What keeps a service from assuming a role.
    fn role(&self, role: &str, account: &str, service: &'static str) -> Role {
        if role.split(':').nth(4).is_some_and(|of| of != account) {
            return Role::Unread("the role is in another account".to_owned());
        }
        let Some(found) = self.snapshot.outside.get(role) else {
            return Role::Unread(format!("role {} was not read", last(role)));
        };
        match found {
            Outside::Unread { action, .. } => Role::Unread(format!("role {} could not be read ({action})", last(role))),
            found => kinds::role_fault(role, service, found).map_or(Role::Fine, |fault| Role::Refused(fault.what, fault.help)),
        }
    }
}

impl Whole<'_> {
    /// What holds data and has this name, which no other has anywhere.
    pub(super) fn by_name(&self, name: &str) -> Option<&Live> {
        self.by_name.get(name).copied()
    }

    /// The access policy of a vault.
    pub(super) fn vault_policy(&self, vault: &str) -> Policies<'_> {
        match &self.vault_policies {
            None => Policies::NotLookedAt,
            Some(policies) => policies.get(vault).map_or(Policies::Unread, |policy| Policies::Read(*policy)),
        }
    }

    /// Whether a vault holds something that brings the thing of this ARN back.
    pub(super) fn holds(&self, of: &str, vault: &str) -> bool {
        self.held.contains(&(of, vault))
    }

    /// Whether the schedule of a rule has no run any more at the moment that all is about; one that nobody can read is not said to be over.
    pub(super) fn is_over(&self, rule: &BackupRule, at: Timestamp) -> bool {
        let over = || {
            let (Ok(schedule), Ok(zone)) = (Schedule::parse(&rule.schedule, Service::Backup), Zone::named(&rule.time_zone)) else {
                return false;
            };
            schedule.never_runs() || schedule.is_over(at, &zone)
        };
        // A hundred thousand things are backed up by a few rules.
        *self.over.borrow_mut().entry((rule.schedule.clone(), rule.time_zone.clone())).or_insert_with(over)
    }

    /// What a copy comes to that goes from an account by a role into a vault: worked out once.
    pub(super) fn admitted(&self, of: (&str, &str, &str), decide: impl FnOnce() -> Destination) -> Destination {
        let (account, role, vault) = of;
        let key = (account.to_owned(), role.to_owned(), vault.to_owned());
        if let Some(known) = self.admitted.borrow().get(&key) {
            return known.clone();
        }
        let decided = decide();
        self.admitted.borrow_mut().insert(key, decided.clone());
        decided
    }

    /// Whether accounts of the organization may copy to each other, as this account is told; `None` where that was not read.
    pub(super) fn is_open(&self, account: &str) -> Option<bool> {
        self.open.get(account).copied().flatten()
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

/// Roles that could not be read, as gaps: those of selections, and those that replicate what holds data.
pub(super) fn unread_roles(snapshot: &Snapshot, resources: &[Covered]) -> Vec<Gap> {
    let mut asked: BTreeMap<(&str, &str), BTreeSet<String>> = BTreeMap::new();
    for live in &snapshot.resources {
        if let Some(Protection::Chooses(chooser)) = kinds::find(&live.id.kind).and_then(kinds::Kind::protection) {
            asked.entry((&live.id.target, &live.id.region)).or_default().insert(chooser(live).role);
        }
    }
    for covered in resources {
        let roles = covered.mechanisms.iter().filter_map(|mechanism| match mechanism {
            Mechanism::Replication(rule) if mechanism.protects() || mechanism.is_doubtful() => rule.role.clone(),
            _ => None,
        });
        for role in roles {
            asked.entry((&covered.target, &covered.region)).or_default().insert(role);
        }
    }
    let mut gaps = Vec::new();
    for ((target, region), roles) in asked {
        for role in roles {
            let (action, cause, message) = match snapshot.outside.get(&role) {
                Some(Outside::Unread { action, reason }) => (action.clone(), Cause::Denied, reason.clone()),
                Some(_) => continue,
                None => {
                    ("iam:GetRole".to_owned(), Cause::NotRecorded, "whether a service can assume the role was not looked at".to_owned())
                }
            };
            let (target, region) = (target.to_owned(), region.to_owned());
            gaps.push(Gap { target, region, kind: None, resource: Some(last(&role).to_owned()), action, cause, message });
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
