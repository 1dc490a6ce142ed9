//! Rules, schedules and log groups by Terraform over `backstay sandbox serve`: what it made it finds unchanged and removes again, and what
//! backstay made or set it finds converged.

use crate::support::{Peer, Policy, Terraform, import};

/// Rules with their targets, and a schedule in its group.
pub(crate) const EVENTS: &str = r#"
resource "aws_cloudwatch_event_rule" "failed" {
  HERE
  name        = "backup-failed"
  description = "A backup did not complete"
  event_pattern = jsonencode({
    source        = ["aws.backup"]
    "detail-type" = ["Backup Job State Change"]
    detail        = { state = ["FAILED", "EXPIRED", "ABORTED"] }
  })
  tags = { env = "production" }
  OURS
}

resource "aws_cloudwatch_event_target" "queue" {
  HERE
  rule      = aws_cloudwatch_event_rule.failed.name
  target_id = "queue"
  arn       = "arn:aws:sqs:us-east-1:123456789012:alerts"
  OURS
  input_transformer {
    input_paths    = { job = "$.detail.backupJobId" }
    input_template = "\"Backup job <job> failed\""
  }
  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 10
  }
  dead_letter_config {
    arn = "arn:aws:sqs:us-east-1:123456789012:undelivered"
  }
}

resource "aws_cloudwatch_event_rule" "nightly" {
  HERE
  name                = "nightly"
  schedule_expression = "cron(0 2 * * ? *)"
  state               = "DISABLED"
  OURS
}

resource "aws_cloudwatch_event_target" "machine" {
  HERE
  rule      = aws_cloudwatch_event_rule.nightly.name
  target_id = "machine"
  arn       = "arn:aws:states:us-east-1:123456789012:stateMachine:export"
  role_arn  = "arn:aws:iam::123456789012:role/export"
  input     = jsonencode({ table = "orders" })
  OURS
}

resource "aws_scheduler_schedule_group" "exports" {
  HERE
  name = "exports"
  tags = { env = "production" }
}

resource "aws_scheduler_schedule" "orders" {
  HERE
  name                         = "orders"
  description                  = "Exports the orders"
  group_name                   = aws_scheduler_schedule_group.exports.name
  schedule_expression          = "cron(0 2 * * ? *)"
  schedule_expression_timezone = "Europe/Berlin"
  start_date                   = "2027-01-01T00:00:00Z"
  end_date                     = "2037-01-01T00:00:00Z"
  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 30
  }
  target {
    arn      = "arn:aws:scheduler:::aws-sdk:dynamodb:exportTableToPointInTime"
    role_arn = "arn:aws:iam::123456789012:role/export"
    input    = jsonencode({ TableArn = "arn:aws:dynamodb:us-east-1:123456789012:table/orders", S3Bucket = "exports" })
    dead_letter_config {
      arn = "arn:aws:sqs:us-east-1:123456789012:undelivered"
    }
    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 10
    }
  }
}

resource "aws_scheduler_schedule" "hourly" {
  HERE
  name                = "hourly"
  group_name          = aws_scheduler_schedule_group.exports.name
  schedule_expression = "rate(1 hour)"
  state               = "DISABLED"
  flexible_time_window {
    mode = "OFF"
  }
  target {
    arn      = "arn:aws:lambda:us-east-1:123456789012:function:check"
    role_arn = "arn:aws:iam::123456789012:role/check"
  }
}
"#;

/// A rule on a bus of its own, and log groups.
pub(crate) const MORE: &str = r#"
resource "aws_cloudwatch_event_bus" "shop" {
  name = "shop"
}

resource "aws_cloudwatch_event_rule" "orders" {
  name           = "orders"
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  event_pattern  = jsonencode({ source = ["shop.orders"] })
}

resource "aws_cloudwatch_event_target" "orders" {
  rule           = aws_cloudwatch_event_rule.orders.name
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  target_id      = "queue"
  arn            = "arn:aws:sqs:us-east-1:123456789012:orders"
}
"#;

pub(crate) const LOGS: &str = r#"
resource "aws_cloudwatch_log_group" "export" {
  name              = "/aws/lambda/export"
  retention_in_days = 30
  tags              = { env = "production" }
}

resource "aws_cloudwatch_log_group" "for_ever" {
  name = "/aws/lambda/exporter"
}
"#;

/// What the provider says of how it removes things is known to no AWS, so that an import cannot find it.
const OURS: &str = "lifecycle {\n    ignore_changes = [force_destroy]\n  }\n";

pub(crate) fn in_terraform(blocks: &str) -> String {
    blocks.replace("  HERE\n", "").replace("  OURS\n", "")
}

