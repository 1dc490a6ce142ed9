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

    /// RDS has no event, and no metric, of a backup that did not come; what there is is that they were turned off (RDS-EVENT-0028), and that
    /// an instance has failed, in which state RDS makes none.
    ///
    /// Source: RDS User Guide, "Amazon RDS event categories and event messages" and "Introduction to backups": automated backups are made of
    /// an instance that is available.
    fn hears(&self, live: &Live, of: &Happening<'_>) -> Hears {
        let Job::Own { source } = of.job else { return Hears::No };
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
        let category = match of.what {
            What::Failure => "failure",
            What::Absence => "configuration change",
        };
        let categories = texts(live, CATEGORIES);
        if !categories.is_empty() && !categories.contains(&category) {
            return Hears::Deaf(format!("\"{category}\" is not among its categories"));
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
