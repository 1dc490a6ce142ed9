//! `backstay validate`: everything that can be known of a policy without AWS.

use crate::cli::Context;
use crate::cli::args::{CheckFormat, ValidateArgs};
use crate::cli::failure::{Exit, Failure};
use crate::cli::session;
use crate::view;

/// Checks a policy.
pub(super) fn run(context: &Context, args: &ValidateArgs) -> Result<Exit, Failure> {
    let checked = session::checked(context, &args.policy.path);
    let good = checked.is_good();
    if args.format == CheckFormat::Json {
        let json = serde_json::json!({
            "format_version": "1.0",
            "valid": good,
            "diagnostics": view::diagnostics::render_json(&checked.problems, &checked.policy.sources),
        });
        context.ui.answer(&view::json::print(&json))?;
        return Ok(if good { Exit::Done } else { Exit::Error });
    }
    if !good {
        return Err(Failure::policy(checked.problems, checked.policy.sources));
    }
    context.ui.warn(&checked.problems, &checked.policy.sources);
    let (blocks, targets) = (checked.policy.protects.len() + checked.policy.resources.len(), checked.policy.targets.len());
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    context.ui.answer(&format!("The policy is valid: {blocks} block{}, {targets} target{}.\n", plural(blocks), plural(targets)))?;
    if !checked.policy.organizations.is_empty() {
        context.ui.say("The accounts of an organization are listed when it is planned; here one target stands for all of them.");
    }
    Ok(Exit::Done)
}
