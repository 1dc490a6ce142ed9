//! A plan as a pull-request comment: the verdict first, then what weakens protection, what could not be read, and details, folded.
//!
//! Where a comment may only be so long, parts are left out from the end and counted; the verdict always stays, and says how much is
//! blocked and unknown. Every part is whole: no table, fence or fold is ever cut.

use super::escape::{cell, code, fence, html, markdown, prose};
use super::{Specs, lines, words};
use crate::model::{Action, Change, Consent, Plan};

/// Renders a plan as a comment of at most `max_bytes`, where that is given. Fewer than 600 bytes may not be kept.
pub fn plan(plan: &Plan, specs: Specs, max_bytes: Option<usize>) -> String {
    let comment = Comment::new(plan, specs);
    let mut kept = comment.all();
    let whole = comment.render(&kept);
    let Some(budget) = max_bytes.filter(|budget| whole.len() > *budget) else {
        return whole;
    };
    kept = [0; CLASSES.len()];
    // The longest that the last line can become is that where everything is left out.
    let room = budget.saturating_sub(comment.left_out(&kept).len());
    for class in CLASSES {
        let index = class.place();
        let (mut fits, mut too_many) = (0, comment.of(class).len() + 1);
        while too_many - fits > 1 {
            let middle = fits.midpoint(too_many);
            set(&mut kept, index, middle);
            if comment.render(&kept).len() <= room {
                fits = middle;
            } else {
                too_many = middle;
            }
        }
        set(&mut kept, index, fits);
    }
    comment.render(&kept) + &comment.left_out(&kept)
}

/// What a part is, in the order in which room is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// A blocked change and what it loses.
    Blocked,
    /// What could not be read.
    Unread,
    /// What would let a blocked change through.
    Consent,
    /// A weakening that somebody consented to.
    Weakened,
    /// A note.
    Note,
    /// A row of a block's table.
    Detail,
}

const CLASSES: [Class; 6] = [Class::Blocked, Class::Unread, Class::Consent, Class::Weakened, Class::Note, Class::Detail];

impl Class {
    /// Its place in [`CLASSES`].
    fn place(self) -> usize {
        match self {
            Self::Blocked => 0,
            Self::Unread => 1,
            Self::Consent => 2,
            Self::Weakened => 3,
            Self::Note => 4,
            Self::Detail => 5,
        }
    }

    /// So many parts of it, in words.
    fn count(self, number: usize) -> String {
        let name = match self {
            Self::Blocked => "blocked change",
            Self::Unread => "unread entry",
            Self::Consent if number == 1 => "way to consent",
            Self::Consent => return format!("{number} ways to consent"),
            Self::Weakened => "consented weakening",
            Self::Note => "note",
            Self::Detail => "row",
        };
        words::count(number, name)
    }
}

/// How many parts of each class are kept, from the first.
type Kept = [usize; CLASSES.len()];

fn set(kept: &mut Kept, index: usize, number: usize) {
    if let Some(kept) = kept.get_mut(index) {
        *kept = number;
    }
}

/// One part that is kept or left out as a whole.
struct Part {
    /// Parts of details are folded by this.
    group: String,
    text: String,
    /// What follows the table of its group: values that are compared line by line.
    after: String,
}

impl Part {
    fn of(text: String) -> Self {
        Self { group: String::new(), text, after: String::new() }
    }
}

struct Comment {
    verdict: String,
    /// How many of what is blocked nobody can consent to, by whose no it is.
    refused: [usize; words::Refuser::ALL.len()],
    parts: [Vec<Part>; CLASSES.len()],
}

