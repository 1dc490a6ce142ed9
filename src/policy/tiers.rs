//! `tier` blocks, and the argument `tier` by which blocks put what they choose into one.

use super::eval::{self, Scope};
use super::reader::{Located, Reader};
use crate::kinds;
use crate::model::{Code, Copies, Diagnostic, InTier, Policy, Protect, Span, Tier, Value};
use crate::time::{parse_length, say_length};
use jiff::SignedDuration;
use std::collections::BTreeMap;
use wildmatch::WildMatch;

/// The longest promise: a hundred years, which is how long AWS Backup keeps at most.
///
/// Source: AWS Backup API, `Lifecycle`.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 36_500);

/// The most copies that can be asked for: as many regions as AWS could have, and more accounts than anybody copies to.
const MOST_COPIES: i64 = 50;

/// Days are what retention and drills are counted in.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Reads one `tier`.
pub(super) fn tier(located: Located<'_>, scope: &Scope<'_>, problems: &mut Vec<Diagnostic>) -> Tier {
    let name = located.label(0).to_owned();
    let mut reader = Reader::new(located, scope, format!("tier `{name}`"), problems);
    let mut places = BTreeMap::new();
    let rpo = length(&mut reader, "rpo", "rpo", &mut places);
    let rto = length(&mut reader, "rto", "rto", &mut places);
    let retention = days(&mut reader, "retention", &mut places);
    let drill = days(&mut reader, "drill", &mut places);
    let immutable = flag(&mut reader, "immutable", &mut places);
    let tags = tags(&mut reader);
    let block = reader.block("copies");
    let span = reader.header();
    if let (Some(rpo), Some(retention)) = (rpo, retention)
        && retention < rpo
    {
        let title = format!(
            "what is kept for {} cannot hold a loss of {}: at times there would be nothing to restore",
            say_length(retention),
            say_length(rpo)
        );
        let place = |name: &str| places.get(name).cloned().unwrap_or_else(|| span.clone());
        let problem = Diagnostic::error(Code::Conflict, title).at(place("retention")).label(place("rpo"), "the loss that is allowed");
        reader.problem(problem.help("promise a longer `retention`, or a shorter `rpo`"));
    }
    let before = reader.problems.len();
    reader.finish(|_| None);
    let is_sound = problems.len() == before;
    let copies = block.map(|located| copies(located, scope, &mut places, problems)).unwrap_or_default();
    if places.is_empty() && block.is_none() && is_sound {
        let problem = Diagnostic::error(Code::Missing, format!("tier `{name}` promises nothing"));
        problems.push(problem.at(span.clone()).help("add `rpo`, `rto`, `retention`, `copies`, `immutable` or `drill`"));
    }
    Tier { name, rpo, rto, retention, copies, immutable, drill, tags, places, span }
}

fn copies(located: Located<'_>, scope: &Scope<'_>, places: &mut BTreeMap<String, Span>, problems: &mut Vec<Diagnostic>) -> Copies {
    let mut reader = Reader::new(located, scope, "`copies`", problems);
    let before = reader.problems.len();
    let regions = number(&mut reader, "regions", places);
    let accounts = number(&mut reader, "accounts", places);
    let rpo = length(&mut reader, "rpo", "copies.rpo", places);
    if regions.unwrap_or_default() + accounts.unwrap_or_default() == 0 && reader.problems.len() == before {
        let header = reader.header();
        let problem = Diagnostic::error(Code::Missing, "`copies` asks for no copy");
        reader.problem(
            problem.at(header).help("write `regions = 1` for another region, `accounts = 1` for another account, or leave the block out"),
        );
    }
    reader.finish(|_| None);
    Copies { regions: regions.unwrap_or_default(), accounts: accounts.unwrap_or_default(), rpo }
}

/// A length of time above nothing.
pub(super) fn length(reader: &mut Reader<'_, '_>, name: &str, at: &str, places: &mut BTreeMap<String, Span>) -> Option<SignedDuration> {
    let before = reader.problems.len();
    let (value, span) = reader.value(name)?;
    let Some(text) = value.as_str() else {
        if reader.problems.len() == before {
            let title = format!("`{name}` must be a length of time in quotes, found {}", value.type_name());
            let help = value.as_i64().map_or_else(
                || "write for example \"4h\"".to_owned(),
                |number| format!("write the unit too: \"{number}m\", \"{number}h\" or \"{number}d\""),
            );
            reader.problem(Diagnostic::error(Code::WrongType, title).at(span.clone()).help(help));
        }
        return None;
    };
    places.insert(at.to_owned(), span.clone());
    let problem = match parse_length(text) {
        Err(rule) => {
            Diagnostic::error(Code::OutOfRange, format!("`{name}` {rule}")).help("`m` are minutes, `h` hours and `d` days of 24 hours")
        }
        Ok(length) if length.is_zero() => {
            Diagnostic::error(Code::OutOfRange, format!("`{name}` must be longer than nothing, found \"{text}\""))
                .help("leave it out where nothing is promised")
        }
        Ok(length) if length > LONGEST => {
            Diagnostic::error(Code::OutOfRange, format!("`{name}` must be at most 36500 days, found \"{text}\""))
        }
        Ok(length) => return Some(length),
    };
    reader.problem(problem.at(span));
    None
}

