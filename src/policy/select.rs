//! Which things a selector means: the one place that knows, used both to decide what to read and to plan.

use crate::model::{Identity, Inventory, KindSpec, Listed, Pattern, Selector};
use std::collections::{BTreeMap, BTreeSet};
use wildmatch::WildMatch;

/// What a selector must be told about the things of a target before it can choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListNeed {
    /// Every name.
    pub names: bool,
    /// The things with these tags (empty: with any tag), and all their tags.
    pub tags: Option<BTreeMap<String, Option<String>>>,
}

impl ListNeed {
    /// What both needs ask together. Two different tag filters become one listing of all tagged things.
    pub fn merge(&mut self, other: Self) {
        self.names |= other.names;
        self.tags = match (self.tags.take(), other.tags) {
            (Some(a), Some(b)) if a != b => Some(BTreeMap::new()),
            (a, b) => a.or(b),
        };
    }

    /// Whether nothing needs to be listed.
    pub fn is_nothing(&self) -> bool {
        !self.names && self.tags.is_none()
    }
}

/// What a selector chose in one target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// The names, in order. A literal name is here although nobody has looked yet whether it exists.
    pub names: BTreeSet<String>,
    /// Literal names and ARNs that are known to match nothing here.
    pub missing: Vec<Pattern>,
}

/// The recorded inventory does not answer this selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotListed;

/// What this selector must be told.
pub fn need(selector: &Selector) -> ListNeed {
    let by_tags = !selector.tags.is_empty() && !selector.include_untagged;
    let tags = if by_tags {
        Some(filter_of(selector))
    } else if selector.include_untagged || !selector.except.tags.is_empty() {
        Some(BTreeMap::new())
    } else {
        None
    };
    ListNeed { names: !is_literal(selector) && !by_tags, tags }
}

fn filter_of(selector: &Selector) -> BTreeMap<String, Option<String>> {
    let exact = |value: &String| (!value.contains(['*', '?'])).then(|| value.clone());
    selector.tags.iter().map(|(key, value)| (key.clone(), exact(value))).collect()
}

fn is_literal(selector: &Selector) -> bool {
    let mut patterns = selector.names.iter().chain(&selector.arns).peekable();
    patterns.peek().is_some() && patterns.all(Pattern::is_literal)
}

/// The things that the selector means, given who is asked and what was listed.
///
/// # Errors
///
/// The inventory does not hold what this selector needs to be told.
pub fn choose(selector: &Selector, spec: &KindSpec, identity: &Identity, inventory: Option<&Inventory>) -> Result<Chosen, NotListed> {
    let needed = need(selector);
    if !needed.is_nothing() && !inventory.is_some_and(|inventory| answers(inventory, &needed)) {
        return Err(NotListed);
    }
    let listed = inventory.map(|inventory| inventory.listed.as_slice()).unwrap_or_default();
    let tags: BTreeMap<&str, &BTreeMap<String, String>> =
        listed.iter().filter_map(|thing| Some((thing.name.as_str(), thing.tags.as_ref()?))).collect();
    let arn = |name: &str| spec.arn(&identity.region, &identity.account, name);
    let fits = |name: &str| {
        let arn = arn(name);
        is_meant(selector, name, &arn)
            && tags_fit(selector, tags.get(name).copied())
            && !is_excepted(selector, name, &arn, tags.get(name).copied())
    };
    let exists: Option<BTreeSet<&str>> =
        inventory.filter(|inventory| inventory.names_complete).map(|_| listed.iter().map(|thing| thing.name.as_str()).collect());
    let mut chosen = Chosen::default();
    for literal in selector.names.iter().chain(&selector.arns).filter(|pattern| pattern.is_literal() && !pattern.text.is_empty()) {
        let name = name_of(literal, selector, &arn(""));
        match name.filter(|name| exists.as_ref().is_none_or(|exists| exists.contains(name.as_str()))) {
            Some(name) if fits(&name) => {
                chosen.names.insert(name);
            }
            // Left out on purpose, by an exception or by its tags, so it is not missing.
            Some(_) => {}
            None => chosen.missing.push(literal.clone()),
        }
    }
    if !is_literal(selector) {
        chosen.names.extend(listed.iter().map(|Listed { name, .. }| name).filter(|name| fits(name)).cloned());
    }
    Ok(chosen)
}

/// The name that a literal name or ARN means in the target whose ARNs start with `arn_prefix`.
fn name_of(literal: &Pattern, selector: &Selector, arn_prefix: &str) -> Option<String> {
    if selector.names.contains(literal) {
        return Some(literal.text.clone());
    }
    literal.text.strip_prefix(arn_prefix).map(str::to_owned)
}

fn answers(inventory: &Inventory, needed: &ListNeed) -> bool {
    let names = !needed.names || inventory.names_complete;
    let tags = match (&needed.tags, &inventory.tag_filter) {
        (None, _) => true,
        (Some(_), None) => false,
        // What was listed for fewer conditions holds what more conditions ask for.
        (Some(needed), Some(listed)) => {
            listed.iter().all(|(key, value)| needed.get(key).is_some_and(|asked| value.is_none() || asked == value))
        }
    };
    names && tags
}

fn is_meant(selector: &Selector, name: &str, arn: &str) -> bool {
    let anything = selector.names.is_empty() && selector.arns.is_empty();
    anything || any(&selector.names, name) || any(&selector.arns, arn)
}

