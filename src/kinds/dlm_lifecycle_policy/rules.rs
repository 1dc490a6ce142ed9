//! Data Lifecycle Manager's rules across the settings of a policy.
//!
//! Source: DLM API, `PolicyDetails` and what is in it: what is of which type of policy, and what goes with what.

use super::{CRON, DEFAULT, DETAILS, POLICY_TYPE, ROLE, SCHEDULE};
use crate::kinds::{Circumstances, Concern, Flat};
use crate::model::{Code, Severity, Value, Wanted, path};
use std::collections::BTreeMap;

/// The hours between snapshots that AWS takes.
const INTERVALS: [i64; 8] = [1, 2, 3, 4, 6, 8, 12, 24];

/// The most schedules of a policy, and the most copies of a schedule.
const MOST_SCHEDULES: usize = 4;
const MOST_COPIES: usize = 3;

/// The fewest days in the archive tier.
const LEAST_ARCHIVED: i64 = 90;

fn concern(at: &str, title: impl Into<String>, help: impl Into<String>) -> Concern {
    let (title, help) = (title.into(), help.into());
    Concern { code: Code::LifecyclePolicy, severity: Severity::Error, title, at: at.to_owned(), also: None, help }
}

/// What a policy is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Snapshots,
    Images,
    Events,
    Default,
}

impl Sort {
    fn of(flat: &Flat) -> Self {
        match flat.text(POLICY_TYPE).as_deref() {
            _ if flat.get(DEFAULT).is_some() => Self::Default,
            Some("IMAGE_MANAGEMENT") => Self::Images,
            Some("EVENT_BASED_POLICY") => Self::Events,
            _ => Self::Snapshots,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Snapshots => "a policy of snapshots",
            Self::Images => "a policy of AMIs",
            Self::Events => "an event-based policy",
            Self::Default => "a default policy",
        }
    }

    /// What such a policy must have and what it cannot have, as names within `policy_details`.
    fn shape(self) -> (&'static [&'static str], &'static [&'static str]) {
        const OF_DEFAULT: [&str; 6] =
            ["create_interval", "retain_interval", "copy_tags", "extend_deletion", "cross_region_copy_targets", "exclusions"];
        const CUSTOM: &[&str] =
            &["event_source", "action", OF_DEFAULT[0], OF_DEFAULT[1], OF_DEFAULT[2], OF_DEFAULT[3], OF_DEFAULT[4], OF_DEFAULT[5]];
        const EVENTS: &[&str] = &[
            "resource_types",
            "resource_locations",
            "target_tags",
            "parameters",
            "schedule",
            OF_DEFAULT[0],
            OF_DEFAULT[1],
            OF_DEFAULT[2],
            OF_DEFAULT[3],
            OF_DEFAULT[4],
            OF_DEFAULT[5],
        ];
        const DEFAULT: &[&str] =
            &["resource_types", "resource_locations", "target_tags", "parameters", "schedule", "event_source", "action", "policy_type"];
        match self {
            Self::Snapshots | Self::Images => (&["resource_types", "target_tags", "schedule"], CUSTOM),
            Self::Events => (&["event_source", "action"], EVENTS),
            Self::Default => (&[], DEFAULT),
        }
    }
}

/// Everything that is wrong.
pub(super) fn check(wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
    let values: BTreeMap<String, Value> = wanted.iter().map(|(at, wanted)| (at.clone(), wanted.value.clone())).collect();
    let flat = Flat::of_values(&values);
    let sort = Sort::of(&flat);
    let mut concerns = Vec::new();
    let (needed, refused) = sort.shape();
    let there = |name: &str| {
        let at = format!("{DETAILS}.{name}");
        flat.has_within(&at) || !flat.keys(&at).is_empty()
    };
    for name in needed.iter().filter(|name| !there(name)) {
        let missing = concern(DETAILS, format!("{} has no `{name}`", sort.title()), format!("add `{name}` to `{DETAILS}`"));
        concerns.push(Concern { code: Code::Missing, ..missing });
    }
    for name in refused.iter().filter(|name| there(name)) {
        let at = format!("{DETAILS}.{name}");
        // The first setting in it is where the block stands.
        let first = flat.iter().map(|(path, _)| path).find(|path| *path == at || path::is_within(path, &at)).unwrap_or(&at).to_owned();
        concerns.push(concern(
            &first,
            format!("{} takes no `{name}`", sort.title()),
            "remove it, or make it a policy of the type that has it",
        ));
    }
    if sort == Sort::Default {
        let days = |name: &str, default: i64| flat.whole(&format!("{DETAILS}.{name}")).unwrap_or(default);
        let (create, retain) = (days("create_interval", 1), days("retain_interval", 7));
        if retain <= create {
            let title = format!("backups are made every {create} days and kept for {retain}, so that there is none at times");
            concerns.push(concern(&format!("{DETAILS}.retain_interval"), title, "keep them for longer than the time between two"));
        }
    }
    let schedules = flat.keys(SCHEDULE);
    if schedules.len() > MOST_SCHEDULES {
        let at = path::keyed(SCHEDULE, schedules.last().map_or("", String::as_str));
        concerns.push(concern(
            &at,
            format!("a policy has at most 4 schedules, found {}", schedules.len()),
            "put some into a policy of their own",
        ));
    }
    for name in &schedules {
        let at = path::keyed(SCHEDULE, name);
        if (super::forms::NAME.check)(name).is_err() {
            let help = "use 1 to 120 letters, digits, spaces, `_` and `-`";
            concerns.push(concern(&at, format!("`{name}` cannot be the name of a schedule"), help));
        }
        schedule(&flat, &at, sort, &mut concerns);
    }
    concerns
}

