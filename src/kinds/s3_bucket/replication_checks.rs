//! AWS's rules across the settings of replication rules.

use super::checks::{error, filter_forms, is_known, name_fits, names};
use super::encryption::SELECTS;
use super::rule::Rule;
use super::table::{REPLICATION, ROLE};
use crate::kinds::Concern;
use crate::model::{Code, Wanted, path};
use std::collections::BTreeMap;

/// What is wrong.
pub(super) fn check(wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
    let mut concerns = Vec::new();
    let rules = names(wanted, REPLICATION);
    match (rules.first(), wanted.contains_key(ROLE)) {
        (Some(first), false) => {
            let concern = error(
                Code::ReplicationRules,
                &path::keyed(REPLICATION, first),
                "replication needs a role, of which AWS has one for all rules of a bucket",
            );
            concerns.push(concern.help("add `replication_role = \"arn:aws:iam::123456789012:role/NAME\"` beside the rules"));
        }
        (None, true) => {
            let concern = error(Code::ReplicationRules, ROLE, "a role alone replicates nothing, and AWS keeps none without a rule");
            concerns.push(concern.help("add a `replication_rule`, or remove the role"));
        }
        _ => {}
    }
    let mut priorities: BTreeMap<(String, i64), String> = BTreeMap::new();
    for name in rules {
        let at = path::keyed(REPLICATION, &name);
        name_fits(&at, &name, &mut concerns);
        let rule = Rule::wanted(&at, wanted);
        filter_forms(&rule, &at, &mut concerns);
        let check = RuleCheck { rule: &rule, at: &at };
        check.markers_and_existing(&mut concerns);
        check.time(&mut concerns);
        check.idle_minutes(wanted, &mut concerns);
        check.owner(&mut concerns);
        check.encryption(wanted, &mut concerns);
        let Some(bucket) = rule.text("destination.bucket") else { continue };
        let priority = rule.number("priority").unwrap_or_default();
        if let Some(other) = priorities.insert((bucket.to_owned(), priority), at.clone()) {
            let title = format!("two rules with the same destination have priority {priority}, so AWS cannot tell which one counts");
            let place = if rule.has("priority") { path::child(&at, "priority") } else { at.clone() };
            concerns.push(
                error(Code::ReplicationRules, &place, title)
                    .and(&other, "the other rule is here")
                    .help("give each its own `priority`; the larger one counts"),
            );
        }
    }
    concerns
}

/// The checks of one rule.
struct RuleCheck<'a> {
    rule: &'a Rule,
    at: &'a str,
}

impl RuleCheck<'_> {
    fn error(&self, rest: &str, title: &str) -> Concern {
        error(Code::ReplicationRules, &path::child(self.at, rest), title)
    }

    fn markers_and_existing(&self, concerns: &mut Vec<Concern>) {
        let markers = "delete_marker_replication.status";
        if self.rule.enables(markers) && !self.rule.filter().tags.is_empty() {
            let concern = self.error(markers, "AWS does not copy delete markers for a rule with a filter by tags");
            concerns.push(concern.help("write \"Disabled\", or filter by a prefix"));
        }
        let existing = "existing_object_replication.status";
        if self.rule.has(existing) {
            let title = "AWS no longer takes `existing_object_replication`: a rule copies what is written after it was made";
            let help = "remove it, and run S3 Batch Replication once for what is there already (`aws s3control create-job`)";
            concerns.push(error(Code::ExistingObjects, &path::child(self.at, existing), title).help(help));
        }
    }

    fn time(&self, concerns: &mut Vec<Concern>) {
        let [metrics, threshold] = ["destination.metrics.status", "destination.metrics.event_threshold.minutes"];
        let [time, minutes] = ["destination.replication_time.status", "destination.replication_time.time.minutes"];
        if !self.rule.enables(time) {
            return;
        }
        if !self.rule.has(minutes) {
            concerns.push(self.error(time, "Replication Time Control needs its time").help("add `time { minutes = 15 }`"));
        }
        if !self.rule.enables(metrics) || !self.rule.has(threshold) {
            let concern = self.error(time, "Replication Time Control needs metrics with a threshold of 15 minutes");
            concerns.push(concern.help("add `metrics { … }` with `status = \"Enabled\"` and `event_threshold { minutes = 15 }`"));
        }
    }

    /// AWS keeps no minutes of what is off, so that they would be a change in every plan.
    fn idle_minutes(&self, wanted: &BTreeMap<String, Wanted>, concerns: &mut Vec<Concern>) {
        let both = [
            ("destination.metrics.status", "destination.metrics.event_threshold.minutes", "event_threshold"),
            ("destination.replication_time.status", "destination.replication_time.time.minutes", "time"),
        ];
        for (status, minutes, block) in both {
            if !self.rule.has(minutes) || self.rule.enables(status) || !is_known(wanted, &path::child(self.at, status)) {
                continue;
            }
            let concern = self.error(minutes, "these minutes mean nothing, as what they belong to is off");
            concerns.push(concern.help(format!("remove `{block}`, or set `status` beside it to \"Enabled\"")));
        }
    }

    fn owner(&self, concerns: &mut Vec<Concern>) {
        let owner = "destination.access_control_translation.owner";
        if self.rule.has(owner) && !self.rule.has("destination.account") {
            let concern = self.error(owner, "to give the copies to the account of the destination, AWS must be told which account that is");
            concerns.push(concern.help("add `account = \"123456789012\"` to the destination"));
        }
    }

    fn encryption(&self, wanted: &BTreeMap<String, Wanted>, concerns: &mut Vec<Concern>) {
        let selects = SELECTS;
        let key = "destination.encryption_configuration.replica_kms_key_id";
        if !is_known(wanted, &path::child(self.at, selects)) {
            return;
        }
        match (self.rule.enables(selects), self.rule.has(key)) {
            (true, false) => {
                let concern = self.error(selects, "copies of objects under KMS need a key of the destination's region");
                concerns.push(concern.help("add `encryption_configuration { replica_kms_key_id = … }` to the destination"));
            }
            (false, true) => {
                let concern = self.error(key, "AWS takes a key for copies only where objects under KMS are copied");
                concerns.push(
                    concern
                        .help("add `source_selection_criteria { sse_kms_encrypted_objects { status = \"Enabled\" } }`, or remove the key"),
                );
            }
            _ => {}
        }
    }
}
