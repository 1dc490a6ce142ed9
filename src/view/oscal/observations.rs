//! What each control found of each thing.

use super::ids::{Uuid, line, markup};
use super::inventory::subject;
use super::{Page, origins, prop};
use crate::model::{ControlOutcome, ControlVerdict, Examined, Finding};
use crate::view::escape::code;
use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};

/// All observations, by control and thing.
pub(super) struct Observations<'a>(pub(super) &'a Page<'a>);

impl Serialize for Observations<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let page = self.0;
        let controls = page.audit.findings.controls.iter();
        let all = controls.flat_map(|control| control.findings.iter().map(move |finding| (control, finding)));
        serializer.collect_seq(all.filter_map(|(control, finding)| Some(page.observation(control, finding, page.thing(finding)?))))
    }
}

/// References to the observations of a control that came to a verdict.
pub(super) struct Related<'a> {
    pub(super) page: &'a Page<'a>,
    pub(super) controls: Vec<&'a ControlOutcome>,
    pub(super) verdict: ControlVerdict,
}

impl Related<'_> {
    fn ids(&self) -> impl Iterator<Item = Uuid> {
        let of = |control: &'_ &ControlOutcome| {
            let control: &ControlOutcome = control;
            let found = control.findings.iter().filter(|finding| finding.verdict == self.verdict);
            found.filter_map(|finding| Some(self.page.observed(control, self.page.thing(finding)?))).collect::<Vec<_>>()
        };
        self.controls.iter().flat_map(of)
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

    /// The UUID of what a control found of a thing.
    pub(super) fn observed(&self, control: &ControlOutcome, thing: &Examined) -> Uuid {
        self.id.of(&["observation", &control.id, &thing.account, &thing.region, &thing.kind, &thing.name, &thing.target])
    }

    fn observation(&self, control: &ControlOutcome, finding: &Finding, thing: &Examined) -> Json {
        let (kind, id) = subject(thing);
        let name = self.named(thing);
        let mut props = vec![prop("control", &control.id), prop("verdict", finding.verdict.as_str())];
        let mut observation = json!({
            "uuid": self.observed(control, thing).to_string(),
            "title": format!("{} of {name}: {}", markup(&control.id), finding.verdict.shown()),
            "description": markup(&control.title),
            "methods": ["TEST"],
            "types": ["control-objective"],
            "origins": origins(),
            "subjects": [{ "subject-uuid": id.to_string(), "type": kind, "title": name }],
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