/// What is wrong with where it will be. An event-based policy may copy what others share within its own region.
///
/// Sources: IAM User Guide, "Grant a user permissions to pass a role to an AWS service"; EBS User Guide, "Create Amazon Data Lifecycle
/// Manager custom policy for EBS snapshots", cross-Region copy.
pub(super) fn check_place(wanted: &BTreeMap<String, Wanted>, circumstances: Circumstances<'_>) -> Vec<Concern> {
    let mut concerns = Vec::new();
    let role = wanted.get(ROLE).and_then(|wanted| wanted.value.as_str());
    if let (Some(role), Some(account)) = (role, circumstances.account) {
        let other = role.split(':').nth(4).filter(|other| *other != account);
        concerns.extend(other.map(|other| {
            let title =
                format!("the role is of account {other}, and a service is only given roles of the account that it works in, {account}");
            concern(ROLE, title, format!("name a role of account {account}"))
        }));
    }
    let Some(region) = circumstances.region else { return concerns };
    let title = || format!("the policy is in {region}, and its copies go to other regions only");
    let block = format!("{SCHEDULE}.cross_region_copy_rule");
    let copies = wanted.keys().filter(|at| at.ends_with(']') && path::generic(at) == block);
    let here = |at: &&String| path::segments(at).last().is_some_and(|last| last.key.as_deref() == Some(region));
    concerns.extend(copies.filter(here).map(|at| concern(at, title(), "name another region, or leave the copy out")));
    let targets = format!("{DETAILS}.cross_region_copy_targets");
    let texts = wanted.get(&targets).and_then(|wanted| wanted.value.as_items()).unwrap_or_default();
    if texts.iter().any(|text| text.as_str() == Some(region)) {
        concerns.push(concern(&targets, title(), format!("take \"{region}\" out")));
    }
    concerns
}

fn schedule(flat: &Flat, at: &str, sort: Sort, concerns: &mut Vec<Concern>) {
    let within = |name: &str| path::child(at, name);
    made(flat, &within("create_rule"), at, concerns);
    let rules: [(&str, bool); 5] = [
        ("retain_rule", true),
        ("fast_restore_rule", false),
        ("deprecate_rule", false),
        ("archive_rule.archive_retain_rule.retention_archive_tier", false),
        ("share_rule", false),
    ];
    for (rule, is_needed) in rules {
        let block = within(rule);
        if rule != "share_rule" && (is_needed || flat.has_within(&block)) {
            either(flat, &block, rule, at, concerns);
        }
    }
    let pair = (within("share_rule.unshare_interval"), within("share_rule.unshare_interval_unit"));
    if flat.get(&pair.0).is_some() != flat.get(&pair.1).is_some() {
        concerns.push(concern(&within("share_rule"), "an interval without its unit, or a unit without its interval", "give both"));
    }
    let refused: &[&str] = if sort == Sort::Images { &["fast_restore_rule", "share_rule", "archive_rule"] } else { &["deprecate_rule"] };
    for name in refused.iter().filter(|name| flat.has_within(&within(name))) {
        concerns.push(concern(&within(name), format!("{} takes no `{name}`", sort.title()), "remove it"));
    }
    let types = flat.texts(&format!("{DETAILS}.resource_types")).unwrap_or_default();
    let of_instances = types.iter().any(|kind| kind == "INSTANCE");
    for (name, fits) in [("archive_rule", !of_instances), ("create_rule.scripts", of_instances), ("variable_tags", of_instances)] {
        if !types.is_empty() && !fits && flat.has_within(&within(name)) {
            let what = if of_instances { "instances" } else { "volumes" };
            concerns.push(concern(&within(name), format!("a policy of {what} takes no `{name}`"), "remove it, or change `resource_types`"));
        }
    }
    archived(flat, &within("archive_rule.archive_retain_rule.retention_archive_tier"), concerns);
    copies(flat, &within("cross_region_copy_rule"), sort, concerns);
}

