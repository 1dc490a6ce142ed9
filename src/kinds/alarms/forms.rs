//! What the texts of every alarm must look like.

use crate::model::{Form, Mistake};

pub(super) const ACTION: Form = Form { what: "the ARN of an action", check: action };
pub(super) const DESCRIPTION: Form = Form { what: "a string of up to 1024 characters", check: |text| super::sized(text, 1024) };

fn action(text: &str) -> Result<String, Mistake> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", partition, service, _, _, resource] if ![partition, service, resource].iter().any(|part| part.is_empty()) => {
            Ok(text.to_owned())
        }
        _ => Err(Mistake::new(format!("must be ARNs, found \"{text}\""))
            .help("refer to the `arn` of a topic of this policy, or write the ARN out")),
    }
}
