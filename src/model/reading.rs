//! What was read of live AWS, and what could not be.

use super::evidence::Evidence;
use super::organization::Accounts;
use super::outside::Outside;
use super::spec::Fallback;
use super::value::Value;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What one read learned about one setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// AWS said so.
    Known(Value),
    /// Nobody set it: AWS's default is in force.
    Unset,
    /// It could not be read, so nothing may be concluded.
    Unreadable {
        /// Why, in a sentence.
        cause: String,
    },
}

impl Reading {
    /// Why it could not be read, if that is so.
    pub fn cause(&self) -> Option<&str> {
        match self {
            Self::Unreadable { cause } => Some(cause),
            Self::Known(_) | Self::Unset => None,
        }
    }

    /// The value in force, `None` where it could not be read.
    pub fn effective(&self, aws_default: Fallback) -> Option<Value> {
        match self {
            Self::Known(value) => Some(value.clone()),
            Self::Unset => Some(aws_default.into()),
            Self::Unreadable { .. } => None,
        }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(value) => write!(out, "{value}"),
            Self::Unset => out.write_str("(unset)"),
            Self::Unreadable { .. } => out.write_str("(unknown)"),
        }
    }
}

/// One thing in AWS: which kind, where, and its name there.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ResourceId {
    /// The kind: `aws_dynamodb_table`.
    pub kind: String,
    /// The target whose credentials reach it.
    pub target: String,
    /// The region it lives in, which for a replica is not its target's.
    pub region: String,
    /// Its name in AWS.
    pub name: String,
}

/// The ownership mark of a thing: who made it, and for which block.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mark {
    /// The owner name.
    pub workspace: String,
    /// The block's address, in the characters that tags allow.
    pub address: String,
}

impl Mark {
    /// The tag that holds the owner name.
    pub const WORKSPACE: &'static str = "backstay:workspace";
    /// The tag that holds the address.
    pub const ADDRESS: &'static str = "backstay:address";

    /// What the ids of all rules begin with that carry the mark of any owner.
    pub const OF_RULES: &'static str = "backstay:";
    /// The argument of a block of such rules that says that its rule is known by another id, and carries no mark.
    pub const RULE_ID: &'static str = "id";

    /// The id of a rule of an owner in a thing of others, where each is told from others' rules by its id.
    pub fn of_rule(workspace: &str, name: &str) -> String {
        format!("{}{workspace}:{name}", Self::OF_RULES)
    }

    /// The name of such a rule, whoever owns it; none where the id is another.
    pub fn name_of_rule(id: &str) -> Option<&str> {
        id.strip_prefix("backstay:")?.split_once(':').map(|(_, name)| name).filter(|name| !name.is_empty())
    }

    /// Reads a mark out of tags, and takes away from them what is not the user's: the mark, and AWS's own tags.
    pub fn take(tags: &mut BTreeMap<String, String>) -> Option<Self> {
        let workspace = tags.remove(Self::WORKSPACE);
        let address = tags.remove(Self::ADDRESS);
        tags.retain(|key, _| !key.starts_with("aws:"));
        Some(Self { workspace: workspace?, address: address.unwrap_or_default() })
    }

    /// The tags that say it.
    pub fn tags(&self) -> [(&'static str, &str); 2] {
        [(Self::WORKSPACE, &self.workspace), (Self::ADDRESS, &self.address)]
    }
}

/// One live thing, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    /// Which thing.
    pub id: ResourceId,
    /// The region of the thing whose replica this is; `None` for a thing that was selected itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replica_of: Option<String>,
    /// The other regions that it is replicated to; `None` where that was not asked or could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<Vec<String>>,
    /// Its ARN, where reading learned it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// Whose it is, of a thing that backstay can own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// What was read of its settings, by path. A setting that nobody asked for is not there.
    pub settings: BTreeMap<String, Reading>,
    /// What else AWS said that makes a loss concrete (`earliest_restorable`, `status`); never compared.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, Value>,
}

