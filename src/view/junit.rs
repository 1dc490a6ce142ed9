//! `JUnit` reports, as CI systems read them: suites of cases that passed, failed, were skipped, or of which nobody knows.
//!
//! Source of the form: the schema that the Jenkins xUnit plugin publishes, whose elements GitLab and others read too. What is unknown is an
//! `error`, which no reader counts as passed.

use super::escape::html;
use jiff::Timestamp;
use std::borrow::Borrow;
use std::io;

/// A case.
pub(super) struct Case {
    pub(super) class: String,
    pub(super) name: String,
    pub(super) outcome: Outcome,
}

/// How a case ended.
pub(super) enum Outcome {
    Passed,
    Failed {
        kind: String,
        message: String,
        text: String,
    },
    /// It counts neither way.
    Skipped {
        message: String,
    },
    /// Nobody knows.
    Unknown {
        kind: String,
        message: String,
    },
}

/// Prints a report of one suite; what it is about was read at that time.
pub(super) fn print(name: &str, at: Timestamp, cases: &[Case]) -> String {
    let mut text = Vec::new();
    // Writing into memory cannot fail, and all that is written is UTF-8.
    let _ = write(&mut text, name, at, || cases.iter());
    String::from_utf8(text).unwrap_or_default()
}

/// Writes the same of cases that are made twice: to be counted, and to be written.
pub(super) fn write<I: Iterator<Item: Borrow<Case>>>(
    out: &mut dyn io::Write,
    name: &str,
    at: Timestamp,
    cases: impl Fn() -> I,
) -> io::Result<()> {
    let counts = counts(cases());
    let (name, timestamp) = (html(name), at.strftime("%Y-%m-%dT%H:%M:%S"));
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>")?;
    writeln!(out, "  <testsuite name=\"{name}\" timestamp=\"{timestamp}\" {counts}>")?;
    for case in cases() {
        let mut text = String::new();
        print_case(&mut text, case.borrow());
        out.write_all(text.as_bytes())?;
    }
    out.write_all(b"  </testsuite>\n</testsuites>\n")
}

fn counts(cases: impl Iterator<Item: Borrow<Case>>) -> String {
    let (mut tests, mut failures, mut errors, mut skipped) = (0, 0, 0, 0);
    for case in cases {
        tests += 1;
        match case.borrow().outcome {
            Outcome::Passed => {}
            Outcome::Failed { .. } => failures += 1,
            Outcome::Unknown { .. } => errors += 1,
            Outcome::Skipped { .. } => skipped += 1,
        }
    }
    format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"")
}

fn print_case(out: &mut String, case: &Case) {
    put!(out, "    <testcase classname=\"{}\" name=\"{}\"", html(&case.class), html(&case.name));
    match &case.outcome {
        Outcome::Passed => out.push_str("/>\n"),
        Outcome::Failed { kind, message, text } => {
            put!(out, ">\n      <failure type=\"{}\" message=\"{}\">", html(kind), html(message));
            out.push_str(&text.lines().map(html).collect::<Vec<_>>().join("\n"));
            out.push_str("</failure>\n    </testcase>\n");
        }
        Outcome::Skipped { message } => {
            put!(out, ">\n      <skipped message=\"{}\"/>\n    </testcase>\n", html(message));
        }
        Outcome::Unknown { kind, message } => {
            put!(out, ">\n      <error type=\"{}\" message=\"{}\"/>\n    </testcase>\n", html(kind), html(message));
        }
    }
}
