//! One service in one region, put together of the parts of which the SDK's generated clients are made too.

use super::reply::{self, Refused};
use super::{Operation, Protocol, Service, request};
use crate::aws::Witness;
use crate::model::partition;
use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::service_clock_skew::{ServiceClockSkewClassifier, ServiceClockSkewInterceptor};
use aws_smithy_runtime::client::defaults::{DefaultPluginParams, default_plugins};
use aws_smithy_runtime::client::http::connection_poisoning::ConnectionPoisoningInterceptor;
use aws_smithy_runtime::client::orchestrator::endpoints::StaticUriEndpointResolver;
use aws_smithy_runtime::client::orchestrator::invoke;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::endpoint::{EndpointResolverParams, SharedEndpointResolver};
use aws_smithy_runtime_api::client::identity::SharedIdentityResolver;
use aws_smithy_runtime_api::client::interceptors::context::{Error, Input, Output};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, Metadata, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::{RuntimePlugins, StaticRuntimePlugin};
use aws_smithy_runtime_api::client::ser_de::{DeserializeResponse, SerializeRequest, SharedRequestSerializer, SharedResponseDeserializer};
use aws_smithy_types::config_bag::{ConfigBag, Layer};
use aws_types::SdkConfig;
use aws_types::SigningName;
use aws_types::region::{Region, SigningRegion};
use serde_json::Value;

/// A client of a service in a region.
pub(super) struct Client {
    plugins: RuntimePlugins,
}

impl Client {
    pub(super) fn new(service: &'static Service, region: &str, config: &SdkConfig, endpoint: Option<String>, witness: Witness) -> Self {
        let region = Region::new(region.to_owned());
        let endpoint = endpoint.unwrap_or_else(|| host(service, region.as_ref(), config));
        let defaults = DefaultPluginParams::new()
            .with_retry_partition_name(format!("{}-{region}", service.signing))
            .with_behavior_version(BehaviorVersion::latest())
            .with_is_aws_sdk(true);
        let mut settings = Layer::new("untyped");
        settings.store_put(EndpointResolverParams::new(()));
        settings.store_put(AuthSchemeOptionResolverParams::new(()));
        settings.store_put(SigningName::from_static(service.signing));
        settings.store_put(SigningRegion::from(region.clone()));
        settings.store_put(region);
        settings.store_put(SigV4OperationSigningConfig::default());
        if let Some(retries) = config.retry_config() {
            settings.store_put(retries.clone());
        }
        if let Some(timeouts) = config.timeout_config() {
            settings.store_put(timeouts.clone());
        }
        let own = StaticRuntimePlugin::new().with_config(settings.freeze()).with_runtime_components(components(config, &endpoint, witness));
        Self { plugins: RuntimePlugins::new().with_client_plugins(default_plugins(defaults)).with_client_plugin(own) }
    }

    /// Makes one call.
    pub(super) async fn ask(&self, operation: &Operation, input: Value) -> Result<Value, SdkError<Refused, HttpResponse>> {
        let wire = Wire { protocol: &operation.service.protocol, name: operation.name };
        let request = request::build(operation, input).map_err(SdkError::construction_failure)?;
        let mut settings = Layer::new("operation");
        settings.store_put(SharedRequestSerializer::new(Ready));
        settings.store_put(SharedResponseDeserializer::new(wire));
        settings.store_put(Metadata::new(operation.name, operation.service.iam));
        let plugins = self.plugins.clone().with_operation_plugin(StaticRuntimePlugin::new().with_config(settings.freeze()));
        let answered = invoke(operation.service.id, operation.name, Input::erase(Built(Some(request))), &plugins).await;
        // Both are what `Wire` made.
        match answered {
            Ok(output) => output.downcast::<Value>().map_err(|_| SdkError::construction_failure("an answer of another type")),
            Err(failed) => Err(failed.map_service_error(|error| error.downcast::<Refused>().unwrap_or_default())),
        }
    }
}

fn components(config: &SdkConfig, endpoint: &str, witness: Witness) -> RuntimeComponentsBuilder {
    let mut parts = RuntimeComponentsBuilder::new("untyped");
    if config.http_client().is_some() {
        parts.set_http_client(config.http_client());
    }
    if config.identity_cache().is_some() {
        parts.set_identity_cache(config.identity_cache());
    }
    if let Some(credentials) = config.credentials_provider() {
        parts.set_identity_resolver(SCHEME_ID, SharedIdentityResolver::new(credentials));
    }
    if config.sleep_impl().is_some() {
        parts.set_sleep_impl(config.sleep_impl());
    }
    if config.time_source().is_some() {
        parts.set_time_source(config.time_source());
    }
    parts.push_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()));
    parts.set_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]))));
    parts.set_endpoint_resolver(Some(SharedEndpointResolver::new(StaticUriEndpointResolver::uri(endpoint))));
    parts.push_retry_classifier(TransientErrorClassifier::<Refused>::new());
    parts.push_retry_classifier(AwsErrorCodeClassifier::<Refused>::new());
    parts.push_retry_classifier(ServiceClockSkewClassifier::<Refused>::new());
    parts.push_retry_classifier(HttpStatusCodeClassifier::default());
    parts.push_interceptor(ConnectionPoisoningInterceptor::new());
    parts.push_interceptor(ServiceClockSkewInterceptor::new());
    parts.push_interceptor(RequestInfoInterceptor::new());
    parts.push_interceptor(InvocationIdInterceptor::new());
    parts.push_interceptor(witness);
    parts
}

/// AWS's own host of a service in a region.
///
/// Source: AWS General Reference, "AWS service endpoints".
fn host(service: &Service, region: &str, config: &SdkConfig) -> String {
    let suffix = match partition(region) {
        "aws-cn" => "amazonaws.com.cn",
        "aws-eusc" => "amazonaws.eu",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        "aws-iso-e" => "cloud.adc-e.uk",
        "aws-iso-f" => "csp.hci.ic.gov",
        _ => "amazonaws.com",
    };
    let fips = if config.use_fips().unwrap_or_default() { "-fips" } else { "" };
    match service.host.split_once('.') {
        Some((name, rest)) => format!("https://{name}{fips}.{rest}"),
        None => format!("https://{}{fips}.{region}.{suffix}", service.host),
    }
}

/// A request that is ready: it is built before the runtime takes over, as a member that is missing is an error of ours.
struct Built(Option<HttpRequest>);

impl std::fmt::Debug for Built {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Built")
    }
}

#[derive(Debug)]
struct Ready;

impl SerializeRequest for Ready {
    fn serialize_input(&self, input: Input, _settings: &mut ConfigBag) -> Result<HttpRequest, BoxError> {
        input.downcast::<Built>().ok().and_then(|built| built.0).ok_or_else(|| "no request was built".into())
    }
}

#[derive(Debug)]
struct Wire {
    protocol: &'static Protocol,
    name: &'static str,
}

impl DeserializeResponse for Wire {
    fn deserialize_nonstreaming(&self, response: &HttpResponse) -> Result<Output, OrchestratorError<Error>> {
        match reply::read(self.protocol, self.name, response) {
            Ok(Ok(answer)) => Ok(Output::erase(answer)),
            Ok(Err(refused)) => Err(OrchestratorError::operation(Error::erase(refused))),
            Err(message) => Err(OrchestratorError::response(message.into())),
        }
    }
}
