//! The feed of grown journals, over all replicas.
//!
//! A commit is announced to subscribers of its own process at once, and to other replicas by a
//! notification right after it. Not inside its transaction: the server lets only one transaction
//! that notifies commit at a time, disk sync included, which would end the sharing of syncs
//! between writers. The price is that a process may die between commit and notification, and a
//! notification may get lost with the connection that listens. So every replica also looks into
//! the journal itself, every few seconds and whenever its connection was made anew: it asks for
//! records of transactions that it could not see the time before ([`catch_up`]). What was missed
//! is late by that much, never lost.

mod catch_up;
mod listen;
mod notify;
mod seen;

use std::sync::{Arc, Mutex, PoisonError};

use evenkeel_engine::journal::Grown;
use sqlx::{PgPool, postgres::PgConnectOptions};
use tokio::{
    sync::{broadcast, mpsc},
    task::AbortHandle,
};

use listen::Listener;
use seen::Seen;

/// What a subscriber may lag behind before it has to read journals instead of being told.
pub(crate) const FEED: usize = 4_096;

/// Where replicas tell each other.
const CHANNEL: &str = "evenkeel_grown";

/// Announces what this replica commits, and hears what others do.
#[derive(Debug)]
pub(crate) struct Announcer {
    feed: broadcast::Sender<Grown>,
    seen: Arc<Mutex<Seen>>,
    tell: mpsc::UnboundedSender<Grown>,
    tasks: [AbortHandle; 2],
}

impl Announcer {
    /// Begins to tell and to listen. What is committed after this returns is heard of.
    pub(crate) async fn start(
        pool: PgPool,
        options: PgConnectOptions,
        feed: broadcast::Sender<Grown>,
    ) -> Result<Self, sqlx::Error> {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let origin = format!("{:08x}", rand::random::<u32>());
        let since = catch_up::now(&pool).await?;
        let (tell, told) = mpsc::unbounded_channel();
        let notifying = tokio::spawn(notify::run(pool.clone(), origin.clone(), told));
        let listener =
            Listener { pool, options, origin, since, feed: feed.clone(), seen: Arc::clone(&seen) };
        let listening = tokio::spawn(listener.run());
        let tasks = [notifying.abort_handle(), listening.abort_handle()];
        Ok(Self { feed, seen, tell, tasks })
    }

    /// Tells everybody what was committed.
    pub(crate) fn announce(&self, grown: Vec<Grown>) {
        for one in grown {
            remember(&self.seen, one);
            // Nobody listening is fine: who comes later reads the journal.
            let _ = self.feed.send(one);
            let _ = self.tell.send(one);
        }
    }

    /// Ends telling and listening.
    pub(crate) fn stop(&self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Drop for Announcer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Notes that this replica's subscribers know of it; `false` if they did already.
fn remember(seen: &Mutex<Seen>, grown: Grown) -> bool {
    seen.lock().unwrap_or_else(PoisonError::into_inner).add(grown)
}
