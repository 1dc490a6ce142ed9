//! Text to blocks: each file parsed, each top-level block sorted by its keyword, with its labels checked.

use super::compounds;
use super::eval;
use super::format;
use super::load::Files;
use super::reader::Located;
use crate::kinds;
use crate::model::{Code, Diagnostic, Ownership, SourceId, Span};
use hcl::edit::structure::{Attribute, Block, Body, Structure};
use std::collections::BTreeMap;

/// The parsed files of a policy.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    bodies: Vec<(SourceId, Body)>,
}

/// The top-level blocks of a policy, by keyword and label.
#[derive(Debug, Default)]
pub(super) struct Blocks<'a> {
    /// `backstay`.
    pub(super) backstay: Option<Located<'a>>,
    /// `variable`, by label.
    pub(super) variables: BTreeMap<String, Located<'a>>,
    /// Every argument of every `locals`.
    pub(super) locals: BTreeMap<String, (SourceId, &'a Attribute)>,
    /// `organization`, by label.
    pub(super) organizations: BTreeMap<String, Located<'a>>,
    /// `target`, by label.
    pub(super) targets: BTreeMap<String, Located<'a>>,
    /// `tier`, by label.
    pub(super) tiers: BTreeMap<String, Located<'a>>,
    /// `protect` and `resource`, by kind and label; compounds by keyword and label.
    pub(super) things: BTreeMap<(String, String), Located<'a>>,
    /// `waiver`, by label.
    pub(super) waivers: BTreeMap<String, Located<'a>>,
    /// `acknowledge`, by label.
    pub(super) acknowledges: BTreeMap<String, Located<'a>>,
    /// `control`, by label.
    pub(super) controls: BTreeMap<String, Located<'a>>,
    /// `check`, by label.
    pub(super) checks: BTreeMap<String, Located<'a>>,
    /// `test`, by label.
    pub(super) tests: BTreeMap<String, Located<'a>>,
    /// `removed`.
    pub(super) removed: Vec<Located<'a>>,
}

const KEYWORDS: [&str; 14] = [
    "backstay",
    "variable",
    "locals",
    "organization",
    "target",
    "tier",
    "protect",
    "resource",
    "waiver",
    "acknowledge",
    "control",
    "check",
    "test",
    "removed",
];

/// Parses every file of a policy.
pub(super) fn parse(files: &Files, problems: &mut Vec<Diagnostic>) -> Parsed {
    let mut parsed = Parsed::default();
    for id in &files.policy {
        let Some(source) = files.sources.get(*id) else { continue };
        match parse_text(*id, &source.text) {
            Ok(body) => parsed.bodies.push((*id, body)),
            Err(problem) => problems.push(problem),
        }
    }
    parsed
}

/// Parses one file.
///
/// # Errors
///
/// It is not HCL; the problem points at the place where it stops being so.
pub(super) fn parse_text(source: SourceId, text: &str) -> Result<Body, Diagnostic> {
    hcl::edit::parser::parse_body(text).map_err(|error| {
        let range = format::place(text, error.location().offset());
        let title = format!("not HCL here: {}", error.message());
        Diagnostic::error(Code::Syntax, title).at(Span { source, range })
    })
}

impl Parsed {
    /// One text that is parsed already.
    pub(super) fn of(source: SourceId, body: Body) -> Self {
        Self { bodies: vec![(source, body)] }
    }

    /// Sorts all top-level blocks.
    pub(super) fn blocks(&self, problems: &mut Vec<Diagnostic>) -> Blocks<'_> {
        let mut blocks = Blocks::default();
        for (source, body) in &self.bodies {
            for structure in body {
                match structure {
                    Structure::Attribute(attribute) => {
                        let span = Span { source: *source, range: eval::range_of(&attribute.key) };
                        let title = format!("`{}` stands outside of any block", attribute.key.as_str());
                        problems.push(
                            Diagnostic::error(Code::UnknownName, title)
                                .at(span)
                                .help("a policy is made of blocks; named values go into `locals { … }`"),
                        );
                    }
                    Structure::Block(block) => blocks.add(Located { source: *source, block }, problems),
                }
            }
        }
        blocks
    }
}

