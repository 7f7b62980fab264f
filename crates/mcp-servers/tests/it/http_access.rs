//! The way to an HTTP API: certificates, redirects, credentials.

use std::sync::Arc;

use evenkeel_mcp_servers::http::{Access, Auth};
use evenkeel_mcp_servers::prometheus::{self, PrometheusConfig};
use evenkeel_tools::ToolFailure;
use evenkeel_tools::prometheus::QueryArgs;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{TestClient, short};

const EMPTY: &str = r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;

async fn ask(access: Access) -> Result<(), ToolFailure> {
    evenkeel_mcp_servers::install_tls_provider();
    let config = PrometheusConfig { prometheus: Some(access), ..PrometheusConfig::new("") };
    let prometheus = prometheus::Prometheus::new(config, short());
    let client = TestClient::of(prometheus::server(prometheus, short())).await;
    let up = QueryArgs { query: "up".to_owned(), time: None };
    client.call(&up).await.map(|_| ())
}

fn code(result: Result<(), ToolFailure>) -> String {
    result.map_or_else(|failure| failure.code, |()| "none".to_owned())
}

/// An HTTPS server with a certificate that nobody knows; its port and the certificate.
async fn https() -> (u16, String) {
    evenkeel_mcp_servers::install_tls_provider();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 4096];
            let _read = stream.read(&mut request).await;
            let length = EMPTY.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{EMPTY}"
            );
            let _written = stream.write_all(answer.as_bytes()).await;
            let _ended = stream.shutdown().await;
        }
    });
    (port, made.cert.pem())
}

#[tokio::test]
async fn a_certificate_is_trusted_only_when_it_is_given() {
    let (port, pem) = https().await;
    let access = Access::new(format!("https://localhost:{port}"));
    let failure = ask(access.clone()).await.unwrap_err();
    assert_eq!(failure.code, "prometheus.unreachable");
    assert!(failure.message.contains("certificate"), "{}", failure.message);
    assert_eq!(code(ask(Access { ca_pem: Some(pem), ..access.clone() }).await), "none");
    for nonsense in ["not PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let access = Access { ca_pem: Some(nonsense.to_owned()), ..access.clone() };
        assert_eq!(code(ask(access).await), "prometheus.config", "{nonsense}");
    }
}

#[tokio::test]
async fn credentials_do_not_follow_a_redirect() {
    let (from, to) = (MockServer::start().await, MockServer::start().await);
    let place = format!("{}/login?token=s3cret", to.uri());
    let moved = ResponseTemplate::new(307).insert_header("location", place.as_str());
    Mock::given(any()).respond_with(moved).mount(&from).await;
    let auth = Auth::Bearer("t0ken".to_owned().into());
    let failure = ask(Access { auth, ..Access::new(from.uri()) }).await.unwrap_err();
    assert_eq!(failure.code, "prometheus.failed");
    assert!(failure.message.contains("/login"), "{}", failure.message);
    assert!(!format!("{failure:?}").contains("s3cret"));
    assert!(to.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_a_header_cannot_carry_is_a_configuration_that_cannot_work() {
    let server = MockServer::start().await;
    let access = || Access::new(server.uri());
    let token = Access { auth: Auth::Bearer("to\nken".to_owned().into()), ..access() };
    let failure = ask(token).await.unwrap_err();
    assert_eq!(failure.code, "prometheus.config");
    assert!(!format!("{failure:?}").contains("ken\""), "{failure:?}");
    let tenant = Access { tenant: Some("a\r\nHost: evil".to_owned()), ..access() };
    assert_eq!(code(ask(tenant).await), "prometheus.config");
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_address_with_a_user_signs_in_and_is_not_repeated_in_failures() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let failure = ask(Access::new(format!("http://me:hunter2@127.0.0.1:{port}/p"))).await;
    let failure = failure.unwrap_err();
    assert_eq!(failure.code, "prometheus.unreachable");
    assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
}
