//! How much can be lost at most: the effective recovery point objective of what protects a thing.
//!
//! A recovery point counts when it is complete, and holds what there was when its job started. At worst one job starts as early as it may, the
//! next one as late as it may and takes as long as it may, and the loss comes just before that is complete. So of a schedule it is the longest
//! time between two runs, and the start window, and the completion window; never the cron line alone.
//!
//! Where nobody promises how long something takes there is no number: it is [`Loss::Unprovable`], with the reason.
//!
//! Sources: AWS Backup Developer Guide, "Backup plan options and configuration" (windows, overlapping rules) and "AWS Backup quotas" (one job
//! at a time for a resource).

mod ladder;
mod made;
#[cfg(test)]
mod tests;

pub use ladder::{Rung, ladder};

use self::made::{Made, made};
use super::{Calendar, Schedule, Zone, say_length};
use jiff::{SignedDuration, Timestamp};

/// For how long runs are looked at: the calendar's days of the week and leap years repeat after 28 years, but for 2100.
const CYCLE: SignedDuration = SignedDuration::from_hours(24 * (28 * 365 + 7));

/// Runs of one schedule that are looked at one by one: hourly ones of the whole cycle. Of what runs more often only the longest gap is known.
const MOST_RUNS: usize = 246_000;

/// Where what is saved can be found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// In another region than the thing.
    pub other_region: bool,
    /// In another account than the thing.
    pub other_account: bool,
}

/// How far something lags behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lag {
    /// At most so much, and what that is called: `completion window`.
    Within(SignedDuration, String),
    /// Nobody promises anything, and why that is.
    Unpromised(String),
}

impl Lag {
    /// Point-in-time recovery of DynamoDB tables: the latest restorable time is five minutes behind.
    ///
    /// Source: DynamoDB API, `PointInTimeRecoveryDescription`, `LatestRestorableDateTime`: "typically 5 minutes before the current time".
    pub fn of_tables() -> Self {
        Self::Within(SignedDuration::from_mins(5), "latest restorable time is 5 minutes behind".to_owned())
    }

    /// Automated backups of RDS and Aurora: transaction logs are kept every five minutes.
    ///
    /// Source: RDS User Guide, "Restoring a DB instance to a specified time": logs are uploaded to S3 every five minutes.
    pub fn of_databases() -> Self {
        Self::Within(SignedDuration::from_mins(5), "transaction logs are saved every 5 minutes".to_owned())
    }

    /// Replication of S3 objects, with or without Replication Time Control.
    ///
    /// Source: S3 User Guide, "Meeting compliance requirements with S3 Replication Time Control": 99.9% of objects within 15 minutes, by SLA.
    pub fn of_objects(has_time_control: bool) -> Self {
        if has_time_control {
            Self::Within(SignedDuration::from_mins(15), "Replication Time Control, for 99.9% of objects".to_owned())
        } else {
            Self::Unpromised("S3 promises no time for replication without Replication Time Control".to_owned())
        }
    }

    /// Copies that AWS Backup makes.
    ///
    /// A copy job has no window of its own; that the completion window of the rule counts for it is not documented.
    pub fn of_copies() -> Self {
        Self::Unpromised("AWS Backup promises no time within which a copy is made".to_owned())
    }
}

/// One rule by which recovery points are made.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// When it runs.
    pub schedule: Schedule,
    /// Where its times are read.
    pub zone: Zone,
    /// How many minutes after its time a job may start.
    pub start_window: u32,
    /// How long a job takes.
    pub completion: Lag,
    /// After how many days its recovery points are deleted; none never.
    pub delete_after: Option<u32>,
    /// After how many days they move to cold storage, of which a restore takes longer and no copy can be made; none never.
    pub cold_after: Option<u32>,
}

