//! What AWS Backup does for one thing: which rules back it up, by which selection, or why none does.

use super::destination::{Copying, Destination};
use super::miss::{self, Tag, Wish};
use super::whole::{Backups, Role, Whole};
use crate::kinds::{self, By, Chooser, Holder, Judgement};
use crate::model::{BackupRule, Live, Lock, Mechanism, Reason, ReasonCode};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What restore tests make is called so, and backup plans pass over it (Developer Guide, Restore testing).
const OF_RESTORE_TESTS: &str = "awsbackup-restore-test";

/// A thing, and what is known of it.
pub(super) struct Thing<'t> {
    pub(super) live: &'t Live,
    pub(super) arn: Option<&'t str>,
    /// `None` where they are not known.
    pub(super) tags: Option<&'t BTreeMap<String, String>>,
    pub(super) holder: &'t Holder,
    pub(super) account: &'t str,
    /// The moment that it is about.
    pub(super) at: Timestamp,
}

/// What AWS Backup does for a thing.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) rules: Vec<Mechanism>,
    pub(super) reasons: Vec<Reason>,
    pub(super) unread: Vec<String>,
    pub(super) remarks: Vec<String>,
}

impl Outcome {
    fn say(&mut self, code: ReasonCode, what: String, mend: impl Into<String>) {
        self.reasons.push(Reason { code, what, mend: mend.into() });
    }
}

