//! What a server function answers when it refuses or fails.

use std::fmt;

use evenkeel_domain::view::Problem;
use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};

/// A [`Problem`] on its way to a page: a stable code, a sentence and a next step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiError(pub Problem);

impl ApiError {
    /// A problem the user interface itself has words for.
    pub fn new(status: u16, code: &str, message: &str, next: &str) -> Self {
        let (code, message, next) = (code.to_owned(), message.to_owned(), next.to_owned());
        Self(Problem { status, code, message, next, reference: None, retry_after_s: None })
    }

    /// Nobody is signed in.
    pub fn nobody() -> Self {
        Self::new(
            401,
            "session.absent",
            "You are not signed in, or no longer.",
            "Sign in and try again.",
        )
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for ApiError {}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    /// What went wrong around a server function: the way there, the arguments, the way back. The texts of the
    /// libraries below say nothing to the person who reads this, so they are not passed on.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let error = match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::new(
                503,
                "app.unreachable",
                "The server did not answer, so it is not known whether this was done.",
                "Check your connection, then look at the page again before repeating it.",
            ),
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Serialization(_) => Self::new(
                400,
                "app.malformed",
                "What was sent could not be read.",
                "Check the fields and the address of this page.",
            ),
            ServerFnErrorErr::Deserialization(_) => Self::new(
                502,
                "app.answer_unreadable",
                "The server's answer could not be read.",
                "Reload the page: the server may have been updated meanwhile.",
            ),
            _ => Self::new(
                500,
                "app.internal",
                "Something failed on our side.",
                "Try again; if it stays, look into the server's log.",
            ),
        };
        #[cfg(feature = "ssr")]
        super::status::of_answer(error.0.status);
        error
    }
}

#[cfg(feature = "ssr")]
impl From<evenkeel_services::ServiceError> for ApiError {
    fn from(error: evenkeel_services::ServiceError) -> Self {
        let problem = Problem::from(error);
        super::status::of_answer(problem.status);
        super::status::come_back(problem.retry_after_s);
        Self(problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_libraries_stay_on_the_server() {
        let error = ApiError::from_server_fn_error(ServerFnErrorErr::ServerError(
            "sqlite: disk full".into(),
        ));
        assert_eq!(error.0.code, "app.internal");
        assert!(!format!("{error:?}").contains("sqlite"));
    }

    #[test]
    fn an_error_survives_its_way_to_the_browser() {
        let error = ApiError::nobody();
        assert_eq!(ApiError::de(error.ser()), error);
    }
}
