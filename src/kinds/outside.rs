//! What kinds need of things that no kind stands for: that a role lets a service assume it, that a key can be used.
//!
//! Only what is in the account of who needs it is looked at: nobody else's account answers.

use super::{Concern, Need, Needed, Place, find, needs};
use crate::model::{Code, Decision, Identity, Known, Outside, Policy, PolicyDocument, Principal, Request, Severity, Wanted};
use std::collections::{BTreeMap, BTreeSet};

/// The IAM actions that looking at roles takes.
pub(super) const ROLES: &[&str] = &["iam:GetRole"];
/// The IAM actions that looking at keys takes.
pub(super) const KEYS: &[&str] = &["kms:DescribeKey"];
/// The IAM actions that reading what roles may do takes.
pub(super) const PERMISSIONS: &[&str] =
    &["iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"];
/// The same, and those that reading metrics takes.
pub(super) const PERMISSIONS_AND_METRICS: &[&str] = &[
    "cloudwatch:GetMetricData",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies",
];
/// Those of roles and of keys.
pub(super) const ROLES_AND_KEYS: &[&str] = &["iam:GetRole", "kms:DescribeKey"];

/// What is wrong with something that is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its code.
    pub code: Code,
    /// How grave it is.
    pub severity: Severity,
    /// The beginning of a sentence, which goes on with what happens then.
    pub what: String,
    /// What to do.
    pub help: String,
}

/// That a role lets a service assume it.
pub(super) fn role(at: &str, arn: &str, service: &'static str, otherwise: &str) -> Need {
    Need {
        at: at.to_owned(),
        of: arn.to_owned(),
        needed: Needed::Trust { service },
        severity: Severity::Error,
        otherwise: otherwise.to_owned(),
    }
}

/// That a key can be used. It is named by its id, its alias or the ARN of either; the keys that AWS manages are always there.
pub(super) fn key(at: &str, key: &str, place: Place<'_>, otherwise: &str) -> Option<Need> {
    let aws = crate::model::partition(place.region);
    let own = |id: &str| format!("arn:{aws}:kms:{}:{}:{id}", place.region, place.account);
    let of = match key {
        _ if key.contains("alias/aws/") => return None,
        _ if key.starts_with("arn:") => key.to_owned(),
        _ if key.starts_with("alias/") => own(key),
        _ => own(&format!("key/{key}")),
    };
    let (at, otherwise) = (at.to_owned(), otherwise.to_owned());
    Some(Need { at, of, needed: Needed::Key, severity: Severity::Error, otherwise })
}

/// What is wrong with a key of another region than that of what it is to encrypt, which KMS never gives out.
pub(super) fn key_elsewhere(at: &str, wanted: &BTreeMap<String, Wanted>, region: Option<&str>) -> Option<Concern> {
    let (arn, here) = (wanted.get(at)?.value.as_str()?, region?);
    let of = arn.strip_prefix("arn:")?.split(':').nth(2).filter(|of| *of != here)?;
    Some(Concern {
        code: Code::OtherRegion,
        severity: Severity::Error,
        title: format!("the key is in {of}, and a key encrypts only what is in its own region: here that is {here}"),
        at: at.to_owned(),
        also: None,
        help: format!("name a key of {here}; a multi-Region key has an ARN in each of its regions"),
    })
}

/// The ARNs of all such things that a policy needs in one target, of those that are in the target's account.
pub fn outside(policy: &Policy, target: &str, identity: &Identity) -> BTreeSet<String> {
    let place = Place { arn: None, whole: None, region: &identity.region, account: &identity.account, seen: &[] };
    let here = |targets: &[String]| targets.iter().any(|one| one == target);
    let of_resources = policy.resources.iter().filter(|resource| here(&resource.targets)).flat_map(|one| needs(policy, one, place));
    let protects = policy.protects.iter().filter(|protect| here(&protect.targets));
    let of_protects = protects.filter_map(|one| Some(find(&one.address.kind)?.needs(&one.wanted, place))).flatten();
    let needs = of_resources.chain(of_protects).filter(|need| matches!(need.needed, Needed::Trust { .. } | Needed::Key));
    let is_own = |arn: &String| arn.starts_with("arn:aws:") && arn.split(':').nth(4) == Some(identity.account.as_str());
    needs.map(|need| need.of).filter(is_own).collect()
}

