//! Terraform's configurations and states become policy: what comes out is valid, keeps expressions and comments as they stood, and what is
//! not in it is told with its place.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod support;
mod translation;

use serde_json::Value;
use std::path::Path;
use support::room::Room;

/// A configuration of `tests/adopt` in a room of its own, translated.
struct Adopted {
    room: Room,
    told: Value,
}

impl Adopted {
    fn of(name: &str) -> Self {
        let room = Room::new();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/adopt").join(name), &room, "terraform");
        Self::in_room(room, "--from-terraform terraform")
    }

    fn of_files(files: &[(&str, &str)]) -> Self {
        let room = Room::new();
        for (name, text) in files {
            room.write(&format!("terraform/{name}"), text);
        }
        Self::in_room(room, "--from-terraform terraform")
    }

    fn of_state(resources: &str) -> Self {
        let room = Room::new();
        let json = format!(r#"{{"format_version":"1.0","values":{{"root_module":{{"resources":[{resources}]}}}}}}"#);
        room.write("state.json", json);
        Self::in_room(room, "--from-state state.json")
    }

    fn in_room(room: Room, from: &str) -> Self {
        let told = room.ok(&format!("adopt {from} --out policy --format json --quiet"));
        let told = serde_json::from_str(&told).unwrap_or_else(|error| unreachable!("{error}: {told}"));
        Self { room, told }
    }

    /// A file of the policy.
    fn file(&self, name: &str) -> String {
        self.room.read(&format!("policy/{name}"))
    }

    #[track_caller]
    fn has(&self, name: &str, text: &str) {
        let file = self.file(name);
        assert!(file.contains(text), "{name} has no:\n{text}\nbut:\n{file}");
    }

    #[track_caller]
    fn has_not(&self, name: &str, text: &str) {
        let file = self.file(name);
        assert!(!file.contains(text), "{name} has:\n{text}\n{file}");
    }

    /// `file:line what` of all that was left out.
    fn left_out(&self) -> Vec<String> {
        let all = self.told["left_out"].as_array().unwrap().iter();
        all.map(|one| format!("{}:{} {}", one["place"]["file"].as_str().unwrap(), one["place"]["line"], one["what"].as_str().unwrap()))
            .collect()
    }

    fn asked(&self) -> Vec<&str> {
        self.told["variables"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
    }

    /// The policy is valid with these values.
    #[track_caller]
    fn is_valid(&self, values: &str) -> String {
        self.room.ok(&format!("validate policy {values}"))
    }
}

fn copy(from: &Path, room: &Room, to: &str) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{to}/{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            copy(&path, room, &name);
        } else {
            room.write(&name, std::fs::read(&path).unwrap());
        }
    }
}

#[test]
fn a_whole_module_becomes_a_valid_policy_with_its_expressions_and_comments() {
    let sales = Adopted::of("sales");
    sales.is_valid("");
    assert_eq!(sales.asked(), [""; 0], "everything that it refers to is in it, or can be computed");
    assert_eq!(sales.left_out(), [""; 0]);
    sales.has("data.hcl", "names = [\"${each.key}Table-${var.environment}\"]");
    sales.has("data.hcl", "deletion_protection_enabled = var.environment == \"production\" # only there");
    sales.has("data.hcl", "  # Thirty-five days, as the auditors want it.\n  point_in_time_recovery {");
    sales.has("data.hcl", "  # Old versions go after seven years.\n  lifecycle_rule \"old-versions\" {");
    sales.has("variables.hcl", "daily   = 35 # days");
    sales.has("backup.hcl", "# The vault that all goes to.\nresource \"aws_backup_vault\" \"main\" {");
    sales.has("backup.hcl", "mark   = false");
}

#[test]
fn only_what_backups_need_comes_along() {
    let sales = Adopted::of("sales");
    sales.has_not("variables.hcl", "vpc_cidr");
    sales.has_not("variables.hcl", "subnets");
    sales.has_not("data.hcl", "scratch");
    assert_eq!(sales.told["unrelated"], 5, "a network, two roles, a queue and a table with nothing about backups");
}

