//! The types of resource that AWS Backup knows: how its settings name them, which ARNs are theirs, and what it does not do for them.
//!
//! Sources: AWS Backup API, `GetSupportedResourceTypes` and `DescribeRegionSettings` (names); Developer Guide, Supported AWS resources and
//! third-party applications (types and ARNs), Feature availability by resource (cold storage), Continuous backups and point-in-time recovery,
//! Advanced DynamoDB backup. AWS adds types from time to time, so that what is not here is doubted, and not refused unless its name is nearly
//! one of these.

use super::{Need, Needed, Place, roles};
use crate::model::{Form, Mistake, Severity, Value, partition, path};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use wildmatch::WildMatchPattern;

/// A type of resource.
#[derive(Debug)]
pub(super) struct Type {
    /// Its name in AWS Backup's settings.
    pub(super) name: &'static str,
    /// Its resources, in a sentence.
    title: &'static str,
    /// The service in its ARNs.
    service: &'static str,
    /// How the last part of its ARNs begins; an empty text is any. Clusters of RDS are of three types, which their ARNs do not tell apart.
    begins: &'static [&'static str],
    /// Whether a region can be opted in to it.
    in_settings: bool,
    /// Whether its recovery points can go to cold storage; `None` where AWS's documents leave it open.
    pub(super) cold: Option<bool>,
    /// Whether it can be backed up continuously.
    pub(super) continuous: bool,
    /// What to do in place of continuous backup.
    pub(super) instead: &'static str,
}

/// A type that has everything, but for what its row says.
const PLAIN: Type = Type {
    name: "",
    title: "",
    service: "",
    begins: &[""],
    in_settings: true,
    cold: Some(true),
    continuous: false,
    instead: "take it to a rule without `enable_continuous_backup`",
};

/// A row; what most types have not is said behind it.
const fn row(name: &'static str, title: &'static str, service: &'static str, begins: &'static [&'static str]) -> Type {
    Type { name, title, service, begins, ..PLAIN }
}

/// All types, by name.
static TYPES: [Type; 19] = [
    Type { cold: Some(false), continuous: true, ..row("Aurora", "Aurora clusters", "rds", &["cluster:"]) },
    Type { in_settings: false, cold: None, ..row("Aurora DSQL", "Aurora DSQL clusters", "dsql", &["cluster/"]) },
    row("CloudFormation", "CloudFormation stacks", "cloudformation", &["stack/"]),
    Type { cold: Some(false), ..row("DocumentDB", "DocumentDB clusters", "rds", &["cluster:"]) },
    Type {
        instead: "point-in-time recovery of a table is a setting of the table, `point_in_time_recovery` in a `protect` block",
        ..row(DYNAMODB, "DynamoDB tables", "dynamodb", &["table/"])
    },
    row("EBS", "EBS volumes", "ec2", &["volume/"]),
    Type { cold: Some(false), ..row("EC2", "EC2 instances", "ec2", &["instance/"]) },
    row("EFS", "EFS file systems", "elasticfilesystem", &["file-system/"]),
    Type { cold: None, ..row("EKS", "EKS clusters", "eks", &["cluster/"]) },
    Type { cold: Some(false), ..row("FSx", "FSx file systems and volumes", "fsx", &["file-system/", "volume/"]) },
    Type { cold: Some(false), ..row("Neptune", "Neptune clusters", "rds", &["cluster:"]) },
    Type { cold: Some(false), continuous: true, ..row("RDS", "RDS instances", "rds", &["db:"]) },
    Type { cold: Some(false), ..row("Redshift", "Redshift clusters", "redshift", &["cluster:"]) },
    Type { cold: Some(false), ..row("Redshift Serverless", "Redshift Serverless namespaces", "redshift-serverless", &["namespace/"]) },
    Type { cold: Some(false), continuous: true, ..row("S3", "S3 buckets", "s3", &[""]) },
    Type { continuous: true, ..row("SAP HANA on Amazon EC2", "SAP HANA on EC2", "ssm-sap", &[""]) },
    Type { cold: Some(false), ..row("Storage Gateway", "Storage Gateway volumes", "storagegateway", &["gateway/"]) },
    row("Timestream", "Timestream tables", "timestream", &["database/"]),
    row("VirtualMachine", "virtual machines", "backup-gateway", &["vm/"]),
];

/// The type that AWS Backup manages in full, with cold storage and copies to other places, only where that is turned on.
pub(super) const DYNAMODB: &str = "DynamoDB";

/// The names of the types that can be opted in to.
pub(super) fn names() -> Vec<&'static str> {
    TYPES.iter().filter(|one| one.in_settings).map(|one| one.name).collect()
}

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

