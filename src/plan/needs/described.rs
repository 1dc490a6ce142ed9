//! What makes no sense of things that blocks only describe: of what is so already it is told, and it ends no run.

use super::Thing;
use crate::kinds::{self, Concern, Need};
use crate::model::{Diagnostic, Live, Policy, Reading, Resource, ResourceId, Severity, Snapshot, SourceId, Span, Wanted};
use std::collections::BTreeMap;

/// Whether a block only describes a thing that has what needs something of others already; also where nobody has looked yet.
pub(super) fn is_so_already(policy: &Policy, thing: &Thing<'_>, need: &Need, snapshot: Option<&Snapshot>) -> bool {
    let Some(resource) = thing.resource.filter(|resource| policy.only_describes(resource)) else { return false };
    let Some(snapshot) = snapshot else { return true };
    let Some(live) = thing.id.as_ref().and_then(|id| live(policy, resource, &id.target, snapshot)) else { return false };
    let wanted = resource.wanted.get(&need.at);
    wanted.is_none_or(|wanted| live.settings.get(&need.at) == Some(&Reading::Known(wanted.value.clone())))
}

/// The problem as a warning, where AWS takes what it is about.
pub(super) fn softened(problem: Diagnostic) -> Diagnostic {
    let severity = if problem.code.is_judgement() { Severity::Warning } else { problem.severity };
    Diagnostic { severity, ..problem }
}

/// What makes no sense of things that are only described, and is not so yet: it would come from this policy.
pub(in crate::plan) fn judged(policy: &Policy, snapshot: &Snapshot) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for resource in policy.resources.iter().filter(|resource| policy.only_describes(resource)) {
        let Some(kind) = kinds::find(&resource.address.kind) else { continue };
        let mut concerns = kind.check(&resource.wanted);
        concerns.retain(|concern| concern.severity == Severity::Error && concern.code.is_judgement());
        if concerns.is_empty() {
            continue;
        }
        for live in resource.targets.iter().filter_map(|target| live(policy, resource, target, snapshot)) {
            let there = kind.check(&settings(live));
            let is_there = |concern: &Concern| there.iter().any(|other| (other.code, &other.title) == (concern.code, &concern.title));
            let new = concerns.iter().filter(|concern| !is_there(concern)).cloned();
            problems.extend(new.map(|concern| concern.told(&resource.wanted, &resource.span)));
        }
    }
    problems.dedup();
    problems
}

/// The thing of a block in one of its targets.
fn live<'a>(policy: &Policy, resource: &Resource, target: &str, snapshot: &'a Snapshot) -> Option<&'a Live> {
    let (spec, own) = (kinds::spec(&resource.address.kind)?, resource.name.as_ref()?);
    let name = match (spec.parent, &resource.parent) {
        (Some(parent), Some(whole)) => parent.part_name(policy.resource(whole)?.name.as_ref()?, own),
        _ => own.clone(),
    };
    let region = snapshot.identities.get(target)?.region.clone();
    snapshot.live(&ResourceId { kind: spec.name.to_owned(), target: target.to_owned(), region, name })
}

/// What is live, as if it were declared.
fn settings(live: &Live) -> BTreeMap<String, Wanted> {
    let nowhere = Span { source: SourceId::default(), range: 0..0 };
    let known = live.settings.iter().filter_map(|(path, reading)| match reading {
        Reading::Known(value) => Some((path.clone(), Wanted::new(value.clone(), nowhere.clone()))),
        Reading::Unset | Reading::Unreadable { .. } => None,
    });
    known.collect()
}
