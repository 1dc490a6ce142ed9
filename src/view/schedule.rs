//! The calendar of a policy: as text, Markdown and JSON.

use super::escape::{self, visible};
use super::style::{Label, Style};
use super::words::count;
use crate::model::{Agenda, AgendaEntry, AgendaRun};
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// So many runs in all are still shown day by day; of more, each thing shows its next ones.
const BY_DAY: u64 = 120;

/// The next runs of each thing, where there are too many for a table.
const NEXT: usize = 5;

/// The calendar for people.
pub fn text(agenda: &Agenda, style: Style) -> String {
    let mut out = String::new();
    put!(out, "{}\n", style.paint(Label::Heading, &heading(agenda)));
    if agenda.entries.is_empty() {
        out.push_str("\nThe policy declares nothing that runs at certain times.\n");
        return out;
    }
    let by_day = agenda.count() <= BY_DAY;
    for entry in &agenda.entries {
        put!(out, "\n{}\n", style.paint(Label::Heading, &visible(&entry.what())));
        for line in lines(entry, by_day) {
            put!(out, "  {}\n", visible(&line));
        }
    }
    if by_day && agenda.count() > 0 {
        out.push('\n');
        out.push_str(&days(agenda, style));
    }
    put!(out, "\n{}\n", total(agenda));
    out
}

/// The calendar as a comment or a page of a wiki.
pub fn markdown(agenda: &Agenda) -> String {
    let mut out = format!("### {}\n\n", heading(agenda));
    if agenda.entries.is_empty() {
        out.push_str("The policy declares nothing that runs at certain times.\n");
        return out;
    }
    out.push_str("| What | Does | When | Next (UTC) | Runs | At most apart |\n|---|---|---|---|---|---|\n");
    for entry in &agenda.entries {
        let next = entry.runs.first().map_or_else(|| "–".to_owned(), |run| utc(run.utc));
        let runs = entry.count.map_or_else(|| "–".to_owned(), |count| count.to_string());
        let gap = entry.longest_gap.as_ref().map_or_else(|| "–".to_owned(), |gap| gap.says.clone());
        let when = entry.asleep.as_ref().map_or_else(|| entry.says.clone(), |why| format!("never: {why}"));
        let cells = [entry.does.clone(), when, next, runs, gap].map(|cell| sentence(&cell));
        put!(out, "| {} | {} |\n", escape::cell(&entry.what()), cells.join(" | "));
    }
    let clocks: Vec<String> = agenda
        .entries
        .iter()
        .flat_map(|entry| entry.clocks.iter().map(|told| format!("- {}: {}\n", escape::code(&entry.what()), escape::markdown(told))))
        .collect();
    if !clocks.is_empty() {
        put!(out, "\nThe clocks:\n\n{}", clocks.concat());
    }
    if (1..=BY_DAY).contains(&agenda.count()) {
        out.push_str("\n<details><summary>Day by day</summary>\n\n| Day (UTC) | Time (UTC) | Local | What |\n|---|---|---|---|\n");
        for (run, entry) in in_order(agenda) {
            let (day, time) = split(run.utc);
            put!(out, "| {day} | {time} | {} | {} |\n", escape::markdown(&local(run, entry)), escape::cell(&entry.what()));
        }
        out.push_str("\n</details>\n");
    }
    put!(out, "\n{}\n", total(agenda));
    out
}

/// The calendar for programs.
pub fn json(agenda: &Agenda) -> Json {
    let mut json = json!({ "format": "backstay-schedule/1", "runs": agenda.count() });
    if let (Ok(Json::Object(agenda)), Some(all)) = (serde_json::to_value(agenda), json.as_object_mut()) {
        all.extend(agenda);
    }
    json
}

/// One of our sentences in a cell of a table. A bar within code would end the cell.
fn sentence(text: &str) -> String {
    if text.contains('|') { escape::markdown(text) } else { escape::prose(text) }
}

fn heading(agenda: &Agenda) -> String {
    format!("Runs after {} UTC, for {}", utc(agenda.from), count(usize::try_from(agenda.days).unwrap_or_default(), "day"))
}

fn total(agenda: &Agenda) -> String {
    let known = agenda.entries.iter().filter(|entry| entry.count.is_some()).count();
    let chosen = agenda.entries.len().saturating_sub(known);
    let theirs = if chosen == 0 { String::new() } else { format!("; the times of {} are not declared here", count(chosen, "more thing")) };
    format!("{} of {}{theirs}.", count(usize::try_from(agenda.count()).unwrap_or(usize::MAX), "run"), count(known, "thing"))
}

