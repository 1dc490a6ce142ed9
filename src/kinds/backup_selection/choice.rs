//! Which resources come and go with a change of a selection.

use super::NAME;
use crate::kinds::backup_choice::{Choice, OPERATORS, RESOURCES, TAG};
use crate::kinds::{Beside, Flat, backup_types};
use crate::model::Listed;
#[cfg(any(feature = "aws", test))]
use crate::model::path;
use std::collections::{BTreeMap, BTreeSet};

/// More than these are only counted.
const NAMED: usize = 10;

/// Of more tags than these everything that is tagged is listed at once.
#[cfg(any(feature = "aws", test))]
const MOST_LISTINGS: usize = 4;

/// Which resources come and go with a change, in sentences. What another selection of the plan takes comes and goes with that one only.
pub(super) fn reach(before: Option<&Flat>, after: Option<&Flat>, beside: Option<Beside<'_>>, seen: Option<&[Listed]>) -> Vec<String> {
    let either = || before.into_iter().chain(after);
    if seen.is_none() && either().any(needs_tags) {
        return vec!["which resources this chooses by tag or pattern could not be looked up (tag:GetResources)".to_owned()];
    }
    let mut resources: BTreeMap<&str, &BTreeMap<String, String>> = BTreeMap::new();
    let none = BTreeMap::new();
    let literal: Vec<String> =
        either().flat_map(|flat| flat.texts(RESOURCES).unwrap_or_default()).filter(|arn| !arn.contains('*')).collect();
    resources.extend(literal.iter().map(|arn| (arn.as_str(), &none)));
    resources.extend(
        seen.into_iter()
            .flatten()
            .filter(|listed| backup_types::is_backed_up(&listed.name))
            .filter_map(|listed| Some((listed.name.as_str(), listed.tags.as_ref()?))),
    );
    let chosen = |flat: Option<&Flat>| -> BTreeSet<&str> {
        let choice = flat.map(Choice::new);
        resources.iter().filter(|(arn, tags)| choice.as_ref().is_some_and(|choice| choice.takes(arn, tags))).map(|(arn, _)| *arn).collect()
    };
    let (old, new) = (chosen(before), chosen(after));
    // Without the tags nobody can tell what the others choose.
    let beside = beside.filter(|beside| seen.is_some() || !beside.before.iter().chain(beside.after).any(needs_tags));
    let of_others = |flats: &[Flat]| -> Vec<Choice> { flats.iter().map(Choice::new).collect() };
    let others = beside.map(|beside| (of_others(beside.before), of_others(beside.after)));
    let takes = |others: &[Choice], arn: &str| {
        let tags = resources.get(arn).copied().unwrap_or(&none);
        others.iter().any(|other| other.takes(arn, tags))
    };
    let (come, already): (Vec<&str>, Vec<&str>) =
        new.difference(&old).copied().partition(|arn| !others.as_ref().is_some_and(|(before, _)| takes(before, arn)));
    let (gone, still): (Vec<&str>, Vec<&str>) =
        old.difference(&new).copied().partition(|arn| !others.as_ref().is_some_and(|(_, after)| takes(after, arn)));
    let by = if others.is_some() { "" } else { " by this selection" };
    let mut sentences = Vec::new();
    if come.len() + gone.len() > 1 {
        let name = either().last().and_then(|flat| flat.text(NAME)).filter(|_| by.is_empty());
        let name = name.map(|name| format!("selection {name}: ")).unwrap_or_default();
        sentences.push(format!("{name}+{} / -{} resources{by}", come.len(), gone.len()));
    }
    for (what, arns) in [
        (format!("comes in{by}"), come),
        ("another selection of the plan takes already".to_owned(), already),
        (format!("goes out{by}"), gone),
        ("another selection of the plan takes from then on".to_owned(), still),
    ] {
        if !arns.is_empty() {
            sentences.push(format!("{what}: {}", list(&arns)));
        }
    }
    let staying: &[Choice] = others.as_ref().map_or(&[], |(_, after)| after);
    let doubted = doubted(before, after, staying, seen.unwrap_or_default());
    if !doubted.is_empty() {
        sentences.push(format!("goes out, of types that AWS Backup is not known to back up: {}", list(&doubted)));
    }
    if sentences.is_empty() && old.is_empty() && new.is_empty() && either().any(needs_tags) {
        sentences.push("it chooses nothing that exists now and has a tag".to_owned());
    }
    let patterns = |flat: &Flat| flat.texts(RESOURCES).unwrap_or_default().iter().any(|arn| arn.contains('*'));
    if either().any(patterns) {
        sentences.push("of what is chosen by pattern, only resources that have or had a tag could be listed here".to_owned());
    }
    sentences
}

