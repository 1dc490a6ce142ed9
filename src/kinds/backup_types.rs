//! The types of resource as AWS Backup names them in its settings, and which of them an ARN is of.
//!
//! Source: AWS Backup API, `GetSupportedResourceTypes` and `DescribeRegionSettings`; Developer Guide, Supported AWS resources. AWS adds types
//! from time to time, so that what is not here is not refused unless it is nearly one of them.

use super::{Need, Needed, Place, roles};
use crate::model::{Form, Mistake, Severity, Value, partition, path};
use std::cmp::Ordering;
use wildmatch::WildMatchPattern;

/// The types that can be opted in to.
pub(super) const TYPES: [&str; 18] = [
    "Aurora",
    "CloudFormation",
    "DocumentDB",
    "DynamoDB",
    "EBS",
    "EC2",
    "EFS",
    "EKS",
    "FSx",
    "Neptune",
    "RDS",
    "Redshift",
    "Redshift Serverless",
    "S3",
    "SAP HANA on Amazon EC2",
    "Storage Gateway",
    "Timestream",
    "VirtualMachine",
];

/// The name of a type.
pub(super) const TYPE: Form = Form { what: "a type of resource as AWS Backup writes it (`DynamoDB`, `EBS`, `S3`, …)", check: type_name };

/// A role that AWS Backup takes.
pub(super) const ROLE: Form = Form { what: "the ARN of an IAM role", check: role };

/// The name of a framework or a report plan.
pub(super) const AUDIT_NAME: Form = Form { what: "a letter, and then letters, digits and `_`", check: audit_name };

/// What a framework or a report plan is for.
pub(super) const AUDIT_DESCRIPTION: Form = Form { what: "a text of up to 1024 characters", check: audit_description };

/// The setting of a region that says which types are opted in to, type by type.
pub(super) const OPT_IN: &str = "resource_type_opt_in_preference";

/// The setting of a region that says which types AWS Backup manages in full, type by type.
pub(super) const MANAGEMENT: &str = "resource_type_management_preference";

/// What stands in the place of the last part of an ARN in what the settings of a region are known by.
pub(super) const REGION_SETTINGS: &str = "region-settings";

/// The setting of a bucket that AWS Backup needs on.
///
/// Source: AWS Backup Developer Guide, Amazon S3 backups.
pub(super) const VERSIONING: &str = "versioning.status";

/// That types are opted in to where something is, so that what is chosen of them by tag or pattern is backed up.
pub(super) fn opted_in(types: &[&str], at: &str, place: Place<'_>, otherwise: String) -> Need {
    let paths = types.iter().map(|kind| path::keyed(OPT_IN, kind)).collect();
    Need { at: at.to_owned(), of: known_as(place), needed: Needed::Flags { paths }, severity: Severity::Warning, otherwise }
}

/// That AWS Backup manages a type in full where something is.
pub(super) fn managed(kind: &str, at: &str, place: Place<'_>, otherwise: String) -> Need {
    let needed = Needed::Setting { path: path::keyed(MANAGEMENT, kind), value: Value::Bool(true) };
    Need { at: at.to_owned(), of: known_as(place), needed, severity: Severity::Error, otherwise }
}

fn known_as(place: Place<'_>) -> String {
    format!("arn:{}:backup:{}:{}:{REGION_SETTINGS}", partition(place.region), place.region, place.account)
}

/// Services with how the last part of the ARNs of one of their types begins, and the types. An ARN of RDS does not tell them apart.
const OF_ARNS: [(&str, &str, &[&str]); 16] = [
    ("backup-gateway", "vm/", &["VirtualMachine"]),
    ("cloudformation", "stack/", &["CloudFormation"]),
    ("dynamodb", "table/", &["DynamoDB"]),
    ("ec2", "instance/", &["EC2"]),
    ("ec2", "volume/", &["EBS"]),
    ("eks", "cluster/", &["EKS"]),
    ("elasticfilesystem", "file-system/", &["EFS"]),
    ("fsx", "", &["FSx"]),
    ("rds", "cluster:", &["Aurora", "DocumentDB", "Neptune"]),
    ("rds", "db:", &["RDS"]),
    ("redshift", "cluster:", &["Redshift"]),
    ("redshift-serverless", "namespace/", &["Redshift Serverless"]),
    ("s3", "", &["S3"]),
    ("ssm-sap", "", &["SAP HANA on Amazon EC2"]),
    ("storagegateway", "gateway/", &["Storage Gateway"]),
    ("timestream", "database/", &["Timestream"]),
];

