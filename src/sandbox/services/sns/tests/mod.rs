//! What SNS does, in AWS's words, seen through the wire.

mod subscriptions;
mod topics;

use crate::sandbox::testing::World;

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:alerts";

/// A world with the topic.
fn world() -> World {
    let world = World::new();
    assert!(world.sns("Action=CreateTopic&Name=alerts").contains(&format!("<TopicArn>{TOPIC}</TopicArn>")));
    world
}

/// The code and the message of an error.
#[track_caller]
fn refused(world: &World, form: &str) -> (String, String) {
    let answer = world.sns(form);
    let part = |name: &str| {
        answer.split(&format!("<{name}>")).nth(1).unwrap_or_else(|| panic!("no error: {answer}")).split('<').next().unwrap().to_owned()
    };
    (part("Code"), part("Message"))
}

/// The value of an attribute in an answer.
#[track_caller]
fn attribute(answer: &str, name: &str) -> Option<String> {
    let rest = answer.split(&format!("<key>{name}</key><value>")).nth(1)?;
    Some(rest.split("</value>").next()?.replace("&quot;", "\""))
}
