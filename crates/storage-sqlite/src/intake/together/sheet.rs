//! What a notification brings to a shared turn: made by its own task, before and between the
//! statements, so that the writing connection waits for nobody's JSON and hashes.

use evenkeel_domain::{Event, incident::IncidentSummary};
use evenkeel_engine::journal::Grown;
use evenkeel_storage::{
    StorageError,
    intake::{IncidentWrite, IntakePlan, IntakeView, OpenIncident, Received},
};

use crate::{
    column::{micros, number, to_json},
    intake::{alerts, receive::DOING},
    journal,
};

/// A notification as it is kept.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) id: String,
    pub(super) organisation: String,
    pub(super) cluster: String,
    pub(super) received_at: i64,
    pub(super) group_key: String,
    pub(super) truncated_alerts: i64,
    pub(super) body: Vec<u8>,
    /// Of its alerts.
    pub(super) keys: Vec<alerts::Key>,
}

impl Sheet {
    pub(super) fn of(received: &Received) -> Self {
        Self {
            id: received.id.to_string(),
            organisation: received.organisation.to_string(),
            cluster: received.cluster.to_string(),
            received_at: micros(received.at),
            group_key: received.group_key.clone(),
            truncated_alerts: number(received.truncated_alerts),
            body: received.body.clone().into_bytes(),
            keys: alerts::keys(received),
        }
    }

    pub(super) fn heard(&self) -> alerts::Heard<'_> {
        let Self { cluster, group_key, received_at, .. } = self;
        alerts::Heard { cluster, group_key, at: *received_at }
    }
}

/// What follows from it, as rows.
#[derive(Debug, Default)]
pub(super) struct Follows {
    /// The incident's line.
    pub(super) incident: Option<IncidentRow>,
    /// Its new records.
    pub(super) records: Vec<RecordRow>,
    /// Its alerts.
    pub(super) alerts: alerts::Standing,
}

#[derive(Debug)]
pub(super) struct IncidentRow {
    pub(super) id: String,
    pub(super) summary: String,
    pub(super) seq: i64,
    pub(super) hash: String,
    /// When a worker is to look at it.
    pub(super) due_at: i64,
    pub(super) grown: Grown,
}

#[derive(Debug)]
pub(super) struct RecordRow {
    pub(super) incident: String,
    pub(super) seq: i64,
    pub(super) at: i64,
    pub(super) event: String,
    pub(super) hash: String,
}

impl Follows {
    /// `None` if it is more than a shared turn does: anything but a journal that goes on and an
    /// incident whose line in lists stays where it is.
    pub(super) fn of(view: &IntakeView, plan: &IntakePlan) -> Result<Option<Self>, StorageError> {
        let mut all = Self::default();
        if !plan.audit.is_empty() {
            return Ok(None);
        }
        if let Some(write) = &plan.write {
            let Some(open) = view.open.as_ref().filter(|open| goes_on(open, write)) else {
                return Ok(None);
            };
            let Some(incident) = all.go_on(open, write)? else { return Ok(None) };
            all.incident = Some(incident);
        }
        all.alerts = alerts::Standing::of(&view.known, &plan.alerts)?;
        Ok(Some(all))
    }

    fn go_on(
        &mut self,
        open: &OpenIncident,
        write: &IncidentWrite,
    ) -> Result<Option<IncidentRow>, StorageError> {
        let payloads = journal::payloads(write.incident, open.seq, &open.head, &write.entries)?;
        let Some(last) = write.entries.last() else { return Ok(None) };
        let id = write.incident.to_string();
        let records = write.entries.iter().zip(payloads).map(|(entry, event)| RecordRow {
            incident: id.clone(),
            seq: number(entry.seq),
            at: micros(entry.at),
            event,
            hash: entry.hash.clone(),
        });
        self.records = records.collect();
        Ok(Some(IncidentRow {
            summary: to_json(DOING, &write.summary)?,
            seq: number(last.seq),
            hash: last.hash.clone(),
            due_at: micros(last.at),
            grown: Grown { incident: write.incident, seq: last.seq },
            id,
        }))
    }
}

/// Whether it is this journal that goes on, and the incident keeps its place in every list.
fn goes_on(open: &OpenIncident, write: &IncidentWrite) -> bool {
    let told = |event: &Event| matches!(event, Event::AlertsNoted { .. } | Event::Noted { .. });
    let IncidentSummary { alerts, updated_at, .. } = open.summary;
    write.incident == open.id
        && !write.new
        && !write.adopts
        && write.entries.iter().all(|entry| told(&entry.event))
        && IncidentSummary { alerts, updated_at, ..write.summary.clone() } == open.summary
}
