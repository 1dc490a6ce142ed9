//! What every format says in the same words: counts, verdicts, consents, gaps. All of it is one line and holds nothing hidden.

use super::Specs;
use super::escape::{shell, visible};
use crate::model::{
    Action, Cause, Change, Code, Consent, Effect, Fallback, Gap, Plan, Reaches, Reading, Refusal, Setting, Summary, Value, Verb,
};
use std::collections::BTreeMap;

pub(super) use crate::model::{count, plural};

/// The kind's name in a sentence: `DynamoDB table`; of a kind without a table, its name in policies.
pub(super) fn kind_title(specs: Specs, kind: &str) -> String {
    specs(kind).map_or_else(|| visible(kind), |spec| spec.title.to_owned())
}

/// The thing, where it is: `DynamoDB table Sales (us-east-1, account 123456789012)`.
pub(super) fn thing(plan: &Plan, specs: Specs, action: &Action) -> String {
    format!("{} {}", named(specs, &action.id.kind, &action.id.name), place(plan, action))
}

/// The thing by its name; what there is one of has none.
pub(super) fn named(specs: Specs, kind: &str, name: &str) -> String {
    match specs(kind) {
        Some(spec) if spec.single.is_some() => spec.title.to_owned(),
        _ => format!("{} {}", kind_title(specs, kind), visible(name)),
    }
}

/// Where it is: `(us-east-1, account 123456789012)`.
pub(super) fn place(plan: &Plan, action: &Action) -> String {
    let id = &action.id;
    let account = plan.targets.get(&id.target).and_then(|target| target.account.as_deref());
    let account = account.map_or_else(|| format!("target {}", visible(&id.target)), |account| format!("account {}", visible(account)));
    format!("({}, {account})", visible(&id.region))
}

/// The end of a sentence that starts with an address.
pub(super) fn fate(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "will be created",
        Verb::Update => "will be updated in-place",
        Verb::Replace => "must be replaced",
        Verb::Delete => "will be destroyed",
        Verb::NoOp => "is as declared",
        Verb::Unknown => "is unknown, so apply leaves it alone",
    }
}

/// The same for a thing of which something could not be read.
pub(super) fn unread_fate(verb: Verb) -> &'static str {
    match verb {
        Verb::Unknown => fate(verb),
        _ => "is unknown in part, which apply leaves alone",
    }
}

/// Terraform's sign for it.
pub(super) fn marker(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "+",
        Verb::Update => "~",
        Verb::Replace => "-/+",
        Verb::Delete => "-",
        Verb::NoOp => " ",
        Verb::Unknown => "?",
    }
}

/// The setting's row in the table of its kind.
pub(super) fn setting(specs: Specs, action: &Action, change: &Change) -> Option<&'static Setting> {
    specs(&action.id.kind).and_then(|spec| spec.setting(&change.setting))
}

/// What is live, with AWS's default where nobody set it.
pub(super) fn before(reading: &Reading, setting: Option<&Setting>) -> String {
    match (reading, setting) {
        // Without the flag that it hangs on it has no value, whatever AWS's default for it would be.
        (Reading::Unset, Some(setting)) if setting.only_while.is_some() => "(none)".to_owned(),
        (Reading::Unset, Some(Setting { aws_default: Fallback::Absent | Fallback::Kept, .. }) | None) => "(none)".to_owned(),
        (Reading::Unset, Some(Setting { aws_default: Fallback::Named { called, .. }, .. })) => by_default(called),
        (Reading::Unset, Some(setting)) => format!("(unset: AWS default {})", Value::from(setting.aws_default)),
        (Reading::Known(value), setting) => shown(value, setting),
        _ => visible(&reading.to_string()),
    }
}

/// What is live of a changed setting, with what AWS has taken beside it and makes later: `14 (0 to come)`.
pub(super) fn before_of(action: &Action, change: &Change, setting: Option<&Setting>) -> String {
    let now = before(&change.before, setting);
    match (action.before.get(&change.setting), &change.before) {
        (Some(to_come @ Reading::Known(_)), Reading::Known(_)) if *to_come != change.before => {
            format!("{now} ({} to come)", before(to_come, setting))
        }
        _ => now,
    }
}

/// What it becomes.
pub(super) fn after(change: &Change, setting: Option<&Setting>) -> String {
    match &change.after {
        Value::Null => "(none)".to_owned(),
        after => shown(after, setting),
    }
}

fn shown(value: &Value, setting: Option<&Setting>) -> String {
    setting.and_then(|setting| setting.aws_default.name_of(value)).map_or_else(|| visible(&value.to_string()), by_default)
}

