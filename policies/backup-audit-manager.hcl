# The eleven controls of AWS Backup Audit Manager, with their parameters as variables of AWS's defaults, evaluated over what is read: plans,
# selections, vaults, copies and locks. Those that are about recovery points are UNKNOWN until backstay reads them.
#
# They are asked with `audit --framework aws-backup-audit-manager`.

variable "bam_required_frequency_hours" {
  description = "requiredFrequencyUnit and requiredFrequencyValue: at least one rule runs this often; 1 day"
  type        = number
  default     = 24
}

variable "bam_required_retention_days" {
  description = "requiredRetentionDays"
  type        = number
  default     = 35
}

variable "bam_cross_region_list" {
  description = "crossRegionList: the regions that count; any other region where it is empty"
  type        = list(string)
  default     = []
}

variable "bam_cross_account_list" {
  description = "crossAccountList: the accounts that count; any other account where it is empty"
  type        = list(string)
  default     = []
}

variable "bam_lock_min_retention_days" {
  description = "minRetentionDays of the lock; none is asked for where it is null"
  type        = number
  default     = null
}

variable "bam_lock_max_retention_days" {
  description = "maxRetentionDays of the lock; none is asked for where it is null"
  type        = number
  default     = null
}

variable "bam_principal_arn_list" {
  description = "principalArnList: the roles that may delete recovery points all the same"
  type        = list(string)
  default     = []
}

variable "bam_recovery_point_age_hours" {
  description = "recoveryPointAgeUnit and recoveryPointAgeValue of the newest recovery point; 1 day"
  type        = number
  default     = 24
}

variable "bam_max_restore_minutes" {
  description = "maxRestoreTime"
  type        = number
  default     = 720
}

variable "bam_air_gapped_age_hours" {
  description = "recoveryPointAgeUnit and recoveryPointAgeValue of the newest recovery point in an air-gapped vault; 7 days"
  type        = number
  default     = 168
}

control "BAM-01" {
  title    = "it is in a backup plan"
  severity = "high"
  kinds = [
    "aws_db_instance",
    "aws_docdb_cluster",
    "aws_dynamodb_table",
    "aws_efs_file_system",
    "aws_neptune_cluster",
    "aws_rds_cluster",
    "aws_redshift_cluster",
    "aws_s3_bucket",
  ]
  condition = anytrue([for rule in resource.mechanisms : rule.protects if rule.means == "backup_rule"])
  remediation = "choose it in a selection of a backup plan"
  requirements = { aws-backup-audit-manager = ["BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN"] }
}

control "BAM-02" {
  title    = "a rule of the plan runs often enough and keeps for long enough"
  severity = "medium"
  kinds = ["aws_backup_plan"]
  condition = anytrue([
    # The clocks of a zone make one day of the year an hour longer.
    for rule in resource.mechanisms :
    rule.longest_hours <= var.bam_required_frequency_hours + 1 && (rule.delete_after_days == null ? true : rule.delete_after_days >= var.bam_required_retention_days)
  ])
  remediation = "run a rule more often, or raise its `delete_after`"
  requirements = { aws-backup-audit-manager = ["BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK"] }
}

control "BAM-03" {
  title    = "nobody but named roles can delete recovery points of the vault"
  severity = "high"
  kinds = ["aws_backup_vault"]
  condition = length(setsubtract(resource.access.may_delete, var.bam_principal_arn_list)) == 0
  remediation = "deny `backup:DeleteRecoveryPoint`, `backup:UpdateRecoveryPointLifecycle` and `backup:PutBackupVaultAccessPolicy` to everybody in the access policy of the vault, on every resource"
  requirements = { aws-backup-audit-manager = ["BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED"] }
}

control "BAM-04" {
  title    = "its recovery points are encrypted"
  severity = "high"
  kinds = [
    "aws_db_instance",
    "aws_docdb_cluster",
    "aws_dynamodb_table",
    "aws_efs_file_system",
    "aws_neptune_cluster",
    "aws_rds_cluster",
    "aws_redshift_cluster",
    "aws_s3_bucket",
  ]
  when      = resource.recovery_points.count > 0 || resource.recovery_points.may_be_newer
  condition = resource.recovery_points.unencrypted == 0 && !resource.recovery_points.may_be_newer
  remediation = "encrypt the thing itself, or have AWS Backup manage its type in full"
  requirements = { aws-backup-audit-manager = ["BACKUP_RECOVERY_POINT_ENCRYPTED"] }
}

control "BAM-05" {
  title    = "its recovery points are kept for long enough"
  severity = "medium"
  kinds = [
    "aws_db_instance",
    "aws_docdb_cluster",
    "aws_dynamodb_table",
    "aws_efs_file_system",
    "aws_neptune_cluster",
    "aws_rds_cluster",
    "aws_redshift_cluster",
    "aws_s3_bucket",
  ]
  when      = resource.recovery_points.count > 0 || resource.recovery_points.may_be_newer
  condition = (
    (resource.recovery_points.least_days == null ? true : resource.recovery_points.least_days >= var.bam_required_retention_days) &&
    !resource.recovery_points.may_be_newer
  )
  remediation = "raise `delete_after`"
  requirements = { aws-backup-audit-manager = ["BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK"] }
}

