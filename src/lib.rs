//! backstay plans and applies backup configuration on AWS.
//!
//! The rooms, from the bottom up; `tests/architecture.rs` holds which may use which.
//!
//! | room | what is in it |
//! |---|---|
//! | [`model`] | the values that all others agree on: settings, readings, changes, plans, diagnostics |
//! | [`files`] | writing a file whole or not at all |
//! | `names` | names and ids by their form alone |
//! | `xml` | XML documents as trees of elements |
//! | [`alarm_rule`] | the rules of composite alarms: their grammar, and when they are true |
//! | [`time`] | the clock, and AWS's schedules, time zones and windows |
//! | [`kinds`] | one folder for each AWS thing: its table of settings, and the calls that read and change it |
//! | [`policy`] | HCL to a checked policy |
//! | [`adopt`] | policy for what exists already |
//! | [`snapshot`] | what is live, and what could not be read |
//! | [`coverage`] | what protects each thing that holds data, or why nothing does |
//! | [`audit`] | whether what tiers promise of data is kept |
//! | [`plan`] | policy and snapshot to a plan: resolve, diff, gate, order |
//! | [`adopt`] | what is live, or Terraform's configuration, to a policy that says the same |
//! | [`drift`] | what moved away from a policy, or since a snapshot: the plan seen from the other side |
//! | [`view`] | plans, diagnostics and kinds as text, JSON and Markdown |
//! | `aws` | clients by target, the account guard, limits, counts, journal |
//! | `apply` | a plan made true, and proven by reading again |
//! | `sandbox` | the embedded AWS: services, state, faults, loopback server |
//! | `cli` | the verbs: arguments, streams, exit codes |

pub mod adopt;
pub mod alarm_rule;
#[cfg(feature = "aws")]
pub mod apply;
pub mod audit;
#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "aws")]
pub mod cli;
pub mod coverage;
pub mod drift;
pub mod files;
pub mod kinds;
pub mod model;
pub mod names;
pub mod plan;
pub mod policy;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod snapshot;
pub mod time;
pub mod view;
#[cfg(feature = "aws")]
pub mod xml;
