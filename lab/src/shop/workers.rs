//! Limited concurrency: so many workers, so many requests waiting, and no more.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};

/// The workers of a process.
pub struct Workers {
    limit: usize,
    queue: usize,
    free: Semaphore,
    waiting: AtomicUsize,
}

impl Workers {
    /// `limit` requests at a time, `queue` more may wait.
    pub fn new(limit: usize, queue: usize) -> Self {
        Self { limit, queue, free: Semaphore::new(limit), waiting: AtomicUsize::new(0) }
    }

    /// Waits for a worker; `None` when too many wait already.
    pub async fn take(&self) -> Option<SemaphorePermit<'_>> {
        let waiting = Waiting::enter(&self.waiting);
        if waiting.before >= self.queue && self.free.available_permits() == 0 {
            return None;
        }
        self.free.acquire().await.ok()
    }

    /// How many there are.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// How many are at work.
    pub fn busy(&self) -> usize {
        self.limit - self.free.available_permits()
    }

    /// How many requests wait.
    pub fn queued(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}

/// Counts a waiting request, also when its client goes away.
struct Waiting<'a> {
    counter: &'a AtomicUsize,
    before: usize,
}

impl<'a> Waiting<'a> {
    fn enter(counter: &'a AtomicUsize) -> Self {
        Self { counter, before: counter.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.counter.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_refuses() {
        let workers = Workers::new(1, 0);
        let permit = workers.take().await.unwrap();
        assert_eq!(workers.busy(), 1);
        assert!(workers.take().await.is_none());
        drop(permit);
        assert!(workers.take().await.is_some());
        assert_eq!(workers.queued(), 0);
    }
}
