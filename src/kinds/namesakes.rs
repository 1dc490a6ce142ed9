//! Several things of one name, where AWS keeps names apart by ids: one of them has the plain name, and the others have their ids beside it.
//!
//! A run that was stopped after it made a new thing, and before it removed the old one, leaves two with one mark. The one that is as it is
//! declared is kept, and the other is the rest: so the plain name goes to the one that is nearest to its declaration.
//!
//! Of several that nobody marked nearness tells nothing: somebody changes one, and the other is the nearer. The one that is wholly as declared is
//! meant, where there is exactly one; else it is not known which, and a fact says so.

use super::FindRequest;
use crate::model::{Fallback, KindSpec, Live, Reading, Value};
use std::collections::{BTreeMap, BTreeSet};

impl FindRequest<'_> {
    /// Gives each thing a name of its own. Among things that are as near to what is declared the one that stands first has the plain name.
    ///
    /// Where nobody marked it, nor what it is a part of, and others of the name are nobody's either, it gets [`Live::NAMESAKES`] or
    /// [`Live::AMBIGUOUS`].
    pub(super) fn tell_apart(&self, spec: &KindSpec, found: &mut [Live]) {
        let declared = |live: &Live| self.wanted.get(&live.id.name).filter(|wanted| !wanted.is_empty());
        let differs = |live: &Live| declared(live).map_or((0, 0), |wanted| distance(spec, live, wanted));
        let rank = |live: &Live| match &live.mark {
            Some(mark) if mark.workspace == self.workspace => (0, differs(live)),
            // A part has no mark: whatever stands beside it is its whole's too.
            None if spec.parent.is_some() => (1, differs(live)),
            None => (1, (0, usize::from(differs(live) != (0, 0)))),
            Some(_) => (2, (0, 0)),
        };
        found.sort_by_cached_key(rank);
        let mut nobodys: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
        for live in found.iter().filter(|live| declared(live).is_some() && self.is_nobodys(live)) {
            let id = live.fact(Live::ID).unwrap_or_default().to_owned();
            nobodys.entry(live.id.name.clone()).or_default().push((id, differs(live) == (0, 0)));
        }
        let mut names: BTreeSet<String> = BTreeSet::new();
        for live in found {
            if names.insert(live.id.name.clone()) {
                let several = nobodys.get(&live.id.name).filter(|several| several.len() > 1 && self.is_nobodys(live));
                live.facts.extend(several.map(|several| of_several(several)));
            } else {
                live.id.name = format!("{} ({})", live.id.name, live.fact(Live::ID).unwrap_or_default());
            }
        }
    }

    /// Whether nobody marked a thing, nor, as far as this is known, what it is a part of.
    fn is_nobodys(&self, live: &Live) -> bool {
        let whole = live.fact(Live::PARENT_ID).and_then(|id| self.parents.iter().find(|whole| whole.fact(Live::ID) == Some(id)));
        live.mark.is_none() && whole.is_none_or(|whole| whole.mark.is_none())
    }
}

/// What is to be known of the first of several things of one name that nobody marked, by id and by whether each is as declared.
fn of_several(several: &[(String, bool)]) -> (String, Value) {
    let ids = |of: &[(String, bool)]| {
        let mut ids: Vec<&str> = of.iter().map(|(id, _)| id.as_str()).collect();
        ids.sort_unstable();
        Value::from(ids.join(", "))
    };
    match several {
        [(_, true), others @ ..] if !others.iter().any(|(_, is_declared)| *is_declared) => (Live::NAMESAKES.to_owned(), ids(others)),
        all => (Live::AMBIGUOUS.to_owned(), ids(all)),
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