#[test]
fn providers_become_targets_and_their_default_tags_those_of_the_things() {
    let sales = Adopted::of("sales");
    sales.has("backstay.hcl", "target \"main\" {\n  region     = var.region\n  account_id = \"123456789012\"\n}");
    sales.has("backstay.hcl", "target \"west\" {\n  region     = \"us-west-2\"");
    sales.has("backstay.hcl", "default_tags = {\n    team = \"sales\"\n    env  = var.environment\n  }");
    sales.has("backup.hcl", "tags = merge(local.default_tags, {\n    tier = \"gold\"\n  })");
    // The provider for the other region has none.
    sales.has(
        "backup.hcl",
        "resource \"aws_backup_vault\" \"dr\" {\n  target = target.west\n  mark   = false\n\n  name = \"${local.prefix}-dr\"\n}",
    );
    // The provider puts no tags on dashboards.
    let dashboard = sales.file("alerts.hcl").split("\"aws_cloudwatch_dashboard\"").nth(1).unwrap().to_owned();
    assert!(!dashboard.contains("tags"), "{dashboard}");
}

#[test]
fn what_the_provider_sends_for_what_is_left_out_is_written_out() {
    let sales = Adopted::of("sales");
    // AWS itself would take 480 and 10,080 minutes.
    sales.has("backup.hcl", "schedule          = \"cron(0 2 * * ? *)\"\n    start_window      = 60\n    completion_window = 180\n");
    sales.has("backup.hcl", "start_window      = 120\n    completion_window = 600\n");
}

#[test]
fn the_resources_about_one_bucket_are_one_block() {
    let sales = Adopted::of("sales");
    let data = sales.file("data.hcl");
    assert_eq!(data.matches("protect \"aws_s3_bucket\"").count(), 2, "{data}");
    sales.has("data.hcl", "lifecycle_rule \"uploads\" {\n    id     = \"uploads\"\n");
    sales.has("data.hcl", "replication_role = \"arn:aws:iam::${target.main.account_id}:role/${local.prefix}-replication\"");
    sales.has("data.hcl", "bucket = \"arn:aws:s3:::${local.prefix}-invoices-dr\"");
    sales.has("data.hcl", "object_lock {\n    default_retention {");
}

#[test]
fn a_topic_takes_in_its_policy_and_its_subscriptions_without_referring_to_itself() {
    let sales = Adopted::of("sales");
    sales.has("alerts.hcl", "Resource  = \"arn:aws:sns:${target.main.region}:${target.main.account_id}:${local.prefix}-alerts\"");
    sales.has("alerts.hcl", "  # Who may publish.\n  policy = jsonencode({");
    sales.has("alerts.hcl", "subscription {\n    protocol = \"sqs\"\n    endpoint = \"arn:aws:sqs:${target.main.region}:");
    sales.has("alerts.hcl", "depends_on = [aws_sns_topic.alerts]");
}

#[test]
fn a_generated_policy_document_is_written_out() {
    let sales = Adopted::of("sales");
    sales.has("backup.hcl", "Sid       = \"KeepRecoveryPoints\"");
    sales.has("backup.hcl", "StringNotEquals = { \"aws:PrincipalAccount\" = [target.main.account_id] }");
}

#[test]
fn a_local_module_is_translated_once_for_each_call() {
    let modules = Adopted::of("modules");
    modules.is_valid("--var environment=production");
    modules.has("daily.hcl", "resource \"aws_backup_vault\" \"daily_this\" {");
    modules.has("daily.hcl", "name = \"daily-${var.environment}\"");
    modules.has("daily.hcl", "tags = local.daily_tags");
    modules.has("daily.hcl", "delete_after = 35");
    modules.has("regional.hcl", "for_each = toset([\"eu\", \"us\"])");
    modules.has("regional.hcl", "delete_after = each.key == \"eu\" ? 35 : 7");
    modules.has("regional.hcl", "target_vault_name = aws_backup_vault.regional_this[each.key].name");
    modules.has("main.hcl", "plan_id      = aws_backup_plan.daily_this.id");
    modules.has("main.hcl", "BackupVaultName = aws_backup_vault.regional_this[\"eu\"].name");
    assert_eq!(modules.left_out(), ["terraform/main.tf:33 module.buckets"]);
}

#[test]
fn a_count_becomes_for_each() {
    let modules = Adopted::of("modules");
    modules.has("main.hcl", "for_each = toset(var.notify ? [\"0\"] : [])");
    modules.has("main.hcl", "sns_topic_arn       = aws_sns_topic.alerts[\"0\"].arn");
    modules.has("main.hcl", "alarm_actions       = values(aws_sns_topic.alerts)[*].arn");
    modules.has("main.hcl", "alarm_name          = \"failed-${each.key}\"");
    modules.has("main.hcl", "evaluation_periods  = tonumber(each.key) + 1");
    // Nothing is made where nothing is counted.
    let told = modules.is_valid("--var environment=production --var notify=false");
    assert!(told.contains("The policy is valid"), "{told}");
}

