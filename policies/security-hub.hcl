# What the Foundational Security Best Practices of AWS Security Hub ask of backups, of the kinds that backstay reads.
#
# They are asked with `audit --framework aws-fsbp`. EC2.28 (volumes) and S3.13 (lifecycle rules) are not looked at.

variable "fsbp_retention_days" {
  description = "for how many days databases keep automated backups at least"
  type        = number
  default     = 7
}

control "FSBP-DynamoDB.2" {
  title    = "the table has point-in-time recovery"
  severity = "medium"
  kinds = ["aws_dynamodb_table"]
  condition = resource.settings.point_in_time_recovery.enabled
  remediation = "turn it on: `point_in_time_recovery { enabled = true }`"
  requirements = { aws-fsbp = ["DynamoDB.2"] }
}

control "FSBP-DynamoDB.4" {
  title    = "the table is in a backup plan"
  severity = "medium"
  kinds = ["aws_dynamodb_table"]
  condition = anytrue([for rule in resource.mechanisms : rule.protects if rule.means == "backup_rule"])
  remediation = "choose it in a selection of a backup plan"
  requirements = { aws-fsbp = ["DynamoDB.4"] }
}

control "FSBP-EFS.2" {
  title    = "the file system is in a backup plan"
  severity = "medium"
  kinds = ["aws_efs_file_system"]
  condition = anytrue([for rule in resource.mechanisms : rule.protects if rule.means == "backup_rule"])
  remediation = "choose it in a selection of a backup plan"
  requirements = { aws-fsbp = ["EFS.2"] }
}

control "FSBP-ElastiCache.1" {
  title    = "the replication group has automatic backups"
  severity = "high"
  kinds = ["aws_elasticache_replication_group"]
  condition = resource.settings.snapshot_retention_limit >= 1
  remediation = "set `snapshot_retention_limit` to 1 or more"
  requirements = { aws-fsbp = ["ElastiCache.1"] }
}

control "FSBP-DocumentDB.2" {
  title    = "the cluster keeps backups for long enough"
  severity = "medium"
  kinds = ["aws_docdb_cluster"]
  condition = resource.settings.backup_retention_period >= var.fsbp_retention_days
  remediation = "raise `backup_retention_period`"
  requirements = { aws-fsbp = ["DocumentDB.2"] }
}

control "FSBP-Neptune.5" {
  title    = "the cluster keeps backups for long enough"
  severity = "medium"
  kinds = ["aws_neptune_cluster"]
  condition = resource.settings.backup_retention_period >= var.fsbp_retention_days
  remediation = "raise `backup_retention_period`"
  requirements = { aws-fsbp = ["Neptune.5"] }
}

control "FSBP-RDS.11" {
  title    = "the instance keeps backups for long enough"
  severity = "medium"
  kinds = ["aws_db_instance"]
  condition = resource.settings.backup_retention_period >= var.fsbp_retention_days
  remediation = "raise `backup_retention_period`"
  requirements = { aws-fsbp = ["RDS.11"] }
}

control "FSBP-Redshift.3" {
  title    = "the cluster has automatic snapshots"
  severity = "medium"
  kinds = ["aws_redshift_cluster"]
  condition = resource.settings.automated_snapshot_retention_period >= var.fsbp_retention_days
  remediation = "raise `automated_snapshot_retention_period`"
  requirements = { aws-fsbp = ["Redshift.3"] }
}

control "FSBP-S3.14" {
  title    = "the bucket has versioning"
  severity = "low"
  kinds = ["aws_s3_bucket"]
  condition = resource.settings.versioning.status == "Enabled"
  remediation = "set `versioning { status = \"Enabled\" }`"
  requirements = { aws-fsbp = ["S3.14"] }
}

control "FSBP-S3.15" {
  title    = "the bucket has Object Lock"
  severity = "medium"
  kinds = ["aws_s3_bucket"]
  condition = resource.settings.object_lock != null && resource.settings.object_lock != false
  remediation = "declare `object_lock` of the bucket"
  requirements = { aws-fsbp = ["S3.15"] }
}
