//! From the body of a block to wanted settings, by the kind's table.
//!
//! A setting of a repeated block gets the block's key into its path (`rule["daily"].schedule`), and the block itself is wanted too
//! (`rule["daily"]` is `true`), so that the difference can tell a block that is new or gone from one that changed.

use super::compounds;
use super::eval::{self, Scope};
use super::graph;
use super::reader::{Located, Reader};
use crate::kinds::{Concern, Kind};
use crate::model::{Code, Diagnostic, Fallback, Key, KindSpec, Misfit, Part, Setting, Shape, SourceId, Span, Value, Wanted, path};
use std::collections::{BTreeMap, BTreeSet};

/// Reads every setting that the table knows out of a block, whose other arguments the caller has taken from `reader` already.
pub(super) fn settings(kind: &dyn Kind, reader: Reader<'_, '_>, scope: &Scope<'_>) -> BTreeMap<String, Wanted> {
    table(kind.spec(), reader, scope, |wanted| kind.check(wanted))
}

/// The same of a block that only describes what is there.
pub(super) fn described(kind: &dyn Kind, reader: Reader<'_, '_>, scope: &Scope<'_>) -> BTreeMap<String, Wanted> {
    table(kind.spec(), reader, scope, |wanted| kind.check(wanted).into_iter().map(Concern::of_described).collect())
}

/// The same by a table alone; `check` is asked for AWS's rules across settings.
pub(super) fn table(
    spec: &'static KindSpec,
    mut reader: Reader<'_, '_>,
    scope: &Scope<'_>,
    check: impl Fn(&BTreeMap<String, Wanted>) -> Vec<Concern>,
) -> BTreeMap<String, Wanted> {
    let header = reader.header();
    let before = reader.problems.len();
    let mut decoder = Decoder { spec, scope, wanted: BTreeMap::new(), broken: Broken::default() };
    decoder.level("", "", &mut reader);
    let Decoder { wanted, broken, .. } = decoder;
    let is_whole = reader.problems.len() == before + broken.problems;
    check_together(spec, &wanted, reader.problems);
    // A name that is not known could be that of any setting of its block. That is no reason to keep silent about another.
    let misread = &broken.blocks;
    let is_sound = |at: &str| block_around(at).is_some_and(|block| !misread.contains(&block));
    let counts = |concern: &Concern| is_whole || (is_sound(&concern.at) && concern.also.as_ref().is_none_or(|(at, _)| is_sound(at)));
    let counts = |concern: &Concern| counts(concern) && !(scope.is_lacking() && is_hidden(&concern.at, &wanted));
    let concerns = broken.told(&wanted, check).into_iter().filter(counts);
    reader.problems.extend(concerns.map(|concern| concern.told(&wanted, &header)));
    reader.finish(|name| belongs_elsewhere(spec, "", name));
    wanted
}

/// The outermost block with a key at a path, or around it.
fn block_around(at: &str) -> Option<String> {
    path::enclosing(at).into_iter().next().or_else(|| at.ends_with(']').then(|| at.to_owned()))
}

/// Whether a value beside a path, or below it, is not known.
fn is_hidden(at: &str, wanted: &BTreeMap<String, Wanted>) -> bool {
    let around = at.rsplit_once('.').map_or("", |(around, _)| around);
    let is_near = |path: &str| around.is_empty() || path::is_within(path, around) || path::is_within(path, at);
    wanted.iter().any(|(path, wanted)| is_near(path) && wanted.value.has_unknown())
}

/// Says that a `protect` block declares nothing.
pub(super) fn declares_nothing(spec: &KindSpec, header: Span) -> Diagnostic {
    let names: BTreeSet<&str> = spec.settings.iter().map(|setting| setting.path.split('.').next().unwrap_or(setting.path)).collect();
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    let title = format!("this `protect` block declares no setting of {}", spec.name);
    Diagnostic::error(Code::Missing, title).at(header).help(format!("declare at least one of {}", names.join(", ")))
}

struct Decoder<'a> {
    spec: &'static KindSpec,
    scope: &'a Scope<'a>,
    wanted: BTreeMap<String, Wanted>,
    broken: Broken,
}

/// What is wrong so far.
#[derive(Default)]
struct Broken {
    /// The settings of which there is no value that fits, with where they stand and the nearest one that would, if there is one.
    settings: BTreeMap<String, (Span, Option<Value>)>,
    /// How many problems are about these.
    problems: usize,
    /// The outermost blocks in which anything else is wrong.
    blocks: BTreeSet<String>,
}

