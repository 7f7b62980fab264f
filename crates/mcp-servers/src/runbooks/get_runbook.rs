//! `get_runbook`: one runbook, or a section of it.

use std::fmt::Write as _;

use evenkeel_retrieval::{Document, Section};
use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::runbooks::{GetRunbookArgs, Runbook};

use super::Runbooks;
use crate::failure::{bad_arguments, failure};
use crate::tool::Tool;

/// Bytes of text of one answer.
const TEXT: usize = 32 * 1024;

/// The tool.
pub(super) struct GetRunbook;

impl Tool<Runbooks> for GetRunbook {
    type Args = GetRunbookArgs;
    const TITLE: &'static str = "Read a runbook";
    const DESCRIPTION: &'static str =
        "Reads a runbook, or one section of it, as markdown; long ones in pages.";

    async fn call(runbooks: &Runbooks, args: GetRunbookArgs) -> Result<Runbook, ToolFailure> {
        let held = runbooks.shelf().await.read();
        let (document, origin) = held.find(&args.id)?;
        let whole = text(document, args.section.as_deref())?;
        let offset = args.offset.unwrap_or(0) as usize;
        let rest = whole
            .get(offset..)
            .ok_or_else(|| bad_arguments("offset lies beyond the text or inside a character"))?;
        let end =
            (0..=rest.len().min(TEXT)).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(0);
        let truncated = end < rest.len();
        Ok(Runbook {
            id: document.id.clone(),
            title: document.title.clone(),
            source: origin.source.clone(),
            url: origin.url.clone(),
            edited_at: origin.edited_at,
            alerts: document.names.clone(),
            headings: document.sections.iter().map(|section| section.heading.clone()).collect(),
            text: rest[..end].to_owned(),
            truncated,
            next_offset: truncated.then(|| u32::try_from(offset + end).ok()).flatten(),
        })
    }

    fn summary(runbook: &Runbook) -> String {
        format!(
            "{}, {} bytes{}.",
            runbook.title,
            runbook.text.len(),
            if runbook.truncated { " and more" } else { "" }
        )
    }
}

fn text(document: &Document, wanted: Option<&str>) -> Result<String, ToolFailure> {
    let under = |section: &Section| {
        wanted.is_none_or(|wanted| {
            section.heading == wanted
                || section.heading.strip_prefix(wanted).is_some_and(|rest| rest.starts_with(" › "))
                || section.heading.rsplit(" › ").next() == Some(wanted)
        })
    };
    let mut text = String::new();
    for section in document.sections.iter().filter(|section| under(section)) {
        if !section.heading.is_empty() {
            let _ = write!(text, "## {}\n\n", section.heading);
        }
        let _ = write!(text, "{}\n\n", section.text.trim());
    }
    if let Some(wanted) = wanted.filter(|_| text.is_empty()) {
        let wanted = crate::text::printable(&crate::text::clip(wanted, 120).0);
        return Err(failure(
            codes::RUNBOOKS_NOT_FOUND,
            format!("{} has no section {wanted}", document.title),
            "Take a heading from `headings`, or leave `section` out.",
        ));
    }
    Ok(text)
}
