# The controls of AWS Security Hub.

test "FSBP-DynamoDB.2 of orders" {
  snapshot = "estate.json"
  control  = "FSBP-DynamoDB.2"
  resource = "orders"
  expect   = "pass"
}

test "FSBP-DynamoDB.2 of carts" {
  snapshot = "estate.json"
  control  = "FSBP-DynamoDB.2"
  resource = "carts"
  expect   = "fail"
}

test "FSBP-DynamoDB.4 of carts" {
  snapshot = "estate.json"
  control  = "FSBP-DynamoDB.4"
  resource = "carts"
  expect   = "pass"
}

test "FSBP-DynamoDB.4 of drafts" {
  snapshot = "estate.json"
  control  = "FSBP-DynamoDB.4"
  resource = "drafts"
  expect   = "fail"
}

test "FSBP-EFS.2 of fs-0123456789abcdef0" {
  snapshot = "estate.json"
  control  = "FSBP-EFS.2"
  resource = "fs-0123456789abcdef0"
  expect   = "pass"
}

test "FSBP-EFS.2 of fs-0123456789abcdef1" {
  snapshot = "estate.json"
  control  = "FSBP-EFS.2"
  resource = "fs-0123456789abcdef1"
  expect   = "fail"
}

test "FSBP-ElastiCache.1 of sessions" {
  snapshot = "estate.json"
  control  = "FSBP-ElastiCache.1"
  resource = "sessions"
  expect   = "fail"
}

test "FSBP-ElastiCache.1 of carts-cache" {
  snapshot = "estate.json"
  control  = "FSBP-ElastiCache.1"
  resource = "carts-cache"
  expect   = "pass"
}

test "FSBP-RDS.11 of ledger" {
  snapshot = "estate.json"
  control  = "FSBP-RDS.11"
  resource = "ledger"
  expect   = "pass"
}

test "FSBP-RDS.11 of reports" {
  snapshot = "estate.json"
  control  = "FSBP-RDS.11"
  resource = "reports"
  expect   = "fail"
}

test "FSBP-DocumentDB.2 of catalogue" {
  snapshot = "estate.json"
  control  = "FSBP-DocumentDB.2"
  resource = "catalogue"
  expect   = "pass"
}

test "FSBP-DocumentDB.2 of articles" {
  snapshot = "estate.json"
  control  = "FSBP-DocumentDB.2"
  resource = "articles"
  expect   = "fail"
}

test "FSBP-Neptune.5 of friends" {
  snapshot = "estate.json"
  control  = "FSBP-Neptune.5"
  resource = "friends"
  expect   = "pass"
}

test "FSBP-Neptune.5 of likes" {
  snapshot = "estate.json"
  control  = "FSBP-Neptune.5"
  resource = "likes"
  expect   = "fail"
}

test "FSBP-Redshift.3 of warehouse" {
  snapshot = "estate.json"
  control  = "FSBP-Redshift.3"
  resource = "warehouse"
  expect   = "pass"
}

test "FSBP-Redshift.3 of trials" {
  snapshot = "estate.json"
  control  = "FSBP-Redshift.3"
  resource = "trials"
  expect   = "fail"
}

test "FSBP-S3.14 of shop-documents" {
  snapshot = "estate.json"
  control  = "FSBP-S3.14"
  resource = "shop-documents"
  expect   = "pass"
}

test "FSBP-S3.14 of shop-plain" {
  snapshot = "estate.json"
  control  = "FSBP-S3.14"
  resource = "shop-plain"
  expect   = "fail"
}

test "FSBP-S3.15 of shop-sealed" {
  snapshot = "estate.json"
  control  = "FSBP-S3.15"
  resource = "shop-sealed"
  expect   = "pass"
}

test "FSBP-S3.15 of shop-plain" {
  snapshot = "estate.json"
  control  = "FSBP-S3.15"
  resource = "shop-plain"
  expect   = "fail"
}
