//! What stands around the things that controls look at, ready to be asked many times.

use super::roles::Roles;
use super::shown::Shown;
use super::told::{Alarms, Tellers};
use crate::kinds::{self, Keeper, Protection};
use crate::model::{ArnForm, Coverage, Covered, Live, ResourceId, Snapshot};
use crate::time::{Schedule, Service, Zone};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// A vault: account, region and name.
type Vault = (String, String, String);

/// What is around.
pub(super) struct Estate<'s> {
    snapshot: &'s Snapshot,
    /// The moment that it is about.
    pub(super) at: Timestamp,
    /// The names of the tiers that the policy declares.
    pub(super) tiers: Vec<String>,
    vaults: BTreeMap<Vault, Keeper>,
    /// The region of each bucket, by name.
    regions: BTreeMap<&'s str, &'s str>,
    tags: BTreeMap<(&'s str, &'s str, &'s str), &'s BTreeMap<String, String>>,
    unmanaged: BTreeSet<&'s str>,
    /// The access policies of vaults by their ARNs; `None` where nobody asked for them.
    policies: Option<BTreeMap<&'s str, Option<&'s str>>>,
    tellers: Tellers<'s>,
    /// The roles that make backups.
    pub(super) roles: Roles,
    /// What the policy's checks show.
    pub(super) shown: Shown<'s>,
    /// The most hours between two runs of a schedule, in a zone.
    hours: Mutex<BTreeMap<(String, String), Option<i64>>>,
}

impl<'s> Estate<'s> {
    /// Looks around once.
    pub(super) fn new(snapshot: &'s Snapshot, coverage: &'s Coverage, tiers: Vec<String>, shown: Shown<'s>) -> Self {
        let mut vaults = BTreeMap::new();
        for live in &snapshot.resources {
            let Some(Protection::Keeps(keeper)) = kinds::find(&live.id.kind).and_then(kinds::Kind::protection) else { continue };
            if let Some(identity) = snapshot.identities.get(&live.id.target) {
                vaults.insert((identity.account.clone(), live.id.region.clone(), live.id.name.clone()), keeper(live));
            }
        }
        let is_global = |kind: &str| kinds::spec(kind).is_some_and(|spec| spec.arn_form == ArnForm::Global);
        let buckets = coverage.resources.iter().filter(|covered| is_global(&covered.kind));
        let tags = snapshot.inventories.iter().flat_map(|inventory| {
            let of = (inventory.kind.as_str(), inventory.target.as_str());
            inventory.listed.iter().filter_map(move |listed| Some(((of.0, of.1, listed.name.as_str()), listed.tags.as_ref()?)))
        });
        let admits = |kind: &str| matches!(kinds::find(kind).and_then(kinds::Kind::protection), Some(Protection::Admits(_)));
        let unmanaged = coverage.gaps.iter().filter(|gap| gap.kind.as_deref().is_none_or(admits) && gap.resource.is_none());
        Self {
            snapshot,
            at: coverage.at,
            tiers,
            vaults,
            regions: buckets.map(|covered| (covered.name.as_str(), covered.region.as_str())).collect(),
            tags: tags.collect(),
            tellers: Tellers::new(snapshot),
            roles: Roles::new(snapshot),
            shown,
            unmanaged: unmanaged.map(|gap| gap.target.as_str()).collect(),
            policies: snapshot.evidence.as_ref().map(|evidence| {
                let policies = evidence.vault_policies.iter();
                policies.map(|one| (one.vault.as_str(), one.policy.as_deref())).collect()
            }),
            hours: Mutex::default(),
        }
    }

    /// The access policies of vaults by their ARNs; `None` where the snapshot holds none of any vault.
    pub(super) fn vault_policies(&self) -> Option<&BTreeMap<&'s str, Option<&'s str>>> {
        self.policies.as_ref()
    }

    /// What was read of a thing.
    pub(super) fn live(&self, kind: &str, target: &str, region: &str, name: &str) -> Option<&'s Live> {
        let id = ResourceId { kind: kind.to_owned(), target: target.to_owned(), region: region.to_owned(), name: name.to_owned() };
        self.snapshot.live(&id)
    }

    /// The tags of a thing, where a listing told them.
    pub(super) fn tags(&self, live: &Live) -> Option<BTreeMap<String, String>> {
        self.tags.get(&(live.id.kind.as_str(), live.id.target.as_str(), live.id.name.as_str())).map(|tags| (*tags).clone())
    }

    /// The region of a bucket, where it is one that was read.
    pub(super) fn region_of(&self, bucket: &str) -> Option<String> {
        self.regions.get(bucket).map(|region| (*region).to_owned())
    }

    /// Who is told of what happens to a thing's backups.
    pub(super) fn alarms(&self, covered: &'s Covered) -> Alarms {
        let live = self.live(&covered.kind, &covered.target, &covered.region, &covered.name);
        let regions = &self.regions;
        self.tellers.of(covered, live, &|bucket| regions.get(bucket).copied())
    }

    /// The key of the vault of an ARN, where it is one that was read.
    pub(super) fn key_of(&self, arn: &str) -> Option<String> {
        let parts: Vec<&str> = arn.splitn(7, ':').collect();
        let (region, account, name) = (parts.get(3)?, parts.get(4)?, parts.get(6)?);
        self.vaults.get(&((*account).to_owned(), (*region).to_owned(), (*name).to_owned()))?.key.clone()
    }

    /// The fewest and the most days that a vault takes.
    pub(super) fn range_of(&self, account: &str, region: &str, name: &str) -> (Option<i64>, Option<i64>) {
        self.vaults.get(&(account.to_owned(), region.to_owned(), name.to_owned())).map(|keeper| keeper.range).unwrap_or_default()
    }

    /// Whether it could not be read which types AWS Backup manages in full where a target reads.
    pub(super) fn is_management_unread(&self, target: &str) -> bool {
        self.unmanaged.contains(target)
    }

    /// The most hours, rounded up, between two runs of a schedule of AWS Backup; `None` where nobody can tell.
    pub(super) fn longest_hours(&self, schedule: &str, zone: &str) -> Option<i64> {
        let key = (schedule.to_owned(), zone.to_owned());
        // Whoever was interrupted while it held this left it whole.
        let hours = || self.hours.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = hours().get(&key).copied() {
            return known;
        }
        let gap = || {
            let zone = Zone::named(zone).ok()?;
            let gap = Schedule::parse(schedule, Service::Backup).ok()?.longest_gap(self.at, &zone)?;
            Some(gap.as_secs().max(0).div_euclid(3600) + i64::from(gap.as_secs().rem_euclid(3600) > 0))
        };
        let found = gap();
        hours().insert(key, found);
        found
    }
}
