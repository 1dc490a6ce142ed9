# What the sale module has in AWS before backstay comes, of both deployments.
resource "aws_dynamodb_table" "sales" {
  for_each = toset([
    "SalesTable-production", "BuyersTable-production", "ProducersTable-production",
    "SalesTable-staging", "BuyersTable-staging", "ProducersTable-staging",
  ])
  name = each.key
  tags = { module = "sale" }
}

resource "aws_s3_bucket" "documents" {
  for_each = toset([
    "sale-module-production-attachments", "sale-module-production-invoices", "sale-module-production-exports",
    "sale-module-production-reports", "sale-module-staging-attachments", "sale-module-staging-invoices",
    "sale-module-staging-exports", "sale-module-staging-reports",
  ])
  bucket = each.key
  region = "us-east-1"
  tags   = { module = "sale" }
}

resource "aws_s3_bucket" "replicas" {
  for_each = toset([
    "sale-module-production-attachments-dr", "sale-module-production-invoices-dr",
    "sale-module-staging-attachments-dr", "sale-module-staging-invoices-dr",
  ])
  bucket = each.key
  region = "us-west-2"
}
