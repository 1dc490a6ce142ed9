//! What Terraform says and a policy cannot: it is left out, with its place and the reason, and what is left is a valid policy.

use super::Adopted;
use super::support::room::Room;

mod beside;

const VAULT: &str = "resource \"aws_backup_vault\" \"v\" {\n  name = \"vault\"\n}\n";

impl Adopted {
    fn of_text(text: &str) -> Self {
        Self::of_files(&[("main.tf", text)])
    }

    /// Why what stands on a line was left out.
    #[track_caller]
    fn why(&self, place: &str) -> String {
        let all = self.told["left_out"].as_array().unwrap();
        let at = self.left_out().iter().position(|one| one == place);
        all[at.unwrap_or_else(|| unreachable!("{place} is not in {:?}", self.left_out()))]["why"].as_str().unwrap().to_owned()
    }
}

#[test]
fn what_calls_a_function_that_the_language_lacks_is_left_out() {
    let adopted = Adopted::of_text(
        "locals {\n  made = timestamp()\n  tags = { made = local.made }\n}\nresource \"aws_backup_vault\" \"v\" {\n  name = \"vault\"\n}\nresource \"aws_backup_vault\" \"w\" {\n  name = \"vault-${uuid()}\"\n}\nresource \"aws_sns_topic\" \"t\" {\n  name = \"topic\"\n  tags = local.tags\n}\nresource \"aws_dynamodb_table\" \"t\" {\n  name = \"orders-${uuid()}\"\n  deletion_protection_enabled = true\n}\nresource \"aws_dynamodb_table\" \"u\" {\n  name = \"others\"\n  deletion_protection_enabled = uuid() == \"\"\n  point_in_time_recovery {\n    enabled = true\n  }\n}\n",
    );
    adopted.is_valid("");
    let places = [
        "terraform/main.tf:2 local.made",
        "terraform/main.tf:3 local.tags",
        "terraform/main.tf:8 aws_backup_vault.w",
        "terraform/main.tf:11 aws_sns_topic.t",
        "terraform/main.tf:15 aws_dynamodb_table.t",
        "terraform/main.tf:21 aws_dynamodb_table.u, `deletion_protection_enabled`",
    ];
    assert_eq!(adopted.left_out(), places);
    assert!(adopted.why(places[5]).contains("function `uuid`"), "{}", adopted.why(places[5]));
    adopted.has("main.hcl", "  name = \"vault\"\n}");
    assert_eq!(adopted.asked(), [""; 0]);
}

#[test]
fn a_plan_whose_retention_cannot_be_said_is_left_out_as_without_it_backups_would_stay_for_ever() {
    let plan = "resource \"aws_backup_plan\" \"p\" {\n  name = \"daily\"\n  rule {\n    rule_name = \"daily\"\n    target_vault_name = aws_backup_vault.v.name\n    schedule = \"cron(0 2 * * ? *)\"\n    lifecycle {\n      delete_after = provider::acme::days(\"daily\")\n    }\n  }\n}\n";
    let adopted = Adopted::of_text(&format!("{VAULT}{plan}"));
    let why = adopted.why("terraform/main.tf:4 aws_backup_plan.p");
    assert!(why.contains("without `rule.lifecycle.delete_after`, which cannot be said, a plan would set that back"), "{why}");
    adopted.has_not("main.hcl", "aws_backup_plan");
    adopted.is_valid("");
}

#[test]
fn versioning_that_hangs_on_an_expression_is_no_reason_to_suspend_it() {
    let bucket = "variable \"keeps\" {\n  default = false\n}\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = \"media-bucket\"\n  versioning {\n    enabled = var.keeps || false\n  }\n  lifecycle_rule {\n    id = \"old\"\n    enabled = var.keeps || false\n    expiration {\n      days = 30\n    }\n  }\n}\n";
    let adopted = Adopted::of_text(bucket);
    assert!(adopted.why("terraform/main.tf:7 aws_s3_bucket.b, `versioning.enabled`").contains("suspended"));
    adopted.has_not("main.hcl", "versioning");
    adopted.is_valid("");
    let text = adopted.file("main.hcl");
    assert!(text.contains("= (var.keeps || false) ? \"Enabled\" : \"Disabled\""), "{text}");
}

