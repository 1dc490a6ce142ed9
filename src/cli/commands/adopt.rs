//! `backstay adopt`: a policy for what exists.

use super::adopt_mark::Marking;
use super::adopt_terraform;
use crate::adopt::{self, Adopted, Choice, LeftOut, Marked};
use crate::cli::Context;
use crate::cli::args::{AdoptArgs, LiveArgs};
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::{self, Session, block_on, narrow};
use crate::files;
use crate::kinds;
use crate::model::{Code, Gap, KindSpec, Live, Ownership, Policy, ResourceId, Snapshot, Target, count};
use crate::policy::load::{self, Files};
use crate::policy::{self, Seen};
use crate::snapshot;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Describes, writes the files, and with `--mark` applies the marks.
pub(super) fn run(context: &Context, args: &AdoptArgs) -> Result<Exit, Failure> {
    if let Some(origin) = adopt_terraform::origin(args) {
        return adopt_terraform::run(context, args, &origin, &workspace(args)?);
    }
    let wished = kinds(args)?;
    let choice = choice(&args.select)?;
    let workspace = workspace(args)?;
    let there = There::find(context, args)?;
    refuse_workspace(args, there.policy.workspace.as_deref())?;
    block_on(async {
        let parallelism = LiveArgs { targets: Vec::new(), parallelism: args.parallelism };
        let session = Session::connect(context, &there.policy.targets, &parallelism).await?;
        let policy = session::reached(context, &args.out, there.policy.clone(), &session.identities())?;
        let workspace = policy.workspace.clone().unwrap_or(workspace);
        let bar = context.ui.bar("reading");
        let mut snapshot = snapshot::everything(&session.aws, &wished, Some(&workspace), &session.unreached, &|done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })
        .await;
        bar.finish_and_clear();
        snapshot.accounts.clone_from(&policy.accounts);
        if !args.kinds.is_empty() && !there.files.policy.is_empty() {
            needed(&mut snapshot, session.snapshot(context, &policy).await, &wished);
        }
        let marked = if args.mark { adopt::mark(&policy, &there.files, &snapshot, &wished, &choice) } else { Marked::default() };
        let files = marked.beside(&there.files);
        let request = adopt::Request {
            there: &policy,
            files: &files,
            given: &context.given,
            workspace: &workspace,
            kinds: &wished,
            choice,
            targets: &there.targets,
            mark: args.mark,
        };
        let describe =
            |snapshot: &Snapshot| adopt::describe(snapshot, &request).map_err(|problems| Failure::policy(problems, policy.sources.clone()));
        let adopted = describe(&snapshot)?;
        if !adopted.files.is_empty() {
            // What a plan of it looks at beside the things themselves, such as roles, it looks at now.
            let seen = Seen { identities: session.identities(), accounts: policy.accounts.clone() };
            let new = policy::check_seen(adopt::beside(&files, &adopted.files), &context.given, &seen).policy;
            let read = session.snapshot(context, &new).await;
            snapshot.outside = read.outside;
            snapshot.absent.extend(read.absent);
            snapshot.sort();
        }
        let mut adopted = describe(&snapshot)?;
        session.log_counts();
        let owns = |id: &ResourceId| kinds::spec(&id.kind).is_some_and(|spec| spec.ownership == Ownership::Whole);
        if files.policy.is_empty() || (there.policy.workspace.is_none() && adopted.described.iter().any(owns)) {
            refuse_strays(&snapshot, &adopted, &workspace)?;
        }
        let mut texts = marked.files.clone();
        texts.extend(adopted.files);
        adopted.files = texts;
        adopted.left_out.extend(marked.left_out.iter().cloned());
        adopted.left_out.sort();
        let told = told(&adopted, &marked, &snapshot, &args.out);
        let exit = if snapshot.gaps.is_empty() { Exit::Done } else { Exit::Incomplete };
        let to_mark: Vec<String> = marked.blocks.into_iter().chain(marked.unfinished).chain(adopted.blocks).collect();
        if args.mark && !to_mark.is_empty() {
            let marking = Marking { context, args, there: &there, texts: &adopted.files, blocks: to_mark };
            let marked = marking.run(&told).await?;
            return Ok(if marked == Exit::Done { exit } else { marked });
        }
        write(args, &there.files, &adopted.files)?;
        context.ui.answer(&told)?;
        Ok(exit)
    })?
}

