//! The setting `tags` of what backstay makes: all tags but the ownership mark and AWS's own.

use crate::model::{Fallback, Safer, Setting, Shape};
#[cfg(feature = "aws")]
use crate::model::{Live, Mark, Reading, Value};
#[cfg(feature = "aws")]
use std::collections::BTreeMap;

/// The path.
pub(super) const PATH: &str = "tags";

/// The row of a kind's table.
pub(super) const fn setting(reads: &'static [&'static str], writes: &'static [&'static str]) -> Setting {
    Setting {
        path: PATH,
        shape: Shape::TextMap { max: 48 },
        aws_default: Fallback::Absent,
        safer: Safer::Neither,
        doc: "Its tags. The two tags with which backstay marks what it owns come on top, so that 48 of AWS's 50 are left.",
        normalisation: "without `aws:` tags and without the ownership mark; no tags and an empty map are the same",
        source: "Resource Groups Tagging API; AWS General Reference, Tag naming limits",
        reads,
        writes,
        ..Setting::PLAIN
    }
}

/// What tags read as, once the mark was taken out of them.
#[cfg(feature = "aws")]
fn reading(tags: &BTreeMap<String, String>) -> Reading {
    if tags.is_empty() {
        return Reading::Unset;
    }
    Reading::Known(Value::Map(tags.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect()))
}

/// Who made a thing on somebody's behalf, as AWS's own tags tell: the stack, or the service that stands in the tags' keys.
///
/// Source: AWS `CloudFormation` User Guide, "Resource tag"; each service's guide for its own.
#[cfg(feature = "aws")]
pub fn maker(tags: &BTreeMap<String, String>) -> Option<String> {
    if let Some(stack) = tags.get("aws:cloudformation:stack-name") {
        return Some(format!("CloudFormation stack {stack}"));
    }
    tags.keys().find_map(|key| key.strip_prefix("aws:")?.split(':').next().map(str::to_owned))
}

/// Notes what all tags of a thing say: whose it is, its own tags, and in AWS's who made it.
#[cfg(feature = "aws")]
pub(super) fn note(live: &mut Live, mut tags: BTreeMap<String, String>) {
    live.facts.extend(maker(&tags).map(|maker| (Live::MADE_BY.to_owned(), Value::from(maker))));
    live.mark = Mark::take(&mut tags);
    live.set([(PATH, reading(&tags))]);
}

#[cfg(feature = "aws")]
pub(super) use retag::Retag;

#[cfg(feature = "aws")]
mod retag {
    use crate::kinds::ChangeRequest;
    use crate::model::{Change, Mark, Value};
    use std::collections::{BTreeMap, BTreeSet};

    /// Which tags a change puts on and takes off.
    #[derive(Debug, Default)]
    pub(in crate::kinds) struct Retag {
        /// To put on, or to give another value.
        pub(in crate::kinds) on: BTreeMap<String, String>,
        /// To take off.
        pub(in crate::kinds) off: BTreeSet<String>,
    }

    impl Retag {
        /// What the changes of a request do to the tags, the ownership mark among them.
        pub(in crate::kinds) fn of(request: &ChangeRequest<'_>) -> Self {
            let mut retag = Self::default();
            if let Some(after) = request.after(super::PATH) {
                let texts = |value: Option<&Value>| -> BTreeMap<String, String> {
                    let map = value.and_then(Value::as_map).into_iter().flatten();
                    map.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
                };
                let (before, after) = (texts(request.before(super::PATH)), texts(Some(after)));
                retag.off = before.keys().filter(|key| !after.contains_key(*key)).cloned().collect();
                retag.on = after.into_iter().filter(|(key, value)| before.get(key) != Some(value)).collect();
            }
            match (request.after(Change::OWNER), request.mark) {
                (Some(Value::Null), _) => retag.off.extend([Mark::WORKSPACE, Mark::ADDRESS].map(str::to_owned)),
                (Some(_), Some(mark)) => retag.on.extend(mark.tags().map(|(key, value)| (key.to_owned(), value.to_owned()))),
                _ => {}
            }
            retag
        }
    }
}
