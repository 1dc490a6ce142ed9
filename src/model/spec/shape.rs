//! The types and ranges of settings, and taking a value of the policy into them.

use crate::model::value::Value;
use std::ops::Range;

/// How many things of a region may have one value of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holders {
    /// Any number.
    Many,
    /// One of each value: AWS makes no second.
    One,
}

/// The type and range of a setting.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// A whole number of days within bounds, both included.
    Days {
        /// The least that AWS accepts.
        min: i64,
        /// The most that AWS accepts.
        max: i64,
    },
    /// A whole number within bounds, both included.
    Whole {
        /// The least that AWS accepts.
        min: i64,
        /// The most that AWS accepts.
        max: i64,
        /// What it counts: `minutes`.
        unit: &'static str,
    },
    /// A number, whole or not.
    Decimal,
    /// A number, whole or not, of 0 or more.
    Amount,
    /// A text.
    Text(Form),
    /// One of some words.
    OneOf(&'static [&'static str]),
    /// Texts whose order and repetition mean nothing.
    Texts {
        /// Each of them.
        item: Form,
        /// The most that AWS takes.
        max: usize,
    },
    /// Texts by name.
    TextMap {
        /// The most that AWS takes.
        max: usize,
    },
    /// Flags by name, each of them a setting of its own whose path ends with the name as a key: only those that are declared count.
    Flags {
        /// The names.
        name: Form,
    },
    /// A JSON document, compared by what it means.
    Json(Document),
    /// A block that is there or not; its settings are rows of their own.
    Block(Key),
}

/// What tells blocks of one name apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// There is at most one.
    One,
    /// The block's label.
    Label,
    /// The value of this argument, which must be a text.
    Argument(&'static str),
    /// The values of these arguments together; an absent one counts as empty.
    Arguments(&'static [&'static str]),
}

/// What a text must look like.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// What it is: `a schedule`.
    pub what: &'static str,
    /// Returns the text as it is compared, or what is wrong with it.
    pub check: fn(&str) -> Result<String, Mistake>,
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The end of a sentence that starts with the setting's name: `must be …`.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// Which bytes of the text are wrong; all of it where absent.
    pub range: Option<Range<usize>>,
    /// What else is wrong with it.
    pub more: Vec<Mistake>,
}

/// What a JSON document is compared by.
#[derive(Clone, Copy, Debug)]
pub struct Document {
    /// What it is: `a resource policy`.
    pub what: &'static str,
    /// The form in which two documents that mean the same are equal.
    pub canonical: fn(&serde_json::Value) -> serde_json::Value,
}

impl Form {
    /// Any text.
    pub const ANY: Self = Self { what: "a string", check: |text| Ok(text.to_owned()) };
}

impl Mistake {
    /// A mistake of the whole text.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, range: None, more: Vec::new() }
    }

    /// With what to write instead.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// Why a value does not fit a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// It has the wrong type.
    Type(String),
    /// It is out of range.
    Range {
        /// The rule that was broken.
        message: String,
        /// The nearest value that fits.
        nearest: Value,
    },
    /// It is a text of the wrong form.
    Form(Mistake),
    /// Some of its parts do not fit, each for its own reason.
    Parts(Vec<(Part, Misfit)>),
}

/// A part of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The element of a list, counted from 0.
    Element(usize),
    /// What a map has under this key.
    Key(String),
}

impl Shape {
    /// The word for the type in messages and docs, with its range.
    pub fn describe(self) -> String {
        match self {
            Self::Bool => "a bool".to_owned(),
            Self::Days { min, max } => format!("a whole number of days between {min} and {max}"),
            Self::Whole { min, max, unit } => format!("a whole number of {unit} between {min} and {max}"),
            Self::Decimal => "a number".to_owned(),
            Self::Amount => "a number, 0 or more".to_owned(),
            Self::Text(form) => form.what.to_owned(),
            Self::OneOf(words) => format!("one of {}", quoted(words)),
            Self::Texts { item, max } if item.what == Form::ANY.what => format!("a set of up to {max} strings"),
            Self::Texts { item, max } => format!("a set of up to {max}, each {}", item.what),
            Self::TextMap { max } => format!("a map of up to {max} strings"),
            Self::Flags { name } => format!("a map of bools, each named by {}", name.what),
            Self::Json(document) => format!("{} as JSON", document.what),
            Self::Block(Key::One) => "a block".to_owned(),
            Self::Block(Key::Label) => "blocks, each with a label of its own".to_owned(),
            Self::Block(Key::Argument(name)) => format!("blocks, each with a `{name}` of its own"),
            Self::Block(Key::Arguments(_)) => "blocks, no two alike".to_owned(),
        }
    }

