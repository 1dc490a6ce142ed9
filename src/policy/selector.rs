//! The `select` block and its `except`.

use super::eval::Scope;
use super::reader::{Located, Reader};
use super::tiers;
use crate::model::{Code, Diagnostic, Except, InTier, KindSpec, Pattern, Selector, Span, Tier};
use std::collections::BTreeMap;

/// Reads a `select` block, and the tier that it puts what it selects into.
pub(super) fn selector(
    located: Located<'_>,
    scope: &Scope<'_>,
    spec: &KindSpec,
    tiers: &BTreeMap<String, Tier>,
    problems: &mut Vec<Diagnostic>,
) -> (Selector, Option<InTier>) {
    let mut reader = Reader::new(located, scope, "`select`", problems);
    let before = reader.problems.len();
    let names = names(&mut reader, spec);
    let arns = arns(&mut reader, spec);
    let tags = reader.text_map("tags");
    let include_untagged = reader.flag("include_untagged").unwrap_or(false);
    let allow_empty = reader.flag("allow_empty").unwrap_or(false);
    let tier = tiers::in_tier(&mut reader, tiers);
    let except_block = reader.block("except");
    let says_something = names.is_some() || arns.is_some() || tags.is_some() || include_untagged;
    if !says_something && reader.problems.len() == before {
        let title = "`select` says neither `names` nor `arns` nor `tags`".to_owned();
        let header = reader.header();
        let help = "write `names = [\"*\"]` to mean every one";
        reader.problem(Diagnostic::error(Code::Missing, title).at(header).help(help));
    }
    for (name, list) in [("names", &names), ("arns", &arns)] {
        if list.as_ref().is_some_and(Vec::is_empty) && !allow_empty {
            let title = format!("`{name}` is empty, so this `select` means nothing");
            let header = reader.header();
            let help = "name something, or write `allow_empty = true` where that is fine";
            reader.problem(Diagnostic::error(Code::SelectsNothing, title).at(header).help(help));
        }
    }
    let given = names.is_some() || arns.is_some();
    if !given && !include_untagged && tags.as_ref().is_some_and(BTreeMap::is_empty) {
        let title = "`tags` is empty, so this `select` would mean everything".to_owned();
        let header = reader.header();
        reader.problem(Diagnostic::error(Code::SelectsNothing, title).at(header).help("write `names = [\"*\"]` to mean every one"));
    }
    let span = reader.header();
    reader.finish(|_| None);
    let except = except_block.map(|located| except(located, scope, spec, problems)).unwrap_or_default();
    // Empty lists must not turn into "anything".
    let empty = given && names.as_ref().is_none_or(Vec::is_empty) && arns.as_ref().is_none_or(Vec::is_empty);
    let names = if empty { vec![Pattern { text: String::new(), span: span.clone() }] } else { names.unwrap_or_default() };
    let (arns, tags) = (arns.unwrap_or_default(), tags.unwrap_or_default());
    (Selector { names, arns, tags, include_untagged, except, allow_empty, span }, tier)
}

fn except(located: Located<'_>, scope: &Scope<'_>, spec: &KindSpec, problems: &mut Vec<Diagnostic>) -> Except {
    let mut reader = Reader::new(located, scope, "`except`", problems);
    let except = Except {
        names: names(&mut reader, spec).unwrap_or_default(),
        arns: arns(&mut reader, spec).unwrap_or_default(),
        tags: reader.text_map("tags").unwrap_or_default(),
    };
    reader.finish(|_| None);
    except
}

fn names(reader: &mut Reader<'_, '_>, spec: &KindSpec) -> Option<Vec<Pattern>> {
    let patterns = patterns(reader, "names")?;
    for pattern in &patterns {
        if let Err(rule) = spec.name_form.check(&pattern.text) {
            let is_arn = pattern.text.starts_with("arn:");
            let no_match = format!("it would match no {} ({})", spec.title, spec.name_form.source);
            let help = if is_arn { "an ARN goes into `arns`".to_owned() } else { no_match };
            reader.problem(Diagnostic::error(Code::OutOfRange, rule).at(pattern.span.clone()).help(help));
        }
    }
    Some(patterns)
}

fn patterns(reader: &mut Reader<'_, '_>, name: &str) -> Option<Vec<Pattern>> {
    let texts = reader.texts(name)?;
    let mut patterns = Vec::new();
    for (text, span) in texts {
        if text.is_empty() {
            reader.problem(Diagnostic::error(Code::OutOfRange, format!("an empty text in `{name}` matches nothing")).at(span));
            continue;
        }
        patterns.push(Pattern { text, span });
    }
    Some(patterns)
}

fn arns(reader: &mut Reader<'_, '_>, spec: &KindSpec) -> Option<Vec<Pattern>> {
    let patterns = patterns(reader, "arns")?;
    for pattern in &patterns {
        if let Some(problem) = arn_problem(pattern, spec) {
            reader.problem(problem);
        }
    }
    Some(patterns)
}

fn arn_problem(pattern: &Pattern, spec: &KindSpec) -> Option<Diagnostic> {
    let example = spec.arn("us-east-1", "123456789012", "NAME").unwrap_or_default();
    let error = |title: String, span: &Span| {
        Some(Diagnostic::error(Code::OutOfRange, title).at(span.clone()).help(format!("the ARN of a {} is like `{example}`", spec.title)))
    };
    let parts: Vec<&str> = pattern.text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, service, _, _, resource] => {
            let fits =
                (*service == spec.service || service.contains('*')) && (resource.starts_with(spec.arn_prefix) || resource.starts_with('*'));
            if fits { None } else { error(format!("`{}` is not the ARN of a {}", pattern.text, spec.title), &pattern.span) }
        }
        _ => error(format!("`{}` is not an ARN", pattern.text), &pattern.span),
    }
}
