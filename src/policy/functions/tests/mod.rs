//! Every row of these tables is what Terraform answers; where `terraform` is on the PATH, a test asks it.

mod collections;
mod encodings;
mod files;
mod language;
mod more;
mod numbers;
mod texts;
mod times;

use super::encoding::json_text;
use crate::policy::eval::{EvalError, Scope, evaluate};
use std::path::Path;
use std::process::{Command, Stdio};

/// An expression, and what `jsonencode` of it gives.
type Row = (&'static str, &'static str);

const AREAS: &[(&str, &[Row])] = &[
    ("collections", collections::ROWS),
    ("encodings", encodings::ROWS),
    ("language", language::ROWS),
    ("more", more::ROWS),
    ("numbers", numbers::ROWS),
    ("texts", texts::ROWS),
    ("times", times::ROWS),
];

/// What Terraform refuses too.
const REFUSED: &[(&str, &[&str])] = &[
    ("collections", collections::REFUSED),
    ("encodings", encodings::REFUSED),
    ("language", language::REFUSED),
    ("more", more::REFUSED),
    ("numbers", numbers::REFUSED),
    ("texts", texts::REFUSED),
    ("times", times::REFUSED),
];

fn answer(text: &str) -> Result<String, EvalError> {
    let expr = hcl::edit::parser::parse_expr(text.trim()).unwrap_or_else(|error| panic!("{text}: {error}"));
    evaluate(&expr, &Scope::new(Path::new("."))).map(|value| json_text(&value))
}

#[test]
fn every_row_gives_what_terraform_gives() {
    let mut wrong = Vec::new();
    for (area, rows) in AREAS {
        for (text, expected) in *rows {
            let got = answer(text).unwrap_or_else(|error| format!("error: {error}"));
            if got != *expected {
                wrong.push(format!("{area}: {text}\n   expected {expected}\n        got {got}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} rows differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_terraform_refuses_is_refused_with_a_reason_in_house_style() {
    let mut wrong = Vec::new();
    for (area, rows) in REFUSED {
        for text in *rows {
            match answer(text) {
                Ok(value) => wrong.push(format!("{area}: {text} gives {value}")),
                Err(error) if error.title.ends_with('.') || error.title.starts_with(|ch: char| ch.is_uppercase()) => {
                    wrong.push(format!("{area}: {text}: not in house style: {}", error.title));
                }
                Err(error) if error.range.end > text.len() || error.range.is_empty() => {
                    wrong.push(format!("{area}: {text}: has the range {:?}", error.range));
                }
                Err(_) => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{} rows differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// What the `terraform` on the PATH makes of an expression in an empty folder; `None` where there is none.
fn terraform(config: &str, question: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::File::create(folder.path().join("main.tf"))
        .and_then(|mut file| std::io::Write::write_all(&mut file, config.as_bytes()))
        .unwrap();
    let mut child = Command::new("terraform")
        .arg("console")
        .current_dir(folder.path())
        .env("TF_CLI_CONFIG_FILE", folder.path().join("none"))
        .env("CHECKPOINT_DISABLE", "1")
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    std::io::Write::write_all(child.stdin.as_mut().unwrap(), question.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && text.starts_with('"'), "terraform: {text}\n{}", String::from_utf8_lossy(&output.stderr));
    Some(text)
}

/// The items of a list of strings that Terraform answers as JSON within a quoted string.
fn answers(rows: &str) -> Option<Vec<String>> {
    let config = format!("locals {{\n  rows = [\n{rows}\n  ]\n}}\n");
    let text = terraform(&config, "jsonencode(local.rows)\n")?;
    let json: String = serde_json::from_str(text.trim()).unwrap();
    Some(serde_json::from_str(&json).unwrap())
}

#[test]
fn terraform_console_agrees_with_every_row() {
    for (area, rows) in AREAS {
        let asked: Vec<String> = rows.iter().map(|(text, _)| format!("jsonencode({text}\n),\n")).collect();
        let Some(answers) = answers(&asked.concat()) else {
            eprintln!("NOT RUN: there is no `terraform` on the PATH, so no row was compared with it");
            return;
        };
        assert_eq!(answers.len(), rows.len(), "{area}");
        for ((text, expected), answer) in rows.iter().zip(answers) {
            assert_eq!(answer, *expected, "{area}: {text}");
        }
    }
}

#[test]
fn terraform_console_refuses_every_refused_row() {
    for (area, rows) in REFUSED {
        let asked: Vec<String> = rows.iter().map(|text| format!("try(jsonencode({text}\n), \"refused\"),\n")).collect();
        let Some(answers) = answers(&asked.concat()) else {
            eprintln!("NOT RUN: there is no `terraform` on the PATH, so no row was compared with it");
            return;
        };
        for (text, answer) in rows.iter().zip(answers) {
            assert_eq!(answer, "refused", "{area}: {text}");
        }
    }
}