    /// Takes a value of the policy, with Terraform's conversions (`"35"` is a number, `"true"` a bool). What is known only after apply fits.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as the end of a sentence that starts with the setting's name.
    pub fn accept(self, value: &Value) -> Result<Value, Misfit> {
        if value.has_unknown() {
            return Ok(Value::Unknown);
        }
        match self {
            Self::Bool | Self::Block(_) => match value {
                Value::Bool(_) => Ok(value.clone()),
                Value::String(text) if text == "true" || text == "false" => Ok(Value::Bool(text == "true")),
                other => Err(wrong_type("a bool", other)),
            },
            Self::Days { min, max } => whole(min, max, "days", value),
            Self::Whole { min, max, unit } => whole(min, max, unit, value),
            Self::Decimal => match number(value) {
                Value::Null => Err(wrong_type("a number", value)),
                number => Ok(number),
            },
            Self::Amount => match number(value) {
                Value::Null => Err(wrong_type("a number", value)),
                number if number.as_f64().is_some_and(|number| number >= 0.0) => Ok(number),
                number => Err(Misfit::Range { message: format!("must be 0 or more, found {number}"), nearest: Value::from(0) }),
            },
            Self::Text(form) => {
                let text = text(value).ok_or_else(|| wrong_type("a string", value))?;
                (form.check)(&text).map(Value::from).map_err(Misfit::Form)
            }
            Self::OneOf(words) => one_of(words, value),
            Self::Texts { item, max } => texts(item, max, value),
            Self::TextMap { max } => text_map(max, value),
            Self::Flags { name } => flags(name, value),
            Self::Json(document) => json(document, value),
        }
    }
}

fn whole(min: i64, max: i64, unit: &str, value: &Value) -> Result<Value, Misfit> {
    let number = number(value);
    match (number.as_i64(), number.as_f64()) {
        (Some(whole), _) if (min..=max).contains(&whole) => Ok(Value::from(whole)),
        (None, float) if float.is_none() || (Value::from(min).as_f64()..=Value::from(max).as_f64()).contains(&float) => {
            Err(wrong_type(&format!("a whole number of {unit}"), value))
        }
        _ => Err(Misfit::Range {
            message: format!("must be between {min} and {max}, found {number}"),
            nearest: if number.as_f64() > Value::from(max).as_f64() { Value::from(max) } else { Value::from(min) },
        }),
    }
}

fn one_of(words: &[&str], value: &Value) -> Result<Value, Misfit> {
    let text = text(value).ok_or_else(|| wrong_type("a string", value))?;
    if words.contains(&text.as_str()) {
        return Ok(Value::from(text));
    }
    let near = words.iter().find(|word| word.eq_ignore_ascii_case(&text)).copied();
    let near = near.or_else(|| words.iter().copied().find(|word| strsim::normalized_damerau_levenshtein(word, &text) > 0.6));
    let mistake = Mistake::new(format!("must be one of {}, found \"{text}\"", quoted(words)));
    Err(Misfit::Form(match near {
        Some(word) => mistake.help(format!("did you mean \"{word}\"?")),
        None => mistake,
    }))
}

