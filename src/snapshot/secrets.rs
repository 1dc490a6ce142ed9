//! What a snapshot holds that lets whoever reads it do something: the URLs to which topics tell, which carry keys in their paths.

use super::file::bytes;
use crate::files;
use crate::model::{Reading, Snapshot};
use std::collections::BTreeSet;

/// What the setting is called that is an address to which messages go.
const ADDRESS: &str = ".endpoint";

/// The snapshot with each such URL cut down to its host and a digest, so that it is still seen when another takes its place; `None` where it
/// has none. Done twice it is the same.
pub fn without_secrets(snapshot: &Snapshot) -> Option<Snapshot> {
    let settings = snapshot.resources.iter().flat_map(|live| &live.settings).filter(|(path, _)| path.ends_with(ADDRESS));
    let urls = settings.filter_map(|(_, reading)| match reading {
        Reading::Known(value) => value.as_str(),
        _ => None,
    });
    let urls: BTreeSet<&str> = urls.filter(|url| cut(url).is_some()).collect();
    if urls.is_empty() {
        return None;
    }
    let mut text = String::from_utf8(bytes(snapshot).ok()?).ok()?;
    // One that begins as another does comes first. They stand in the names of settings too.
    for url in urls.iter().rev() {
        let written = |text: &str| serde_json::to_string(text).map(|quoted| quoted.trim_matches('"').to_owned());
        text = text.replace(&written(url).ok()?, &written(&cut(url)?).ok()?);
    }
    let mut snapshot: Snapshot = serde_json::from_str(&text).ok()?;
    snapshot.sort();
    Some(snapshot)
}

/// `https://user:key@host/path/key?key` as `https://host/sha256-` and a digest; `None` of what says no more than its host, or is no URL.
fn cut(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://").filter(|(scheme, _)| ["http", "https"].contains(scheme))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let path = rest.strip_prefix(authority)?;
    let is_cut =
        path.strip_prefix("/sha256-").is_some_and(|digest| digest.len() == 16 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if host == authority && (is_cut || ["", "/"].contains(&path)) {
        return None;
    }
    let digest: String = files::digest(url.as_bytes()).chars().take(16).collect();
    Some(format!("{scheme}://{host}/sha256-{digest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_cut_to_its_host_and_only_once() {
        let cut_once = cut("https://user:pw@events.example.com/integration/key/enqueue?k=v").unwrap();
        assert!(cut_once.starts_with("https://events.example.com/sha256-"), "{cut_once}");
        assert_eq!(cut(&cut_once), None);
        assert_ne!(cut("https://a.example/x"), cut("https://a.example/y"));
        for whole in ["https://a.example", "https://a.example/", "arn:aws:sqs:eu-west-1:123456789012:q", "who@example.com", ""] {
            assert_eq!(cut(whole), None, "{whole}");
        }
    }
}