/// The same in whole days.
fn days(reader: &mut Reader<'_, '_>, name: &str, places: &mut BTreeMap<String, Span>) -> Option<SignedDuration> {
    let length = length(reader, name, name, places)?;
    if length.as_secs() % DAY.as_secs() == 0 {
        return Some(length);
    }
    let title = format!("`{name}` is counted in days, found \"{}\"", say_length(length));
    let span = places.get(name).cloned().unwrap_or_else(|| reader.header());
    reader.problem(Diagnostic::error(Code::OutOfRange, title).at(span).help("write for example \"35d\""));
    None
}

fn flag(reader: &mut Reader<'_, '_>, name: &str, places: &mut BTreeMap<String, Span>) -> bool {
    let flag = reader.flag(name).unwrap_or_default();
    if flag && let Some(expression) = reader.expression(name) {
        places.insert(name.to_owned(), reader.span(eval::range_of(expression)));
    }
    flag
}

fn number(reader: &mut Reader<'_, '_>, name: &str, places: &mut BTreeMap<String, Span>) -> Option<u32> {
    let (value, span) = reader.value(name)?;
    let number = value.as_i64().filter(|number| (0..=MOST_COPIES).contains(number)).and_then(|number| u32::try_from(number).ok());
    if number.is_none() {
        let title = format!("`{name}` must be a whole number from 0 to {MOST_COPIES}, found {value}");
        reader.problem(Diagnostic::error(Code::OutOfRange, title).at(span.clone()));
    }
    if number.is_some_and(|number| number > 0) {
        places.insert(format!("copies.{name}"), span);
    }
    number
}

fn tags(reader: &mut Reader<'_, '_>) -> BTreeMap<String, String> {
    let Some(tags) = reader.text_map("tags") else { return BTreeMap::new() };
    if tags.is_empty() {
        let span = reader.expression("tags").map_or_else(|| reader.header(), |expression| reader.span(eval::range_of(expression)));
        let problem = Diagnostic::error(Code::SelectsNothing, "`tags` is empty, so that everything would be in the tier");
        reader.problem(problem.at(span).help("name a tag, or leave it out where blocks name the tier"));
    }
    tags
}

/// What other blocks can refer to.
pub(super) fn value(tier: &Tier) -> Value {
    let length = |length: Option<SignedDuration>| length.map_or(Value::Null, |length| Value::from(say_length(length)));
    Value::Map(BTreeMap::from([
        ("name".to_owned(), Value::from(tier.name.as_str())),
        ("rpo".to_owned(), length(tier.rpo)),
        ("rto".to_owned(), length(tier.rto)),
        ("retention".to_owned(), length(tier.retention)),
        (REFERRED.to_owned(), Value::from(true)),
    ]))
}

/// What tells the value of a tier from any other map.
const REFERRED: &str = "is_tier";

/// Reads the argument `tier` of a block.
pub(super) fn in_tier(reader: &mut Reader<'_, '_>, declared: &BTreeMap<String, Tier>) -> Option<InTier> {
    let (value, span) = reader.value("tier")?;
    let known = |name: &str| declared.contains_key(name);
    let name = value.as_map().filter(|map| map.contains_key(REFERRED)).and_then(|map| map.get("name")?.as_str());
    if let Some(name) = name.filter(|name| known(name)) {
        return Some(InTier { name: name.to_owned(), span });
    }
    let help = match value.as_str() {
        Some(text) if known(text) => format!("write `tier = tier.{text}`, without quotes"),
        Some(text) => eval::suggestion(text, declared.keys().map(String::as_str)).unwrap_or_else(|| listed(declared)),
        None => listed(declared),
    };
    reader.problem(Diagnostic::error(Code::WrongType, "`tier` must be a tier of this policy").at(span).help(help));
    None
}

fn listed(declared: &BTreeMap<String, Tier>) -> String {
    let names: Vec<String> = declared.keys().map(|name| format!("`tier.{name}`")).collect();
    if names.is_empty() {
        "declare it: `tier \"critical\" { rpo = \"15m\" }`".to_owned()
    } else {
        format!("declared: {}", names.join(", "))
    }
}

/// Takes the tier of a `protect` and that of its `select` together.
pub(super) fn one_of(block: Option<InTier>, select: Option<InTier>, problems: &mut Vec<Diagnostic>) -> Option<InTier> {
    if let (Some(block), Some(select)) = (&block, &select)
        && block.name != select.name
    {
        let title = format!("the block is in tier `{}`, and what it selects in tier `{}`", block.name, select.name);
        let problem = Diagnostic::error(Code::ConflictingClaims, title).at(select.span.clone());
        problems.push(problem.label(block.span.clone(), "the tier of the block").help("keep one of the two"));
    }
    block.or(select)
}

