//! What controls found, by control and by requirement of each framework.

use super::{prose, table};
use crate::model::{ControlOutcome, ControlVerdict, Findings, count};
use crate::view::controls;
use crate::view::escape::html;
use std::collections::{BTreeMap, BTreeSet};

/// Things that are named of a control; the others are counted.
const NAMED: usize = 12;

/// Reasons that are told of what nobody knows; the others, of which there may be one for each thing, are counted.
const REASONS: usize = 3;

/// Renders the controls and the frameworks; nothing where no control was asked.
pub(super) fn findings(out: &mut String, findings: &Findings) {
    if findings.is_empty() {
        return;
    }
    put!(
        out,
        "<section aria-labelledby=\"controls-heading\">\n<h2 id=\"controls-heading\">Controls</h2>\n<p>{}</p>\n",
        html(&controls::verdict(findings))
    );
    by_control(out, findings);
    out.push_str("</section>\n");
    if findings.frameworks.is_empty() {
        return;
    }
    out.push_str("<section aria-labelledby=\"frameworks\">\n<h2 id=\"frameworks\">Requirements of frameworks</h2>\n");
    by_requirement(out, findings);
    out.push_str("</section>\n");
}

/// A verdict's class.
fn class(verdict: ControlVerdict) -> &'static str {
    match verdict {
        ControlVerdict::Fail => "tag bad",
        ControlVerdict::Unknown => "tag doubt",
        ControlVerdict::Pass => "tag good",
        ControlVerdict::NotApplicable => "soft",
    }
}

fn by_control(out: &mut String, findings: &Findings) {
    let of = |value: fn(&ControlOutcome) -> &'static str| findings.controls.iter().map(|control| value(control).to_owned()).collect();
    table::filters(
        out,
        "controls",
        "controls",
        &[("verdict", of(|control| control.verdict.shown())), ("severity", of(|control| control.severity.as_str()))],
    );
    table::open(out, "controls", "Controls", &["verdict", "control", "severity", "things", "what to do"]);
    for control in &findings.controls {
        let mut by: BTreeMap<ControlVerdict, Vec<&str>> = BTreeMap::new();
        for finding in &control.findings {
            let name = findings.things.get(finding.thing).map_or("?", |thing| thing.name.as_str());
            by.entry(finding.verdict).or_default().push(name);
        }
        let things: Vec<String> = by
            .iter()
            .map(|(verdict, names)| {
                // What failed, and what nobody knows, is named.
                let named = matches!(verdict, ControlVerdict::Fail | ControlVerdict::Unknown);
                let shown: Vec<String> = names
                    .iter()
                    .take(if named { NAMED } else { 0 })
                    .map(|name| format!("<span class=\"name\">{}</span>", html(name)))
                    .collect();
                let more = if named && names.len() > NAMED { format!(" and {} more", names.len() - NAMED) } else { String::new() };
                let colon = if shown.is_empty() { "" } else { ": " };
                format!("{} {}{colon}{}{more}", names.len(), verdict.shown(), shown.join(", "))
            })
            .collect();
        put!(
            out,
            "<tr data-verdict=\"{}\" data-severity=\"{}\"><td><span class=\"{}\">{}</span></td><th scope=\"row\">{} <span class=\"soft\">{}</span></th><td>{}</td><td>{}{}</td><td>{}</td></tr>\n",
            control.verdict.shown(),
            control.severity.as_str(),
            class(control.verdict),
            control.verdict.shown(),
            html(&control.id),
            html(&control.title),
            control.severity.as_str(),
            things.join("<br>"),
            reasons(control),
            prose(control.remediation.as_deref().unwrap_or_default()),
        );
    }
    table::close_filtered(out, "controls");
}

/// Why nobody knows of things whether a control holds of them.
fn reasons(control: &ControlOutcome) -> String {
    let why: BTreeSet<&str> = control.findings.iter().filter_map(|finding| finding.unknown.as_ref()).map(|unknown| &*unknown.why).collect();
    let told = why.iter().take(REASONS).map(|why| format!("<br><span class=\"soft\">{}</span>", prose(why)));
    let more = match why.len().saturating_sub(REASONS) {
        0 => String::new(),
        more => format!("<br><span class=\"soft\">and {}</span>", count(more, "more reason")),
    };
    told.chain([more]).collect()
}

fn by_requirement(out: &mut String, findings: &Findings) {
    let all =
        || findings.frameworks.iter().flat_map(|framework| framework.requirements.iter().map(move |requirement| (framework, requirement)));
    let titles = findings.frameworks.iter().map(|framework| framework.title.clone()).collect();
    let verdicts = all().map(|(_, requirement)| requirement.verdict.shown().to_owned()).collect();
    table::filters(out, "requirements", "requirements", &[("framework", titles), ("verdict", verdicts)]);
    table::open(out, "requirements", "Requirements", &["verdict", "framework", "requirement", "about", "controls"]);
    for (framework, requirement) in all() {
        let doubt =
            if requirement.is_confirmed { "" } else { " <span class=\"soft\">(id not confirmed against the framework's own text)</span>" };
        put!(
            out,
            "<tr data-framework=\"{}\" data-verdict=\"{}\"><td><span class=\"{}\">{}</span></td><td>{} {}</td><th scope=\"row\">{}{doubt}</th><td>{}</td><td>{}</td></tr>\n",
            html(&framework.title),
            requirement.verdict.shown(),
            class(requirement.verdict),
            requirement.verdict.shown(),
            html(&framework.title),
            html(framework.version.as_deref().unwrap_or_default()),
            html(&requirement.id),
            html(&requirement.about),
            html(&requirement.under()),
        );
    }
    table::close_filtered(out, "requirements");
    put!(out, "<p class=\"soft\">{}</p>\n", html(NOT_ALL));
}

/// What a reader must not take from the page.
const NOT_ALL: &str =
    "A requirement asks for more than configuration: PASS says that all that is looked at here holds, not that the requirement is met.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ControlSeverity, Finding, Ignorance, IgnoranceSort, Position};

    #[test]
    fn of_very_many_reasons_the_first_stand_in_the_cell_and_the_others_are_counted() {
        let finding = |thing: usize| Finding {
            thing,
            verdict: ControlVerdict::Unknown,
            unknown: Some(Ignorance { sort: IgnoranceSort::Unread, why: format!("reason {thing:04}").into() }),
            evidence: Vec::new(),
        };
        let of = |things: usize| ControlOutcome {
            id: "X".to_owned(),
            title: String::new(),
            severity: ControlSeverity::Low,
            remediation: None,
            condition: String::new(),
            requirements: Vec::new(),
            at: Position { file: String::new(), line: 1, column: 1 },
            verdict: ControlVerdict::Unknown,
            findings: (0..things).map(finding).collect(),
        };
        let many = reasons(&of(1000));
        assert!(many.contains("reason 0002") && !many.contains("reason 0003") && many.contains("and 997 more reasons"), "{many}");
        assert!(!reasons(&of(3)).contains("more"));
    }
}