impl Comment {
    fn new(plan: &Plan, specs: Specs) -> Self {
        let changes = || plan.actions.iter().flat_map(|action| action.changes.iter().map(move |change| (action, change)));
        let consented = changes().filter(|(_, change)| change.effect.needs_consent() && !change.is_blocked());
        let notes = plan.notes.iter().map(|note| {
            let code = note.code.as_ref().map(|text| format!("{}: ", code(text))).unwrap_or_default();
            Part::of(format!("- {code}{}\n", prose(&note.text)))
        });
        let in_order = || words::Refuser::ALL.into_iter().flat_map(|refuser| words::refused_by(plan, refuser));
        let refused = in_order()
            .map(|(action, refusal)| Part::of(format!("- {}: {} ({})\n", code(&action.address), prose(&refusal.reason), refusal.code)));
        let remedies = in_order().map(|(_, refusal)| Part::of(format!("  - {}\n", prose(&refusal.remedy))));
        let with_changes = plan.actions.iter().filter(|action| action.changes_anything());
        let mut details: Vec<Part> = with_changes.flat_map(|action| details(specs, action)).collect();
        // By block, in the plan's order within it; the sort is stable.
        details.sort_by(|a, b| a.group.cmp(&b.group));
        Self {
            verdict: verdict(plan, specs),
            refused: words::Refuser::ALL.map(|refuser| words::refused_by(plan, refuser).count()),
            parts: [
                refused.chain(plan.blocked().map(|(action, change)| Part::of(weakening(specs, action, change)))).collect(),
                words::unread(plan).iter().map(|entry| Part::of(unread(specs, entry))).collect(),
                remedies.chain(plan.blocked().map(|(action, change)| Part::of(way_through(action, change)))).collect(),
                consented.map(|(action, change)| Part::of(weakening(specs, action, change))).collect(),
                notes.collect(),
                details,
            ],
        }
    }

    fn of(&self, class: Class) -> &[Part] {
        self.parts.get(class.place()).map(Vec::as_slice).unwrap_or_default()
    }

    fn kept(&self, class: Class, kept: &Kept) -> &[Part] {
        let number = kept.get(class.place()).copied().unwrap_or_default();
        self.of(class).get(..number).unwrap_or_else(|| self.of(class))
    }

    fn all(&self) -> Kept {
        CLASSES.map(|class| self.of(class).len())
    }

    fn render(&self, kept: &Kept) -> String {
        let mut out = self.verdict.clone();
        let blocked = self.kept(Class::Blocked, kept);
        let [foreign, untaken] = self.refused;
        let (foreign, rest) = blocked.split_at(foreign.min(blocked.len()));
        let (untaken, unconsented) = rest.split_at(untaken.min(rest.len()));
        let [owner, aws] = words::Refuser::ALL.map(words::Refuser::heading);
        let refused = foreign.len() + untaken.len();
        for (title, parts, before) in [(owner, foreign, 0), (aws, untaken, foreign.len()), (words::BLOCKED_HEADING, unconsented, refused)] {
            heading(&mut out, title, parts);
            for (index, part) in parts.iter().enumerate() {
                out.push_str(&part.text);
                if let Some(consent) = self.kept(Class::Consent, kept).get(before + index) {
                    out.push_str(&consent.text);
                }
            }
        }
        for (class, title) in
            [(Class::Weakened, "Weakens protection, with consent"), (Class::Unread, &words::unread_heading()), (Class::Note, "Notes")]
        {
            let parts = self.kept(class, kept);
            heading(&mut out, title, parts);
            out.extend(parts.iter().map(|part| part.text.as_str()));
        }
        let details = self.kept(Class::Detail, kept);
        let mut rest = details;
        while let Some(first) = rest.first() {
            let end = rest.iter().take_while(|part| part.group == first.group).count();
            let (group, others) = rest.split_at(end);
            fold(&mut out, group);
            rest = others;
        }
        out
    }

    /// The line that says what was left out.
    fn left_out(&self, kept: &Kept) -> String {
        let left: Vec<String> = CLASSES
            .into_iter()
            .map(|class| (class, self.of(class).len() - self.kept(class, kept).len()))
            .filter(|(_, left)| *left > 0)
            .map(|(class, left)| class.count(left))
            .collect();
        if left.is_empty() {
            return String::new();
        }
        format!("\n_Left out to fit: {}._\n", left.join(", "))
    }
}

