//! The sandbox as the HTTP client of an unmodified AWS SDK: requests never leave the process.

use std::collections::BTreeMap;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

use super::Sandbox;
use super::wire::{Reply, Request, Response};

/// Hands every request of every client to the sandbox.
#[derive(Debug, Clone)]
struct InProcess(Sandbox);

/// Makes the HTTP client that an SDK configuration takes.
pub(crate) fn http_client(sandbox: &Sandbox) -> SharedHttpClient {
    SharedHttpClient::new(InProcess(sandbox.clone()))
}

impl HttpClient for InProcess {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let sandbox = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = received(request).await?;
            match sandbox.handle(&request) {
                Reply::Answer { response, delay } => {
                    if !delay.is_zero() {
                        tokio::time::sleep(delay).await;
                    }
                    sent(response)
                }
                Reply::HangUp => Err(ConnectorError::io("connection closed before the message was complete".into())),
                Reply::Broken(error) => Err(ConnectorError::user(error.into())),
            }
        })
    }
}

async fn received(mut request: HttpRequest) -> Result<Request, ConnectorError> {
    let body = ByteStream::new(request.take_body()).collect().await.map_err(|error| ConnectorError::user(error.into()))?;
    let uri = request.uri();
    // Clients may give the whole URL or the path alone.
    let after_host = uri.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..))).unwrap_or("/");
    let target = if uri.starts_with('/') { uri } else { after_host };
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query.to_owned())));
    let mut headers: BTreeMap<String, String> =
        request.headers().iter().map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    // A real client would add it; S3 reads the bucket from it.
    if let Some(host) = uri.split_once("://").and_then(|(_, rest)| rest.split(['/', '?']).next()) {
        headers.entry("host".to_owned()).or_insert_with(|| host.to_owned());
    }
    Ok(Request { method: request.method().to_owned(), path: path.to_owned(), query, headers, body: body.to_vec() })
}

fn sent(response: Response) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(response.status).map_err(|error| ConnectorError::user(error.into()))?;
    let mut reply = HttpResponse::new(status, SdkBody::from(response.body));
    for (name, value) in response.headers {
        reply.headers_mut().try_insert(name, value).map_err(|error| ConnectorError::user(error.into()))?;
    }
    Ok(reply)
}
