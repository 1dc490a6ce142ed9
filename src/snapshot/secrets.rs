//! What a snapshot holds that lets whoever reads it do something, or says who somebody is: where topics tell to. URLs carry keys in their
//! paths; addresses and numbers are people's.

use crate::files;
use crate::model::{Reading, Snapshot, Value, path};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What the setting is called that is an address to which messages go.
const ADDRESS: &str = ".endpoint";

/// What stands for what is cut, before its digest.
const CUT: &str = "sha256-";

/// How many digits of a digest are kept.
const DIGITS: usize = 16;

/// The snapshot with each such address cut down to a digest, of a URL with its host before it, so that it is still seen when another takes its
/// place; `None` where it has none. Done twice it is the same. Who guesses an address can still confirm the guess by its digest.
///
/// # Errors
///
/// The snapshot cannot be written as JSON and read again: nothing is cut then, and nothing is to be handed on.
pub fn without_secrets(snapshot: &Snapshot) -> serde_json::Result<Option<Snapshot>> {
    let mut addresses = BTreeMap::new();
    for (path, reading) in snapshot.resources.iter().flat_map(|live| &live.settings) {
        if let (Some(block), Reading::Known(value)) = (path.strip_suffix(ADDRESS), reading)
            && let Some(address) = value.as_str()
            && let Some(cut) = cut(address)
        {
            // The key of a subscription is its protocol and its address.
            let protocol = path::split_key(block).and_then(|(_, key)| Some(key.strip_suffix(address)?.to_owned()));
            addresses.entry(address.to_owned()).or_insert_with(|| Address { keys: Vec::new(), cut }).keys.extend(protocol);
        }
    }
    if addresses.is_empty() {
        return Ok(None);
    }
    let mut json = serde_json::to_value(snapshot)?;
    Cuts::of(&addresses).everywhere(&mut json);
    let mut snapshot: Snapshot = serde_json::from_value(json)?;
    snapshot.sort();
    Ok(Some(snapshot))
}

/// An address that is cut.
struct Address {
    /// What stands before it in the keys of subscriptions: `email/`.
    keys: Vec<String>,
    /// What it becomes.
    cut: String,
}

/// What becomes of texts.
struct Cuts<'a> {
    /// Whole texts.
    whole: &'a BTreeMap<String, Address>,
    /// Parts of texts, with what becomes of them: one that begins as another does comes first.
    parts: Vec<(String, String)>,
}

impl<'a> Cuts<'a> {
    fn of(whole: &'a BTreeMap<String, Address>) -> Self {
        let mut parts = BTreeMap::new();
        for (address, Address { keys, cut }) in whole {
            // A URL is itself wherever it stands. Of a number, or an address, only that which surely is the subscriber's: others may mean something
            // else by it, as the name of a caller.
            let before = if address.contains("://") { vec![""] } else { vec![] };
            for before in keys.iter().map(String::as_str).chain(before) {
                let (found, cut) = (format!("{before}{address}"), format!("{before}{cut}"));
                // Keys stand in paths with quotes.
                parts.insert(quoted(&found), quoted(&cut));
                parts.insert(found, cut);
            }
        }
        Self { whole, parts: parts.into_iter().rev().collect() }
    }

    fn text(&self, text: &str) -> Option<String> {
        if let Some(address) = self.whole.get(text) {
            return Some(address.cut.clone());
        }
        let mut found = self.parts.iter().filter(|(part, _)| text.contains(part.as_str())).peekable();
        found.peek()?;
        Some(found.fold(text.to_owned(), |text, (part, cut)| text.replace(part.as_str(), cut)))
    }

