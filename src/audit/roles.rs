//! What the roles may do by which AWS Backup backs a thing up: whether that is surely more than backing up.
//!
//! Nothing here says that a role may do what it must; of that jobs tell.

use crate::kinds::{self, Protection, role_rights};
use crate::model::{BackupRule, Covered, Ignorance, IgnoranceSort, Live, Mechanism, Outside, RolePermissions, Snapshot, Value};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// The only service that is to assume such a role.
const BACKUP: &str = "backup.amazonaws.com";

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
        Some(Outside::Role { trust, .. }) => match trusted(trust) {
            Ok(others) => excess.extend(others),
            Err(why) => doubts.push(why.to_owned()),
        },
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
///
/// # Errors
///
/// Why nobody can tell.
fn trusted(trust: &str) -> Result<Option<String>, &'static str> {
    let document: Json = serde_json::from_str(trust).map_err(|_| "who may assume it is not understood")?;
    let mut who = BTreeSet::new();
    for statement in statements(&document) {
        match statement["Effect"].as_str() {
            // Whom it shuts out, nobody lets in by that.
            Some("Deny") => continue,
            Some("Allow") => {}
            _ => return Err("who may assume it is not understood"),
        }
        let named = match (statement.get("Principal"), statement.get("NotPrincipal")) {
            (Some(principal), None) => principals(principal),
            (None, Some(_)) => vec!["everybody but some".to_owned()],
            _ => Vec::new(),
        };
        if named.is_empty() {
            return Err("who may assume it is not understood");
        }
        who.extend(named);
    }
    if who.is_empty() {
        return Err("nothing says who may assume it");
    }
    let others: Vec<String> = who.into_iter().filter(|who| who != BACKUP).collect();
    Ok((!others.is_empty()).then(|| format!("{} may assume it too", others.join(", "))))
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
            if role_rights::MIGHTY.contains(&name) {
                excess.push(format!("{name} is attached to it"));
            } else if !kinds::is_of_aws_backup(name) {
                doubts.push(format!("{name} is attached to it, which is no policy of AWS Backup: what it allows is not looked at"));
            }
        } else if !permissions.own.contains_key(arn) {
            doubts.push(format!("the text of policy {name} was not read"));
        }
    }
    for (name, text) in permissions.inline.iter().chain(&permissions.own) {
        let name = name.rsplit('/').next().unwrap_or(name);
        let document: Option<Json> = serde_json::from_str(text).ok();
        let all: Vec<&Json> = document.iter().flat_map(statements).collect();
        if all.is_empty() {
            doubts.push(format!("the text of policy {name} is not understood"));
        }
        for statement in all {
            match judge(statement) {
                Much::Surely(what) => excess.push(format!("policy {name} allows {what}")),
                Much::Perhaps(what) => doubts.push(format!("policy {name} allows {what}, and whether a backup needs that is not known")),
                Much::NotTold => doubts.push(format!("the text of policy {name} is not understood")),
                Much::No => {}
            }
        }
    }
}

/// Whether a statement allows more than backups need.
#[derive(Debug, PartialEq, Eq)]
enum Much {
    /// What nobody needs for a backup, on everything.
    Surely(String),
    /// What may be needed.
    Perhaps(String),
    /// Nobody can tell what it allows.
    NotTold,
    /// No.
    No,
}

fn judge(statement: &Json) -> Much {
    match statement["Effect"].as_str() {
        Some("Deny") => return Much::No,
        Some("Allow") => {}
        _ => return Much::NotTold,
    }
    let is_on_all = statement.get("NotResource").is_some() || texts(&statement["Resource"]).into_iter().any(is_everything);
    // Under a condition it may be little.
    let is_surely = is_on_all && statement.get("Condition").is_none();
    if statement.get("NotAction").is_some() {
        let what = "all but some actions".to_owned();
        return if is_surely { Much::Surely(format!("{what} on everything")) } else { Much::Perhaps(what) };
    }
    let actions = texts(&statement["Action"]);
    if actions.is_empty() {
        return Much::NotTold;
    }
    if let Some(action) = actions.iter().find(|action| is_surely && is_mighty(action)) {
        return Much::Surely(format!("`{action}` on everything"));
    }
    let other = actions.into_iter().find(|action| !role_rights::NEEDED.contains(&action.to_lowercase().as_str()));
    other.map_or(Much::No, |action| Much::Perhaps(format!("`{action}`")))
}

/// Whether a pattern of ARNs is every ARN: `*`, `arn:*`, `arn:aws:*`.
fn is_everything(resource: &str) -> bool {
    let rest = resource.strip_prefix("arn:").unwrap_or(resource);
    let rest = rest.strip_prefix("aws:").unwrap_or(rest);
    !rest.is_empty() && rest.chars().all(|c| c == '*' || c == ':') && rest.contains('*')
}

/// Whether a pattern of actions takes in a whole service, or what no backup needs.
fn is_mighty(action: &str) -> bool {
    let pattern = action.to_lowercase();
    let of_service = pattern.split_once(':').map_or(pattern.as_str(), |(_, of_service)| of_service);
    let is_whole = !of_service.is_empty() && of_service.chars().all(|c| c == '*');
    is_whole || role_rights::NEVER_NEEDED.iter().any(|never| is_like(&pattern, never))
}

