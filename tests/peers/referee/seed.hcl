# What is there before backstay: the things of which it makes settings only.

resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  tags         = { env = "production" }
  attribute {
    name = "id"
    type = "S"
  }
}
resource "aws_dynamodb_table" "buyers" {
  name             = "buyers"
  hash_key         = "id"
  billing_mode     = "PAY_PER_REQUEST"
  stream_enabled   = true
  stream_view_type = "NEW_AND_OLD_IMAGES"
  tags             = { env = "production" }
  attribute {
    name = "id"
    type = "S"
  }
  replica {
    region_name = "us-west-2"
  }
}
resource "aws_s3_bucket" "invoices" {
  bucket              = "invoices"
  object_lock_enabled = true
  tags                = { env = "production" }
}
resource "aws_s3_bucket" "replica" {
  bucket              = "invoices-dr"
  region              = "us-west-2"
  object_lock_enabled = true
}
resource "aws_cloudwatch_log_group" "export" {
  name = "/aws/lambda/export"
  tags = { env = "production" }
}
resource "aws_cloudwatch_log_group" "for_ever" {
  name = "/aws/lambda/exporter"
}
resource "aws_db_instance" "orders" {
  identifier        = "orders"
  engine            = "postgres"
  instance_class    = "db.t4g.micro"
  allocated_storage = 20
  # A first backup would wait for the maintenance window.
  backup_retention_period = 7
  maintenance_window      = "sun:05:00-sun:05:30"
}
resource "aws_rds_cluster" "carts" {
  cluster_identifier = "carts"
  engine             = "aurora-mysql"
}
resource "aws_docdb_cluster" "documents" {
  cluster_identifier = "documents"
}
resource "aws_neptune_cluster" "graph" {
  cluster_identifier = "graph"
}
resource "aws_elasticache_replication_group" "sessions" {
  replication_group_id = "sessions"
  description          = "sessions"
  num_cache_clusters   = 2
  maintenance_window   = "sun:05:00-sun:06:00"
}
resource "aws_efs_file_system" "media" {
  id             = "FILE_SYSTEM"
  creation_token = "media"
  tags           = { Name = "media" }
}
resource "aws_redshift_cluster" "sales" {
  cluster_identifier = "sales"
  node_type          = "ra3.large"
}
