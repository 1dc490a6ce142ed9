//! A plan as text, in Terraform's habits, with a column for the effect of each change.

use super::alike::alike;
use super::escape::visible;
use super::lined::Lined;
use super::style::{Label, Style};
use super::{Specs, lines, words};
use crate::model::{Action, Change, Effect, Key, Plan, Reading, Shape, Value, Verb, path};

/// Wider values do not push the effect column to the right.
const WIDEST: usize = 48;

/// Renders a plan: each change, what could not be read, notes, what is blocked, and Terraform's last line.
pub fn plan(plan: &Plan, specs: Specs, style: Style) -> String {
    let mut page = Page { plan, specs, style, out: String::new() };
    page.actions();
    page.unread();
    page.notes();
    page.blocked();
    page.refused();
    page.totals();
    page.out
}

/// Renders a plan in short: a line for each thing with its worst effect, and below it what needs consent; all else as [`plan`] does.
pub fn summary(plan: &Plan, specs: Specs, style: Style) -> String {
    let mut page = Page { plan, specs, style, out: String::new() };
    page.actions_in_short();
    page.unread();
    page.notes();
    page.blocked();
    page.refused();
    page.totals();
    page.out
}

struct Page<'a> {
    plan: &'a Plan,
    specs: Specs,
    style: Style,
    out: String,
}

/// One row of a thing's changes, before its columns are aligned.
struct Row<'a> {
    change: &'a Change,
    marker: &'static str,
    name: String,
    value: String,
    lines: Vec<lines::DiffLine>,
}

impl Lined for Page<'_> {
    fn so_far(&mut self) -> (Style, &mut String) {
        (self.style, &mut self.out)
    }
}

