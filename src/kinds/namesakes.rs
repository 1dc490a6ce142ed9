//! Several things of one name, where AWS keeps names apart by ids: one of them has the plain name, and the others have their ids beside it.
//!
//! A run that was stopped after it made a new thing, and before it removed the old one, leaves two with one mark. The one that is as it is
//! declared is kept, and the other is the rest: so the plain name goes to the one that is nearest to its declaration.

use super::FindRequest;
use crate::model::{Fallback, KindSpec, Live, Reading, Value};
use std::collections::{BTreeMap, BTreeSet};

impl FindRequest<'_> {
    /// Gives each thing a name of its own. Among things that are as near to what is declared the one that stands first has the plain name.
    pub(super) fn tell_apart(&self, spec: &KindSpec, found: &mut [Live]) {
        let rank = |live: &Live| {
            let owner = live.mark.as_ref().map_or(1, |mark| if mark.workspace == self.workspace { 0 } else { 2 });
            let declared = self.wanted.get(&live.id.name).filter(|wanted| !wanted.is_empty());
            (owner, declared.map_or((0, 0), |wanted| distance(spec, live, wanted)))
        };
        found.sort_by_cached_key(rank);
        let mut names: BTreeSet<String> = BTreeSet::new();
        for live in found {
            if !names.insert(live.id.name.clone()) {
                live.id.name = format!("{} ({})", live.id.name, live.fact(Live::ID).unwrap_or_default());
            }
        }
    }
}

/// How many settings are otherwise than declared: those that AWS never changes, and all. What could not be read is.
fn distance(spec: &KindSpec, live: &Live, wanted: &BTreeMap<String, Value>) -> (usize, usize) {
    let paths: BTreeSet<&String> = wanted.keys().chain(live.settings.keys()).collect();
    let differs = |path: &str| {
        let Some(setting) = spec.setting(path) else { return false };
        let after = match wanted.get(path) {
            Some(value) => value.clone(),
            None if setting.aws_default == Fallback::Kept => return false,
            None => setting.aws_default.into(),
        };
        let before = live.settings.get(path).unwrap_or(&Reading::Unset).effective(setting.aws_default);
        let is_nothing = |value: &Value| value.is_nothing() || *value == Value::Bool(false);
        before.is_none_or(|before| before != after && !(is_nothing(&before) && is_nothing(&after)))
    };
    let otherwise: Vec<&String> = paths.into_iter().filter(|path| differs(path)).collect();
    let is_fixed = |path: &&&String| spec.setting(path).is_some_and(|setting| setting.fixed);
    (otherwise.iter().filter(is_fixed).count(), otherwise.len())
}
