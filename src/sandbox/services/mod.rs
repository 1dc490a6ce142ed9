//! The services: one file or folder each, and the table that the router finds them in.
//!
//! A new service is a file with a [`Service`] and one line in [`ALL`]. Operations take and return JSON values whatever the protocol on the
//! wire is; the codecs translate.

pub(crate) mod account;
pub(crate) mod backup;
pub(crate) mod cloudtrail;
pub(crate) mod cloudwatch;
pub(crate) mod dlm;
pub(crate) mod dynamodb;
pub(crate) mod efs;
pub(crate) mod elasticache;
pub(crate) mod events;
pub(crate) mod forms;
pub(crate) mod iam;
pub(crate) mod input;
pub(crate) mod kept_snapshots;
pub(crate) mod kms;
pub(crate) mod logs;
pub(crate) mod organizations;
pub(crate) mod rds;
pub(crate) mod redshift;
pub(crate) mod s3;
pub(crate) mod scheduler;
pub(crate) mod sns;
pub(crate) mod sts;
pub(crate) mod tag_set;
pub(crate) mod tagging;

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::clock::later;
use super::faults::Faults;
use super::protocol::{aws_json, rpc_v2_cbor};
use super::state::{Caller, Region, State};
use super::wire::Request;

/// Every service that the sandbox has.
pub(crate) static ALL: &[&Service] = &[
    &account::SERVICE,
    &backup::SERVICE,
    &cloudtrail::SERVICE,
    &cloudwatch::SERVICE,
    &dlm::SERVICE,
    &dynamodb::SERVICE,
    &efs::SERVICE,
    &elasticache::SERVICE,
    &events::SERVICE,
    &iam::SERVICE,
    &kms::SERVICE,
    &logs::SERVICE,
    &organizations::SERVICE,
    &rds::SERVICE,
    &redshift::SERVICE,
    &s3::SERVICE,
    &scheduler::SERVICE,
    &sns::SERVICE,
    &sts::SERVICE,
    &tagging::SERVICE,
];

/// One AWS service as the router sees it.
pub(crate) struct Service {
    /// The name in the credential scope and in IAM actions: `dynamodb`, `tag`, …
    pub(crate) iam_prefix: &'static str,
    /// The name in the credential scope of a signature.
    pub(crate) signing_name: &'static str,
    /// How the service talks; where there are several, a request shows which one it speaks.
    pub(crate) protocols: &'static [Protocol],
    /// The error code for throttling, which differs by service.
    pub(crate) throttle_code: &'static str,
    pub(crate) operations: &'static [Operation],
    /// Names the resources (ARNs) that a request is about, for denials.
    pub(crate) resources: fn(&Caller, &Value) -> Vec<String>,
}

/// How a service talks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// JSON bodies; the operation stands in `X-Amz-Target`.
    AwsJson { version: &'static str, target: &'static str, namespace: &'static str },
    /// Form bodies in, XML out; the operation stands in `Action`.
    AwsQuery { namespace: &'static str, wire: &'static Wire },
    /// CBOR bodies; service and operation stand in the path `/service/NAME/operation/OPERATION`.
    RpcV2Cbor { service: &'static str, wire: &'static Wire },
    /// JSON bodies; the operation is known by method and path.
    RestJson,
    /// XML bodies; the operation is known by method, path and query, as S3 has it.
    RestXml,
}

/// What JSON values do not tell a codec: members of answers that are times or maps, and error codes that the query protocol spells otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wire {
    /// Members that are times (or lists of times): values hold seconds since 1970.
    pub(crate) times: &'static [&'static str],
    /// Members that are maps with free keys, not structures.
    pub(crate) maps: &'static [&'static str],
    /// The names of the items of lists in the query protocol, by the list's name, where they are not `member`.
    pub(crate) items: &'static [(&'static str, &'static str)],
    /// Error codes as operations give them, and as the query protocol writes them.
    pub(crate) query_codes: &'static [(&'static str, &'static str)],
}

impl Wire {
    /// For a service whose values are texts, numbers and structures alone.
    pub(crate) const PLAIN: Self = Self { times: &[], maps: &[], items: &[], query_codes: &[] };

    /// What the items of a list are called in the query protocol.
    pub(crate) fn item(&self, list: &str) -> &'static str {
        self.items.iter().find(|(name, _)| *name == list).map_or("member", |(_, item)| item)
    }

    /// The code of an error in the query protocol.
    pub(crate) fn query_code<'a>(&self, code: &'a str) -> &'a str {
        self.query_codes.iter().find(|(from, _)| *from == code).map_or(code, |(_, to)| to)
    }
}

/// One operation of a service.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) access: Access,
    /// Method and path, for REST protocols; `{Member}` in the path is any value, and becomes that member of the input.
    pub(crate) route: Option<(&'static str, &'static str)>,
    pub(crate) run: fn(&mut Call<'_>, &Value) -> Result<Value, AwsError>,
}

/// What an operation does to the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
    /// A write that is bookkeeping of the caller's (credentials): saved, but not counted as a write.
    Session,
}

