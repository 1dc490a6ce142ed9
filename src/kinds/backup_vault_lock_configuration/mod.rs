//! `aws_backup_vault_lock_configuration`: the lock of a backup vault.
//!
//! A lock is in force at once, in either mode. Without `changeable_for_days` it is in governance mode: whoever may can lift it. With that it is
//! in compliance mode: when so many days are over nobody can, AWS included. AWS never tells that number again, only the date that came of
//! it, so that a date is all that is compared.

#[cfg(feature = "aws")]
mod aws;

use super::vaults::{self, LOCK_DATE, MAX_DAYS, MIN_DAYS, MOST_DAYS, at, said};
use super::{Answer, Concern, Kind, Need};
use crate::model::{
    ArnForm, Change, Code, Effect, Existence, KindSpec, Live, Loss, Ownership, Parent, Reaches, Reading, Safer, Setting, Severity, Shape,
    Value, Wanted,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

const CHANGEABLE: &str = "changeable_for_days";

/// A row, with what all of them share.
const ROW: Setting = Setting {
    reads: &["backup:ListBackupVaults"],
    writes: &["backup:PutBackupVaultLockConfiguration", "backup:DeleteBackupVaultLockConfiguration", "backup:DescribeBackupVault"],
    source: "AWS Backup API PutBackupVaultLockConfiguration; Developer Guide, AWS Backup Vault Lock",
    ..Setting::PLAIN
};

static SPEC: KindSpec = KindSpec {
    name: "aws_backup_vault_lock_configuration",
    title: "backup vault lock",
    doc: "The lock of a backup vault: nobody deletes its recovery points or shortens their retention by hand, and jobs whose retention is outside the lock's range fail.",
    ownership: Ownership::Whole,
    service: "backup",
    arn_form: ArnForm::Nothing,
    parent: Some(Parent {
        kinds: &["aws_backup_vault"],
        argument: "backup_vault_name",
        attributes: &["name", "id"],
        is_only: true,
        why: "",
    }),
    name_argument: "backup_vault_name",
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "from now on nobody deletes a recovery point of the vault, or changes its lifecycle, unless the lock is lifted before",
        when_removed: "recovery points can be deleted by hand again, those that exist among them, and jobs of any retention are taken",
    }),
    settings: &[
        Setting {
            path: MIN_DAYS,
            shape: Shape::Days { min: 1, max: MOST_DAYS },
            safer: Safer::WhenGreater,
            doc: "For how many days recovery points must be kept at least: a backup or copy that is to be kept for less fails. What is there already keeps its own. Where it is left out, any retention is long enough.",
            normalisation: "left out and null are the same",
            when_safer: "backups and copies that are to be kept for less fail from now on",
            when_weaker: "what is made from now on may be kept for a shorter time",
            ..ROW
        },
        Setting {
            path: MAX_DAYS,
            shape: Shape::Days { min: 1, max: MOST_DAYS },
            doc: "For how many days recovery points may be kept at most: a backup or copy that is to be kept for more, or for ever, fails. Where it is left out, any retention is short enough.",
            normalisation: "left out and null are the same",
            ..ROW
        },
        Setting {
            path: CHANGEABLE,
            shape: Shape::Days { min: 3, max: MOST_DAYS },
            safer: Safer::WhenSet,
            doc: "For how many days from now the lock can still be changed and lifted; after that nobody can, whoever asks (compliance mode). Where it is left out, it can be lifted at any time by whoever may (governance mode). A lock that cannot be lifted keeps recovery points without an end for ever.",
            normalisation: "AWS never tells it, only the date that came of it: any number agrees with a lock that has such a date. A change of the range, within that time, starts it anew",
            when_safer: "when so many days are over nobody can change or lift the lock: that is irreversible, and needs `--accept-irreversible`",
            when_weaker: "the lock can be lifted at any time again, by whoever may; AWS takes that only before the lock is final",
            ..ROW
        },
    ],
    inventory_actions: &["backup:ListBackupVaults", "tag:GetResources", "backup:ListTags"],
    ..KindSpec::PLAIN
};

/// The kind.
pub struct VaultLock;

