//! Which things a selector means: the one place that knows, used both to decide what to read and to plan.

use crate::model::{Identity, Inventory, KindSpec, Listed, NameTag, Pattern, Selector};
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
pub fn need(selector: &Selector, spec: &KindSpec) -> ListNeed {
    if spec.name_tag.is_some_and(|tag| selector.names.iter().chain(&selector.except.names).any(|pattern| !is_id(tag, pattern))) {
        // Which ids a value of the tag means, and that one means none, only both listings tell together.
        return ListNeed { names: true, tags: Some(BTreeMap::new()) };
    }
    let by_tags = !selector.tags.is_empty() && !selector.include_untagged;
    let tags = if by_tags {
        Some(filter_of(selector))
    } else if selector.include_untagged || !selector.except.tags.is_empty() {
        Some(BTreeMap::new())
    } else {
        None
    };
    // By tags the tagging API is enough, but a misspelled name beside them would go unseen: only a listing tells it from an untagged thing.
    let names = if by_tags { literals(selector).next().is_some() } else { !is_literal(selector) };
    ListNeed { names, tags }
}

fn is_id(tag: NameTag, pattern: &Pattern) -> bool {
    pattern.text.starts_with(tag.id_prefix)
}

fn filter_of(selector: &Selector) -> BTreeMap<String, Option<String>> {
    let exact = |value: &String| (!value.contains(['*', '?'])).then(|| value.clone());
    selector.tags.iter().map(|(key, value)| (key.clone(), exact(value))).collect()
}

fn literals(selector: &Selector) -> impl Iterator<Item = &Pattern> {
    selector.names.iter().chain(&selector.arns).filter(|pattern| pattern.is_literal() && !pattern.text.is_empty())
}

fn is_literal(selector: &Selector) -> bool {
    let mut patterns = selector.names.iter().chain(&selector.arns).peekable();
    patterns.peek().is_some() && patterns.all(Pattern::is_literal)
}

/// A selector's patterns, ready to be asked about many things.
struct Matcher<'a> {
    selector: &'a Selector,
    /// The tag that names the things as well.
    name_tag: Option<NameTag>,
    names: Patterns<'a>,
    arns: Patterns<'a>,
    except_names: Patterns<'a>,
    except_arns: Patterns<'a>,
}

/// Literal texts to look up, and patterns to try.
struct Patterns<'a> {
    literals: BTreeSet<&'a str>,
    globs: Vec<WildMatch>,
}

impl<'a> Patterns<'a> {
    fn new(patterns: &'a [Pattern]) -> Self {
        let (literals, globs): (Vec<&Pattern>, Vec<&Pattern>) = patterns.iter().partition(|pattern| pattern.is_literal());
        let globs = globs.into_iter().map(|pattern| WildMatch::new(&pattern.text)).collect();
        Self { literals: literals.into_iter().map(|pattern| pattern.text.as_str()).collect(), globs }
    }

    fn any(&self, text: &str) -> bool {
        self.literals.contains(text) || self.globs.iter().any(|glob| glob.matches(text))
    }
}

/// The tags of a thing, where it has any.
type Tags<'a> = Option<&'a BTreeMap<String, String>>;

impl<'a> Matcher<'a> {
    fn new(selector: &'a Selector, name_tag: Option<NameTag>) -> Self {
        let except = &selector.except;
        Self {
            selector,
            name_tag,
            names: Patterns::new(&selector.names),
            arns: Patterns::new(&selector.arns),
            except_names: Patterns::new(&except.names),
            except_arns: Patterns::new(&except.arns),
        }
    }

    fn fits(&self, name: &str, arn: &str, tags: Tags<'_>) -> bool {
        self.is_meant(name, arn, tags) && self.tags_fit(tags) && !self.is_excepted(name, arn, tags)
    }

    fn is_meant(&self, name: &str, arn: &str, tags: Tags<'_>) -> bool {
        let anything = self.selector.names.is_empty() && self.selector.arns.is_empty();
        anything || self.is_named(&self.names, name, tags) || self.arns.any(arn)
    }

