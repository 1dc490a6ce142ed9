//! Sees every call of every client: counts them, and keeps the journal of those that wrote.

use super::{failure, limits};
use crate::files;
use crate::time::Clock;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

tokio::task_local! {
    static ACTING_ON: (String, String);
}

/// Runs a future whose writes the journal notes as being about this target and resource.
pub async fn acting_on<F: Future>(target: &str, address: &str, future: F) -> F::Output {
    ACTING_ON.scope((target.to_owned(), address.to_owned()), future).await
}

/// How many requests were sent for each operation: `dynamodb:DescribeTable`. A retry counts again.
pub type Counts = BTreeMap<String, u64>;

/// One request that wrote, or may have written.
#[derive(Debug, Serialize)]
pub struct JournalEntry {
    /// When the answer came, or the wait for it ended.
    pub time: String,
    /// The target.
    pub target: String,
    /// The region.
    pub region: String,
    /// The operation: `dynamodb:UpdateContinuousBackups`.
    pub operation: String,
    /// The address that it was about.
    pub resource: String,
    /// AWS's id of the request, where AWS answered.
    pub request_id: Option<String>,
    /// The HTTP status, where AWS answered. Without one the write may or may not have happened.
    pub status: Option<u16>,
}

/// One thing whose step failed: as a step can need several requests, what of it reads as planned now and what does not.
#[derive(Debug, Serialize)]
pub struct FailedEntry<'a> {
    /// When it was read again.
    pub time: String,
    /// The target.
    pub target: &'a str,
    /// The region.
    pub region: &'a str,
    /// The address.
    pub resource: &'a str,
    /// `failed`.
    pub outcome: &'static str,
    /// The settings that read as planned. Who made them so is not known.
    pub reads_as_planned: &'a [String],
    /// The settings that read as before.
    pub reads_as_before: &'a [String],
    /// The settings that read in another way.
    pub reads_otherwise: &'a [String],
    /// The settings that could not be read again.
    pub not_read: &'a [String],
}

/// A file of JSON lines, one for each request that wrote, and one for each step that failed.
#[derive(Clone)]
pub struct Journal {
    file: Arc<Mutex<File>>,
    /// The first line that could not be written. A journal that fails must not make a write look failed that AWS took.
    problem: Arc<Mutex<Option<String>>>,
}

impl Journal {
    /// Opens the file, adding to what is there.
    ///
    /// # Errors
    ///
    /// The file cannot be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { file: Arc::new(Mutex::new(files::append(path)?)), problem: Arc::default() })
    }

    fn note(&self, entry: &impl Serialize) {
        if let Err(error) = self.write(entry) {
            self.problem.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error.to_string());
        }
    }

    fn write(&self, entry: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry).map_err(io::Error::other)?;
        line.push(b'\n');
        // One write for each line, so that a killed process leaves whole lines.
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line)
    }
}

/// What the clients of a run may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    /// Send requests that read; one that writes is refused before it leaves the machine.
    Read,
    /// Send every request.
    Write,
    /// Publish messages, and ask who it is; nothing else, not even other requests that read.
    Publish,
}

/// A request that would write, of a connection that only reads, or any but a message, of one that only publishes.
#[derive(Debug, thiserror::Error)]
enum MayNot {
    #[error("`{0}` writes, and this run only reads; nothing was sent")]
    Write(String),
    #[error("`{0}` is no message, and this connection only publishes; nothing was sent")]
    BePublished(String),
}

/// Sees every call. Cheap to clone; all clones share what they saw.
#[derive(Clone)]
pub struct Witness {
    counts: Arc<Mutex<Counts>>,
    journal: Option<Journal>,
    clock: Clock,
    may: May,
}

impl std::fmt::Debug for Witness {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Witness")
    }
}

impl Witness {
    /// A witness that keeps a journal where one is given.
    pub fn new(journal: Option<Journal>, clock: Clock, may: May) -> Self {
        Self { counts: Arc::default(), journal, clock, may }
    }