impl Page<'_> {
    fn actions(&mut self) {
        for actions in alike(&self.plan.actions) {
            let Some(first) = actions.first() else { continue };
            self.gap();
            let fate = words::fate(first.verb);
            if actions.len() == 1 {
                self.heading(first, fate);
                let marker = self.style.paint(verb_label(first.verb), words::marker(first.verb));
                let thing = words::thing(self.plan, self.specs, first);
                self.line(2, Label::Plain, &format!("{marker} {thing}"));
            } else {
                let things = words::count(actions.len(), &words::kind_title(self.specs, &first.id.kind));
                self.line(2, Label::Heading, &format!("# {things} of {} {fate}, all alike:", visible(&first.block)));
                for action in &actions {
                    self.line(2, Label::Heading, &format!("#   {}", visible(&action.address)));
                }
                let marker = self.style.paint(verb_label(first.verb), words::marker(first.verb));
                let place = words::place(self.plan, first);
                self.line(2, Label::Plain, &format!("{marker} each of them {place}"));
            }
            self.changes(first);
        }
    }

    /// One line for each action: what becomes of it, and the worst that its changes do. What needs consent is told with what it does: nobody
    /// is to say yes to it without having read that.
    fn actions_in_short(&mut self) {
        let groups = alike(&self.plan.actions);
        let subjects: Vec<(&Action, String)> = groups
            .iter()
            .filter_map(|group| {
                let first = *group.first()?;
                let many = || {
                    format!(
                        "{} of {}, all alike",
                        words::count(group.len(), &words::kind_title(self.specs, &first.id.kind)),
                        visible(&first.block)
                    )
                };
                Some((first, if group.len() == 1 { visible(&first.address) } else { many() }))
            })
            .collect();
        let length = |text: &str| text.chars().count();
        let width = subjects.iter().map(|(_, subject)| length(subject)).filter(|width| *width <= WIDEST).max().unwrap_or_default();
        for (action, subject) in subjects {
            let worst = worst(action);
            let marker = self.style.paint(verb_label(action.verb), &format!("{:>3}", words::marker(action.verb)));
            let effect = self.style.paint(effect_label(worst), &words::effect(worst));
            let blocked = action.changes.iter().any(Change::is_blocked);
            let consent = match (blocked, worst.needs_consent()) {
                (true, _) => self.style.paint(Label::Danger, "   BLOCKED"),
                (false, true) => self.style.paint(Label::Warning, "   with consent"),
                (false, false) => String::new(),
            };
            let line = format!("{marker} {}   {effect}{consent}", pad(&subject, width));
            self.line(0, Label::Plain, &line);
            for change in action.changes.iter().filter(|change| change.effect.needs_consent()) {
                self.at_stake(6, action, change);
            }
        }
    }

    fn heading(&mut self, action: &Action, fate: &str) {
        self.line(2, Label::Heading, &format!("# {} {fate}", visible(&action.address)));
        for other in &action.also {
            self.line(2, Label::Muted, &format!("# also {}", visible(other)));
        }
        for remark in &action.remarks {
            for line in self.style.wrap(4, &visible(remark)) {
                self.line(2, Label::Muted, &format!("# {line}"));
            }
        }
    }

    fn changes(&mut self, action: &Action) {
        // That a thing is made or goes stands in its heading; what that does stands here.
        for change in action.changes.iter().filter(|change| change.setting == Change::EXISTS) {
            let effect = self.style.paint(effect_label(change.effect), &words::effect(change.effect));
            self.line(6, Label::Plain, &effect);
            self.details(action, change);
        }
        let own: Vec<Row<'_>> = action
            .changes
            .iter()
            .filter(|change| change.setting != Change::EXISTS && change.part_of.is_none())
            .map(|change| row(self.specs, action, change))
            .collect();
        let length = |text: &str| text.chars().count();
        let name_width = own.iter().map(|row| length(&row.name)).filter(|width| *width <= WIDEST).max().unwrap_or_default();
        let value_width = own.iter().map(|row| length(&row.value)).filter(|width| *width <= WIDEST).max().unwrap_or_default();
        self.parts(action, Change::EXISTS);
        for row in &own {
            let marker = self.style.paint(row_label(row.marker), row.marker);
            let effect = self.style.paint(effect_label(row.change.effect), &words::effect(row.change.effect));
            if row.value.is_empty() {
                self.line(6, Label::Plain, &format!("{marker} {}   {effect}", row.name));
            } else {
                let (name, value) = (pad(&row.name, name_width), pad(&row.value, value_width));
                self.line(6, Label::Plain, &format!("{marker} {name} = {value}   {effect}"));
            }
            self.lines(12, &row.lines);
            self.details(action, row.change);
            self.parts(action, &row.change.setting);
        }
    }

    fn lines(&mut self, indent: usize, lines: &[lines::DiffLine]) {
        for line in lines {
            let label = match line.marker {
                '+' => Label::Added,
                '-' => Label::Removed,
                _ => Label::Muted,
            };
            self.line(indent, label, format!("{} {}", line.marker, line.text).trim_end());
        }
    }

    /// What comes or goes with a block or with the whole thing, in the blocks that it stands in.
    fn parts(&mut self, action: &Action, whole: &str) {
        let mut open: Vec<String> = Vec::new();
        let around = if whole == Change::EXISTS { 0 } else { path::segments(whole).len() };
        let parts: Vec<Row<'_>> = action
            .changes
            .iter()
            .filter(|change| change.part_of.as_deref() == Some(whole) && !is_plain_block(self.specs, action, change))
            .map(|change| row(self.specs, action, change))
            .collect();
        let leaf = |row: &Row<'_>| path::segments(&row.change.setting).pop().map_or_else(String::new, |segment| segment.name);
        for (at, row) in parts.iter().enumerate() {
            let segments = path::segments(&row.change.setting);
            let blocks: Vec<String> = segments.iter().take(segments.len().saturating_sub(1)).skip(around).map(block).collect();
            let common = open.iter().zip(&blocks).take_while(|(open, block)| open == block).count();
            for depth in (common..open.len()).rev() {
                self.line(10 + 4 * depth, Label::Plain, "}");
            }
            for (depth, block) in blocks.iter().enumerate().skip(common) {
                let marker = self.style.paint(row_label(row.marker), row.marker);
                self.line(8 + 4 * depth, Label::Plain, &format!("{marker} {block} {{"));
            }
            open.clone_from(&blocks);
            // Names are aligned with those that stand beside them in the same block.
            let beside = |other: &&Row<'_>| {
                let other = path::segments(&other.change.setting);
                other.len() == segments.len() && other.iter().zip(&segments).take(segments.len() - 1).all(|(a, b)| a == b)
            };
            let before = parts.iter().take(at).rev().take_while(beside);
            let after = parts.iter().skip(at).take_while(beside);
            let width = before.chain(after).map(|row| visible(&leaf(row)).chars().count()).max().unwrap_or_default();
            let marker = self.style.paint(row_label(row.marker), row.marker);
            if let Some(empty) = segments.last().filter(|segment| segment.key.is_some() && row.value.is_empty()) {
                self.line(8 + 4 * blocks.len(), Label::Plain, &format!("{marker} {} {{}}", block(empty)));
                continue;
            }
            let name = pad(&visible(&leaf(row)), width);
            self.line(8 + 4 * blocks.len(), Label::Plain, &format!("{marker} {name} = {}", row.value));
            self.lines(14 + 4 * blocks.len(), &row.lines);
        }
        for depth in (0..open.len()).rev() {
            self.line(10 + 4 * depth, Label::Plain, "}");
        }
    }

    fn refused(&mut self) {
        for refuser in words::Refuser::ALL {
            let refused: Vec<_> = words::refused_by(self.plan, refuser).collect();
            if refused.is_empty() {
                continue;
            }
            self.gap();
            self.line(0, Label::Danger, &format!("{}:", refuser.heading()));
            for (action, refusal) in refused {
                self.gap();
                self.line(2, Label::Heading, &format!("# {}", visible(&action.address)));
                self.sentence(4, Label::Danger, &format!("{}: {}", refusal.code, visible(&refusal.reason)));
                self.sentence(4, Label::Plain, &visible(&refusal.remedy));
            }
        }
    }

    fn details(&mut self, action: &Action, change: &Change) {
        let danger = change.effect.needs_consent();
        if let Some(consequence) = &change.consequence {
            let label = if danger { Label::Danger } else { Label::Plain };
            self.sentence(10, label, &visible(consequence));
        }
        self.sentence(10, Label::Muted, &words::reach(self.specs, action, change));
        if let Some(consent) = words::consent(change) {
            let label = if change.is_blocked() { Label::Danger } else { Label::Warning };
            self.sentence(10, label, &consent);
        }
    }

    fn unread(&mut self) {
        let unread = words::unread(self.plan);
        if unread.is_empty() {
            return;
        }
        self.gap();
        self.line(0, Label::Warning, &format!("{}:", words::unread_heading()));
        for entry in unread {
            self.gap();
            let marker = self.style.paint(Label::Warning, "?");
            match (entry.action, entry.gaps.first()) {
                (Some(action), _) => {
                    self.heading(action, words::unread_fate(action.verb));
                    let thing = words::thing(self.plan, self.specs, action);
                    self.line(2, Label::Plain, &format!("{marker} {thing}"));
                }
                (None, Some(gap)) => {
                    let subject = words::gap_subject(self.specs, gap);
                    self.line(2, Label::Plain, &format!("{marker} {subject}"));
                }
                (None, None) => {}
            }
            for gap in &entry.gaps {
                self.sentence(6, Label::Plain, &words::gap_cause(gap));
            }
            if let Some(action) = entry.action {
                for cause in words::unreadable_settings(action, entry.gaps.is_empty()) {
                    self.sentence(6, Label::Plain, &cause);
                }
            }
        }
    }

    fn notes(&mut self) {
        if self.plan.notes.is_empty() {
            return;
        }
        self.gap();
        self.line(0, Label::Heading, "Notes:");
        for note in &self.plan.notes {
            let code = note.code.as_ref().map(|code| format!("{}: ", visible(code))).unwrap_or_default();
            let text = format!("{code}{}", visible(&note.text));
            for (index, line) in self.style.wrap(4, &text).iter().enumerate() {
                self.line(2, Label::Plain, &format!("{} {line}", if index == 0 { '-' } else { ' ' }));
            }
        }
    }

    fn blocked(&mut self) {
        let summary = self.plan.summary();
        if summary.blocked == 0 {
            return;
        }
        self.gap();
        self.line(0, Label::Danger, &format!("{}:", words::BLOCKED_HEADING));
        for action in words::blocked(self.plan) {
            self.gap();
            self.line(2, Label::Heading, &format!("# {}", visible(&action.address)));
            for change in action.changes.iter().filter(|change| change.is_blocked()) {
                self.at_stake(4, action, change);
                if let Some(waiver) = words::waiver(change) {
                    self.line(4, Label::Muted, "this in the policy lets it through:");
                    for line in waiver {
                        self.line(if line.is_empty() { 0 } else { 6 }, Label::Plain, &line);
                    }
                }
            }
            self.line(4, Label::Muted, "for one run, this does:");
            for flag in words::flags(action) {
                self.line(6, Label::Plain, &flag);
            }
        }
    }

    /// A change that needs consent, and what it does.
    fn at_stake(&mut self, indent: usize, action: &Action, change: &Change) {
        let row = row(self.specs, action, change);
        let effect = self.style.paint(Label::Danger, &words::effect(change.effect));
        let row = match row.value.as_str() {
            "" => format!("{} {}", row.marker, row.name),
            value => format!("{} = {value}", row.name),
        };
        self.line(indent, Label::Plain, &format!("{row}   {effect}"));
        if let Some(consequence) = &change.consequence {
            self.sentence(indent + 4, Label::Danger, &visible(consequence));
        }
    }

    fn totals(&mut self) {
        self.gap();
        let summary = self.plan.summary();
        if let Some(refusals) = words::refused_whole(self.plan) {
            self.line(0, Label::Danger, &refusals);
        }
        if let Some(weakenings) = words::weakenings(summary) {
            let label = if summary.blocked > 0 { Label::Danger } else { Label::Warning };
            self.line(0, label, &weakenings);
        }
        if self.plan.has_changes() {
            self.line(0, Label::Heading, &words::totals(self.plan));
        } else {
            let label = if self.plan.is_complete() { Label::Good } else { Label::Warning };
            self.line(0, label, &words::no_changes(self.plan, self.specs));
        }
    }
}

