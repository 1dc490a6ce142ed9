//! What controls found, for programs.

use super::verdict;
use crate::model::{ControlOutcome, ControlSeverity, ControlVerdict, Examined, Finding, Findings};
use crate::view::escape::visible;
use crate::view::junit::{self, Case, Outcome};
use crate::view::lazy::Lazy;
use crate::view::sarif::{self, Described, Level, Result, Unread};
use crate::view::{Specs, words};
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::io;

/// What controls found, as `controls`, and what that says of `frameworks`.
pub(in crate::view) fn json(findings: &Findings) -> (Lazy<'_>, Lazy<'_>) {
    let frameworks = findings.frameworks.iter().map(|framework| {
        let requirements = framework.requirements.iter().map(|requirement| {
            json!({
                "id": requirement.id,
                "about": requirement.about,
                "confirmed": requirement.is_confirmed,
                "verdict": requirement.verdict,
                "controls": requirement.controls,
                "not_applicable": requirement.not_applicable,
            })
        });
        json!({
            "key": framework.key,
            "title": framework.title,
            "version": framework.version,
            "requirements": requirements.collect::<Vec<_>>(),
        })
    });
    (Lazy::each(move || findings.controls.iter().map(|control| whole(findings, control))), Lazy::Ready(frameworks.collect()))
}

/// A control with all that it found.
fn whole<'a>(findings: &'a Findings, control: &'a ControlOutcome) -> Lazy<'a> {
    Lazy::map([
        ("id", Lazy::of(&control.id)),
        ("title", Lazy::of(&control.title)),
        ("severity", Lazy::of(&control.severity)),
        ("verdict", Lazy::of(&control.verdict)),
        ("condition", Lazy::of(&control.condition)),
        ("remediation", Lazy::of(&control.remediation)),
        ("requirements", Lazy::of(&requirements(control))),
        ("at", Lazy::of(&control.at)),
        ("findings", Lazy::each(|| control.findings.iter().filter_map(|finding| one(findings, finding)).map(Lazy::Ready))),
    ])
}

fn requirements(control: &ControlOutcome) -> BTreeMap<&str, Vec<&str>> {
    let mut by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (framework, id) in &control.requirements {
        by.entry(framework).or_default().push(id);
    }
    by
}

fn one(findings: &Findings, finding: &Finding) -> Option<Json> {
    let thing = findings.things.get(finding.thing)?;
    let evidence: Vec<Json> = finding.evidence.iter().map(|(path, value)| json!({ "path": **path, "value": **value })).collect();
    Some(json!({
        "account": thing.account,
        "region": thing.region,
        "kind": thing.kind,
        "name": thing.name,
        "target": thing.target,
        "arn": thing.arn,
        "verdict": finding.verdict,
        "unknown": finding.unknown.as_ref().map(|unknown| json!({ "because": unknown.sort.as_str(), "why": *unknown.why })),
        "evidence": evidence,
    }))
}

/// A row for each control and thing.
///
/// A cell that a spreadsheet would take for a formula begins with an apostrophe, and what is hidden, line breaks too, is written out.
pub fn csv(findings: &Findings) -> String {
    let mut text = Vec::new();
    // Writing into memory cannot fail, and all that is written is UTF-8.
    let _ = write_csv(&mut text, findings);
    String::from_utf8(text).unwrap_or_default()
}

/// Writes the same, without ever holding all of it.
///
/// # Errors
///
/// Those of what it is written to.
pub fn write_csv(out: &mut dyn io::Write, findings: &Findings) -> io::Result<()> {
    let columns = [
        "control",
        "title",
        "severity",
        "verdict",
        "account",
        "region",
        "kind",
        "name",
        "arn",
        "unknown",
        "why",
        "evidence",
        "requirements",
        "remediation",
        "at",
    ];
    writeln!(out, "{}", columns.join(","))?;
    for control in &findings.controls {
        let requirements: Vec<String> = control.requirements.iter().map(|(framework, id)| format!("{framework} {id}")).collect();
        let (requirements, at) = (requirements.join("; "), control.at.to_string());
        for finding in &control.findings {
            let Some(thing) = findings.things.get(finding.thing) else { continue };
            let evidence: Vec<String> = finding.evidence.iter().map(|(path, value)| format!("{path} = {value}")).collect();
            let evidence = evidence.join("; ");
            let cells = [
                control.id.as_str(),
                &control.title,
                control.severity.as_str(),
                finding.verdict.as_str(),
                &thing.account,
                &thing.region,
                &thing.kind,
                &thing.name,
                thing.arn.as_deref().unwrap_or_default(),
                finding.unknown.as_ref().map_or("", |unknown| unknown.sort.as_str()),
                finding.unknown.as_ref().map_or("", |unknown| &unknown.why),
                &evidence,
                &requirements,
                control.remediation.as_deref().unwrap_or_default(),
                &at,
            ];
            writeln!(out, "{}", cells.map(cell).join(","))?;
        }
    }
    Ok(())
}