/// Reads one of these.
#[cfg(feature = "aws")]
pub async fn read_outside(connection: &crate::aws::Connection, arn: &str) -> Outside {
    match arn.split(':').nth(2) {
        Some("kms") => super::kms::key(connection, arn).await,
        _ => super::iam::role(connection, arn).await,
    }
}

/// What is surely wrong with what was found, for who needs it.
pub fn fault(need: &Need, found: &Outside) -> Option<Fault> {
    let named = need.of.rsplit('/').next().unwrap_or(&need.of);
    let account = need.of.split(':').nth(4).unwrap_or_default();
    let region = need.of.split(':').nth(3).unwrap_or_default();
    match (&need.needed, found) {
        (Needed::Trust { service }, Outside::Absent) => Some(Fault {
            code: Code::RoleMissing,
            severity: Severity::Warning,
            what: format!("account {account} has no role `{named}`"),
            help: format!("make it before the next apply, with a trust policy that lets {service} in, or name one that is there"),
        }),
        (Needed::Trust { .. }, Outside::Role { arn, .. }) if *arn != need.of => Some(Fault {
            code: Code::RoleMissing,
            severity: Severity::Error,
            what: format!("the ARN of role `{named}` has another path"),
            help: format!("write \"{arn}\""),
        }),
        (Needed::Trust { service }, Outside::Role { arn, trust }) => shut_out(service, arn, account, trust),
        (Needed::Key, Outside::Absent) => Some(Fault {
            code: Code::KeyMissing,
            severity: Severity::Warning,
            what: format!("account {account} has no KMS key `{named}` in {region}"),
            help: "make it before the next apply, or name one that is there".to_owned(),
        }),
        (Needed::Key, Outside::Key { state, spec }) => unusable(named, state, spec),
        _ => None,
    }
}

/// Whether a role keeps a service out, whatever the request says.
fn shut_out(service: &str, arn: &str, account: &str, trust: &str) -> Option<Fault> {
    let named = arn.rsplit('/').next().unwrap_or(arn);
    let document = PolicyDocument::parse(trust).ok()?;
    let request = Request::new(Principal::Service(service.to_owned()), "sts:AssumeRole", arn)
        .with("aws:SourceAccount", Known::value(account))
        .with("aws:PrincipalServiceName", Known::value(service));
    let what = match document.decide(&request) {
        Decision::Allowed { .. } | Decision::Unknown { .. } => return None,
        Decision::NotAllowed => format!("the trust policy of role `{named}` does not let {service} assume it"),
        Decision::Denied { by } => format!("the trust policy of role `{named}` denies {service} to assume it ({by})"),
    };
    let help = format!(
        "add `{{ \"Effect\": \"Allow\", \"Principal\": {{ \"Service\": \"{service}\" }}, \"Action\": \"sts:AssumeRole\" }}` to the statements of the trust policy, or name a role that has it"
    );
    Some(Fault { code: Code::RoleShutsOut, severity: Severity::Error, what, help })
}

