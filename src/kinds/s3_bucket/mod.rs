//! `aws_s3_bucket`: versioning, object lock, default encryption, lifecycle and replication of buckets that others own.
//!
//! S3 has no call for one rule: each write replaces all lifecycle, or all replication, rules of the bucket. So rules that are not
//! backstay's are read just before and written back as they were. A rule is backstay's where its id is `backstay:WORKSPACE:NAME`.

#[cfg(feature = "aws")]
mod aws;
mod checks;
mod consequences;
mod effects;
mod encryption;
mod forbidden;
mod forms;
mod holder;
mod replication_checks;
mod rule;
mod sooner;
mod sought;
mod table;
#[cfg(test)]
mod tests;

use super::{Answer, Concern, Kind, Need, Needed, Place, Protection, outside};
use crate::model::{Change, Code, Effect, KindSpec, Live, Reaches, Refusal, Severity, Value, Wanted, path};
use jiff::Timestamp;
use rule::Rule;
use std::collections::BTreeMap;

/// The facts that a read leaves beside the settings.
///
/// What versioning is: `Enabled`, `Suspended` or `never set`.
const VERSIONING_FACT: &str = "versioning";
/// Whether object lock is on.
const LOCK_FACT: &str = "object_lock";
/// How many lifecycle rules are others'.
const FOREIGN_LIFECYCLE: &str = "foreign_lifecycle_rules";
/// Those of them that delete all under a prefix, by id.
const FOREIGN_LIFETIMES: &str = "foreign_lifetimes";
/// Whether others' lifecycle rules are of the first generation, beside which AWS takes no newer ones.
const OLD_LIFECYCLE: &str = "old_lifecycle_rules";
/// How many replication rules are others'.
const FOREIGN_REPLICATION: &str = "foreign_replication_rules";
/// The ids of those, in their order.
const FOREIGN_RULES: &str = "foreign_replication_rule_ids";
/// How many replication rules there are.
const REPLICATION_RULES: &str = "replication_rules";
/// Whether others' replication rules are of the first generation, beside which AWS takes no newer ones.
const OLD_REPLICATION: &str = "old_replication_rules";
/// The rules of others by destination and priority, as [`place`] writes these: AWS takes one rule for each.
const FOREIGN_PLACES: &str = "foreign_replication_places";
/// Within a replication rule: the key that encrypts what arrives.
const REPLICA_KEY: &str = "destination.encryption_configuration.replica_kms_key_id";
/// How many replication rules of others are on and leave objects under KMS out.
const FOREIGN_WITHOUT_KMS: &str = "foreign_replication_rules_without_kms";
/// The declared destinations that are surely not there.
const ABSENT_DESTINATIONS: &str = "absent_destinations";
/// The algorithm of default encryption.
const ALGORITHM_FACT: &str = "sse_algorithm";
/// The action that the caller may not do, so that own lifecycle rules that no block declares any more cannot be found.
const UNSEEN_LIFECYCLE: &str = "unseen_lifecycle_rules";
/// The same for replication rules.
const UNSEEN_REPLICATION: &str = "unseen_replication_rules";
/// Where everything is read: how many lifecycle rules have no id, so that nobody can describe them.
const NAMELESS_LIFECYCLE: &str = "lifecycle_rules_without_id";
/// The same of replication rules.
const NAMELESS_REPLICATION: &str = "replication_rules_without_id";
/// Where everything is read: the ids of lifecycle rules that other workspaces made.
const MARKED_LIFECYCLE: &str = "lifecycle_rules_of_other_workspaces";
/// The same of replication rules.
const MARKED_REPLICATION: &str = "replication_rules_of_other_workspaces";
/// Where everything is read: the ids of replication rules that AWS takes no more as they are, so that no block can say them.
const UNSAID_REPLICATION: &str = "replication_rules_of_old_form";
/// Where everything is read: the settings of all lifecycle rules, whoever made them, by path; their ids are the keys.
const ALL_LIFECYCLE: &str = "all_lifecycle_rules";
/// The same of replication rules.
const ALL_REPLICATION: &str = "all_replication_rules";
/// What [`VERSIONING_FACT`] holds where nobody ever set versioning.
const NEVER: &str = "never set";
/// Whether MFA delete is on.
const MFA_DELETE: &str = "mfa_delete";

/// The place of a replication rule, of which AWS takes one for each destination and priority.
fn place(destination: &str, priority: i64) -> String {
    format!("{destination} {priority}")
}

/// The kind.
pub struct S3Bucket;

