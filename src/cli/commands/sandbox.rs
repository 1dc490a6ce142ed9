//! `backstay sandbox`: fills, serves, disturbs and empties the embedded AWS.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use jiff::{SignedDuration, Span, Timestamp};

use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::block_on;
use crate::sandbox::{ClockSetting, Faults, Sandbox, SandboxError, Seed};

/// Where the sandbox's state stays unless `--sandbox=DIR` says otherwise.
pub(in crate::cli) const DEFAULT_DIR: &str = ".backstay/sandbox";

/// Fill, serve, disturb or empty the embedded AWS
#[derive(Debug, Args)]
pub(in crate::cli) struct SandboxArgs {
    #[command(subcommand)]
    command: SandboxCommand,
}

#[derive(Debug, Subcommand)]
enum SandboxCommand {
    /// Put the resources of HCL files into the sandbox, replacing those of the same name
    Seed {
        /// Files with `resource` blocks in the Terraform AWS provider's words
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Offer the sandbox on 127.0.0.1 to the AWS CLI, Terraform and every SDK, until interrupted
    Serve {
        /// Port to listen on; 0 is any free one
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
    /// Remove everything: resources, faults and the clock
    Reset,
    /// Set faults, and print those in force
    Faults(FaultArgs),
    /// Set the clock, and print the time in force
    Clock(ClockArgs),
}

#[derive(Debug, Args)]
struct FaultArgs {
    /// Part of the calls that is throttled, 0 to 1, the same calls each time
    #[arg(long, value_name = "RATE")]
    throttle_rate: Option<f64>,
    /// Number of calls that are throttled before the first is let through
    #[arg(long, value_name = "N")]
    throttle_first: Option<u64>,
    /// Time that every answer takes, for example 200ms
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    latency: Option<SignedDuration>,
    /// Action to deny, for example dynamodb:UpdateTable or dynamodb:Describe*@Orders-*
    #[arg(long, value_name = "ACTION[@RESOURCE]")]
    deny: Vec<String>,
    /// Region that answers as if it were not enabled
    #[arg(long, value_name = "REGION")]
    region_off: Vec<String>,
    /// Say that all credentials have expired
    #[arg(long)]
    expired_credentials: bool,
    /// Number of writes after which every further one finds its connection closed
    #[arg(long, value_name = "N")]
    stop_after_writes: Option<u64>,
    /// Largest page of every paged operation
    #[arg(long, value_name = "N")]
    page_size: Option<usize>,
    /// Time that tables stay in a transitional state, for example 5s
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    lag: Option<SignedDuration>,
    /// Let listings by tag lag behind: they go on showing what there is now
    #[arg(long)]
    stale_tags: bool,
    /// Time after a call at which its event is in CloudTrail's history, for example 5m
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    trail_lag: Option<SignedDuration>,
    /// Forget the faults that were in force before
    #[arg(long)]
    clear: bool,
}

#[derive(Debug, Args)]
struct ClockArgs {
    /// Instant at which the clock stands still from now on, for example 2026-11-21T00:00:00Z
    #[arg(long, value_name = "RFC3339", conflicts_with_all = ["advance", "real"])]
    set: Option<Timestamp>,
    /// Time to move the clock forward by, for example 5m or 2d
    #[arg(long, value_name = "DURATION", value_parser = duration, conflicts_with = "real")]
    advance: Option<SignedDuration>,
    /// Go back to the real time
    #[arg(long)]
    real: bool,
}

/// Runs the verb on the folder that the command line means.
pub(in crate::cli) fn run_verb(context: &Context, args: &SandboxArgs) -> Result<Exit, Failure> {
    let folder = context.global.sandbox.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_DIR));
    block_on(run(args, &folder, &mut std::io::stdout()))??;
    Ok(Exit::Done)
}

/// Runs `backstay sandbox` on the sandbox in `dir`.
async fn run(args: &SandboxArgs, dir: &Path, out: &mut (dyn Write + Send)) -> Result<(), SandboxError> {
    match &args.command {
        SandboxCommand::Seed { files } => seed(files, dir, out),
        SandboxCommand::Serve { port } => serve(*port, dir, out).await,
        SandboxCommand::Reset => {
            Sandbox::reset_dir(dir)?;
            writeln!(out, "the sandbox in `{}` is empty", dir.display())?;
            Ok(())
        }
        SandboxCommand::Faults(args) => faults(args, dir, out),
        SandboxCommand::Clock(args) => clock(args, dir, out),
    }
}

