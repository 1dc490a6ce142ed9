//! How kinds tell people that a backup failed, or that none came: alarms, rules of events, notifications, subscriptions.
//!
//! Each kind says it of its own things; the room `audit` follows them from what happens to who is told.

#[cfg(feature = "aws")]
use super::find;
use super::{Answer, Need, Needed, all, protecting};
use crate::model::{Audience, Live, Reading, Sender, Severity, Value};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// What of a kind's things tells of what happens to backups.
pub trait Teller: Sync {
    /// Its name in a sentence: `alarm backups-failed`.
    fn named(&self, live: &Live) -> String;

    /// Whether it notices something that happens to backups.
    fn hears(&self, _live: &Live, _of: &Happening<'_>) -> Hears {
        Hears::No
    }

    /// Whether it passes on what another thing of its account and region notices: a target what its rule does, a composite alarm what an
    /// alarm does.
    fn follows(&self, _live: &Live, _other: &Live) -> bool {
        false
    }

    /// The ARNs of what it tells by itself.
    ///
    /// # Errors
    ///
    /// Why it tells nobody, as something that is said of it.
    fn tells(&self, live: &Live, at: Timestamp) -> Result<Vec<String>, String>;

    /// As whom it publishes to topics.
    fn sender(&self) -> Sender;
}

/// Something that happens to the backups of a thing.
#[derive(Clone, Copy, Debug)]
pub struct Happening<'a> {
    /// What happens.
    pub what: What,
    /// To what.
    pub job: &'a Job,
    /// The account that it happens in.
    pub account: &'a str,
    /// The region that it is told in.
    pub region: &'a str,
    /// The ARN of the thing that is backed up; `None` asks about any of them.
    pub of: Option<&'a str>,
    /// When AWS was read.
    pub at: Timestamp,
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A backup fails.
    Failure,
    /// No backup comes.
    Absence,
}

/// What makes backups, and can fail to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Job {
    /// A backup job of AWS Backup.
    Backup {
        /// The vault.
        vault: String,
        /// The type of resource, as AWS Backup has it; `None` where it is not known.
        backup_type: Option<&'static str>,
    },
    /// A copy job of AWS Backup, of which failures alone are told.
    Copy {
        /// The vault that it copies from.
        from: String,
        /// The ARN of the vault that it copies to.
        to: String,
        /// The type of resource, as AWS Backup has it; `None` where it is not known.
        backup_type: Option<&'static str>,
    },
    /// The automated backups that a service makes of a thing of its own, as the source of its events: `db-instance`.
    Own {
        /// The type of source.
        source: &'static str,
    },
    /// A rule that replicates a bucket.
    Replication {
        /// The bucket's name.
        from: String,
        /// The name of the bucket that it is copied to.
        to: String,
        /// The id of the rule.
        rule: String,
    },
}

/// Whether something is noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hears {
    /// It is about something else.
    No,
    /// It is about this, and does not notice it: why, as something that is said of it.
    Deaf(String),
    /// Nobody can tell: why.
    Perhaps(String),
    /// It is noticed.
    Yes,
}

/// The names of the kinds whose things tell of backups, and which audits read for that.
pub fn telling() -> BTreeSet<&'static str> {
    all().filter(|kind| kind.teller().is_some()).map(|kind| kind.spec().name).collect()
}

/// The names of the kinds whose things audits read.
pub fn audited() -> BTreeSet<&'static str> {
    protecting().into_iter().chain(telling()).collect()
}

/// The ARNs of the topics that things tell.
#[cfg(feature = "aws")]
pub(super) fn topics(things: &[Live], at: Timestamp) -> BTreeSet<String> {
    let told = things.iter().filter_map(|live| find(&live.id.kind)?.teller()?.tells(live, at).ok()).flatten();
    told.filter(|arn| arn.split(':').nth(2) == Some("sns")).collect()
}

/// Whether a topic takes what a thing of this ARN and account publishes to it as this sender.
pub fn takes(audience: &Audience, sender: Sender, account: &str, source: Option<&str>) -> Answer {
    let service = audience.topic.split(':').nth(2).unwrap_or_default();
    let Some(kind) = all().find(|kind| kind.spec().service == service) else { return Answer::Unknown };
    let need = Need {
        at: String::new(),
        of: audience.topic.clone(),
        needed: Needed::Entry(sender.publishes(&audience.topic, account, source)),
        severity: Severity::Error,
        otherwise: String::new(),
    };
    kind.answers(&need, &|setting| {
        let text = match setting {
            "policy" => audience.policy.as_deref(),
            "kms_master_key_id" => audience.key.as_deref(),
            _ => None,
        };
        text.map(Value::from)
    })
}

/// What is known of a setting of a thing.
pub(super) fn known<'l>(live: &'l Live, setting: &str) -> Option<&'l Value> {
    match live.settings.get(setting)? {
        Reading::Known(value) => Some(value),
        Reading::Unset | Reading::Unreadable { .. } => None,
    }
}

/// The same, of a text.
pub(super) fn text<'l>(live: &'l Live, setting: &str) -> Option<&'l str> {
    known(live, setting)?.as_str()
}

/// The same, of texts.
pub(super) fn texts<'l>(live: &'l Live, setting: &str) -> Vec<&'l str> {
    known(live, setting).and_then(Value::as_items).into_iter().flatten().filter_map(Value::as_str).collect()
}

impl std::fmt::Display for Job {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Backup { vault, .. } => write!(out, "backup jobs into vault {vault}"),
            Self::Copy { from, to, .. } => write!(out, "copy jobs from vault {from} to {to}"),
            Self::Own { .. } => out.write_str("automated backups"),
            Self::Replication { to, rule, .. } => write!(out, "replication to {to} by rule `{rule}`"),
        }
    }
}
