//! `--who`: asks CloudTrail who moved what.

use crate::aws::trail::{self, Found, LookUp, Written};
use crate::aws::{Aws, CallFailed, Connection};
use crate::drift::who::{self, Asked};
use crate::model::{Drift, Event, Note, ResourceId, count};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// How far back CloudTrail's event history goes. Source: CloudTrail API `LookupEvents`.
const HISTORY: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What was found for some things: the calls, and what is to be said of things for which none counts.
#[derive(Default)]
struct Answers {
    calls: BTreeMap<ResourceId, Vec<Event>>,
    otherwise: BTreeMap<ResourceId, String>,
    notes: BTreeSet<String>,
}

/// Lays down for each movement who called what. That it could not be asked is a note: the drift itself is known.
pub(super) async fn fill(aws: &Aws, drift: &mut Drift) {
    let (things, left_out) = who::asked(drift);
    let mut answers = Answers::default();
    if left_out > 0 {
        answers.notes.insert(format!(
            "who moved it was asked for {} only, those of which the gravest moved, and not for {left_out} more; --only asks for others",
            count(things.len(), "thing")
        ));
    }
    let oldest = drift.read_at.saturating_sub(HISTORY).unwrap_or(Timestamp::MIN);
    let since = drift.since.as_ref().map(|since| since.taken_at).filter(|since| *since > oldest);
    // AWS counts lookups for each account and region, so those of one go one after the other.
    let mut places: BTreeMap<(String, String), Vec<(&Connection, Asked)>> = BTreeMap::new();
    for thing in things {
        let Some(connection) = aws.connection(&thing.id.target) else { continue };
        let place = (connection.identity.account.clone(), thing.id.region.clone());
        places.entry(place).or_default().push((connection, thing));
    }
    let asking = places.into_values().map(|things| place(things, since, oldest));
    for found in futures_util::future::join_all(asking).await {
        answers.calls.extend(found.calls);
        answers.otherwise.extend(found.otherwise);
        answers.notes.extend(found.notes);
    }
    who::attribute(drift, &answers.calls, &answers.otherwise);
    drift.notes.extend(answers.notes.into_iter().map(|text| Note { code: None, text }));
    drift.notes.sort();
}

/// All things of one account and region.
async fn place(things: Vec<(&Connection, Asked)>, since: Option<Timestamp>, oldest: Timestamp) -> Answers {
    let mut answers = Answers::default();
    let mut by_operation: BTreeMap<String, Found> = BTreeMap::new();
    for (connection, thing) in things {
        match thing_of(connection, &thing, since.unwrap_or(oldest), &mut by_operation).await {
            Ok((events, until)) => {
                answers.otherwise.insert(thing.id.clone(), nobody(since, until));
                answers.calls.insert(thing.id, events);
            }
            Err(failed) => {
                let region = &thing.id.region;
                answers.notes.insert(format!("who moved it could not be asked in {region}: {}", failed.sentence(region)));
                // The next would fail in the same way.
                break;
            }
        }
    }
    answers
}

/// The calls on one thing: by its name, else by its ARN, else among those of the operations that can have moved it.
async fn thing_of(
    connection: &Connection,
    thing: &Asked,
    from: Timestamp,
    by_operation: &mut BTreeMap<String, Found>,
) -> Result<(Vec<Event>, Option<Timestamp>), CallFailed> {
    let region = &thing.id.region;
    let mut until = None;
    for name in [&thing.id.name, &thing.arn].into_iter().filter(|name| !name.is_empty()) {
        let found = trail::written(connection, region, LookUp::Resource(name), from).await?;
        until = until.max(found.until);
        let events: Vec<Event> =
            found.written.into_iter().map(|written| written.event).filter(|event| thing.is_of_service(event)).collect();
        if !events.is_empty() {
            return Ok((events, until));
        }
    }
    // Calls to some services, AWS Backup's among them, are not known by the things that they are about.
    let mut events = Vec::new();
    for operation in &thing.operations {
        if !by_operation.contains_key(operation) {
            let found = trail::written(connection, region, LookUp::Operation(operation), from).await?;
            by_operation.insert(operation.clone(), found);
        }
        let Some(found) = by_operation.get(operation) else { continue };
        until = until.max(found.until);
        let about = |written: &&Written| thing.is_about(&written.mentions);
        events.extend(found.written.iter().filter(about).map(|written| written.event.clone()));
    }
    Ok((events, until))
}

/// What is said where no call counts.
fn nobody(since: Option<Timestamp>, until: Option<Timestamp>) -> String {
    let here = match (until, since) {
        (Some(until), _) => format!("among the latest calls in CloudTrail (those since {until})"),
        (None, Some(since)) => format!("in CloudTrail since {since}"),
        (None, None) => "in CloudTrail's last 90 days".to_owned(),
    };
    format!("no call that can have moved it {here}, or it is not delivered yet, which takes up to 15 minutes")
}
