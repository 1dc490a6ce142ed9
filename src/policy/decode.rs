//! From the body of a `protect` block to wanted settings, by the kind's table.

use super::eval::{self, Scope};
use super::reader::{Located, Reader};
use crate::kinds::Kind;
use crate::model::{Code, Diagnostic, KindSpec, Misfit, Setting, Shape, Span, Value, Wanted};
use std::collections::{BTreeMap, BTreeSet};

/// Reads every setting that the table knows out of a block, whose other arguments the caller has taken from `reader` already.
pub(super) fn settings(kind: &dyn Kind, mut reader: Reader<'_, '_>, scope: &Scope<'_>) -> BTreeMap<String, Wanted> {
    let spec = kind.spec();
    let mut wanted = BTreeMap::new();
    let header = reader.header();
    let before = reader.problems.len();
    level(spec, "", &mut reader, scope, &mut wanted);
    if reader.problems.len() == before {
        check_together(spec, &wanted, reader.problems);
    }
    if wanted.is_empty() && reader.problems.len() == before {
        let names: Vec<String> = top_names(spec).into_iter().map(|name| format!("`{name}`")).collect();
        let title = format!("this `protect` block declares no setting of {}", spec.name);
        reader.problem(Diagnostic::error(Code::Missing, title).at(header).help(format!("declare at least one of {}", names.join(", "))));
    }
    reader.finish(|name| belongs_elsewhere(spec, name));
    wanted
}

/// Reads the settings and blocks one level below `prefix`.
fn level(spec: &'static KindSpec, prefix: &str, reader: &mut Reader<'_, '_>, scope: &Scope<'_>, wanted: &mut BTreeMap<String, Wanted>) {
    let mut blocks: BTreeSet<&'static str> = BTreeSet::new();
    for setting in spec.settings {
        let Some(rest) = setting.path.strip_prefix(prefix) else { continue };
        match rest.split_once('.') {
            Some((block, _)) => {
                blocks.insert(block);
            }
            None => one(setting, rest, reader, wanted),
        }
    }
    for name in blocks {
        let Some(located) = reader.block(name) else { continue };
        let path = format!("{prefix}{name}.");
        let mut inner = Reader::new(located, scope, format!("block `{name}`"), reader.problems);
        level(spec, &path, &mut inner, scope, wanted);
        inner.finish(|name| belongs_elsewhere(spec, name).filter(|_| !path.contains(name)));
        reject_labels(located, name, reader.problems);
    }
}

fn reject_labels(located: Located<'_>, name: &str, problems: &mut Vec<Diagnostic>) {
    if !located.block.labels.is_empty() {
        let title = format!("block `{name}` takes no label");
        problems.push(Diagnostic::error(Code::UnknownName, title).at(located.label_span(0)).help("remove the label"));
    }
}

fn one(setting: &'static Setting, name: &str, reader: &mut Reader<'_, '_>, wanted: &mut BTreeMap<String, Wanted>) {
    let before = reader.problems.len();
    let Some((value, span)) = reader.value(name) else {
        if setting.required && reader.problems.len() == before {
            reader.missing(name);
        }
        return;
    };
    match setting.shape.accept(&value) {
        Ok(value) => {
            wanted.insert(setting.path.to_owned(), Wanted { value, span });
        }
        Err(misfit) => reader.problem(misfit_problem(setting, name, misfit, span)),
    }
}

/// The problem of a value that does not fit its setting.
pub(super) fn misfit_problem(setting: &Setting, name: &str, misfit: Misfit, span: Span) -> Diagnostic {
    match misfit {
        Misfit::Type(message) => Diagnostic::error(Code::WrongType, format!("`{name}` {message}")).at(span),
        Misfit::Range { message, nearest } => {
            let help = match setting.shape {
                Shape::Days { max, .. } if nearest == Value::from(max) => {
                    format!("choose {max}, the longest that AWS keeps ({})", setting.source)
                }
                _ => format!("choose {nearest} or more ({})", setting.source),
            };
            Diagnostic::error(Code::OutOfRange, format!("`{name}` {message}")).at(span).help(help)
        }
    }
}

/// AWS's rules across settings: what means nothing without its flag is refused beside it.
fn check_together(spec: &KindSpec, wanted: &BTreeMap<String, Wanted>, problems: &mut Vec<Diagnostic>) {
    for setting in spec.settings {
        let (Some(flag), Some(dependent)) = (setting.only_while, wanted.get(setting.path)) else {
            continue;
        };
        if let Some(off) = wanted.get(flag).filter(|flag| flag.value == Value::Bool(false)) {
            let title = format!("`{}` means nothing while `{flag}` is false, and AWS refuses the two together", setting.path);
            let problem = Diagnostic::error(Code::Conflict, title).at(dependent.span.clone()).label(off.span.clone(), "turned off here");
            problems.push(problem.help(format!("remove `{}`, or turn `{flag}` on", setting.name())));
        }
    }
}

fn top_names(spec: &KindSpec) -> BTreeSet<&'static str> {
    spec.settings.iter().map(|setting| setting.path.split('.').next().unwrap_or(setting.path)).collect()
}

/// Where a name that is unknown here does belong: a setting of another level, written right or nearly so.
fn belongs_elsewhere(spec: &KindSpec, name: &str) -> Option<String> {
    if let Some(setting) = spec.settings.iter().find(|setting| setting.name() == name) {
        return Some(format!("`{name}` belongs into the block `{} {{ … }}`", setting.block()?));
    }
    let suggestion = eval::suggestion(name, spec.settings.iter().map(Setting::name))?;
    let meant = spec.settings.iter().find(|setting| suggestion.contains(&format!("`{}`", setting.name())))?;
    Some(meant.block().map_or(suggestion.clone(), |block| format!("{suggestion} It stands in the block `{block} {{ … }}`")))
}
