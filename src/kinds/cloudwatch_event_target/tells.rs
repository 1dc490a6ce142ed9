//! Whom targets of rules tell.

use super::{ARN, SPEC, service};
use crate::kinds::Teller;
use crate::kinds::telling::text;
use crate::model::{Live, Sender};
use jiff::Timestamp;

/// The targets.
pub(super) struct Targets;

impl Teller for Targets {
    fn named(&self, live: &Live) -> String {
        format!("target {}", live.id.name)
    }

    fn follows(&self, live: &Live, other: &Live) -> bool {
        let is_rule = SPEC.parent.is_some_and(|parent| parent.kinds.contains(&other.id.kind.as_str()));
        is_rule && live.fact(Live::PARENT_ID).is_some() && live.fact(Live::PARENT_ID) == other.fact(Live::ID)
    }

    fn tells(&self, live: &Live, _at: Timestamp) -> Result<Vec<String>, String> {
        match text(live, ARN) {
            Some(arn) if service(arn) == Some("logs") => Err(format!("{arn} only keeps what happened, and tells nobody")),
            Some(arn) => Ok(vec![arn.to_owned()]),
            None => Err("what it calls was not read".to_owned()),
        }
    }

    fn sender(&self) -> Sender {
        Sender::EventRule
    }
}
