# The controls of AWS Backup Audit Manager.

test "BAM-01 of carts" {
  snapshot = "estate.json"
  control  = "BAM-01"
  resource = "carts"
  expect   = "pass"
}

test "BAM-01 of ledger" {
  snapshot = "estate.json"
  control  = "BAM-01"
  resource = "ledger"
  expect   = "fail"
}

test "BAM-02 of daily" {
  snapshot = "estate.json"
  control  = "BAM-02"
  resource = "daily"
  expect   = "pass"
}

test "BAM-02 of weekly" {
  snapshot = "estate.json"
  control  = "BAM-02"
  resource = "weekly"
  expect   = "fail"
}

test "BAM-03 of locked" {
  snapshot = "estate.json"
  control  = "BAM-03"
  resource = "locked"
  expect   = "unknown"
}

test "BAM-03 of guarded" {
  snapshot = "vaults.json"
  control  = "BAM-03"
  resource = "guarded"
  expect   = "pass"
}

test "BAM-03 of half" {
  snapshot = "vaults.json"
  control  = "BAM-03"
  resource = "half"
  expect   = "fail"
}

test "BAM-03 of breakglass" {
  snapshot = "vaults.json"
  control  = "BAM-03"
  resource = "breakglass"
  expect   = "fail"
}

test "BAM-03 of open" {
  snapshot = "vaults.json"
  control  = "BAM-03"
  resource = "open"
  expect   = "fail"
}

test "BAM-03 of doubtful" {
  snapshot = "vaults.json"
  control  = "BAM-03"
  resource = "doubtful"
  expect   = "unknown"
}

test "BAM-04 of orders" {
  snapshot = "estate.json"
  control  = "BAM-04"
  resource = "orders"
  expect   = "unknown"
}

test "BAM-05 of orders" {
  snapshot = "estate.json"
  control  = "BAM-05"
  resource = "orders"
  expect   = "unknown"
}

test "BAM-06 of orders" {
  snapshot = "estate.json"
  control  = "BAM-06"
  resource = "orders"
  expect   = "pass"
}

test "BAM-06 of carts" {
  snapshot = "estate.json"
  control  = "BAM-06"
  resource = "carts"
  expect   = "fail"
}

test "BAM-07 of orders" {
  snapshot = "estate.json"
  control  = "BAM-07"
  resource = "orders"
  expect   = "pass"
}

test "BAM-07 of carts" {
  snapshot = "estate.json"
  control  = "BAM-07"
  resource = "carts"
  expect   = "fail"
}

test "BAM-08 of orders" {
  snapshot = "estate.json"
  control  = "BAM-08"
  resource = "orders"
  expect   = "pass"
}

test "BAM-08 of carts" {
  snapshot = "estate.json"
  control  = "BAM-08"
  resource = "carts"
  expect   = "fail"
}

test "BAM-09 of orders" {
  snapshot = "estate.json"
  control  = "BAM-09"
  resource = "orders"
  expect   = "unknown"
}

test "BAM-10 of orders" {
  snapshot = "estate.json"
  control  = "BAM-10"
  resource = "orders"
  expect   = "unknown"
}

test "BAM-11 of orders" {
  snapshot = "estate.json"
  control  = "BAM-11"
  resource = "orders"
  expect   = "fail"
}
