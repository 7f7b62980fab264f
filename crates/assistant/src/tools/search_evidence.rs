//! `search_evidence`: the lines of a recorded answer that fit a pattern.

use evenkeel_domain::id::{EvidenceId, IncidentId};
use evenkeel_mcp_servers::{failure::failure, tool::Tool};
use evenkeel_services::ooda::spill::Search;
use evenkeel_tools::{ToolFailure, evidence::EvidenceLines, failure::codes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{plain, tool};
use crate::{
    Asker,
    asker::{id, refused},
};

/// Which, and what for.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SearchEvidenceArgs {
    /// The incident's id.
    pub incident: String,
    /// The evidence's id, as findings, claims and the journal name it.
    pub evidence: String,
    /// A regular expression, without look-around and back-references, held against each line.
    pub pattern: String,
    /// Lines shown before each that fits (10 at most).
    #[serde(default)]
    pub before: usize,
    /// Lines shown after each that fits (10 at most).
    #[serde(default)]
    pub after: usize,
    /// Whether capitals make no difference.
    #[serde(default)]
    pub ignore_case: bool,
}

tool!("search_evidence", Read, SearchEvidenceArgs => EvidenceLines);

/// The tool.
pub struct SearchEvidence;

impl Tool<Asker> for SearchEvidence {
    type Args = SearchEvidenceArgs;
    const TITLE: &'static str = "Search evidence";
    const DESCRIPTION: &'static str = "The lines of one tool call's recorded answer that fit a regular expression, with \
        their neighbours. An answer that is one text is searched and numbered by its own lines, any other as the JSON that \
        read_evidence shows.";

    async fn call(asker: &Asker, args: SearchEvidenceArgs) -> Result<EvidenceLines, ToolFailure> {
        let incident: IncidentId = id(&args.incident)?;
        let evidence: EvidenceId = id(&args.evidence)?;
        let around = (args.before, args.after);
        let search = Search::of(&args.pattern, args.ignore_case, around).map_err(|refusal| {
            failure(codes::BAD_ARGUMENTS, refusal.message, "Correct the pattern.")
        })?;
        let text = asker.services.evidence_text(&asker.caller, incident, evidence).await;
        let mut found = search.lines(&text.map_err(refused)?);
        for line in &mut found.lines {
            line.text = plain(&line.text, usize::MAX);
        }
        Ok(found)
    }

    fn summary(found: &EvidenceLines) -> String {
        let more = if found.truncated { ", of which not all are shown" } else { "" };
        format!("{} lines fit{more}.", found.matches)
    }
}