/// When snapshots are made.
fn made(flat: &Flat, rule: &str, schedule: &str, concerns: &mut Vec<Concern>) {
    let (cron, interval) = (path::child(rule, CRON), path::child(rule, "interval"));
    match (flat.get(&cron), flat.get(&interval)) {
        (None, None) => {
            let missing =
                concern(schedule, "the schedule does not say when", "add `create_rule { interval = 24 }`, or a `cron_expression`");
            concerns.push(Concern { code: Code::Missing, ..missing });
        }
        (Some(_), Some(_)) => concerns.push(concern(&cron, "both `cron_expression` and `interval` say when", "keep one of them")),
        (None, Some(hours)) => {
            let found = hours.as_i64().filter(|hours| !INTERVALS.contains(hours));
            let title = |hours: i64| format!("Data Lifecycle Manager does not make snapshots every {hours} hours");
            concerns
                .extend(found.map(|hours| concern(&interval, title(hours), "write 1, 2, 3, 4, 6, 8, 12 or 24, or a `cron_expression`")));
        }
        (Some(_), None) => {
            let times = path::child(rule, "times");
            if flat.get(&times).is_some() {
                concerns.push(concern(&times, "`times` goes with `interval`: a cron expression says the time itself", "remove it"));
            }
        }
    }
}

/// A count, or an interval with its unit.
fn either(flat: &Flat, block: &str, rule: &str, schedule: &str, concerns: &mut Vec<Concern>) {
    let [count, interval, unit] = ["count", "interval", "interval_unit"].map(|name| flat.get(&path::child(block, name)).is_some());
    let name = rule.split('.').next().unwrap_or(rule);
    let at = if flat.has_within(block) { block } else { schedule };
    match (count, interval, unit) {
        (true, false, false) | (false, true, true) => {}
        (false, false, false) => {
            let missing =
                concern(at, format!("`{name}` does not say how many or for how long"), "add `count`, or `interval` with `interval_unit`");
            concerns.push(Concern { code: Code::Missing, ..missing });
        }
        (false, _, _) => {
            concerns.push(concern(at, format!("`{name}` has an interval or a unit alone"), "give both `interval` and `interval_unit`"));
        }
        (true, _, _) => concerns.push(concern(at, format!("`{name}` has both a count and an interval"), "keep one of them")),
    }
}

/// What is archived must stay for 90 days.
fn archived(flat: &Flat, tier: &str, concerns: &mut Vec<Concern>) {
    let interval = path::child(tier, "interval");
    let unit = flat.text(&path::child(tier, "interval_unit"));
    let days = |interval: i64| match unit.as_deref() {
        Some("WEEKS") => interval.checked_mul(7),
        Some("MONTHS") => interval.checked_mul(30),
        Some("YEARS") => interval.checked_mul(365),
        _ => Some(interval),
    };
    if flat.whole(&interval).and_then(days).is_some_and(|days| days < LEAST_ARCHIVED) {
        concerns.push(concern(
            &interval,
            "archived snapshots must be kept for at least 90 days",
            "write `interval = 90` with `interval_unit = \"DAYS\"`, or more",
        ));
    }
}

fn copies(flat: &Flat, block: &str, sort: Sort, concerns: &mut Vec<Concern>) {
    let targets = flat.keys(block);
    if targets.len() > MOST_COPIES {
        let at = path::keyed(block, targets.last().map_or("", String::as_str));
        concerns.push(concern(&at, format!("a schedule has at most 3 copies, found {}", targets.len()), "put some into another schedule"));
    }
    for target in targets {
        let at = path::keyed(block, &target);
        if sort == Sort::Snapshots && flat.has_within(&path::child(&at, "deprecate_rule")) {
            concerns.push(concern(&path::child(&at, "deprecate_rule"), "a copy of a snapshot takes no `deprecate_rule`", "remove it"));
        }
        let [interval, unit] =
            ["interval", "interval_unit"].map(|name| flat.get(&path::child(&at, &format!("retain_rule.{name}"))).is_some());
        if interval != unit {
            let rule = path::child(&at, "retain_rule");
            concerns.push(concern(&rule, "`retain_rule` has an interval or a unit alone", "give both `interval` and `interval_unit`"));
        }
    }
}