impl Thing<'_> {
    /// Asks every selection of its place.
    pub(super) fn outcome(&self, whole: &Whole<'_>) -> Outcome {
        let mut outcome = Outcome::default();
        let Some(backup_type) = self.holder.backup_type else {
            outcome.say(
                ReasonCode::TypeNotSupported,
                "AWS Backup does not back up such things".to_owned(),
                "protect it by its own service's means",
            );
            return outcome;
        };
        let Some(backups) = whole.backups(&self.live.id.region, self.account) else {
            outcome.unread.push(format!("no target reads AWS Backup in {}", self.live.id.region));
            return outcome;
        };
        outcome.unread.extend(backups.unseen.iter().cloned());
        let Some(arn) = self.arn else {
            outcome.unread.push("its ARN is not known".to_owned());
            return outcome;
        };
        if self.live.id.name.starts_with(OF_RESTORE_TESTS) {
            let what = format!("its name begins with `{OF_RESTORE_TESTS}`, and backup plans pass over what restore tests make");
            outcome.say(ReasonCode::LeftOut, what, "give it another name if it is to stay");
            return outcome;
        }
        let mut is_told = false;
        let tags = self.tags.map(miss::tags).unwrap_or_default();
        for (chooser, wishes) in backups.choosers.iter().zip(&backups.wishes) {
            let plan = plan(backups, chooser);
            match chooser.choice.judge(arn, self.tags) {
                Judgement::Chosen(by) => {
                    is_told = true;
                    self.chosen(whole, backups, (chooser, plan), (backup_type, &by), &mut outcome);
                }
                Judgement::Unknown => {
                    is_told = true;
                    let what = format!("its tags could not be read, and selection {} of plan {plan} hangs on them", chooser.name);
                    outcome.unread.push(what);
                }
                Judgement::LeftOut(pattern) => {
                    is_told = true;
                    let what = format!("selection {} of plan {plan} leaves it out (`not_resources`: {pattern})", chooser.name);
                    outcome.say(ReasonCode::LeftOut, what, "narrow `not_resources`, or choose it in another selection");
                }
                judgement => is_told |= self.missed(arn, (chooser, wishes), plan, (&judgement, &tags), &mut outcome),
            }
        }
        if backups.choosers.is_empty() {
            let what = format!("no backup plan has a selection in {} of account {}", self.live.id.region, self.account);
            if backups.unseen.is_empty() {
                outcome.say(ReasonCode::NoSelection, what, "declare a backup plan with a selection that chooses it");
            }
        } else if !is_told {
            outcome.say(ReasonCode::NoTagMatched, none_chooses(backups), advice(backups, arn));
        }
        outcome
    }

    /// What keeps a thing out that a selection does not choose, if it is near enough to be told. Whether anything was told.
    fn missed(
        &self,
        arn: &str,
        (chooser, wishes): (&Chooser, &[Wish]),
        plan: &str,
        (judgement, ready): (&Judgement, &[Tag<'_>]),
        outcome: &mut Outcome,
    ) -> bool {
        let near = self.tags.map(|tags| miss::near(&chooser.choice, wishes, arn, tags, ready)).unwrap_or_default();
        if near.is_empty() && !matches!(judgement, Judgement::ConditionsNotMet(_)) {
            return false;
        }
        let of = format!("selection {} of plan {plan}", chooser.name);
        if !near.is_empty() {
            let found: Vec<String> = near.iter().map(|one| format!("`{}={}`", one.found.0, one.found.1)).collect();
            let wanted: Vec<String> = near.iter().map(|one| format!("`{}={}`", one.wanted.0, one.wanted.1)).collect();
            let (found, wanted) = (found.join(", "), wanted.join(", "));
            let what = format!("found {found}, the {of} wants {wanted}");
            let is_case = found.to_lowercase() == wanted.to_lowercase();
            let why = if is_case { ": upper and lower case differ" } else { "" };
            outcome.say(ReasonCode::NearMiss, what, format!("write the tag as {wanted}{why}"));
            return true;
        }
        if let Judgement::ConditionsNotMet(unmet) = judgement {
            let what = format!("{of} brings it in, and its conditions keep it out: {}", unmet.join("; "));
            outcome.say(ReasonCode::ConditionNotMet, what, "change the tag, or choose it in another selection");
            return true;
        }
        false
    }

    /// What becomes of a thing that a selection chooses.
    fn chosen(
        &self,
        whole: &Whole<'_>,
        backups: &Backups,
        (chooser, plan): (&Chooser, &str),
        (backup_type, by): (&str, &[By]),
        outcome: &mut Outcome,
    ) {
        let of = format!("selection {} of plan {plan}", chooser.name);
        let before = outcome.reasons.len();
        let mut doubts = Vec::new();
        let named = by.iter().find(|by| matches!(by, By::Arn(text) if kinds::overrides_opt_in(text, backup_type)));
        match backups.admission.opt_in.as_ref().map(|opt_in| opt_in.get(backup_type)) {
            None if named.is_some() => {}
            None => doubts.push(format!("whether {backup_type} is opted in to could not be read")),
            Some(None) => {
                let what = format!("{of} chooses it, and AWS Backup has no {backup_type} in {}", self.live.id.region);
                outcome.say(ReasonCode::TypeNotInRegion, what, "protect it by its own service's means there");
            }
            Some(Some(false)) if named.is_none() => {
                let chosen = by.first().map(ToString::to_string).unwrap_or_default();
                let what = format!("{of} chooses it by {chosen}, and the region is not opted in to {backup_type}");
                let own = self.arn.is_some_and(|arn| kinds::overrides_opt_in(arn, backup_type));
                let or = if own { ", or name its ARN in the selection" } else { "" };
                let mend = format!("opt in: `resource_type_opt_in_preference = {{ {backup_type} = true }}`{or}");
                outcome.say(ReasonCode::OptInOff, what, mend);
            }
            Some(Some(_)) => {}
        }
        match whole.backup_role(&chooser.role, self.account, self.holder.backup_type) {
            Role::Fine => {}
            Role::Refused(what, mend) => outcome.say(ReasonCode::RoleRefused, format!("{of} chooses it, and {what}"), mend),
            Role::Unread(what) => doubts.push(what),
        }
        if let Some((what, mend)) = &self.holder.hindrance {
            outcome.say(ReasonCode::CannotBeBackedUp, format!("{of} chooses it, and every backup fails: {what}"), mend.clone());
        }
        if outcome.reasons.len() > before {
            return;
        }
        let Some(rules) = backups.rules.get(&chooser.plan).filter(|rules| !rules.is_empty()) else {
            if backups.unseen.is_empty() {
                outcome.say(ReasonCode::PlanBroken, format!("{of} chooses it, and the plan has no rule"), "add a rule to the plan");
            }
            return;
        };
        if self.tags.is_some_and(|tags| chooser.choice.hangs_on_missing(tags)) {
            outcome.remarks.push(format!(
                "{of} asks that a tag is not of a value, and it lacks the tag: AWS's documents leave open whether that is met"
            ));
        }
        let chosen_by = named.or(by.first()).map(ToString::to_string).unwrap_or_default();
        for rule in rules {
            let own = BackupRule { selection: chooser.name.clone(), chosen_by: chosen_by.clone(), doubts: doubts.clone(), ..rule.clone() };
            self.backed_up(whole, backups, (own, &chooser.role), outcome);
        }
    }

    /// What one rule does for it.
    fn backed_up(&self, whole: &Whole<'_>, backups: &Backups, (mut rule, by): (BackupRule, &str), outcome: &mut Outcome) {
        let backup_type = self.holder.backup_type.unwrap_or_default();
        if whole.is_over(&rule, self.at) {
            let what = format!("rule {} of plan {} does not run any more: `{}` is over", rule.rule, rule.plan, rule.schedule);
            outcome.say(ReasonCode::PlanBroken, what, "give the rule a schedule that goes on");
            return;
        }
        rule.is_continuous &= self.holder.can_be_continuous;
        match (backups.keepers.get(&rule.vault), &backups.unseen_vaults) {
            (Some(keeper), _) => {
                let (min, max) = keeper.range;
                let is_short = min.zip(rule.delete_after_days).is_some_and(|(min, days)| days < min);
                let is_long = max.is_some_and(|max| rule.delete_after_days.is_none_or(|days| days > max));
                if keeper.lock != Lock::None && (is_short || is_long) {
                    let kept = rule.delete_after_days.map_or_else(|| "for ever".to_owned(), |days| format!("{days} days"));
                    let what =
                        format!("rule {} of plan {} keeps {kept}, and the lock of vault {} refuses that", rule.rule, rule.plan, rule.vault);
                    outcome.say(ReasonCode::PlanBroken, what, "choose a `delete_after` within the lock's range, or another vault");
                    return;
                }
                rule.lock = keeper.lock;
                rule.vault_key.clone_from(&keeper.key);
            }
            (None, None) => {
                let what = format!("rule {} of plan {} backs up into vault {}, which is not there", rule.rule, rule.plan, rule.vault);
                outcome.say(ReasonCode::PlanBroken, what, "make the vault, or name one that is there");
                return;
            }
            (None, Some(cause)) => rule.doubts.push(format!("whether vault {} is there is not known: {cause}", rule.vault)),
        }
        if kinds::copies_need_management(backup_type) && !rule.copies.is_empty() {
            match backups.admission.managed.as_ref().map(|managed| managed.get(backup_type) == Some(&true)) {
                Some(true) => {}
                Some(false) => {
                    let here = (Some(&self.live.id.region), Some(self.account));
                    rule.copies.retain(|copy| (copy.region.as_ref(), copy.account.as_deref()) == here);
                    let what = format!(
                        "AWS Backup does not manage {backup_type} in full here, so that nothing is copied to other regions and accounts"
                    );
                    outcome.remarks.push(what);
                }
                None => {
                    outcome.remarks.push(format!("whether {backup_type} can be copied to other regions and accounts could not be read"));
                }
            }
        }
        let encryption = self.holder.encryption.as_deref().filter(|said| *said != kinds::NOT_ENCRYPTED);
        let key = encryption.filter(|_| kinds::copies_share_key(backup_type));
        let copying = Copying { of: self.arn.unwrap_or_default(), account: self.account, role: by, key };
        rule.copies.retain_mut(|copy| match copying.taken(whole, copy) {
            Destination::Takes => true,
            Destination::Unread(why) => {
                copy.doubt = Some(why);
                true
            }
            Destination::Refuses(why) => {
                outcome.remarks.push(format!("copies of rule {}: {why}, so that nothing is copied there", rule.rule));
                false
            }
        });
        outcome.rules.push(Mechanism::BackupRule(Box::new(rule)));
    }
}

/// The name of the plan of a selection.
fn plan<'b>(backups: &'b Backups, chooser: &'b Chooser) -> &'b str {
    let rules = backups.rules.get(&chooser.plan);
    rules.and_then(|rules| rules.first()).map_or(&chooser.plan, |rule| &rule.plan)
}

fn none_chooses(backups: &Backups) -> String {
    match backups.choosers.as_slice() {
        [only] => format!("the selection {} of plan {} does not choose it", only.name, plan(backups, only)),
        all => format!("none of {} selections chooses it", all.len()),
    }
}

/// How a selection would choose it.
fn advice(backups: &Backups, arn: &str) -> String {
    let tag = backups.choosers.iter().find_map(|chooser| {
        let tags: BTreeMap<String, String> = chooser.choice.wishes().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let takes = matches!(chooser.choice.judge(arn, Some(&tags)), Judgement::Chosen(_));
        let said = || tags.iter().map(|(key, value)| format!("`{key}={value}`")).collect::<Vec<_>>().join(" and ");
        (takes && !tags.is_empty()).then(|| (said(), chooser))
    });
    match tag {
        Some((tags, chooser)) => {
            format!(
                "tag it {tags}, as selection {} of plan {} wants it, or name its ARN in a selection",
                chooser.name,
                plan(backups, chooser)
            )
        }
        None => "name its ARN in a selection".to_owned(),
    }
}
