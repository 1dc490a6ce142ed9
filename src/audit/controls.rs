//! What controls find of live things, and what that says of the requirements of frameworks.
//!
//! Each control is asked of each thing of its kinds. PASS takes that all of it is known: what could not be read, and what could not even be
//! listed, leaves a control UNKNOWN, and a requirement with it.

use super::checks;
use super::estate::Estate;
use super::shown::Shown;
use super::thing::{self, Known};
use crate::kinds::{self, Protection};
use crate::model::{
    Check, Control, ControlOutcome, ControlVerdict, Coverage, Covered, Examined, Finding, Findings, FrameworkOutcome, Gap, Ignorance,
    IgnoranceSort, Promised, Promises, RequirementOutcome, Snapshot,
};
use crate::policy::controls::{Ask, Asked, Evidence, NotAnswered};
use crate::policy::frameworks::{self, FRAMEWORKS, Framework};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;

/// The longest value that is kept as evidence, in characters.
const LONGEST: usize = 300;

/// What controls are asked about.
#[derive(Clone, Copy)]
pub struct Audited<'a> {
    /// What was read.
    pub snapshot: &'a Snapshot,
    /// What protects each thing.
    pub coverage: &'a Coverage,
    /// What tiers promise of each thing.
    pub promises: &'a Promises,
    /// The names of the tiers that the policy declares.
    pub tiers: &'a [String],
    /// The policy's checks.
    pub checks: &'a [Check],
}

/// Asks controls of everything, and reports these frameworks; all that a control serves where none is named.
pub fn findings(audited: &Audited<'_>, controls: &[Control], asked_for: &[String]) -> Findings {
    let asks: Vec<Result<Ask, String>> = controls.iter().map(Ask::new).collect();
    let checked = checks::checked(audited);
    let estate = Estate::new(audited.snapshot, audited.coverage, audited.tiers.to_vec(), Shown::new(&checked));
    let mut promised = PromisedOf::new();
    for one in &audited.promises.things {
        promised.entry((&one.account, &one.region, &one.kind, &one.name)).or_default().push(one);
    }
    let mut asker = Asker::new(&estate, controls, &asks);
    for part in at_once(&audited.coverage.resources, |part| {
        let mut asker = Asker::new(&estate, controls, &asks);
        asker.holders(part, &promised);
        asker
    }) {
        asker.take(part);
    }
    asker.others(audited);
    asker.unlisted(audited.coverage);
    let mut findings = Findings { things: asker.things, controls: asker.outcomes, frameworks: Vec::new() };
    checks::add(&mut findings, checked, asked_for);
    for outcome in &mut findings.controls {
        outcome.verdict = ControlVerdict::together(outcome.findings.iter().map(|finding| finding.verdict));
    }
    findings.frameworks = reported(&findings.controls, asked_for).into_iter().map(|key| framework(&key, &findings.controls)).collect();
    findings
}

/// The requirements that a control serves: by its objectives, and those that it names.
pub fn requirements(control: &Control) -> Vec<(String, String)> {
    served(&control.objectives, &control.requirements)
}

/// The requirements behind objectives, and those that are named beside them.
pub(super) fn served(objectives: &BTreeSet<String>, beside: &BTreeMap<String, BTreeSet<String>>) -> Vec<(String, String)> {
    let mut all = BTreeSet::new();
    for framework in FRAMEWORKS {
        for requirement in framework.requirements {
            if requirement.objectives.iter().any(|objective| objectives.contains(*objective)) {
                all.insert((framework.key.to_owned(), requirement.id.to_owned()));
            }
        }
    }
    for (framework, ids) in beside {
        all.extend(ids.iter().map(|id| (framework.clone(), id.clone())));
    }
    all.into_iter().collect()
}

