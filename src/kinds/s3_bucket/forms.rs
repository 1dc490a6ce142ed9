//! What texts of a bucket's settings must look like, and the order of storage classes.

use super::table::{ENABLED, SUSPENDED};
use crate::kinds::roles;
use crate::model::{Form, Mark, Mistake, Value};
use jiff::civil::Date;
use std::cmp::Ordering;

/// The storage classes that objects can be moved to, as the API names them.
pub(super) const CLASSES: &[&str] = &["STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"];

/// The storage classes that copies can have.
pub(super) const REPLICA_CLASSES: &[&str] = &[
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "OUTPOSTS",
    "GLACIER_IR",
    "SNOW",
    "EXPRESS_ONEZONE",
];

/// What versioning can be set to.
pub(super) const VERSIONING: Form = Form { what: "one of \"Enabled\", \"Suspended\"", check: status };

/// A day on which a rule acts.
pub(super) const DATE: Form = Form { what: "a day, at midnight UTC", check: date };

/// The id of a rule that carries no mark.
pub(super) const RULE_ID: Form = Form { what: "the id of a rule", check: rule_id };

/// The ARN of a bucket.
pub(super) const BUCKET_ARN: Form = Form { what: "the ARN of a bucket", check: bucket_arn };

/// The ARN of a role.
pub(super) const ROLE: Form = Form { what: "the ARN of a role", check: roles::role };

/// In what order versioning protects. What was never versioned protects as little as what is suspended, yet neither is the other.
pub(super) fn versioning(before: &Value, after: &Value) -> Option<Ordering> {
    let rank = |value: &Value| match value {
        Value::Null => Some(0),
        other => [SUSPENDED, ENABLED].iter().position(|word| other.as_str() == Some(word)),
    };
    Some(rank(after)?.cmp(&rank(before)?))
}

fn status(text: &str) -> Result<String, Mistake> {
    if let Some(word) = [ENABLED, SUSPENDED].into_iter().find(|word| text == *word) {
        return Ok(word.to_owned());
    }
    let mistake = Mistake::new(format!("must be one of \"{ENABLED}\", \"{SUSPENDED}\", found \"{text}\""));
    let near = [ENABLED, SUSPENDED].into_iter().find(|word| word.eq_ignore_ascii_case(text));
    Err(match near {
        Some(word) => mistake.help(format!("did you mean \"{word}\"?")),
        None => {
            mistake.help("a bucket never becomes unversioned again: write \"Suspended\" to stop, or leave the block out to leave it alone")
        }
    })
}

/// The form in which days are compared: `2030-01-01T00:00:00Z`, as Terraform writes them.
pub(super) fn midnight(day: Date) -> String {
    format!("{day}T00:00:00Z")
}

fn date(text: &str) -> Result<String, Mistake> {
    let (day, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let day =
        day.parse::<Date>().map_err(|_| Mistake::new(format!("must be a day, found \"{text}\"")).help("write it like `2030-01-01`"))?;
    if ["00:00:00Z", "00:00:00.000Z", "00:00:00+00:00"].contains(&time) {
        return Ok(midnight(day));
    }
    Err(Mistake::new(format!("must be at midnight UTC, found \"{text}\"")).help(format!("write `{day}`")))
}

fn bucket_arn(text: &str) -> Result<String, Mistake> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "s3", "", "", name] if !name.is_empty() && !name.contains('/') => Ok(text.to_owned()),
        _ => {
            let mistake = Mistake::new(format!("must be the ARN of a bucket, found \"{text}\""));
            let is_name = !text.contains([':', '/']);
            Err(mistake.help(if is_name { format!("write `arn:aws:s3:::{text}`") } else { "write it like `arn:aws:s3:::NAME`".to_owned() }))
        }
    }
}

/// The name in the ARN of a bucket.
pub(super) fn bucket_of(arn: &str) -> Option<&str> {
    arn.splitn(6, ':').nth(5).filter(|name| !name.is_empty())
}

fn rule_id(text: &str) -> Result<String, Mistake> {
    if text.starts_with(Mark::OF_RULES) {
        let mistake = Mistake::new(format!("is the id of a rule that backstay made, as it begins with `{}`", Mark::OF_RULES));
        return Err(mistake.help("leave `id` out, and give the block the name at the id's end, in a policy of that workspace"));
    }
    match text.chars().count() {
        1..=255 => Ok(text.to_owned()),
        many => Err(Mistake::new(format!("must have between 1 and 255 characters, found {many}")).help("write it as AWS shows it")),
    }
}
