//! Limits, caches, credentials, and answers that make no sense.

use evenkeel_lab::github::{Credentials, Trouble};
use evenkeel_mcp_servers::Limits;
use evenkeel_mcp_servers::github::GithubAuth;
use evenkeel_tools::failure::codes;
use evenkeel_tools::github::{ListCommitsArgs, ListRepositoriesArgs, RevertPrArgs};
use ring::signature::{KeyPair as _, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;

use super::{Hub, REPOSITORY, client, token};

fn commits() -> ListCommitsArgs {
    ListCommitsArgs { repository: REPOSITORY.into(), ..ListCommitsArgs::default() }
}

fn trouble(status: u16, headers: &[(&str, &str)], body: &str) -> Trouble {
    Trouble {
        on: "/commits".into(),
        status,
        headers: headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        body: body.into(),
    }
}

async fn hub() -> Hub {
    let hub = Hub::new().await;
    hub.double.commit("main", "begin", &[("a", Some(b"1\n"))]).await.unwrap();
    hub
}

#[tokio::test]
async fn what_has_not_changed_costs_nothing_of_the_rate_limit() {
    let hub = hub().await;
    let first = hub.client.call(&commits()).await.unwrap();
    assert_eq!(hub.client.call(&commits()).await.unwrap(), first);
    assert_eq!(hub.count("/commits 304"), 1);
    hub.double.commit("main", "more", &[("a", Some(b"2\n"))]).await.unwrap();
    let now = hub.client.call(&commits()).await.unwrap();
    assert_eq!(now.commits[0].title, "more", "what has changed is read anew");
    hub.check();
}

#[tokio::test]
async fn a_used_up_limit_holds_everything_back_until_it_is_over() {
    let hub = hub().await;
    let text = r#"{"message": "You have exceeded a secondary rate limit."}"#;
    hub.double.trouble(trouble(403, &[("retry-after", "30")], text));
    let failure = hub.client.call(&commits()).await.unwrap_err();
    assert_eq!((failure.code.as_str(), failure.retry_after_s), (codes::GITHUB_BUSY, Some(30)));
    let before = hub.double.requests().len();
    let failure = hub.client.call(&ListRepositoriesArgs::default()).await.unwrap_err();
    assert_eq!(failure.code, codes::GITHUB_BUSY);
    assert!(failure.retry_after_s.is_some_and(|s| s <= 30));
    assert_eq!(hub.double.requests().len(), before, "nothing was sent");
}

#[tokio::test]
async fn answers_that_are_no_answers_are_failures_with_a_code() {
    for (status, body, code) in [
        (200, "<html>login</html>", codes::GITHUB_GARBAGE),
        (200, "[{\"sha\": 7}]", codes::GITHUB_GARBAGE),
        (301, "", codes::GITHUB_FAILED),
        (401, "{\"message\": \"Bad credentials\"}", codes::GITHUB_UNAUTHORIZED),
        (403, "{\"message\": \"Resource not accessible by integration\"}", codes::GITHUB_FORBIDDEN),
        (404, "{\"message\": \"Not Found\"}", codes::GITHUB_NOT_FOUND),
        (422, "{\"message\": \"Validation Failed\"}", codes::GITHUB_INVALID),
        (502, "bad gateway", codes::GITHUB_FAILED),
    ] {
        let hub = hub().await;
        hub.double.trouble(trouble(status, &[("location", "http://evil.invalid/")], body));
        assert_eq!(hub.client.code(&commits()).await, code, "{status} {body}");
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_cut_off() {
    let hub = hub().await;
    let limits = Limits { response_bytes: 200, ..Limits::default() };
    let small = client(&hub.double, token(), limits).await;
    assert_eq!(small.code(&commits()).await, codes::GITHUB_TOO_LARGE);
}

#[tokio::test]
async fn credentials_appear_in_no_failure() {
    let hub = hub().await;
    let wrong = client(
        &hub.double,
        GithubAuth::Token("ghp_wrongwrongwrong".to_owned().into()),
        Limits::default(),
    )
    .await;
    let failure = wrong.call(&commits()).await.unwrap_err();
    assert_eq!(failure.code, codes::GITHUB_UNAUTHORIZED);
    assert!(!format!("{failure:?}").contains("wrongwrong"));
}

#[tokio::test]
async fn i2_an_answer_that_is_lost_is_no_refusal() {
    let hub = hub().await;
    let bad = hub.double.commit("main", "bad", &[("a", Some(b"2\n"))]).await.unwrap();
    hub.double.trouble(Trouble {
        on: "/git/commits".into(),
        status: 502,
        headers: Vec::new(),
        body: String::new(),
    });
    let args = RevertPrArgs {
        repository: REPOSITORY.into(),
        expected_repository_id: None,
        commit: bad,
        pull: None,
        branch: None,
        reason: None,
        action_id: "a1".into(),
        dry_run: false,
    };
    assert_eq!(hub.client.code(&args).await, codes::GITHUB_FAILED);
    assert!(hub.client.call(&args).await.unwrap().applied);
}

/// A key as GitHub hands it out for an App: PKCS#1 in PEM. Made anew for each run, so that none is kept.
fn app_key() -> (String, Vec<u8>) {
    let output = std::process::Command::new("openssl")
        .args(["genrsa", "-traditional", "2048"])
        .output()
        .expect("openssl must be installed: it makes the key of the App");
    let pem = String::from_utf8(output.stdout).unwrap();
    assert!(pem.starts_with("-----BEGIN RSA PRIVATE KEY-----"), "{pem}");
    let PrivateKeyDer::Pkcs1(der) = PrivateKeyDer::from_pem_slice(pem.as_bytes()).unwrap() else {
        panic!("not PKCS#1")
    };
    let key = RsaKeyPair::from_der(der.secret_pkcs1_der()).unwrap();
    (pem, key.public_key().as_ref().to_vec())
}

#[tokio::test]
async fn an_app_s_installation_token_is_asked_for_once_and_renewed_before_it_lapses() {
    let (pem, public_key) = app_key();
    let credentials = |lasts_s| Credentials::App {
        app_id: "12345".into(),
        public_key: public_key.clone(),
        installation_id: 77,
        lasts_s,
    };
    let auth = |pem: &str, app_id: &str| GithubAuth::App {
        app_id: app_id.into(),
        private_key: pem.to_owned().into(),
        installation_id: 77,
    };
    let tokens = "POST /app/installations/77/access_tokens 201";
    let hub = Hub::with(credentials(3600), auth(&pem, "12345")).await;
    hub.double.commit("main", "begin", &[("a", Some(b"1\n"))]).await.unwrap();
    for _ in 0..3 {
        hub.client.call(&commits()).await.unwrap();
    }
    assert_eq!(hub.count(tokens), 1);
    // Revoked before its time: one new one, and the read goes on.
    hub.double.revoke();
    hub.client.call(&commits()).await.unwrap();
    assert_eq!(hub.count(tokens), 2);
    hub.check();

    // One that lasts no longer than the margin is renewed at every call; a key on one line works too.
    let hub = Hub::with(credentials(200), auth(&pem.replace('\n', "\\n"), "12345")).await;
    hub.double.commit("main", "begin", &[("a", Some(b"1\n"))]).await.unwrap();
    for _ in 0..3 {
        hub.client.call(&commits()).await.unwrap();
    }
    assert_eq!(hub.count(tokens), 3);
    hub.check();

    let hub = Hub::with(credentials(3600), auth(&pem, "54321")).await;
    assert_eq!(hub.client.code(&commits()).await, codes::GITHUB_UNAUTHORIZED);
    let hub = Hub::with(credentials(3600), auth("nonsense", "12345")).await;
    assert_eq!(hub.client.code(&commits()).await, codes::GITHUB_CONFIG);
}
