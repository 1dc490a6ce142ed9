//! The actions of an alarm, and those that CloudWatch cannot carry out.

use crate::kinds::Concern;
use crate::model::{Code, Severity, Value, Wanted, path};
use std::collections::BTreeMap;

const LISTS: [&str; 3] = [super::ALARM_ACTIONS, super::OK_ACTIONS, super::INSUFFICIENT_DATA_ACTIONS];

/// Every action with the setting that names it.
pub(in crate::kinds) fn all(wanted: &BTreeMap<String, Wanted>) -> impl Iterator<Item = (&'static str, &str)> {
    let lists = LISTS.into_iter().filter_map(|at| Some((at, wanted.get(at)?.value.as_items()?)));
    lists.flat_map(|(at, items)| items.iter().filter_map(Value::as_str).map(move |arn| (at, arn)))
}

/// The topics of another region than the alarm's, which CloudWatch refuses: `Invalid region … specified. Only … is supported.`
///
/// Another account is fine, as long as the topic's policy lets the alarm in. Of other services' ARNs the refusal is not known.
pub(in crate::kinds) fn elsewhere(wanted: &BTreeMap<String, Wanted>, region: &str) -> Vec<Concern> {
    let of_topic = |arn: &str| {
        let mut parts = arn.split(':').skip(2);
        let is_topic = parts.next() == Some("sns");
        parts.next().filter(|of| is_topic && *of != region).map(str::to_owned)
    };
    let concern = |(at, arn): (&str, &str)| {
        let of = of_topic(arn)?;
        Some(Concern {
            code: Code::AlarmAction,
            severity: Severity::Error,
            title: format!("the topic {arn} is in {of}, and CloudWatch takes actions in the alarm's own region only, {region}"),
            at: path::keyed(at, arn),
            also: None,
            help: format!("name a topic of {region}; whoever subscribes to it may be in other regions"),
        })
    };
    all(wanted).filter_map(concern).collect()
}
