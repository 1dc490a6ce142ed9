//! Things that say the same, to one block: a `protect` that names several, or has the tag that they share; a `resource` with `for_each`.

use super::Request;
use super::rounds::Rounds;
use super::things::{self, Thing, is_label};
use super::words;
use crate::kinds;
use crate::model::{KindSpec, ResourceId, Shape, Snapshot, path};
use std::collections::{BTreeMap, BTreeSet};

/// From so many on, resources that are alike become one block.
const ALIKE: usize = 4;

/// So many settings may differ between them.
const VARYING: usize = 4;

/// From so many on, a tag that exactly these things share stands for their names.
const TAGGED: usize = 3;

/// Words in the keys of tags that say how something is to be protected.
const MEANT: [&str; 7] = ["backup", "criticality", "pitr", "recovery", "retention", "rpo", "tier"];

/// The most letters of a label.
const LONGEST: usize = 60;

/// One block.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) spec: &'static KindSpec,
    pub(super) targets: Vec<String>,
    pub(super) label: String,
    /// The things that it is about, at least one.
    pub(super) things: Vec<&'a Thing<'a>>,
    pub(super) form: Form,
}

/// How a block stands for its things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A resource that it is alone.
    One,
    /// What there is exactly one of.
    Single,
    /// A selector by names.
    Names,
    /// A selector by a tag.
    Tag(String, String),
    /// `for_each`: the key of each thing, and the paths of what differs with the names that it has in `each.value`.
    Each {
        /// The keys, in the order of the things.
        keys: Vec<String>,
        /// What differs.
        varying: Vec<(String, String)>,
    },
}

/// Makes the blocks, in the order in which they are written.
pub(super) fn of<'a>(described: &'a [Thing<'a>], snapshot: &Snapshot, request: &Request<'_>, rounds: &Rounds) -> Vec<Group<'a>> {
    let mut groups: Vec<(Vec<&Thing<'_>>, Form)> = Vec::new();
    let (protected, made): (Vec<&Thing<'_>>, Vec<&Thing<'_>>) = described.iter().partition(|thing| thing.is_protected());
    groups.extend(protects(&protected, snapshot, rounds));
    groups.extend(resources(&made, rounds));
    let environment = words::environment(described.iter());
    let taken = request
        .there
        .resources
        .iter()
        .map(|resource| &resource.address)
        .chain(request.there.protects.iter().map(|protect| &protect.address))
        .map(|address| (address.kind.clone(), address.name.clone()));
    let mut labels = Labels { taken: taken.collect(), ..Labels::default() };
    // What must have a certain label has it first.
    groups.sort_by_cached_key(|(things, _)| (things.iter().all(|thing| thing.label.is_none()), place(things)));
    let mut groups: Vec<Group<'_>> = groups
        .into_iter()
        .filter_map(|(things, form)| {
            let first = *things.first()?;
            let wished = first.label.clone().unwrap_or_else(|| wished(&things, &form, environment.as_deref()));
            // Parts of different things often have one name.
            let of_whole = first.whole.as_ref().map(|whole| format!("{}_{wished}", slug(&whole.name, environment.as_deref())));
            let is_taken = labels.has(first.spec.name, &wished);
            let wished = of_whole.filter(|_| is_taken).unwrap_or(wished);
            let label = labels.free(&wished, first.spec.name);
            Some(Group { spec: first.spec, targets: targets(&things), label, things, form })
        })
        .collect();
    groups.sort_by_cached_key(|group| place(&group.things));
    groups
}

