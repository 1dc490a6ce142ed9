//! What controls found, and what that says of the requirements of frameworks.

use super::control::{ControlSeverity, ControlVerdict};
use super::coverage::Covered;
use super::source::Position;
use std::sync::Arc;

/// What controls found of all things.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// The things that any of them looked at, by account, region, kind and name.
    pub things: Vec<Examined>,
    /// The controls, by id.
    pub controls: Vec<ControlOutcome>,
    /// The frameworks, by key.
    pub frameworks: Vec<FrameworkOutcome>,
}

/// A thing that controls looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Examined {
    /// The account that it is in.
    pub account: String,
    /// The region that it is in.
    pub region: String,
    /// Its kind.
    pub kind: String,
    /// Its name in AWS; `*` stands for things that could not be listed.
    pub name: String,
    /// The target that read it.
    pub target: String,
    /// Its ARN, where that is known.
    pub arn: Option<String>,
}

impl From<&Covered> for Examined {
    fn from(covered: &Covered) -> Self {
        Self {
            account: covered.account.clone(),
            region: covered.region.clone(),
            kind: covered.kind.clone(),
            name: covered.name.clone(),
            target: covered.target.clone(),
            arn: covered.arn.clone(),
        }
    }
}

/// What one control found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlOutcome {
    /// Its id.
    pub id: String,
    /// What must hold.
    pub title: String,
    /// How bad it is where it does not.
    pub severity: ControlSeverity,
    /// What to do where it does not.
    pub remediation: Option<String>,
    /// The condition as it is written.
    pub condition: String,
    /// The requirements that it serves: framework and id.
    pub requirements: Vec<(String, String)>,
    /// Where its block stands.
    pub at: Position,
    /// What comes out for all things together.
    pub verdict: ControlVerdict,
    /// What it found of each thing, in their order.
    pub findings: Vec<Finding>,
}

/// What a control found of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The thing's place in [`Findings::things`].
    pub thing: usize,
    /// The verdict.
    pub verdict: ControlVerdict,
    /// Why nobody can say, where that is so.
    pub unknown: Option<Ignorance>,
    /// What it looked at: the name behind `resource`, and the value.
    pub evidence: Vec<(Arc<str>, Arc<str>)>,
}

/// Why nobody can say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ignorance {
    /// Of which sort.
    pub sort: IgnoranceSort,
    /// In a sentence.
    pub why: Arc<str>,
}

/// Why nobody can say, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IgnoranceSort {
    /// The expression of the control fails.
    Failed,
    /// It could not be read.
    Unread,
    /// AWS promises nothing.
    Unprovable,
    /// Audits do not look at it yet.
    NotLookedAt,
}

impl IgnoranceSort {
    /// The word as programs read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Unread => "unread",
            Self::Unprovable => "unprovable",
            Self::NotLookedAt => "not_looked_at",
        }
    }

    /// Whether the audit is incomplete by it: another run, or another caller, could know.
    pub fn is_incomplete(self) -> bool {
        matches!(self, Self::Failed | Self::Unread)
    }
}

/// What controls say of a framework.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameworkOutcome {
    /// Its key.
    pub key: String,
    /// Its title; the key of one that nobody here knows.
    pub title: String,
    /// Its version.
    pub version: Option<String>,
    /// What it asks, the worst first.
    pub requirements: Vec<RequirementOutcome>,
}

/// What controls say of a requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequirementOutcome {
    /// Its id.
    pub id: String,
    /// What it is about, in our words.
    pub about: String,
    /// Whether its id was confirmed against the framework's own text.
    pub is_confirmed: bool,
    /// PASS only where every control under it passed or did not apply, and one passed.
    pub verdict: ControlVerdict,
    /// The ids of the controls under it.
    pub controls: Vec<String>,
    /// Those of them that applied to nothing, so that its verdict says nothing of what they ask.
    pub not_applicable: Vec<String>,
}

impl RequirementOutcome {
    /// The controls under it in words, those apart that applied to nothing where others did.
    pub fn under(&self) -> String {
        let is_mute = |id: &&String| self.not_applicable.contains(id);
        let asked: Vec<&str> = self.controls.iter().filter(|id| !is_mute(id)).map(String::as_str).collect();
        match (asked.as_slice(), self.not_applicable.as_slice()) {
            ([], _) | (_, []) => self.controls.join(", "),
            (asked, mute) => format!("{}; not applicable: {}", asked.join(", "), mute.join(", ")),
        }
    }
}

impl Findings {
    /// Whether controls were asked at all.
    pub fn is_empty(&self) -> bool {
        self.controls.is_empty()
    }

    /// How many findings there are of a verdict.
    pub fn count(&self, verdict: ControlVerdict) -> usize {
        self.controls.iter().flat_map(|control| &control.findings).filter(|finding| finding.verdict == verdict).count()
    }

    /// Whether nothing is unknown that could have been read.
    pub fn is_complete(&self) -> bool {
        let mut all = self.controls.iter().flat_map(|control| &control.findings).filter_map(|finding| finding.unknown.as_ref());
        !all.any(|unknown| unknown.sort.is_incomplete())
    }
}

impl ControlVerdict {
    /// What several verdicts come to: any FAIL fails, any UNKNOWN leaves it unknown, and without a PASS it does not apply.
    pub fn together(all: impl IntoIterator<Item = Self>) -> Self {
        let rank = |verdict: Self| match verdict {
            Self::Fail => 0,
            Self::Unknown => 1,
            Self::Pass => 2,
            Self::NotApplicable => 3,
        };
        all.into_iter().min_by_key(|verdict| rank(*verdict)).unwrap_or(Self::NotApplicable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_takes_a_pass_and_nothing_unknown() {
        use ControlVerdict::{Fail, NotApplicable, Pass, Unknown};
        assert_eq!(ControlVerdict::together([Pass, NotApplicable]), Pass);
        assert_eq!(ControlVerdict::together([Pass, Unknown]), Unknown);
        assert_eq!(ControlVerdict::together([Unknown, Fail, Pass]), Fail);
        assert_eq!(ControlVerdict::together([NotApplicable, NotApplicable]), NotApplicable);
        assert_eq!(ControlVerdict::together([]), NotApplicable);
    }
}
