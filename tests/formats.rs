//! What holds of every format of an audit, whatever names, tags and texts of policies are: it stays whole, it says them, and nothing in them
//! takes effect. Each is read again by a parser that is not ours where there is one.
#![cfg(feature = "aws")]

use backstay::audit::calendar;
use backstay::kinds;
use backstay::model::{
    BackupRule, Cause, ControlOutcome, ControlSeverity, ControlVerdict, CopyPlace, Coverage, Covered, Examined, FailedJob, Finding,
    Findings, FrameworkOutcome, Gap, Identity, Ignorance, IgnoranceSort, Kept, Lock, Mechanism, Moment, Observed, Position, Promise,
    Promised, Promises, Reason, ReasonCode, RequirementOutcome, Standing, Totals, Verdict,
};
use backstay::view::oscal::Audit;
use backstay::view::{self, Style};
use jiff::Timestamp;
use proptest::prelude::*;
use quick_xml::events::Event;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// What has broken a format somewhere.
const NASTY: [&str; 30] = [
    "plain",
    "",
    " ",
    "<script>alert(1)</script>",
    "</script>",
    "\"'&amp;<>",
    "]]>",
    "-->",
    "|",
    "\\|",
    "`",
    "``a`b",
    "a\nb",
    "a\r\nb",
    "\t",
    ",;\"",
    "=cmd()|'/c calc'!A0",
    "@SUM(A1)",
    "-1+1",
    "\u{202e}gnp.exe",
    "\u{200f}\u{feff}\u{2028}",
    "🦀\u{1F468}\u{200d}\u{1F469}",
    "\u{1b}[31m\u{1b}]8;;x\u{7}",
    "\0",
    "\u{9b}2J\u{7f}",
    "\u{fffe}\u{ffff}\u{fffd}",
    "[l](javascript:x) ![i](u) <http://a.b>",
    "# h\n- l\n| a | b |\n|---|---|",
    "${x} %{y} {{z}} {0}",
    "\u{e9}\u{301}\u{4e2d}\u{5d0}",
];

fn texts() -> impl Strategy<Value = Vec<String>> {
    let nasty = prop::sample::select(NASTY.to_vec()).prop_map(str::to_owned);
    let long = Just("<|`\n".repeat(500));
    let one = prop_oneof![4 => nasty.clone(), 2 => any::<String>(), 2 => (nasty, any::<String>()).prop_map(|(a, b)| a + &b), 1 => long];
    prop::collection::vec(one, 8..40)
}

/// Texts that are taken one after the other, each another than all before it.
struct Texts<'a> {
    all: &'a [String],
    taken: usize,
}

impl Texts<'_> {
    fn next(&mut self) -> String {
        let text = self.all.get(self.taken % self.all.len()).cloned().unwrap_or_default();
        self.taken += 1;
        format!("{text}x{}", self.taken)
    }
}

/// An audit.
struct Whole {
    coverage: Coverage,
    promises: Promises,
    findings: Findings,
}

fn at() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("it is a time")
}

fn position(texts: &mut Texts<'_>) -> Position {
    Position { file: texts.next(), line: 3, column: 1 }
}

fn covered(texts: &mut Texts<'_>, verdict: Verdict) -> Covered {
    let rule = BackupRule {
        plan: texts.next(),
        rule: texts.next(),
        selection: texts.next(),
        chosen_by: texts.next(),
        schedule: texts.next(),
        time_zone: texts.next(),
        start_window_minutes: 60,
        completion_window_minutes: 120,
        is_continuous: false,
        vault: texts.next(),
        lock: Lock::None,
        vault_key: Some(texts.next()),
        delete_after_days: Some(7),
        cold_storage_after_days: None,
        air_gapped_vault: None,
        copies: Vec::new(),
        doubts: if verdict == Verdict::Unknown { vec![texts.next()] } else { Vec::new() },
    };
    Covered {
        account: texts.next(),
        region: texts.next(),
        kind: if verdict == Verdict::Unknown { texts.next() } else { "aws_s3_bucket".to_owned() },
        name: texts.next(),
        target: texts.next(),
        arn: Some(texts.next()),
        tags: Some(BTreeMap::from([(texts.next(), texts.next())])),
        verdict,
        mechanisms: vec![Mechanism::BackupRule(Box::new(rule))],
        retention: vec![Kept { days: Some(7), by: texts.next() }],
        copies: vec![CopyPlace { account: Some(texts.next()), region: None, store: Some(texts.next()), days: None, by: texts.next() }],
        immutability: vec![texts.next()],
        encryption: vec![texts.next()],
        reasons: vec![Reason { code: ReasonCode::NearMiss, what: texts.next(), mend: texts.next() }],
        unread: vec![texts.next()],
        remarks: vec![texts.next()],
        observed: None,
    }
}

