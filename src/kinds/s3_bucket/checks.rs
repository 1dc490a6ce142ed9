//! AWS's rules across the settings of one block, as far as they need nothing that is live: lifecycle, versioning, object lock.

use super::consequences;
use super::rule::Rule;
use super::table::{
    ALGORITHM, ID, KEY, LIFECYCLE, LOCK, LOCK_DAYS, LOCK_MODE, LOCK_YEARS, MINIMUM_SIZE, REPLICATION, SUSPENDED, VERSIONING,
};
use crate::kinds::Concern;
use crate::model::{Code, Severity, Value, Wanted, count, path};
use std::collections::BTreeMap;

/// For how many days an object must stay in a storage class before it may be moved on.
const STAYS: &[(&str, i64)] =
    &[("STANDARD_IA", 30), ("INTELLIGENT_TIERING", 0), ("ONEZONE_IA", 30), ("GLACIER_IR", 90), ("GLACIER", 90), ("DEEP_ARCHIVE", 0)];

/// The longest name of a rule: with the mark of the longest workspace it fits into the 255 characters of an id.
const LONGEST_NAME: usize = 200;

/// What is wrong.
pub(super) fn check(wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
    let mut concerns = Vec::new();
    versioning(wanted, &mut concerns);
    object_lock(wanted, &mut concerns);
    if let (Some(_), Some(algorithm)) = (wanted.get(KEY), text(wanted, ALGORITHM))
        && algorithm == "AES256"
    {
        concerns.push(
            error(Code::BucketSettings, KEY, "AES256 has no KMS key")
                .and(ALGORITHM, "this needs none")
                .help("choose `aws:kms`, or remove the key"),
        );
    }
    for block in [LIFECYCLE, REPLICATION] {
        if let Some((one, other, id)) = twins(wanted, block) {
            let title = format!("two blocks describe the rule `{id}`");
            concerns.push(error(Code::BucketSettings, &one, title).and(&other, "the other one is here").help("keep one of them"));
        }
    }
    let rules = names(wanted, LIFECYCLE);
    if rules.is_empty() && wanted.contains_key(MINIMUM_SIZE) {
        let concern =
            error(Code::BucketSettings, MINIMUM_SIZE, "it is a part of the lifecycle configuration, and this block has no lifecycle rule");
        concerns.push(concern.help("add a `lifecycle_rule`, or remove it"));
    }
    for name in rules {
        let at = path::keyed(LIFECYCLE, &name);
        name_fits(&at, &name, &mut concerns);
        let check = RuleCheck { rule: &Rule::wanted(&at, wanted), at: &at };
        check.filter(&mut concerns);
        check.actions(&mut concerns);
        check.transitions("transition", "days", check.rule.number("expiration.days"), &mut concerns);
        let last = check.rule.number("noncurrent_version_expiration.noncurrent_days");
        check.transitions("noncurrent_version_transition", "noncurrent_days", last, &mut concerns);
        check.dates(&mut concerns);
        check.growth(consequences::wants_versioning(wanted), wanted, &mut concerns);
    }
    concerns
}

/// The names of the declared rules of a kind.
pub(super) fn names(wanted: &BTreeMap<String, Wanted>, block: &str) -> Vec<String> {
    let key = |path: &String| match path::segments(path).as_slice() {
        [one] if one.name == block => one.key.clone(),
        _ => None,
    };
    wanted.keys().filter_map(key).collect()
}

/// Two blocks of a sort that give one id: the paths of both, and the id.
pub(super) fn twins(wanted: &BTreeMap<String, Wanted>, block: &str) -> Option<(String, String, String)> {
    let mut ids: BTreeMap<&str, String> = BTreeMap::new();
    names(wanted, block).into_iter().find_map(|name| {
        let at = path::child(&path::keyed(block, &name), ID);
        let id = text(wanted, &at)?;
        Some((at.clone(), ids.insert(id, at)?, id.to_owned()))
    })
}

fn text<'a>(wanted: &'a BTreeMap<String, Wanted>, path: &str) -> Option<&'a str> {
    wanted.get(path)?.value.as_str()
}

/// An error at a setting.
pub(super) fn error(code: Code, at: &str, title: impl Into<String>) -> Concern {
    Concern { code, severity: Severity::Error, title: title.into(), at: at.to_owned(), also: None, help: String::new() }
}

