//! What a thing lets in that has no part to say so: a vault without an access policy.

use super::{Known, Other, Parts, Thing};
use crate::kinds::{self, Kind, Need, Needed};
use crate::model::{Diagnostic, ResourceId, Snapshot};

impl Other<'_> {
    /// The problem of a declared thing that is to let somebody in, and surely will have no part that could.
    ///
    /// Before anything is read somebody else's part may be there, so that nothing is said.
    pub(super) fn without_parts(&self, thing: &Thing<'_>, need: &Need, parts: Option<&Parts<'_>>, known: &Known<'_>) -> Option<Diagnostic> {
        let (Needed::Entry(_), Some(snapshot)) = (&need.needed, known.snapshot) else { return None };
        let (whole, kind) = (self.declared.iter().find_map(|other| other.id.as_ref())?, self.kind()?);
        let is_missing = |part: &&'static dyn Kind| {
            let spec = part.spec();
            let can_be = spec.parent.is_some_and(|parent| parent.is_only && parent.kinds.contains(&kind.spec().name));
            can_be && parts.is_none_or(|parts| !parts.contains_key(spec.name)) && is_surely_absent(spec.name, whole, snapshot)
        };
        let answers = kinds::all().filter(is_missing).map(|part| part.answers(need, &|_| Some(crate::model::Value::Null)));
        answers.into_iter().find_map(|answer| self.tell(answer, kind, thing, need))
    }
}

/// Whether a part of this kind was looked for without a gap, of a thing that is there or will be made.
fn is_surely_absent(part: &str, whole: &ResourceId, snapshot: &Snapshot) -> bool {
    let is_read = snapshot.live(whole).is_some() || snapshot.is_absent(whole);
    let hides = |kind: &str| kind == part || kind == whole.kind;
    is_read && !snapshot.gaps.iter().any(|gap| gap.target == whole.target && gap.kind.as_deref().is_none_or(hides))
}
