//! One recorded tool call, whole: folded into Mission Control, and on a page of its own that can be linked to.

use evenkeel_domain::{
    Event, IncidentState,
    evidence::{Evidence, EvidenceOutcome},
    id::{EvidenceId, IncidentId},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::{
    api::{self, ApiError},
    icons::Glyph,
    pages::{
        load::{ProblemView, load},
        words,
    },
    ui::{Badge, Breadcrumbs, CopyButton, JsonView, KeyValue, Panel, Time, Tone},
};

/// How large the recorded answer is; `None` where there was none.
pub fn size(evidence: &Evidence) -> Option<u64> {
    match &evidence.outcome {
        EvidenceOutcome::Answered { bytes, .. } => Some(*bytes),
        EvidenceOutcome::Failed { .. } => None,
    }
}

/// The whole answer, fetched when it is unfolded; without JavaScript a link to its page.
#[component]
pub fn WholeAnswer(
    /// Of which incident.
    incident: IncidentId,
    /// Which evidence.
    evidence: String,
    /// How large it is, in bytes.
    size: u64,
) -> impl IntoView {
    let page = format!("/incidents/{incident}/evidence/{evidence}");
    view! {
        <div class="entry__whole">
            <details class="needs-js" data-from=page.clone()>
                <summary>"The whole answer, "{words::bytes(size)}</summary>
                <div class="entry__result" data-into=""><p class="muted small">"Fetching it"</p></div>
            </details>
            <a href=page>"Its own page"</a>
        </div>
    }
    .into_any()
}

/// One piece of evidence on a page: what was asked, when, and everything that came back.
#[component]
pub fn EvidencePage() -> impl IntoView {
    let params = use_params_map();
    let ids = Memo::new(move |_| {
        params.with(|params| {
            (params.get("id").unwrap_or_default(), params.get("evidence").unwrap_or_default())
        })
    });
    let found =
        Resource::new_blocking(move || ids.get(), |(incident, evidence)| find(incident, evidence));
    view! {
        <Title text="Evidence" />
        {load(found, "the evidence", 8, |(title, evidence, text)| view! { <Whole title=title evidence=evidence text=text /> }.into_any())}
    }
    .into_any()
}

async fn find(
    incident: String,
    evidence: String,
) -> Result<(String, (IncidentId, Evidence), Option<String>), ApiError> {
    let absent = || {
        ApiError::new(
            404,
            "evidence.absent",
            "There is no such evidence.",
            "Open it from the incident that cites it.",
        )
    };
    let (id, evidence) =
        (super::parse(&incident)?, EvidenceId::parse(&evidence).map_err(|_| absent())?);
    let room = api::incident_room(id).await?;
    let title = IncidentState::open(room.entries.first().ok_or_else(absent)?)
        .map(|state| state.title)
        .unwrap_or_default();
    let recorded = room.entries.into_iter().find_map(|entry| match entry.event {
        Event::EvidenceRecorded { evidence: found } if found.id == evidence => Some(*found),
        _ => None,
    });
    let recorded = recorded.ok_or_else(absent)?;
    let text =
        if recorded.answered() { Some(api::evidence_text(id, evidence).await?) } else { None };
    Ok((title, (id, recorded), text))
}

#[component]
fn Whole(
    /// The incident's title.
    title: String,
    /// The incident and the call.
    evidence: (IncidentId, Evidence),
    /// The whole answer, if there was one.
    text: Option<String>,
) -> impl IntoView {
    let (incident, evidence) = evidence;
    let facts = vec![
        ("Asked by".to_owned(), evidence.agent.as_str().to_owned()),
        ("Server".to_owned(), evidence.server.clone()),
        ("Tool".to_owned(), evidence.tool.clone()),
        ("Took".to_owned(), format!("{} ms", evidence.duration_ms)),
    ];
    let (badge, sum) = match &evidence.outcome {
        EvidenceOutcome::Answered { sha256, .. } => {
            (view! { <Badge text="Answered" tone=Tone::Ok /> }.into_any(), Some(sha256.clone()))
        }
        EvidenceOutcome::Failed { .. } => (
            view! { <Badge text="No answer" tone=Tone::Danger glyph=Glyph::Offline /> }.into_any(),
            None,
        ),
    };
    let answer = match (text, evidence.outcome.clone()) {
        (Some(text), _) => view! {
            <div class="secret" id="part"><pre tabindex="0" class="whole"><code>{text}</code></pre><CopyButton what="the answer" /></div>
        }
        .into_any(),
        (None, EvidenceOutcome::Failed { failure }) => {
            let problem = ApiError::new(200, &failure.code, &failure.message, failure.next.as_deref().unwrap_or("Nothing more is known."));
            view! { <ProblemView problem=problem.0 /> }.into_any()
        }
        (None, EvidenceOutcome::Answered { .. }) => view! { <p class="muted" id="part">"The answer was empty."</p> }.into_any(),
    };
    let parents = vec![
        ("Incidents".to_owned(), "/incidents".to_owned()),
        (title, format!("/incidents/{incident}?tab=mission#ev-{}", evidence.id)),
    ];
    view! {
        <div class="stack">
            <Breadcrumbs parents=parents here=evidence.tool.clone() />
            <div class="row"><h1>{words::outcome(&evidence)}</h1>{badge}</div>
            <Panel title="The call" aside=move || view! { <Time at=evidence.started_at absolute=true /> }>
                <div class="stack stack--tight"><KeyValue items=facts mono=true /><JsonView value=evidence.arguments.clone() open=3 /></div>
            </Panel>
            <Panel title="The whole answer">
                <div class="stack stack--tight">{answer}{sum.map(|sum| view! { <p class="small muted">"SHA-256 "<span class="mono">{sum}</span></p> })}</div>
            </Panel>
        </div>
    }
    .into_any()
}
