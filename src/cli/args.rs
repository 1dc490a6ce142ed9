//! The command line.

use super::failure::Failure;
use crate::policy::variables::Given;
use clap::{ArgMatches, Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Plan and apply backup configuration on AWS: what must be, what is, what the difference puts at risk
#[derive(Debug, Parser)]
#[command(name = "backstay", version, disable_help_subcommand = true, max_term_width = 110)]
#[command(
    after_help = "Exit codes: 0 done, 1 error, 2 changes (with --detailed-exitcode), drift or findings, 3 incomplete, 4 refused, 5 failed part of the way."
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: GlobalArgs,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Clone, Debug, Args)]
pub(super) struct GlobalArgs {
    /// Change to this folder first
    #[arg(long, global = true, value_name = "DIR", help_heading = "Common options")]
    pub(super) chdir: Option<PathBuf>,
    /// Print without colour (also NO_COLOR)
    #[arg(long, global = true, help_heading = "Common options")]
    pub(super) no_color: bool,
    /// Print no progress and no hints, only results and errors
    #[arg(long, global = true, help_heading = "Common options")]
    pub(super) quiet: bool,
    /// Log to stderr: error, warn, info (counts of calls), debug (each call), trace (also BACKSTAY_LOG)
    #[arg(long, global = true, value_name = "LEVEL", help_heading = "Common options")]
    pub(super) log: Option<String>,
    /// Use the embedded AWS, whose state stays in DIR [default: .backstay/sandbox], instead of the network
    #[cfg(feature = "sandbox")]
    #[arg(long, global = true, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = super::commands::sandbox::DEFAULT_DIR, help_heading = "Common options")]
    pub(super) sandbox: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check a policy, offline
    Validate(ValidateArgs),
    /// Format policies, keeping comments
    Fmt(FmtArgs),
    /// Show what apply would change, and what each change puts at risk
    Plan(PlanArgs),
    /// Make AWS what the policy or a saved plan says, then prove it by reading again
    Apply(ApplyArgs),
    /// Show a saved plan
    Show(ShowArgs),
    /// Record what is live, for `plan --from` and `audit --from`
    Snapshot(SnapshotArgs),
    /// Show what moved away from the policy, and what that did to recoverability
    Drift(DriftArgs),
    /// Show what moved between two recorded snapshots
    Diff(DiffArgs),
    /// Tell what protects each thing that holds data, and why the others are not protected
    Audit(AuditArgs),
    /// Write a policy for what exists; a plan of it is empty
    Adopt(AdoptArgs),
    /// Print what a code means, or the reference of the policy language
    Explain(ExplainArgs),
    /// Print when everything that a policy declares runs next, offline
    Schedule(ScheduleArgs),
    /// Print the kinds, or every setting of one kind
    Schema(SchemaArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Seed, plan, apply and plan again on an embedded AWS of its own
    #[cfg(feature = "sandbox")]
    Demo(DemoArgs),
    #[cfg(feature = "sandbox")]
    Sandbox(super::commands::sandbox::SandboxArgs),
}

#[derive(Debug, Args)]
pub(super) struct PolicyArgs {
    /// Folder of `*.hcl` files, or one file
    #[arg(default_value = ".", value_name = "PATH")]
    pub(super) path: PathBuf,
    #[command(flatten)]
    pub(super) variables: VariableArgs,
}

/// The values themselves are taken by [`given`], which knows their order.
#[derive(Debug, Default, Args)]
pub(super) struct VariableArgs {
    /// Value of a variable
    #[arg(long = "var", value_name = "NAME=VALUE")]
    _var: Vec<String>,
    /// File of variables, HCL or JSON
    #[arg(long = "var-file", value_name = "FILE")]
    _var_file: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct LiveArgs {
    /// Only this target of the policy; may be given several times
    #[arg(long = "target", value_name = "NAME")]
    pub(super) targets: Vec<String>,
    /// Calls to AWS that may be under way at once
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(super) parallelism: u16,
}

#[derive(Debug, Default, Args)]
pub(super) struct ConsentArgs {
    /// Consent, for this run, to what weakens or loses data at this address (`*` and `?` are patterns)
    #[arg(long, value_name = "ADDRESS")]
    pub(super) allow_weakening: Vec<String>,
    /// Consent, for this run, to what nobody can undo at this address
    #[arg(long, value_name = "ADDRESS")]
    pub(super) accept_irreversible: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// Terraform's plan representation, and what is ours under `backstay`.
    Json,
    /// A pull-request comment.
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

#[derive(Debug, Args)]
pub(super) struct FormatArgs {
    /// Form of the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// Text in short: a line for each change, with the worst that it does
    #[arg(long)]
    pub(super) summary: bool,
    /// Longest Markdown, in bytes; details are left out from the end
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(600..))]
    pub(super) max_bytes: Option<u64>,
}

#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    /// Form of the result
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(super) format: CheckFormat,
}

