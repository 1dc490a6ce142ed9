//! `aws_backup_vault_notifications`: which events of a backup vault are told to which topic.
//!
//! The API's own list of events has names that AWS no longer takes, or never tells of. That a job failed is told as
//! `BACKUP_JOB_COMPLETED`, whose message says how it ended.

#[cfg(feature = "aws")]
mod aws;
mod events;
mod tells;

use super::{Circumstances, Concern, Kind, Need, Needed, Place, Teller};
use crate::model::{
    ArnForm, Change, Code, Effect, Existence, Form, KindSpec, Live, Loss, Mistake, Ownership, Parent, Reading, Safer, Sender, Setting,
    Severity, Shape, Value, Wanted,
};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

const TOPIC: &str = "sns_topic_arn";
const EVENTS: &str = "backup_vault_events";

/// A row, with what all of them share.
const ROW: Setting = Setting {
    reads: &["backup:GetBackupVaultNotifications"],
    writes: &["backup:PutBackupVaultNotifications", "backup:DeleteBackupVaultNotifications"],
    source: "AWS Backup API PutBackupVaultNotifications; Developer Guide, Notification options with AWS Backup",
    ..Setting::PLAIN
};

static SPEC: KindSpec = KindSpec {
    name: "aws_backup_vault_notifications",
    title: "backup vault notifications",
    doc: "The notifications of a backup vault: which of its events are told to a topic.",
    ownership: Ownership::Whole,
    service: "backup",
    arn_form: ArnForm::Nothing,
    parent: Some(Parent {
        kinds: &["aws_backup_vault", "aws_backup_logically_air_gapped_vault"],
        argument: "backup_vault_name",
        attributes: &["name", "id"],
        is_only: true,
        why: "",
    }),
    name_argument: "backup_vault_name",
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "the topic is told of these events from now on",
        when_removed: "nobody is told any more when a backup, a copy or a restore fails",
    }),
    settings: &[
        Setting {
            path: TOPIC,
            shape: Shape::Text(Form { what: "the ARN of an SNS topic", check: topic }),
            required: true,
            safer: Safer::By(other_topic),
            doc: "The topic: a standard one of the vault's own account, whose policy lets backup.amazonaws.com publish. A vault has one.",
            when_weaker: "the old topic is told nothing any more",
            ..ROW
        },
        Setting {
            path: EVENTS,
            shape: Shape::Texts { item: Form { what: "an event of a vault", check: events::check }, max: 30 },
            required: true,
            safer: Safer::WhenMore,
            doc: "The events. A backup or restore that failed or expired is told as `BACKUP_JOB_COMPLETED` or `RESTORE_JOB_COMPLETED`, with its state in the message, by which a subscription can filter.",
            normalisation: "a set: order and repetition mean nothing",
            when_safer: "more is told",
            when_weaker: "what goes out is no longer told",
            ..ROW
        },
    ],
    inventory_actions: &[
        "backup:ListBackupVaults",
        "tag:GetResources",
        "backup:ListTags",
        "backup:GetBackupVaultNotifications",
        "sns:GetTopicAttributes",
        "sns:ListTagsForResource",
        "sns:ListSubscriptionsByTopic",
    ],
    ..KindSpec::PLAIN
};

/// The kind.
pub struct VaultNotifications;

impl Kind for VaultNotifications {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    /// What AWS no longer tells of is no loss.
    fn effect(&self, change: &Change, _live: &Live, _wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
        let Reading::Known(before) = &change.before else { return None };
        if change.setting != EVENTS {
            return None;
        }
        let told = |value: &Value| -> BTreeSet<String> {
            let events = value.as_items().into_iter().flatten().filter_map(Value::as_str);
            events.filter(|event| events::is_told(event)).map(str::to_owned).collect()
        };
        let (before, after) = (told(before), told(&change.after));
        Some(match (before.is_subset(&after), after.is_subset(&before)) {
            (true, true) => Effect::Neutral,
            (true, false) => Effect::Strengthens,
            (false, _) => Effect::Weakens,
        })
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        let mut concerns = Vec::new();
        let mut say = |code, at: &str, title: &str, help: &str| {
            let (title, help) = (title.to_owned(), help.to_owned());
            concerns.push(Concern { code, severity: Severity::Error, title, at: at.to_owned(), also: None, help });
        };
        if wanted.get(EVENTS).and_then(|events| events.value.as_items()).is_some_and(<[Value]>::is_empty) {
            let help = "write at least `[\"BACKUP_JOB_COMPLETED\"]`, or remove the block";
            say(Code::OutOfRange, EVENTS, "`backup_vault_events` names no event, and AWS Backup takes one or more", help);
        }
        if text(wanted, TOPIC).is_some_and(|topic| topic.rsplit('.').next() == Some("fifo")) {
            let title = "AWS Backup publishes to standard topics only, and this is a FIFO topic";
            say(Code::VaultTopic, TOPIC, title, "declare a second topic, without `fifo_topic`");
        }
        concerns
    }

    fn check_circumstances(&self, wanted: &BTreeMap<String, Wanted>, circumstances: Circumstances<'_>) -> Vec<Concern> {
        let Some((topic, account)) = text(wanted, TOPIC).zip(circumstances.account) else { return Vec::new() };
        if account_of(topic) == Some(account) {
            return Vec::new();
        }
        let title = format!(
            "the topic is of another account than the vault, which is of {account}: AWS Backup publishes to topics of its own account only"
        );
        let help = "name a topic of the vault's account; its subscriptions may be of others".to_owned();
        vec![Concern { code: Code::VaultTopic, severity: Severity::Error, title, at: TOPIC.to_owned(), also: None, help }]
    }

    /// The topic must be there, and let AWS Backup publish.
    fn needs(&self, wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
        let Some(topic) = text(wanted, TOPIC).filter(|topic| account_of(topic) == Some(place.account)) else { return Vec::new() };
        let entry = Needed::Entry(Sender::BackupVault.publishes(topic, place.account, place.whole));
        let need = |needed| Need {
            at: TOPIC.to_owned(),
            of: topic.to_owned(),
            needed,
            severity: Severity::Error,
            otherwise: "the vault's notifications are dropped, and nobody is told".to_owned(),
        };
        vec![need(Needed::Presence), need(entry)]
    }

    fn teller(&self) -> Option<&'static dyn Teller> {
        Some(&tells::Notifications)
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::NotificationCalls)
    }
}

fn text<'a>(wanted: &'a BTreeMap<String, Wanted>, at: &str) -> Option<&'a str> {
    wanted.get(at)?.value.as_str()
}

fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4)
}

fn topic(text: &str) -> Result<String, Mistake> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "sns", region, account, name] if ![region, account, name].iter().any(|part| part.is_empty()) => Ok(text.to_owned()),
        _ => Err(Mistake::new(format!("must be the ARN of an SNS topic, found \"{text}\""))
            .help("write `arn:aws:sns:REGION:ACCOUNT:NAME`, or refer to the `arn` of a topic of this policy")),
    }
}

/// Whoever was told by the old topic no longer is.
fn other_topic(before: &Value, after: &Value) -> Option<Ordering> {
    match (before.is_nothing(), after.is_nothing()) {
        (true, true) => None,
        (true, false) => Some(Ordering::Greater),
        (false, _) => Some(if before == after { Ordering::Equal } else { Ordering::Less }),
    }
}

#[cfg(test)]
mod tests;
