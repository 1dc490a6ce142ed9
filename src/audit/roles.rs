//! What the roles may do by which AWS Backup backs a thing up: whether that is surely more than backing up.
//!
//! Nothing here says that a role may do what it must; of that jobs tell.

use crate::kinds::{self, Protection};
use crate::model::{BackupRule, Covered, Ignorance, IgnoranceSort, Live, Mechanism, Outside, RolePermissions, Snapshot, Value};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// The only service that is to assume such a role.
const BACKUP: &str = "backup.amazonaws.com";

/// Policies of AWS that let their holder do nearly everything, or give itself more.
///
/// Source: AWS Managed Policy Reference Guide, of each of these names.
const MIGHTY: [&str; 3] = ["AdministratorAccess", "PowerUserAccess", "IAMFullAccess"];

/// A selection: account, region, the plan's name and its own.
type Selection = (String, String, String, String);

/// The roles of selections, judged once.
pub(super) struct Roles {
    by_selection: BTreeMap<Selection, BTreeSet<String>>,
    /// What of a role is too much, and what is not known of it.
    judged: BTreeMap<String, (Vec<String>, Vec<String>)>,
}

impl Roles {
    /// Looks for the roles of all selections.
    pub(super) fn new(snapshot: &Snapshot) -> Self {
        let protection = |live: &Live| kinds::find(&live.id.kind).and_then(kinds::Kind::protection);
        let plans = snapshot.resources.iter().filter(|live| matches!(protection(live), Some(Protection::Runs(_))));
        let plans = plans.filter_map(|live| Some(((live.id.target.as_str(), live.fact(Live::ID)?), live.id.name.as_str())));
        let plans: BTreeMap<(&str, &str), &str> = plans.collect();
        let mut by_selection: BTreeMap<Selection, BTreeSet<String>> = BTreeMap::new();
        for live in &snapshot.resources {
            let (Some(Protection::Chooses(chooser)), Some(at)) = (protection(live), snapshot.identities.get(&live.id.target)) else {
                continue;
            };
            let chooser = chooser(live);
            if let Some(plan) = plans.get(&(live.id.target.as_str(), chooser.plan.as_str())) {
                let selection = (at.account.clone(), live.id.region.clone(), (*plan).to_owned(), chooser.name);
                by_selection.entry(selection).or_default().insert(chooser.role);
            }
        }
        let judged = by_selection.values().flatten().map(|role| (role.clone(), judged(snapshot, role))).collect();
        Self { by_selection, judged }
    }

    /// What controls know of the roles of a thing, with why a part of that is not known.
    pub(super) fn told(&self, covered: &Covered) -> (Value, Vec<(String, Ignorance)>) {
        let roles = self.of(covered);
        let (mut excess, mut doubts) = (BTreeSet::new(), BTreeSet::new());
        for role in &roles {
            let named = role.rsplit('/').next().unwrap_or(role);
            let Some((too_much, not_known)) = self.judged.get(*role) else { continue };
            excess.extend(too_much.iter().map(|what| format!("role {named}: {what}")));
            doubts.extend(not_known.iter().map(|why| format!("role {named}: {why}")));
        }
        let mut unknown = Vec::new();
        let answer = match (roles.is_empty(), excess.is_empty(), doubts.is_empty()) {
            (true, _, _) => Value::Null,
            (_, false, _) => Value::from(false),
            (_, true, true) => Value::from(true),
            (_, true, false) => {
                let why = doubts.into_iter().collect::<Vec<_>>().join("; ");
                unknown.push(("roles.have_least_privilege".to_owned(), Ignorance { sort: IgnoranceSort::Unread, why: why.into() }));
                Value::Unknown
            }
        };
        let map = BTreeMap::from([
            ("have_least_privilege".to_owned(), answer),
            ("arns".to_owned(), Value::from(roles.into_iter().map(|role| Value::from(role.as_str())).collect::<Vec<_>>())),
            ("excess".to_owned(), Value::from(excess.into_iter().map(Value::from).collect::<Vec<_>>())),
        ]);
        (Value::from(map), unknown)
    }

    /// The roles of the selections that choose it.
    fn of(&self, covered: &Covered) -> BTreeSet<&String> {
        let rules = covered.mechanisms.iter().filter_map(|mechanism| match mechanism {
            Mechanism::BackupRule(rule) => Some(rule),
            _ => None,
        });
        let selection = |rule: &BackupRule| {
            let key = (covered.account.clone(), covered.region.clone(), rule.plan.clone(), rule.selection.clone());
            self.by_selection.get(&key)
        };
        rules.filter_map(|rule| selection(rule)).flatten().collect()
    }
}

/// What of a role is too much, and what is not known of it.
fn judged(snapshot: &Snapshot, role: &str) -> (Vec<String>, Vec<String>) {
    let (mut excess, mut doubts) = (Vec::new(), Vec::new());
    match snapshot.outside.get(role) {
        Some(Outside::Role { trust, .. }) => excess.extend(trusted(trust)),
        Some(Outside::Absent) => doubts.push("it is not there".to_owned()),
        _ => doubts.push("who may assume it was not read".to_owned()),
    }
    let permissions = snapshot.evidence.iter().flat_map(|evidence| &evidence.roles).find(|one| one.role == role);
    match permissions {
        Some(permissions) => allowed(permissions, &mut excess, &mut doubts),
        None => doubts.push("what it may do was not read".to_owned()),
    }
    (excess, doubts)
}

