//! What the mechanisms of a thing come to: for how long, where else, how firmly, and under which key.

use crate::kinds::Holder;
use crate::model::{CopyPlace, Kept, Lock, Mechanism};
use jiff::Timestamp;

/// For how long what each mechanism makes is kept, the shortest first. What does not protect keeps nothing.
pub(super) fn retention(mechanisms: &[Mechanism]) -> Vec<Kept> {
    let mut kept: Vec<Kept> = Vec::new();
    for mechanism in mechanisms.iter().filter(|mechanism| mechanism.protects()) {
        let by = by(mechanism);
        match mechanism {
            Mechanism::PointInTime(window) => kept.extend(window.days.map(|days| Kept { days: Some(days), by })),
            Mechanism::AutomatedBackups(backups) => kept.extend(backups.days.map(|days| Kept { days: Some(days), by })),
            Mechanism::CopiedBackups { days, .. } => kept.extend(days.map(|days| Kept { days: Some(days), by })),
            Mechanism::BackupRule(rule) => kept.push(Kept { days: rule.delete_after_days, by }),
            Mechanism::Replication(_) | Mechanism::Export { .. } | Mechanism::Replicas { .. } | Mechanism::Versioning { .. } => {}
        }
    }
    kept.sort_by(|a, b| (a.days.is_none(), a).cmp(&(b.days.is_none(), b)));
    kept.dedup();
    kept
}

/// Where copies go that are not in the thing's own vault or store.
pub(super) fn copies(mechanisms: &[Mechanism], account: &str) -> Vec<CopyPlace> {
    let mut copies = Vec::new();
    for mechanism in mechanisms {
        let by = by(mechanism);
        match mechanism {
            Mechanism::BackupRule(rule) => copies.extend(rule.copies.iter().map(|copy| CopyPlace {
                account: copy.account.clone(),
                region: copy.region.clone(),
                store: copy.vault_arn.rsplit(':').next().map(str::to_owned),
                days: copy.delete_after_days,
                by: by.clone(),
            })),
            Mechanism::CopiedBackups { region, days, .. } => {
                copies.push(CopyPlace { account: Some(account.to_owned()), region: Some(region.clone()), store: None, days: *days, by });
            }
            // The ARN of a bucket tells neither; without another account it is the own one.
            Mechanism::Replication(rule) if rule.is_on && rule.fault.is_none() => {
                let account = rule.account.clone().unwrap_or_else(|| account.to_owned());
                let store = rule.destination.rsplit(':').next().map(str::to_owned);
                copies.push(CopyPlace { account: Some(account), region: None, store, days: rule.delete_after_days, by });
            }
            Mechanism::Export { is_on: true, destination, .. } => {
                let store = destination.split('/').next().map(str::to_owned);
                copies.push(CopyPlace { account: None, region: None, store, days: None, by });
            }
            _ => {}
        }
    }
    copies.sort();
    copies.dedup();
    copies
}

/// What keeps anybody from deleting what protects it before its time.
pub(super) fn immutability(holder: &Holder, mechanisms: &[Mechanism], at: Timestamp) -> Vec<String> {
    let mut firm = holder.immutability.clone();
    for mechanism in mechanisms {
        let Mechanism::BackupRule(rule) = mechanism else { continue };
        let vault = &rule.vault;
        firm.extend(rule.air_gapped_vault.as_ref().map(|arn| format!("air-gapped vault {}", arn.rsplit(':').next().unwrap_or(arn))));
        firm.extend(match rule.lock {
            Lock::None => None,
            Lock::Governance => Some(format!("vault {vault}: lock in governance mode, which whoever may can lift")),
            Lock::ComplianceFrom(date) if date <= at => Some(format!("vault {vault}: lock in compliance mode since {}", day(date))),
            Lock::ComplianceFrom(date) => Some(format!("vault {vault}: lock that can be lifted until {}", day(date))),
            Lock::AirGapped => Some(format!("vault {vault}: air-gapped")),
            Lock::Unknown => Some(format!("vault {vault}: whether it is locked is not known")),
        });
    }
    firm.sort();
    firm.dedup();
    firm
}

/// With what it and what protects it is encrypted, as far as that was read.
pub(super) fn encryption(holder: &Holder, mechanisms: &[Mechanism]) -> Vec<String> {
    let own = holder.encryption.iter().map(|key| format!("itself: {key}"));
    let mut all: Vec<String> = own.collect();
    for mechanism in mechanisms {
        match mechanism {
            Mechanism::BackupRule(rule) => all.extend(rule.vault_key.as_ref().map(|key| format!("vault {}: {key}", rule.vault))),
            Mechanism::CopiedBackups { region, key: Some(key), .. } => all.push(format!("copies in {region}: {key}")),
            _ => {}
        }
    }
    all.sort();
    all.dedup();
    all
}

fn by(mechanism: &Mechanism) -> String {
    match mechanism {
        Mechanism::PointInTime(_) => "point-in-time recovery".to_owned(),
        Mechanism::AutomatedBackups(_) => "automated backups".to_owned(),
        Mechanism::BackupRule(rule) => format!("rule {} of plan {}", rule.rule, rule.plan),
        Mechanism::CopiedBackups { region, .. } => format!("automated backups in {region}"),
        Mechanism::Replication(rule) => {
            format!("replication to {}", rule.bucket())
        }
        Mechanism::Export { by, destination, .. } => format!("export {by} to {destination}"),
        Mechanism::Replicas { regions } => format!("replicas in {}", regions.join(", ")),
        Mechanism::Versioning { .. } => "versioning".to_owned(),
    }
}

fn day(date: Timestamp) -> String {
    date.strftime("%Y-%m-%d").to_string()
}
