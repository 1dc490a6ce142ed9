//! The settings, frameworks, report plans and restore tests of AWS Backup by Terraform over `backstay sandbox serve`, and Terraform as the
//! referee of those that backstay made.

use crate::support::{Peer, Policy, Terraform, import};
use crate::terraform_imports::{applied, are_taken_in};

/// A framework with parameters and scopes, report plans of both sorts, and a restore testing plan with selections of both sorts. Both tools
/// name the settings alike.
pub(crate) const AUDIT: &str = r#"
resource "aws_backup_framework" "rules" {
  HERE
  name        = "rules"
  description = "what the guide asks"
  tags        = { env = "production" }
  control {
    name = "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK"
    input_parameter {
      name  = "requiredRetentionDays"
      value = "35"
    }
  }
  control {
    name = "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN"
    scope {
      compliance_resource_types = ["DynamoDB", "S3"]
    }
  }
  control {
    name = "BACKUP_LAST_RECOVERY_POINT_CREATED"
    input_parameter {
      name  = "recoveryPointAgeUnit"
      value = "days"
    }
    input_parameter {
      name  = "recoveryPointAgeValue"
      value = "1"
    }
    scope {
      tags = { env = "production" }
    }
  }
}

resource "aws_backup_report_plan" "compliance" {
  HERE
  name = "compliance"
  tags = { env = "production" }
  report_delivery_channel {
    s3_bucket_name = "audit-reports"
    s3_key_prefix  = "backup"
    formats        = ["CSV", "JSON"]
  }
  report_setting {
    report_template = "CONTROL_COMPLIANCE_REPORT"
    framework_arns  = [aws_backup_framework.rules.arn]
  }
}

resource "aws_backup_report_plan" "jobs" {
  HERE
  name        = "jobs"
  description = "every job"
  report_delivery_channel {
    s3_bucket_name = "audit-reports"
    formats        = ["CSV"]
  }
  report_setting {
    report_template = "BACKUP_JOB_REPORT"
    regions         = ["us-east-1", "us-west-2"]
  }
}

resource "aws_backup_restore_testing_plan" "monthly" {
  HERE
  name                         = "monthly"
  schedule_expression          = "cron(0 5 1 * ? *)"
  schedule_expression_timezone = "Europe/Berlin"
  start_window_hours           = 12
  tags                         = { env = "production" }
  recovery_point_selection {
    algorithm             = "RANDOM_WITHIN_WINDOW"
    include_vaults        = ["*"]
    exclude_vaults        = ["arn:aws:backup:us-east-1:123456789012:backup-vault:scratch"]
    recovery_point_types  = ["CONTINUOUS", "SNAPSHOT"]
    selection_window_days = 40
  }
}

resource "aws_backup_restore_testing_selection" "tables" {
  HERE
  name                      = "tables"
  restore_testing_plan_name = aws_backup_restore_testing_plan.monthly.name
  protected_resource_type   = "DynamoDB"
  protected_resource_arns   = ["*"]
  iam_role_arn              = "arn:aws:iam::123456789012:role/service-role/AWSBackupDefaultServiceRole"
  validation_window_hours   = 4
  # The provider forgets to read what AWS infers when it changes a selection, and stops with an error of its own.
  restore_metadata_overrides = { encryptionType = "Default" }
}

resource "aws_backup_restore_testing_selection" "databases" {
  HERE
  name                      = "databases"
  restore_testing_plan_name = aws_backup_restore_testing_plan.monthly.name
  protected_resource_type   = "RDS"
  iam_role_arn              = "arn:aws:iam::123456789012:role/service-role/AWSBackupDefaultServiceRole"
  protected_resource_conditions {
    string_equals {
      key   = "aws:ResourceTag/env"
      value = "production"
    }
    string_not_equals {
      key   = "aws:ResourceTag/restore"
      value = "never"
    }
  }
}
"#;

