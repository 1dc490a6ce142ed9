//! AWS Backup's rules across the settings of a plan.

use super::{COLD_AFTER, CONTINUOUS, COPY, DELETE_AFTER, RULE, SCHEDULE, advanced, hours};
use crate::kinds::Concern;
use crate::model::{Code, Severity, Value, Wanted, count, path};
use crate::time::{Windowed, Windows, counted_year, overlaps};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Cold storage is billed for so many days at least, so a recovery point may not go before.
const COLD_DAYS: i64 = 90;
const MOST_RULES: usize = 10;
const MOST_COPIES: usize = 5;
/// The longest retention of continuous backup.
const CONTINUOUS_DAYS: i64 = 35;

/// The declared rules, with what is looked up in them.
struct Rules<'a> {
    wanted: &'a BTreeMap<String, Wanted>,
    concerns: Vec<Concern>,
}

/// What is wrong with a plan.
pub(super) fn check(wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
    let mut rules = Rules { wanted, concerns: Vec::new() };
    let names = rules.keys(RULE);
    rules.how_many(&names);
    for rule in &names {
        rules.one(rule);
    }
    for (at, one) in names.iter().enumerate() {
        for other in names.iter().skip(at + 1) {
            rules.overlap(one, other);
        }
    }
    rules.concerns.extend(advanced::check(wanted));
    rules.concerns
}

/// The name in a block's path.
fn name(block: &str) -> String {
    path::segments(block).into_iter().next_back().and_then(|segment| segment.key).unwrap_or_default()
}

