//! `backstay adopt`: a policy for what exists.

use super::adopt_terraform;
use super::apply;
use crate::adopt::{self, Adopted, Choice, Marked};
use crate::cli::Context;
use crate::cli::args::{AdoptArgs, ApplyArgs, ConsentArgs, LiveArgs, VariableArgs};
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::{self, Session, block_on, narrow};
use crate::files;
use crate::kinds;
use crate::model::{Code, Gap, Live, Policy, Snapshot, Target, count};
use crate::policy::load::{self, Files};
use crate::snapshot;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Describes, writes the files, and with `--mark` applies the marks.
pub(super) fn run(context: &Context, args: &AdoptArgs) -> Result<Exit, Failure> {
    if let Some(origin) = adopt_terraform::origin(args) {
        return adopt_terraform::run(context, args, &origin, &workspace(args)?);
    }
    if args.mark && !args.auto_approve && !context.ui.can_ask() {
        return Err(Failure::error("--mark changes AWS, and there is nobody to ask").help("give --auto-approve, or leave --mark out"));
    }
    let wished = kinds(&args.kinds)?;
    let choice = choice(&args.select)?;
    let workspace = workspace(args)?;
    let (files, policy) = there(context, args)?;
    let parallelism = LiveArgs { targets: Vec::new(), parallelism: args.parallelism };
    let (snapshot, adopted, to_mark) = block_on(async {
        let session = Session::connect(context, &policy.targets, &parallelism, None).await?;
        let policy = session::reached(context, &args.out, policy, &session.identities())?;
        let workspace = policy.workspace.clone().unwrap_or(workspace);
        let bar = context.ui.bar("reading");
        let mut snapshot = snapshot::everything(&session.aws, &wished, Some(&workspace), &session.unreached, &|done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })
        .await;
        bar.finish_and_clear();
        session.log_counts();
        snapshot.accounts.clone_from(&policy.accounts);
        let marked = if args.mark { adopt::mark(&policy, &files, &snapshot, &wished, &choice) } else { Marked::default() };
        let files = marked.beside(&files);
        let request =
            adopt::Request { there: &policy, files: &files, given: &context.given, workspace: &workspace, choice, mark: args.mark };
        let mut adopted = adopt::describe(&snapshot, &request).map_err(|problems| Failure::policy(problems, policy.sources.clone()))?;
        if files.policy.is_empty() {
            refuse_strays(&snapshot, &adopted, &workspace)?;
        }
        let mut texts = marked.files;
        texts.extend(adopted.files);
        adopted.files = texts;
        adopted.left_out.extend(marked.left_out);
        adopted.left_out.sort();
        let to_mark: Vec<String> = marked.blocks.into_iter().chain(adopted.blocks.clone()).collect();
        Ok::<_, Failure>((snapshot, adopted, to_mark))
    })??;
    write(&args.out, &adopted.files)?;
    context.ui.answer(&told(&adopted, &snapshot, &args.out))?;
    if args.mark && !to_mark.is_empty() {
        let marking = ApplyArgs {
            path: args.out.clone(),
            _variables: VariableArgs::default(),
            live: LiveArgs { targets: policy_targets(&files, args), parallelism: args.parallelism },
            only: to_mark,
            consent: ConsentArgs::default(),
            auto_approve: args.auto_approve,
            journal: None,
            summary: true,
        };
        return apply::run(context, &marking);
    }
    Ok(if snapshot.gaps.is_empty() { Exit::Done } else { Exit::Incomplete })
}

/// Refuses a new policy of a workspace that owns things already which it would not declare: its first plan would remove them.
fn refuse_strays(snapshot: &Snapshot, adopted: &Adopted, workspace: &str) -> Result<(), Failure> {
    const SHOWN: usize = 3;
    let described: BTreeSet<(&str, &str, &str)> =
        adopted.described.iter().map(|id| (id.kind.as_str(), id.region.as_str(), id.name.as_str())).collect();
    let is_stray = |live: &&Live| {
        let is_own = live.mark.as_ref().is_some_and(|mark| mark.workspace == workspace);
        is_own && !described.contains(&(live.id.kind.as_str(), live.id.region.as_str(), live.id.name.as_str()))
    };
    let strays: Vec<&Live> = snapshot.resources.iter().filter(is_stray).collect();
    if strays.is_empty() {
        return Ok(());
    }
    let title = |live: &&Live| format!("{} {}", kinds::spec(&live.id.kind).map_or("thing", |spec| spec.title), live.id.name);
    let mut named: Vec<String> = strays.iter().take(SHOWN).map(title).collect();
    named.extend((strays.len() > SHOWN).then(|| "…".to_owned()));
    let things = count(strays.len(), "thing");
    let message = format!(
        "workspace `{workspace}` owns {things} that a new policy of it would not declare, so that its plan would remove them: {}",
        named.join(", ")
    );
    Err(Failure::error(message).help("give `--workspace` another name, or adopt into the folder of the policy that declares them"))
}

