//! `incident_playbook`: the one runbook to follow, whole.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::runbooks::{IncidentPlaybookArgs, Playbook, PlaybookSection};

use super::Runbooks;
use super::question::{fits, query};
use crate::tool::Tool;

/// Bytes of all sections together.
const TEXT: usize = 32 * 1024;

/// The tool.
pub(super) struct IncidentPlaybook;

impl Tool<Runbooks> for IncidentPlaybook {
    type Args = IncidentPlaybookArgs;
    const TITLE: &'static str = "Incident playbook";
    const DESCRIPTION: &'static str = "Gives the runbook that fits an incident best, section by section: meaning, diagnosis, fix, verification, escalation.";

    async fn call(
        runbooks: &Runbooks,
        args: IncidentPlaybookArgs,
    ) -> Result<Playbook, ToolFailure> {
        let query = query(&args.query, &args.alert_names, None, 4)?;
        let held = runbooks.shelf().await.read();
        let mut hits = held.search(&query).into_iter();
        let best = hits.next().filter(|hit| fits(hit.named, hit.coverage, hit.meaning));
        let others =
            hits.filter(|hit| best.is_some() && fits(hit.named, hit.coverage, hit.meaning));
        let others = others.map(|hit| hit.id).collect();
        let mut sections = Vec::new();
        let (mut left, mut truncated) = (TEXT, false);
        if let Some(best) = &best {
            for section in &held.find(&best.id)?.0.sections {
                let bytes = section.heading.len() + section.text.len();
                if bytes > left {
                    truncated = true;
                    break;
                }
                left -= bytes;
                let text = section.text.trim().to_owned();
                sections.push(PlaybookSection { heading: section.heading.clone(), text });
            }
        }
        let runbook = best.map(|hit| held.hit(hit));
        Ok(Playbook { runbook, sections, truncated, others, unseen: held.unseen() })
    }

    fn summary(playbook: &Playbook) -> String {
        match &playbook.runbook {
            Some(runbook) => {
                format!("Follow {} ({} sections).", runbook.title, playbook.sections.len())
            }
            None => "No runbook fits.".to_owned(),
        }
    }
}
