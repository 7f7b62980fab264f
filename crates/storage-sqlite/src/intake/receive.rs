//! Receiving a notification.

use evenkeel_storage::{
    StorageError,
    intake::{Decide, IncidentWrite, IntakePlan, IntakeView, Received},
};

use super::{alerts, together, view};
use crate::{
    SqliteStore, audit,
    column::micros,
    journal::{self, Head, Records, Refusal},
    writer::Work,
};

pub(super) const DOING: &str = "receiving a notification";

pub(super) async fn receive(
    store: &SqliteStore,
    received: &Received,
    decide: Decide<'_>,
) -> Result<IntakePlan, StorageError> {
    if let Some(plan) = together::receive(store, received, decide).await? {
        return Ok(plan);
    }
    let mut work = store.begin_webhook(DOING).await?;
    let Some(view) = view::keep(work.connection(), received).await? else {
        // Kept by a turn that may not be committed yet.
        work.commit().await?;
        return Ok(IntakePlan::default());
    };
    let plan = if received.quarantined.is_some() {
        audit::keep(work.connection(), received.reread.as_slice()).await?;
        IntakePlan::default()
    } else {
        follow(&mut work, received, view, decide).await?
    };
    work.commit().await?;
    Ok(plan)
}

/// Writes what follows from a notification that could be read.
async fn follow(
    work: &mut Work,
    received: &Received,
    view: IntakeView,
    decide: Decide<'_>,
) -> Result<IntakePlan, StorageError> {
    let plan = decide(&view);
    // The incident first: alerts refer to it.
    if let Some(write) = &plan.write {
        append(work, &view, write).await?;
    }
    if let Some(write) = plan.write.as_ref().filter(|write| write.adopts) {
        alerts::adopt(work.connection(), received, write.incident).await?;
    }
    let standing = alerts::Standing::of(&view.known, &plan.alerts)?;
    let (cluster, at) = (received.cluster.to_string(), micros(received.at));
    let heard = alerts::Heard { cluster: &cluster, group_key: &received.group_key, at };
    alerts::keep(work.connection(), &[(heard, &standing)]).await?;
    audit::keep(work.connection(), &plan.audit).await?;
    audit::keep(work.connection(), received.reread.as_slice()).await?;
    Ok(plan)
}

async fn append(
    work: &mut Work,
    view: &IntakeView,
    write: &IncidentWrite,
) -> Result<(), StorageError> {
    let first = write.entries.first().map_or(1, |entry| entry.seq);
    if write.new != (first == 1) {
        return Err(StorageError::Conflict);
    }
    let mut seen = [&view.open, &view.akin, &view.storm].into_iter().flatten();
    let head = match seen.find(|open| open.id == write.incident) {
        _ if write.new => None,
        Some(open) => Some(Head { seq: open.seq, hash: open.head.clone() }),
        None => journal::head(work.connection(), write.incident).await?.map(|(head, _)| head),
    };
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
