//! `backstay audit`: what protects each thing that holds data, and why the others are not protected.
//!
//! Nothing here can write to AWS: it asks for a snapshot, which is read with a connection that cannot.

use crate::audit::promises;
use crate::cli::Context;
use crate::cli::args::{AuditArgs, AuditFormat};
use crate::cli::failure::{Exit, Failure};
use crate::cli::session;
use crate::coverage;
use crate::files;
use crate::kinds;
use crate::model::{Coverage, Promises, Standing};
use crate::snapshot;
use crate::view::{self, Style};

/// Audits.
pub(super) fn run(context: &Context, args: &AuditArgs) -> Result<Exit, Failure> {
    let snapshot = match &args.from {
        Some(file) => snapshot::load(file)?,
        None => session::protection(context, &args.path, &args.live)?,
    };
    let coverage = coverage::coverage(&snapshot, args.at.unwrap_or(snapshot.taken_at));
    let promises = match session::promising(context, &args.path, &args.live, &snapshot)? {
        Some(policy) => promises::promises(&policy, &snapshot, &coverage),
        None => Promises::default(),
    };
    let found = Found { coverage, promises };
    let coverage = &found.coverage;
    match &args.out {
        None => context.ui.answer(&rendered(&found, args.format, context.ui.style()))?,
        Some(file) => {
            let text = rendered(&found, args.format, Style::PLAIN);
            files::write_atomically(file, text.as_bytes())
                .map_err(|error| Failure::error(format!("cannot write {}: {error}", file.display())))?;
            context.ui.answer(&format!("{}\n", view::coverage::verdict(coverage)))?;
        }
    }
    Ok(exit(&found))
}

/// What an audit found.
struct Found {
    coverage: Coverage,
    promises: Promises,
}

fn rendered(found: &Found, format: AuditFormat, style: Style) -> String {
    let Found { coverage, promises } = found;
    match format {
        AuditFormat::Text => view::coverage::text(coverage, kinds::spec, style) + &view::promises::text(promises, kinds::spec, style),
        AuditFormat::Json => view::coverage::json(coverage, promises),
        AuditFormat::Markdown => view::coverage::markdown(coverage, kinds::spec) + &view::promises::markdown(promises, kinds::spec),
    }
}

/// Incomplete before findings: what is not known may be worse.
fn exit(found: &Found) -> Exit {
    if !found.coverage.is_complete() {
        Exit::Incomplete
    } else if found.coverage.totals.unprotected > 0 || found.promises.count(Standing::NotMet) > 0 {
        Exit::Changes
    } else {
        Exit::Done
    }
}
