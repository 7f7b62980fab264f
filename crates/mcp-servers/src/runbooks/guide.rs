//! `troubleshooting_guide`, `escalation_procedures`, `common_resolutions`: sections of runbooks by what they are for.

use evenkeel_retrieval::markdown::Part;
use evenkeel_tools::ToolFailure;
use evenkeel_tools::runbooks::{
    CommonResolutionsArgs, EscalationProceduresArgs, Passage, Passages, TroubleshootingGuideArgs,
};

use super::Runbooks;
use super::question::{fits, limit, query};
use crate::text::clip;
use crate::tool::Tool;

/// Bytes of one passage.
const TEXT: usize = 4 * 1024;

macro_rules! guide {
    ($tool:ident, $args:ty, $part:expr, $title:literal, $description:literal, $none:literal) => {
        #[doc = $title]
        pub(super) struct $tool;

        impl Tool<Runbooks> for $tool {
            type Args = $args;
            const TITLE: &'static str = $title;
            const DESCRIPTION: &'static str = $description;

            async fn call(runbooks: &Runbooks, args: $args) -> Result<Passages, ToolFailure> {
                passages(runbooks, &args.query, &args.alert_names, args.limit, $part).await
            }

            fn summary(passages: &Passages) -> String {
                match passages.passages.first() {
                    Some(best) => format!(
                        "{} passages; the best is from {}.",
                        passages.passages.len(),
                        best.title
                    ),
                    None => $none.to_owned(),
                }
            }
        }
    };
}

guide!(
    TroubleshootingGuide,
    TroubleshootingGuideArgs,
    Part::Diagnosis,
    "Troubleshooting guide",
    "Finds how to look for what is wrong: sections on first looks, causes and diagnosis.",
    "No runbook says how to look."
);
guide!(
    EscalationProcedures,
    EscalationProceduresArgs,
    Part::Escalation,
    "Escalation procedures",
    "Finds whom to call and when: sections on escalation and contacts.",
    "No runbook says whom to call."
);
guide!(
    CommonResolutions,
    CommonResolutionsArgs,
    Part::Fix,
    "Common resolutions",
    "Finds what fixes the like: sections on fixes, mitigation and resolution.",
    "No runbook has a fix."
);

async fn passages(
    runbooks: &Runbooks,
    text: &str,
    names: &[String],
    asked: Option<u32>,
    part: Part,
) -> Result<Passages, ToolFailure> {
    let limit = limit(asked, 3, 10)?;
    let query = query(text, names, Some(part), limit)?;
    let held = runbooks.shelf().await.read();
    let mut passages = Vec::new();
    for hit in
        held.search(&query).into_iter().filter(|hit| fits(hit.named, hit.coverage, hit.meaning))
    {
        let (document, origin) = held.find(&hit.id)?;
        let Some(section) = document.sections.iter().find(|section| section.heading == hit.section)
        else {
            continue;
        };
        let (text, truncated) = clip(section.text.trim(), TEXT);
        passages.push(Passage {
            id: hit.id,
            title: hit.title,
            source: origin.source.clone(),
            url: origin.url.clone(),
            section: hit.section,
            text,
            truncated,
        });
    }
    Ok(Passages { passages, unseen: held.unseen() })
}