#[derive(Debug, Args)]
pub(super) struct FmtArgs {
    /// Folder of `*.hcl` files, or one file; `-` is the standard input
    #[arg(default_value = ".", value_name = "PATH")]
    pub(super) path: PathBuf,
    /// Change nothing; name the files that are not formatted, and exit 1 if there are any
    #[arg(long)]
    pub(super) check: bool,
}

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    #[command(flatten)]
    pub(super) live: LiveArgs,
    /// Only addresses that match (`*` and `?` are patterns; a block's address means all that it selects)
    #[arg(long, value_name = "ADDRESS")]
    pub(super) only: Vec<String>,
    #[command(flatten)]
    pub(super) consent: ConsentArgs,
    #[command(flatten)]
    pub(super) format: FormatArgs,
    /// Save the plan, for `apply FILE`
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Plan from a recorded snapshot, with no call to AWS
    #[arg(long, value_name = "FILE")]
    pub(super) from: Option<PathBuf>,
    /// Say what this policy releases compared with an earlier one, such as that of the main branch
    #[arg(long, value_name = "PATH")]
    pub(super) base: Option<PathBuf>,
    /// Exit 2 when there are changes
    #[arg(long)]
    pub(super) detailed_exitcode: bool,
}

#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    /// Folder of `*.hcl` files, one such file, or a plan that `plan --out` saved
    #[arg(default_value = ".", value_name = "PATH")]
    pub(super) path: PathBuf,
    #[command(flatten)]
    pub(super) _variables: VariableArgs,
    #[command(flatten)]
    pub(super) live: LiveArgs,
    /// Only addresses that match (`*` and `?` are patterns; a block's address means all that it selects)
    #[arg(long, value_name = "ADDRESS")]
    pub(super) only: Vec<String>,
    #[command(flatten)]
    pub(super) consent: ConsentArgs,
    /// Show the plan in short: a line for each change, with the worst that it does
    #[arg(long)]
    pub(super) summary: bool,
    /// Do not ask before changing anything
    #[arg(long)]
    pub(super) auto_approve: bool,
    /// Add a line of JSON to this file for every request that wrote, and for every step that failed
    #[arg(long, value_name = "FILE")]
    pub(super) journal: Option<PathBuf>,
}

/// The forms of a report of what moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// A comment.
    Markdown,
    /// For CI systems: a case for each thing and movement.
    Junit,
    /// For code hosts: results at places of the policy.
    Sarif,
}

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// Form of the result
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(super) format: ReportFormat,
    /// Longest Markdown, in bytes; rows are left out from the end
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(600..))]
    pub(super) max_bytes: Option<u64>,
    /// Write the result into this file instead of printing it; the verdict is printed
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct DriftArgs {
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    #[command(flatten)]
    pub(super) live: LiveArgs,
    /// Only addresses that match (`*` and `?` are patterns; a block's address means all that it selects)
    #[arg(long, value_name = "ADDRESS")]
    pub(super) only: Vec<String>,
    /// Show what moved since this snapshot, instead of what moved away from the policy
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Look at this recorded snapshot instead of AWS
    #[arg(long, value_name = "FILE")]
    pub(super) from: Option<PathBuf>,
    /// Ask CloudTrail who moved it (cloudtrail:LookupEvents), for 50 things at most
    #[arg(long, conflicts_with = "from")]
    pub(super) who: bool,
    /// Tell of what moved or could not be read: `sns:ARN`, `webhook:URL` (as Slack takes it), or `webhook` for the URL in
    /// `BACKSTAY_NOTIFY_WEBHOOK`; may be given several times
    #[arg(long, value_name = "RECEIVER")]
    pub(super) notify: Vec<String>,
    /// Tell of no drift too
    #[arg(long)]
    pub(super) notify_always: bool,
    #[command(flatten)]
    pub(super) report: ReportArgs,
}

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The earlier snapshot
    #[arg(value_name = "A")]
    pub(super) before: PathBuf,
    /// The later snapshot
    #[arg(value_name = "B")]
    pub(super) after: PathBuf,
    #[command(flatten)]
    pub(super) report: ReportArgs,
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// Plan that `plan --out` saved
    #[arg(value_name = "PLANFILE")]
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) format: FormatArgs,
}

