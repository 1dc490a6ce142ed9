//! `backstay audit --out DIR/`: an audit in every format, with the snapshot that it was made from and a manifest of all of them.
//!
//! The manifest is what makes files evidence: it goes first when a folder is written again, and comes last, so that a run that was cut short
//! leaves none. A folder belongs to audits alone: one with other files in it is refused, as nobody could tell them from evidence later.

use super::audit::{Found, checked, library};
use crate::cli::Context;
use crate::cli::args::{AuditArgs, AuditFormat};
use crate::cli::failure::{Exit, Failure};
use crate::files;
use crate::model::{
    Code, Consulted, ControlVerdict, EvidenceFile, EvidenceTotals, Findings, FrameworkTotals, Manifest, Policy, Standing, Tool, Undecided,
    count,
};
use crate::policy;
use crate::snapshot;
use crate::view::{self, Style};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// The name of the snapshot.
const SNAPSHOT: &str = "snapshot.json";

/// The other files, by name.
const FORMATS: [(&str, AuditFormat); 8] = [
    ("audit.html", AuditFormat::Html),
    ("audit.json", AuditFormat::Json),
    ("audit.junit.xml", AuditFormat::Junit),
    ("audit.md", AuditFormat::Markdown),
    ("audit.oscal.json", AuditFormat::Oscal),
    ("audit.sarif", AuditFormat::Sarif),
    ("audit.txt", AuditFormat::Text),
    ("controls.csv", AuditFormat::Csv),
];

/// How many reasons the manifest tells of a control that nobody can decide.
const REASONS: usize = 3;

/// How many foreign files a message names.
const NAMED: usize = 5;

/// A folder that may be written.
pub(super) struct Folder {
    path: PathBuf,
    /// Files of an earlier audit that this one does not write.
    stale: Vec<String>,
}

impl Folder {
    /// Whether `--out` means a folder: one that is there, or a name that ends as only those of folders do.
    pub(super) fn is_meant(args: &AuditArgs) -> bool {
        let ends = |path: &PathBuf| path.to_string_lossy().ends_with(std::path::is_separator);
        args.out.as_ref().is_some_and(|path| path.is_dir() || ends(path))
    }

    /// The folder that `--out` means, where it means one.
    ///
    /// # Errors
    ///
    /// It holds files that no audit wrote, cannot be listed, or one format was asked for too.
    pub(super) fn asked_for(args: &AuditArgs) -> Result<Option<Self>, Failure> {
        let Some(path) = args.out.as_ref().filter(|_| Self::is_meant(args)) else { return Ok(None) };
        if args.format.is_some() {
            let message = format!("--out {} is a folder, which gets every format", path.display());
            return Err(Failure::coded(Exit::Error, Code::Usage, message).help("leave `--format` out, or give `--out` the name of a file"));
        }
        let entries = match entries(path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(Failure::error(format!("cannot use {}: {error}", path.display()))),
        };
        let earlier = read_manifest(path).map(|manifest| manifest.files).unwrap_or_default();
        let (mut stale, mut foreign) = (Vec::new(), Vec::new());
        for Entry { name, is_file } in entries {
            if is_file && is_ours(&name) {
                continue;
            }
            // What an earlier audit wrote and this one does not goes, as long as nobody has changed it.
            let is_earlier = |file: &EvidenceFile| file.name == name && is_unchanged(path, file);
            if is_file && earlier.iter().any(is_earlier) { stale.push(name) } else { foreign.push(name) }
        }
        if foreign.is_empty() {
            return Ok(Some(Self { path: path.clone(), stale }));
        }
        let named: Vec<String> = foreign.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
        let more = if foreign.len() > NAMED { format!(" and {} more", foreign.len() - NAMED) } else { String::new() };
        let message = format!("{} holds what no audit wrote: {}{more}", path.display(), named.join(", "));
        Err(Failure::coded(Exit::Error, Code::Usage, message)
            .help("give `--out` a folder of its own, so that nobody takes other files for evidence"))
    }

    /// Writes everything, the manifest last.
    pub(super) fn write(&self, context: &Context, args: &AuditArgs, found: &Found) -> Result<(), Failure> {
        let failed = |name: &str, error: &io::Error| Failure::error(format!("cannot write {}: {error}", self.path.join(name).display()));
        std::fs::create_dir_all(&self.path).map_err(|error| failed("", &error))?;
        for name in std::iter::once(Manifest::NAME).chain(self.stale.iter().map(String::as_str)) {
            match std::fs::remove_file(self.path.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(name, &error)),
                _ => {}
            }
        }
        let mut written = Vec::new();
        let mut put = |name: &str, bytes: &[u8]| {
            files::write_atomically(&self.path.join(name), bytes).map_err(|error| failed(name, &error))?;
            let sha256 = files::digest(bytes);
            let bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            written.push(EvidenceFile { name: name.to_owned(), bytes, sha256: sha256.clone() });
            Ok::<String, Failure>(sha256)
        };
        // Of a recorded snapshot its own bytes, so that its digest is the one that its owner knows.
        let recorded = match &args.from {
            Some(file) if found.is_as_recorded => std::fs::read(file),
            _ => snapshot::bytes(&found.snapshot),
        };
        let recorded = put(SNAPSHOT, &recorded.map_err(|error| failed(SNAPSHOT, &error))?)?;
        for (name, format) in FORMATS {
            put(name, found.rendered(format, Style::PLAIN, Some(&recorded)).as_bytes())?;
        }
        written.sort();
        let files = written.len() + 1;
        let manifest = view::json::print_as(&manifest(context, args, found, written)?);
        files::write_atomically(&self.path.join(Manifest::NAME), manifest.as_bytes()).map_err(|error| failed(Manifest::NAME, &error))?;
        for name in &self.stale {
            context.ui.say(&format!("removed {name}, which an earlier audit wrote"));
        }
        context.ui.say(&format!(
            "wrote {} into {}; `backstay audit --verify` says whether they were changed",
            count(files, "file"),
            self.path.display()
        ));
        let verdict = view::coverage::verdict(&found.coverage);
        context.ui.answer(&format!("{verdict}\n{}: sha256 {}\n", Manifest::NAME, files::digest(manifest.as_bytes())))
    }
}

