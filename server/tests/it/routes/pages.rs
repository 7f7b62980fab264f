//! Pages, as the application's own router lists them.

use evenkeel_app::App;
use leptos_axum::generate_route_list;

use super::walk;

/// Each page, with its ids, and what a viewer and another organisation's administrator get.
const PAGES: &[(&str, &str, u16, Option<u16>)] = &[
    ("/", "/", 200, None),
    ("/incidents", "/incidents", 200, None),
    ("/incidents/{id}", "/incidents/<incident>", 200, Some(404)),
    (
        "/incidents/{id}/evidence/{evidence}",
        "/incidents/<incident>/evidence/{evidence}",
        404,
        Some(404),
    ),
    ("/clusters", "/clusters", 200, None),
    ("/clusters/new", "/clusters/new", 403, None),
    ("/clusters/{id}", "/clusters/<cluster>", 200, Some(404)),
    ("/integrations", "/integrations", 200, None),
    ("/approvals", "/approvals", 200, None),
    ("/policies", "/policies", 200, None),
    ("/audit", "/audit", 200, None),
    ("/settings", "/settings", 200, None),
];

#[tokio::test]
async fn i9_every_page_leads_nobody_to_the_sign_in() {
    let walk = walk().await;
    let mut known: Vec<&str> = PAGES.iter().map(|page| page.0).chain(["/login"]).collect();
    let mut routes: Vec<String> =
        generate_route_list(App).iter().map(|route| route.path().to_owned()).collect();
    known.sort_unstable();
    routes.sort_unstable();
    assert_eq!(routes, known, "a page stands in one of the two only");

    walk.app.nobody.page("/login").await.expect(200);
    for &(_, path, viewer, stranger) in PAGES {
        let path = walk.resources.fill(path);
        let nobody = walk.app.nobody.page(&path).await;
        assert_eq!(nobody.status, 302, "nobody: {path}");
        let to = nobody.header("location").unwrap();
        assert!(to.starts_with("/login?next="), "{path} leads to {to}");
        assert!(!nobody.text().contains("Walked"), "{path} shows nobody what is ours");
        let seen = walk.viewer.page(&path).await;
        assert_eq!(seen.status, viewer, "viewer: {path}");
        if let Some(expected) = stranger {
            let seen = walk.stranger.page(&path).await;
            assert_eq!(seen.status, expected, "stranger: {path}");
            assert!(!seen.text().contains("Walked"), "{path} shows a stranger what is ours");
        }
    }
}

#[tokio::test]
async fn pages_bring_a_policy_with_a_fresh_nonce_and_no_inline_code() {
    let walk = walk().await;
    let mut nonces = Vec::new();
    for path in ["/login", "/", "/incidents", "/settings"] {
        let page = walk.viewer.page(path).await.expect(200);
        let policy = page.header("content-security-policy").unwrap().to_owned();
        assert!(
            !policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"),
            "{policy}"
        );
        let (_, rest) = policy.split_once("'nonce-").unwrap();
        let nonce = rest.split('\'').next().unwrap().to_owned();
        let html = page.text();
        for script in html.split("<script").skip(1) {
            let (tag, content) = script.split_once('>').unwrap();
            let inline = !content.starts_with("</script>");
            assert!(
                !inline || tag.contains(&nonce),
                "{path}: an inline script without nonce: {tag}"
            );
        }
        assert!(!html.contains(" style=\""), "{path} has an inline style");
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        nonces.push(nonce);
    }
    nonces.sort_unstable();
    nonces.dedup();
    assert_eq!(nonces.len(), 4, "a nonce is used once");
}

#[tokio::test]
async fn a_page_that_does_not_exist_is_not_found() {
    let walk = walk().await;
    for person in [&walk.app.nobody, &walk.viewer] {
        let page = person.page("/nowhere").await.expect(404);
        assert!(page.text().contains("There is no such page"), "people are told so in words");
        let problem = person.get("/api/v1/nowhere").await.expect(404);
        assert_eq!(problem.json()["code"], "not_found");
    }
    walk.viewer.page("/incidents/nonsense").await.expect(404);
}