control "BAM-06" {
  title    = "a rule copies its backups to another region"
  severity = "high"
  kinds = [
    "aws_db_instance",
    "aws_docdb_cluster",
    "aws_dynamodb_table",
    "aws_efs_file_system",
    "aws_neptune_cluster",
    "aws_rds_cluster",
    "aws_redshift_cluster",
    "aws_s3_bucket",
  ]
  condition = anytrue([
    for copy in flatten([for rule in resource.mechanisms : rule.copies if rule.means == "backup_rule"]) :
    copy.region != resource.region && (length(var.bam_cross_region_list) == 0 || contains(var.bam_cross_region_list, copy.region))
  ])
  remediation = "add a `copy_action` with a vault of another region"
  requirements = { aws-backup-audit-manager = ["BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION"] }
}

control "BAM-07" {
  title    = "a rule copies its backups to another account"
  severity = "high"
  kinds = [
    "aws_db_instance",
    "aws_docdb_cluster",
    "aws_dynamodb_table",
    "aws_efs_file_system",
    "aws_neptune_cluster",
    "aws_rds_cluster",
    "aws_redshift_cluster",
    "aws_s3_bucket",
  ]
  condition = anytrue([
    for copy in flatten([for rule in resource.mechanisms : rule.copies if rule.means == "backup_rule"]) :
    copy.account != resource.account && (length(var.bam_cross_account_list) == 0 || contains(var.bam_cross_account_list, copy.account))
  ])
  remediation = "add a `copy_action` with a vault of another account"
  requirements = { aws-backup-audit-manager = ["BACKUP_RESOURCES_PROTECTED_BY_CROSS_ACCOUNT"] }
}

control "BAM-08" {
  title    = "it is backed up into a locked vault"
  severity = "high"
  kinds = [
    "aws_db_instance",
    "aws_docdb_cluster",
    "aws_dynamodb_table",
    "aws_efs_file_system",
    "aws_neptune_cluster",
    "aws_rds_cluster",
    "aws_redshift_cluster",
    "aws_s3_bucket",
  ]
  condition = anytrue([
    for rule in resource.mechanisms :
    rule.lock != "none" &&
    (var.bam_lock_min_retention_days == null ? true : (rule.vault_min_days == null ? false : rule.vault_min_days >= var.bam_lock_min_retention_days)) &&
    (var.bam_lock_max_retention_days == null ? true : (rule.vault_max_days == null ? false : rule.vault_max_days <= var.bam_lock_max_retention_days))
    if rule.means == "backup_rule"
  ])
  remediation = "lock the vault: `aws_backup_vault_lock_configuration`"
  requirements = { aws-backup-audit-manager = ["BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK"] }
}

control "BAM-09" {
  title    = "its newest recovery point is fresh"
  severity = "high"
  kinds = [
    "aws_db_instance",
    "aws_docdb_cluster",
    "aws_dynamodb_table",
    "aws_efs_file_system",
    "aws_neptune_cluster",
    "aws_rds_cluster",
    "aws_redshift_cluster",
    "aws_s3_bucket",
  ]
  condition = (
    (resource.recovery_points.newest_point_age_hours == null ? false : resource.recovery_points.newest_point_age_hours <= var.bam_recovery_point_age_hours) ||
    resource.recovery_points.may_be_newer || resource.recovery_points.may_be_newer_copies
  )
  remediation = "look at the backup jobs of the last days"
  requirements = { aws-backup-audit-manager = ["BACKUP_LAST_RECOVERY_POINT_CREATED"] }
}

control "BAM-10" {
  title    = "its restores are done within their time"
  severity = "medium"
  kinds = [
    "aws_db_instance",
    "aws_docdb_cluster",
    "aws_dynamodb_table",
    "aws_efs_file_system",
    "aws_neptune_cluster",
    "aws_rds_cluster",
    "aws_redshift_cluster",
    "aws_s3_bucket",
  ]
  condition = (
    (resource.restore_tests.latest_minutes == null ? false : resource.restore_tests.latest_minutes <= var.bam_max_restore_minutes) ||
    resource.restore_tests.may_be_more
  )
  remediation = "test restores, and look at how long they take"
  requirements = { aws-backup-audit-manager = ["RESTORE_TIME_FOR_RESOURCES_MEET_TARGET"] }
}

control "BAM-11" {
  title    = "a logically air-gapped vault holds a fresh recovery point"
  severity = "high"
  kinds = [
    "aws_db_instance",
    "aws_docdb_cluster",
    "aws_dynamodb_table",
    "aws_efs_file_system",
    "aws_neptune_cluster",
    "aws_rds_cluster",
    "aws_redshift_cluster",
    "aws_s3_bucket",
  ]
  condition = (
    anytrue([for rule in resource.mechanisms : rule.air_gapped_vault != null || rule.lock == "air_gapped" if rule.means == "backup_rule"]) &&
    (
      (resource.recovery_points.newest_air_gapped_age_hours == null ? false : resource.recovery_points.newest_air_gapped_age_hours <= var.bam_air_gapped_age_hours) ||
      resource.recovery_points.may_be_newer || resource.recovery_points.may_be_newer_copies
    )
  )
  remediation = "name an `aws_backup_logically_air_gapped_vault` in the rule"
  requirements = { aws-backup-audit-manager = ["BACKUP_RESOURCES_IN_LOGICALLY_AIR_GAPPED_VAULT"] }
}
