//! `backstay adopt --from-terraform` and `--from-state`: Terraform's configuration, or its state, as policy, offline.

use crate::adopt;
use crate::adopt::terraform::{self, LeftOut, Origin, There, Translation};
use crate::cli::Context;
use crate::cli::args::{AdoptArgs, CheckFormat};
use crate::cli::failure::{Exit, Failure};
use crate::cli::session;
use crate::files;
use crate::model::{Code, Diagnostic, Policy, count};
use crate::policy::{self, Checked, load};
use crate::view;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is to be translated; none where live AWS is to be described.
pub(super) fn origin(args: &AdoptArgs) -> Option<Origin> {
    let folder = args.terraform.from_terraform.clone().map(Origin::Configuration);
    folder.or_else(|| args.terraform.from_state.clone().map(Origin::State))
}

/// Translates, writes the files, and tells what was left out.
pub(super) fn run(context: &Context, args: &AdoptArgs, origin: &Origin, workspace: &str) -> Result<Exit, Failure> {
    let there =
        load::is_there(&args.out).then(|| session::policy(context, &args.out).map(|policy| (load::load(&args.out), policy))).transpose()?;
    let workspace = there.as_ref().and_then(|(_, policy)| policy.workspace.as_deref()).unwrap_or(workspace);
    let beside = there.as_ref().map(|(files, policy)| There { policy, files });
    let rooms = Rooms::new();
    let judge = |files: &BTreeMap<String, String>| rooms.judge(context, files);
    let translation = terraform::translate(origin, workspace, beside, &judge);
    rooms.clear();
    let translation = translation.map_err(|failed| Failure::policy(failed.problems, failed.sources))?;
    refuse_others(&args.out, &translation)?;
    if !translation.conflicts.is_empty() {
        let title =
            format!("the policy in {} says otherwise of {}; nothing was written", args.out.display(), translation.conflicts.join(", "));
        return Err(Failure::error(title).help("give one of the two another name, or give --out another folder"));
    }
    if let Some((files, _)) = &there {
        refuse_together(context, &args.out, files, &translation)?;
    }
    write(&args.out, &translation.files)?;
    let answer =
        if args.format == Some(CheckFormat::Json) { view::json::print(&json(&translation)) } else { text(&translation, &args.out) };
    context.ui.answer(&answer)?;
    Ok(tell_problems(context, &translation, &args.out))
}

/// A folder in which a policy is checked before it is written: its expressions read files beside it.
struct Rooms {
    folder: PathBuf,
}

impl Rooms {
    fn new() -> Self {
        Self { folder: std::env::temp_dir().join(format!("backstay-adopt-{}", std::process::id())) }
    }

    /// What is wrong with a policy of these files. Where they cannot be written, that is told when the policy itself is.
    fn judge(&self, context: &Context, files: &BTreeMap<String, String>) -> Checked {
        self.clear();
        // A folder of that name that somebody else made is not written to.
        if std::fs::create_dir(&self.folder).is_err() || write(&self.folder, files).is_err() {
            return Checked { policy: Policy::default(), problems: Vec::new() };
        }
        session::checked(context, &self.folder)
    }

    fn clear(&self) {
        // What is left behind of a folder of temporary files harms nobody.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Writes files into a folder, which may be new.
fn write(folder: &Path, files: &BTreeMap<String, String>) -> Result<(), Failure> {
    for (name, text) in files {
        let path = folder.join(name);
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| files::write_atomically(&path, text.as_bytes()));
        written.map_err(|error| Failure::error(format!("cannot write {}: {error}", path.display())))?;
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

/// Nothing is added to a policy that would not be one with it.
fn refuse_together(context: &Context, out: &Path, there: &load::Files, translation: &Translation) -> Result<(), Failure> {
    let (policy, others): (BTreeMap<String, String>, BTreeMap<String, String>) =
        translation.files.clone().into_iter().partition(|(name, _)| terraform::is_policy_file(name));
    if policy.is_empty() {
        return Ok(());
    }
    let new: Vec<PathBuf> = others.keys().map(|name| out.join(name)).filter(|path| !path.exists()).collect();
    // What expressions read stands beside the policy before that is checked.
    write(out, &others)?;
    let checked = policy::check_files(adopt::beside(there, &policy), &context.given);
    let problems: Vec<Diagnostic> =
        checked.problems.into_iter().filter(|problem| problem.is_error() && problem.code != Code::Variable).collect();
    if problems.is_empty() {
        return Ok(());
    }
    for path in new {
        std::fs::remove_file(&path).map_err(|error| Failure::error(format!("cannot remove {}: {error}", path.display())))?;
    }
    let help = "nothing was written: mend the policy that is there, or give --out another folder";
    Err(Failure::policy(problems, checked.policy.sources).help(help))
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
    let left_out = translation.left_out.iter().map(|one| serde_json::json!({ "place": one.place, "what": one.what, "why": one.why }));
    let variables = translation.variables.iter().map(|one| serde_json::json!({ "name": one.name, "of": one.of, "place": one.place }));
    serde_json::json!({
        "format": "backstay-adopt/1",
        "files": translation.files.keys().collect::<Vec<_>>(),
        "translated": translation.translated,
        "covered": translation.covered,
        "left_out": left_out.collect::<Vec<_>>(),
        "variables": variables.collect::<Vec<_>>(),
        "notes": translation.notes,
        "unrelated": translation.unrelated,
    })
}