/// The service in an ARN, and its last part. `arn:aws:rds:*` goes on with anything.
fn parts(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.splitn(6, ':').skip(2);
    Some((parts.next()?, parts.nth(2).unwrap_or("*")))
}

impl Type {
    /// Whether the last part of an ARN, or a pattern of it, can be that of one of these.
    fn fits(&self, resource: &str) -> bool {
        let pattern = resource.split_once('*').map(|(begins, _)| begins);
        self.begins.iter().any(|start| resource.starts_with(start) || pattern.is_some_and(|begins| start.starts_with(begins)))
    }
}

/// The types that an ARN, or a pattern of ARNs, can be of. Of `*` alone nothing is said.
pub(super) fn types(arn: &str) -> Vec<&'static Type> {
    let Some((service, resource)) = parts(arn) else { return Vec::new() };
    TYPES.iter().filter(|one| one.service == service && one.fits(resource)).collect()
}

/// The names of those that can be opted in to.
pub(super) fn of_arn(arn: &str) -> Vec<&'static str> {
    types(arn).into_iter().filter(|one| one.in_settings).map(|one| one.name).collect()
}

/// Every type in words.
pub(super) fn all() -> String {
    TYPES.iter().map(|one| one.title).collect::<Vec<_>>().join(", ")
}

/// Whether the thing of an ARN is of a type that AWS Backup backs up: a pattern or a tag brings in nothing else, whatever it matches.
pub(super) fn is_backed_up(arn: &str) -> bool {
    arn.splitn(6, ':').count() == 6 && !types(arn).is_empty()
}

/// Whether the thing of an ARN is of a service that AWS Backup is not known to back up anything of. Its own vaults and plans it surely does
/// not.
pub(super) fn is_of_unknown_service(arn: &str) -> bool {
    let service = arn.split(':').nth(2).unwrap_or_default();
    service != "backup" && !TYPES.iter().any(|one| one.service == service)
}

/// Whether what this ARN or pattern brings in of a type is backed up whatever is opted in to: the ARN of a resource, and a pattern that names
/// the type of resource and not the service alone. Clusters of RDS share one form of ARN, so that theirs must be opted in to in any case. Of
/// a pattern of buckets, whose ARNs name no type, AWS's documents say nothing.
///
/// Source: AWS Backup Developer Guide, Assign resources: service opt-in, and Filter by services or resource types.
pub(super) fn overrides_opt_in(named: &str, kind: &str) -> bool {
    let Some(one) = TYPES.iter().find(|one| one.name == kind) else { return false };
    let is_shared =
        |begin: &&str| TYPES.iter().any(|other| other.name != kind && other.service == one.service && other.begins.contains(begin));
    let Some((service, resource)) = parts(named).filter(|(service, _)| *service == one.service) else { return false };
    let begins = || one.begins.iter().filter(|begin| resource.starts_with(**begin));
    let is_whole = !resource.contains('*') && !service.contains('*');
    begins().any(|begin| !is_shared(begin) && (is_whole || !begin.is_empty()))
}