impl<'a> Blocks<'a> {
    fn add(&mut self, located: Located<'a>, problems: &mut Vec<Diagnostic>) {
        let keyword = located.block.ident.as_str();
        let labels = match keyword {
            "backstay" | "locals" | "removed" => 0,
            "variable" | "organization" | "target" | "tier" | "waiver" | "acknowledge" | "control" | "check" | "test" => 1,
            "protect" | "resource" => 2,
            compound if compounds::find(compound).is_some() => 1,
            _ => return problems.push(unknown_keyword(located, keyword)),
        };
        if located.block.labels.len() != labels {
            return problems.push(wrong_labels(located, keyword, labels));
        }
        let (first, second) = (located.label(0).to_owned(), located.label(1).to_owned());
        let before = match keyword {
            "backstay" => self.backstay.replace(located),
            "variable" => named(&mut self.variables, first, located, problems),
            "organization" => named(&mut self.organizations, first, located, problems),
            "target" => named(&mut self.targets, first, located, problems),
            "tier" => named(&mut self.tiers, first, located, problems),
            "waiver" => self.waivers.insert(first, located),
            "acknowledge" => self.acknowledges.insert(first, located),
            "control" => self.controls.insert(first, located),
            "check" => self.checks.insert(first, located),
            "test" => self.tests.insert(first, located),
            "locals" => return self.add_locals(located, problems),
            "removed" => return self.removed.push(located),
            compound if compounds::find(compound).is_some() => {
                if !is_identifier(&first) {
                    return problems.push(not_an_identifier(located, 0));
                }
                self.things.insert((compound.to_owned(), first), located)
            }
            _ => match check_kind(located, keyword, &first) {
                Some(problem) => return problems.push(problem),
                None if !is_identifier(&second) => return problems.push(not_an_identifier(located, 1)),
                None => self.things.insert((first, second), located),
            },
        };
        if let Some(before) = before {
            problems.push(twice(keyword, located, before.header()));
        }
    }

    fn add_locals(&mut self, located: Located<'a>, problems: &mut Vec<Diagnostic>) {
        for structure in &located.block.body {
            match structure {
                Structure::Attribute(attribute) => {
                    let span = |attribute: &Attribute, source| Span { source, range: eval::range_of(&attribute.key) };
                    let name = attribute.key.as_str().to_owned();
                    if let Some((source, before)) = self.locals.insert(name.clone(), (located.source, attribute)) {
                        let problem = Diagnostic::error(Code::Conflict, format!("`local.{name}` is declared twice"));
                        problems.push(problem.at(span(attribute, located.source)).label(span(before, source), "first declared here"));
                    }
                }
                Structure::Block(block) => problems.push(block_in_locals(located.source, block)),
            }
        }
    }
}

fn named<'a>(
    map: &mut BTreeMap<String, Located<'a>>,
    name: String,
    located: Located<'a>,
    problems: &mut Vec<Diagnostic>,
) -> Option<Located<'a>> {
    if !is_identifier(&name) {
        problems.push(not_an_identifier(located, 0));
        return None;
    }
    map.insert(name, located)
}

