//! `control` blocks, which say what must hold of each live thing, and `test` blocks, which say what a control must find.

mod ask;
mod names;

pub use ask::{Ask, Asked, Evidence, NotAnswered};
pub use names::{FIELDS, Field};

use super::eval::{self, Scope};
use super::frameworks;
use super::reader::{Located, Reader};
use crate::kinds;
use crate::model::{
    Code, Control, ControlSeverity, ControlTest, ControlVerdict, Diagnostic, Policy, Position, Sources, Span, Value, Written,
};
use hcl::edit::expr::Expression;
use std::collections::{BTreeMap, BTreeSet};

/// The name by which expressions mean the thing that is looked at.
pub(super) const RESOURCE: &str = "resource";

/// The arguments that are evaluated over each thing.
pub(super) const LATER: [&str; 2] = ["when", "condition"];

/// Reads one `control`.
pub(super) fn control(located: Located<'_>, scope: &Scope<'_>, problems: &mut Vec<Diagnostic>) -> Option<Control> {
    let id = located.label(0).to_owned();
    check_id(located, "control", problems);
    let mut reader = Reader::new(located, scope, format!("control `{id}`"), problems);
    let title = reader.required_text("title");
    let description = reader.text("description").map(|(text, _)| text);
    let severity = severity(&mut reader);
    let kinds = kinds_of(&mut reader);
    let mut used = BTreeMap::new();
    let when = written(&mut reader, scope, "when", &mut used);
    let condition = written(&mut reader, scope, "condition", &mut used);
    if condition.is_none() && reader.expression("condition").is_none() {
        reader.missing("condition");
    }
    let remediation = reader.text("remediation").map(|(text, _)| text);
    let objectives = objectives(&mut reader);
    let requirements = requirements(&mut reader);
    let span = reader.header();
    reader.finish(|_| None);
    Some(Control {
        id,
        title: title?.0,
        description,
        severity,
        kinds,
        when,
        condition: condition?,
        remediation,
        objectives,
        requirements,
        names: used,
        folder: scope.folder().to_owned(),
        at: nowhere(),
        span,
    })
}

/// Reads one `test`.
pub(super) fn test(located: Located<'_>, scope: &Scope<'_>, problems: &mut Vec<Diagnostic>) -> Option<ControlTest> {
    let name = located.label(0).to_owned();
    let mut reader = Reader::new(located, scope, format!("test `{name}`"), problems);
    let snapshot = reader.required_text("snapshot");
    let control = reader.required_text("control");
    let resource = reader.required_text("resource");
    let kind = reader.text("kind");
    if let Some((kind, span)) = &kind
        && kinds::find(kind).is_none()
    {
        let problem = unknown_kind(kind);
        reader.problem(problem.at(span.clone()));
    }
    let expected = reader.required_text("expect");
    let expect = expected.as_ref().and_then(|(word, span)| {
        let found = ControlVerdict::ALL.into_iter().find(|verdict| verdict.as_str() == word);
        if found.is_none() {
            let words = ControlVerdict::ALL.map(ControlVerdict::as_str);
            let problem = Diagnostic::error(Code::OutOfRange, format!("`expect` must be one of {}, found `{word}`", listed(&words)));
            reader.problem(problem.at(span.clone()).help_opt(eval::suggestion(word, words)));
        }
        found
    });
    let span = reader.header();
    reader.finish(|_| None);
    Some(ControlTest {
        name,
        snapshot: snapshot?.0,
        control: control?.0,
        resource: resource?.0,
        kind: kind.map(|(kind, _)| kind),
        expect: expect?,
        at: nowhere(),
        span,
    })
}

/// Fills in what only the files tell: the text of expressions, and where things stand for people.
pub(super) fn place(policy: &mut Policy, sources: &Sources) {
    let fill = |written: &mut Written| {
        let text = sources.get(written.span.source).and_then(|source| source.text.get(written.span.range.clone()));
        text.unwrap_or_default().clone_into(&mut written.text);
        written.at = sources.position(&written.span);
    };
    for control in &mut policy.controls {
        control.at = sources.position(&control.span);
        fill(&mut control.condition);
        control.when.iter_mut().for_each(fill);
    }
    for test in &mut policy.tests {
        test.at = sources.position(&test.span);
    }
    for check in &mut policy.checks {
        check.at = sources.position(&check.span);
    }
}

pub(super) fn nowhere() -> Position {
    Position { file: String::new(), line: 1, column: 1 }
}

/// Ids stand in reports and in the names of test cases.
pub(super) fn check_id(located: Located<'_>, keyword: &str, problems: &mut Vec<Diagnostic>) {
    let id = located.label(0);
    let fits = !id.is_empty() && id.chars().count() <= 100 && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if !fits {
        let problem = Diagnostic::error(Code::OutOfRange, format!("`{id}` is no id of a {keyword}"));
        problems.push(problem.at(located.label_span(0)).help("an id is 1 to 100 letters, digits, `-`, `_` and `.`, as in `BKP-02`"));
    }
}

pub(super) fn severity(reader: &mut Reader<'_, '_>) -> ControlSeverity {
    let Some((word, span)) = reader.text("severity") else { return ControlSeverity::default() };
    ControlSeverity::ALL.into_iter().find(|severity| severity.as_str() == word).unwrap_or_else(|| {
        let words = ControlSeverity::ALL.map(ControlSeverity::as_str);
        let problem = Diagnostic::error(Code::OutOfRange, format!("`severity` must be one of {}, found `{word}`", listed(&words)));
        reader.problem(problem.at(span).help_opt(eval::suggestion(&word, words)));
        ControlSeverity::default()
    })
}

