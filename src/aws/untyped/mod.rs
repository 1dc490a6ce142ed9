//! Calls of services of which a few operations are needed, on the official runtime but without a crate of generated code for each.
//!
//! A service is a row (its names and its protocol), an operation another one; requests and answers are JSON values in the shapes and with
//! the member names of the service's API reference, whatever the protocol on the wire is. Signing, credentials, retries, timeouts and the
//! [`Witness`](super::Witness) are the same as of every SDK client: the runtime of the SDK does the call. All kinds beyond the first few
//! services go this way, as a generated crate costs a minute of build for each of them.

mod client;
mod reply;
mod request;

pub use reply::Answer;

use super::{CallFailed, Connection};
use client::Client;
use serde_json::{Map, Value};

/// One AWS service.
#[derive(Debug, PartialEq, Eq)]
pub struct Service {
    /// Its id in the SDKs, which configuration of endpoints uses: `RDS` as in `AWS_ENDPOINT_URL_RDS`.
    pub id: &'static str,
    /// Its name in IAM actions: `rds`.
    pub iam: &'static str,
    /// Its name in signatures.
    pub signing: &'static str,
    /// Its part of host names, before the region; the whole host of one that has the same for all regions.
    pub host: &'static str,
    /// How it talks.
    pub protocol: Protocol,
}

/// How a service talks.
#[derive(Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Form bodies in, XML out. Maps, and lists without an element around them, are not carried: no operation that is called here has one.
    Query {
        /// The version of the API: `2014-10-31`.
        version: &'static str,
        /// The names of the items of lists, by the list's name, where they are not `member`.
        items: &'static [(&'static str, &'static str)],
    },
    /// JSON bodies, the operation in a header.
    Json {
        /// The version of the protocol: `1.1`.
        version: &'static str,
        /// What stands before the operation's name: `AWSEvents`.
        target: &'static str,
    },
    /// JSON bodies, the operation in method and path.
    Rest,
}

/// The id in the SDKs of a service that is known by its name in IAM actions. Upper and lower case make no difference in an id.
pub(super) fn id_of(iam: &str) -> &str {
    match iam {
        "tag" => "Resource Groups Tagging API",
        "elasticfilesystem" => "EFS",
        "events" => "EventBridge",
        "logs" => "CloudWatch Logs",
        other => other,
    }
}

/// One operation of a service.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    /// Whose.
    pub service: &'static Service,
    /// Its name, which is that of its IAM action too.
    pub name: &'static str,
    /// Of a REST service: the method, and the path in which `{Member}` stands for a member of the input. Members behind a `?` make up the
    /// query (`?groupName={GroupName}`); those that the input has not are left out there.
    pub at: Option<(&'static str, &'static str)>,
}

impl Service {
    /// An operation of a service that does not tell operations by paths.
    pub const fn operation(&'static self, name: &'static str) -> Operation {
        Operation { service: self, name, at: None }
    }

    /// An operation of a REST service.
    pub const fn at(&'static self, name: &'static str, method: &'static str, path: &'static str) -> Operation {
        Operation { service: self, name, at: Some((method, path)) }
    }
}

impl Operation {
    /// The IAM action: `rds:DescribeDBInstances`.
    pub fn action(&self) -> String {
        format!("{}:{}", self.service.iam, self.name)
    }
}

impl Connection {
    /// Makes one call; `input` is an object with the members of the API reference, of which `null` is as good as absent.
    ///
    /// # Errors
    ///
    /// The call failed for good.
    pub async fn ask(&self, operation: &Operation, region: &str, input: Value) -> Result<Value, CallFailed> {
        let service = operation.service;
        let client =
            self.client(service.id, region, |config, witness| Client::new(service, region, config, self.endpoint(service.id), witness));
        self.call_in(region, &operation.action(), client.ask(operation, input)).await
    }

    /// Makes a call again and again until all pages are there; returns the items of the member `list` of all of them.
    ///
    /// `tokens` are the names of the member of the answer that says how to go on, and of the input that takes it.
    ///
    /// # Errors
    ///
    /// One of the calls failed for good, or AWS gives the same page over and over.
    pub async fn pages(
        &self,
        operation: &Operation,
        region: &str,
        mut input: Map<String, Value>,
        list: &str,
        tokens: (&str, &str),
    ) -> Result<Vec<Value>, CallFailed> {
        let mut all = Vec::new();
        loop {
            let answer = self.ask(operation, region, Value::Object(input.clone())).await?;
            all.extend(answer.items(list).into_iter().cloned());
            let next = answer.text(tokens.0).filter(|token| !token.is_empty());
            let Some(next) = next else { return Ok(all) };
            let given = input.insert(tokens.1.to_owned(), Value::from(next.clone()));
            if given == Some(Value::from(next)) {
                return Err(CallFailed::not_understood(&operation.action(), "AWS answered the same page twice"));
            }
        }
    }
}
