//! How long an audit of a large estate takes, step by step, and how much memory it needs.
//!
//! ```text
//! cargo bench --bench audit --no-default-features                        # 100,000 things
//! cargo bench --bench audit --no-default-features -- 20000 --keep FOLDER # another number; what views say is kept, to be compared
//! ```
//!
//! Measured once on 2026-11-22, of 100,000 things with evidence, on 2 cores that did little else (load 1.5); the CSV, `JUnit`, SARIF and JSON have a
//! row for each of 2.7 million findings.
//!
//! | step | seconds | of CPU |
//! |---|---|---|
//! | load (129 MiB) | 0.5 | 0.6 |
//! | coverage | 2.4 | 2.4 |
//! | promises | 1.6 | 1.6 |
//! | controls, of all frameworks | 6.0 | 11.6 |
//! | these together | 10.6 | 16.2 |
//! | text, Markdown, page | 1.2, 1.1, 0.7 | 1.2, 1.1, 0.7 |
//! | CSV, `JUnit`, SARIF, JSON | 12.3, 9.6, 14.2, 19.8 | 12.3, 9.6, 14.2, 19.8 |
//!
//! The peak of memory was 1.6 GiB before the views and 1.7 GiB with them.
//!
//! Nothing is read of AWS: the snapshot is made, written as a file, and read back as `audit --from` does.

mod estate;

use backstay::audit::controls::{self, Audited};
use backstay::audit::{calendar, library, promises};
use backstay::coverage;
use backstay::kinds;
use backstay::model::{Coverage, Findings, Policy, Promises, Snapshot, Sources};
use backstay::plan;
use backstay::policy;
use backstay::policy::load::Files;
use backstay::snapshot;
use backstay::view::{self, Style};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What an audit is to be able to do in seconds.
const THINGS: usize = 100_000;

/// What anything here can fail with.
type Failure = Box<dyn std::error::Error>;

/// Steps that are measured, of a number of things.
struct Measured {
    things: usize,
    total: Duration,
}

impl Measured {
    /// Does one step, and says how long it took.
    fn step<T>(&mut self, name: &str, step: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        let (began, cpu) = (Instant::now(), processor());
        let done = step()?;
        let took = began.elapsed();
        let cpu = match (cpu, processor()) {
            (Some(before), Some(after)) => format!("{:.2} s of CPU", after - before),
            _ => "CPU not known on this system".to_owned(),
        };
        self.total += took;
        let things = f64::from(u32::try_from(self.things).unwrap_or(u32::MAX));
        let rate = things / took.as_secs_f64().max(1e-9);
        say(&format!("{name:<32} {:>8.3} s ({cpu:>14}) {rate:>9.0} things/s  peak {}\n", took.as_secs_f64(), peak()))?;
        Ok(done)
    }
}

fn say(line: &str) -> Result<(), Failure> {
    Ok(io::stdout().lock().write_all(line.as_bytes())?)
}

/// The seconds for which processors worked for this process, in all its threads: what a machine with other work tells truly.
fn processor() -> Option<f64> {
    /// What Linux counts in, on every machine that Rust runs on (`USER_HZ`).
    const TICKS: f64 = 100.0;
    let status = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name before may hold blanks.
    let mut fields = status.rsplit(')').next()?.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / TICKS)
}

/// The most memory that the process had in use so far.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kib.map_or_else(|| "not known on this system".to_owned(), |kib| format!("{} MiB", kib / 1024))
}

fn main() -> Result<(), Failure> {
    // Cargo passes flags of its own (`--bench`).
    let asked = std::env::args().skip(1).find_map(|argument| argument.parse::<usize>().ok());
    let keep = std::env::args().skip_while(|argument| argument != "--keep").nth(1).map(PathBuf::from);
    let things = asked.unwrap_or(THINGS);
    let temporary = tempfile::tempdir()?;
    let folder = keep.as_deref().unwrap_or(temporary.path());
    let file = temporary.path().join("estate.json");
    let mut measured = Measured { things, total: Duration::ZERO };
    measured.step("(make the estate and write it)", || Ok(snapshot::save(&estate::snapshot(things), &file)?))?;
    say(&format!("(the snapshot has {} MiB)\n", std::fs::metadata(&file)?.len() / 1_048_576))?;
    measured.total = Duration::ZERO;
    let snapshot = measured.step("load", || Ok(snapshot::load(&file)?))?;
    let policy = measured.step("policy", || checked(estate::POLICY))?;
    let coverage = measured.step("coverage", || Ok(coverage::coverage(&snapshot, snapshot.taken_at)))?;
    let promises = measured.step("promises", || Ok(promises::promises(&policy, &snapshot, &coverage)))?;
    let findings = measured.step("controls, of all frameworks", || found(&policy, &snapshot, &coverage, &promises))?;
    say(&format!("audit without a view                {:>8.3} s\n", measured.total.as_secs_f64()))?;
    let totals = coverage.totals;
    say(&format!(
        "({} protected, {} unprotected, {} unknown; {} promises; {} findings)\n",
        totals.protected,
        totals.unprotected,
        totals.unknown,
        promises.things.iter().map(|thing| thing.promises.len()).sum::<usize>(),
        findings.controls.iter().map(|control| control.findings.len()).sum::<usize>(),
    ))?;
    views(&mut measured, &coverage, &promises, &findings, folder)?;
    drop((snapshot, coverage, promises, findings));
    all_tables(&mut measured, things.min(10_000))
}

