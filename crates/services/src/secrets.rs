//! Tokens, passwords, and credentials at rest.

use aes_gcm::{
    Aes256Gcm, Key, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::ServiceError;

/// A fresh secret of 256 bits with a prefix that secret scanners can know it by.
pub fn fresh_secret(prefix: &str) -> String {
    let bytes: [u8; 32] = rand::random();
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// What is kept of a token: SHA-256 in hex. The secret has 256 random bits, so a slow hash would
/// add nothing.
pub fn token_hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret))
}

/// Hashes a password with argon2id, off the asynchronous threads.
pub async fn hash_password(password: SecretString) -> Result<String, ServiceError> {
    blocking(move || {
        Argon2::default().hash_password(password.expose_secret().as_bytes()).map(|h| h.to_string())
    })
    .await?
    .map_err(|e| ServiceError::Internal(e.to_string().into()))
}

/// Whether `password` belongs to `hash`, off the asynchronous threads. Without a hash (unknown
/// address) the same work is done against one that nothing belongs to, so that the answer takes
/// as long.
pub async fn check_password(
    password: SecretString,
    hash: Option<String>,
) -> Result<bool, ServiceError> {
    blocking(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let matches = PasswordHash::new(&hash).is_ok_and(|parsed| {
            Argon2::default().verify_password(password.expose_secret().as_bytes(), &parsed).is_ok()
        });
        known && matches
    })
    .await
}

/// A hash with the parameters of [`Argon2::default`] that no password is known for.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$ZXZlbmtlZWxub2JvZHk$\
                      AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ServiceError> {
    tokio::task::spawn_blocking(work).await.map_err(|e| ServiceError::Internal(Box::new(e)))
}

/// Seals credentials with AES-256-GCM before they are stored. The key comes from the
/// environment; what a sealed text belongs to is authenticated with it, so that one cluster's
/// credentials cannot be moved to another's row.
#[derive(Clone)]
pub struct Sealer {
    cipher: Aes256Gcm,
}

/// Bytes of a nonce (NIST SP 800-38D).
const NONCE: usize = 12;

impl Sealer {
    /// A sealer whose key is SHA-256 of a secret of at least 32 characters.
    pub fn new(secret: &SecretString) -> Result<Self, ServiceError> {
        let secret = secret.expose_secret();
        if secret.len() < 32 {
            return Err(ServiceError::Invalid {
                field: "EVENKEEL_SECRET_KEY",
                why: "it must have at least 32 characters".into(),
            });
        }
        let key = Sha256::digest(secret);
        Ok(Self { cipher: Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(&key)) })
    }

    /// Seals `text` for `owner`: a nonce, then the ciphertext.
    pub fn seal(&self, owner: &str, text: &SecretString) -> Result<Vec<u8>, ServiceError> {
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload { msg: text.expose_secret().as_bytes(), aad: owner.as_bytes() };
        let sealed = self
            .cipher
            .encrypt(Nonce::from_slice(&nonce), payload)
            .map_err(|_| ServiceError::Internal("cannot seal a credential".into()))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens what was sealed for `owner`.
    pub fn open(&self, owner: &str, sealed: &[u8]) -> Result<SecretString, ServiceError> {
        let wrong = || {
            ServiceError::Internal(
                "a stored credential cannot be opened: EVENKEEL_SECRET_KEY is not the one it was \
                 sealed with"
                    .into(),
            )
        };
        let (nonce, text) = sealed.split_at_checked(NONCE).ok_or_else(wrong)?;
        let payload = Payload { msg: text, aad: owner.as_bytes() };
        let plain = self.cipher.decrypt(Nonce::from_slice(nonce), payload).map_err(|_| wrong())?;
        String::from_utf8(plain).map(SecretString::from).map_err(|_| wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(secret: &str) -> Sealer {
        Sealer::new(&secret.repeat(32).into()).unwrap()
    }

    #[test]
    fn sealed_text_opens_for_its_owner_and_key_only() {
        let sealed = sealer("k").seal("cluster-a", &"kubeconfig".into()).unwrap();
        assert!(!sealed.windows(10).any(|w| w == b"kubeconfig"));
        assert_eq!(sealer("k").open("cluster-a", &sealed).unwrap().expose_secret(), "kubeconfig");
        assert!(sealer("k").open("cluster-b", &sealed).is_err());
        assert!(sealer("x").open("cluster-a", &sealed).is_err());
        assert!(sealer("k").open("cluster-a", &sealed[..5]).is_err());
    }

    #[tokio::test]
    async fn passwords_are_argon2id_and_nobody_has_none() {
        let hash = hash_password("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(check_password("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!check_password("wrong".into(), Some(hash)).await.unwrap());
        assert!(!check_password("correct horse".into(), None).await.unwrap());
        assert!(PasswordHash::new(NOBODY).is_ok(), "the stand-in must cost the same work");
    }
}
