//! Who is told when a backup of a thing fails, and when none comes: from what happens, by what notices it, to subscriptions that are confirmed.
//!
//! Whatever makes backups of the thing by jobs must be told of, each of them. What the service keeps as it is written makes no jobs that could
//! fail.

use crate::kinds::{self, Answer, Happening, Hears, Job, OwnBackups, Protection, Teller, What};
use crate::model::{Audience, Covered, Gap, Ignorance, IgnoranceSort, Live, Mechanism, Reading, Sender, Snapshot, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// An account and a region.
type Place<'s> = (&'s str, &'s str);
/// Something that can tell, with how.
type Told<'s> = (&'s Live, &'static dyn Teller);

/// All that tells anybody of anything.
pub(super) struct Tellers<'s> {
    snapshot: &'s Snapshot,
    by_place: BTreeMap<Place<'s>, Vec<Told<'s>>>,
    /// Why there may be more in a place than was seen.
    unread: BTreeMap<Place<'s>, BTreeSet<String>>,
    audiences: BTreeMap<&'s str, &'s Audience>,
    /// What does not differ by thing.
    answers: Mutex<BTreeMap<(Place<'s>, What, Job), Found>>,
}

/// What somebody is told of a thing's backups.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Alarms {
    /// What makes its backups and can fail to.
    pub(super) jobs: Vec<String>,
    /// Whether somebody is told of each failure.
    pub(super) of_failure: Answered,
    /// Whether somebody is told when none comes.
    pub(super) of_absence: Answered,
    /// What tells whom.
    pub(super) by: BTreeSet<String>,
    /// What is not told, and what looks as if it did.
    pub(super) lacks: BTreeSet<String>,
}

/// An answer that may not be known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Answered {
    /// There is nothing to tell of.
    #[default]
    Nothing,
    /// It is so.
    Yes,
    /// It is not known: why, and whether it was not even looked at.
    Unknown {
        /// Why.
        why: String,
        /// Whether audits do not look at it at all.
        is_not_looked_at: bool,
    },
    /// It is not so.
    No,
}

/// What was found about one thing that can happen to one job.
#[derive(Clone, Debug, Default)]
struct Found {
    /// What tells whom.
    by: BTreeSet<String>,
    /// What looks as if it did.
    lacks: BTreeSet<String>,
    /// What may.
    doubts: BTreeSet<String>,
    /// Whether the thing itself must be known to tell.
    hangs_on_thing: bool,
}

impl<'s> Tellers<'s> {
    /// Looks for all that tells.
    pub(super) fn new(snapshot: &'s Snapshot) -> Self {
        let place = |target: &str| snapshot.identities.get(target).map(|one| (one.account.as_str(), one.region.as_str()));
        let mut things: BTreeMap<Place<'_>, BTreeMap<(&str, &str), Told<'_>>> = BTreeMap::new();
        for live in &snapshot.resources {
            let teller = kinds::find(&live.id.kind).and_then(kinds::Kind::teller);
            if let Some((teller, place)) = teller.zip(place(&live.id.target)) {
                // Two targets of one place see the same things.
                things.entry(place).or_default().entry((&live.id.kind, &live.id.name)).or_insert((live, teller));
            }
        }
        let mut unread: BTreeMap<Place<'_>, BTreeSet<String>> = BTreeMap::new();
        for (target, identity) in &snapshot.identities {
            let doubts = unread.entry((identity.account.as_str(), identity.region.as_str())).or_default();
            for kind in kinds::telling() {
                let is_read = |of: &str, at: &str| of == kind && at == target;
                let listed = snapshot.inventories.iter().find(|inventory| is_read(&inventory.kind, &inventory.target));
                match listed {
                    Some(listed) if listed.names_complete => {}
                    Some(_) => drop(doubts.insert(format!("not all of {kind} could be read"))),
                    None => drop(doubts.insert(format!("the snapshot does not hold {kind}"))),
                }
            }
            doubts.extend(snapshot.gaps.iter().filter(|gap| gap.target == *target).filter_map(|gap| hidden(snapshot, gap)));
        }
        let topics = snapshot.evidence.iter().flat_map(|evidence| &evidence.topics);
        Self {
            snapshot,
            by_place: things.into_iter().map(|(place, things)| (place, things.into_values().collect())).collect(),
            unread,
            audiences: topics.map(|audience| (audience.topic.as_str(), audience)).collect(),
            answers: Mutex::default(),
        }
    }

