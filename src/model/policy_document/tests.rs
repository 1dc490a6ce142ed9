use super::*;
use proptest::prelude::*;
use serde_json::json;

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:backups";
const ACCOUNT: &str = "123456789012";
const ALARM: &str = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:failed-backups";

fn read(json: &Json) -> PolicyDocument {
    PolicyDocument::from_json(json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

fn same(one: &Json, other: &Json) -> bool {
    read(one).means_the_same_as(&read(other))
}

fn statement(json: &Json) -> Json {
    json!({ "Version": "2012-10-17", "Statement": [json] })
}

/// What the statement says to an alarm of the same account.
fn alarm(json: &Json) -> Decision {
    read(&statement(json)).decide(&Sender::Alarm.publishes(TOPIC, ACCOUNT, Some(ALARM)))
}

fn with_condition(condition: &Json) -> Json {
    json!({ "Effect": "Allow", "Principal": { "Service": "cloudwatch.amazonaws.com" }, "Action": "SNS:Publish", "Resource": TOPIC, "Condition": condition })
}

fn allowed() -> Decision {
    Decision::Allowed { by: "statement 1".to_owned() }
}

#[test]
fn what_aws_echoes_otherwise_means_the_same() {
    let sent = json!({ "Statement": {
        "Effect": "Allow", "Principal": { "AWS": ACCOUNT }, "Action": ["sns:Publish", "sns:Subscribe"], "Resource": TOPIC,
        "Condition": { "StringEquals": { "aws:SourceAccount": ACCOUNT }, "Bool": { "aws:SecureTransport": true } },
    } });
    let echoed = json!({ "Version": "2008-10-17", "Id": "x", "Statement": [{
        "Sid": "", "Effect": "Allow", "Principal": { "AWS": ["arn:aws:iam::123456789012:root"] }, "Action": ["SNS:Subscribe", "SNS:Publish"],
        "Resource": [TOPIC],
        "Condition": { "Bool": { "AWS:SecureTransport": ["true"] }, "StringEquals": { "AWS:SourceAccount": [ACCOUNT] } },
    }] });
    assert!(same(&sent, &echoed));
    assert_eq!(
        read(&sent).canonical(),
        json!({ "Statement": [{
            "Effect": "Allow", "Principal": { "AWS": [ACCOUNT] }, "Action": ["sns:publish", "sns:subscribe"], "Resource": [TOPIC],
            "Condition": [["bool", "aws:securetransport", ["true"]], ["stringequals", "aws:sourceaccount", [ACCOUNT]]],
        }] })
    );
    let everyone = |principal: Json| statement(&json!({ "Effect": "Deny", "Principal": principal, "Action": "*", "Resource": "*" }));
    assert!(same(&everyone(json!("*")), &everyone(json!({ "AWS": "*" }))));
}

#[test]
fn what_means_something_else_never_compares_equal() {
    let base = json!({ "Effect": "Allow", "Principal": { "AWS": ACCOUNT }, "Action": "sns:Publish", "Resource": TOPIC, "Condition": { "StringEquals": { "aws:SourceArn": ALARM } } });
    let others = [
        ("Effect", json!("Deny")),
        ("Principal", json!({ "AWS": "210987654321" })),
        ("Principal", json!({ "Service": ACCOUNT })),
        ("Principal", json!({ "AWS": "arn:aws:iam::123456789012:role/root" })),
        ("Action", json!(["sns:Publish", "sns:Subscribe"])),
        ("Resource", json!(TOPIC.to_uppercase())),
        ("Condition", json!({ "StringLike": { "aws:SourceArn": ALARM } })),
        ("Condition", json!({ "StringEquals": { "aws:SourceArn": ALARM.to_uppercase() } })),
        ("Condition", json!({ "StringEquals": { "aws:SourceArn": [ALARM, TOPIC] } })),
        ("Condition", json!({ "StringEqualsIfExists": { "aws:SourceArn": ALARM } })),
        ("Condition", json!({ "ForAllValues:StringEquals": { "aws:SourceArn": ALARM } })),
        ("Unheard", json!(1)),
    ];
    for (element, value) in others {
        let mut other = base.clone();
        other[element] = value;
        assert!(!same(&statement(&base), &statement(&other)), "{other}");
    }
    let mut not = base.clone();
    not["NotAction"] = not["Action"].take();
    not.as_object_mut().expect("it is an object").remove("Action");
    assert!(!same(&statement(&base), &statement(&not)));
    let variable =
        json!({ "Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "arn:aws:sns:*:*:${aws:PrincipalAccount}" });
    assert!(
        !same(&json!({ "Version": "2012-10-17", "Statement": variable }), &json!({ "Statement": variable })),
        "a variable only since 2012"
    );
}

#[test]
fn what_is_no_policy_says_why() {
    let why = |text: &str| PolicyDocument::parse(text).expect_err(text).message;
    assert!(why("{").starts_with("the policy is not JSON: "));
    assert_eq!(why("[]"), "the policy is not a JSON object");
    assert_eq!(why("{}"), "the policy has no `Statement`");
    assert_eq!(why(r#"{"Version":"2020-01-01","Statement":[]}"#), r#"`Version` must be "2012-10-17" or "2008-10-17", found "2020-01-01""#);
    assert_eq!(
        why(r#"{"Statement":[{"Effect":"Allow","Action":"*"},{"Effect":"allow"}]}"#),
        r#"statement 2: `Effect` must be "Allow" or "Deny", found "allow""#
    );
    assert_eq!(why(r#"{"Statement":[{"Effect":"Allow"}]}"#), "statement 1: it has neither `Action` nor `NotAction`");
    assert_eq!(
        why(r#"{"Statement":[{"Effect":"Allow","Action":"*","NotAction":"*"}]}"#),
        "statement 1: `Action` and `NotAction` exclude each other"
    );
    assert_eq!(why(r#"{"Statement":[{"Effect":"Allow","Action":{}}]}"#), "statement 1: `Action` must be a string or a list of strings");
}

#[test]
fn the_default_policy_lets_alarms_in_and_rules_not() {
    let policy = read(&default_topic_policy(TOPIC, ACCOUNT));
    let says = |sender: Sender| policy.decide(&sender.publishes(TOPIC, ACCOUNT, None));
    assert_eq!(says(Sender::Alarm), Decision::Allowed { by: "__default_statement_ID".to_owned() });
    assert_eq!(says(Sender::EventRule), Decision::NotAllowed);
    assert!(matches!(says(Sender::BackupVault), Decision::Unknown { .. }));
    assert!(matches!(says(Sender::Bucket), Decision::Unknown { .. }));
    let foreign = policy.decide(&Sender::Alarm.publishes(TOPIC, "210987654321", None));
    assert_eq!(foreign, Decision::NotAllowed, "of another account");
}

/// The statements of the guides of CloudWatch, EventBridge, AWS Backup and S3.
#[test]
fn the_documented_statements_let_their_service_in_and_no_other() {
    let documented = [
        (
            Sender::Alarm,
            json!({ "ArnLike": { "aws:SourceArn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:*" }, "StringEquals": { "aws:SourceAccount": ACCOUNT } }),
        ),
        (Sender::EventRule, json!({})),
        (Sender::BackupVault, json!({})),
        (
            Sender::Bucket,
            json!({ "ArnLike": { "aws:SourceArn": "arn:aws:s3:*:*:invoices" }, "StringEquals": { "aws:SourceAccount": ACCOUNT } }),
        ),
    ];
    let sources = [
        ALARM,
        "arn:aws:events:us-east-1:123456789012:rule/failed",
        "arn:aws:backup:us-east-1:123456789012:backup-vault:daily",
        "arn:aws:s3:::invoices",
    ];
    for (sender, condition) in &documented {
        let policy = read(&statement(&json!({
            "Effect": "Allow", "Principal": { "Service": sender.service() }, "Action": "sns:Publish", "Resource": TOPIC, "Condition": condition,
        })));
        for ((other, _), source) in documented.iter().zip(sources) {
            let expected = if other == sender { allowed() } else { Decision::NotAllowed };
            assert_eq!(policy.decide(&other.publishes(TOPIC, ACCOUNT, Some(source))), expected, "{other:?} to the policy for {sender:?}");
        }
    }
}

#[test]
fn a_condition_on_a_rules_source_is_not_relied_on() {
    let policy = read(&statement(&json!({
        "Sid": "rules", "Effect": "Allow", "Principal": { "Service": "events.amazonaws.com" }, "Action": "sns:Publish", "Resource": TOPIC,
        "Condition": { "StringEquals": { "aws:SourceAccount": ACCOUNT } },
    })));
    let Decision::Unknown { by, reason } = policy.decide(&Sender::EventRule.publishes(TOPIC, ACCOUNT, None)) else {
        panic!("it is unknown")
    };
    assert_eq!(by, "rules");
    assert!(reason.contains("EventBridge"), "{reason}");
}

#[test]
fn a_condition_on_the_source_of_others_shuts_a_rule_out_whatever_it_sends() {
    let rule = "arn:aws:events:us-east-1:123456789012:rule/failed";
    let says = |condition: Json| {
        let policy = read(&statement(&json!({
            "Effect": "Allow", "Principal": { "Service": "events.amazonaws.com" }, "Action": "sns:Publish", "Resource": TOPIC, "Condition": condition,
        })));
        policy.decide(&Sender::EventRule.publishes(TOPIC, ACCOUNT, Some(rule)))
    };
    for shut in [
        json!({ "ArnEquals": { "aws:SourceArn": "arn:aws:events:us-east-1:123456789012:rule/other" } }),
        json!({ "ArnLike": { "aws:SourceArn": "arn:aws:events:us-west-2:*:rule/*" } }),
        json!({ "StringEquals": { "aws:SourceAccount": "210987654321" } }),
        json!({ "StringEquals": { "aws:SourceArn": "arn:aws:events:us-east-1:123456789012:rule/*" } }),
    ] {
        assert_eq!(says(shut.clone()), Decision::NotAllowed, "{shut}");
    }
    for doubtful in [
        json!({ "ArnLike": { "aws:SourceArn": "arn:aws:events:us-east-1:*:rule/*" } }),
        json!({ "StringNotEquals": { "aws:SourceAccount": ACCOUNT } }),
        json!({ "Null": { "aws:SourceArn": "true" } }),
    ] {
        assert!(matches!(says(doubtful.clone()), Decision::Unknown { .. }), "{doubtful}");
    }
    assert_eq!(says(json!({ "StringEqualsIfExists": { "aws:SourceAccount": ACCOUNT } })), allowed(), "it meets that either way");
}

#[test]
fn a_denial_beats_what_allows() {
    let policy = |deny: Json| {
        let allow = json!({ "Sid": "open", "Effect": "Allow", "Principal": "*", "Action": "sns:*", "Resource": "*" });
        read(&json!({ "Version": "2012-10-17", "Statement": [allow, deny] })).decide(&Sender::Alarm.publishes(TOPIC, ACCOUNT, Some(ALARM)))
    };
    let deny = |condition: Json| json!({ "Sid": "shut", "Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": "*", "Condition": condition });
    let shut = Decision::Denied { by: "shut".to_owned() };
    let open = Decision::Allowed { by: "open".to_owned() };
    assert_eq!(policy(deny(json!({}))), shut);
    assert_eq!(policy(deny(json!({ "Bool": { "aws:SecureTransport": "false" } }))), open, "the usual one, which meets plain HTTP alone");
    assert_eq!(
        policy(deny(json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-1" } }))),
        shut,
        "a service has no organization: it is shut out"
    );
    assert_eq!(policy(deny(json!({ "StringNotEqualsIfExists": { "aws:PrincipalOrgID": "o-1" } }))), shut);
    let spared = json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-1" }, "BoolIfExists": { "aws:PrincipalIsAWSService": "false" } });
    assert_eq!(policy(deny(spared)), open, "as AWS recommends it");
    assert!(matches!(policy(deny(json!({ "StringEquals": { "aws:SourceOrgID": "o-1" } }))), Decision::Unknown { by, .. } if by == "shut"));
    let but = json!({ "Sid": "shut", "Effect": "Deny", "NotPrincipal": { "Service": "cloudwatch.amazonaws.com" }, "Action": "*", "Resource": "*" });
    assert_eq!(policy(but), open);
    let but = json!({ "Sid": "shut", "Effect": "Deny", "NotPrincipal": { "Service": "events.amazonaws.com" }, "NotAction": "sns:Subscribe", "NotResource": "arn:aws:sns:*:*:other" });
    assert_eq!(policy(but), shut);
}

#[test]
fn actions_and_resources_match_with_wildcards() {
    let says =
        |action: &str, resource: &str| alarm(&json!({ "Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource }));
    assert_eq!(says("SNS:publish", TOPIC), allowed());
    assert_eq!(says("sns:Pub*", "arn:aws:sns:us-east-?:*:back*"), allowed());
    assert_eq!(says("*", "*"), allowed());
    assert_eq!(says("sns:Subscribe", TOPIC), Decision::NotAllowed);
    assert_eq!(says("sns:Publish", "arn:aws:sns:us-east-1:123456789012:Backups"), Decision::NotAllowed, "resources keep their case");
    assert!(matches!(says("sns:Publish", "arn:aws:sns:*:*:${aws:PrincipalAccount}"), Decision::Unknown { .. }));
}

#[test]
fn operators_compare_as_the_user_guide_says() {
    let cases = [
        (json!({ "StringEquals": { "AWS:sourceaccount": ["1", ACCOUNT] } }), true),
        (json!({ "StringEquals": { "aws:SourceAccount": "1*" } }), false),
        (json!({ "StringLike": { "aws:SourceAccount": "1*" } }), true),
        (json!({ "StringNotLike": { "aws:SourceAccount": "1*" } }), false),
        (json!({ "StringNotEquals": { "aws:SourceAccount": ["1", ACCOUNT] } }), false),
        (json!({ "StringEqualsIgnoreCase": { "aws:SourceArn": ALARM.to_uppercase() } }), true),
        (json!({ "ArnEquals": { "aws:SourceArn": "arn:aws:cloudwatch:*:123456789012:alarm:failed-*" } }), true),
        (json!({ "ArnLike": { "aws:SourceArn": "arn:aws:cloudwatch:*" } }), false),
        (json!({ "ArnLike": { "aws:SourceArn": "arn:aws:cloudwatch:*:alarm:failed-backups:*" } }), false),
        (json!({ "ArnNotLike": { "aws:SourceArn": "arn:aws:s3:*:*:*" } }), true),
        (json!({ "Bool": { "aws:SecureTransport": "True" } }), true),
        (json!({ "Null": { "aws:SourceArn": "false" } }), true),
        (json!({ "Null": { "aws:PrincipalOrgID": "true" } }), true),
        (json!({ "Null": { "aws:PrincipalOrgID": false } }), false),
        (json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } }), false),
        (json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-1" } }), true),
        (json!({ "StringEqualsIfExists": { "aws:PrincipalOrgID": "o-1" } }), true),
        (json!({ "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-1/*" } }), false),
        (json!({ "ForAllValues:StringLike": { "aws:PrincipalOrgPaths": "o-1/*" } }), true),
        (json!({ "StringEquals": { "aws:SourceAccount": ACCOUNT, "aws:PrincipalOrgID": "o-1" } }), false),
    ];
    for (condition, holds) in cases {
        assert_eq!(alarm(&with_condition(&condition)), if holds { allowed() } else { Decision::NotAllowed }, "{condition}");
    }
    let open = [
        json!({ "IpAddress": { "aws:SourceIp": "10.0.0.0/8" } }),
        json!({ "StringEquals": { "aws:SourceArn": "${aws:userid}" } }),
        json!({ "StringEquals": { "sns:Protocol": "https" } }),
    ];
    for condition in open {
        assert!(matches!(alarm(&with_condition(&condition)), Decision::Unknown { .. }), "{condition}");
    }
    let numbers = |condition: Json| {
        let request =
            Request::new(Principal::Service("cloudwatch.amazonaws.com".to_owned()), "sns:Publish", TOPIC).with("a:n", Known::value("10"));
        read(&statement(&with_condition(&condition))).decide(&request) == allowed()
    };
    assert!(numbers(json!({ "NumericLessThan": { "a:n": 11 } })));
    assert!(!numbers(json!({ "NumericGreaterThan": { "a:n": "10" } })));
    assert!(numbers(json!({ "NumericGreaterThanEquals": { "a:n": "10.0" } })));
}

#[test]
fn accounts_and_their_principals_are_named_by_number_root_or_arn() {
    let role = "arn:aws:iam::123456789012:role/backup";
    let says = |principal: Json, asks: Principal| {
        let policy = read(&statement(&json!({ "Effect": "Allow", "Principal": principal, "Action": "sns:Publish", "Resource": TOPIC })));
        policy.decide(&Request::new(asks, "sns:Publish", TOPIC))
    };
    for name in [json!({ "AWS": ACCOUNT }), json!({ "AWS": "arn:aws:iam::123456789012:root" }), json!("*")] {
        assert_eq!(says(name.clone(), Principal::Account(ACCOUNT.to_owned())), allowed());
        assert_eq!(says(name, Principal::Arn(role.to_owned())), allowed());
    }
    assert!(matches!(says(json!({ "AWS": role }), Principal::Account(ACCOUNT.to_owned())), Decision::Unknown { .. }));
    assert_eq!(says(json!({ "AWS": role }), Principal::Arn(role.to_owned())), allowed());
    assert_eq!(says(json!({ "AWS": "210987654321" }), Principal::Account(ACCOUNT.to_owned())), Decision::NotAllowed);
    assert_eq!(says(json!({ "Service": "sns.amazonaws.com" }), Principal::Account(ACCOUNT.to_owned())), Decision::NotAllowed);
}

fn one_or_many(names: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    proptest::sample::subsequence(names, 1..=names.len()).prop_shuffle()
}

fn any_statement() -> impl Strategy<Value = Json> {
    let principals = one_or_many(&[ACCOUNT, "arn:aws:iam::210987654321:root", "arn:aws:iam::123456789012:role/r"]);
    let actions = one_or_many(&["sns:Publish", "sns:Subscribe", "sns:Get*"]);
    let values = one_or_many(&["1", "2", "3"]);
    let operator = prop_oneof![Just("StringEquals"), Just("StringNotLike"), Just("ForAnyValue:StringLike")];
    (any::<bool>(), principals, actions, values, operator).prop_map(|(allows, principals, actions, values, operator)| {
        json!({
            "Effect": if allows { "Allow" } else { "Deny" }, "Principal": { "AWS": principals }, "Action": actions, "Resource": [TOPIC],
            "Condition": { operator: { "aws:SourceAccount": values } },
        })
    })
}

/// The same in another writing: lists turned round, lists of one without brackets, other case, other names of accounts, a `Sid`.
fn rewritten(statement: &Json) -> Json {
    fn turn(json: &Json) -> Json {
        match json {
            Json::Array(items) if items.len() == 1 => items[0].clone(),
            Json::Array(items) => items.iter().rev().cloned().collect(),
            Json::Object(elements) => elements.iter().map(|(name, json)| (name.clone(), turn(json))).collect(),
            other => other.clone(),
        }
    }
    let text = turn(statement).to_string().replace("sns:P", "SNS:p").replace("aws:SourceA", "AWS:sourcea");
    let text = text
        .replace(&format!("\"{ACCOUNT}\""), &format!("\"arn:aws:iam::{ACCOUNT}:root\""))
        .replace("\"arn:aws:iam::210987654321:root\"", "\"210987654321\"");
    let mut turned: Json = serde_json::from_str(&text).expect("it is still JSON");
    turned["Sid"] = json!("rewritten");
    turned
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn another_writing_means_the_same(statements in proptest::collection::vec(any_statement(), 1..5)) {
        let one = json!({ "Version": "2012-10-17", "Statement": statements });
        let turned: Vec<Json> = statements.iter().rev().map(rewritten).collect();
        let other = json!({ "Id": "other", "Statement": if turned.len() == 1 { turned[0].clone() } else { json!(turned) } });
        prop_assert_eq!(read(&one).canonical(), read(&other).canonical());
    }

    #[test]
    fn statements_that_differ_stay_apart(one in any_statement(), other in any_statement()) {
        let parts = |statement: &Json| {
            let set = |json: &Json| json.as_array().map(|items| items.iter().map(ToString::to_string).collect::<BTreeSet<_>>());
            let (operator, keys) = statement["Condition"].as_object().and_then(|all| all.iter().next()).map(|(name, keys)| (name.clone(), keys.clone())).expect("there is one");
            (statement["Effect"].clone(), set(&statement["Principal"]["AWS"]), set(&statement["Action"]), operator, set(&keys["aws:SourceAccount"]))
        };
        prop_assert_eq!(same(&statement(&one), &statement(&other)), parts(&one) == parts(&other));
    }

    #[test]
    fn the_same_decision_for_another_writing(statements in proptest::collection::vec(any_statement(), 1..4), number in "[1-4]") {
        let request = Request::new(Principal::Account(ACCOUNT.to_owned()), "sns:Publish", TOPIC).with("aws:SourceAccount", Known::value(number));
        let kind = |decision: Decision| match decision {
            Decision::Allowed { .. } => "allowed",
            Decision::Denied { .. } => "denied",
            Decision::NotAllowed => "not allowed",
            Decision::Unknown { .. } => "unknown",
        };
        let turned: Vec<Json> = statements.iter().map(rewritten).collect();
        let (one, other) = (json!({ "Statement": statements }), json!({ "Statement": turned }));
        prop_assert_eq!(kind(read(&one).decide(&request)), kind(read(&other).decide(&request)));
    }
}
