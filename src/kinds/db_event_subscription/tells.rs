//! Of which databases' own backups a subscription tells.

use super::{CATEGORIES, ENABLED, SOURCE_TYPE, SOURCES, TOPIC};
use crate::kinds::telling::{known, text, texts};
use crate::kinds::{Happening, Hears, Job, Teller, What};
use crate::model::{Live, Sender, Value};
use jiff::Timestamp;

/// The subscriptions.
pub(super) struct Subscriptions;

impl Teller for Subscriptions {
    fn named(&self, live: &Live) -> String {
        format!("event subscription {}", live.id.name)
    }

    /// RDS has no event of a backup that did not come. That they were turned off (RDS-EVENT-0028) is another thing: of an instance that is
    /// stopped or full none comes either, and nothing is told.
    ///
    /// Source: RDS User Guide, "Amazon RDS event categories and event messages" and "Introduction to backups": automated backups are made of
    /// an instance that is available.
    fn hears(&self, live: &Live, of: &Happening<'_>) -> Hears {
        let (Job::Own { source }, What::Failure) = (of.job, of.what) else { return Hears::No };
        if text(live, SOURCE_TYPE).is_some_and(|of_type| of_type != *source) {
            return Hears::No;
        }
        let sources = texts(live, SOURCES);
        if !sources.is_empty() {
            let Some(arn) = of.of else { return Hears::Perhaps("it is about some of them".to_owned()) };
            let name = arn.rsplit(':').next().unwrap_or(arn);
            if !sources.iter().any(|source| source.eq_ignore_ascii_case(name)) {
                return Hears::No;
            }
        }
        let categories = texts(live, CATEGORIES);
        if !categories.is_empty() && !categories.contains(&"failure") {
            return Hears::Deaf("\"failure\" is not among its categories".to_owned());
        }
        if known(live, ENABLED) == Some(&Value::Bool(false)) {
            return Hears::Deaf("it is not enabled".to_owned());
        }
        Hears::Yes
    }

    fn tells(&self, live: &Live, _at: Timestamp) -> Result<Vec<String>, String> {
        text(live, TOPIC).map(|topic| vec![topic.to_owned()]).ok_or_else(|| "its topic was not read".to_owned())
    }

    fn sender(&self) -> Sender {
        Sender::DatabaseEvents
    }
}
