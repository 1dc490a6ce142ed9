//! Schedules that export the same at the same time.

use crate::kinds::Concern;
use crate::model::{Code, Severity, Wanted, path};
use crate::policy::compounds::Asked;
use crate::time::{Schedule, Service, Zone};
use jiff::Timestamp;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// How many runs of two schedules are compared: of a daily one, those of 27 years.
const RUNS: usize = 10_000;

/// One schedule of the block.
struct Times<'a> {
    at: &'a String,
    schedule: Schedule,
    zone: Zone,
}

/// How two schedules meet.
#[derive(Debug, PartialEq, Eq)]
enum Meeting {
    Never,
    /// At some times, and at others not.
    Sometimes,
    /// Each run of one of them is one of the other.
    Always,
}

/// What is wrong with schedules that meet: at all their times, or at some.
pub(super) fn check(asked: &Asked<'_>) -> Vec<Concern> {
    let schedules = asked.wanted.keys().filter(|at| path::generic(at) == "schedule");
    let schedules: Vec<Times<'_>> = schedules.filter_map(|at| times(at, asked.wanted)).collect();
    let mut concerns = Vec::new();
    for (place, one) in schedules.iter().enumerate() {
        for other in schedules.iter().take(place) {
            let (severity, title) = match meeting(one, other) {
                Meeting::Never => continue,
                Meeting::Always => {
                    let title = format!("two schedules export `{}`: the whole table would be exported twice each time", one.schedule);
                    (Severity::Error, title)
                }
                Meeting::Sometimes => {
                    let title = "two schedules meet now and then: the whole table is exported twice at these times, and paid for twice";
                    (Severity::Warning, title.to_owned())
                }
            };
            concerns.push(Concern {
                code: Code::ExportedTwice,
                severity,
                title,
                at: path::child(one.at, "expression"),
                also: Some((path::child(other.at, "expression"), "the same times".to_owned())),
                help: "give one of them other times, or keep the one that is kept for longer".to_owned(),
            });
        }
    }
    concerns
}

/// The times of a schedule; none where they are told to be wrong elsewhere, or count from when it is made.
fn times<'a>(at: &'a String, wanted: &BTreeMap<String, Wanted>) -> Option<Times<'a>> {
    let text = |name: &str| wanted.get(&path::child(at, name)).and_then(|wanted| wanted.value.as_str());
    let schedule = Schedule::parse(text("expression")?, Service::Scheduler).ok()?;
    let zone = Zone::named(text("timezone").unwrap_or("UTC")).ok()?;
    Some(Times { at, schedule, zone })
}

fn meeting(one: &Times<'_>, other: &Times<'_>) -> Meeting {
    if one.schedule.canonical() == other.schedule.canonical() && one.zone.name() == other.zone.name() {
        return Meeting::Always;
    }
    // A rate counts from when its schedule is made.
    if [one, other].iter().any(|times| times.schedule.canonical().starts_with("rate(")) {
        return Meeting::Never;
    }
    // Without a clock: what meets at all does so within the years that the calendar takes to come round.
    let start = Timestamp::constant(1_735_689_600, 0);
    let (mut runs, mut others) = (one.schedule.runs(start, &one.zone), other.schedule.runs(start, &other.zone));
    let (mut next, mut beside) = (runs.next(), others.next());
    let (mut meets, mut alone) = (false, [false, false]);
    for _ in 0..RUNS {
        let (Some(run), Some(other)) = (next, beside) else { break };
        match run.cmp(&other) {
            Ordering::Equal => {
                meets = true;
                (next, beside) = (runs.next(), others.next());
            }
            Ordering::Less => {
                alone = [true, alone[1]];
                next = runs.next();
            }
            Ordering::Greater => {
                alone = [alone[0], true];
                beside = others.next();
            }
        }
        if meets && alone == [true, true] {
            break;
        }
    }
    match (meets, alone) {
        (false, _) => Meeting::Never,
        (true, [false, false]) => Meeting::Always,
        (true, _) => Meeting::Sometimes,
    }
}
