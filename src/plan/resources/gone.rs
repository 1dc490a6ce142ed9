//! What becomes of things that no block declares any more.

use super::changes::{owner, owner_change, plain};
use crate::kinds::Kind;
use crate::model::{Action, BlockAddress, Change, Effect, KindSpec, Live, Reaches, Reading, Value, Verb};
use std::collections::BTreeMap;

fn of_live(live: &Live, spec: &KindSpec, block: Option<&BlockAddress>, verb: Verb) -> Action {
    let (address, block, index) = match block {
        Some(block) => (block.to_string(), block.block().to_string(), block.key.clone()),
        None => (format!("{}[{}]", spec.name, Value::from(live.id.name.as_str())), spec.name.to_owned(), Some(live.id.name.clone())),
    };
    Action {
        address,
        block,
        index,
        also: Vec::new(),
        id: live.id.clone(),
        arn: live.arn.clone().unwrap_or_default(),
        verb,
        refused: None,
        mark: None,
        parent: None,
        replaces: None,
        ahead: Vec::new(),
        facts: live.facts.clone(),
        changes: Vec::new(),
        wanted: BTreeMap::new(),
        before: live.settings.clone(),
        depends_on: Vec::new(),
        remarks: Vec::new(),
    }
}

/// Only the mark goes.
pub(super) fn release(live: &Live, spec: &KindSpec, block: Option<&BlockAddress>) -> Action {
    let mut action = of_live(live, spec, block, Verb::Update);
    action.before = BTreeMap::from([(Change::OWNER.to_owned(), owner(live))]);
    action.changes.push(owner_change(live, None));
    action
}

/// All of it goes.
pub(super) fn removal(live: &Live, kind: &dyn Kind, block: Option<&BlockAddress>, whole: Option<&Live>) -> Action {
    let spec = kind.spec();
    let mut action = of_live(live, spec, block, Verb::Delete);
    let existence = spec.existence();
    let (effect, lost) = kind.removal(live).unwrap_or_else(|| (existence.loses.effect(), existence.when_removed.to_owned()));
    let mut gone = plain(Change::EXISTS, Reading::Known(Value::Bool(true)), Value::Bool(false), effect, None);
    gone.consequence = Some(lost).filter(|text| !text.is_empty());
    let reaches = if gone.effect == Effect::LosesData { Reaches::Existing } else { Reaches::Future };
    gone.reaches = kind.reaches(&gone, live, &BTreeMap::new()).unwrap_or(reaches);
    action.changes.push(gone);
    let mut paths: Vec<String> = live.settings.keys().filter(|path| !path.ends_with(']')).cloned().collect();
    spec.sort_paths(&mut paths);
    for path in paths {
        let Some(reading @ Reading::Known(_)) = live.settings.get(&path) else { continue };
        let mut change = plain(&path, reading.clone(), Value::Null, Effect::Neutral, None);
        change.part_of = Some(Change::EXISTS.to_owned());
        action.changes.push(change);
    }
    action.before.insert(Change::OWNER.to_owned(), owner(live));
    action.parent =
        whole.and_then(|whole| whole.mark.as_ref()).and_then(|mark| BlockAddress::of_mark(&mark.address)).map(|block| block.to_string());
    action
}
