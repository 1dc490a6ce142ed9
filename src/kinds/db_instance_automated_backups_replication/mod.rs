//! `aws_db_instance_automated_backups_replication`: copies of an instance's automated backups in another region.
//!
//! It is made in the region that holds the copies, and known by the instance: there is at most one in a region. RDS changes nothing of one, so
//! another retention period stops it and starts it anew; what was copied before stays until its old period is over.

#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "aws")]
mod proof;

use super::{Circumstances, Concern, Flat, Kind, Need, Needed, Place, Protection, outside, rds, tags};
use crate::model::{
    ArnForm, Code, Existence, Fallback, Form, KindSpec, Live, Loss, Mechanism, Mistake, NameForm, Ownership, Safer, Setting, Severity,
    Shape, Value, Wanted,
};
use std::collections::BTreeMap;

const SOURCE: &str = "source_db_instance_arn";
const RETENTION: &str = "retention_period";
const KEY: &str = "kms_key_id";

/// The fact that says whether the copies are encrypted.
#[cfg(feature = "aws")]
const ENCRYPTED: &str = "encrypted";

const READS: &[&str] = &["rds:DescribeDBInstanceAutomatedBackups"];
const WRITES: &[&str] = &["rds:StartDBInstanceAutomatedBackupsReplication", "rds:StopDBInstanceAutomatedBackupsReplication"];
const API: &str = "RDS API StartDBInstanceAutomatedBackupsReplication; RDS User Guide, Replicating automated backups to another AWS Region";

static SPEC: KindSpec = KindSpec {
    name: "aws_db_instance_automated_backups_replication",
    title: "replication of automated backups",
    doc: "Copies of the automated backups of an RDS instance, kept in the target's region, where the instance can be restored when its own region is gone.",
    ownership: Ownership::Whole,
    service: "rds",
    arn_form: ArnForm::ById,
    arn_prefix: "auto-backup:",
    name_argument: SOURCE,
    name_form: NameForm { min: 1, max: 255, also: &[':', '-'], source: "RDS API StartDBInstanceAutomatedBackupsReplication" },
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "backups of the instance are copied to this region from now on",
        when_removed: "nothing more is copied to this region; what was copied stays there until its retention period is over",
    }),
    settings: &[
        Setting {
            path: SOURCE,
            shape: Shape::Text(Form { what: "the ARN of a DB instance", check: instance }),
            required: true,
            doc: "The instance whose backups are copied, in another region of the same account. Its automated backups must be on; members of clusters have none of their own.",
            normalisation: "identifiers in lower case",
            source: API,
            reads: READS,
            writes: WRITES,
            fixed: true,
            ..Setting::PLAIN
        },
        Setting {
            path: RETENTION,
            shape: Shape::Days { min: 1, max: 35 },
            aws_default: Fallback::Number(7),
            safer: Safer::WhenGreater,
            doc: "For how many days the copies are kept. 7 is sent where it is not declared, as what AWS would choose is not documented.",
            normalisation: "as it is; AWS returns what it was given",
            when_safer: "copies from now on are kept longer; the replication stops for it and starts anew, and what was copied before is kept as long as it was to be",
            when_weaker: "copies from now on are kept for fewer days; the replication stops for it and starts anew, and what was copied before is kept as long as it was to be",
            source: API,
            reads: READS,
            writes: WRITES,
            ..Setting::PLAIN
        },
        Setting {
            path: KEY,
            shape: Shape::Text(Form { what: "the ARN of a KMS key", check: key }),
            aws_default: Fallback::Kept,
            doc: "The key of this region that encrypts the copies. RDS requires one where the instance is encrypted, and never changes it.",
            normalisation: "not compared where it is not declared",
            source: API,
            reads: READS,
            writes: &["kms:CreateGrant", "kms:DescribeKey"],
            fixed: true,
            ..Setting::PLAIN
        },
        tags::setting(
            &["rds:DescribeDBInstanceAutomatedBackups", "tag:GetResources"],
            &["rds:AddTagsToResource", "rds:RemoveTagsFromResource"],
        ),
    ],
    inventory_actions: &["rds:DescribeDBInstanceAutomatedBackups", "tag:GetResources"],
    outside_actions: outside::KEYS,
    ..KindSpec::PLAIN
};