fn kinds_of(reader: &mut Reader<'_, '_>) -> BTreeSet<String> {
    let before = reader.problems.len();
    let given = reader.texts("kinds");
    if given.as_ref().is_some_and(Vec::is_empty) && reader.problems.len() == before {
        let span = reader.expression("kinds").map_or_else(|| reader.header(), |expression| reader.span(eval::range_of(expression)));
        let problem = Diagnostic::error(Code::SelectsNothing, "`kinds` is empty, so that the control would be about nothing");
        reader.problem(problem.at(span).help("name kinds, or leave it out to mean all that hold data"));
    }
    let mut kinds = BTreeSet::new();
    for (kind, span) in given.unwrap_or_default() {
        if kinds::find(&kind).is_none() {
            let problem = unknown_kind(&kind);
            reader.problem(problem.at(span));
        }
        kinds.insert(kind);
    }
    kinds
}

fn unknown_kind(kind: &str) -> Diagnostic {
    let help = eval::suggestion(kind, kinds::all().map(|kind| kind.spec().name));
    let help = help.unwrap_or_else(|| "`backstay schema` lists the kinds".to_owned());
    Diagnostic::error(Code::UnknownName, format!("there is no kind `{kind}`")).help(help)
}

/// An expression that is evaluated later, after all that can be known of it now; `used` gets the values that it is made of.
fn written(reader: &mut Reader<'_, '_>, scope: &Scope<'_>, name: &str, used: &mut BTreeMap<String, Value>) -> Option<Written> {
    let expression = reader.expression(name)?;
    let span = reader.span(eval::range_of(expression));
    for reference in eval::references(expression) {
        if let Some(eval::Segment::Name(root)) = reference.path.first() {
            used.extend(scope.own(root).map(|value| (root.clone(), value.clone())));
        }
    }
    // Nothing is known of the thing yet: what fails all the same fails for every thing.
    let with = scope.child().with(RESOURCE, Value::Unknown);
    match ask::decide(expression, &with) {
        Ok(_) => {}
        Err(error) => {
            let problem = error.into_diagnostic(span.source);
            reader.problem(problem);
            return None;
        }
    }
    Some(Written { text: String::new(), span, at: nowhere() })
}

pub(super) fn objectives(reader: &mut Reader<'_, '_>) -> BTreeSet<String> {
    let mut objectives = BTreeSet::new();
    for (id, span) in reader.texts("objectives").unwrap_or_default() {
        if frameworks::objective_of(&id).is_none() {
            let known = || frameworks::OBJECTIVES.iter().map(|objective| objective.id);
            let help = eval::suggestion(&id, known()).unwrap_or_else(|| "the objectives are BKP-01 to BKP-15".to_owned());
            let problem = Diagnostic::error(Code::UnknownName, format!("there is no objective `{id}`"));
            reader.problem(problem.at(span).help(help));
        }
        objectives.insert(id);
    }
    objectives
}

/// The requirements by framework. Of frameworks that nobody here knows any id is taken.
pub(super) fn requirements(reader: &mut Reader<'_, '_>) -> BTreeMap<String, BTreeSet<String>> {
    let places: BTreeMap<String, Span> = match reader.expression("requirements") {
        Some(Expression::Object(object)) => {
            let span = |value: &Expression| reader.span(eval::range_of(value));
            object
                .iter()
                .filter_map(|(key, value)| {
                    let key = match key {
                        hcl::edit::expr::ObjectKey::Ident(name) => name.as_str().to_owned(),
                        hcl::edit::expr::ObjectKey::Expression(Expression::String(text)) => text.value().clone(),
                        hcl::edit::expr::ObjectKey::Expression(_) => return None,
                    };
                    Some((key, span(value.expr())))
                })
                .collect()
        }
        _ => BTreeMap::new(),
    };
    let Some((value, span)) = reader.value("requirements") else { return BTreeMap::new() };
    let Some(map) = value.as_map() else {
        let title = format!("`requirements` must be a map of lists by framework, found {}", value.type_name());
        reader.problem(Diagnostic::error(Code::WrongType, title).at(span).help("write `requirements = { soc2 = [\"A1.2\"] }`"));
        return BTreeMap::new();
    };
    let mut requirements = BTreeMap::new();
    for (framework, ids) in map {
        let place = places.get(framework).cloned().unwrap_or_else(|| span.clone());
        let texts: Option<BTreeSet<String>> =
            ids.as_items().and_then(|items| items.iter().map(|item| item.as_str().map(str::to_owned)).collect());
        let Some(ids) = texts else {
            let title = format!("`requirements.{framework}` must be a list of strings, found {}", ids.type_name());
            reader.problem(Diagnostic::error(Code::WrongType, title).at(place));
            continue;
        };
        if let Some(known) = frameworks::find(framework) {
            for id in ids.iter().filter(|id| known.requirement(id).is_none()) {
                let help = eval::suggestion(id, known.requirements.iter().map(|requirement| requirement.id));
                let help = help.unwrap_or_else(|| format!("known of it: {}", known.ids().join(", ")));
                let problem =
                    Diagnostic::error(Code::UnknownName, format!("{} has no requirement `{id}` that is about backups", known.title));
                reader.problem(problem.at(place.clone()).help(help));
            }
        }
        requirements.insert(framework.clone(), ids);
    }
    requirements
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