/// The targets that things are in.
fn targets(things: &[&Thing<'_>]) -> Vec<String> {
    let targets: BTreeSet<&String> = things.iter().map(|thing| &thing.live.id.target).collect();
    targets.into_iter().cloned().collect()
}

/// Where a block stands among all: by kind, parts behind what they are parts of, then by name.
fn place(things: &[&Thing<'_>]) -> (usize, String, usize, String, String) {
    let rank = |kind: &str| kinds::all().position(|other| other.spec().name == kind).unwrap_or(usize::MAX);
    let Some(first) = things.first() else { return Default::default() };
    let id = &first.live.id;
    match &first.whole {
        Some(whole) => (rank(&whole.kind), whole.name.clone(), rank(&id.kind) + 1, id.name.clone(), id.target.clone()),
        None => (rank(&id.kind), id.name.clone(), 0, id.name.clone(), id.target.clone()),
    }
}

fn protects<'a>(protected: &[&'a Thing<'a>], snapshot: &Snapshot, rounds: &Rounds) -> Vec<(Vec<&'a Thing<'a>>, Form)> {
    let mut alike: BTreeMap<(&str, &str, Option<usize>, String), Vec<&'a Thing<'a>>> = BTreeMap::new();
    for thing in protected {
        let id = &thing.live.id;
        // What there is one of can be alike in several places.
        let target = if thing.spec.single.is_some() { "" } else { id.target.as_str() };
        // Values have no order across types that a map's key could need; their text has.
        let says = format!("{:?}", thing.settings);
        alike.entry((&id.kind, target, rounds.piece(id), says)).or_default().push(thing);
    }
    let form = |things: &[&'a Thing<'a>]| match things.first() {
        Some(first) if first.spec.single.is_some() => Form::Single,
        Some(_) if things.len() >= TAGGED => shared_tag(things, snapshot).map_or(Form::Names, |(key, value)| Form::Tag(key, value)),
        _ => Form::Names,
    };
    // Where the same is said of the same names in several targets, it is said once.
    let mut said: BTreeMap<_, (Vec<&'a Thing<'a>>, Form)> = BTreeMap::new();
    for ((kind, _, piece, says), things) in alike {
        let form = form(&things);
        let names: BTreeSet<&str> = things.iter().map(|thing| thing.live.id.name.as_str()).collect();
        let entry = said.entry((kind, piece, says, names, format!("{form:?}"))).or_insert((Vec::new(), form));
        entry.0.extend(things);
    }
    said.into_values().collect()
}

/// The names of things, each once: a block can be about those of several targets.
pub(super) fn names<'t>(things: &[&'t Thing<'_>]) -> Vec<&'t str> {
    let mut names: Vec<&str> = things.iter().map(|thing| thing.live.id.name.as_str()).collect();
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    names
}

/// The tag that these things have and no other of the kind has, where the listing tells all tags.
fn shared_tag(group: &[&Thing<'_>], snapshot: &Snapshot) -> Option<(String, String)> {
    let first = group.first()?;
    let inventory = things::inventory(snapshot, first.spec.name, &first.live.id.target)?;
    if !inventory.names_complete || inventory.tag_filter.as_ref().is_none_or(|filter| !filter.is_empty()) {
        return None;
    }
    let names: BTreeSet<&str> = group.iter().map(|thing| thing.live.id.name.as_str()).collect();
    let has = |name: &str, key: &str, value: &str| {
        let tags = things::listed(inventory, name).and_then(|one| one.tags.as_ref());
        tags.and_then(|tags| tags.get(key)).is_some_and(|found| found == value)
    };
    let is_theirs =
        |key: &str, value: &str| inventory.listed.iter().all(|one| names.contains(one.name.as_str()) == has(&one.name, key, value));
    let tags = things::tags(first.live, snapshot);
    // Only a tag that speaks of this is meant for it: whatever else is shared may be shared by others tomorrow.
    let is_meant = |key: &str| MEANT.iter().any(|word| key.to_ascii_lowercase().contains(word));
    let mut candidates: Vec<(String, String)> = tags
        .into_iter()
        .filter(|(key, value)| is_meant(key) && !value.is_empty() && !value.contains(['*', '?']) && is_theirs(key, value))
        .collect();
    candidates.sort();
    candidates.into_iter().next()
}

/// What resources that can be one block have in common: kind, target, what they are parts of, the piece of a block that was wrong, and which
/// settings they have.
type Alike<'t> = (&'t str, &'t str, Option<&'t ResourceId>, Option<usize>, Vec<&'t str>);

fn resources<'a>(made: &[&'a Thing<'a>], rounds: &Rounds) -> Vec<(Vec<&'a Thing<'a>>, Form)> {
    let mut alike: BTreeMap<Alike<'_>, Vec<&'a Thing<'a>>> = BTreeMap::new();
    let mut groups = Vec::new();
    for thing in made {
        let id = &thing.live.id;
        let has_name = thing.spec.parent.is_none_or(|parent| !parent.is_only);
        if thing.label.is_some() || !thing.comments.is_empty() || !has_name || !is_key(thing.own_name()) {
            groups.push((vec![*thing], Form::One));
            continue;
        }
        let paths = thing.settings.keys().map(String::as_str).collect();
        alike.entry((&id.kind, &id.target, thing.whole.as_ref(), rounds.piece(id), paths)).or_default().push(thing);
    }
    for things in alike.into_values() {
        match varying(&things) {
            Some(varying) if things.len() >= ALIKE => {
                let keys = things.iter().map(|thing| thing.own_name().to_owned()).collect();
                groups.push((things, Form::Each { keys, varying }));
            }
            _ => groups.extend(things.into_iter().map(|thing| (vec![thing], Form::One))),
        }
    }
    groups
}

/// What differs between things with the same settings, beside their names; none where it is too much for one block.
fn varying(things: &[&Thing<'_>]) -> Option<Vec<(String, String)>> {
    let first = things.first()?;
    let mut varying: Vec<(String, String)> = Vec::new();
    for (at, value) in &first.settings {
        let is_name = at == first.spec.name_argument;
        if is_name || things.iter().all(|thing| thing.settings.get(at) == Some(value)) {
            continue;
        }
        // A document or a block that differs is another block's worth.
        let shape = first.spec.setting(at).map(|setting| setting.shape);
        if first.spec.is_block(at) || matches!(shape, Some(Shape::Block(_) | Shape::Json(_))) {
            return None;
        }
        let last = path::segments(at).pop()?.name;
        let name = if varying.iter().any(|(_, name)| *name == last) { path::generic(at).replace('.', "_") } else { last };
        varying.push((at.clone(), name));
    }
    (varying.len() <= VARYING).then_some(varying)
}

/// Whether a name can be a key of `for_each`, which goes into an address.
fn is_key(name: &str) -> bool {
    !name.is_empty() && name.chars().count() <= 200 && name.chars().all(|c| c.is_ascii_alphanumeric() || " _.:=+-@".contains(c))
}

fn wished(things: &[&Thing<'_>], form: &Form, environment: Option<&str>) -> String {
    let Some(first) = things.first() else { return "things".to_owned() };
    let noun = || {
        let noun = first.spec.title.rsplit(' ').next().unwrap_or("thing").to_ascii_lowercase();
        if noun.ends_with('s') { noun } else { format!("{noun}s") }
    };
    match form {
        Form::Single => "this".to_owned(),
        Form::Tag(_, value) => slug(value, None),
        Form::One | Form::Names if names(things).len() == 1 => {
            let own = first.spec.parent.filter(|parent| parent.is_only).map_or_else(|| first.own_name(), |_| first.live.id.name.as_str());
            slug(own, environment)
        }
        _ => {
            let names: Vec<&str> = things.iter().map(|thing| thing.own_name()).collect();
            common_start(&names).filter(|start| start.len() > 2).map_or_else(noun, |start| slug(&start, environment))
        }
    }
}

/// What names begin with together, up to a place where words end.
fn common_start(names: &[&str]) -> Option<String> {
    let first: Vec<char> = names.first()?.chars().collect();
    let common = names
        .iter()
        .skip(1)
        .fold(first.len(), |length, name| name.chars().zip(&first).take(length).take_while(|(one, other)| one == *other).count());
    let text: String = first.into_iter().take(common).collect();
    let end = text.rfind(|c: char| !c.is_ascii_alphanumeric())?;
    text.get(..end).map(str::to_owned)
}

/// A name in the letters of labels: words in lower case with `_` between, without that of the environment.
pub(super) fn slug(name: &str, environment: Option<&str>) -> String {
    let mut words: Vec<String> = vec![String::new()];
    let mut before = ' ';
    for letter in name.chars() {
        let ends = !letter.is_ascii_alphanumeric() || (letter.is_ascii_uppercase() && before.is_ascii_lowercase());
        if ends {
            words.push(String::new());
        }
        if letter.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(letter.to_ascii_lowercase());
        }
        before = letter;
    }
    let environment = environment.map(str::to_ascii_lowercase);
    words.retain(|word| !word.is_empty());
    let all = words.clone();
    words.retain(|word| Some(word) != environment.as_ref());
    let words = if words.is_empty() { all } else { words };
    // A label goes into addresses, and with them into tags.
    let label: String = words.join("_").chars().take(LONGEST).collect();
    let label = label.trim_end_matches('_').to_owned();
    match label.as_str() {
        "" => "unnamed".to_owned(),
        text if is_label(text) => label,
        _ => format!("_{label}"),
    }
}

/// The argument by which the things of a block are named; that of most where the block is not one of these.
pub(super) fn name_argument(groups: &[Group<'_>], place: Option<usize>) -> &'static str {
    let group = place.and_then(|place| groups.get(place));
    group.map_or("name", |group| if group.form == Form::Names { "name" } else { group.spec.name_argument })
}

/// Labels that are taken, and those that are given out.
#[derive(Default)]
struct Labels {
    taken: BTreeSet<(String, String)>,
    /// The number that was behind the last of those that wished for the same.
    last: BTreeMap<(String, String), u32>,
}

impl Labels {
    fn has(&self, kind: &str, label: &str) -> bool {
        self.taken.contains(&(kind.to_owned(), label.to_owned()))
    }

    /// The label, or with a number behind it where it is taken.
    fn free(&mut self, wished: &str, kind: &str) -> String {
        let mut label = wished.to_owned();
        let last = self.last.entry((kind.to_owned(), wished.to_owned())).or_insert(1);
        while !self.taken.insert((kind.to_owned(), label.clone())) {
            *last = last.saturating_add(1);
            label = format!("{wished}_{last}");
        }
        label
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_words_without_the_environment() {
        assert_eq!(slug("SalesTable-production", Some("production")), "sales_table");
        assert_eq!(slug("production", Some("production")), "production");
        assert_eq!(slug("7 years/ä", None), "_7_years");
        assert_eq!(slug("日本", None), "unnamed");
        assert_eq!(slug(&"a".repeat(255), None).len(), LONGEST);
    }

    #[test]
    fn a_common_start_ends_with_a_word() {
        assert_eq!(common_start(&["orders-eu", "orders-us"]).as_deref(), Some("orders"));
        assert_eq!(common_start(&["ordered", "orders"]), None);
    }
}