/// Whether a text is as a pattern of IAM has it, in which `*` is any text and `?` any character.
fn is_like(pattern: &str, text: &str) -> bool {
    // What a pattern's beginning matches of the text's beginnings, a beginning of the pattern after the other.
    let text: Vec<char> = text.chars().collect();
    let mut ends = BTreeSet::from([0]);
    for c in pattern.chars() {
        ends = match c {
            '*' => ends.first().map(|first| (*first..=text.len()).collect()).unwrap_or_default(),
            _ => ends.into_iter().filter(|end| text.get(*end).is_some_and(|is| c == '?' || c == *is)).map(|end| end + 1).collect(),
        };
    }
    ends.contains(&text.len())
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

    const BACKUPS: &str = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup";

    fn allows(action: &str, rest: &str) -> String {
        format!(r#"{{"Statement":[{{"Effect":"Allow","Action":{action},{rest}}}]}}"#)
    }

    #[test]
    fn policies_of_aws_backup_and_what_it_surely_needs_are_no_excess() {
        let narrow = allows(r#"["dynamodb:CreateBackup","s3:GetObject"]"#, r#""Resource":"*""#);
        assert_eq!(of(&[BACKUPS, "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Restore"], &narrow), (Vec::new(), Vec::new()));
        let denies = r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
        assert_eq!(of(&[BACKUPS], denies), (Vec::new(), Vec::new()));
    }

    #[test]
    fn what_is_surely_too_much_is_matched_as_patterns() {
        for name in ["AdministratorAccess", "AWSBackupFullAccess", "AmazonS3FullAccess"] {
            let arn = format!("arn:aws:iam::aws:policy/{name}");
            assert!(of(&[&arn], "{}").0.contains(&format!("{name} is attached to it")));
        }
        for action in ["*", "*:*", "iam:*", "s3:*", "backup:*", "iam:Put*", "iam:*Policy", "IAM:putRolePolic?", "backup:DeleteBackup*"] {
            let both = allows(&format!(r#"["s3:GetObject","{action}"]"#), r#""Resource":["*"]"#);
            assert_eq!(of(&[], &both).0, [format!("policy own allows `{action}` on everything")]);
        }
        let all_but = r#"{"Statement":{"Effect":"Allow","NotAction":"iam:*","Resource":"arn:aws:*"}}"#;
        assert_eq!(of(&[], all_but).0.len(), 1);
        assert_eq!(of(&[], &allows(r#""s3:Get*""#, r#""Resource":"*""#)).0, Vec::<String>::new());
    }

    #[test]
    fn every_other_policy_is_a_doubt_that_names_it() {
        let doubt = |attached: &[&str], inline: &str, why: &str| {
            let (excess, doubts) = of(attached, inline);
            assert_eq!(excess, Vec::<String>::new());
            assert!(doubts.iter().any(|doubt| doubt.contains(why)), "{doubts:?}");
        };
        let narrow = allows(r#""s3:GetObject""#, r#""Resource":"*""#);
        doubt(&["arn:aws:iam::123456789012:policy/team"], &narrow, "the text of policy team was not read");
        doubt(&["arn:aws:iam::aws:policy/ReadOnlyAccess"], &narrow, "ReadOnlyAccess is attached to it");
        doubt(&[], &allows(r#""iam:PassRole""#, r#""Resource":"*""#), "policy own allows `iam:PassRole`");
        doubt(&[], &allows(r#""*""#, r#""Resource":"arn:aws:s3:::a""#), "policy own allows `*`");
        doubt(&[], &allows(r#""*""#, r#""Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}"#), "policy own allows `*`");
        for text in ["", "{}", r#"{"Statement":[{"Action":"*","Resource":"*"}]}"#, r#"{"Statement":[{"Effect":"Allow","Resource":"*"}]}"#] {
            doubt(&[], text, "the text of policy own is not understood");
        }
    }

    #[test]
    fn nobody_but_aws_backup_is_to_assume_it() {
        let trust = |statements: &str| trusted(&format!(r#"{{"Statement":[{statements}]}}"#));
        let allow = |principal: &str| format!(r#"{{"Effect":"Allow",{principal},"Action":"sts:AssumeRole"}}"#);
        let backup = allow(r#""Principal":{"Service":"backup.amazonaws.com"}"#);
        assert_eq!(trust(&backup), Ok(None));
        let both = allow(r#""Principal":{"Service":["backup.amazonaws.com"],"AWS":"arn:aws:iam::123456789012:root"}"#);
        assert_eq!(trust(&both), Ok(Some("arn:aws:iam::123456789012:root may assume it too".to_owned())));
        assert!(matches!(trust(&allow(r#""Principal":"*""#)), Ok(Some(_))));
        let but_some = allow(r#""NotPrincipal":{"AWS":"arn:aws:iam::123456789012:user/x"}"#);
        assert_eq!(trust(&but_some), Ok(Some("everybody but some may assume it too".to_owned())));
        let denied = r#"{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}"#;
        assert_eq!(trust(&format!("{backup},{denied}")), Ok(None), "whom it denies it does not let in");
        for text in ["", "{}", "no JSON", r#"{"Statement":[{"Effect":"Allow"}]}"#] {
            assert!(trusted(text).is_err(), "{text}");
        }
        assert!(trust(denied).is_err(), "nobody is let in");
    }
}
