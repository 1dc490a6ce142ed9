//! `backstay fmt`: one layout for all policies.

use crate::cli::Context;
use crate::cli::args::FmtArgs;
use crate::cli::failure::{Exit, Failure};
use crate::files;
use crate::model::{Code, Diagnostic, Sources, Span};
use crate::policy::{format, load};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Formats files in place, or names those that are not formatted.
pub(super) fn run(context: &Context, args: &FmtArgs) -> Result<Exit, Failure> {
    if args.path == Path::new("-") {
        return standard_input(context, args.check);
    }
    let mut texts = Vec::new();
    let mut problems = Vec::new();
    let mut sources = Sources::default();
    for path in load::formattable(&args.path).map_err(|problem| Failure::policy(vec![problem], Sources::default()))? {
        let text = match load::read_text(&path) {
            Ok(text) => text,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        match formatted(&shown(&path), &text, &mut sources) {
            Ok(new) if new != text => texts.push((path, new)),
            Ok(_) => {}
            Err(problem) => problems.push(problem),
        }
    }
    // A file that cannot be parsed is left alone; the others are formatted all the same.
    finish(context, args, &texts)?;
    if !problems.is_empty() {
        return Err(Failure::policy(problems, sources));
    }
    Ok(if args.check && !texts.is_empty() { Exit::Error } else { Exit::Done })
}

fn finish(context: &Context, args: &FmtArgs, texts: &[(PathBuf, String)]) -> Result<(), Failure> {
    for (path, text) in texts {
        if !args.check {
            files::write_atomically(path, text.as_bytes())
                .map_err(|error| Failure::error(format!("cannot write {}: {error}", path.display())))?;
        }
        context.ui.answer(&format!("{}\n", shown(path)))?;
    }
    if args.check && !texts.is_empty() {
        context.ui.say("these files are not formatted; `backstay fmt` formats them");
    }
    Ok(())
}

fn standard_input(context: &Context, check: bool) -> Result<Exit, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .take(load::LARGEST_FILE)
        .read_to_string(&mut text)
        .map_err(|error| Failure::error(format!("cannot read the standard input: {error}")))?;
    let mut sources = Sources::default();
    let new = formatted("<stdin>", &text, &mut sources).map_err(|problem| Failure::policy(vec![problem], sources))?;
    if check {
        return Ok(if new == text { Exit::Done } else { Exit::Error });
    }
    context.ui.answer(&new)?;
    Ok(Exit::Done)
}

fn formatted(name: &str, text: &str, sources: &mut Sources) -> Result<String, Diagnostic> {
    format::format(text).map_err(|error| {
        let source = sources.add(name, text);
        Diagnostic::error(Code::Syntax, format!("not HCL here: {}", error.message)).at(Span { source, range: error.range })
    })
}

/// The path as a user in the current folder would type it.
fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}
