//! `/mcp` against the protocol's own suite.

use axum::{
    extract::Request,
    middleware::{Next, from_fn},
};
use evenkeel_conformance::{Expected, Suite};
use evenkeel_domain::access::Role;
use http::header;
use serde_json::json;

use crate::harness::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn the_installations_server_conforms() {
    let suite = match Suite::find() {
        Ok(suite) => suite,
        Err(missing) => {
            eprintln!(
                "\n!!! SKIPPED: /mcp was not held against the protocol's conformance suite.\n!!! {missing}\n"
            );
            return;
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    // Where people reach it, and so the only origin it takes requests from.
    let app = TestApp::start_with(|config| config.public_url = format!("http://{addr}")).await;
    let person = app.person(Role::Viewer).await;
    let made = person.post("/api/v1/tokens", json!({ "name": "suite", "scope": "read" })).await;
    let secret = made.expect(201).json()["secret"].as_str().unwrap().to_owned();
    // The suite knows no tokens, so each request gets one on its way in.
    let with_token = move |mut request: Request, next: Next| {
        let bearer = format!("Bearer {secret}").parse().unwrap();
        request.headers_mut().insert(header::AUTHORIZATION, bearer);
        next.run(request)
    };
    let url = format!("http://{addr}/mcp");
    let router = app.nobody.router().layer(from_fn(with_token));
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let did = suite.server(&url).await.unwrap();
    serving.abort();
    match Expected::shipped().unwrap().server("evenkeel", &did) {
        Ok(table) => println!("{table}"),
        Err(differences) => panic!("{differences:#}"),
    }
}
