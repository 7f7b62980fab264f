//! The audit trail: keeping records, and reading them.

use evenkeel_domain::id::IncidentId;
use evenkeel_domain::{
    access::{Caller, Permission},
    audit::AuditAction,
    cluster::Cluster,
    id::{AuditId, OrganisationId},
    view::{AuditLine, AuditPage, AuditQuery},
};
use evenkeel_storage::audit::{AuditFilter, AuditRecord};
use serde_json::Value;

use crate::{ServiceError, Services};

/// Most lines of one page.
pub(crate) const PAGE: u32 = 100;

/// What an audit record speaks of.
#[derive(Default)]
pub(crate) struct Subject<'a> {
    pub words: String,
    pub cluster: Option<&'a Cluster>,
    pub incident: Option<IncidentId>,
    pub detail: Value,
}

pub(crate) fn actor(caller: &Caller) -> String {
    match caller.token {
        Some((token, _)) => format!("{} (token {token})", caller.email),
        None => caller.email.clone(),
    }
}

impl Services {
    /// A record for the trail, to be kept with the change it speaks of.
    pub(crate) fn audit_record(
        &self,
        organisation: OrganisationId,
        actor: String,
        action: AuditAction,
        subject: Subject<'_>,
    ) -> AuditRecord {
        AuditRecord {
            id: self.id(AuditId::from_parts),
            organisation,
            at: self.now(),
            actor,
            action: action.as_str().to_owned(),
            subject: subject.words,
            cluster: subject.cluster.map(|c| c.id),
            incident: subject.incident,
            detail: subject.detail,
        }
    }

    /// A page of the audit trail.
    pub async fn audit(
        &self,
        caller: &Caller,
        query: AuditQuery,
    ) -> Result<AuditPage, ServiceError> {
        self.authorize(caller, Permission::ViewAudit)?;
        let limit = if query.limit == 0 { PAGE } else { query.limit.min(PAGE) };
        let filter = AuditFilter {
            cluster: query.cluster,
            incident: query.incident,
            action: query.action,
            before: query.before,
            limit: limit + 1,
        };
        let mut records: Vec<AuditLine> = self
            .store()
            .audit_trail(caller.organisation, &filter)
            .await?
            .into_iter()
            .map(line)
            .collect();
        let more = records.len() > limit as usize;
        records.truncate(limit as usize);
        let next = records.last().map(|r| r.id).filter(|_| more);
        Ok(AuditPage { records, next })
    }
}

pub(crate) fn line(record: AuditRecord) -> AuditLine {
    AuditLine {
        id: record.id,
        at: record.at,
        actor: record.actor,
        action: record.action,
        subject: record.subject,
        cluster: record.cluster,
        incident: record.incident,
        detail: record.detail,
    }
}