fn tags_fit(selector: &Selector, tags: Option<&BTreeMap<String, String>>) -> bool {
    let untagged = tags.is_none_or(BTreeMap::is_empty);
    let all = selector.tags.iter().all(|(key, pattern)| has_tag(tags, key, pattern));
    match (selector.include_untagged, selector.tags.is_empty()) {
        (true, true) => untagged,
        (true, false) => untagged || all,
        (false, _) => all,
    }
}

fn is_excepted(selector: &Selector, name: &str, arn: &str, tags: Option<&BTreeMap<String, String>>) -> bool {
    let except = &selector.except;
    any(&except.names, name) || any(&except.arns, arn) || except.tags.iter().any(|(key, pattern)| has_tag(tags, key, pattern))
}

fn has_tag(tags: Option<&BTreeMap<String, String>>, key: &str, pattern: &str) -> bool {
    tags.and_then(|tags| tags.get(key)).is_some_and(|value| WildMatch::new(pattern).matches(value))
}

fn any(patterns: &[Pattern], text: &str) -> bool {
    patterns.iter().any(|pattern| WildMatch::new(&pattern.text).matches(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds;
    use crate::model::{Except, SourceId, Span};

    fn pattern(text: &str) -> Pattern {
        Pattern { text: text.to_owned(), span: Span { source: SourceId(0), range: 0..0 } }
    }

    fn selector(names: &[&str], tags: &[(&str, &str)]) -> Selector {
        Selector {
            names: names.iter().map(|name| pattern(name)).collect(),
            tags: tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            allow_empty: false,
            ..Selector::nothing(Span { source: SourceId(0), range: 0..0 })
        }
    }

    fn chosen(selector: &Selector) -> Vec<String> {
        let needed = need(selector);
        let tags = |pairs: &[(&str, &str)]| Some(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect());
        let things = [
            ("Orders", tags(&[("env", "production"), ("tier", "gold")])),
            ("Orders-scratch", tags(&[("env", "production")])),
            ("Users", tags(&[("env", "staging")])),
            ("Once-tagged", tags(&[])),
            ("Bare", None),
        ];
        let inventory = Inventory {
            kind: "aws_dynamodb_table".into(),
            target: "t".into(),
            names_complete: needed.names,
            tag_filter: needed.tags.clone(),
            listed: things.into_iter().map(|(name, tags)| Listed { name: name.into(), tags }).collect(),
        };
        let identity = Identity { account: "123456789012".into(), arn: String::new(), region: "us-east-1".into() };
        let spec = kinds::spec("aws_dynamodb_table").unwrap();
        choose(selector, spec, &identity, Some(&inventory)).unwrap().names.into_iter().collect()
    }

    #[test]
    fn globs_match_whole_names() {
        assert_eq!(chosen(&selector(&["Orders*"], &[])), ["Orders", "Orders-scratch"]);
        assert_eq!(chosen(&selector(&["?sers"], &[])), ["Users"]);
        assert_eq!(chosen(&selector(&["rders"], &[])), ["rders"], "a literal is not looked up in a listing");
        assert_eq!(chosen(&selector(&["*rders"], &[])), ["Orders"]);
    }

    #[test]
    fn all_tags_must_match_and_case_counts() {
        assert_eq!(chosen(&selector(&[], &[("env", "production")])), ["Orders", "Orders-scratch"]);
        assert_eq!(chosen(&selector(&[], &[("env", "production"), ("tier", "*")])), ["Orders"]);
        assert_eq!(chosen(&selector(&[], &[("Env", "production")])), [""; 0]);
    }

    #[test]
    fn an_exception_wins_over_everything() {
        let mut selector = selector(&["*"], &[]);
        selector.except =
            Except { names: vec![pattern("*-scratch")], tags: [("env".into(), "staging".into())].into(), ..Except::default() };
        assert_eq!(chosen(&selector), ["Bare", "Once-tagged", "Orders"]);
    }

    #[test]
    fn things_without_tags_are_found_only_where_asked() {
        let mut selector = selector(&[], &[("env", "staging")]);
        assert_eq!(chosen(&selector), ["Users"]);
        assert!(!need(&selector).names, "the tagging API is enough");
        selector.include_untagged = true;
        assert_eq!(chosen(&selector), ["Bare", "Once-tagged", "Users"]);
        assert!(need(&selector).names, "never-tagged things are only in the kind's own listing");
    }

    #[test]
    fn an_arn_means_its_own_region_and_account_only() {
        let mut selector = selector(&[], &[]);
        selector.arns = vec![
            pattern("arn:aws:dynamodb:us-east-1:123456789012:table/Orders"),
            pattern("arn:aws:dynamodb:eu-west-1:123456789012:table/Users"),
        ];
        assert_eq!(chosen(&selector), ["Orders"]);
    }

    #[test]
    fn a_listing_by_other_tags_answers_nothing() {
        let listed = |filter: &[(&str, &str)]| Inventory {
            kind: String::new(),
            target: String::new(),
            names_complete: false,
            tag_filter: Some(filter.iter().map(|(k, v)| ((*k).to_owned(), Some((*v).to_owned()))).collect()),
            listed: Vec::new(),
        };
        let needed = need(&selector(&[], &[("env", "production"), ("tier", "gold")]));
        assert!(answers(&listed(&[("env", "production")]), &needed), "fewer conditions list more");
        assert!(answers(&listed(&[]), &needed));
        assert!(!answers(&listed(&[("env", "staging")]), &needed));
        assert!(!answers(&listed(&[("owner", "me")]), &needed));
    }
}
