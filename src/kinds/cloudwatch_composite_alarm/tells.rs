//! Which alarms a composite alarm passes on.

use super::RULE;
use crate::alarm_rule::{AlarmRule, State, alarm_name};
use crate::kinds::telling::text;
use crate::kinds::{Teller, alarms};
use crate::model::{Live, Sender};
use jiff::Timestamp;

/// The composite alarms.
pub(super) struct Composites;

impl Teller for Composites {
    fn named(&self, live: &Live) -> String {
        format!("composite alarm {}", live.id.name)
    }

    /// Where that alarm alone makes its rule true, and nothing does when none fires.
    fn follows(&self, live: &Live, other: &Live) -> bool {
        if !alarms::is_alarm(other) {
            return false;
        }
        let Some(Ok(rule)) = text(live, RULE).map(AlarmRule::parse) else { return false };
        let fires = |one: &str| if alarm_name(one) == other.id.name { State::Alarm } else { State::Ok };
        rule.holds(&fires) && !rule.holds(&|_| State::Ok)
    }

    fn tells(&self, live: &Live, at: Timestamp) -> Result<Vec<String>, String> {
        alarms::tells(live, at)
    }

    fn sender(&self) -> Sender {
        Sender::Alarm
    }
}
