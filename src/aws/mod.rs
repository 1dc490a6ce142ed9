//! The only room that talks to AWS, beside the kinds' `aws.rs`: clients by target and region, who we are, limits, retries, counts, journal.
//!
//! A [`Connection`] is one target with its credentials; clients of it are made when first needed, one for each service and region.
//! Calls are bounded by one semaphore for the whole run (`--parallelism`), and for each account, region and service by a lane that narrows
//! when AWS asks to slow down. A [`Witness`] sees every call of every client: it counts them and writes the journal of those that wrote.

mod connect;
mod failure;
mod limits;
mod organization;
mod publish;
mod tagging;
pub mod trail;
pub mod untyped;
pub mod webhook;
mod witness;

pub use connect::{Access, connect, connect_to_publish, connect_to_write};
pub use failure::CallFailed;
pub use organization::{AccountsFailed, accounts};
pub use publish::Publisher;
pub use tagging::{resources, tagged};
pub use witness::{Counts, FailedEntry, Journal, JournalEntry, May, Witness, acting_on};

use crate::model::{Cause, Gap, Identity, Target};
use crate::time::Clock;
use aws_types::SdkConfig;
use std::any::Any;
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// All targets that could be reached, for reading alone.
///
/// No kind's `make`, `change` or `remove` can be called with what it gives: these take a [`Writing`], which only a [`WritableAws`] has. And
/// every client of it refuses to send a request that would write.
///
/// ```compile_fail
/// fn to_write(aws: &backstay::aws::Aws) -> Option<&backstay::aws::Writing> {
///     aws.connection("primary")
/// }
/// ```
pub struct Aws {
    connections: BTreeMap<String, Arc<Connection>>,
    /// What every client tells of its calls.
    pub witness: Witness,
    /// The time.
    pub clock: Clock,
}

impl Aws {
    /// The connection of that target, `None` where it could not be reached.
    pub fn connection(&self, target: &str) -> Option<&Connection> {
        self.connections.get(target).map(Arc::as_ref)
    }

    /// All connections, by target.
    pub fn connections(&self) -> impl Iterator<Item = &Connection> {
        self.connections.values().map(Arc::as_ref)
    }
}

/// All targets that could be reached, for reading and for writing: what `apply`, and nothing that only looks, asks for.
pub struct WritableAws {
    aws: Aws,
    writings: BTreeMap<String, Writing>,
}

impl WritableAws {
    /// The connection of that target through which may be written, `None` where it could not be reached.
    pub fn writing(&self, target: &str) -> Option<&Writing> {
        self.writings.get(target)
    }
}

impl Deref for WritableAws {
    type Target = Aws;

    fn deref(&self) -> &Aws {
        &self.aws
    }
}

impl Borrow<Aws> for WritableAws {
    fn borrow(&self) -> &Aws {
        &self.aws
    }
}

/// A connection through which may be written.
pub struct Writing(Arc<Connection>);