#[derive(Debug, Args)]
pub(super) struct SnapshotArgs {
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    #[command(flatten)]
    pub(super) live: LiveArgs,
    /// File to write
    #[arg(long, value_name = "FILE")]
    pub(super) out: PathBuf,
    /// Record what `audit` reads: every thing that holds data or protects it, whatever the policy declares. Without a policy `--target` is a region
    #[arg(long)]
    pub(super) everything: bool,
}

#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    /// Folder of `*.hcl` files, or one file, of which the targets are read; without a policy `--target` is a region
    #[arg(default_value = ".", value_name = "PATH")]
    pub(super) path: PathBuf,
    #[command(flatten)]
    pub(super) _variables: VariableArgs,
    #[command(flatten)]
    pub(super) live: LiveArgs,
    /// Form of the result [default: text]
    #[arg(long, value_enum)]
    pub(super) format: Option<AuditFormat>,
    /// Write the result to this file, and only its first line to the standard output. A folder that is there, or a name that ends in `/`, gets
    /// every format, the snapshot, and a manifest of them with digests
    #[arg(long, value_name = "FILE|DIR/")]
    pub(super) out: Option<PathBuf>,
    /// Audit what `snapshot --everything` recorded, with no call to AWS
    #[arg(long, value_name = "FILE", conflicts_with = "targets")]
    pub(super) from: Option<PathBuf>,
    /// Moment that it is about, as in 2026-12-31T12:00:00Z [default: when AWS was read]
    #[arg(long, value_name = "TIME")]
    pub(super) at: Option<jiff::Timestamp>,
    /// Ask the controls that serve this framework, and report its requirements (`soc2`, `all`); may be given several times
    #[arg(long = "framework", value_name = "NAME")]
    pub(super) frameworks: Vec<String>,
    /// Ask the controls of this folder or file too; one of an id of the library takes its place
    #[arg(long, value_name = "PATH")]
    pub(super) controls: Option<PathBuf>,
    /// Run the `test` blocks of this folder or file, against recorded snapshots and without AWS
    #[arg(long, value_name = "PATH", conflicts_with_all = ["from", "targets", "frameworks", "format", "out", "verify"])]
    pub(super) test: Option<PathBuf>,
    /// Say whether the files that `--out DIR/` wrote are still as its manifest has them, offline; exit 1 where they are not
    #[arg(long, value_name = "DIR", conflicts_with_all = ["from", "targets", "frameworks", "controls", "at", "format", "out"])]
    pub(super) verify: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum AuditFormat {
    /// For people.
    Text,
    /// For programs, with all that is known of each thing.
    Json,
    /// For a page or a pull request.
    Markdown,
    /// One page that needs nothing else, for a browser and for paper.
    Html,
    /// For spreadsheets: a row for each control and thing.
    Csv,
    /// For CI: a case for each control and thing.
    Junit,
    /// For code hosts: what controls fail, at their places.
    Sarif,
    /// For governance tools: NIST's OSCAL assessment results, version 1.1.3.
    Oscal,
}