#[test]
fn generated_blocks_are_written_out_where_they_are_known_and_left_out_whole_where_not() {
    let odd = Adopted::of("odd");
    odd.is_valid(ODD);
    odd.has("main.hcl", "rule_name         = \"daily\"");
    odd.has("main.hcl", "rule_name         = \"weekly\"");
    odd.has("main.hcl", "delete_after       = 90");
    odd.has("main.hcl", "endpoint = \"ops@example.com\"");
    odd.has("main.hcl", "Principal = { Service = [\"events.amazonaws.com\"] }");
    // A plan without its rules would plan to remove them.
    odd.has_not("main.hcl", "\"unknown\"");
    let notes = odd.told["notes"].to_string();
    assert!(notes.contains("written out for the values that the variables have now"), "{notes}");
}

/// The values that the odd configuration asks for.
const ODD: &str = "--var aws_kms_key_backup_arn=arn:aws:kms:eu-central-1:210987654321:key/11111111-2222-3333-4444-555555555555 \
    --var aws_cloudwatch_event_target_topic_target_id=topic --var null_resource_name_id=made-up";

#[test]
fn every_store_keeps_its_backup_settings_and_can_be_referred_to() {
    let stores = Adopted::of("stores");
    stores.is_valid("--var account_id=123456789012");
    for kind in ["db_instance", "rds_cluster", "docdb_cluster", "neptune_cluster", "elasticache_replication_group", "redshift_cluster"] {
        stores.has("main.hcl", &format!("protect \"aws_{kind}\" \"x\" {{"));
    }
    stores.has("main.hcl", "names = [\"db-${each.key}\"]");
    stores.has("main.hcl", "source_db_instance_arn = aws_db_instance.x[\"a\"][\"db-a\"].arn");
    stores.has_not("main.hcl", "\"nothing\"");
    // A table without anything about backups has no block.
    stores.has("main.hcl", "\"arn:aws:dynamodb:${target.main.region}:${target.main.account_id}:table/plain\"");
    // What one resource says of one of two buckets stands apart from what another says of both.
    stores.has("main.hcl", "protect \"aws_s3_bucket\" \"b_lifecycle_configuration\" {");
    stores.has("main.hcl", "names = [\"bucket-a\"]");
    stores.has("main.hcl", "endpoint = \"arn:aws:sqs:eu-west-1:123456789012:q1\"");
    stores.has("main.hcl", "schedule          = \"cron(0 14 * * ? *)\"");
}

#[test]
fn what_is_left_out_is_told_with_its_place_and_why() {
    let odd = Adopted::of("odd");
    let places: Vec<String> = odd.left_out().iter().map(|one| one.split_once(' ').unwrap().1.to_owned()).collect();
    assert_eq!(
        places,
        [
            "provider aws (eu), `skip_credentials_validation`",
            "provider aws, `assume_role.duration`",
            "aws_backup_vault.odd, `lifecycle`",
            "aws_backup_plan.unknown",
            "aws_backup_selection.unknown",
            "aws_cloudwatch_event_target.tasks",
            "aws_s3_bucket.prefixed",
            "aws_redshift_snapshot_schedule.weekly",
        ]
    );
    let why = odd.told["left_out"][3]["why"].as_str().unwrap();
    assert!(why.contains("data.aws_ssm_parameters_by_path.rules.values") && why.contains("--from-state"), "{why}");
}

#[test]
fn what_is_not_in_the_policy_becomes_a_variable() {
    let odd = Adopted::of("odd");
    assert_eq!(odd.asked(), ["aws_cloudwatch_event_target_topic_target_id", "aws_kms_key_backup_arn", "null_resource_name_id"]);
    odd.has("backstay.hcl", "description = \"aws_kms_key.backup.arn (terraform/main.tf:32:17)\"");
    let refused = odd.room.run("validate policy");
    assert_eq!(refused.code, Some(1));
    assert!(refused.output.contains("variable `aws_kms_key_backup_arn` has no value"), "{}", refused.output);
}

#[test]
fn the_same_configuration_gives_the_same_bytes() {
    let (one, other) = (Adopted::of("sales"), Adopted::of("sales"));
    for name in ["alerts.hcl", "backstay.hcl", "backup.hcl", "data.hcl", "variables.hcl"] {
        assert_eq!(one.file(name), other.file(name));
    }
}

