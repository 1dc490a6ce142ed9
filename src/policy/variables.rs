//! The values of variables, in Terraform's precedence: the declared default, the environment, `*.auto.vars.hcl` in the order of their
//! names, then `--var` and `--var-file` in the order in which they were given. The last one wins.

use super::blocks;
use super::eval::{self, Scope};
use super::load::{Files, read_text};
use super::reader::{Located, Reader};
use super::types::Type;
use crate::model::{Code, Diagnostic, SourceId, Span, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Where values come from, besides the files that are read by themselves. In the order of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// `BACKSTAY_VAR_name=text`.
    Environment {
        /// The variable.
        name: String,
        /// Its text.
        text: String,
    },
    /// `--var name=text`.
    Flag {
        /// The variable.
        name: String,
        /// Its text.
        text: String,
        /// Whether the policy must declare it.
        must_exist: bool,
    },
    /// `--var-file FILE`, of HCL, or of JSON where its name ends in `.json`.
    File(PathBuf),
}

/// A declared variable.
struct Declared<'a> {
    located: Located<'a>,
    sort: Type,
    literal: bool,
    nullable: bool,
    sensitive: bool,
}

/// One value, before its type is looked at.
enum Raw {
    Text { text: String, origin: String },
    Value { value: Value, span: Option<Span>, origin: String },
}

/// What the variables are. A variable without a usable value is in `broken`, and its problem is told.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// The values, by name.
    pub(super) known: BTreeMap<String, Value>,
    /// Declared variables without a usable value.
    pub(super) broken: BTreeSet<String>,
    /// Variables whose values are not shown.
    pub(super) sensitive: BTreeSet<String>,
}

/// Finds the value of every declared variable.
pub(super) fn values(
    declared: &BTreeMap<String, Located<'_>>,
    files: &mut Files,
    given: &[Given],
    problems: &mut Vec<Diagnostic>,
) -> Values {
    let raw = gather(declared, files, given, problems);
    let folder = files.folder.clone();
    let empty = Scope::new(&folder);
    let mut values = Values::default();
    let mut checks = Vec::new();
    for (name, located) in declared {
        let before = problems.len();
        let mut reader = Reader::new(*located, &empty, format!("variable `{name}`"), problems);
        let sort_expression = reader.expression("type");
        // Without a `type` the text of a flag or of the environment is taken as it is, as in Terraform.
        let literal = sort_expression.is_none();
        let sort = sort_expression.map_or(Ok(Type::Any), Type::parse);
        let nullable = reader.flag("nullable").unwrap_or(true);
        let sensitive = reader.flag("sensitive").unwrap_or(false);
        let _ = reader.text("description");
        let default = reader.expression("default").map(|expression| {
            let span = reader.span(eval::range_of(expression));
            (eval::evaluate(expression, &empty), span)
        });
        let validations = reader.blocks("validation");
        reader.finish(|_| None);
        let sort = match sort {
            Ok(sort) => sort,
            Err(error) => {
                problems.push(error.into_diagnostic(located.source));
                Type::Any
            }
        };
        if sensitive {
            values.sensitive.insert(name.clone());
        }
        let variable = Declared { located: *located, sort, literal, nullable, sensitive };
        let value = match (raw.get(name), default) {
            (Some(raw), _) => variable.take(name, raw, problems),
            (None, Some((Ok(value), span))) => {
                variable.take(name, &Raw::Value { value, span: Some(span), origin: "its default".to_owned() }, problems)
            }
            (None, Some((Err(error), _))) => {
                problems.push(error.into_diagnostic(located.source));
                None
            }
            (None, None) => {
                problems.push(no_value(name, *located));
                None
            }
        };
        match value {
            Some(value) if problems.len() == before => {
                values.known.insert(name.clone(), value);
                checks.push((name.clone(), validations));
            }
            _ => {
                values.broken.insert(name.clone());
            }
        }
    }
    validate(&mut values, checks, &folder, problems);
    values
}

impl Values {
    /// Takes sensitive values out of what messages say.
    pub(super) fn hide(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in self.sensitive.iter().filter_map(|name| self.known.get(name)).flat_map(texts_in) {
            text = text.replace(secret, "(sensitive)");
        }
        text
    }
}

/// All texts of a value that are long enough to be a secret rather than a coincidence.
fn texts_in(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) if text.chars().count() >= 4 => vec![text],
        Value::List(items) | Value::Set(items) => items.iter().flat_map(texts_in).collect(),
        Value::Map(map) => map.values().flat_map(texts_in).collect(),
        _ => Vec::new(),
    }
}

impl Declared<'_> {
    fn take(&self, name: &str, raw: &Raw, problems: &mut Vec<Diagnostic>) -> Option<Value> {
        let (value, span, origin) = match raw {
            Raw::Text { text, origin } if self.literal => (Ok(Value::from(text.as_str())), None, origin),
            Raw::Text { text, origin } => (self.sort.parse_raw(text).map_err(|error| error.to_string()), None, origin),
            Raw::Value { value, span, origin } => {
                (self.sort.convert(value.clone()).map_err(|error| error.to_string()), span.clone(), origin)
            }
        };
        let problem = match value {
            Ok(Value::Null) if !self.nullable => format!("variable `{name}` must not be null, and {origin} says null"),
            Ok(value) => return Some(value),
            Err(_) if self.sensitive => {
                format!("variable `{name}` must be {}, and the value of {origin} is not (it is sensitive, so it is not shown)", self.sort)
            }
            Err(error) => format!("variable `{name}` must be {}, and {origin} does not fit: {error}", self.sort),
        };
        let declared = self.located.label_span(0);
        // The text around a mark is shown, so a sensitive value is not marked.
        let span = span.filter(|_| !self.sensitive);
        let problem = Diagnostic::error(Code::Variable, problem);
        problems.push(match span {
            Some(span) if span != declared => problem.at(span).label(declared, "declared here"),
            _ => problem.at(declared),
        });
        None
    }
}