impl Kind for S3Bucket {
    fn spec(&self) -> &'static KindSpec {
        &table::SPEC
    }

    fn consequence_among(&self, change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>, _now: Timestamp) -> Option<String> {
        consequences::consequence(change, live, wanted)
    }

    fn effect(&self, change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
        effects::effect(change, live, wanted)
    }

    fn reaches(&self, change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Reaches> {
        Some(effects::reaches(change, live, wanted))
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        let mut concerns = checks::check(wanted);
        concerns.extend(replication_checks::check(wanted));
        encryption::check(wanted, &mut concerns);
        concerns
    }

    fn needs(&self, wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
        let on = |name: &String| Rule::wanted(&path::keyed(table::REPLICATION, name), wanted).is_on();
        let names: Vec<String> = checks::names(wanted, table::REPLICATION).into_iter().filter(on).collect();
        let text = |at: &str| wanted.get(at).and_then(|wanted| wanted.value.as_str());
        let role = text(table::ROLE).filter(|_| !names.is_empty());
        let mut needs: Vec<Need> =
            role.map(|role| outside::role(table::ROLE, role, "s3.amazonaws.com", "S3 replicates nothing")).into_iter().collect();
        needs.extend(
            text(table::KEY).and_then(|key| outside::key(table::KEY, key, place, "nothing can be written to the bucket, or read from it")),
        );
        needs.extend(names.iter().filter_map(|name| {
            let at = path::child(&path::keyed(table::REPLICATION, name), REPLICA_KEY);
            outside::key(&at, text(&at)?, place, "S3 replicates nothing to there")
        }));
        let rules = names.into_iter();
        let each = rules.filter_map(|name| {
            let at = path::child(&path::keyed(table::REPLICATION, &name), "destination.bucket");
            let of = wanted.get(&at)?.value.as_str()?.to_owned();
            let needed = Needed::Setting { path: table::VERSIONING.to_owned(), value: Value::from(table::ENABLED) };
            Some(Need {
                at,
                of,
                needed,
                severity: Severity::Error,
                otherwise: "AWS replicates only to a bucket with versioning".to_owned(),
            })
        });
        needs.extend(each);
        needs.extend(sooner::needs(wanted, place));
        needs
    }

    fn answers(&self, need: &Need, will_be: &dyn Fn(&str) -> Option<Value>) -> Answer {
        sought::answer(need, will_be).or_else(|| sooner::answer(need, will_be)).unwrap_or_else(|| need.compare(will_be))
    }

    fn forbids(&self, changes: &[Change], live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Refusal> {
        forbidden::forbids(changes, live, wanted)
    }

    fn remarks(&self, live: &Live) -> Vec<String> {
        let mut remarks = Vec::new();
        let kept = |many: i64, what: &str| match many {
            0 => None,
            1 => Some(format!("1 {what} rule of others stays as it is")),
            many => Some(format!("{many} {what} rules of others stay as they are")),
        };
        remarks.extend(kept(fact_number(live, FOREIGN_LIFECYCLE), "lifecycle"));
        remarks.extend(kept(fact_number(live, FOREIGN_REPLICATION), "replication"));
        remarks.extend(undescribed(live));
        remarks
    }

    fn notes(&self, live: &Live) -> Vec<(Code, String)> {
        let unseen = [(UNSEEN_LIFECYCLE, "lifecycle"), (UNSEEN_REPLICATION, "replication")];
        let denied = unseen.into_iter().filter_map(|(fact, what)| Some((what, fact_text(live, fact)?)));
        let text = |(what, action): (&str, &str)| {
            let text = format!(
                "{action} was denied, so {what} rules that backstay made and that no block declares any more cannot be found: if there are any, they stay and go on acting; allow {action} to the caller"
            );
            (Code::Gap, text)
        };
        let told = denied.map(text);
        told.chain(encryption::notes(live)).collect()
    }

    fn protection(&self) -> Option<Protection> {
        Some(Protection::Holds(holder::holder))
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Settings(&aws::BucketCalls)
    }

    #[cfg(feature = "aws")]
    fn proof(&self) -> Option<&'static dyn super::ProofAws> {
        Some(&aws::BucketCalls)
    }
}

/// Which of the rules that stay no block can describe, where everything was read.
fn undescribed(live: &Live) -> Vec<String> {
    let nameless = [(NAMELESS_LIFECYCLE, "lifecycle"), (NAMELESS_REPLICATION, "replication")].into_iter().filter_map(|(fact, what)| {
        let many = fact_number(live, fact);
        (many > 0).then(|| format!("of its {what} rules, {many} without an id, which no block can describe"))
    });
    let listed = [
        (MARKED_LIFECYCLE, "other workspaces own the lifecycle rules"),
        (MARKED_REPLICATION, "other workspaces own the replication rules"),
        (
            UNSAID_REPLICATION,
            "no block can describe these replication rules, which copy existing objects, or are of the first generation (a prefix, and no filter or priority) with others to the same destination:",
        ),
    ];
    let listed = listed.into_iter().filter_map(|(fact, text)| {
        let ids: Vec<String> = live.facts.get(fact)?.as_items()?.iter().filter_map(Value::as_str).map(|id| format!("`{id}`")).collect();
        Some(format!("{text} {}", ids.join(", ")))
    });
    nameless.chain(listed).collect()
}

fn fact_text<'a>(live: &'a Live, name: &str) -> Option<&'a str> {
    live.facts.get(name).and_then(Value::as_str)
}

fn fact_number(live: &Live, name: &str) -> i64 {
    live.facts.get(name).and_then(Value::as_i64).unwrap_or_default()
}

fn fact_flag(live: &Live, name: &str) -> bool {
    live.facts.get(name).and_then(Value::as_bool).unwrap_or_default()
}
