//! What the texts of a schedule must look like.

use crate::kinds::{roles, schedules};
use crate::model::{Form, Mistake};
use crate::time::{Service, Zone};
use jiff::Timestamp;

pub(super) const DESCRIPTION: Form = Form { what: "a string of up to 512 characters", check: description };
pub(super) const EXPRESSION: Form =
    Form { what: "a schedule", check: |text| schedules::accepted(text, Service::Scheduler, "EventBridge Scheduler") };
pub(super) const ZONE: Form = Form { what: "a time zone", check: zone };
pub(super) const INSTANT: Form = Form { what: "an instant", check: instant };
pub(super) const KEY: Form = Form { what: "the ARN of a KMS key", check: key };
pub(super) const TARGET: Form = Form { what: "the ARN of what is called", check: target };
pub(super) const ROLE: Form = Form { what: "the ARN of an IAM role", check: roles::role };
pub(super) const QUEUE: Form = Form { what: "the ARN of an SQS queue", check: queue };

fn description(text: &str) -> Result<String, Mistake> {
    match text.chars().count() {
        0 => Err(Mistake::new("must not be empty").help("leave it out")),
        1..=512 => Ok(text.to_owned()),
        length => Err(Mistake::new(format!("must have at most 512 characters, found {length}")).help("shorten it")),
    }
}

fn zone(text: &str) -> Result<String, Mistake> {
    match Zone::named(text) {
        Ok(zone) if zone.is_utc() => Ok("UTC".to_owned()),
        Ok(zone) => Ok(zone.name().to_owned()),
        Err(unknown) => Err(Mistake::new(format!("must be a time zone of the IANA database, found \"{text}\"")).help(unknown.help)),
    }
}

/// To the second, as AWS keeps it.
fn instant(text: &str) -> Result<String, Mistake> {
    match text.parse::<Timestamp>().ok().and_then(|at| Timestamp::from_second(at.as_second()).ok()) {
        Some(at) => Ok(at.to_string()),
        None => Err(Mistake::new(format!("must be an instant, found \"{text}\"")).help("write it with its offset: `2027-01-31T05:00:00Z`")),
    }
}

/// The service and the resource in an ARN; none where it is no ARN.
pub(super) fn parts(text: &str) -> Option<(&str, &str)> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, service, _, _, resource] if !service.is_empty() && !resource.is_empty() => Some((service, resource)),
        _ => None,
    }
}

fn key(text: &str) -> Result<String, Mistake> {
    match parts(text) {
        Some(("kms", resource)) if resource.starts_with("key/") || resource.starts_with("alias/") => Ok(text.to_owned()),
        _ => Err(Mistake::new(format!("must be the ARN of a KMS key, found \"{text}\"")).help("write `arn:aws:kms:REGION:ACCOUNT:key/ID`")),
    }
}

fn target(text: &str) -> Result<String, Mistake> {
    let universal = "a call of AWS is written `arn:aws:scheduler:::aws-sdk:SERVICE:apiAction`, with a small first letter";
    match parts(text) {
        Some(("scheduler", resource)) => {
            let call = resource.strip_prefix("aws-sdk:").and_then(|call| call.split_once(':'));
            match call {
                Some((service, action))
                    if !service.is_empty() && action.starts_with(|c: char| c.is_ascii_lowercase()) && !action.contains(':') =>
                {
                    Ok(text.to_owned())
                }
                Some((service, action)) if action.starts_with(|c: char| c.is_ascii_uppercase()) => {
                    let small: String = action.char_indices().map(|(at, c)| if at == 0 { c.to_ascii_lowercase() } else { c }).collect();
                    let help = format!("write `arn:aws:scheduler:::aws-sdk:{service}:{small}`");
                    Err(Mistake::new(format!("must be the ARN of what is called, found \"{text}\", whose action begins with a capital"))
                        .help(help))
                }
                _ => Err(Mistake::new(format!("must be the ARN of what is called, found \"{text}\"")).help(universal)),
            }
        }
        Some(_) => Ok(text.to_owned()),
        None => Err(Mistake::new(format!("must be an ARN, found \"{text}\"")).help(universal)),
    }
}

fn queue(text: &str) -> Result<String, Mistake> {
    match parts(text) {
        // A name holds a dot in that ending alone.
        Some(("sqs", name)) if name.rsplit('.').next() == Some("fifo") => Err(Mistake::new("must be a standard queue, found a FIFO queue")),
        Some(("sqs", _)) => Ok(text.to_owned()),
        _ => {
            Err(Mistake::new(format!("must be the ARN of an SQS queue, found \"{text}\"")).help("write `arn:aws:sqs:REGION:ACCOUNT:NAME`"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_aws_are_told_from_other_targets() {
        let of = |text: &str| target(text).map_err(|mistake| mistake.help.unwrap_or_default());
        assert!(of("arn:aws:scheduler:::aws-sdk:dynamodb:exportTableToPointInTime").is_ok());
        assert!(of("arn:aws:lambda:us-east-1:123456789012:function:f").is_ok());
        assert_eq!(
            of("arn:aws:scheduler:::aws-sdk:dynamodb:ExportTableToPointInTime").unwrap_err(),
            "write `arn:aws:scheduler:::aws-sdk:dynamodb:exportTableToPointInTime`"
        );
        assert!(of("arn:aws:scheduler:::aws-sdk:dynamodb").unwrap_err().contains("aws-sdk:SERVICE:apiAction"));
        assert!(of("dynamodb:exportTableToPointInTime").is_err());
    }

    #[test]
    fn instants_are_kept_to_the_second_in_utc() {
        assert_eq!(instant("2027-01-01T01:00:00.25+01:00").unwrap(), "2027-01-01T00:00:00Z");
        assert!(instant("2027-01-01").is_err());
    }
}
