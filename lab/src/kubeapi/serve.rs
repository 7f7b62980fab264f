//! The listener: TLS, HTTP/1.1, one task per connection.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::Api;
use super::handle::handle;

/// A client that does not finish its handshake in this time is dropped.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Serves until `stop`.
pub async fn serve(
    listener: TcpListener,
    config: Arc<ServerConfig>,
    api: Arc<Api>,
    stop: CancellationToken,
) {
    let acceptor = TlsAcceptor::from(config);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, most likely: let connections end first.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let _not_urgent = stream.set_nodelay(true);
        let (acceptor, api, stop) = (acceptor.clone(), Arc::clone(&api), stop.clone());
        tokio::spawn(async move {
            let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await
            else {
                return;
            };
            let service = service_fn(move |request: Request<Incoming>| {
                let api = Arc::clone(&api);
                async move {
                    Ok::<_, std::convert::Infallible>(handle(api, request.map(Body::new)).await)
                }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(Duration::from_secs(30))
                .serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                result = connection => if let Err(error) = result {
                    tracing::debug!(%error, "a connection to the range's API ended early");
                },
                () = stop.cancelled() => {}
            }
        });
    }
}