#[test]
fn one_block_that_backstay_refuses_is_left_out_and_the_rest_stays() {
    let plan = |name: &str, schedule: &str| {
        format!(
            "resource \"aws_backup_plan\" \"{name}\" {{\n  name = \"{name}\"\n  rule {{\n    rule_name = \"daily\"\n    target_vault_name = aws_backup_vault.v.name\n    schedule = \"{schedule}\"\n  }}\n}}\n"
        )
    };
    let selection = "resource \"aws_backup_selection\" \"s\" {\n  name = \"s\"\n  plan_id = aws_backup_plan.bad.id\n  iam_role_arn = \"arn:aws:iam::123456789012:role/backup\"\n  resources = [\"*\"]\n}\n";
    let adopted = Adopted::of_text(&format!("{VAULT}{}{}{selection}", plan("good", "cron(0 2 * * ? *)"), plan("bad", "cron(never)")));
    adopted.is_valid("");
    adopted.has("main.hcl", "resource \"aws_backup_plan\" \"good\" {");
    let why = adopted.why("terraform/main.tf:12 aws_backup_plan.bad");
    assert!(why.contains("backstay does not take it, BKS") && why.contains("cron"), "{why}");
    assert!(adopted.why("terraform/main.tf:20 aws_backup_selection.s").contains("translated too"));
}

#[test]
fn what_no_block_is_to_blame_for_ends_with_an_error() {
    let room = Room::new();
    room.write("terraform/main.tf", format!("provider \"aws\" {{\n  region = \"nowhere\"\n}}\n{VAULT}"));
    let ended = room.run("adopt --from-terraform terraform --out policy");
    assert_eq!(ended.code, Some(1), "{}", ended.output);
    assert!(ended.output.contains("refuses it as it stands") && ended.output.contains("nowhere"), "{}", ended.output);
}

#[test]
fn rules_of_the_first_generation_are_rules_with_a_filter() {
    let adopted = Adopted::of_text(
        r#"
resource "aws_s3_bucket" "b" {
  bucket = "new-bucket"
}
resource "aws_s3_bucket_lifecycle_configuration" "b" {
  bucket = aws_s3_bucket.b.id
  rule {
    id     = "logs"
    status = "Enabled"
    prefix = "logs/"
    expiration {
      days = 30
    }
  }
}
resource "aws_s3_bucket" "old" {
  bucket = "old-bucket"
  versioning {
    enabled = true
  }
  lifecycle_rule {
    id      = "tmp"
    enabled = true
    prefix  = "tmp/"
    tags = {
      kind = "scratch"
    }
    noncurrent_version_expiration {
      days = 90
    }
  }
  lifecycle_rule {
    id                                     = "parts"
    enabled                                = true
    abort_incomplete_multipart_upload_days = 7
  }
  lifecycle_rule {
    id      = "tagged"
    enabled = false
    tags    = { kind = "scratch" }
    expiration {
      days = 9
    }
  }
}
"#,
    );
    adopted.is_valid("");
    assert_eq!(adopted.left_out(), [""; 0]);
    adopted.has("main.hcl", "    id     = \"logs\"\n    status = \"Enabled\"\n    filter {\n      prefix = \"logs/\"\n    }\n");
    adopted.has("main.hcl", "  versioning {\n    status = \"Enabled\"\n  }");
    adopted.has("main.hcl", "      and {\n        prefix = \"tmp/\"\n");
    adopted.has("main.hcl", "noncurrent_days = 90");
    adopted.has("main.hcl", "days_after_initiation = 7");
    adopted.has("main.hcl", "      tag {\n        key   = \"kind\"\n        value = \"scratch\"\n");
}

