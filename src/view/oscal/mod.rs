//! OSCAL assessment results 1.1.3: what was observed of each thing, and what that says of each requirement.
//!
//! | in the document | is |
//! |---|---|
//! | observation | what one control found of one thing, with what it looked at |
//! | finding | a requirement of a framework: `satisfied` only where it passes |
//! | risk | a control that fails, with its severity and the things |
//! | activity | a control, with its condition |
//! | inventory item | a thing; what stands for things that nobody could list is a component |
//!
//! Only PASS is `satisfied`. UNKNOWN and N/A are `not-satisfied` with the reason `other`, as OSCAL has no third state: a property `verdict`
//! tells which, and N/A has the implementation status `not-applicable` beside it. Every id comes from what it stands for, so that the same
//! audit has the same bytes, and a thing has the same UUID in every audit.
//!
//! Source of the form: NIST, "OSCAL Assessment Results Model", version 1.1.3.

mod findings;
mod ids;
mod inventory;
mod observations;
mod requirements;

use self::ids::{Uuid, line, markup};
use self::requirements::Asked;
use super::controls::verdict;
use super::{Specs, coverage, json};
use crate::model::{ControlOutcome, Coverage, Findings, Gap};
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};

/// The namespace of properties that are ours.
const NS: &str = "backstay://ns/oscal/1";

const VERSION: &str = "1.1.3";

/// The levels above an observation: the document, its results, the one result, and its observations.
const LEVELS: usize = 5;

/// What an audit saw.
#[derive(Clone, Copy)]
pub struct Audit<'a> {
    /// What protects each thing.
    pub coverage: &'a Coverage,
    /// What controls found.
    pub findings: &'a Findings,
    /// When reading began.
    pub began: Timestamp,
    /// When it ended, where that was recorded.
    pub ended: Option<Timestamp>,
    /// The SHA-256 of the snapshot, in hexadecimal, where it is written beside the document as `snapshot.json`.
    pub snapshot: Option<&'a str>,
    /// The tables of kinds.
    pub specs: Specs,
}

/// Renders the document.
pub fn oscal(audit: &Audit<'_>) -> String {
    let id = digest(audit);
    let observed = audit.findings.controls.iter().map(|control| observations::ids(id, audit.findings, control)).collect();
    let page = Page { audit: *audit, id, asked: requirements::all(&audit.findings.frameworks), observed };
    json::print_rows(&Document { results: Results(&page) }, LEVELS)
}

/// A document that is being written.
struct Page<'a> {
    audit: Audit<'a>,
    /// The document's id, within which those of what it found are.
    id: Uuid,
    asked: Vec<Asked<'a>>,
    /// The ids of what each control found, by control and finding.
    observed: Vec<Vec<Uuid>>,
}

/// The id of what an audit found.
fn digest(audit: &Audit<'_>) -> Uuid {
    let (coverage, findings) = (audit.coverage, audit.findings);
    let mut id = Uuid::OURS.of(&["document", env!("CARGO_PKG_VERSION"), &coverage.at.to_string(), &audit.began.to_string()]);
    for (target, identity) in &coverage.targets {
        id = id.of(&[target, &identity.account, &identity.region, &identity.arn]);
    }
    for thing in &findings.things {
        id = id.of(&[&thing.account, &thing.region, &thing.kind, &thing.name]);
    }
    for control in &findings.controls {
        id = id.of(&[&control.id, &control.condition, control.severity.as_str()]);
        for finding in &control.findings {
            id = id.of(&[&finding.thing.to_string(), finding.verdict.as_str()]);
        }
    }
    for framework in &findings.frameworks {
        id = framework.requirements.iter().fold(id.of(&[&framework.key]), |id, asked| id.of(&[&asked.id, asked.verdict.as_str()]));
    }
    id
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document<'a> {
    #[serde(rename = "assessment-results")]
    results: Results<'a>,
}

struct Results<'a>(&'a Page<'a>);

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let page = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("uuid", &page.id.to_string())?;
        map.serialize_entry("metadata", &page.metadata())?;
        map.serialize_entry("import-ap", &json!({ "href": format!("#{}", page.plan()) }))?;
        map.serialize_entry("local-definitions", &page.definitions())?;
        map.serialize_entry("results", &[Outcome(page)])?;
        map.serialize_entry("back-matter", &page.back_matter())?;
        map.end()
    }
}

/// The one result, of which what there may be a million of is never held at once.
struct Outcome<'a>(&'a Page<'a>);

