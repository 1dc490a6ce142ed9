//! AWS Backup's rules across the settings of a selection.

use super::{NOT_RESOURCES, OPERATORS, RESOURCES, TAG, covers};
use crate::kinds::{Concern, Need, Needed, Place, backup_choice, backup_types};
use crate::model::{Code, Listed, Severity, Value, Wanted, path};
use std::collections::BTreeMap;

const MOST_PATTERNS: usize = 30;
const MOST_TAGS: usize = 30;

/// What is wrong with a selection.
pub(super) fn check(wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
    let mut concerns = Vec::new();
    let mut say = |code, severity, at: &str, title: String, help: &str| {
        concerns.push(Concern { code, severity, title, at: at.to_owned(), also: None, help: help.to_owned() });
    };
    let items = |setting: &str| wanted.get(setting).map(|wanted| &wanted.value);
    // What is known only after apply is not empty.
    let is_empty = |setting: &str| items(setting).is_none_or(|value| value.as_items().is_some_and(<[Value]>::is_empty));
    let tags: Vec<&String> = blocks(wanted, TAG);
    let conditions: Vec<&String> = OPERATORS.iter().flat_map(|operator| blocks(wanted, operator)).collect();
    if is_empty(RESOURCES) && tags.is_empty() {
        let (title, help) = match conditions.first() {
            Some(_) => (
                "conditions alone choose nothing: AWS refuses a selection without `resources` and `selection_tag`",
                "add `resources = [\"*\"]`, of which the conditions then choose",
            ),
            None => (
                "a selection needs `resources` or a `selection_tag`",
                "add `resources = [\"arn:…\"]`, or `selection_tag { type = \"STRINGEQUALS\" … }`",
            ),
        };
        let at = conditions.first().map_or("", |at| at.as_str());
        say(Code::ChoosesNothing, Severity::Error, at, title.to_owned(), help);
    }
    if leaves_nothing(items(RESOURCES), items(NOT_RESOURCES), !tags.is_empty()) {
        say(
            Code::ChoosesNothing,
            Severity::Error,
            NOT_RESOURCES,
            "`not_resources` leaves out all that the selection brings in, so that nothing is backed up".to_owned(),
            "narrow `not_resources`, or remove the selection",
        );
    }
    let arns = items(RESOURCES).and_then(Value::as_items).into_iter().flatten().filter_map(Value::as_str);
    for (arn, what) in arns.filter_map(|arn| Some((arn, backup_types::strange(arn)?))) {
        let title = format!("AWS Backup is not known to back up {what}: {arn}");
        let help = format!("take it out, and protect it by its own service's means; AWS Backup backs up {}", backup_types::all());
        say(Code::NotBackedUp, Severity::Warning, &path::keyed(RESOURCES, arn), title, &help);
    }
    if let Some(tag) = tags.first().filter(|_| !is_empty(RESOURCES)) {
        let all = items(RESOURCES).and_then(Value::as_items).is_some_and(|items| items.contains(&Value::from("*")));
        let title = if all {
            "`resources` holds \"*\", so the `selection_tag` beside it chooses nothing more: everything is backed up".to_owned()
        } else {
            "`resources` and `selection_tag` add up: what is named is backed up whether it has the tag or not, and so is everything else that has it".to_owned()
        };
        say(
            Code::Union,
            Severity::Warning,
            tag,
            title,
            "to choose only what is named and has the tag, write a `condition { string_equals { … } }` in place of the `selection_tag`",
        );
    }
    for setting in [RESOURCES, NOT_RESOURCES] {
        let patterns = items(setting).and_then(Value::as_items).into_iter().flatten();
        let patterns = patterns.filter(|item| item.as_str().is_some_and(|text| text.contains('*'))).count();
        if patterns > MOST_PATTERNS {
            let title = format!("`{setting}` takes {MOST_PATTERNS} ARNs with `*`, found {patterns}");
            say(Code::OutOfRange, Severity::Error, setting, title, "choose by tag, or split it over several selections");
        }
    }
    for (what, found) in [("selection_tag", &tags), ("condition", &conditions)] {
        if let Some(extra) = found.get(MOST_TAGS) {
            let title = format!("a selection takes {MOST_TAGS} of `{what}`, found {}", found.len());
            say(Code::OutOfRange, Severity::Error, extra, title, "split them over several selections");
        }
    }
    concerns
}

/// The types that must be opted in to, as not every resource of them is named with its full ARN.
pub(super) fn opt_ins(wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
    let mut needs = Vec::new();
    let arns = wanted.get(RESOURCES).and_then(|resources| resources.value.as_items()).into_iter().flatten().filter_map(Value::as_str);
    for arn in arns.filter(|arn| arn.contains('*')) {
        let types = if arn == "*" { backup_types::names() } else { backup_types::of_arn(arn) };
        if !types.is_empty() {
            let otherwise = format!("what the pattern `{arn}` chooses of that is not backed up, and nothing tells");
            needs.push(backup_types::opted_in(&types, &path::keyed(RESOURCES, arn), place, otherwise));
        }
    }
    let all = needs.iter().any(|need| need.at == path::keyed(RESOURCES, "*"));
    if let Some(tag) = blocks(wanted, TAG).first().filter(|_| !all) {
        let otherwise = "what is chosen by tag of that is not backed up, and nothing tells".to_owned();
        needs.push(backup_types::opted_in(&backup_types::names(), tag, place, otherwise));
    }
    needs
}

