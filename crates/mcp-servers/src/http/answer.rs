//! What came back, read whole and within its bound.

use evenkeel_tools::failure::ToolFailure;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;

use super::service::Service;
use crate::failure::failure;
use crate::text::printable;

/// An answer that is neither a refusal of credentials, nor of more calls, nor a redirect.
pub struct Answer {
    pub(super) service: &'static Service,
    pub(super) path: String,
    /// Its status: a success, or an error that the API explains in its own way.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON of that shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ToolFailure> {
        serde_json::from_slice(&self.body).map_err(|error| self.garbage(&error.to_string()))
    }

    /// The beginning of the body, fit for a message.
    pub fn excerpt(&self) -> String {
        let head = &self.body[..self.body.len().min(120)];
        printable(&String::from_utf8_lossy(head))
    }

    /// The failure that says that this isn't what the API promises.
    pub fn garbage(&self, why: &str) -> ToolFailure {
        let Service { name, codes, .. } = self.service;
        failure(
            codes.garbage,
            format!(
                "the answer of {} makes no sense ({why}); it begins with: {}",
                self.path,
                self.excerpt()
            ),
            format!("Check that the address is {name}'s API and not a login page or a proxy."),
        )
    }
}
