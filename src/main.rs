//! The `backstay` binary: parse, run, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    backstay::cli::main()
}
