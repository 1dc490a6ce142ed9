# What each control of the library finds in a recorded snapshot: `backstay audit --test policies/tests`.
# `estate.seed.hcl` says how that was recorded.

tier "critical" {
  rpo       = "15m"
  rto       = "1h"
  retention = "35d"
  drill     = "30d"
  immutable = true
  copies {
    regions  = 1
    accounts = 1
  }
  tags = { tier = "critical" }
}

tier "basic" {
  retention = "60d"
  tags      = { tier = "basic" }
}

test "BKP-01 of orders" {
  snapshot = "estate.json"
  control  = "BKP-01"
  resource = "orders"
  expect   = "pass"
}

test "BKP-01 of drafts" {
  snapshot = "estate.json"
  control  = "BKP-01"
  resource = "drafts"
  expect   = "fail"
}

test "BKP-02 of orders" {
  snapshot = "estate.json"
  control  = "BKP-02"
  resource = "orders"
  expect   = "pass"
}

test "BKP-02 of shop-documents" {
  snapshot = "estate.json"
  control  = "BKP-02"
  resource = "shop-documents"
  expect   = "fail"
}

test "BKP-03 of orders" {
  snapshot = "estate.json"
  control  = "BKP-03"
  resource = "orders"
  expect   = "pass"
}

test "BKP-03 of carts" {
  snapshot = "estate.json"
  control  = "BKP-03"
  resource = "carts"
  expect   = "fail"
}

test "BKP-03 of ledger" {
  snapshot = "estate.json"
  control  = "BKP-03"
  resource = "ledger"
  expect   = "not_applicable"
}

test "BKP-04 of orders" {
  snapshot = "estate.json"
  control  = "BKP-04"
  resource = "orders"
  expect   = "pass"
}

test "BKP-04 of fs-0123456789abcdef0" {
  snapshot = "estate.json"
  control  = "BKP-04"
  resource = "fs-0123456789abcdef0"
  expect   = "fail"
}

test "BKP-04 of drafts" {
  snapshot = "estate.json"
  control  = "BKP-04"
  resource = "drafts"
  expect   = "not_applicable"
}

test "BKP-05 of orders" {
  snapshot = "estate.json"
  control  = "BKP-05"
  resource = "orders"
  expect   = "pass"
}

test "BKP-05 of carts" {
  snapshot = "estate.json"
  control  = "BKP-05"
  resource = "carts"
  expect   = "fail"
}

test "BKP-05 of drafts" {
  snapshot = "estate.json"
  control  = "BKP-05"
  resource = "drafts"
  expect   = "not_applicable"
}

test "BKP-06 of carts" {
  snapshot = "estate.json"
  control  = "BKP-06"
  resource = "carts"
  expect   = "pass"
}

test "BKP-06 of ledger" {
  snapshot = "estate.json"
  control  = "BKP-06"
  resource = "ledger"
  expect   = "unknown"
}

test "BKP-06 of drafts" {
  snapshot = "estate.json"
  control  = "BKP-06"
  resource = "drafts"
  expect   = "not_applicable"
}

test "BKP-07 of orders" {
  snapshot = "estate.json"
  control  = "BKP-07"
  resource = "orders"
  expect   = "pass"
}

test "BKP-07 of carts" {
  snapshot = "estate.json"
  control  = "BKP-07"
  resource = "carts"
  expect   = "fail"
}

test "BKP-08 of orders" {
  snapshot = "estate.json"
  control  = "BKP-08"
  resource = "orders"
  # Nobody looked whether the vault of its copies is there.
  expect   = "unknown"
}

test "BKP-08 of carts" {
  snapshot = "estate.json"
  control  = "BKP-08"
  resource = "carts"
  expect   = "fail"
}

test "BKP-08 of fs-0123456789abcdef0" {
  snapshot = "estate.json"
  control  = "BKP-08"
  resource = "fs-0123456789abcdef0"
  expect   = "not_applicable"
}

