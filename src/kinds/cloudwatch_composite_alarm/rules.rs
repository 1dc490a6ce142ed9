//! What CloudWatch does not take of a composite alarm, and which alarms it needs.

use super::{RULE, SUPPRESSOR};
use crate::alarm_rule::{AlarmRule, alarm_name};
use crate::kinds::alarms;
use crate::kinds::{Concern, Need, Needed, Place};
use crate::model::{Change, Code, Effect, KindSpec, Reading, Severity, Value, Wanted, path};
use std::collections::{BTreeMap, BTreeSet};

/// What only an alarm on one metric of an instance or of a group can do (CloudWatch API `PutCompositeAlarm`, the values of its actions).
const NOT_TAKEN: [(&str, &str); 3] =
    [("automate", "actions on EC2 instances"), ("autoscaling", "scaling policies"), ("swf", "actions on EC2 instances")];

/// The alarms that it is about, with the setting that names each.
fn named(wanted: &BTreeMap<String, Wanted>) -> Vec<(&'static str, String)> {
    let text = |at: &str| wanted.get(at).and_then(|wanted| wanted.value.as_str());
    let rule = text(RULE).and_then(|text| AlarmRule::parse(text).ok());
    let mut named: Vec<(&'static str, String)> = rule.iter().flat_map(AlarmRule::alarms).map(|alarm| (RULE, alarm.to_owned())).collect();
    named.extend(text(SUPPRESSOR).map(|alarm| (SUPPRESSOR, alarm.to_owned())));
    named
}

/// The region and the account in the ARN of an alarm; none where it is a name.
fn home(reference: &str) -> Option<(&str, &str)> {
    let parts: Vec<&str> = reference.splitn(7, ':').collect();
    match parts.as_slice() {
        ["arn", _, "cloudwatch", region, account, "alarm", _] => Some((region, account)),
        _ => None,
    }
}

/// Everything that is wrong with its settings taken together.
pub(super) fn check(wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
    let mut concerns = Vec::new();
    let mut say = |code: Code, at: &str, title: String, help: &str| {
        concerns.push(Concern { code, severity: Severity::Error, title, at: at.to_owned(), also: None, help: help.to_owned() });
    };
    for (at, arn) in alarms::all(wanted) {
        let service = arn.split(':').nth(2).unwrap_or_default();
        if let Some((_, what)) = NOT_TAKEN.iter().find(|(other, _)| *other == service) {
            let title = format!("composite alarms take no {what}, found {arn}");
            say(
                Code::CompositeAction,
                &path::keyed(at, arn),
                title,
                "give it to the metric alarm, or tell a topic, a Lambda function or Systems Manager",
            );
        }
    }
    for (at, reference) in named(wanted) {
        if reference.starts_with("arn:") && home(&reference).is_none() {
            let title = format!("`{reference}` is no ARN of an alarm");
            say(Code::CompositeChild, at, title, "write the alarm's name, or `arn:aws:cloudwatch:REGION:ACCOUNT:alarm:NAME`");
        }
    }
    concerns.extend(constant(wanted));
    let mut say = |code: Code, at: &str, title: String, help: &str| {
        concerns.push(Concern { code, severity: Severity::Error, title, at: at.to_owned(), also: None, help: help.to_owned() });
    };
    let own = wanted.get(alarms::NAME).and_then(|wanted| wanted.value.as_str());
    for (at, reference) in named(wanted) {
        if own == Some(alarm_name(&reference)) {
            let title = format!("the alarm `{reference}` is about itself, and CloudWatch stops to evaluate what goes in a circle");
            say(Code::NeedsInCircle, at, title, "name other alarms");
        }
    }
    concerns
}

/// That its rule is true, or false, whatever happens.
fn constant(wanted: &BTreeMap<String, Wanted>) -> Option<Concern> {
    let always = AlarmRule::parse(wanted.get(RULE)?.value.as_str()?).ok()?.always()?;
    let (code, title) = if always {
        (Code::AlarmMisleads, "the rule is true whatever its alarms do: the alarm fires at once and for ever, and tells nothing after that")
    } else {
        (Code::AlarmNeverFires, "the rule is false whatever its alarms do: the alarm never fires")
    };
    let (title, at) = (title.to_owned(), RULE.to_owned());
    let help = "write a rule that hangs on the states of alarms, such as `ALARM(a) OR ALARM(b)`".to_owned();
    Some(Concern { code, severity: Severity::Warning, title, at, also: None, help })
}

/// The alarms of another region or account, of which a composite alarm cannot be (CloudWatch User Guide, Composite alarms).
pub(super) fn elsewhere(wanted: &BTreeMap<String, Wanted>, region: Option<&str>, account: Option<&str>) -> Vec<Concern> {
    let mut concerns = Vec::new();
    for (at, reference) in named(wanted) {
        let Some(home) = home(&reference) else { continue };
        let differs = |of: &str, own: Option<&str>| own.filter(|own| *own != of).map(str::to_owned);
        let Some(own) = differs(home.0, region).or_else(|| differs(home.1, account)) else { continue };
        let of = if region.is_some_and(|region| region != home.0) { home.0 } else { home.1 };
        concerns.push(Concern {
            code: Code::CompositeChild,
            severity: Severity::Error,
            title: format!(
                "the alarm {reference} is in {of}, and a composite alarm is about alarms of its own account and region only, {own}"
            ),
            at: at.to_owned(),
            also: None,
            help: "name an alarm of the same target".to_owned(),
        });
    }
    concerns
}

/// Its alarms must be there: `Could not save the composite alarm as alarms … in the alarm rule do not exist`.
pub(super) fn needs(wanted: &BTreeMap<String, Wanted>, spec: &KindSpec, place: Place<'_>) -> Vec<Need> {
    let named = named(wanted).into_iter();
    let needs = named.filter_map(|(at, reference)| {
        let of = match home(&reference) {
            Some(_) => reference,
            None => spec.arn(place.region, place.account, &reference)?,
        };
        let otherwise = if at == RULE { "CloudWatch refuses a rule about it" } else { "CloudWatch refuses it as a suppressor" };
        Some(Need { at: at.to_owned(), of, needed: Needed::Presence, severity: Severity::Error, otherwise: otherwise.to_owned() })
    });
    needs.collect()
}

/// Which alarms a changed rule is no longer about, and what cannot be compared.
pub(super) fn consequence(change: &Change) -> Option<String> {
    if change.effect != Effect::Weakens {
        return None;
    }
    if change.setting == SUPPRESSOR {
        let is_another = matches!(&change.before, Reading::Known(before) if !before.is_nothing());
        return is_another.then(|| "another alarm holds its actions back, perhaps where the one before did not".to_owned());
    }
    if change.setting != RULE {
        return None;
    }
    let alarms = |value: Option<&Value>| -> BTreeSet<String> {
        let rule = value.and_then(Value::as_str).and_then(|text| AlarmRule::parse(text).ok());
        rule.iter().flat_map(AlarmRule::alarms).map(|alarm| alarm_name(alarm).to_owned()).collect()
    };
    let before = match &change.before {
        Reading::Known(value) if value.as_str().is_some_and(|text| AlarmRule::parse(text).is_err()) => {
            return Some("the rule before cannot be read here, so there may be cases in which it fired and this one does not".to_owned());
        }
        Reading::Known(value) => alarms(Some(value)),
        _ => return None,
    };
    let gone: Vec<String> = before.difference(&alarms(Some(&change.after))).map(|alarm| format!("`{alarm}`")).collect();
    (!gone.is_empty()).then(|| format!("it no longer looks at {}: nobody is told of it here any more", gone.join(", ")))
}
