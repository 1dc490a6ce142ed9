//! What a large estate takes: time grows with the things and not with their square, and the page of very many still opens.
//!
//! The processor's time of this process is counted, so that other work of the machine does not matter.

#[path = "../benches/audit/estate.rs"]
mod estate;

use backstay::audit::controls::{self, Audited};
use backstay::audit::{calendar, library, promises};
use backstay::model::{Findings, Policy, Snapshot, Sources};
use backstay::policy::load::Files;
use backstay::{coverage, kinds, plan, policy, view};
use std::path::PathBuf;
use std::time::Instant;

fn checked(text: &str) -> Policy {
    let mut sources = Sources::default();
    let policy = vec![sources.add("policy.hcl", text)];
    let checked = policy::check_files(Files { sources, policy, folder: PathBuf::from("."), ..Files::default() }, &[]);
    assert!(checked.is_good(), "{:?}", checked.problems);
    checked.policy
}

/// Seconds of the processor so far; of the clock where the system does not tell.
fn seconds(began: Instant) -> f64 {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> =
        status.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse().ok()).collect();
    if let [user, system] = fields.as_slice() { (user + system) / 100.0 } else { began.elapsed().as_secs_f64() }
}

/// How much longer twice as many things take: 2 where each takes its time, 4 where each is compared with all.
fn growth(things: usize, work: impl Fn(&Snapshot), estate: impl Fn(usize) -> Snapshot) -> f64 {
    let took = |things: usize| {
        let snapshot = estate(things);
        let began = Instant::now();
        let before = seconds(began);
        work(&snapshot);
        seconds(began) - before
    };
    let (one, two) = (took(things), took(2 * things));
    assert!(one > 0.1, "{things} things take {one} s, too short to be compared");
    two / one
}

#[test]
fn an_audit_of_twice_as_many_things_takes_about_twice_as_long() {
    let policy = checked(estate::POLICY);
    let library = library::library(&[]).policy;
    // Those that look at the most.
    let controls: Vec<_> =
        library::together([&library]).into_iter().filter(|control| ["BKP-02", "BKP-05"].contains(&control.id.as_str())).collect();
    let audit = |snapshot: &Snapshot| {
        let coverage = coverage::coverage(snapshot, snapshot.taken_at);
        let promises = promises::promises(&policy, snapshot, &coverage);
        let audited = Audited { snapshot, coverage: &coverage, promises: &promises, tiers: &[], checks: &policy.checks };
        let findings = controls::findings(&audited, &controls, &[]);
        assert!(findings.things.len() >= coverage.resources.len());
        view::page::page(&coverage, &promises, &findings, &calendar::calendar(&coverage), kinds::spec);
        view::coverage::text(&coverage, kinds::spec, view::Style::PLAIN);
    };
    let growth = growth(2_500, audit, estate::snapshot);
    assert!(growth < 3.2, "twice as many things take {growth} times as long");
}

#[test]
fn a_plan_of_a_block_that_chooses_all_of_twice_as_many_tables_takes_about_twice_as_long() {
    let policy = checked(estate::ALL_TABLES);
    let planned = |snapshot: &Snapshot| {
        let plan = plan::plan(&policy, snapshot, &plan::Request::default()).expect("all of them are there");
        assert!(plan.actions.len() >= snapshot.inventories.iter().map(|inventory| inventory.listed.len()).max().unwrap_or_default());
        view::text::plan(&plan, kinds::spec, view::Style::PLAIN);
    };
    let growth = growth(10_000, planned, estate::tables);
    assert!(growth < 3.2, "twice as many tables take {growth} times as long");
}

#[test]
fn the_page_of_ten_thousand_things_has_a_row_for_each_and_says_what_it_leaves_out() {
    let snapshot = estate::snapshot(10_000);
    let coverage = coverage::coverage(&snapshot, snapshot.taken_at);
    let promises = promises::promises(&checked(estate::POLICY), &snapshot, &coverage);
    let page = view::page::page(&coverage, &promises, &Findings::default(), &calendar::calendar(&coverage), kinds::spec);
    let rows = |id: &str| {
        let table = page.split(&format!("<table id=\"{id}\">")).nth(1).and_then(|rest| rest.split("</table>").next()).unwrap_or_default();
        table.matches("<tr data-").count()
    };
    assert_eq!(rows("things"), 10_000);
    let all: usize = promises.things.iter().map(|thing| thing.promises.len()).sum();
    assert!(all > 20_000, "{all}");
    assert_eq!(rows("promises"), 20_000);
    assert!(page.contains(&format!("<b>{} more rows are left out here</b>", all - 20_000)), "it does not say what is left out");
    assert!(page.len() < 30_000_000, "the page has {} bytes", page.len());
}
