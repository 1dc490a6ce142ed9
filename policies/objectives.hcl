# What a good backup posture achieves: a control, or more, for each objective BKP-01 to BKP-15.
# Which requirements of which frameworks an objective serves is mapped once, in backstay itself.
#
# What backstay does not look at yet (reviews, and where configuration is kept) leaves a control UNKNOWN.
# What nobody promised does not apply: name tiers in the policy to be held to what they say.

variable "approved_keys" {
  description = "ARNs, or parts of them, of the keys that backups may be encrypted with; any key where it is empty"
  type        = list(string)
  default     = []
}

variable "max_retention_days" {
  description = "for how many days backups may be kept at most; null asks only that they end"
  type        = number
  default     = null
}

variable "max_recovery_point_age_hours" {
  description = "how old the newest recovery point may be"
  type        = number
  default     = 24
}

control "BKP-01" {
  title       = "it is in a tier"
  description = "What is in no tier is promised nothing, so that nobody has decided what may be lost of it."
  severity    = "high"
  objectives  = ["BKP-01"]
  when        = length(resource.tiers) > 0
  condition   = resource.tier != null
  remediation = "name its tier in a `protect` block, or give it a tag that puts it into one"
}

control "BKP-02" {
  title       = "something that is on protects it"
  severity    = "critical"
  objectives  = ["BKP-02"]
  condition   = resource.verdict == "protected"
  remediation = "switch on point-in-time recovery or automated backups, or choose it in a selection of a backup plan; `backstay audit` says what is missing"
}

control "BKP-03" {
  title       = "no more can be lost than its tier allows"
  severity    = "critical"
  objectives  = ["BKP-03"]
  when        = contains(keys(resource.promises), "rpo") || contains(keys(resource.promises), "copies.rpo")
  condition = (
    (!contains(keys(resource.promises), "rpo") || resource.promises.rpo.standing == "met") &&
    (!contains(keys(resource.promises), "copies.rpo") || resource.promises["copies.rpo"].standing == "met")
  )
  remediation = "back it up more often, with shorter windows, or continuously"
}

control "BKP-04" {
  title       = "backups are kept for as long as its tier promises"
  severity    = "high"
  objectives  = ["BKP-04"]
  when        = contains(keys(resource.promises), "retention")
  condition   = resource.promises.retention.standing == "met"
  remediation = "raise `delete_after`, the recovery window or the retention period"
}

control "BKP-05" {
  title       = "every backup of it ends, and in time"
  description = "What is kept for ever outlives every duty to erase it."
  severity    = "medium"
  objectives  = ["BKP-05"]
  when        = length(resource.retention) > 0
  condition = (
    alltrue([
      for kept in resource.retention : kept.days == null ? false : (var.max_retention_days == null ? true : kept.days <= var.max_retention_days)
    ]) &&
    alltrue([
      for copy in flatten([for rule in resource.mechanisms : rule.copies if rule.means == "backup_rule"]) :
      copy.delete_after_days == null ? false : (var.max_retention_days == null ? true : copy.delete_after_days <= var.max_retention_days)
    ])
  )
  remediation = "give each rule and each copy a `lifecycle { delete_after = … }`"
}

control "BKP-06" {
  title       = "it and all backups of it are encrypted, with an approved key"
  severity    = "high"
  objectives  = ["BKP-06"]
  when        = resource.verdict != "unprotected"
  # DynamoDB and S3 encrypt everything, with a key of AWS's own where nobody names another.
  condition = (
    alltrue([
      for key in resource.encryption.backups :
      key != null && (length(var.approved_keys) == 0 ? true : anytrue([for approved in var.approved_keys : strcontains(key, approved)]))
    ]) &&
    (length(var.approved_keys) == 0 && contains(["aws_dynamodb_table", "aws_s3_bucket"], resource.kind) ? true :
      resource.encryption.itself == null ? false :
    anytrue([for approved in concat(var.approved_keys, length(var.approved_keys) == 0 ? [""] : []) : strcontains(resource.encryption.itself, approved)]))
  )
  remediation = "choose vaults with an approved key, and encrypt the thing itself with one"
}

control "BKP-07" {
  title       = "nobody can delete its backups before their time"
  severity    = "high"
  objectives  = ["BKP-07"]
  when        = contains(keys(resource.promises), "immutable")
  condition   = resource.promises.immutable.standing == "met"
  remediation = "lock the vault in compliance mode, back up into a logically air-gapped vault, or lock the bucket's objects"
}

