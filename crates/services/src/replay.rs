//! An incident as it was.

use evenkeel_domain::{access::Caller, id::IncidentId, view::IncidentRoom};

use crate::{ServiceError, Services};

impl Services {
    /// An incident's page as of record `seq`: the journal up to there. Nothing of the past can be
    /// approved or rejected.
    pub async fn incident_as_of(
        &self,
        caller: &Caller,
        id: IncidentId,
        seq: u64,
    ) -> Result<IncidentRoom, ServiceError> {
        let mut room = self.incident_room(caller, id).await?;
        let last = room.entries.last().map_or(0, |entry| entry.seq);
        if seq == 0 || seq > last {
            let why = format!("the journal has the records 1 to {last}");
            return Err(ServiceError::Invalid { field: "seq", why });
        }
        room.entries.retain(|entry| entry.seq <= seq);
        if seq < last {
            let past = format!("this is the incident as of record {seq} of {last}");
            room.approve_refused = Some(past.clone());
            room.reject_refused = Some(past);
        }
        Ok(room)
    }
}
