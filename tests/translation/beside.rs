//! Terraform's configuration into a folder that has a policy: nothing of that gets another meaning, and nothing is dropped because of a name.

use super::super::Adopted;
use super::super::support::room::{Room, finish};

const OWN: &str = "backstay {\n  workspace = \"ours\"\n}\n";

fn provider(region: &str) -> String {
    format!("provider \"aws\" {{\n  region = \"{region}\"\n}}\n")
}

fn target(region: &str) -> String {
    format!("target \"main\" {{\n  region = \"{region}\"\n}}\n")
}

fn vault(label: &str, name: &str, more: &str) -> String {
    format!("resource \"aws_backup_vault\" \"{label}\" {{\n  name = \"{name}\"\n{more}}}\n")
}

/// A policy with `main.hcl`, and a configuration.
fn room(policy: &str, terraform: &str) -> Room {
    let room = Room::new();
    room.write("policy/main.hcl", policy);
    room.write("terraform/main.tf", terraform);
    room
}

const ADOPT: &str = "adopt --from-terraform terraform --out policy";

#[test]
fn a_target_of_the_same_name_in_another_region_gets_another_name() {
    let own = format!("{OWN}{}{}", target("us-east-1"), vault("mine", "mine", "  target = target.main\n"));
    let room = room(&own, &format!("{}{}", provider("eu-west-1"), vault("theirs", "theirs", "")));
    room.ok(ADOPT);
    let added = room.read("policy/main-adopted.hcl");
    assert!(added.contains("target = target.main_2"), "{added}");
    let targets = room.read("policy/backstay.hcl");
    assert!(targets.contains("target \"main_2\" {\n  region = \"eu-west-1\"\n}"), "{targets}");
    room.ok("validate policy");
    room.ok(ADOPT);
    assert_eq!(room.read("policy/main-adopted.hcl"), added, "the renamed target is known again");
    assert_eq!(room.read("policy/backstay.hcl"), targets);
}

#[test]
fn a_block_of_the_only_target_says_so_beside_a_policy() {
    let own = format!("{OWN}{}", target("eu-west-1"));
    let room = room(&own, &format!("{}{}", provider("eu-west-1"), vault("theirs", "theirs", "")));
    room.ok(ADOPT);
    let added = room.read("policy/main-adopted.hcl");
    assert!(added.contains("target = target.main\n"), "{added}");
    assert!(!room.file("policy/backstay.hcl").exists());
}

#[test]
fn a_policy_without_targets_gets_none_that_its_blocks_would_then_be_about() {
    let own = format!("{OWN}{}", vault("mine", "mine", ""));
    let room = room(&own, &format!("{}{}", provider("eu-west-1"), vault("theirs", "theirs", "")));
    let ended = room.run(ADOPT);
    assert_eq!(ended.code, Some(1));
    assert!(ended.output.contains("target.main, as its blocks name no target"), "{}", ended.output);
    assert!(!room.file("policy/main-adopted.hcl").exists());
}

#[test]
fn the_states_of_two_accounts_go_into_one_folder() {
    let vaults = |account: &str, name: &str| {
        format!(
            r#"{{"address":"aws_backup_vault.{name}","mode":"managed","type":"aws_backup_vault","name":"{name}","values":{{"arn":"arn:aws:backup:eu-west-1:{account}:backup-vault:{name}","id":"{name}","name":"{name}","kms_key_arn":"arn:aws:kms:eu-west-1:{account}:key/11111111-2222-3333-4444-555555555555"}}}},
{{"address":"aws_backup_vault.{name}-b","mode":"managed","type":"aws_backup_vault","name":"{name}-b","values":{{"arn":"arn:aws:backup:eu-west-1:{account}:backup-vault:{name}-b","id":"{name}-b","name":"{name}-b","kms_key_arn":"arn:aws:kms:eu-west-1:{account}:key/11111111-2222-3333-4444-555555555555"}}}}"#
        )
    };
    let first = Adopted::of_state(&vaults("111111111111", "one"));
    first.has("backup.hcl", "arn:aws:kms:${var.region}:${var.account_id}:key");
    let json = first.room.read("state.json").replace(&vaults("111111111111", "one"), &vaults("222222222222", "two"));
    first.room.write("state.json", json);
    // With two targets, each block has to say which it means: those that are there too.
    let ended = first.room.run("adopt --from-state state.json --out policy");
    assert_eq!(ended.code, Some(1));
    assert!(ended.output.contains("add `target = target.main` or"), "{}", ended.output);
    let mended = first.file("backup.hcl").replace("  mark", "  target = target.main\n  mark");
    first.room.write("policy/backup.hcl", mended);
    first.room.ok("adopt --from-state state.json --out policy");
    first.is_valid("");
    first.has("backup.hcl", "arn:aws:kms:${var.region}:${var.account_id_2}:key");
    first.has("backup.hcl", "= target.main_2\n");
    first.has("backstay.hcl", "default     = \"222222222222\"");
    first.has("backstay.hcl", "account_id = var.account_id_2");
    first.has("backstay.hcl", "account_id = var.account_id\n");
}