/// A value that has a name alone: `(AWS default: the policy that SNS gives to every topic)`.
pub(super) fn by_default(called: &str) -> String {
    format!("(AWS default: {called})")
}

/// The effect; what needs consent starts with `!`, so that it stands out without colour.
pub(super) fn effect(effect: Effect) -> String {
    if effect.needs_consent() { format!("! {effect}") } else { effect.to_string() }
}

/// Whether it touches what exists, and where the policy says so.
pub(super) fn reach(specs: Specs, action: &Action, change: &Change) -> String {
    let reaches = match change.reaches {
        Reaches::Existing => format!("reaches existing {}", specs(&action.id.kind).map_or("recovery points", |spec| spec.holds)),
        Reaches::Future => "reaches only what comes later".to_owned(),
    };
    match &change.because {
        Some(position) => format!("{reaches}; {}", visible(&position.to_string())),
        None if matches!(change.setting.as_str(), Change::EXISTS | Change::OWNER) => reaches,
        None if change.setting.ends_with(']') || change.after == Value::Null => format!("{reaches}; the policy does not declare it"),
        None if change.before != Reading::Unset => format!("{reaches}; the policy does not declare it, so it is AWS's default"),
        None => format!("{reaches}; not in the policy: AWS's default, which comes along with another change"),
    }
}

/// Who agreed to it; `None` where nobody needs to.
pub(super) fn consent(change: &Change) -> Option<String> {
    match &change.consent {
        Consent::NotNeeded => None,
        Consent::Waiver { name, reason, approved_by, expires } => {
            Some(format!("waived by `{}` until {expires}, approved by {}: {}", visible(name), visible(approved_by), visible(reason)))
        }
        Consent::Flag => Some(format!("consented to by {}", flag_name(change.effect))),
        Consent::Missing { .. } => {
            let code = if change.effect == Effect::Irreversible { Code::Irreversible } else { Code::Weakening };
            Some(format!("BLOCKED: nobody consented to it ({code})"))
        }
    }
}

pub(super) fn flag_name(effect: Effect) -> &'static str {
    match effect {
        Effect::Irreversible => "--accept-irreversible",
        Effect::Strengthens | Effect::Neutral | Effect::Weakens | Effect::LosesData => "--allow-weakening",
    }
}

/// The flags that would let an action's blocked changes through for one run, as they are typed.
pub(super) fn flags(action: &Action) -> Vec<String> {
    let mut flags: Vec<String> = action
        .changes
        .iter()
        .filter(|change| change.is_blocked())
        .map(|change| format!("{} {}", flag_name(change.effect), shell(&action.address)))
        .collect();
    flags.sort();
    flags.dedup();
    flags
}

/// The HCL that would let a blocked change through, by line.
pub(super) fn waiver(change: &Change) -> Option<Vec<String>> {
    match &change.consent {
        Consent::Missing { waiver: Some(waiver) } => Some(waiver.trim_end().lines().map(visible).collect()),
        Consent::Missing { waiver: None } | Consent::NotNeeded | Consent::Waiver { .. } | Consent::Flag => None,
    }
}

/// Whose no it is that refuses something, whatever anybody consents to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refuser {
    /// It is somebody else's, so that backstay leaves it alone.
    Owner,
    /// AWS does not take it, or its documents contradict each other on whether it does.
    Aws,
}

impl Refuser {
    /// Both, in the order in which they are said.
    pub(super) const ALL: [Self; 2] = [Self::Owner, Self::Aws];

    fn of(refusal: &Refusal) -> Self {
        if [Code::Foreign.as_str(), Code::NotThere.as_str()].contains(&refusal.code.as_str()) { Self::Owner } else { Self::Aws }
    }

    /// Above what it refuses.
    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::Owner => "Refused, as it is not backstay's to change",
            Self::Aws => "Refused, as AWS does not take it, or is not known to",
        }
    }
}

/// What is refused by one of the two.
pub(super) fn refused_by(plan: &Plan, refuser: Refuser) -> impl Iterator<Item = (&Action, &Refusal)> {
    refused(plan).filter(move |(_, refusal)| Refuser::of(refusal) == refuser)
}

/// What is refused, whatever anybody consents to.
pub(super) fn refused(plan: &Plan) -> impl Iterator<Item = (&Action, &Refusal)> {
    plan.actions.iter().filter_map(|action| Some((action, action.refused.as_ref()?)))
}

