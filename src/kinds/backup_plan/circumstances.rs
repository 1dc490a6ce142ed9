//! What is wrong with a plan where it is to be, or by now: copies into the vault that they come from, schedules whose last run is past, and
//! the vaults that it needs.

use super::{AIR_GAPPED, COPY, DELETE_AFTER, RULE, SCHEDULE, SPEC, TARGET, ZONE};
use crate::kinds::{Circumstances, Concern, Need, Needed, Place, schedules};
use crate::model::{Code, Known, Principal, Request, Severity, Value, Wanted, path};
use crate::time::{Schedule, Service, Zone};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What is wrong with a plan in these circumstances.
pub(super) fn check(wanted: &BTreeMap<String, Wanted>, circumstances: Circumstances<'_>) -> Vec<Concern> {
    let mut concerns = Vec::new();
    for rule in rules(wanted) {
        concerns.extend(over(wanted, rule, circumstances.now));
        concerns.extend(skipped(wanted, rule, circumstances.now));
        if let (Some(region), Some(account)) = (circumstances.region, circumstances.account) {
            concerns.extend(to_itself(wanted, rule, region, account));
        }
    }
    concerns
}

/// The vaults that the rules back up and copy into, which must be there and take what is kept for so long. AWS is not known to look at them
/// before the first job, which then fails.
pub(super) fn vaults(wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
    rules(wanted).flat_map(|rule| of_rule(wanted, rule, place)).collect()
}

fn of_rule(wanted: &BTreeMap<String, Wanted>, rule: &str, place: Place<'_>) -> Vec<Need> {
    let name = key(rule);
    let mut needs = Vec::new();
    let (target, air_gapped) = (path::child(rule, TARGET), path::child(rule, AIR_GAPPED));
    let vaults = [
        text(wanted, &target).map(|name| (target, vault(name, place.region, place.account))),
        text(wanted, &air_gapped).map(|arn| (air_gapped, arn.to_owned())),
    ];
    for (at, of) in vaults.into_iter().flatten() {
        let otherwise = format!("every backup of rule \"{name}\" would fail");
        needs.push(Need { at, of: of.clone(), needed: Needed::Presence, severity: Severity::Error, otherwise });
        let at = path::child(rule, DELETE_AFTER);
        if let Some((days, kept)) = kept(wanted, &at) {
            let otherwise = format!("every backup of rule \"{name}\", which is kept {kept}, would fail");
            needs.push(Need { at: placed(wanted, at, rule), of, needed: Needed::Keeping(days), severity: Severity::Error, otherwise });
        }
    }
    let is_copy = |at: &&String| at.ends_with(']') && path::generic(at) == "rule.copy_action" && path::is_within(at, rule);
    for copy in wanted.keys().filter(is_copy) {
        let of = key(copy);
        let need = |at: String, needed, otherwise: String| Need { at, of: of.clone(), needed, severity: Severity::Error, otherwise };
        needs.push(need(copy.clone(), Needed::Presence, format!("every copy of rule \"{name}\" would fail")));
        if let Some(account) = of.split(':').nth(4).filter(|account| *account != place.account && !account.is_empty()) {
            let principal = Principal::Account(place.account.to_owned());
            let entry =
                Request::new(principal, "backup:CopyIntoBackupVault", &of).with("aws:PrincipalAccount", Known::value(place.account));
            needs.push(need(
                copy.clone(),
                Needed::Entry(entry),
                format!("every copy of rule \"{name}\" into account {account} would fail"),
            ));
        }
        // A copy that says nothing of its end may have that of its source, or none.
        let at = path::child(copy, DELETE_AFTER);
        if let Some((days, kept)) = kept(wanted, &at).filter(|(days, _)| days.is_some()) {
            let otherwise = format!("every copy of rule \"{name}\", which is kept {kept}, would fail");
            needs.push(need(placed(wanted, at, copy), Needed::Keeping(days), otherwise));
        }
    }
    needs
}

/// For how long something is kept, and that in words; `None` where only AWS will know.
pub(super) fn kept(wanted: &BTreeMap<String, Wanted>, at: &str) -> Option<(Option<i64>, String)> {
    match wanted.get(at).map(|wanted| &wanted.value) {
        None | Some(Value::Null) => Some((None, "for ever".to_owned())),
        Some(value) => {
            let days = value.as_i64()?;
            Some((Some(days), if days == 1 { "for 1 day".to_owned() } else { format!("for {days} days") }))
        }
    }
}

/// The place of a setting, or of its block where it is left out.
pub(super) fn placed(wanted: &BTreeMap<String, Wanted>, at: String, block: &str) -> String {
    if wanted.contains_key(&at) { at } else { block.to_owned() }
}

/// The paths of the declared rules.
pub(super) fn rules(wanted: &BTreeMap<String, Wanted>) -> impl Iterator<Item = &String> {
    wanted.keys().filter(|path| path.ends_with(']') && path::generic(path) == RULE)
}

/// The name in a block's path.
pub(super) fn key(block: &str) -> String {
    path::split_key(block).map(|(_, key)| key).unwrap_or_default()
}

