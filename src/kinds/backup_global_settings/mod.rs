//! `aws_backup_global_settings`: what AWS Backup lets the accounts of an organization do with each other.
//!
//! There is one for each account, whichever region is asked, and only the organization's management account can change it.

#[cfg(feature = "aws")]
mod aws;

use super::{Kind, Protection};
use crate::model::{
    ArnForm, Change, Effect, Form, KindSpec, Live, Mistake, Ownership, Reading, Safer, Setting, Shape, Single, Value, Wanted, path,
};
use std::collections::BTreeMap;

const SETTINGS: &str = "global_settings";

/// Whether backups may be copied to other accounts.
const CROSS_ACCOUNT: &str = "isCrossAccountBackupEnabled";

/// The settings that AWS documents.
const NAMES: [&str; 3] = [CROSS_ACCOUNT, "isDelegatedAdministratorEnabled", "isMpaEnabled"];

static SPEC: KindSpec = KindSpec {
    name: "aws_backup_global_settings",
    title: "AWS Backup global configuration",
    doc: "What AWS Backup lets the accounts of an organization do with each other. Only the organization's management account can change it.",
    ownership: Ownership::Settings,
    service: "backup",
    arn_form: ArnForm::Nothing,
    arn_prefix: "global-settings",
    single: Some(Single::InAccount),
    settings: &[Setting {
        path: SETTINGS,
        shape: Shape::Flags { name: Form { what: "a global setting of AWS Backup", check: name } },
        safer: Safer::WhenTrue,
        doc: "The settings by name: `isCrossAccountBackupEnabled` (backups may be copied to other accounts of the organization), `isMpaEnabled` (several people must approve what is done with logically air-gapped vaults), `isDelegatedAdministratorEnabled` (AWS Backup takes over who is delegated administrator). AWS writes their values as texts, `\"true\"`, and both are taken.",
        normalisation: "setting by setting; one that is not declared is not compared; \"true\" and true are the same",
        when_safer: "accounts of the organization can keep copies of each other's backups",
        when_weaker: "copies to other accounts of the organization fail from now on; copies that are there stay",
        source: "AWS Backup API UpdateGlobalSettings; Developer Guide, Managing resources across multiple accounts",
        reads: &["backup:DescribeGlobalSettings"],
        writes: &["backup:UpdateGlobalSettings", "organizations:DescribeOrganization", "iam:CreateServiceLinkedRole"],
        ..Setting::PLAIN
    }],
    ..KindSpec::PLAIN
};

/// The kind.
pub struct GlobalSettings;

impl Kind for GlobalSettings {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    /// Who administers is no protection.
    fn effect(&self, change: &Change, _live: &Live, _wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
        (key(change)? == "isDelegatedAdministratorEnabled").then_some(Effect::Neutral)
    }

    fn consequence(&self, change: &Change, _live: &Live, _now: jiff::Timestamp) -> Option<String> {
        let on = change.after == Value::Bool(true);
        let text = match (key(change)?.as_str(), on) {
            ("isMpaEnabled", true) => "approval teams can be assigned to logically air-gapped vaults, so that several people must agree",
            ("isMpaEnabled", false) => {
                "approval teams of logically air-gapped vaults can no longer be used: one person is enough, and shared access by approval ends"
            }
            _ => return None,
        };
        Some(text.to_owned())
    }

    fn protection(&self) -> Option<Protection> {
        let at = |live: &Live| match live.settings.get(&path::keyed(SETTINGS, CROSS_ACCOUNT))? {
            Reading::Known(Value::Bool(on)) => Some(*on),
            _ => None,
        };
        Some(Protection::Opens(at))
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Settings(&aws::GlobalCalls)
    }
}

fn key(change: &Change) -> Option<String> {
    path::split_key(&change.setting).map(|(_, key)| key)
}

fn name(text: &str) -> Result<String, Mistake> {
    if NAMES.contains(&text) {
        return Ok(text.to_owned());
    }
    let known = NAMES.map(|name| format!("`{name}`")).join(", ");
    let near = NAMES.iter().find(|known| strsim::normalized_damerau_levenshtein(&known.to_lowercase(), &text.to_lowercase()) > 0.6);
    let help = near.map_or_else(|| format!("the settings are {known}"), |near| format!("did you mean `{near}`?"));
    Err(Mistake::new(format!("has the key `{text}`, and AWS Backup has no such global setting")).help(help))
}
