//! The calendar of what a policy declares: what runs when.

use jiff::Timestamp;
use serde::Serialize;

/// What runs when, within a span of days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Agenda {
    /// Runs after this are shown.
    pub from: Timestamp,
    /// And up to this.
    pub until: Timestamp,
    /// How many days that is.
    pub days: i64,
    /// What runs, in the order of addresses.
    pub entries: Vec<AgendaEntry>,
}

/// One thing that is done again and again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AgendaEntry {
    /// The address of the block.
    pub address: String,
    /// The block or setting in it, such as `rule["daily"]`; empty for the whole.
    pub at: String,
    /// The targets that it is declared for, by name.
    pub targets: Vec<String>,
    /// What is done: `backs up into vault "daily"`.
    pub does: String,
    /// When, in words: `every day at 02:00 Europe/Berlin`.
    pub says: String,
    /// The schedule expression; none where AWS chooses the times.
    pub expression: Option<String>,
    /// Where its times are read; none where AWS chooses them.
    pub zone: Option<String>,
    /// How many minutes after its time it may still begin.
    pub start_window_minutes: Option<u32>,
    /// How many minutes after its beginning it must be done.
    pub completion_window_minutes: Option<u32>,
    /// Why it does not run: it is turned off.
    pub asleep: Option<String>,
    /// How many runs there are; none where AWS chooses the times.
    pub count: Option<u64>,
    /// The last run.
    pub last: Option<AgendaRun>,
    /// The longest time between two runs that follow each other.
    pub longest_gap: Option<AgendaGap>,
    /// What the clocks do to runs, as sentences.
    pub clocks: Vec<String>,
    /// The first runs, in order; fewer than `count` where there are many.
    pub runs: Vec<AgendaRun>,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AgendaRun {
    /// The instant.
    pub utc: Timestamp,
    /// The same in the zone of its schedule, with the offset: `2026-11-22T02:00:00+01:00`.
    pub local: String,
}

/// The time between two runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AgendaGap {
    /// The run before.
    pub from: Timestamp,
    /// The run after.
    pub to: Timestamp,
    /// How long that is.
    pub seconds: i64,
    /// The same in words: `24h`, `61d 1h`.
    pub says: String,
}

impl AgendaEntry {
    /// The block, and within it the part: `aws_backup_plan.daily rule["nightly"]`.
    pub fn what(&self) -> String {
        if self.at.is_empty() { self.address.clone() } else { format!("{} {}", self.address, self.at) }
    }
}

impl Agenda {
    /// How many runs there are in all, as far as the policy declares their times.
    pub fn count(&self) -> u64 {
        self.entries.iter().filter_map(|entry| entry.count).fold(0, u64::saturating_add)
    }
}