/// What protects a thing.
#[derive(Clone, Debug)]
pub enum Mechanism {
    /// Every moment of the past but the last ones can be restored.
    Continuous {
        /// How far the newest such moment lies back.
        lag: Lag,
    },
    /// Recovery points at certain times, of the rules of one plan.
    Scheduled {
        /// The rules. Of two whose start windows overlap only the one whose recovery points are kept longer makes one.
        rules: Vec<Rule>,
        /// Whether a job waits while another of the same thing runs, and expires when its start window has passed, as with AWS Backup.
        one_at_a_time: bool,
    },
    /// Copies of what another mechanism saves.
    Copied {
        /// What is copied.
        of: Box<Mechanism>,
        /// Where to.
        to: Place,
        /// How long after it is there its copy is.
        lag: Lag,
    },
    /// A second thing that follows the first.
    Replicated {
        /// Where it is.
        to: Place,
        /// How far it lags behind.
        lag: Lag,
    },
}

/// One part of a loss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is.
    pub what: String,
    /// How much it adds.
    pub adds: SignedDuration,
}

/// What can be lost, as far as it is promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The most that can be lost.
    pub worst: SignedDuration,
    /// The same if each recovery point were complete the moment it starts: what schedules and start windows alone make of it.
    pub between_starts: SignedDuration,
    /// What it is made of; together they are the worst.
    pub steps: Vec<Step>,
    /// What a reader ought to know of it.
    pub notes: Vec<String>,
}

/// What can be lost at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// No more than this.
    AtMost(Bound),
    /// Nobody can say, for these reasons.
    Unprovable(Vec<String>),
    /// Everything: nothing is saved there.
    Everything,
}

/// What can be lost at most, by where it is to be restored from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// From the region and account of the thing itself.
    pub here: Loss,
    /// From another region, when its own is lost.
    pub other_region: Loss,
    /// From another account, when its own is lost.
    pub other_account: Loss,
}

impl Bound {
    /// The derivation in one line: `time between two runs 24h + start window 8h = 32h`.
    pub fn derivation(&self) -> String {
        let parts: Vec<String> = self.steps.iter().map(|step| format!("{} {}", step.what, say_length(step.adds))).collect();
        format!("{} = {}", parts.join(" + "), say_length(self.worst))
    }

    fn of(steps: Vec<Step>) -> Self {
        let worst = steps.iter().fold(SignedDuration::ZERO, |sum, step| sum.saturating_add(step.adds));
        Self { worst, between_starts: worst, steps, notes: Vec::new() }
    }

    fn later(mut self, lag: SignedDuration, what: &str) -> Self {
        self.worst = self.worst.saturating_add(lag);
        self.between_starts = self.between_starts.saturating_add(lag);
        self.steps.push(Step { what: what.to_owned(), adds: lag });
        self
    }
}

impl Loss {
    /// What can be lost when any of two can be restored from: the smaller promise, and where only one promises anything, that.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::AtMost(one), Self::AtMost(other)) => Self::AtMost(if other.worst < one.worst { other } else { one }),
            (bound @ Self::AtMost(_), _) | (_, bound @ Self::AtMost(_)) => bound,
            (Self::Unprovable(mut reasons), Self::Unprovable(more)) => {
                reasons.extend(more.into_iter().filter(|reason| !reasons.contains(reason)).collect::<Vec<_>>());
                Self::Unprovable(reasons)
            }
            (unprovable @ Self::Unprovable(_), Self::Everything) | (Self::Everything, unprovable) => unprovable,
        }
    }

    fn later(self, lag: &Lag) -> Self {
        match (self, lag) {
            (Self::AtMost(bound), Lag::Within(lag, what)) => Self::AtMost(bound.later(*lag, what)),
            (Self::AtMost(_), Lag::Unpromised(why)) => Self::Unprovable(vec![why.clone()]),
            (Self::Unprovable(mut reasons), Lag::Unpromised(why)) => {
                reasons.push(why.clone());
                Self::Unprovable(reasons)
            }
            (other, _) => other,
        }
    }
}

impl Mechanism {
    /// Where what it saves can be found.
    pub fn place(&self) -> Place {
        match self {
            Self::Continuous { .. } | Self::Scheduled { .. } => Place::default(),
            Self::Replicated { to, .. } => *to,
            Self::Copied { of, to, .. } => {
                let from = of.place();
                Place { other_region: from.other_region || to.other_region, other_account: from.other_account || to.other_account }
            }
        }
    }