impl Serialize for Outcome<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let page = self.0;
        let audit = page.audit;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("uuid", &page.id.of(&["result"]).to_string())?;
        map.serialize_entry("title", "Backup audit")?;
        let verdicts = format!("{}; {}", coverage::verdict(audit.coverage), verdict(audit.findings));
        map.serialize_entry("description", &markup(&verdicts))?;
        map.serialize_entry("start", &audit.began.to_string())?;
        map.serialize_entry("end", &audit.ended.unwrap_or(audit.began).to_string())?;
        let is_complete = audit.coverage.is_complete() && audit.findings.is_complete();
        map.serialize_entry("props", &[prop("complete", if is_complete { "true" } else { "false" })])?;
        map.serialize_entry("local-definitions", &inventory::Definitions(page))?;
        map.serialize_entry("reviewed-controls", &findings::reviewed(page))?;
        // The form has no empty lists.
        if audit.findings.controls.iter().any(|control| !control.findings.is_empty()) {
            map.serialize_entry("observations", &observations::Observations(page))?;
        }
        if findings::risky(page).next().is_some() {
            map.serialize_entry("risks", &findings::Risks(page))?;
        }
        if !page.asked.is_empty() {
            map.serialize_entry("findings", &findings::Judged(page))?;
        }
        if page.gaps().next().is_some() {
            map.serialize_entry("remarks", &page.unread())?;
        }
        map.end()
    }
}

impl Page<'_> {
    /// The tool that observed: of this version of backstay.
    fn tool() -> Uuid {
        Uuid::OURS.of(&["tool", "backstay", env!("CARGO_PKG_VERSION")])
    }

    /// The resource that stands for the plan of the assessment.
    fn plan(&self) -> Uuid {
        self.id.of(&["plan"])
    }

    /// The resource that is the snapshot, where that is beside the document.
    fn snapshot(&self) -> Option<Uuid> {
        self.audit.snapshot.map(|digest| Uuid::OURS.of(&["snapshot", digest]))
    }

    fn metadata(&self) -> Json {
        let at = self.audit.coverage.at.to_string();
        json!({
            "title": "Backup audit by backstay",
            "published": at,
            "last-modified": at,
            "version": at,
            "oscal-version": VERSION,
            "props": [prop("backstay-version", env!("CARGO_PKG_VERSION"))],
        })
    }

    /// The objectives of frameworks that have no catalog, and the controls as activities.
    fn definitions(&self) -> Json {
        let mut definitions = serde_json::Map::new();
        let objectives: Vec<Json> = self.asked.iter().filter_map(findings::objective).collect();
        if !objectives.is_empty() {
            definitions.insert("objectives-and-methods".to_owned(), json!(objectives));
        }
        let activities: Vec<Json> = self.audit.findings.controls.iter().map(|control| self.activity(control)).collect();
        if !activities.is_empty() {
            definitions.insert("activities".to_owned(), json!(activities));
        }
        Json::Object(definitions)
    }

    fn activity(&self, control: &ControlOutcome) -> Json {
        let lines: Vec<String> = control.condition.lines().map(str::to_owned).collect();
        let condition = crate::view::escape::fence("hcl", &lines);
        json!({
            "uuid": self.id.of(&["activity", &control.id]).to_string(),
            "title": markup(&format!("{}: {}", control.id, control.title)),
            "description": format!("{}\n\n{condition}", markup(&control.title)),
            "props": [
                json!({ "name": "method", "value": "TEST" }),
                prop("control", &control.id),
                prop("severity", control.severity.as_str()),
                prop("position", &control.at.to_string()),
            ],
        })
    }

    fn gaps(&self) -> impl Iterator<Item = &Gap> {
        self.audit.coverage.gaps.iter().chain(&self.audit.coverage.evidence_gaps)
    }

    /// What could not be read, as a list.
    fn unread(&self) -> String {
        let mut out = "Not read:\n".to_owned();
        for gap in self.gaps() {
            let what = gap.resource.as_deref().or(gap.kind.as_deref()).unwrap_or("the target");
            put!(out, "\n- {}", markup(&format!("{what} in {} ({}): {} ({})", gap.region, gap.target, gap.message, gap.action)));
        }
        out
    }

    /// What the document refers to: the audit's own plan, and the snapshot that it was made from.
    fn back_matter(&self) -> Json {
        let mut plan = json!({
            "uuid": self.plan().to_string(),
            "title": "What this audit asks",
            "description": "The policy, the controls and the frameworks of the audit stand in for an assessment plan: the local definitions of this document, and where it was written by `backstay audit --out DIR/`, `manifest.json` beside it.",
        });
        let Some((snapshot, digest)) = self.snapshot().zip(self.audit.snapshot) else {
            return json!({ "resources": [plan] });
        };
        if let Json::Object(plan) = &mut plan {
            plan.insert("rlinks".to_owned(), json!([{ "href": "manifest.json", "media-type": "application/json" }]));
        }
        let snapshot = json!({
            "uuid": snapshot.to_string(),
            "title": "What was read of AWS",
            "description": "`backstay audit --from snapshot.json` repeats the audit.",
            "rlinks": [{
                "href": "snapshot.json",
                "media-type": "application/json",
                "hashes": [{ "algorithm": "SHA-256", "value": digest }],
            }],
        });
        json!({ "resources": [plan, snapshot] })
    }
}

/// A property of ours.
fn prop(name: &str, value: &str) -> Json {
    json!({ "name": name, "ns": NS, "value": line(value) })
}

/// What observed it.
fn origins() -> Json {
    json!([{ "actors": [{ "type": "tool", "actor-uuid": Page::tool().to_string() }] }])
}
