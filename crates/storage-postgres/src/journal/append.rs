//! Appending under a fence or without one.

use evenkeel_engine::journal::{Append, JournalError};

use super::{Records, Refusal, lock, write};
use crate::{PostgresStore, audit, error};

const DOING: &str = "appending to a journal";

pub(super) async fn append(store: &PostgresStore, append: Append) -> Result<(), JournalError> {
    let Append { incident, after, fence, entries, summary, texts, audit } = append;
    let mut work = store.begin(DOING).await.map_err(error::journal)?;
    let head = lock(work.connection(), incident).await.map_err(error::journal)?;
    // The lease first: who has lost it must stop, whatever else is true. The job's row is locked,
    // so nobody can claim between this and the commit.
    if let Some(fence) = fence
        && head.as_ref().map(|head| head.fence) != Some(fence)
    {
        work.take_back().await;
        return Err(JournalError::LeaseLost(incident));
    }
    let records = Records {
        incident,
        after,
        entries: &entries,
        summary: &summary,
        texts: &texts,
        wake: fence.is_none(),
        owner: None,
    };
    match write(&mut work, head, records).await {
        Ok(()) => {}
        Err(Refusal::Conflict) => {
            work.take_back().await;
            return Err(JournalError::Conflict { incident, after });
        }
        Err(Refusal::Storage(failure)) => return Err(error::journal(failure)),
    }
    audit::keep(work.connection(), &audit).await.map_err(error::journal)?;
    work.commit().await.map_err(error::journal)
}
