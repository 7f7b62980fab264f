//! Credentials as a header: a token, or an App's that is renewed before it lapses.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use evenkeel_tools::failure::{ToolFailure, codes};
use jiff::{SignedDuration, Timestamp};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::config::{GithubAuth, config_failure};
use crate::failure::failure;

/// An installation's token lasts an hour; this long before its end it is renewed, so that no call begins with one that
/// lapses on its way.
const RENEW: SignedDuration = SignedDuration::from_mins(5);
/// How long an App's own token is good. GitHub allows ten minutes, counted by its own clock.
const APP_TOKEN: SignedDuration = SignedDuration::from_mins(8);
/// How far our clock may be ahead of GitHub's.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// As whom to ask.
pub(super) enum Auth {
    Token(SecretString),
    App(Box<Installed>),
}

/// An App's installation.
pub(super) struct Installed {
    app_id: String,
    key: RsaKeyPair,
    pub(super) installation_id: u64,
    /// Held while it is renewed, so that calls at the same time ask for one token.
    pub(super) kept: tokio::sync::Mutex<Option<InstallationToken>>,
}

/// What an installation may use, and how long.
#[derive(Clone)]
pub(super) struct InstallationToken {
    pub token: SecretString,
    pub expires_at: Timestamp,
}

impl InstallationToken {
    pub(super) fn is_good(&self, now: Timestamp) -> bool {
        self.expires_at.duration_since(now) > RENEW
    }
}

impl Auth {
    pub(super) fn new(auth: &GithubAuth) -> Result<Self, ToolFailure> {
        Ok(match auth {
            GithubAuth::Token(token) => Self::Token(token.clone()),
            GithubAuth::App { app_id, private_key, installation_id } => {
                Self::App(Box::new(Installed {
                    app_id: app_id.clone(),
                    key: key(private_key)?,
                    installation_id: *installation_id,
                    kept: tokio::sync::Mutex::new(None),
                }))
            }
        })
    }
}

impl Installed {
    /// The App's own token, with which it asks for an installation's: a JSON Web Token signed RS256 (RFC 7519).
    pub(super) fn own_token(&self, now: Timestamp) -> Result<SecretString, ToolFailure> {
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let claims = json!({
            "iat": (now - SKEW).as_second(),
            "exp": (now + APP_TOKEN).as_second(),
            "iss": self.app_id,
        });
        let signed = format!("{}.{}", part(&json!({"alg": "RS256", "typ": "JWT"})), part(&claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| {
            failure(
                codes::GITHUB_UNAUTHORIZED,
                "the App's private key can't sign",
                "Make a new private key on the App's page and put it into the connection.",
            )
        })?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)).into())
    }
}

/// A key in PEM, PKCS#1 as GitHub hands it out or PKCS#8. The text may come with `\n` spelt out, as in one-line variables.
fn key(pem: &SecretString) -> Result<RsaKeyPair, ToolFailure> {
    let text = pem.expose_secret().replace("\\n", "\n");
    let bad = || config_failure("the App's private key isn't an RSA key in PEM".to_owned());
    match PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| bad())? {
        PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
        _ => return Err(bad()),
    }
    .map_err(|_| bad())
}
