//! Telling other replicas: what came together while the last notification was under way goes out
//! as one.

use std::collections::BTreeMap;

use evenkeel_domain::id::IncidentId;
use evenkeel_engine::journal::Grown;
use sqlx::PgPool;
use tokio::sync::mpsc;
use tracing::warn;

use super::CHANNEL;

/// Journals in one notification: the server refuses more than 8,000 bytes, and one takes at most
/// 47 (an id, a position of 20 digits, two signs).
const TOGETHER: usize = 160;

/// Runs until the store is gone.
pub(super) async fn run(pool: PgPool, origin: String, mut told: mpsc::UnboundedReceiver<Grown>) {
    let mut batch = Vec::with_capacity(TOGETHER);
    while told.recv_many(&mut batch, TOGETHER).await > 0 {
        let sent = sqlx::query("SELECT pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(write(&origin, &batch))
            .execute(&pool)
            .await;
        if let Err(error) = sent {
            warn!(
                error = &error as &dyn std::error::Error,
                "cannot tell other replicas what grew; they will find it in the journal"
            );
        }
        batch.clear();
    }
}

/// `origin incident:seq incident:seq …`; of each incident the newest.
fn write(origin: &str, batch: &[Grown]) -> String {
    let mut newest: BTreeMap<IncidentId, u64> = BTreeMap::new();
    for Grown { incident, seq } in batch {
        let kept = newest.entry(*incident).or_insert(0);
        *kept = (*seq).max(*kept);
    }
    let told: Vec<_> = newest.iter().map(|(incident, seq)| format!(" {incident}:{seq}")).collect();
    origin.to_owned() + &told.concat()
}

/// Who told it, and what; words that are not understood are passed over, because a newer version
/// may run beside this one.
pub(super) fn read(text: &str) -> (&str, impl Iterator<Item = Grown>) {
    let mut words = text.split(' ');
    let origin = words.next().unwrap_or_default();
    let grown = words.filter_map(|word| {
        let (incident, seq) = word.split_once(':')?;
        Some(Grown { incident: IncidentId::parse(incident).ok()?, seq: seq.parse().ok()? })
    });
    (origin, grown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grown(n: u128, seq: u64) -> Grown {
        Grown { incident: IncidentId::from_parts(1, n), seq }
    }

    #[test]
    fn what_is_written_is_read() {
        let text = write("me", &[grown(1, 2), grown(2, 1), grown(1, 3), grown(1, 1)]);
        let (origin, all) = read(&text);
        assert_eq!(origin, "me");
        assert_eq!(all.collect::<Vec<_>>(), [grown(1, 3), grown(2, 1)]);
    }

    #[test]
    fn the_largest_notification_is_not_too_large() {
        let batch: Vec<_> = (0..TOGETHER as u128).map(|n| grown(n, u64::MAX)).collect();
        assert!(write("12345678", &batch).len() < 8_000);
    }

    #[test]
    fn strange_words_are_passed_over() {
        for text in ["", "me", "me x", "me :", "me 1:2", "me 01ARZ3NDEKTSV4RRFFQ69G5FAV:-1"] {
            assert_eq!(read(text).1.count(), 0, "{text}");
        }
    }
}