control "BKP-08" {
  title       = "copies go to other regions and accounts as its tier promises"
  severity    = "high"
  objectives  = ["BKP-08"]
  when        = contains(keys(resource.promises), "copies.regions") || contains(keys(resource.promises), "copies.accounts")
  condition = (
    (!contains(keys(resource.promises), "copies.regions") || resource.promises["copies.regions"].standing == "met") &&
    (!contains(keys(resource.promises), "copies.accounts") || resource.promises["copies.accounts"].standing == "met")
  )
  remediation = "add a `copy_action` to the rule, or replicate it to another region and account"
}

control "BKP-08-fresh" {
  title       = "those copies are fresh"
  severity    = "high"
  objectives  = ["BKP-08"]
  when        = contains(keys(resource.promises), "copies.regions") || contains(keys(resource.promises), "copies.accounts")
  condition = (
    contains(keys(resource.promises), "copies.rpo.now") ? resource.promises["copies.rpo.now"].standing == "met" :
    (resource.recovery_points.newest_copy_age_hours == null ? false : resource.recovery_points.newest_copy_age_hours <= var.max_recovery_point_age_hours) ||
    resource.recovery_points.may_be_newer_copies
  )
  remediation = "look at the copy jobs of the last days"
}

control "BKP-09" {
  title       = "its newest usable recovery point is fresh"
  severity    = "high"
  objectives  = ["BKP-09"]
  when        = resource.verdict != "unprotected"
  condition = (
    contains(keys(resource.promises), "rpo.now") ? resource.promises["rpo.now"].standing == "met" :
    (resource.recovery_points.newest_age_hours == null ? false : resource.recovery_points.newest_age_hours <= var.max_recovery_point_age_hours) ||
    resource.recovery_points.may_be_newer
  )
  remediation = "look at the backup jobs of the last days"
}

control "BKP-10" {
  title       = "somebody is told when a backup of it fails, and when none comes"
  description = "What its service keeps as it is written, as DynamoDB's point-in-time recovery does, makes no jobs that could fail or stay away: how far that reaches BKP-09 asks."
  severity    = "high"
  objectives  = ["BKP-10"]
  when        = length(resource.alarms.jobs) > 0
  # What nearly tells decides nothing: it is named, always true, so that the report shows it.
  condition   = resource.alarms.of_failure && resource.alarms.of_absence && length(resource.alarms.lacks) >= 0
  remediation = "declare `backup_alarms` with an `absence` block for each vault, and confirm the subscriptions of its topic"
}

control "BKP-11" {
  title       = "its restore is tested as often as its tier promises"
  severity    = "high"
  objectives  = ["BKP-11"]
  when        = contains(keys(resource.promises), "drill")
  condition   = resource.promises.drill.standing == "met" && (resource.restore_tests.is_validated || resource.restore_tests.may_be_more)
  remediation = "declare an `aws_backup_restore_testing_plan`, and validate what it restores"
}

control "BKP-12" {
  title       = "it is restored within the time that its tier promises"
  severity    = "high"
  objectives  = ["BKP-12"]
  when        = contains(keys(resource.promises), "rto")
  condition   = resource.promises.rto.standing == "met"
  remediation = "test restores, and look at how long they take"
}

control "BKP-13" {
  title       = "the configuration that its restore needs is itself backed up"
  severity    = "medium"
  objectives  = ["BKP-13"]
  condition   = resource.rebuild.is_backed_up && length(resource.rebuild.by) > 0
  remediation = "keep templates, keys' policies and roles where a disaster of the account does not reach"
}

control "BKP-14" {
  title       = "changes of its protection are reviewed, and drift is checked"
  severity    = "medium"
  objectives  = ["BKP-14"]
  condition   = resource.changes.are_controlled && length(resource.changes.by) > 0
  remediation = "apply saved plans that somebody reviewed, and run `backstay drift` on a schedule"
}

control "BKP-15" {
  title       = "the roles that back it up may do no more than that"
  severity    = "medium"
  objectives  = ["BKP-15"]
  when        = length(resource.roles.arns) > 0
  condition   = resource.roles.have_least_privilege && length(resource.roles.excess) == 0
  remediation = "give backup and restore roles of their own, which administrators of production cannot assume"
}
