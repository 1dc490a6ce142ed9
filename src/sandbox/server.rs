//! The sandbox on a loopback port, for every other AWS client: the AWS CLI, boto3, Terraform.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::wire::{Reply, Request, Response};
use super::{Sandbox, SandboxError};

/// Listens until `until` is done.
pub(crate) async fn serve(
    sandbox: &Sandbox,
    port: u16,
    on_listening: impl FnOnce(SocketAddr),
    until: impl Future<Output = ()>,
) -> Result<(), SandboxError> {
    let listen = |source| SandboxError::Listen { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(listen)?;
    on_listening(listener.local_addr().map_err(listen)?);
    let mut until = pin!(until);
    loop {
        tokio::select! {
            () = &mut until => return Ok(()),
            accepted = listener.accept() => {
                // A client that went away before it was accepted is no reason to stop serving the others.
                if let Ok((stream, _)) = accepted {
                    tokio::spawn(connection(sandbox.clone(), stream));
                }
            }
        }
    }
}

async fn connection(sandbox: Sandbox, stream: TcpStream) {
    // Small answers on a kept-alive connection would otherwise wait for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let hang_up = Arc::new(Notify::new());
    let on_hang_up = Arc::clone(&hang_up);
    let service = service_fn(move |request| answer(sandbox.clone(), Arc::clone(&on_hang_up), request));
    let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // Dropping the connection is what a client sees as a closed one. Errors here are clients that went away.
    tokio::select! {
        _ = served => {}
        () = hang_up.notified() => {}
    }
}

async fn answer(
    sandbox: Sandbox,
    hang_up: Arc<Notify>,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return Ok(sent(Response { status: 400, headers: Vec::new(), body: Vec::new() }));
    };
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let request = Request {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: body.to_bytes().to_vec(),
    };
    match sandbox.handle(&request) {
        Reply::Answer { response, delay } => {
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            Ok(sent(response))
        }
        Reply::HangUp => {
            hang_up.notify_one();
            std::future::pending().await
        }
        Reply::Broken(error) => Ok(sent(Response {
            status: 500,
            headers: vec![("content-type", "application/x-amz-json-1.0".to_owned())],
            body: serde_json::json!({ "__type": "InternalServerError", "message": error.to_string() }).to_string().into_bytes(),
        })),
    }
}

fn sent(response: Response) -> hyper::Response<Full<Bytes>> {
    let mut builder = hyper::Response::builder().status(response.status);
    for (name, value) in response.headers {
        builder = builder.header(name, value);
    }
    // The builder fails on names and values that are no HTTP, and ours are ASCII; a bare answer is the last resort.
    builder.body(Full::new(Bytes::from(response.body))).unwrap_or_default()
}