/// The worst that an action does; where nothing of it needs consent, whether it strengthens.
fn worst(action: &Action) -> Effect {
    let effects = || action.changes.iter().filter(|change| change.part_of.is_none()).map(|change| change.effect);
    let needs = effects().filter(|effect| effect.needs_consent()).max();
    needs.unwrap_or_else(|| effects().min().unwrap_or(Effect::Neutral))
}

/// Whether a change is that a block of which there is at most one is there, which the braces around what is in it say.
fn is_plain_block(specs: Specs, action: &Action, change: &Change) -> bool {
    words::setting(specs, action, change).is_some_and(|setting| matches!(setting.shape, Shape::Block(Key::One)))
}

fn row<'a>(specs: Specs, action: &Action, change: &'a Change) -> Row<'a> {
    let setting = words::setting(specs, action, change);
    let is_block = change.setting.ends_with(']') && !setting.is_some_and(|setting| matches!(setting.shape, Shape::Flags { .. }));
    let there = change.after == Value::Bool(true);
    let made = if is_block { there } else { (change.part_of.is_some() || action.verb == Verb::Create) && change.before == Reading::Unset };
    let gone = if is_block { !there } else { (change.part_of.is_some() || action.verb == Verb::Delete) && change.after == Value::Null };
    let lines = lines::compare((!made).then_some(&change.before), &change.after, setting).unwrap_or_default();
    let before = words::before_of(action, change, setting);
    let after = words::after(change, setting);
    let (marker, value) = match (made, gone) {
        (true, _) if is_block => ("+", String::new()),
        (_, true) if is_block => ("-", String::new()),
        (true, _) => ("+", after),
        (_, true) => ("-", before),
        _ => ("~", format!("{before} -> {after}")),
    };
    Row { change, marker, name: visible(&change.setting), value: if lines.is_empty() { value } else { "(line by line)".to_owned() }, lines }
}

/// A block as the policy writes its beginning: `rule "daily"`.
fn block(segment: &path::Segment) -> String {
    match &segment.key {
        Some(key) => format!("{} {}", visible(&segment.name), visible(&Value::from(key.as_str()).to_string())),
        None => visible(&segment.name),
    }
}

fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(missing))
}

fn verb_label(verb: Verb) -> Label {
    match verb {
        Verb::Create => Label::Added,
        Verb::Update | Verb::NoOp => Label::Changed,
        Verb::Replace | Verb::Delete => Label::Removed,
        Verb::Unknown => Label::Warning,
    }
}

fn row_label(marker: &str) -> Label {
    match marker {
        "+" => Label::Added,
        "-" => Label::Removed,
        _ => Label::Changed,
    }
}

fn effect_label(effect: Effect) -> Label {
    match effect {
        Effect::Strengthens => Label::Good,
        Effect::Neutral => Label::Muted,
        Effect::Weakens | Effect::LosesData | Effect::Irreversible => Label::Danger,
    }
}

#[cfg(test)]
mod tests;
