//! Somebody who asks: nobody, a person with a browser session, or a program with a token.

use axum::{Router, body::Body, response::Response};
use evenkeel_domain::id::IncidentId;
use http::{Method, Request, header, request::Builder};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::answer::Answer;

/// The host that the router is reached at.
pub const HOST: &str = "evenkeel.test";

#[derive(Clone)]
enum Proof {
    None,
    Cookie(String),
    Token(String),
}

#[derive(Clone)]
pub struct Person {
    router: Router,
    proof: Proof,
}

impl Person {
    pub fn nobody(router: Router) -> Self {
        Self { router, proof: Proof::None }
    }

    /// The door itself, to be put behind a socket.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// The same door with an API token or a cluster's token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { router: self.router.clone(), proof: Proof::Token(token.to_owned()) }
    }

    /// A request as this person's browser or program makes it.
    pub fn request(&self, method: &Method, path: &str) -> Builder {
        let request = Request::builder().method(method).uri(path).header(header::HOST, HOST);
        match &self.proof {
            Proof::None => request,
            Proof::Cookie(cookie) => request
                .header(header::COOKIE, cookie)
                .header(header::ORIGIN, format!("http://{HOST}")),
            Proof::Token(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
        }
    }

    /// Sends it and returns the answer's head; the body may never end.
    pub async fn open(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        Answer::read(self.open(request).await).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(&Method::GET, path).body(Body::empty()).unwrap()).await
    }

    /// Opens a page as a browser does.
    pub async fn page(&self, path: &str) -> Answer {
        let request = self.request(&Method::GET, path).header(header::ACCEPT, "text/html");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub async fn call(&self, method: &Method, path: &str, body: &Value) -> Answer {
        let request = self.request(method, path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(&Method::POST, path, &body).await
    }

    /// Calls a server function as the browser's code does: a form for writes, a query for reads.
    pub async fn function(&self, method: &Method, path: &str, fields: &str) -> Answer {
        let request = if *method == Method::GET {
            self.request(method, &format!("{path}?{fields}"))
        } else {
            self.request(method, path)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        };
        let body = if *method == Method::GET { String::new() } else { fields.to_owned() };
        let request = request.header(header::ACCEPT, "application/json").body(Body::from(body));
        self.send(request.unwrap()).await
    }

    /// Signs in; returns the person with the session, and the answer.
    pub async fn sign_in(&self, email: &str, password: &str) -> (Self, Answer) {
        let fields = format!("email={}&password={password}", email.replace('@', "%40"));
        let answer = self.function(&Method::POST, "/api/ui/sign-in", &fields).await;
        let cookie =
            answer.header(header::SET_COOKIE).map(|c| c.split(';').next().unwrap().to_owned());
        let proof = cookie.map_or(Proof::None, Proof::Cookie);
        (Self { router: self.router.clone(), proof }, answer)
    }

    pub async fn sign_out(&self) -> Answer {
        self.function(&Method::POST, "/api/ui/sign-out", "").await
    }

    /// Makes an API token and returns the program that holds it.
    pub async fn make_token(&self, name: &str, scope: &str) -> (Self, String) {
        let made = self.post("/api/v1/tokens", json!({ "name": name, "scope": scope })).await;
        let made = made.expect(201).json();
        let secret = made["secret"].as_str().unwrap();
        (self.with_token(secret), made["token"]["id"].as_str().unwrap().to_owned())
    }

    pub async fn incident(&self, id: IncidentId) -> Value {
        self.get(&format!("/api/v1/incidents/{id}")).await.expect(200).json()
    }

    /// The names of the audit records of this organisation, newest first.
    pub async fn audit_actions(&self) -> Vec<String> {
        let page = self.get("/api/v1/audit").await.expect(200).json();
        let records = page["records"].as_array().unwrap();
        records.iter().map(|r| r["action"].as_str().unwrap().to_owned()).collect()
    }
}