fn checked(text: &str) -> Result<Policy, Failure> {
    let mut sources = Sources::default();
    let policy = vec![sources.add("policy.hcl", text)];
    let checked = policy::check_files(Files { sources, policy, folder: PathBuf::from("."), ..Files::default() }, &[]);
    if checked.is_good() { Ok(checked.policy) } else { Err(format!("{:?}", checked.problems).into()) }
}

/// The whole library, with every framework.
fn found(policy: &Policy, snapshot: &Snapshot, coverage: &Coverage, promises: &Promises) -> Result<Findings, Failure> {
    let library = library::library(&[]).policy;
    let all = library::together([&library, policy]);
    let frameworks = library::asked_for(&[library::EVERY.to_owned()], &all).map_err(|(message, _)| message)?;
    let tiers: Vec<String> = policy.tiers.keys().cloned().collect();
    Ok(controls::findings(
        &Audited { snapshot, coverage, promises, tiers: &tiers, checks: &policy.checks },
        &controls::chosen(all, &frameworks),
        &frameworks,
    ))
}

/// What writes one view.
type Writes<'a> = &'a dyn Fn(&mut dyn Write) -> io::Result<()>;

/// Each view by itself, into a file.
fn views(measured: &mut Measured, coverage: &Coverage, promises: &Promises, findings: &Findings, folder: &Path) -> Result<(), Failure> {
    let (spec, style, at) = (kinds::spec, Style::PLAIN, coverage.at);
    let text = |out: &mut dyn Write| {
        out.write_all(view::coverage::text(coverage, spec, style).as_bytes())?;
        out.write_all(view::promises::text(promises, spec, style).as_bytes())?;
        out.write_all(view::controls::text(findings, spec, style, true).as_bytes())
    };
    let markdown = |out: &mut dyn Write| {
        out.write_all(view::coverage::markdown(coverage, spec).as_bytes())?;
        out.write_all(view::promises::markdown(promises, spec).as_bytes())?;
        out.write_all(view::controls::markdown(findings, spec).as_bytes())
    };
    let all: [(&str, Writes<'_>); 7] = [
        ("audit.txt", &text),
        ("audit.md", &markdown),
        ("audit.html", &|out| {
            out.write_all(view::page::page(coverage, promises, findings, &calendar::calendar(coverage), spec).as_bytes())
        }),
        ("audit.csv", &|out| view::controls::write_csv(out, findings)),
        ("audit.xml", &|out| view::controls::write_junit(out, findings, spec, at)),
        ("audit.sarif", &|out| view::controls::write_sarif(out, findings, spec, at)),
        ("audit.json", &|out| view::coverage::write_json(out, coverage, promises, findings)),
    ];
    for (name, write) in all {
        let file = folder.join(name);
        measured.step(&format!("view: {name}"), || {
            let mut out = BufWriter::new(File::create(&file)?);
            write(&mut out)?;
            Ok(out.flush()?)
        })?;
        say(&format!("({} KiB)\n", std::fs::metadata(&file)?.len() / 1024))?;
    }
    Ok(())
}

/// One block that chooses every table: what a plan of it takes, and an audit.
fn all_tables(measured: &mut Measured, things: usize) -> Result<(), Failure> {
    measured.things = things;
    let snapshot = estate::tables(things);
    let policy = checked(estate::ALL_TABLES)?;
    say(&format!("\none block that chooses all of {things} tables\n"))?;
    let made = measured
        .step("plan", || Ok(plan::plan(&policy, &snapshot, &plan::Request::default()).map_err(|problems| format!("{problems:?}"))?))?;
    if made.actions.len() < things {
        return Err(format!("the block chooses {} of {things} tables", made.actions.len()).into());
    }
    measured.step("plan as text", || Ok(view::text::plan(&made, kinds::spec, Style::PLAIN)))?;
    let coverage = measured.step("coverage", || Ok(coverage::coverage(&snapshot, snapshot.taken_at)))?;
    let promises = measured.step("promises", || Ok(promises::promises(&policy, &snapshot, &coverage)))?;
    let findings = measured.step("controls, of all frameworks", || found(&policy, &snapshot, &coverage, &promises))?;
    measured.step("page", || Ok(view::page::page(&coverage, &promises, &findings, &calendar::calendar(&coverage), kinds::spec)))?;
    Ok(())
}
