//! IAM: the roles of an account and who may assume them. Policies are not attached to them, and nothing asks whether a role may do what it does.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::forms::fault;
use super::input::Input;
use super::{AwsError, Call, Operation, Protocol, Service, Wire, epoch};
use crate::sandbox::state::{Caller, State};

/// The region that stands for all of them: IAM is signed for it.
pub(crate) const REGION: &str = "us-east-1";

/// The roles of an account, by name in lower case: IAM tells no names apart by case.
pub(crate) type Roles = BTreeMap<String, Role>;

/// A role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Role {
    pub(crate) name: String,
    /// Begins and ends with `/`.
    pub(crate) path: String,
    pub(crate) id: String,
    /// Who may assume it, as JSON.
    pub(crate) trust: String,
    pub(crate) description: Option<String>,
    /// In seconds.
    pub(crate) longest_session: i64,
    pub(crate) created: Timestamp,
    pub(crate) tags: BTreeMap<String, String>,
    /// The ARNs of the policies that are attached to it.
    #[serde(default)]
    pub(crate) attached: BTreeSet<String>,
    /// The policies that stand in it, by name.
    #[serde(default)]
    pub(crate) inline: BTreeMap<String, String>,
}

/// AWS Identity and Access Management, 2010-05-08.
pub(crate) static SERVICE: Service = Service {
    iam_prefix: "iam",
    signing_name: "iam",
    protocols: &[Protocol::AwsQuery { namespace: "https://iam.amazonaws.com/doc/2010-05-08/", wire: &WIRE }],
    throttle_code: "Throttling",
    operations: &[
        Operation::write("CreateRole", create),
        Operation::write("DeleteRole", delete),
        Operation::read("GetRole", get),
        Operation::read("GetRolePolicy", inline_policy),
        Operation::read("ListAttachedRolePolicies", attached),
        Operation::read("ListInstanceProfilesForRole", profiles),
        Operation::read("ListRolePolicies", inline),
        Operation::read("ListRoles", list),
        Operation::write("UpdateAssumeRolePolicy", update_trust),
    ],
    resources,
};

static WIRE: Wire = Wire { times: &["CreateDate"], ..Wire::PLAIN };

/// The ARN of a role.
pub(crate) fn arn(account: &str, path: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:role{path}{name}")
}

/// The id of a role that is made now.
pub(crate) fn fresh_id(state: &mut State) -> String {
    format!("AROASANDBOX{:010}", state.fresh_number())
}

fn resources(caller: &Caller, input: &Value) -> Vec<String> {
    let text = |member: &str| input.get(member).and_then(Value::as_str);
    vec![arn(&caller.account, text("Path").unwrap_or("/"), text("RoleName").unwrap_or("*"))]
}

/// What IAM refuses as the name of a role.
pub(crate) fn check_name(name: &str) -> Option<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    (!(1..=64).contains(&name.len()) || !name.chars().all(allowed))
        .then(|| format!("the name of a role has 1 to 64 letters, digits and `_+=,.@-`, found \"{name}\""))
}

/// What IAM refuses as the path of a role.
pub(crate) fn check_path(path: &str) -> Option<String> {
    (!(path.starts_with('/') && path.ends_with('/') && path.len() <= 512))
        .then(|| format!("a path begins and ends with `/`, found \"{path}\""))
}

/// What IAM refuses as a trust policy: it is JSON, allows or denies to assume the role to somebody, and names no resource.
pub(crate) fn check_trust(text: &str) -> Option<String> {
    let Ok(document) = serde_json::from_str::<Value>(text) else { return Some("This policy contains invalid Json".to_owned()) };
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) if !statements.is_empty() => statements.clone(),
        Some(statement @ Value::Object(_)) => vec![statement.clone()],
        _ => return Some("Syntax errors in policy.".to_owned()),
    };
    statements.iter().find_map(|statement| {
        if statement.get("Resource").is_some() || statement.get("NotResource").is_some() {
            return Some("Has prohibited field Resource".to_owned());
        }
        let names_nobody = statement.get("Principal").is_none() && statement.get("NotPrincipal").is_none();
        names_nobody.then(|| "Missing required field Principal".to_owned())
    })
}

fn invalid(message: String) -> AwsError {
    fault("ValidationError", 400, message)
}

fn malformed(reason: String) -> AwsError {
    fault("MalformedPolicyDocument", 400, reason)
}