/// Who may assume it beside AWS Backup.
fn trusted(trust: &str) -> Option<String> {
    let document: Json = serde_json::from_str(trust).ok()?;
    let others: BTreeSet<String> = statements(&document).flat_map(|statement| principals(&statement["Principal"])).collect();
    let others: Vec<String> = others.into_iter().filter(|who| who != BACKUP).collect();
    (!others.is_empty()).then(|| format!("{} may assume it too", others.join(", ")))
}

fn principals(principal: &Json) -> Vec<String> {
    match principal {
        Json::Object(of) => of.values().flat_map(texts).map(str::to_owned).collect(),
        other => texts(other).into_iter().map(str::to_owned).collect(),
    }
}

fn allowed(permissions: &RolePermissions, excess: &mut Vec<String>, doubts: &mut Vec<String>) {
    for arn in &permissions.attached {
        let name = arn.rsplit('/').next().unwrap_or(arn);
        if arn.split(':').nth(4) == Some("aws") {
            if MIGHTY.contains(&name) {
                excess.push(format!("{name} is attached to it"));
            }
        } else if !permissions.own.contains_key(arn) {
            doubts.push(format!("the text of policy {name} was not read"));
        }
    }
    for (name, text) in permissions.inline.iter().chain(&permissions.own) {
        let name = name.rsplit('/').next().unwrap_or(name);
        match serde_json::from_str::<Json>(text) {
            Ok(document) => excess.extend(statements(&document).filter_map(too_much).map(|what| format!("policy {name} allows {what}"))),
            Err(_) => doubts.push(format!("the text of policy {name} is not understood")),
        }
    }
}

/// What a statement allows that nobody needs for a backup, on everything.
fn too_much(statement: &Json) -> Option<String> {
    let is_allow = statement["Effect"].as_str() == Some("Allow");
    let is_on_all = texts(&statement["Resource"]).contains(&"*") || statement.get("NotResource").is_some();
    if !is_allow || !is_on_all {
        return None;
    }
    if statement.get("NotAction").is_some() {
        return Some("all but some actions on everything".to_owned());
    }
    let is_mighty = |action: &&str| ["*", "*:*", "iam:*"].contains(&action.to_lowercase().as_str());
    texts(&statement["Action"]).into_iter().find(is_mighty).map(|action| format!("`{action}` on everything"))
}

/// The statements that allow or deny; a document may have one alone in place of a list.
fn statements(document: &Json) -> impl Iterator<Item = &Json> {
    let all = document.get("Statement");
    let one = all.filter(|all| all.is_object());
    all.and_then(Json::as_array).into_iter().flatten().chain(one)
}

/// A text, or a list of texts.
fn texts(value: &Json) -> Vec<&str> {
    match value {
        Json::Array(items) => items.iter().filter_map(Json::as_str).collect(),
        other => other.as_str().into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(attached: &[&str], inline: &str) -> (Vec<String>, Vec<String>) {
        let permissions = RolePermissions {
            role: "arn:aws:iam::123456789012:role/backups".to_owned(),
            attached: attached.iter().map(|arn| (*arn).to_owned()).collect(),
            inline: [("own".to_owned(), inline.to_owned())].into(),
            own: [].into(),
        };
        let (mut excess, mut doubts) = (Vec::new(), Vec::new());
        allowed(&permissions, &mut excess, &mut doubts);
        (excess, doubts)
    }

    #[test]
    fn only_what_is_surely_too_much_is_and_what_was_not_read_is_a_doubt() {
        let narrow = r#"{"Statement":[{"Effect":"Allow","Action":["iam:PassRole"],"Resource":"*"}]}"#;
        let backup = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup";
        assert_eq!(of(&[backup], narrow), (Vec::new(), Vec::new()));
        assert_eq!(of(&["arn:aws:iam::aws:policy/AdministratorAccess"], narrow).0, ["AdministratorAccess is attached to it"]);
        assert_eq!(of(&["arn:aws:iam::123456789012:policy/team"], narrow).1, ["the text of policy team was not read"]);
        for action in [r#""*""#, r#"["s3:GetObject","iam:*"]"#] {
            let all = format!(r#"{{"Statement":{{"Effect":"Allow","Action":{action},"Resource":["*"]}}}}"#);
            assert_eq!(of(&[], &all).0.len(), 1, "{all}");
        }
        let on_one =
            r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::a"},{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
        assert_eq!(of(&[], on_one).0, Vec::<String>::new());
        assert_eq!(of(&[], r#"{"Statement":{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}}"#).0.len(), 1);
    }

    #[test]
    fn nobody_but_aws_backup_is_to_assume_it() {
        let trust = |principal: &str| {
            trusted(&format!(r#"{{"Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"}}]}}"#))
        };
        assert_eq!(trust(r#"{"Service":"backup.amazonaws.com"}"#), None);
        assert_eq!(
            trust(r#"{"Service":["backup.amazonaws.com"],"AWS":"arn:aws:iam::123456789012:root"}"#).as_deref(),
            Some("arn:aws:iam::123456789012:root may assume it too")
        );
        assert!(trust(r#""*""#).is_some());
    }
}