#[test]
fn a_variable_of_another_default_is_another_one() {
    let own = format!("{OWN}{}variable \"env\" {{\n  type    = string\n  default = \"production\"\n}}\n", target("eu-west-1"));
    let theirs = |default: &str| {
        let variable = format!("variable \"env\" {{\n  type = string\n  default = \"{default}\"\n}}\n");
        format!("{}{variable}{}", provider("eu-west-1"), vault("theirs", "vault-${var.env}", ""))
    };
    let room = room(&own, &theirs("staging"));
    room.ok(ADOPT);
    let added = room.read("policy/main-adopted.hcl");
    assert!(added.contains("variable \"env_2\" {") && added.contains("name = \"vault-${var.env_2}\""), "{added}");
    // What a file of values gives has one name only.
    room.write("terraform/terraform.tfvars", "env = \"test\"\n");
    room.write("terraform/main.tf", format!("{}{}", theirs("staging"), vault("more", "more-${var.env}", "")));
    let ended = room.run(ADOPT);
    assert_eq!(ended.code, Some(1));
    assert!(ended.output.contains("says otherwise of var.env; nothing was written"), "{}", ended.output);
    std::fs::remove_file(room.file("terraform/terraform.tfvars")).unwrap();
    std::fs::remove_file(room.file("policy/main-adopted.hcl")).unwrap();
    room.write("terraform/main.tf", theirs("production"));
    room.ok(ADOPT);
    let added = room.read("policy/main-adopted.hcl");
    assert!(added.contains("name = \"vault-${var.env}\"") && !added.contains("variable"), "{added}");
}

#[test]
fn a_local_is_the_same_whatever_its_layout_and_another_where_its_text_has_other_blanks() {
    let own = |text: &str| format!("{OWN}{}locals {{\n  note = {text}\n}}\n", target("eu-west-1"));
    let more = "  tags = {\n    note = local.note\n  }\n";
    let theirs = format!("{}locals {{\n  note = [\"a  b\", \"c\"]\n}}\n{}", provider("eu-west-1"), vault("theirs", "theirs", more));
    let theirs = theirs.replace("local.note", "join(\" \", local.note)");
    let room = room(&own("[\n    \"a  b\", # twice\n    \"c\",\n  ]"), &theirs);
    room.ok(ADOPT);
    assert!(!room.read("policy/main-adopted.hcl").contains("locals"));
    std::fs::remove_file(room.file("policy/main-adopted.hcl")).unwrap();
    room.write("policy/main.hcl", own("[\"a b\", \"c\"]"));
    let ended = room.run(ADOPT);
    assert_eq!(ended.code, Some(1));
    assert!(ended.output.contains("says otherwise of local.note"), "{}", ended.output);
}

/// A table whose settings Terraform says.
fn table(label: &str, name: &str, settings: &str) -> String {
    format!(
        "resource \"aws_dynamodb_table\" \"{label}\" {{\n  name = \"{name}\"\n  hash_key = \"id\"\n  attribute {{\n    name = \"id\"\n    type = \"S\"\n  }}\n{settings}}}\n"
    )
}