fn text<'w>(wanted: &'w BTreeMap<String, Wanted>, at: &str) -> Option<&'w str> {
    wanted.get(at).and_then(|wanted| wanted.value.as_str())
}

/// The ARN of the vault of that name: it differs from a plan's in what stands before the name.
fn vault(name: &str, region: &str, account: &str) -> String {
    let plan = SPEC.arn_start(region, account);
    format!("{}backup-vault:{name}", plan.strip_suffix(SPEC.arn_prefix).unwrap_or(&plan))
}

fn over(wanted: &BTreeMap<String, Wanted>, rule: &str, now: Timestamp) -> Option<Concern> {
    let at = path::child(rule, SCHEDULE);
    let written = text(wanted, &at)?;
    let zone = wanted.get(&path::child(rule, ZONE)).map_or(Some("Etc/UTC"), |zone| zone.value.as_str())?;
    let (schedule, zone) = (Schedule::parse(written, Service::Backup).ok()?, Zone::named(zone).ok()?);
    schedule.is_over(now, &zone).then(|| Concern {
        code: Code::ScheduleIsOver,
        severity: Severity::Warning,
        title: format!("rule \"{}\" never runs again: the last time that `{written}` means is past", key(rule)),
        at,
        also: None,
        help: "write `*` for the year, or a year to come; a rule that has done its work can be removed".to_owned(),
    })
}

fn skipped(wanted: &BTreeMap<String, Wanted>, rule: &str, now: Timestamp) -> Option<Concern> {
    let at = path::child(rule, SCHEDULE);
    schedules::skipped(text(wanted, &at)?, Service::Backup, text(wanted, &path::child(rule, ZONE))?, now, &at)
}

fn to_itself(wanted: &BTreeMap<String, Wanted>, rule: &str, region: &str, account: &str) -> Option<Concern> {
    let target = path::child(rule, TARGET);
    let name = text(wanted, &target)?;
    let copy = path::keyed(&path::child(rule, COPY), &vault(name, region, account));
    (wanted.get(&copy)?.value == Value::Bool(true)).then(|| Concern {
        code: Code::CopyToItself,
        // What AWS makes of it is not documented.
        severity: Severity::Warning,
        title: format!(
            "rule \"{}\" copies into `{name}`, the vault that it backs up into: a copy there is lost with what it copies",
            key(rule)
        ),
        at: copy,
        also: Some((target, "the vault of the rule".to_owned())),
        help: "copy into a vault of another region or account, or leave the `copy_action` out".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SourceId, Span};

    fn wanted(settings: &[(&str, Value)]) -> BTreeMap<String, Wanted> {
        let span = Span { source: SourceId::default(), range: 0..0 };
        let rule = (r#"rule["daily"]"#, Value::Bool(true));
        let all = settings.iter().chain(std::iter::once(&rule));
        all.map(|(path, value)| ((*path).to_owned(), Wanted::new(value.clone(), span.clone()))).collect()
    }

    fn codes(settings: &[(&str, Value)], region: Option<&str>) -> Vec<Code> {
        let now = "2026-11-21T00:00:00Z".parse().unwrap();
        let found = check(&wanted(settings), Circumstances { region, account: Some("123456789012"), now });
        found.into_iter().map(|concern| concern.code).collect()
    }

    #[test]
    fn the_last_day_of_a_schedule_is_judged_in_its_own_zone() {
        let schedule = |text: &str, zone: &str| {
            let settings =
                [(r#"rule["daily"].schedule"#, Value::from(text)), (r#"rule["daily"].schedule_expression_timezone"#, Value::from(zone))];
            codes(&settings, None)
        };
        assert_eq!(schedule("cron(0 2 * * ? 2025)", "Etc/UTC"), [Code::ScheduleIsOver]);
        assert_eq!(schedule("cron(0 2 * * ? 2025-2027)", "Etc/UTC"), []);
        assert_eq!(schedule("cron(30 23 20 11 ? 2026)", "Etc/UTC"), [Code::ScheduleIsOver]);
        assert_eq!(schedule("cron(30 23 20 11 ? 2026)", "America/New_York"), [], "there it is still the evening before");
    }

    #[test]
    fn only_the_very_vault_is_a_copy_to_itself() {
        let copy = |arn: &str| {
            let at = format!("rule[\"daily\"].copy_action[\"{arn}\"]");
            codes(&[(r#"rule["daily"].target_vault_name"#, Value::from("v")), (&at, Value::Bool(true))], Some("us-east-1"))
        };
        assert_eq!(copy("arn:aws:backup:us-east-1:123456789012:backup-vault:v"), [Code::CopyToItself]);
        assert_eq!(copy("arn:aws:backup:us-west-2:123456789012:backup-vault:v"), []);
        assert_eq!(copy("arn:aws:backup:us-east-1:999999999999:backup-vault:v"), []);
        assert_eq!(copy("arn:aws:backup:us-east-1:123456789012:backup-vault:w"), []);
    }
}