#[test]
fn blocks_that_a_policy_has_nothing_for_are_told_with_their_lines() {
    let main = format!(
        "{VAULT}check \"up\" {{\n}}\nmoved {{\n  from = aws_backup_vault.a\n  to   = aws_backup_vault.v\n}}\nimport {{\n  to = aws_backup_vault.v\n  id = \"vault\"\n}}\nremoved {{\n  from = aws_backup_vault.old\n}}\nmoved {{\n  from = aws_instance.a\n  to   = aws_instance.b\n}}\noutput \"a\" {{\n  value = 1\n}}\noutput \"b\" {{\n  value = 2\n}}\nprovider \"aws\" {{\n  alias = \"spare\"\n}}\nprovider \"aws\" {{\n  region = \"eu-west-1\"\n}}\nresource \"aws_backup_vault\" \"w\" {{\n  name          = \"second\"\n  force_destroy = true\n}}\nmodule \"loop\" {{\n  source = \"./loop\"\n}}\n"
    );
    let adopted = Adopted::of_files(&[
        ("main.tf", &main),
        ("loop/main.tf", "module \"again\" {\n  source = \"../loop\"\n}\n"),
        ("x_override.tf", "\nresource \"aws_backup_vault\" \"v\" {\n  name = \"other\"\n}\n"),
        ("y.tf.json", "{}"),
    ]);
    adopted.is_valid("");
    assert_eq!(
        adopted.left_out(),
        [
            "terraform/loop/main.tf:1 module.again",
            "terraform/main.tf:4 `check` up",
            "terraform/main.tf:6 `moved` aws_backup_vault.a",
            "terraform/main.tf:10 `import` aws_backup_vault.v",
            "terraform/main.tf:14 `removed` aws_backup_vault.old",
            "terraform/main.tf:21 2 outputs: a, b",
            "terraform/main.tf:27 provider aws (spare)",
            "terraform/main.tf:35 aws_backup_vault.w, `force_destroy`",
            "terraform/x_override.tf:2 aws_backup_vault.v",
            "terraform/y.tf.json:1 y.tf.json",
        ]
    );
    assert!(adopted.why("terraform/loop/main.tf:1 module.again").contains("never ends"));
    assert!(adopted.told["notes"].to_string().contains("main.tf:30:1: the provider `aws` is `target.main`"), "{}", adopted.told);
}

#[test]
fn what_nothing_declares_is_asked_for_where_it_is_referred_to() {
    let adopted = Adopted::of_text(&format!("{VAULT}\nresource \"aws_backup_vault\" \"w\" {{\n  name = var.nowhere\n}}\n"));
    assert_eq!(adopted.told["variables"][0]["place"]["line"], 6);
}

#[test]
fn instances_are_named_as_a_person_would() {
    let adopted = Adopted::of_text(
        r#"
variable "tables" {
  default = { orders = 7, stock = 9 }
}
resource "aws_dynamodb_table" "t" {
  for_each = toset(["orders", "stock"])
  name     = each.key
  point_in_time_recovery {
    enabled = true
  }
}
resource "aws_dynamodb_table" "v" {
  for_each = var.tables
  name     = "${each.key}-${each.value}"
  point_in_time_recovery {
    enabled = true
  }
}
resource "aws_db_instance" "plain" {
  count      = 2
  identifier = "db-${count.index}"
}
resource "aws_cloudwatch_metric_alarm" "t" {
  for_each            = aws_dynamodb_table.v
  alarm_name          = "alarm-${each.key}"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = "SystemErrors"
  namespace           = "AWS/DynamoDB"
  period              = 60
  statistic           = "Sum"
  threshold           = 1
  dimensions          = { TableName = each.value.name }
}
resource "aws_backup_plan" "p" {
  name = "plan"
  rule {
    rule_name         = "daily"
    schedule          = "cron(0 2 * * ? *)"
    target_vault_name = "vault"
  }
}
resource "aws_backup_selection" "s" {
  name         = "some"
  plan_id      = aws_backup_plan.p.id
  iam_role_arn = "arn:aws:iam::123456789012:role/backup"
  resources = concat(
    values(aws_dynamodb_table.t)[*].arn,
    [for t in aws_dynamodb_table.v : t.arn],
    aws_db_instance.plain[*].arn,
  )
}
"#,
    );
    adopted.is_valid("--var account_id=123456789012 --var region=eu-west-1");
    adopted.has("main.hcl", "  for_each = var.tables\n  mark     = false\n\n  alarm_name          = \"alarm-${each.key}\"");
    adopted.has("main.hcl", "dimensions          = { TableName = \"${each.key}-${each.value}\" }");
    adopted.has("main.hcl", "[aws_dynamodb_table.t[\"orders\"][\"orders\"].arn, aws_dynamodb_table.t[\"stock\"][\"stock\"].arn],");
    adopted.has("main.hcl", "[for key, value in var.tables : aws_dynamodb_table.v[key][\"${key}-${value}\"].arn],");
    adopted.has("main.hcl", ":db:db-0\", \"arn:aws:rds:");
    assert_eq!(adopted.asked(), ["account_id", "region"]);
}

