//! Where the platform answers: one address, or one for each replica, and then what stands before
//! them, as a load balancer does: taking turns, passing over who did not answer a moment ago.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// For how long one that did not answer is passed over.
const DOWN: Duration = Duration::from_secs(8);

/// Addresses.
#[derive(Debug)]
pub struct Bases {
    urls: Vec<String>,
    down: Mutex<Vec<Option<Instant>>>,
    next: AtomicUsize,
}

impl Bases {
    /// These.
    pub fn new(urls: Vec<String>) -> Arc<Self> {
        let down = Mutex::new(vec![None; urls.len()]);
        Arc::new(Self { urls, down, next: AtomicUsize::new(0) })
    }

    /// That of one replica.
    pub fn of(&self, replica: usize) -> &str {
        &self.urls[replica]
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.urls.len()
    }

    /// Whose turn it is: of those that are up, or else of all.
    pub fn pick(&self) -> usize {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let down = self.down.lock().unwrap_or_else(PoisonError::into_inner);
        let mut order = (0..self.urls.len()).map(|n| (turn + n) % self.urls.len());
        let up = |n: &usize| down[*n].is_none_or(|since| since.elapsed() > DOWN);
        order.find(up).unwrap_or(turn % self.urls.len())
    }

    /// One did not answer. A single address is asked again at once.
    pub fn failed(&self, replica: usize) {
        if self.urls.len() > 1 {
            let mut down = self.down.lock().unwrap_or_else(PoisonError::into_inner);
            down[replica] = Some(Instant::now());
        }
    }

    /// How long to wait for an answer that takes `most` where there is nobody else to ask. One of
    /// several may be stopped, and then another one is asked.
    pub fn patience(&self, most: Duration) -> Duration {
        if self.urls.len() > 1 { most / 5 } else { most }
    }
}
