//! Subscriptions from their asking to their end.

use super::{TOPIC, attribute, refused, world};
use crate::sandbox::testing::World;

fn subscribe(world: &World, protocol: &str, endpoint: &str) -> String {
    let form = format!("Action=Subscribe&TopicArn={TOPIC}&Protocol={protocol}&Endpoint={endpoint}&ReturnSubscriptionArn=true");
    world.sns(&form).split("<SubscriptionArn>").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

#[test]
fn people_and_web_servers_confirm_and_queues_of_the_account_do_not() {
    let world = world();
    for (protocol, endpoint, pending) in [
        ("email", "ops@example.com", "true"),
        ("https", "https://example.com/hook", "true"),
        ("sqs", "arn:aws:sqs:us-east-1:123456789012:q", "false"),
        ("lambda", "arn:aws:lambda:us-east-1:123456789012:function:f", "false"),
        ("sqs", "arn:aws:sqs:us-east-1:210987654321:q", "true"),
        ("sms", "%2B15550100", "false"),
    ] {
        let arn = subscribe(&world, protocol, endpoint);
        assert_eq!(subscribe(&world, protocol, endpoint), arn, "subscribing again is the same");
        let read = world.sns(&format!("Action=GetSubscriptionAttributes&SubscriptionArn={arn}"));
        assert_eq!(attribute(&read, "PendingConfirmation").as_deref(), Some(pending), "{endpoint}");
    }
    let read = world.sns(&format!("Action=GetTopicAttributes&TopicArn={TOPIC}"));
    assert_eq!(
        (attribute(&read, "SubscriptionsPending").as_deref(), attribute(&read, "SubscriptionsConfirmed").as_deref()),
        (Some("3"), Some("3"))
    );
}

#[test]
fn a_pending_subscription_is_listed_without_its_arn_and_cannot_be_removed() {
    let world = world();
    let answer = world.sns(&format!("Action=Subscribe&TopicArn={TOPIC}&Protocol=email&Endpoint=ops@example.com"));
    assert!(answer.contains("<SubscriptionArn>pending confirmation</SubscriptionArn>"), "{answer}");
    let arn = subscribe(&world, "email", "ops@example.com");
    let listed = || world.sns(&format!("Action=ListSubscriptionsByTopic&TopicArn={TOPIC}"));
    assert!(listed().contains("<SubscriptionArn>PendingConfirmation</SubscriptionArn>"));
    let pending = "Invalid parameter: SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation";
    assert_eq!(refused(&world, &format!("Action=Unsubscribe&SubscriptionArn={arn}")), ("InvalidParameter".into(), pending.into()));
    assert_eq!(refused(&world, &format!("Action=ConfirmSubscription&TopicArn={TOPIC}&Token=x")).1, "Invalid parameter: Token");
    let token = arn.rsplit(':').next().unwrap();
    world.sns(&format!("Action=ConfirmSubscription&TopicArn={TOPIC}&Token={token}"));
    assert!(listed().contains(&arn));
    world.sns(&format!("Action=Unsubscribe&SubscriptionArn={arn}"));
    assert!(!listed().contains("SubscriptionArn"));
    assert!(world.sns(&format!("Action=Unsubscribe&SubscriptionArn={arn}")).contains("UnsubscribeResponse"));
    assert_eq!(refused(&world, &format!("Action=GetSubscriptionAttributes&SubscriptionArn={arn}")).0, "NotFound");
}

#[test]
fn endpoints_must_be_of_their_protocol() {
    let world = world();
    let subscribe = |protocol: &str, endpoint: &str| {
        refused(&world, &format!("Action=Subscribe&TopicArn={TOPIC}&Protocol={protocol}&Endpoint={endpoint}")).1
    };
    assert_eq!(subscribe("email", "ops"), "Invalid parameter: Email address");
    assert_eq!(subscribe("https", "http://example.com"), "Invalid parameter: Endpoint must match the specified protocol");
    assert_eq!(subscribe("sqs", "q"), "Invalid parameter: SQS endpoint ARN");
    assert_eq!(subscribe("pigeon", "x"), "Invalid parameter: Amazon SNS does not support this protocol string: pigeon");
}

#[test]
fn filters_and_raw_delivery_are_kept_and_checked() {
    let world = world();
    let arn = subscribe(&world, "sqs", "arn:aws:sqs:us-east-1:123456789012:q");
    let set = |name: &str, value: &str| {
        format!("Action=SetSubscriptionAttributes&SubscriptionArn={arn}&AttributeName={name}&AttributeValue={value}")
    };
    let read = |name: &str| attribute(&world.sns(&format!("Action=GetSubscriptionAttributes&SubscriptionArn={arn}")), name);
    assert_eq!((read("RawMessageDelivery").as_deref(), read("FilterPolicy")), (Some("false"), None));
    world.sns(&set("RawMessageDelivery", "true"));
    world.sns(&set("FilterPolicy", "%7B%22a%22:[1]%7D"));
    assert_eq!(
        (read("RawMessageDelivery").as_deref(), read("FilterPolicy").as_deref(), read("FilterPolicyScope").as_deref()),
        (Some("true"), Some("{\"a\":[1]}"), Some("MessageAttributes"))
    );
    world.sns(&set("FilterPolicy", "%7B%7D"));
    assert_eq!(read("FilterPolicy"), None);
    assert_eq!(refused(&world, &set("FilterPolicy", "x")).1, "Invalid parameter: FilterPolicy: failed to parse JSON.");
    assert_eq!(refused(&world, &set("Colour", "x")).1, "Invalid parameter: AttributeName");
}