/// That what is named outright is there, and can be backed up: AWS takes a selection of what is not there, and says nothing.
pub(super) fn named(wanted: &BTreeMap<String, Wanted>) -> Vec<Need> {
    let arns = wanted.get(RESOURCES).and_then(|wanted| wanted.value.as_items()).into_iter().flatten().filter_map(Value::as_str);
    let mut needs = Vec::new();
    for arn in arns.filter(|arn| !arn.contains('*')) {
        needs.push(Need {
            at: path::keyed(RESOURCES, arn),
            of: arn.to_owned(),
            needed: Needed::Presence,
            severity: Severity::Warning,
            otherwise: "AWS Backup takes the selection, backs up nothing of it and says nothing".to_owned(),
        });
        needs.extend(versioned(path::keyed(RESOURCES, arn), arn));
    }
    needs
}

/// That what is chosen by pattern or tag of the things that are known can be backed up.
pub(super) fn chosen(wanted: &BTreeMap<String, Wanted>, seen: &[Listed]) -> Vec<Need> {
    let arns = backup_choice::chosen(wanted, seen);
    arns.into_iter().filter_map(|arn| versioned(chosen_by(wanted, seen, arn), arn)).collect()
}

/// That a bucket has versioning; of anything else nothing.
fn versioned(at: String, arn: &str) -> Option<Need> {
    (arn.split(':').nth(2) == Some("s3")).then(|| Need {
        at,
        of: arn.to_owned(),
        needed: Needed::Setting { path: backup_types::VERSIONING.to_owned(), value: Value::from("Enabled") },
        severity: Severity::Warning,
        otherwise: "AWS Backup backs up only buckets with versioning, and every job for this one fails".to_owned(),
    })
}

/// The pattern, or else the tag, by which a selection chooses a thing.
fn chosen_by(wanted: &BTreeMap<String, Wanted>, seen: &[Listed], arn: &str) -> String {
    let patterns = wanted.get(RESOURCES).and_then(|wanted| wanted.value.as_items()).into_iter().flatten();
    if let Some(pattern) = patterns.filter_map(Value::as_str).find(|pattern| super::Pattern::new(pattern).matches(arn)) {
        return path::keyed(RESOURCES, pattern);
    }
    let tags = seen.iter().find(|listed| listed.name == arn).and_then(|listed| listed.tags.as_ref());
    let text = |block: &str, setting: &str| wanted.get(&path::child(block, setting)).and_then(|wanted| wanted.value.as_str());
    let has = |block: &&&String| {
        let value = tags.zip(text(block, "key")).and_then(|(tags, key)| tags.get(key));
        value.is_some_and(|value| text(block, "value") == Some(value.as_str()))
    };
    blocks(wanted, TAG).iter().find(has).map_or_else(|| TAG.to_owned(), |block| (*block).clone())
}

/// What a selection names outside of its plan's region and account: a plan backs up nothing there.
pub(super) fn elsewhere(wanted: &BTreeMap<String, Wanted>, region: Option<&str>, account: Option<&str>) -> Vec<Concern> {
    let arns = wanted.get(RESOURCES).and_then(|wanted| wanted.value.as_items()).into_iter().flatten().filter_map(Value::as_str);
    let concern = |arn: &str| {
        let mut parts = arn.split(':').skip(3);
        let (of_region, of_account) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        // Some ARNs have neither, and `*` is any.
        let is_other = |of: &str, own: Option<&str>| !["", "*"].contains(&of) && own.is_some_and(|own| own != of);
        let (what, of, own) = match (is_other(of_region, region), is_other(of_account, account)) {
            (true, _) => ("region", of_region, region),
            (false, true) => ("account", of_account, account),
            (false, false) => return None,
        };
        Some(Concern {
            code: Code::NotBackedUp,
            severity: Severity::Warning,
            title: format!("{arn} is in {what} {of}, and a plan of {} backs up nothing there", own.unwrap_or_default()),
            at: path::keyed(RESOURCES, arn),
            also: None,
            help: format!("declare a plan and a selection in a target of {what} {of}, or take the ARN out"),
        })
    };
    arns.filter_map(concern).collect()
}

/// Whether all that is brought in is left out again. What is known only after apply may be something.
fn leaves_nothing(resources: Option<&Value>, not_resources: Option<&Value>, has_tags: bool) -> bool {
    let none = Value::set([]);
    let (Some(resources), Some(left_out)) = (resources.or(Some(&none)).filter(|value| !value.has_unknown()), not_resources) else {
        return false;
    };
    let is_nothing = resources.as_items().is_some_and(<[Value]>::is_empty) && !has_tags;
    let everything = left_out.as_items().is_some_and(|items| items.contains(&Value::from("*")));
    !is_nothing && !left_out.has_unknown() && (everything || (!has_tags && covers(left_out, resources)))
}

fn blocks<'w>(wanted: &'w BTreeMap<String, Wanted>, block: &str) -> Vec<&'w String> {
    wanted.keys().filter(|path| path.ends_with(']') && path::generic(path) == block).collect()
}
