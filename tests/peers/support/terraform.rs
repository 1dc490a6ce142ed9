//! Terraform and its AWS provider, where they are installed.
//!
//! The provider is taken from a mirror on this machine: the folder that `BACKSTAY_TF_MIRROR` names, else one that Terraform's own
//! configuration names, else one of the folders where mirrors usually are. Where Terraform or a mirror is missing, each test says
//! `NOT RUN` and proves nothing.

use super::{Ran, World, bare, say};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The providers of every configuration: the default one, and `aws.west`. They overlook the tags with which backstay marks what it owns, as
/// whoever lets both tools look at one thing would have them do.
const PROVIDERS: &str = r#"
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  s3_use_path_style           = true
  ignore_tags {
    key_prefixes = ["backstay:"]
  }
}

provider "aws" {
  alias                       = "west"
  region                      = "us-west-2"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  s3_use_path_style           = true
  ignore_tags {
    key_prefixes = ["backstay:"]
  }
}
"#;

/// A block that has Terraform take in what exists.
pub(crate) fn import(address: &str, id: &str) -> String {
    format!("import {{\n  to = {address}\n  id = {id:?}\n}}\n")
}

/// A folder with a configuration that is initialised for the world's endpoint.
pub(crate) struct Terraform {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Terraform {
    /// [`PROVIDERS`] stand beside the configuration. `None`, and a line that says so, where there is no Terraform or no provider.
    pub(crate) fn new(world: &World, configuration: &str) -> Option<Self> {
        Self::of_files(world, &[("providers.tf", PROVIDERS), ("main.tf", configuration)])
    }

    /// The files are all that there is of the configuration.
    pub(crate) fn of_files(world: &World, configuration: &[(&str, &str)]) -> Option<Self> {
        let mirror = match installed() {
            Ok(mirror) => mirror,
            Err(why) => {
                say(&format!("NOT RUN: terraform: {why}"));
                return None;
            }
        };
        let folder = tempfile::tempdir().expect("temporary folders can be made");
        let mut environment = world.environment();
        let search_path = variable("PATH").unwrap_or_default();
        let rc = folder.path().join("cli.tfrc");
        for (name, value) in [("TF_CLI_CONFIG_FILE", rc.as_path()), ("PATH", search_path.as_path())] {
            environment.push((name.to_owned(), value.display().to_string()));
        }
        environment
            .extend([("TF_IN_AUTOMATION", "1"), ("CHECKPOINT_DISABLE", "1")].map(|(name, value)| (name.to_owned(), value.to_owned())));
        let install =
            format!("provider_installation {{\n  filesystem_mirror {{\n    path = {:?}\n  }}\n}}\n", mirror.display().to_string());
        let files = configuration.iter().map(|(name, text)| (folder.path().join(name), *text));
        for (file, text) in files.chain([(rc, install.as_str())]) {
            backstay::files::write_atomically(&file, text.as_bytes()).expect("temporary folders can be written");
        }
        let terraform = Self { folder, environment };
        terraform.run(&["init"]).exits(0);
        Some(terraform)
    }

    /// The same folder with another configuration.
    pub(crate) fn rewritten(self, configuration: &str) -> Self {
        let file = self.folder.path().join("main.tf");
        backstay::files::write_atomically(&file, configuration.as_bytes()).expect("temporary folders can be written");
        self
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.command(&[arguments, &["-input=false", "-no-color"]].concat())
    }

    fn command(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new("terraform");
        command.args(arguments).current_dir(self.folder.path());
        bare(&mut command, self.folder.path());
        Ran::of(command.envs(self.environment.iter().map(|(name, value)| (name, value))))
    }

    /// A file of the configuration's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What `terraform show -json` prints: the state, or the plan of that file.
    #[track_caller]
    pub(crate) fn shown(&self, plan: Option<&str>) -> Value {
        let shown = self.command(&[&["show", "-json"], plan.as_slice()].concat()).exits(0);
        serde_json::from_str(&shown.out).expect("it is JSON")
    }

    /// A plan as `terraform show -json` prints it, which must have ended with that exit code: 0 without changes, 2 with some.
    #[track_caller]
    pub(crate) fn plan(&self, exit: i32) -> Value {
        self.run(&["plan", "-detailed-exitcode", "-out=plan"]).exits(exit);
        self.shown(Some("plan"))
    }

    /// The state as `terraform show -json` prints it.
    #[track_caller]
    pub(crate) fn state(&self) -> String {
        self.command(&["show", "-json"]).exits(0).out
    }

    /// A plan that takes in what the configuration imports, as many things as that, and would change none of it.
    #[track_caller]
    pub(crate) fn only_imports(&self, count: usize) {
        let plan = self.plan(2);
        let changes = plan["resource_changes"].as_array().expect("a plan lists its resources");
        for change in changes {
            let (actions, importing) = (&change["change"]["actions"], &change["change"]["importing"]["id"]);
            assert!(*actions == json!(["no-op"]) && importing.is_string(), "{}: {:#}", change["address"], change["change"]);
        }
        assert_eq!(changes.len(), count, "{plan:#}");
    }

    #[track_caller]
    pub(crate) fn is_settled(&self) {
        self.run(&["plan", "-detailed-exitcode"]).exits(0);
    }
}

/// A variable of whoever runs the tests, which tells where Terraform and its provider are.
#[expect(clippy::disallowed_methods, reason = "where Terraform is, only the environment can tell")]
fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from)
}

/// The mirror of providers, or why Terraform cannot be used.
fn installed() -> Result<PathBuf, String> {
    if Command::new("terraform").arg("version").env("CHECKPOINT_DISABLE", "1").output().is_err() {
        return Err("it is not on the PATH".to_owned());
    }
    if let Some(mirror) = variable("BACKSTAY_TF_MIRROR") {
        assert!(holds_the_provider(&mirror), "BACKSTAY_TF_MIRROR is {}, which holds no */hashicorp/aws", mirror.display());
        return Ok(mirror);
    }
    let home = variable("HOME").unwrap_or_default();
    let settings = [variable("TF_CLI_CONFIG_FILE"), Some(home.join(".terraformrc"))];
    let configured = settings.into_iter().flatten().filter_map(|file| std::fs::read_to_string(file).ok()).flat_map(|text| paths(&text));
    let usual = [".terraform.d/plugins", ".local/share/terraform/plugins"].map(|folder| home.join(folder)).into_iter();
    let shared = ["/opt/tf-plugins", "/usr/share/terraform/plugins", "/usr/local/share/terraform/plugins"].map(PathBuf::from);
    configured
        .chain(usual)
        .chain(shared)
        .find(|folder| holds_the_provider(folder))
        .ok_or_else(|| "there is no mirror of its AWS provider; name a folder that holds */hashicorp/aws in BACKSTAY_TF_MIRROR".to_owned())
}

/// The values of `path = "…"` in Terraform's own configuration.
fn paths(text: &str) -> Vec<PathBuf> {
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix("path")?.trim_start().strip_prefix('='));
    lines.map(|value| PathBuf::from(value.trim().trim_matches('"'))).collect()
}

fn holds_the_provider(folder: &Path) -> bool {
    let registries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    registries.into_iter().any(|registry| registry.path().join("hashicorp").join("aws").is_dir())
}
