//! The ARNs of IAM roles, as every kind that takes one asks for them.

use crate::model::{Form, Mistake};
use crate::names::is_account_id;

/// Who assumes the roles of EventBridge rules and of their targets.
///
/// Source: EventBridge user guide, "Using IAM roles for targets".
pub(crate) const EVENTS: &str = "events.amazonaws.com";

/// A role of any account.
pub(crate) const ROLE: Form = Form { what: "the ARN of an IAM role", check: role };

/// Takes the ARN of a role.
///
/// # Errors
///
/// It is none, or its account id has not 12 digits.
pub(crate) fn role(text: &str) -> Result<String, Mistake> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", account, resource] if resource.strip_prefix("role/").is_some_and(|name| !name.is_empty()) => {
            if is_account_id(account) {
                return Ok(text.to_owned());
            }
            let message = format!("must name an account by its id of 12 digits, found \"{account}\" in \"{text}\"");
            Err(Mistake::new(message).help("write all 12 digits, leading zeros too"))
        }
        _ => Err(Mistake::new(format!("must be the ARN of an IAM role, found \"{text}\"")).help("write `arn:aws:iam::ACCOUNT:role/NAME`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_id_has_12_digits() {
        assert!(role("arn:aws:iam::123456789012:role/service-role/backups").is_ok());
        assert!(role("arn:aws-cn:iam::012345678901:role/r").is_ok());
        for wrong in ["arn:aws:iam::12345678901:role/r", "arn:aws:iam::ACCOUNT:role/r", "arn:aws:iam:::role/r"] {
            assert!(role(wrong).unwrap_err().message.contains("12 digits"), "{wrong}");
        }
        for wrong in ["r", "arn:aws:iam::123456789012:role/", "arn:aws:iam::123456789012:user/u", "arn:aws:s3:::role/r"] {
            assert!(role(wrong).unwrap_err().message.contains("the ARN of an IAM role"), "{wrong}");
        }
    }
}
