//! Incidents like one, for people's assistants: what the memory recalls by words and meaning, with what was tried and whether
//! it worked, and those of the same cluster and alert name.
//!
//! The memory holds an organisation's incidents; what its policies keep a caller from is taken out here, incident by
//! incident, by the same question that is asked when one is opened.

use evenkeel_domain::{
    IncidentState,
    access::{Caller, Permission},
    alert::{Alert, AlertStatus},
    evidence::ToolFailure,
    id::IncidentId,
    incident::IncidentSummary,
    text::clip,
};
use evenkeel_tools::memory::{RecallSimilarArgs, Recalled};

use crate::{ServiceError, Services};

/// Incidents recalled, of which those that the caller may see are shown; the tool's most.
const RECALLED: u32 = 10;
/// Incidents shown of those recalled.
const SHOWN: usize = 5;
/// Bytes of the question, which the tool limits to 4000.
const QUESTION: usize = 3_500;
/// Bytes taken of one sentence: a description can be a page.
const PART: usize = 500;
/// Alert names asked for, the tool's most.
const NAMES: usize = 20;

/// Incidents like one.
#[derive(Debug, Clone, Default)]
pub struct Similar {
    /// Those that are alike, the most alike first; then the rest of the same cluster and alert name, newest first.
    pub incidents: Vec<SimilarIncident>,
    /// Whether there are closed incidents that were not compared.
    pub truncated: bool,
    /// Why the memory did not answer; then only cluster and alert name were looked at.
    pub unseen: Option<ToolFailure>,
}

/// An incident like another.
#[derive(Debug, Clone)]
pub struct SimilarIncident {
    /// The incident.
    pub summary: IncidentSummary,
    /// Whether it is one of the same cluster and alert name.
    pub same_cluster_and_alert: bool,
    /// What is remembered of it: absent while it is open, and where it is not alike by its words.
    pub recalled: Option<Recalled>,
}

impl Services {
    /// Incidents like this one that the caller may see.
    pub async fn similar_incidents(
        &self,
        caller: &Caller,
        id: IncidentId,
    ) -> Result<Similar, ServiceError> {
        let room = self.incident_room(caller, id).await?;
        let state = self.incident_state(caller, id).await?;
        let row = self.cluster_for(caller, state.cluster, Permission::View).await?;
        let access = self.access_to(&row).await?;
        let mut similar = Similar::default();
        match self.ask_as_assistant(&access, &question(&state)).await? {
            Ok(answer) => {
                similar.truncated = answer.truncated;
                for recalled in answer.incidents {
                    if similar.incidents.len() == SHOWN {
                        break;
                    }
                    let Some(summary) = self.seen_by(caller, &recalled.incident.id).await? else {
                        continue;
                    };
                    similar.incidents.push(SimilarIncident {
                        same_cluster_and_alert: room.similar.iter().any(|s| s.id == summary.id),
                        summary,
                        recalled: Some(recalled),
                    });
                }
            }
            Err(failure) => similar.unseen = Some(failure),
        }
        for summary in room.similar {
            if !similar.incidents.iter().any(|known| known.summary.id == summary.id) {
                let recalled = None;
                similar.incidents.push(SimilarIncident {
                    summary,
                    same_cluster_and_alert: true,
                    recalled,
                });
            }
        }
        Ok(similar)
    }

    /// A remembered incident in a list's words, if the caller may see it.
    async fn seen_by(
        &self,
        caller: &Caller,
        remembered: &str,
    ) -> Result<Option<IncidentSummary>, ServiceError> {
        let Ok(id) = IncidentId::parse(remembered) else { return Ok(None) };
        match self.incident_for(caller, id, Permission::View).await {
            Ok((summary, _)) => Ok(Some(summary)),
            Err(ServiceError::NotFound { .. } | ServiceError::Denied { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What the incident is about, in its own words: title, what its alerts say, what was found, and the likeliest cause.
fn question(state: &IncidentState) -> RecallSimilarArgs {
    let mut names: Vec<String> = Vec::new();
    let mut parts: Vec<String> = Vec::new();
    let mut add = |part: &str| {
        let part = clip(part.trim(), PART);
        if !part.is_empty() && !parts.contains(&part) {
            parts.push(part);
        }
    };
    add(&state.title);
    // What fires says most; what has ended says it when nothing does.
    let firing = |alert: &&Alert| alert.status == AlertStatus::Firing;
    let ended = |alert: &&Alert| alert.status != AlertStatus::Firing;
    for alert in state.alerts.iter().filter(firing).chain(state.alerts.iter().filter(ended)) {
        let name = clip(alert.name(), 200);
        if names.len() < NAMES && !names.contains(&name) {
            names.push(name);
        }
        for said in ["summary", "description", "message"] {
            alert.annotations.get(said).into_iter().for_each(|text| add(text));
        }
    }
    if let Some(best) = state.hypotheses.first() {
        add(&best.summary);
    }
    for finding in state.findings.iter().filter(|finding| !finding.kind.only_informs()) {
        add(&finding.summary);
    }
    let mut query = String::new();
    for part in parts {
        if query.len() + part.len() + 1 > QUESTION {
            break;
        }
        query.push_str(&part);
        query.push('\n');
    }
    RecallSimilarArgs {
        query,
        alert_names: names,
        except: Some(state.id.to_string()),
        limit: Some(RECALLED),
    }
}
