//! What the rules of a plan do to what its selections choose.

use super::{AIR_GAPPED, COLD_AFTER, CONTINUOUS, COPY, DELETE_AFTER, NAME, RULE, SCHEDULE, TARGET, ZONE};
use crate::kinds::Flat;
use crate::model::{BackupCopy, BackupRule, Live, Lock, path};

/// What AWS takes where a rule does not say (AWS Backup API `BackupRuleInput`).
const DEFAULT_SCHEDULE: &str = "cron(0 5 ? * * *)";
const DEFAULT_ZONE: &str = "Etc/UTC";
const DEFAULT_START: i64 = 480;
const DEFAULT_COMPLETION: i64 = 10_080;

/// The rules of a plan, by name; what vaults and selections add is empty.
pub(super) fn rules(live: &Live) -> Vec<BackupRule> {
    let flat = Flat::of_readings(&live.settings);
    let plan = flat.text(NAME).unwrap_or_else(|| live.id.name.clone());
    flat.keys(RULE).into_iter().map(|name| rule(&flat, &plan, name)).collect()
}

fn rule(flat: &Flat, plan: &str, name: String) -> BackupRule {
    let at = path::keyed(RULE, &name);
    let own = |setting: &str| path::child(&at, setting);
    let days = |at: &str| flat.whole(at).filter(|days| *days > 0);
    let copies = path::child(&at, COPY);
    BackupRule {
        plan: plan.to_owned(),
        schedule: flat.text(&own(SCHEDULE)).unwrap_or_else(|| DEFAULT_SCHEDULE.to_owned()),
        time_zone: flat.text(&own(ZONE)).unwrap_or_else(|| DEFAULT_ZONE.to_owned()),
        start_window_minutes: flat.whole(&own("start_window")).unwrap_or(DEFAULT_START),
        completion_window_minutes: flat.whole(&own("completion_window")).unwrap_or(DEFAULT_COMPLETION),
        is_continuous: flat.flag(&own(CONTINUOUS)) == Some(true),
        vault: flat.text(&own(TARGET)).unwrap_or_default(),
        lock: Lock::Unknown,
        vault_key: None,
        delete_after_days: days(&own(DELETE_AFTER)),
        cold_storage_after_days: days(&own(COLD_AFTER)),
        air_gapped_vault: flat.text(&own(AIR_GAPPED)),
        copies: flat.keys(&copies).into_iter().map(|arn| copy(flat, &copies, arn)).collect(),
        doubts: Vec::new(),
        selection: String::new(),
        chosen_by: String::new(),
        rule: name,
    }
}

fn copy(flat: &Flat, copies: &str, vault_arn: String) -> BackupCopy {
    let days = flat.whole(&path::child(&path::keyed(copies, &vault_arn), DELETE_AFTER)).filter(|days| *days > 0);
    let part = |place: usize| vault_arn.split(':').nth(place).filter(|part| !part.is_empty()).map(str::to_owned);
    BackupCopy { region: part(3), account: part(4), delete_after_days: days, vault_arn, doubt: None }
}
