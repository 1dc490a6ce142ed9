//! What the rules of a plan do, and when.

use super::circumstances::{kept, key, rules};
use super::{CONTINUOUS, COPY, DELETE_AFTER, TARGET, hours};
use crate::kinds::{Recurrence, When};
use crate::model::{Value, Wanted, count, path};
use crate::time::Windows;
use std::collections::BTreeMap;

/// Each rule with its times.
pub(super) fn runs(wanted: &BTreeMap<String, Wanted>) -> Vec<Recurrence> {
    rules(wanted).map(|rule| of_rule(wanted, rule)).collect()
}

fn of_rule(wanted: &BTreeMap<String, Wanted>, rule: &str) -> Recurrence {
    let minutes = |setting: &str| {
        let value = wanted.get(&path::child(rule, setting)).and_then(|wanted| wanted.value.as_i64());
        value.and_then(|minutes| u32::try_from(minutes).ok())
    };
    let when = match hours::starts(wanted, rule) {
        Some(starts) => When::Declared { schedule: Box::new(starts.schedule), zone: starts.zone },
        None => When::Theirs("at times that are known only after apply".to_owned()),
    };
    Recurrence {
        start_window: Some(minutes("start_window").unwrap_or(Windows::DEFAULT.start)),
        completion_window: Some(minutes("completion_window").unwrap_or(Windows::DEFAULT.completion)),
        ..Recurrence::new(rule, does(wanted, rule), when)
    }
}

fn does(wanted: &BTreeMap<String, Wanted>, rule: &str) -> String {
    let is_continuous = wanted.get(&path::child(rule, CONTINUOUS)).is_some_and(|flag| flag.value == Value::Bool(true));
    let vault = wanted.get(&path::child(rule, TARGET)).and_then(|wanted| wanted.value.as_str());
    let vault = vault.map_or_else(|| "a vault".to_owned(), |name| format!("vault \"{name}\""));
    let mut text = format!("backs up into {vault}");
    if is_continuous {
        text.push_str(", continuously where that is supported");
    }
    match kept(wanted, &path::child(rule, DELETE_AFTER)) {
        Some((_, kept)) => text.push_str(&format!(", kept {kept}")),
        None => text.push_str(", kept for as long as will be known after apply"),
    }
    let copies = |at: &&String| at.ends_with(']') && path::split_key(at).is_some_and(|(block, _)| block == path::child(rule, COPY));
    let vaults: Vec<String> = wanted.keys().filter(copies).map(|copy| key(copy)).collect();
    if !vaults.is_empty() {
        text.push_str(&format!(", with {} to {}", count(vaults.len(), "copy"), vaults.join(", ")));
    }
    text
}