#[test]
fn resources_of_a_state_that_differ_in_little_become_one_block() {
    let alarm = |number: usize| {
        let name = format!("orders-{number:02}");
        serde_json::json!({
            "address": format!("aws_cloudwatch_metric_alarm.errors[\"{name}\"]"),
            "mode": "managed", "type": "aws_cloudwatch_metric_alarm", "name": "errors", "index": name,
            "values": {
                "alarm_name": format!("{name}-errors"), "id": format!("{name}-errors"),
                "arn": format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}-errors"),
                "alarm_actions": ["arn:aws:sns:eu-west-1:123456789012:alerts"],
                "comparison_operator": "GreaterThanThreshold", "evaluation_periods": 1, "threshold": 1, "period": 60,
                "metric_name": "SystemErrors", "namespace": "AWS/DynamoDB", "statistic": "Sum",
                "dimensions": { "TableName": name, "Operation": "PutItem" }, "metric_query": [], "tags": {}, "tags_all": {},
            },
        })
    };
    let rule = serde_json::json!({
        "address": "aws_cloudwatch_composite_alarm.all", "mode": "managed", "type": "aws_cloudwatch_composite_alarm", "name": "all",
        "values": {
            "alarm_name": "all", "arn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:all", "alarm_rule": "ALARM(\"orders-00-errors\")",
            "alarm_actions": ["arn:aws:sns:eu-west-1:123456789012:alerts"],
        },
    });
    let all: Vec<String> = (0..40).map(alarm).chain([rule]).map(|one| one.to_string()).collect();
    let adopted = Adopted::of_state(&all.join(",\n"));
    adopted.is_valid("");
    let text = adopted.file("alerts.hcl");
    assert_eq!(text.matches("resource \"aws_cloudwatch_metric_alarm\"").count(), 1, "{text}");
    adopted.has("alerts.hcl", "resource \"aws_cloudwatch_metric_alarm\" \"errors\" {\n  for_each = {\n");
    adopted.has("alerts.hcl", "\"orders-07-errors\" = { dimensions = { Operation = \"PutItem\", TableName = \"orders-07\" } }");
    adopted.has("alerts.hcl", "= each.value.dimensions");
    adopted.has("alerts.hcl", "= [\"arn:aws:sns:${var.region}:${var.account_id}:alerts\"]");
    adopted.has("backstay.hcl", "default     = \"123456789012\"");
    assert_eq!(adopted.told["translated"], 41);
}

#[test]
fn a_second_run_adds_only_what_is_not_covered_yet() {
    let adopted = Adopted::of("sales");
    let names = ["alerts.hcl", "backstay.hcl", "backup.hcl", "data.hcl", "variables.hcl"];
    let before: Vec<String> = names.iter().map(|name| adopted.file(name)).collect();
    let again = adopted.room.ok("adopt --from-terraform terraform --out policy");
    assert!(again.contains("the policy covered already"), "{again}");
    assert_eq!(names.map(|name| adopted.file(name)).as_slice(), before.as_slice());
    let data = adopted.room.read("terraform/data.tf");
    let new = "resource \"aws_dynamodb_table\" \"late\" {\n  name = \"late-${var.environment}\"\n  deletion_protection_enabled = true\n}\n";
    adopted.room.write("terraform/data.tf", format!("{data}\n{new}"));
    adopted.room.ok("adopt --from-terraform terraform --out policy");
    adopted.is_valid("");
    let longer = adopted.file("data.hcl");
    assert!(longer.starts_with(&before[3]) && longer.contains("names = [\"late-${var.environment}\"]"), "{longer}");
    assert_eq!(adopted.file("backup.hcl"), before[2]);
    assert_eq!(adopted.file("backstay.hcl"), before[1]);
}