fn heading(out: &mut String, title: &str, parts: &[Part]) {
    if !parts.is_empty() {
        put!(out, "\n### {title}\n\n");
    }
}

/// One block's table, folded.
fn fold(out: &mut String, rows: &[Part]) {
    let Some(first) = rows.first() else { return };
    put!(
        out,
        "\n<details>\n<summary><code>{}</code>: {}</summary>\n\n| | thing | setting | before | after | effect | reaches |\n|---|---|---|---|---|---|---|\n",
        html(&first.group),
        words::count(rows.len(), "row")
    );
    out.extend(rows.iter().map(|row| row.text.as_str()));
    out.extend(rows.iter().map(|row| row.after.as_str()));
    *out += "\n</details>\n";
}

/// Two lines: what to think of it, and Terraform's totals.
fn verdict(plan: &Plan, specs: Specs) -> String {
    let summary = plan.summary();
    let unread = words::unread(plan).len();
    let weakenings = words::weakenings(summary);
    let mut said: Vec<String> = Vec::new();
    if summary.blocked > 0 || summary.refused > 0 {
        said.push("⛔ **Blocked.**".to_owned());
    } else if unread > 0 || !plan.is_complete() {
        said.push("⚠️ **Incomplete.**".to_owned());
    } else if summary.weakenings > 0 && summary.weakenings == summary.irreversible {
        said.push("⚠️ **Cannot be undone.**".to_owned());
    } else if summary.weakenings > 0 {
        said.push("⚠️ **Weakens protection.**".to_owned());
    } else if plan.has_changes() {
        said.push("✅ **Nothing weakens protection.**".to_owned());
    } else {
        said.push("✅".to_owned());
    }
    said.extend(words::refused_whole(plan));
    said.extend(weakenings);
    if !plan.has_changes() {
        said.push(markdown(&words::no_changes(plan, specs)));
        return format!("{}\n", said.join(" "));
    }
    if unread > 0 {
        let them = if unread == 1 { "it" } else { "them" };
        said.push(format!("{unread} could not be read, so nothing is known of {them}."));
    }
    format!("{}\n\n{}\n", said.join(" "), words::totals(plan))
}

fn values(specs: Specs, action: &Action, change: &Change) -> (String, String) {
    let setting = words::setting(specs, action, change);
    (words::before_of(action, change, setting), words::after(change, setting))
}

fn weakening(specs: Specs, action: &Action, change: &Change) -> String {
    let (before, after) = values(specs, action, change);
    let mut item =
        format!("- {}: {} {} → {}, **{}**\n", code(&action.address), code(&change.setting), code(&before), code(&after), change.effect);
    let consent = words::consent(change).filter(|_| !change.is_blocked());
    for sentence in change.consequence.iter().chain(&[words::reach(specs, action, change)]).chain(&consent) {
        put!(item, "  - {}\n", prose(sentence));
    }
    item
}

/// The waiver and the flag that would let a blocked change through, as the end of its list item.
fn way_through(action: &Action, change: &Change) -> String {
    let mut text = String::new();
    if let Some(waiver) = words::waiver(change) {
        let block = fence("hcl", &waiver);
        text += "  - this in the policy lets it through:\n\n";
        for line in block.lines() {
            put!(text, "    {line}\n");
        }
        text.push('\n');
    }
    let flag = format!("{} {}", words::flag_name(change.effect), super::escape::shell(&action.address));
    text + &format!("  - for one run, this does: {}\n", code(&flag))
}

fn unread(specs: Specs, entry: &words::Unread<'_>) -> String {
    let subject = match (entry.action, entry.gaps.first()) {
        (Some(action), _) => format!("{} {}", code(&action.address), words::unread_fate(action.verb)),
        (None, Some(gap)) => markdown(&words::gap_subject(specs, gap)),
        (None, None) => return String::new(),
    };
    let mut item = format!("- {subject}\n");
    for gap in &entry.gaps {
        put!(item, "  - {}\n", markdown(&words::gap_cause(gap)));
    }
    if let Some(action) = entry.action {
        for setting in words::unreadable_settings(action, entry.gaps.is_empty()) {
            put!(item, "  - {}\n", markdown(&setting));
        }
    }
    item
}

