//! Tags that nearly are those that a selection wants: in another case, or in another spelling.

use crate::kinds::{Choice, Judgement};
use std::collections::BTreeMap;

/// A tag that is there, and the one that was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Near {
    pub(super) found: (String, String),
    pub(super) wanted: (String, String),
}

/// Texts this long may differ in one letter, and twice as long ones in two.
const LONG: usize = 4;

/// The tags of a thing that keep a selection from choosing it by their writing alone; none where other tags would not do.
pub(super) fn near(choice: &Choice, arn: &str, tags: &BTreeMap<String, String>) -> Vec<Near> {
    let mut mended = tags.clone();
    let mut misses = Vec::new();
    let takes = |tags: &BTreeMap<String, String>| matches!(choice.judge(arn, Some(tags)), Judgement::Chosen(_));
    for (key, value) in choice.wishes() {
        if mended.get(key).is_some_and(|found| found == value) {
            continue;
        }
        let mut found: Vec<(&String, &String)> = tags.iter().filter(|(of, is)| alike(of, key) && alike(is, value)).collect();
        // The one with the same key says most.
        found.sort_by_key(|(of, is)| (of.as_str() != key, is.as_str() != value));
        let Some((of, is)) = found.first().map(|(of, is)| ((*of).clone(), (*is).clone())) else { continue };
        let mut tried = mended.clone();
        tried.remove(&of);
        tried.insert(key.to_owned(), value.to_owned());
        misses.push(Near { found: (of, is), wanted: (key.to_owned(), value.to_owned()) });
        mended = tried;
        // One of several tags that choose is enough.
        if takes(&mended) {
            return misses;
        }
    }
    Vec::new()
}

/// Whether two texts are the same but for case, signs between words, or a slip of the hand. Other digits are another thing.
fn alike(found: &str, wanted: &str) -> bool {
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let (one, other) = (plain(found), plain(wanted));
    if one == other {
        return !one.is_empty() || found == wanted;
    }
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let length = one.chars().count().min(other.chars().count());
    let slips = if length >= 2 * LONG { 2 } else { usize::from(length >= LONG) };
    digits(&one) == digits(&other) && strsim::damerau_levenshtein(&one, &other) <= slips
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_signs_and_slips_are_near_and_other_words_and_numbers_are_not() {
        for (one, other) in [("Backup", "backup"), ("back-up", "backup"), ("bakcup", "backup"), ("dialy", "daily"), ("yes", "YES")] {
            assert!(alike(one, other), "{one} {other}");
        }
        for (one, other) in [("daily", "weekly"), ("tier1", "tier2"), ("yes", "no"), ("dev", "den"), ("", "x")] {
            assert!(!alike(one, other), "{one} {other}");
        }
    }
}
