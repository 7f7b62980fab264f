use serde_json::json;

use super::{Kind, Redactor};

fn clean(text: &str) -> String {
    Redactor::new().text(text).unwrap_or_else(|| text.to_owned())
}

/// Put together here, so that no scanner takes this file for a leak.
fn jwt() -> String {
    ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTYifQ", "c2lnbmF0dXJl"].join(".")
}

#[test]
fn every_kind_is_found_hidden_and_counted() {
    let pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----";
    let samples = [
        (Kind::PrivateKey, format!("key: {pem} end"), "MIIE"),
        (Kind::Authorization, "authorization: Bearer abcdefgh12345".to_owned(), "abcdefgh12345"),
        (Kind::Authorization, "Authorization: Basic dXNlcjpwYXNz".to_owned(), "dXNlcjpwYXNz"),
        (Kind::Jwt, format!("cookie {}", jwt()), "c2lnbmF0dXJl"),
        (Kind::UrlPassword, "postgres://app:hunter2@db:5432/x".to_owned(), "hunter2"),
        (Kind::UrlPassword, "redis://:hunter2@cache".to_owned(), "hunter2"),
        (Kind::UrlPassword, "postgres://app:hun@ter2@db/x".to_owned(), "ter2"),
        (Kind::UrlPassword, "postgres://app:hun/ter2@db/x".to_owned(), "ter2"),
        (Kind::UrlPassword, r#"{"a":"redis://:hunter2@cache","b":"x@y"}"#.to_owned(), "hunter2"),
        (Kind::CloudKey, format!("used {}{}", "AKIA", "IOSFODNN7EXAMPLE"), "IOSFODNN7"),
        (Kind::Token, format!("pushed with {}_{}", "ghp", "0123456789abcdef"), "0123456789"),
        (Kind::Token, "evk_api_0123456789abcdef".to_owned(), "0123456789"),
        (Kind::Password, "db_password=hunter2 next".to_owned(), "hunter2"),
        (Kind::Password, r#"{"password": "hun\"ter2", "user": "x"}"#.to_owned(), "ter2"),
        (Kind::Password, r#"msg="{\"apiKey\":\"hunter2\"}""#.to_owned(), "hunter2"),
        (Kind::Password, "DB_PASSWORD: 'hunter 2'".to_owned(), "hunter 2"),
        (Kind::Password, "--client-secret=hunter2".to_owned(), "hunter2"),
        (Kind::Email, "Ann.Lee+ops@ours.example said".to_owned(), "Ann.Lee"),
        (Kind::Email, "by admin@localhost".to_owned(), "admin@localhost"),
        (Kind::Token, format!("key sk-{}", "proj-Ab3dEf6hIj9kLm"), "Ab3dEf"),
        (Kind::Phone, "call +49 151 2345 6789 now".to_owned(), "2345"),
        (Kind::Card, "paid with 4111 1111 1111 1111".to_owned(), "1111"),
        (Kind::Iban, "to DE89 3704 0044 0532 0130 00".to_owned(), "3704"),
    ];
    for (kind, text, secret) in &samples {
        let mut redactor = Redactor::new();
        let clean = redactor.text(text).unwrap_or_else(|| panic!("nothing found in {text}"));
        assert!(!clean.contains(secret), "{kind:?}: {clean}");
        assert_eq!(redactor.counts(), [(kind.as_str().to_owned(), 1)].into(), "{text}: {clean}");
        assert_eq!(redactor.text(&clean), None, "what is clean stays as it is: {clean}");
    }
    for kind in Kind::ALL {
        assert!(samples.iter().any(|(k, ..)| *k == kind), "{kind:?} has no sample");
    }
}

#[test]
fn what_is_no_secret_stays() {
    for text in [
        "10 tokens used; the token bucket is empty",
        "automountServiceAccountToken: true",
        "secretName: db-credentials",
        "image shop@sha256:0123456789abcdef0123456789abcdef",
        "http://checkout.shop.svc:8080/healthz answered 503",
        "http://checkout:8080/users/@me",
        "http://[fd00::1]:8080/of/@me",
        "group_key={alertname=\"HighErrorRatio\"} hash=0123456789abcdef",
        "passwords are checked by argon2id",
        "pods of web-sk-checkout-frontend-v2 in acme/sk-storefront",
        "1795914748138066000 and 4111 1111 1111 1112, GB00 AAAA BBBB CCCC",
        "+2026-11-29 10:00:00 +0000",
        "rate(http_requests_total{code=~\"5..\"}[1m])",
    ] {
        assert_eq!(clean(text), text);
    }
}

#[test]
fn the_host_of_an_address_stays() {
    let shown = clean("amqp://u:hunter2@mq.shop?owner=ann");
    assert_eq!(shown, "amqp://[redacted]@mq.shop?owner=ann");
    assert!(clean("amqp://u:hunter2@mq.shop?owner=ann@ours.test").contains("@mq.shop?owner="));
}

#[test]
fn two_people_are_two_whoever_redacts() {
    let named = |address: &str| Redactor::new().text(address).unwrap();
    assert_eq!(named("Ann@ours.test"), named("ann@ours.test"));
    assert_ne!(named("ann@ours.test"), named("bob@ours.test"));
}

#[test]
fn lines_are_redacted_with_the_keys_that_stand_across_them() {
    let mut lines = ["-----BEGIN PRIVATE KEY-----", &"MIIEvQIBADAN".repeat(5), "password=hunter2"]
        .map(str::to_owned);
    let mut redactor = Redactor::new();
    redactor.lines(&mut lines);
    assert!(!lines.concat().contains("MIIE") && !lines.concat().contains("hunter2"), "{lines:?}");
    assert_eq!((redactor.counts()["private_key"], redactor.counts()["password"]), (2, 1));
}

#[test]
fn numbered_people_are_the_same_everywhere_in_one_text() {
    let mut redactor = Redactor::numbered();
    let mut value = json!({ "by": "Ann@ours.test", "also": ["bob@ours.test (token 1)"] });
    assert!(redactor.json(&mut value));
    assert_eq!(value["by"], "person-1@redacted.invalid");
    assert_eq!(value["also"][0], "person-2@redacted.invalid (token 1)");
    assert_eq!(redactor.text("ann@ours.test").unwrap(), "person-1@redacted.invalid");
    assert_eq!(redactor.counts()["email"], 3);
}

#[test]
fn json_is_redacted_by_its_keys_and_keeps_its_shape() {
    let mut redactor = Redactor::new();
    let text = r#"{"env":[{"name":"DB_PASSWORD","value":"plain"},{"name":"MODE","value":"fast"}],"token":"x1","hash":"ab","plan_hash":"cd","tokens":3,"restarts":7.50}"#;
    let clean = redactor.document(text).unwrap();
    assert_eq!(
        clean,
        r#"{"env":[{"name":"DB_PASSWORD","value":"[redacted]"},{"name":"MODE","value":"fast"}],"token":"[redacted]","hash":"ab","plan_hash":"cd","tokens":3,"restarts":7.5}"#
    );
    assert_eq!(redactor.document(r#"{"a": 1}"#), None);
    assert_eq!(redactor.document("plain text"), None);
}

#[test]
fn names_of_things_stay_as_they_are() {
    let mut value = json!({
        "name": "auth-token:1", "images": ["ghcr.io/acme/auth-token:1.9.0"], "namespace": "secret:x",
        "message": "auth-token:hunter2", "pod": "password=Hunter2",
    });
    assert!(Redactor::new().json(&mut value));
    assert_eq!(value["images"][0], "ghcr.io/acme/auth-token:1.9.0");
    assert_eq!((&value["name"], &value["namespace"]), (&json!("auth-token:1"), &json!("secret:x")));
    assert_eq!(value["message"], "auth-token:[redacted]");
    assert_eq!(value["pod"], "password=[redacted]");
}

#[test]
fn everything_under_a_secret_s_name_is_hidden() {
    let mut value = json!({
        "adminPassword": 1234, "credentials": { "user": "app", "pass": ["hunter2", 7] },
        "automountServiceAccountToken": true, "token": null,
    });
    assert!(Redactor::new().json(&mut value));
    let hidden = "[redacted]";
    assert_eq!(
        value,
        json!({
            "adminPassword": hidden, "credentials": { "user": hidden, "pass": [hidden, hidden] },
            "automountServiceAccountToken": true, "token": null,
        })
    );
}
