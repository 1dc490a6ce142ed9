//! EventBridge's rules across the settings of a target.

use super::{ARN, INPUT, INPUT_PATH, PATHS, ROLE, TEMPLATE, service};
use crate::kinds::Concern;
use crate::model::{Code, Severity, Value, Wanted};
use std::collections::{BTreeMap, BTreeSet};

/// The most characters of an input.
const LONGEST_INPUT: usize = 8_192;
/// Services that are let in by a resource policy alone, and refuse a role (EventBridge user guide, "Amazon SNS permissions",
/// "CloudWatch Logs permissions").
const WITHOUT_ROLE: [&str; 2] = ["sns", "logs"];
/// Services that are called by a role alone (EventBridge user guide, "Using IAM roles for targets").
const BY_ROLE: [&str; 9] = ["batch", "codebuild", "codepipeline", "ecs", "firehose", "kinesis", "redshift", "ssm", "states"];

fn concern(at: &str, title: impl Into<String>, help: impl Into<String>) -> Concern {
    Concern { code: Code::EventTarget, severity: Severity::Error, title: title.into(), at: at.to_owned(), also: None, help: help.into() }
}

/// Everything that is wrong.
pub(super) fn check(wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
    let mut concerns = Vec::new();
    role(wanted, &mut concerns);
    input(wanted, &mut concerns);
    transformer(wanted, &mut concerns);
    concerns
}

/// A topic of another region than the rule's: EventBridge calls targets of its own region, but for a few services of which SNS is none.
///
/// Source: EventBridge user guide, "Amazon EventBridge targets" and "Sending and receiving events between AWS Regions".
pub(super) fn elsewhere(wanted: &BTreeMap<String, Wanted>, region: &str) -> Option<Concern> {
    let topic = text(wanted, ARN).filter(|arn| service(arn) == Some("sns"))?;
    let of = topic.split(':').nth(3).filter(|of| *of != region)?;
    let title = format!("the topic {topic} is in {of}, and EventBridge calls topics of the rule's own region only, {region}");
    let help = format!("name a topic of {region}; whoever subscribes to it may be in other regions");
    Some(Concern { code: Code::OtherRegion, ..concern(ARN, title, help) })
}

fn text<'w>(wanted: &'w BTreeMap<String, Wanted>, at: &str) -> Option<&'w str> {
    wanted.get(at)?.value.as_str()
}

fn role(wanted: &BTreeMap<String, Wanted>, concerns: &mut Vec<Concern>) {
    let Some(service) = text(wanted, ARN).and_then(service) else { return };
    let has_role = wanted.contains_key(ROLE);
    if has_role && WITHOUT_ROLE.contains(&service) {
        let title = format!("EventBridge refuses a role for a target of {service}: the target's own policy lets it in");
        concerns.push(concern(ROLE, title, "remove `role_arn`, and let events.amazonaws.com in by the target's policy"));
    } else if !has_role && BY_ROLE.contains(&service) {
        let title = format!("EventBridge calls a target of {service} by a role, and this one has none");
        concerns.push(concern(ARN, title, "add `role_arn = \"arn:aws:iam::ACCOUNT:role/NAME\"`"));
    }
}

fn input(wanted: &BTreeMap<String, Wanted>, concerns: &mut Vec<Concern>) {
    let given: Vec<&str> = [INPUT, INPUT_PATH, TEMPLATE].into_iter().filter(|at| wanted.contains_key(*at)).collect();
    if let [_, second, ..] = given.as_slice() {
        let title = "only one of `input`, `input_path` and `input_transformer` can say what is sent";
        concerns.push(concern(second, title, "keep the one that is meant"));
    }
    let written = wanted.get(INPUT).and_then(|wanted| wanted.written.as_deref().or_else(|| wanted.value.as_str()));
    if let Some(length) = written.map(|text| text.chars().count()).filter(|length| *length > LONGEST_INPUT) {
        let title = format!("an input has at most {LONGEST_INPUT} characters, and this one has {length}");
        concerns.push(concern(INPUT, title, "send less, and let the target look the rest up"));
    }
}

fn transformer(wanted: &BTreeMap<String, Wanted>, concerns: &mut Vec<Concern>) {
    let paths = wanted.get(PATHS).and_then(|wanted| wanted.value.as_map());
    let Some(template) = text(wanted, TEMPLATE) else {
        if paths.is_some() {
            concerns.push(concern(PATHS, "an `input_transformer` needs a template", "add `input_template`"));
        }
        return;
    };
    let names: BTreeSet<&str> = paths.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    for (name, path) in paths.into_iter().flatten() {
        if !path.as_str().is_some_and(|path| path.starts_with('$')) {
            let title = format!("the path of `{name}` does not begin with `$`: found {}", Value::clone(path));
            concerns.push(concern(PATHS, title, "write it as `$.detail.…`"));
        }
        if name.to_ascii_uppercase().starts_with("AWS") {
            let title = format!("`{name}` cannot be a name here: EventBridge keeps those that begin with `AWS` for itself");
            concerns.push(concern(PATHS, title, "give it another name"));
        }
    }
    for name in placeholders(template).filter(|name| !names.contains(name) && !name.starts_with("aws.")) {
        let title = format!("the template has `<{name}>`, and `input_paths` has no `{name}`: EventBridge refuses it");
        concerns.push(concern(TEMPLATE, title, "add it to `input_paths`, or correct the name"));
    }
}

/// What stands between `<` and `>` and looks like a name.
fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    let named = template.split('<').skip(1).filter_map(|rest| rest.split_once('>').map(|(name, _)| name));
    named.filter(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SourceId, Span};

    fn titles(settings: &[(&str, Value)]) -> Vec<String> {
        let span = Span { source: SourceId::default(), range: 0..0 };
        let wanted = settings.iter().map(|(at, value)| ((*at).to_owned(), Wanted::new(value.clone(), span.clone())));
        check(&wanted.collect()).into_iter().map(|concern| concern.title).collect()
    }

    #[test]
    fn roles_go_with_the_services_that_need_them() {
        let role = || Value::from("arn:aws:iam::123456789012:role/r");
        let arn = |service: &str| Value::from(format!("arn:aws:{service}:us-east-1:123456789012:x").as_str());
        assert_eq!(titles(&[(ARN, arn("sns"))]), Vec::<String>::new());
        assert!(titles(&[(ARN, arn("sns")), (ROLE, role())])[0].contains("refuses a role for a target of sns"));
        assert!(titles(&[(ARN, arn("states"))])[0].contains("by a role, and this one has none"));
        assert_eq!(titles(&[(ARN, arn("states")), (ROLE, role())]), Vec::<String>::new());
        assert_eq!(titles(&[(ARN, arn("sqs")), (ROLE, role())]), Vec::<String>::new(), "a queue can be called either way");
    }

    #[test]
    fn a_template_has_the_names_that_it_is_given() {
        let paths = Value::Map(BTreeMap::from([("job".to_owned(), Value::from("$.detail.id"))]));
        let template = |text: &str| titles(&[(PATHS, paths.clone()), (TEMPLATE, Value::from(text))]);
        assert_eq!(template(r#""<job> of <aws.events.rule-name> if 1 < 2 > 0""#), Vec::<String>::new());
        assert!(template(r#""<jop>""#)[0].contains("`input_paths` has no `jop`"));
    }
}
