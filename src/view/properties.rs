//! What holds of every plan, whatever its names and texts are.

use super::escape::is_hidden;
use super::fixture::{self, SPECS};
use super::{Style, json, markdown, text};
use crate::model::{Consent, Effect, Plan, Reading, Verb};
use proptest::prelude::*;

fn effects() -> impl Strategy<Value = Effect> {
    prop::sample::select(vec![Effect::Strengthens, Effect::Neutral, Effect::Weakens, Effect::LosesData, Effect::Irreversible])
}

fn plans() -> impl Strategy<Value = Plan> {
    let verbs = prop::sample::select(vec![Verb::Create, Verb::Update, Verb::Replace, Verb::Delete, Verb::NoOp, Verb::Unknown]);
    let one = (any::<String>(), verbs, any::<String>(), any::<String>(), effects(), any::<bool>());
    (prop::collection::vec(one, 0..30), 0usize..5).prop_map(|(things, gaps)| {
        let actions = things
            .into_iter()
            .map(|(name, verb, before, text, effect, consented)| {
                let mut change = fixture::change("policy", Reading::Known(before.into()), text.clone(), effect);
                change.consequence = Some(text.clone());
                if effect.needs_consent() {
                    let waiver = Some(format!("waiver \"x\" {{\n  {text}\n}}"));
                    change.consent = if consented { Consent::Flag } else { Consent::Missing { waiver } };
                }
                let quiet = matches!(verb, Verb::NoOp | Verb::Unknown);
                let mut action = fixture::action(&name, verb, if quiet { Vec::new() } else { vec![change] });
                action.remarks = vec![text];
                action
            })
            .collect();
        let mut plan = fixture::of(actions);
        plan.gaps = (0..gaps).map(|_| fixture::gap(None)).collect();
        plan
    })
}

proptest! {
    #[test]
    fn a_comment_keeps_to_its_budget_and_is_whole(random in plans(), budget in 600usize..6000) {
        let text = markdown::plan(&random, SPECS, Some(budget));
        prop_assert!(text.len() <= budget, "{} > {budget}\n{text}", text.len());
        prop_assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
        let summary = random.summary();
        if summary.blocked > 0 {
            prop_assert!(text.starts_with("⛔"));
        }
        let full = markdown::plan(&random, SPECS, None);
        prop_assert!(full.len() > budget || full == text);
    }

    #[test]
    fn nothing_hidden_is_written_and_formats_agree(random in plans()) {
        let comment = markdown::plan(&random, SPECS, None);
        let text = text::plan(&random, SPECS, Style::PLAIN);
        let json = json::plan(&random, SPECS);
        for shown in [&comment, &text, &json::print(&json), &json::print_line(&json)] {
            prop_assert!(!shown.chars().any(|c| c != '\n' && is_hidden(c)), "{shown:?}");
        }
        let count = |verb: &str| {
            let all = json["resource_changes"].as_array().unwrap();
            all.iter().filter(|change| change["change"]["actions"].as_array().unwrap().iter().any(|action| action == verb)).count()
        };
        let totals = format!("Plan: {} to add, {} to change, {} to destroy", count("create"), count("update"), count("delete"));
        if random.has_changes() {
            prop_assert!(text.contains(&totals), "{totals}\n{text}");
            prop_assert!(comment.contains(&totals));
        } else {
            prop_assert!(text.contains("No changes"));
        }
    }
}
