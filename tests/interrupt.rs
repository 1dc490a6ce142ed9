//! An apply that is interrupted, killed or not alone leaves nothing that the next one cannot finish.
#![cfg(all(unix, feature = "sandbox"))]

mod support;

use std::io::{BufRead as _, BufReader, PipeReader};
use std::process::{Child, Command};
use std::time::Duration;
use support::room::{Ended, Room, start, wait};

const TABLES: usize = 30;
const APPLY: &str = "apply policy --sandbox --auto-approve --parallelism 2";

/// A room whose sandbox answers slowly enough to be caught in the middle.
fn room(tables: usize, settings: &str) -> Room {
    let room = Room::new();
    room.write(
        "t.seed.hcl",
        format!("resource \"aws_dynamodb_table\" \"t\" {{\n  count = {tables}\n  name  = \"t-${{count.index}}\"\n}}\n"),
    );
    // A folder of its own, as every `*.hcl` beside the policy would be read as policy.
    room.write(
        "policy/policy.hcl",
        format!("protect \"aws_dynamodb_table\" \"t\" {{\n  select {{ names = [\"t-*\"] }}\n  {settings}\n}}\n"),
    );
    room.ok("sandbox seed t.seed.hcl");
    room.ok("sandbox faults --latency 150ms");
    room
}

const PITR: &str = "point_in_time_recovery { enabled = true }";
const BOTH: &str = "point_in_time_recovery { enabled = true }\n  deletion_protection_enabled = true";

/// Reads what the command says up to the first finished step.
fn until_done(output: &mut BufReader<PipeReader>) -> String {
    until(output, "done: ")
}

/// Reads what the command says up to the first line that begins so.
fn until(output: &mut BufReader<PipeReader>, start: &str) -> String {
    let mut said = String::new();
    loop {
        let mut line = String::new();
        let read = output.read_line(&mut line).expect("the output can be read");
        assert_ne!(read, 0, "it never said `{start}`:\n{said}");
        said.push_str(&line);
        if line.starts_with(start) {
            return said;
        }
    }
}

/// Starts an apply, signals it once its first step is done, and waits for it.
fn signalled(room: &Room, line: &str, signal: &str) -> Ended {
    let (child, output) = start(&mut room.backstay(line.split_whitespace()));
    let mut output = BufReader::new(output);
    let said = until_done(&mut output);
    kill(&child, signal);
    ended(child, output, said)
}

/// Waits for a command of which something was read already.
fn ended(child: Child, output: BufReader<PipeReader>, mut said: String) -> Ended {
    // What the buffer holds already would be lost with it.
    said.push_str(&String::from_utf8_lossy(output.buffer()));
    let rest = wait(child, output.into_inner());
    Ended { output: said + &rest.output, code: rest.code }
}

fn kill(child: &Child, signal: &str) {
    let killed = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("there is a `kill`");
    assert!(killed.success(), "it had ended before it was signalled");
}

/// Lines that begin so.
fn count(text: &str, start: &str) -> usize {
    text.lines().filter(|line| line.starts_with(start)).count()
}

/// The lines of a journal, each of which must be whole.
fn entries(journal: &str) -> Vec<serde_json::Value> {
    let entries: Vec<serde_json::Value> =
        journal.lines().map(|line| serde_json::from_str(line).expect("each line is a whole value")).collect();
    for entry in &entries {
        assert_eq!(entry["operation"], "dynamodb:UpdateContinuousBackups", "{entry}");
        assert!(entry["resource"].as_str().is_some_and(|address| address.starts_with("aws_dynamodb_table.t[")), "{entry}");
    }
    entries
}

/// How many of the tables a plan would still change.
fn left(room: &Room) -> usize {
    room.ok("sandbox faults --clear");
    let plan = room.ok("plan policy --sandbox --format json");
    let plan: serde_json::Value = serde_json::from_str(&plan).expect("the plan is JSON");
    let changes = plan["resource_changes"].as_array().expect("a plan lists its resources");
    changes.iter().filter(|change| change["change"]["actions"][0] == "update").count()
}

/// How many of the tables have both settings; none may have only one of them, as a step makes a call for each.
fn whole(room: &Room) -> usize {
    room.ok("snapshot policy --sandbox --out live.json");
    let snapshot: serde_json::Value = serde_json::from_str(&room.read("live.json")).expect("the snapshot is JSON");
    let live = snapshot["resources"].as_array().expect("a snapshot lists what is live");
    assert_eq!(live.len(), TABLES);
    let on = |table: &serde_json::Value, setting: &str| table["settings"][setting]["known"].as_bool().expect("it could be read");
    for table in live {
        assert_eq!(on(table, "deletion_protection_enabled"), on(table, "point_in_time_recovery.enabled"), "half-written: {table}");
    }
    live.iter().filter(|table| on(table, "deletion_protection_enabled")).count()
}

