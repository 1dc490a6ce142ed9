//! What controls found, as Markdown.

use super::{alike, counts, name, of, titled, verdict};
use crate::model::{ControlVerdict, Findings};
use crate::view::Specs;
use crate::view::escape::{cell, markdown as plain, prose_cell};

/// Things that are named of a group; the others are counted.
const NAMED: usize = 8;

/// Renders the verdict, a row for each control and group of things, and each framework's requirements.
pub fn markdown(findings: &Findings, specs: Specs) -> String {
    let mut out = String::new();
    if findings.is_empty() {
        return out;
    }
    put!(out, "\n### {}\n\n", plain(&verdict(findings)));
    out.push_str("| verdict | control | severity | things | why |\n|---|---|---|---|---|\n");
    for verdict in [ControlVerdict::Fail, ControlVerdict::Unknown] {
        for control in of(findings, verdict) {
            for (finding, things) in alike(findings, control, verdict) {
                let names: Vec<String> = things.iter().take(NAMED).map(|thing| cell(&name(specs, thing))).collect();
                let more = if things.len() > NAMED { format!(" and {} more", things.len() - NAMED) } else { String::new() };
                let kind = titled(specs, &things);
                let looked = || finding.evidence.iter().map(|(path, value)| format!("{path} = {value}")).collect::<Vec<_>>().join(", ");
                let why = finding.unknown.as_ref().map_or_else(looked, |unknown| unknown.why.to_string());
                put!(
                    out,
                    "| {} | {} {} | {} | {}: {}{more} | {} |\n",
                    verdict.shown(),
                    cell(&control.id),
                    plain(&control.title),
                    control.severity.as_str(),
                    plain(&kind),
                    names.join(", "),
                    prose_cell(&why)
                );
            }
        }
    }
    for framework in &findings.frameworks {
        let counts = counts(framework.requirements.iter().map(|requirement| requirement.verdict));
        put!(out, "\n#### {}: {}\n\n", plain(&framework.title), plain(&counts));
        out.push_str("| verdict | requirement | about | controls |\n|---|---|---|---|\n");
        for requirement in &framework.requirements {
            let unconfirmed = if requirement.is_confirmed { "" } else { " (id not confirmed)" };
            put!(
                out,
                "| {} | {}{unconfirmed} | {} | {} |\n",
                requirement.verdict.shown(),
                cell(&requirement.id),
                plain(&requirement.about),
                plain(&requirement.under())
            );
        }
    }
    out
}