fn seed(files: &[PathBuf], dir: &Path, out: &mut dyn Write) -> Result<(), SandboxError> {
    let mut whole = Seed::default();
    let mut problems = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).map_err(|source| SandboxError::File { verb: "read", path: file.clone(), source })?;
        match Seed::parse(&file.display().to_string(), &text) {
            Ok(seed) => whole.merge(seed),
            Err(SandboxError::Seed { problems: found }) => problems.extend(found),
            Err(other) => return Err(other),
        }
    }
    if !problems.is_empty() {
        return Err(SandboxError::Seed { problems });
    }
    writeln!(out, "{}", Sandbox::open(dir)?.seed(&whole)?)?;
    Ok(())
}

async fn serve(port: u16, dir: &Path, out: &mut (dyn Write + Send)) -> Result<(), SandboxError> {
    let sandbox = Sandbox::open(dir)?;
    let mut told = Ok(());
    let announce = |address| told = writeln!(out, "listening on http://{address}").and_then(|()| out.flush());
    let interrupted = async {
        // Where the signal cannot be had, the process ends by being killed, which the state survives as well.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    sandbox.serve(port, announce, interrupted).await?;
    Ok(told?)
}

fn faults(args: &FaultArgs, dir: &Path, out: &mut dyn Write) -> Result<(), SandboxError> {
    let sandbox = Sandbox::open(dir)?;
    let before = sandbox.faults()?;
    let after = wanted_faults(args, before.clone());
    // Setting starts the counting anew, so a look at the faults must not set them.
    if after != before || args.sets_a_counter() {
        sandbox.set_faults(&after)?;
    }
    let text = serde_json::to_string_pretty(&after).map_err(|error| SandboxError::Setting(error.to_string()))?;
    writeln!(out, "{text}")?;
    Ok(())
}

impl FaultArgs {
    fn sets_a_counter(&self) -> bool {
        self.throttle_rate.is_some() || self.throttle_first.is_some() || self.stop_after_writes.is_some()
    }
}

fn wanted_faults(args: &FaultArgs, before: Faults) -> Faults {
    let before = if args.clear { Faults::default() } else { before };
    let milliseconds = |duration: SignedDuration| u64::try_from(duration.as_millis()).unwrap_or(0);
    let or = |given: &[String], before: Vec<String>| if given.is_empty() { before } else { given.to_vec() };
    Faults {
        throttle_rate: args.throttle_rate.unwrap_or(before.throttle_rate),
        throttle_first: args.throttle_first.unwrap_or(before.throttle_first),
        latency_ms: args.latency.map_or(before.latency_ms, milliseconds),
        denied: or(&args.deny, before.denied),
        region_off: or(&args.region_off, before.region_off),
        expired_credentials: args.expired_credentials || before.expired_credentials,
        stop_after_writes: args.stop_after_writes.or(before.stop_after_writes),
        page_size: args.page_size.or(before.page_size),
        lag_ms: args.lag.map(milliseconds).or(before.lag_ms),
        stale_tags: args.stale_tags || before.stale_tags,
        trail_lag_ms: args.trail_lag.map_or(before.trail_lag_ms, milliseconds),
    }
}

fn clock(args: &ClockArgs, dir: &Path, out: &mut dyn Write) -> Result<(), SandboxError> {
    let sandbox = Sandbox::open(dir)?;
    let clock = match (args.set, args.advance, args.real) {
        (Some(at), _, _) => sandbox.set_clock(Some(at))?,
        (None, Some(by), _) => sandbox.advance_clock(by)?,
        (None, None, true) => sandbox.set_clock(None)?,
        (None, None, false) => sandbox.clock()?,
    };
    let how = match clock {
        ClockSetting::Real => "real time",
        ClockSetting::Offset { .. } => "real time, moved forward",
        ClockSetting::Fixed { .. } => "standing still",
    };
    writeln!(out, "{} ({how})", clock.now())?;
    Ok(())
}

/// Reads `200ms`, `5s`, `5m`, `2d`; a day is 24 hours.
fn duration(text: &str) -> Result<SignedDuration, String> {
    let span: Span = text.parse().map_err(|error| format!("{error}; write a duration such as 200ms, 5s, 5m or 2d"))?;
    let duration = span
        .to_duration(jiff::SpanRelativeTo::days_are_24_hours())
        .map_err(|_| "a duration has milliseconds, seconds, minutes, hours and days only".to_owned())?;
    let whole = Duration::try_from(duration).map_err(|_| "a duration must not be negative".to_owned())?;
    SignedDuration::try_from(whole).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_people_write_them() {
        assert_eq!(duration("200ms"), Ok(SignedDuration::from_millis(200)));
        assert_eq!(duration("2d"), Ok(SignedDuration::from_hours(48)));
        assert!(duration("soon").is_err());
        assert!(duration("-5s").is_err());
    }
}