/// The controls that an audit asks: those that serve one of the frameworks; without any all but the check lists of vendors.
pub fn chosen(controls: Vec<Control>, asked_for: &[String]) -> Vec<Control> {
    let is_asked = |control: &Control| {
        let serves = requirements(control);
        if asked_for.is_empty() {
            let on_request = |key: &str| frameworks::find(key).is_some_and(|framework| framework.is_on_request);
            return serves.is_empty() || serves.iter().any(|(key, _)| !on_request(key));
        }
        serves.iter().any(|(key, _)| asked_for.contains(key))
    };
    controls.into_iter().filter(is_asked).collect()
}

/// The frameworks to report.
fn reported(outcomes: &[ControlOutcome], asked_for: &[String]) -> Vec<String> {
    if !asked_for.is_empty() {
        let all: BTreeSet<&String> = asked_for.iter().collect();
        return all.into_iter().cloned().collect();
    }
    let served: BTreeSet<String> = outcomes.iter().flat_map(|outcome| &outcome.requirements).map(|(key, _)| key.clone()).collect();
    let is_plain = |key: &String| frameworks::find(key).is_none_or(|framework| !framework.is_on_request);
    served.into_iter().filter(is_plain).collect()
}

/// What comes out for a framework: for each requirement the controls under it together.
fn framework(key: &str, outcomes: &[ControlOutcome]) -> FrameworkOutcome {
    let known: Option<&'static Framework> = frameworks::find(key);
    let mut ids: Vec<String> = known.map(Framework::ids).unwrap_or_default().into_iter().map(str::to_owned).collect();
    let named: BTreeSet<String> =
        outcomes.iter().flat_map(|one| &one.requirements).filter(|(of, _)| of == key).map(|(_, id)| id.clone()).collect();
    let more: Vec<String> = named.into_iter().filter(|id| !ids.contains(id)).collect();
    ids.extend(more);
    let mut requirements: Vec<RequirementOutcome> = ids
        .into_iter()
        .map(|id| {
            let under: Vec<&ControlOutcome> =
                outcomes.iter().filter(|one| one.requirements.iter().any(|(of, named)| of == key && *named == id)).collect();
            let row = known.and_then(|known| known.requirement(&id));
            // What no control speaks to is not known, rather than fine.
            let verdict =
                if under.is_empty() { ControlVerdict::Unknown } else { ControlVerdict::together(under.iter().map(|one| one.verdict)) };
            let mute = under.iter().filter(|one| one.verdict == ControlVerdict::NotApplicable);
            RequirementOutcome {
                about: row.map(|row| row.about.to_owned()).unwrap_or_default(),
                is_confirmed: row.is_none_or(|row| row.is_confirmed),
                verdict,
                controls: under.iter().map(|one| one.id.clone()).collect(),
                not_applicable: mute.map(|one| one.id.clone()).collect(),
                id,
            }
        })
        .collect();
    requirements.sort_by_key(|requirement| requirement.verdict);
    FrameworkOutcome {
        key: key.to_owned(),
        title: known.map_or(key, |known| known.title).to_owned(),
        version: known.map(|known| known.version.to_owned()),
        requirements,
    }
}

/// A thing by account, region, kind and name.
type Key<'a> = (&'a str, &'a str, &'a str, &'a str);

/// What tiers promise of each thing.
type PromisedOf<'a> = BTreeMap<Key<'a>, Vec<&'a Promised>>;

/// So many things are worth a thread of their own.
const A_PART: usize = 1_000;

/// More threads than these gain nothing.
const MOST_THREADS: usize = 8;