impl Rules<'_> {
    /// The paths of the declared blocks of a name.
    fn keys(&self, block: &str) -> Vec<String> {
        let is_one = |path: &&String| path.starts_with(&format!("{block}[")) && path.ends_with(']');
        self.wanted.keys().filter(is_one).filter(|path| path::segments(path).len() == path::segments(block).len()).cloned().collect()
    }

    fn value(&self, block: &str, setting: &str) -> Option<&Value> {
        self.wanted.get(&path::child(block, setting)).map(|wanted| &wanted.value)
    }

    fn days(&self, block: &str, setting: &str) -> Option<i64> {
        self.value(block, setting).and_then(Value::as_i64)
    }

    fn say(&mut self, code: Code, severity: Severity, at: String, title: String, help: String) {
        self.concerns.push(Concern { code, severity, title, at, also: None, help });
    }

    fn how_many(&mut self, names: &[String]) {
        if names.is_empty() {
            let help = "add a `rule { … }` block".to_owned();
            self.say(Code::Missing, Severity::Error, String::new(), "a backup plan needs at least one `rule`".to_owned(), help);
        }
        if let Some(extra) = names.get(MOST_RULES) {
            let title = format!("a backup plan takes {MOST_RULES} rules, found {}", names.len());
            self.say(Code::OutOfRange, Severity::Error, extra.clone(), title, "move some of them into a second plan".to_owned());
        }
    }

    fn one(&mut self, rule: &str) {
        let name = name(rule);
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if !(1..=50).contains(&name.chars().count()) || !name.chars().all(fits) {
            let title = format!("`{name}` cannot be the name of a rule");
            let help = "a rule's name is 1 to 50 letters, digits, `-`, `_` and `.` (AWS Backup API BackupRuleInput)".to_owned();
            self.say(Code::OutOfRange, Severity::Error, rule.to_owned(), title, help);
        }
        self.lifecycle(rule, &format!("rule \"{name}\""));
        self.continuous(rule, &name);
        self.windows(rule, &name);
        let copies = self.keys(&path::child(rule, COPY));
        if let Some(extra) = copies.get(MOST_COPIES) {
            let title = format!("rule \"{name}\" takes {MOST_COPIES} copies, found {}", copies.len());
            self.say(Code::OutOfRange, Severity::Error, extra.clone(), title, "move some of them into another rule".to_owned());
        }
        for copy in &copies {
            self.copy(rule, &name, copy);
        }
    }

    fn lifecycle(&mut self, block: &str, what: &str) {
        let (Some(cold), Some(delete)) = (self.days(block, COLD_AFTER), self.days(block, DELETE_AFTER)) else { return };
        if delete < cold + COLD_DAYS {
            let after = count(cold, "day");
            let title = format!(
                "{what} moves to cold storage after {after} and deletes after {delete}: AWS asks for {COLD_DAYS} days between them"
            );
            let help = format!("raise `delete_after` to {} or more, or leave out `cold_storage_after`", cold + COLD_DAYS);
            self.say(Code::ColdTooShort, Severity::Error, path::child(block, DELETE_AFTER), title, help);
        }
    }

    fn continuous(&mut self, rule: &str, name: &str) {
        if self.value(rule, CONTINUOUS) != Some(&Value::Bool(true)) {
            return;
        }
        let at = path::child(rule, CONTINUOUS);
        match self.days(rule, DELETE_AFTER) {
            Some(days) if days <= CONTINUOUS_DAYS => {}
            found => {
                let found = found.map_or_else(|| "has none".to_owned(), |days| format!("has {days}"));
                let title = format!("continuous backup needs a `delete_after` of 1 to {CONTINUOUS_DAYS} days, and rule \"{name}\" {found}");
                let help =
                    format!("write `lifecycle {{ delete_after = {CONTINUOUS_DAYS} }}`; what must be kept longer needs a rule of its own");
                self.say(Code::Continuous, Severity::Error, at.clone(), title, help);
            }
        }
        if self.value(rule, COLD_AFTER).is_some() {
            let title = format!("continuous backup has no cold storage, and rule \"{name}\" asks for it");
            let help = "leave out `cold_storage_after`, or move to a rule without continuous backup".to_owned();
            self.say(Code::Continuous, Severity::Error, path::child(rule, COLD_AFTER), title, help);
        }
    }

    fn windows(&mut self, rule: &str, name: &str) {
        let minutes = |setting: &str| self.days(rule, setting).and_then(|minutes| u32::try_from(minutes).ok());
        let (start, completion) = (minutes("start_window"), minutes("completion_window"));
        let Err(misfit) = Windows::new(start, completion) else { return };
        if !misfit.is_start {
            let title = format!("the `completion_window` of rule \"{name}\" {}", misfit.message);
            self.say(Code::Windows, Severity::Warning, path::child(rule, "completion_window"), title, misfit.help);
        }
    }

    fn copy(&mut self, rule: &str, name: &str, copy: &str) {
        let destination = self::name(copy);
        let is_vault = destination.starts_with("arn:") && destination.contains(":backup:") && destination.contains(":backup-vault:");
        // A value that is known only after apply is no ARN yet.
        if !is_vault && !destination.starts_with('(') {
            let title = format!("`destination_vault_arn` must be the ARN of a vault, found \"{destination}\"");
            let help = "write the `arn` of a vault's block, or `arn:aws:backup:REGION:ACCOUNT:backup-vault:NAME`".to_owned();
            self.say(Code::OutOfRange, Severity::Error, copy.to_owned(), title, help);
        }
        self.lifecycle(copy, &format!("the copy to {destination}"));
        let has_lifecycle = self.value(copy, DELETE_AFTER).is_some() || self.value(copy, COLD_AFTER).is_some();
        if !has_lifecycle && self.value(rule, DELETE_AFTER).is_some() {
            let title = format!(
                "the copy of rule \"{name}\" to {destination} says nothing of its retention, and AWS's documents disagree on what that means"
            );
            let help =
                "write `lifecycle { delete_after = … }` into the `copy_action`; without it the copy may be kept, and billed, for ever"
                    .to_owned();
            self.say(Code::CopyRetention, Severity::Warning, copy.to_owned(), title, help);
        }
        if let Some(cold) = self.days(rule, COLD_AFTER).filter(|cold| *cold <= 1) {
            let title =
                format!("recovery points of rule \"{name}\" move to cold storage after {cold} day, and from there nothing can be copied");
            let help = "raise `cold_storage_after` above the time that backup and copy take together".to_owned();
            self.say(Code::ColdTooShort, Severity::Warning, path::child(rule, COLD_AFTER), title, help);
        }
    }

    /// Of two rules whose start windows overlap AWS keeps only the backup of the one with the longer retention.
    fn overlap(&mut self, one: &str, other: &str) {
        // The one with the shorter retention is the one that loses; absent is for ever.
        let retention = |rule: &str| self.days(rule, DELETE_AFTER).unwrap_or(i64::MAX);
        let (loser, winner) = if retention(one) <= retention(other) { (one, other) } else { (other, one) };
        let (Some(short), Some(long)) = (hours::starts(self.wanted, loser), hours::starts(self.wanted, winner)) else { return };
        let (from, until) = counted_year();
        let one = Windowed { schedule: &short.schedule, zone: &short.zone, start: short.window };
        let other = Windowed { schedule: &long.schedule, zone: &long.zone, start: long.window };
        let mut lost: Vec<Timestamp> = overlaps(one, other, from, until).map(|overlap| overlap.one).collect();
        lost.dedup();
        let runs = short.schedule.runs(from, &short.zone).take_while(|run| *run <= until).count();
        let (Some(first), true) = (lost.first(), runs > 0) else { return };
        let (dropped, kept) = (name(loser), name(winner));
        let title = format!(
            "the start windows of the rules \"{dropped}\" and \"{kept}\" overlap, and then AWS makes only the backup of \"{kept}\", which is kept longer: {} of {runs} runs of \"{dropped}\" in a year make none (such as {})",
            lost.len(),
            first.strftime("%A %H:%M UTC"),
        );
        let help = "make the start windows shorter (`start_window`, at least 60 minutes) or move the schedules apart, so that one window ends before the next begins".to_owned();
        let at = path::child(loser, SCHEDULE);
        let also = Some((path::child(winner, SCHEDULE), format!("the schedule of \"{kept}\"")));
        self.concerns.push(Concern { code: Code::Overlap, severity: Severity::Warning, title, at, also, help });
    }
}