impl Broken {
    /// What a check says whatever the broken settings will be: with a value that nobody knows, without any, and with the nearest that fits.
    /// What it says of them themselves would be noise.
    fn told(&self, wanted: &BTreeMap<String, Wanted>, check: impl Fn(&BTreeMap<String, Wanted>) -> Vec<Concern>) -> Vec<Concern> {
        let without = check(wanted);
        if self.settings.is_empty() {
            return without;
        }
        let with = |value: &dyn Fn(&Option<Value>) -> Option<Value>| {
            let mut wanted = wanted.clone();
            let taken =
                self.settings.iter().filter_map(|(at, (span, nearest))| Some((at.clone(), Wanted::new(value(nearest)?, span.clone()))));
            wanted.extend(taken);
            check(&wanted)
        };
        let (unknown, nearest) = (with(&|_| Some(Value::Unknown)), with(&Clone::clone));
        let is_about = |at: &String| self.settings.keys().any(|broken| broken == at || path::is_within(at, broken));
        let is_steady = |concern: &Concern| {
            let is_noise = is_about(&concern.at) || concern.also.as_ref().is_some_and(|(at, _)| is_about(at));
            !is_noise && unknown.contains(concern) && nearest.contains(concern)
        };
        without.into_iter().filter(is_steady).collect()
    }
}

