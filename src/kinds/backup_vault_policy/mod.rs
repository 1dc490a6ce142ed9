//! `aws_backup_vault_policy`: the access policy of a backup vault.
//!
//! It denies what nobody shall do there, whatever their own rights are, and lets other accounts copy into the vault: nothing else of another
//! account does AWS Backup honour. Two policies are the same where they are known to mean the same.

#[cfg(feature = "aws")]
mod aws;
mod clauses;

use super::{Answer, Concern, Kind, Need, Needed};
use crate::model::{
    ArnForm, Change, Code, Decision, Document, Effect, Existence, KindSpec, Live, Loss, Ownership, Parent, PolicyDocument, Principal,
    Reaches, Reading, Setting, Severity, Shape, Value, Wanted,
};
use clauses::Clauses;
use serde_json::Value as Json;
use std::collections::BTreeMap;

const POLICY: &str = "policy";

/// What takes recovery points, or what guards them, away.
const GUARDED: [&str; 10] = [
    "backup:DeleteRecoveryPoint",
    "backup:UpdateRecoveryPointLifecycle",
    "backup:DisassociateRecoveryPoint",
    "backup:DisassociateRecoveryPointFromParent",
    "backup:DeleteBackupVault",
    "backup:PutBackupVaultAccessPolicy",
    "backup:DeleteBackupVaultAccessPolicy",
    "backup:DeleteBackupVaultLockConfiguration",
    "backup:PutBackupVaultNotifications",
    "backup:DeleteBackupVaultNotifications",
];
/// What brings recovery points in from other accounts.
const COPY_INTO: &str = "backup:CopyIntoBackupVault";

static SPEC: KindSpec = KindSpec {
    name: "aws_backup_vault_policy",
    title: "backup vault policy",
    doc: "The access policy of a backup vault: what is denied there whatever rights somebody has, and which accounts may copy into it.",
    ownership: Ownership::Whole,
    service: "backup",
    arn_form: ArnForm::Nothing,
    parent: Some(Parent {
        kinds: &["aws_backup_vault", "aws_backup_logically_air_gapped_vault"],
        argument: "backup_vault_name",
        attributes: &["name", "id"],
        is_only: true,
        why: "",
    }),
    name_argument: "backup_vault_name",
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "what it denies is denied in the vault, whatever rights somebody has",
        when_removed: "what it denied is no longer denied, and no other account can copy into the vault any more",
    }),
    settings: &[Setting {
        path: POLICY,
        shape: Shape::Json(Document { what: "an access policy", canonical }),
        required: true,
        doc: "The policy, as JSON. Its actions are written out one by one: AWS Backup takes no `*` in them. For other accounts it honours `backup:CopyIntoBackupVault` alone. It guards what is done through AWS Backup; snapshots of EBS and RDS can still be deleted through those services.",
        normalisation: "by what it means: order, repetition, `Sid`, case of actions and of condition keys, one value or a list of one, an account's number or its root make no difference",
        when_safer: "more is denied in the vault",
        when_weaker: "what the old policy denied or let in is no longer denied or let in",
        source: "AWS Backup API PutBackupVaultAccessPolicy; Developer Guide, Vault access policies",
        reads: &["backup:GetBackupVaultAccessPolicy"],
        writes: &["backup:PutBackupVaultAccessPolicy", "backup:DeleteBackupVaultAccessPolicy"],
        ..Setting::PLAIN
    }],
    inventory_actions: &["backup:ListBackupVaults", "tag:GetResources", "backup:ListTags", "backup:GetBackupVaultAccessPolicy"],
    ..KindSpec::PLAIN
};

/// The kind.
pub struct VaultPolicy;