impl Service {
    /// The protocol that a request to this service speaks: the first that recognises it, or else the last.
    pub(crate) fn spoken(&self, request: &Request) -> Protocol {
        let recognises = |protocol: &&Protocol| match protocol {
            Protocol::RpcV2Cbor { .. } => rpc_v2_cbor::is_spoken(request),
            Protocol::AwsJson { .. } => aws_json::target(request).is_some(),
            Protocol::AwsQuery { .. } | Protocol::RestJson | Protocol::RestXml => true,
        };
        let last = self.protocols.last().copied().unwrap_or(Protocol::RestJson);
        self.protocols.iter().find(recognises).copied().unwrap_or(last)
    }

    /// Where a service also speaks the query protocol, its other protocols add the code of an error as that one writes it.
    pub(crate) fn query_compatible_code<'a>(&self, spoken: Protocol, code: &'a str) -> Option<&'a str> {
        let wire = self.protocols.iter().find_map(|protocol| match protocol {
            Protocol::AwsQuery { wire, .. } => Some(wire),
            _ => None,
        })?;
        (!matches!(spoken, Protocol::AwsQuery { .. })).then(|| wire.query_code(code))
    }
}

impl Operation {
    /// An operation that reads.
    pub(crate) const fn read(name: &'static str, run: fn(&mut Call<'_>, &Value) -> Result<Value, AwsError>) -> Self {
        Self { name, access: Access::Read, route: None, run }
    }

    /// An operation that writes.
    pub(crate) const fn write(name: &'static str, run: fn(&mut Call<'_>, &Value) -> Result<Value, AwsError>) -> Self {
        Self { name, access: Access::Write, route: None, run }
    }

    /// The same operation of a REST protocol, at this method and path.
    pub(crate) const fn at(self, method: &'static str, path: &'static str) -> Self {
        Self { route: Some((method, path)), ..self }
    }
}

/// One call under way: the whole state, who calls, when, and the faults that reach into operations.
pub(crate) struct Call<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) caller: Caller,
    pub(crate) now: Timestamp,
    /// How long things stay in a transitional state.
    pub(crate) lag: SignedDuration,
    /// The largest page that a paged operation returns.
    pub(crate) page_size: Option<usize>,
    /// Regions that the faults have switched off.
    pub(crate) region_off: Vec<String>,
    /// All faults in force, for operations that need more rights than their own.
    pub(crate) faults: &'a Faults,
    /// The sandbox's folder, for what is kept beside the state; `None` for what happens by itself.
    pub(crate) folder: Option<&'a Path>,
}

impl Call<'_> {
    /// The caller's region, to read or change.
    pub(crate) fn region(&mut self) -> &mut Region {
        self.state.region_mut(&self.caller.account, &self.caller.region)
    }

    /// When something that starts now is through its transitional state.
    pub(crate) fn settles_at(&self) -> Timestamp {
        later(self.now, self.lag)
    }

    /// The size of the page to return: what was asked for, at most AWS's own limit and the fault's.
    pub(crate) fn page(&self, asked: Option<usize>, limit: usize) -> usize {
        asked.unwrap_or(limit).min(limit).min(self.page_size.unwrap_or(limit)).max(1)
    }
}

/// An error as AWS answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AwsError {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) status: u16,
    pub(crate) origin: Origin,
    /// What the error says besides its message, for protocols that have a place for it.
    pub(crate) details: Vec<(&'static str, String)>,
}

/// Which layer of AWS an error comes from: JSON protocols write it before the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The service's own model.
    Service,
    /// The front door: authentication, unknown operations, malformed input.
    FrontDoor,
    /// Input validation.
    Validation,
    /// Rate limits.
    Availability,
}

impl AwsError {
    /// An error of the service's own model, with status 400.
    pub(crate) fn service(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), status: 400, origin: Origin::Service, details: Vec::new() }
    }

    /// An error of the front door, with status 400.
    pub(crate) fn front_door(code: &str, message: impl Into<String>) -> Self {
        Self { origin: Origin::FrontDoor, ..Self::service(code, message) }
    }

    /// `ValidationException` with exactly this message.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self { origin: Origin::Validation, ..Self::service("ValidationException", message) }
    }

    /// `ValidationException` in the words of a broken constraint of the model.
    pub(crate) fn constraint(value: &str, path: &str, rule: &str) -> Self {
        Self::validation(format!("1 validation error detected: Value {value} at '{path}' failed to satisfy constraint: {rule}"))
    }

    /// The constraint error for a required member that is missing.
    pub(crate) fn required(path: &str) -> Self {
        Self::constraint("null", path, "Member must not be null")
    }
}

/// Seconds since 1970 with milliseconds, as JSON protocols write a time.
pub(crate) fn epoch(at: Timestamp) -> Value {
    Value::from(at.as_duration().as_secs_f64())
}

/// Reads seconds since 1970.
pub(crate) fn from_epoch(seconds: f64) -> Option<Timestamp> {
    let duration = SignedDuration::try_from_secs_f64(seconds).ok()?;
    let at = Timestamp::from_duration(duration).ok()?;
    Timestamp::from_millisecond(at.as_millisecond()).ok()
}
