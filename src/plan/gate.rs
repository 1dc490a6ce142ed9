//! The ratchet: a change that weakens needs a waiver or a flag, one that nobody can undo needs a flag of its own.

use super::{AddressPattern, address_matches};
use crate::kinds;
use crate::model::{Action, Change, Code, Consent, Consents, Effect, Note, Plan, Sources, Value, Verb, Waiver, path};
use jiff::ToSpan as _;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// For how many days the printed waiver counts.
const WAIVER_DAYS: i64 = 90;

/// Decides the consent of every change; returns notes on waivers that are expired or let nothing through.
pub(super) fn gate(actions: &mut [Action], waivers: &[Waiver], consents: &Consents, today: Date, sources: &Sources) -> Vec<Note> {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for action in actions.iter_mut() {
        let addresses: Vec<String> = std::iter::once(action.address.clone()).chain(action.also.iter().cloned()).collect();
        let agreed: Vec<Value> = action.changes.iter().map(|change| content(action, change)).collect();
        for (change, to) in action.changes.iter_mut().zip(agreed).filter(|(change, _)| change.effect.needs_consent()) {
            change.consent = consent(&addresses, change, &to, waivers, consents, today, &mut used);
        }
    }
    offer(actions, waivers, today);
    // While something is unknown nobody can tell which consent it needs.
    if actions.iter().any(Action::has_unknown) {
        used.extend(waivers.iter().filter(|waiver| waiver.expires >= today).map(|waiver| waiver.name.as_str()));
    }
    // What another waiver let through that says the same is told of both together.
    let same = |one: &Waiver, other: &Waiver| (&one.address, &one.setting, &one.to) == (&other.address, &other.setting, &other.to);
    let through: Vec<&Waiver> = waivers.iter().filter(|waiver| used.contains(waiver.name.as_str())).collect();
    used.extend(waivers.iter().filter(|one| through.iter().any(|other| same(one, other))).map(|waiver| waiver.name.as_str()));
    let by_address = by_address(actions);
    let unused = |waiver: &Waiver| if is_reached(&by_address, waiver) { Unused::Reached } else { Unused::Idle };
    let of = |waiver: &Waiver| (!used.contains(waiver.name.as_str())).then(|| unused(waiver));
    let mut notes: Vec<Note> = waivers.iter().filter_map(|waiver| note(waiver, of(waiver), today, sources)).collect();
    notes.extend(twice(waivers, today, sources));
    notes
}

/// Waivers that say the same as another one: whoever removes one of them takes back nothing.
fn twice(waivers: &[Waiver], today: Date, sources: &Sources) -> Vec<Note> {
    let mut first: BTreeMap<(&str, &str, &Value), &Waiver> = BTreeMap::new();
    let mut notes = Vec::new();
    for waiver in waivers.iter().filter(|waiver| waiver.expires >= today) {
        let Some(other) = first.insert((&waiver.address, &waiver.setting, &waiver.to), waiver) else { continue };
        let (here, there) = (sources.position(&waiver.span), sources.position(&other.span));
        let text = format!(
            "waivers `{}` ({there}) and `{}` ({here}) let the same change through, so that removing one of them takes nothing back; keep one",
            other.name, waiver.name
        );
        notes.push(Note { code: Some(Code::Waiver.to_string()), text });
    }
    notes
}

/// Gives consent by flags to what is still blocked, for a plan that was saved without it.
pub fn consent_by_flags(plan: &mut Plan, consents: &Consents) {
    for action in &mut plan.actions {
        let addresses: Vec<String> = std::iter::once(action.address.clone()).chain(action.also.iter().cloned()).collect();
        for change in action.changes.iter_mut().filter(|change| change.is_blocked()) {
            if is_flagged(&addresses, change, consents) {
                change.consent = Consent::Flag;
            }
        }
    }
}

/// What somebody consents to: the new value, and of a block that comes all that is in it, so that a consent to one rule is none to another.
fn content(action: &Action, change: &Change) -> Value {
    if change.after != Value::Bool(true) || !change.setting.ends_with(']') {
        return change.after.clone();
    }
    if kinds::spec(&action.id.kind).is_some_and(|spec| !spec.is_block(&change.setting)) {
        return change.after.clone();
    }
    let parts = action.changes.iter().filter(|part| part.part_of.as_ref() == Some(&change.setting));
    let within = |part: &Change| part.setting.strip_prefix(&change.setting).map(|rest| rest.trim_start_matches('.').to_owned());
    Value::Map(parts.filter_map(|part| Some((within(part)?, part.after.clone()))).collect())
}

fn is_flagged(addresses: &[String], change: &Change, consents: &Consents) -> bool {
    let flags = if change.effect == Effect::Irreversible { &consents.irreversible } else { &consents.weakening };
    flags.iter().any(|flag| addresses.iter().any(|address| address_matches(flag, address)))
}

