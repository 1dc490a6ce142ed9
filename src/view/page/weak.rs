//! What is unprotected, with why and what to do, and what failed.

use super::{prose, table};
use crate::model::{Coverage, Verdict, count};
use crate::view::escape::html;
use crate::view::{Specs, coverage, words};

/// So many reasons are told; of more the first.
const MOST_GROUPS: usize = 500;

/// What is unprotected, or not known to be protected, with why and what to do.
pub(super) fn weak(out: &mut String, coverage: &Coverage, specs: Specs) {
    for (verdict, heading) in [(Verdict::Unprotected, "Unprotected"), (Verdict::Unknown, "Unknown")] {
        let groups = coverage::alike(coverage.of(verdict));
        if groups.is_empty() {
            continue;
        }
        let id = heading.to_lowercase();
        put!(out, "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{heading}</h2>\n<ul class=\"plain\">\n");
        let all = groups.len();
        for group in groups.into_iter().take(MOST_GROUPS) {
            let Some(first) = group.first() else { continue };
            let title = words::kind_title(specs, &first.kind);
            let names: Vec<&str> = group.iter().map(|covered| covered.name.as_str()).collect();
            put!(out, "<li>{} ({}, account {}): {}", html(&title), html(&first.region), html(&first.account), table::names(&names));
            out.push_str("<ul class=\"plain\">");
            for cause in first.unread.iter().chain(&first.doubts()) {
                put!(out, "<li>{}</li>", prose(cause));
            }
            for reason in &first.reasons {
                put!(
                    out,
                    "<li><code>{}</code>: {}. <span class=\"soft\">Mend: {}</span></li>",
                    html(reason.code.as_str()),
                    prose(&reason.what),
                    prose(&reason.mend)
                );
            }
            out.push_str("</ul></li>\n");
        }
        out.push_str("</ul>\n");
        if all > MOST_GROUPS {
            let more = count(all - MOST_GROUPS, "more reason");
            put!(
                out,
                "<p class=\"doubt\"><b>{more}</b>, of things that stand in the table of postures below, are left out here: <code>backstay audit</code> tells them.</p>\n"
            );
        }
        out.push_str("</section>\n");
    }
}

/// Backups that failed, of things that have nothing newer to restore.
pub(super) fn failed(out: &mut String, coverage: &Coverage, specs: Specs) {
    let failed = coverage::failed(coverage);
    if failed.is_empty() {
        return;
    }
    out.push_str(
        "<section aria-labelledby=\"failed\">\n<h2 id=\"failed\">Failed, with nothing newer to restore</h2>\n<ul class=\"plain\">\n",
    );
    for (covered, what) in failed.iter().take(coverage::MOST_FAILED) {
        put!(out, "<li>{} ({}): {}</li>\n", html(&coverage::named(specs, covered)), html(&covered.region), prose(what));
    }
    if let Some(more) = coverage::more_failed(failed.len()) {
        put!(out, "<li class=\"doubt\">{}</li>\n", html(&more));
    }
    out.push_str("</ul>\n</section>\n");
}
