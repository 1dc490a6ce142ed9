//! What moved, as text, JSON, Markdown, `JUnit` and SARIF.

mod chat;
mod machines;
mod markdown;
mod text;

pub use chat::{chat, mail};
pub use machines::{json, junit, sarif};
pub use markdown::{markdown, message};
pub use text::text;

use super::Specs;
use super::escape::visible;
use super::lines::{self, DiffLine};
use super::words::{self, count};
use crate::model::{Change, Drift, Effect, Moved, Reading, Setting, Value};

/// The effects, the gravest first.
const EFFECTS: [Effect; 5] = [Effect::Irreversible, Effect::LosesData, Effect::Weakens, Effect::Neutral, Effect::Strengthens];

/// The row of the table of a setting that moved.
fn setting(specs: Specs, moved: &Moved) -> Option<&'static Setting> {
    specs(&moved.id.as_ref()?.kind)?.setting(&moved.setting)
}

/// What moved of it, in one line: `point_in_time_recovery.enabled: true -> false`.
fn what(specs: Specs, moved: &Moved) -> String {
    let setting = setting(specs, moved);
    let (before, now) = (short(words::before(&moved.before, setting)), short(words::before(&moved.now, setting)));
    match (&moved.says, moved.setting.as_str()) {
        (Some(says), Change::EXISTS | Moved::SELECT) => visible(says),
        (None, Change::EXISTS) if now == "true" => "it is new".to_owned(),
        (None, Change::EXISTS) => "it is gone".to_owned(),
        (Some(says), Change::OWNER) => format!("{}: {before} -> {now}", visible(says)),
        (None, Change::OWNER) => format!("its mark: {before} -> {now}"),
        (_, path) if moved.setting.ends_with(']') && now == "(none)" => format!("{} is gone", visible(path)),
        (_, path) if moved.setting.ends_with(']') && now == "true" => format!("{} is new", visible(path)),
        (_, path) if moved.setting.ends_with(']') && now == "false" => format!("{} is gone", visible(path)),
        (_, path) => format!("{}: {before} -> {now}", visible(path)),
    }
}

/// A value in the middle of a line: no longer than that it can be read.
fn short(text: String) -> String {
    const LONGEST: usize = 160;
    if text.chars().count() <= LONGEST { text } else { text.chars().take(LONGEST).chain(['…']).collect() }
}

/// The values line by line, where they are too large for one line.
fn long(specs: Specs, moved: &Moved) -> Option<Vec<DiffLine>> {
    let now = match &moved.now {
        Reading::Known(value) => value.clone(),
        Reading::Unset => Value::Null,
        Reading::Unreadable { .. } => return None,
    };
    lines::compare(Some(&moved.before), &now, setting(specs, moved))
}

/// Where it stands in AWS: `DynamoDB table Sales, us-east-1, account 123456789012`.
fn place(drift: &Drift, specs: Specs, moved: &Moved) -> Option<String> {
    let id = moved.id.as_ref()?;
    let account = drift.targets.get(&id.target).and_then(|target| target.account.as_deref());
    let account = account.map_or_else(|| format!("target {}", visible(&id.target)), |account| format!("account {}", visible(account)));
    Some(format!("{}, {}, {account}", words::named(specs, &id.kind, &id.name), visible(&id.region)))
}

/// What it is said to be about: its address, else the place in the policy.
fn subject(moved: &Moved) -> String {
    match &moved.because {
        Some(position) if moved.address.is_empty() => visible(&position.to_string()),
        _ => visible(&moved.address),
    }
}

/// The verdict in a sentence.
pub fn verdict(drift: &Drift) -> String {
    let things = count(drift.unmoved.len(), "thing");
    let since = drift.since.as_ref().map(|since| format!(" since {}", since.taken_at));
    let since = since.unwrap_or_default();
    let rest = if drift.since.is_some() { format!("{things} did not move") } else { format!("{things} as declared") };
    let mut parts = Vec::new();
    if drift.moved.is_empty() {
        let so_far = if drift.is_complete() { "No drift" } else { "No drift in what could be read" };
        parts.push(format!("{so_far}{since}: {rest}"));
    } else {
        let by_effect = EFFECTS.iter().filter_map(|effect| {
            let many = drift.moved.iter().filter(|moved| moved.effect == *effect).count();
            (many > 0).then(|| format!("{many} {}", said(*effect, many)))
        });
        let many = drift.moved.len();
        parts.push(format!("Drift{since}: {many} moved ({}), {rest}", by_effect.collect::<Vec<_>>().join(", ")));
    }
    if !drift.acknowledged.is_empty() {
        parts.push(format!("{} acknowledged", drift.acknowledged.len()));
    }
    if !drift.is_complete() {
        parts.push(format!("{} could not be read", drift.gaps.len()));
    }
    format!("{}.", parts.join("; "))
}

fn said(effect: Effect, many: usize) -> &'static str {
    match (effect, many) {
        (Effect::Strengthens, 1) => "strengthens",
        (Effect::Strengthens, _) => "strengthen",
        (Effect::Neutral, _) => "neutral",
        (Effect::Weakens, 1) => "weakens",
        (Effect::Weakens, _) => "weaken",
        (Effect::LosesData, 1) => "loses data",
        (Effect::LosesData, _) => "lose data",
        (Effect::Irreversible, _) => "irreversible",
    }
}

/// Who wrote to the thing, a line for each.
fn by(moved: &Moved) -> Vec<String> {
    let line = |event: &crate::model::Event| format!("{} by {} at {}", visible(&event.operation), visible(&event.principal), event.time);
    moved.by.iter().map(line).collect()
}

/// The same, or why nobody knows.
fn by_or_why(moved: &Moved) -> Vec<String> {
    let nobody = moved.by_nobody.iter().map(|why| visible(why));
    by(moved).into_iter().chain(nobody).collect()
}
