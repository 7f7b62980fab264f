//! Bringing an exported incident in: closed, marked, only to be read.
//!
//! Its journal is chained anew, because redacted records cannot carry their old hashes here, and
//! begins with where it came from: the incident it was and the end of its chain there.

use std::io::BufRead;

use evenkeel_domain::{
    Entry, Event, IncidentState, Timestamp,
    alert::Trigger,
    audit::AuditAction,
    cluster::Cluster,
    id::{EvidenceId, IncidentId, OrganisationId},
    incident::IncidentSummary,
    journal::Opening,
    stage::{Resolution, Stage},
    text::clip,
    view::NewCluster,
};
use evenkeel_engine::{
    chain::{self, GENESIS},
    journal::Append,
};
use serde_json::json;

use crate::{
    ServiceError, Services,
    audit::Subject,
    case_file::{CaseError, CaseReader, Piece},
};

/// The cluster that imported incidents stand under: it is connected to nothing.
const CLUSTER: &str = "imported";
/// Most bytes of texts and records of one file. They are one transaction, and so in memory at once.
const BYTES_MAX: usize = 256 * 1024 * 1024;

/// What came in.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Imported {
    /// Its id here.
    pub incident: IncidentId,
    /// Its id where it happened.
    pub from: IncidentId,
    /// How many records it had there.
    pub records: u64,
    /// Whether it was still open there; here it ends with the last record.
    pub was_open: bool,
    /// Records whose content is redacted, so that it could not be held against its hash.
    pub unchecked: Vec<u64>,
}

/// A file's contents, all of it checked.
struct Case {
    entries: Vec<Entry>,
    texts: Vec<(EvidenceId, String)>,
    head: String,
    from: IncidentId,
    unchecked: Vec<u64>,
}

impl Services {
    /// Brings an exported incident in. Refused, and nothing changed, when any of it is not as it
    /// was written.
    pub async fn import_incident(
        &self,
        organisation: OrganisationId,
        by: String,
        file: impl BufRead,
    ) -> Result<Imported, ServiceError> {
        let case = read(file).map_err(|error| refused(&error))?;
        let cluster = self.cluster_of_imports(organisation, &by).await?;
        let id = self.id(IncidentId::from_parts);
        let records = u64::try_from(case.entries.len()).unwrap_or(u64::MAX);
        let trigger =
            Trigger::Imported { by: by.clone(), from: case.from, head: case.head.clone() };
        let mut copy = Copy::new(id);
        for entry in case.entries {
            let event = match entry.event {
                Event::Opened { opening } => {
                    Event::Opened { opening: Box::new(here(*opening, &cluster, trigger.clone())) }
                }
                other => other,
            };
            copy.add(entry.at, event)?;
        }
        let was_open = copy.end()?;
        let (entries, state) = copy.done()?;
        let subject = Subject {
            words: state.title.clone(),
            cluster: Some(&cluster),
            incident: Some(id),
            detail: json!({ "from": case.from, "records": records, "head": case.head,
                            "unchecked": case.unchecked }),
        };
        let audit = self.audit_record(organisation, by, AuditAction::IncidentImported, subject);
        let append = Append {
            incident: id,
            after: 0,
            fence: None,
            entries,
            summary: IncidentSummary::from(&state),
            texts: case.texts,
            audit: vec![audit],
        };
        self.parts.journal.append(append).await?;
        Ok(Imported { incident: id, from: case.from, records, was_open, unchecked: case.unchecked })
    }

    async fn cluster_of_imports(
        &self,
        organisation: OrganisationId,
        by: &str,
    ) -> Result<Cluster, ServiceError> {
        let rows = self.store().clusters(organisation).await?;
        if let Some(row) = rows.into_iter().find(|row| row.cluster.name == CLUSTER) {
            return Ok(row.cluster);
        }
        let new = NewCluster {
            name: CLUSTER.into(),
            environment: "development".into(),
            ..NewCluster::default()
        };
        // Nobody is told its token: no alert comes in there.
        Ok(self.add_cluster(organisation, by.to_owned(), new, false).await?.cluster)
    }
}

/// Reads a whole file; it is used only when all of it is as it was written.
fn read(file: impl BufRead) -> Result<Case, CaseError> {
    let mut reader = CaseReader::open(file)?;
    let (mut entries, mut texts, mut bytes) = (Vec::new(), Vec::new(), 0_usize);
    while let Some(piece) = reader.next()? {
        match piece {
            Piece::Record(entry) => {
                // The state's share in memory is about the record's own.
                bytes += chain::payload(&entry.event).map_or(0, |payload| payload.len());
                entries.push(*entry);
            }
            Piece::Text(evidence, text) => {
                bytes += text.len();
                texts.push((evidence, text));
            }
        }
        if bytes > BYTES_MAX {
            return Err(CaseError::TooLarge { max: BYTES_MAX });
        }
    }
    let header = reader.header();
    Ok(Case {
        entries,
        texts,
        head: header.head.hash.clone(),
        from: header.incident,
        unchecked: reader.unchecked().to_vec(),
    })
}

fn here(opening: Opening, cluster: &Cluster, trigger: Trigger) -> Opening {
    Opening {
        organisation: cluster.organisation,
        cluster: cluster.id,
        cluster_name: clip(&format!("{CLUSTER}: {}", opening.cluster_name), 80),
        trigger,
        ..opening
    }
}

/// The journal as it is chained here.
struct Copy {
    id: IncidentId,
    entries: Vec<Entry>,
    state: Option<IncidentState>,
}

impl Copy {
    fn new(id: IncidentId) -> Self {
        Self { id, entries: Vec::new(), state: None }
    }

    fn add(&mut self, at: Timestamp, event: Event) -> Result<(), ServiceError> {
        let (seq, head) = self.entries.last().map_or((0, GENESIS), |last| (last.seq, &last.hash));
        let chained = chain::chain(self.id, seq, head, at, vec![event])
            .map_err(|e| ServiceError::Internal(Box::new(e)))?;
        for entry in chained {
            let folded = match &mut self.state {
                None => IncidentState::open(&entry).map(|state| self.state = Some(state)),
                Some(state) => state.apply(&entry),
            };
            folded.map_err(|source| refused(&CaseError::Fold { seq: entry.seq, source }))?;
            self.entries.push(entry);
        }
        Ok(())
    }

    /// Ends a run that was open, so that no worker takes it up. Says whether it was.
    fn end(&mut self) -> Result<bool, ServiceError> {
        let Some(state) = &self.state else { return Ok(false) };
        if matches!(state.stage, Stage::Closed { .. }) {
            return Ok(false);
        }
        let at = state.updated_at;
        if let Some(action) = state.in_doubt() {
            let note = "the exported journal ends here".to_owned();
            self.add(at, Event::ActionUnknown { action, note })?;
        }
        let reason = "imported while it was open: what came after is not in the file".to_owned();
        self.add(at, Event::Closed { resolution: Resolution::Escalated, reason })?;
        Ok(true)
    }

    fn done(self) -> Result<(Vec<Entry>, IncidentState), ServiceError> {
        match self.state {
            Some(state) => Ok((self.entries, state)),
            None => Err(ServiceError::Invalid { field: "file", why: "it holds no record".into() }),
        }
    }
}

fn refused(error: &CaseError) -> ServiceError {
    ServiceError::Invalid { field: "file", why: error.sentence() }
}