const PROTECTED: &str = "  deletion_protection_enabled = true\n";
const RECOVERED: &str = "  point_in_time_recovery {\n    enabled = true\n  }\n";

fn protect(select: &str, settings: &str) -> String {
    format!("protect \"aws_dynamodb_table\" \"own\" {{\n  target = target.main\n  select {{\n    {select}\n  }}\n{settings}}}\n")
}

#[test]
fn a_setting_that_the_policy_does_not_say_of_what_it_covers_is_told() {
    let own = format!(
        "{OWN}{}{}",
        target("eu-west-1").replace("\n}", "\n  account_id = \"111111111111\"\n}"),
        protect("names = [\"orders\"]", PROTECTED)
    );
    let provider = provider("eu-west-1").replace("\n}", "\n  allowed_account_ids = [\"111111111111\"]\n}");
    let room = room(&own, &format!("{provider}{}", table("orders", "orders", &format!("{PROTECTED}{RECOVERED}"))));
    let told = room.ok(ADOPT);
    assert!(told.contains("settings that no block says"), "{told}");
    let line =
        "terraform/main.tf:5:1: aws_dynamodb_table.orders: `point_in_time_recovery`: add what is missing to `aws_dynamodb_table.own`";
    assert!(told.contains(line), "{told}");
    assert!(!room.file("policy/main-adopted.hcl").exists());
    room.write("terraform/main.tf", format!("{provider}{}", table("orders", "orders", PROTECTED)));
    let told = room.ok(ADOPT);
    assert!(!told.contains("no block says") && told.contains("1 resource the policy covered already"), "{told}");
}

#[test]
fn what_a_selector_excepts_or_finds_by_tags_is_not_covered() {
    let theirs = format!("{}{}", provider("eu-west-1"), table("orders", "orders", PROTECTED));
    for select in [
        "names = [\"*\"]\n    except {\n      names = [\"ord*\"]\n    }",
        "names = [\"*\"]\n    tags  = { env = \"production\" }",
        "names = [\"other\"]",
    ] {
        let room = room(&format!("{OWN}{}{}", target("eu-west-1"), protect(select, PROTECTED)), &theirs);
        room.ok(ADOPT);
        assert!(room.read("policy/main-adopted.hcl").contains("names = [\"orders\"]"), "{select}");
    }
    let room = room(&format!("{OWN}{}{}", target("eu-west-1"), protect("names = [\"ord*\"]", PROTECTED)), &theirs);
    room.ok(ADOPT);
    assert!(!room.file("policy/main-adopted.hcl").exists());
}

#[test]
fn a_place_that_is_not_known_is_not_the_same_place() {
    let own = format!("{OWN}{}{}", target("us-east-1"), vault("mine", "vault", "  target = target.main\n"));
    let theirs = format!(
        "variable \"region\" {{\n  type = string\n}}\nprovider \"aws\" {{\n  region = var.region\n}}\n{}",
        vault("theirs", "vault", "")
    );
    let room = room(&own, &theirs);
    room.run(ADOPT);
    let added = room.read("policy/main-adopted.hcl");
    assert!(added.contains("target = target.main_2") && added.contains("name = \"vault\""), "{added}");
}

#[test]
fn what_is_new_of_a_thing_that_is_covered_refers_to_its_block() {
    let plan = |label: &str, target: &str| {
        format!(
            "resource \"aws_backup_plan\" \"{label}\" {{\n{target}  name = \"daily\"\n  rule {{\n    rule_name         = \"daily\"\n    target_vault_name = \"vault\"\n    schedule          = \"cron(0 2 * * ? *)\"\n    start_window      = 60\n    completion_window = 180\n  }}\n}}\n"
        )
    };
    let own = format!("{OWN}{}{}", target("eu-west-1"), plan("own", "  target = target.main\n"));
    let selection = "resource \"aws_backup_selection\" \"s\" {\n  name = \"s\"\n  plan_id = aws_backup_plan.theirs.id\n  iam_role_arn = \"arn:aws:iam::123456789012:role/backup\"\n  resources = [\"*\"]\n}\n";
    let room = room(&own, &format!("{}{}{selection}", provider("eu-west-1"), plan("theirs", "")));
    let told = room.ok(ADOPT);
    assert!(!told.contains("Left out"), "{told}");
    let added = room.read("policy/main-adopted.hcl");
    assert!(added.contains("plan_id      = aws_backup_plan.own.id") && !added.contains("\"aws_backup_plan\""), "{added}");
    room.ok("validate policy");
}