#[derive(Debug, Args)]
pub(super) struct AdoptArgs {
    #[command(flatten)]
    pub(super) terraform: AdoptTerraformArgs,
    /// Form of what is told of a translation
    #[arg(long, value_enum, requires = "AdoptTerraformArgs")]
    pub(super) format: Option<CheckFormat>,
    /// Folder of the policy: a new one, or one that has a policy, to which only what it does not cover yet is added
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Only this target of the policy, by its name or region; for a new policy this region; may be given several times
    #[arg(long = "target", value_name = "NAME")]
    pub(super) targets: Vec<String>,
    /// Only this kind; may be given several times
    #[arg(long = "kind", value_name = "KIND")]
    pub(super) kinds: Vec<String>,
    /// Only what matches: `tags.KEY=PATTERN`, or `name=PATTERN`; all tags, and one of the names
    #[arg(long, value_name = "WHAT=PATTERN")]
    pub(super) select: Vec<String>,
    /// Owner name for a new policy [default: the folder's name]
    #[arg(long, value_name = "NAME")]
    pub(super) workspace: Option<String>,
    /// Make the things the policy's own: put its tags on them, as a plan that is shown and confirmed
    #[arg(long)]
    pub(super) mark: bool,
    /// Do not ask before putting tags on
    #[arg(long, requires = "mark")]
    pub(super) auto_approve: bool,
    #[command(flatten)]
    pub(super) _variables: VariableArgs,
    /// Calls to AWS that may be under way at once
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(super) parallelism: u16,
}

#[derive(Debug, Args)]
#[group(multiple = false, conflicts_with_all = ["targets", "kinds", "select", "mark"])]
pub(super) struct AdoptTerraformArgs {
    /// Read no AWS: translate the Terraform configuration in this folder, with the local modules that it calls
    #[arg(long, value_name = "DIR")]
    pub(super) from_terraform: Option<PathBuf>,
    /// Read no AWS: translate a state, or a plan, that `terraform show -json` wrote into this file
    #[arg(long, value_name = "FILE")]
    pub(super) from_state: Option<PathBuf>,
}

#[cfg(feature = "sandbox")]
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Folder of a policy, with `*.seed.hcl` files that say what it expects to find
    #[arg(default_value = ".", value_name = "PATH")]
    pub(super) path: PathBuf,
    #[command(flatten)]
    pub(super) _variables: VariableArgs,
    #[command(flatten)]
    pub(super) consent: ConsentArgs,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// Code such as BKS0103, or `language`; a list of them all where it is left out
    #[arg(value_name = "CODE")]
    pub(super) code: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct ScheduleArgs {
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    /// For how many days
    #[arg(long, value_name = "N", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=i64::from(crate::plan::agenda::MOST_DAYS)))]
    pub(super) days: u16,
    /// From when on, such as 2026-11-21T07:00:00Z; the same time gives the same bytes [default: now]
    #[arg(long, value_name = "TIME")]
    pub(super) at: Option<jiff::Timestamp>,
    /// Form of the result
    #[arg(long, value_enum, default_value_t = ScheduleFormat::Text)]
    pub(super) format: ScheduleFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ScheduleFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For a page or a comment.
    Markdown,
}

#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// Kind such as `aws_dynamodb_table`; all kinds where it is left out
    #[arg(value_name = "KIND")]
    pub(super) kind: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// Shell
    pub(super) shell: clap_complete::Shell,
}

/// The values of `--var` and `--var-file` in the order in which they stand on the command line, as later ones win.
pub(super) fn given(matches: &ArgMatches) -> Result<Vec<Given>, Failure> {
    let mut innermost = matches;
    while let Some((_, inner)) = innermost.subcommand() {
        innermost = inner;
    }
    let mut given: Vec<(usize, Given)> = Vec::new();
    if let Ok(Some(values)) = innermost.try_get_many::<String>("_var") {
        for (text, place) in values.zip(innermost.indices_of("_var").into_iter().flatten()) {
            let Some((name, text)) = text.split_once('=') else {
                return Err(Failure::error(format!("--var `{text}` has no `=`")).help("write `--var NAME=VALUE`"));
            };
            given.push((place, Given::Flag { name: name.trim().to_owned(), text: text.to_owned(), must_exist: true }));
        }
    }
    if let Ok(Some(files)) = innermost.try_get_many::<PathBuf>("_var_file") {
        for (file, place) in files.zip(innermost.indices_of("_var_file").into_iter().flatten()) {
            given.push((place, Given::File(file.clone())));
        }
    }
    given.sort_by_key(|(place, _)| *place);
    Ok(given.into_iter().map(|(_, given)| given).collect())
}