    /// What somebody is told of a thing's backups. `region_of` knows the regions of buckets.
    pub(super) fn of(&self, covered: &'s Covered, live: Option<&Live>, region_of: &dyn Fn(&str) -> Option<&'s str>) -> Alarms {
        let mut alarms = Alarms::default();
        let (jobs, not_followed) = jobs(covered, live);
        if self.snapshot.evidence.is_none() && !jobs.is_empty() {
            let why = "the snapshot holds no evidence of who is told";
            alarms.jobs = jobs.iter().map(ToString::to_string).collect();
            alarms.of_failure = Answered::unread(why);
            alarms.of_absence = Answered::unread(why);
            return alarms;
        }
        for job in jobs {
            let home = Some(covered.region.as_str());
            let abroad = if let Job::Replication { to, .. } = &job { region_of(to) } else { home };
            for (what, region) in [(What::Failure, home), (What::Absence, abroad)] {
                if matches!((&job, what), (Job::Copy { .. }, What::Absence)) {
                    continue;
                }
                let answer = match region {
                    _ if matches!((&job, what), (Job::Own { .. }, What::Absence)) => {
                        Answered::Unknown { why: UNTOLD.to_owned(), is_not_looked_at: true }
                    }
                    Some(region) => self.asked(what, &job, (covered.account.as_str(), region), covered.arn.as_deref(), &mut alarms),
                    None => Answered::unread(&format!("{job}: what tells of it is in the destination's region, which no target reads")),
                };
                alarms.note(what, answer);
            }
            alarms.jobs.push(job.to_string());
        }
        if let Some(why) = not_followed {
            alarms.jobs.push("automated backups".to_owned());
            for what in [What::Failure, What::Absence] {
                alarms.note(what, Answered::Unknown { why: why.to_owned(), is_not_looked_at: true });
            }
        }
        alarms
    }

    /// Whether somebody is told of one thing that can happen.
    fn asked(&self, what: What, job: &Job, place: Place<'s>, arn: Option<&str>, alarms: &mut Alarms) -> Answered {
        let key = (place, what, job.clone());
        // Whoever was interrupted while it held this left it whole.
        let answers = || self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let known = answers().get(&key).cloned();
        let mut found = known.unwrap_or_else(|| {
            let found = self.look(what, job, place, None);
            answers().insert(key, found.clone());
            found
        });
        if found.by.is_empty() && found.hangs_on_thing && arn.is_some() {
            found = self.look(what, job, place, arn);
        }
        let happens = match what {
            What::Failure => format!("failed {job}"),
            What::Absence => format!("missing {job}"),
        };
        if !found.by.is_empty() {
            alarms.by.extend(found.by.iter().map(|by| format!("{happens}: {by}")));
            return Answered::Yes;
        }
        alarms.lacks.extend(found.lacks.iter().map(|why| format!("{happens}: {why}")));
        let unread = self.unread.get(&place).into_iter().flatten().cloned();
        let doubts: Vec<String> = found.doubts.into_iter().chain(unread).collect();
        if !doubts.is_empty() {
            return Answered::unread(&doubts.join("; "));
        }
        if found.lacks.is_empty() {
            alarms.lacks.insert(format!("{happens}: nothing tells of them"));
        }
        Answered::No
    }

