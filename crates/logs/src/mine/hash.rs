//! Hashes: one that is fast and lives as long as the process, one that is the same for ever.

use std::hash::{BuildHasherDefault, Hasher};

const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Folds the 128-bit product of two numbers, so that every bit of both reaches every bit of the result.
#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
    let halves = (product as u64, (product >> 64) as u64);
    halves.0 ^ halves.1
}

/// Adds a number to a running hash.
#[inline]
pub fn mix(state: u64, value: u64) -> u64 {
    fold(state ^ value, MULTIPLIER).rotate_left(23)
}

/// Hashes bytes, starting from a seed.
#[inline]
pub fn bytes(seed: u64, text: &[u8]) -> u64 {
    let mut state = seed ^ (text.len() as u64).wrapping_mul(MULTIPLIER);
    let mut chunks = text.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        state = fold(state ^ u64::from_le_bytes(word), MULTIPLIER);
    }
    let mut word = 0;
    for &byte in chunks.remainder() {
        word = (word << 8) | u64::from(byte);
    }
    fold(state ^ word, MULTIPLIER ^ seed)
}

/// FNV-1a with 64 bits: the same value in every version of this program, so that it may be stored and compared.
pub fn stable(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// A map from hashes made here: hashing them again would be work for nothing.
pub type ByHash<V> = std::collections::HashMap<u64, V, BuildHasherDefault<Same>>;

/// Passes a hash through.
#[derive(Debug, Default, Clone, Copy)]
pub struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = self::bytes(self.0, bytes);
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, stable};

    #[test]
    fn order_length_and_seed_matter() {
        assert_ne!(bytes(1, b"ab"), bytes(1, b"ba"));
        assert_ne!(bytes(1, b"a"), bytes(1, b"a\0"));
        assert_ne!(bytes(1, b"a"), bytes(2, b"a"));
        assert_ne!(bytes(1, b"abcdefgh"), bytes(1, b"abcdefghi"));
    }

    #[test]
    fn the_stable_hash_is_fnv_1a() {
        assert_eq!(stable(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(stable("a"), 0xaf63_dc4c_8601_ec8c);
    }
}
