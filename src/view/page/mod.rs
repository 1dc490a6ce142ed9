//! An audit as one page of HTML that needs nothing else: no network, no font, no picture.
//!
//! All that it says stands in the markup, so that it reads without a script and prints whole; the script filters rows, and shows long tables
//! a part at a time. Of very many things the tables leave out those that are best off, and say so. Light and dark follow the reader's system.
//! The page allows itself its own style and script and nothing more (a content security policy in the page).

mod bars;
mod calendar;
mod findings;
mod posture;
mod promises;
mod table;
mod weak;

use super::Specs;
use super::coverage;
use super::escape::html;
use super::promises as told;
use super::words;
use crate::model::{Agenda, Coverage, Findings, Promises, Standing};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The sections by their ids, with what links to them are called.
const SECTIONS: [(&str, &str); 17] = [
    ("unprotected", "Unprotected"),
    ("unknown", "Unknown"),
    ("failed", "Failed"),
    ("kinds", "By type"),
    ("posture", "Posture"),
    ("rpo", "RPO"),
    ("rpo-now", "RPO now"),
    ("rto", "RTO"),
    ("copies-rpo", "RPO of copies"),
    ("copies-rpo-now", "RPO of copies now"),
    ("promised", "Promises"),
    ("kept", "Retention"),
    ("runs", "Calendar"),
    ("controls-heading", "Controls"),
    ("frameworks", "Frameworks"),
    ("unread", "Could not be read"),
    ("about", "About"),
];

/// Renders the page; the agenda is what runs next of what protects things.
pub fn page(coverage: &Coverage, promised: &Promises, found: &Findings, agenda: &Agenda, specs: Specs) -> String {
    let mut body = String::new();
    weak::weak(&mut body, coverage, specs);
    weak::failed(&mut body, coverage, specs);
    posture::kinds(&mut body, coverage, specs);
    posture::posture(&mut body, coverage, specs);
    bars::promises(&mut body, promised, specs);
    promises::promises(&mut body, promised, specs);
    bars::retention(&mut body, coverage, specs);
    calendar::calendar(&mut body, agenda);
    findings::findings(&mut body, found);
    unread(&mut body, coverage, specs);
    let mut out = String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    let digest = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
    put!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src {}\">\n",
        digest(SCRIPT)
    );
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Backup audit</title>\n");
    put!(
        out,
        "<style>\n{STYLE}</style>\n<script>{SCRIPT}</script>\n</head>\n<body>\n<a class=\"skip\" href=\"#posture\">Skip to the table</a>\n"
    );
    head(&mut out, coverage, promised);
    let about = format!(
        "<footer><h2 id=\"about\">About</h2>\n<p>backstay {}, as of {}. {}</p></footer>\n",
        html(env!("CARGO_PKG_VERSION")),
        html(&coverage.at.to_string()),
        html(&callers(coverage))
    );
    body.push_str(&about);
    sections(&mut out, &body);
    out.push_str("<main>\n");
    out.push_str(&body);
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// Links to the sections that there are.
fn sections(out: &mut String, body: &str) {
    out.push_str("<nav aria-label=\"Sections\"><ul>\n");
    for (id, name) in SECTIONS.iter().filter(|(id, _)| body.contains(&format!("<h2 id=\"{id}\""))) {
        put!(out, "<li><a href=\"#{id}\">{name}</a></li>\n");
    }
    out.push_str("</ul></nav>\n");
}

/// Who read what.
fn callers(coverage: &Coverage) -> String {
    let one = |(target, identity): (&String, &crate::model::Identity)| {
        format!("Target {target}: account {}, {}, read by {}.", identity.account, identity.region, identity.arn)
    };
    coverage.targets.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn head(out: &mut String, coverage: &Coverage, promised: &Promises) {
    put!(out, "<header>\n<h1>Backup audit</h1>\n<p>{}</p>\n", html(&coverage::verdict(coverage)));
    if !promised.things.is_empty() || !promised.in_no_tier.is_empty() {
        put!(out, "<p>{}</p>\n", html(&told::verdict(promised)));
    }
    put!(out, "<p class=\"soft\">As of {}.</p>\n<ul class=\"cards\">\n", html(&coverage.at.to_string()));
    let totals = coverage.totals;
    let cards = [
        (totals.protected, "protected", "good"),
        (totals.unprotected, "unprotected", "bad"),
        (totals.unknown, "unknown", "doubt"),
        (promised.count(Standing::Met), "promises met", "good"),
        (promised.count(Standing::NotMet), "promises not met", "bad"),
        (promised.count(Standing::Unprovable), "promises unprovable", "doubt"),
        (coverage.all_gaps().count(), "failed reads", "doubt"),
    ];
    for (number, word, class) in cards {
        let class = if number == 0 { "soft" } else { class };
        put!(out, "<li><b class=\"{class}\">{number}</b> {word}</li>\n");
    }
    out.push_str("</ul>\n</header>\n");
}

/// A sentence of our own, in which backticks stand round literals.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return html(text);
    }
    let part = |(index, part): (usize, &&str)| if index.is_multiple_of(2) { html(part) } else { format!("<code>{}</code>", html(part)) };
    parts.iter().enumerate().map(part).collect()
}

/// What could not be read.
fn unread(out: &mut String, coverage: &Coverage, specs: Specs) {
    if coverage.all_gaps().next().is_none() {
        return;
    }
    out.push_str("<section aria-labelledby=\"unread\">\n<h2 id=\"unread\">Could not be read</h2>\n<ul class=\"plain\">\n");
    for gap in coverage.all_gaps() {
        put!(out, "<li>{}: {}</li>\n", html(&words::gap_subject(specs, gap)), html(&words::gap_cause(gap)));
    }
    out.push_str("</ul>\n</section>\n");
}
