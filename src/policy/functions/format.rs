//! `format` and `formatlist`: Go's verbs, as Terraform reads them.

use super::args::{bounded, failed, text, wrong};
use super::encoding::json_text;
use super::{Call, Function, FunctionError, Outcome, Takes, define};
use crate::model::Value;
use crate::policy::eval::{number_text, to_bool, to_number, to_text};
use serde_json::Number;
use unicode_segmentation::UnicodeSegmentation;

pub(super) const FUNCTIONS: &[Function] = &[
    define("format", "format(spec, values...)", "Builds a string after a pattern of verbs such as %s and %05d.", Takes::Nulls, format),
    define(
        "formatlist",
        "formatlist(spec, values...)",
        "Builds a list of strings: one for each item of the lists among the values.",
        Takes::Nulls,
        formatlist,
    ),
];

fn format(_: &Call<'_>, args: &[Value]) -> Outcome {
    let spec = spec(args)?;
    let values = args.get(1..).unwrap_or_default();
    if values.iter().any(Value::has_unknown) {
        return Ok(Value::Unknown);
    }
    Ok(render(&spec, values)?.into())
}

fn spec(args: &[Value]) -> Result<String, FunctionError> {
    match args.first() {
        Some(Value::Null) => Err(wrong(0, "must not be null")),
        _ => text(args, 0),
    }
}

fn formatlist(_: &Call<'_>, args: &[Value]) -> Outcome {
    let spec = spec(args)?;
    let values = args.get(1..).unwrap_or_default();
    if values.iter().any(Value::has_unknown) {
        return Ok(Value::Unknown);
    }
    let mut length = None;
    for (index, value) in values.iter().enumerate() {
        let Some(items) = value.as_items() else { continue };
        match length {
            None => length = Some(items.len()),
            Some(length) if length != items.len() => {
                return Err(wrong(index + 1, format!("has {} items, but the list before it has {length}", items.len())));
            }
            Some(_) => {}
        }
    }
    // With no list at all there is one result.
    let rows = length.unwrap_or(1);
    let lines: Result<Vec<Value>, FunctionError> = (0..rows)
        .map(|row| {
            let line: Vec<Value> = values
                .iter()
                .map(|value| match value.as_items() {
                    Some(items) => items.get(row).cloned().unwrap_or_default(),
                    None => value.clone(),
                })
                .collect();
            render(&spec, &line).map(Value::String)
        })
        .collect();
    lines.map(Value::List)
}

/// One verb with its flags.
#[derive(Default)]
struct Verb {
    letter: char,
    /// Those of `+`, `-`, space, `#` and `0` that are given.
    flags: String,
    width: Option<usize>,
    precision: Option<usize>,
    argument: Option<usize>,
    text: String,
}

fn render(spec: &str, values: &[Value]) -> Result<String, FunctionError> {
    let mut out = String::new();
    let mut chars = spec.chars().peekable();
    let mut next = 0;
    let mut highest = 0;
    let mut indexed = false;
    while let Some(ch) = chars.next() {
        if ch != '%' {
            out.push(ch);
            continue;
        }
        let verb = read_verb(&mut chars)?;
        if verb.text == "%%" {
            out.push('%');
            continue;
        }
        if let Some(argument) = verb.argument {
            indexed = true;
            next = argument;
        }
        let Some(value) = values.get(next) else {
            return Err(failed(format!("there is no value for `{}`: only {} given", verb.text, values.len())));
        };
        out.push_str(&verb.write(value, next + 1)?);
        next += 1;
        highest = highest.max(next);
    }
    if highest < values.len() && !indexed {
        return Err(wrong(highest + 1, format!("too many values: the pattern takes {highest}")));
    }
    Ok(out)
}

