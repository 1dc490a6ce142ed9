//! From a target of the policy to a connection: configuration, credentials, and the guard that the account is the right one.

use super::failure::Explain as _;
use super::limits::Limits;
use super::{Aws, CallFailed, ConnectFailed, Connection, Journal, May, Publisher, Witness, WritableAws, Writing};
use crate::model::{AssumeRole, Cause, Identity, Target};
use crate::time::Clock;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::region::Region;
use aws_types::service_config::ServiceConfigKey;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;

/// How many times a call is tried in all before its failure counts.
const ATTEMPTS: u32 = 6;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);
/// A call with all its tries; far more than AWS's own throttling takes.
const CALL_TIMEOUT: Duration = Duration::from_mins(2);

/// How AWS is reached in this run.
pub struct Access {
    /// The embedded AWS instead of the network: its HTTP client, and the credentials that it knows.
    pub embedded: Option<(SharedHttpClient, SharedCredentialsProvider)>,
    /// The region of targets that declare none, where the command line or the environment gave one to the embedded AWS.
    pub embedded_region: String,
    /// How many times a call is tried in all, where the environment says so (`AWS_MAX_ATTEMPTS`).
    pub attempts: Option<u32>,
    /// How many calls may be under way at once, at least 1.
    pub parallelism: usize,
    /// Where writes are noted.
    pub journal: Option<Journal>,
    /// The time.
    pub clock: Clock,
}

/// Connects to every target at once, to read, and proves for each that the account is the one that the policy allows, before anything is read.
pub async fn connect(targets: &BTreeMap<String, Target>, access: Access) -> (Aws, Vec<ConnectFailed>) {
    connect_as(targets, access, May::Read).await
}

/// The same, to read and to write.
pub async fn connect_to_write(targets: &BTreeMap<String, Target>, access: Access) -> (WritableAws, Vec<ConnectFailed>) {
    let (aws, failed) = connect_as(targets, access, May::Write).await;
    let writings = aws.connections.iter().map(|(target, connection)| (target.clone(), Writing(Arc::clone(connection)))).collect();
    (WritableAws { aws, writings }, failed)
}

/// Connects to one target, to publish to topics in its region and for nothing else.
pub async fn connect_to_publish(target: &Target, access: Access) -> Result<Publisher, ConnectFailed> {
    let witness = Witness::new(None, access.clock.clone(), May::Publish);
    let limit = Arc::new(Semaphore::new(1));
    connect_one(target, &access, &witness, &limit, &Limits::new(1)).await.map(Publisher)
}

async fn connect_as(targets: &BTreeMap<String, Target>, access: Access, may: May) -> (Aws, Vec<ConnectFailed>) {
    let limit = Arc::new(Semaphore::new(access.parallelism.max(1)));
    let limits = Limits::new(access.parallelism);
    let witness = Witness::new(access.journal.clone(), access.clock.clone(), may);
    let connecting = targets.values().map(|target| connect_one(target, &access, &witness, &limit, &limits));
    let mut connections = BTreeMap::new();
    let mut failed = Vec::new();
    for outcome in futures_util::future::join_all(connecting).await {
        match outcome {
            Ok(connection) => {
                connections.insert(connection.target.name.clone(), Arc::new(connection));
            }
            Err(failure) => failed.push(failure),
        }
    }
    (Aws { connections, witness, clock: access.clock }, failed)
}

async fn connect_one(
    target: &Target,
    access: &Access,
    witness: &Witness,
    limit: &Arc<Semaphore>,
    limits: &Limits,
) -> Result<Connection, ConnectFailed> {
    if target.is_nobodys() {
        return Err(ConnectFailed::Unlisted { target: target.name.clone() });
    }
    let base = match &access.embedded {
        Some((client, credentials)) => embedded_config(target, client, credentials, access),
        None => ambient_config(target, access).await,
    };
    let Some(region) = base.region().map(ToString::to_string) else {
        return Err(ConnectFailed::Identity {
            target: target.name.clone(),
            cause: Cause::Failed,
            message: "no region".to_owned(),
            help: format!("write `region = \"us-east-1\"` into target `{}`, or set AWS_REGION", target.name),
        });
    };
    let config = match &target.assume_role {
        Some(role) => {
            let provider = assume(role, &base).await;
            base.to_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build()
        }
        None => base,
    };
    let identity = who_am_i(&config, witness, &region).await.map_err(|failed| not_reached(target, &failed))?;
    if let Some(expected) = target.account_id.as_ref().filter(|expected| **expected != identity.account) {
        return Err(ConnectFailed::WrongAccount {
            target: target.name.clone(),
            expected: expected.clone(),
            found: identity.account,
            arn: identity.arn,
        });
    }
    Ok(Connection {
        target: target.clone(),
        identity,
        config,
        embedded: access.embedded.is_some(),
        witness: witness.clone(),
        limit: Arc::clone(limit),
        limits: limits.clone(),
        clients: Mutex::default(),
    })
}

fn retries(access: &Access) -> RetryConfig {
    RetryConfig::standard().with_max_attempts(access.attempts.unwrap_or(ATTEMPTS))
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT)
        .build()
}

