//! How long an audit of a large estate takes, step by step, and how much memory it needs.
//!
//! ```text
//! cargo bench --bench audit --no-default-features            # 100,000 things
//! cargo bench --bench audit --no-default-features -- 20000   # another number
//! ```
//!
//! Nothing is read of AWS: the snapshot is made, written as a file, and read back as `audit --from` does.

mod estate;

use backstay::audit::controls::{self, Audited};
use backstay::audit::{library, promises};
use backstay::coverage;
use backstay::kinds;
use backstay::model::{Coverage, Findings, Policy, Promises, Snapshot};
use backstay::plan;
use backstay::policy;
use backstay::snapshot;
use backstay::view::{self, Style};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What an audit is to be able to do in seconds.
const THINGS: usize = 100_000;

/// What anything here can fail with.
type Failure = Box<dyn std::error::Error>;

/// The steps that were measured, of a number of things.
struct Measured {
    things: usize,
    lines: String,
    total: Duration,
}

impl Measured {
    /// Does one step and notes how long it took; `counts` says whether an audit does it too.
    fn step<T>(&mut self, name: &str, counts: bool, step: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let done = step();
        let took = began.elapsed();
        if counts {
            self.total += took;
        }
        let seconds = took.as_secs_f64();
        let things = f64::from(u32::try_from(self.things).unwrap_or(u32::MAX));
        let rate = if seconds > 0.0 { things / seconds } else { f64::INFINITY };
        // Writing into a string cannot fail.
        let _ = writeln!(self.lines, "{name:<34} {:>9.3} s  {rate:>12.0} things/s  peak {}", seconds, peak());
        let _ = std::io::stderr().write_all(format!("  {name}: {seconds:.3} s\n").as_bytes());
        done
    }
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
    let things = asked.unwrap_or(THINGS);
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("estate.json");
    let mut measured = Measured { things, lines: String::new(), total: Duration::ZERO };
    let made = measured.step("(make the estate)", false, || estate::snapshot(things));
    measured.step("(write the snapshot)", false, || snapshot::save(&made, &file))?;
    drop(made);
    let size = std::fs::metadata(&file)?.len();
    let snapshot = measured.step("load", true, || snapshot::load(&file))?;
    let policy = measured.step("policy", true, || checked(&folder, estate::POLICY))?;
    let coverage = measured.step("coverage", true, || coverage::coverage(&snapshot, snapshot.taken_at));
    let promises = measured.step("promises", true, || promises::promises(&policy, &snapshot, &coverage));
    let findings = measured.step("controls, of all frameworks", true, || found(&policy, &snapshot, &coverage, &promises))?;
    let audit = measured.total;
    views(&mut measured, &coverage, &promises, &findings, folder.path())?;
    all_tables(&mut measured, things.min(10_000), &folder)?;
    let totals = coverage.totals;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{things} things ({} MiB of snapshot): {} protected, {} unprotected, {} unknown; {} promises, {} findings\n", size / 1_048_576, totals.protected, totals.unprotected, totals.unknown, promises.things.iter().map(|thing| thing.promises.len()).sum::<usize>(), findings.controls.iter().map(|control| control.findings.len()).sum::<usize>())?;
    out.write_all(measured.lines.as_bytes())?;
    writeln!(out, "\naudit without a view {:.3} s; peak of all {}", audit.as_secs_f64(), peak())?;
    Ok(())
}

fn checked(folder: &TempDir, text: &str) -> Result<Policy, Failure> {
    let file = folder.path().join("policy.hcl");
    backstay::files::write_atomically(&file, text.as_bytes())?;
    let checked = policy::check(&file, &[]);
    if checked.is_good() { Ok(checked.policy) } else { Err(format!("{:?}", checked.problems).into()) }
}

/// The whole library, with every framework.
fn found(policy: &Policy, snapshot: &Snapshot, coverage: &Coverage, promises: &Promises) -> Result<Findings, Failure> {
    let library = library::library(&[]).policy;
    let all = library::together([&library, policy]);
    let frameworks = library::asked_for(&[library::EVERY.to_owned()], &all).map_err(|(message, _)| message)?;
    let tiers: Vec<String> = policy.tiers.keys().cloned().collect();
    Ok(controls::findings(&Audited { snapshot, coverage, promises, tiers: &tiers }, &controls::chosen(all, &frameworks), &frameworks))
}

/// Each view by itself. What it comes to is kept beside, where somebody wants to compare two versions of the program.
fn views(measured: &mut Measured, coverage: &Coverage, promises: &Promises, findings: &Findings, folder: &Path) -> Result<(), Failure> {
    let spec = kinds::spec;
    let style = Style::PLAIN;
    let keep = std::env::args().skip_while(|argument| argument != "--keep").nth(1);
    let folder = keep.as_deref().map_or(folder, Path::new);
    let text = measured.step("view: text", false, || {
        view::coverage::text(coverage, spec, style) + &view::promises::text(promises, spec, style) + &view::controls::text(findings, spec, style, true)
    });
    keep_view(measured, folder, "audit.txt", &text)?;
    let text = measured.step("view: json", false, || view::coverage::json(coverage, promises, findings));
    keep_view(measured, folder, "audit.json", &text)?;
    let text = measured.step("view: markdown", false, || {
        view::coverage::markdown(coverage, spec) + &view::promises::markdown(promises, spec) + &view::controls::markdown(findings, spec)
    });
    keep_view(measured, folder, "audit.md", &text)?;
    let text = measured.step("view: csv", false, || view::controls::csv(findings));
    keep_view(measured, folder, "audit.csv", &text)?;
    let text = measured.step("view: junit", false, || view::controls::junit(findings, spec, coverage.at));
    keep_view(measured, folder, "audit.xml", &text)?;
    let text = measured.step("view: sarif", false, || view::json::print(&view::controls::sarif(findings, spec, coverage.at)));
    keep_view(measured, folder, "audit.sarif", &text)?;
    let text = measured.step("view: html", false, || view::page::page(coverage, promises, findings, spec));
    keep_view(measured, folder, "audit.html", &text)
}

/// Notes how large a view is, and writes it, outside what is measured.
fn keep_view(measured: &mut Measured, folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let _ = writeln!(measured.lines, "{:<34} {:>9} KiB", format!("  {name}"), text.len() / 1024);
    backstay::files::write_atomically(&folder.join(name), text.as_bytes())?;
    Ok(())
}

/// One block that chooses every table: what a plan of it takes, and an audit.
fn all_tables(measured: &mut Measured, things: usize, folder: &TempDir) -> Result<(), Failure> {
    let before = std::mem::replace(&mut measured.things, things);
    let snapshot = estate::tables(things);
    let policy = checked(folder, estate::ALL_TABLES)?;
    let made = measured.step(&format!("one block, {things} tables: plan"), false, || {
        plan::plan(&policy, &snapshot, &plan::Request::default()).map_err(|problems| format!("{problems:?}"))
    })?;
    if made.actions.len() < things {
        return Err(format!("the block chooses {} of {things} tables", made.actions.len()).into());
    }
    measured.step("one block: plan as text", false, || view::text::plan(&made, kinds::spec, Style::PLAIN));
    let coverage = measured.step("one block: coverage", false, || coverage::coverage(&snapshot, snapshot.taken_at));
    let promises = measured.step("one block: promises", false, || promises::promises(&policy, &snapshot, &coverage));
    let findings = measured.step("one block: controls", false, || found(&policy, &snapshot, &coverage, &promises))?;
    measured.step("one block: html", false, || view::page::page(&coverage, &promises, &findings, kinds::spec));
    measured.things = before;
    Ok(())
}
