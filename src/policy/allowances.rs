//! What somebody allows until a day: a weakening with `waiver`, drift with `acknowledge`.

use super::decode;
use super::eval::{self, Scope};
use super::reader::{Located, Reader};
use crate::kinds;
use crate::model::{Acknowledge, Change, Code, Diagnostic, Setting, Shape, Span, Value, Waiver};
use jiff::civil::Date;

/// Reads one `waiver`.
pub(super) fn waiver(located: Located<'_>, scope: &Scope<'_>, problems: &mut Vec<Diagnostic>) -> Option<Waiver> {
    let name = located.label(0).to_owned();
    let mut reader = Reader::new(located, scope, format!("waiver `{name}`"), problems);
    let address = reader.required_text("address");
    let setting = reader.required_text("setting");
    let before = reader.problems.len();
    // `to = null` lets through that a setting goes.
    let null = reader.expression("to").map(|expression| (Value::Null, reader.span(eval::range_of(expression))));
    let to = reader.value("to").or(null);
    if to.is_none() && reader.problems.len() == before {
        reader.missing("to");
    }
    let reason = not_empty(&mut reader, "reason");
    let approved_by = not_empty(&mut reader, "approved_by");
    let expires = last_day(&mut reader);
    let to = match (&address, &setting, to) {
        (Some((address, _)), Some((setting, span)), Some((to, to_span))) => {
            setting_value(&mut reader, address, setting, span, ("to", &to, &to_span))
        }
        _ => None,
    };
    let span = reader.header();
    reader.finish(|_| None);
    Some(Waiver {
        name,
        address: address?.0,
        setting: setting?.0,
        to: to?,
        reason: reason?,
        approved_by: approved_by?,
        expires: expires?,
        span,
    })
}

/// Reads one `acknowledge`.
pub(super) fn acknowledge(located: Located<'_>, scope: &Scope<'_>, problems: &mut Vec<Diagnostic>) -> Option<Acknowledge> {
    let name = located.label(0).to_owned();
    let mut reader = Reader::new(located, scope, format!("acknowledge `{name}`"), problems);
    let address = reader.required_text("address");
    let setting = reader.required_text("setting");
    let null = reader.expression("now").map(|expression| (Value::Null, reader.span(eval::range_of(expression))));
    let now = reader.value("now").or(null);
    let reason = not_empty(&mut reader, "reason");
    let owner = not_empty(&mut reader, "owner");
    let expires = last_day(&mut reader);
    let known = match (&address, &setting, &now) {
        (Some((address, _)), Some((setting, span)), Some((now, now_span))) => {
            setting_value(&mut reader, address, setting, span, ("now", now, now_span)).map(Some)
        }
        // Without a value the setting must exist all the same.
        (Some((address, _)), Some((setting, span)), None) => {
            setting_value(&mut reader, address, setting, span, ("now", &Value::Null, span)).map(|_| None)
        }
        _ => None,
    };
    let span = reader.header();
    reader.finish(|_| None);
    Some(Acknowledge {
        name,
        address: address?.0,
        setting: setting?.0,
        now: known?,
        reason: reason?,
        owner: owner?,
        expires: expires?,
        span,
    })
}

fn not_empty(reader: &mut Reader<'_, '_>, name: &str) -> Option<String> {
    let (text, span) = reader.required_text(name)?;
    // What a printed waiver holds in its place says nothing either.
    if ["", "…", "..."].contains(&text.trim()) {
        reader.problem(Diagnostic::error(Code::OutOfRange, format!("`{name}` must say something")).at(span));
        return None;
    }
    Some(text)
}

/// The last day on which a block counts.
fn last_day(reader: &mut Reader<'_, '_>) -> Option<Date> {
    let (text, span) = reader.required_text("expires")?;
    let day = text.parse::<Date>().ok();
    if day.is_none() {
        let title = format!("`expires` must be a day like `2027-03-31`, found `{text}`");
        reader.problem(Diagnostic::error(Code::OutOfRange, title).at(span));
    }
    day
}

/// The value of a setting, which must exist, that an argument gives: in the type of the setting.
fn setting_value(
    reader: &mut Reader<'_, '_>,
    address: &str,
    path: &str,
    path_span: &Span,
    (argument, to, to_span): (&str, &Value, &Span),
) -> Option<Value> {
    // Of what a compound is made of, the kind stands behind the compound's own address.
    let kind = address.split('.').find(|part| kinds::find(part).is_some()).or(address.split('.').next()).unwrap_or_default();
    if path == Change::EXISTS || (path == Change::OWNER && argument == "now") {
        return Some(to.clone());
    }
    let generic = crate::model::path::generic(path);
    let settings: Vec<&'static Setting> =
        kinds::all().filter(|one| kinds::find(kind).is_none() || one.spec().name == kind).flat_map(|one| one.spec().settings).collect();
    let Some(setting) = settings.iter().find(|setting| setting.path == generic) else {
        let paths = settings.iter().map(|setting| setting.path);
        let nested = settings.iter().find(|setting| setting.name() == path).map(|setting| format!("did you mean `{}`?", setting.path));
        let help = nested.or_else(|| eval::suggestion(path, paths));
        reader.problem(
            Diagnostic::error(Code::UnknownName, format!("there is no setting `{path}` of `{kind}`")).at(path_span.clone()).help_opt(help),
        );
        return None;
    };
    if matches!(setting.shape, Shape::Flags { .. }) && !path.ends_with(']') {
        let problem = Diagnostic::error(Code::WrongType, format!("`{path}` is a map, of which each flag is a setting of its own"));
        reader.problem(problem.at(path_span.clone()).help(format!("name one of them: `{path}[\\\"NAME\\\"]`")));
        return None;
    }
    if *to == Value::Null {
        return Some(Value::Null);
    }
    // Of a block that comes, a consent names what is in it.
    if matches!(setting.shape, Shape::Block(_)) {
        if *to == Value::Bool(true) && argument == "to" {
            let title = format!("`to = true` would let through any `{path}`, whatever is in it");
            let help = "copy the waiver that the blocked plan prints: it names the settings in the block";
            reader.problem(Diagnostic::error(Code::OutOfRange, title).at(to_span.clone()).help(help));
            return None;
        }
        if matches!(to, Value::Map(_)) {
            return Some(to.clone());
        }
    }
    let shape = if matches!(setting.shape, Shape::Flags { .. }) { Shape::Bool } else { setting.shape };
    match shape.accept(to) {
        Ok(value) => Some(value),
        Err(misfit) => {
            let places = reader.elements(argument);
            reader.problems.extend(decode::misfit_problems(setting, argument, misfit, to_span, to, &places));
            None
        }
    }
}
