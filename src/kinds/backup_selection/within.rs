//! Whether one selection takes all that another does, whatever there is: told from the two alone.

use super::{NOT_RESOURCES, OPERATORS, Pattern, RESOURCES, TAG};
use crate::kinds::Flat;
use crate::model::path;
use std::collections::BTreeSet;

/// Whether `wide` surely takes all that `narrow` takes. Names and roles say nothing about that.
pub(super) fn contains(wide: &Flat, narrow: &Flat) -> bool {
    let texts = |flat: &Flat, setting: &str| flat.texts(setting).unwrap_or_default();
    let named = texts(narrow, RESOURCES);
    let (brought, tags) = (patterns(wide, RESOURCES), pairs(narrow, TAG));
    let everything = texts(wide, RESOURCES).iter().any(|pattern| pattern == "*");
    let literal: BTreeSet<String> = texts(wide, RESOURCES).into_iter().collect();
    // What is named outright is backed up even where its type is not opted in to; what a pattern or a tag chooses is not.
    let is_named = |text: &String| if text.contains('*') { any(&brought, text) } else { literal.contains(text) };
    let is_brought = named.iter().all(is_named) && (everything || tags.is_subset(&pairs(wide, TAG)));
    let (left_out, left_out_before) = (texts(wide, NOT_RESOURCES), patterns(narrow, NOT_RESOURCES));
    // What the other left out too, or does not bring in, is not missed.
    let is_listed = tags.is_empty() && named.iter().all(|arn| !arn.contains('*'));
    let leaves_out = patterns(wide, NOT_RESOURCES);
    let is_kept = left_out.iter().all(|text| any(&left_out_before, text))
        || (is_listed && named.iter().all(|arn| !any(&leaves_out, arn) || any(&left_out_before, arn)));
    is_brought && is_kept && OPERATORS.iter().all(|operator| pairs(wide, operator).is_subset(&pairs(narrow, operator)))
}

fn patterns(flat: &Flat, setting: &str) -> Vec<Pattern> {
    flat.texts(setting).unwrap_or_default().iter().map(|text| Pattern::new(text)).collect()
}

fn any(patterns: &[Pattern], text: &str) -> bool {
    patterns.iter().any(|pattern| pattern.matches(text))
}

/// Keys with values of the blocks of a name.
fn pairs(flat: &Flat, block: &str) -> BTreeSet<(Option<String>, Option<String>)> {
    let text = |key: &str, name: &str| flat.text(&path::child(&path::keyed(block, key), name));
    flat.keys(block).iter().map(|key| (text(key, "key"), text(key, "value"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Value;

    fn selection(resources: &[&str], not_resources: &[&str], blocks: &[(&str, &str, &str)]) -> Flat {
        let set = |texts: &[&str]| Value::set(texts.iter().map(|text| Value::from(*text)));
        let mut values = vec![(RESOURCES.to_owned(), set(resources)), (NOT_RESOURCES.to_owned(), set(not_resources))];
        for (block, key, value) in blocks {
            let at = path::keyed(block, &format!("{key}/{value}"));
            values.push((path::child(&at, "key"), Value::from(*key)));
            values.push((path::child(&at, "value"), Value::from(*value)));
            values.push((at, Value::from(true)));
        }
        Flat::of_values(&values.into_iter().collect())
    }

    #[test]
    fn more_resources_more_tags_and_fewer_conditions_take_more() {
        let one = || selection(&["arn:a"], &[], &[]);
        assert!(contains(&one(), &one()));
        assert!(!contains(&selection(&["arn:*"], &[], &[]), &one()), "of a type that is not opted in to, only what is named is backed up");
        assert!(contains(&selection(&["arn:*"], &[], &[]), &selection(&["arn:a*"], &[], &[])));
        assert!(!contains(&one(), &selection(&["arn:*"], &[], &[])));
        let tagged = |key: &str| selection(&["arn:a"], &[], &[(TAG, key, "yes")]);
        assert!(contains(&tagged("backup"), &one()));
        assert!(!contains(&tagged("backup"), &tagged("other")));
        assert!(contains(&selection(&["arn:a", "*"], &[], &[]), &tagged("other")));
        let narrowed = selection(&["arn:a"], &[], &[(OPERATORS[0], "aws:ResourceTag/env", "live")]);
        assert!(contains(&one(), &narrowed));
        assert!(!contains(&narrowed, &one()), "of what is named only some fulfils the condition");
    }

    #[test]
    fn what_is_left_out_counts_where_the_other_took_it() {
        let but = |resources: &[&str], left_out: &[&str]| selection(resources, left_out, &[]);
        assert!(!contains(&but(&["*"], &["arn:a"]), &but(&["arn:a"], &[])));
        assert!(contains(&but(&["arn:a", "*"], &["arn:b"]), &but(&["arn:a"], &[])));
        assert!(contains(&but(&["*"], &["arn:b"]), &but(&["*"], &["arn:*"])));
        assert!(!contains(&but(&["*"], &["arn:*"]), &but(&["*"], &["arn:b"])));
    }
}