    fn everywhere(&self, json: &mut Json) {
        match json {
            Json::String(text) => {
                if let Some(cut) = self.text(text) {
                    *text = cut;
                }
            }
            Json::Array(list) => list.iter_mut().for_each(|one| self.everywhere(one)),
            Json::Object(map) => {
                for (name, mut value) in std::mem::take(map) {
                    self.everywhere(&mut value);
                    map.insert(self.text(&name).unwrap_or(name), value);
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }
}

/// A text as it stands between the quotes of a key.
fn quoted(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(&quoted).to_owned()
}

/// `https://user:key@host/path/key?key` as `https://host/sha256-` and a digest, and what is no URL as such a digest alone; `None` of an ARN, of
/// what says no more than a host, and of what is cut.
fn cut(address: &str) -> Option<String> {
    if address.is_empty() || address.starts_with("arn:") || is_digest(address) {
        return None;
    }
    let digest: String = files::digest(address.as_bytes()).chars().take(DIGITS).collect();
    let Some((scheme, rest)) = address.split_once("://").filter(|(scheme, _)| ["http", "https"].contains(scheme)) else {
        return Some(format!("{CUT}{digest}"));
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let path = rest.strip_prefix(authority)?;
    if host == authority && (["", "/"].contains(&path) || path.strip_prefix('/').is_some_and(is_digest)) {
        return None;
    }
    Some(format!("{scheme}://{host}/{CUT}{digest}"))
}

/// Whether a text is what cutting leaves.
fn is_digest(text: &str) -> bool {
    let digest = text.strip_prefix(CUT);
    digest.is_some_and(|digest| digest.len() == DIGITS && digest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Live, ResourceId};
    use jiff::Timestamp;

    #[test]
    fn a_url_is_cut_to_its_host_and_only_once() {
        let cut_once = cut("https://user:pw@events.example.com/integration/key/enqueue?k=v").unwrap();
        assert!(cut_once.starts_with("https://events.example.com/sha256-"), "{cut_once}");
        assert_eq!(cut(&cut_once), None);
        assert_ne!(cut("https://a.example/x"), cut("https://a.example/y"));
        for whole in ["https://a.example", "https://a.example/", "arn:aws:sqs:eu-west-1:123456789012:q", ""] {
            assert_eq!(cut(whole), None, "{whole}");
        }
    }

    #[test]
    fn an_address_and_a_number_are_cut_to_digests_and_only_once() {
        for address in ["who@example.com", "+12065550100", "whoever", "ftp://a.example/x"] {
            let cut_once = cut(address).unwrap();
            assert!(is_digest(&cut_once), "{cut_once}");
            assert_eq!(cut(&cut_once), None);
        }
    }

    #[test]
    fn keys_and_settings_are_cut_alike_and_what_others_mean_by_it_stays() {
        let odd = r#""a b"@example.com"#;
        let mut live = Live {
            id: ResourceId {
                kind: "aws_sns_topic".to_owned(),
                target: "t".to_owned(),
                region: "eu-west-1".to_owned(),
                name: "1234-alerts".to_owned(),
            },
            ..Live::default()
        };
        for (protocol, address) in [("email", odd), ("email", "b@example.co"), ("email", "b@example.com"), ("sms", "1234")] {
            let block = path::keyed("subscription", &format!("{protocol}/{address}"));
            live.settings.insert(path::child(&block, "protocol"), Reading::Known(Value::from(protocol)));
            live.settings.insert(path::child(&block, "endpoint"), Reading::Known(Value::from(address)));
            live.settings.insert(block, Reading::Known(Value::from(true)));
        }
        let mut snapshot = Snapshot::empty(Timestamp::UNIX_EPOCH);
        snapshot.resources.push(live);
        let made = without_secrets(&snapshot).unwrap().unwrap();
        let live = made.resources.first().unwrap();
        assert_eq!((live.id.name.as_str(), live.settings.len()), ("1234-alerts", 12));
        for (path, reading) in &live.settings {
            assert!(!path.contains("example") && !path.contains("1234"), "{path}");
            if let (Some(block), Reading::Known(value)) = (path.strip_suffix(ADDRESS), reading) {
                let (_, key) = path::split_key(block).unwrap();
                assert_eq!(key.split_once('/').unwrap().1, value.as_str().unwrap());
            }
        }
        assert!(without_secrets(&made).unwrap().is_none(), "done twice it is the same");
    }
}
