//! Coverage as text.

use super::{MOST_FAILED, alike, failed, kept, mechanisms, more_failed, named, newest, places, verdict};
use crate::model::{Coverage, Covered, Verdict, count};
use crate::view::escape::visible;
use crate::view::lined::Lined;
use crate::view::style::{Label, Style};
use crate::view::{Specs, words};

/// Renders the verdict, what is unprotected and why, what is unknown, what could not be read, and the table of all.
pub fn text(coverage: &Coverage, specs: Specs, style: Style) -> String {
    let mut page = Page { coverage, specs, style, out: String::new() };
    let totals = coverage.totals;
    let label = match (totals.unprotected, coverage.is_complete()) {
        (0, true) => Label::Good,
        (0, false) => Label::Warning,
        _ => Label::Danger,
    };
    page.line(0, label, &verdict(coverage));
    page.verdicts(Verdict::Unprotected, "Unprotected:", ("-", Label::Danger));
    page.verdicts(Verdict::Unknown, "Unknown, as what decides it could not be read:", ("?", Label::Warning));
    page.failed();
    page.unread();
    page.table();
    page.not_looked_at();
    page.out
}

struct Page<'a> {
    coverage: &'a Coverage,
    specs: Specs,
    style: Style,
    out: String,
}

impl Lined for Page<'_> {
    fn so_far(&mut self) -> (Style, &mut String) {
        (self.style, &mut self.out)
    }
}

impl Page<'_> {
    fn heading(&mut self, text: &str) {
        self.out.push('\n');
        self.line(0, Label::Heading, text);
    }

    fn verdicts(&mut self, verdict: Verdict, heading: &str, (marker, label): (&str, Label)) {
        let groups = alike(self.coverage.of(verdict));
        if groups.is_empty() {
            return;
        }
        self.heading(heading);
        for group in groups {
            let Some(covered) = group.first() else { continue };
            let place = format!("{}, account {}", visible(&covered.region), visible(&covered.account));
            let title = words::kind_title(self.specs, &covered.kind);
            let title = if group.len() == 1 { title } else { count(group.len(), &title) };
            let names: Vec<String> = group.iter().map(|covered| visible(&covered.name)).collect();
            for (at, line) in self.style.wrap(4, &format!("{title} ({place}): {}", names.join(", "))).iter().enumerate() {
                let start = if at == 0 { format!("  {} ", self.style.paint(label, marker)) } else { "    ".to_owned() };
                self.out.push_str(&format!("{start}{line}\n"));
            }
            for cause in &covered.unread {
                self.sentence(6, Label::Plain, &visible(cause));
            }
            for doubt in covered.doubts() {
                self.sentence(6, Label::Plain, &visible(&doubt));
            }
            for reason in &covered.reasons {
                self.sentence(6, Label::Plain, &format!("{}: {}", reason.code.as_str(), visible(&reason.what)));
                self.sentence(8, Label::Muted, &format!("-> {}", visible(&reason.mend)));
            }
        }
    }

    fn failed(&mut self) {
        let failed = failed(self.coverage);
        if failed.is_empty() {
            return;
        }
        self.heading("Failed, with nothing newer to restore:");
        for (covered, what) in failed.iter().take(MOST_FAILED) {
            let line = format!("- {} ({}): {}", named(self.specs, covered), visible(&covered.region), visible(what));
            self.sentence(2, Label::Danger, &line);
        }
        if let Some(more) = more_failed(failed.len()) {
            self.sentence(2, Label::Danger, &format!("- {more}"));
        }
    }

    fn unread(&mut self) {
        if self.coverage.all_gaps().next().is_none() {
            return;
        }
        self.heading("Could not be read (BKS0301):");
        for gap in self.coverage.all_gaps() {
            let line = format!("? {}: {}", words::gap_subject(self.specs, gap), words::gap_cause(gap));
            self.sentence(2, Label::Warning, &line);
        }
    }

    fn table(&mut self) {
        if self.coverage.resources.is_empty() {
            return;
        }
        let columns = ["", "THING", "REGION", "NEWEST", "KEPT", "COPIES TO", "PROTECTED BY"];
        let rows: Vec<[String; 7]> = self.coverage.resources.iter().map(|covered| row(self.specs, covered)).collect();
        let width = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            cells.chain(columns.get(column).map(|name| name.chars().count())).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns.len()).map(width).collect();
        let line = |cells: &[String]| {
            let padded =
                cells.iter().zip(&widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width.saturating_sub(cell.chars().count()))));
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        self.out.push('\n');
        let heading = line(&columns.map(str::to_owned));
        self.line(0, Label::Heading, &heading);
        for row in &rows {
            let row = line(row);
            self.line(0, Label::Plain, &row);
        }
    }

    fn not_looked_at(&mut self) {
        let types = &self.coverage.not_looked_at;
        if !types.is_empty() {
            self.out.push('\n');
            self.sentence(0, Label::Muted, &format!("Not looked at: {}.", visible(&types.join(", "))));
        }
    }
}

fn row(specs: Specs, covered: &Covered) -> [String; 7] {
    let marker = match covered.verdict {
        Verdict::Protected => "+",
        Verdict::Unprotected => "-",
        Verdict::Unknown => "?",
    };
    let by = mechanisms(covered);
    let by = if by.is_empty() { "nothing".to_owned() } else { by.join("; ") };
    let region = visible(&covered.region);
    [marker.to_owned(), named(specs, covered), region, newest(covered), kept(&covered.retention), places(covered).join(", "), by]
}
