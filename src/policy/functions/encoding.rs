//! Encodings and digests.

use super::args::{text, value, wrong};
use super::{Call, Function, FunctionError, Outcome, Takes, define};
use crate::model::Value;
use crate::policy::eval::number_text;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use std::collections::BTreeMap;
use std::fmt::Write;

pub(super) const FUNCTIONS: &[Function] = &[
    define("base64decode", "base64decode(string)", "Decodes Base64 that holds UTF-8.", Takes::Known, base64decode),
    define("base64encode", "base64encode(string)", "Encodes a string as Base64.", Takes::Known, base64encode),
    define("base64sha256", "base64sha256(string)", "Gives the SHA-256 digest as Base64.", Takes::Known, base64sha256),
    define("base64sha512", "base64sha512(string)", "Gives the SHA-512 digest as Base64.", Takes::Known, base64sha512),
    define("csvdecode", "csvdecode(string)", "Reads CSV with a header line into a list of maps.", Takes::Known, csvdecode),
    define("jsondecode", "jsondecode(string)", "Reads JSON.", Takes::Known, jsondecode),
    define("jsonencode", "jsonencode(value)", "Writes a value as JSON.", Takes::Nulls, jsonencode),
    define("md5", "md5(string)", "Gives the MD5 digest in hexadecimal.", Takes::Known, md5),
    define("sha1", "sha1(string)", "Gives the SHA-1 digest in hexadecimal.", Takes::Known, sha1),
    define("sha256", "sha256(string)", "Gives the SHA-256 digest in hexadecimal.", Takes::Known, sha256),
    define("sha512", "sha512(string)", "Gives the SHA-512 digest in hexadecimal.", Takes::Known, sha512),
    define("urlencode", "urlencode(string)", "Escapes a string for the query of a URL.", Takes::Known, urlencode),
    define("uuidv5", "uuidv5(namespace, name)", "Makes the UUID of a name.", Takes::Known, uuidv5),
    define("yamldecode", "yamldecode(string)", "Reads YAML.", Takes::Known, super::yaml::decode),
    define("yamlencode", "yamlencode(value)", "Writes a value as YAML.", Takes::Nulls, super::yaml::encode),
];

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn digest<D: Digest>(args: &[Value]) -> Result<Vec<u8>, FunctionError> {
    Ok(D::digest(text(args, 0)?.as_bytes()).to_vec())
}

fn md5(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(hex(&digest::<Md5>(args)?).into())
}

fn sha1(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(hex(&digest::<Sha1>(args)?).into())
}

fn sha256(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(hex(&digest::<Sha256>(args)?).into())
}

fn sha512(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(hex(&digest::<Sha512>(args)?).into())
}

fn base64sha256(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(STANDARD.encode(digest::<Sha256>(args)?).into())
}

fn base64sha512(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(STANDARD.encode(digest::<Sha512>(args)?).into())
}

fn base64encode(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(STANDARD.encode(text(args, 0)?).into())
}

fn base64decode(_: &Call<'_>, args: &[Value]) -> Outcome {
    let bytes = STANDARD
        .decode(text(args, 0)?)
        .map_err(|error| wrong(0, format!("is not Base64: {}", error.to_string().to_lowercase().trim_end_matches('.'))))?;
    String::from_utf8(bytes).map(Value::String).map_err(|_| wrong(0, "holds bytes that are not UTF-8, so they are no string"))
}

fn uuidv5(_: &Call<'_>, args: &[Value]) -> Outcome {
    let space = text(args, 0)?;
    let known = match space.as_str() {
        "dns" => "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "url" => "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
        "oid" => "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
        "x500" => "6ba7b814-9dad-11d1-80b4-00c04fd430c8",
        other => other,
    };
    let digits: String = known.chars().filter(|ch| *ch != '-').collect();
    let number = u128::from_str_radix(&digits, 16)
        .ok()
        .filter(|_| digits.len() == 32)
        .ok_or_else(|| wrong(0, format!("`{space}` is no UUID and none of `dns`, `url`, `oid`, `x500`")))?;
    let mut hash = Sha1::new();
    hash.update(number.to_be_bytes());
    hash.update(text(args, 1)?.as_bytes());
    let digest = hex(&hash.finalize());
    let number = digest.get(..32).and_then(|start| u128::from_str_radix(start, 16).ok()).unwrap_or_default();
    // Version 5, variant RFC 4122.
    let number = number & !(0xf << 76) | (0x5 << 76);
    let number = number & !(0x3 << 62) | (0x2 << 62);
    let text = format!("{number:032x}");
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    Ok(format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)).into())
}

fn urlencode(_: &Call<'_>, args: &[Value]) -> Outcome {
    let mut out = String::new();
    for byte in text(args, 0)?.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    Ok(out.into())
}

fn csvdecode(_: &Call<'_>, args: &[Value]) -> Outcome {
    let text = text(args, 0)?;
    if text.matches('"').count() % 2 == 1 {
        return Err(wrong(0, "is not CSV: a quote is open to the end"));
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(true).from_reader(text.as_bytes());
    let broken = |error: &csv::Error| wrong(0, format!("is not CSV: {error}"));
    let header = reader.headers().map_err(|error| broken(&error))?.clone();
    if header.is_empty() {
        return Err(wrong(0, "has no header line"));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| broken(&error))?;
        rows.push(Value::Map(header.iter().map(str::to_owned).zip(record.iter().map(Value::from)).collect::<BTreeMap<_, _>>()));
    }
    let mut names: Vec<&str> = header.iter().collect();
    names.sort_unstable();
    if let Some([twice, _]) = names.windows(2).find(|pair| matches!(pair, [a, b] if a == b)) {
        return Err(wrong(0, format!("has two columns named `{twice}`")));
    }
    Ok(Value::List(rows))
}

fn jsondecode(_: &Call<'_>, args: &[Value]) -> Outcome {
    serde_json::from_str::<serde_json::Value>(&text(args, 0)?).map(Value::from).map_err(|error| wrong(0, format!("is not JSON: {error}")))
}

#[expect(clippy::unnecessary_wraps, reason = "the table of functions needs this signature")]
fn jsonencode(_: &Call<'_>, args: &[Value]) -> Outcome {
    let value = value(args, 0);
    if value.has_unknown() {
        return Ok(Value::Unknown);
    }
    Ok(json_text(value).into())
}

/// The value as Go writes JSON: no space, and what could end a script in HTML escaped.
pub(super) fn json_text(value: &Value) -> String {
    let mut out = String::new();
    write_json(&mut out, value);
    out
}

fn write_json(out: &mut String, value: &Value) {
    match value {
        Value::Null | Value::Unknown => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number_text(number)),
        Value::String(text) => write_json_text(out, text),
        Value::List(items) | Value::Set(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_json(out, item);
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (index, (key, item)) in map.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_json_text(out, key);
                out.push(':');
                write_json(out, item);
            }
            out.push('}');
        }
    }
}

fn write_json_text(out: &mut String, text: &str) {
    out.push('"');
    for ch in text.chars() {
        match ch {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(ch));
            }
            _ => out.push(ch),
        }
    }
    out.push('"');
}