impl Decoder<'_> {
    /// Reads the settings and blocks of one level: `table` is the path of its block without keys, `at` with them.
    fn level(&mut self, table: &str, at: &str, reader: &mut Reader<'_, '_>) {
        let mut blocks: BTreeSet<&'static str> = BTreeSet::new();
        for setting in self.spec.settings {
            let rest = if table.is_empty() {
                Some(setting.path)
            } else {
                setting.path.strip_prefix(table).and_then(|rest| rest.strip_prefix('.'))
            };
            match rest.map(|rest| (rest, rest.split_once('.'))) {
                None => {}
                Some((_, Some((block, _)))) => {
                    blocks.insert(block);
                }
                Some((block, None)) if matches!(setting.shape, Shape::Block(_)) => {
                    blocks.insert(block);
                }
                Some((name, None)) => self.one(setting, name, &path::child(at, name), reader),
            }
        }
        for name in blocks {
            let table = path::child(table, name);
            let row = self.spec.settings.iter().find(|setting| setting.path == table);
            match row.map(|row| (row, row.shape)) {
                Some((_, Shape::Block(key @ (Key::Label | Key::Argument(_) | Key::Arguments(_))))) => {
                    self.repeated(name, key, &table, at, reader);
                }
                Some((row, _)) => self.single(name, Some(row), &table, at, reader),
                None => self.single(name, None, &table, at, reader),
            }
        }
    }

    fn single(&mut self, name: &str, row: Option<&'static Setting>, table: &str, at: &str, reader: &mut Reader<'_, '_>) {
        let at = path::child(at, name);
        let before = reader.problems.len();
        let Some(located) = reader.block(name) else {
            if row.is_some_and(|row| row.required) && reader.problems.len() == before {
                reader.missing_block(name);
            }
            return;
        };
        if row.is_some() {
            self.wanted.insert(at.clone(), Wanted::new(Value::Bool(true), located.header()));
        }
        self.inside(name, located, table, &at, None, reader);
        reject_labels(located, name, reader.problems);
    }

    fn repeated(&mut self, name: &str, key: Key, table: &str, at: &str, reader: &mut Reader<'_, '_>) {
        for located in reader.blocks(name) {
            // A block of a compound's own text can stand for several.
            if located.source != SourceId::EMBEDDED || !located.block.body.has_attribute("for_each") {
                self.keyed(name, key, table, at, located, reader);
                continue;
            }
            for (_, each) in graph::instances(located, self.scope, reader.problems).into_iter().flatten() {
                let scope = self.scope.child().with("each", each.unwrap_or_default());
                let (wanted, broken) = (std::mem::take(&mut self.wanted), std::mem::take(&mut self.broken));
                let mut inner = Decoder { spec: self.spec, scope: &scope, wanted, broken };
                inner.keyed(name, key, table, at, located, reader);
                (self.wanted, self.broken) = (inner.wanted, inner.broken);
            }
        }
    }

    fn keyed(&mut self, name: &str, key: Key, table: &str, at: &str, located: Located<'_>, reader: &mut Reader<'_, '_>) {
        let block = path::child(at, name);
        let Some(BlockKey { text: mut key, span, of, there }) = self.key(name, key, located, reader) else { return };
        // Two keys that are not known yet may well differ.
        if there == Value::Unknown && self.wanted.contains_key(&path::keyed(&block, &key)) {
            let numbered = (2_u32..).map(|number| format!("{key} #{number}"));
            let free = numbered.into_iter().find(|key| !self.wanted.contains_key(&path::keyed(&block, key)));
            key = free.unwrap_or(key);
        }
        let at = path::keyed(&block, &key);
        if let Some(first) = self.wanted.get(&at) {
            let problem = Diagnostic::error(Code::Conflict, format!("there are two `{name}` blocks \"{key}\""));
            reader.problems.push(problem.at(span).label(first.span.clone(), "the first one is here").help("rename one, or merge the two"));
            return;
        }
        self.wanted.insert(at.clone(), Wanted::new(there, span));
        let before = (reader.problems.len(), self.broken.problems);
        self.inside(name, located, table, &at, of, reader);
        if reader.problems.len() - before.0 > self.broken.problems - before.1 {
            self.broken.blocks.extend(block_around(&at));
        }
    }

    /// Reads what is in a block; `of` is the argument that the block's key was taken from.
    fn inside(&mut self, name: &str, located: Located<'_>, table: &str, at: &str, of: Option<&str>, reader: &mut Reader<'_, '_>) {
        let spec = self.spec;
        let mut inner = Reader::new(located, self.scope, format!("block `{name}`"), reader.problems);
        if located.source == SourceId::EMBEDDED {
            let _ = inner.expression("for_each");
            let _ = inner.expression(compounds::LABEL);
        }
        if let Some(of) = of {
            let _ = inner.expression(of);
        }
        self.level(table, at, &mut inner);
        inner.finish(|name| belongs_elsewhere(spec, table, name).filter(|_| !table.split('.').any(|part| part == name)));
    }

    /// What tells a block apart from others of its name.
    fn key<'k>(&self, name: &str, key: Key, located: Located<'_>, reader: &mut Reader<'_, '_>) -> Option<BlockKey<'k>>
    where
        Key: 'k,
    {
        match key {
            Key::Label if located.source == SourceId::EMBEDDED && located.block.body.has_attribute(compounds::LABEL) => {
                let mut inner = Reader::new(located, self.scope, format!("block `{name}`"), reader.problems);
                let (text, span) = inner.text(compounds::LABEL)?;
                Some(BlockKey { text, span, of: None, there: Value::Bool(true) })
            }
            Key::Label => {
                if located.block.labels.len() == 1 {
                    return Some(BlockKey {
                        text: located.label(0).to_owned(),
                        span: located.label_span(0),
                        of: None,
                        there: Value::Bool(true),
                    });
                }
                let title = format!("`{name}` takes 1 label, found {}", located.block.labels.len());
                reader
                    .problem(Diagnostic::error(Code::Syntax, title).at(located.header()).help(format!("write `{name} \"NAME\" {{ … }}`")));
                None
            }
            Key::Argument(argument) => {
                reject_labels(located, name, reader.problems);
                let mut inner = Reader::new(located, self.scope, format!("block `{name}`"), reader.problems);
                let before = inner.problems.len();
                let value = inner.setting(argument);
                if value.is_none() && inner.problems.len() == before {
                    inner.missing(argument);
                }
                let (value, span) = value?;
                Some(BlockKey { text: key_text(&value), span, of: Some(argument), there: is_there([&value]) })
            }
            Key::Arguments(arguments) => {
                reject_labels(located, name, reader.problems);
                let mut inner = Reader::new(located, self.scope, format!("block `{name}`"), reader.problems);
                let parts: Vec<Option<Value>> = arguments.iter().map(|argument| inner.setting(argument).map(|(value, _)| value)).collect();
                let texts: Vec<String> = parts.iter().map(|part| part.as_ref().map_or_else(String::new, key_text)).collect();
                Some(BlockKey { text: texts.join("/"), span: located.header(), of: None, there: is_there(parts.iter().flatten()) })
            }
            Key::One => None,
        }
    }

    fn one(&mut self, setting: &'static Setting, name: &str, at: &str, reader: &mut Reader<'_, '_>) {
        let before = reader.problems.len();
        let Some((given, span)) = reader.setting(name) else {
            if setting.required && reader.problems.len() == before {
                reader.missing(name);
            }
            self.broke(at, reader.header(), None, reader.problems.len() - before);
            return;
        };
        if let Shape::Flags { .. } = setting.shape {
            return self.flags(setting, name, at, (&given, &span), reader);
        }
        let written = given.as_str().filter(|_| matches!(setting.shape, Shape::Json(_)));
        match setting.shape.accept(&given) {
            // Where all is owned, nothing in it is the same as none: AWS answers both alike.
            Ok(value) if !setting.required && setting.aws_default == Fallback::Absent && self.spec.owns(at) && is_empty(&value) => {}
            Ok(value) => {
                let elements = elements(setting.shape, &given, reader.elements(name));
                let written = written.filter(|written| value.as_str() != Some(written)).map(str::to_owned);
                self.wanted.insert(at.to_owned(), Wanted { value, written, span, elements });
            }
            Err(misfit) => {
                let places = reader.elements(name);
                let nearest = if let Misfit::Range { nearest, .. } = &misfit { Some(nearest.clone()) } else { None };
                reader.problems.extend(misfit_problems(setting, name, misfit, &span, &given, &places));
                self.broke(at, span, nearest, reader.problems.len() - before);
            }
        }
    }

    /// Notes a setting about which there were so many problems.
    fn broke(&mut self, at: &str, span: Span, nearest: Option<Value>, problems: usize) {
        if problems > 0 {
            self.broken.settings.insert(at.to_owned(), (span, nearest));
            self.broken.problems += problems;
        }
    }

    /// Reads flags by name: each is a setting of its own.
    fn flags(&mut self, setting: &'static Setting, name: &str, at: &str, given: (&Value, &Span), reader: &mut Reader<'_, '_>) {
        let (given, span) = given;
        let places = reader.elements(name);
        match setting.shape.accept(given) {
            Ok(Value::Map(flags)) => {
                let place = |key: &String| places.iter().find(|(part, _)| *part == Part::Key(key.clone())).map(|(_, span)| span);
                let one = |(key, flag): (String, Value)| {
                    let span = place(&key).unwrap_or(span).clone();
                    (path::keyed(at, &key), Wanted::new(flag, span))
                };
                self.wanted.extend(flags.into_iter().map(one));
            }
            Ok(_) => {
                let title = format!("`{name}` must be known before anything is read, and this is known only after apply");
                reader.problem(Diagnostic::error(Code::Evaluation, title).at(span.clone()));
            }
            Err(misfit) => reader.problems.extend(misfit_problems(setting, name, misfit, span, given, &places)),
        }
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_items().is_some_and(<[Value]>::is_empty) || value.as_map().is_some_and(BTreeMap::is_empty)
}