    /// Whether one of the names means it, by its own name or by the tag.
    fn is_named(&self, names: &Patterns<'_>, name: &str, tags: Tags<'_>) -> bool {
        names.any(name) || self.name_tag.is_some_and(|tag| tags.and_then(|tags| tags.get(tag.key)).is_some_and(|value| names.any(value)))
    }

    fn tags_fit(&self, tags: Tags<'_>) -> bool {
        let untagged = tags.is_none_or(BTreeMap::is_empty);
        let all = self.selector.tags.iter().all(|(key, pattern)| has_tag(tags, key, pattern));
        match (self.selector.include_untagged, self.selector.tags.is_empty()) {
            (true, true) => untagged,
            (true, false) => untagged || all,
            (false, _) => all,
        }
    }

    fn is_excepted(&self, name: &str, arn: &str, tags: Tags<'_>) -> bool {
        let tagged = self.selector.except.tags.iter().any(|(key, pattern)| has_tag(tags, key, pattern));
        self.is_named(&self.except_names, name, tags) || self.except_arns.any(arn) || tagged
    }
}

fn has_tag(tags: Tags<'_>, key: &str, pattern: &str) -> bool {
    tags.and_then(|tags| tags.get(key)).is_some_and(|value| WildMatch::new(pattern).matches(value))
}