fn promised(texts: &mut Texts<'_>, standing: Standing) -> Promised {
    let promise = Promise {
        promise: texts.next(),
        wants: texts.next(),
        has: Some(texts.next()),
        wants_seconds: Some(60),
        has_seconds: Some(3600),
        standing,
        by: Some(texts.next()),
        why: vec![texts.next()],
        mend: Some(texts.next()),
        because: position(texts),
    };
    Promised {
        account: texts.next(),
        region: texts.next(),
        kind: "aws_s3_bucket".to_owned(),
        name: texts.next(),
        target: texts.next(),
        tier: texts.next(),
        assigned_by: texts.next(),
        standing,
        promises: vec![promise],
    }
}

fn control(texts: &mut Texts<'_>, things: usize, verdict: ControlVerdict) -> ControlOutcome {
    let finding = |texts: &mut Texts<'_>, thing| Finding {
        thing,
        verdict,
        unknown: (verdict == ControlVerdict::Unknown).then(|| Ignorance { sort: IgnoranceSort::Unread, why: texts.next().into() }),
        evidence: vec![(texts.next().into(), texts.next().into())],
    };
    ControlOutcome {
        id: texts.next(),
        title: texts.next(),
        severity: ControlSeverity::High,
        remediation: Some(texts.next()),
        condition: texts.next(),
        requirements: vec![(texts.next(), texts.next())],
        at: position(texts),
        verdict,
        findings: (0..things).map(|thing| finding(texts, thing)).collect(),
    }
}

/// An audit in which every text is one of these.
fn whole(all: &[String]) -> Whole {
    let mut texts = Texts { all, taken: 0 };
    let texts = &mut texts;
    let gap = Gap {
        target: texts.next(),
        region: texts.next(),
        kind: Some(texts.next()),
        resource: Some(texts.next()),
        action: texts.next(),
        cause: Cause::Failed,
        message: texts.next(),
    };
    let coverage = Coverage {
        format: Coverage::FORMAT.to_owned(),
        at: at(),
        targets: BTreeMap::from([(texts.next(), Identity { account: texts.next(), arn: texts.next(), region: texts.next() })]),
        totals: Totals { protected: 1, unprotected: 1, unknown: 1 },
        resources: [Verdict::Protected, Verdict::Unprotected, Verdict::Unknown].map(|verdict| covered(texts, verdict)).to_vec(),
        not_looked_at: vec![texts.next()],
        gaps: vec![gap],
        evidence_gaps: Vec::new(),
    };
    let things = coverage.resources.iter().map(|covered| Examined {
        account: covered.account.clone(),
        region: covered.region.clone(),
        kind: covered.kind.clone(),
        name: covered.name.clone(),
        target: covered.target.clone(),
        arn: covered.arn.clone(),
    });
    let mut things: Vec<Examined> = things.collect();
    things.push(Examined {
        name: "*".to_owned(),
        arn: None,
        account: texts.next(),
        region: texts.next(),
        kind: texts.next(),
        target: texts.next(),
    });
    let controls: Vec<ControlOutcome> = ControlVerdict::ALL.map(|verdict| control(texts, things.len(), verdict)).to_vec();
    let requirements = controls.iter().map(|control| RequirementOutcome {
        id: texts.next(),
        about: texts.next(),
        is_confirmed: false,
        verdict: control.verdict,
        controls: vec![control.id.clone()],
        not_applicable: Vec::new(),
    });
    let frameworks = vec![FrameworkOutcome {
        requirements: requirements.collect(),
        key: texts.next(),
        title: texts.next(),
        version: Some(texts.next()),
    }];
    Whole {
        coverage,
        promises: Promises {
            things: [Standing::Met, Standing::NotMet, Standing::Unprovable].map(|standing| promised(texts, standing)).to_vec(),
            in_no_tier: vec![texts.next()],
            in_several_tiers: vec![texts.next()],
        },
        findings: Findings { things, controls, frameworks },
    }
}