fn details(specs: Specs, action: &Action) -> Vec<Part> {
    let marker = words::marker(action.verb);
    let mut thing = cell(action.index.as_deref().unwrap_or(&action.id.name));
    for remark in &action.remarks {
        put!(thing, "<br>{}", prose(remark).replace('|', "&#124;"));
    }
    for other in &action.also {
        put!(thing, "<br>also {}", cell(other));
    }
    if action.changes.is_empty() {
        return vec![Part {
            group: action.block.clone(),
            text: format!("| {} | {thing} | {} | | | | |\n", code(marker), words::fate(action.verb)),
            after: String::new(),
        }];
    }
    let row = |change: &Change| {
        let (mut before, mut after) = values(specs, action, change);
        let mut below = String::new();
        if let Some(lines) = lines::compare(Some(&change.before), &change.after, words::setting(specs, action, change)) {
            let lines: Vec<String> = lines.iter().map(|line| format!("{} {}", line.marker, line.text)).collect();
            below = format!("\n{} {}:\n\n{}\n", code(&action.address), code(&change.setting), fence("diff", &lines));
            (before, after) = ("(below)".to_owned(), "(below)".to_owned());
        }
        let waived = if matches!(change.consent, Consent::NotNeeded) { "" } else { " (above)" };
        Part {
            group: action.block.clone(),
            text: format!(
                "| {} | {thing} | {} | {} | {} | {}{waived} | {} |\n",
                code(marker),
                cell(&change.setting),
                cell(&before),
                cell(&after),
                if change.part_of.is_some() { String::new() } else { change.effect.to_string() },
                markdown(&if change.part_of.is_some() { String::new() } else { words::reach(specs, action, change) })
            ),
            after: below,
        }
    };
    action.changes.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{self, SPECS};
    use super::*;
    use crate::model::Verb;

    #[test]
    fn a_comment_has_the_verdict_first_and_details_folded() {
        insta::assert_snapshot!(plan(&fixture::plan(), SPECS, None), @r#"
        ⛔ **Blocked.** 3 changes weaken protection; 1 is blocked, as nobody consented to it. 2 could not be read, so nothing is known of them.

        Plan: 0 to add, 3 to change, 0 to destroy, 1 unknown, 1 could not be read.

        ### Blocked, as nobody consented

        - `aws_dynamodb_table.sales["C"]`: `point_in_time_recovery.enabled` `true` → `false`, **loses data**
          - the whole history since 2026-10-17 is deleted at once
          - reaches existing recovery points; policy.hcl:12:5
          - this in the policy lets it through:

            ```hcl
            waiver "sales-pitr" {
              address     = "aws_dynamodb_table.sales[\"C\"]"
              setting     = "point_in_time_recovery.enabled"
              to          = false
              reason      = ""
              approved_by = ""
              expires     = "2026-12-21"
            }
            ```

          - for one run, this does: `--allow-weakening 'aws_dynamodb_table.sales["C"]'`

        ### Weakens protection, with consent

        - `aws_dynamodb_table.sales["B"]`: `point_in_time_recovery.recovery_period_in_days` `35` → `7`, **loses data**
          - reaches existing recovery points; policy.hcl:12:5
          - waived by `shorter` until 2027-03-31, approved by data-platform: rebuilt nightly
        - `aws_dynamodb_table.sales["C"]`: `deletion_protection_enabled` `true` → `false`, **weakens**
          - reaches only what comes later; policy.hcl:12:5
          - consented to by --allow-weakening

        ### Could not be read, so this is unknown, not fine (BKS0301)

        - `aws_dynamodb_table.sales["D"]` is unknown, so apply leaves it alone
          - dynamodb:DescribeContinuousBackups was denied: User: arn:aws:iam::123456789012:user/ci is not authorized
          - unknown: point\_in\_time\_recovery.enabled
        - DynamoDB tables (us-east-1, target primary)
          - dynamodb:DescribeContinuousBackups was denied: User: arn:aws:iam::123456789012:user/ci is not authorized

        ### Notes

        - `BKS0113`: waiver `old` is not used

        <details>
        <summary><code>aws_dynamodb_table.sales</code>: 5 rows</summary>

        | | thing | setting | before | after | effect | reaches |
        |---|---|---|---|---|---|---|
        | `~` | `A` | `point_in_time_recovery.enabled` | `false` | `true` | strengthens | reaches only what comes later; policy.hcl:12:5 |
        | `~` | `A` | `point_in_time_recovery.recovery_period_in_days` | `(none)` | `35` | strengthens | reaches only what comes later; not in the policy: AWS's default, which comes along with another change |
        | `~` | `B`<br>replica of the table in us-west-2 | `point_in_time_recovery.recovery_period_in_days` | `35` | `7` | loses data (above) | reaches existing recovery points; policy.hcl:12:5 |
        | `~` | `C` | `deletion_protection_enabled` | `true` | `false` | weakens (above) | reaches only what comes later; policy.hcl:12:5 |
        | `~` | `C` | `point_in_time_recovery.enabled` | `true` | `false` | loses data (above) | reaches existing recovery points; policy.hcl:12:5 |

        </details>
        "#);
    }

    #[test]
    fn a_short_comment_keeps_the_verdict_and_counts_what_it_leaves_out() {
        let full = plan(&fixture::plan(), SPECS, None);
        insta::assert_snapshot!(plan(&fixture::plan(), SPECS, Some(full.len() - 1)).lines().rev().take(12).collect::<Vec<_>>().join("\n"), @"
        _Left out to fit: 1 row._

        </details>

        | `~` | `C` | `deletion_protection_enabled` | `true` | `false` | weakens (above) | reaches only what comes later; policy.hcl:12:5 |
        | `~` | `B`<br>replica of the table in us-west-2 | `point_in_time_recovery.recovery_period_in_days` | `35` | `7` | loses data (above) | reaches existing recovery points; policy.hcl:12:5 |
        | `~` | `A` | `point_in_time_recovery.recovery_period_in_days` | `(none)` | `35` | strengthens | reaches only what comes later; not in the policy: AWS's default, which comes along with another change |
        | `~` | `A` | `point_in_time_recovery.enabled` | `false` | `true` | strengthens | reaches only what comes later; policy.hcl:12:5 |
        |---|---|---|---|---|---|---|
        | | thing | setting | before | after | effect | reaches |

        <summary><code>aws_dynamodb_table.sales</code>: 4 rows</summary>
        ");
        insta::assert_snapshot!(plan(&fixture::plan(), SPECS, Some(600)), @r#"
        ⛔ **Blocked.** 3 changes weaken protection; 1 is blocked, as nobody consented to it. 2 could not be read, so nothing is known of them.

        Plan: 0 to add, 3 to change, 0 to destroy, 1 unknown, 1 could not be read.

        ### Blocked, as nobody consented

        - `aws_dynamodb_table.sales["C"]`: `point_in_time_recovery.enabled` `true` → `false`, **loses data**
          - the whole history since 2026-10-17 is deleted at once
          - reaches existing recovery points; policy.hcl:12:5

        _Left out to fit: 2 unread entries, 1 way to consent, 2 consented weakenings, 1 note, 5 rows._
        "#);
    }

    #[test]
    fn nothing_to_do_is_one_line() {
        let quiet = fixture::of(vec![fixture::action("A", Verb::NoOp, Vec::new())]);
        assert_eq!(plan(&quiet, SPECS, None), "✅ No changes. 1 DynamoDB table is as the policy declares.\n");
    }
}
