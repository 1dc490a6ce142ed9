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

/// Every value that AWS refuses, and every type and option that it is not known to take: it adds some from time to time.
pub(super) fn check(wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
    let mut concerns = Vec::new();
    let mut say = |severity: Severity, at: String, title: String, help: String| {
        concerns.push(Concern { code: Code::OutOfRange, severity, title, at, also: None, help });
    };
    for (block, there) in wanted.iter().filter(|(path, _)| path.ends_with(']') && path::generic(path) == BLOCK) {
        // A value that is known only after apply is no type yet.
        if there.value == Value::Unknown {
            continue;
        }
        let kind = path::split_key(block).map(|(_, key)| key).unwrap_or_default();
        let Some((_, known)) = KNOWN.iter().find(|(known, _)| *known == kind) else {
            match KNOWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(&kind)) {
                Some((near, _)) => say(
                    Severity::Error,
                    block.clone(),
                    format!("AWS Backup has no options for the resource type \"{kind}\""),
                    format!("did you mean \"{near}\"?"),
                ),
                None => say(
                    Severity::Warning,
                    block.clone(),
                    format!("AWS Backup is not known to have options for the resource type \"{kind}\""),
                    "only \"EC2\" and \"S3\" are known to have some; where AWS has added none for it, remove the block".to_owned(),
                ),
            }
            continue;
        };
        let at = path::child(block, OPTIONS);
        for (option, value) in wanted.get(&at).and_then(|options| options.value.as_map()).into_iter().flatten() {
            let place = || path::keyed(&at, option);
            if !known.contains(&option.as_str()) {
                let near = known.iter().find(|known| known.eq_ignore_ascii_case(option));
                let listed: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
                match near {
                    Some(near) => say(
                        Severity::Error,
                        place(),
                        format!("AWS Backup has no option `{option}` for {kind}"),
                        format!("did you mean `{near}`?"),
                    ),
                    None => say(
                        Severity::Warning,
                        place(),
                        format!("AWS Backup is not known to have an option `{option}` for {kind}"),
                        format!("{kind} is known to have {}; where AWS has not added this one, remove it", listed.join(" and ")),
                    ),
                }
            } else if *value != Value::Unknown && !value.as_str().is_some_and(|value| VALUES.contains(&value)) {
                let help = "write \"enabled\" or \"disabled\"".to_owned();
                say(
                    Severity::Error,
                    place(),
                    format!("the option `{option}` of {kind} must be \"enabled\" or \"disabled\", found {value}"),
                    help,
                );
            }
        }
    }
    concerns
}