/// The settings of AWS Backup, all of them, as the provider wants to be told each key that AWS answers.
pub(crate) const SETTINGS: &str = r#"
resource "aws_backup_region_settings" "here" {
  resource_type_opt_in_preference = {
    for name in ["Aurora", "CloudFormation", "DocumentDB", "DynamoDB", "EBS", "EC2", "EFS", "EKS", "FSx", "Neptune", "RDS", "Redshift",
    "Redshift Serverless", "S3", "SAP HANA on Amazon EC2", "Storage Gateway", "Timestream", "VirtualMachine"] : name => name != "EC2"
  }
  resource_type_management_preference = { DynamoDB = true, EFS = true }
}

resource "aws_backup_global_settings" "organization" {
  global_settings = {
    isCrossAccountBackupEnabled      = "true"
    isDelegatedAdministratorEnabled  = "false"
    isMpaEnabled                     = "false"
  }
}
"#;

#[test]
fn terraform_makes_changes_and_removes_what_audits_where_it_is_installed() {
    let world = Peer::Sandbox.start();
    let blocks = AUDIT.replace("  HERE\n", "");
    let Some(terraform) = Terraform::new(&world, &blocks) else { return };
    terraform.run(&["apply", "-auto-approve"]).exits(0).says("6 added, 0 changed, 0 destroyed");
    terraform.is_settled();
    let changed = blocks
        .replace("value = \"35\"", "value = \"90\"")
        .replace("\"every job\"", "\"all jobs\"")
        .replace("selection_window_days = 40", "selection_window_days = 20")
        .replace("validation_window_hours   = 4", "validation_window_hours   = 8");
    let wanted = terraform.rewritten(&changed);
    wanted.run(&["apply", "-auto-approve"]).exits(0).says("0 added, 4 changed, 0 destroyed");
    wanted.is_settled();
    wanted.run(&["destroy", "-auto-approve"]).exits(0).says("6 destroyed");
}

#[test]
fn what_audits_that_backstay_made_terraform_imports_unchanged_where_it_is_installed() {
    let world = Peer::Sandbox.start();
    let Some(terraform) = Terraform::new(&world, "") else { return };
    let policy = applied(&world, AUDIT, 6);
    let imports = [
        ("aws_backup_framework.rules", "rules"),
        ("aws_backup_report_plan.compliance", "compliance"),
        ("aws_backup_report_plan.jobs", "jobs"),
        ("aws_backup_restore_testing_plan.monthly", "monthly"),
        ("aws_backup_restore_testing_selection.tables", "tables:monthly"),
        ("aws_backup_restore_testing_selection.databases", "databases:monthly"),
    ];
    are_taken_in(terraform, &policy, AUDIT, &imports.map(|(address, id)| (address, id.to_owned())));
}

#[test]
fn the_settings_that_backstay_protects_terraform_finds_so_where_it_is_installed() {
    let world = Peer::Sandbox.start();
    let Some(terraform) = Terraform::new(&world, "") else { return };
    let protected = r#"
        protect "aws_backup_region_settings" "here" {
          resource_type_opt_in_preference     = { EC2 = false }
          resource_type_management_preference = { DynamoDB = true }
        }
        protect "aws_backup_global_settings" "organization" {
          global_settings = { isCrossAccountBackupEnabled = "true" }
        }
    "#;
    let policy = Policy::new(&world, protected);
    policy.backstay(&["apply", "--auto-approve", "--allow-weakening", "*"]).exits(0).says("Read again: no changes.");
    let imports =
        import("aws_backup_region_settings.here", "us-east-1") + &import("aws_backup_global_settings.organization", "123456789012");
    let terraform = terraform.rewritten(&format!("{SETTINGS}{imports}"));
    terraform.only_imports(2);
    // And the other way round.
    let changed =
        SETTINGS.replace("name != \"EC2\"", "true").replace("isMpaEnabled                     = \"false\"", "isMpaEnabled = \"true\"");
    let wanted = terraform.rewritten(&format!("{changed}{imports}"));
    wanted.run(&["apply", "-auto-approve"]).exits(0).says("2 imported, 0 added, 2 changed, 0 destroyed");
    wanted.is_settled();
    policy.backstay(&["plan"]).exits(4).says("resource_type_opt_in_preference[\"EC2\"]");
}
