//! Coverage as Markdown.

use super::{MOST_FAILED, alike, failed, kept, mechanisms, more_failed, named, newest, places, verdict};
use crate::model::{Coverage, Covered, Verdict};
use crate::view::escape::{cell, code, markdown as plain, prose};
use crate::view::{Specs, words};

/// Renders the verdict, what is unprotected and why, what is unknown, what could not be read, and the table of all.
pub fn markdown(coverage: &Coverage, specs: Specs) -> String {
    let mut out = format!("### {}\n\n", plain(&verdict(coverage)));
    out.push_str(&format!("As of {}.\n", coverage.at));
    for (of, heading) in [(Verdict::Unprotected, "Unprotected"), (Verdict::Unknown, "Unknown")] {
        let groups = alike(coverage.of(of));
        if groups.is_empty() {
            continue;
        }
        out.push_str(&format!("\n#### {heading}\n\n"));
        for group in groups {
            let Some(covered) = group.first() else { continue };
            let title = plain(&words::kind_title(specs, &covered.kind));
            let names: Vec<String> = group.iter().map(|covered| code(&covered.name)).collect();
            let place = format!("{}, account {}", plain(&covered.region), plain(&covered.account));
            out.push_str(&format!("- {title} ({place}): {}\n", names.join(", ")));
            for cause in covered.unread.iter().chain(&covered.doubts()) {
                out.push_str(&format!("  - {}\n", prose(cause)));
            }
            for reason in &covered.reasons {
                out.push_str(&format!("  - `{}`: {}. *Mend:* {}\n", reason.code.as_str(), prose(&reason.what), prose(&reason.mend)));
            }
        }
    }
    let broken = failed(coverage);
    if !broken.is_empty() {
        out.push_str("\n#### Failed, with nothing newer to restore\n\n");
        for (covered, what) in broken.iter().take(MOST_FAILED) {
            out.push_str(&format!("- {} ({}): {}\n", plain(&named(specs, covered)), plain(&covered.region), prose(what)));
        }
        if let Some(more) = more_failed(broken.len()) {
            out.push_str(&format!("- {}\n", plain(&more)));
        }
    }
    if coverage.all_gaps().next().is_some() {
        out.push_str("\n#### Could not be read\n\n");
        for gap in coverage.all_gaps() {
            out.push_str(&format!("- {}: {}\n", plain(&words::gap_subject(specs, gap)), prose(&words::gap_cause(gap))));
        }
    }
    if !coverage.resources.is_empty() {
        out.push_str("\n#### All\n\n| | thing | region | newest | kept | copies to | immutable | protected by |\n|---|---|---|---|---|---|---|---|\n");
        for covered in &coverage.resources {
            out.push_str(&row(specs, covered));
        }
    }
    if !coverage.not_looked_at.is_empty() {
        out.push_str(&format!("\nNot looked at: {}.\n", plain(&coverage.not_looked_at.join(", "))));
    }
    out
}

fn row(specs: Specs, covered: &Covered) -> String {
    let word = match covered.verdict {
        Verdict::Protected => "protected",
        Verdict::Unprotected => "**unprotected**",
        Verdict::Unknown => "**unknown**",
    };
    let cells = |texts: &[String]| texts.iter().map(|text| cell(text)).collect::<Vec<_>>().join("<br>");
    let thing = format!("{} {}", plain(&words::kind_title(specs, &covered.kind)), cell(&covered.name));
    format!(
        "| {word} | {thing} | {} | {} | {} | {} | {} | {} |\n",
        plain(&covered.region),
        newest(covered),
        kept(&covered.retention),
        cells(&places(covered)),
        cells(&covered.immutability),
        cells(&mechanisms(covered))
    )
}