#[test]
fn what_others_wrote_stays_as_it_is() {
    let room = Room::new();
    let own = "# Ours.\nbackstay {\n  workspace = \"ours\"\n}\ntarget \"main\" {\n  region = \"eu-west-1\"\n}\nresource \"aws_backup_vault\" \"mine\" {\n  name = \"vault\"\n}\n";
    room.write("policy/main.hcl", own);
    let second = "resource \"aws_backup_vault\" \"w\" {\n  name = \"second\"\n}\n";
    room.write("terraform/main.tf", format!("provider \"aws\" {{\n  region = \"eu-west-1\"\n}}\n{VAULT}{second}"));
    room.ok("adopt --from-terraform terraform --out policy");
    assert_eq!(room.read("policy/main.hcl"), own);
    let added = room.read("policy/main-adopted.hcl");
    assert!(added.contains("name = \"second\"") && !added.contains("name = \"vault\""), "{added}");
    assert!(!room.file("policy/backstay.hcl").exists());
    room.ok("validate policy");
    room.ok("adopt --from-terraform terraform --out policy");
    assert_eq!(room.read("policy/main-adopted.hcl"), added);
}

#[test]
fn a_state_is_adopted_once() {
    let vault = |name: &str| {
        format!(
            r#"{{"address":"aws_backup_vault.{name}","mode":"managed","type":"aws_backup_vault","name":"{name}","values":{{"arn":"arn:aws:backup:eu-west-1:123456789012:backup-vault:{name}","id":"{name}","name":"{name}"}}}}"#
        )
    };
    let adopted = Adopted::of_state(&vault("one"));
    let before = adopted.file("backup.hcl");
    adopted.room.ok("adopt --from-state state.json --out policy");
    assert_eq!(adopted.file("backup.hcl"), before);
    let json = adopted.room.read("state.json").replace("]}", &format!(",{}]}}", vault("two")));
    adopted.room.write("state.json", json);
    adopted.room.ok("adopt --from-state state.json --out policy");
    adopted.is_valid("");
    let after = adopted.file("backup.hcl");
    assert!(after.starts_with(&before) && after.contains("name = \"two\""), "{after}");
}

#[test]
fn what_terraform_hides_in_a_state_is_asked_for_and_written_nowhere() {
    let vault = r#"{"address":"aws_backup_vault.one","mode":"managed","type":"aws_backup_vault","name":"one","values":{"arn":"arn:aws:backup:eu-west-1:123456789012:backup-vault:one","id":"one","name":"one","tags":{"token":"hunter2"},"tags_all":{"token":"hunter2"}},"sensitive_values":{"tags":{"token":true},"tags_all":{"token":true}}}"#;
    let plan = r#"{"address":"aws_backup_plan.daily","mode":"managed","type":"aws_backup_plan","name":"daily","values":{"arn":"arn:aws:backup:eu-west-1:123456789012:backup-plan:0c4f","id":"0c4f","name":"daily","rule":[{"rule_name":"daily","target_vault_name":"one","schedule":"cron(7 2 * * ? *)","start_window":60,"completion_window":180,"lifecycle":[{"delete_after":35}]}]},"sensitive_values":{"rule":[{"schedule":true,"lifecycle":[{}]}]}}"#;
    let adopted = Adopted::of_state(&format!("{vault},\n{plan}"));
    let all: String = ["backup.hcl", "backstay.hcl"].map(|name| adopted.file(name)).concat() + &adopted.told.to_string();
    assert!(!all.contains("hunter2") && !all.contains("cron(7"), "{all}");
    assert_eq!(adopted.asked(), ["aws_backup_plan_daily_rule_0_schedule", "aws_backup_vault_one_tags_all"]);
    adopted.has("backup.hcl", "schedule          = var.aws_backup_plan_daily_rule_0_schedule");
    adopted.has("backup.hcl", "= var.aws_backup_vault_one_tags_all");
    assert_eq!(adopted.file("backstay.hcl").matches("sensitive   = true").count(), 2, "{}", adopted.file("backstay.hcl"));
    adopted.has("backup.hcl", "delete_after = 35");
}