fn read_verb(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Verb, FunctionError> {
    let mut verb = Verb { text: "%".to_owned(), ..Verb::default() };
    let mut in_precision = false;
    while let Some(ch) = chars.next() {
        verb.text.push(ch);
        match ch {
            '+' | '-' | ' ' | '#' if !in_precision => verb.flags.push(ch),
            '0' if !in_precision && verb.width.is_none() => verb.flags.push(ch),
            '0'..='9' => {
                let digit = usize::try_from(ch.to_digit(10).unwrap_or_default()).unwrap_or_default();
                let slot = if in_precision { &mut verb.precision } else { &mut verb.width };
                *slot = Some(slot.unwrap_or(0).saturating_mul(10).saturating_add(digit));
                bounded(slot.unwrap_or(0))?;
            }
            '.' if !in_precision => {
                in_precision = true;
                verb.precision = Some(0);
            }
            '[' => {
                let digits: String = std::iter::from_fn(|| chars.next_if(char::is_ascii_digit)).collect();
                let number = digits.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
                if chars.next() != Some(']') || number.is_none() {
                    return Err(wrong(0, "an index of a value looks like `%[1]s`"));
                }
                verb.argument = number;
            }
            _ => {
                verb.letter = ch;
                return Ok(verb);
            }
        }
    }
    Err(wrong(0, "the pattern ends within a verb; write `%%` for a percent sign"))
}

impl Verb {
    fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    fn write(&self, value: &Value, argument: usize) -> Result<String, FunctionError> {
        match self.letter {
            'v' => self.write_any(value, argument),
            't' => {
                let flag = to_bool(value).ok_or_else(|| self.mismatch(value, argument, "true or false"))?;
                Ok(flag.to_string())
            }
            's' | 'q' => {
                let text = to_text(value).ok_or_else(|| self.mismatch(value, argument, "a string"))?;
                let text: String = match self.precision {
                    Some(length) => text.graphemes(true).take(length).collect(),
                    None => text,
                };
                let text = if self.letter == 'q' { json_text(&Value::String(text)) } else { text };
                Ok(self.pad(text, self.has('0') && !self.has('-')))
            }
            'd' | 'b' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
                let number = to_number(value).ok_or_else(|| self.mismatch(value, argument, "a number"))?;
                self.write_number(&number, argument)
            }
            other => Err(wrong(0, format!("there is no verb `%{other}`; there are %v %#v %t %b %d %o %x %X %e %E %f %g %G %s %q %%"))),
        }
    }

    fn mismatch(&self, value: &Value, argument: usize, wanted: &str) -> FunctionError {
        wrong(argument, format!("`{}` needs {wanted}, found {}", self.text, value.type_name()))
    }

    fn write_any(&self, value: &Value, argument: usize) -> Result<String, FunctionError> {
        if self.has('#') {
            return Ok(self.pad(json_text(value), false));
        }
        match value {
            Value::String(text) => Ok(self.pad(text.clone(), self.has('0'))),
            Value::Number(number) => {
                Verb { letter: 'g', flags: self.flags.replace('+', ""), width: self.width, precision: self.precision, ..Verb::default() }
                    .write_number(number, argument)
            }
            other => Ok(self.pad(json_text(other), false)),
        }
    }

    fn write_number(&self, number: &Number, argument: usize) -> Result<String, FunctionError> {
        let float = number.as_f64().unwrap_or_default();
        let negative = float < 0.0;
        let digits = match self.letter {
            'd' | 'b' | 'o' | 'x' | 'X' => {
                let text = number_text(number);
                let whole: i128 =
                    text.parse().map_err(|_| wrong(argument, format!("`{}` needs a whole number, found {text}", self.text)))?;
                let size = whole.unsigned_abs();
                match self.letter {
                    'b' => format!("{size:b}"),
                    'o' => format!("{size:o}"),
                    'x' => format!("{size:x}"),
                    'X' => format!("{size:X}"),
                    _ => size.to_string(),
                }
            }
            'e' | 'E' => {
                let text = exponent_form(&format!("{:.*e}", self.precision.unwrap_or(6), float.abs()));
                if self.letter == 'E' { text.to_uppercase() } else { text }
            }
            'g' | 'G' => {
                let text = general_form(float.abs(), self.precision, number);
                if self.letter == 'G' { text.to_uppercase() } else { text }
            }
            _ => format!("{:.*}", self.precision.unwrap_or(6), float.abs()),
        };
        let sign = match (negative, self.has('+'), self.has(' ')) {
            (true, _, _) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => "",
        };
        let missing = self.width.unwrap_or(0).saturating_sub(sign.len() + digits.len());
        if self.has('0') && !self.has('-') {
            return Ok(format!("{sign}{}{digits}", "0".repeat(missing)));
        }
        Ok(self.pad(format!("{sign}{digits}"), false))
    }

    fn pad(&self, text: String, zero: bool) -> String {
        let missing = self.width.unwrap_or(0).saturating_sub(text.graphemes(true).count());
        let fill = if zero { "0" } else { " " }.repeat(missing);
        if self.has('-') { text + &fill } else { fill + &text }
    }
}

/// Rust writes `1.5e3`, Go `1.5e+03`.
fn exponent_form(text: &str) -> String {
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text.to_owned();
    };
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}

/// Go's `%g`: the shortest form, with an exponent where that is below -4 or not below the precision (6 for the shortest form).
fn general_form(float: f64, precision: Option<usize>, number: &Number) -> String {
    let scientific = match precision {
        Some(precision) => format!("{:.*e}", precision.max(1) - 1, float),
        None => format!("{float:e}"),
    };
    let exponent: i64 = scientific.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
    let limit = precision.map_or(6, |precision| i64::try_from(precision.max(1)).unwrap_or(i64::MAX));
    let trimmed =
        |text: String| -> String { if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text } };
    if exponent < -4 || exponent >= limit {
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        return exponent_form(&format!("{}e{exponent}", trimmed(mantissa.to_owned())));
    }
    match precision {
        None if !number.is_f64() => number_text(number).trim_start_matches('-').to_owned(),
        None => float.to_string(),
        Some(precision) => {
            let places = usize::try_from(i64::try_from(precision.max(1)).unwrap_or(1) - 1 - exponent).unwrap_or(0);
            trimmed(format!("{float:.places$}"))
        }
    }
}
