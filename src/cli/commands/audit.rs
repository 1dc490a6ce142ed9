//! `backstay audit`: what protects each thing that holds data, why the others are not protected, whether what tiers promise is kept, and what
//! controls find.
//!
//! Nothing here can write to AWS: it asks for a snapshot, which is read with a connection that cannot.

use super::audit_folder::Folder;
use super::{audit_test, audit_verify};
use crate::audit::controls::{self, Audited};
use crate::audit::{calendar, library as of_library, promises};
use crate::cli::Context;
use crate::cli::args::{AuditArgs, AuditFormat};
use crate::cli::failure::{Exit, Failure};
use crate::cli::session;
use crate::coverage;
use crate::files;
use crate::kinds;
use crate::model::{Code, Control, ControlVerdict, Coverage, Findings, Policy, Promises, Snapshot, Standing};
use crate::policy;
use crate::snapshot;
use crate::view::{self, Style};
use std::io;
use std::path::Path;

/// Audits.
pub(super) fn run(context: &Context, args: &AuditArgs) -> Result<Exit, Failure> {
    if let Some(path) = &args.test {
        return audit_test::run(context, path);
    }
    if let Some(folder) = &args.verify {
        return audit_verify::run(context, folder);
    }
    // What is asked for wrongly is told before anything is read.
    let folder = Folder::asked_for(args)?;
    check_frameworks(context, args)?;
    let mut snapshot = match &args.from {
        Some(file) => snapshot::load(file)?,
        None => session::protection(context, &args.path, &args.live)?,
    };
    let mut is_as_recorded = args.from.is_some();
    if folder.is_some() {
        // A folder goes from hand to hand. What is cut is so for all of its files, as they can be made again from its snapshot.
        let cut = snapshot::without_secrets(&snapshot);
        let cut = cut.map_err(|error| Failure::error(format!("cannot cut addresses out of the snapshot: {error}")))?;
        if let Some(cut) = cut {
            (snapshot, is_as_recorded) = (cut, false);
        }
    }
    let coverage = coverage::coverage(&snapshot, args.at.unwrap_or(snapshot.taken_at));
    let policy = session::promising(context, &args.path, &args.live, &snapshot)?;
    let promises = policy.as_ref().map(|policy| promises::promises(policy, &snapshot, &coverage)).unwrap_or_default();
    let findings = match asked(context, args, policy.as_ref())? {
        Some((controls, frameworks)) => {
            let tiers: Vec<String> = policy.iter().flat_map(|policy| policy.tiers.keys().cloned()).collect();
            let checks = policy.as_ref().map(|policy| policy.checks.as_slice()).unwrap_or_default();
            let audited = Audited { snapshot: &snapshot, coverage: &coverage, promises: &promises, tiers: &tiers, checks };
            controls::findings(&audited, &controls, &frameworks)
        }
        None => Findings::default(),
    };
    let found = Found { coverage, promises, findings, snapshot, is_as_recorded, in_full: !args.frameworks.is_empty() };
    let format = args.format.unwrap_or(AuditFormat::Text);
    match (&args.out, folder) {
        (_, Some(folder)) => folder.write(context, args, &found)?,
        (None, None) => context.ui.answer_with(|out| found.write(out, format, context.ui.style()))?,
        (Some(file), None) => {
            files::write_atomically_with(file, |out| found.write(out, format, Style::PLAIN))
                .map_err(|error| Failure::error(format!("cannot write {}: {error}", file.display())))?;
            context.ui.answer(&format!("{}\n", view::coverage::verdict(&found.coverage)))?;
        }
    }
    Ok(found.exit())
}

/// What an audit found.
pub(super) struct Found {
    pub(super) coverage: Coverage,
    pub(super) promises: Promises,
    pub(super) findings: Findings,
    /// What it was made from.
    pub(super) snapshot: Snapshot,
    /// Whether that is what the file of `--from` holds.
    pub(super) is_as_recorded: bool,
    /// Whether the requirements of frameworks are told one by one.
    in_full: bool,
}

/// The library of controls.
pub(super) fn library(context: &Context) -> Result<Policy, Failure> {
    let checked = of_library::library(&context.given);
    if checked.is_good() { Ok(checked.policy) } else { Err(Failure::policy(checked.problems, checked.policy.sources)) }
}

/// The policy of a folder or file that has controls or tests.
pub(super) fn checked(context: &Context, path: &Path) -> Result<Policy, Failure> {
    let checked = policy::check(path, &context.given);
    if checked.is_good() { Ok(checked.policy) } else { Err(Failure::policy(checked.problems, checked.policy.sources)) }
}