#[test]
fn terraform_settles_on_rules_schedules_and_log_groups_and_takes_them_down_where_it_is_installed() {
    let world = Peer::Sandbox.start();
    let Some(terraform) = Terraform::new(&world, &format!("{}{MORE}{LOGS}", in_terraform(EVENTS))) else { return };
    terraform.run(&["apply", "-auto-approve"]).exits(0).says("12 added, 0 changed, 0 destroyed");
    terraform.is_settled();
    let changed = format!("{}{MORE}{LOGS}", in_terraform(EVENTS))
        .replace("\"EXPIRED\", ", "")
        .replace("maximum_retry_attempts       = 10", "maximum_retry_attempts       = 3")
        .replace("retention_in_days = 30", "retention_in_days = 7")
        .replace("tags = { env = \"production\" }", "tags = { team = \"data\" }");
    let terraform = terraform.rewritten(&changed);
    terraform.run(&["apply", "-auto-approve"]).exits(0).says("0 added, 5 changed, 0 destroyed");
    terraform.is_settled();
    terraform.run(&["destroy", "-auto-approve"]).exits(0).says("12 destroyed");
}

#[test]
fn the_rules_and_schedules_that_backstay_made_terraform_imports_unchanged_where_it_is_installed() {
    let world = Peer::Sandbox.start();
    let Some(terraform) = Terraform::new(&world, "") else { return };
    let blocks = EVENTS.replace("HERE", "target = target.primary").replace("  OURS\n", "");
    let targets =
        "backstay { workspace = \"shop\" }\ntarget \"primary\" { region = \"us-east-1\" }\ntarget \"west\" { region = \"us-west-2\" }\n";
    let policy = Policy::new(&world, &format!("{targets}{blocks}"));
    policy.apply().says("7 added, 0 changed, 0 destroyed");
    policy.is_settled();
    let imports = [
        ("aws_cloudwatch_event_rule.failed", "backup-failed"),
        ("aws_cloudwatch_event_target.queue", "backup-failed/queue"),
        ("aws_cloudwatch_event_rule.nightly", "nightly"),
        ("aws_cloudwatch_event_target.machine", "nightly/machine"),
        ("aws_scheduler_schedule_group.exports", "exports"),
        ("aws_scheduler_schedule.orders", "exports/orders"),
        ("aws_scheduler_schedule.hourly", "exports/hourly"),
    ];
    let imported: String = imports.iter().map(|(address, id)| import(address, id)).collect();
    let terraform = terraform.rewritten(&format!("{}{imported}", EVENTS.replace("  HERE\n", "").replace("OURS", OURS)));
    terraform.only_imports(imports.len());
    terraform.run(&["apply", "-auto-approve"]).exits(0).says("7 imported, 0 added, 0 changed, 0 destroyed");
    terraform.is_settled();
    policy.is_settled();
}

#[test]
fn terraform_finds_the_retention_that_backstay_set_where_it_is_installed() {
    let world = Peer::Sandbox.start();
    let Some(terraform) = Terraform::new(&world, LOGS) else { return };
    terraform.run(&["apply", "-auto-approve"]).exits(0).says("2 added, 0 changed, 0 destroyed");
    let policy = Policy::new(
        &world,
        "target \"primary\" { region = \"us-east-1\" }\nprotect \"aws_cloudwatch_log_group\" \"all\" {\n  select { names = [\"/aws/lambda/*\"] }\n  retention_in_days = 0\n}\n",
    );
    policy.apply().says("0 added, 1 changed, 0 destroyed");
    policy.is_settled();
    let terraform = terraform.rewritten(&LOGS.replace("retention_in_days = 30", "retention_in_days = 0"));
    terraform.is_settled();
}

#[test]
fn a_rule_of_another_bus_is_another_rule_where_terraform_is_installed() {
    let world = Peer::Sandbox.start();
    let bus = "resource \"aws_cloudwatch_event_bus\" \"shop\" {\n  name = \"shop\"\n}\n";
    let Some(terraform) = Terraform::new(&world, bus) else { return };
    terraform.run(&["apply", "-auto-approve"]).exits(0).says("1 added, 0 changed, 0 destroyed");
    let rules = |bus: &str| {
        format!(
            "backstay {{ workspace = \"shop\" }}\ntarget \"primary\" {{ region = \"us-east-1\" }}\nresource \"aws_cloudwatch_event_rule\" \"orders\" {{\n  name           = \"orders\"\n  event_bus_name = \"{bus}\"\n  event_pattern  = jsonencode({{ source = [\"shop.orders\"] }})\n}}\nresource \"aws_cloudwatch_event_target\" \"queue\" {{\n  rule      = aws_cloudwatch_event_rule.orders.name\n  target_id = \"queue\"\n  arn       = \"arn:aws:sqs:us-east-1:123456789012:orders\"\n}}\n"
        )
    };
    let policy = Policy::new(&world, &rules("shop"));
    policy.apply().says("2 added, 0 changed, 0 destroyed");
    policy.is_settled();
    // What moves to another bus is made there before it goes here.
    policy.write(&rules("default"));
    policy.backstay(&["plan"]).exits(4).says("EventBridge rule shop/orders").says("EventBridge target shop/orders/queue");
    policy.backstay(&["apply", "--auto-approve", "--allow-weakening", "*"]).exits(0).says("2 added, 0 changed, 2 destroyed");
    policy.is_settled();
    terraform.run(&["destroy", "-auto-approve"]).exits(0).says("1 destroyed");
}
