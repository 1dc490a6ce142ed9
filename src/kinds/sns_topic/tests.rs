//! Policies of topics, and whom they let in.

use super::policy::{DEFAULT, account, canonical, default, effect, lets_in_anybody};
use super::{PENDING, SnsTopic, filter};
use crate::kinds::{Answer, Kind, Need, Needed};
use crate::model::{Effect, Live, PolicyDocument, Sender, Severity, Value, default_topic_policy};
use serde_json::{Value as Json, json};

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:alerts";

fn allows(services: &Json, condition: &Json) -> String {
    let mut statement = json!({ "Effect": "Allow", "Principal": { "Service": services }, "Action": "SNS:Publish", "Resource": TOPIC });
    if !condition.is_null() {
        statement["Condition"] = condition.clone();
    }
    canonical(&json!({ "Statement": statement })).to_string()
}

fn answer(key: Option<&str>, policy: Option<&str>) -> Answer {
    let alarm = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:failed";
    let needed = Needed::Entry(Sender::Alarm.publishes(TOPIC, "123456789012", Some(alarm)));
    let need = Need {
        at: "alarm_actions".to_owned(),
        of: TOPIC.to_owned(),
        needed,
        severity: Severity::Error,
        otherwise: "nobody is told".to_owned(),
    };
    SnsTopic.answers(&need, &|path| match path {
        "kms_master_key_id" => Some(key.map(Value::from).unwrap_or_default()),
        "policy" => policy.map(Value::from),
        _ => None,
    })
}

#[test]
fn the_policy_that_sns_gives_is_one_value_for_every_topic() {
    for topic in [TOPIC, "arn:aws:sns:eu-west-1:999999999999:others"] {
        let given = default_topic_policy(topic, account(topic));
        assert_eq!(canonical(&given).to_string(), DEFAULT);
        assert_eq!(serde_json::from_str::<Json>(&default(topic)).unwrap(), given, "and is written out again for each");
    }
    let foreign = default_topic_policy(TOPIC, "999999999999");
    assert_ne!(canonical(&foreign).to_string(), DEFAULT, "of another account it is a policy like any other");
}

#[test]
fn a_compared_policy_is_still_one_that_aws_takes() {
    let conditions = json!({
        "stringequals": { "AWS:SourceAccount": "123456789012" },
        "ArnEquals": { "aws:SourceArn": ["arn:aws:s3:::b", "arn:aws:s3:::a"] },
        "ArnLike": { "aws:SourceArn": "arn:aws:s3:::*" },
        "ForAnyValue:StringLikeIfExists": { "aws:PrincipalOrgPaths": "o-1/*" },
    });
    let text = allows(&json!("s3.amazonaws.com"), &conditions);
    let json: Json = serde_json::from_str(&text).unwrap();
    let keys: Vec<&String> = json["Statement"][0]["Condition"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["ArnEquals", "ArnLike", "ForAnyValue:StringLikeIfExists", "StringEquals"]);
    assert_eq!(json["Version"], "2012-10-17");
    assert!(PolicyDocument::from_json(&json).is_ok());
    assert_eq!(canonical(&json).to_string(), text, "and it is its own form");
}

#[test]
fn a_policy_is_judged_by_who_can_still_publish() {
    let two = allows(&json!(["cloudwatch.amazonaws.com", "events.amazonaws.com"]), &Json::Null);
    let one = allows(&json!("cloudwatch.amazonaws.com"), &Json::Null);
    assert_eq!(effect(TOPIC, &two, &one), Some(Effect::Weakens));
    assert_eq!(effect(TOPIC, &one, &two), Some(Effect::Strengthens));
    assert_eq!(effect(TOPIC, DEFAULT, &one), Some(Effect::Neutral), "SNS's own lets in the account's alarms");
    assert_eq!(effect(TOPIC, DEFAULT, "{}"), None, "of what is no policy nothing is said");
}

#[test]
fn a_condition_that_eventbridge_and_backup_may_not_meet_shuts_them_out() {
    for service in ["events.amazonaws.com", "backup.amazonaws.com"] {
        let open = allows(&json!(service), &Json::Null);
        let own = allows(&json!(service), &json!({ "StringEquals": { "aws:SourceAccount": "123456789012" } }));
        let source = allows(&json!(service), &json!({ "ArnLike": { "aws:SourceArn": "arn:aws:*:us-east-1:123456789012:*" } }));
        let others = allows(&json!(service), &json!({ "StringEquals": { "aws:SourceAccount": "999999999999" } }));
        for narrow in [&own, &source, &others] {
            assert_eq!(effect(TOPIC, &open, narrow), Some(Effect::Weakens), "{narrow}");
            assert_eq!(effect(TOPIC, narrow, &open), Some(Effect::Strengthens), "{narrow}");
        }
    }
}

