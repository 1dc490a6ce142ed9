//! The runs of the next days: a row for each rule, a column for each day of UTC.

use super::table;
use crate::model::{Agenda, AgendaEntry, AgendaRun, count};
use crate::view::escape::html;
use crate::view::schedule::minutes_said;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// So many days stand beside each other, so that a sheet of paper holds them.
const BESIDE: usize = 16;

/// So many rules are shown; of more those that come first.
const MOST_RULES: usize = 200;

/// So many times stand in a cell; of more how many they are.
const IN_CELL: usize = 3;

/// Renders the calendar; nothing where nothing runs at certain times.
pub(super) fn calendar(out: &mut String, agenda: &Agenda) {
    if agenda.entries.is_empty() {
        return;
    }
    put!(out, "<section aria-labelledby=\"runs\">\n<h2 id=\"runs\">The runs of the next {}</h2>\n", count(agenda.days, "day"));
    put!(
        out,
        "<p class=\"soft\">When the backups of each rule begin, in UTC, after {} and until {}. Where a schedule is read in another time zone, its times in UTC move with the clocks there; such a day is marked.</p>\n",
        html(&minute(agenda.from)),
        html(&minute(agenda.until))
    );
    let (shown, left) = (agenda.entries.get(..MOST_RULES).unwrap_or(&agenda.entries), agenda.entries.len().saturating_sub(MOST_RULES));
    if left > 0 {
        put!(
            out,
            "<p class=\"doubt\"><b>{} left out here</b>: their schedules stand with the things that they back up in <code>backstay audit --format json</code>.</p>\n",
            count(left, "more rule")
        );
    }
    let days = days(agenda);
    for (number, days) in days.chunks(BESIDE).enumerate() {
        block(out, number, days, shown);
    }
    notes(out, shown);
    out.push_str("</section>\n");
}

/// The days of UTC that the agenda touches.
fn days(agenda: &Agenda) -> Vec<Date> {
    let date = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
    let last = date(agenda.until);
    std::iter::successors(Some(date(agenda.from)), |day| day.tomorrow().ok()).take_while(|day| *day <= last).collect()
}

/// The columns of some days.
fn block(out: &mut String, number: usize, days: &[Date], entries: &[AgendaEntry]) {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return };
    let label = format!("Runs from {} to {}", first.strftime("%-d %B %Y"), last.strftime("%-d %B %Y"));
    let head = |day: &Date| {
        let class = if is_weekend(*day) { " class=\"weekend\"" } else { "" };
        format!("<span{class}>{}<br>{}</span>", day.strftime("%a").to_string().chars().take(2).collect::<String>(), day.strftime("%-d"))
    };
    let heads: Vec<String> = days.iter().map(head).collect();
    let mut headings: Vec<&str> = vec!["rule"];
    headings.extend(heads.iter().map(String::as_str));
    put!(out, "<h3>{}</h3>\n", html(&label.replacen("Runs from", "From", 1)));
    table::open(out, &format!("runs-{}", number + 1), &label, &headings);
    for entry in entries {
        put!(out, "<tr><th scope=\"row\">{}</th>", what(entry));
        if entry.count.is_none() {
            put!(out, "<td colspan=\"{}\" class=\"doubt\">{}</td></tr>\n", days.len(), html(&entry.says));
            continue;
        }
        let mut by_day: BTreeMap<Date, Vec<&AgendaRun>> = BTreeMap::new();
        for run in &entry.runs {
            by_day.entry(run.utc.to_zoned(TimeZone::UTC).date()).or_default().push(run);
        }
        let moved: Vec<Date> = changes(entry).into_iter().map(|(run, _, _)| run.utc.to_zoned(TimeZone::UTC).date()).collect();
        for day in days {
            let runs = by_day.get(day).map(Vec::as_slice).unwrap_or_default();
            let class = match (moved.contains(day), is_weekend(*day)) {
                (true, _) => " class=\"moved\"",
                (false, true) => " class=\"weekend\"",
                (false, false) => "",
            };
            put!(out, "<td{class}>{}</td>", cell(runs));
        }
        out.push_str("</tr>\n");
    }
    table::close(out);
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday)
}

/// A rule by its name, with what it does and when.
fn what(entry: &AgendaEntry) -> String {
    let mut says = entry.says.clone();
    if let Some(minutes) = entry.start_window_minutes {
        says.push_str(&format!(", begun within {}", minutes_said(minutes)));
    }
    let gap = entry.longest_gap.as_ref().map(|gap| format!("; at most {} apart", gap.says)).unwrap_or_default();
    format!(
        "<span class=\"name\">{}</span><br><span class=\"soft\">{}; {}{gap}</span>",
        html(&entry.what()),
        html(&entry.does),
        html(&says)
    )
}

/// The times of one day.
fn cell(runs: &[&AgendaRun]) -> String {
    let time =
        |run: &&AgendaRun| format!("<time datetime=\"{}\">{}</time>", run.utc.strftime("%Y-%m-%dT%H:%MZ"), run.utc.strftime("%H:%M"));
    match runs {
        [first, .., last] if runs.len() > IN_CELL => {
            format!("{}\u{d7}<br><span class=\"soft\">{} to {}</span>", runs.len(), time(first), time(last))
        }
        _ => runs.iter().map(time).collect::<Vec<_>>().join("<br>"),
    }
}

/// The runs before which the clocks changed, with the offsets before and after.
fn changes(entry: &AgendaEntry) -> Vec<(&AgendaRun, &str, &str)> {
    let offset = |run: &'_ AgendaRun| -> Option<usize> { run.local.rfind(['+', '-']) };
    let text = |run: &'_ AgendaRun, at: usize| -> bool { run.local.is_char_boundary(at) };
    let of = |run| offset(run).filter(|at| text(run, *at));
    let pairs = entry.runs.iter().zip(entry.runs.iter().skip(1));
    let offsets = pairs.filter_map(|(one, next)| Some((next, one.local.get(of(one)?..)?, next.local.get(of(next)?..)?)));
    offsets.filter(|(_, before, after)| before != after).collect()
}

/// What the clocks do.
fn notes(out: &mut String, entries: &[AgendaEntry]) {
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in entries {
        let zone = entry.zone.as_deref().unwrap_or_default();
        for (run, before, after) in changes(entry) {
            let note = format!("{zone}: the run of {} is the first at {after} from UTC; those before are at {before}", minute(run.utc));
            told.entry(note).or_default().push(entry.what());
        }
        for clock in &entry.clocks {
            told.entry(clock.clone()).or_default().push(entry.what());
        }
    }
    if told.is_empty() {
        return;
    }
    out.push_str("<h3>The clocks</h3>\n<ul class=\"plain\">\n");
    for (note, rules) in told {
        let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
        put!(out, "<li>{} <span class=\"soft\">({})</span></li>\n", html(&note), table::first_names(&rules));
    }
    out.push_str("</ul>\n");
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
