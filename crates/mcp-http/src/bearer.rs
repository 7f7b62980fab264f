//! The token that every request must bring.

use axum::{
    Json,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Fewest characters of a token: with 32 random hexadecimal digits nobody guesses it, and what is shorter is a
/// password that somebody made up.
const SHORTEST: usize = 32;

/// A bearer token, kept as its SHA-256: digests are of one length, so that comparing them tells nothing of the token's.
#[derive(Clone)]
pub struct Token([u8; 32]);

/// A token that would be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the token has {0} characters, {SHORTEST} are the least: make one with `openssl rand -hex 32`"
)]
pub struct WeakToken(usize);

impl Token {
    /// Takes a token of at least 32 characters.
    pub fn new(secret: &SecretString) -> Result<Self, WeakToken> {
        let secret = secret.expose_secret();
        let length = secret.chars().count();
        if length < SHORTEST { Err(WeakToken(length)) } else { Ok(Self(digest(secret))) }
    }

    fn fits(&self, presented: &str) -> bool {
        self.0.ct_eq(&digest(presented)).into()
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// Lets through who brings the token. No token and a wrong one look alike.
pub(crate) async fn ask(State(token): State<Token>, request: Request, next: Next) -> Response {
    if presented(request.headers()).is_some_and(|presented| token.fits(presented)) {
        return next.run(request).await;
    }
    let body = Json(serde_json::json!({
        "code": "auth.required",
        "message": "this MCP server answers who brings its token",
        "next": "Send it as `Authorization: Bearer …`; it is the value of EVENKEEL_MCP_TOKEN where the server runs.",
    }));
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")], body).into_response()
}

/// The bearer token of a request, if it has exactly one.
fn presented(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_fits_itself_alone_and_a_short_one_is_refused() {
        let secret = "0123456789abcdef0123456789abcdef";
        let token = Token::new(&secret.into()).unwrap();
        assert!(token.fits(secret));
        for other in ["", "0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcdeF"] {
            assert!(!token.fits(other), "{other}");
        }
        assert_eq!(Token::new(&"short".into()).err(), Some(WeakToken(5)));
    }

    #[test]
    fn a_token_is_presented_once_and_as_bearer() {
        let headers = |values: &[&'static str]| {
            let pairs = values.iter().map(|v| (header::AUTHORIZATION, v.parse().unwrap()));
            let mut headers = HeaderMap::new();
            pairs.for_each(|(name, value)| {
                headers.append(name, value);
            });
            headers
        };
        assert_eq!(presented(&headers(&["Bearer abc"])), Some("abc"));
        assert_eq!(presented(&headers(&["bearer  abc "])), Some("abc"));
        for refused in [&["Basic abc"][..], &["Bearer"], &["Bearer a", "Bearer b"], &[]] {
            assert_eq!(presented(&headers(refused)), None, "{refused:?}");
        }
    }
}
