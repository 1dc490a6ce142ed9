//! Paths, and files that a policy brings along.

use super::args::{failed, map, text, wrong};
use super::{Call, Function, FunctionError, Outcome, Takes, define};
use crate::model::Value;
use crate::policy::eval::{Scope, evaluate_template_text};
use ::regex::Regex;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

pub(super) const FUNCTIONS: &[Function] = &[
    define("abspath", "abspath(path)", "Makes a path absolute.", Takes::Known, abspath),
    define("basename", "basename(path)", "Takes the last part of a path.", Takes::Known, basename),
    define("dirname", "dirname(path)", "Takes a path without its last part.", Takes::Known, dirname),
    define("file", "file(path)", "Reads a file of UTF-8 text, up to 1 MiB.", Takes::Known, file),
    define("filebase64", "filebase64(path)", "Reads a file as Base64.", Takes::Known, filebase64),
    define("fileexists", "fileexists(path)", "Says whether a file is there.", Takes::Known, fileexists),
    define("fileset", "fileset(folder, pattern)", "Lists the files of a folder that match a pattern.", Takes::Known, fileset),
    define("pathexpand", "pathexpand(path)", "Gives a path that does not start with `~` as it is.", Takes::Known, pathexpand),
    define("templatefile", "templatefile(path, values)", "Reads a template file and fills it in.", Takes::Parts, templatefile),
];

/// The largest file that a policy may read, in bytes.
const LIMIT: u64 = 1 << 20;

/// How many files and folders `fileset` looks at.
const WALK: usize = 100_000;

/// Go's `filepath.Clean`.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            other => parts.push(other),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

fn abspath(call: &Call<'_>, args: &[Value]) -> Outcome {
    let whole = call.folder.join(text(args, 0)?);
    let whole = if whole.is_absolute() { whole } else { std::path::absolute(&whole).map_err(|error| wrong(0, error.to_string()))? };
    Ok(clean(&whole.to_string_lossy()).into())
}

fn basename(_: &Call<'_>, args: &[Value]) -> Outcome {
    let path = text(args, 0)?;
    let trimmed = path.trim_end_matches('/');
    Ok(match (path.is_empty(), trimmed.is_empty()) {
        (true, _) => ".".into(),
        (false, true) => "/".into(),
        (false, false) => trimmed.rsplit('/').next().unwrap_or_default().into(),
    })
}

fn dirname(_: &Call<'_>, args: &[Value]) -> Outcome {
    let path = text(args, 0)?;
    let folder = path.rfind('/').and_then(|slash| path.get(..=slash)).unwrap_or_default();
    Ok(clean(folder).into())
}

fn pathexpand(_: &Call<'_>, args: &[Value]) -> Outcome {
    let path = text(args, 0)?;
    if path.starts_with('~') {
        return Err(wrong(0, "a policy does not read the environment, so `~` is not known; give the folder as a variable"));
    }
    Ok(path.into())
}

fn read(call: &Call<'_>, args: &[Value]) -> Result<Vec<u8>, FunctionError> {
    let path = text(args, 0)?;
    let broken = |error: std::io::Error| wrong(0, format!("`{path}` cannot be read: {error}"));
    let open = fs::File::open(call.folder.join(&path)).map_err(broken)?;
    if !open.metadata().map_err(broken)?.is_file() {
        return Err(wrong(0, format!("`{path}` is not a file")));
    }
    let mut bytes = Vec::new();
    open.take(LIMIT + 1).read_to_end(&mut bytes).map_err(broken)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LIMIT {
        return Err(wrong(0, format!("`{path}` is larger than 1 MiB, the most that a policy may read")));
    }
    Ok(bytes)
}

fn read_text(call: &Call<'_>, args: &[Value]) -> Result<String, FunctionError> {
    String::from_utf8(read(call, args)?)
        .map_err(|_| FunctionError { help: Some("read it with `filebase64(…)`".to_owned()), ..wrong(0, "the file is not UTF-8 text") })
}

fn file(call: &Call<'_>, args: &[Value]) -> Outcome {
    read_text(call, args).map(Value::String)
}

fn filebase64(call: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(STANDARD.encode(read(call, args)?).into())
}

fn fileexists(call: &Call<'_>, args: &[Value]) -> Outcome {
    let path = text(args, 0)?;
    match fs::metadata(call.folder.join(&path)) {
        Ok(found) if found.is_file() => Ok(Value::Bool(true)),
        Ok(_) => Err(wrong(0, format!("`{path}` is there, but is not a file"))),
        Err(_) => Ok(Value::Bool(false)),
    }
}

fn templatefile(call: &Call<'_>, args: &[Value]) -> Outcome {
    if call.inside_template {
        return Err(failed("a template file cannot use another; give its text as a value"));
    }
    let names = map(args, 1)?.clone();
    let template = read_text(call, args)?;
    evaluate_template_text(&template, &Scope::of_template(call.folder, names)).map_err(|error| FunctionError {
        argument: None,
        message: match line_of(&template, error.range.start) {
            Some(line) if !error.range.is_empty() => format!("line {line} of {}: {}", args.first().unwrap_or(&Value::Null), error.title),
            _ => error.title,
        },
        help: error.help,
    })
}

fn line_of(text: &str, place: usize) -> Option<usize> {
    Some(text.get(..place)?.matches('\n').count() + 1)
}

fn fileset(call: &Call<'_>, args: &[Value]) -> Outcome {
    let (folder, pattern) = (text(args, 0)?, text(args, 1)?);
    let pattern = Regex::new(&glob(&clean(&pattern))).map_err(|_| wrong(1, format!("`{pattern}` is not a pattern of files")))?;
    let root = call.folder.join(&folder);
    let mut found = Vec::new();
    let mut pending = vec![(root.clone(), String::new())];
    let mut seen = 0;
    while let Some((folder, prefix)) = pending.pop() {
        for (path, name) in entries(&folder) {
            seen += 1;
            if seen > WALK {
                return Err(wrong(0, format!("there are more than {WALK} files below; name a smaller folder")));
            }
            let name = format!("{prefix}{name}");
            if path.is_file() {
                if pattern.is_match(&name) {
                    found.push(Value::String(name));
                }
            } else if path.is_dir() && !path.is_symlink() {
                pending.push((path, format!("{name}/")));
            }
        }
    }
    Ok(Value::set(found))
}

fn entries(folder: &Path) -> Vec<(PathBuf, String)> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries.flatten().filter_map(|entry| Some((entry.path(), entry.file_name().into_string().ok()?))).collect()
}

/// A pattern of files as a regular expression: `*`, `**`, `?`, `[a-z]`, `{a,b}`.
fn glob(pattern: &str) -> String {
    let mut out = String::from("^");
    let mut rest = pattern;
    while let Some(ch) = rest.chars().next() {
        let skip = if rest.starts_with("**/") {
            out.push_str("(?:.*/)?");
            3
        } else if rest.starts_with("**") {
            out.push_str(".*");
            2
        } else {
            match ch {
                '*' => out.push_str("[^/]*"),
                '?' => out.push_str("[^/]"),
                '{' => out.push_str("(?:"),
                '}' => out.push(')'),
                ',' => out.push('|'),
                '[' | ']' | '^' | '-' | '\\' => out.push(ch),
                other => out.push_str(&::regex::escape(&other.to_string())),
            }
            ch.len_utf8()
        };
        rest = rest.get(skip..).unwrap_or_default();
    }
    out.push('$');
    out
}
