//! The options of single resource types, and which of them AWS Backup takes.
//!
//! Source: AWS Backup API, `AdvancedBackupSetting`; Developer Guide, S3 backups.

use crate::kinds::Concern;
use crate::model::{Code, Severity, Value, Wanted, path};
use std::collections::BTreeMap;

const BLOCK: &str = "advanced_backup_setting";
const OPTIONS: &str = "backup_options";

/// The options of each type that has any.
const KNOWN: [(&str, &[&str]); 2] = [("EC2", &["WindowsVSS"]), ("S3", &["BackupACLs", "BackupObjectTags"])];

const VALUES: [&str; 2] = ["enabled", "disabled"];

/// Every type, option and value that AWS refuses.
pub(super) fn check(wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
    let mut concerns = Vec::new();
    let mut say = |at: String, title: String, help: String| {
        concerns.push(Concern { code: Code::OutOfRange, severity: Severity::Error, title, at, also: None, help });
    };
    for block in wanted.keys().filter(|path| path.ends_with(']') && path::generic(path) == BLOCK) {
        let kind = path::split_key(block).map(|(_, key)| key).unwrap_or_default();
        let Some((_, known)) = KNOWN.iter().find(|(known, _)| *known == kind) else {
            // A value that is known only after apply is no type yet.
            if !kind.starts_with('(') {
                let near = KNOWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(&kind));
                let help = near.map_or_else(
                    || "only \"EC2\" and \"S3\" have options; remove the block".to_owned(),
                    |(near, _)| format!("did you mean \"{near}\"?"),
                );
                say(block.clone(), format!("AWS Backup has no options for the resource type \"{kind}\""), help);
            }
            continue;
        };
        let at = path::child(block, OPTIONS);
        for (option, value) in wanted.get(&at).and_then(|options| options.value.as_map()).into_iter().flatten() {
            let place = || path::keyed(&at, option);
            if !known.contains(&option.as_str()) {
                let near = known.iter().find(|known| known.eq_ignore_ascii_case(option));
                let listed: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
                let help = near.map_or_else(|| format!("{kind} has {}", listed.join(" and ")), |near| format!("did you mean `{near}`?"));
                say(place(), format!("AWS Backup has no option `{option}` for {kind}"), help);
            } else if *value != Value::Unknown && !value.as_str().is_some_and(|value| VALUES.contains(&value)) {
                let help = "write \"enabled\" or \"disabled\"".to_owned();
                say(place(), format!("the option `{option}` of {kind} must be \"enabled\" or \"disabled\", found {value}"), help);
            }
        }
    }
    concerns
}