    /// What is wrong with the journal, where a line could not be written.
    pub fn journal_problem(&self) -> Option<String> {
        self.journal.as_ref()?.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes how the thing of a failed step reads now, where a journal is kept.
    pub fn note_failed(&self, entry: &FailedEntry<'_>) {
        if let Some(journal) = &self.journal {
            journal.note(entry);
        }
    }

    /// The line of a request that writes, as far as it is known before the answer.
    fn line(&self, config: &ConfigBag) -> Option<Line> {
        let metadata = config.load::<Metadata>().filter(|metadata| writes(metadata.name()))?;
        let journal = self.journal.clone()?;
        let (target, resource) = ACTING_ON.try_with(Clone::clone).unwrap_or_default();
        let region = config.load::<aws_types::region::Region>().map(ToString::to_string).unwrap_or_default();
        let operation = operation(metadata);
        let entry = JournalEntry { time: String::new(), target, region, operation, resource, request_id: None, status: None };
        Some(Line { journal, clock: self.clock.clone(), entry: Mutex::new(Some(entry)) })
    }

    /// Whether a request of this operation may leave the machine.
    fn may_send(&self, metadata: &Metadata) -> bool {
        match self.may {
            May::Read => !writes(metadata.name()),
            May::Write => true,
            May::Publish => matches!(operation(metadata).as_str(), "sns:Publish" | "sts:GetCallerIdentity"),
        }
    }

    /// What was counted so far.
    pub fn counts(&self) -> Counts {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The line of one request that writes. It is written when the answer comes, or, without one, when the wait for it is given up: also when a
/// run is stopped at once, no request that went out is missing from the journal.
struct Line {
    journal: Journal,
    clock: Clock,
    entry: Mutex<Option<JournalEntry>>,
}

impl Line {
    fn write(&self, request_id: Option<String>, status: Option<u16>) {
        if let Some(entry) = self.entry.lock().unwrap_or_else(PoisonError::into_inner).take() {
            self.journal.note(&JournalEntry { time: self.clock.now().to_string(), request_id, status, ..entry });
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.write(None, None);
    }
}

impl std::fmt::Debug for Line {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Line")
    }
}

impl Storable for Line {
    type Storer = StoreReplace<Self>;
}

impl Intercept for Witness {
    fn name(&self) -> &'static str {
        "backstay-witness"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(metadata) = config.load::<Metadata>().filter(|metadata| !self.may_send(metadata)) {
            let operation = operation(metadata);
            let refused = if self.may == May::Publish { MayNot::BePublished(operation) } else { MayNot::Write(operation) };
            return Err(Box::new(refused));
        }
        if let Some(line) = self.line(config) {
            config.interceptor_state().store_put(line);
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // What was refused was not sent.
        let Some(metadata) = config.load::<Metadata>().filter(|metadata| self.may_send(metadata)) else { return Ok(()) };
        let operation = operation(metadata);
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry(operation.clone()).or_default() += 1;
        let response = context.response();
        let request_id = response.and_then(|response| response.headers().get("x-amzn-requestid")).map(str::to_owned);
        let status = response.map(|response| response.status().as_u16());
        tracing::debug!(operation, ?status, ?request_id, "call");
        if response.is_some_and(failure::is_throttled) {
            limits::throttled();
        }
        if let Some(line) = config.load::<Line>() {
            line.write(request_id, status);
        }
        Ok(())
    }
}

/// The operation as IAM names it.
fn operation(metadata: &Metadata) -> String {
    format!("{}:{}", iam_prefix(metadata.service()), metadata.name())
}

/// Whether an operation of that name changes something, as AWS names them.
fn writes(operation: &str) -> bool {
    !["Describe", "List", "Get", "BatchGet", "Assume", "Head", "Lookup"].iter().any(|prefix| operation.starts_with(prefix))
}

/// The service's name in IAM actions.
fn iam_prefix(service: &str) -> String {
    match service {
        "Resource Groups Tagging API" => "tag".to_owned(),
        other => other.to_lowercase().replace(' ', ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_connection_sends_what_it_is_for() {
        let may = |may: May, operation: &'static str, service: &'static str| {
            Witness::new(None, Clock::system(), may).may_send(&Metadata::new(operation, service))
        };
        for (operation, service, [read, write, publish]) in [
            ("DescribeTable", "DynamoDB", [true, true, false]),
            ("UpdateTable", "DynamoDB", [false, true, false]),
            ("LookupEvents", "cloudtrail", [true, true, false]),
            ("GetCallerIdentity", "STS", [true, true, true]),
            ("Publish", "SNS", [false, true, true]),
            ("SetTopicAttributes", "SNS", [false, true, false]),
        ] {
            assert_eq!(may(May::Read, operation, service), read, "{operation}");
            assert_eq!(may(May::Write, operation, service), write, "{operation}");
            assert_eq!(may(May::Publish, operation, service), publish, "{operation}");
        }
    }
}
