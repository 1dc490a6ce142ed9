//! HTTP as values: what a connector or a server hands to the sandbox and gets back.

use std::collections::BTreeMap;
use std::time::Duration;

use super::SandboxError;

/// One HTTP request, whichever way it came in.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path, still percent-encoded, without the query.
    pub path: String,
    /// The query string without its `?`.
    pub query: Option<String>,
    /// Headers; the names are in lower case.
    pub headers: BTreeMap<String, String>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Request {
    /// Returns a header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// One HTTP response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Headers in the order in which they are sent.
    pub headers: Vec<(&'static str, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// What the sandbox does with a request.
#[derive(Debug)]
pub enum Reply {
    /// Answers, after a delay that stands for the network.
    Answer {
        /// The response.
        response: Response,
        /// How long the caller waits for it.
        delay: Duration,
    },
    /// Closes the connection without an answer: the `stop_after_writes` fault.
    HangUp,
    /// The sandbox itself is broken; this is no AWS answer.
    Broken(SandboxError),
}