    /// What can be lost at most when this alone is restored from, in the years after an instant.
    pub fn loss(&self, after: Timestamp) -> Loss {
        let start = || Loss::AtMost(Bound::of(Vec::new()));
        match self {
            Self::Continuous { lag } | Self::Replicated { lag, .. } => start().later(lag),
            Self::Scheduled { rules, one_at_a_time } => scheduled(rules, *one_at_a_time, after, CYCLE),
            Self::Copied { of, lag, .. } => of.loss(after).later(lag),
        }
    }
}

/// What can be lost at most of a thing that all these protect, in the years after an instant.
///
/// The runs of 28 years are looked at, so of many things under one plan the plan is asked about once.
pub fn effective(mechanisms: &[Mechanism], after: Timestamp) -> Effective {
    let mut effective = Effective { here: Loss::Everything, other_region: Loss::Everything, other_account: Loss::Everything };
    for mechanism in mechanisms {
        let (place, loss) = (mechanism.place(), mechanism.loss(after));
        let add = |to: &mut Loss| *to = std::mem::replace(to, Loss::Everything).or(loss.clone());
        if place == Place::default() {
            add(&mut effective.here);
        }
        if place.other_region {
            add(&mut effective.other_region);
        }
        if place.other_account {
            add(&mut effective.other_account);
        }
    }
    effective
}

/// How long each rule's job takes, where that is promised.
fn completion(rule: &Rule) -> Result<SignedDuration, String> {
    match &rule.completion {
        Lag::Within(lag, _) => Ok(*lag),
        Lag::Unpromised(why) => Err(why.clone()),
    }
}

fn window(rule: &Rule) -> SignedDuration {
    SignedDuration::from_mins(i64::from(rule.start_window))
}

/// The time between the recovery points of the rules of one plan.
fn scheduled(rules: &[Rule], one_at_a_time: bool, after: Timestamp, span: SignedDuration) -> Loss {
    let until = after.checked_add(span).unwrap_or(Timestamp::MAX);
    let reasons: Vec<String> = rules.iter().filter_map(|rule| completion(rule).err()).collect();
    if !reasons.is_empty() && reasons.len() == rules.len() {
        return Loss::Unprovable(reasons);
    }
    let mut rules = rules.iter().collect::<Vec<_>>();
    rules.retain(|rule| completion(rule).is_ok());
    if let [rule] = rules.as_slice()
        && rule.schedule.runs(after, &rule.zone).take_while(|run| *run <= until).nth(MOST_RUNS).is_some()
    {
        return often(rule, one_at_a_time, after, until);
    }
    let made = match made(&rules, after, until) {
        Ok(made) => made,
        Err(why) => return Loss::Unprovable(vec![why]),
    };
    let worst = made.iter().filter_map(|made| worst(&rules, made, one_at_a_time)).max_by_key(|bound| bound.worst);
    match worst {
        Some(mut bound) => {
            if made.len() > 1 {
                bound
                    .notes
                    .push("of rules that overlap and keep equally long AWS does not say which it keeps: the worse is counted".to_owned());
            }
            Loss::AtMost(bound)
        }
        None => Loss::Unprovable(vec!["there are no two recovery points between which a time could be told".to_owned()]),
    }
}

/// What runs so often that its runs are not looked at one by one.
fn often(rule: &Rule, one_at_a_time: bool, after: Timestamp, until: Timestamp) -> Loss {
    let Some(gap) = Calendar::of(&rule.schedule, &rule.zone, after, until, 0).widest else {
        return Loss::Unprovable(vec!["there are no two runs between which a time could be told".to_owned()]);
    };
    let gap = Worst { gap: gap.length(), from: &rule.name, to: rule, completion: completion(rule).unwrap_or_default() };
    Loss::AtMost(if one_at_a_time { gap.in_turn(gap.gap, gap.completion, SignedDuration::ZERO) } else { gap.bound() })
}

/// Two recovery points between which most can be lost.
struct Worst<'r> {
    /// From the earliest start of the one to the time of the other.
    gap: SignedDuration,
    from: &'r str,
    to: &'r Rule,
    completion: SignedDuration,
}

