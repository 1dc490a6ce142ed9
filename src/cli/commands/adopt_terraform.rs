//! `backstay adopt --from-terraform` and `--from-state`: Terraform's configuration, or its state, as policy, offline.

use super::adopt::{refuse_workspace, write};
use crate::adopt;
use crate::adopt::terraform::{self, LeftOut, Origin, There, Translation};
use crate::cli::Context;
use crate::cli::args::{AdoptArgs, CheckFormat};
use crate::cli::failure::{Exit, Failure};
use crate::cli::session;
use crate::model::{Code, Diagnostic, Policy, count};
use crate::policy::{self, Checked, load};
use crate::view;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;

/// What is to be translated; none where live AWS is to be described.
pub(super) fn origin(args: &AdoptArgs) -> Option<Origin> {
    let folder = args.terraform.from_terraform.clone().map(Origin::Configuration);
    folder.or_else(|| args.terraform.from_state.clone().map(Origin::State))
}

/// Translates, writes the files, and tells what was left out.
pub(super) fn run(context: &Context, args: &AdoptArgs, origin: &Origin, workspace: &str) -> Result<Exit, Failure> {
    let there =
        load::is_there(&args.out).then(|| session::policy(context, &args.out).map(|policy| (load::load(&args.out), policy))).transpose()?;
    let own = there.as_ref().and_then(|(_, policy)| policy.workspace.as_deref());
    refuse_workspace(args, own)?;
    let beside = there.as_ref().map(|(files, policy)| There { policy, files });
    let rooms = Rooms { context, out: &args.out, there: there.as_ref().map(|(files, _)| files), failed: RefCell::new(None) };
    let judge = |files: &BTreeMap<String, String>, is_beside: bool| rooms.judge(files, is_beside);
    let translation = terraform::translate(origin, own.unwrap_or(workspace), beside, &judge);
    if let Some(failed) = rooms.failed.take() {
        return Err(failed);
    }
    let mut translation = translation.map_err(|failed| Failure::policy(failed.problems, failed.sources))?;
    refuse_others(&args.out, &translation)?;
    if !translation.conflicts.is_empty() {
        let title =
            format!("the policy in {} says otherwise of {}; nothing was written", args.out.display(), translation.conflicts.join(", "));
        return Err(Failure::error(title).help("give one of the two another name, or give --out another folder"));
    }
    rooms.refuse_together(&translation)?;
    // What expressions read is there already, or new.
    translation.files.retain(|name, _| terraform::is_policy_file(name) || !args.out.join(name).exists());
    let empty = load::Files::default();
    write(args, there.as_ref().map_or(&empty, |(files, _)| files), &translation.files)?;
    let answer =
        if args.format == Some(CheckFormat::Json) { view::json::print(&json(&translation)) } else { text(&translation, &args.out) };
    context.ui.answer(&answer)?;
    Ok(tell_problems(context, &translation, &args.out))
}

/// Temporary folders in which a policy is checked before it is written: its expressions read files beside it.
struct Rooms<'r> {
    context: &'r Context,
    out: &'r Path,
    there: Option<&'r load::Files>,
    /// Why there was no such folder, where there was none.
    failed: RefCell<Option<Failure>>,
}

impl Rooms<'_> {
    /// What is wrong with a policy of these files, by themselves or as a part of the policy that is there.
    fn judge(&self, files: &BTreeMap<String, String>, is_beside: bool) -> Checked {
        let checked = match self.there.filter(|_| is_beside) {
            Some(there) => self.together(there, files),
            None => self.alone(files),
        };
        checked.unwrap_or_else(|failed| {
            self.failed.borrow_mut().get_or_insert(failed);
            Checked { policy: Policy::default(), problems: Vec::new() }
        })
    }

    fn alone(&self, files: &BTreeMap<String, String>) -> Result<Checked, Failure> {
        let room = room()?;
        fill(room.path(), files)?;
        Ok(session::checked(self.context, room.path()))
    }

    fn together(&self, there: &load::Files, files: &BTreeMap<String, String>) -> Result<Checked, Failure> {
        let (policy, others): (BTreeMap<String, String>, BTreeMap<String, String>) =
            files.clone().into_iter().partition(|(name, _)| terraform::is_policy_file(name));
        let mut whole = adopt::beside(there, &policy);
        if others.keys().all(|name| self.out.join(name).exists()) {
            return Ok(policy::check_files(whole, &self.context.given));
        }
        // Files that are not there yet are read in a copy of the folder.
        let room = room()?;
        copy(self.out, room.path(), 0)?;
        fill(room.path(), &others)?;
        room.path().clone_into(&mut whole.folder);
        Ok(policy::check_files(whole, &self.context.given))
    }

    /// Nothing is added to a policy that would not be one with it.
    fn refuse_together(&self, translation: &Translation) -> Result<(), Failure> {
        let Some(there) = self.there.filter(|_| translation.files.keys().any(|name| terraform::is_policy_file(name))) else {
            return Ok(());
        };
        let checked = self.together(there, &translation.files)?;
        let problems: Vec<Diagnostic> =
            checked.problems.into_iter().filter(|problem| problem.is_error() && problem.code != Code::Variable).collect();
        if problems.is_empty() {
            return Ok(());
        }
        let help = "nothing was written: mend the policy that is there, or give --out another folder";
        Err(Failure::policy(problems, checked.policy.sources).help(help))
    }
}

/// A new temporary folder, which goes when it is dropped.
fn room() -> Result<TempDir, Failure> {
    let room = tempfile::Builder::new().prefix("backstay-adopt-").tempdir();
    room.map_err(|error| Failure::error(format!("cannot make a temporary folder to check the policy in: {error}")))
}

