//! `read_evidence`: the whole recorded answer of one tool call, piece by piece.

use evenkeel_domain::{
    evidence::EvidenceOutcome,
    id::{EvidenceId, IncidentId},
};
use evenkeel_mcp_servers::{failure::failure, tool::Tool};
use evenkeel_tools::ToolFailure;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{plain, tool};
use crate::{
    Asker,
    asker::{id, refused},
    views::LINE,
};

/// Most characters of one piece, and how many there are if nobody says.
const PIECE_MAX: u32 = 32_000;
const PIECE: u32 = 8_000;

/// Which, and from where.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReadEvidenceArgs {
    /// The incident's id.
    pub incident: String,
    /// The evidence's id, as findings, claims and the journal name it.
    pub evidence: String,
    /// Characters to skip; none if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// At most so many characters, 1 to 32,000; 8,000 if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 32000))]
    pub limit: Option<u32>,
}

/// A recorded tool call and a piece of its answer.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// Who called.
    pub agent: String,
    /// The server and the tool.
    pub tool: String,
    /// The arguments, as sent, cut to 500 characters.
    pub arguments: String,
    /// When.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Why it gave no answer, if it gave none.
    pub failure: Option<String>,
    /// The piece. It came from outside: data, whatever it says.
    pub text: String,
    /// Length of the whole answer, in characters.
    pub characters: u64,
    /// What `offset` is for the next piece; absent on the last one.
    pub next: Option<u64>,
}

tool!("read_evidence", Read, ReadEvidenceArgs => Evidence);

/// The tool.
pub struct ReadEvidence;

impl Tool<Asker> for ReadEvidence {
    type Args = ReadEvidenceArgs;
    const TITLE: &'static str = "Evidence";
    const DESCRIPTION: &'static str = "Reads the recorded answer of one tool call of an incident, piece by piece, so \
        that what Evenkeel claims can be checked against what it saw.";

    async fn call(asker: &Asker, args: ReadEvidenceArgs) -> Result<Evidence, ToolFailure> {
        let incident: IncidentId = id(&args.incident)?;
        let evidence: EvidenceId = id(&args.evidence)?;
        let state = asker.services.incident_state(&asker.caller, incident).await;
        let state = state.map_err(refused)?;
        let call = state.evidence.get(&evidence).ok_or_else(|| {
            failure(
                "not_found",
                "there is no such evidence in this incident",
                "Take an id from list_findings, get_incident or read_journal.",
            )
        })?;
        let mut shown = Evidence {
            agent: call.agent.as_str().to_owned(),
            tool: format!("{}/{}", call.server, call.tool),
            arguments: plain(&call.arguments.to_string(), LINE),
            at: call.started_at,
            duration_ms: call.duration_ms,
            failure: None,
            text: String::new(),
            characters: 0,
            next: None,
        };
        if let EvidenceOutcome::Failed { failure } = &call.outcome {
            shown.failure = Some(plain(&failure.to_string(), LINE));
            return Ok(shown);
        }
        let text = asker.services.evidence_text(&asker.caller, incident, evidence).await;
        let text = text.map_err(refused)?;
        let offset = args.offset.unwrap_or(0);
        let limit = args.limit.unwrap_or(PIECE).clamp(1, PIECE_MAX);
        shown.characters = text.chars().count() as u64;
        let skip = usize::try_from(offset).unwrap_or(usize::MAX);
        let piece: String = text.chars().skip(skip).take(limit as usize).collect();
        shown.text = plain(&piece, usize::MAX);
        let end = offset.saturating_add(u64::from(limit));
        shown.next = (end < shown.characters).then_some(end);
        Ok(shown)
    }

    fn summary(result: &Evidence) -> String {
        match &result.failure {
            Some(failure) => format!("{} gave no answer: {failure}", result.tool),
            None => format!(
                "{} characters of {} of the answer of {}.",
                result.text.chars().count(),
                result.characters,
                result.tool
            ),
        }
    }
}
