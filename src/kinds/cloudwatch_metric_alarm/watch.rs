//! Whether a change makes an alarm watch something else: what it watched before is then watched no more, as if the alarm had been removed.

use super::published::{self, Judgement};
use crate::model::{Change, Effect, Live, Reading, Value, Wanted, path};
use std::collections::{BTreeMap, BTreeSet};

/// What names the one metric of an alarm; of those that change together the first stands for all.
const METRIC: [&str; 3] = ["metric_name", "namespace", "dimensions"];

/// What in a `metric_query` says what is watched; of those of one block that change together the first stands for all.
const QUERY: [&str; 6] = ["expression", "metric.metric_name", "metric.namespace", "metric.dimensions", "account_id", "return_data"];

/// Weakens where something is watched no more; `None` where all is watched that was, or where it never had values.
pub(super) fn effect(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
    let changes = |at: &str| {
        let after = wanted.get(at).map(|wanted| &wanted.value).filter(|value| !value.is_nothing());
        known(live, at).filter(|value| !value.is_nothing()).is_some_and(|before| after != Some(before))
    };
    let first = |names: &[&str], block: &str| names.iter().map(|name| path::child(block, name)).find(|at| changes(at));
    let at = change.setting.as_str();
    let is_lost = match path::generic(at).as_str() {
        "metric_query" => change.after == Value::Bool(false) && known(live, &path::child(at, "return_data")) == Some(&Value::Bool(true)),
        generic if generic.starts_with("metric_query.") => {
            let block = path::enclosing(at).into_iter().next()?;
            // What is in a block that goes is told with the block.
            wanted.contains_key(&block) && first(&QUERY, &block).as_deref() == Some(at) && published(live, &path::child(&block, "metric"))
        }
        _ => first(&METRIC, "").as_deref() == Some(at) && published(live, ""),
    };
    is_lost.then_some(Effect::Weakens)
}

/// What follows for what was watched.
pub(super) fn consequence(change: &Change, live: &Live) -> Option<String> {
    let generic = path::generic(&change.setting);
    if change.effect != Effect::Weakens || !(METRIC.contains(&generic.as_str()) || generic.starts_with("metric_query")) {
        return None;
    }
    let before = match (known(live, "namespace"), known(live, "metric_name")) {
        (Some(namespace), Some(name)) => {
            let dimensions = known(live, "dimensions").and_then(Value::as_map).into_iter().flatten();
            let dimensions: Vec<String> = dimensions.map(|(key, value)| format!("{key} {}", text(value))).collect();
            let of = if dimensions.is_empty() { String::new() } else { format!(" of {}", dimensions.join(", ")) };
            format!("{} {}{of}", text(namespace), text(name))
        }
        _ => "what its queries returned".to_owned(),
    };
    Some(format!("it watches something else from now on: nobody is told any more of {before}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn known<'l>(live: &'l Live, at: &str) -> Option<&'l Value> {
    match live.settings.get(at)? {
        Reading::Known(value) => Some(value),
        Reading::Unset | Reading::Unreadable { .. } => None,
    }
}

/// Whether the metric of a block may have values; one that AWS surely does not publish was never watched. Expressions are taken to have some.
fn published(live: &Live, block: &str) -> bool {
    let inside = |name: &str| known(live, &path::child(block, name));
    let (Some(namespace), Some(name)) = (inside("namespace"), inside("metric_name")) else { return true };
    let dimensions: BTreeSet<&str> =
        inside("dimensions").and_then(Value::as_map).into_iter().flatten().map(|(key, _)| key.as_str()).collect();
    !matches!(
        published::judge(text(namespace), text(name), dimensions),
        Judgement::NoSuchMetric(_) | Judgement::NoSuchDimensions { certain: true, .. }
    )
}
