//! What the texts of a lifecycle policy must look like.

use crate::kinds::{roles, schedules};
use crate::model::{Form, Mistake};
use crate::time::Service;

pub(super) const ROLE: Form = Form { what: "the ARN of an IAM role", check: roles::role };
pub(super) const KEY: Form = Form { what: "the ARN of a KMS key", check: key };
pub(super) const CRON: Form = Form { what: "a schedule, `cron(MINUTE HOUR DAY-OF-MONTH MONTH DAY-OF-WEEK YEAR)`", check: cron };
pub(super) const TIME: Form = Form { what: "a time of day", check: time };
pub(super) const REGION: Form = Form { what: "a region", check: region };
pub(super) const NAME: Form = Form { what: "a name", check: name };
pub(super) const RESOURCE_TYPE: Form = Form { what: "\"VOLUME\" or \"INSTANCE\"", check: |text| one_of(text, &["VOLUME", "INSTANCE"]) };
pub(super) const LOCATION: Form =
    Form { what: "\"CLOUD\", \"OUTPOST\" or \"LOCAL_ZONE\"", check: |text| one_of(text, &["CLOUD", "OUTPOST", "LOCAL_ZONE"]) };
pub(super) const STAGE: Form = Form { what: "\"PRE\" or \"POST\"", check: |text| one_of(text, &["PRE", "POST"]) };

fn one_of(text: &str, words: &[&str]) -> Result<String, Mistake> {
    if words.contains(&text) {
        return Ok(text.to_owned());
    }
    let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    Err(Mistake::new(format!("must be one of {}, found \"{text}\"", words.join(", "))))
}

/// The service and the resource of an ARN.
fn parts(text: &str) -> Option<(&str, &str)> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, service, _, _, resource] if !resource.is_empty() => Some((service, resource)),
        _ => None,
    }
}

fn key(text: &str) -> Result<String, Mistake> {
    match parts(text) {
        Some(("kms", resource)) if resource.starts_with("key/") => Ok(text.to_owned()),
        _ => Err(Mistake::new(format!("must be the ARN of a KMS key, found \"{text}\"")).help("write `arn:aws:kms:REGION:ACCOUNT:key/ID`")),
    }
}

fn cron(text: &str) -> Result<String, Mistake> {
    if text.trim_start().starts_with("rate") {
        let mistake = Mistake::new(format!("must be a `cron(…)`, found \"{text}\""));
        return Err(mistake.help("write `interval = 12` for every twelve hours"));
    }
    schedules::accepted(text, Service::Rule, "Data Lifecycle Manager")
}

/// Source: DLM API `CreateRule`, `Times`.
fn time(text: &str) -> Result<String, Mistake> {
    let rule = || Mistake::new(format!("must be a time of day in UTC, found \"{text}\"")).help("write it with two digits each: \"03:00\"");
    let (hour, minute) = text.split_once(':').ok_or_else(rule)?;
    let within = |part: &str, end: u8| part.len() == 2 && part.parse::<u8>().is_ok_and(|number| number < end);
    if within(hour, 24) && within(minute, 60) { Ok(text.to_owned()) } else { Err(rule()) }
}

fn region(text: &str) -> Result<String, Mistake> {
    let fits = text.split('-').count() >= 3 && text.ends_with(|c: char| c.is_ascii_digit());
    if fits {
        Ok(text.to_owned())
    } else {
        Err(Mistake::new(format!("must be a region, found \"{text}\"")).help("write it as \"us-west-2\""))
    }
}

/// Source: DLM API `ScheduleName`, `ActionName`.
fn name(text: &str) -> Result<String, Mistake> {
    let fits = |c: char| c.is_ascii_alphanumeric() || " _-".contains(c);
    if (1..=120).contains(&text.chars().count()) && text.chars().all(fits) {
        return Ok(text.to_owned());
    }
    Err(Mistake::new(format!("must be 1 to 120 letters, digits, spaces, `_` and `-`, found \"{text}\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_aws_writes_them() {
        assert_eq!(time("03:00").unwrap(), "03:00");
        assert!(time("3:00").is_err() && time("24:00").is_err() && time("03:60").is_err());
        assert!(cron("cron(0 3 * * ? *)").is_ok());
        assert_eq!(cron("rate(12 hours)").unwrap_err().help.unwrap(), "write `interval = 12` for every twelve hours");
    }
}