fn no_value(name: &str, located: Located<'_>) -> Diagnostic {
    let help = format!("give it with `--var {name}=VALUE`, in a file with `--var-file`, or as BACKSTAY_VAR_{name}; or write a `default`");
    Diagnostic::error(Code::Variable, format!("variable `{name}` has no value")).at(located.label_span(0)).help(help)
}

fn gather(
    declared: &BTreeMap<String, Located<'_>>,
    files: &mut Files,
    given: &[Given],
    problems: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Raw> {
    let mut raw = BTreeMap::new();
    for one in given {
        if let Given::Environment { name, text } = one {
            raw.insert(name.clone(), Raw::Text { text: text.clone(), origin: format!("BACKSTAY_VAR_{name}") });
        }
    }
    for id in files.variables.clone() {
        from_hcl(id, files, declared, &mut raw, problems);
    }
    for one in given {
        match one {
            Given::Environment { .. } => {}
            Given::Flag { name, text, must_exist } => {
                if declared.contains_key(name) || !must_exist {
                    raw.insert(name.clone(), Raw::Text { text: text.clone(), origin: format!("--var {name}") });
                } else {
                    let help = eval::suggestion(name, declared.keys().map(String::as_str))
                        .unwrap_or_else(|| format!("declare it: `variable \"{name}\" {{}}`"));
                    problems.push(
                        Diagnostic::error(Code::Variable, format!("--var names `{name}`, which the policy does not declare")).help(help),
                    );
                }
            }
            Given::File(path) => from_file(path, files, declared, &mut raw, problems),
        }
    }
    raw
}

fn from_file(
    path: &Path,
    files: &mut Files,
    declared: &BTreeMap<String, Located<'_>>,
    raw: &mut BTreeMap<String, Raw>,
    problems: &mut Vec<Diagnostic>,
) {
    let text = match read_text(path) {
        Ok(text) => text,
        Err(problem) => return problems.push(problem.help("--var-file takes a file of variables, HCL or JSON")),
    };
    let id = files.sources.add(path.display().to_string(), text.clone());
    if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        return from_hcl(id, files, declared, raw, problems);
    }
    match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text) {
        Ok(map) => {
            for (name, value) in map {
                if !declared.contains_key(&name) {
                    problems.push(undeclared(&name, None, &path.display().to_string(), declared));
                }
                raw.insert(name, Raw::Value { value: value.into(), span: None, origin: path.display().to_string() });
            }
        }
        Err(error) => {
            let title = format!("{} is not a JSON object of variables: {error}", path.display());
            problems.push(Diagnostic::error(Code::Syntax, title));
        }
    }
}

fn from_hcl(
    id: SourceId,
    files: &Files,
    declared: &BTreeMap<String, Located<'_>>,
    raw: &mut BTreeMap<String, Raw>,
    problems: &mut Vec<Diagnostic>,
) {
    let Some(source) = files.sources.get(id) else { return };
    let body = match blocks::parse_text(id, &source.text) {
        Ok(body) => body,
        Err(problem) => return problems.push(problem),
    };
    for block in body.blocks() {
        let span = Span { source: id, range: eval::range_of(&block.ident) };
        let title = format!("a file of variables holds `name = value` only, not the block `{}`", block.ident.as_str());
        problems.push(Diagnostic::error(Code::UnknownName, title).at(span));
    }
    let scope = Scope::new(&files.folder);
    for attribute in body.attributes() {
        let name = attribute.key.as_str();
        let span = Span { source: id, range: eval::range_of(&attribute.value) };
        if !declared.contains_key(name) {
            let key = Span { source: id, range: eval::range_of(&attribute.key) };
            problems.push(undeclared(name, Some(key), &source.name, declared));
        }
        match eval::evaluate(&attribute.value, &scope) {
            Ok(value) => {
                raw.insert(name.to_owned(), Raw::Value { value, span: Some(span), origin: source.name.clone() });
            }
            Err(error) => problems.push(error.into_diagnostic(id)),
        }
    }
}

/// One file of variables often serves several policies, so this is no error.
fn undeclared(name: &str, span: Option<Span>, file: &str, declared: &BTreeMap<String, Located<'_>>) -> Diagnostic {
    let problem = Diagnostic::warning(Code::Variable, format!("{file} gives `{name}`, which the policy does not declare"));
    let problem = problem.help_opt(eval::suggestion(name, declared.keys().map(String::as_str)));
    match span {
        Some(span) => problem.at(span),
        None => problem,
    }
}

fn validate(values: &mut Values, checks: Vec<(String, Vec<Located<'_>>)>, folder: &Path, problems: &mut Vec<Diagnostic>) {
    let scope = Scope::new(folder).with("var", Value::Map(values.known.clone()));
    for (name, validations) in checks {
        for located in validations {
            let mut reader = Reader::new(located, &scope, "`validation`", problems);
            let condition = reader.expression("condition");
            let span = condition.map_or_else(|| reader.header(), |condition| reader.span(eval::range_of(condition)));
            if condition.is_none() {
                reader.missing("condition");
            }
            let holds = reader.flag("condition");
            let message = reader.required_text("error_message");
            reader.finish(|_| None);
            if holds == Some(false) {
                let message = message.map_or_else(String::new, |(text, _)| text);
                problems.push(Diagnostic::error(Code::Variable, format!("variable `{name}`: {message}")).at(span));
                values.broken.insert(name.clone());
            }
        }
    }
}