impl Worst<'_> {
    fn gap_step(&self) -> Step {
        let between =
            if self.from == self.to.name { format!("of \"{}\"", self.from) } else { format!("\"{}\" and \"{}\"", self.from, self.to.name) };
        Step { what: format!("longest time between two runs {between}"), adds: self.gap }
    }

    fn completion_step(&self) -> Step {
        let what = match &self.to.completion {
            Lag::Within(_, what) => what.clone(),
            Lag::Unpromised(_) => String::new(),
        };
        Step { what, adds: self.completion }
    }

    /// As if each job ran by itself.
    fn bound(&self) -> Bound {
        let start = Step { what: "start window".to_owned(), adds: window(self.to) };
        let steps = [self.gap_step(), start, self.completion_step()].into_iter().filter(|step| step.adds > SignedDuration::ZERO);
        let bound = Bound::of(steps.collect());
        Bound { between_starts: self.gap.saturating_add(window(self.to)), ..bound }
    }

    /// As a job that takes long lets those expire whose start windows pass meanwhile, so that the next one starts when it is done.
    fn in_turn(&self, gap: SignedDuration, longest: SignedDuration, spread: SignedDuration) -> Bound {
        let held = Step { what: format!("{} of the one before, while which others expire", self.completion_step().what), adds: longest };
        let spread = Step { what: "difference of the start windows".to_owned(), adds: spread };
        let steps = [Step { adds: gap, ..self.gap_step() }, held, spread, Step { adds: longest, ..self.completion_step() }];
        let mut bound = Bound::of(steps.into_iter().filter(|step| step.adds > SignedDuration::ZERO).collect());
        bound.between_starts = self.gap.saturating_add(window(self.to));
        bound.notes.push("a job may last into the time of the next one, and AWS makes one backup of a resource at a time: a shorter completion window mends that".to_owned());
        bound
    }
}

/// The worst pair of those recovery points that are made, in order of their runs.
fn worst(rules: &[&Rule], made: &[Made], one_at_a_time: bool) -> Option<Bound> {
    let rule = |made: &Made| rules.get(made.rule).copied();
    let late = |made: &Made| {
        let rule = rule(made)?;
        let completion = completion(rule).ok()?;
        Some(made.late.checked_add(window(rule)).ok()?.checked_add(completion).unwrap_or(Timestamp::MAX))
    };
    let mut by_end: Vec<(Timestamp, &Made)> = made.iter().filter_map(|made| Some((late(made)?, made))).collect();
    by_end.sort_by_key(|(end, made)| (*end, made.early));
    let mut newest: Option<&Made> = None;
    let mut found: Option<(SignedDuration, &Made, &Made)> = None;
    // What was complete before all that ends at one instant.
    for together in by_end.chunk_by(|one, other| one.0 == other.0) {
        for (end, one) in together {
            if let Some(before) = newest {
                let loss = end.duration_since(before.early);
                if found.is_none_or(|(worst, ..)| loss > worst) {
                    found = Some((loss, before, one));
                }
            }
        }
        newest = together.iter().map(|(_, made)| *made).chain(newest).max_by_key(|made| made.early);
    }
    let (_, before, next) = found?;
    let (from, to) = (rule(before)?, rule(next)?);
    let worst = Worst { gap: next.late.duration_since(before.early), from: &from.name, to, completion: completion(to).ok()? };
    let alone = worst.bound();
    let longest = rules.iter().filter_map(|rule| completion(rule).ok()).max().unwrap_or_default();
    let between = |pick: fn(&Made, &Made) -> SignedDuration| made.iter().zip(made.iter().skip(1)).map(move |(one, next)| pick(one, next));
    let shortest = between(|one, next| next.early.duration_since(one.late)).min()?;
    if !one_at_a_time || longest < shortest {
        return Some(alone);
    }
    let gap = between(|one, next| next.late.duration_since(one.early)).max()?;
    let windows = rules.iter().map(|rule| window(rule));
    let spread = windows.clone().max().unwrap_or_default().saturating_sub(windows.min().unwrap_or_default());
    let in_turn = worst.in_turn(gap, longest, spread);
    Some(if in_turn.worst > alone.worst { in_turn } else { alone })
}