fn texts(item: Form, max: usize, value: &Value) -> Result<Value, Misfit> {
    let Some(items) = value.as_items() else { return Err(wrong_type("a list of strings", value)) };
    let (mut accepted, mut wrong) = (Vec::new(), Vec::new());
    for (at, one) in items.iter().enumerate() {
        let text = text(one).ok_or_else(|| wrong_type("a list of strings, and each of them one", one));
        match text.and_then(|text| (item.check)(&text).map_err(Misfit::Form)) {
            Ok(text) => accepted.push(Value::from(text)),
            Err(misfit) => wrong.push((Part::Element(at), misfit)),
        }
    }
    if !wrong.is_empty() {
        return Err(Misfit::Parts(wrong));
    }
    let set = Value::set(accepted);
    match set.as_items().map(<[Value]>::len) {
        Some(length) if length > max => Err(Misfit::Form(
            Mistake::new(format!("takes at most {max}, found {length}")).help("leave some out, or split them over several blocks"),
        )),
        _ => Ok(set),
    }
}

fn text_map(max: usize, value: &Value) -> Result<Value, Misfit> {
    let Some(map) = value.as_map() else { return Err(wrong_type("a map of strings", value)) };
    if map.len() > max {
        return Err(Misfit::Form(Mistake::new(format!("takes at most {max}, found {}", map.len()))));
    }
    let (mut accepted, mut wrong) = (std::collections::BTreeMap::new(), Vec::new());
    for (key, one) in map {
        if let Some(reserved) = ["aws:", "backstay:"].iter().find(|reserved| key.to_ascii_lowercase().starts_with(*reserved)) {
            let mistake = Mistake::new(format!("has a key `{key}`, and what starts with `{reserved}` is not the user's to set"));
            wrong.push((Part::Key(key.clone()), Misfit::Form(mistake.help("give it another name"))));
        }
        match text(one) {
            Some(text) => drop(accepted.insert(key.clone(), Value::from(text))),
            None => wrong.push((Part::Key(key.clone()), wrong_type("a map of strings, and each of them one", one))),
        }
    }
    if wrong.is_empty() { Ok(Value::Map(accepted)) } else { Err(Misfit::Parts(wrong)) }
}

fn flags(name: Form, value: &Value) -> Result<Value, Misfit> {
    let Some(map) = value.as_map() else { return Err(wrong_type("a map of bools", value)) };
    let (mut accepted, mut wrong) = (std::collections::BTreeMap::new(), Vec::new());
    // `null` is as good as absent.
    for (key, one) in map.iter().filter(|(_, one)| **one != Value::Null) {
        let flag = Shape::Bool.accept(one).map_err(|_| wrong_type(&format!("a map of bools, and `{key}` one"), one));
        match (name.check)(key).map_err(Misfit::Form).and_then(|key| Ok((key, flag?))) {
            Ok((key, flag)) => drop(accepted.insert(key, flag)),
            Err(misfit) => wrong.push((Part::Key(key.clone()), misfit)),
        }
    }
    if wrong.is_empty() { Ok(Value::Map(accepted)) } else { Err(Misfit::Parts(wrong)) }
}

fn json(document: Document, value: &Value) -> Result<Value, Misfit> {
    let text = text(value).ok_or_else(|| {
        let Misfit::Type(message) = wrong_type("a string that holds JSON", value) else { return Misfit::Type(String::new()) };
        Misfit::Type(format!("{message}; write `jsonencode({{ … }})`"))
    })?;
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(json) => Ok(Value::from((document.canonical)(&json).to_string())),
        Err(error) => Err(Misfit::Form(
            Mistake::new(format!("must be {} as JSON, and is none: {error}", document.what)).help("write it with `jsonencode({ … })`"),
        )),
    }
}

fn wrong_type(expected: &str, value: &Value) -> Misfit {
    Misfit::Type(format!("must be {expected}, found {}", found(value)))
}

fn number(value: &Value) -> Value {
    match value {
        Value::Number(_) => value.clone(),
        Value::String(text) => text.parse::<f64>().map_or(Value::Null, Value::number),
        _ => Value::Null,
    }
}

/// A text, or what HCL turns into one.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::List(_) | Value::Set(_) | Value::Map(_) | Value::Unknown => None,
    }
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

fn found(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::List(_) | Value::Set(_) | Value::Map(_) | Value::Unknown => value.type_name().to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => format!("{} `{value}`", value.type_name()),
    }
}
