//! What a change does to recoverability.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a change does to recoverability, from harmless to final, so that the effect of several changes is their maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// More can be recovered, or a guard is put up.
    Strengthens,
    /// Neither more nor less.
    Neutral,
    /// Less will be recoverable later, or a guard is taken away. Needs consent.
    Weakens,
    /// Recovery points that exist now are lost. Needs consent.
    LosesData,
    /// Nobody can undo it. Needs its own consent.
    Irreversible,
}

impl Effect {
    /// The word that is printed: `loses data`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strengthens => "strengthens",
            Self::Neutral => "neutral",
            Self::Weakens => "weakens",
            Self::LosesData => "loses data",
            Self::Irreversible => "irreversible",
        }
    }

    /// Whether a change of this effect needs somebody's consent.
    pub fn needs_consent(self) -> bool {
        self >= Self::Weakens
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}