fn missing(name: &str) -> AwsError {
    fault("NoSuchEntity", 404, format!("The role with name {name} cannot be found."))
}

fn named(fields: Input<'_>) -> Result<&str, AwsError> {
    let name = fields.text("RoleName")?.unwrap_or_default();
    check_name(name).map_or(Ok(name), |reason| Err(invalid(reason)))
}

fn roles<'a>(call: &'a mut Call<'_>) -> &'a mut Roles {
    &mut call.state.region_mut(&call.caller.account, REGION).iam
}

fn role<'a>(call: &'a mut Call<'_>, input: &Value) -> Result<&'a mut Role, AwsError> {
    let name = named(Input(input))?;
    roles(call).get_mut(&name.to_lowercase()).ok_or_else(|| missing(name))
}

fn shown(account: &str, role: &Role) -> Value {
    let tags: Vec<Value> = role.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    json!({
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": arn(account, &role.path, &role.name),
        "CreateDate": epoch(role.created),
        "AssumeRolePolicyDocument": encoded(&role.trust),
        "Description": role.description,
        "MaxSessionDuration": role.longest_session,
        "Tags": tags,
    })
}

/// URL encoding, in which IAM answers documents.
fn encoded(text: &str) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0').to_ascii_uppercase();
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    out
}

fn create(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = named(fields)?.to_owned();
    let path = fields.text("Path")?.unwrap_or("/").to_owned();
    if let Some(reason) = check_path(&path) {
        return Err(invalid(reason));
    }
    let trust = fields.text("AssumeRolePolicyDocument")?.unwrap_or_default().to_owned();
    if let Some(reason) = check_trust(&trust) {
        return Err(malformed(reason));
    }
    let longest_session = fields.integer("MaxSessionDuration")?.unwrap_or(3600);
    if !(3600..=43_200).contains(&longest_session) {
        return Err(invalid(format!("MaxSessionDuration must be between 3600 and 43200, found {longest_session}")));
    }
    if roles(call).contains_key(&name.to_lowercase()) {
        return Err(fault("EntityAlreadyExists", 409, format!("Role with name {name} already exists.")));
    }
    let mut tags = BTreeMap::new();
    for tag in fields.list("Tags")?.iter().map(Input) {
        tags.insert(tag.text("Key")?.unwrap_or_default().to_owned(), tag.text("Value")?.unwrap_or_default().to_owned());
    }
    let description = fields.text("Description")?.map(str::to_owned);
    let role = Role {
        id: fresh_id(call.state),
        created: call.now,
        name,
        path,
        trust,
        description,
        longest_session,
        tags,
        attached: [].into(),
        inline: [].into(),
    };
    let answer = json!({ "Role": shown(&call.caller.account, &role) });
    roles(call).insert(role.name.to_lowercase(), role);
    Ok(answer)
}

fn get(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let account = call.caller.account.clone();
    Ok(json!({ "Role": shown(&account, role(call, input)?) }))
}

fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let role = role(call, input)?;
    let policies = [("detach all policies", !role.attached.is_empty()), ("delete policies", !role.inline.is_empty())];
    if let Some((first, _)) = policies.iter().find(|(_, is_there)| *is_there) {
        return Err(fault("DeleteConflict", 409, format!("Cannot delete entity, must {first} first.")));
    }
    let key = role.name.to_lowercase();
    roles(call).remove(&key);
    Ok(json!({}))
}

fn update_trust(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let trust = Input(input).text("PolicyDocument")?.unwrap_or_default().to_owned();
    let role = role(call, input)?;
    if let Some(reason) = check_trust(&trust) {
        return Err(malformed(reason));
    }
    role.trust = trust;
    Ok(json!({}))
}

fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let prefix = fields.text("PathPrefix")?.unwrap_or("/").to_owned();
    let after = fields.text("Marker")?.unwrap_or_default().to_owned();
    let size = call.page(fields.page_limit("MaxItems", "maxItems", 1000)?, 100);
    let account = call.caller.account.clone();
    let fits = |(key, role): &(&String, &Role)| role.path.starts_with(&prefix) && (after.is_empty() || **key > after);
    let mut found: Vec<(String, Value)> = roles(call).iter().filter(fits).map(|(key, role)| (key.clone(), shown(&account, role))).collect();
    let more = found.len() > size;
    found.truncate(size);
    let marker = found.last().filter(|_| more).map(|(key, _)| key.clone());
    Ok(json!({ "Roles": found.into_iter().map(|(_, role)| role).collect::<Vec<_>>(), "IsTruncated": more, "Marker": marker }))
}

