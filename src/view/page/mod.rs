//! An audit as one page of HTML that needs nothing else: no network, no font, no picture.
//!
//! All that it says stands in the markup, so that it reads without a script and prints whole; the script only filters rows. Light and dark
//! follow the reader's system. The page allows itself its own style and script and nothing more (a content security policy in the page).

mod bars;

use self::bars::{retention, rpo};
use super::Specs;
use super::coverage;
use super::escape::html;
use super::promises;
use super::words;
use crate::model::{Coverage, Covered, Mechanism, Promises, Standing, Verdict, count};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Renders the page.
pub fn page(coverage: &Coverage, promised: &Promises, specs: Specs) -> String {
    let mut out = String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    let digest = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
    put!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src {}\">\n",
        digest(SCRIPT)
    );
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Backup audit</title>\n");
    put!(out, "<style>\n{STYLE}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#posture\">Skip to the table</a>\n");
    head(&mut out, coverage, promised);
    weak(&mut out, coverage, specs);
    posture(&mut out, coverage, specs);
    rpo(&mut out, promised, specs);
    promises_table(&mut out, promised, specs);
    retention(&mut out, coverage, specs);
    unread(&mut out, coverage, specs);
    put!(
        out,
        "<footer>backstay {}, as of {}. {}</footer>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        html(env!("CARGO_PKG_VERSION")),
        html(&coverage.at.to_string()),
        html(&callers(coverage))
    );
    out
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
        put!(out, "<p>{}</p>\n", html(&promises::verdict(promised)));
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
        (coverage.gaps.len(), "failed reads", "doubt"),
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

