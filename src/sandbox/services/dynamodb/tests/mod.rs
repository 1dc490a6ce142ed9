//! What DynamoDB does, in AWS's words, seen through the wire.

mod backups;
mod continuous_backups;
mod tables;
