//! Scenarios: Markdown that is read by people and run by a test.
//!
//! | in the file | what it does |
//! |---|---|
//! | a fenced block whose info string names a file, `hcl policy.hcl` | the file is written |
//! | a fenced block `console` | each line that begins with `$ ` is run; what follows is the expected stdout and stderr |
//! | `? 4` after the output | the expected exit code, where it is not 0 |
//! | `[..]` in expected output | anything within a line |
//! | `...` as a line of expected output | any lines |
//!
//! There is no shell. `backstay` is run with words split at spaces (`'…'` and `"…"` keep them together), after `NAME=VALUE` words that set
//! environment variables; these are done by the runner: `rm FILE`, `cat FILE`, `edit FILE: s/old/new/`, `repeat N 'text' > FILE` (or `>>`),
//! `mkdir FOLDER`. With `UPDATE_SCENARIOS=1` the expected output is rewritten, and prose and wildcards that still match are kept.

use super::room::{Ended, Room, finish};
use snapbox::Data;
use snapbox::filter::NormalizeToExpected;
use std::fmt::Write as _;
use std::path::Path;

/// Runs the scenario in that file, and panics with a diff where it ended otherwise.
pub(crate) fn check(path: &Path) {
    let text = std::fs::read_to_string(path).expect("the scenario can be read");
    let ran = run(&text);
    if ran == text {
        return;
    }
    #[expect(clippy::disallowed_methods, reason = "asked for by whoever runs the tests")]
    let update = std::env::var("UPDATE_SCENARIOS").is_ok_and(|value| value == "1");
    if update {
        #[expect(clippy::disallowed_methods, reason = "a scenario is under version control")]
        std::fs::write(path, ran).expect("the scenario can be written");
        return;
    }
    let name = path.display().to_string();
    let diff = similar::TextDiff::from_lines(&text, &ran).unified_diff().context_radius(6).header(&name, "what happened").to_string();
    panic!("the scenario ended otherwise; UPDATE_SCENARIOS=1 rewrites it\n\n{diff}");
}

/// Runs the text of a scenario, and gives it back with the output that there really was.
fn run(text: &str) -> String {
    let room = Room::new();
    let mut out = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        writeln!(out, "{line}").expect("text can grow");
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else {
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        match info.split_once(' ') {
            Some((_, file)) => {
                room.write(file, block.join("\n") + "\n");
                out.push_str(&(block.join("\n") + "\n"));
            }
            None if info == "console" => out.push_str(&console(&room, &block)),
            None => out.push_str(&(block.join("\n") + "\n")),
        }
        out.push_str("```\n");
    }
    out
}

/// Runs the commands of one block.
fn console(room: &Room, block: &[&str]) -> String {
    let mut out = String::new();
    let starts: Vec<usize> = (0..block.len()).filter(|at| block.get(*at).is_some_and(|line| line.starts_with("$ "))).collect();
    assert_eq!(starts.first(), Some(&0), "a console block begins with a command: {block:?}");
    for (place, start) in starts.iter().enumerate() {
        let end = starts.get(place + 1).copied().unwrap_or(block.len());
        let step = block.get(*start..end).unwrap_or_default();
        let (command, expected) = step.split_first().expect("a step has a command");
        let expected: String = expected.iter().fold(String::new(), |text, line| text + line + "\n");
        let ended = command_line(room, command.trim_start_matches("$ "));
        let mut actual = ended.output;
        if !actual.is_empty() && !actual.ends_with('\n') {
            actual.push('\n');
        }
        match ended.code {
            Some(0) => {}
            Some(code) => writeln!(actual, "? {code}").expect("text can grow"),
            None => actual.push_str("? a signal\n"),
        }
        // What matches a wildcard becomes the wildcard.
        let seen = NormalizeToExpected::new().redact().normalize(Data::text(actual), &Data::text(expected));
        writeln!(out, "{command}\n{seen}").expect("text can grow");
        if out.ends_with("\n\n") || seen.to_string().is_empty() {
            out.pop();
        }
    }
    out
}

fn command_line(room: &Room, line: &str) -> Ended {
    let words = words(line);
    let assignments = words.iter().take_while(|word| is_assignment(word)).count();
    let (environment, words) = words.split_at(assignments);
    let (name, arguments) = words.split_first().expect("a command has a name");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = |output: String| Ended { output, code: Some(0) };
    match (name.as_str(), arguments.as_slice()) {
        ("backstay", arguments) => {
            let mut command = room.backstay(arguments);
            command.envs(environment.iter().filter_map(|word| word.split_once('=')));
            finish(&mut command)
        }
        ("cat", [file]) => done(room.read(file)),
        ("mkdir", [folder]) => {
            std::fs::create_dir_all(room.file(folder)).expect("a folder can be made");
            done(String::new())
        }
        ("rm", [file]) => {
            std::fs::remove_file(room.file(file)).expect("the file is there");
            done(String::new())
        }
        ("edit", [file, ..]) => {
            edit(room, file.trim_end_matches(':'), line);
            done(String::new())
        }
        ("repeat", [times, text, how @ (">" | ">>"), file]) => {
            let times: usize = times.parse().expect("`repeat` takes a number");
            let mut bytes = if *how == ">>" { room.read(file).into_bytes() } else { Vec::new() };
            bytes.extend(unescaped(text).repeat(times));
            room.write(file, bytes);
            done(String::new())
        }
        _ => panic!("a scenario cannot run `{line}`"),
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

/// `edit FILE: s/old/new/`: every `old` becomes `new`, and there must be one.
fn edit(room: &Room, file: &str, line: &str) {
    let script = line.split_once(": s").map(|(_, script)| script).expect("an edit is written `edit FILE: s/old/new/`");
    let delimiter = script.chars().next().expect("an edit has a delimiter");
    let parts: Vec<&str> = script.split(delimiter).collect();
    let [_, old, new, _] = parts.as_slice() else {
        panic!("an edit is written s/old/new/: `{line}`");
    };
    let before = room.read(file);
    assert!(before.contains(old), "`{old}` is not in {file}");
    room.write(file, before.replace(old, new));
}

/// The words of a line. Within double quotes a backslash keeps the next character.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (None, ' ') => words.extend(word.take()),
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (Some(open), close) if open == close => quote = None,
            (Some('"'), '\\') => word.get_or_insert_default().extend(letters.next()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

/// `\n` and `\xff` in a text.
fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend(before.as_bytes());
        if let Some(after) = after.strip_prefix('n') {
            bytes.push(b'\n');
            rest = after;
        } else if let Some((digits, after)) = after.strip_prefix('x').and_then(|hex| hex.split_at_checked(2)) {
            bytes.push(u8::from_str_radix(digits, 16).expect("`\\x` is followed by two hexadecimal digits"));
            rest = after;
        } else {
            panic!("`\\n` and `\\x..` are the escapes of `repeat`");
        }
    }
    bytes.extend(rest.as_bytes());
    bytes
}
