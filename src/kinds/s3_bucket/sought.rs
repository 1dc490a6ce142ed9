//! Whether a bucket has a replication rule of some id, which metrics of replication are told by.

use super::table::REPLICATION;
use super::{FOREIGN_REPLICATION, FOREIGN_RULES};
use crate::kinds::{Answer, Need, Needed};
use crate::model::{Mark, Value, path};

/// The answer to a need of a rule by its id; none where something else is needed.
pub(super) fn answer(need: &Need, will_be: &dyn Fn(&str) -> Option<Value>) -> Option<Answer> {
    let Needed::Setting { path, .. } = &need.needed else { return None };
    let (_, id) = path::split_key(path).filter(|(setting, _)| setting == REPLICATION)?;
    // A rule of this policy's is known by its name alone, which is the end of its id.
    let own = Mark::name_of_rule(&id).unwrap_or_default();
    if will_be(&path::keyed(REPLICATION, own)) == Some(Value::Bool(true)) {
        return Some(Answer::Yes);
    }
    let foreign = will_be(FOREIGN_RULES);
    let ids = foreign.as_ref().and_then(Value::as_items);
    let (Some(ids), Some(many)) = (ids, will_be(FOREIGN_REPLICATION).and_then(|many| many.as_i64())) else { return Some(Answer::Unknown) };
    if ids.contains(&Value::from(id.as_str())) {
        return Some(Answer::Yes);
    }
    let remedy = if many == 0 {
        "write the id of a rule of it; one that a block declares has the id `backstay:WORKSPACE:NAME`".to_owned()
    } else {
        let known: Vec<String> = ids.iter().filter_map(Value::as_str).map(|id| format!("`{id}`")).collect();
        format!("write the id of a rule of it: {}, or of one that a block declares `backstay:WORKSPACE:NAME`", known.join(", "))
    };
    Some(Answer::No { reason: format!("has no replication rule `{id}`"), at: REPLICATION.to_owned(), remedy })
}
