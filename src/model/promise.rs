//! What tiers promise of things, and whether it is kept.

use super::source::Position;
use serde::{Deserialize, Serialize};

/// Whether a promise is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is.
    Met,
    /// Nobody can prove that it is: AWS promises nothing, or it could not be read.
    Unprovable,
    /// It is not.
    NotMet,
}

/// One promise about one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// Which promise: `rpo`, `copies.regions`.
    pub promise: String,
    /// What is promised: `1h`, `35 days`.
    pub wants: String,
    /// What there is; `None` where nobody can say.
    pub has: Option<String>,
    /// What is promised in seconds, where it is a length of time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wants_seconds: Option<i64>,
    /// What there is in seconds, where it is a length of time that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_seconds: Option<i64>,
    /// Whether it is kept.
    pub standing: Standing,
    /// What keeps or breaks it: a rule of a plan, point-in-time recovery.
    pub by: Option<String>,
    /// How that was worked out, or why nobody can say.
    pub why: Vec<String>,
    /// What would mend it, where it is not kept.
    pub mend: Option<String>,
    /// Where the tier says so.
    pub because: Position,
}

/// What is promised of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promised {
    /// The account that it is in.
    pub account: String,
    /// The region that it is in.
    pub region: String,
    /// Its kind.
    pub kind: String,
    /// Its name in AWS.
    pub name: String,
    /// The target that read it.
    pub target: String,
    /// The tier that it is in.
    pub tier: String,
    /// What puts it there: the block, or its tags.
    pub assigned_by: String,
    /// The worst of its promises.
    pub standing: Standing,
    /// Each promise.
    pub promises: Vec<Promise>,
}

/// All that tiers promise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promises {
    /// The things that are in a tier, by account, region, kind and name.
    pub things: Vec<Promised>,
    /// The things that are in none, as `KIND NAME (REGION, ACCOUNT)`; empty where the policy has no tier.
    pub in_no_tier: Vec<String>,
    /// The things that are in several tiers, of which each is judged.
    pub in_several_tiers: Vec<String>,
}

impl Promises {
    /// How many promises stand that way.
    pub fn count(&self, standing: Standing) -> usize {
        self.things.iter().flat_map(|thing| &thing.promises).filter(|promise| promise.standing == standing).count()
    }
}

impl Promise {
    /// What a tier can promise, by the names that reports and controls have for it.
    pub const NAMES: [&'static str; 11] = [
        "copies.accounts",
        "copies.regions",
        "copies.rpo",
        "copies.rpo.now",
        "drill",
        "immutable",
        "retention",
        "retention.now",
        "rpo",
        "rpo.now",
        "rto",
    ];
}
