//! The table of kinds and directions, which is printed whatever it says, and fails on what nobody has explained.

use super::peculiarities::{self, Peculiarity};
use crate::support::{Ran, say};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// What one of the two does that the other looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Direction {
    /// Terraform creates, and backstay adopts.
    Adopted,
    /// backstay changes one setting, and Terraform sees just that.
    Seen,
    /// backstay makes it, and Terraform imports it.
    Imported,
}

impl Direction {
    const ALL: [Self; 3] = [Self::Adopted, Self::Seen, Self::Imported];

    const fn title(self) -> &'static str {
        match self {
            Self::Adopted => "created by Terraform, adopted",
            Self::Seen => "changed by backstay, seen by Terraform",
            Self::Imported => "made by backstay, imported by Terraform",
        }
    }
}

/// What came of every kind.
pub(super) struct Table {
    endpoint: &'static str,
    /// The differences of what was looked at; none where both agree.
    cells: BTreeMap<(String, Direction), Vec<String>>,
    /// The places among the peculiarities of those that occurred.
    met: BTreeSet<usize>,
}

impl Table {
    pub(super) fn new(endpoint: &'static str) -> Self {
        Self { endpoint, cells: BTreeMap::new(), met: BTreeSet::new() }
    }

    /// A kind was looked at.
    pub(super) fn looked_at(&mut self, kind: &str, direction: Direction) {
        self.cells.entry((kind.to_owned(), direction)).or_default();
    }

    /// A resource of Terraform's differs in something, which its own peculiarities may explain.
    pub(super) fn differs(&mut self, address: &str, direction: Direction, difference: &str) {
        let of = address.split('.').next().unwrap_or_default();
        let Some(kind) = kind_of(of) else { return };
        let cell = self.cells.entry((kind, direction)).or_default();
        let at = difference.split(": ").next().unwrap_or_default();
        let explains = |entry: &Peculiarity| {
            [peculiarities::TERRAFORM, self.endpoint].contains(&entry.whose) && (entry.direction, entry.of, entry.at) == (direction, of, at)
        };
        match peculiarities::ALL.iter().position(explains) {
            Some(entry) => drop(self.met.insert(entry)),
            None => cell.push(format!("{address} {difference}")),
        }
    }

    /// Whether a kind differs in what is explained.
    fn met_of(&self, kind: &str, direction: Direction) -> bool {
        let met = self.met.iter().filter_map(|place| peculiarities::ALL.get(*place));
        met.filter(|entry| entry.direction == direction).any(|entry| kind_of(entry.of).as_deref() == Some(kind))
    }

    /// Prints it.
    ///
    /// # Panics
    ///
    /// They disagree, or nobody looked at one of these kinds; or a peculiarity that must occur did not.
    pub(super) fn finish(self, kinds: &BTreeSet<String>) {
        let mut wrong = Vec::new();
        let line = |cells: [&str; 4]| say(&format!("REFEREE: {:<47} {:<31} {:<40} {}", cells[0], cells[1], cells[2], cells[3]));
        let [adopted, seen, imported] = Direction::ALL.map(Direction::title);
        line([&format!("over {}", self.endpoint), adopted, seen, imported]);
        for kind in every_kind() {
            let cell = |direction: Direction| match self.cells.get(&(kind.clone(), direction)) {
                Some(differences) if differences.is_empty() && self.met_of(&kind, direction) => "agree but for (below)",
                Some(differences) if differences.is_empty() => "agree",
                Some(_) => "DISAGREE",
                None => "not carried",
            };
            line([&kind, cell(Direction::Adopted), cell(Direction::Seen), cell(Direction::Imported)]);
            for direction in Direction::ALL {
                match self.cells.get(&(kind.clone(), direction)) {
                    Some(differences) => wrong.extend(differences.iter().map(|difference| format!("{}: {difference}", direction.title()))),
                    None if kinds.contains(&kind) => {
                        wrong.push(format!("{}: nobody looked at {kind}", direction.title()));
                    }
                    None => {}
                }
            }
        }
        for (place, entry) in peculiarities::ALL.iter().enumerate() {
            // Of an endpoint that carries only some kinds nothing of Terraform's must occur.
            let must = entry.whose == self.endpoint || (entry.whose == peculiarities::TERRAFORM && kinds.len() > PART);
            if self.met.contains(&place) {
                say(&format!("REFEREE: {}'s own: {}{}: {}", entry.whose, entry.of, entry.at, entry.reason));
            } else if must {
                wrong.push(format!("{}{} no longer differs: take it out of the peculiarities", entry.of, entry.at));
            }
        }
        for difference in &wrong {
            say(&format!("REFEREE: {difference}"));
        }
        assert!(wrong.is_empty(), "over {} they disagree:\n{}", self.endpoint, wrong.join("\n"));
    }
}

/// Fewer kinds than this are not all.
const PART: usize = 20;

/// The kind that a type of Terraform's belongs to; none where backstay has none for it.
pub(super) fn kind_of(of: &str) -> Option<String> {
    let kind = match of {
        "aws_cloudwatch_event_bus" => return None,
        "aws_sns_topic_policy" | "aws_sns_topic_subscription" => "aws_sns_topic",
        "aws_efs_backup_policy" => "aws_efs_file_system",
        of if of.starts_with("aws_s3_bucket_") => "aws_s3_bucket",
        of => of,
    };
    Some(kind.to_owned())
}

/// All kinds of backstay's that the provider knows.
pub(super) fn every_kind() -> BTreeSet<String> {
    let schema = Ran::of(Command::new(env!("CARGO_BIN_EXE_backstay")).arg("schema")).exits(0);
    let first = schema.out.lines().filter_map(|line| line.split_whitespace().next());
    let kinds: BTreeSet<String> = first.filter(|kind| kind.starts_with("aws_")).map(str::to_owned).collect();
    assert!(kinds.len() > PART, "{schema}");
    kinds
}