impl Live {
    /// The id by which AWS knows it, where that is not its name.
    pub const ID: &'static str = "id";
    /// The id of what it is a part of.
    pub const PARENT_ID: &'static str = "parent_id";
    /// The service that made it for itself and changes it, so that nobody else is to declare it: `autoscaling`.
    pub const MANAGED_BY: &'static str = "managed_by";
    /// Why no block can be about it although it is a user's to set, as a whole reason: what it is a part of cannot be declared.
    pub const UNDECLARABLE: &'static str = "undeclarable";
    /// Who made it on somebody's behalf, as AWS's own tags on it tell: `CloudFormation stack shop`.
    pub const MADE_BY: &'static str = "made_by";
    /// The ids of the other things of its name that nobody marked, of one that is the only one of them that is as declared.
    pub const NAMESAKES: &'static str = "namesakes";
    /// The ids of all things of its name that nobody marked, where what is declared does not tell which of them is meant.
    pub const AMBIGUOUS: &'static str = "ambiguous";
    /// The region where it is, of a thing that was looked for in another one; nothing else of it was read.
    pub const ELSEWHERE: &'static str = "elsewhere";

    /// The fact in which reading leaves what is in force of a setting, where what it read is another value that AWS has taken and makes later.
    pub fn in_force_fact(setting: &str) -> String {
        format!("in_force.{setting}")
    }

    /// What is in force of a setting, where that is not what was read of it.
    pub fn in_force(&self, setting: &str) -> Option<&Value> {
        self.facts.get(&Self::in_force_fact(setting))
    }

    /// The fact in which reading everything leaves the text that AWS has for a setting, where that is compared in another form: what `adopt`
    /// writes down.
    pub fn written_fact(setting: &str) -> String {
        format!("written.{setting}")
    }

    /// The text that AWS has for a setting, where reading kept it.
    pub fn written(&self, setting: &str) -> Option<&str> {
        self.fact(&Self::written_fact(setting))
    }

    /// A fact that is a text.
    pub fn fact(&self, name: &str) -> Option<&str> {
        self.facts.get(name).and_then(Value::as_str)
    }

    /// Notes what was read of some settings.
    pub fn set(&mut self, readings: impl IntoIterator<Item = (&'static str, Reading)>) {
        self.settings.extend(readings.into_iter().map(|(path, reading)| (path.to_owned(), reading)));
    }
}

/// A thing as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Listed {
    /// Its name in AWS.
    pub name: String,
    /// Its tags; `None` where it has none or they were not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
}

/// The things of one kind in one target's region, as far as a policy's selectors needed them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// The kind.
    pub kind: String,
    /// The target.
    pub target: String,
    /// Whether every name was listed; else only tagged things, or none, are here.
    pub names_complete: bool,
    /// The tags that were asked for: all tagged things that have these keys, and these values where one is given, are here with all their
    /// tags. An empty filter is every tagged thing; `None` is no tags at all.
    pub tag_filter: Option<BTreeMap<String, Option<String>>>,
    /// The things, by name.
    pub listed: Vec<Listed>,
}

/// Who a target's credentials are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The 12-digit account.
    pub account: String,
    /// The ARN of the caller.
    pub arn: String,
    /// The region that the target reads.
    pub region: String,
}

/// Why something could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The caller may not.
    Denied,
    /// AWS kept asking to slow down.
    Throttled,
    /// The region is off for the account, or the credentials do not count there.
    RegionOff,
    /// Credentials are missing, expired or refused.
    Credentials,
    /// No answer: connection, timeout.
    Unreachable,
    /// The recorded snapshot does not hold it.
    NotRecorded,
    /// AWS answered with another error.
    Failed,
}