#[test]
fn a_file_keeps_its_line_ends_and_layout_and_who_may_read_it() {
    let room = Room::new();
    room.write("terraform/main.tf", format!("{}{}", provider("eu-west-1"), vault("one", "one", "")));
    room.ok(ADOPT);
    let edited = room.read("policy/main.hcl").replace('\n', "\r\n").replace("name = \"one\"", "name    =    \"one\"");
    room.write("policy/main.hcl", &edited);
    room.write("terraform/main.tf", format!("{}{}{}", provider("eu-west-1"), vault("one", "one", ""), vault("two", "two", "")));
    room.ok(ADOPT);
    let longer = room.read("policy/main.hcl");
    let more = longer.strip_prefix(edited.as_str()).unwrap_or_else(|| unreachable!("{longer}"));
    assert!(more.contains("name = \"two\"\r\n") && !more.replace("\r\n", "").contains('\n'), "{more:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &str| std::fs::metadata(room.file(path)).unwrap().permissions().mode();
        assert_eq!(mode("policy/backstay.hcl"), mode("terraform/main.tf"), "as any file that the user makes");
    }
}

#[test]
fn nothing_at_all_is_written_where_the_whole_would_be_no_policy() {
    let document =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"backup:DeleteRecoveryPoint","Resource":"*"}]}"#;
    let own = format!("{OWN}{}variable \"daily_only\" {{\n  type    = string\n  default = \"x\"\n}}\n", target("eu-west-1"));
    let policy = "resource \"aws_backup_vault_policy\" \"v\" {\n  backup_vault_name = aws_backup_vault.v.name\n  policy = file(\"policies/vault.json\")\n}\n";
    let theirs = format!("{}locals {{\n  note = \"theirs\"\n}}\n{}{policy}", provider("eu-west-1"), vault("v", "${local.note}", ""));
    let room = room(&format!("{own}locals {{\n  note = \"ours\"\n}}\n"), &theirs);
    room.write("terraform/policies/vault.json", document);
    assert_eq!(room.run(ADOPT).code, Some(1));
    assert!(!room.file("policy/policies").exists());
    // Without the clash the file comes along, and is read while the whole is checked.
    room.write("policy/main.hcl", &own);
    room.ok(ADOPT);
    assert_eq!(room.read("policy/policies/vault.json"), document);
    room.ok("validate policy");
}

#[test]
fn the_owner_is_that_of_the_policy_and_a_policy_without_one_gets_one() {
    let theirs = format!("{}{}", provider("eu-west-1"), vault("theirs", "theirs", ""));
    let with = room(&format!("{OWN}{}", target("eu-west-1")), &theirs);
    let ended = with.run(&format!("{ADOPT} --workspace other"));
    assert_eq!(ended.code, Some(1));
    assert!(ended.output.contains("--workspace `other` is not that of the policy in policy, which is `ours`"), "{}", ended.output);
    assert!(!with.file("policy/main-adopted.hcl").exists());
    let without = room(&target("eu-west-1"), &theirs);
    without.ok(&format!("{ADOPT} --workspace other"));
    assert!(without.read("policy/backstay.hcl").contains("workspace = \"other\""));
}

#[test]
fn without_a_temporary_folder_nothing_is_taken_for_good() {
    let room = Room::new();
    room.write("terraform/main.tf", format!("{}{}", provider("eu-west-1"), vault("one", "one", "")));
    let ended = finish(room.backstay(ADOPT.split_whitespace()).env("TMPDIR", room.file("nowhere")));
    assert_eq!(ended.code, Some(1));
    assert!(ended.output.contains("cannot make a temporary folder"), "{}", ended.output);
    assert!(!room.file("policy").exists());
}
