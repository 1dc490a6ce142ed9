//! What Terraform made, over `backstay sandbox serve`, translated: backstay finds it as the translation of the configuration says, and as that
//! of the state says.

use crate::support::{Peer, Policy, Ran, Terraform, World};
use std::path::Path;

/// What the provider needs to reach the sandbox, whatever the configuration says: a file of this name is merged into the others.
const OVERRIDE: &str = r#"
provider "aws" {
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  s3_use_path_style           = true
}

provider "aws" {
  alias                       = "west"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  s3_use_path_style           = true
}
"#;

/// The configuration of the sales module, but for what the sandbox does not know: networks and queues.
fn sales() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/adopt/sales");
    let names = ["alerts.tf", "backup.tf", "data.tf", "providers.tf", "variables.tf"];
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("the configuration is there");
    names.map(|name| (name.to_owned(), read(name))).to_vec()
}

/// A folder in which the configuration lies in `terraform`, and the state in `state.json`.
fn beside(world: &World, configuration: &[(String, String)], state: &str) -> Policy {
    let policy = Policy::new(world, "");
    std::fs::create_dir_all(policy.path("terraform")).expect("temporary folders can be written");
    for (name, text) in configuration {
        let path = policy.path("terraform").join(name);
        backstay::files::write_atomically(&path, text.as_bytes()).expect("temporary folders can be written");
    }
    backstay::files::write_atomically(&policy.path("state.json"), state.as_bytes()).expect("temporary folders can be written");
    policy
}

/// Translates, and wants a plan of what comes out to be empty.
#[track_caller]
fn is_as_translated(policy: &Policy, from: [&str; 2], out: &str) -> Ran {
    policy.backstay(&["adopt", from[0], from[1], "--out", out]).exits(0).is_silent_on("Left out").is_silent_on("Variables to give");
    policy.backstay(&["plan", out, "--detailed-exitcode"]).exits(0).says("No changes.")
}

#[test]
fn what_terraform_made_is_as_its_configuration_and_its_state_translate_where_terraform_is_installed() {
    let world = Peer::Sandbox.start();
    let configuration = sales();
    let mut files: Vec<(&str, &str)> = configuration.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    files.push(("sandbox_override.tf", OVERRIDE));
    let Some(terraform) = Terraform::of_files(&world, &files) else { return };
    terraform.run(&["apply", "-auto-approve"]).exits(0);
    terraform.is_settled();
    let policy = beside(&world, &configuration, &terraform.state());
    is_as_translated(&policy, ["--from-terraform", "terraform"], "configured").says("16 kinds");
    is_as_translated(&policy, ["--from-state", "state.json"], "stated").says("16 kinds");
    // Nothing was marked on the way, so Terraform has nothing to take back.
    terraform.is_settled();
}

#[test]
fn a_change_of_a_translation_is_what_terraform_would_take_back_where_terraform_is_installed() {
    let world = Peer::Sandbox.start();
    let vault = "resource \"aws_backup_vault\" \"daily\" {\n  name = \"daily\"\n}\n\nresource \"aws_backup_plan\" \"daily\" {\n  name = \"daily\"\n  rule {\n    rule_name         = \"daily\"\n    target_vault_name = aws_backup_vault.daily.name\n    schedule          = \"cron(0 2 * * ? *)\"\n    lifecycle {\n      delete_after = 30\n    }\n  }\n}\n";
    let Some(terraform) = Terraform::new(&world, vault) else { return };
    terraform.run(&["apply", "-auto-approve"]).exits(0);
    let policy = beside(&world, &[("main.tf".to_owned(), vault.to_owned())], "{}");
    is_as_translated(&policy, ["--from-terraform", "terraform"], "configured");
    let file = policy.path("configured/main.hcl");
    let text = std::fs::read_to_string(&file).expect("the policy is there");
    backstay::files::write_atomically(&file, text.replace("= 30", "= 35").as_bytes()).expect("temporary folders can be written");
    policy.backstay(&["apply", "configured", "--auto-approve"]).exits(0);
    let plan = terraform.plan(2);
    let changes = plan["resource_changes"].as_array().expect("a plan lists its resources");
    let updated: Vec<&str> =
        changes.iter().filter(|one| one["change"]["actions"][0] == "update").filter_map(|one| one["address"].as_str()).collect();
    assert_eq!(updated, ["aws_backup_plan.daily"]);
}
