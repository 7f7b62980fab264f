//! Receiving a notification.

use evenkeel_storage::{
    StorageError,
    intake::{Decide, IncidentWrite, IntakePlan, Received},
};

use super::{alerts, notifications, view};
use crate::{
    PostgresStore, audit,
    journal::{self, Records, Refusal},
    writer::Work,
};

pub(super) const DOING: &str = "receiving a notification";

pub(super) async fn receive(
    store: &PostgresStore,
    received: &Received,
    decide: Decide<'_>,
) -> Result<IntakePlan, StorageError> {
    let mut work = store.begin(DOING).await?;
    // Also takes the group's turn: what follows from two notifications of one group must be
    // decided one after the other, or both would open an incident.
    let kept = match &received.reread {
        None => notifications::keep(work.connection(), received).await?,
        Some(_) => notifications::reread(work.connection(), received).await?,
    };
    if !kept {
        return Ok(IntakePlan::default());
    }
    let plan = if received.quarantined.is_some() {
        audit::keep(work.connection(), received.reread.as_slice()).await?;
        IntakePlan::default()
    } else {
        follow(&mut work, received, decide).await?
    };
    work.commit().await?;
    Ok(plan)
}

/// Writes what follows from a notification that could be read.
async fn follow(
    work: &mut Work,
    received: &Received,
    decide: Decide<'_>,
) -> Result<IntakePlan, StorageError> {
    let view = view::of(work.connection(), received).await?;
    let plan = decide(&view);
    // The incident first: alerts refer to it.
    if let Some(write) = &plan.write {
        append(work, write).await?;
    }
    if let Some(write) = plan.write.as_ref().filter(|write| write.adopts) {
        alerts::adopt(work.connection(), received, write.incident).await?;
    }
    alerts::keep(work.connection(), received, &view.known, &plan.alerts).await?;
    audit::keep(work.connection(), &plan.audit).await?;
    audit::keep(work.connection(), received.reread.as_slice()).await?;
    Ok(plan)
}

async fn append(work: &mut Work, write: &IncidentWrite) -> Result<(), StorageError> {
    let first = write.entries.first().map_or(1, |entry| entry.seq);
    if write.new != (first == 1) {
        return Err(StorageError::Conflict);
    }
    let head =
        if write.new { None } else { journal::lock(work.connection(), write.incident).await? };
    let records = Records {
        incident: write.incident,
        after: first.saturating_sub(1),
        entries: &write.entries,
        summary: &write.summary,
        texts: &[],
        wake: true,
        owner: write.owner.as_ref(),
    };
    journal::write(work, head, records).await.map_err(|refusal| match refusal {
        Refusal::Conflict => StorageError::Conflict,
        Refusal::Storage(error) => error,
    })
}
