//! Taking the audit trail away as a file. See [`crate::audit_file`] for the format.

use std::{collections::VecDeque, sync::Arc};

use evenkeel_domain::{
    access::{Caller, Permission},
    audit::AuditAction,
    id::OrganisationId,
};
use evenkeel_engine::{
    checkpoint::Checkpoint,
    proof::{AuditRow, JournalHead, JournalRow},
};
use evenkeel_storage::Store;
use serde_json::json;

use crate::{
    ServiceError, Services,
    audit::{Subject, actor},
    audit_checks::AuditKeys,
    audit_file::{Encoder, FORMAT, Header},
};

/// Rows of the trail, checkpoints or incidents read at once.
const PAGE: u32 = 500;
/// Rows of a journal read at once; one may have hundreds of kilobytes.
const JOURNAL_PAGE: u32 = 50;

/// An export under way: line after line, never the whole.
pub struct AuditExport {
    store: Arc<dyn Store>,
    keys: AuditKeys,
    organisation: OrganisationId,
    header: Header,
    encoder: Encoder,
    next: Next,
    rows: VecDeque<AuditRow>,
    checkpoints: VecDeque<Checkpoint>,
    /// The last checkpoint that was there when the export began, and the last that was read.
    numbers: (u64, u64),
    heads: VecDeque<JournalHead>,
    entries: VecDeque<JournalRow>,
}

enum Next {
    Header,
    /// After this record.
    Records(u64),
    /// After this incident.
    Journals(String),
    /// Of this journal, after this record.
    Entries(JournalHead, u64),
    End,
    Nothing,
}

impl AuditExport {
    /// What the file says about itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What the file is called.
    pub fn file_name(&self) -> String {
        format!("audit-{}-{}.jsonl", self.header.organisation, self.header.seq)
    }

    /// The next line with its line feed; `None` after the last.
    pub async fn next_line(&mut self) -> Result<Option<String>, ServiceError> {
        loop {
            let next = std::mem::replace(&mut self.next, Next::Nothing);
            let (line, next) = match next {
                Next::Header => (Some(self.encoder.header(self.header.clone())), Next::Records(0)),
                Next::Records(after) => self.trail(after).await?,
                Next::Journals(after) => self.journals(after).await?,
                Next::Entries(head, after) => self.entries(head, after).await?,
                Next::End => (Some(self.encoder.end(self.keys.signer())), Next::Nothing),
                Next::Nothing => return Ok(None),
            };
            self.next = next;
            if let Some(line) = line {
                return line.map(Some).map_err(internal);
            }
        }
    }

    /// The next checkpoint that belongs behind record `seq`, or behind the last of all.
    async fn due(&mut self, seq: u64) -> Result<Option<Checkpoint>, ServiceError> {
        let (last, read) = self.numbers;
        if self.checkpoints.is_empty() && read < last {
            let page = self.store.checkpoints(self.organisation, read, PAGE).await?;
            self.numbers.1 = page.last().map_or(last, |checkpoint| checkpoint.number);
            self.checkpoints.extend(page.into_iter().filter(|c| c.number <= last));
        }
        let all = seq >= self.header.seq;
        let due = self.checkpoints.front().is_some_and(|first| first.seq <= seq || all);
        Ok(if due { self.checkpoints.pop_front() } else { None })
    }

    async fn trail(&mut self, after: u64) -> Result<(Line, Next), ServiceError> {
        if let Some(checkpoint) = self.due(after).await? {
            return Ok((Some(self.encoder.checkpoint(checkpoint)), Next::Records(after)));
        }
        if after >= self.header.seq {
            let journals = self.header.journals;
            let next = if journals { Next::Journals(String::new()) } else { Next::End };
            return Ok((None, next));
        }
        if self.rows.is_empty() {
            self.rows = self.store.audit_rows(self.organisation, after, PAGE).await?.into();
        }
        // A hole in the trail is written as it is: whoever checks the file finds it.
        match self.rows.pop_front().filter(|row| row.seq <= self.header.seq) {
            Some(row) => {
                let seq = row.seq;
                Ok((Some(self.encoder.record(row)), Next::Records(seq)))
            }
            None => Err(internal("the trail became shorter while it was exported")),
        }
    }

    async fn journals(&mut self, after: String) -> Result<(Line, Next), ServiceError> {
        if self.heads.is_empty() {
            self.heads = self.store.journal_heads(self.organisation, &after, PAGE).await?.into();
        }
        match self.heads.pop_front() {
            None => Ok((None, Next::End)),
            Some(head) => Ok((Some(self.encoder.journal(head.clone())), Next::Entries(head, 0))),
        }
    }

    async fn entries(
        &mut self,
        head: JournalHead,
        after: u64,
    ) -> Result<(Line, Next), ServiceError> {
        if self.entries.is_empty() && after < head.seq {
            let page = self.store.journal_rows(&head.incident, after, JOURNAL_PAGE).await?;
            self.entries = page.into_iter().filter(|row| row.seq <= head.seq).collect();
        }
        match self.entries.pop_front() {
            None => Ok((None, Next::Journals(head.incident))),
            Some(row) => {
                let seq = row.seq;
                Ok((Some(self.encoder.entry(row)), Next::Entries(head, seq)))
            }
        }
    }
}

type Line = Option<Result<String, serde_json::Error>>;

impl Services {
    /// Exports the audit trail of the caller's organisation; the trail names who took it.
    pub async fn export_audit(
        &self,
        caller: &Caller,
        journals: bool,
    ) -> Result<AuditExport, ServiceError> {
        self.authorize(caller, Permission::ExportAudit)?;
        self.take_audit(caller.organisation, actor(caller), journals).await
    }

    /// Exports an organisation's trail on the operator's word.
    pub async fn export_audit_as_operator(
        &self,
        organisation: OrganisationId,
        by: String,
        journals: bool,
    ) -> Result<AuditExport, ServiceError> {
        self.take_audit(organisation, by, journals).await
    }

    async fn take_audit(
        &self,
        organisation: OrganisationId,
        by: String,
        journals: bool,
    ) -> Result<AuditExport, ServiceError> {
        let named = self
            .store()
            .organisation(organisation)
            .await?
            .ok_or(ServiceError::NotFound { what: "organisation" })?;
        let subject = Subject {
            words: named.name.clone(),
            detail: json!({ "journals": journals }),
            ..Subject::default()
        };
        let exported = AuditAction::AuditExported;
        let record = self.audit_record(organisation, by, exported, subject);
        // Before the first byte: nothing leaves that the trail does not know of.
        self.store().audit(&record).await?;
        let end = self.store().audit_end(organisation).await?;
        let last = self.store().last_checkpoint(organisation).await?;
        Ok(AuditExport {
            store: Arc::clone(&self.parts.store),
            keys: self.parts.audit_keys.clone(),
            organisation,
            header: Header {
                format: FORMAT,
                evenkeel: env!("CARGO_PKG_VERSION").to_owned(),
                organisation: organisation.to_string(),
                name: named.name,
                exported_at: self.now(),
                seq: end.seq,
                hash: end.hash,
                journals,
            },
            encoder: Encoder::new(),
            next: Next::Header,
            rows: VecDeque::new(),
            checkpoints: VecDeque::new(),
            numbers: (last.map_or(0, |last| last.number), 0),
            heads: VecDeque::new(),
            entries: VecDeque::new(),
        })
    }
}

fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ServiceError {
    ServiceError::Internal(error.into())
}