/// Refuses `--workspace` where the policy in the folder has another one.
pub(super) fn refuse_workspace(args: &AdoptArgs, own: Option<&str>) -> Result<(), Failure> {
    let (Some(given), Some(own)) = (args.workspace.as_deref(), own) else { return Ok(()) };
    if given == own {
        return Ok(());
    }
    let message = format!("--workspace `{given}` is not that of the policy in {}, which is `{own}`", args.out.display());
    Err(Failure::coded(Exit::Error, Code::Usage, message).help("leave `--workspace` out, or give --out another folder"))
}

/// Adds what the policy that is there needs of kinds that were not asked for: whether what it says is so already can only be told with that.
fn needed(snapshot: &mut Snapshot, of_policy: Snapshot, wished: &BTreeSet<&'static str>) {
    let is_other = |kind: &str| !wished.contains(kind);
    snapshot.resources.extend(of_policy.resources.into_iter().filter(|live| is_other(&live.id.kind)));
    snapshot.inventories.extend(of_policy.inventories.into_iter().filter(|inventory| is_other(&inventory.kind)));
    snapshot.absent.extend(of_policy.absent.into_iter().filter(|id| is_other(&id.kind)));
    snapshot.gaps.extend(of_policy.gaps.into_iter().filter(|gap| gap.kind.as_deref().is_some_and(is_other)));
    snapshot.outside.extend(of_policy.outside);
    snapshot.sort();
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

/// The kinds that were asked for; all where none were.
fn kinds(args: &AdoptArgs) -> Result<BTreeSet<&'static str>, Failure> {
    let all: BTreeSet<&'static str> = kinds::all().map(|kind| kind.spec().name).collect();
    if args.kinds.is_empty() {
        return Ok(all);
    }
    let mut wished = BTreeSet::new();
    for name in &args.kinds {
        let Some(spec) = kinds::spec(name) else {
            let near = all.iter().find(|kind| strsim::normalized_damerau_levenshtein(kind, name) > 0.8);
            let help = near.map_or_else(|| "`backstay schema` lists them".to_owned(), |near| format!("did you mean `{near}`?"));
            return Err(Failure::coded(Exit::Error, Code::Usage, format!("there is no kind `{name}`")).help(help));
        };
        // A part is found with its whole.
        wished.extend(spec.parent.iter().flat_map(|parent| parent.kinds.iter().copied()));
        wished.insert(spec.name);
    }
    if args.mark {
        // What is marked brings all its parts along, and what no block declares of them would be removed.
        let is_part = |spec: &&KindSpec| spec.parent.is_some_and(|parent| parent.kinds.iter().any(|whole| wished.contains(whole)));
        let parts: Vec<&'static str> = kinds::all().map(kinds::Kind::spec).filter(is_part).map(|spec| spec.name).collect();
        wished.extend(parts);
    }
    Ok(wished)
}

/// Reads `tags.KEY=PATTERN` and `name=PATTERN`.
fn choice(selects: &[String]) -> Result<Choice, Failure> {
    let mut choice = Choice::default();
    for text in selects {
        let quoted = quoted_key(text.trim());
        if let Some((key, pattern)) = quoted {
            take(&mut choice, &key, pattern.trim())?;
            continue;
        }
        match text.split_once('=').map(|(what, pattern)| (what.trim(), pattern.trim())) {
            Some(("name", pattern)) if !pattern.is_empty() => choice.names.push(pattern.to_owned()),
            Some((what, pattern)) if what.strip_prefix("tags.").is_some_and(|key| !key.is_empty()) => {
                take(&mut choice, what.strip_prefix("tags.").unwrap_or(what), pattern)?;
            }
            _ => {
                let problem = Failure::coded(Exit::Error, Code::Usage, format!("--select `{text}` is neither of a tag nor of a name"));
                return Err(problem.help("write `--select 'tags.env=production'` or `--select 'name=shop-*'`; `*` and `?` are patterns; a key with `=` stands in quotes, `tags.\"a=b\"=c`"));
            }
        }
    }
    Ok(choice)
}

/// Adds the pattern of a tag.
fn take(choice: &mut Choice, key: &str, pattern: &str) -> Result<(), Failure> {
    if choice.tags.insert(key.to_owned(), pattern.to_owned()).is_some() {
        let problem = Failure::coded(Exit::Error, Code::Usage, format!("--select names the tag `{key}` twice"));
        return Err(problem.help("all that is selected must match; one pattern can match several values"));
    }
    Ok(())
}

