//! The environment, read once.

use crate::policy::variables::Given;

/// What of the environment matters here. What the AWS SDK takes from it, it takes itself.
#[derive(Clone, Default)]
pub(super) struct Environment {
    /// `BACKSTAY_VAR_name`, sorted by name.
    pub(super) variables: Vec<Given>,
    /// `BACKSTAY_LOG`.
    pub(super) log: Option<String>,
    /// `BACKSTAY_NOTIFY_WEBHOOK`, a secret, where it is not empty.
    pub(super) webhook: Option<String>,
    /// `NO_COLOR`, set to anything but nothing.
    pub(super) no_color: bool,
    /// `AWS_REGION` or `AWS_DEFAULT_REGION`, for the embedded AWS.
    pub(super) region: Option<String>,
    /// `AWS_MAX_ATTEMPTS`, at least 1.
    pub(super) attempts: Option<u32>,
    /// `AWS_ACCESS_KEY_ID`, for the embedded AWS, where twelve digits are an account.
    pub(super) access_key: Option<String>,
}

impl Environment {
    /// Reads it.
    pub(super) fn read() -> Self {
        let mut environment = Self::default();
        let mut default_region = None;
        #[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
        let all = std::env::vars_os();
        for (name, value) in all {
            // A variable that is not UTF-8 cannot be any of these.
            let (Some(name), Some(value)) = (name.to_str().map(str::to_owned), value.to_str().map(str::to_owned)) else {
                continue;
            };
            match name.as_str() {
                "BACKSTAY_LOG" => environment.log = Some(value),
                "BACKSTAY_NOTIFY_WEBHOOK" => environment.webhook = Some(value).filter(|url| !url.is_empty()),
                "NO_COLOR" => environment.no_color = !value.is_empty(),
                "AWS_MAX_ATTEMPTS" => environment.attempts = value.parse().ok().filter(|attempts| *attempts > 0),
                "AWS_REGION" => environment.region = Some(value),
                "AWS_DEFAULT_REGION" => default_region = Some(value),
                "AWS_ACCESS_KEY_ID" => environment.access_key = Some(value),
                _ => {
                    if let Some(variable) = name.strip_prefix("BACKSTAY_VAR_") {
                        environment.variables.push(Given::Environment { name: variable.to_owned(), text: value });
                    }
                }
            }
        }
        environment.region = environment.region.filter(|region| !region.is_empty()).or(default_region);
        environment
    }
}