impl Deref for Writing {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

/// One target with its credentials.
pub struct Connection {
    /// What the policy says of it.
    pub target: Target,
    /// Who the credentials are.
    pub identity: Identity,
    config: SdkConfig,
    /// Whether the embedded AWS answers.
    embedded: bool,
    witness: Witness,
    limit: Arc<Semaphore>,
    limits: limits::Limits,
    clients: Mutex<Clients>,
}

/// Clients of any SDK, by service and region.
type Clients = BTreeMap<(&'static str, String), Arc<dyn Any + Send + Sync>>;

impl Connection {
    /// The client of a service in a region, made by `build` when it is first needed.
    pub fn client<C: Any + Send + Sync>(
        &self,
        service: &'static str,
        region: &str,
        build: impl FnOnce(&SdkConfig, Witness) -> C,
    ) -> Arc<C> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (service, region.to_owned());
        if let Some(client) = clients.get(&key).and_then(|known| Arc::clone(known).downcast::<C>().ok()) {
            return client;
        }
        let config = self.config.to_builder().region(aws_types::region::Region::new(region.to_owned())).build();
        let client = Arc::new(build(&config, self.witness.clone()));
        clients.insert(key, Arc::clone(&client) as Arc<dyn Any + Send + Sync>);
        client
    }

    /// Whether a service, by its id in the SDK (`S3`), is reached at another place than AWS's own: the embedded AWS, or `AWS_ENDPOINT_URL`.
    pub fn has_own_endpoint(&self, service_id: &'static str) -> bool {
        self.embedded || self.endpoint(service_id).is_some()
    }

    /// Whether a service is on this machine: the embedded AWS, or an endpoint on loopback.
    pub fn is_nearby(&self, service_id: &'static str) -> bool {
        self.embedded || self.endpoint(service_id).is_some_and(|url| connect::is_loopback(&url))
    }

    /// Where a service is, if the environment or the profile says so (`AWS_ENDPOINT_URL_S3` before `AWS_ENDPOINT_URL`).
    fn endpoint(&self, service_id: &'static str) -> Option<String> {
        connect::endpoint_of(&self.config, service_id).or_else(|| self.config.endpoint_url().map(str::to_owned))
    }

    /// Makes one call in the target's own region, waiting for a free place first.
    pub fn call<T, E>(&self, action: &str, call: impl Future<Output = Result<T, E>>) -> impl Future<Output = Result<T, CallFailed>>
    where
        E: failure::Explain,
    {
        self.call_in(&self.identity.region, action, call)
    }

    /// Makes one call in a region, of a bucket or a replica that is elsewhere: it is paced with the other calls to that region.
    pub fn call_in<T, E>(
        &self,
        region: &str,
        action: &str,
        call: impl Future<Output = Result<T, E>>,
    ) -> impl Future<Output = Result<T, CallFailed>>
    where
        E: failure::Explain,
    {
        // What the SDKs make is large, and would be moved about with everything that waits for it.
        let call = Box::pin(call);
        async move {
            let service = action.split(':').next().unwrap_or_default();
            let lane = self.limits.lane(&self.identity.account, region, service);
            let call = async {
                // The semaphore is never closed, so this cannot fail; if it did, going on without a place would be harmless.
                let _place = self.limit.acquire().await.ok();
                call.await
            };
            lane.run(call).await.map_err(|error| error.explain(action).answered_at(&self.place(action)))
        }
    }

    /// Where the calls of an action go: an endpoint of one's own by its URL, without a user name that may stand in it.
    fn place(&self, action: &str) -> String {
        let service = action.split(':').next().unwrap_or_default();
        connect::endpoint(&self.config, untyped::id_of(service)).unwrap_or_else(|| format!("AWS's own address of {service}"))
    }

    /// A gap in what was read here.
    pub fn gap(&self, region: &str, kind: Option<&str>, resource: Option<&str>, failed: &CallFailed) -> Gap {
        Gap {
            target: self.target.name.clone(),
            region: region.to_owned(),
            kind: kind.map(str::to_owned),
            resource: resource.map(str::to_owned),
            action: failed.action.clone(),
            cause: failed.cause,
            message: failed.sentence(region),
        }
    }
}

/// A target that could not be reached at all.
#[derive(Debug, thiserror::Error)]
pub enum ConnectFailed {
    /// No usable credentials, or no answer.
    #[error("target `{target}`: {message}")]
    Identity {
        /// The target.
        target: String,
        /// Why.
        cause: Cause,
        /// What is wrong, in a sentence.
        message: String,
        /// How to mend it.
        help: String,
    },
    /// It stands for accounts that could not be listed.
    #[error("target `{target}` stands for the accounts of an organization that could not be listed")]
    Unlisted {
        /// The target.
        target: String,
    },
    /// The credentials reach an account that the policy does not allow.
    #[error("target `{target}` must be account {expected}, but its credentials are {arn} in account {found}")]
    WrongAccount {
        /// The target.
        target: String,
        /// The account that the policy allows.
        expected: String,
        /// The account that was reached.
        found: String,
        /// Who the credentials are.
        arn: String,
    },
}
