//! What controls found, as text.

use super::{alike, counts, name, of, titled, verdict};
use crate::model::{ControlOutcome, ControlVerdict, Examined, Finding, Findings, FrameworkOutcome};
use crate::view::Specs;
use crate::view::escape::visible;
use crate::view::lined::Lined;
use crate::view::style::{Label, Style};

/// Things that are named of a group; the others are counted.
const NAMED: usize = 8;

/// Renders what failed with what to do, what nobody knows with why, and each framework: with its requirements where it was asked for.
pub fn text(findings: &Findings, specs: Specs, style: Style, asked_for: bool) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut page = Page { findings, specs, style, out: String::new() };
    let label = if findings.count(ControlVerdict::Fail) > 0 {
        Label::Danger
    } else if findings.count(ControlVerdict::Unknown) > 0 {
        Label::Warning
    } else {
        Label::Good
    };
    put!(page.out, "\n{}\n", style.paint(label, &verdict(findings)));
    for control in of(findings, ControlVerdict::Fail) {
        page.control(control, ControlVerdict::Fail, Label::Danger);
    }
    for control in of(findings, ControlVerdict::Unknown) {
        page.control(control, ControlVerdict::Unknown, Label::Warning);
    }
    for framework in &findings.frameworks {
        page.framework(framework, asked_for);
    }
    page.out
}

struct Page<'a> {
    findings: &'a Findings,
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
    fn control(&mut self, control: &ControlOutcome, verdict: ControlVerdict, label: Label) {
        let word = self.style.paint(label, verdict.shown());
        put!(self.out, "  {word} {} ({}): {}\n", visible(&control.id), control.severity.as_str(), visible(&control.title));
        for (finding, things) in alike(self.findings, control, verdict) {
            self.group(finding, &things);
        }
        if let (Some(remediation), ControlVerdict::Fail) = (&control.remediation, verdict) {
            self.sentence(8, Label::Muted, &format!("-> {}", visible(remediation)));
        }
        self.sentence(6, Label::Muted, &format!("control at {}", visible(&control.at.to_string())));
    }

    fn group(&mut self, finding: &Finding, things: &[&Examined]) {
        let names: Vec<String> = things.iter().take(NAMED).map(|thing| visible(&name(self.specs, thing))).collect();
        let more = if things.len() > NAMED { format!(" and {} more", things.len() - NAMED) } else { String::new() };
        let title = titled(self.specs, things);
        self.sentence(6, Label::Plain, &format!("{title}: {}{more}", names.join(", ")));
        let looked = || {
            finding.evidence.iter().map(|(path, value)| format!("{} = {}", visible(path), visible(value))).collect::<Vec<_>>().join(", ")
        };
        let why = finding.unknown.as_ref().map_or_else(looked, |unknown| visible(&unknown.why));
        self.sentence(8, Label::Plain, &why);
    }

    fn framework(&mut self, framework: &FrameworkOutcome, in_full: bool) {
        let version = framework.version.as_ref().map(|version| format!(" ({version})")).unwrap_or_default();
        let counts = counts(framework.requirements.iter().map(|requirement| requirement.verdict));
        let line = format!("{}{version}: {counts}", framework.title);
        let start = if in_full { "\n" } else { "" };
        put!(self.out, "{start}{}\n", self.style.paint(if in_full { Label::Heading } else { Label::Plain }, &visible(&line)));
        if !in_full {
            return;
        }
        let width = framework.requirements.iter().map(|requirement| requirement.id.chars().count()).max().unwrap_or_default();
        for requirement in &framework.requirements {
            let label = match requirement.verdict {
                ControlVerdict::Fail => Label::Danger,
                ControlVerdict::Unknown => Label::Warning,
                ControlVerdict::NotApplicable => Label::Muted,
                ControlVerdict::Pass => Label::Good,
            };
            let word = format!("{:<7}", requirement.verdict.shown());
            let by = if requirement.controls.is_empty() { "no control speaks to it".to_owned() } else { requirement.under() };
            let unconfirmed = if requirement.is_confirmed { "" } else { "; its id is not confirmed" };
            put!(
                self.out,
                "  {} {}{}  {} ({}{unconfirmed})\n",
                self.style.paint(label, &word),
                visible(&requirement.id),
                " ".repeat(width.saturating_sub(requirement.id.chars().count())),
                visible(&requirement.about),
                visible(&by)
            );
        }
    }
}