fn converges(room: &Room) {
    room.ok("sandbox faults --clear");
    room.ok("apply policy --sandbox --auto-approve");
    let plan = room.ok("plan policy --sandbox --detailed-exitcode");
    assert!(plan.contains("No changes."), "{plan}");
}

#[test]
fn an_interrupted_apply_finishes_what_it_began_and_says_what_it_did_not() {
    for signal in ["-INT", "-TERM"] {
        let room = room(TABLES, BOTH);
        let ended = signalled(&room, APPLY, signal);
        assert_eq!(ended.code, Some(5), "{}", ended.output);
        let done = count(&ended.output, "done: ");
        // Two steps are under way at once, so no more than a few can end after the signal.
        assert!((1..=6).contains(&done), "{}", ended.output);
        let not_begun = TABLES - done;
        assert!(ended.output.contains(&format!("{done} done, 0 failed, 0 skipped, {not_begun} not begun")), "{}", ended.output);
        assert_eq!(count(&ended.output, "  not begun: "), not_begun, "{}", ended.output);
        assert_eq!(count(&ended.output, "  done: "), done, "{}", ended.output);
        assert_eq!(left(&room), not_begun);
        assert_eq!(whole(&room), done);
        converges(&room);
    }
}

#[test]
fn an_apply_that_is_interrupted_twice_stops_at_once_and_the_next_one_goes_on() {
    let room = room(12, PITR);
    room.ok("sandbox faults --latency 800ms");
    let (child, output) = start(&mut room.backstay(format!("{APPLY} --journal journal.jsonl").split_whitespace()));
    let mut output = BufReader::new(output);
    let mut said = until_done(&mut output);
    // What is begun from now on has no answer before both signals came, however busy the machine is.
    room.ok("sandbox faults --latency 60s");
    // Until what was begun before has its answer.
    std::thread::sleep(Duration::from_secs(2));
    kill(&child, "-INT");
    // Two signals that arrive as one would count once.
    said += &until(&mut output, "Stopping: ");
    kill(&child, "-INT");
    let ended = ended(child, output, said);
    assert_eq!(ended.code, Some(5), "{}", ended.output);
    assert!(ended.output.contains("may or may not have happened"), "{}", ended.output);
    let journal = room.read("journal.jsonl");
    let entries = entries(&journal);
    // What was under way has no answer, and is in the journal all the same.
    assert!(entries.iter().any(|entry| entry["status"].is_null()), "{journal}");
    assert!(12 - left(&room) <= entries.len(), "a table was changed that the journal does not know:\n{journal}");
    converges(&room);
}

#[test]
fn a_killed_apply_leaves_a_journal_of_whole_lines_and_the_next_one_goes_on() {
    let room = room(TABLES, PITR);
    let ended = signalled(&room, &format!("{APPLY} --journal journal.jsonl"), "-KILL");
    assert_eq!(ended.code, None, "a signal ends it: {}", ended.output);
    let done = count(&ended.output, "done: ");
    let journal = room.read("journal.jsonl");
    assert!(journal.ends_with('\n'), "{journal}");
    let answered = entries(&journal).iter().filter(|entry| entry["status"] == 200).count();
    assert_eq!(answered, journal.lines().count(), "nothing was refused: {journal}");
    assert!(done <= answered, "{done} done:\n{journal}");
    let left = left(&room);
    assert!(left < TABLES && left > 0, "{left} left: killed too early or too late to show anything");
    // The two requests that were under way may have come through; nothing noted them, as nobody was left to.
    assert!((TABLES - answered - 2..=TABLES - answered).contains(&left), "{left} left:\n{journal}");
    converges(&room);
}

#[test]
fn two_applies_at_once_both_end_and_nothing_is_lost() {
    let room = room(TABLES, BOTH);
    room.ok("sandbox faults --latency 20ms");
    let line = "apply policy --sandbox --auto-approve";
    let both: Vec<_> = (0..2).map(|_| start(&mut room.backstay(line.split_whitespace()))).collect();
    for (child, output) in both {
        let ended = wait(child, output);
        assert_eq!(ended.code, Some(0), "{}", ended.output);
    }
    assert_eq!(left(&room), 0);
    let plan = room.ok("plan policy --sandbox --detailed-exitcode");
    assert!(plan.contains("No changes."), "{plan}");
}