/// How many things are refused, and by whom: `1 thing is not backstay's to change`. `None` where none is.
pub fn refusals(plan: &Plan) -> Option<String> {
    let many = |refuser| refused_by(plan, refuser).count();
    let foreign = |number: usize| format!("{} {} not backstay's to change", count(number, "thing"), if number == 1 { "is" } else { "are" });
    let untaken = |number: usize| format!("AWS does not take, or is not known to take, the changes of {}", count(number, "thing"));
    match (many(Refuser::Owner), many(Refuser::Aws)) {
        (0, 0) => None,
        (owner, 0) => Some(foreign(owner)),
        (0, aws) => Some(untaken(aws)),
        (owner, aws) => Some(format!("{}, and {}", foreign(owner), untaken(aws))),
    }
}

/// What refusals mean for apply, in a sentence of its own; `None` where nothing is refused.
pub(super) fn refused_whole(plan: &Plan) -> Option<String> {
    refusals(plan).map(|what| format!("{what}, so apply refuses the plan."))
}

/// The actions that hold blocked changes.
pub(super) fn blocked(plan: &Plan) -> impl Iterator<Item = &Action> {
    plan.actions.iter().filter(|action| action.changes.iter().any(Change::is_blocked))
}

/// One thing, or one listing, that could not be read.
#[derive(Debug)]
pub(super) struct Unread<'a> {
    /// The action that is unknown for it.
    pub(super) action: Option<&'a Action>,
    /// What was tried and failed. Empty where only the settings say why.
    pub(super) gaps: Vec<&'a Gap>,
}

/// Above what could not be read.
pub(super) fn unread_heading() -> String {
    format!("Could not be read, so this is unknown, not fine ({})", Code::Gap)
}

/// Above what is blocked.
pub(super) const BLOCKED_HEADING: &str = "Blocked, as nobody consented";

/// What could not be read: the gaps with the actions that they leave unknown, and what else is unknown.
pub(super) fn unread(plan: &Plan) -> Vec<Unread<'_>> {
    let key = |gap: &'_ Gap| Some((gap.target.clone(), gap.region.clone(), gap.kind.clone()?, gap.resource.clone()?));
    let mut of_thing: BTreeMap<_, Vec<&Gap>> = BTreeMap::new();
    for gap in &plan.gaps {
        if let Some(key) = key(gap) {
            of_thing.entry(key).or_default().push(gap);
        }
    }
    let mut unread = Vec::new();
    for action in plan.actions.iter().filter(|action| action.has_unknown()) {
        let id = &action.id;
        let key = (id.target.clone(), id.region.clone(), id.kind.clone(), id.name.clone());
        unread.push(Unread { action: Some(action), gaps: of_thing.remove(&key).unwrap_or_default() });
    }
    // Those that belong to an unknown action were taken out of the map, so what it still holds, and what never was in it, is left.
    let left = plan.gaps.iter().filter(|gap| key(gap).is_none_or(|key| of_thing.contains_key(&key))).collect::<Vec<_>>();
    unread.extend(left.into_iter().map(|gap| Unread { action: None, gaps: vec![gap] }));
    unread
}

/// What a gap is about: `DynamoDB table Sales (us-east-1, target primary)`.
pub(super) fn gap_subject(specs: Specs, gap: &Gap) -> String {
    let place = format!("({}, target {})", visible(&gap.region), visible(&gap.target));
    match (&gap.kind, &gap.resource) {
        (Some(kind), Some(name)) => format!("{} {place}", named(specs, kind, name)),
        (Some(kind), None) => format!("{} {place}", plural(&kind_title(specs, kind))),
        (None, Some(name)) => format!("{} {place}", visible(name)),
        // Without an identity nothing can be read at all; else only what that action lists is missing.
        (None, None) if gap.action.starts_with("backup:") => format!("{} {place}", visible(&gap.action)),
        (None, None) => format!("everything {place}"),
    }
}

/// What was tried and why it failed.
pub(super) fn gap_cause(gap: &Gap) -> String {
    let cause = match gap.cause {
        Cause::Denied => "was denied",
        Cause::Throttled => "was throttled until backstay gave up",
        Cause::RegionOff => "is not possible there: the region is off for the account",
        Cause::Credentials => "found no usable credentials",
        Cause::Unreachable => "got no answer",
        Cause::NotRecorded => "is not in the recorded snapshot",
        Cause::Failed => "failed",
    };
    // Nobody was asked for what was not recorded.
    let tried = if gap.cause == Cause::NotRecorded { "it".to_owned() } else { visible(&gap.action) };
    format!("{tried} {cause}: {}", visible(&gap.message))
}