#[test]
fn an_alarm_is_told_only_what_is_certain() {
    let yes = allows(&json!("cloudwatch.amazonaws.com"), &Json::Null);
    assert_eq!(answer(None, Some(&yes)), Answer::Yes);
    assert_eq!(answer(None, Some(DEFAULT)), Answer::Yes);
    assert_eq!(answer(None, None), Answer::Unknown, "a policy that nobody read");
    let hangs = json!({ "IpAddress": { "aws:SourceIp": "192.0.2.0/24" } });
    assert_eq!(answer(None, Some(&allows(&json!("cloudwatch.amazonaws.com"), &hangs))), Answer::Unknown);
    let other = json!({ "StringEquals": { "aws:SourceAccount": "999999999999" } });
    assert!(matches!(answer(None, Some(&allows(&json!("cloudwatch.amazonaws.com"), &other))), Answer::No { .. }));
    for own in ["alias/aws/sns", "arn:aws:kms:us-east-1:123456789012:alias/aws/sns"] {
        let Answer::No { at, .. } = answer(Some(own), Some(&yes)) else { unreachable!("{own} lets no service in") };
        assert_eq!(at, "kms_master_key_id");
    }
    assert_eq!(answer(Some("alias/alerts"), Some(&yes)), Answer::Yes, "of a key of one's own nothing is known");
}

#[test]
fn what_waits_to_be_confirmed_is_not_compared_and_is_said() {
    let mut live = Live::default();
    live.facts.insert(PENDING.to_owned(), Value::set([Value::from("email/a.b@example.com")]));
    for path in [r#"subscription["email/a.b@example.com"]"#, r#"subscription["email/a.b@example.com"].filter_policy"#] {
        assert!(SnsTopic.withholds(&live, path, None), "{path}");
    }
    assert!(!SnsTopic.withholds(&live, r#"subscription["email/b@example.com"]"#, None));
    assert!(!SnsTopic.withholds(&live, "policy", None));
    let notes = SnsTopic.notes(&live);
    assert!(notes.len() == 1 && notes[0].1.contains("`a.b@example.com` (email)"), "{notes:?}");
}

#[test]
fn a_policy_that_lets_everybody_publish_is_told_from_one_that_does_not() {
    let of = |principal: Json, condition: Json| {
        let mut statement = json!({ "Effect": "Allow", "Principal": principal, "Action": "SNS:*", "Resource": TOPIC });
        if !condition.is_null() {
            statement["Condition"] = condition;
        }
        canonical(&json!({ "Statement": [statement] })).to_string()
    };
    let only = json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } });
    for topic in [Some(TOPIC), None] {
        assert!(lets_in_anybody(topic, &of(json!("*"), Json::Null)));
        assert!(lets_in_anybody(topic, &of(json!({ "AWS": ["*"] }), Json::Null)));
        assert!(!lets_in_anybody(topic, &of(json!("*"), only.clone())));
        assert!(!lets_in_anybody(topic, &of(json!({ "AWS": "123456789012" }), Json::Null)));
        assert!(!lets_in_anybody(topic, DEFAULT));
    }
}

#[test]
fn a_filter_that_lets_less_through_weakens() {
    let text = |json: Json| Value::from(json.to_string());
    let (one, two) = (text(json!({ "kind": ["backup"] })), text(json!({ "kind": ["backup", "copy"] })));
    let both = text(json!({ "kind": ["backup"], "state": ["FAILED"] }));
    assert_eq!(filter::effect(&Value::Null, &one), Some(Effect::Weakens));
    assert_eq!(filter::effect(&one, &Value::Null), Some(Effect::Strengthens));
    assert_eq!(filter::effect(&two, &one), Some(Effect::Weakens));
    assert_eq!(filter::effect(&one, &two), Some(Effect::Strengthens));
    assert_eq!(filter::effect(&one, &both), Some(Effect::Weakens));
    assert_eq!(filter::effect(&one, &text(json!({ "kind": ["copy"] }))), Some(Effect::Weakens), "others, but not those");
}