/// A cell: in quotes where it must be, and never a formula.
///
/// Source of the quotes: RFC 4180. Spreadsheets take what begins with `=`, `+`, `-`, `@`, a tab or a return as a formula (OWASP, "CSV Injection");
/// the last two are written out.
fn cell(text: &str) -> String {
    let shown = visible(text);
    let is_formula = shown.trim_start().starts_with(['=', '+', '-', '@']);
    let text = if is_formula { format!("'{shown}") } else { shown };
    if text.contains([',', '"', '\'', ';']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// A case for each control and thing: what does not apply is skipped, and what nobody knows is an error.
pub fn junit(findings: &Findings, specs: Specs, at: Timestamp) -> String {
    let mut text = Vec::new();
    // Writing into memory cannot fail, and all that is written is UTF-8.
    let _ = write_junit(&mut text, findings, specs, at);
    String::from_utf8(text).unwrap_or_default()
}

/// Writes the same, without ever holding all of it.
///
/// # Errors
///
/// Those of what it is written to.
pub fn write_junit(out: &mut dyn io::Write, findings: &Findings, specs: Specs, at: Timestamp) -> io::Result<()> {
    let of = |control: &ControlOutcome, finding: &Finding| {
        let thing = findings.things.get(finding.thing)?;
        Some(Case { class: control.id.clone(), name: named(specs, thing), outcome: outcome(control, finding) })
    };
    junit::write(out, "backstay audit", at, || {
        findings.controls.iter().flat_map(move |control| control.findings.iter().filter_map(move |finding| of(control, finding)))
    })
}

fn outcome(control: &ControlOutcome, finding: &Finding) -> Outcome {
    match finding.verdict {
        ControlVerdict::Pass => Outcome::Passed,
        ControlVerdict::NotApplicable => Outcome::Skipped { message: "it does not apply".to_owned() },
        ControlVerdict::Fail => Outcome::Failed {
            kind: control.severity.as_str().to_owned(),
            message: control.title.clone(),
            text: told(control, finding).join("\n"),
        },
        ControlVerdict::Unknown => {
            let unknown = finding.unknown.as_ref();
            Outcome::Unknown {
                kind: unknown.map_or("unread", |unknown| unknown.sort.as_str()).to_owned(),
                message: unknown.map(|unknown| unknown.why.to_string()).unwrap_or_default(),
            }
        }
    }
}

fn named(specs: Specs, thing: &Examined) -> String {
    format!("{} {} ({}, account {})", words::kind_title(specs, &thing.kind), thing.name, thing.region, thing.account)
}

fn told(control: &ControlOutcome, finding: &Finding) -> Vec<String> {
    let mut lines: Vec<String> = finding.evidence.iter().map(|(path, value)| format!("{path} = {value}")).collect();
    lines.extend(control.remediation.clone());
    lines.push(format!("control at {}", control.at));
    lines
}

/// SARIF 2.1.0: a result for each thing that a control fails, at the control's place; what could not be read beside it.
pub fn sarif(findings: &Findings, specs: Specs, at: Timestamp) -> Json {
    serde_json::to_value(lazy_sarif(findings, specs, at)).unwrap_or_default()
}

/// Writes the same, without ever holding all of it.
///
/// # Errors
///
/// Those of what it is written to.
pub fn write_sarif(out: &mut dyn io::Write, findings: &Findings, specs: Specs, at: Timestamp) -> io::Result<()> {
    lazy_sarif(findings, specs, at).write(out)
}

fn lazy_sarif(findings: &Findings, specs: Specs, at: Timestamp) -> Lazy<'_> {
    let all = move || findings.controls.iter().flat_map(|control| control.findings.iter().map(move |finding| (control, finding)));
    let unread = all().filter_map(|(control, finding)| {
        let unknown = finding.unknown.as_ref().filter(|unknown| unknown.sort.is_incomplete())?;
        let subject = named(specs, findings.things.get(finding.thing)?);
        Some(Unread { code: control.id.clone(), message: format!("{subject}: {}", unknown.why) })
    });
    let failed = move || {
        all()
            .filter(|(_, finding)| finding.verdict == ControlVerdict::Fail)
            .filter_map(move |(control, finding)| Some(result(control, finding, findings.things.get(finding.thing)?, specs)))
    };
    let rules = all().filter(|(_, finding)| finding.verdict == ControlVerdict::Fail).map(|(control, _)| control.id.clone()).collect();
    let described =
        |control: &ControlOutcome| (control.id.clone(), Described { title: control.title.clone(), help: control.remediation.clone() });
    let described: BTreeMap<String, Described> = findings.controls.iter().map(described).collect();
    sarif::lazy(rules, failed, &unread.collect::<Vec<_>>(), &described, &verdict(findings), at)
}

fn result(control: &ControlOutcome, finding: &Finding, thing: &Examined, specs: Specs) -> Result {
    let subject = named(specs, thing);
    let mut message = format!("{subject}: not so that {}", control.title);
    if let Some(remediation) = &control.remediation {
        message = format!("{message}. {remediation}");
    }
    let evidence: Map<String, Json> = finding.evidence.iter().map(|(path, value)| (path.to_string(), json!(**value))).collect();
    Result {
        rule: control.id.clone(),
        level: match control.severity {
            ControlSeverity::Critical | ControlSeverity::High => Level::Error,
            ControlSeverity::Medium => Level::Warning,
            ControlSeverity::Low => Level::Note,
        },
        message,
        position: Some(control.at.clone()),
        file: None,
        fingerprint: format!("{}/{}/{}/{}/{}", control.id, thing.account, thing.region, thing.kind, thing.name),
        subject,
        suppressed: None,
        properties: Map::from_iter([
            ("severity".to_owned(), json!(control.severity)),
            ("requirements".to_owned(), json!(requirements(control))),
            ("evidence".to_owned(), Json::Object(evidence)),
            ("arn".to_owned(), json!(thing.arn)),
        ]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_or_breaks_its_row() {
        assert_eq!(cell("orders"), "orders");
        for evil in ["=1+1", "+1", "-1", "@SUM(A1)", " =1"] {
            let cell = cell(evil);
            assert!(cell.trim_start_matches('"').starts_with('\''), "{evil:?} became {cell:?}");
        }
        assert_eq!(cell("a,\"b\"\nc\u{1b}[31m"), r#""a,""b""\nc\u{1b}[31m""#);
        assert_eq!(cell("\t=1"), r"\t=1", "no spreadsheet takes a backslash for the start of a formula");
    }
}