/// Something that could not be read. A gap is never an absence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gap {
    /// The target.
    pub target: String,
    /// The region.
    pub region: String,
    /// The kind, where one kind is concerned.
    pub kind: Option<String>,
    /// The thing, where one thing is concerned.
    pub resource: Option<String>,
    /// The IAM action that was tried: `dynamodb:DescribeTable`; of one setting that a reading left unknown, that it was read.
    pub action: String,
    /// Why.
    pub cause: Cause,
    /// What AWS said, or what is missing, in a sentence.
    pub message: String,
}

/// All that a plan reads of AWS, in one value that can be saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// `backstay-snapshot/1`.
    pub format: String,
    /// When reading began.
    pub taken_at: Timestamp,
    /// When it ended, of what an audit reads; `None` where that was not recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Who each target's credentials are; a target that could not be reached is not here but in `gaps`.
    pub identities: BTreeMap<String, Identity>,
    /// The accounts that were listed of each organization of the policy.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub accounts: Accounts,
    /// What the listings gave.
    pub inventories: Vec<Inventory>,
    /// The things that were read, by id.
    pub resources: Vec<Live>,
    /// Things that were looked for by name and are not there.
    pub absent: Vec<ResourceId>,
    /// What was found of roles and keys that declared things need, by ARN.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outside: BTreeMap<String, Outside>,
    /// What shows that protection works: recovery points, restores. `None` where nobody asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

impl Snapshot {
    /// The format that this version writes and reads.
    pub const FORMAT: &'static str = "backstay-snapshot/1";

    /// A snapshot that holds nothing yet.
    pub fn empty(taken_at: Timestamp) -> Self {
        Self {
            format: Self::FORMAT.to_owned(),
            taken_at,
            ended_at: None,
            identities: BTreeMap::new(),
            accounts: Accounts::new(),
            inventories: Vec::new(),
            resources: Vec::new(),
            absent: Vec::new(),
            outside: BTreeMap::new(),
            evidence: None,
            gaps: Vec::new(),
        }
    }

    /// The thing of that id, in a snapshot that was sorted.
    pub fn live(&self, id: &ResourceId) -> Option<&Live> {
        let place = self.resources.binary_search_by(|live| live.id.cmp(id)).ok()?;
        self.resources.get(place)
    }

    /// The things that were listed by their ARNs in a target, with their tags, whatever their kind.
    pub fn listed_by_arn(&self, target: &str) -> Vec<Listed> {
        let of_target = self.inventories.iter().filter(|inventory| inventory.target == target);
        let mut listed: Vec<Listed> =
            of_target.flat_map(|inventory| &inventory.listed).filter(|listed| listed.name.starts_with("arn:")).cloned().collect();
        listed.sort();
        listed.dedup();
        listed
    }

    /// Takes in a reading of more settings of a thing, whether any of it is known already or not. Nothing is sorted.
    pub fn extend(&mut self, live: Live) {
        match self.resources.iter_mut().find(|known| known.id == live.id) {
            Some(known) => {
                for (setting, reading) in live.settings {
                    known.settings.entry(setting).or_insert(reading);
                }
                for (fact, value) in live.facts {
                    known.facts.entry(fact).or_insert(value);
                }
            }
            None => self.resources.push(live),
        }
    }

    /// Whether a thing was looked for and is not there, in a snapshot that was sorted.
    pub fn is_absent(&self, id: &ResourceId) -> bool {
        self.absent.binary_search(id).is_ok()
    }

    /// Sorts everything, so that the same AWS always gives the same bytes whatever answered first.
    pub fn sort(&mut self) {
        self.inventories.sort_by(|a, b| (&a.kind, &a.target).cmp(&(&b.kind, &b.target)));
        for inventory in &mut self.inventories {
            inventory.listed.sort();
        }
        self.resources.sort_by(|a, b| a.id.cmp(&b.id));
        self.absent.sort();
        self.absent.dedup();
        self.evidence.iter_mut().for_each(Evidence::sort);
        self.gaps.sort();
        self.gaps.dedup();
    }
}
