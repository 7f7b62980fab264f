//! An answer, read whole.

use axum::{
    body::{Bytes, to_bytes},
    response::Response,
};
use http::{HeaderMap, StatusCode, header::AsHeaderName};
use serde_json::Value;

/// No answer of ours is larger.
const ANSWER_MAX: usize = 16 * 1024 * 1024;

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    pub async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, ANSWER_MAX).await.unwrap();
        Self { status: parts.status, headers: parts.headers, body }
    }

    /// Fails unless the status is this one.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Fails unless it is a refusal with this status and code.
    pub fn refused(self, status: u16, code: &str) -> Value {
        let body = self.expect(status).json();
        assert_eq!(body["code"], code, "{body}");
        body
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    /// The body as a type of ours.
    pub fn of<T: serde::de::DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}