/// The tiers into which tags put a thing: all of whose tags match.
pub fn of_tags<'p>(policy: &'p Policy, tags: &BTreeMap<String, String>) -> Vec<&'p Tier> {
    let fits = |tier: &&Tier| !tier.tags.is_empty() && tier.tags.iter().all(|(key, pattern)| has(tags, key, pattern));
    policy.tiers.values().filter(fits).collect()
}

fn has(tags: &BTreeMap<String, String>, key: &str, pattern: &str) -> bool {
    tags.get(key).is_some_and(|value| WildMatch::new(pattern).matches(value))
}

/// The things that are surely in two tiers, as far as that is known before anything is read: by two tiers of the same tags, by the tags that a
/// block selects, and by two blocks that name the same things.
pub(super) fn check(policy: &Policy) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let tiers: Vec<&Tier> = policy.tiers.values().filter(|tier| !tier.tags.is_empty()).collect();
    for (index, tier) in tiers.iter().enumerate() {
        for other in tiers.iter().skip(index + 1).filter(|other| other.tags == tier.tags) {
            let title = format!("the same tags put things into tier `{}` and into tier `{}`", tier.name, other.name);
            let problem = Diagnostic::error(Code::ConflictingClaims, title).at(other.span.clone());
            problems.push(problem.label(tier.span.clone(), "the other tier").help("a thing is in one tier: give one of them other tags"));
        }
    }
    for protect in &policy.protects {
        problems.extend(by_tags(policy, protect));
    }
    let named: Vec<(&Protect, &InTier)> = policy.protects.iter().filter_map(|protect| Some((protect, protect.tier.as_ref()?))).collect();
    for (index, (protect, tier)) in named.iter().enumerate() {
        for (other, other_tier) in named.iter().skip(index + 1).filter(|(_, other)| other.name != tier.name) {
            let Some(shared) = shared(protect, other) else { continue };
            let title = format!("{shared} is in two tiers, `{}` and `{}`", tier.name, other_tier.name);
            let problem = Diagnostic::error(Code::ConflictingClaims, title).at(other_tier.span.clone());
            problems.push(
                problem.label(tier.span.clone(), "the other tier").help("a thing is in one tier: take it out of one of the two blocks"),
            );
        }
    }
    problems
}

/// Things that a block puts into one tier, and the tags by which it chooses them into another.
fn by_tags(policy: &Policy, protect: &Protect) -> Option<Diagnostic> {
    let tier = protect.tier.as_ref()?;
    if protect.select.include_untagged {
        return None;
    }
    // A pattern that is chosen by may be met by a value that the tier does not mean.
    let sure: BTreeMap<String, String> = protect
        .select
        .tags
        .iter()
        .filter(|(_, pattern)| !pattern.contains(['*', '?']))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let other = of_tags(policy, &sure).into_iter().find(|other| other.name != tier.name)?;
    let title =
        format!("`{}` puts what it selects into tier `{}`, and its tags put that into tier `{}`", protect.address, tier.name, other.name);
    let problem = Diagnostic::error(Code::ConflictingClaims, title).at(tier.span.clone());
    Some(problem.label(other.span.clone(), "the tier of its tags").help(format!("write `tier = tier.{}`, or leave `tier` out", other.name)))
}

/// Something that two blocks surely both select, in words.
fn shared(one: &Protect, other: &Protect) -> Option<String> {
    if one.address.kind != other.address.kind || !one.targets.iter().any(|target| other.targets.contains(target)) {
        return None;
    }
    let spec = kinds::spec(&one.address.kind)?;
    // Tags and exceptions may tell the two apart.
    let is_plain = |protect: &Protect| {
        let except = &protect.select.except;
        protect.select.tags.is_empty() && except.names.is_empty() && except.arns.is_empty() && except.tags.is_empty()
    };
    if !is_plain(one) || !is_plain(other) {
        return None;
    }
    let texts = |protect: &Protect| -> Vec<String> {
        protect
            .select
            .names
            .iter()
            .chain(&protect.select.arns)
            .map(|pattern| pattern.text.clone())
            .filter(|text| !text.is_empty())
            .collect()
    };
    let (ours, theirs) = (texts(one), texts(other));
    let both = ours.iter().find(|text| theirs.contains(text));
    let is_literal = |text: &&String| !text.contains(['*', '?']);
    let chosen = || {
        let of = |literals: &[String], patterns: &[String]| {
            literals.iter().filter(is_literal).find(|text| patterns.iter().any(|pattern| WildMatch::new(pattern).matches(text))).cloned()
        };
        of(&ours, &theirs).or_else(|| of(&theirs, &ours))
    };
    let text = both.cloned().or_else(chosen)?;
    Some(if is_literal(&&text) { format!("{} `{text}`", spec.title) } else { format!("each {} of the name `{text}`", spec.title) })
}