    /// Whom alarms of such names tell, in these accounts and regions.
    pub(super) fn alarms(&self, is_meant: &dyn Fn(&str) -> bool, places: &BTreeSet<Place<'_>>) -> Vec<Reached<'s>> {
        let mut reached = Vec::new();
        for ((account, _), all) in self.by_place.iter().filter(|(place, _)| places.contains(*place)) {
            let alarms = all.iter().filter(|(live, teller)| matches!(teller.sender(), Sender::Alarm) && is_meant(&live.id.name));
            for (live, teller) in alarms {
                let Found { by, lacks, doubts, .. } = self.reached((*live, *teller), all, account);
                reached.push(Reached { live, account, by, lacks, doubts });
            }
        }
        reached
    }

    /// Why there may be more in the places of these targets than was seen.
    pub(super) fn unread_of(&self, targets: &[String]) -> BTreeSet<String> {
        let identities = targets.iter().filter_map(|target| self.snapshot.identities.get(target));
        let doubts = identities.filter_map(|one| self.unread.get(&(one.account.as_str(), one.region.as_str())));
        doubts.flatten().cloned().collect()
    }

    fn look(&self, what: What, job: &Job, place: Place<'s>, of: Option<&str>) -> Found {
        let happening = Happening { what, job, account: place.0, region: place.1, of, at: self.snapshot.taken_at };
        let mut found = Found::default();
        let Some(all) = self.by_place.get(&place) else { return found };
        for (live, teller) in all {
            let named = teller.named(live);
            match teller.hears(live, &happening) {
                Hears::No => {}
                Hears::Deaf(why) => drop(found.lacks.insert(format!("{named}: {why}"))),
                Hears::Perhaps(why) => {
                    found.hangs_on_thing |= of.is_none();
                    let reached = self.reached((*live, *teller), all, place.0);
                    // What reaches nobody tells nobody, whatever it notices.
                    if reached.by.is_empty() && reached.doubts.is_empty() {
                        found.lacks.extend(reached.lacks);
                    } else {
                        found.doubts.insert(format!("{named}: {why}"));
                    }
                }
                Hears::Yes => {
                    let reached = self.reached((*live, *teller), all, place.0);
                    found.by.extend(reached.by);
                    found.lacks.extend(reached.lacks);
                    found.doubts.extend(reached.doubts);
                }
            }
        }
        found
    }

    /// Whom something tells, by itself and by all that follows it.
    fn reached(&self, first: Told<'s>, all: &[Told<'s>], account: &str) -> Found {
        let mut found = Found::default();
        let mut chain = vec![first];
        let mut at = 0;
        while let Some((live, teller)) = chain.get(at).copied() {
            at += 1;
            let mut named = teller.named(live);
            let told = teller.tells(live, self.snapshot.taken_at);
            if at > 1 {
                named = format!("{}, by {named},", first.1.named(first.0));
            }
            for arn in told.as_deref().unwrap_or_default() {
                match self.heard_at(arn, teller.sender(), account, sends(first.0, live)) {
                    Ok(who) => drop(found.by.insert(format!("{named} -> {who}"))),
                    Err(Deaf::Surely(why)) => drop(found.lacks.insert(format!("{named} -> {why}"))),
                    Err(Deaf::Perhaps(why)) => drop(found.doubts.insert(format!("{named} -> {why}"))),
                }
            }
            if let Err(why) = told {
                found.lacks.insert(format!("{named}: {why}"));
            }
            let known: BTreeSet<_> = chain.iter().map(|(live, _)| &live.id).collect();
            let next: Vec<Told<'s>> =
                all.iter().filter(|(other, teller)| !known.contains(&other.id) && teller.follows(other, live)).copied().collect();
            chain.extend(next);
        }
        if found.by.is_empty() && found.lacks.is_empty() && found.doubts.is_empty() {
            found.lacks.insert(format!("{} calls nothing", first.1.named(first.0)));
        }
        found
    }

