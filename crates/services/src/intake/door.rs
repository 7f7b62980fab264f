//! Whose webhook token it is, remembered for a moment: in a storm it is asked thousands of times a
//! second, and each answer would be a trip to the database.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use evenkeel_domain::cluster::Cluster;
use tokio::time::Instant;

/// For how long. A token that another process has replaced is good for as long after that; one
/// that this process has replaced is not.
const REMEMBERED: Duration = Duration::from_secs(1);

/// How many at most. Only tokens that are good are remembered: these are more clusters than one
/// second hears of.
const AT_MOST: usize = 1_024;

/// The clusters of tokens.
#[derive(Default)]
pub(crate) struct Door {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// How often everything was forgotten.
    era: u64,
    /// By the tokens' hashes.
    clusters: HashMap<String, (Cluster, Instant)>,
}

/// When the database was asked.
pub(super) struct Asked(u64);

impl Door {
    /// The cluster, if the database told of it within the last second.
    pub(super) fn cluster_of(&self, hash: &str) -> Result<Cluster, Asked> {
        let known = self.known();
        match known.clusters.get(hash) {
            Some((cluster, since)) if since.elapsed() < REMEMBERED => Ok(cluster.clone()),
            _ => Err(Asked(known.era)),
        }
    }

    /// Keeps an answer, unless a token has changed since it was asked for.
    pub(super) fn remember(&self, hash: String, cluster: &Cluster, asked: &Asked) {
        let mut known = self.known();
        if known.era != asked.0 {
            return;
        }
        if known.clusters.len() >= AT_MOST {
            known.clusters.clear();
        }
        known.clusters.insert(hash, (cluster.clone(), Instant::now()));
    }

    /// A token has changed: everything is asked anew.
    pub(crate) fn forget(&self) {
        let mut known = self.known();
        known.era += 1;
        known.clusters.clear();
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::tests::cluster;

    fn remembered(door: &Door, hash: &str) {
        let asked = door.cluster_of(hash).unwrap_err();
        door.remember(hash.to_owned(), &cluster(), &asked);
    }

    #[tokio::test(start_paused = true)]
    async fn a_cluster_is_remembered_for_a_second() {
        let door = Door::default();
        remembered(&door, "a");
        assert_eq!(door.cluster_of("a").ok().unwrap().name, "c");
        assert!(door.cluster_of("b").is_err());
        tokio::time::advance(REMEMBERED).await;
        assert!(door.cluster_of("a").is_err());
    }

    #[tokio::test]
    async fn a_token_that_was_replaced_is_not_remembered_by_who_asked_before() {
        let door = Door::default();
        remembered(&door, "a");
        let asked = door.cluster_of("b").unwrap_err();
        door.forget();
        assert!(door.cluster_of("a").is_err());
        door.remember("b".to_owned(), &cluster(), &asked);
        assert!(door.cluster_of("b").is_err());
    }

    #[tokio::test]
    async fn it_does_not_grow_for_ever() {
        let door = Door::default();
        for n in 0..=AT_MOST {
            remembered(&door, &n.to_string());
        }
        assert!(door.known().clusters.len() <= AT_MOST);
    }
}
