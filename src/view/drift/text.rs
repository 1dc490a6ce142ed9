//! What moved, for people: the gravest first, what could not be read, what is known, and the verdict last.

use super::{by_or_why, long, place, subject, verdict, what};
use crate::model::{Change, Code, Drift, Effect, Moved, MovedPart, Reaches, Reading, Value};
use crate::view::Specs;
use crate::view::escape::visible;
use crate::view::lined::Lined;
use crate::view::style::{Label, Style};
use crate::view::words;

/// Parts of a block that are shown; the others are counted.
const PARTS: usize = 12;

/// Renders what moved.
pub fn text(drift: &Drift, specs: Specs, style: Style) -> String {
    let mut page = Page { drift, specs, style, out: String::new() };
    let mut last = None;
    for moved in &drift.moved {
        page.moved(moved, last);
        last = Some(moved);
    }
    page.acknowledged();
    page.gaps();
    page.notes();
    page.verdict();
    page.out
}

struct Page<'a> {
    drift: &'a Drift,
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
    fn moved(&mut self, moved: &Moved, last: Option<&Moved>) {
        if last.is_none_or(|last| (&last.address, &last.id) != (&moved.address, &moved.id) || moved.address.is_empty()) {
            self.gap();
            let place = place(self.drift, self.specs, moved).map_or_else(String::new, |place| format!(" ({place})"));
            self.line(2, Label::Heading, &format!("# {}{place}", subject(moved)));
        }
        let effect = self.style.paint(label(moved.effect), &words::effect(moved.effect));
        let lines = long(self.specs, moved);
        let what = if lines.is_some() { format!("{}:", visible(&moved.setting)) } else { what(self.specs, moved) };
        self.line(2, Label::Plain, &format!("~ {what}  {effect}"));
        for line in lines.into_iter().flatten() {
            let label = match line.marker {
                '+' => Label::Added,
                '-' => Label::Removed,
                _ => Label::Muted,
            };
            self.line(6, label, &format!("{} {}", line.marker, line.text));
        }
        // Of a thing that went, everything did.
        let parts: &[MovedPart] = if moved.code == Code::ThingGone.as_str() { &[] } else { &moved.parts };
        let is_gone = matches!(moved.now, Reading::Unset | Reading::Known(Value::Bool(false)));
        for part in parts.iter().take(PARTS) {
            let setting = moved.id.as_ref().and_then(|id| (self.specs)(&id.kind)).and_then(|spec| spec.setting(&part.setting));
            let (before, now) = (words::before(&part.before, setting), words::before(&part.now, setting));
            let line = match (is_gone, moved.now == Reading::Known(Value::Bool(true))) {
                (true, _) => format!("- {}: {before}", visible(&part.setting)),
                (false, true) if moved.setting != Change::EXISTS => format!("+ {}: {now}", visible(&part.setting)),
                (false, _) => format!("{}: {before} -> {now}", visible(&part.setting)),
            };
            self.line(6, Label::Muted, &line);
        }
        if parts.len() > PARTS {
            self.line(6, Label::Muted, &format!("… {} more", parts.len() - PARTS));
        }
        if let Some(consequence) = &moved.consequence {
            self.sentence(6, Label::Plain, &visible(consequence));
        }
        if moved.reaches == Reaches::Existing && moved.effect >= Effect::Weakens {
            let holds = moved.id.as_ref().and_then(|id| (self.specs)(&id.kind)).map_or("recovery points", |spec| spec.holds);
            self.line(6, Label::Muted, &format!("reaches existing {holds}"));
        }
        if moved.is_declared {
            self.line(6, Label::Muted, "it is as the policy declares");
        }
        if let Some(declared) = &moved.declared {
            self.line(6, Label::Muted, &format!("the policy declares {}", visible(&declared.to_string())));
        }
        if let Some(position) = moved.because.as_ref().filter(|_| !moved.address.is_empty()) {
            self.line(6, Label::Muted, &format!("declared at {}", visible(&position.to_string())));
        }
        for event in by_or_why(moved) {
            self.line(6, Label::Plain, &event);
        }
    }

    fn acknowledged(&mut self) {
        if self.drift.acknowledged.is_empty() {
            return;
        }
        self.gap();
        self.line(0, Label::Heading, "Acknowledged:");
        for known in &self.drift.acknowledged {
            let text = format!(
                "- {}: {} ({}; {}, until {}: {})",
                subject(&known.moved),
                what(self.specs, &known.moved),
                words::effect(known.moved.effect),
                visible(&known.owner),
                known.expires,
                visible(&known.reason),
            );
            self.sentence(2, Label::Muted, &text);
        }
    }

    fn gaps(&mut self) {
        if self.drift.gaps.is_empty() {
            return;
        }
        self.gap();
        self.line(0, Label::Warning, &format!("{}:", words::unread_heading()));
        for gap in &self.drift.gaps {
            self.sentence(2, Label::Plain, &format!("- {}: {}", words::gap_subject(self.specs, gap), words::gap_cause(gap)));
        }
    }

    fn notes(&mut self) {
        if self.drift.notes.is_empty() {
            return;
        }
        self.gap();
        self.line(0, Label::Heading, "Notes:");
        for note in &self.drift.notes {
            let code = note.code.as_ref().map_or_else(String::new, |code| format!("{}: ", visible(code)));
            self.sentence(2, Label::Plain, &format!("- {code}{}", visible(&note.text)));
        }
    }

    fn verdict(&mut self) {
        self.gap();
        let worst = self.drift.effect();
        let label = match worst {
            Some(worst) => label(worst),
            None if self.drift.is_complete() => Label::Good,
            None => Label::Warning,
        };
        self.line(0, label, &verdict(self.drift));
    }
}

fn label(effect: Effect) -> Label {
    match effect {
        Effect::Strengthens => Label::Good,
        Effect::Neutral => Label::Plain,
        Effect::Weakens | Effect::LosesData | Effect::Irreversible => Label::Danger,
    }
}