/// The targets that marks are put on in: those that were asked for, where the policy has more.
fn policy_targets(files: &Files, args: &AdoptArgs) -> Vec<String> {
    if files.policy.is_empty() { Vec::new() } else { args.targets.clone() }
}

/// The kinds that were asked for; all where none were.
fn kinds(names: &[String]) -> Result<BTreeSet<&'static str>, Failure> {
    let all: BTreeSet<&'static str> = kinds::all().map(|kind| kind.spec().name).collect();
    if names.is_empty() {
        return Ok(all);
    }
    let mut wished = BTreeSet::new();
    for name in names {
        let Some(spec) = kinds::spec(name) else {
            let near = all.iter().find(|kind| strsim::normalized_damerau_levenshtein(kind, name) > 0.8);
            let help = near.map_or_else(|| "`backstay schema` lists them".to_owned(), |near| format!("did you mean `{near}`?"));
            return Err(Failure::coded(Exit::Error, Code::Usage, format!("there is no kind `{name}`")).help(help));
        };
        // A part is found with its whole.
        wished.extend(spec.parent.iter().flat_map(|parent| parent.kinds.iter().copied()));
        wished.insert(spec.name);
    }
    Ok(wished)
}

/// Reads `tags.KEY=PATTERN` and `name=PATTERN`.
fn choice(selects: &[String]) -> Result<Choice, Failure> {
    let mut choice = Choice::default();
    for text in selects {
        match text.split_once('=').map(|(what, pattern)| (what.trim(), pattern.trim())) {
            Some(("name", pattern)) if !pattern.is_empty() => choice.names.push(pattern.to_owned()),
            Some((what, pattern)) if what.strip_prefix("tags.").is_some_and(|key| !key.is_empty()) => {
                let key = what.strip_prefix("tags.").unwrap_or(what);
                if choice.tags.insert(key.to_owned(), pattern.to_owned()).is_some() {
                    let problem = Failure::coded(Exit::Error, Code::Usage, format!("--select names the tag `{key}` twice"));
                    return Err(problem.help("all that is selected must match; one pattern can match several values"));
                }
            }
            _ => {
                let problem = Failure::coded(Exit::Error, Code::Usage, format!("--select `{text}` is neither of a tag nor of a name"));
                return Err(problem.help("write `--select 'tags.env=production'` or `--select 'name=shop-*'`; `*` and `?` are patterns"));
            }
        }
    }
    Ok(choice)
}

/// The owner name for a policy that is new: as given, or that of its folder.
fn workspace(args: &AdoptArgs) -> Result<String, Failure> {
    const LONGEST: usize = 40;
    let fits =
        |text: &str| (1..=LONGEST).contains(&text.len()) && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if let Some(given) = &args.workspace {
        if fits(given) {
            return Ok(given.clone());
        }
        let message = format!("--workspace `{given}` is not 1 to {LONGEST} of a-z, 0-9 and `-`");
        return Err(Failure::coded(Exit::Error, Code::Usage, message).help("it is written into the tags of what the policy owns"));
    }
    let folder = std::path::absolute(&args.out).ok();
    let name = folder.as_deref().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default();
    let letters =
        name.to_ascii_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(LONGEST).collect::<String>();
    let name = letters.trim_matches('-').to_owned();
    Ok(if fits(&name) { name } else { "adopted".to_owned() })
}