/// What the plan could not read, in a line for each, with why where that is known: what nobody can say is as declared.
pub fn unknown(plan: &Plan, specs: Specs) -> Vec<String> {
    let line = |unread: &Unread<'_>| {
        let cause = unread.gaps.first().map(|gap| gap_cause(gap));
        let cause = cause.or_else(|| unread.action.map(|action| unreadable_settings(action, true).join("; ")));
        let of_action = unread.action.map(|action| visible(&action.address));
        let subject = of_action.or_else(|| unread.gaps.first().map(|gap| gap_subject(specs, gap))).unwrap_or_default();
        match cause.filter(|cause| !cause.is_empty()) {
            Some(cause) => format!("{subject}: {cause}"),
            None => subject,
        }
    };
    unread(plan).iter().map(line).collect()
}

/// The settings that leave an action unknown; each with its cause where no gap says it.
pub(super) fn unreadable_settings(action: &Action, with_cause: bool) -> Vec<String> {
    action
        .before
        .iter()
        .filter_map(|(path, reading)| match reading {
            Reading::Unreadable { cause } if with_cause => Some(format!("unknown: {}, {}", visible(path), visible(cause))),
            Reading::Unreadable { .. } => Some(format!("unknown: {}", visible(path))),
            Reading::Known(_) | Reading::Unset => None,
        })
        .collect()
}

/// Terraform's last line, with what is unknown: `Plan: 3 to add, 2 to change, 0 to destroy, 1 unknown.`
pub(super) fn totals(plan: &Plan) -> String {
    let Summary { add, change, destroy, unknown, .. } = plan.summary();
    let mut line = format!("Plan: {add} to add, {change} to change, {destroy} to destroy");
    if unknown > 0 {
        put!(line, ", {unknown} unknown");
    }
    let others = unread(plan).len().saturating_sub(unknown);
    if others > 0 {
        put!(line, ", {others} could not be read");
    }
    let refused = plan.summary().refused;
    if refused > 0 {
        put!(line, ", {refused} refused");
    }
    line + "."
}

/// How many changes protect less or cannot be undone, and how many of them nobody consented to; `None` where none does.
pub(super) fn weakenings(summary: Summary) -> Option<String> {
    let Summary { weakenings, irreversible, blocked, .. } = summary;
    let verb = |many: usize, one: &'static str, more: &'static str| if many == 1 { one } else { more };
    let weaker = weakenings.saturating_sub(irreversible);
    let less = format!("{} {} protection", count(weaker, "change"), verb(weaker, "weakens", "weaken"));
    let head = match (weaker, irreversible) {
        (_, 0) => less,
        (0, final_ones) => format!("{} cannot be undone", count(final_ones, "change")),
        (_, final_ones) => format!("{less} and {final_ones} cannot be undone"),
    };
    match (weakenings, blocked) {
        (0, _) => None,
        (_, 0) => Some(format!("{head}, with consent.")),
        (1, _) => Some(format!("{head} and is blocked: nobody consented to it.")),
        (all, some) if all == some && weaker > 0 && irreversible > 0 => {
            Some(format!("{head}; all {all} are blocked, as nobody consented to them."))
        }
        (all, some) if all == some => Some(format!("{head} and are blocked: nobody consented to them.")),
        (_, 1) => Some(format!("{head}; 1 is blocked, as nobody consented to it.")),
        (_, some) => Some(format!("{head}; {some} are blocked, as nobody consented to them.")),
    }
}

/// What to say when nothing differs. `No changes.` alone is said only when everything could be read.
pub(super) fn no_changes(plan: &Plan, specs: Specs) -> String {
    let unread = unread(plan).len();
    let refused = plan.summary().refused;
    if refused > 0 {
        return format!("No changes in the rest; {refused} refused.");
    }
    if unread > 0 || !plan.is_complete() {
        return format!("No changes in what could be read; {unread} could not be read.");
    }
    match unchanged(plan, specs) {
        Some((things, 1)) => format!("No changes. {things} is as the policy declares."),
        Some((things, _)) => format!("No changes. {things} are as the policy declares."),
        None => "No changes. The policy declares nothing that could differ.".to_owned(),
    }
}

/// The things that are as declared, by kind, and their number: `3 DynamoDB tables and 1 S3 bucket`.
pub(super) fn unchanged(plan: &Plan, specs: Specs) -> Option<(String, usize)> {
    // More kinds than this are only counted, so that a verdict stays short.
    const NAMED: usize = 4;
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for action in plan.actions.iter().filter(|action| action.verb == Verb::NoOp) {
        let title = specs(&action.id.kind).map_or("other thing", |spec| spec.title);
        *kinds.entry(title).or_default() += 1;
    }
    let total = kinds.values().sum();
    if kinds.len() > NAMED {
        return Some((format!("{total} things of {} kinds", kinds.len()), total));
    }
    let mut names: Vec<String> = kinds.into_iter().map(|(title, number)| count(number, title)).collect();
    let last = names.pop()?;
    let things = if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) };
    Some((things, total))
}
