//! The changes of things that backstay makes: that one comes, whose it is, and what AWS cannot change in place.

use crate::kinds::Kind;
use crate::model::{
    Action, ArnForm, Change, Code, Consent, Effect, KindSpec, Live, Mark, Position, Reaches, Reading, Refusal, Resource, Sources, Value,
    Verb, Wanted,
};

/// What to do about a part that can be neither made nor replaced, as its whole is only described.
const PART_REMEDY: &str = "make it where it is made, or take over the whole with `adopt = true`";

/// Why a thing is not made although it is declared.
pub(super) fn not_there(spec: &KindSpec, name: &str) -> Refusal {
    Refusal {
        code: Code::NotThere.to_string(),
        reason: match spec.parent {
            None => format!("there is no {} `{name}`, and with `mark = false` it is not backstay's to make", spec.title),
            Some(_) => {
                let title = spec.title;
                format!("there is no {title} `{name}`, and what it would be a part of is only described (`mark = false`)")
            }
        },
        remedy: match spec.parent {
            None => "make it where it is made, leave `mark` out to have backstay make it, or take the block out".to_owned(),
            Some(_) => PART_REMEDY.to_owned(),
        },
    }
}

/// Why a thing that AWS would have to make anew is left as it is.
pub(super) fn not_to_replace(spec: &KindSpec) -> Refusal {
    Refusal {
        code: Code::Fixed.to_string(),
        reason: match spec.parent {
            None => {
                format!("AWS cannot change it once it is made, and with `mark = false` this {} is not backstay's to replace", spec.title)
            }
            Some(_) => format!(
                "AWS cannot change it once it is made, and this {} is not backstay's to replace: what it is a part of is only described (`mark = false`)",
                spec.title
            ),
        },
        remedy: match spec.parent {
            None => "make it anew where it is made, or take it over with `adopt = true` in place of `mark = false`".to_owned(),
            Some(_) => PART_REMEDY.to_owned(),
        },
    }
}

/// Whose a thing is, as a setting of it.
pub(super) fn owner(live: &Live) -> Reading {
    live.mark.as_ref().map_or(Reading::Unset, |mark| Reading::Known(Value::from(format!("{}: {}", mark.workspace, mark.address))))
}

/// A change with nothing said of it yet.
pub(super) fn plain(setting: &str, before: Reading, after: Value, effect: Effect, because: Option<Position>) -> Change {
    Change {
        setting: setting.to_owned(),
        before,
        after,
        effect,
        reaches: Reaches::Future,
        consequence: None,
        consent: Consent::NotNeeded,
        because,
        part_of: None,
    }
}

/// That a thing is taken over, let go, or marked anew.
pub(super) fn owner_change(live: &Live, mark: Option<&Mark>) -> Change {
    let after = mark.map_or(Value::Null, |mark| Value::from(format!("{}: {}", mark.workspace, mark.address)));
    let mut change = plain(Change::OWNER, owner(live), after, Effect::Neutral, None);
    change.consequence = Some(match (&live.mark, mark) {
        (None, _) => "it is taken over: from now on this policy owns all of it, and removes it when it is no longer declared".to_owned(),
        (_, None) => "its mark goes, and nothing else: nobody owns it from now on".to_owned(),
        (Some(_), Some(_)) => "its mark follows the new address of its block".to_owned(),
    });
    change
}

/// That a thing comes, with all that is declared of it.
pub(super) fn create(kind: &dyn Kind, resource: &Resource, sources: &Sources, now: jiff::Timestamp, action: &mut Action) {
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