/// What every AWS tool takes from variables, profiles, SSO, web identity and instance roles.
async fn ambient_config(target: &Target, access: &Access) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).retry_config(retries(access)).timeout_config(timeouts());
    if let Some(region) = &target.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &target.profile {
        // A profile that the policy names wins over keys of the environment, which may be those of another account.
        let credentials = ProfileFileCredentialsProvider::builder().profile_name(profile).build();
        loader = loader.profile_name(profile).credentials_provider(credentials);
    }
    loader.load().await
}

fn embedded_config(target: &Target, client: &SharedHttpClient, credentials: &SharedCredentialsProvider, access: &Access) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(client.clone())
        .credentials_provider(credentials.clone())
        .region(Region::new(target.region.clone().unwrap_or_else(|| access.embedded_region.clone())))
        .retry_config(retries(access))
        .timeout_config(timeouts())
        .time_source(SystemTimeSource::new())
        .sleep_impl(TokioSleep::new())
        .build()
}

async fn assume(role: &AssumeRole, base: &SdkConfig) -> AssumeRoleProvider {
    let session = role.session_name.clone().unwrap_or_else(|| "backstay".to_owned());
    let mut provider = AssumeRoleProvider::builder(&role.role_arn).session_name(session).configure(base);
    if let Some(external_id) = &role.external_id {
        provider = provider.external_id(external_id);
    }
    provider.build().await
}

async fn who_am_i(config: &SdkConfig, witness: &Witness, region: &str) -> Result<Identity, CallFailed> {
    let client = aws_sdk_sts::Client::from_conf(aws_sdk_sts::config::Builder::from(config).interceptor(witness.clone()).build());
    let caller = client.get_caller_identity().send().await.map_err(|error| {
        let place = endpoint(config, "sts").unwrap_or_else(|| "AWS's own address of sts".to_owned());
        error.explain("sts:GetCallerIdentity").answered_at(&place)
    })?;
    Ok(Identity {
        account: caller.account().unwrap_or_default().to_owned(),
        arn: caller.arn().unwrap_or_default().to_owned(),
        region: region.to_owned(),
    })
}

/// The endpoint of one's own that a service is reached at, by its id in the SDK; `None` where it is AWS's own.
pub(super) fn endpoint(config: &SdkConfig, service_id: &str) -> Option<String> {
    let url = endpoint_of(config, service_id).or_else(|| config.endpoint_url().map(str::to_owned))?;
    // Nobody's password belongs into a message. It stands before the host, and an `@` in the path is none of it.
    let Some((scheme, rest)) = url.split_once("://") else { return Some(url) };
    let (authority, path) = rest.split_once('/').map_or((rest, None), |(authority, path)| (authority, Some(path)));
    let host = authority.rsplit('@').next().unwrap_or_default();
    Some(path.map_or_else(|| format!("{scheme}://{host}"), |path| format!("{scheme}://{host}/{path}")))
}

/// Whether a URL leads to this machine.
pub(super) fn is_loopback(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(inside) => inside.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost") || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The endpoint that the environment or a profile gives to one service, by its id in the SDK: `S3`.
pub(super) fn endpoint_of(config: &SdkConfig, service_id: &str) -> Option<String> {
    let key = ServiceConfigKey::builder().service_id(service_id).env("AWS_ENDPOINT_URL").profile("endpoint_url").build().ok()?;
    config.service_config()?.load_config(key)
}

fn not_reached(target: &Target, failed: &CallFailed) -> ConnectFailed {
    let expired = failed.code.as_deref().is_some_and(|code| code.starts_with("Expired"));
    let (message, help) = match failed.cause {
        Cause::Credentials if expired => (
            format!("the credentials have expired ({})", failed.message),
            "log in again (`aws sso login`, or whatever makes your credentials) and run the same command".to_owned(),
        ),
        Cause::Credentials => (
            format!("no usable credentials ({})", failed.message),
            "set AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with `aws sso login`; `--sandbox` needs none"
                .to_owned(),
        ),
        Cause::RegionOff => (
            format!("AWS refuses the credentials ({})", failed.message),
            "the access key does not exist (any more), or the region is not turned on for this account".to_owned(),
        ),
        Cause::Denied => (failed.message.clone(), format!("allow {} to the caller, or trust it in the role of the target", failed.action)),
        Cause::Unreachable => (
            format!("AWS does not answer ({})", failed.message),
            "check the network, the region's spelling, and AWS_ENDPOINT_URL if it is set".to_owned(),
        ),
        Cause::Throttled | Cause::NotRecorded | Cause::Failed => (failed.message.clone(), "run the same command again".to_owned()),
    };
    ConnectFailed::Identity { target: target.name.clone(), cause: failed.cause, message, help }
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn only_an_endpoint_on_this_machine_is_near() {
        for near in
            ["http://127.0.0.1:5000", "http://localhost:9000/x", "http://[::1]:80", "http://u:p@localhost", "http://s3.localhost:4566"]
        {
            assert!(is_loopback(near), "{near}");
        }
        for far in [
            "https://bucket.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com",
            "http://10.0.0.1:9000",
            "http://localhost.example.com",
            "http://example.com/@localhost",
        ] {
            assert!(!is_loopback(far), "{far}");
        }
    }
}
