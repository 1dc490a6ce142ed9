//! `backstay demo`: a policy planned, applied and planned again on an embedded AWS of its own, by the verbs that a user would type.

use crate::cli::Context;
use crate::cli::args::{Cli, DemoArgs};
use crate::cli::failure::{Exit, Failure};
use crate::sandbox::Sandbox;
use crate::view::typed;
use clap::Parser as _;
use std::path::{Path, PathBuf};

/// The folder of the demo's own sandbox, emptied at each start, so that nobody's sandbox is touched.
const DEMO_DIR: &str = ".backstay/demo";

/// Runs the demo.
pub(super) fn run(context: &Context, args: &DemoArgs) -> Result<Exit, Failure> {
    let seeds = seeds(&args.path)?;
    Sandbox::reset_dir(Path::new(DEMO_DIR))?;
    let path = args.path.display().to_string();
    let mut seed: Vec<String> = ["sandbox", "seed"].map(str::to_owned).to_vec();
    seed.extend(seeds.iter().map(|seed| seed.display().to_string()));
    let consent = || {
        let flags = |flag: &'static str, addresses: &[String]| -> Vec<String> {
            addresses.iter().flat_map(|address| [flag.to_owned(), address.clone()]).collect()
        };
        let weakening = flags("--allow-weakening", &args.consent.allow_weakening);
        weakening.into_iter().chain(flags("--accept-irreversible", &args.consent.accept_irreversible))
    };
    let with_consent = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).chain(consent()).collect();
    let steps: [(&str, Vec<String>); 4] = [
        ("An AWS with what the policy expects to find", seed),
        ("What differs, and what that means", with_consent(&["plan", &path])),
        ("Make it so, and prove it by reading again", with_consent(&["apply", &path, "--auto-approve"])),
        ("A second plan", vec!["plan".to_owned(), path]),
    ];
    for (title, words) in steps {
        context.ui.answer(&format!(
            "\n# {title}\n$ backstay --sandbox={DEMO_DIR} {}\n",
            words.iter().map(|word| typed(word)).collect::<Vec<_>>().join(" ")
        ))?;
        let exit = verb(context, words)?;
        if exit != Exit::Done {
            return Ok(exit);
        }
    }
    context
        .ui
        .answer(&format!("\nThe sandbox of this demo stays in {DEMO_DIR}: change the policy and go on with `--sandbox={DEMO_DIR}`.\n"))?;
    Ok(Exit::Done)
}

fn verb(context: &Context, words: Vec<String>) -> Result<Exit, Failure> {
    let line = ["backstay".to_owned(), format!("--sandbox={DEMO_DIR}")].into_iter().chain(words);
    let cli = Cli::try_parse_from(line).map_err(|error| Failure::error(error.to_string()))?;
    let global = crate::cli::args::GlobalArgs { sandbox: Some(PathBuf::from(DEMO_DIR)), ..context.global.clone() };
    let context = Context { ui: context.ui.clone(), environment: context.environment.clone(), global, given: context.given.clone() };
    super::run(&context, cli.command)
}

fn seeds(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    let unreadable = |error: std::io::Error| Failure::error(format!("cannot read {}: {error}", folder.display()));
    let mut seeds = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.to_string_lossy().ends_with(".seed.hcl") {
            seeds.push(file);
        }
    }
    seeds.sort();
    if seeds.is_empty() {
        let failure = Failure::error(format!("there is no `*.seed.hcl` in {}, so the demo's AWS would be empty", folder.display()));
        return Err(
            failure.help("write one with `resource \"KIND\" \"NAME\" { name = \"…\" }` blocks, in the words of the Terraform AWS provider")
        );
    }
    Ok(seeds)
}