fn consent<'w>(
    addresses: &[String],
    change: &Change,
    to: &Value,
    waivers: &'w [Waiver],
    consents: &Consents,
    today: Date,
    used: &mut BTreeSet<&'w str>,
) -> Consent {
    if change.effect == Effect::Irreversible {
        return if is_flagged(addresses, change, consents) { Consent::Flag } else { Consent::Missing { waiver: None } };
    }
    let fits = |waiver: &&Waiver| {
        waiver.setting == change.setting && waiver.to == *to && addresses.iter().any(|address| address_matches(&waiver.address, address))
    };
    if let Some(waiver) = waivers.iter().filter(fits).find(|waiver| waiver.expires >= today) {
        used.insert(&waiver.name);
        return Consent::Waiver {
            name: waiver.name.clone(),
            reason: waiver.reason.clone(),
            approved_by: waiver.approved_by.clone(),
            expires: waiver.expires,
        };
    }
    if is_flagged(addresses, change, consents) {
        return Consent::Flag;
    }
    Consent::Missing { waiver: None }
}

/// Writes, for every change that a waiver could let through, the waiver that would, each with a label that no other has: all that a plan
/// prints can be pasted into its policy as it is.
fn offer(actions: &mut [Action], waivers: &[Waiver], today: Date) {
    let is_open = |change: &Change| change.effect != Effect::Irreversible && change.consent == Consent::Missing { waiver: None };
    let open =
        || actions.iter().flat_map(|action| action.changes.iter().filter(|change| is_open(change)).map(move |change| (action, change)));
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    for (action, change) in open() {
        *alike.entry(label(&action.address, change, false)).or_default() += 1;
    }
    let mut taken: BTreeSet<String> = waivers.iter().map(|waiver| waiver.name.clone()).collect();
    let mut texts = Vec::new();
    for (action, change) in open() {
        let short = label(&action.address, change, false);
        let first = if alike.get(&short).is_some_and(|many| *many > 1) { label(&action.address, change, true) } else { short };
        let numbered = (2_u64..).map(|number| format!("{first}-{number}"));
        let free = std::iter::once(first.clone()).chain(numbered).find(|label| !taken.contains(label)).unwrap_or_else(|| first.clone());
        texts.push(waiver_text(&free, &action.address, change, &content(action, change), today));
        taken.insert(free);
    }
    let changes = actions.iter_mut().flat_map(|action| &mut action.changes).filter(|change| is_open(change));
    for (change, text) in changes.zip(texts) {
        change.consent = Consent::Missing { waiver: Some(text) };
    }
}

/// What to call a waiver: after the address and the setting's own name or, where that says too little, the setting's whole path.
fn label(address: &str, change: &Change, is_whole: bool) -> String {
    let slug = |text: &str| {
        let plain: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
        plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
    };
    let mut segments = path::segments(&change.setting);
    let from = if is_whole { 0 } else { segments.len().saturating_sub(1) };
    let named = segments.drain(from..).map(|segment| format!("{} {}", segment.name, segment.key.unwrap_or_default()));
    format!("{}-{}", slug(address), slug(&named.collect::<Vec<_>>().join(" ")))
}

/// The HCL of a waiver that lets a change through.
fn waiver_text(label: &str, address: &str, change: &Change, to: &Value, today: Date) -> String {
    let expires = today.checked_add(WAIVER_DAYS.days()).unwrap_or(today);
    format!(
        "waiver {label} {{\n  address     = {address}\n  setting     = {setting_path}\n  to          = {to}\n  reason      = \"…\"\n  approved_by = \"…\"\n  expires     = \"{expires}\"\n}}\n",
        label = quoted(label),
        address = quoted(address),
        setting_path = quoted(&change.setting),
        to = literal(to),
    )
}

/// A literal of HCL: as JSON, but for the template signs, which are doubled.
fn quoted(text: &str) -> String {
    literal(&Value::from(text))
}

fn literal(value: &Value) -> String {
    let text = match value {
        // What is in a block takes a line each.
        Value::Map(map) if map.len() > 1 => {
            let lines: Vec<String> = map.iter().map(|(key, value)| format!("    {} = {value}\n", Value::from(key.as_str()))).collect();
            format!("{{\n{}  }}", lines.concat())
        }
        other => other.to_string(),
    };
    text.replace("${", "$${").replace("%{", "%%{")
}

/// Why a waiver lets nothing through in this plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unused {
    /// What it allows is so already. Whether by a change that it let through nobody can tell.
    Reached,
    /// It is for nothing that the plan is about, or for another value.
    Idle,
}