impl Whole {
    fn text(&self) -> String {
        view::coverage::text(&self.coverage, kinds::spec, Style::PLAIN)
            + &view::promises::text(&self.promises, kinds::spec, Style::PLAIN)
            + &view::controls::text(&self.findings, kinds::spec, Style::PLAIN, true)
    }

    fn markdown(&self) -> String {
        view::coverage::markdown(&self.coverage, kinds::spec)
            + &view::promises::markdown(&self.promises, kinds::spec)
            + &view::controls::markdown(&self.findings, kinds::spec)
    }

    fn html(&self) -> String {
        view::page::page(&self.coverage, &self.promises, &self.findings, &calendar::calendar(&self.coverage), kinds::spec)
    }

    fn json(&self) -> String {
        view::coverage::json(&self.coverage, &self.promises, &self.findings)
    }

    fn csv(&self) -> String {
        view::controls::csv(&self.findings)
    }

    fn junit(&self) -> String {
        view::controls::junit(&self.findings, kinds::spec, at())
    }

    fn sarif(&self) -> String {
        view::json::print(&view::controls::sarif(&self.findings, kinds::spec, at()))
    }

    fn oscal(&self) -> String {
        let Self { coverage, findings, .. } = self;
        view::oscal::oscal(&Audit { coverage, findings, began: at(), ended: None, snapshot: Some("00"), specs: kinds::spec })
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.coverage.resources.iter().map(|covered| covered.name.as_str())
    }
}

/// Whether every character of a text is one that shows by itself, so that formats hold it as it is.
fn shows(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c == ' ' || c.is_ascii_graphic() || c == '🦀')
}

/// How many tags and quotes there are, but those that show literals of sentences.
fn structure(html: &str) -> [usize; 3] {
    let html = html.replace("<code>", "").replace("</code>", "");
    ['<', '>', '"'].map(|mark| html.matches(mark).count())
}

/// How many cells a row of a Markdown table has: a backslash takes the meaning of the punctuation after it, as GitHub reads tables.
fn cells(row: &str) -> usize {
    let (mut cells, mut characters) = (0, row.chars().peekable());
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.peek().is_some_and(char::is_ascii_punctuation) => drop(characters.next()),
            '|' => cells += 1,
            _ => {}
        }
    }
    cells
}