#[test]
fn files_that_expressions_read_come_along() {
    let adopted = Adopted::of_files(&[
        (
            "main.tf",
            "resource \"aws_backup_vault\" \"v\" {\n  name = \"vault\"\n}\nresource \"aws_backup_vault_policy\" \"v\" {\n  backup_vault_name = aws_backup_vault.v.name\n  policy = file(\"${path.module}/policies/vault.json\")\n}\n",
        ),
        (
            "policies/vault.json",
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"backup:DeleteRecoveryPoint","Resource":"*"}]}"#,
        ),
    ]);
    adopted.is_valid("");
    assert!(adopted.file("policies/vault.json").contains("DeleteRecoveryPoint"));
}

#[test]
fn providers_are_handed_to_modules_and_files_of_values_come_along() {
    let module = "terraform {\n  required_providers {\n    aws = { source = \"hashicorp/aws\", configuration_aliases = [aws.dr] }\n  }\n}\nvariable \"name\" {}\nresource \"aws_backup_vault\" \"v\" {\n  provider = aws.dr\n  name     = var.name\n}\n";
    let main = "provider \"aws\" {\n  region = \"us-east-1\"\n}\nprovider \"aws\" {\n  alias  = \"west\"\n  region = \"us-west-2\"\n}\nvariable \"name\" {}\nmodule \"m\" {\n  source    = \"./vaults\"\n  providers = { aws = aws, aws.dr = aws.west }\n  name      = var.name\n}\nresource \"aws_backup_vault\" \"here\" {\n  name = \"here\"\n}\n";
    let adopted = Adopted::of_files(&[
        ("main.tf", main),
        ("vaults/main.tf", module),
        ("terraform.tfvars", "# The name of the vault.\nname   = \"there\"\nunused = 3\n"),
    ]);
    adopted.is_valid("");
    adopted.has("m.hcl", "target = target.west");
    adopted.has("main.hcl", "target = target.main");
    assert_eq!(adopted.file("0-terraform.auto.vars.hcl"), "# The name of the vault.\nname = \"there\"\n");
}

#[test]
fn a_role_that_is_looked_up_is_asked_for_as_its_path_is_not_known() {
    let adopted = Adopted::of_files(&[(
        "main.tf",
        "data \"aws_iam_role\" \"backup\" {\n  name = \"AWSBackupDefaultServiceRole\"\n}\nresource \"aws_backup_plan\" \"p\" {\n  name = \"plan\"\n  rule {\n    rule_name = \"daily\"\n    target_vault_name = \"vault\"\n    schedule = \"cron(0 2 * * ? *)\"\n  }\n}\nresource \"aws_backup_selection\" \"s\" {\n  name         = \"all\"\n  plan_id      = aws_backup_plan.p.id\n  iam_role_arn = data.aws_iam_role.backup.arn\n}\n",
    )]);
    assert_eq!(adopted.asked(), ["data_aws_iam_role_backup_arn"]);
}

/// A vault's policy that is read from a file.
fn policy_of(argument: &str) -> String {
    format!(
        "resource \"aws_backup_vault\" \"v\" {{\n  name = \"vault\"\n}}\nresource \"aws_backup_vault_policy\" \"v\" {{\n  backup_vault_name = aws_backup_vault.v.name\n  policy = {argument}\n}}\n"
    )
}

const DENY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"backup:DeleteRecoveryPoint","Resource":"*"}]}"#;

