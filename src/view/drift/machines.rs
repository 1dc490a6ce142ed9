//! What moved, for programs.

use super::{by, by_or_why, place, subject, verdict, what};
use crate::model::{Code, Drift, Effect, Moved};
use crate::view::Specs;
use crate::view::json::known;
use crate::view::junit::{self, Case, Outcome};
use crate::view::sarif::{self, Level, Result, Unread};
use crate::view::words;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// What moved as JSON: everything that the report holds.
pub fn json(drift: &Drift) -> Json {
    let reading = |reading: &crate::model::Reading| match reading {
        crate::model::Reading::Known(value) => known(value).unwrap_or(Json::Null),
        crate::model::Reading::Unset | crate::model::Reading::Unreadable { .. } => Json::Null,
    };
    let moved = |moved: &Moved| {
        let mut json = serde_json::to_value(moved).unwrap_or_default();
        if let Json::Object(map) = &mut json {
            // Plain values, as in a plan: how they were read is of no use here.
            map.insert("before".to_owned(), reading(&moved.before));
            map.insert("now".to_owned(), reading(&moved.now));
            if let Some(declared) = moved.declared.as_ref().and_then(known) {
                map.insert("declared".to_owned(), declared);
            }
            let part = |part: &crate::model::MovedPart| json!({ "setting": part.setting, "before": reading(&part.before), "now": reading(&part.now) });
            map.insert("parts".to_owned(), moved.parts.iter().map(part).collect());
        }
        json
    };
    let acknowledged = drift.acknowledged.iter().map(|one| {
        let mut json = moved(&one.moved);
        if let Json::Object(map) = &mut json {
            let by = json!({ "name": one.name, "reason": one.reason, "owner": one.owner, "expires": one.expires });
            map.insert("acknowledged".to_owned(), by);
        }
        json
    });
    let mut out = serde_json::to_value(drift).unwrap_or_default();
    if let Json::Object(map) = &mut out {
        map.insert("acknowledged".to_owned(), acknowledged.collect());
        map.insert("moved".to_owned(), drift.moved.iter().map(moved).collect());
        map.insert("complete".to_owned(), Json::Bool(drift.is_complete()));
        map.insert("effect".to_owned(), drift.effect().map_or(Json::Null, |effect| json!(effect)));
    }
    out
}

/// What moved as a `JUnit` report: a case for each thing that did not move, a failure for each movement, an error for each gap.
pub fn junit(drift: &Drift, specs: Specs) -> String {
    let case = |moved: &Moved, outcome: Outcome| Case { class: subject(moved), name: what(specs, moved), outcome };
    let mut cases: Vec<Case> = Vec::new();
    for moved in &drift.moved {
        let mut lines: Vec<String> = place(drift, specs, moved).into_iter().collect();
        lines.extend(moved.consequence.clone());
        lines.extend(moved.because.as_ref().map(|position| format!("declared at {position}")));
        lines.extend(by_or_why(moved));
        let message = format!("{}: {}", moved.effect, what(specs, moved));
        cases.push(case(moved, Outcome::Failed { kind: moved.code.clone(), message, text: lines.join("\n") }));
    }
    for known in &drift.acknowledged {
        let message = format!("acknowledged by {} until {}: {}", known.owner, known.expires, known.reason);
        cases.push(case(&known.moved, Outcome::Skipped { message }));
    }
    for gap in &drift.gaps {
        let outcome = Outcome::Unknown { kind: Code::Gap.to_string(), message: words::gap_cause(gap) };
        cases.push(Case { class: words::gap_subject(specs, gap), name: "could not be read".to_owned(), outcome });
    }
    let unmoved = |address: &String| Case { class: address.clone(), name: "did not move".to_owned(), outcome: Outcome::Passed };
    cases.extend(drift.unmoved.iter().map(unmoved));
    junit::print("backstay drift", drift.read_at, &cases)
}

/// What moved as SARIF 2.1.0: a result for each movement, at the place where the policy declares it.
pub fn sarif(drift: &Drift, specs: Specs) -> Json {
    let first = drift.policy.as_ref().map(|policy| {
        let file = policy.files.keys().next();
        file.map_or_else(
            || policy.path.clone(),
            |file| {
                if std::path::Path::new(&policy.path).extension().is_some_and(|extension| extension == "hcl") {
                    policy.path.clone()
                } else {
                    join(&policy.path, file)
                }
            },
        )
    });
    let result = |moved: &Moved, suppressed: Option<String>| {
        let mut message = format!("{}: {}", subject(moved), what(specs, moved));
        if let Some(consequence) = &moved.consequence {
            message = format!("{message}. {consequence}");
        }
        if let Some(event) = by(moved).first() {
            message = format!("{message} ({event})");
        }
        Result {
            rule: moved.code.clone(),
            level: level(moved.effect),
            message,
            position: moved.because.clone(),
            file: first.clone(),
            subject: subject(moved),
            fingerprint: moved.fingerprint.clone(),
            suppressed,
            properties: Map::from_iter([
                ("effect".to_owned(), json!(moved.effect)),
                ("setting".to_owned(), json!(moved.setting)),
                ("arn".to_owned(), json!(moved.arn)),
            ]),
        }
    };
    let known = drift.acknowledged.iter().map(|one| {
        let why = format!("{} ({}, until {})", one.reason, one.owner, one.expires);
        result(&one.moved, Some(why))
    });
    let results: Vec<Result> = drift.moved.iter().map(|moved| result(moved, None)).chain(known).collect();
    let unread: Vec<Unread> = drift
        .gaps
        .iter()
        .map(|gap| Unread {
            code: Code::Gap.to_string(),
            message: format!("{}: {}", words::gap_subject(specs, gap), words::gap_cause(gap)),
        })
        .collect();
    sarif::report(&results, &unread, &BTreeMap::new(), &verdict(drift), drift.read_at)
}

fn join(folder: &str, file: &str) -> String {
    let folder = folder.trim_end_matches('/');
    if folder.is_empty() || folder == "." { file.to_owned() } else { format!("{folder}/{file}") }
}

fn level(effect: Effect) -> Level {
    match effect {
        Effect::Irreversible | Effect::LosesData => Level::Error,
        Effect::Weakens => Level::Warning,
        Effect::Neutral | Effect::Strengthens => Level::Note,
    }
}