/// Reads `tags."KEY"=PATTERN`, where `\"` and `\\` stand for what is behind the backslash; none where it is not of this form.
fn quoted_key(text: &str) -> Option<(String, &str)> {
    let mut letters = text.strip_prefix("tags.\"")?.chars();
    let mut key = String::new();
    loop {
        match letters.next()? {
            '"' => break,
            '\\' => key.push(letters.next()?),
            letter => key.push(letter),
        }
    }
    let pattern = letters.as_str().trim_start().strip_prefix('=')?;
    (!key.is_empty()).then_some((key, pattern))
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

/// The policy that is in the folder.
pub(super) struct There {
    pub(super) files: Files,
    /// With the targets that were asked for.
    pub(super) policy: Policy,
    /// All of its targets, asked for or not.
    targets: BTreeMap<String, Target>,
}

impl There {
    /// Loads it; where there is none it is empty, with the targets that were asked for.
    fn find(context: &Context, args: &AdoptArgs) -> Result<Self, Failure> {
        if args.out.exists() && !args.out.is_dir() {
            let message = format!("{} is not a folder", args.out.display());
            return Err(Failure::coded(Exit::Error, Code::Unreadable, message).help("give --out a folder, which may be new"));
        }
        if !load::is_there(&args.out) {
            return Self::new(args);
        }
        let files = load::load(&args.out);
        let policy = session::policy(context, &args.out)?;
        let live = LiveArgs { targets: args.targets.clone(), parallelism: args.parallelism };
        let mut policy = session::organized(context, &args.out, policy, &live, None)?;
        if policy.targets.values().any(Target::is_nobodys) {
            return Err(Failure::error("without the accounts of every organization it is not known which things blocks are about"));
        }
        let targets = policy.targets.clone();
        narrow(&mut policy, &args.targets)?;
        Ok(Self { files, policy, targets })
    }

    fn new(args: &AdoptArgs) -> Result<Self, Failure> {
        let targets = session::regions(&args.targets, &args.out)?;
        let files = Files { folder: args.out.clone(), ..Files::default() };
        Ok(Self { files, policy: Policy { targets: targets.clone(), ..Policy::default() }, targets })
    }
}

/// Writes the files, if what they come from is still what was read.
pub(super) fn write(args: &AdoptArgs, there: &Files, texts: &BTreeMap<String, String>) -> Result<(), Failure> {
    let failed = |path: &Path, error: &std::io::Error| Failure::error(format!("cannot write {}: {error}", path.display()));
    if texts.is_empty() {
        return Ok(());
    }
    std::fs::create_dir_all(&args.out).map_err(|error| failed(&args.out, &error))?;
    let now = load::load(&args.out).digests;
    if let Some(name) = there.digests.keys().chain(now.keys()).find(|name| there.digests.get(*name) != now.get(*name)) {
        let message = format!("{} changed meanwhile; nothing was written", args.out.join(name).display());
        return Err(Failure::coded(Exit::Error, Code::Stale, message).help("run it again"));
    }
    if let Some(name) = texts.keys().find(|name| !now.contains_key(*name) && args.out.join(name).exists()) {
        let message = format!("{} is there, and no part of the policy; nothing was written", args.out.join(name).display());
        return Err(Failure::coded(Exit::Error, Code::Unreadable, message).help("move it away, or give --out another folder"));
    }
    for (name, text) in texts {
        let path = args.out.join(name);
        path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(|error| failed(&path, &error))?;
        // A policy is for the team: a new file is made as the user's settings have it, and keeps that.
        files::append(&path).map_err(|error| failed(&path, &error))?;
        files::write_atomically(&path, text.as_bytes()).map_err(|error| failed(&path, &error))?;
    }
    Ok(())
}

/// What was done, and what not.
fn told(adopted: &Adopted, marked: &Marked, snapshot: &Snapshot, folder: &Path) -> String {
    let mut out = String::new();
    let (marked, unfinished) = (marked.blocks.len(), marked.unfinished.len());
    let kinds: BTreeSet<&str> = adopted.described.iter().map(|id| id.kind.as_str()).collect();
    if !adopted.described.is_empty() {
        let (things, kinds, blocks) =
            (count(adopted.described.len(), "thing"), count(kinds.len(), "kind"), count(adopted.blocks.len(), "block"));
        out.push_str(&format!("Described {things} of {kinds} in {blocks}; a plan of them is empty.\n"));
    } else if marked + unfinished == 0 {
        out.push_str("Nothing to describe");
        out.push_str(if adopted.covered > 0 { " that the policy does not cover yet.\n" } else { ".\n" });
    }
    if marked > 0 {
        out.push_str(&format!("{} with `mark = false` to take over what they describe.\n", count(marked, "block")));
    }
    if unfinished > 0 {
        out.push_str(&format!("{} with `adopt = true` of things that carry no mark yet.\n", count(unfinished, "block")));
    }
    for name in adopted.files.keys() {
        out.push_str(&format!("  {}\n", folder.join(name).display()));
    }
    if adopted.covered > 0 {
        out.push_str(&format!("{} the policy covered already.\n", count(adopted.covered, "thing")));
    }
    if !adopted.told.is_empty() {
        out.push_str("\nTrue just now, and so not written down:\n");
        for (reason, things) in by_reason(&adopted.told) {
            out.push_str(&format!("  {things}: {reason}\n"));
        }
    }
    if !adopted.doubts.is_empty() {
        out.push_str("\nDescribed as it is, and worth a look:\n");
        for (code, title) in &adopted.doubts {
            out.push_str(&format!("  - {code}: {title}\n"));
        }
    }
    if !adopted.unsaid.is_empty() {
        out.push_str("\nCovered already, with settings that are on and that no block says:\n");
        for (settings, things) in by_reason(&adopted.unsaid) {
            out.push_str(&format!("  {things}: {settings}\n"));
        }
    }
    if !adopted.left_out.is_empty() {
        out.push_str(&format!("\nNot described, {}:\n", count(adopted.left_out.len(), "thing")));
        for (reason, things) in by_reason(&adopted.left_out) {
            out.push_str(&format!("  {things}: {reason}\n"));
        }
        out.push_str(rest_of(adopted));
    }
    if !snapshot.gaps.is_empty() {
        out.push_str("\nCould not be read, so whether there is anything is unknown (BKS0301):\n");
        for gap in &snapshot.gaps {
            out.push_str(&format!("  ? {}\n", unread(gap)));
        }
    }
    out
}

/// Where the names stand that the lines of what is left out do not say.
fn rest_of(adopted: &Adopted) -> &'static str {
    let mut alike: BTreeMap<[&str; 3], usize> = BTreeMap::new();
    for one in &adopted.left_out {
        *alike.entry([&one.id.kind, &one.id.region, &one.reason]).or_default() += 1;
    }
    if alike.values().all(|many| *many <= NAMED) {
        return "";
    }
    if adopted.files.values().any(|text| text.contains("# Not described: ")) {
        "  All of them are named in comments of the new files.\n"
    } else {
        "  All of a kind are named with `--kind` and a new folder for `--out`, in comments of its files.\n"
    }
}