/// Whether a text can be written without quotes in a reference.
fn is_identifier(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

fn not_an_identifier(located: Located<'_>, at: usize) -> Diagnostic {
    let title = format!("`{}` is not a name", located.label(at));
    Diagnostic::error(Code::OutOfRange, title)
        .at(located.label_span(at))
        .help("a name starts with a letter and goes on with letters, digits, `_` and `-`")
}

fn twice(keyword: &str, located: Located<'_>, before: Span) -> Diagnostic {
    let labels: Vec<String> = located.block.labels.iter().map(|label| format!(" \"{}\"", label.as_str())).collect();
    let title = format!("`{keyword}{}` is declared twice", labels.concat());
    Diagnostic::error(Code::Conflict, title).at(located.header()).label(before, "first declared here").help("rename one, or merge the two")
}

fn block_in_locals(source: SourceId, block: &Block) -> Diagnostic {
    let title = format!("`locals` holds named values, not blocks such as `{}`", block.ident.as_str());
    let span = Span { source, range: eval::range_of(&block.ident) };
    Diagnostic::error(Code::UnknownName, title).at(span).help(format!("write `{} = {{ … }}`", block.ident.as_str()))
}

fn unknown_keyword(located: Located<'_>, keyword: &str) -> Diagnostic {
    let all = || KEYWORDS.into_iter().chain(compounds::specs().map(|spec| spec.table.name));
    let help = eval::suggestion(keyword, all()).unwrap_or_else(|| {
        if kinds::find(keyword).is_some() {
            return format!("write `protect \"{keyword}\" \"NAME\" {{ … }}`");
        }
        let known: Vec<String> = all().map(|name| format!("`{name}`")).collect();
        format!("the blocks of a policy are {}", known.join(", "))
    });
    Diagnostic::error(Code::UnknownName, format!("there is no block `{keyword}`")).at(located.header()).help(help)
}

fn wrong_labels(located: Located<'_>, keyword: &str, expected: usize) -> Diagnostic {
    let form = match (keyword, expected) {
        (_, 0) => format!("{keyword} {{ … }}"),
        (_, 1) => format!("{keyword} \"NAME\" {{ … }}"),
        _ => format!("{keyword} \"KIND\" \"NAME\" {{ … }}"),
    };
    let found = located.block.labels.len();
    let title = format!("`{keyword}` takes {expected} label{}, found {found}", if expected == 1 { "" } else { "s" });
    Diagnostic::error(Code::Syntax, title).at(located.header()).help(format!("write `{form}`"))
}

fn check_kind(located: Located<'_>, keyword: &str, name: &str) -> Option<Diagnostic> {
    let problem = |title: String, help: String| Some(Diagnostic::error(Code::UnknownName, title).at(located.label_span(0)).help(help));
    if compounds::find(name).is_some() {
        let title = format!("`{name}` is no kind: it stands for things of several kinds, and is a block of its own");
        return problem(title, format!("write `{name} \"{}\" {{ … }}`", located.label(1)));
    }
    let Some(spec) = kinds::spec(name) else {
        let known: Vec<&str> = kinds::all().map(|kind| kind.spec().name).collect();
        // Terraform has resources of their own for what is a block, or an argument, here.
        let whole = known.iter().filter(|known| name.strip_prefix(**known).is_some_and(|rest| rest.starts_with('_'))).max();
        let part = whole.map(|whole| format!("it is a part of `{whole}` here; `backstay schema {whole}` prints its settings"));
        let help = part.or_else(|| eval::suggestion(name, known.iter().copied()));
        let help = help.unwrap_or_else(|| format!("the kinds are {}", known.join(", ")));
        return problem(format!("there is no kind `{name}`"), help);
    };
    if let (Some(single), "resource") = (spec.single, keyword) {
        return problem(
            format!("nobody creates an {}: there is exactly one {}", spec.title, single.place()),
            format!("write `protect \"{name}\" \"{}\"` with the settings that must hold, and no `select` block", located.label(1)),
        );
    }
    match (keyword, spec.ownership) {
        ("resource", Ownership::Settings) => problem(
            format!("backstay does not create a {}: it manages settings on those that others own", spec.title),
            format!("write `protect \"{name}\" \"{}\"` with a `select` block", located.label(1)),
        ),
        ("protect", Ownership::Whole) => problem(
            format!("a {} is created by backstay, so it is a `resource`", spec.title),
            format!("write `resource \"{name}\" \"{}\"`", located.label(1)),
        ),
        _ => None,
    }
}