fn reject_labels(located: Located<'_>, name: &str, problems: &mut Vec<Diagnostic>) {
    if !located.block.labels.is_empty() {
        let title = format!("block `{name}` takes no label");
        problems.push(Diagnostic::error(Code::UnknownName, title).at(located.label_span(0)).help("remove the label"));
    }
}

/// Where each element of a setting stands that is written out, by what the setting takes it for.
fn elements(shape: Shape, given: &Value, places: Vec<(Part, Span)>) -> BTreeMap<String, Span> {
    let taken = |part: Part| match (part, shape) {
        (Part::Element(at), Shape::Texts { item, .. }) => {
            let text = given.as_items()?.get(at).and_then(eval::to_text)?;
            Some((item.check)(&text).unwrap_or(text))
        }
        (Part::Key(key), Shape::TextMap { .. }) => Some(key),
        _ => None,
    };
    // Of one that is there twice the first place counts.
    places.into_iter().rev().filter_map(|(part, span)| Some((taken(part)?, span))).collect()
}

/// The problems of a value that does not fit its setting: one for each part of it that does not, at its own place where it has one.
pub(super) fn misfit_problems(
    setting: &Setting,
    name: &str,
    misfit: Misfit,
    span: &Span,
    given: &Value,
    places: &[(Part, Span)],
) -> Vec<Diagnostic> {
    let problem = |misfit: Misfit, span: &Span, text: Option<&str>| {
        let more = match &misfit {
            Misfit::Form(mistake) => mistake.more.clone(),
            _ => Vec::new(),
        };
        let all = std::iter::once(misfit).chain(more.into_iter().map(Misfit::Form));
        all.map(|misfit| misfit_problem(setting, name, misfit, span.clone(), text)).collect::<Vec<_>>()
    };
    let Misfit::Parts(parts) = misfit else { return problem(misfit, span, given.as_str()) };
    let of_part = |(part, misfit): (Part, Misfit)| {
        let place = places.iter().find(|(placed, _)| *placed == part).map(|(_, span)| span);
        let text = match &part {
            Part::Element(at) => given.as_items().and_then(|items| items.get(*at)?.as_str()),
            Part::Key(_) => None,
        };
        problem(misfit, place.unwrap_or(span), text.filter(|_| place.is_some()))
    };
    parts.into_iter().flat_map(of_part).collect()
}