/// Does the same to the parts of a list at once, and gives what comes out in the order of the parts.
fn at_once<'i, I: Sync, O: Send>(items: &'i [I], work: impl Fn(&'i [I]) -> O + Sync) -> Vec<O> {
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MOST_THREADS);
    let size = items.len().div_ceil(threads).max(A_PART);
    if items.len() <= size {
        return vec![work(items)];
    }
    let work = &work;
    std::thread::scope(|scope| {
        let started: Vec<_> = items.chunks(size).map(|part| scope.spawn(move || work(part))).collect();
        started.into_iter().map(|one| one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

struct Asker<'a> {
    controls: &'a [Control],
    asks: &'a [Result<Ask, String>],
    estate: &'a Estate<'a>,
    things: Vec<Examined>,
    outcomes: Vec<ControlOutcome>,
    /// Texts of evidence that were kept once already.
    texts: BTreeSet<Arc<str>>,
}

impl<'a> Asker<'a> {
    fn new(estate: &'a Estate<'a>, controls: &'a [Control], asks: &'a [Result<Ask, String>]) -> Self {
        let outcomes = controls.iter().map(|control| ControlOutcome {
            id: control.id.clone(),
            title: control.title.clone(),
            severity: control.severity,
            remediation: control.remediation.clone(),
            condition: control.condition.text.clone(),
            requirements: requirements(control),
            at: control.at.clone(),
            verdict: ControlVerdict::NotApplicable,
            findings: Vec::new(),
        });
        Self { controls, asks, estate, things: Vec::new(), outcomes: outcomes.collect(), texts: BTreeSet::new() }
    }

    /// Takes what was found of the things that come next.
    fn take(&mut self, other: Self) {
        let before = self.things.len();
        self.things.extend(other.things);
        for (outcome, more) in self.outcomes.iter_mut().zip(other.outcomes) {
            outcome.findings.extend(more.findings.into_iter().map(|finding| Finding { thing: before + finding.thing, ..finding }));
        }
    }

    /// Asks of things that hold data.
    fn holders(&mut self, things: &'a [Covered], promised: &PromisedOf<'_>) {
        for covered in things {
            let about = self.about(&covered.kind, true);
            if about.is_empty() {
                continue;
            }
            let key = (covered.account.as_str(), covered.region.as_str(), covered.kind.as_str(), covered.name.as_str());
            let of_it = promised.get(&key).map(Vec::as_slice).unwrap_or_default();
            let known = thing::of_covered(self.estate, covered, of_it);
            self.ask(&about, covered.into(), &known);
        }
    }

    /// Asks of all else that controls name.
    fn others(&mut self, audited: &Audited<'a>) {
        let mut seen = BTreeSet::new();
        for live in &audited.snapshot.resources {
            if holds(&live.id.kind) {
                continue;
            }
            let about = self.about(&live.id.kind, false);
            let Some(identity) = audited.snapshot.identities.get(&live.id.target).filter(|_| !about.is_empty()) else { continue };
            let arn = live.arn.clone().or_else(|| kinds::spec(&live.id.kind)?.arn(&live.id.region, &identity.account, &live.id.name));
            let who = Examined {
                account: identity.account.clone(),
                region: live.id.region.clone(),
                kind: live.id.kind.clone(),
                name: live.id.name.clone(),
                target: live.id.target.clone(),
                arn,
            };
            // Two targets of one place see the same things.
            if seen.insert((who.account.clone(), who.region.clone(), who.kind.clone(), who.name.clone())) {
                let known = thing::of_live(self.estate, live, &who);
                self.ask(&about, who, &known);
            }
        }
    }

    /// Notes for each control what could not be listed, so that it may be about more than was seen.
    fn unlisted(&mut self, coverage: &Coverage) {
        let read = kinds::audited();
        for (at, control) in self.controls.iter().enumerate() {
            let is_about = |kind: &str| if control.kinds.is_empty() { holds(kind) } else { control.kinds.contains(kind) };
            let hides = |gap: &&Gap| gap.resource.is_none() && gap.kind.as_deref().is_none_or(is_about);
            for gap in coverage.gaps.iter().filter(hides) {
                let why = format!("not all of them, or of what they are tagged with, could be listed: {} failed", gap.action);
                let who = self.nobody(coverage, gap.kind.as_deref().unwrap_or("*"), &gap.target, &gap.region);
                self.add(at, who, ControlVerdict::Unknown, Some(Ignorance { sort: IgnoranceSort::Unread, why: why.into() }), Vec::new());
            }
            for kind in control.kinds.iter().filter(|kind| !read.contains(kind.as_str())) {
                if !self.things.iter().any(|thing| thing.kind == *kind) {
                    let who = self.nobody(coverage, kind, "*", "*");
                    let why = Ignorance { sort: IgnoranceSort::NotLookedAt, why: format!("audits do not read {kind} yet").into() };
                    self.add(at, who, ControlVerdict::Unknown, Some(why), Vec::new());
                }
            }
        }
    }

    /// The place of what stands for things that nobody saw.
    fn nobody(&mut self, coverage: &Coverage, kind: &str, target: &str, region: &str) -> usize {
        let account = coverage.targets.get(target).map_or("*", |identity| &identity.account).to_owned();
        let who = Examined {
            account,
            region: region.to_owned(),
            kind: kind.to_owned(),
            name: "*".to_owned(),
            target: target.to_owned(),
            arn: None,
        };
        self.things.iter().position(|thing| *thing == who).unwrap_or_else(|| {
            self.things.push(who);
            self.things.len() - 1
        })
    }

    /// The controls that are about a kind, by their places.
    fn about(&self, kind: &str, holds: bool) -> Vec<usize> {
        let is_about = |control: &Control| if control.kinds.is_empty() { holds } else { control.kinds.contains(kind) };
        self.controls.iter().enumerate().filter(|(_, control)| is_about(control)).map(|(at, _)| at).collect()
    }

    fn ask(&mut self, about: &[usize], who: Examined, known: &Known) {
        self.things.push(who);
        let thing = self.things.len() - 1;
        // Many controls look at the same.
        let mut shown: BTreeMap<&str, (Arc<str>, Arc<str>)> = BTreeMap::new();
        for at in about {
            let asked = match self.asks.get(*at) {
                Some(Ok(ask)) => ask.of(&known.value),
                Some(Err(message)) => {
                    let why = Ignorance { sort: IgnoranceSort::Failed, why: message.as_str().into() };
                    self.add(*at, thing, ControlVerdict::Unknown, Some(why), Vec::new());
                    continue;
                }
                None => continue,
            };
            let (verdict, unknown) = judged(&asked, known);
            let unknown = unknown.map(|unknown| Ignorance { why: self.kept(&unknown.why), ..unknown });
            let evidence = asked.evidence.iter().map(|one| shown.entry(one.path).or_insert_with(|| self.evidence(one)).clone()).collect();
            self.add(*at, thing, verdict, unknown, evidence);
        }
    }

    fn add(
        &mut self,
        control: usize,
        thing: usize,
        verdict: ControlVerdict,
        unknown: Option<Ignorance>,
        evidence: Vec<(Arc<str>, Arc<str>)>,
    ) {
        if let Some(outcome) = self.outcomes.get_mut(control) {
            outcome.findings.push(Finding { thing, verdict, unknown, evidence });
        }
    }

    fn evidence(&mut self, one: &Evidence<'_>) -> (Arc<str>, Arc<str>) {
        let shown = match &one.value {
            None => "(not there)".to_owned(),
            Some(value) => value.to_string().replace("(known after apply)", "(unknown)"),
        };
        let shown: String = if shown.chars().count() > LONGEST { shown.chars().take(LONGEST).chain(['…']).collect() } else { shown };
        (self.kept(one.path), self.kept(&shown))
    }

    /// The text, kept once however often it comes.
    fn kept(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.texts.insert(Arc::clone(&new));
        new
    }
}

fn judged(asked: &Asked<'_>, known: &Known) -> (ControlVerdict, Option<Ignorance>) {
    match &asked.holds {
        None => (ControlVerdict::NotApplicable, None),
        Some(Ok(true)) => (ControlVerdict::Pass, None),
        Some(Ok(false)) => (ControlVerdict::Fail, None),
        Some(Err(NotAnswered::Unknown(paths))) => (ControlVerdict::Unknown, Some(known.why(paths))),
        Some(Err(NotAnswered::Failed { message, at })) => {
            (ControlVerdict::Unknown, Some(Ignorance { sort: IgnoranceSort::Failed, why: format!("{message} ({at})").into() }))
        }
    }
}

fn holds(kind: &str) -> bool {
    matches!(kinds::find(kind).and_then(kinds::Kind::protection), Some(Protection::Holds(_)))
}
