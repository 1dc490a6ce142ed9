//! `aws_cloudwatch_metric_alarm`: what its alarms can watch.

pub mod published;