/// The problem of a value that does not fit its setting; `text` is the value, where it is one, so that the mark can be on a part of it.
fn misfit_problem(setting: &Setting, name: &str, misfit: Misfit, span: Span, text: Option<&str>) -> Diagnostic {
    match misfit {
        Misfit::Type(message) => Diagnostic::error(Code::WrongType, format!("`{name}` {message}")).at(span),
        Misfit::Range { message, nearest } => {
            let help = match setting.shape {
                Shape::Days { max, .. } | Shape::Whole { max, .. } if nearest == Value::from(max) => {
                    format!("choose {max}, the most that AWS takes ({})", setting.source)
                }
                _ => format!("choose {nearest} or more ({})", setting.source),
            };
            Diagnostic::error(Code::OutOfRange, format!("`{name}` {message}")).at(span).help(help)
        }
        Misfit::Form(mistake) => {
            let part = mistake.range.and_then(|range| part_of(&span, range, text?));
            let help = mistake.help.unwrap_or_else(|| format!("see {}", setting.source));
            Diagnostic::error(Code::OutOfRange, format!("`{name}` {}", mistake.message)).at(part.unwrap_or(span)).help(help)
        }
        // Parts have no parts: each is told by itself.
        Misfit::Parts(_) => Diagnostic::error(Code::OutOfRange, format!("`{name}` holds what it does not take")).at(span),
    }
}

/// Where a part of a literal stands: within the quotes, if the literal is written as long as its text is, so that nothing in it is escaped.
fn part_of(span: &Span, range: std::ops::Range<usize>, text: &str) -> Option<Span> {
    (span.range.len() == text.len() + 2).then(|| {
        let start = span.range.start + 1;
        Span { source: span.source, range: start + range.start..start + range.end }
    })
}

/// AWS's rules across settings: what means nothing without its flag is refused beside it.
fn check_together(spec: &KindSpec, wanted: &BTreeMap<String, Wanted>, problems: &mut Vec<Diagnostic>) {
    for (at, dependent) in wanted {
        let Some((setting, flag)) = spec.setting(at).and_then(|setting| Some((setting, path::beside(at, setting.only_while?)))) else {
            continue;
        };
        if let Some(off) = wanted.get(&flag).filter(|flag| flag.value == Value::Bool(false)) {
            let title = format!("`{at}` means nothing while `{flag}` is false, and AWS refuses the two together");
            let problem = Diagnostic::error(Code::Conflict, title).at(dependent.span.clone()).label(off.span.clone(), "turned off here");
            problems.push(problem.help(format!("remove `{}`, or turn `{flag}` on", setting.name())));
        }
    }
}

/// What tells a block apart from others of its name.
struct BlockKey<'a> {
    text: String,
    /// Where it stands.
    span: Span,
    /// The argument that it was taken from.
    of: Option<&'a str>,
    /// What to want at the block's own path: that it is there, or nobody knows yet what is.
    there: Value,
}

fn key_text(value: &Value) -> String {
    eval::to_text(value).unwrap_or_else(|| value.to_string())
}

fn is_there<'v>(parts: impl IntoIterator<Item = &'v Value>) -> Value {
    if parts.into_iter().any(Value::has_unknown) { Value::Unknown } else { Value::Bool(true) }
}

/// Where a name that is unknown in the block `here` does belong: a setting of this level, or of another, written right or nearly so. The
/// nearest level counts: what is below the block, then what is around it.
fn belongs_elsewhere(spec: &KindSpec, here: &str, name: &str) -> Option<String> {
    let around = |setting: &Setting| setting.block().unwrap_or_default();
    let distance = |setting: &&Setting| {
        let (one, other) = (around(setting), here);
        let shared = one.split('.').zip(other.split('.')).take_while(|(one, other)| one == other && !one.is_empty()).count();
        (!path::is_within(one, other), std::cmp::Reverse(shared))
    };
    let nearest = |is_meant: &dyn Fn(&Setting) -> bool| spec.settings.iter().filter(|setting| is_meant(setting)).min_by_key(distance);
    if let Some(setting) = nearest(&|setting| setting.name() == name) {
        return Some(format!("`{name}` belongs into the block `{} {{ … }}`", setting.block()?));
    }
    let of_this_level = spec.settings.iter().filter(|setting| around(setting) == here);
    if let Some(suggestion) = eval::suggestion(name, of_this_level.map(Setting::name)) {
        return Some(suggestion);
    }
    let suggestion = eval::suggestion(name, spec.settings.iter().map(Setting::name))?;
    let setting = nearest(&|setting| suggestion.contains(&format!("`{}`", setting.name())))?;
    Some(setting.block().map_or_else(|| suggestion.clone(), |block| format!("{suggestion} It stands in the block `{block} {{ … }}`")))
}
