//! STS: who the caller is, and roles of other accounts.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::input::Input;
use super::{Access, AwsError, Call, Operation, Protocol, Service, Wire};
use crate::names::is_account_id;
use crate::sandbox::clock::later;
use crate::sandbox::state::{Caller, Session};

/// AWS Security Token Service, 2011-06-15.
pub(crate) static SERVICE: Service = Service {
    iam_prefix: "sts",
    signing_name: "sts",
    protocols: &[Protocol::AwsQuery { namespace: "https://sts.amazonaws.com/doc/2011-06-15/", wire: &Wire::PLAIN }],
    throttle_code: "Throttling",
    operations: &[
        Operation::read("GetCallerIdentity", caller_identity),
        Operation { name: "AssumeRole", access: Access::Session, route: None, run: assume_role },
        Operation::read("GetAccessKeyInfo", access_key_info),
    ],
    resources,
};

fn resources(_: &Caller, input: &Value) -> Vec<String> {
    input.get("RoleArn").and_then(Value::as_str).map(str::to_owned).into_iter().collect()
}

#[expect(clippy::unnecessary_wraps, reason = "all operations have one type")]
fn caller_identity(call: &mut Call<'_>, _: &Value) -> Result<Value, AwsError> {
    Ok(json!({ "Arn": call.caller.arn, "UserId": call.caller.user_id, "Account": call.caller.account }))
}

fn access_key_info(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let key = Input(input).required_text("AccessKeyId", "accessKeyId").map_err(as_query)?;
    Ok(json!({ "Account": call.state.caller(key, "us-east-1").account }))
}

fn assume_role(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let role_arn = fields.required_text("RoleArn", "roleArn").map_err(as_query)?;
    let name = fields.required_text("RoleSessionName", "roleSessionName").map_err(as_query)?;
    let (account, role) = role_of(role_arn).ok_or_else(|| validation(format!("{role_arn} is invalid")))?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    if !(2..=64).contains(&name.len()) || !name.bytes().all(allowed) {
        return Err(validation(format!(
            "1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*"
        )));
    }
    let seconds = fields.integer("DurationSeconds").map_err(as_query)?.unwrap_or(3600);
    if !(900..=43_200).contains(&seconds) {
        let (word, bound) = if seconds < 900 { ("greater", 900) } else { ("less", 43_200) };
        return Err(validation(format!(
            "1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value {word} than or equal to {bound}"
        )));
    }
    let now = call.now;
    call.state.sessions.retain(|_, session| session.expires > now);
    let key = format!("ASIASANDBOX{:09}", call.state.fresh_number());
    let role_name = role.rsplit('/').next().unwrap_or(role);
    let session = Session {
        account: account.to_owned(),
        arn: format!("arn:aws:sts::{account}:assumed-role/{role_name}/{name}"),
        user_id: format!("AROASANDBOX{account}:{name}"),
        expires: later(now, SignedDuration::from_secs(seconds)),
    };
    let answer = json!({
        "AssumedRoleUser": { "AssumedRoleId": session.user_id, "Arn": session.arn },
        "Credentials": {
            "AccessKeyId": key,
            "SecretAccessKey": "sandboxSecretAccessKeyThatNothingChecks0",
            "SessionToken": format!("sandbox-session-token-{key}"),
            "Expiration": session.expires.to_string(),
        },
        "PackedPolicySize": 0,
    });
    call.state.sessions.insert(key, session);
    Ok(answer)
}

/// Splits `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
fn role_of(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.splitn(6, ':');
    let is_iam =
        parts.next() == Some("arn") && parts.next().is_some_and(|partition| partition.starts_with("aws")) && parts.next() == Some("iam");
    let no_region = parts.next() == Some("");
    let account = parts.next().filter(|account| is_account_id(account))?;
    let role = parts.next()?.strip_prefix("role/").filter(|role| !role.is_empty())?;
    (is_iam && no_region).then_some((account, role))
}

fn validation(message: String) -> AwsError {
    AwsError::service("ValidationError", message)
}

/// The query protocol says `ValidationError` where the JSON ones say `ValidationException`.
fn as_query(error: AwsError) -> AwsError {
    validation(error.message)
}

#[cfg(test)]
mod tests {
    use crate::sandbox::testing::World;

    #[test]
    fn an_assumed_role_belongs_to_the_account_of_the_role() {
        let world = World::new();
        let answer = world.sts("Action=AssumeRole&RoleArn=arn:aws:iam::210987654321:role/team/backstay&RoleSessionName=plan&ExternalId=x");
        let key = answer.split("<AccessKeyId>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let identity = world.with_key(&key).sts("Action=GetCallerIdentity");
        assert!(identity.contains("<Arn>arn:aws:sts::210987654321:assumed-role/backstay/plan</Arn>"), "{identity}");
        assert!(identity.contains("<Account>210987654321</Account>"), "{identity}");
    }

    #[test]
    fn an_arn_that_is_no_role_and_a_duration_out_of_range_are_refused() {
        let world = World::new();
        let user = world.sts("Action=AssumeRole&RoleArn=arn:aws:iam::210987654321:user/x&RoleSessionName=plan");
        assert!(user.contains("<Code>ValidationError</Code>"), "{user}");
        let short = world.sts("Action=AssumeRole&RoleArn=arn:aws:iam::210987654321:role/x&RoleSessionName=plan&DurationSeconds=60");
        assert!(short.contains("greater than or equal to 900"), "{short}");
    }

    #[test]
    fn an_unknown_action_is_an_error() {
        let answer = World::new().sts("Action=GetFederationToken&Version=2011-06-15");
        assert!(answer.contains("<Code>InvalidAction</Code>"), "{answer}");
    }
}