/// Something in a folder.
pub(super) struct Entry {
    pub(super) name: String,
    /// Whether it is a file itself, and no link to one.
    pub(super) is_file: bool,
}

/// What is in a folder, by name. What is hidden, as `.gitkeep` is, is nobody's evidence.
pub(super) fn entries(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            entries.push(Entry { name, is_file: entry.file_type()?.is_file() });
        }
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

fn is_ours(name: &str) -> bool {
    name == Manifest::NAME || name == SNAPSHOT || FORMATS.iter().any(|(ours, _)| *ours == name)
}

/// Whether a file still has the bytes that a manifest says.
pub(super) fn is_unchanged(folder: &Path, file: &EvidenceFile) -> bool {
    std::fs::read(folder.join(&file.name)).is_ok_and(|bytes| files::digest(&bytes) == file.sha256)
}

/// The manifest of a folder, where there is one that this version reads.
pub(super) fn read_manifest(folder: &Path) -> Result<Manifest, String> {
    let bytes = std::fs::read(folder.join(Manifest::NAME)).map_err(|error| error.to_string())?;
    let json: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    match json.get("format").and_then(serde_json::Value::as_str) {
        Some(Manifest::FORMAT) => serde_json::from_value(json).map_err(|error| error.to_string()),
        Some(other) => Err(format!("its format is `{other}`, not `{}`", Manifest::FORMAT)),
        None => Err("it has no `format`".to_owned()),
    }
}

fn manifest(context: &Context, args: &AuditArgs, found: &Found, files: Vec<EvidenceFile>) -> Result<Manifest, Failure> {
    let has_policy = args.path.is_file() || policy::load::is_there(&args.path);
    let policy = has_policy.then(|| consulted(&args.path.display().to_string(), policy::check(&args.path, &context.given).policy));
    let mut controls = vec![consulted("(built in)", library(context)?)];
    if let Some(path) = &args.controls {
        controls.push(consulted(&path.display().to_string(), checked(context, path)?));
    }
    let (coverage, findings) = (&found.coverage, &found.findings);
    let frameworks = findings.frameworks.iter().map(|framework| FrameworkTotals {
        key: framework.key.clone(),
        title: framework.title.clone(),
        version: framework.version.clone(),
        requirements: by_verdict(framework.requirements.iter().map(|requirement| requirement.verdict)),
    });
    let standings = [("met", Standing::Met), ("not_met", Standing::NotMet), ("unprovable", Standing::Unprovable)];
    Ok(Manifest {
        format: Manifest::FORMAT.to_owned(),
        tool: Tool { name: "backstay".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        at: coverage.at,
        began: found.snapshot.taken_at,
        ended: found.snapshot.ended_at,
        policy,
        controls,
        targets: coverage.targets.clone(),
        complete: found.is_complete(),
        gaps: coverage.gaps.iter().chain(&coverage.evidence_gaps).cloned().collect(),
        undecided: undecided(findings),
        frameworks: frameworks.collect(),
        totals: EvidenceTotals {
            things: coverage.totals,
            promises: standings.into_iter().map(|(word, standing)| (word.to_owned(), found.promises.count(standing))).collect(),
            findings: by_verdict(findings.controls.iter().flat_map(|control| &control.findings).map(|finding| finding.verdict)),
        },
        exit: found.exit().into(),
        files,
    })
}

/// Why controls are incomplete, by control and sort of reason.
fn undecided(findings: &Findings) -> Vec<Undecided> {
    let mut by: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for control in &findings.controls {
        let unknown = control.findings.iter().filter_map(|finding| finding.unknown.as_ref());
        for unknown in unknown.filter(|unknown| unknown.sort.is_incomplete()) {
            by.entry((&control.id, unknown.sort.as_str())).or_default().insert(&*unknown.why);
        }
    }
    let one = |((control, because), reasons): ((&str, &str), BTreeSet<&str>)| Undecided {
        control: control.to_owned(),
        because: because.to_owned(),
        more: reasons.len().saturating_sub(REASONS),
        reasons: reasons.into_iter().take(REASONS).map(str::to_owned).collect(),
    };
    by.into_iter().map(one).collect()
}

fn consulted(path: &str, policy: Policy) -> Consulted {
    Consulted { path: path.to_owned(), digest: policy.digest, files: policy.files }
}

fn by_verdict(verdicts: impl Iterator<Item = ControlVerdict>) -> BTreeMap<String, usize> {
    let mut by: BTreeMap<String, usize> = ControlVerdict::ALL.iter().map(|verdict| (verdict.as_str().to_owned(), 0)).collect();
    for verdict in verdicts {
        *by.entry(verdict.as_str().to_owned()).or_default() += 1;
    }
    by
}
