//! A plan as text, in Terraform's habits, with a column for the effect of each change.

use super::alike::alike;
use super::escape::visible;
use super::style::{Label, Style};
use super::{Specs, lines, words};
use crate::model::{Action, Change, Effect, Plan, Reading, Value, Verb};

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

impl Page<'_> {
    fn line(&mut self, indent: usize, label: Label, text: &str) {
        let text = self.style.paint(label, text);
        self.out.push_str(&" ".repeat(indent));
        self.out.push_str(&text);
        self.out.push('\n');
    }

    fn sentence(&mut self, indent: usize, label: Label, text: &str) {
        for line in self.style.wrap(indent, text) {
            self.line(indent, label, &line);
        }
    }

    fn gap(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

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
            self.details(change);
        }
        let settings = action.changes.iter().filter(|change| change.setting != Change::EXISTS);
        let rows: Vec<Row<'_>> = settings.map(|change| row(self.specs, action, change)).collect();
        let length = |text: &str| text.chars().count();
        let name_width = rows.iter().map(|row| length(&row.name)).max().unwrap_or_default();
        let value_width = rows.iter().map(|row| length(&row.value)).filter(|width| *width <= WIDEST).max().unwrap_or_default();
        for row in &rows {
            let marker = self.style.paint(row_label(row.marker), row.marker);
            let effect = self.style.paint(effect_label(row.change.effect), &words::effect(row.change.effect));
            let name = pad(&row.name, name_width);
            let value = pad(&row.value, value_width);
            if row.change.part_of.is_some() {
                self.line(8, Label::Plain, format!("{marker} {name} = {}", row.value).trim_end());
            } else if row.value.is_empty() {
                self.line(6, Label::Plain, &format!("{marker} {}   {effect}", row.name));
            } else {
                self.line(6, Label::Plain, &format!("{marker} {name} = {value}   {effect}"));
            }
            for line in &row.lines {
                let text = format!("{} {}", line.marker, line.text);
                let label = match line.marker {
                    '+' => Label::Added,
                    '-' => Label::Removed,
                    _ => Label::Muted,
                };
                self.line(12, label, text.trim_end());
            }
            if row.change.part_of.is_none() {
                self.details(row.change);
            }
        }
    }

    fn refused(&mut self) {
        let refused: Vec<_> = words::refused(self.plan).collect();
        if refused.is_empty() {
            return;
        }
        self.gap();
        self.line(0, Label::Danger, &format!("{}:", words::REFUSED_HEADING));
        for (action, refusal) in refused {
            self.gap();
            self.line(2, Label::Heading, &format!("# {}", visible(&action.address)));
            self.sentence(4, Label::Danger, &format!("{}: {}", refusal.code, visible(&refusal.reason)));
            self.sentence(4, Label::Plain, &visible(&refusal.remedy));
        }
    }

    fn details(&mut self, change: &Change) {
        let danger = change.effect.needs_consent();
        if let Some(consequence) = &change.consequence {
            let label = if danger { Label::Danger } else { Label::Plain };
            self.sentence(10, label, &visible(consequence));
        }
        self.sentence(10, Label::Muted, &words::reach(change));
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
                let row = row(self.specs, action, change);
                let effect = self.style.paint(Label::Danger, &words::effect(change.effect));
                let what =
                    if row.value.is_empty() { format!("{} {}", row.marker, row.name) } else { format!("{} = {}", row.name, row.value) };
                self.line(4, Label::Plain, &format!("{what}   {effect}"));
                if let Some(consequence) = &change.consequence {
                    self.sentence(8, Label::Danger, &visible(consequence));
                }
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

    fn totals(&mut self) {
        self.gap();
        let summary = self.plan.summary();
        if let Some(refusals) = words::refusals(summary) {
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

fn row<'a>(specs: Specs, action: &Action, change: &'a Change) -> Row<'a> {
    let setting = words::setting(specs, action, change);
    let is_block = change.setting.ends_with(']');
    let there = change.after == Value::Bool(true);
    let made = if is_block { there } else { (change.part_of.is_some() || action.verb == Verb::Create) && change.before == Reading::Unset };
    let gone = if is_block { !there } else { (change.part_of.is_some() || action.verb == Verb::Delete) && change.after == Value::Null };
    let lines = lines::compare((!made).then_some(&change.before), &change.after).unwrap_or_default();
    let before = words::before(&change.before, setting);
    let after = words::after(change);
    let (marker, value) = match (made, gone) {
        (true, _) if is_block => ("+", String::new()),
        (_, true) if is_block => ("-", String::new()),
        (true, _) => ("+", after),
        (_, true) => ("-", before),
        _ => ("~", format!("{before} -> {after}")),
    };
    Row { change, marker, name: visible(&change.setting), value: if lines.is_empty() { value } else { "(line by line)".to_owned() }, lines }
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
mod tests {
    use super::super::fixture::{self, SPECS};
    use super::*;
    use crate::model::{Reading, Value};

    #[test]
    fn every_part_of_a_plan_is_shown() {
        insta::assert_snapshot!(plan(&fixture::plan(), SPECS, Style::PLAIN), @r#"
          # aws_dynamodb_table.sales["A"] will be updated in-place
          ~ DynamoDB table A (us-east-1, account 123456789012)
              ~ point_in_time_recovery.enabled                 = false -> true   strengthens
                  the table can be restored to any second from now on
                  reaches only what comes later; policy.hcl:12:5
              ~ point_in_time_recovery.recovery_period_in_days = (none) -> 35    strengthens
                  reaches only what comes later; not in the policy: AWS's default, which comes along with another change

          # aws_dynamodb_table.sales["B"] will be updated in-place
          # replica of the table in us-west-2
          ~ DynamoDB table B (us-east-1, account 123456789012)
              ~ point_in_time_recovery.recovery_period_in_days = 35 -> 7   ! loses data
                  reaches existing recovery points; policy.hcl:12:5
                  waived by `shorter` until 2027-03-31, approved by data-platform: rebuilt nightly

          # aws_dynamodb_table.sales["C"] will be updated in-place
          ~ DynamoDB table C (us-east-1, account 123456789012)
              ~ deletion_protection_enabled    = true -> false   ! weakens
                  reaches only what comes later; policy.hcl:12:5
                  consented to by --allow-weakening
              ~ point_in_time_recovery.enabled = true -> false   ! loses data
                  the whole history since 2026-10-17 is deleted at once
                  reaches existing recovery points; policy.hcl:12:5
                  BLOCKED: nobody consented to it (BKS0401)

        Could not be read, so this is unknown, not fine (BKS0301):

          # aws_dynamodb_table.sales["D"] is unknown, so apply leaves it alone
          ? DynamoDB table D (us-east-1, account 123456789012)
              dynamodb:DescribeContinuousBackups was denied: User: arn:aws:iam::123456789012:user/ci is not authorized
              unknown: point_in_time_recovery.enabled

          ? DynamoDB tables (us-east-1, target primary)
              dynamodb:DescribeContinuousBackups was denied: User: arn:aws:iam::123456789012:user/ci is not authorized

        Notes:
          - BKS0113: waiver `old` is not used

        Blocked, as nobody consented:

          # aws_dynamodb_table.sales["C"]
            point_in_time_recovery.enabled = true -> false   ! loses data
                the whole history since 2026-10-17 is deleted at once
            this in the policy lets it through:
              waiver "sales-pitr" {
                address     = "aws_dynamodb_table.sales[\"C\"]"
                setting     = "point_in_time_recovery.enabled"
                to          = false
                reason      = ""
                approved_by = ""
                expires     = "2026-12-21"
              }
            for one run, this does:
              --allow-weakening 'aws_dynamodb_table.sales["C"]'

        3 changes weaken protection; 1 is blocked, as nobody consented to it.
        Plan: 0 to add, 3 to change, 0 to destroy, 1 unknown, 1 could not be read.
        "#);
    }

    #[test]
    fn nothing_to_do_says_so_only_when_everything_was_read() {
        let mut quiet = fixture::of(["A", "B", "C"].map(|name| fixture::action(name, Verb::NoOp, Vec::new())).into());
        assert_eq!(plan(&quiet, SPECS, Style::PLAIN), "No changes. 3 DynamoDB tables are as the policy declares.\n");
        quiet.gaps.push(fixture::gap(None));
        insta::assert_snapshot!(plan(&quiet, SPECS, Style::PLAIN), @"
        Could not be read, so this is unknown, not fine (BKS0301):

          ? DynamoDB tables (us-east-1, target primary)
              dynamodb:DescribeContinuousBackups was denied: User: arn:aws:iam::123456789012:user/ci is not authorized

        No changes in what could be read; 1 could not be read.
        ");
        assert_eq!(plan(&fixture::of(Vec::new()), SPECS, Style::PLAIN), "No changes. The policy declares nothing that could differ.\n");
    }

    #[test]
    fn many_that_do_the_same_are_shown_once_with_every_address() {
        let change = || vec![fixture::change(fixture::PITR, Reading::Known(false.into()), true, Effect::Strengthens)];
        let mut actions: Vec<_> = (0..30).map(|n| fixture::action(&format!("T{n:02}"), Verb::Update, change())).collect();
        actions.insert(3, fixture::action("other", Verb::Create, Vec::new()));
        let text = plan(&fixture::of(actions), SPECS, Style::PLAIN);
        assert_eq!(text.matches("strengthens").count(), 1);
        assert_eq!(text.matches("aws_dynamodb_table.sales[\"T").count(), 30);
        let head: Vec<_> = text.lines().take(2).chain(text.lines().skip(30).take(9)).collect();
        insta::assert_snapshot!(head.join("\n"), @r#"
          # 30 DynamoDB tables of aws_dynamodb_table.sales will be updated in-place, all alike:
          #   aws_dynamodb_table.sales["T00"]
          #   aws_dynamodb_table.sales["T29"]
          ~ each of them (us-east-1, account 123456789012)
              ~ point_in_time_recovery.enabled = false -> true   strengthens
                  reaches only what comes later; policy.hcl:12:5

          # aws_dynamodb_table.sales["other"] will be created
          + DynamoDB table other (us-east-1, account 123456789012)

        Plan: 1 to add, 30 to change, 0 to destroy.
        "#);
    }

    #[test]
    fn making_removing_and_long_texts_look_as_in_terraform() {
        let text = |text: &str| Reading::Known(Value::from(text));
        let policy = fixture::change("policy", text("{\n  a\n  b\n}\n"), "{\n  a\n  c\n}\n", Effect::Neutral);
        let id = fixture::change("id", Reading::Unset, Value::Unknown, Effect::Neutral);
        let gone = fixture::change("name", text("old\u{1b}[2J"), Value::Null, Effect::Weakens);
        let unread = fixture::change("tags", Reading::Unreadable { cause: "denied".into() }, "x", Effect::Neutral);
        let page = fixture::of(vec![
            fixture::action("A", Verb::Create, vec![id]),
            fixture::action("B", Verb::Delete, vec![gone]),
            fixture::action("C", Verb::Replace, vec![policy, unread]),
        ]);
        insta::assert_snapshot!(plan(&page, SPECS, Style::PLAIN), @r#"
          # aws_dynamodb_table.sales["A"] will be created
          + DynamoDB table A (us-east-1, account 123456789012)
              + id = (known after apply)   neutral
                  reaches only what comes later; policy.hcl:12:5

          # aws_dynamodb_table.sales["B"] will be destroyed
          - DynamoDB table B (us-east-1, account 123456789012)
              - name = "old\u001b[2J"   ! weakens
                  reaches only what comes later; policy.hcl:12:5

          # aws_dynamodb_table.sales["C"] must be replaced
          -/+ DynamoDB table C (us-east-1, account 123456789012)
              ~ policy = (line by line)     neutral
                      {
                        a
                    -   b
                    +   c
                      }
                  reaches only what comes later; policy.hcl:12:5
              ~ tags   = (unknown) -> "x"   neutral
                  reaches only what comes later; policy.hcl:12:5

        Could not be read, so this is unknown, not fine (BKS0301):

          # aws_dynamodb_table.sales["C"] is unknown in part, which apply leaves alone
          ? DynamoDB table C (us-east-1, account 123456789012)
              unknown: tags, denied

        1 change weakens protection, with consent.
        Plan: 2 to add, 0 to change, 2 to destroy, 1 could not be read.
        "#);
    }

    #[test]
    fn colours_are_only_added() {
        let coloured = plan(&fixture::plan(), SPECS, Style { colour: true, width: None });
        let stripped = anstream::adapter::strip_str(&coloured).to_string();
        assert_eq!(stripped, plan(&fixture::plan(), SPECS, Style::PLAIN));
        assert!(coloured.contains('\u{1b}'));
    }

    #[test]
    fn sentences_wrap_and_addresses_do_not() {
        let text = plan(&fixture::plan(), SPECS, Style { colour: false, width: Some(60) });
        assert!(text.contains("          the whole history since 2026-10-17 is deleted at\n          once\n"), "{text}");
    }
}