/// The types that an ARN, or a pattern of ARNs, can be of. Of `*` alone nothing is said.
pub(super) fn of_arn(arn: &str) -> Vec<&'static str> {
    let mut parts = arn.splitn(6, ':').skip(2);
    let Some(service) = parts.next() else { return Vec::new() };
    // `arn:aws:rds:*` goes on with anything.
    let resource = parts.nth(2).unwrap_or("*");
    let begins = resource.split_once('*').map(|(begins, _)| begins);
    let fits = |start: &str| resource.starts_with(start) || begins.is_some_and(|begins| start.starts_with(begins));
    let types = OF_ARNS.iter().filter(|(of, start, _)| *of == service && fits(start));
    types.flat_map(|(_, _, types)| types.iter().copied()).collect()
}

fn role(text: &str) -> Result<String, Mistake> {
    let own = "; the console's own role is `arn:aws:iam::ACCOUNT:role/service-role/AWSBackupDefaultServiceRole`";
    roles::role(text).map_err(|mistake| {
        let help = mistake.help.as_ref().map(|help| if text.contains(":role/") { help.clone() } else { format!("{help}{own}") });
        Mistake { help, ..mistake }
    })
}

/// Which of two sets of ARNs and patterns brings in more: one that lets out what the other has brings in less, whatever it has beside.
#[expect(clippy::unnecessary_wraps, reason = "the form that a judgement of a setting has")]
pub(super) fn covers_more(before: &Value, after: &Value) -> Option<Ordering> {
    let texts = |value: &Value| -> Vec<String> {
        value.as_items().unwrap_or_default().iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let (before, after) = (texts(before), texts(after));
    let covers = |wide: &[String], narrow: &[String]| {
        narrow.iter().all(|text| wide.iter().any(|pattern| WildMatchPattern::<'*', '\0'>::new(pattern).matches(text)))
    };
    Some(match (covers(&after, &before), covers(&before, &after)) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, _) => Ordering::Less,
    })
}

fn audit_name(text: &str) -> Result<String, Mistake> {
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Ok(text.to_owned());
    }
    Err(Mistake::new(format!("must begin with a letter, found \"{text}\"")).help("use letters, digits and `_`, and no `-`"))
}

fn audit_description(text: &str) -> Result<String, Mistake> {
    match text.chars().count() {
        0..=1024 => Ok(text.to_owned()),
        long => Err(Mistake::new(format!("takes at most 1024 characters, found {long}"))),
    }
}

fn type_name(text: &str) -> Result<String, Mistake> {
    if text.is_empty() || text.chars().any(|c| !(c.is_alphanumeric() || " -_.".contains(c))) {
        let message = format!("has the key `{text}`, and a type of resource is written in letters, digits and spaces");
        return Err(Mistake::new(message).help(format!("the types are {}", TYPES.join(", "))));
    }
    if TYPES.contains(&text) {
        return Ok(text.to_owned());
    }
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let near = TYPES.iter().find(|known| plain(known) == plain(text));
    let near = near.or_else(|| TYPES.iter().find(|known| known.len() > 4 && strsim::damerau_levenshtein(known, text) <= 2));
    match near {
        Some(known) => {
            let message = format!("has the key `{text}`, which AWS Backup writes in another way");
            Err(Mistake::new(message).help(format!("did you mean `{known}`?")))
        }
        None => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_tells_its_type_and_a_pattern_all_that_it_could_be_of() {
        assert_eq!(of_arn("arn:aws:dynamodb:us-east-1:123456789012:table/Sales"), ["DynamoDB"]);
        assert_eq!(of_arn("arn:aws:s3:::documents"), ["S3"]);
        assert_eq!(of_arn("arn:aws:ec2:*:*:instance/*"), ["EC2"]);
        assert_eq!(of_arn("arn:aws:ec2:*"), ["EC2", "EBS"]);
        assert_eq!(of_arn("arn:aws:rds:*:*:db:*"), ["RDS"]);
        assert_eq!(of_arn("*"), [""; 0]);
        assert_eq!(of_arn("arn:aws:lambda:us-east-1:1:function:f"), [""; 0]);
    }

    #[test]
    fn a_type_that_is_nearly_a_known_one_is_a_mistake_and_a_new_one_is_not() {
        assert_eq!(type_name("DynamoDB").unwrap(), "DynamoDB");
        assert_eq!(type_name("dynamodb").unwrap_err().help.unwrap(), "did you mean `DynamoDB`?");
        assert_eq!(type_name("RedshiftServerless").unwrap_err().help.unwrap(), "did you mean `Redshift Serverless`?");
        assert_eq!(type_name("Neptun").unwrap_err().help.unwrap(), "did you mean `Neptune`?");
        assert_eq!(type_name("Keyspaces").unwrap(), "Keyspaces");
        assert!(type_name("a\"]").is_err());
    }
}