    /// Who is behind an ARN that is told.
    fn heard_at(&self, arn: &str, sender: Sender, account: &str, source: Option<&str>) -> Result<String, Deaf> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", _, service, region, owner, name] = parts.as_slice() else {
            return Err(Deaf::Surely(format!("\"{arn}\", which is no ARN")));
        };
        if *service != "sns" {
            return Ok(format!("{arn}, which is no topic: whom that tells is not followed"));
        }
        let Some(audience) = self.audiences.get(arn) else {
            let gaps = self.snapshot.evidence.iter().flat_map(|evidence| &evidence.gaps);
            let gap = gaps.into_iter().find(|gap| {
                let place = self.snapshot.identities.get(&gap.target);
                gap.resource.as_deref() == Some(name) && place.is_some_and(|at| at.account == *owner && at.region == *region)
            });
            let why = match gap {
                Some(gap) => format!("what {} tells could not be read", gap.action),
                None => format!("no target reads {region} of account {owner}"),
            };
            return Err(Deaf::Perhaps(format!("topic {name}: {why}")));
        };
        if !audience.is_there {
            return Err(Deaf::Surely(format!("topic {name}, which is nowhere")));
        }
        if audience.confirmed.values().all(|count| *count == 0) {
            let waiting =
                if audience.pending > 0 { format!(", and {} that wait to be confirmed", audience.pending) } else { String::new() };
            return Err(Deaf::Surely(format!("topic {name}, which has no confirmed subscription{waiting}")));
        }
        match kinds::takes(audience, sender, account, source) {
            Answer::No { reason, .. } => return Err(Deaf::Surely(format!("topic {name}, which {reason}"))),
            Answer::Doubtful { reason, .. } => return Err(Deaf::Perhaps(format!("topic {name}, which {reason}"))),
            Answer::Unknown => {
                return Err(Deaf::Perhaps(format!("topic {name}, whose policy does not tell whether it lets the sender in")));
            }
            Answer::Yes => {}
        }
        if let Some(key) = &audience.key {
            let whose = "whose policy was not read: it has to let the sender use it";
            return Err(Deaf::Perhaps(format!("topic {name}, which is encrypted with `{key}`, {whose}")));
        }
        let doubtful = audience.filtering.saturating_add(audience.unread_filters);
        if audience.confirmed.values().fold(0_u64, |sum, count| sum.saturating_add(*count)) <= doubtful {
            let what = match audience.unread_filters {
                0 => "all of whose confirmed subscriptions filter: what they let through is not looked at",
                _ => "none of whose confirmed subscriptions is known to have no filter",
            };
            return Err(Deaf::Perhaps(format!("topic {name}, {what}")));
        }
        let who: Vec<String> = audience.confirmed.iter().map(|(protocol, count)| format!("{count} {protocol}")).collect();
        Ok(format!("topic {name} ({})", who.join(", ")))
    }
}

/// Whom one alarm tells.
pub(super) struct Reached<'s> {
    pub(super) live: &'s Live,
    pub(super) account: &'s str,
    /// What tells whom.
    pub(super) by: BTreeSet<String>,
    /// What looks as if it did.
    pub(super) lacks: BTreeSet<String>,
    /// What may.
    pub(super) doubts: BTreeSet<String>,
}

/// Why nobody hears something.
enum Deaf {
    Surely(String),
    Perhaps(String),
}

/// The ARN by which a topic knows who publishes: that of a rule for its targets, which have none.
fn sends<'l>(first: &'l Live, live: &'l Live) -> Option<&'l str> {
    live.arn.as_deref().or(first.arn.as_deref())
}

/// Why nobody can be told that a service did not make its own backup.
///
/// Source: RDS User Guide, "Amazon RDS event categories and event messages": there is an event of backups that were turned off, and none of
/// one that did not come, as of an instance that is stopped or full.
const UNTOLD: &str = "missing automated backups: no event and no metric of AWS tells of them";

/// What a gap about one thing hides of what tells: the thing, or a setting of it other than its tags.
fn hidden(snapshot: &Snapshot, gap: &Gap) -> Option<String> {
    let (kind, name) = gap.kind.as_deref().zip(gap.resource.as_deref())?;
    kinds::find(kind).and_then(kinds::Kind::teller)?;
    let live = snapshot.resources.iter().find(|live| live.id.kind == kind && live.id.name == name && live.id.target == gap.target);
    let is_read = live.is_some_and(|live| {
        let mut unread = live.settings.iter().filter(|(_, reading)| matches!(reading, Reading::Unreadable { .. }));
        unread.all(|(setting, _)| setting == "tags")
    });
    (!is_read).then(|| format!("{kind} {name} could not be read: {}", gap.action))
}

