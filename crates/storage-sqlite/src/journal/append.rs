//! Appending under a fence or without one.

use evenkeel_engine::journal::{Append, JournalError};

use super::{Records, Refusal, head, write};
use crate::{SqliteStore, audit, error};

const DOING: &str = "appending to a journal";

pub(super) async fn append(store: &SqliteStore, append: Append) -> Result<(), JournalError> {
    let Append { incident, after, fence, entries, summary, texts, audit } = append;
    let mut work = store.begin(DOING).await.map_err(error::journal)?;
    let head = head(work.connection(), incident).await.map_err(error::journal)?;
    // The lease first: who has lost it must stop, whatever else is true.
    if fence.is_some() && fence != head.as_ref().map(|(_, newest)| *newest) {
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
    match write(&mut work, head.map(|(head, _)| head), records).await {
        Ok(()) => {}
        Err(Refusal::Conflict) => return Err(JournalError::Conflict { incident, after }),
        Err(Refusal::Storage(failure)) => return Err(error::journal(failure)),
    }
    audit::keep(work.connection(), &audit).await.map_err(error::journal)?;
    work.commit().await.map_err(error::journal)
}