impl Kind for VaultPolicy {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        check(wanted)
    }

    fn effect(&self, change: &Change, _live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
        Some(match Difference::of(change, wanted)? {
            difference if difference.weakens() => Effect::Weakens,
            difference if difference.strengthens() => Effect::Strengthens,
            _ => Effect::Neutral,
        })
    }

    /// Who may do what is asked of what is in the vault too.
    fn reaches(&self, _change: &Change, _live: &Live, _wanted: &BTreeMap<String, Wanted>) -> Option<Reaches> {
        Some(Reaches::Existing)
    }

    fn consequence_among(&self, change: &Change, _live: &Live, wanted: &BTreeMap<String, Wanted>, _now: jiff::Timestamp) -> Option<String> {
        Difference::of(change, wanted)?.said()
    }

    fn answers(&self, need: &Need, will_be: &dyn Fn(&str) -> Option<Value>) -> Answer {
        answer(need, will_be)
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::PolicyCalls)
    }
}

/// The form in which policies are compared.
fn canonical(json: &Json) -> Json {
    PolicyDocument::from_json(json).map_or_else(|_| json.clone(), |document| document.evened())
}

/// What a change of the policy takes from those who are denied or let in, and what it gives.
struct Difference {
    /// Guarded actions that are denied to fewer.
    no_longer_denied: Vec<&'static str>,
    /// Guarded actions that are denied to more.
    denied: Vec<&'static str>,
    /// Guarded actions that are allowed to more.
    allowed: Vec<&'static str>,
    /// Guarded actions that are allowed to fewer.
    no_longer_allowed: Vec<&'static str>,
    /// Whether somebody can no longer copy into the vault.
    shuts_out: bool,
    /// Whether somebody can copy into the vault who could not.
    lets_in: bool,
}

