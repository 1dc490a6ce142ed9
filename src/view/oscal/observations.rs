//! What each control found of each thing.

use super::ids::{Uuid, line, markup};
use super::inventory::subject;
use super::{Page, prop};
use crate::model::{ControlOutcome, ControlVerdict, Examined, Finding, Findings};
use crate::view::escape::code;
use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// All observations, by control and thing.
pub(super) struct Observations<'a>(pub(super) &'a Page<'a>);

impl Serialize for Observations<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let page = self.0;
        let controls = page.audit.findings.controls.iter().zip(&page.observed);
        let all = controls.flat_map(|(control, ids)| control.findings.iter().zip(ids).map(move |(finding, id)| (control, finding, *id)));
        serializer.collect_seq(all.filter_map(|(control, finding, id)| Some(page.observation(control, finding, page.thing(finding)?, id))))
    }
}

/// The UUIDs of what a control found, in its order. Of one thing it can find several: the reasons tell them apart, and numbers where these are
/// the same.
pub(super) fn ids(document: Uuid, findings: &Findings, control: &ControlOutcome) -> Vec<Uuid> {
    let mut seen = BTreeSet::new();
    let of = |finding: &Finding| {
        let thing = findings.things.get(finding.thing);
        let what = thing.map_or(["?"; 5], |thing| [&thing.account, &thing.region, &thing.kind, &thing.name, &thing.target]);
        let first = document.of(&["observation", &control.id]).of(&what);
        let why = finding.unknown.as_ref().map(|unknown| first.of(&[unknown.sort.as_str(), &unknown.why]));
        let numbered = (2_usize..).map(|number| why.unwrap_or(first).of(&[&number.to_string()]));
        let id = std::iter::once(first).chain(why).chain(numbered).find(|id| seen.insert(*id));
        id.unwrap_or(first)
    };
    control.findings.iter().map(of).collect()
}

/// References to the observations of a control that came to a verdict.
pub(super) struct Related<'a> {
    pub(super) page: &'a Page<'a>,
    pub(super) controls: Vec<&'a ControlOutcome>,
    pub(super) verdict: ControlVerdict,
}

impl Related<'_> {
    fn ids(&self) -> impl Iterator<Item = Uuid> {
        let all = self.page.audit.findings.controls.iter().zip(&self.page.observed);
        let under = all.filter(|(control, _)| self.controls.iter().any(|one| one.id == control.id));
        let found = under.flat_map(|(control, ids)| control.findings.iter().zip(ids));
        found.filter(|(finding, _)| finding.verdict == self.verdict).map(|(_, id)| *id)
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.ids().next().is_none()
    }
}

impl Serialize for Related<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.ids().map(|id| json!({ "observation-uuid": id.to_string() })))
    }
}

impl Page<'_> {
    /// The thing of a finding.
    pub(super) fn thing(&self, finding: &Finding) -> Option<&Examined> {
        self.audit.findings.things.get(finding.thing)
    }

    fn observation(&self, control: &ControlOutcome, finding: &Finding, thing: &Examined, id: Uuid) -> Json {
        let (kind, subject) = subject(thing);
        let name = self.named(thing);
        let mut props = vec![prop("control", &control.id), prop("verdict", finding.verdict.as_str())];
        let mut observation = json!({
            "uuid": id.to_string(),
            "title": format!("{} of {name}: {}", markup(&control.id), finding.verdict.shown()),
            "description": markup(&control.title),
            "methods": ["TEST"],
            "types": ["control-objective"],
            "subjects": [{ "subject-uuid": subject.to_string(), "type": kind }],
            "collected": self.audit.began.to_string(),
        });
        let Json::Object(map) = &mut observation else { return observation };
        let evidence: Vec<Json> = finding.evidence.iter().map(|(path, value)| self.evidence(path, value)).collect();
        if !evidence.is_empty() {
            map.insert("relevant-evidence".to_owned(), json!(evidence));
        }
        if let Some(unknown) = &finding.unknown {
            props.push(prop("unknown-because", unknown.sort.as_str()));
            map.insert("remarks".to_owned(), json!(markup(&unknown.why)));
        }
        map.insert("props".to_owned(), json!(props));
        observation
    }

    /// What a control looked at: within the snapshot, where that is beside the document.
    fn evidence(&self, path: &str, value: &str) -> Json {
        let mut evidence = json!({ "description": code(&format!("{} = {value}", line(path))) });
        if let (Json::Object(map), Some(snapshot)) = (&mut evidence, self.snapshot()) {
            map.insert("href".to_owned(), json!(format!("#{snapshot}")));
        }
        evidence
    }
}
