//! `aws_backup_region_settings`: which types of resource AWS Backup takes in a region, and which of them it manages in full.
//!
//! There is one for each account and region from the first day on, so that it is neither made nor removed. AWS merges what is sent into
//! what is there; a type that the policy does not name is neither compared nor sent.

#[cfg(feature = "aws")]
mod aws;

use super::backup_types::{MANAGEMENT, OPT_IN, REGION_SETTINGS, TYPE};
use super::{Admission, Answer, Concern, Kind, Need, Needed, Protection};
use crate::model::{
    ArnForm, Change, Code, KindSpec, Live, Loss, Ownership, Reading, Refusal, Safer, Setting, Severity, Shape, Single, Value, Wanted, path,
};
use std::collections::BTreeMap;

/// A row, with what both share.
const ROW: Setting = Setting {
    shape: Shape::Flags { name: TYPE },
    safer: Safer::WhenTrue,
    loses: Loss::Later,
    normalisation: "type by type; one that is not declared is not compared",
    source: "AWS Backup API UpdateRegionSettings; Developer Guide, Getting started: service opt-in",
    reads: &["backup:DescribeRegionSettings"],
    writes: &["backup:UpdateRegionSettings"],
    ..Setting::PLAIN
};

static SPEC: KindSpec = KindSpec {
    name: "aws_backup_region_settings",
    title: "AWS Backup region configuration",
    doc: "Which types of resource AWS Backup backs up in a region when a selection chooses them by tag or pattern, and which of them it manages in full.",
    ownership: Ownership::Settings,
    service: "backup",
    arn_form: ArnForm::Nothing,
    arn_prefix: REGION_SETTINGS,
    single: Some(Single::InRegion),
    settings: &[
        Setting {
            path: OPT_IN,
            doc: "The types of resource by name, each opted in to or not. What a selection names with its full ARN is backed up without this; what it chooses by tag or pattern is not, and nothing tells.",
            when_safer: "what selections choose of this type by tag or pattern is backed up, from the next run on",
            when_weaker: "what selections choose of this type by tag or pattern is no longer backed up, and nothing tells; what is there expires",
            ..ROW
        },
        Setting {
            path: MANAGEMENT,
            doc: "The types whose backups AWS Backup manages in full: DynamoDB, which has cold storage, copies to other regions and accounts, and the vault's own key only with this; EFS always.",
            when_safer: "new backups of the type can go to cold storage and be copied, and lie under the vault's key; only AWS Backup can delete them",
            when_weaker: "new backups of the type have no cold storage and are not copied to other regions and accounts, so that such rules fail",
            source: "AWS Backup API UpdateRegionSettings; Developer Guide, Advanced DynamoDB backup",
            ..ROW
        },
    ],
    evidence_actions: &[
        "backup:GetBackupVaultAccessPolicy",
        "backup:ListBackupJobs",
        "backup:ListBackupVaults",
        "backup:ListCopyJobs",
        "backup:ListRecoveryPointsByBackupVault",
        "backup:ListRestoreJobs",
    ],
    ..KindSpec::PLAIN
};

/// The kind.
pub struct RegionSettings;

impl Kind for RegionSettings {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        let at = path::keyed(MANAGEMENT, "EFS");
        let off = wanted.get(&at).is_some_and(|flag| flag.value == Value::Bool(false));
        let concern = |at| Concern {
            code: Code::OutOfRange,
            severity: Severity::Error,
            title: "AWS Backup always manages EFS in full, and refuses to turn that off".to_owned(),
            at,
            also: None,
            help: "leave `EFS` out, or write `true`".to_owned(),
        };
        off.then(|| concern(at)).into_iter().collect()
    }

    /// AWS answers with every type that it knows in the region, so that one which is not in the answer is none there.
    fn forbids(&self, changes: &[Change], live: &Live, _wanted: &BTreeMap<String, Wanted>) -> Option<Refusal> {
        let unknown = changes.iter().find(|change| change.before == Reading::Unset)?;
        let (setting, kind) = path::split_key(&unknown.setting)?;
        let known = live.settings.keys().filter_map(|path| path::split_key(path)).filter(|(of, _)| *of == setting).map(|(_, kind)| kind);
        let is_known = |known: &String| live.settings.get(&path::keyed(&setting, known)).is_some_and(|reading| *reading != Reading::Unset);
        let known: Vec<String> = known.filter(is_known).collect();
        Some(Refusal {
            code: Code::OutOfRange.to_string(),
            reason: format!("AWS Backup knows no type `{kind}` in `{setting}` of {}", live.id.region),
            remedy: format!("leave it out there; the types that it has are {}", known.join(", ")),
        })
    }

    fn answers(&self, need: &Need, will_be: &dyn Fn(&str) -> Option<Value>) -> Answer {
        let paths = match &need.needed {
            Needed::Setting { path, .. } => std::slice::from_ref(path),
            Needed::Flags { paths } => paths.as_slice(),
            Needed::Entry(_)
            | Needed::Presence
            | Needed::Region(_)
            | Needed::Keeping(_)
            | Needed::Free { .. }
            | Needed::HandedOver(_)
            | Needed::Trust { .. }
            | Needed::Key => {
                return Answer::Unknown;
            }
        };
        let off: Vec<&String> = paths.iter().filter(|path| will_be(path) == Some(Value::Bool(false))).collect();
        let Some((setting, _)) = off.first().and_then(|path| path::split_key(path)) else {
            let known = paths.iter().all(|path| will_be(path).is_some_and(|value| value == Value::Bool(true)));
            return if known { Answer::Yes } else { Answer::Unknown };
        };
        let types: Vec<String> = off.iter().filter_map(|path| path::split_key(path)).map(|(_, kind)| kind).collect();
        let flag = |kind: &String| if kind.contains(' ') { format!("\"{kind}\" = true") } else { format!("{kind} = true") };
        let flags: Vec<String> = types.iter().map(flag).collect();
        Answer::No {
            reason: format!("has `{setting}` off for {}", types.join(", ")),
            at: off.first().map_or_else(String::new, |path| (*path).clone()),
            remedy: format!(
                "turn it on with `protect \"{}\" \"NAME\" {{ {setting} = {{ {} }} }}` in the same target",
                SPEC.name,
                flags.join(", ")
            ),
        }
    }

    fn protection(&self) -> Option<Protection> {
        Some(Protection::Admits(admission))
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Settings(&aws::RegionCalls)
    }

    /// What AWS Backup shows is of a whole region, as these settings are.
    #[cfg(feature = "aws")]
    fn proof(&self) -> Option<&'static dyn super::ProofAws> {
        Some(&super::backup_evidence::BackupEvidence)
    }
}

/// Which types the region takes.
fn admission(live: &Live) -> Admission {
    let flags = |setting: &str| {
        let of_setting = || live.settings.iter().filter(move |(at, _)| at.as_str() == setting || path::is_within(at, setting));
        // No answer at all is no answer that there are none.
        if of_setting().any(|(_, reading)| matches!(reading, Reading::Unreadable { .. })) || of_setting().next().is_none() {
            return None;
        }
        let flags = of_setting().filter_map(|(at, reading)| match reading {
            Reading::Known(Value::Bool(on)) => Some((path::split_key(at)?.1, *on)),
            _ => None,
        });
        Some(flags.collect())
    };
    Admission { opt_in: flags(OPT_IN), managed: flags(MANAGEMENT) }
}