impl Concern {
    pub(super) fn and(self, at: &str, text: &str) -> Self {
        Self { also: Some((at.to_owned(), text.to_owned())), ..self }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: help.into(), ..self }
    }

    pub(super) fn warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }
}

/// The id of a rule at AWS has room for so many characters.
pub(super) fn name_fits(at: &str, name: &str, concerns: &mut Vec<Concern>) {
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        let title =
            format!("the name of a rule has 1 to {LONGEST_NAME} characters, as AWS's ids have 255 and the owner's mark comes before it");
        concerns.push(error(Code::OutOfRange, at, title).help("choose a shorter name"));
    }
}

fn versioning(wanted: &BTreeMap<String, Wanted>, concerns: &mut Vec<Concern>) {
    if text(wanted, VERSIONING) != Some(SUSPENDED) {
        return;
    }
    let replicates = names(wanted, REPLICATION).into_iter().next().map(|name| path::keyed(REPLICATION, &name));
    if let Some(rule) = replicates {
        let title = "AWS replicates only from a bucket with versioning, and this suspends it";
        concerns
            .push(error(Code::NeedsVersioning, VERSIONING, title).and(&rule, "this needs versioning").help("write `status = \"Enabled\"`"));
    }
    if wanted.contains_key(LOCK) {
        let title = "object lock needs versioning for ever, and this suspends it";
        concerns
            .push(error(Code::NeedsVersioning, VERSIONING, title).and(LOCK, "this needs versioning").help("write `status = \"Enabled\"`"));
    }
}

fn object_lock(wanted: &BTreeMap<String, Wanted>, concerns: &mut Vec<Concern>) {
    let Some(mode) = wanted.get(LOCK_MODE).map(|_| LOCK_MODE) else { return };
    match (wanted.contains_key(LOCK_DAYS), wanted.contains_key(LOCK_YEARS)) {
        (true, true) => {
            let title = "a default retention is of days or of years, not of both";
            concerns.push(error(Code::BucketSettings, LOCK_YEARS, title).and(LOCK_DAYS, "days are given here").help("keep one of the two"));
        }
        (false, false) => {
            concerns.push(error(Code::BucketSettings, mode, "a default retention needs `days` or `years`").help("add one of the two"));
        }
        _ => {}
    }
}

/// The checks of one lifecycle rule.
struct RuleCheck<'a> {
    rule: &'a Rule,
    at: &'a str,
}