/// All controls that there are: the library's, the policy's, and those of `--controls`.
fn all(context: &Context, args: &AuditArgs, policy: Option<&Policy>) -> Result<Vec<Control>, Failure> {
    let library = library(context)?;
    let more = args.controls.as_deref().map(|path| checked(context, path)).transpose()?;
    Ok(of_library::together(std::iter::once(&library).chain(policy).chain(&more)))
}

fn frameworks(args: &AuditArgs, all: &[Control]) -> Result<Vec<String>, Failure> {
    of_library::asked_for(&args.frameworks, all)
        .map_err(|(message, help)| Failure::coded(Exit::Error, Code::Usage, format!("--framework: {message}")).help(help))
}

/// Refuses a framework that nobody knows; one that only the policy's controls name is looked for there.
fn check_frameworks(context: &Context, args: &AuditArgs) -> Result<(), Failure> {
    if args.frameworks.is_empty() {
        return Ok(());
    }
    let policy = policy::load::is_there(&args.path).then(|| policy::check(&args.path, &context.given).policy);
    let all = all(context, args, policy.as_ref())?;
    frameworks(args, &all).map(drop)
}

/// Controls, and the keys of frameworks.
type Asked = (Vec<Control>, Vec<String>);

/// The controls to ask, and the frameworks to report. Without a tier, a control or a framework that somebody names nobody asks for any.
fn asked(context: &Context, args: &AuditArgs, policy: Option<&Policy>) -> Result<Option<Asked>, Failure> {
    use AuditFormat::{Csv, Html, Junit, Oscal, Sarif};
    let is_of_controls = Folder::is_meant(args) || matches!(args.format, Some(Csv | Html | Junit | Oscal | Sarif));
    if policy.is_none() && args.frameworks.is_empty() && args.controls.is_none() && !is_of_controls {
        return Ok(None);
    }
    let all = all(context, args, policy)?;
    let frameworks = frameworks(args, &all)?;
    Ok(Some((controls::chosen(all, &frameworks), frameworks)))
}

impl Found {
    /// Writes one format of it: what has an entry for each thing and control is never held whole.
    fn write(&self, out: &mut dyn io::Write, format: AuditFormat, style: Style) -> io::Result<()> {
        let Found { coverage, promises, findings, .. } = self;
        match format {
            AuditFormat::Json => view::coverage::write_json(out, coverage, promises, findings),
            AuditFormat::Csv => view::controls::write_csv(out, findings),
            AuditFormat::Junit => view::controls::write_junit(out, findings, kinds::spec, coverage.at),
            AuditFormat::Sarif => view::controls::write_sarif(out, findings, kinds::spec, coverage.at),
            AuditFormat::Text | AuditFormat::Markdown | AuditFormat::Html | AuditFormat::Oscal => {
                out.write_all(self.rendered(format, style, None).as_bytes())
            }
        }
    }

    /// One format of it. `beside` is the SHA-256 of the snapshot, where that is written beside it.
    pub(super) fn rendered(&self, format: AuditFormat, style: Style, beside: Option<&str>) -> String {
        let Found { coverage, promises, findings, snapshot, in_full, .. } = self;
        let spec = kinds::spec;
        match format {
            AuditFormat::Text => {
                let promised = view::promises::text(promises, spec, style);
                view::coverage::text(coverage, spec, style) + &promised + &view::controls::text(findings, spec, style, *in_full)
            }
            AuditFormat::Json => view::coverage::json(coverage, promises, findings),
            AuditFormat::Markdown => {
                let promised = view::promises::markdown(promises, spec);
                view::coverage::markdown(coverage, spec) + &promised + &view::controls::markdown(findings, spec)
            }
            AuditFormat::Csv => view::controls::csv(findings),
            AuditFormat::Junit => view::controls::junit(findings, spec, coverage.at),
            AuditFormat::Sarif => view::json::print(&view::controls::sarif(findings, spec, coverage.at)),
            AuditFormat::Html => view::page::page(coverage, promises, findings, &calendar::calendar(coverage), spec),
            AuditFormat::Oscal => {
                let (began, ended) = (snapshot.taken_at, snapshot.ended_at);
                view::oscal::oscal(&view::oscal::Audit { coverage, findings, began, ended, snapshot: beside, specs: spec })
            }
        }
    }

    /// Whether all was read that it takes to judge.
    pub(super) fn is_complete(&self) -> bool {
        self.coverage.is_complete() && self.findings.is_complete()
    }

    /// Incomplete before findings: what is not known may be worse.
    pub(super) fn exit(&self) -> Exit {
        let is_broken = self.coverage.totals.unprotected > 0 || self.promises.count(Standing::NotMet) > 0;
        if !self.is_complete() {
            Exit::Incomplete
        } else if is_broken || self.findings.count(ControlVerdict::Fail) > 0 {
            Exit::Changes
        } else {
            Exit::Done
        }
    }
}
