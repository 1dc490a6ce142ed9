//! What making a thing does, and what becomes of a change that AWS does not make in place.

use super::plain;
use crate::kinds::Kind;
use crate::model::{Action, ArnForm, Change, Code, Effect, Live, Reading, Refusal, Resource, Value, Verb, Wanted};

/// The changes that make a thing.
pub(super) fn create(kind: &dyn Kind, resource: &Resource, sources: &crate::model::Sources, now: jiff::Timestamp, action: &mut Action) {
    let spec = kind.spec();
    let because = sources.position(&resource.span);
    let mut made = plain(Change::EXISTS, Reading::Known(Value::Bool(false)), Value::Bool(true), Effect::Strengthens, Some(because));
    let nothing = Live { id: action.id.clone(), ..Live::default() };
    made.effect = kind.effect(&made, &nothing, &resource.wanted).unwrap_or(made.effect);
    made.reaches = kind.reaches(&made, &nothing, &resource.wanted).unwrap_or(made.reaches);
    let own = kind.consequence_among(&made, &nothing, &resource.wanted, now);
    made.consequence = own.or_else(|| Some(spec.existence().when_made).filter(|text| !text.is_empty()).map(str::to_owned));
    action.verb = Verb::Create;
    action.changes.push(made);
    let mut paths: Vec<String> = resource.wanted.keys().cloned().collect();
    spec.sort_paths(&mut paths);
    for path in paths {
        // What is in a block says that the block is there; one in which nothing else stands has to say so itself.
        let inside = format!("{path}.");
        let says_itself = |_: &&Wanted| !path.ends_with(']') || !resource.wanted.keys().any(|other| other.starts_with(&inside));
        let Some(wanted) = resource.wanted.get(&path).filter(says_itself) else { continue };
        let mut change = plain(&path, Reading::Unset, wanted.value.clone(), Effect::Neutral, Some(sources.position(&wanted.span)));
        change.part_of = Some(Change::EXISTS.to_owned());
        action.changes.push(change);
    }
}

/// Decides what becomes of a change that AWS does not make in place: a new thing takes the old one's place, or the change is refused.
pub(super) fn settle_fixed(kind: &dyn Kind, live: &Live, now: jiff::Timestamp, action: &mut Action) {
    let spec = kind.spec();
    if let Some((reason, remedy)) = action.changes.iter().find_map(|change| kind.refuses(change, live, now)) {
        action.refused = Some(Refusal { code: Code::Fixed.to_string(), reason, remedy });
        return;
    }
    let is_fixed = |change: &&Change| spec.setting(&change.setting).is_some_and(|setting| setting.fixed);
    let Some(fixed) = action.changes.iter().find(is_fixed) else { return };
    if matches!(spec.arn_form, ArnForm::Regional | ArnForm::InAccount | ArnForm::RegionalWithId) {
        action.refused = Some(Refusal {
            code: Code::Fixed.to_string(),
            reason: format!("AWS cannot change `{}` of a {} once it is made", fixed.setting, spec.title),
            remedy: format!("give the block another `{}`, so that a new one is made beside this one", spec.name_argument),
        });
        return;
    }
    action.verb = Verb::Replace;
    action.replaces = Some(live.id.clone());
}