/// Whether a key cannot encrypt (KMS developer guide, "Key states of AWS KMS keys").
fn unusable(named: &str, state: &str, spec: &str) -> Option<Fault> {
    let (what, help) = match state {
        "Disabled" => ("is disabled", "enable it with `aws kms enable-key`, or name another"),
        "PendingDeletion" | "PendingReplicaDeletion" => (
            "waits to be deleted, and all that it encrypted will be lost with it",
            "keep it with `aws kms cancel-key-deletion` and `aws kms enable-key`, or name another",
        ),
        "PendingImport" => ("has no key material", "import it, or name another"),
        _ if !spec.is_empty() && spec != "SYMMETRIC_DEFAULT" => {
            ("is not a symmetric encryption key", "name one of the spec SYMMETRIC_DEFAULT")
        }
        _ => return None,
    };
    let (what, help) = (format!("KMS key `{named}` {what}"), help.to_owned());
    Some(Fault { code: Code::KeyUnusable, severity: Severity::Error, what, help })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "arn:aws:iam::123456789012:role/backups";

    fn trusted(trust: &str) -> Option<Code> {
        let need = role("iam_role_arn", ROLE, "backup.amazonaws.com", "nothing is backed up");
        fault(&need, &Outside::Role { arn: ROLE.to_owned(), trust: trust.to_owned() }).map(|fault| fault.code)
    }

    #[test]
    fn only_a_role_that_surely_keeps_the_service_out_is_at_fault() {
        let statement =
            |rest: &str| format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole",{rest}}}]}}"#);
        assert_eq!(trusted(&statement(r#""Principal":{"Service":["ec2.amazonaws.com","backup.amazonaws.com"]}"#)), None);
        assert_eq!(trusted(&statement(r#""Principal":{"Service":"ec2.amazonaws.com"}"#)), Some(Code::RoleShutsOut));
        assert_eq!(trusted(&statement(r#""Principal":{"AWS":"arn:aws:iam::123456789012:root"}"#)), Some(Code::RoleShutsOut));
        let condition = |account: &str| {
            statement(&format!(
                r#""Principal":{{"Service":"backup.amazonaws.com"}},"Condition":{{"StringEquals":{{"aws:SourceAccount":"{account}"}}}}"#
            ))
        };
        assert_eq!(trusted(&condition("123456789012")), None);
        assert_eq!(trusted(&condition("210987654321")), Some(Code::RoleShutsOut));
        let arn = r#""Principal":{"Service":"backup.amazonaws.com"},"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:backup:*"}}"#;
        assert_eq!(trusted(&statement(arn)), None, "what AWS Backup says there is not known");
        assert_eq!(trusted("not a policy"), None);
    }

    #[test]
    fn a_key_is_looked_for_by_arn_however_it_is_named() {
        let place = Place { arn: None, whole: None, region: "eu-west-1", account: "123456789012", seen: &[] };
        let of = |text: &str| key("kms_key_arn", text, place, "").map(|need| need.of);
        assert_eq!(of("alias/backups").unwrap(), "arn:aws:kms:eu-west-1:123456789012:alias/backups");
        assert_eq!(of("1234abcd").unwrap(), "arn:aws:kms:eu-west-1:123456789012:key/1234abcd");
        assert_eq!(of("arn:aws:kms:us-east-1:210987654321:key/1").unwrap(), "arn:aws:kms:us-east-1:210987654321:key/1");
        assert_eq!(of("alias/aws/sns"), None);
    }

    #[test]
    fn kinds_that_name_roles_or_keys_say_what_looking_at_them_takes() {
        let place = Place { arn: None, whole: None, region: "us-east-1", account: "123456789012", seen: &[] };
        let span = crate::model::Span { source: crate::model::SourceId::default(), range: 0..0 };
        let mut found = 0;
        for kind in crate::kinds::all() {
            let mut actions = BTreeSet::new();
            for text in [ROLE, "arn:aws:kms:us-east-1:123456789012:key/1234abcd"] {
                let all = kind.spec().settings.iter().map(|setting| (setting.path.to_owned(), Wanted::new(text.into(), span.clone())));
                actions.extend(kind.needs(&all.collect(), place).into_iter().filter_map(|need| match need.needed {
                    Needed::Trust { .. } => Some("iam:GetRole"),
                    Needed::Key => Some("kms:DescribeKey"),
                    _ => None,
                }));
            }
            found += actions.len();
            let said: BTreeSet<&str> = kind.spec().outside_actions.iter().copied().collect();
            assert!(actions.is_subset(&said), "{}: {actions:?} and not {said:?}", kind.spec().name);
        }
        assert!(found >= 10, "only {found} were found");
    }
}
