//! `backstay audit --verify DIR`: whether the files of an audit are still as its manifest has them, offline.

use super::audit_folder::{entries, is_unchanged, read_manifest};
use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};
use crate::files;
use crate::model::{Manifest, count};
use std::path::Path;

/// Compares each file with its digest.
pub(super) fn run(context: &Context, folder: &Path) -> Result<Exit, Failure> {
    let place = folder.join(Manifest::NAME);
    let cannot = |why: &str| {
        Failure::error(format!("cannot verify {}: {why}", place.display()))
            .help("`backstay audit --out DIR/` writes it last; without it a folder is no evidence")
    };
    let manifest = read_manifest(folder).map_err(|why| cannot(&why))?;
    let found = entries(folder).map_err(|error| cannot(&error.to_string()))?;
    let mut out = String::new();
    let mut wrong = 0_usize;
    let mut tell = |word: &str, name: &str| {
        wrong += 1;
        out.push_str(&format!("{word} {name:?}\n"));
    };
    for file in &manifest.files {
        match found.iter().find(|entry| entry.name == file.name) {
            None => tell("missing", &file.name),
            Some(entry) if !entry.is_file || !is_unchanged(folder, file) => tell("changed", &file.name),
            Some(_) => {}
        }
    }
    let is_listed = |name: &str| name == Manifest::NAME || manifest.files.iter().any(|file| file.name == name);
    for entry in found.iter().filter(|entry| !is_listed(&entry.name)) {
        tell("added", &entry.name);
    }
    let digest = files::digest(&std::fs::read(&place).map_err(|error| cannot(&error.to_string()))?);
    let files = count(manifest.files.len(), "file");
    let verdict = if wrong == 0 { format!("{files} as they were written") } else { format!("{wrong} of {files} not as they were written") };
    out.push_str(&format!("{verdict}, by backstay {} at {}\n", manifest.tool.version, manifest.at));
    out.push_str(&format!("{}: sha256 {digest}\n", Manifest::NAME));
    context.ui.answer(&out)?;
    Ok(if wrong == 0 { Exit::Done } else { Exit::Error })
}
