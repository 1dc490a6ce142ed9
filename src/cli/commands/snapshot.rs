//! `backstay snapshot`: records what a plan of this policy would read, or what an audit would.

use crate::cli::Context;
use crate::cli::args::SnapshotArgs;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::{Session, block_on, policy_of_targets, protection};
use crate::model::{Snapshot, count};
use crate::snapshot;

/// Reads and saves.
pub(super) fn run(context: &Context, args: &SnapshotArgs) -> Result<Exit, Failure> {
    let snapshot = if args.everything { protection(context, &args.policy.path, &args.live)? } else { planned(context, args)? };
    snapshot::save(&snapshot, &args.out)?;
    let gaps = snapshot.gaps.len();
    context.ui.answer(&format!(
        "Recorded {} in {}; {gaps} could not be read.\n",
        count(snapshot.resources.len(), "thing"),
        args.out.display()
    ))?;
    for gap in &snapshot.gaps {
        let what = gap.resource.as_deref().or(gap.kind.as_deref()).unwrap_or("the target");
        context.ui.say(&format!("not read: {what} in {}: {} ({})", gap.region, gap.message, gap.action));
    }
    Ok(if gaps == 0 { Exit::Done } else { Exit::Incomplete })
}

/// What a plan of the policy would read.
fn planned(context: &Context, args: &SnapshotArgs) -> Result<Snapshot, Failure> {
    let policy = policy_of_targets(context, &args.policy, &args.live, None)?;
    block_on(async {
        let session = Session::connect(context, &policy.targets, &args.live).await?;
        let snapshot = session.snapshot(context, &policy).await;
        session.log_counts();
        Ok(snapshot)
    })?
}