test "BKP-08-fresh of orders" {
  snapshot = "estate.json"
  control  = "BKP-08-fresh"
  resource = "orders"
  expect   = "unknown"
}

test "BKP-09 of orders" {
  snapshot = "estate.json"
  control  = "BKP-09"
  resource = "orders"
  expect   = "unknown"
}

test "BKP-09 of drafts" {
  snapshot = "estate.json"
  control  = "BKP-09"
  resource = "drafts"
  expect   = "not_applicable"
}

test "BKP-10 of told" {
  snapshot = "alarms.json"
  control  = "BKP-10"
  resource = "told"
  expect   = "pass"
}

test "BKP-10 of unheard" {
  snapshot = "alarms.json"
  control  = "BKP-10"
  resource = "unheard"
  expect   = "fail"
}

test "BKP-10 of copies" {
  snapshot = "alarms.json"
  control  = "BKP-10"
  resource = "copies"
  expect   = "fail"
}

test "BKP-10 of patient" {
  snapshot = "alarms.json"
  control  = "BKP-10"
  resource = "patient"
  expect   = "unknown"
}

test "BKP-10 of anywhere" {
  snapshot = "alarms.json"
  control  = "BKP-10"
  resource = "anywhere"
  expect   = "unknown"
}

test "BKP-10 of continuous" {
  snapshot = "alarms.json"
  control  = "BKP-10"
  resource = "continuous"
  expect   = "not_applicable"
}

test "BKP-10 of unprotected" {
  snapshot = "alarms.json"
  control  = "BKP-10"
  resource = "unprotected"
  expect   = "not_applicable"
}

test "BKP-10 of ledger" {
  snapshot = "alarms.json"
  control  = "BKP-10"
  resource = "ledger"
  expect   = "unknown"
}

test "BKP-10 of journal" {
  snapshot = "alarms.json"
  control  = "BKP-10"
  resource = "journal"
  expect   = "fail"
}

test "BKP-10 of reports" {
  snapshot = "alarms.json"
  control  = "BKP-10"
  resource = "reports"
  expect   = "fail"
}

test "BKP-10 of sessions" {
  snapshot = "alarms.json"
  control  = "BKP-10"
  resource = "sessions"
  expect   = "unknown"
}

test "BKP-11 of orders" {
  snapshot = "estate.json"
  control  = "BKP-11"
  resource = "orders"
  expect   = "unknown"
}

test "BKP-11 of ledger" {
  snapshot = "estate.json"
  control  = "BKP-11"
  resource = "ledger"
  expect   = "not_applicable"
}

test "BKP-12 of orders" {
  snapshot = "estate.json"
  control  = "BKP-12"
  resource = "orders"
  expect   = "unknown"
}

test "BKP-12 of ledger" {
  snapshot = "estate.json"
  control  = "BKP-12"
  resource = "ledger"
  expect   = "not_applicable"
}

test "BKP-13 of everything" {
  snapshot = "estate.json"
  control  = "BKP-13"
  resource = "*"
  expect   = "unknown"
}

test "BKP-14 of everything" {
  snapshot = "estate.json"
  control  = "BKP-14"
  resource = "*"
  expect   = "unknown"
}

test "BKP-15 of orders" {
  snapshot = "estate.json"
  control  = "BKP-15"
  resource = "orders"
  expect   = "unknown"
}

test "BKP-15 of told" {
  snapshot = "alarms.json"
  control  = "BKP-15"
  resource = "told"
  expect   = "pass"
}

test "BKP-15 of unheard" {
  snapshot = "alarms.json"
  control  = "BKP-15"
  resource = "unheard"
  expect   = "fail"
}

test "BKP-15 of continuous" {
  snapshot = "alarms.json"
  control  = "BKP-15"
  resource = "continuous"
  expect   = "not_applicable"
}

test "BKP-06 of an instance that is not encrypted" {
  snapshot = "alarms.json"
  control  = "BKP-06"
  resource = "ledger"
  expect   = "fail"
}
