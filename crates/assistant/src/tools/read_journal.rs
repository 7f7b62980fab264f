//! `read_journal`: what happened in an incident, record by record, in words.

use evenkeel_domain::{Event, id::IncidentId};
use evenkeel_engine::replay::sentence;
use evenkeel_mcp_servers::tool::Tool;
use evenkeel_tools::ToolFailure;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{plain, tool};
use crate::{
    Asker,
    asker::{id, refused},
};

/// Most records of one page, and how many there are if nobody says.
const PAGE_MAX: u32 = 200;
const PAGE: u32 = 100;
/// Longest text of a record: a whole proposal.
const TEXT: usize = evenkeel_services::PROPOSAL_MAX + 200;

/// From where.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReadJournalArgs {
    /// The incident's id.
    pub incident: String,
    /// Only records after this position; from the beginning if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// At most so many, 1 to 200; 100 if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
}

/// A page of the journal.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Journal {
    /// The records, oldest first.
    pub records: Vec<Record>,
    /// What `after` is for the next page; absent when this is the last record so far.
    pub next: Option<u64>,
}

/// A record.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// Its position.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What kind of thing happened.
    pub event: String,
    /// In words.
    pub text: String,
    /// The evidence it records, if it does; `read_evidence` shows it.
    pub evidence: Option<String>,
}

tool!("read_journal", Read, ReadJournalArgs => Journal);

/// The tool.
pub struct ReadJournal;

impl Tool<Asker> for ReadJournal {
    type Args = ReadJournalArgs;
    const TITLE: &'static str = "Journal";
    const DESCRIPTION: &'static str = "Reads an incident's journal in words: every tool call, decision, approval, \
        proposal and effect in its order. Ask again with `after` to follow an open incident.";

    async fn call(asker: &Asker, args: ReadJournalArgs) -> Result<Journal, ToolFailure> {
        let incident: IncidentId = id(&args.incident)?;
        let after = args.after.unwrap_or(0);
        let entries = asker.services.entries_after(&asker.caller, incident, after).await;
        let mut entries = entries.map_err(refused)?;
        let limit = args.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX) as usize;
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = entries.last().map(|entry| entry.seq).filter(|_| more);
        let records = entries.iter().map(|entry| Record {
            seq: entry.seq,
            at: entry.at,
            event: entry.event.name().to_owned(),
            text: match &entry.event {
                Event::Proposed { by, text } => plain(&format!("{by} proposes: {text}"), TEXT),
                other => plain(&sentence(other), TEXT),
            },
            evidence: match &entry.event {
                Event::EvidenceRecorded { evidence } => Some(evidence.id.to_string()),
                _ => None,
            },
        });
        Ok(Journal { records: records.collect(), next })
    }

    fn summary(result: &Journal) -> String {
        match result.records.last() {
            None => "Nothing was recorded since.".to_owned(),
            Some(last) => format!("{} records; the last: {}", result.records.len(), last.text),
        }
    }
}