/// What makes backups of a thing, and why nobody looks at who is told of those that its service makes.
fn jobs(covered: &Covered, live: Option<&Live>) -> (BTreeSet<Job>, Option<&'static str>) {
    let Some(Protection::Holds(holder)) = kinds::find(&covered.kind).and_then(kinds::Kind::protection) else {
        return (BTreeSet::new(), None);
    };
    let holder = live.map(holder).unwrap_or_default();
    let mut jobs = BTreeSet::new();
    let mut not_followed = None;
    for mechanism in covered.mechanisms.iter().filter(|mechanism| mechanism.protects()) {
        match mechanism {
            Mechanism::BackupRule(rule) => {
                let backup_type = holder.backup_type;
                let copy = |to: &String| Job::Copy { from: rule.vault.clone(), to: to.clone(), backup_type };
                jobs.extend(rule.copies.iter().map(|one| copy(&one.vault_arn)));
                jobs.insert(Job::Backup { vault: rule.vault.clone(), backup_type });
            }
            // What AWS Backup keeps instead is among its jobs.
            Mechanism::AutomatedBackups(backups) if backups.kept_by_aws_backup.is_none() => match &holder.own_backups {
                OwnBackups::Continuous => {}
                OwnBackups::Jobs(job) => drop(jobs.insert(job.clone())),
                OwnBackups::NotFollowed(why) => not_followed = Some(*why),
            },
            Mechanism::Replication(rule) => {
                let to = rule.destination.rsplit(':').next().unwrap_or(&rule.destination).to_owned();
                jobs.insert(Job::Replication { from: covered.name.clone(), to, rule: rule.rule.clone() });
            }
            _ => {}
        }
    }
    (jobs, not_followed)
}

impl Answered {
    fn unread(why: &str) -> Self {
        Self::Unknown { why: why.to_owned(), is_not_looked_at: false }
    }

    /// Both together: the worse of them.
    fn and(self, other: Self) -> Self {
        let rank = |one: &Self| match one {
            Self::Nothing => 0,
            Self::Yes => 1,
            Self::Unknown { .. } => 2,
            Self::No => 3,
        };
        if rank(&other) > rank(&self) { other } else { self }
    }
}

impl Alarms {
    /// What controls know of it, with why parts of that are not known.
    pub(super) fn told(self) -> (Value, Vec<(String, Ignorance)>) {
        let mut unknown = Vec::new();
        let mut answer = |name: &str, answered: Answered| match answered {
            Answered::Nothing => Value::Null,
            Answered::Yes => Value::from(true),
            Answered::No => Value::from(false),
            Answered::Unknown { why, is_not_looked_at } => {
                let sort = if is_not_looked_at { IgnoranceSort::NotLookedAt } else { IgnoranceSort::Unread };
                unknown.push((format!("alarms.{name}"), Ignorance { sort, why: why.into() }));
                Value::Unknown
            }
        };
        let texts = |texts: Vec<String>| Value::from(texts.into_iter().map(Value::from).collect::<Vec<_>>());
        let map = BTreeMap::from([
            ("of_failure".to_owned(), answer("of_failure", self.of_failure)),
            ("of_absence".to_owned(), answer("of_absence", self.of_absence)),
            ("jobs".to_owned(), texts(self.jobs)),
            ("by".to_owned(), texts(self.by.into_iter().collect())),
            ("lacks".to_owned(), texts(self.lacks.into_iter().collect())),
        ]);
        (Value::from(map), unknown)
    }

    fn note(&mut self, what: What, answer: Answered) {
        let known = match what {
            What::Failure => &mut self.of_failure,
            What::Absence => &mut self.of_absence,
        };
        *known = std::mem::take(known).and(answer);
    }
}

#[cfg(test)]
mod tests;
