//! backstay against things that nobody here wrote: emulators of AWS over real HTTP, Terraform, and the AWS SDK for Python.
//!
//! The tests install what they need from Python's package index, at fixed versions, into a virtual environment under the target folder;
//! where that is not possible they fail. Terraform is used where it is installed, and said to be missing where it is not.
//!
//! | module | what is independent of backstay there |
//! |---|---|
//! | [`emulators`] | moto and ministack, each with the scenarios that it carries; the sandbox with all of them |
//! | [`faults`] | a proxy between backstay and an emulator that throttles, breaks and hangs calls |
//! | [`oscal`] | NIST's schema of OSCAL, and compliance-trestle's models of it, reading `audit --format oscal` |
//! | [`plan_readers`] | tools that judge and summarise Terraform's plans, reading `plan --format json` |
//! | [`python_sdk`] | the AWS SDK for Python against `backstay sandbox serve` |
//! | [`referee`] | Terraform as the referee of every kind in every direction, with a table of what came of it |
//! | [`terraform`] | Terraform and its AWS provider over `backstay sandbox serve` |
//! | [`terraform_adopt`] | what Terraform made, translated from its configuration and from its state |
//! | [`terraform_alerts`] | the same, for topics and alarms |
//! | [`terraform_audit`] | the same, for what AWS Backup tests and reports, also of what backstay made |
//! | [`terraform_buckets`] | the same, for the settings of buckets |
//! | [`terraform_events`] | the same, for rules, schedules and log groups, also of those that backstay made |
//! | [`terraform_databases`] | Terraform as the referee of databases that backstay protected |
//! | [`terraform_imports`] | Terraform as the referee of backups, alarms and topics that backstay made |
//! | [`what_is_left_out`] | what each emulator does not carry, measured |

#![expect(
    clippy::panic,
    clippy::type_complexity,
    clippy::wrong_self_convention,
    clippy::duration_suboptimal_units,
    reason = "helpers of tests fail by panicking, and read as sentences"
)]

mod emulators;
mod faults;
mod oscal;
mod plan_readers;
mod python_sdk;
mod referee;
mod scenarios;
mod scenarios_alerts;
mod scenarios_backup;
mod scenarios_buckets;
mod scenarios_databases;
mod support;
mod terraform;
mod terraform_adopt;
mod terraform_alerts;
mod terraform_audit;
mod terraform_buckets;
mod terraform_databases;
mod terraform_events;
mod terraform_imports;
mod terraform_stores;
mod what_is_left_out;
