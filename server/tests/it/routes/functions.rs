//! Server functions, as they registered themselves.

use std::collections::BTreeSet;

use http::Method;
use leptos::server_fn::axum::server_fn_paths;

use super::walk;

/// A server function: its path, its arguments, and what a viewer and a stranger are told.
type Function = (&'static str, &'static str, u16, Option<u16>);

const READS: &[Function] = &[
    ("approvals", "", 200, None),
    ("policies", "", 200, None),
    ("clusters", "", 200, None),
    ("users", "", 403, None),
    ("integrations", "", 200, None),
    ("audit", "query[limit]=5", 200, None),
    ("audit/standing", "", 200, None),
    ("tokens", "", 200, None),
    ("incidents", "query[limit]=5", 200, None),
    ("incident", "incident=<incident>", 200, Some(404)),
    ("evidence", "incident=<incident>&evidence={evidence}", 404, Some(404)),
    ("war-room", "cluster=<cluster>", 200, Some(404)),
    ("vitals", "cluster=<cluster>", 200, Some(404)),
    ("overview", "", 200, None),
    ("me", "", 200, None),
];

const WRITES: &[Function] = &[
    ("approve", "incident=<incident>&plan={hash}", 403, Some(404)),
    ("reject", "incident=<incident>&plan={hash}&reason=because", 403, Some(404)),
    ("clusters/connect", "new[name]=new&new[environment]=staging", 403, None),
    // It asks the cluster something and changes nothing.
    ("clusters/test", "cluster=<cluster>", 200, Some(404)),
    ("clusters/renew-token", "cluster=<cluster>", 403, Some(404)),
    ("clusters/quarantine/reread", "cluster=<cluster>&notification={notification}", 403, Some(404)),
    ("integrations/add", "new[kind]=loki&new[fields][url]=http%3A%2F%2Floki", 403, None),
    (
        "integrations/change",
        "connection=<connection>&change[fields][tenant]=theirs&change[allowed_networks]=",
        403,
        Some(404),
    ),
    ("integrations/remove", "connection=<connection>", 403, Some(404)),
    ("integrations/test", "source=<connection>", 403, Some(404)),
    ("integrations/approve", "source=<connection>&tool=look&hash={hash}", 403, Some(404)),
    ("integrations/withdraw", "source=<connection>&tool=look", 403, Some(404)),
    ("users/create", "email=x%40ours.test&role=admin", 403, None),
    ("users/role", "user=<user>&role=viewer", 403, Some(404)),
    // Everybody may make tokens of their own, and remove no others.
    ("tokens/create", "name=n&scope=full", 200, None),
    ("tokens/delete", "token=<token>", 404, Some(404)),
    ("audit/verify", "", 403, None),
    ("clusters/stop", "cluster=<cluster>&reason=because", 403, Some(404)),
    ("clusters/resume", "cluster=<cluster>&reason=because", 403, Some(404)),
    ("clusters/investigate", "cluster=<cluster>&what[reason]=because", 403, Some(404)),
    ("clusters/drill", "cluster=<cluster>", 403, Some(404)),
];

/// Who signs in or out is nobody yet, or soon.
const PUBLIC: &[&str] = &["sign-in", "sign-out"];

#[tokio::test]
async fn i9_every_server_function_asks_who_is_there() {
    let walk = walk().await;
    let registered: BTreeSet<(String, String)> =
        server_fn_paths().map(|(path, method)| (path.to_owned(), method.to_string())).collect();
    let full = |name: &str| format!("/api/ui/{name}");
    let known = READS.iter().map(|f| (full(f.0), "GET".to_owned()));
    let known = known.chain(WRITES.iter().map(|f| (full(f.0), "POST".to_owned())));
    let known = known.chain(PUBLIC.iter().map(|name| (full(name), "POST".to_owned())));
    assert_eq!(registered, known.collect(), "a server function stands in one of the two only");

    let all =
        READS.iter().map(|f| (Method::GET, f)).chain(WRITES.iter().map(|f| (Method::POST, f)));
    for (method, &(name, fields, viewer, stranger)) in all {
        let (path, fields) = (full(name), walk.resources.fill(fields));
        let nobody = walk.app.nobody.function(&method, &path, &fields).await;
        assert_eq!(nobody.status, 401, "nobody: {name}: {}", nobody.text());
        let seen = walk.viewer.function(&method, &path, &fields).await;
        assert_eq!(seen.status, viewer, "viewer: {name}: {}", seen.text());
        if let Some(expected) = stranger {
            let seen = walk.stranger.function(&method, &path, &fields).await;
            assert_eq!(seen.status, expected, "stranger: {name}: {}", seen.text());
        }
    }
}

#[tokio::test]
async fn a_write_cannot_be_made_by_following_a_link() {
    let walk = walk().await;
    for (name, fields, ..) in WRITES {
        let path = format!("/api/ui/{name}");
        let fields = walk.resources.fill(fields);
        let answer = walk.viewer.function(&Method::GET, &path, &fields).await;
        assert!(matches!(answer.status.as_u16(), 404 | 405), "GET {name}: {}", answer.status);
    }
}