/// The things that the selector means, given who is asked and what was listed.
///
/// # Errors
///
/// The inventory does not hold what this selector needs to be told.
pub fn choose(selector: &Selector, spec: &KindSpec, identity: &Identity, inventory: Option<&Inventory>) -> Result<Chosen, NotListed> {
    if let Some(single) = spec.single {
        let name = single.name(&identity.region, &identity.account).to_owned();
        return Ok(Chosen { names: [name].into(), missing: Vec::new() });
    }
    let needed = need(selector, spec);
    if !needed.is_nothing() && !inventory.is_some_and(|inventory| answers(inventory, &needed)) {
        return Err(NotListed);
    }
    let listed = inventory.map(|inventory| inventory.listed.as_slice()).unwrap_or_default();
    let tags: BTreeMap<&str, &BTreeMap<String, String>> =
        listed.iter().filter_map(|thing| Some((thing.name.as_str(), thing.tags.as_ref()?))).collect();
    let arn = |name: &str| spec.arn(&identity.region, &identity.account, name).unwrap_or_default();
    let matcher = Matcher::new(selector, spec.name_tag);
    let fits = |name: &str| matcher.fits(name, &arn(name), tags.get(name).copied());
    let exists: Option<BTreeSet<&str>> =
        inventory.filter(|inventory| inventory.names_complete).map(|_| listed.iter().map(|thing| thing.name.as_str()).collect());
    let mut chosen = Chosen::default();
    let own_arn = arn("");
    let names = selector.names.iter().map(|pattern| (pattern, Some(pattern.text.as_str())));
    let arns = selector.arns.iter().map(|pattern| (pattern, pattern.text.strip_prefix(own_arn.as_str())));
    for (literal, name) in names.chain(arns).filter(|(pattern, _)| pattern.is_literal() && !pattern.text.is_empty()) {
        if let (Some(tag), Some(value)) = (spec.name_tag.filter(|tag| !is_id(*tag, literal)), name) {
            let mut fitting =
                tags.iter().filter(|(_, tags)| tags.get(tag.key).is_some_and(|found| found == value)).map(|(name, _)| *name).peekable();
            if fitting.peek().is_none() {
                chosen.missing.push(literal.clone());
            }
            chosen.names.extend(fitting.filter(|name| fits(name)).map(str::to_owned));
            continue;
        }
        match name.filter(|name| exists.as_ref().is_none_or(|exists| exists.contains(name))) {
            Some(name) if fits(name) => {
                chosen.names.insert(name.to_owned());
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

/// Whether a selector means a thing whatever tags that has. Of an ARN that is not known (`None`) it is not sure that it is not left out.
pub fn surely_means(selector: &Selector, spec: &KindSpec, name: &str, arn: Option<&str>) -> bool {
    let asks_tags = !selector.tags.is_empty() || selector.include_untagged || !selector.except.tags.is_empty();
    let is_in_doubt = asks_tags || (arn.is_none() && !selector.except.arns.is_empty());
    !is_in_doubt && Matcher::new(selector, spec.name_tag).fits(name, arn.unwrap_or_default(), None)
}

/// The literal name or ARN of a selector that means this thing.
pub fn literal_for<'a>(selector: &'a Selector, name: &str, arn: &str) -> Option<&'a Pattern> {
    selector.names.iter().find(|pattern| pattern.text == name).or_else(|| selector.arns.iter().find(|pattern| pattern.text == arn))
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

    fn tables() -> &'static KindSpec {
        kinds::spec("aws_dynamodb_table").unwrap()
    }

    fn chosen(selector: &Selector) -> Vec<String> {
        let spec = tables();
        let needed = need(selector, spec);
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
        assert!(!need(&selector, tables()).names, "the tagging API is enough");
        selector.include_untagged = true;
        assert_eq!(chosen(&selector), ["Bare", "Once-tagged", "Users"]);
        assert!(need(&selector, tables()).names, "never-tagged things are only in the kind's own listing");
    }

    #[test]
    fn a_misspelled_name_beside_tags_is_missing() {
        let selector = selector(&["Orders", "Oders"], &[("env", "production")]);
        assert!(need(&selector, tables()).names, "only a listing tells a misspelled name from one without the tag");
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
    fn what_has_an_id_is_found_by_its_name_tag_too() {
        let spec = KindSpec { name_tag: Some(NameTag { key: "Name", id_prefix: "fs-" }), arn_prefix: "file-system/", ..KindSpec::PLAIN };
        let named = |name: &str| Some(BTreeMap::from([("Name".to_owned(), name.to_owned())]));
        let things = [("fs-1", named("media")), ("fs-2", named("media")), ("fs-3", named("scratch")), ("fs-4", None)];
        let listed = things.into_iter().map(|(name, tags)| Listed { name: name.into(), tags }).collect();
        let inventory = Inventory { kind: String::new(), target: String::new(), names_complete: true, tag_filter: Some([].into()), listed };
        let identity = Identity { account: "123456789012".into(), arn: String::new(), region: "us-east-1".into() };
        let choose = |selector: &Selector| {
            let chosen = choose(selector, &spec, &identity, Some(&inventory)).unwrap();
            (chosen.names.into_iter().collect::<Vec<_>>(), chosen.missing.into_iter().map(|pattern| pattern.text).collect::<Vec<_>>())
        };
        assert_eq!(choose(&selector(&["media"], &[])).0, ["fs-1", "fs-2"]);
        assert_eq!(choose(&selector(&["m*", "fs-4"], &[])).0, ["fs-1", "fs-2", "fs-4"]);
        assert_eq!(choose(&selector(&["meida", "fs-3"], &[])), (vec!["fs-3".to_owned()], vec!["meida".to_owned()]));
        let mut all_but = selector(&["*"], &[]);
        all_but.except = Except { names: vec![pattern("scr*")], ..Except::default() };
        assert_eq!(choose(&all_but).0, ["fs-1", "fs-2", "fs-4"]);
        assert!(need(&selector(&["fs-3"], &[]), &spec).is_nothing(), "an id needs no listing");
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
        let needed = need(&selector(&[], &[("env", "production"), ("tier", "gold")]), tables());
        assert!(answers(&listed(&[("env", "production")]), &needed), "fewer conditions list more");
        assert!(answers(&listed(&[]), &needed));
        assert!(!answers(&listed(&[("env", "staging")]), &needed));
        assert!(!answers(&listed(&[("owner", "me")]), &needed));
    }
}
