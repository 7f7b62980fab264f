//! Signed checkpoints: where an organisation's audit trail ended at a moment. Kept elsewhere, one
//! of them makes it visible that the trail, or a journal that the trail vouches for, was cut off
//! or written anew: whoever holds the database alone cannot sign another (Ed25519, RFC 8032).

use evenkeel_domain::{Timestamp, id::OrganisationId};
use ring::{
    hkdf::{HKDF_SHA256, Salt},
    signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::audit_chain::AuditHead;

/// What is signed begins with this, so that no other signature of the key can pass for one.
const PURPOSE: &str = "evenkeel audit checkpoint 1";
/// As [`PURPOSE`], of a file.
const PURPOSE_OF_FILE: &str = "evenkeel audit export 1";
/// The label that the signing key is derived under: it shares nothing with the key that seals
/// credentials, although both come from one secret (RFC 5869).
const LABEL: &[u8] = b"evenkeel audit signing key 1";

/// Where a trail ended, signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// Whose trail.
    pub organisation: OrganisationId,
    /// Its number, from 1, without gaps within the organisation.
    pub number: u64,
    /// Position of the trail's last record.
    pub seq: u64,
    /// That record's hash.
    pub hash: String,
    /// When, in microseconds since 1970.
    pub at_us: i64,
    /// The public key, in hex.
    pub key: String,
    /// The signature, in hex.
    pub signature: String,
}

impl Checkpoint {
    /// The end of the trail that it vouches for.
    pub fn head(&self) -> AuditHead {
        AuditHead { seq: self.seq, hash: self.hash.clone() }
    }

    fn statement(&self) -> String {
        let Self { organisation, number, seq, hash, at_us, .. } = self;
        format!("{PURPOSE}\n{organisation}\n{number}\n{seq}\n{hash}\n{at_us}\n")
    }

    /// Whether the signature is of what it says, by the key that it names. That key is to be held
    /// against one that is known from elsewhere.
    pub fn is_signed(&self) -> bool {
        signed(&self.key, &self.signature, self.statement().as_bytes())
    }
}

/// Whether `signature` is one of `message` by `key`; both in lower-case hex.
fn signed(key: &str, signature: &str, message: &[u8]) -> bool {
    let read = |text: &str| hex::decode(text).ok().filter(|bytes| hex::encode(bytes) == text);
    let (Some(key), Some(signature)) = (read(key), read(signature)) else { return false };
    UnparsedPublicKey::new(&ED25519, key).verify(message, &signature).is_ok()
}

/// Whether `signature` is one of an export file with this digest, by `key`.
pub fn file_is_signed(key: &str, signature: &str, digest: &str) -> bool {
    signed(key, signature, format!("{PURPOSE_OF_FILE}\n{digest}\n").as_bytes())
}

/// No signing key can be made of a secret.
#[derive(Debug, thiserror::Error)]
#[error("no signing key can be derived from the secret")]
pub struct NoKey;

/// Signs checkpoints.
pub struct Signer {
    pair: Ed25519KeyPair,
    key: String,
}

impl Signer {
    /// With the key that belongs to a secret: the same secret, the same key.
    pub fn new(secret: &SecretString) -> Result<Self, NoKey> {
        let key = Salt::new(HKDF_SHA256, b"evenkeel").extract(secret.expose_secret().as_bytes());
        let mut seed = [0; 32];
        key.expand(&[LABEL], HKDF_SHA256).and_then(|okm| okm.fill(&mut seed)).map_err(|_| NoKey)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| NoKey)?;
        let key = hex::encode(pair.public_key());
        Ok(Self { pair, key })
    }

    /// The public key, in hex.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Signs where a trail ended.
    pub fn checkpoint(
        &self,
        organisation: OrganisationId,
        number: u64,
        head: &AuditHead,
        at: Timestamp,
    ) -> Checkpoint {
        let mut checkpoint = Checkpoint {
            organisation,
            number,
            seq: head.seq,
            hash: head.hash.clone(),
            at_us: at.as_microsecond(),
            key: self.key.clone(),
            signature: String::new(),
        };
        let signature = self.pair.sign(checkpoint.statement().as_bytes());
        checkpoint.signature = hex::encode(signature);
        checkpoint
    }

    /// Signs an export file's digest.
    pub fn file(&self, digest: &str) -> String {
        hex::encode(self.pair.sign(format!("{PURPOSE_OF_FILE}\n{digest}\n").as_bytes()))
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("key", &self.key).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(secret: &str) -> Signer {
        Signer::new(&secret.repeat(32).into()).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        let head = AuditHead { seq: 7, hash: "ab".repeat(32) };
        let at = Timestamp::from_second(1_700_000_000).unwrap();
        signer("k").checkpoint(OrganisationId::from_parts(1, 1), 3, &head, at)
    }

    #[test]
    fn the_key_belongs_to_the_secret_and_to_nothing_else() {
        assert_eq!(signer("k").key(), signer("k").key());
        assert_ne!(signer("k").key(), signer("x").key());
        // Another value would void every checkpoint that was ever made. This one is HKDF's and
        // Ed25519's, reckoned with another implementation.
        let known = "2884e4d7c8d36e7f4853b9648dab947a8b4613b75d7f0d1d3e238bfb855116c0";
        assert_eq!(signer("k").key(), known);
    }

    #[test]
    fn every_field_is_signed() {
        assert!(checkpoint().is_signed());
        let edits: [fn(&mut Checkpoint); 7] = [
            |c| c.organisation = OrganisationId::from_parts(1, 2),
            |c| c.number = 4,
            |c| c.seq = 6,
            |c| c.hash = "cd".repeat(32),
            |c| c.at_us += 1,
            |c| c.key = signer("x").key().to_owned(),
            |c| c.signature = c.signature.to_uppercase(),
        ];
        for (n, edit) in edits.into_iter().enumerate() {
            let mut forged = checkpoint();
            edit(&mut forged);
            assert!(!forged.is_signed(), "edit {n}");
        }
    }

    #[test]
    fn a_file_s_signature_is_no_checkpoint_s() {
        let signer = signer("k");
        let signature = signer.file("digest");
        assert!(file_is_signed(signer.key(), &signature, "digest"));
        assert!(!file_is_signed(signer.key(), &signature, "another"));
        assert!(!file_is_signed(signer.key(), &checkpoint().signature, "digest"));
    }
}
