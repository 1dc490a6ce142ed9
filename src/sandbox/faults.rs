//! Faults on request: throttling, latency, denials, dead regions, expired credentials, a connection that dies half way.

use serde::{Deserialize, Serialize};
use wildmatch::WildMatch;

use super::SandboxError;

/// The faults in force. All are off by default; they are kept beside the state, so that a serving process sees them too.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Which part of the calls is throttled, 0 to 1; the same calls each time. STS is exempt, as its limits are far away.
    pub throttle_rate: f64,
    /// How many calls are throttled before the first is let through. STS is exempt.
    pub throttle_first: u64,
    /// How long each answer takes, in milliseconds.
    pub latency_ms: u64,
    /// What is denied: `dynamodb:UpdateContinuousBackups`, or `dynamodb:Describe*@Orders-*` with a table name or an ARN after the `@`.
    pub denied: Vec<String>,
    /// Regions that answer as if they were not enabled for the account.
    pub region_off: Vec<String>,
    /// Whether every call says that the credentials have expired.
    pub expired_credentials: bool,
    /// After so many writes, every further write finds its connection closed.
    pub stop_after_writes: Option<u64>,
    /// The largest page that a paged operation returns.
    pub page_size: Option<usize>,
    /// How long a table stays in a transitional state, in milliseconds. Without it 1,000, or 0 while the clock stands still.
    pub lag_ms: Option<u64>,
    /// Whether listings by tag show what they showed when this fault came into force: they lag behind what is made, tagged and deleted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stale_tags: bool,
    /// How long after a call its event is in CloudTrail's history, in milliseconds: minutes with AWS.
    #[serde(skip_serializing_if = "is_zero")]
    pub trail_lag_ms: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What the counting faults have counted since the faults were set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counters {
    /// Calls that could have been throttled.
    pub(crate) calls: u64,
    /// Writes that succeeded.
    pub(crate) writes: u64,
}

impl Faults {
    /// Checks the ranges.
    ///
    /// # Errors
    ///
    /// Names the fault that is out of its range, and the range.
    pub fn check(&self) -> Result<(), SandboxError> {
        if !(0.0..=1.0).contains(&self.throttle_rate) {
            return Err(SandboxError::Setting(format!("`throttle-rate` must be between 0 and 1, found {}", self.throttle_rate)));
        }
        if self.page_size == Some(0) {
            return Err(SandboxError::Setting("`page-size` must be at least 1, found 0".into()));
        }
        for rule in &self.denied {
            let action = rule.split('@').next().unwrap_or_default();
            if !action.contains(':') && action != "*" {
                return Err(SandboxError::Setting(format!(
                    "`deny` takes SERVICE:OPERATION, for example `dynamodb:UpdateContinuousBackups`, found `{rule}`"
                )));
            }
        }
        Ok(())
    }

    /// Tells whether any fault depends on how many calls came before.
    pub(crate) fn counts(&self) -> bool {
        self.throttle_rate > 0.0 || self.throttle_first > 0 || self.stop_after_writes.is_some()
    }

    /// Tells whether the call with this number (from 0) is throttled.
    pub(crate) fn throttles(&self, call: u64) -> bool {
        if call < self.throttle_first {
            return true;
        }
        let number = u32::try_from(call - self.throttle_first).map_or(f64::MAX, f64::from);
        // Spread evenly and without randomness: a call is refused where the running total passes a whole number.
        ((number + 1.0) * self.throttle_rate).floor() > (number * self.throttle_rate).floor()
    }

    /// Tells whether `action` (`dynamodb:UpdateTable`) is denied on one of `resources` (ARNs), and on which.
    pub(crate) fn denies<'a>(&self, action: &str, resources: &'a [String]) -> Option<&'a str> {
        self.denied.iter().find_map(|rule| {
            let (wanted, on) = rule.split_once('@').unwrap_or((rule, "*"));
            if !WildMatch::new_case_insensitive(wanted).matches(action) {
                return None;
            }
            if resources.is_empty() && on == "*" {
                return Some("*");
            }
            let pattern = WildMatch::new(on);
            let matches = |arn: &&String| pattern.matches(arn) || pattern.matches(resource_name(arn));
            resources.iter().find(matches).map(String::as_str)
        })
    }
}

/// Returns the name in an ARN: `Orders` of `arn:aws:dynamodb:…:table/Orders/backup/…`, `no-backups` of `arn:aws:cloudwatch:…:alarm:no-backups`.
fn resource_name(arn: &str) -> &str {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or(arn);
    match resource.split_once(['/', ':']) {
        Some((kind, name)) if resource.strip_prefix(kind).is_some_and(|rest| rest.starts_with('/')) => {
            name.split('/').next().unwrap_or(name)
        }
        Some((_, name)) => name,
        None => resource,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_throttle_rate_is_spread_evenly() {
        let faults = Faults { throttle_rate: 0.25, ..Faults::default() };
        let throttled: Vec<u64> = (0..12).filter(|call| faults.throttles(*call)).collect();
        assert_eq!(throttled, [3, 7, 11]);
    }

    #[test]
    fn the_first_calls_are_throttled_and_the_rest_is_not() {
        let faults = Faults { throttle_first: 2, ..Faults::default() };
        assert_eq!((0..5).filter(|call| faults.throttles(*call)).count(), 2);
    }

    #[test]
    fn a_denial_names_the_table_that_it_matched() {
        let faults = Faults { denied: vec!["dynamodb:Describe*@Orders-*".into()], ..Faults::default() };
        let orders = ["arn:aws:dynamodb:us-east-1:123456789012:table/Orders-eu".to_owned()];
        let sales = ["arn:aws:dynamodb:us-east-1:123456789012:table/Sales".to_owned()];
        assert_eq!(faults.denies("dynamodb:DescribeTable", &orders), Some(orders[0].as_str()));
        assert_eq!(faults.denies("dynamodb:DescribeTable", &sales), None);
        assert_eq!(faults.denies("dynamodb:UpdateTable", &orders), None);
        assert_eq!(faults.denies("dynamodb:DescribeTable", &[]), None);
        let faults = Faults { denied: vec!["cloudwatch:*@no/backups:daily".into(), "sns:*@alerts".into()], ..Faults::default() };
        let alarm = ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:no/backups:daily".to_owned()];
        assert_eq!(faults.denies("cloudwatch:DeleteAlarms", &alarm), Some(alarm[0].as_str()));
        let topic = ["arn:aws:sns:us-east-1:123456789012:alerts".to_owned()];
        assert_eq!(faults.denies("SNS:Publish", &topic), Some(topic[0].as_str()));
    }

    #[test]
    fn ranges_are_checked() {
        assert!(Faults { throttle_rate: 1.5, ..Faults::default() }.check().is_err());
        assert!(Faults { denied: vec!["UpdateTable".into()], ..Faults::default() }.check().is_err());
        assert!(Faults { page_size: Some(0), ..Faults::default() }.check().is_err());
    }
}
