//! What a changed filter does to what it lets through: that of a subscription to messages, the pattern of a rule to events.

use crate::model::{Effect, Value};
use serde_json::Value as Json;

/// What a change from one filter policy to another does; no filter lets everything through.
///
/// Where it is not certain that everything that came through still does, less does.
pub(super) fn effect(before: &Value, after: &Value) -> Option<Effect> {
    let (before, after) = (parsed(before)?, parsed(after)?);
    Some(match (lets_through_all_of(&after, &before), lets_through_all_of(&before, &after)) {
        (true, true) => Effect::Neutral,
        (true, false) => Effect::Strengthens,
        (false, _) => Effect::Weakens,
    })
}

fn parsed(filter: &Value) -> Option<Json> {
    match filter {
        Value::Null => Some(Json::Object(serde_json::Map::new())),
        filter => serde_json::from_str(filter.as_str()?).ok(),
    }
}

/// Whether one filter certainly lets through what another does: it asks for no more names, and allows of each at least the same
/// (SNS Developer Guide, Subscription filter policies, and EventBridge user guide, Event patterns: names are joined by AND, the values of a
/// name by OR).
fn lets_through_all_of(wider: &Json, narrower: &Json) -> bool {
    match (wider, narrower) {
        (Json::Object(wider), Json::Object(narrower)) => {
            wider.iter().all(|(name, wider)| narrower.get(name).is_some_and(|narrower| lets_through_all_of(wider, narrower)))
        }
        (Json::Array(wider), Json::Array(narrower)) => narrower.iter().all(|value| wider.contains(value)),
        (wider, narrower) => wider == narrower,
    }
}