impl Kind for VaultLock {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        vaults::check_range(wanted).into_iter().chain(self::check(wanted)).collect()
    }

    /// Whatever is put with `changeable_for_days` is final when they are over.
    fn effect(&self, change: &Change, _live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
        match changeable(wanted) {
            Some(_) => Some(Effect::Irreversible),
            None if change.setting == CHANGEABLE => Some(Effect::Weakens),
            None => None,
        }
    }

    /// A lock is over what is in the vault; its range is for what comes.
    fn reaches(&self, change: &Change, _live: &Live, _wanted: &BTreeMap<String, Wanted>) -> Option<Reaches> {
        matches!(change.setting.as_str(), Change::EXISTS | CHANGEABLE).then_some(Reaches::Existing)
    }

    fn consequence_among(&self, change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>, now: Timestamp) -> Option<String> {
        let of_range = of_range(change);
        let is_final = lock_date(live).is_some_and(|last| last <= now);
        let Some(days) = changeable(wanted).filter(|_| !is_final) else {
            return of_range.filter(|_| is_final || change.setting == MAX_DAYS);
        };
        let last = moment(now, days)
            .map_or_else(|| format!("{} after it is put", said(days)), |last| format!("{} ({} from now)", at(last), said(days)));
        let no_return = format!("until {last} the lock can still be changed or lifted, and from then on nobody can, root and AWS included");
        let before = match change.setting.as_str() {
            Change::EXISTS => Some(SPEC.existence().when_made.split(", unless").next().unwrap_or_default().to_owned()),
            CHANGEABLE => None,
            _ if lock_date(live).is_some() => of_range.map(|text| format!("{text}; the time to change one's mind starts anew")),
            _ => of_range,
        };
        let for_ever = "recovery points that have no end are then kept, and paid for, for ever";
        Some(before.into_iter().chain([no_return, for_ever.to_owned()]).collect::<Vec<_>>().join("; "))
    }

    fn keeps(&self, live: &Live, now: Timestamp) -> Option<String> {
        let last = lock_date(live).filter(|last| *last <= now)?;
        Some(format!("since {} nobody can lift it, and it goes only with its vault, when that is empty", at(last)))
    }

    fn refuses(&self, _change: &Change, live: &Live, now: Timestamp) -> Option<(String, String)> {
        let last = lock_date(live).filter(|last| *last <= now)?;
        Some((
            format!("since {} nobody can change or lift this lock, root and AWS included", at(last)),
            "declare it as it is, `changeable_for_days` included, and send new backups to another vault, with the lock that they need"
                .to_owned(),
        ))
    }

    fn withholds(&self, live: &Live, setting: &str, wanted: Option<&Value>) -> bool {
        setting == CHANGEABLE && wanted.is_some_and(|wanted| wanted.as_i64().is_some()) && lock_date(live).is_some()
    }

    fn answers(&self, need: &Need, will_be: &dyn Fn(&str) -> Option<Value>) -> Answer {
        vaults::takes(need, will_be)
    }

    fn remarks(&self, live: &Live) -> Vec<String> {
        let date = lock_date(live).map(|date| format!("in compliance mode: final from {} on", at(date)));
        date.into_iter().collect()
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::LockCalls)
    }
}

fn changeable(wanted: &BTreeMap<String, Wanted>) -> Option<i64> {
    wanted.get(CHANGEABLE)?.value.as_i64()
}

/// From when on nobody can change the lock, as it was read.
fn lock_date(live: &Live) -> Option<Timestamp> {
    live.fact(LOCK_DATE)?.parse().ok()
}

fn moment(now: Timestamp, days: i64) -> Option<Timestamp> {
    now.checked_add(SignedDuration::from_hours(days.checked_mul(24)?)).ok()
}

/// What a change of the range does to jobs.
fn of_range(change: &Change) -> Option<String> {
    let before = match &change.before {
        Reading::Known(value) => value.as_i64(),
        Reading::Unset | Reading::Unreadable { .. } => None,
    };
    Some(match (change.setting.as_str(), change.after.as_i64()) {
        (MIN_DAYS, Some(days)) if before.is_none_or(|before| before < days) => {
            format!("backups and copies that are to be kept for less than {} fail from now on", said(days))
        }
        (MIN_DAYS, Some(days)) => format!("what is made from now on may be kept for {} only", said(days)),
        (MIN_DAYS, None) => "what is made from now on may be kept for as short a time as anybody likes".to_owned(),
        (MAX_DAYS, Some(days)) if before.is_none_or(|before| before > days) => {
            format!("backups and copies that are to be kept for more than {}, or for ever, fail from now on", said(days))
        }
        (MAX_DAYS, Some(days)) => format!("what is made from now on may be kept for {}", said(days)),
        (MAX_DAYS, None) => "what is made from now on may be kept for any time".to_owned(),
        _ => return None,
    })
}

fn check(wanted: &BTreeMap<String, Wanted>) -> Option<Concern> {
    let days = changeable(wanted)?;
    if wanted.contains_key(MAX_DAYS) {
        return None;
    }
    Some(Concern {
        code: Code::LockForEver,
        severity: Severity::Warning,
        title: "a lock that nobody can lift takes recovery points that are kept for ever: those can never be deleted again".to_owned(),
        at: CHANGEABLE.to_owned(),
        also: None,
        help: format!(
            "add `max_retention_days`, so that such jobs fail; what is there already without an end must get one in the {} that are left",
            said(days)
        ),
    })
}

#[cfg(test)]
mod tests;