/// What goes out and is of a service that AWS may back up by now. What comes in of such a one is nothing to count on.
fn doubted<'s>(before: Option<&Flat>, after: Option<&Flat>, others: &[Choice], seen: &'s [Listed]) -> Vec<&'s str> {
    let [old, new] = [before, after].map(|flat| flat.map(Choice::new));
    let takes = |choice: &Option<Choice>, arn: &str, tags| choice.as_ref().is_some_and(|choice| choice.takes(arn, tags));
    let tagged = seen.iter().filter_map(|listed| Some((listed.name.as_str(), listed.tags.as_ref()?)));
    let mut doubted: Vec<&str> = tagged
        .filter(|(arn, _)| backup_types::is_of_unknown_service(arn))
        .filter(|(arn, tags)| takes(&old, arn, tags) && !takes(&new, arn, tags))
        .filter(|(arn, tags)| !others.iter().any(|other| other.takes(arn, tags)))
        .map(|(arn, _)| arn)
        .collect();
    // What is named outright is listed in any case.
    let named: BTreeSet<String> = before.and_then(|flat| flat.texts(RESOURCES)).unwrap_or_default().into_iter().collect();
    doubted.retain(|arn| !named.contains(*arn));
    doubted.sort_unstable();
    doubted
}

/// Whether the literal ARNs alone do not tell what a selection chooses.
pub(super) fn needs_tags(flat: &Flat) -> bool {
    let patterns = flat.texts(RESOURCES).unwrap_or_default().iter().any(|arn| arn.contains('*'));
    patterns || !flat.keys(TAG).is_empty() || OPERATORS.iter().any(|operator| !flat.keys(operator).is_empty())
}

/// The tags of what must be listed to know all that selections choose: one listing for each tag that chooses, or one of everything that has any
/// tag where patterns choose, where conditions narrow what is named, and where the tags are many.
#[cfg(any(feature = "aws", test))]
pub(super) fn filters(selections: &[&Flat]) -> Vec<BTreeMap<String, Option<String>>> {
    let mut filters = BTreeSet::new();
    for flat in selections {
        let named = flat.texts(RESOURCES).unwrap_or_default();
        let is_narrowed = !named.is_empty() && OPERATORS.iter().any(|operator| !flat.keys(operator).is_empty());
        if is_narrowed || named.iter().any(|arn| arn.contains('*')) {
            return vec![BTreeMap::new()];
        }
        for tag in flat.keys(TAG).iter().map(|key| path::keyed(TAG, key)) {
            let text = |name: &str| flat.text(&path::child(&tag, name)).unwrap_or_default();
            filters.insert((text("key"), text("value")));
        }
    }
    // A key that is known only after apply is none.
    if filters.len() > MOST_LISTINGS || filters.iter().any(|(key, _)| key.is_empty()) {
        return vec![BTreeMap::new()];
    }
    filters.into_iter().map(|(key, value)| BTreeMap::from([(key, Some(value))])).collect()
}