/// Actions by each of their addresses.
fn by_address(actions: &[Action]) -> BTreeMap<&str, Vec<&Action>> {
    let mut by_address: BTreeMap<&str, Vec<&Action>> = BTreeMap::new();
    for action in actions {
        for address in std::iter::once(&action.address).chain(&action.also) {
            by_address.entry(address).or_default().push(action);
        }
    }
    by_address
}

/// Whether every thing that a waiver is for, of which there must be one, is already as it allows.
fn is_reached(by_address: &BTreeMap<&str, Vec<&Action>>, waiver: &Waiver) -> bool {
    let pattern = AddressPattern::new(&waiver.address);
    // All that it can match stands together: a plan can have as many waivers as things.
    let start = pattern.start();
    let near = by_address.range(start..).take_while(|(address, _)| address.starts_with(start));
    let mut of = near.filter(|(address, _)| pattern.matches(address)).flat_map(|(_, actions)| actions).peekable();
    let is_so = |action: &Action| allowed(waiver).all(|(setting, to)| reads(action, &setting) == Some(to));
    let stays = |action: &Action| !action.changes.iter().any(|change| change.setting == waiver.setting);
    of.peek().is_some() && of.all(|action| is_so(action) && stays(action))
}

/// The values that a waiver allows, by setting: of a block that comes, all that is in it.
fn allowed(waiver: &Waiver) -> impl Iterator<Item = (String, Value)> {
    let inside = match &waiver.to {
        Value::Map(map) if waiver.setting.ends_with(']') => Some(map),
        _ => None,
    };
    let parts = inside.into_iter().flatten().map(|(rest, value)| (path::child(&waiver.setting, rest), value.clone()));
    let whole = if inside.is_some() { Value::Bool(true) } else { waiver.to.clone() };
    std::iter::once((waiver.setting.clone(), whole)).chain(parts)
}

/// The value in force of a setting of a thing; a block that is not there is `false`.
fn reads(action: &Action, at: &str) -> Option<Value> {
    let default = kinds::spec(&action.id.kind)?.setting(at)?.aws_default;
    let is_block = at.ends_with(']');
    match action.before.get(at) {
        Some(reading) if is_block => Some(Value::Bool(reading.effective(default)? == Value::Bool(true))),
        Some(reading) => reading.effective(default),
        None => (is_block && action.verb == Verb::NoOp).then_some(Value::Bool(false)),
    }
}

fn note(waiver: &Waiver, unused: Option<Unused>, today: Date, sources: &Sources) -> Option<Note> {
    let name = &waiver.name;
    let place = sources.position(&waiver.span);
    let (setting, to, address) = (&waiver.setting, &waiver.to, &waiver.address);
    let text = if waiver.expires < today {
        format!("waiver `{name}` ({place}) expired on {} and lets nothing through; remove or renew it", waiver.expires)
    } else {
        match unused? {
            Unused::Reached => format!(
                "waiver `{name}` ({place}) has nothing left to let through: `{setting}` is {} at `{address}`; remove it, so that it lets no later change through unseen",
                if is_block(address, setting) && *to == Value::Bool(false) {
                    "not there any more".to_owned()
                } else {
                    format!("`{to}` already")
                }
            ),
            Unused::Idle => format!(
                "waiver `{name}` ({place}) lets nothing through in this plan, which does not weaken `{setting}` to `{to}` at `{address}`; remove it if that change is done or no longer meant, else look at its address, setting and value"
            ),
        }
    };
    Some(Note { code: Some(Code::Waiver.to_string()), text })
}

/// Whether a setting of what an address names is that a block is there.
fn is_block(address: &str, setting: &str) -> bool {
    let spec = address.split('.').next().and_then(kinds::spec);
    spec.map_or_else(|| setting.ends_with(']'), |spec| spec.is_block(setting))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Reaches, Reading};

    fn shorten() -> Change {
        Change {
            setting: "point_in_time_recovery.recovery_period_in_days".into(),
            before: Reading::Known(Value::from(35)),
            after: Value::from(7),
            effect: Effect::LosesData,
            reaches: Reaches::Existing,
            consequence: None,
            consent: Consent::NotNeeded,
            because: None,
            part_of: None,
        }
    }

    #[test]
    fn the_printed_waiver_quotes_what_hcl_needs_quoted() {
        let address = "aws_dynamodb_table.sales[\"SalesTable-staging\"]";
        let label = label(address, &shorten(), false);
        insta::assert_snapshot!(waiver_text(&label, address, &shorten(), &Value::from(7), jiff::civil::date(2026, 11, 21)), @r#"
        waiver "aws-dynamodb-table-sales-salestable-staging-recovery-period-in-days" {
          address     = "aws_dynamodb_table.sales[\"SalesTable-staging\"]"
          setting     = "point_in_time_recovery.recovery_period_in_days"
          to          = 7
          reason      = "…"
          approved_by = "…"
          expires     = "2027-02-19"
        }
        "#);
    }
}