impl RuleCheck<'_> {
    fn error(&self, code: Code, rest: &str, title: impl Into<String>) -> Concern {
        error(code, &path::child(self.at, rest), title)
    }

    fn filter(&self, concerns: &mut Vec<Concern>) {
        filter_forms(self.rule, self.at, concerns);
        let filter = self.rule.filter();
        if let (Some(above), Some(below)) = (filter.above, filter.below)
            && above >= below
        {
            let title = format!("no object is larger than {above} and smaller than {below} bytes");
            concerns.push(
                self.error(Code::RuleFilter, "filter.and.object_size_less_than", title).help("both bounds are exclusive; widen them"),
            );
        }
        let narrows = if filter.tags.is_empty() { filter.above.or(filter.below).map(|_| "object sizes") } else { Some("tags") };
        let Some(narrows) = narrows else { return };
        for (rest, what) in [
            ("abort_incomplete_multipart_upload.days_after_initiation", "uploads that are not finished have none"),
            ("expiration.expired_object_delete_marker", "delete markers have none"),
        ] {
            let declared = self.rule.number(rest).is_some() || self.rule.flag(rest);
            if declared {
                let name = rest.split('.').next_back().unwrap_or(rest);
                let title = format!("`{name}` does not go with a filter by {narrows}: {what}");
                concerns.push(self.error(Code::RuleFilter, rest, title).help("move it to a rule of its own, with a prefix or no filter"));
            }
        }
    }

    fn actions(&self, concerns: &mut Vec<Concern>) {
        let rule = self.rule;
        let blocks = ["transition", "noncurrent_version_transition"];
        let leaves = [
            "expiration.days",
            "expiration.date",
            "noncurrent_version_expiration.noncurrent_days",
            "abort_incomplete_multipart_upload.days_after_initiation",
        ];
        let acts = blocks.iter().any(|block| rule.has_within(block)) || leaves.iter().any(|leaf| rule.has(leaf));
        if !acts
            && !rule.flag("expiration.expired_object_delete_marker")
            && !rule.has("noncurrent_version_expiration.newer_noncurrent_versions")
        {
            let help = "add an `expiration`, a `transition` or another action";
            concerns.push(error(Code::RuleActions, self.at, "this lifecycle rule does nothing, and AWS refuses such").help(help));
        }
        let given: Vec<&str> = ["days", "date"].into_iter().filter(|name| rule.has(&format!("expiration.{name}"))).collect();
        let marker = rule.flag("expiration.expired_object_delete_marker").then_some("expired_object_delete_marker");
        let given: Vec<&str> = given.into_iter().chain(marker).collect();
        if let [first, .., second] = given.as_slice() {
            let concern = self.error(
                Code::RuleActions,
                &format!("expiration.{second}"),
                format!("an expiration takes one of `{first}` and `{second}`, not both"),
            );
            let help = match marker {
                Some(_) => "an expiration with `days` or `date` takes such markers away anyhow: remove `expired_object_delete_marker`",
                None => "keep one of the two",
            };
            concerns.push(concern.and(&path::child(self.at, &format!("expiration.{first}")), "given here").help(help));
        }
        let newer = "noncurrent_version_expiration.newer_noncurrent_versions";
        if rule.has(newer) && !rule.has("noncurrent_version_expiration.noncurrent_days") {
            let title = "`newer_noncurrent_versions` counts only together with `noncurrent_days`, and AWS refuses it alone";
            concerns.push(self.error(Code::RuleActions, newer, title).help("add `noncurrent_days = 1` or more"));
        }
    }

    /// The order of storage classes, the days that objects must stay in each, and that nothing is moved after it expired.
    fn transitions(&self, block: &str, days: &str, expiry: Option<i64>, concerns: &mut Vec<Concern>) {
        let mut steps: Vec<(usize, String, i64)> = Vec::new();
        for class in self.rule.keys(block) {
            let place = path::keyed(block, &class);
            let rank = STAYS.iter().position(|(name, _)| *name == class).unwrap_or_default();
            let Some(after) = self.rule.number(&format!("{place}.{days}")) else { continue };
            if matches!(class.as_str(), "STANDARD_IA" | "ONEZONE_IA") && after < 30 {
                let title = format!("AWS moves objects to {class} after 30 days at the earliest, not after {after}");
                concerns.push(self.error(Code::RuleTransitions, &format!("{place}.{days}"), title).help(format!("write `{days} = 30`")));
            }
            if let Some(expiry) = expiry.filter(|expiry| *expiry <= after) {
                let after = count(after, "day");
                let title = format!("they are moved to {class} after {after}, and expire after {expiry} already");
                let concern = self.error(Code::RuleTransitions, &format!("{place}.{days}"), title);
                concerns.push(concern.help(format!("let them expire later than after {after}, or move them sooner")));
            }
            steps.push((rank, class, after));
        }
        steps.sort();
        for ((warm_rank, warm, first), (_, cold, second)) in steps.iter().zip(steps.iter().skip(1)) {
            let stays = STAYS.get(*warm_rank).map_or(0, |(_, stays)| *stays).max(1);
            if second - first < stays {
                let title = format!(
                    "objects move to {warm} after {} and must stay there for {stays}, so not to {cold} after {second}",
                    count(*first, "day")
                );
                let place = format!("{}.{days}", path::keyed(block, cold));
                let help =
                    format!("write `{days} = {}` or more; classes are passed from {warm} to {cold}, never the other way", first + stays);
                concerns.push(self.error(Code::RuleTransitions, &place, title).help(help));
            }
        }
    }

    /// Each transition has days or a date, and a rule has days or dates throughout.
    fn dates(&self, concerns: &mut Vec<Concern>) {
        let mut of_days = Vec::new();
        let mut of_dates = Vec::new();
        for class in self.rule.keys("transition") {
            let place = path::keyed("transition", &class);
            match (self.rule.has(&format!("{place}.days")), self.rule.has(&format!("{place}.date"))) {
                (true, false) => of_days.push(format!("{place}.days")),
                (false, true) => of_dates.push(format!("{place}.date")),
                (both, _) => {
                    let title = if both { "a transition takes `days` or `date`, not both" } else { "a transition needs `days` or `date`" };
                    concerns.push(self.error(Code::RuleTransitions, &place, title).help("give one of the two"));
                }
            }
        }
        for (list, path) in [(&mut of_days, "expiration.days"), (&mut of_dates, "expiration.date")] {
            if self.rule.has(path) {
                list.push(path.to_owned());
            }
        }
        if let (Some(days), Some(date)) = (of_days.first(), of_dates.first()) {
            let concern = self.error(Code::RuleTransitions, date, "AWS takes days or dates in one rule, not both");
            concerns.push(concern.and(&path::child(self.at, days), "days are given here").help("write days throughout, or make two rules"));
        }
        let Some(end) = self.rule.text("expiration.date") else { return };
        for class in self.rule.keys("transition") {
            let place = format!("{}.date", path::keyed("transition", &class));
            if self.rule.text(&place).is_some_and(|date| date >= end) {
                let concern = self.error(Code::RuleTransitions, &place, "objects are moved on a day on which they have expired already");
                concerns.push(concern.and(&path::child(self.at, "expiration.date"), "they expire here").help("choose an earlier day"));
            }
        }
    }

    /// With versioning an expiration deletes nothing by itself, so that what is paid for grows for ever.
    fn growth(&self, versioned: bool, wanted: &BTreeMap<String, Wanted>, concerns: &mut Vec<Concern>) {
        if !versioned || !self.rule.is_on() || !(self.rule.has("expiration.days") || self.rule.has("expiration.date")) {
            return;
        }
        let covers = |name: &String| {
            let other = Rule::wanted(&path::keyed(LIFECYCLE, name), wanted);
            let deletes = other.has("noncurrent_version_expiration.noncurrent_days");
            other.is_on() && deletes && self.rule.filter().is_within(&other.filter())
        };
        if names(wanted, LIFECYCLE).iter().any(covers) {
            return;
        }
        let title = "with versioning this expiration only puts delete markers on top: nothing deletes the versions under them, and what they cost grows for ever";
        let place = if self.rule.has("expiration.days") { "expiration.days" } else { "expiration.date" };
        let help = "add `noncurrent_version_expiration { noncurrent_days = 90 }`, with as many days as you may need to undo a deletion";
        concerns.push(self.error(Code::GrowsForEver, place, title).warning().and(VERSIONING, "versioning is on here").help(help));
    }
}