/// A message of SARIF as it is shown: a backslash takes the meaning of the bracket or backslash after it, in messages that could hold a link.
fn without_escapes(message: &str) -> String {
    let unescaped = message.replace("\\[", "[").replace("\\]", "]");
    if unescaped == message { unescaped } else { unescaped.replace(r"\\", r"\") }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_in_a_text_takes_effect(all in texts()) {
        let whole = whole(&all);
        for (name, text) in [
            ("text", whole.text()),
            ("markdown", whole.markdown()),
            ("html", whole.html()),
            ("json", whole.json()),
            ("csv", whole.csv()),
            ("junit", whole.junit()),
            ("sarif", whole.sarif()),
            ("oscal", whole.oscal()),
        ] {
            let raw = text.chars().find(|c| (c.is_control() && *c != '\n') || "\u{202e}\u{200f}\u{feff}\u{2028}\u{ffff}\u{fffe}".contains(*c));
            prop_assert!(raw.is_none(), "{name} holds {raw:?}");
        }
        let plain: Vec<String> = (0..all.len()).map(|_| "plain".to_owned()).collect();
        let plain = self::whole(&plain);
        prop_assert_eq!(structure(&whole.html()), structure(&plain.html()));
        prop_assert_eq!(whole.text().lines().count(), plain.text().lines().count());
        prop_assert_eq!(whole.markdown().lines().count(), plain.markdown().lines().count());
        let markdown = whole.markdown();
        let rows: Vec<&str> = markdown.lines().filter(|line| line.starts_with('|')).collect();
        let was = plain.markdown();
        let expected: Vec<usize> = was.lines().filter(|line| line.starts_with('|')).map(cells).collect();
        prop_assert_eq!(rows.iter().map(|row| cells(row)).collect::<Vec<_>>(), expected, "{}", markdown);
    }

    #[test]
    fn each_format_says_the_names_again(all in texts()) {
        let whole = whole(&all);
        let json: Json = serde_json::from_str(&whole.json()).expect("JSON");
        let names: Vec<&str> = json["resources"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str()).collect();
        prop_assert_eq!(names, whole.names().collect::<Vec<_>>());

        let text = whole.csv();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("each row is as long as the first")).collect();
        prop_assert_eq!(rows.len(), 16);
        for name in whole.names().filter(|name| shows(name)) {
            let is_named = |row: &csv::StringRecord| row.get(7).is_some_and(|cell| cell == name || cell == format!("'{name}"));
            prop_assert!(rows.iter().any(is_named), "{name:?}");
        }
        for cell in rows.iter().flat_map(csv::StringRecord::iter) {
            prop_assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell:?} is a formula");
        }

        let cases = cases(&whole.junit());
        prop_assert_eq!(cases.len(), 16);
        let sarif: Json = serde_json::from_str(&whole.sarif()).expect("JSON");
        let results = sarif["runs"][0]["results"].as_array().expect("results");
        prop_assert_eq!(results.len(), 4);
        let html = whole.html();
        for name in whole.names().filter(|name| shows(name)) {
            prop_assert!(cases.iter().any(|case| case.contains(name)), "{name:?} in JUnit");
            prop_assert!(results.iter().any(|one| one["message"]["text"].as_str().is_some_and(|text| text.contains(name) || without_escapes(text).contains(name))), "{name:?} in SARIF");
            let escaped = name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
            prop_assert!(html.contains(&escaped), "{name:?} in HTML");
            prop_assert!(whole.text().contains(name), "{name:?} in text");
        }
    }

    #[test]
    fn oscal_keeps_its_form(all in texts()) {
        let whole = whole(&all);
        let document: Json = serde_json::from_str(&whole.oscal()).expect("JSON");
        has_the_form(&document)?;
        let result = &document["assessment-results"]["results"][0];
        let props = result["local-definitions"]["inventory-items"].as_array().into_iter().flatten().filter_map(|item| item["props"].as_array());
        let names: BTreeSet<&str> = props.flatten().filter(|prop| prop["name"] == "name").filter_map(|prop| prop["value"].as_str()).collect();
        for name in whole.names().filter(|name| shows(name)) {
            prop_assert!(names.contains(name.trim()), "{name:?} of {names:?}");
        }
        prop_assert_eq!(whole.oscal(), whole.oscal());
    }
}

#[test]
fn of_very_many_failed_backups_the_first_are_told_and_the_others_counted() {
    let mut whole = whole(&["plain".to_owned()]);
    let one = whole.coverage.resources.first().cloned().expect("there are three");
    let failed = |number: usize| {
        let failed = FailedJob {
            of: String::new(),
            what: "backup".to_owned(),
            at: at(),
            status: "FAILED".to_owned(),
            message: Some(format!("why {number:03}")),
        };
        let moment = Moment { at: at(), age_seconds: 7200, by: String::new(), account: String::new(), region: String::new() };
        let observed = Observed { failed: Some(failed), newest: Some(moment), ..Observed::default() };
        Covered { name: format!("thing-{number:03}"), observed: Some(observed), ..one.clone() }
    };
    whole.coverage.resources = (0..120).map(failed).collect();
    for (name, text) in [("text", whole.text()), ("markdown", whole.markdown()), ("html", whole.html())] {
        assert!(text.contains("why 049") && !text.contains("why 050"), "{name}: {text}");
        assert!(text.contains("and 70 more; "), "{name}: {text}");
    }
    let html = whole.html();
    assert!(html.contains("<th scope=\"col\">newest</th>"));
    assert_eq!(html.matches("<td>2h</td>").count(), 120);
    whole.coverage.resources = (0..50).map(failed).collect();
    assert!(!whole.text().contains(" more; "));
}

