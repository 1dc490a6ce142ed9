//! Things by what protects them: each by itself, and counted by type.

use super::table;
use crate::model::{Coverage, Covered, Mechanism, Verdict};
use crate::view::escape::html;
use crate::view::{Specs, coverage, words};
use std::collections::{BTreeMap, BTreeSet};

/// A column of the matrix: what of a service, or of AWS Backup, protects a thing.
#[derive(Clone, Copy)]
enum Column {
    PointInTime,
    Automated,
    AwsBackup,
    Replication,
}

const COLUMNS: [Column; 4] = [Column::PointInTime, Column::Automated, Column::AwsBackup, Column::Replication];

impl Column {
    fn holds(self, mechanism: &Mechanism) -> bool {
        match mechanism {
            Mechanism::PointInTime(_) => matches!(self, Self::PointInTime),
            Mechanism::AutomatedBackups(_) | Mechanism::CopiedBackups { .. } => matches!(self, Self::Automated),
            Mechanism::BackupRule(_) => matches!(self, Self::AwsBackup),
            Mechanism::Replication(_) | Mechanism::Replicas { .. } | Mechanism::Versioning { .. } | Mechanism::Export { .. } => {
                matches!(self, Self::Replication)
            }
        }
    }
}

/// How many things of a type are protected, and by what.
pub(super) fn kinds(out: &mut String, coverage: &Coverage, specs: Specs) {
    let mut by_kind: BTreeMap<String, Vec<&Covered>> = BTreeMap::new();
    for covered in &coverage.resources {
        by_kind.entry(words::kind_title(specs, &covered.kind)).or_default().push(covered);
    }
    if by_kind.is_empty() {
        return;
    }
    out.push_str("<section aria-labelledby=\"kinds\">\n<h2 id=\"kinds\">By type</h2>\n");
    out.push_str("<p class=\"soft\">How many things each protection surely covers.</p>\n");
    let headings = [
        "type",
        "things",
        "protected",
        "unprotected",
        "unknown",
        "point in time",
        "automated",
        "AWS Backup",
        "replication",
        "copied away",
        "immutable",
    ];
    table::open(out, "by-kind", "Things by type and protection", &headings);
    for (kind, things) in by_kind {
        put!(out, "<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td>", html(&kind), things.len());
        let mut cell = |number: usize, class: &str| {
            let class = if number == 0 { "soft" } else { class };
            put!(out, "<td class=\"number {class}\">{number}</td>");
        };
        for verdict in [Verdict::Protected, Verdict::Unprotected, Verdict::Unknown] {
            cell(things.iter().filter(|covered| covered.verdict == verdict).count(), word(verdict).1);
        }
        for column in COLUMNS {
            let is_by = |covered: &&&Covered| covered.mechanisms.iter().any(|one| one.protects() && column.holds(one));
            cell(things.iter().filter(is_by).count(), "");
        }
        cell(things.iter().filter(|covered| !covered.copies.is_empty()).count(), "");
        cell(things.iter().filter(|covered| !covered.immutability.is_empty()).count(), "");
        out.push_str("</tr>\n");
    }
    table::close(out);
    out.push_str("</section>\n");
}

/// The word for a verdict, and its class.
fn word(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Protected => ("protected", "good"),
        Verdict::Unprotected => ("unprotected", "bad"),
        Verdict::Unknown => ("unknown", "doubt"),
    }
}

/// Each thing by its protections.
pub(super) fn posture(out: &mut String, coverage: &Coverage, specs: Specs) {
    out.push_str("<section aria-labelledby=\"posture\">\n<h2 id=\"posture\" tabindex=\"-1\">Posture</h2>\n");
    let rows: Vec<&Covered> = coverage.resources.iter().collect();
    let (rows, left) = table::shown(rows, |covered| u8::from(covered.verdict == Verdict::Protected));
    table::left_out(out, left, "all of things that are protected or that come after the others");
    let all = |value: fn(&Covered) -> String| rows.iter().map(|covered| value(covered)).collect::<BTreeSet<String>>();
    let kinds = rows.iter().map(|covered| words::kind_title(specs, &covered.kind)).collect();
    table::filters(
        out,
        "things",
        "things",
        &[
            ("verdict", all(|covered| word(covered.verdict).0.to_owned())),
            ("kind", kinds),
            ("region", all(|covered| covered.region.clone())),
            ("account", all(|covered| covered.account.clone())),
        ],
    );
    let headings = [
        "verdict",
        "thing",
        "place",
        "point in time",
        "automated",
        "AWS Backup",
        "replication",
        "newest",
        "kept",
        "copies to",
        "immutable",
        "encryption",
    ];
    table::open(out, "things", "Things by their protections", &headings);
    for covered in rows {
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
        for column in COLUMNS {
            let words: BTreeSet<String> = covered.mechanisms.iter().filter(|mechanism| column.holds(mechanism)).map(cell).collect();
            put!(out, "<td>{}</td>", words.into_iter().collect::<Vec<_>>().join("<br>"));
        }
        put!(out, "<td>{}</td>", html(&coverage::newest(covered)));
        let lists =
            [vec![coverage::kept(&covered.retention)], coverage::places(covered), covered.immutability.clone(), covered.encryption.clone()];
        for list in lists {
            let list: Vec<String> = list.iter().map(|text| html(text)).collect();
            put!(out, "<td>{}</td>", list.join("<br>"));
        }
        out.push_str("</tr>\n");
    }
    table::close_filtered(out, "things");
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
