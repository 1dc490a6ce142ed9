//! Messages to a webhook, over the HTTP client that the SDK brings.
//!
//! The URL is a secret: whoever has it can write into the channel. It is in no message, no log and no `Debug` form of this; its host alone is.

use super::connect::is_loopback;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::timeout::TimeoutConfig;
use serde_json::Value;
use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;
use tracing::instrument::WithSubscriber as _;
use tracing::subscriber::NoSubscriber;

/// How long one message may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A place that takes messages.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// `https://hooks.example.com`.
    origin: String,
    /// `hooks.example.com`, with its port.
    host: String,
    /// Path and query: the secret.
    rest: String,
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Webhook({})", self.host)
    }
}

/// What is wrong with a URL, without saying the URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlMistake {
    /// No scheme that is known, no host, or characters that no URL has.
    #[error("the webhook is no URL that begins with `https://` and names a host")]
    NoUrl,
    /// Unencrypted, and not on this machine.
    #[error("the webhook begins with `http://`, which is taken on this machine only, as its URL is a secret")]
    NotEncrypted,
    /// A user name before the host.
    #[error("the webhook has a user name before its host, which is not sent")]
    User,
}

/// A message that did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// It was answered, and not with success.
    #[error("webhook {host} answered HTTP {status}")]
    Refused {
        /// The host.
        host: String,
        /// The status.
        status: u16,
    },
    /// There was no answer in time.
    #[error("webhook {host} did not answer within 10 seconds")]
    Late {
        /// The host.
        host: String,
    },
    /// It could not be reached.
    #[error("webhook {host} could not be reached: {reason}")]
    Unreached {
        /// The host.
        host: String,
        /// Why.
        reason: String,
    },
}

impl Webhook {
    /// Reads a URL.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(url: &str) -> Result<Self, UrlMistake> {
        let url = url.trim();
        if url.chars().any(|character| !character.is_ascii_graphic()) {
            return Err(UrlMistake::NoUrl);
        }
        let (scheme, rest) = url.split_once("://").ok_or(UrlMistake::NoUrl)?;
        let rest = rest.split('#').next().unwrap_or_default();
        let at = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(at).ok_or(UrlMistake::NoUrl)?;
        let scheme = scheme.to_ascii_lowercase();
        match scheme.as_str() {
            _ if authority.is_empty() || authority.starts_with(':') => return Err(UrlMistake::NoUrl),
            _ if authority.contains('@') => return Err(UrlMistake::User),
            "https" => {}
            "http" if is_loopback(&format!("http://{authority}")) => {}
            "http" => return Err(UrlMistake::NotEncrypted),
            _ => return Err(UrlMistake::NoUrl),
        }
        let rest = if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") };
        Ok(Self { origin: format!("{scheme}://{authority}"), host: authority.to_owned(), rest })
    }

    /// Its host, which is all that may be told of it.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Sends one message, once: a second try could say it twice.
    ///
    /// # Errors
    ///
    /// It was not taken.
    pub async fn post(&self, message: &Value) -> Result<(), NotTaken> {
        let timeouts = TimeoutConfig::builder().connect_timeout(TIMEOUT).operation_timeout(TIMEOUT).build();
        let path = self.rest.clone();
        let operation = Operation::builder()
            .service_name("webhook")
            .operation_name("post")
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(&self.origin)
            .no_auth()
            .no_retry()
            .timeout_config(timeouts)
            .sleep_impl(TokioSleep::new())
            .time_source(SystemTimeSource::new())
            .serializer(move |body: String| {
                let mut request = HttpRequest::new(SdkBody::from(body.as_str()));
                request.set_method("POST")?;
                request.set_uri(path.as_str())?;
                request.headers_mut().insert("content-type", "application/json; charset=utf-8");
                request.headers_mut().insert("content-length", body.len().to_string());
                Ok(request)
            })
            .deserializer(|response| {
                Ok::<u16, aws_smithy_runtime_api::client::orchestrator::OrchestratorError<Infallible>>(response.status().as_u16())
            })
            .build();
        // The runtime's own log lines hold whole requests.
        let answered = operation.invoke(message.to_string()).with_subscriber(NoSubscriber::default()).await;
        let host = self.host.clone();
        match answered {
            Ok(200..=299) => Ok(()),
            Ok(status) => Err(NotTaken::Refused { host, status }),
            Err(SdkError::TimeoutError(_)) => Err(NotTaken::Late { host }),
            Err(failed) => Err(NotTaken::Unreached { host, reason: self.reason(&failed) }),
        }
    }

    /// The innermost reason, unless it says the secret.
    fn reason(&self, failed: &dyn Error) -> String {
        let mut innermost = failed;
        while let Some(source) = innermost.source() {
            innermost = source;
        }
        let reason = innermost.to_string();
        let secret = self.rest.trim_start_matches('/');
        if !secret.is_empty() && reason.contains(secret) { "the request could not be sent".to_owned() } else { reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_host_of_a_webhook_is_ever_told() {
        let webhook = Webhook::parse("https://hooks.example.com/services/T0/B0/s3cr3t?sig=s3cr3t#x").unwrap();
        assert_eq!(webhook.host(), "hooks.example.com");
        assert_eq!(webhook.rest, "/services/T0/B0/s3cr3t?sig=s3cr3t");
        assert!(!format!("{webhook:?}").contains("s3cr3t"));
        for wrong in
            ["http://hooks.example.com/s3cr3t", "ftp://s3cr3t", "s3cr3t", "https:///s3cr3t", "https://s3cr3t@x/", "https://x/s3cr3t y"]
        {
            assert!(!Webhook::parse(wrong).unwrap_err().to_string().contains("s3cr3t"), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_encrypted_stays_on_this_machine() {
        assert!(Webhook::parse("http://127.0.0.1:8080/x").is_ok());
        assert!(Webhook::parse("http://[::1]:8080").is_ok());
        assert_eq!(Webhook::parse("http://localhost.example.com/x"), Err(UrlMistake::NotEncrypted));
    }
}