fn attached(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let named = |arn: &String| json!({ "PolicyName": arn.rsplit('/').next(), "PolicyArn": arn });
    let attached: Vec<Value> = role(call, input)?.attached.iter().map(named).collect();
    Ok(json!({ "AttachedPolicies": attached, "IsTruncated": false }))
}

fn inline(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let names: Vec<String> = role(call, input)?.inline.keys().cloned().collect();
    Ok(json!({ "PolicyNames": names, "IsTruncated": false }))
}

fn inline_policy(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let policy = Input(input).text("PolicyName")?.unwrap_or_default();
    let role = role(call, input)?;
    let Some(text) = role.inline.get(policy) else {
        return Err(fault("NoSuchEntity", 404, format!("The role policy with name {policy} cannot be found.")));
    };
    Ok(json!({ "RoleName": role.name, "PolicyName": policy, "PolicyDocument": encoded(text) }))
}

fn profiles(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    role(call, input)?;
    Ok(json!({ "InstanceProfiles": [], "IsTruncated": false }))
}

#[cfg(test)]
mod tests {
    use crate::sandbox::testing::World;

    const TRUST: &str = "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22backup.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%7D";

    #[test]
    fn a_role_is_answered_with_its_path_and_its_document_encoded() {
        let world = World::new();
        let made = world.form("iam", &format!("Action=CreateRole&RoleName=backups&Path=/team/&AssumeRolePolicyDocument={TRUST}"));
        assert!(made.contains("<Arn>arn:aws:iam::123456789012:role/team/backups</Arn>"), "{made}");
        let again = world.form("iam", &format!("Action=CreateRole&RoleName=Backups&AssumeRolePolicyDocument={TRUST}"));
        assert!(again.contains("<Code>EntityAlreadyExists</Code>"), "{again}");
        let got = world.in_region("eu-west-1").form("iam", "Action=GetRole&RoleName=backups");
        assert!(got.contains(&format!("<AssumeRolePolicyDocument>{TRUST}</AssumeRolePolicyDocument>")), "{got}");
        world.form("iam", "Action=DeleteRole&RoleName=backups");
        let gone = world.form("iam", "Action=GetRole&RoleName=backups");
        assert!(gone.contains("<Code>NoSuchEntity</Code>"), "{gone}");
    }

    #[test]
    fn a_trust_policy_that_trusts_nobody_is_refused() {
        let world = World::new();
        let document = "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%7D";
        let refused = world.form("iam", &format!("Action=CreateRole&RoleName=backups&AssumeRolePolicyDocument={document}"));
        assert!(refused.contains("MalformedPolicyDocument") && refused.contains("Missing required field Principal"), "{refused}");
    }

    #[test]
    fn what_a_role_may_do_is_told_policy_by_policy_and_goes_before_the_role() {
        let world = World::seeded(
            r#"
            resource "aws_iam_role" "backups" {
              name                = "backups"
              assume_role_policy  = "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"backup.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}}"
              managed_policy_arns = ["arn:aws:iam::aws:policy/PowerUserAccess"]
              inline_policy {
                name   = "own"
                policy = "{\"Statement\":[]}"
              }
            }
            "#,
        );
        let attached = world.form("iam", "Action=ListAttachedRolePolicies&RoleName=backups");
        assert!(attached.contains("<PolicyArn>arn:aws:iam::aws:policy/PowerUserAccess</PolicyArn>"), "{attached}");
        assert!(attached.contains("<PolicyName>PowerUserAccess</PolicyName>"), "{attached}");
        let names = world.form("iam", "Action=ListRolePolicies&RoleName=backups");
        assert!(names.contains("<PolicyNames><member>own</member></PolicyNames>"), "{names}");
        let own = world.form("iam", "Action=GetRolePolicy&RoleName=backups&PolicyName=own");
        assert!(own.contains("<PolicyDocument>%7B%22Statement%22%3A%5B%5D%7D</PolicyDocument>"), "{own}");
        let missing = world.form("iam", "Action=GetRolePolicy&RoleName=backups&PolicyName=other");
        assert!(missing.contains("<Code>NoSuchEntity</Code>"), "{missing}");
        let kept = world.form("iam", "Action=DeleteRole&RoleName=backups");
        assert!(kept.contains("<Code>DeleteConflict</Code>"), "{kept}");
    }
}
