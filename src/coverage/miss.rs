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

/// A tag that a selection would like a thing to have.
#[derive(Debug)]
pub(super) struct Wish {
    key: Plain,
    value: Plain,
}

/// A tag of a thing.
pub(super) struct Tag<'t> {
    key: (&'t String, Plain),
    value: (&'t String, Plain),
}

/// A text, and what is left of it without case and signs: made once, as many are compared with many.
#[derive(Debug)]
struct Plain {
    text: String,
    bare: String,
    digits: String,
    length: usize,
}

impl Plain {
    fn of(text: &str) -> Self {
        let bare: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let digits = bare.chars().filter(char::is_ascii_digit).collect();
        Self { text: text.to_owned(), digits, length: bare.chars().count(), bare }
    }
}

/// What a selection would like a thing to have, ready to be compared.
pub(super) fn wishes(choice: &Choice) -> Vec<Wish> {
    choice.wishes().map(|(key, value)| Wish { key: Plain::of(key), value: Plain::of(value) }).collect()
}

/// The tags of a thing, ready to be compared.
pub(super) fn tags(tags: &BTreeMap<String, String>) -> Vec<Tag<'_>> {
    tags.iter().map(|(key, value)| Tag { key: (key, Plain::of(key)), value: (value, Plain::of(value)) }).collect()
}

/// The tags of a thing that keep a selection from choosing it by their writing alone; none where other tags would not do.
pub(super) fn near(choice: &Choice, wishes: &[Wish], arn: &str, tags: &BTreeMap<String, String>, ready: &[Tag<'_>]) -> Vec<Near> {
    let is_near = |wish: &&Wish, tag: &&Tag<'_>| alike(&tag.key.1, &wish.key) && alike(&tag.value.1, &wish.value);
    // Most things are nowhere near.
    if !wishes.iter().any(|wish| ready.iter().any(|tag| is_near(&wish, &tag))) {
        return Vec::new();
    }
    let mut mended = tags.clone();
    let mut misses = Vec::new();
    let takes = |tags: &BTreeMap<String, String>| matches!(choice.judge(arn, Some(tags)), Judgement::Chosen(_));
    for wish in wishes {
        let (key, value) = (&wish.key.text, &wish.value.text);
        if mended.get(key).is_some_and(|found| found == value) {
            continue;
        }
        let mut found: Vec<(&String, &String)> =
            ready.iter().filter(|tag| is_near(&wish, tag)).map(|tag| (tag.key.0, tag.value.0)).collect();
        // The one with the same key says most.
        found.sort_by_key(|(of, is)| (*of != key, *is != value));
        let Some((of, is)) = found.first().map(|(of, is)| ((*of).clone(), (*is).clone())) else { continue };
        let mut tried = mended.clone();
        tried.remove(&of);
        tried.insert(key.clone(), value.clone());
        misses.push(Near { found: (of, is), wanted: (key.clone(), value.clone()) });
        mended = tried;
        // One of several tags that choose is enough.
        if takes(&mended) {
            return misses;
        }
    }
    Vec::new()
}

/// Whether two texts are the same but for case, signs between words, or a slip of the hand. Other digits are another thing.
fn alike(found: &Plain, wanted: &Plain) -> bool {
    if found.bare == wanted.bare {
        return !found.bare.is_empty() || found.text == wanted.text;
    }
    let length = found.length.min(wanted.length);
    let slips = if length >= 2 * LONG { 2 } else { usize::from(length >= LONG) };
    // As many letters as one has more than the other are slips already.
    found.length.abs_diff(wanted.length) <= slips
        && found.digits == wanted.digits
        && strsim::damerau_levenshtein(&found.bare, &wanted.bare) <= slips
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_signs_and_slips_are_near_and_other_words_and_numbers_are_not() {
        for (one, other) in [("Backup", "backup"), ("back-up", "backup"), ("bakcup", "backup"), ("dialy", "daily"), ("yes", "YES")] {
            assert!(alike(&Plain::of(one), &Plain::of(other)), "{one} {other}");
        }
        for (one, other) in [("daily", "weekly"), ("tier1", "tier2"), ("yes", "no"), ("dev", "den"), ("", "x")] {
            assert!(!alike(&Plain::of(one), &Plain::of(other)), "{one} {other}");
        }
    }
}
