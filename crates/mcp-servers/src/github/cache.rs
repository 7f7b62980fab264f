//! Answers that GitHub may say haven't changed: asking with their `ETag` costs nothing of the rate limit.

use std::collections::HashMap;
use std::sync::Mutex;

/// Bytes kept: some hundred answers.
const BYTES: usize = 8 * 1024 * 1024;

#[derive(Default)]
pub(super) struct Cache {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    kept: HashMap<String, Kept>,
    bytes: usize,
    turn: u64,
}

#[derive(Clone)]
pub(super) struct Kept {
    pub etag: String,
    pub body: Vec<u8>,
    pub more: bool,
    used: u64,
}

impl Cache {
    /// What was answered to that address.
    pub(super) fn get(&self, address: &str) -> Option<Kept> {
        let mut inner = self.lock();
        inner.turn += 1;
        let turn = inner.turn;
        let kept = inner.kept.get_mut(address)?;
        kept.used = turn;
        Some(kept.clone())
    }

    /// Keeps an answer, and lets go those that were not used for longest.
    pub(super) fn put(&self, address: String, etag: String, body: &[u8], more: bool) {
        if body.len() > BYTES / 8 {
            return;
        }
        let mut inner = self.lock();
        inner.turn += 1;
        let kept = Kept { etag, body: body.to_vec(), more, used: inner.turn };
        inner.bytes += body.len();
        if let Some(old) = inner.kept.insert(address, kept) {
            inner.bytes -= old.body.len();
        }
        while inner.bytes > BYTES {
            let oldest =
                inner.kept.iter().min_by_key(|(_, kept)| kept.used).map(|(a, _)| a.clone());
            let Some(gone) = oldest.and_then(|address| inner.kept.remove(&address)) else { break };
            inner.bytes -= gone.body.len();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let cache = Cache::default();
        let body = vec![0; BYTES / 8];
        for n in 0..8 {
            cache.put(n.to_string(), "e".into(), &body, false);
        }
        assert!(cache.get("0").is_some());
        cache.put("8".into(), "e".into(), &body, false);
        assert!(cache.get("0").is_some() && cache.get("8").is_some());
        assert!(cache.get("1").is_none(), "1 was not used for longest");
        assert!(cache.lock().bytes <= BYTES);
        cache.put("huge".into(), "e".into(), &vec![0; BYTES], false);
        assert!(cache.get("huge").is_none());
    }
}
