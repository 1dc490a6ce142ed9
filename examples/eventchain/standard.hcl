# Standard: sessions and caches can be a day old. Redis writes its snapshot on a replica, at an hour when few buy tickets.
protect "aws_elasticache_replication_group" "standard" {
  target = target.primary
  select { names = ["${local.name}-cache"] }
  snapshot_retention_limit = local.retention
  snapshot_window          = "07:00-08:00"
}
