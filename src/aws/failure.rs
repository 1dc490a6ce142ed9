//! What a failed call means: which of the few causes that backstay tells apart, and what to do about it.

use crate::model::Cause;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::error::Error;

/// A call that failed for good, after the SDK's retries.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{action}: {message}")]
pub struct CallFailed {
    /// The IAM action: `dynamodb:DescribeTable`.
    pub action: String,
    /// AWS's error code, where AWS answered.
    pub code: Option<String>,
    /// Which cause it is.
    pub cause: Cause,
    /// What AWS said, or what broke.
    pub message: String,
    /// Whether something answered in another way than AWS does: a proxy, or another server.
    pub is_foreign: bool,
}

/// Turns an error of any SDK into a [`CallFailed`].
pub trait Explain {
    /// What it means.
    fn explain(self, action: &str) -> CallFailed;
}

impl<E> Explain for SdkError<E, HttpResponse>
where
    E: ProvideErrorMetadata + Error + 'static,
{
    fn explain(self, action: &str) -> CallFailed {
        let code = self.as_service_error().and_then(|error| error.code()).map(str::to_owned);
        let said = self.as_service_error().and_then(|error| error.message()).map(str::to_owned);
        let (cause, message) = match &self {
            SdkError::ServiceError(failed) => match code.as_deref() {
                Some(code) => (cause_of_code(code), said.map_or_else(|| code.to_owned(), |said| format!("{code}: {said}"))),
                None => (Cause::Failed, format!("the reply ({}) is not one of AWS: it holds no error code", described(failed.raw()))),
            },
            SdkError::ResponseError(failed) => {
                let problem = innermost(&self);
                (Cause::Failed, format!("the reply ({}) is not one of AWS, or was cut short: {problem}", described(failed.raw())))
            }
            SdkError::TimeoutError(_) => (Cause::Unreachable, "no answer in time".to_owned()),
            other => {
                let credentials = chain(other).find_map(|part| part.downcast_ref::<CredentialsError>());
                match credentials {
                    // Its source lists every place that was looked at, over many lines.
                    Some(CredentialsError::CredentialsNotLoaded(_)) => (Cause::Credentials, "none were found".to_owned()),
                    Some(_) => (Cause::Credentials, innermost(other)),
                    // The request never went out: it could not be put together.
                    None if matches!(other, SdkError::ConstructionFailure(_)) => (Cause::Failed, innermost(other)),
                    None => (Cause::Unreachable, innermost(other)),
                }
            }
        };
        let is_foreign = matches!(&self, SdkError::ResponseError(_)) || (code.is_none() && matches!(&self, SdkError::ServiceError(_)));
        CallFailed { action: action.to_owned(), code, cause, message, is_foreign }
    }
}

/// A reply in a few words, without its body, which may be anybody's: `HTTP 502, text/html`.
fn described(reply: &HttpResponse) -> String {
    let kind = reply.headers().get("content-type").map_or_else(String::new, |kind| format!(", {}", kind.escape_debug()));
    format!("HTTP {}{kind}", reply.status().as_u16())
}

impl CallFailed {
    /// AWS answered, but not with what can be relied on.
    pub fn not_understood(action: &str, message: impl Into<String>) -> Self {
        Self { action: action.to_owned(), code: None, cause: Cause::Failed, message: message.into(), is_foreign: false }
    }

    /// Says where the reply came from, of one that is not AWS's.
    #[must_use]
    pub(super) fn answered_at(self, place: &str) -> Self {
        if !self.is_foreign {
            return self;
        }
        let message = format!("{}; it came from {place}: is a proxy or another server there?", self.message);
        Self { message, ..self }
    }

    /// Whether AWS answered with this code.
    pub fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// What is wrong and what to do, for somebody who reads `region`.
    pub fn sentence(&self, region: &str) -> String {
        let message = &self.message;
        match self.cause {
            Cause::Denied => format!("{message}; allow {} to the caller", self.action),
            Cause::Throttled => format!("{message}; AWS kept asking to slow down: run again, with a lower --parallelism"),
            Cause::RegionOff => format!("{message}; is region {region} turned on for this account?"),
            Cause::Credentials => format!("{message}; the credentials are missing, expired or refused"),
            Cause::Unreachable => format!("no answer from AWS in {region}: {message}"),
            Cause::NotRecorded | Cause::Failed => message.clone(),
        }
    }
}