fn list(arns: &[&str]) -> String {
    let named = arns.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match arns.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named}, and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Value;

    const ALONE: Option<Beside<'static>> = Some(Beside { before: &[], after: &[] });

    fn selection(settings: &[(&str, Value)]) -> Flat {
        Flat::of_values(&settings.iter().map(|(path, value)| ((*path).to_owned(), value.clone())).collect())
    }

    fn texts(texts: &[&str]) -> Value {
        Value::set(texts.iter().map(|text| Value::from(*text)))
    }

    fn seen(things: &[(&str, &[(&str, &str)])]) -> Vec<Listed> {
        let tags = |tags: &[(&str, &str)]| tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        things.iter().map(|(arn, of)| Listed { name: (*arn).to_owned(), tags: Some(tags(of)) }).collect()
    }

    fn block(block: &str, key: &str, value: &str) -> [(String, Value); 3] {
        let at = path::keyed(block, &format!("{key}/{value}"));
        [(path::child(&at, "key"), Value::from(key)), (path::child(&at, "value"), Value::from(value)), (at, Value::from(true))]
    }

    /// The example of the documentation: everything of one service, one cluster, and all that is tagged, but for what is of the test stage.
    #[test]
    fn resources_and_tags_add_up_and_conditions_narrow_both() {
        let mut settings: BTreeMap<String, Value> =
            BTreeMap::from([(RESOURCES.to_owned(), texts(&["arn:aws:fsx:*", "arn:aws:rds:us-east-1:1:cluster:one"]))]);
        settings.extend(block(TAG, "backup", "true"));
        settings.extend(block("condition.string_not_equals", "aws:ResourceTag/stage", "test"));
        let flat = Flat::of_values(&settings);
        let things = seen(&[
            ("arn:aws:fsx:us-east-1:1:file-system/a", &[("stage", "test")]),
            ("arn:aws:fsx:us-east-1:1:file-system/b", &[("stage", "live")]),
            ("arn:aws:dynamodb:us-east-1:1:table/t", &[("backup", "true")]),
            ("arn:aws:dynamodb:us-east-1:1:table/u", &[("backup", "True")]),
        ]);
        insta::assert_snapshot!(reach(None, Some(&flat), ALONE, Some(&things)).join("\n"), @"
        +3 / -0 resources
        comes in: arn:aws:dynamodb:us-east-1:1:table/t, arn:aws:fsx:us-east-1:1:file-system/b, arn:aws:rds:us-east-1:1:cluster:one
        of what is chosen by pattern, only resources that have or had a tag could be listed here
        ");
    }

    #[test]
    fn only_what_aws_backup_can_back_up_comes_in_by_a_pattern() {
        let flat = selection(&[(RESOURCES, texts(&["*"]))]);
        let things = seen(&[
            ("arn:aws:backup:us-east-1:1:backup-vault:daily", &[]),
            ("arn:aws:backup:us-east-1:1:backup-plan:5a4d", &[]),
            ("arn:aws:cloudwatch:us-east-1:1:alarm:failed", &[]),
            ("arn:aws:sns:us-east-1:1:alerts", &[]),
            ("arn:aws:ec2:us-east-1:1:subnet/subnet-1", &[]),
            ("arn:aws:dynamodb:us-east-1:1:table/orders", &[]),
            ("arn:aws:s3:::papers", &[]),
            ("arn:aws:rds:us-east-1:1:snapshot:old", &[]),
            ("arn:aws:rds:us-east-1:1:db:shop", &[]),
        ]);
        let told = reach(None, Some(&flat), ALONE, Some(&things));
        let (count, come) = (&told[0], &told[1]);
        assert_eq!(count, "+3 / -0 resources");
        assert_eq!(come, "comes in: arn:aws:dynamodb:us-east-1:1:table/orders, arn:aws:rds:us-east-1:1:db:shop, arn:aws:s3:::papers");
    }

    #[test]
    fn what_comes_in_and_goes_out_is_named() {
        let old = selection(&[(RESOURCES, texts(&["arn:a", "arn:b"]))]);
        let new = selection(&[(RESOURCES, texts(&["arn:b", "arn:c"]))]);
        assert_eq!(reach(Some(&old), Some(&new), ALONE, None), ["+1 / -1 resources", "comes in: arn:c", "goes out: arn:a"]);
        assert_eq!(reach(Some(&old), None, ALONE, None), ["+0 / -2 resources", "goes out: arn:a, arn:b"]);
    }

    #[test]
    fn what_another_selection_takes_neither_comes_nor_goes() {
        let of = |arns: &[&str]| selection(&[(RESOURCES, texts(arns))]);
        let (both, other) = (of(&["arn:a", "arn:b"]), [of(&["arn:b"])]);
        let beside = Some(Beside { before: &other, after: &other });
        assert_eq!(reach(None, Some(&both), beside, None), ["comes in: arn:a", "another selection of the plan takes already: arn:b"]);
        let gone = ["goes out: arn:a", "another selection of the plan takes from then on: arn:b"];
        assert_eq!(reach(Some(&both), None, beside, None), gone);
        let unknown = ["+0 / -2 resources by this selection", "goes out by this selection: arn:a, arn:b"];
        assert_eq!(reach(Some(&both), None, None, None), unknown);
        let by_tag = [Flat::of_values(&block(TAG, "backup", "true").into_iter().collect())];
        let beside = Some(Beside { before: &by_tag, after: &by_tag });
        assert_eq!(reach(Some(&both), None, beside, None), unknown, "what has the tag could not be looked up");
        let things = seen(&[("arn:b", &[("backup", "true")])]);
        assert_eq!(
            reach(Some(&both), None, beside, Some(&things)),
            ["+0 / -2 resources", "goes out: arn:a, arn:b"],
            "of no type that AWS Backup knows"
        );
    }

    #[test]
    fn what_goes_out_of_a_service_that_aws_may_have_added_is_told_apart() {
        let flat = selection(&[(RESOURCES, texts(&["*"]))]);
        let things = seen(&[
            ("arn:aws:backup:us-east-1:1:backup-vault:daily", &[]),
            ("arn:aws:ec2:us-east-1:1:subnet/subnet-1", &[]),
            ("arn:aws:novel:us-east-1:1:store/one", &[]),
            ("arn:aws:s3:::papers", &[]),
        ]);
        let alone = Some(Beside { before: &[], after: &[] });
        let gone = reach(Some(&flat), None, alone, Some(&things));
        assert_eq!(
            &gone[..2],
            [
                "goes out: arn:aws:s3:::papers",
                "goes out, of types that AWS Backup is not known to back up: arn:aws:novel:us-east-1:1:store/one"
            ]
        );
        assert!(!reach(None, Some(&flat), alone, Some(&things)).join(" ").contains("novel"), "nobody counts on what comes in");
    }

    #[test]
    fn only_what_can_be_chosen_is_listed() {
        let one = Flat::of_values(&block(TAG, "backup", "true").into_iter().collect());
        let of_tag = BTreeMap::from([("backup".to_owned(), Some("true".to_owned()))]);
        let named = selection(&[(RESOURCES, texts(&["arn:a"]))]);
        assert_eq!(filters(&[&one, &one, &named]), [of_tag]);
        assert_eq!(filters(&[&named]), []);
        let everything = [BTreeMap::new()];
        assert_eq!(filters(&[&one, &selection(&[(RESOURCES, texts(&["arn:aws:s3:::*"]))])]), everything);
        let mut narrowed: BTreeMap<String, Value> = BTreeMap::from([(RESOURCES.to_owned(), texts(&["arn:a"]))]);
        narrowed.extend(block("condition.string_equals", "aws:ResourceTag/stage", "live"));
        assert_eq!(filters(&[&Flat::of_values(&narrowed)]), everything, "nobody knows the tags of what is named");
    }

    #[test]
    fn what_could_not_be_looked_up_is_said() {
        let flat = selection(&[(RESOURCES, texts(&["*"]))]);
        assert!(reach(None, Some(&flat), ALONE, None)[0].contains("could not be looked up"));
    }
}
