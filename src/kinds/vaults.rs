//! What the kinds of backup vaults and of their parts share: what reading notes of a vault beside its settings, and which retention a
//! vault takes.

use super::{Answer, Concern, Keeper, Need, Needed};
use crate::model::{Code, Live, Lock, Mistake, NameForm, Reading, Severity, Value, Wanted};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The fact that says how many recovery points a vault holds.
pub(super) const RECOVERY_POINTS: &str = "recovery_points";
/// The fact that says that a vault has a lock, in whichever mode.
pub(super) const IS_LOCKED: &str = "is_locked";
/// The fact that says from when on nobody can change a vault's lock; a lock in governance mode has none.
pub(super) const LOCK_DATE: &str = "lock_date";

/// The fact that says in which state a vault is, where it is not ready.
pub(super) const STATE: &str = "state";

/// The setting, and the fact, that says for how many days recovery points must be kept at least.
pub(super) const MIN_DAYS: &str = "min_retention_days";
/// The setting, and the fact, that says for how many days recovery points may be kept at most.
pub(super) const MAX_DAYS: &str = "max_retention_days";

/// The most days that AWS Backup keeps anything.
pub(super) const MOST_DAYS: i64 = 36_500;

/// Which names vaults have.
pub(super) const NAME_FORM: NameForm = NameForm { min: 2, max: 50, also: &['-', '_'], source: "AWS Backup API CreateBackupVault" };

/// Why a vault must stay although nobody declares it any more.
pub(super) fn keeps(live: &Live) -> Option<String> {
    match live.facts.get(RECOVERY_POINTS).and_then(Value::as_i64) {
        Some(0) => None,
        Some(1) => Some("it holds 1 recovery point; nothing that backstay does removes one".to_owned()),
        Some(many) => Some(format!("it holds {many} recovery points; nothing that backstay does removes one")),
        None => Some("how many recovery points it holds is not known".to_owned()),
    }
}

/// What a vault is to what it keeps; `key` is the path of its key.
pub(super) fn keeper(live: &Live, key: &str, is_air_gapped: bool) -> Keeper {
    let date = live.fact(LOCK_DATE).map(str::parse::<Timestamp>);
    let lock = match (is_air_gapped, live.facts.contains_key(IS_LOCKED), date) {
        (true, _, _) => Lock::AirGapped,
        (false, false, _) => Lock::None,
        (false, true, None) => Lock::Governance,
        (false, true, Some(Ok(date))) => Lock::ComplianceFrom(date),
        (false, true, Some(Err(_))) => Lock::Unknown,
    };
    let days = |name: &str| match live.settings.get(name) {
        Some(Reading::Known(value)) => value.as_i64(),
        _ => live.facts.get(name).and_then(Value::as_i64),
    };
    let key = match live.settings.get(key) {
        Some(Reading::Known(value)) => value.as_str().map(str::to_owned),
        _ => None,
    };
    Keeper { name: live.id.name.clone(), lock, range: (days(MIN_DAYS), days(MAX_DAYS)), key }
}

/// The ARN of a KMS key, in the form in which AWS answers it.
pub(super) fn key_arn(text: &str) -> Result<String, Mistake> {
    let is_key = text.starts_with("arn:") && text.split(':').count() == 6 && text.contains(":kms:") && text.contains(":key/");
    if is_key {
        return Ok(text.to_owned());
    }
    let help = "AWS answers with the key's ARN, so an alias would differ for ever; look the key up with `aws kms describe-key`";
    Err(Mistake::new("must be the ARN of a KMS key, like `arn:aws:kms:us-east-1:123456789012:key/…`").help(help))
}

/// Whether a vault of this range of retention takes what is to be kept in it.
///
/// A recovery point without an end is longer than any longest retention: a job must have one that is equal to or shorter (AWS Backup API
/// `PutBackupVaultLockConfiguration`); that AWS fails it is *not confirmed*.
pub(super) fn takes(need: &Need, will_be: &dyn Fn(&str) -> Option<Value>) -> Answer {
    let Needed::Keeping(days) = need.needed else { return need.compare(will_be) };
    let (shortest, longest) = (will_be(MIN_DAYS), will_be(MAX_DAYS));
    let no = |reason: String, at: &str, remedy: String| Answer::No { reason, at: at.to_owned(), remedy };
    if let (Some(days), Some(min)) = (days, shortest.as_ref().and_then(Value::as_i64))
        && days < min
    {
        let remedy = format!("raise `delete_after` to {min} or more, or choose another vault");
        return no(format!("takes nothing that is kept for less than {}", said(min)), MIN_DAYS, remedy);
    }
    if let Some(max) = longest.as_ref().and_then(Value::as_i64)
        && days.is_none_or(|days| days > max)
    {
        let remedy = format!("write a `delete_after` of {max} or less, or choose another vault");
        return no(format!("takes nothing that is kept for more than {}", said(max)), MAX_DAYS, remedy);
    }
    let is_known = |value: &Option<Value>| matches!(value, Some(Value::Number(_) | Value::Null));
    if is_known(&shortest) && is_known(&longest) { Answer::Yes } else { Answer::Unknown }
}

/// What is wrong with a range that is none.
pub(super) fn check_range(wanted: &BTreeMap<String, Wanted>) -> Option<Concern> {
    let days = |setting: &str| wanted.get(setting)?.value.as_i64();
    let (min, max) = (days(MIN_DAYS)?, days(MAX_DAYS)?);
    (min > max).then(|| Concern {
        code: Code::LockDays,
        severity: Severity::Error,
        title: format!("no retention is {min} days or more and {max} days or less, so that every backup and copy would fail"),
        at: MIN_DAYS.to_owned(),
        also: Some((MAX_DAYS.to_owned(), "the longest retention".to_owned())),
        help: format!("write a `{MAX_DAYS}` of {min} or more"),
    })
}

/// `1 day`, `7 days`.
pub(super) fn said(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

/// A moment as the plan says it.
pub(super) fn at(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