/// What is told of one thing.
fn lines(entry: &AgendaEntry, by_day: bool) -> Vec<String> {
    let mut lines = vec![entry.does.clone()];
    let mut when = entry.says.clone();
    if let Some(minutes) = entry.start_window_minutes {
        when.push_str(&format!(", begun within {}", minutes_said(minutes)));
    }
    if let Some(minutes) = entry.completion_window_minutes {
        when.push_str(&format!(", done within {} of that", minutes_said(minutes)));
    }
    lines.push(when);
    if let Some(why) = &entry.asleep {
        lines.push(format!("does not run: {why}"));
        return lines;
    }
    match (entry.count, entry.runs.first(), &entry.last) {
        (None, ..) => return lines,
        (Some(1), Some(run), _) => lines.push(format!("1 run, on {} UTC{}", utc(run.utc), beside(run, entry))),
        (Some(runs), Some(first), Some(last)) => {
            let apart = entry.longest_gap.as_ref().map(|gap| format!("; at most {} apart, from {}", gap.says, utc(gap.from)));
            lines.push(format!("{runs} runs, from {} to {} UTC{}", utc(first.utc), utc(last.utc), apart.unwrap_or_default()));
        }
        _ => lines.push("no run in this time".to_owned()),
    }
    if !by_day && entry.count.is_some_and(|count| count > 1) {
        let next: Vec<String> = entry.runs.iter().take(NEXT).map(|run| format!("{}{}", utc(run.utc), beside(run, entry))).collect();
        lines.push(format!("next {}", next.join(", ")));
    }
    lines.extend(entry.clocks.iter().cloned());
    lines
}

fn days(agenda: &Agenda, style: Style) -> String {
    let mut by_day: BTreeMap<String, Vec<(String, String, String)>> = BTreeMap::new();
    for (run, entry) in in_order(agenda) {
        let (day, time) = split(run.utc);
        by_day.entry(day).or_default().push((time, local(run, entry), entry.what()));
    }
    let width = by_day.values().flatten().map(|(_, local, _)| local.chars().count()).max().unwrap_or_default();
    let mut out = format!("{}\n", style.paint(Label::Heading, &format!("{:<14}  {:<5}  {:<width$}  What", "Day", "UTC", "Local")));
    for (day, runs) in by_day {
        let mut day = day;
        for (time, local, what) in runs {
            put!(out, "{day:<14}  {time}  {local:<width$}  {}\n", visible(&what));
            day.clear();
        }
    }
    out
}

/// All listed runs, in the order of time.
fn in_order(agenda: &Agenda) -> Vec<(&AgendaRun, &AgendaEntry)> {
    let mut all: Vec<(&AgendaRun, &AgendaEntry)> =
        agenda.entries.iter().flat_map(|entry| entry.runs.iter().map(move |run| (run, entry))).collect();
    all.sort_by_key(|(run, _)| run.utc);
    all
}

/// The local time with its zone; nothing where the zone is UTC.
fn local(run: &AgendaRun, entry: &AgendaEntry) -> String {
    match entry.zone.as_deref() {
        Some(zone) if !["UTC", "Etc/UTC"].contains(&zone) => format!("{} {zone}", readable(run)),
        _ => String::new(),
    }
}

fn beside(run: &AgendaRun, entry: &AgendaEntry) -> String {
    let local = local(run, entry);
    if local.is_empty() { local } else { format!(" ({local})") }
}

/// `02:00 +01:00` of `2026-11-22T02:00:00+01:00`, with the day where it is another one than in UTC.
fn readable(run: &AgendaRun) -> String {
    let Some((day, rest)) = run.local.split_once('T') else { return run.local.clone() };
    let (time, offset) = (rest.get(..5).unwrap_or(rest), rest.get(8..).unwrap_or_default());
    let day = if run.utc.strftime("%Y-%m-%d").to_string() == day { String::new() } else { format!("{day} ") };
    format!("{day}{time} {offset}")
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

fn split(at: Timestamp) -> (String, String) {
    (at.strftime("%Y-%m-%d %a").to_string(), at.strftime("%H:%M").to_string())
}

/// A number of minutes in words.
pub(super) fn minutes_said(minutes: u32) -> String {
    match (minutes / 1_440, minutes / 60, minutes % 60) {
        (days, _, _) if days > 2 && minutes.is_multiple_of(1_440) => format!("{days}d"),
        (_, hours, 0) if hours > 0 => format!("{hours}h"),
        (_, 0, minutes) => format!("{minutes}m"),
        (_, hours, minutes) => format!("{hours}h {minutes}m"),
    }
}