fn instance(text: &str) -> Result<String, Mistake> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "rds", _, _, "db", name] if name.chars().any(char::is_uppercase) => {
            let message = format!("must be an ARN as RDS writes it, with the identifier in lower case, found \"{text}\"");
            Err(Mistake::new(message).help(format!("write `{}`", name.to_lowercase())))
        }
        ["arn", _, "rds", _, _, "db", _] => Ok(text.to_owned()),
        _ => {
            let message = format!("must be the ARN of a DB instance, found \"{text}\"");
            Err(Mistake::new(message).help("it looks like `arn:aws:rds:us-east-1:123456789012:db:orders`"))
        }
    }
}

fn key(text: &str) -> Result<String, Mistake> {
    if text.starts_with("arn:") && text.contains(":kms:") && text.contains(":key/") {
        return Ok(text.to_owned());
    }
    let message = format!("must be the ARN of a KMS key, found \"{text}\"");
    Err(Mistake::new(message).help("AWS answers with the key's ARN, so an alias would differ for ever"))
}

/// The region in an ARN.
fn region(arn: &str) -> Option<&str> {
    arn.split(':').nth(3)
}

/// The kind.
pub struct BackupsReplication;

impl Kind for BackupsReplication {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn check_circumstances(&self, wanted: &BTreeMap<String, Wanted>, circumstances: Circumstances<'_>) -> Vec<Concern> {
        let Some(here) = circumstances.region else { return Vec::new() };
        let of = |setting: &str| wanted.get(setting).and_then(|wanted| wanted.value.as_str()).and_then(region);
        let concern = |at: &str, title: String, help: String| Concern {
            code: Code::BackupsReplication,
            severity: Severity::Error,
            title,
            at: at.to_owned(),
            also: None,
            help,
        };
        let mut concerns = Vec::new();
        if of(SOURCE) == Some(here) {
            let title = format!("the instance is in {here} itself, where its backups are already");
            let help = "give the block a `target` in the region that is to hold the copies";
            concerns.push(concern(SOURCE, title, help.to_owned()));
        }
        if let Some(elsewhere) = of(KEY).filter(|region| *region != here) {
            let title = format!("the key is in {elsewhere}, and the copies are encrypted with one of {here}");
            concerns.push(concern(KEY, title, format!("name a key of {here}")));
        }
        concerns
    }

    fn needs(&self, wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
        let key = wanted.get(KEY).and_then(|wanted| wanted.value.as_str());
        let key = key.and_then(|key| outside::key(KEY, key, place, "RDS refuses to copy the backups"));
        let source = wanted.get(SOURCE).and_then(|wanted| wanted.value.as_str()).map(|instance| Need {
            at: SOURCE.to_owned(),
            of: instance.to_owned(),
            needed: Needed::Setting { path: rds::RETENTION.to_owned(), value: Value::from(1) },
            severity: Severity::Error,
            otherwise: "RDS refuses to copy the backups of an instance that makes none".to_owned(),
        });
        key.into_iter().chain(source).collect()
    }

    fn protection(&self) -> Option<Protection> {
        Some(Protection::Copies(copies))
    }

    #[cfg(feature = "aws")]
    fn proof(&self) -> Option<&'static dyn super::ProofAws> {
        Some(&proof::Copied)
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::ReplicationCalls)
    }
}

/// What it protects: the instance whose backups it copies.
fn copies(live: &Live) -> Vec<(String, Mechanism)> {
    let flat = Flat::of_readings(&live.settings);
    let Some(source) = flat.text(SOURCE) else { return Vec::new() };
    let copied = Mechanism::CopiedBackups { region: live.id.region.clone(), days: flat.whole(RETENTION), key: flat.text(KEY) };
    vec![(source, copied)]
}
