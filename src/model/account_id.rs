//! The ids of AWS accounts, as everybody who takes one asks for them.

use super::{Form, Mistake};
use crate::names::is_account_id;

/// The id of an account.
pub const ACCOUNT: Form = Form { what: "the id of an account, of 12 digits", check: account };

/// What is wrong with a text that should be an account's id, and what to do. A number has lost the zeros that it began with.
pub fn not_an_account(text: &str) -> Mistake {
    let help = if text.len() < 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        "write all 12 digits, in quotes, so that leading zeros stay"
    } else {
        "it is written like `\"123456789012\"`"
    };
    Mistake::new(format!("must be the id of an account, which has 12 digits, found \"{text}\"")).help(help)
}

fn account(text: &str) -> Result<String, Mistake> {
    if is_account_id(text) { Ok(text.to_owned()) } else { Err(not_an_account(text)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lost_its_zeros_is_told_from_what_is_no_id() {
        assert_eq!(account("012345678901").unwrap(), "012345678901");
        let help = |text: &str| account(text).unwrap_err().help.unwrap();
        assert!(help("12345678901").contains("leading zeros stay"));
        assert!(help("production").contains("123456789012"));
        assert!(help("1234567890123").contains("123456789012"));
    }
}
