//! Topics, their attributes and their tags.

use super::{TOPIC, attribute, refused, world};
use crate::sandbox::Faults;
use crate::sandbox::testing::World;

#[test]
fn creating_a_topic_again_returns_it_unless_something_differs() {
    let world = world();
    let again = "Action=CreateTopic&Name=alerts&Attributes.entry.1.key=DisplayName&Attributes.entry.1.value=";
    assert!(world.sns(again).contains(TOPIC));
    assert_eq!(
        refused(&world, &format!("{again}Alerts")),
        ("InvalidParameter".into(), "Invalid parameter: Attributes Reason: Topic already exists with different attributes".into())
    );
    assert_eq!(
        refused(&world, "Action=CreateTopic&Name=alerts&Tags.member.1.Key=k&Tags.member.1.Value=v").1,
        "Invalid parameter: Tags Reason: Topic already exists with different tags"
    );
}

#[test]
fn names_have_rules_and_those_of_fifo_topics_an_ending() {
    let world = World::new();
    let fifo = "Attributes.entry.1.key=FifoTopic&Attributes.entry.1.value=true";
    assert_eq!(refused(&world, "Action=CreateTopic&Name=a.b").1, "Invalid parameter: Topic Name");
    assert_eq!(refused(&world, "Action=CreateTopic&Name=a.fifo").1, "Invalid parameter: Topic Name");
    assert!(refused(&world, &format!("Action=CreateTopic&Name=a&{fifo}")).1.contains("must end with .fifo"));
    assert!(world.sns(&format!("Action=CreateTopic&Name=a.fifo&{fifo}")).contains(":a.fifo</TopicArn>"));
    let read = world.sns("Action=GetTopicAttributes&TopicArn=arn:aws:sns:us-east-1:123456789012:a.fifo");
    assert_eq!(
        (attribute(&read, "FifoTopic").as_deref(), attribute(&read, "ContentBasedDeduplication").as_deref()),
        (Some("true"), Some("false"))
    );
    let publish = "Action=Publish&Message=x&TopicArn=arn:aws:sns:us-east-1:123456789012:a.fifo";
    assert!(refused(&world, publish).1.contains("MessageGroupId"));
    let sent = world.sns(&format!("{publish}&MessageGroupId=g&MessageDeduplicationId=d"));
    assert!(sent.contains("<SequenceNumber>"), "{sent}");
}

#[test]
fn attributes_are_set_one_by_one_and_an_empty_value_takes_some_away() {
    let world = world();
    let set = |name: &str, value: &str| format!("Action=SetTopicAttributes&TopicArn={TOPIC}&AttributeName={name}&AttributeValue={value}");
    let read = || world.sns(&format!("Action=GetTopicAttributes&TopicArn={TOPIC}"));
    let policy = attribute(&read(), "Policy").unwrap();
    assert!(policy.contains("\"Sid\":\"__default_statement_ID\"") && policy.contains(&format!("\"Resource\":\"{TOPIC}\"")), "{policy}");
    assert_eq!(attribute(&read(), "KmsMasterKeyId"), None);
    world.sns(&set("KmsMasterKeyId", "alias/alerts"));
    assert_eq!(attribute(&read(), "KmsMasterKeyId").as_deref(), Some("alias/alerts"));
    world.sns(&set("KmsMasterKeyId", ""));
    assert_eq!(attribute(&read(), "KmsMasterKeyId"), None);
    assert_eq!(refused(&world, &set("Policy", "%7B%7D")).1, "Invalid parameter: Policy Error: a policy needs a Statement");
    assert_eq!(refused(&world, &set("FifoTopic", "true")).1, "Invalid parameter: AttributeName");
    assert_eq!(refused(&world, &set("LambdaSuccessFeedbackSampleRate", "101")).0, "InvalidParameter");
    world.sns(&set("LambdaSuccessFeedbackSampleRate", "100"));
    assert_eq!(attribute(&read(), "LambdaSuccessFeedbackSampleRate").as_deref(), Some("100"));
}

#[test]
fn a_topic_that_is_not_there_or_elsewhere_is_told_apart() {
    let world = world();
    let read = |arn: &str| refused(&world, &format!("Action=GetTopicAttributes&TopicArn={arn}"));
    assert_eq!(read("arn:aws:sns:us-east-1:123456789012:none"), ("NotFound".into(), "Topic does not exist".into()));
    assert_eq!(read("none").1, "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1");
    assert_eq!(read("arn:aws:sns:eu-west-1:123456789012:alerts").1, "Invalid parameter: TopicArn");
    assert_eq!(read("arn:aws:sns:us-east-1:210987654321:alerts").0, "AuthorizationError");
    world.sns(&format!("Action=DeleteTopic&TopicArn={TOPIC}"));
    assert_eq!(read(TOPIC).0, "NotFound");
    let again = world.sns(&format!("Action=DeleteTopic&TopicArn={TOPIC}"));
    assert!(again.contains("DeleteTopicResponse"), "{again}");
}

#[test]
fn topics_come_in_pages_of_one_region() {
    let world = world();
    world.sns("Action=CreateTopic&Name=b");
    world.in_region("eu-west-1").sns("Action=CreateTopic&Name=c");
    world.set_faults(Faults { page_size: Some(1), ..Faults::default() });
    let first = world.sns("Action=ListTopics");
    assert!(first.contains(TOPIC) && first.contains("<NextToken>alerts</NextToken>"), "{first}");
    let second = world.sns("Action=ListTopics&NextToken=alerts");
    assert!(second.contains(":b<") && !second.contains("NextToken"), "{second}");
}

#[test]
fn tags_are_kept_and_checked() {
    let world = world();
    let tag = |key: &str| format!("Action=TagResource&ResourceArn={TOPIC}&Tags.member.1.Key={key}&Tags.member.1.Value=v");
    world.sns(&tag("a"));
    world.sns(&tag("b"));
    world.sns(&format!("Action=UntagResource&ResourceArn={TOPIC}&TagKeys.member.1=a"));
    let listed = world.sns(&format!("Action=ListTagsForResource&ResourceArn={TOPIC}"));
    assert!(listed.contains("<Tags><member><Key>b</Key><Value>v</Value></member></Tags>"), "{listed}");
    assert_eq!(refused(&world, &tag("aws:x")).0, "InvalidParameter");
    assert_eq!(refused(&world, &format!("Action=ListTagsForResource&ResourceArn={TOPIC}x")).0, "ResourceNotFound");
}
