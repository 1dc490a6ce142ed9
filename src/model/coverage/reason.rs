//! Why something is not protected.

use serde::{Deserialize, Serialize};

/// Why something is not protected, or one of the reasons.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reason {
    /// Which reason.
    pub code: ReasonCode,
    /// What is so, in a sentence.
    pub what: String,
    /// What to do.
    pub mend: String,
}

/// The reasons, the one that a reader can most easily mend first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// A selection wants a tag that the thing nearly has: in another case, or in another spelling.
    NearMiss,
    /// A selection brings it in, and leaves it out again by `not_resources`.
    LeftOut,
    /// A selection brings it in, and a condition keeps it out.
    ConditionNotMet,
    /// A selection chooses it by tag or pattern, and its type is not opted in to.
    OptInOff,
    /// A selection chooses it, and AWS Backup has no such type in the region.
    TypeNotInRegion,
    /// A selection chooses it, and AWS Backup cannot assume the selection's role.
    RoleRefused,
    /// A selection chooses it, and the plan's rules cannot back it up: no rule, or no vault.
    PlanBroken,
    /// A selection chooses it, and the thing is set up so that every backup of it fails.
    CannotBeBackedUp,
    /// A mechanism of its own is switched off.
    SwitchedOff,
    /// What there is protects only a part of it.
    OnlyPart,
    /// Earlier versions stay, in the same store and for whoever may delete them.
    VersionsOnly,
    /// Copies take every delete at once.
    ReplicasOnly,
    /// No selection's pattern or tag chooses it.
    NoTagMatched,
    /// There is no selection in its region and account.
    NoSelection,
    /// AWS Backup does not back up such things at all.
    TypeNotSupported,
}

impl ReasonCode {
    /// The code as programs read it: `near_miss`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NearMiss => "near_miss",
            Self::LeftOut => "left_out",
            Self::ConditionNotMet => "condition_not_met",
            Self::OptInOff => "opt_in_off",
            Self::TypeNotInRegion => "type_not_in_region",
            Self::RoleRefused => "role_refused",
            Self::PlanBroken => "plan_broken",
            Self::CannotBeBackedUp => "cannot_be_backed_up",
            Self::SwitchedOff => "switched_off",
            Self::OnlyPart => "only_part",
            Self::VersionsOnly => "versions_only",
            Self::ReplicasOnly => "replicas_only",
            Self::NoTagMatched => "no_tag_matched",
            Self::NoSelection => "no_selection",
            Self::TypeNotSupported => "type_not_supported",
        }
    }
}
