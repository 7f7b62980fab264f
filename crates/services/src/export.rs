//! Taking an incident away as a file, redacted. See [`crate::case_file`] for the format.

use std::{collections::VecDeque, sync::Arc};

use evenkeel_domain::{
    Entry, Event,
    access::{Caller, Permission},
    audit::AuditAction,
    id::{EvidenceId, IncidentId, OrganisationId},
};
use evenkeel_engine::journal::Journal;
use serde_json::json;

use crate::{
    ServiceError, Services,
    audit::{Subject, actor},
    case_file::{Encoder, FORMAT, Head, Header},
};

/// Records read at once: bounds what is in memory.
const PAGE: u32 = 200;

/// An export under way: line after line, never the whole.
pub struct CaseExport {
    journal: Arc<dyn Journal>,
    header: Header,
    encoder: Encoder,
    next: Next,
    page: VecDeque<Entry>,
    texts: VecDeque<EvidenceId>,
}

enum Next {
    Header,
    Records { after: u64 },
    Texts,
    Nothing,
}

impl CaseExport {
    /// What the file says about itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What the file is called.
    pub fn file_name(&self) -> String {
        format!("incident-{}.jsonl", self.header.incident)
    }

    /// The next line with its line feed; `None` after the last.
    pub async fn next_line(&mut self) -> Result<Option<String>, ServiceError> {
        loop {
            match self.next {
                Next::Header => {
                    self.next = Next::Records { after: 0 };
                    return self.encoder.header(&self.header).map(Some).map_err(internal);
                }
                Next::Records { after } => {
                    if let Some(entry) = self.page.pop_front() {
                        self.next = Next::Records { after: entry.seq };
                        return self.encoder.record(&entry).map(Some).map_err(internal);
                    }
                    if after >= self.header.head.seq {
                        self.next = Next::Texts;
                        continue;
                    }
                    self.page = self.page_after(after).await?.into();
                    if self.page.is_empty() {
                        return Err(internal("a journal became shorter while it was exported"));
                    }
                }
                Next::Texts => {
                    let Some(evidence) = self.texts.pop_front() else {
                        self.next = Next::Nothing;
                        let done = std::mem::replace(&mut self.encoder, Encoder::new());
                        return done.end().map(Some).map_err(internal);
                    };
                    let text = self.journal.text(self.header.incident, evidence).await?;
                    let text = text.ok_or_else(|| internal("a tool's answer disappeared"))?;
                    return self.encoder.text(evidence, text).map(Some).map_err(internal);
                }
                Next::Nothing => return Ok(None),
            }
        }
    }

    /// Records up to the end that the header speaks of, though the journal may have grown since.
    async fn page_after(&self, after: u64) -> Result<Vec<Entry>, ServiceError> {
        let mut page = self.journal.read(self.header.incident, after, PAGE).await?;
        page.retain(|entry| entry.seq <= self.header.head.seq);
        Ok(page)
    }

    /// Goes through everything once, for what the header must say.
    async fn count(&mut self) -> Result<(), ServiceError> {
        let incident = self.header.incident;
        let (mut after, mut answered) = (0, Vec::new());
        loop {
            let page = self.journal.read(incident, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            self.header.head = Head { seq: last.seq, hash: last.hash.clone() };
            for entry in page {
                self.encoder.record(&entry).map_err(internal)?;
                if let Event::EvidenceRecorded { evidence } = entry.event {
                    answered.push(evidence.id);
                }
            }
        }
        for evidence in answered {
            if let Some(text) = self.journal.text(incident, evidence).await? {
                self.encoder.text(evidence, text).map_err(internal)?;
                self.texts.push_back(evidence);
            }
        }
        self.header.records = self.header.head.seq;
        self.header.texts = u64::try_from(self.texts.len()).unwrap_or(u64::MAX);
        self.header.redacted = self.encoder.redacted();
        self.encoder = Encoder::new();
        Ok(())
    }
}

impl Services {
    /// Exports an incident for a person; the audit trail names them.
    pub async fn export_incident(
        &self,
        caller: &Caller,
        id: IncidentId,
    ) -> Result<CaseExport, ServiceError> {
        self.incident_for(caller, id, Permission::Export).await?;
        self.export(caller.organisation, actor(caller), id).await
    }

    /// Exports an incident of whatever organisation, on the operator's word.
    pub async fn export_incident_as_operator(
        &self,
        by: String,
        id: IncidentId,
    ) -> Result<CaseExport, ServiceError> {
        let first = self.parts.journal.read(id, 0, 1).await?;
        let Some(Event::Opened { opening }) = first.first().map(|entry| &entry.event) else {
            return Err(ServiceError::NotFound { what: "incident" });
        };
        self.export(opening.organisation, by, id).await
    }

    async fn export(
        &self,
        organisation: OrganisationId,
        by: String,
        id: IncidentId,
    ) -> Result<CaseExport, ServiceError> {
        let summary = self
            .store()
            .incident(organisation, id)
            .await?
            .ok_or(ServiceError::NotFound { what: "incident" })?;
        let cluster = self.store().cluster(summary.cluster).await?;
        let mut export = CaseExport {
            journal: Arc::clone(&self.parts.journal),
            header: Header {
                format: FORMAT,
                evenkeel: env!("CARGO_PKG_VERSION").to_owned(),
                incident: id,
                exported_at: self.now(),
                head: Head { seq: 0, hash: String::new() },
                records: 0,
                texts: 0,
                redacted: std::collections::BTreeMap::new(),
            },
            encoder: Encoder::new(),
            next: Next::Header,
            page: VecDeque::new(),
            texts: VecDeque::new(),
        };
        export.count().await?;
        let Header { head, redacted, .. } = &export.header;
        let subject = Subject {
            words: summary.title,
            cluster: cluster.as_ref().map(|row| &row.cluster),
            incident: Some(id),
            detail: json!({ "records": head.seq, "head": head.hash, "redacted": redacted }),
        };
        let exported = AuditAction::IncidentExported;
        let record = self.audit_record(organisation, by, exported, subject);
        // Before the first byte: nothing leaves that the trail does not know of.
        self.store().audit(&record).await?;
        Ok(export)
    }
}

fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ServiceError {
    ServiceError::Internal(error.into())
}
