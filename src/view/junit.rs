//! `JUnit` reports, as CI systems read them: suites of cases that passed, failed, were skipped, or of which nobody knows.
//!
//! Source of the form: the schema that the Jenkins xUnit plugin publishes, whose elements GitLab and others read too. What is unknown is an
//! `error`, which no reader counts as passed.

use super::escape::html;
use jiff::Timestamp;

/// A suite.
pub(super) struct Suite {
    pub(super) name: String,
    /// When what it is about was read.
    pub(super) timestamp: Timestamp,
    pub(super) cases: Vec<Case>,
}

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

/// Prints a report.
pub(super) fn print(suites: &[Suite]) -> String {
    let all = || suites.iter().flat_map(|suite| &suite.cases);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    put!(out, "<testsuites {}>\n", counts(all()));
    for suite in suites {
        let (name, timestamp) = (html(&suite.name), suite.timestamp.strftime("%Y-%m-%dT%H:%M:%S"));
        put!(out, "  <testsuite name=\"{name}\" timestamp=\"{timestamp}\" {}>\n", counts(suite.cases.iter()));
        for case in &suite.cases {
            print_case(&mut out, case);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn counts<'a>(cases: impl Iterator<Item = &'a Case>) -> String {
    let (mut tests, mut failures, mut errors, mut skipped) = (0, 0, 0, 0);
    for case in cases {
        tests += 1;
        match case.outcome {
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