/// What is unprotected, or not known to be protected, with why and what to do.
fn weak(out: &mut String, coverage: &Coverage, specs: Specs) {
    for (verdict, heading) in [(Verdict::Unprotected, "Unprotected"), (Verdict::Unknown, "Unknown")] {
        let groups = coverage::alike(coverage.of(verdict));
        if groups.is_empty() {
            continue;
        }
        put!(out, "<section aria-labelledby=\"{heading}\">\n<h2 id=\"{heading}\">{heading}</h2>\n<ul class=\"plain\">\n");
        for group in groups {
            let Some(first) = group.first() else { continue };
            let title = words::kind_title(specs, &first.kind);
            let names: Vec<String> = group.iter().map(|covered| format!("<span class=\"name\">{}</span>", html(&covered.name))).collect();
            put!(out, "<li>{} ({}, account {}): {}", html(&title), html(&first.region), html(&first.account), names.join(", "));
            out.push_str("<ul class=\"plain\">");
            for cause in first.unread.iter().chain(&coverage::doubts(first)) {
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
        out.push_str("</ul>\n</section>\n");
    }
}

/// The form that filters the rows of a table: by the values that rows have, and by text.
fn filters(out: &mut String, table: &str, by: &[(&str, &str, BTreeSet<String>)]) {
    put!(out, "<form class=\"filters\" data-of=\"{table}\" role=\"search\">\n");
    for (name, label, values) in by {
        put!(out, "<label>{label}<select name=\"{name}\"><option value=\"\">all</option>");
        for value in values {
            put!(out, "<option>{}</option>", html(value));
        }
        out.push_str("</select></label>\n");
    }
    out.push_str("<label>text<input type=\"search\"></label>\n<button type=\"reset\">all</button>\n<output aria-live=\"polite\"></output>\n</form>\n");
}

/// The word for a verdict, and its class.
fn word(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Protected => ("protected", "good"),
        Verdict::Unprotected => ("unprotected", "bad"),
        Verdict::Unknown => ("unknown", "doubt"),
    }
}

/// Things by protections.
fn posture(out: &mut String, coverage: &Coverage, specs: Specs) {
    out.push_str("<section aria-labelledby=\"posture\">\n<h2 id=\"posture\" tabindex=\"-1\">Posture</h2>\n");
    let all = |value: fn(&Covered) -> String| coverage.resources.iter().map(value).collect::<BTreeSet<String>>();
    let kinds = coverage.resources.iter().map(|covered| words::kind_title(specs, &covered.kind)).collect();
    filters(
        out,
        "things",
        &[
            ("verdict", "verdict", all(|covered| word(covered.verdict).0.to_owned())),
            ("kind", "kind", kinds),
            ("region", "region", all(|covered| covered.region.clone())),
            ("account", "account", all(|covered| covered.account.clone())),
        ],
    );
    out.push_str("<div class=\"scroll\"><table id=\"things\">\n<thead><tr>");
    for heading in [
        "verdict",
        "thing",
        "place",
        "point in time",
        "automated",
        "AWS Backup",
        "replication",
        "kept",
        "copies to",
        "immutable",
        "encryption",
    ] {
        put!(out, "<th scope=\"col\">{heading}</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for covered in &coverage.resources {
        let (verdict, class) = word(covered.verdict);
        let kind = words::kind_title(specs, &covered.kind);
        put!(
            out,
            "<tr data-verdict=\"{verdict}\" data-kind=\"{}\" data-region=\"{}\" data-account=\"{}\"><td><span class=\"tag {class}\">{verdict}</span></td><th scope=\"row\">{} <span class=\"name\">{}</span></th><td>{}<br>{}</td>",
            html(&kind),
            html(&covered.region),
            html(&covered.account),
            html(&kind),
            html(&covered.name),
            html(&covered.region),
            html(&covered.account)
        );
        let of = |is_of: fn(&Mechanism) -> bool| covered.mechanisms.iter().filter(move |mechanism| is_of(mechanism));
        let columns: [Vec<&Mechanism>; 4] = [
            of(|mechanism| matches!(mechanism, Mechanism::PointInTime(_))).collect(),
            of(|mechanism| matches!(mechanism, Mechanism::AutomatedBackups(_) | Mechanism::CopiedBackups { .. })).collect(),
            of(|mechanism| matches!(mechanism, Mechanism::BackupRule(_))).collect(),
            of(|mechanism| {
                matches!(
                    mechanism,
                    Mechanism::Replication(_) | Mechanism::Replicas { .. } | Mechanism::Versioning { .. } | Mechanism::Export { .. }
                )
            })
            .collect(),
        ];
        for mechanisms in columns {
            let words: BTreeSet<String> = mechanisms.iter().map(|mechanism| cell(mechanism)).collect();
            put!(out, "<td>{}</td>", words.into_iter().collect::<Vec<_>>().join("<br>"));
        }
        let lists =
            [vec![coverage::kept(&covered.retention)], coverage::places(covered), covered.immutability.clone(), covered.encryption.clone()];
        for list in lists {
            let list: Vec<String> = list.iter().map(|text| html(text)).collect();
            put!(out, "<td>{}</td>", list.join("<br>"));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table></div>\n");
    if !coverage.not_looked_at.is_empty() {
        put!(out, "<p class=\"soft\">Not looked at: {}.</p>\n", html(&coverage.not_looked_at.join(", ")));
    }
    out.push_str("</section>\n");
}

/// A mechanism in a cell: what protects in one colour, what only helps in none.
fn cell(mechanism: &Mechanism) -> String {
    let text = html(&coverage::short(mechanism));
    if mechanism.protects() {
        format!("<span class=\"good\">\u{2713} {text}</span>")
    } else if mechanism.is_doubtful() {
        format!("<span class=\"doubt\">? {text}</span>")
    } else {
        format!("<span class=\"soft\">{text}</span>")
    }
}

/// The word for a promise's verdict, and its class.
fn kept_word(standing: Standing) -> (&'static str, &'static str) {
    match standing {
        Standing::Met => ("met", "good"),
        Standing::NotMet => ("not met", "bad"),
        Standing::Unprovable => ("unprovable", "doubt"),
    }
}

/// Every promise of every thing.
fn promises_table(out: &mut String, promised: &Promises, specs: Specs) {
    if promised.things.is_empty() && promised.in_no_tier.is_empty() {
        return;
    }
    out.push_str("<section aria-labelledby=\"promised\">\n<h2 id=\"promised\">Promises</h2>\n");
    let all = || promised.things.iter().flat_map(|thing| thing.promises.iter().map(move |promise| (thing, promise)));
    filters(
        out,
        "promises",
        &[
            ("verdict", "verdict", all().map(|(_, promise)| kept_word(promise.standing).0.to_owned()).collect()),
            ("tier", "tier", all().map(|(thing, _)| thing.tier.clone()).collect()),
            ("promise", "promise", all().map(|(_, promise)| promise.promise.clone()).collect()),
        ],
    );
    out.push_str("<div class=\"scroll\"><table id=\"promises\">\n<thead><tr>");
    for heading in ["verdict", "thing", "tier", "promise", "promised", "has", "by", "why and what would mend it"] {
        put!(out, "<th scope=\"col\">{heading}</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for (thing, promise) in all() {
        let (verdict, class) = kept_word(promise.standing);
        let mut why: Vec<String> = promise.why.iter().map(|why| prose(why)).collect();
        why.extend(promise.mend.as_ref().map(|mend| format!("<span class=\"soft\">Mend: {}</span>", prose(mend))));
        put!(
            out,
            "<tr data-verdict=\"{verdict}\" data-tier=\"{}\" data-promise=\"{}\"><td><span class=\"tag {class}\">{verdict}</span></td><th scope=\"row\">{} <span class=\"name\">{}</span></th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            html(&thing.tier),
            html(&promise.promise),
            html(&words::kind_title(specs, &thing.kind)),
            html(&thing.name),
            html(&thing.tier),
            html(&promise.promise),
            html(&promise.wants),
            html(promise.has.as_deref().unwrap_or("-")),
            html(promise.by.as_deref().unwrap_or("-")),
            why.join("<br>"),
        );
    }
    out.push_str("</tbody>\n</table></div>\n");
    if !promised.in_no_tier.is_empty() {
        let things = count(promised.in_no_tier.len(), "thing");
        let list: Vec<String> = promised.in_no_tier.iter().map(|thing| format!("<li>{}</li>", html(thing))).collect();
        put!(
            out,
            "<details><summary>{things} in no tier, so that nothing is promised of them</summary><ul class=\"plain\">{}</ul></details>\n",
            list.concat()
        );
    }
    out.push_str("</section>\n");
}

/// What could not be read.
fn unread(out: &mut String, coverage: &Coverage, specs: Specs) {
    if coverage.gaps.is_empty() {
        return;
    }
    out.push_str("<section aria-labelledby=\"unread\">\n<h2 id=\"unread\">Could not be read</h2>\n<ul class=\"plain\">\n");
    for gap in &coverage.gaps {
        put!(out, "<li>{}: {}</li>\n", html(&words::gap_subject(specs, gap)), html(&words::gap_cause(gap)));
    }
    out.push_str("</ul>\n</section>\n");
}