/// Writes files into a temporary folder.
fn fill(folder: &Path, files: &BTreeMap<String, String>) -> Result<(), Failure> {
    for (name, text) in files {
        let path = folder.join(name);
        #[expect(clippy::disallowed_methods, reason = "nobody else reads what is in a temporary folder")]
        let write = || std::fs::write(&path, text);
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| write());
        written.map_err(|error| Failure::error(format!("cannot write {}: {error}", path.display())))?;
    }
    Ok(())
}

/// Copies what expressions of a policy can read.
fn copy(from: &Path, to: &Path, depth: usize) -> Result<(), Failure> {
    const DEEPEST: usize = 16;
    let failed = |error: std::io::Error| Failure::error(format!("cannot copy {} to check it: {error}", from.display()));
    for entry in std::fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        // What versions and tools keep for themselves is nothing to read.
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        // A folder behind a link could be the one that it stands in.
        let is_link = entry.file_type().is_ok_and(|of| of.is_symlink());
        let Ok(what) = std::fs::metadata(&path) else { continue };
        if what.is_dir() && !is_link && depth < DEEPEST {
            std::fs::create_dir_all(&to).map_err(failed)?;
            copy(&path, &to, depth + 1)?;
        } else if what.is_file() && what.len() <= load::LARGEST_FILE {
            // What cannot be read here the policy cannot read either, and the check tells so.
            let _ = std::fs::copy(&path, &to);
        }
    }
    Ok(())
}

/// Shows what is wrong with the policy as it came out, and no block is to blame for. Variables without a value are asked for in the answer.
fn tell_problems(context: &Context, translation: &Translation, out: &Path) -> Exit {
    if translation.files.is_empty() {
        return Exit::Done;
    }
    let mut checked = session::checked(context, out);
    let told = checked.problems.len();
    checked.problems.retain(|problem| problem.code != Code::Variable);
    if checked.problems.len() < told {
        context.ui.say("Some variables have no value yet: give them one, and look at what `backstay validate` says.");
    }
    if checked.is_good() {
        context.ui.warn(&checked.problems, &checked.policy.sources);
        return Exit::Done;
    }
    let help = "mend it before you plan it: `backstay validate` says the same again";
    let title = "the policy says what Terraform's configuration says, and backstay refuses it as it stands";
    checked.problems.push(Diagnostic::error(Code::Evaluation, title).help(help));
    context.ui.fail(&Failure::policy(checked.problems, checked.policy.sources))
}

/// A file beside the policy that says something else already is somebody's too.
fn refuse_others(out: &Path, translation: &Translation) -> Result<(), Failure> {
    let is_other =
        |path: &Path, text: &str| path.symlink_metadata().is_ok() && std::fs::read(path).ok().as_deref() != Some(text.as_bytes());
    // Files of the policy itself are new, or the same with more behind it.
    let beside = translation.files.iter().filter(|(name, _)| !terraform::is_policy_file(name));
    let other = beside.map(|(name, text)| (out.join(name), text)).find(|(path, text)| is_other(path, text));
    match other {
        Some((path, _)) => Err(Failure::error(format!("{} is there already, and would not be written over", path.display()))
            .help("its text is not that of the file of this name that the configuration reads: give --out another folder")),
        None => Ok(()),
    }
}

fn text(translation: &Translation, out: &Path) -> String {
    let number = |many: usize, what: &str| count(i64::try_from(many).unwrap_or(i64::MAX), what);
    let mut text = String::new();
    if !translation.left_out.is_empty() {
        text.push_str("Left out:\n");
        for LeftOut { place, what, why } in &translation.left_out {
            text.push_str(&format!("  {place}: {what}: {why}\n"));
        }
        text.push('\n');
    }
    if !translation.unsaid.is_empty() {
        text.push_str("Covered already, with settings that no block says:\n");
        for LeftOut { place, what, why } in &translation.unsaid {
            text.push_str(&format!("  {place}: {what}: {why}\n"));
        }
        text.push('\n');
    }
    if !translation.variables.is_empty() {
        text.push_str("Variables to give a value:\n");
        for asked in &translation.variables {
            text.push_str(&format!("  {} = {} ({})\n", asked.name, asked.of, asked.place));
        }
        text.push('\n');
    }
    if !translation.notes.is_empty() {
        text.push_str("To look at:\n");
        translation.notes.iter().for_each(|note| text.push_str(&format!("  {note}\n")));
        text.push('\n');
    }
    if translation.unrelated > 0 {
        text.push_str(&format!("{} with nothing to say about backup.\n", number(translation.unrelated, "resource")));
    }
    if translation.covered > 0 {
        text.push_str(&format!("{} the policy covered already.\n", number(translation.covered, "resource")));
    }
    let files = number(translation.files.len(), "file");
    text.push_str(&format!("{} of Terraform translated into {files} in {}.\n", number(translation.translated, "resource"), out.display()));
    text
}

fn json(translation: &Translation) -> serde_json::Value {
    let told = |all: &[LeftOut]| -> Vec<serde_json::Value> {
        all.iter().map(|one| serde_json::json!({ "place": one.place, "what": one.what, "why": one.why })).collect()
    };
    let variables = translation.variables.iter().map(|one| serde_json::json!({ "name": one.name, "of": one.of, "place": one.place }));
    serde_json::json!({
        "format": "backstay-adopt/1",
        "files": translation.files.keys().collect::<Vec<_>>(),
        "translated": translation.translated,
        "covered": translation.covered,
        "unsaid": told(&translation.unsaid),
        "left_out": told(&translation.left_out),
        "variables": variables.collect::<Vec<_>>(),
        "notes": translation.notes,
        "unrelated": translation.unrelated,
    })
}
