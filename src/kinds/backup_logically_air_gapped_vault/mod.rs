//! `aws_backup_logically_air_gapped_vault`: a vault that AWS keeps apart, and that is locked from its first moment.
//!
//! Nobody can ever change its range of retention or lift its lock, so that making one needs consent as nothing else that is made does.

#[cfg(feature = "aws")]
mod aws;

use super::vaults::{self, MAX_DAYS, MIN_DAYS, MOST_DAYS, STATE, said};
use super::{Answer, Circumstances, Concern, Kind, Need, Place, Protection, outside, tags};
use crate::model::{ArnForm, Change, Effect, Existence, Fallback, Form, KindSpec, Live, Loss, Ownership, Setting, Shape, Value, Wanted};
use jiff::Timestamp;
use std::collections::BTreeMap;

const NAME: &str = "name";
const KEY: &str = "encryption_key_arn";
const READS: &[&str] = &["backup:ListBackupVaults"];

/// A row, with what all of them share.
const ROW: Setting = Setting {
    reads: READS,
    writes: &["backup:CreateLogicallyAirGappedBackupVault", "backup:DescribeBackupVault", "backup:DeleteBackupVault"],
    source: "AWS Backup API CreateLogicallyAirGappedBackupVault; Developer Guide, Logically air-gapped vault",
    fixed: true,
    ..Setting::PLAIN
};

static SPEC: KindSpec = KindSpec {
    name: "aws_backup_logically_air_gapped_vault",
    title: "logically air-gapped vault",
    doc: "A logically air-gapped backup vault: recovery points that AWS keeps in an account of its own, under a lock that nobody can ever lift, and that other accounts can restore from.",
    ownership: Ownership::Whole,
    service: "backup",
    arn_form: ArnForm::Regional,
    arn_prefix: "backup-vault:",
    name_form: vaults::NAME_FORM,
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "recovery points and copies can be kept in it, and nobody can delete them before their time",
        when_removed: "it holds nothing now, and what is still sent to it fails",
    }),
    settings: &[
        Setting {
            path: NAME,
            required: true,
            doc: "Its name, which AWS never changes: another name makes another vault, and the old one stays while it holds recovery points.",
            normalisation: "compared as it is written; upper and lower case differ",
            ..ROW
        },
        Setting {
            path: MIN_DAYS,
            shape: Shape::Days { min: 7, max: MOST_DAYS },
            required: true,
            doc: "For how many days recovery points must be kept at least. AWS never changes it.",
            ..ROW
        },
        Setting {
            path: MAX_DAYS,
            shape: Shape::Days { min: 7, max: MOST_DAYS },
            required: true,
            doc: "For how many days recovery points may be kept at most: one that is to be kept for ever does not get in. AWS never changes it.",
            ..ROW
        },
        Setting {
            path: KEY,
            shape: Shape::Text(Form { what: "the ARN of a KMS key", check: vaults::key_arn }),
            aws_default: Fallback::Kept,
            doc: "The KMS key that encrypts it; where it is left out, one that AWS Backup owns. AWS never changes it.",
            normalisation: "not compared where it is not declared",
            ..ROW
        },
        tags::setting(&["backup:ListTags", "tag:GetResources"], &["backup:TagResource", "backup:UntagResource"]),
    ],
    inventory_actions: &["backup:ListBackupVaults", "tag:GetResources", "backup:ListTags"],
    outside_actions: outside::KEYS,
    ..KindSpec::PLAIN
};

/// The kind.
pub struct AirGappedVault;

impl Kind for AirGappedVault {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        vaults::check_range(wanted).into_iter().collect()
    }

    fn effect(&self, change: &Change, _live: &Live, _wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
        (change.setting == Change::EXISTS).then_some(Effect::Irreversible)
    }

    fn consequence_among(&self, change: &Change, _live: &Live, wanted: &BTreeMap<String, Wanted>, _now: Timestamp) -> Option<String> {
        let days = |setting: &str| Some(said(wanted.get(setting)?.value.as_i64()?));
        let (min, max) = (days(MIN_DAYS)?, days(MAX_DAYS)?);
        (change.setting == Change::EXISTS).then(|| {
            format!(
                "it is locked from the moment in which it is made: what comes into it is kept, and paid for, for {min} at least and {max} at most, and nobody can change that or delete it before, root and AWS included; the vault itself can be removed while it is empty"
            )
        })
    }

    fn keeps(&self, live: &Live, _now: Timestamp) -> Option<String> {
        vaults::keeps(live)
    }

    fn refuses(&self, change: &Change, _live: &Live, _now: Timestamp) -> Option<(String, String)> {
        [MIN_DAYS, MAX_DAYS].contains(&change.setting.as_str()).then(|| {
            (
                format!("AWS locks `{}` of a logically air-gapped vault when it makes it ({} -> {})", change.setting, change.before, change.after),
                "declare a second vault with another `name` and this range, send new recovery points there, and remove this block when the last one here has expired".to_owned(),
            )
        })
    }

    fn answers(&self, need: &Need, will_be: &dyn Fn(&str) -> Option<Value>) -> Answer {
        vaults::takes(need, will_be)
    }

    fn remarks(&self, live: &Live) -> Vec<String> {
        live.fact(STATE).map(|state| format!("it is {state}, so that nothing can be kept in it yet")).into_iter().collect()
    }

    fn needs(&self, wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
        let key = wanted.get(KEY).and_then(|wanted| wanted.value.as_str());
        key.and_then(|key| outside::key(KEY, key, place, "copies into the vault fail")).into_iter().collect()
    }

    fn check_circumstances(&self, wanted: &BTreeMap<String, Wanted>, circumstances: Circumstances<'_>) -> Vec<Concern> {
        outside::key_elsewhere(KEY, wanted, circumstances.region).into_iter().collect()
    }

    fn protection(&self) -> Option<Protection> {
        Some(Protection::Keeps(|live| vaults::keeper(live, KEY, true)))
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::AirGappedCalls)
    }
}
