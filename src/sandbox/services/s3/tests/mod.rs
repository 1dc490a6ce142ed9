//! Tests of S3, on the wire.

mod buckets;
mod configuration;
mod expired;
mod lifecycle;
mod objects;
mod replicated;
mod replication;

use std::collections::BTreeMap;

use crate::sandbox::testing::World;
use crate::sandbox::wire::{Reply, Request};

/// An answer of S3.
struct Answer {
    status: u16,
    headers: BTreeMap<&'static str, String>,
    text: String,
}

impl Answer {
    /// The content of the first element of this name.
    fn element(&self, name: &str) -> Option<&str> {
        self.text.split_once(&format!("<{name}>"))?.1.split_once(&format!("</{name}>")).map(|(content, _)| content)
    }

    /// The content of all elements of this name.
    fn elements(&self, name: &str) -> Vec<&str> {
        self.text.split(&format!("<{name}>")).skip(1).filter_map(|rest| rest.split(&format!("</{name}>")).next()).collect()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    fn has(&self, part: &str) -> bool {
        self.text.contains(part)
    }
}

/// Calls S3 in path style; `path` may have a query.
fn call(world: &World, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query.to_owned())));
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let request = Request { method: method.into(), path: path.into(), query, headers, body: body.as_bytes().to_vec() };
    let Reply::Answer { response, .. } = world.sign("s3", request) else { panic!("no answer") };
    let text = String::from_utf8(response.body).unwrap();
    Answer { status: response.status, headers: response.headers.into_iter().collect(), text }
}

/// Calls S3, which must succeed.
fn ok(world: &World, method: &str, path: &str, body: &str) -> Answer {
    let answer = call(world, method, path, &[], body);
    assert!(answer.status < 300, "{method} {path}: {} {}", answer.status, answer.text);
    answer
}

/// Calls S3, which must fail; gives the status, the code and the message.
fn fails(world: &World, method: &str, path: &str, body: &str) -> (u16, String, String) {
    let answer = call(world, method, path, &[], body);
    assert!(answer.status >= 300, "{method} {path} succeeded: {}", answer.text);
    let part = |name: &str| answer.element(name).unwrap_or_default().to_owned();
    (answer.status, part("Code"), part("Message"))
}

const VERSIONED: &str = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
const SUSPENDED: &str = "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";

/// A bucket with versions.
fn versioned(world: &World, name: &str) {
    ok(world, "PUT", &format!("/{name}"), "");
    ok(world, "PUT", &format!("/{name}?versioning"), VERSIONED);
}
