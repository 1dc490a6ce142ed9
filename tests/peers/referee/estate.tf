# What no other test creates with Terraform: things for which its provider waits, and what goes with them.

resource "aws_backup_logically_air_gapped_vault" "gap" {
  name               = "gap"
  min_retention_days = 7
  max_retention_days = 365
  tags               = { env = "production" }
}

resource "aws_db_instance" "orders" {
  identifier              = "orders"
  engine                  = "postgres"
  instance_class          = "db.t4g.micro"
  allocated_storage       = 20
  username                = "admin"
  password                = "not-a-secret"
  backup_retention_period = 14
  backup_window           = "03:00-04:00"
  maintenance_window      = "sun:05:00-sun:05:30"
  copy_tags_to_snapshot   = true
  deletion_protection     = true
  skip_final_snapshot     = true
  apply_immediately       = true
}

resource "aws_db_instance_automated_backups_replication" "orders" {
  provider               = aws.west
  source_db_instance_arn = aws_db_instance.orders.arn
  retention_period       = 14
}

resource "aws_db_event_subscription" "backups" {
  name             = "shop-backups"
  sns_topic        = aws_sns_topic.alerts.arn
  source_type      = "db-instance"
  event_categories = ["backup", "failure"]
  tags             = { env = "production" }
}

resource "aws_rds_cluster" "carts" {
  cluster_identifier      = "carts"
  engine                  = "aurora-mysql"
  master_username         = "shop"
  master_password         = "not-a-secret"
  backup_retention_period = 21
  preferred_backup_window = "02:00-02:30"
  deletion_protection     = true
  skip_final_snapshot     = true
  apply_immediately       = true
}

resource "aws_docdb_cluster" "documents" {
  cluster_identifier      = "documents"
  master_username         = "shop"
  master_password         = "not-a-secret"
  backup_retention_period = 21
  preferred_backup_window = "02:00-02:30"
  deletion_protection     = true
  skip_final_snapshot     = true
  apply_immediately       = true
}

resource "aws_neptune_cluster" "graph" {
  cluster_identifier      = "graph"
  backup_retention_period = 21
  preferred_backup_window = "02:00-02:30"
  deletion_protection     = true
  skip_final_snapshot     = true
  apply_immediately       = true
}

resource "aws_elasticache_replication_group" "sessions" {
  replication_group_id     = "sessions"
  description              = "sessions"
  num_cache_clusters       = 2
  node_type                = "cache.t4g.micro"
  maintenance_window       = "sun:05:00-sun:06:00"
  snapshot_retention_limit = 7
  snapshot_window          = "03:00-04:00"
  apply_immediately        = true
}

resource "aws_efs_file_system" "media" {
  creation_token = "media"
  tags           = { Name = "media" }
}

resource "aws_efs_backup_policy" "media" {
  file_system_id = aws_efs_file_system.media.id
  backup_policy {
    status = "ENABLED"
  }
}

resource "aws_redshift_cluster" "sales" {
  cluster_identifier                  = "sales"
  node_type                           = "ra3.large"
  encrypted                           = true
  master_username                     = "admin"
  master_password                     = "Not-a-secret-1"
  automated_snapshot_retention_period = 14
  manual_snapshot_retention_period    = 90
  skip_final_snapshot                 = true
  apply_immediately                   = true
}
