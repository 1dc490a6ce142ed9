//! The plan as AWS takes and answers it, and as settings.

use super::super::{CONTINUOUS, COPY, NAME, RULE};
use crate::kinds::Flat;
use crate::model::{Reading, Value, path};
use aws_sdk_backup::error::BuildError;
use aws_sdk_backup::types::{
    AdvancedBackupSetting, BackupPlan, BackupPlanInput, BackupRule, BackupRuleInput, CopyAction, IndexAction, Lifecycle, ScanAction,
    ScanSetting,
};
use std::collections::BTreeMap;

/// What a plan reads as.
pub(super) fn settings(plan: &BackupPlan) -> BTreeMap<String, Reading> {
    let mut settings = Settings(BTreeMap::new());
    settings.text(NAME, Some(plan.backup_plan_name()));
    for rule in plan.rules() {
        settings.rule(rule);
    }
    for advanced in plan.advanced_backup_settings() {
        let at = settings.block("", "advanced_backup_setting", advanced.resource_type().unwrap_or_default());
        settings.map(&path::child(&at, "backup_options"), advanced.backup_options());
    }
    for scan in plan.scan_settings() {
        let at = settings.block("", "scan_setting", scan.malware_scanner().map_or("", |scanner| scanner.as_str()));
        settings.set_of(&path::child(&at, "resource_types"), scan.resource_types());
        settings.text(&path::child(&at, "scanner_role_arn"), scan.scanner_role_arn());
    }
    settings.0
}

struct Settings(BTreeMap<String, Reading>);

impl Settings {
    fn known(&mut self, at: &str, value: impl Into<Value>) {
        self.0.insert(at.to_owned(), Reading::Known(value.into()));
    }

    fn block(&mut self, around: &str, name: &str, key: &str) -> String {
        let at = path::keyed(&path::child(around, name), key);
        self.known(&at, true);
        at
    }

    fn text(&mut self, at: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.known(at, text);
        }
    }

    fn map<'s>(&mut self, at: &str, map: Option<impl IntoIterator<Item = (&'s String, &'s String)>>) {
        // AWS's own tags are nobody's setting.
        let own = map.into_iter().flatten().filter(|(key, _)| !key.starts_with("aws:"));
        let map: BTreeMap<String, Value> = own.map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect();
        if !map.is_empty() {
            self.known(at, map);
        }
    }

    fn set_of(&mut self, at: &str, items: &[String]) {
        if !items.is_empty() {
            self.known(at, Value::set(items.iter().map(|item| Value::from(item.as_str()))));
        }
    }

    fn lifecycle(&mut self, around: &str, lifecycle: Option<&Lifecycle>) {
        let Some(lifecycle) = lifecycle else { return };
        // 0 is another way to say that there is none.
        let days = |days: Option<i64>| days.filter(|days| *days > 0);
        if let Some(days) = days(lifecycle.delete_after_days()) {
            self.known(&path::child(around, "lifecycle.delete_after"), days);
        }
        if let Some(days) = days(lifecycle.move_to_cold_storage_after_days()) {
            self.known(&path::child(around, "lifecycle.cold_storage_after"), days);
        }
        if let Some(archive) = lifecycle.opt_in_to_archive_for_supported_resources() {
            self.known(&path::child(around, ARCHIVE), archive);
        }
    }

    fn rule(&mut self, rule: &BackupRule) {
        let at = self.block("", RULE, rule.rule_name());
        let child = |name: &str| path::child(&at, name);
        self.text(&child("target_vault_name"), Some(rule.target_backup_vault_name()));
        self.text(&child("schedule"), rule.schedule_expression().map(canonical_schedule).as_deref());
        self.text(&child("schedule_expression_timezone"), rule.schedule_expression_timezone().map(canonical_zone));
        for (name, minutes) in [("start_window", rule.start_window_minutes()), ("completion_window", rule.completion_window_minutes())] {
            if let Some(minutes) = minutes {
                self.known(&child(name), minutes);
            }
        }
        if let Some(continuous) = rule.enable_continuous_backup() {
            self.known(&child(CONTINUOUS), continuous);
        }
        self.lifecycle(&at, rule.lifecycle());
        self.map(&child("recovery_point_tags"), rule.recovery_point_tags());
        self.text(&child(AIR_GAPPED), rule.target_logically_air_gapped_backup_vault_arn());
        for copy in rule.copy_actions() {
            let inner = self.block(&at, COPY, copy.destination_backup_vault_arn());
            self.lifecycle(&inner, copy.lifecycle());
        }
        let indexed: Vec<String> = rule.index_actions().iter().flat_map(|action| action.resource_types().to_vec()).collect();
        self.set_of(&child("index_resource_types"), &indexed);
        for scan in rule.scan_actions() {
            let inner = self.block(&at, "scan_action", scan.malware_scanner().map_or("", |scanner| scanner.as_str()));
            self.text(&path::child(&inner, "scan_mode"), scan.scan_mode().map(aws_sdk_backup::types::ScanMode::as_str));
        }
    }
}

const ARCHIVE: &str = "lifecycle.opt_in_to_archive_for_supported_resources";
const AIR_GAPPED: &str = "target_logically_air_gapped_backup_vault_arn";

