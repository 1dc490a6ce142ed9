//! What moved, as a comment of Markdown and as a message for a chat.

use super::{EFFECTS, by, by_or_why, place, subject, verdict, what};
use crate::model::{Drift, Moved};
use crate::view::Specs;
use crate::view::escape::{cell, markdown as inline, prose};
use crate::view::words;

/// Renders what moved as Markdown of at most `max_bytes`, where that is given: rows are left out from the end, which is the least grave.
pub fn markdown(drift: &Drift, specs: Specs, max_bytes: Option<usize>) -> String {
    let whole = page(drift, specs, drift.moved.len(), true);
    let Some(budget) = max_bytes.filter(|budget| whole.len() > *budget) else { return whole };
    let (mut fits, mut too_many) = (0, drift.moved.len() + 1);
    while too_many - fits > 1 {
        let middle = fits.midpoint(too_many);
        if page(drift, specs, middle, false).len() <= budget {
            fits = middle;
        } else {
            too_many = middle;
        }
    }
    page(drift, specs, fits, false)
}

/// The page with the first rows; `is_whole` with everything else too.
fn page(drift: &Drift, specs: Specs, rows: usize, is_whole: bool) -> String {
    let mut out = format!("### {}\n", inline(&verdict(drift)));
    if rows > 0 {
        out.push_str("\n| effect | address | what moved | declared | by |\n|---|---|---|---|---|\n");
    }
    for moved in drift.moved.iter().take(rows) {
        put!(out, "{}\n", row(drift, specs, moved));
    }
    let left_out = drift.moved.len() - rows;
    if left_out > 0 {
        put!(out, "\n… and {left_out} more that moved.\n");
    }
    let consequences: Vec<&Moved> = drift.moved.iter().filter(|moved| moved.consequence.is_some()).collect();
    if is_whole && !consequences.is_empty() {
        out.push_str("\n<details><summary>What each of them did</summary>\n\n");
        for moved in consequences {
            let consequence = moved.consequence.as_deref().unwrap_or_default();
            put!(out, "- {}: {}\n", cell(&subject(moved)), prose(consequence));
        }
        out.push_str("\n</details>\n");
    }
    if !drift.gaps.is_empty() {
        put!(out, "\n**{}**\n\n", inline(&words::unread_heading()));
        let shown = if is_whole { drift.gaps.len() } else { 0 };
        for gap in drift.gaps.iter().take(shown) {
            put!(out, "- {}: {}\n", inline(&words::gap_subject(specs, gap)), inline(&words::gap_cause(gap)));
        }
        if shown < drift.gaps.len() {
            put!(out, "- {} in all\n", drift.gaps.len());
        }
    }
    if is_whole && !drift.acknowledged.is_empty() {
        out.push_str("\n<details><summary>Acknowledged</summary>\n\n");
        for known in &drift.acknowledged {
            put!(
                out,
                "- {}: {} ({}, until {}: {})\n",
                cell(&subject(&known.moved)),
                inline(&what(specs, &known.moved)),
                inline(&known.owner),
                known.expires,
                inline(&known.reason)
            );
        }
        out.push_str("\n</details>\n");
    }
    if is_whole && !drift.notes.is_empty() {
        out.push_str("\n<details><summary>Notes</summary>\n\n");
        for note in &drift.notes {
            put!(out, "- {}\n", prose(&note.text));
        }
        out.push_str("\n</details>\n");
    }
    out
}

fn row(drift: &Drift, specs: Specs, moved: &Moved) -> String {
    let because = moved.because.as_ref().map_or_else(String::new, |position| cell(&position.to_string()));
    let place = place(drift, specs, moved).map_or_else(String::new, |place| format!("<br>{}", inline(&place)));
    format!(
        "| {} | {}{place} | {} | {because} | {} |",
        inline(&words::effect(moved.effect)),
        cell(&subject(moved)),
        inline(&what(specs, moved)),
        by_or_why(moved).first().map_or_else(String::new, |event| inline(event)),
    )
}

/// What moved as a plain message of at most `max_characters`: the verdict, then what moved, the gravest first, as far as it fits.
pub fn message(drift: &Drift, specs: Specs, max_characters: usize) -> String {
    let mut lines = vec![format!("backstay: {}", verdict(drift))];
    if let Some(policy) = &drift.policy {
        let workspace = policy.workspace.as_ref().map_or_else(String::new, |workspace| format!(" (workspace {workspace})"));
        lines.push(format!("policy {}{workspace}, read at {}", super::visible(&policy.path), drift.read_at));
    }
    let mut used: usize = lines.iter().map(|line| line.chars().count() + 1).sum();
    let shown = EFFECTS.iter().flat_map(|effect| drift.moved.iter().filter(move |moved| moved.effect == *effect));
    let mut left = drift.moved.len();
    for moved in shown {
        let by = by(moved).first().map_or_else(String::new, |event| format!(" [{event}]"));
        let line = format!("- {}: {}: {}{by}", moved.effect, subject(moved), what(specs, moved));
        // Room for the last line, which says how many were left out.
        let length = line.chars().count() + 1;
        if used + length + 40 > max_characters {
            break;
        }
        used += length;
        left -= 1;
        lines.push(line);
    }
    if left > 0 {
        lines.push(format!("… and {left} more that moved"));
    }
    lines.join("\n")
}