#[test]
fn files_that_are_elsewhere_or_would_be_policy_do_not_come_along() {
    let room = Room::new();
    room.write("elsewhere.json", DENY);
    let elsewhere = room.file("elsewhere.json").display().to_string();
    let files = |adopted: &Adopted| adopted.told["files"].to_string();
    let why = |adopted: &Adopted| adopted.told["left_out"].to_string();
    let of = |argument: &str| Adopted::of_files(&[("main.tf", &policy_of(argument)), ("d.hcl", DENY), ("../beside.json", DENY)]);
    let absolute = of(&format!("file(\"{elsewhere}\")"));
    assert_eq!(files(&absolute), r#"["backstay.hcl","main.hcl"]"#);
    assert!(why(&absolute).contains("copy the file to there"), "{}", why(&absolute));
    absolute.is_valid("");
    let above = of("file(\"./../beside.json\")");
    assert_eq!(files(&above), r#"["backstay.hcl","main.hcl"]"#);
    let template = of("templatefile(\"${path.module}/d.hcl\", {})");
    assert_eq!(files(&template), r#"["backstay.hcl","main.hcl"]"#);
    assert!(why(&template).contains("would be read as policy"), "{}", why(&template));
}

#[test]
fn what_is_beside_the_policy_already_is_not_written_over() {
    let room = Room::new();
    room.write("terraform/main.tf", policy_of("file(\"policies/vault.json\")"));
    room.write("terraform/policies/vault.json", DENY);
    room.write("policy/policies/vault.json", "{}");
    let ended = room.run("adopt --from-terraform terraform --out policy");
    assert_eq!(ended.code, Some(1));
    assert!(ended.output.contains("policy/policies/vault.json is there already"), "{}", ended.output);
    assert_eq!(room.read("policy/policies/vault.json"), "{}");
    assert!(!room.file("policy/main.hcl").exists(), "nothing is written before it");
    room.write("policy/policies/vault.json", DENY);
    room.ok("adopt --from-terraform terraform --out policy");
    assert!(room.file("policy/main.hcl").exists());
}

#[test]
fn settings_that_are_generated_or_of_old_forms_are_not_lost_in_silence() {
    let table = "name = \"orders\"\n  hash_key = \"id\"\n  attribute {\n    name = \"id\"\n    type = \"S\"\n  }\n";
    let dynamic = "  dynamic \"point_in_time_recovery\" {\n    for_each = [true]\n    content {\n      enabled = true\n    }\n  }\n";
    let replica = "  replica {\n    region_name = \"eu-west-1\"\n    point_in_time_recovery = true\n  }\n";
    let main = format!(
        "resource \"aws_dynamodb_table\" \"orders\" {{\n  {table}{dynamic}}}\nresource \"aws_dynamodb_table\" \"copied\" {{\n  {table}{replica}}}\nresource \"aws_s3_bucket\" \"old\" {{\n  bucket = \"old-bucket\"\n  versioning {{\n    enabled = true\n  }}\n}}\n"
    );
    let adopted = Adopted::of_files(&[("main.tf", &main)]);
    adopted.has("main.hcl", "point_in_time_recovery {");
    let left_out: Vec<&str> = adopted.told["left_out"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect();
    assert_eq!(left_out, ["aws_dynamodb_table.copied, `replica.point_in_time_recovery`"]);
    adopted.has("main.hcl", "versioning {\n    status = \"Enabled\"");
}

#[test]
fn what_is_no_terraform_is_told() {
    let room = Room::new();
    room.write("terraform/main.tf", "resource \"aws_backup_vault\" \"v\" {\n  name = \n}\n");
    let ended = room.run("adopt --from-terraform terraform --out policy");
    assert_eq!(ended.code, Some(1));
    assert!(ended.output.contains("terraform/main.tf:2:"), "{}", ended.output);
    room.write("state.json", r#"{"version": 4, "serial": 3, "resources": []}"#);
    let ended = room.run("adopt --from-state state.json --out policy");
    assert_eq!(ended.code, Some(1));
    assert!(ended.output.contains("terraform show -json"), "{}", ended.output);
    let ended = room.run("adopt --from-terraform nowhere --out policy");
    assert_eq!(ended.code, Some(1));
    assert!(!room.file("policy").exists());
}

/// A vault, its plan with the zeros that the provider has for what is not set, a selection of it and a table.
const STATE: &str = r#"
{"address":"module.backup[\"eu\"].aws_backup_vault.this","mode":"managed","type":"aws_backup_vault","name":"this","values":{"arn":"arn:aws:backup:eu-west-1:123456789012:backup-vault:daily","id":"daily","name":"daily","force_destroy":false,"recovery_points":3,"kms_key_arn":"arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555","tags":{},"tags_all":{"team":"sales"}}},
{"address":"aws_backup_plan.daily","mode":"managed","type":"aws_backup_plan","name":"daily","values":{"arn":"arn:aws:backup:eu-west-1:123456789012:backup-plan:0c4f","id":"0c4f","name":"daily","version":"x","advanced_backup_setting":[],"tags":null,"tags_all":{},"rule":[{"rule_name":"daily","target_vault_name":"daily","schedule":"cron(0 2 * * ? *)","start_window":60,"completion_window":180,"enable_continuous_backup":false,"schedule_expression_timezone":"Etc/UTC","lifecycle":[{"cold_storage_after":0,"delete_after":35,"opt_in_to_archive_for_supported_resources":false}],"copy_action":[],"recovery_point_tags":{}}]}},
{"address":"aws_backup_selection.tables","mode":"managed","type":"aws_backup_selection","name":"tables","values":{"id":"9","name":"tables","plan_id":"0c4f","iam_role_arn":"arn:aws:iam::123456789012:role/backup","resources":["arn:aws:dynamodb:eu-west-1:123456789012:table/orders"],"not_resources":[],"condition":[],"selection_tag":[]}},
{"address":"aws_dynamodb_table.orders","mode":"managed","type":"aws_dynamodb_table","name":"orders","values":{"arn":"arn:aws:dynamodb:eu-west-1:123456789012:table/orders","id":"orders","name":"orders","hash_key":"id","deletion_protection_enabled":true,"attribute":[{"name":"id","type":"S"}],"point_in_time_recovery":[{"enabled":true,"recovery_period_in_days":35}],"tags":null}},
{"address":"aws_s3_bucket.dr","mode":"managed","type":"aws_s3_bucket","name":"dr","values":{"arn":"arn:aws:s3:::dr-bucket","id":"dr-bucket","bucket":"dr-bucket","region":"eu-central-1","object_lock_enabled":false}},
{"address":"aws_s3_bucket_versioning.dr","mode":"managed","type":"aws_s3_bucket_versioning","name":"dr","values":{"bucket":"dr-bucket","id":"dr-bucket","mfa":null,"versioning_configuration":[{"mfa_delete":"","status":"Enabled"}]}},
{"address":"aws_instance.web","mode":"managed","type":"aws_instance","name":"web","values":{"id":"i-1"}}
"#;

#[test]
fn a_state_becomes_a_policy_of_values_with_references_between_them() {
    let adopted = Adopted::of_state(STATE.trim());
    adopted.is_valid("");
    adopted.has("backup.hcl", "resource \"aws_backup_vault\" \"backup_eu_this\" {");
    adopted.has("backup.hcl", "target_vault_name = aws_backup_vault.backup_eu_this.name");
    adopted.has("backup.hcl", "plan_id      = aws_backup_plan.daily.id");
    adopted.has("backup.hcl", "lifecycle {\n      delete_after = 35\n    }");
    adopted.has("backup.hcl", "tags        = { team = \"sales\" }");
    adopted.has_not("backup.hcl", "copy_action");
    adopted.has("protect.hcl", "recovery_period_in_days = 35");
    assert_eq!(adopted.told["unrelated"], 1);
    assert_eq!(adopted.left_out(), [""; 0]);
}

#[test]
fn what_of_a_state_is_left_out_is_told_by_its_address_there() {
    let target = r#"{"address":"module.tasks[\"a\"].aws_cloudwatch_event_target.run","mode":"managed","type":"aws_cloudwatch_event_target","name":"run","values":{"rule":"nightly","target_id":"run","arn":"arn:aws:ecs:eu-west-1:123456789012:cluster/c","ecs_target":[{"task_count":1}],"sqs_target":[]}}"#;
    let rule = r#"{"address":"aws_cloudwatch_event_rule.nightly","mode":"managed","type":"aws_cloudwatch_event_rule","name":"nightly","values":{"arn":"arn:aws:events:eu-west-1:123456789012:rule/nightly","id":"nightly","name":"nightly","schedule_expression":"rate(1 day)","is_enabled":true,"state":"ENABLED"}}"#;
    let adopted = Adopted::of_state(&format!("{rule},\n{target}"));
    assert_eq!(adopted.left_out(), ["state.json:2 module.tasks[\"a\"].aws_cloudwatch_event_target.run"]);
    adopted.is_valid("");
    adopted.has("alerts.hcl", "schedule_expression = \"rate(1 day)\"\n}");
}

#[test]
fn the_arns_of_a_state_give_accounts_and_regions() {
    let adopted = Adopted::of_state(STATE.trim());
    adopted.has("backstay.hcl", "target \"main\" {\n  region     = \"eu-west-1\"\n  account_id = var.account_id\n}");
    adopted.has("backstay.hcl", "target \"eu_central_1\" {\n  region     = \"eu-central-1\"\n  account_id = var.account_id\n}");
    adopted.has("protect.hcl", "protect \"aws_s3_bucket\" \"dr\" {\n  target = target.eu_central_1\n");
}