/// A filter has one condition; several stand in `and`, which needs two or more.
pub(super) fn filter_forms(rule: &Rule, at: &str, concerns: &mut Vec<Concern>) {
    let sizes = ["object_size_greater_than", "object_size_less_than"];
    let mut outer: Vec<String> =
        ["prefix"].iter().chain(&sizes).map(|name| format!("filter.{name}")).filter(|path| rule.has(path)).collect();
    if rule.has_within("filter.tag") {
        outer.push("filter.tag.key".to_owned());
    }
    let tags = rule.filter().tags.len() - usize::from(rule.has_within("filter.tag"));
    let inner = ["prefix"].iter().chain(&sizes).filter(|name| rule.has(&format!("filter.and.{name}"))).count() + tags;
    let has_and = rule.has_within("filter.and");
    let place = |rest: &str| path::child(at, rest);
    if let [first, second, ..] = outer.as_slice() {
        let concern = error(Code::RuleFilter, &place(second), "a filter takes one condition");
        concerns.push(concern.and(&place(first), "one is here").help("put several conditions into `and { … }`"));
    } else if let (Some(first), true) = (outer.first(), has_and) {
        concerns.push(
            error(Code::RuleFilter, &place(first), "a filter takes one condition or `and`, not both").help("move it into `and { … }`"),
        );
    } else if has_and && inner < 2 {
        let title = "`and` needs two conditions or more, and AWS refuses one alone";
        let first = ["prefix", "tags", "object_size_greater_than", "object_size_less_than"].iter().map(|name| format!("filter.and.{name}"));
        let first = first.into_iter().find(|path| rule.has(path)).unwrap_or_default();
        concerns.push(
            error(Code::RuleFilter, &place(&first), title)
                .help("write the condition directly into `filter`; one tag as `tag { key = … value = … }`"),
        );
    }
}

/// Whether a value is known before apply.
pub(super) fn is_known(wanted: &BTreeMap<String, Wanted>, path: &str) -> bool {
    wanted.get(path).is_none_or(|wanted| wanted.value != Value::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::s3_bucket::forms;

    #[test]
    fn every_storage_class_has_its_days() {
        let known: Vec<&str> = STAYS.iter().map(|(class, _)| *class).collect();
        assert!(forms::CLASSES.iter().all(|class| known.contains(class)));
    }
}