/// The policy that is in the folder, or an empty one with the targets that were asked for.
fn there(context: &Context, args: &AdoptArgs) -> Result<(Files, Policy), Failure> {
    if args.out.exists() && !args.out.is_dir() {
        let message = format!("{} is not a folder", args.out.display());
        return Err(Failure::coded(Exit::Error, Code::Unreadable, message).help("give --out a folder, which may be new"));
    }
    let files = if args.out.is_dir() { load::load(&args.out) } else { Files::default() };
    if files.policy.is_empty() {
        let targets = if args.targets.is_empty() { vec![None] } else { args.targets.iter().map(|region| Some(region.clone())).collect() };
        let several = targets.len() > 1;
        let target = |region: Option<String>| {
            let name = region.clone().filter(|_| several).unwrap_or_else(|| "main".to_owned());
            if let Some(wrong) = region.as_deref().filter(|region| !is_region(region)) {
                let message =
                    format!("--target `{wrong}` is no region, and there is no policy in {} that names its targets", args.out.display());
                return Err(Failure::coded(Exit::Error, Code::Usage, message)
                    .help("write a region such as `--target eu-west-1`, or first a policy with `target` blocks"));
            }
            Ok((name.clone(), Target { name, region, account_id: None, assume_role: None, profile: None }))
        };
        let targets: BTreeMap<String, Target> = targets.into_iter().map(target).collect::<Result<_, _>>()?;
        return Ok((Files { folder: args.out.clone(), ..Files::default() }, Policy { targets, ..Policy::default() }));
    }
    let policy = session::policy(context, &args.out)?;
    let live = LiveArgs { targets: args.targets.clone(), parallelism: args.parallelism };
    let mut policy = session::organized(context, &args.out, policy, &live, None)?;
    if policy.targets.values().any(Target::is_nobodys) {
        return Err(Failure::error("without the accounts of every organization it is not known which things blocks are about"));
    }
    narrow(&mut policy, &args.targets)?;
    Ok((files, policy))
}

/// Whether a text has the form of a region: `eu-west-1`.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_word = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase());
    match parts.split_last() {
        Some((number, words)) => words.len() >= 2 && words.iter().all(is_word) && number.parse::<u8>().is_ok(),
        None => false,
    }
}

fn write(folder: &Path, texts: &BTreeMap<String, String>) -> Result<(), Failure> {
    let failed = |path: &Path, error: &std::io::Error| Failure::error(format!("cannot write {}: {error}", path.display()));
    if !texts.is_empty() {
        std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    }
    for (name, text) in texts {
        let path = folder.join(name);
        files::write_atomically(&path, text.as_bytes()).map_err(|error| failed(&path, &error))?;
    }
    Ok(())
}

/// What was done, and what not.
fn told(adopted: &Adopted, snapshot: &Snapshot, folder: &Path) -> String {
    let mut out = String::new();
    let kinds: BTreeSet<&str> = adopted.described.iter().map(|id| id.kind.as_str()).collect();
    if adopted.described.is_empty() {
        out.push_str("Nothing to describe");
        out.push_str(if adopted.covered > 0 { " that the policy does not cover yet.\n" } else { ".\n" });
    } else {
        let (things, kinds, blocks) =
            (count(adopted.described.len(), "thing"), count(kinds.len(), "kind"), count(adopted.blocks.len(), "block"));
        out.push_str(&format!("Described {things} of {kinds} in {blocks}; a plan of them is empty.\n"));
        for name in adopted.files.keys() {
            out.push_str(&format!("  {}\n", folder.join(name).display()));
        }
    }
    if adopted.covered > 0 {
        out.push_str(&format!("{} the policy covered already.\n", count(adopted.covered, "thing")));
    }
    if !adopted.left_out.is_empty() {
        out.push_str(&format!("\nNot described, {}:\n", count(adopted.left_out.len(), "thing")));
        for one in &adopted.left_out {
            let title = kinds::spec(&one.id.kind).map_or("thing", |spec| spec.title);
            out.push_str(&format!("  {title} {} ({}): {}\n", one.id.name, one.id.region, one.reason));
        }
    }
    if !snapshot.gaps.is_empty() {
        out.push_str("\nCould not be read, so whether there is anything is unknown (BKS0301):\n");
        for gap in &snapshot.gaps {
            out.push_str(&format!("  ? {}\n", unread(gap)));
        }
    }
    out
}

fn unread(gap: &Gap) -> String {
    let title = gap.kind.as_deref().and_then(kinds::spec).map_or("things", |spec| spec.title);
    let what = gap.resource.as_ref().map_or_else(|| format!("every {title}"), |name| format!("{title} {name}"));
    format!("{what} ({}, target {}): {} failed: {}", gap.region, gap.target, gap.action, gap.message)
}
