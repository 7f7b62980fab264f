//! Appending under a fence or without one.

use evenkeel_engine::journal::{Append, Fence, JournalError};
use sqlx::SqliteConnection;

use super::{Records, Refusal, write};
use crate::{
    SqliteStore, audit,
    error::{self, failed},
};

const DOING: &str = "appending to a journal";

pub(super) async fn append(store: &SqliteStore, append: Append) -> Result<(), JournalError> {
    let Append { incident, after, fence, entries, summary, texts, audit } = append;
    let mut work = store.begin(DOING).await.map_err(error::journal)?;
    // The lease first: who has lost it must stop, whatever else is true.
    if let Some(fence) = fence {
        let newest = newest_fence(work.connection(), &incident.to_string())
            .await
            .map_err(|source| error::journal(failed(DOING)(source)))?;
        if newest != Some(fence) {
            return Err(JournalError::LeaseLost(incident));
        }
    }
    let records = Records {
        incident,
        after,
        entries: &entries,
        summary: &summary,
        texts: &texts,
        wake: fence.is_none(),
        fresh: false,
        owner: None,
    };
    match write(&mut work, records).await {
        Ok(()) => {}
        Err(Refusal::Conflict) => return Err(JournalError::Conflict { incident, after }),
        Err(Refusal::Storage(failure)) => return Err(error::journal(failure)),
    }
    audit::keep(work.connection(), &audit).await.map_err(error::journal)?;
    work.commit().await.map_err(error::journal)
}

async fn newest_fence(
    connection: &mut SqliteConnection,
    incident: &str,
) -> Result<Option<Fence>, sqlx::Error> {
    let fence = sqlx::query_scalar("SELECT fence FROM jobs WHERE incident = ?1")
        .bind(incident)
        .fetch_optional(connection)
        .await?;
    Ok(fence.map(Fence))
}
