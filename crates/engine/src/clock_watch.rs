//! A wall clock that is set back.
//!
//! What waits for a time was told by the clock as it was: a reading that is due in five seconds is
//! due in an hour and five seconds once the clock has been set back by an hour. Such waits are
//! known by their incident's newest record, which then lies in the future; their incidents are
//! woken, and `decide` takes a time that lies in the future for one that has passed. What people
//! have been told, that a request lapses at ten, stays as it was written.
//!
//! Leases are judged by [`lapses_beyond`](crate::journal::lapses_beyond) in the claim itself.

use std::{sync::Arc, time::Duration};

use evenkeel_domain::Timestamp;
use tokio::time::{Instant, sleep};
use tracing::{error, warn};

use crate::{clock::Clock, journal::Journal};

/// Between two looks at the clock.
const LOOK: Duration = Duration::from_secs(1);
/// Less than this is no jump but the clock being steered, and costs no more than it is.
const TOLERANCE: Duration = Duration::from_secs(2);

/// Wakes what the clock has left behind: at the start, since it may have been set back while
/// nobody was running, and whenever it happens. Runs until it is dropped.
pub(crate) async fn watch(journal: Arc<dyn Journal>, clock: Arc<dyn Clock>) {
    wake(&*journal, clock.now()).await;
    let mut last = (clock.now(), Instant::now());
    loop {
        sleep(LOOK).await;
        let now = (clock.now(), Instant::now());
        if let Some(back) = went_back(last.0, now.0, now.1.duration_since(last.1)) {
            let seconds = back.as_secs();
            warn!(
                seconds,
                "the system's clock was set back by {seconds} s; waits are reckoned anew"
            );
            wake(&*journal, now.0).await;
        }
        last = now;
    }
}

async fn wake(journal: &dyn Journal, now: Timestamp) {
    match journal.wake_left_behind(now).await {
        Ok(0) => {}
        Ok(woken) => warn!(
            woken,
            "{woken} incidents have records that lie in the future: the clock was set back, or is \
             behind another replica's"
        ),
        // The database was away; what it would have woken is late, not lost.
        Err(failure) => {
            error!(
                error = &failure as &dyn std::error::Error,
                "cannot look for what was left behind"
            );
        }
    }
}

/// By how much the clock is behind where it should be by now, if it was set back.
fn went_back(before: Timestamp, now: Timestamp, passed: Duration) -> Option<Duration> {
    let passed = jiff::SignedDuration::try_from(passed).unwrap_or_default();
    let behind = passed - now.duration_since(before);
    Duration::try_from(behind).ok().filter(|behind| *behind > TOLERANCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_jump_back_is_one() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let seconds = Duration::from_secs;
        assert_eq!(went_back(at(100), at(101), seconds(1)), None);
        assert_eq!(went_back(at(100), at(100), seconds(1)), None, "steered");
        assert_eq!(went_back(at(100), at(3_700), seconds(1)), None, "forward");
        assert_eq!(went_back(at(3_700), at(101), seconds(1)), Some(seconds(3_600)));
        assert_eq!(went_back(at(100), at(160), seconds(60)), None, "a look that came late");
    }
}