fn canonical_schedule(text: &str) -> String {
    let schedule = crate::time::Schedule::parse(text, crate::time::Service::Backup);
    // What AWS took is a schedule, also where this reader is stricter.
    schedule.map_or_else(|_| text.to_owned(), |schedule| schedule.canonical().to_owned())
}

fn canonical_zone(name: &str) -> &str {
    match crate::time::Zone::named(name) {
        Ok(zone) if zone.is_utc() => "Etc/UTC",
        _ => name,
    }
}

/// The plan that settings describe.
///
/// # Errors
///
/// A setting that AWS cannot do without is not there.
pub(super) fn input(flat: &Flat) -> Result<BackupPlanInput, BuildError> {
    let rules: Result<Vec<BackupRuleInput>, BuildError> = flat.keys(RULE).iter().map(|name| rule(flat, name)).collect();
    let advanced: Vec<AdvancedBackupSetting> = flat.keys("advanced_backup_setting").iter().map(|key| advanced(flat, key)).collect();
    let scans: Vec<ScanSetting> = flat.keys("scan_setting").iter().map(|key| scan_setting(flat, key)).collect();
    BackupPlanInput::builder()
        .backup_plan_name(flat.text(NAME).unwrap_or_default())
        .set_rules(Some(rules?))
        .set_advanced_backup_settings(Some(advanced).filter(|all| !all.is_empty()))
        .set_scan_settings(Some(scans).filter(|all| !all.is_empty()))
        .build()
}

fn rule(flat: &Flat, name: &str) -> Result<BackupRuleInput, BuildError> {
    let at = path::keyed(RULE, name);
    let child = |name: &str| path::child(&at, name);
    let copies: Result<Vec<CopyAction>, BuildError> = flat.keys(&child(COPY)).iter().map(|arn| copy(flat, &child(COPY), arn)).collect();
    let indexed = flat.texts(&child("index_resource_types")).filter(|types| !types.is_empty());
    let indexed = indexed.map(|types| vec![IndexAction::builder().set_resource_types(Some(types)).build()]);
    let scans: Vec<ScanAction> = flat.keys(&child("scan_action")).iter().map(|key| scan_action(flat, &child("scan_action"), key)).collect();
    BackupRuleInput::builder()
        .rule_name(name)
        .target_backup_vault_name(flat.text(&child("target_vault_name")).unwrap_or_default())
        .set_schedule_expression(flat.text(&child("schedule")))
        .set_schedule_expression_timezone(flat.text(&child("schedule_expression_timezone")))
        .set_start_window_minutes(flat.whole(&child("start_window")))
        .set_completion_window_minutes(flat.whole(&child("completion_window")))
        .set_enable_continuous_backup(flat.flag(&child(CONTINUOUS)))
        .set_lifecycle(lifecycle(flat, &at))
        .set_recovery_point_tags(flat.text_map(&child("recovery_point_tags")).map(|tags| tags.into_iter().collect()))
        .set_target_logically_air_gapped_backup_vault_arn(flat.text(&child(AIR_GAPPED)))
        .set_copy_actions(Some(copies?).filter(|copies| !copies.is_empty()))
        .set_index_actions(indexed)
        .set_scan_actions(Some(scans).filter(|scans| !scans.is_empty()))
        .build()
}

fn copy(flat: &Flat, block: &str, arn: &str) -> Result<CopyAction, BuildError> {
    CopyAction::builder().destination_backup_vault_arn(arn).set_lifecycle(lifecycle(flat, &path::keyed(block, arn))).build()
}

fn lifecycle(flat: &Flat, around: &str) -> Option<Lifecycle> {
    let delete = flat.whole(&path::child(around, "lifecycle.delete_after"));
    let cold = flat.whole(&path::child(around, "lifecycle.cold_storage_after"));
    // False is never sent: where there is no EBS archive AWS refuses it.
    let archive = flat.flag(&path::child(around, ARCHIVE)).filter(|archive| *archive);
    (delete.is_some() || cold.is_some() || archive.is_some()).then(|| {
        Lifecycle::builder()
            .set_delete_after_days(delete)
            .set_move_to_cold_storage_after_days(cold)
            .set_opt_in_to_archive_for_supported_resources(archive)
            .build()
    })
}

fn scan_action(flat: &Flat, block: &str, scanner: &str) -> ScanAction {
    let mode = flat.text(&path::child(&path::keyed(block, scanner), "scan_mode"));
    ScanAction::builder().malware_scanner(scanner.into()).set_scan_mode(mode.map(|mode| mode.as_str().into())).build()
}

fn advanced(flat: &Flat, resource_type: &str) -> AdvancedBackupSetting {
    let at = path::keyed("advanced_backup_setting", resource_type);
    let options = flat.text_map(&path::child(&at, "backup_options"));
    AdvancedBackupSetting::builder()
        .resource_type(resource_type)
        .set_backup_options(options.map(|options| options.into_iter().collect()))
        .build()
}

fn scan_setting(flat: &Flat, scanner: &str) -> ScanSetting {
    let at = path::keyed("scan_setting", scanner);
    ScanSetting::builder()
        .malware_scanner(scanner.into())
        .set_resource_types(flat.texts(&path::child(&at, "resource_types")))
        .set_scanner_role_arn(flat.text(&path::child(&at, "scanner_role_arn")))
        .build()
}