/// Whether a type is copied to other places, and goes to cold storage, only where AWS Backup manages it in full.
pub(super) fn needs_management(kind: &str) -> bool {
    kind == DYNAMODB
}

/// Whether recovery points of a type stay under the key of what they are of, which another account must be let use, and which AWS's own keys never
/// are.
///
/// Source: AWS Backup Developer Guide, "Encryption for backups in AWS Backup": types that are not fully managed.
pub(super) fn stays_under_own_key(kind: &str) -> bool {
    ["Aurora", "DocumentDB", "Neptune", "RDS"].contains(&kind)
}

/// Whether a type can be backed up continuously.
pub(super) fn is_continuous(kind: &str) -> bool {
    TYPES.iter().any(|one| one.name == kind && one.continuous)
}

/// The titles of all types but these.
pub(super) fn titles_but(kinds: &BTreeSet<&str>) -> Vec<&'static str> {
    TYPES.iter().filter(|one| !kinds.contains(one.name)).map(|one| one.title).collect()
}

/// What an ARN or a pattern is of, in words, where AWS Backup is not known to back up any of it.
pub(super) fn strange(arn: &str) -> Option<String> {
    let (service, resource) = parts(arn).filter(|(service, _)| !service.contains('*'))?;
    if !TYPES.iter().any(|one| one.service == service) {
        return Some(format!("anything of `{service}`"));
    }
    let kind = resource.split([':', '/']).next().unwrap_or(resource);
    types(arn).is_empty().then(|| format!("a `{kind}` of `{service}`"))
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
        return Err(Mistake::new(message).help(format!("the types are {}", names().join(", "))));
    }
    let known = names();
    if known.contains(&text) {
        return Ok(text.to_owned());
    }
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let near = known.iter().find(|known| plain(known) == plain(text));
    let near = near.or_else(|| known.iter().find(|known| known.len() > 4 && strsim::damerau_levenshtein(known, text) <= 2));
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
        assert_eq!(of_arn("arn:aws:ec2:*"), ["EBS", "EC2"]);
        assert_eq!(of_arn("arn:aws:rds:*:*:db:*"), ["RDS"]);
        assert_eq!(of_arn("*"), [""; 0]);
        assert_eq!(of_arn("arn:aws:lambda:us-east-1:1:function:f"), [""; 0]);
        assert_eq!(of_arn("arn:aws:rds:us-east-1:1:cluster:c"), ["Aurora", "DocumentDB", "Neptune"]);
        assert_eq!(of_arn("arn:aws:dsql:us-east-1:1:cluster/c"), [""; 0], "no region's settings have it");
        assert!(is_backed_up("arn:aws:dsql:us-east-1:1:cluster/c") && !is_backed_up("arn:aws:rds:us-east-1:1:snapshot:s"));
    }

    #[test]
    fn types_are_in_the_order_of_their_names_and_each_has_its_own() {
        let names: Vec<&str> = TYPES.iter().map(|one| one.name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
    }

    #[test]
    fn patterns_are_doubted_only_where_nothing_fits_them() {
        for known in [
            "*",
            "arn:aws:rds:*",
            "arn:aws:ec2:*:*:instance/*",
            "arn:aws:ec2:us-east-1:1:*",
            "arn:aws:ec2:us-east-1:1:vol*",
            "arn:aws:s3:::b",
        ] {
            assert_eq!(strange(known), None, "{known}");
        }
        assert_eq!(strange("arn:aws:lambda:us-east-1:1:function:f").as_deref(), Some("anything of `lambda`"));
        assert_eq!(strange("arn:aws:ec2:us-east-1:1:vpc/vpc-1").as_deref(), Some("a `vpc` of `ec2`"));
        assert_eq!(strange("arn:aws:rds:us-east-1:1:snapshot:s").as_deref(), Some("a `snapshot` of `rds`"));
        assert_eq!(strange("arn:aws:rds:us-east-1:1:db:one"), None);
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