/// Whether an answer asks to slow down, by the error code that stands in a header or in the body of every protocol.
pub(super) fn is_throttled(response: &HttpResponse) -> bool {
    let status = response.status().as_u16();
    if status < 400 {
        return false;
    }
    let body = response.body().bytes().and_then(|body| std::str::from_utf8(body).ok()).unwrap_or_default();
    let header = response.headers().get("x-amzn-errortype");
    code_in(header.unwrap_or_default()).or_else(|| code_of(body)).is_some_and(|code| matches!(cause_of_code(code), Cause::Throttled))
}

/// The error code in a body: `"__type":"com.amazonaws#ThrottlingException"`, `<Code>SlowDown</Code>`.
fn code_of(body: &str) -> Option<&str> {
    let after = |mark: &str| body.split_once(mark).map(|(_, rest)| rest.trim_start_matches([' ', ':', '"']));
    let quoted = ["\"__type\"", "\"code\"", "\"Code\""].iter().find_map(|mark| after(mark)?.split('"').next());
    code_in(quoted.or_else(|| after("<Code>")?.split('<').next())?)
}

/// A code without the namespace before it and the address behind it; `None` where there is none.
fn code_in(text: &str) -> Option<&str> {
    text.rsplit('#').next().unwrap_or_default().split(':').next().map(str::trim).filter(|code| !code.is_empty())
}

fn cause_of_code(code: &str) -> Cause {
    match code {
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "AuthorizationError" | "NotAuthorized" => Cause::Denied,
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "SlowDown"
        | "ProvisionedThroughputExceededException"
        | "RequestThrottled"
        | "RequestThrottledException" => Cause::Throttled,
        "UnrecognizedClientException" | "InvalidClientTokenId" | "AuthFailure" | "OptInRequired" => Cause::RegionOff,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "RequestExpired"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException" => Cause::Credentials,
        _ => Cause::Failed,
    }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let this = next?;
        next = this.source();
        Some(this)
    })
}

/// The last two parts of an error's chain: the reason, and what it was the reason of.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = chain(error).map(ToString::to_string).collect();
    parts.dedup();
    let last = parts.split_off(parts.len().saturating_sub(2));
    last.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    fn failed(code: Option<&str>) -> CallFailed {
        let mut reply = HttpResponse::new(StatusCode::try_from(502).unwrap(), SdkBody::from("<html>bad gateway</html>"));
        reply.headers_mut().insert("content-type", "text/html");
        let mut error = ErrorMetadata::builder();
        if let Some(code) = code {
            error = error.code(code);
        }
        SdkError::service_error(error.build(), reply).explain("s3:ListAllMyBuckets")
    }

    #[test]
    fn a_reply_that_is_none_of_aws_says_so_and_where_it_came_from() {
        let failed = failed(None).answered_at("http://127.0.0.1:9");
        assert_eq!(
            failed.to_string(),
            "s3:ListAllMyBuckets: the reply (HTTP 502, text/html) is not one of AWS: it holds no error code; it came from http://127.0.0.1:9: is a proxy or another server there?"
        );
    }

    #[test]
    fn an_error_of_aws_says_what_aws_said() {
        assert_eq!(failed(Some("NoSuchKey")).answered_at("there").message, "NoSuchKey");
    }

    #[test]
    fn only_a_code_of_aws_asks_to_slow_down() {
        let is = |status: u16, header: Option<&str>, body: &str| {
            let mut reply = HttpResponse::new(status.try_into().unwrap(), aws_smithy_types::body::SdkBody::from(body));
            if let Some(header) = header {
                reply.headers_mut().insert("x-amzn-errortype", header.to_owned());
            }
            is_throttled(&reply)
        };
        assert!(is(400, None, r#"{"__type":"com.amazonaws.dynamodb#ThrottlingException","message":"Rate exceeded"}"#));
        assert!(is(503, None, "<?xml version=\"1.0\"?><Error><Code>SlowDown</Code><Message>Reduce your rate</Message></Error>"));
        assert!(is(429, Some("TooManyRequestsException:http://internal.amazon.com/coral/"), "{}"));
        assert!(!is(200, None, r#"{"code":"ThrottlingException"}"#));
        assert!(!is(503, None, "<html>the proxy is overloaded: SlowDown</html>"));
        assert!(!is(400, None, r#"{"__type":"ValidationException","message":"no such thing as ThrottlingException"}"#));
        assert!(!is(400, None, r#"{"__type":"LimitExceededException","message":"too many plans"}"#), "a quota is not a pace");
    }
}