/// The names of all cases, read by another's parser.
fn cases(xml: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut names = Vec::new();
    loop {
        match reader.read_event().expect("it is well-formed") {
            Event::Start(start) | Event::Empty(start) if start.name().as_ref() == "testcase" => {
                let name = start.try_get_attribute("name").expect("attributes are well-formed").expect("it has a name");
                names.push(quick_xml::escape::unescape(&name.value).expect("entities are known").into_owned());
            }
            Event::Eof => return names,
            _ => {}
        }
    }
}

/// What NIST's schema and constraints ask of each part of a document, as far as it does not take the schema: ids, tokens, lines, references.
fn has_the_form(document: &Json) -> Result<(), TestCaseError> {
    let mut ids = BTreeSet::new();
    let mut references = BTreeSet::new();
    walk("", document, &mut |key, value| {
        match value {
            Json::Array(list) => prop_assert!(!list.is_empty(), "{key} is an empty list"),
            Json::Object(map) => {
                if let Some(id) = map.get("uuid").and_then(Json::as_str) {
                    prop_assert!(ids.insert(id.to_owned()), "{id} stands twice");
                }
                if let (Some(name), Some(value)) = (map.get("name"), map.get("value")) {
                    prop_assert!(is_token(name) && is_line(value), "{map:?}");
                }
            }
            Json::String(text) => match key {
                "uuid" => prop_assert!(is_uuid(text), "{text}"),
                "subject-uuid" | "observation-uuid" | "risk-uuid" | "actor-uuid" | "component-uuid" => {
                    references.insert(text.clone());
                }
                "href" => references.extend(text.strip_prefix('#').map(str::to_owned)),
                "control-id" | "objective-id" | "target-id" | "id" | "reason" | "state" => prop_assert!(is_token(value), "{key}: {text}"),
                "collected" | "start" | "end" | "published" | "last-modified" => prop_assert_eq!(text, "2027-01-15T08:00:00Z"),
                _ => prop_assert!(!text.is_empty(), "{key} is empty"),
            },
            _ => {}
        }
        Ok(())
    })?;
    let lost: Vec<&String> = references.difference(&ids).collect();
    prop_assert!(lost.is_empty(), "nothing has these ids: {lost:?}");
    let result = &document["assessment-results"]["results"][0];
    prop_assert_eq!(&document["assessment-results"]["metadata"]["oscal-version"], "1.1.3");
    for finding in result["findings"].as_array().expect("findings") {
        let verdict = finding["props"].as_array().into_iter().flatten().find(|prop| prop["name"] == "verdict").map(|prop| &prop["value"]);
        let verdict = verdict.and_then(Json::as_str).unwrap_or_default();
        let status = &finding["target"]["status"];
        prop_assert_eq!(status["state"] == "satisfied", verdict == "pass", "{}", finding);
        prop_assert_eq!(status["reason"] == "other", verdict == "unknown" || verdict == "not_applicable", "{}", finding);
        prop_assert_eq!(
            finding["target"]["implementation-status"]["state"] == "not-applicable",
            verdict == "not_applicable",
            "{}",
            finding
        );
        prop_assert_eq!(finding["related-risks"].is_array(), verdict == "fail", "{}", finding);
    }
    prop_assert_eq!(result["observations"].as_array().map(Vec::len), Some(16));
    prop_assert_eq!(result["risks"].as_array().map(Vec::len), Some(1));
    Ok(())
}

fn walk(key: &str, value: &Json, check: &mut impl FnMut(&str, &Json) -> Result<(), TestCaseError>) -> Result<(), TestCaseError> {
    check(key, value)?;
    match value {
        Json::Array(list) => list.iter().try_for_each(|one| walk(key, one, check)),
        Json::Object(map) => map.iter().try_for_each(|(key, value)| walk(key, value, check)),
        _ => Ok(()),
    }
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit()) && text.chars().nth(14) == Some('5')
}

fn is_token(value: &Json) -> bool {
    let text = value.as_str().unwrap_or_default();
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|c| c.is_alphanumeric() || ".-_".contains(c))
}

fn is_line(value: &Json) -> bool {
    let text = value.as_str().unwrap_or_default();
    !text.is_empty() && text.trim() == text && !text.contains('\n')
}