impl Difference {
    /// `None` where one of the two is not known.
    fn of(change: &Change, wanted: &BTreeMap<String, Wanted>) -> Option<Self> {
        let (before, after) = match (change.setting.as_str(), &change.before) {
            // It is being made; there was none.
            (Change::EXISTS, _) => (Clauses::default(), Clauses::read(wanted.get(POLICY)?.value.as_str()?)?),
            (POLICY, Reading::Known(before)) => (Clauses::read(before.as_str()?)?, Clauses::read(change.after.as_str()?)?),
            _ => return None,
        };
        let where_wider = |wide: &Clauses, narrow: &Clauses, allows: bool| -> Vec<&'static str> {
            GUARDED.into_iter().filter(|action| !narrow.covers(wide, allows, action)).collect()
        };
        Some(Self {
            no_longer_denied: where_wider(&before, &after, false),
            denied: where_wider(&after, &before, false),
            allowed: where_wider(&after, &before, true),
            no_longer_allowed: where_wider(&before, &after, true),
            shuts_out: !after.covers(&before, true, COPY_INTO) || !before.covers(&after, false, COPY_INTO),
            lets_in: !before.covers(&after, true, COPY_INTO) || !after.covers(&before, false, COPY_INTO),
        })
    }

    fn weakens(&self) -> bool {
        !self.no_longer_denied.is_empty() || !self.allowed.is_empty() || self.shuts_out
    }

    fn strengthens(&self) -> bool {
        !self.denied.is_empty() || !self.no_longer_allowed.is_empty() || self.lets_in
    }

    fn said(&self) -> Option<String> {
        let list = |what: &str, actions: &[&str]| (!actions.is_empty()).then(|| format!("{what}: {}", actions.join(", ")));
        let weaker = [
            list("no longer denied as before", &self.no_longer_denied),
            list("allowed to more", &self.allowed),
            self.shuts_out.then(|| "fewer can copy into the vault than before, and copies of the others fail".to_owned()),
        ];
        let stronger = [
            list("denied from now on", &self.denied),
            list("allowed to fewer", &self.no_longer_allowed),
            self.lets_in.then(|| "more can copy into the vault than before".to_owned()),
        ];
        let parts: Vec<String> = weaker.into_iter().chain(stronger).flatten().collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

fn check(wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
    let Some(text) = wanted.get(POLICY).and_then(|policy| policy.value.as_str()) else { return Vec::new() };
    let concern = |code, severity, title: &str, help: &str| Concern {
        code,
        severity,
        title: title.to_owned(),
        at: POLICY.to_owned(),
        also: None,
        help: help.to_owned(),
    };
    let form = "a policy is `jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Deny\", Principal = \"*\", Action = [\"backup:DeleteRecoveryPoint\"], Resource = \"*\" }] })`";
    let Some(clauses) = Clauses::read(text) else {
        let reason = PolicyDocument::parse(text).err().map_or_else(|| "it is no policy document".to_owned(), |wrong| wrong.message);
        return vec![concern(Code::VaultPolicy, Severity::Error, &reason, form)];
    };
    let mut concerns = Vec::new();
    if clauses.is_empty() {
        concerns.push(concern(Code::VaultPolicy, Severity::Error, "the policy has no statement", form));
    }
    if let Some(action) = clauses.wildcard() {
        let title = format!("`{action}` in the policy of a vault: AWS Backup takes no `*` in an action");
        concerns.push(concern(Code::VaultPolicy, Severity::Error, &title, "write the actions out, one by one"));
    }
    if clauses.lacks_principal() {
        let title = "a statement of the policy names no `Principal`";
        concerns.push(concern(
            Code::VaultPolicy,
            Severity::Error,
            title,
            "write `Principal = \"*\"` for everybody, or the ARNs of those that are meant",
        ));
    }
    if ["backup:PutBackupVaultAccessPolicy", "backup:DeleteBackupVaultAccessPolicy"].iter().all(|action| clauses.denies_everybody(action)) {
        let title = "the policy denies to everybody that it is changed and that it is removed: nobody can change it again, root and backstay among them";
        let help = "except a role with a condition, `StringNotLike = { \"aws:PrincipalArn\" = [\"arn:aws:iam::ACCOUNT:role/NAME\"] }`, or leave out `backup:DeleteBackupVaultAccessPolicy`";
        concerns.push(concern(Code::VaultPolicyForEver, Severity::Warning, title, help));
    }
    if clauses.lets_in_anybody() {
        let title = "the policy allows something to everybody, of whichever account, without a condition";
        let help = "name the accounts, `Principal = { AWS = \"arn:aws:iam::ACCOUNT:root\" }`, or add a condition on `aws:PrincipalOrgID`";
        concerns.push(concern(Code::VaultPolicyOpen, Severity::Warning, title, help));
    }
    concerns
}

/// Whether a vault lets in an account that copies into it. One that has no policy lets in its own account alone (AWS Backup Developer Guide,
/// Creating backup copies across AWS accounts).
fn answer(need: &Need, will_be: &dyn Fn(&str) -> Option<Value>) -> Answer {
    let Needed::Entry(request) = &need.needed else { return Answer::Unknown };
    let Principal::Account(account) = &request.principal else { return Answer::Unknown };
    let remedy = |to: &str| {
        let statement = format!(
            "{{ Effect = \"Allow\", Principal = {{ AWS = \"arn:aws:iam::{account}:root\" }}, Action = \"{}\", Resource = \"*\" }}",
            request.action
        );
        format!("{to}: `{statement}`")
    };
    let policy = will_be(POLICY);
    if policy == Some(Value::Null) {
        let reason = format!("has no access policy, without which it lets no other account in, and so not {account}");
        let remedy = remedy(&format!("declare a `resource \"{}\"` of that vault with the statement", SPEC.name));
        return Answer::No { reason, at: POLICY.to_owned(), remedy };
    }
    let Some(document) = policy.as_ref().and_then(Value::as_str).and_then(|text| PolicyDocument::parse(text).ok()) else {
        return Answer::Unknown;
    };
    let reason = match document.decide(request) {
        Decision::Allowed { .. } => return Answer::Yes,
        Decision::Unknown { .. } => return Answer::Unknown,
        Decision::Denied { by } => format!("denies {} to account {account} (`{by}`)", request.action),
        Decision::NotAllowed => format!("does not allow {} to account {account}", request.action),
    };
    Answer::No { reason, at: POLICY.to_owned(), remedy: remedy("add to it") }
}

#[cfg(test)]
mod tests;