/// So many names stand in one line.
const NAMED: usize = 3;

/// What is left out, a line for each reason of a kind: the same is not said forty times.
fn by_reason(left_out: &[LeftOut]) -> Vec<(&str, String)> {
    let mut reasons: BTreeMap<[&str; 3], Vec<&str>> = BTreeMap::new();
    for one in left_out {
        reasons.entry([&one.id.kind, &one.id.region, &one.reason]).or_default().push(&one.id.name);
    }
    let told = |([kind, region, reason], names): ([_; 3], Vec<&str>)| {
        let title = kinds::spec(kind).map_or("thing", |spec| spec.title);
        let things = match names.as_slice() {
            [only] => format!("{title} {only} ({region})"),
            all => {
                let shown: Vec<&str> = all.iter().take(NAMED).copied().collect();
                let rest = all.len().saturating_sub(shown.len());
                let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
                format!("{} ({region}): {}{more}", count(all.len(), title), shown.join(", "))
            }
        };
        (reason, things)
    };
    reasons.into_iter().map(told).collect()
}

fn unread(gap: &Gap) -> String {
    let title = gap.kind.as_deref().and_then(kinds::spec).map_or("things", |spec| spec.title);
    let what = gap.resource.as_ref().map_or_else(|| format!("every {title}"), |name| format!("{title} {name}"));
    format!("{what} ({}, target {}): {} failed: {}", gap.region, gap.target, gap.action, gap.message)
}
