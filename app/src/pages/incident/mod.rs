//! The Incident Command Center: one incident, live.
//!
//! The page holds the journal and its fold; every section reads the part it shows through a memo, so a record touches
//! only what it changes. The address holds which tab is open and which moment is looked at (`?at=`).

mod context;
mod deck;
mod evidence;
mod findings;
mod head;
mod mission;
mod narrator;
mod story;

pub use evidence::EvidencePage;

use std::collections::BTreeMap;

use evenkeel_domain::{
    Event, IncidentState,
    cluster::EmergencyStop,
    evidence::Citation,
    id::{EvidenceId, IncidentId},
    incident::IncidentSummary,
    view::IncidentRoom,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use self::{context::Context, deck::Deck, head::Head, mission::Mission, story::Story};
use super::{
    load::{ProblemView, load},
    signed::use_signed,
    url,
};
use crate::{
    api::{self, ApiError},
    live::{LiveIncident, follow_incident},
    ui::{LinkItem, Tabs},
};

/// The page.
#[component]
pub fn IncidentPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let room = Resource::new_blocking(
        move || id.get(),
        |id| async move { api::incident_room(parse(&id)?).await },
    );
    let reload = Callback::new(move |()| room.refetch());
    load(room, "the incident", 12, move |room| match Icc::new(room) {
        Ok(icc) => view! { <Room icc=icc reload=reload /> }.into_any(),
        Err(error) => view! { <ProblemView problem=error.0 /> }.into_any(),
    })
}

fn parse(id: &str) -> Result<IncidentId, ApiError> {
    IncidentId::parse(id).map_err(|_| {
        ApiError::new(
            404,
            "incident.absent",
            "There is no such incident.",
            "Look for it in the list of incidents.",
        )
    })
}

/// What the person may do now.
#[derive(Debug, Clone, PartialEq)]
pub struct Rights {
    /// Why they may not approve, if they may not.
    pub approve_refused: Option<String>,
    /// Why they may not reject, if they may not.
    pub reject_refused: Option<String>,
    /// Emergency Stop on the cluster, if it is on.
    pub stop: Option<EmergencyStop>,
}

/// The incident as the page holds it.
#[derive(Clone, Copy)]
pub struct Icc {
    live: LiveIncident,
    rights: RwSignal<Rights>,
    similar: StoredValue<Vec<IncidentSummary>>,
    at: Memo<Option<u64>>,
    past: Memo<Option<IncidentState>>,
    numbers: Memo<BTreeMap<EvidenceId, usize>>,
}

impl Icc {
    fn new(room: IncidentRoom) -> Result<Self, ApiError> {
        let IncidentRoom { entries, approve_refused, reject_refused, stop, similar } = room;
        let live = LiveIncident::new(entries).map_err(|_| {
            ApiError::new(
                500,
                "journal.unreadable",
                "The journal of this incident does not fit together.",
                "Run `evenkeel audit verify` on the server, and keep its database as it is.",
            )
        })?;
        let query = use_query_map();
        let at = Memo::new(move |_| {
            let at = query
                .with(|query| url::value(query, "at"))
                .and_then(|at| at.parse::<u64>().ok())?;
            (at >= 1 && at < live.state.with(|state| state.seq)).then_some(at)
        });
        let past = Memo::new(move |_| {
            let at = usize::try_from(at.get()?).ok()?;
            live.journal.with(|journal| IncidentState::fold(journal.iter().take(at)).ok().flatten())
        });
        let numbers = Memo::new(move |_| {
            live.journal.with(|journal| {
                let recorded = journal.iter().filter_map(|entry| match &entry.event {
                    Event::EvidenceRecorded { evidence } => Some(evidence.id),
                    _ => None,
                });
                recorded.enumerate().map(|(at, id)| (id, at + 1)).collect()
            })
        });
        let rights = RwSignal::new(Rights { approve_refused, reject_refused, stop });
        Ok(Self { live, rights, similar: StoredValue::new(similar), at, past, numbers })
    }

    /// Reads the moment that is looked at: now, or one in the past.
    pub fn read<T>(self, read: impl FnOnce(&IncidentState) -> T) -> T {
        self.past.with(|past| match past {
            Some(past) => read(past),
            None => self.live.state.with(read),
        })
    }

    /// A part of it; what depends on it is touched only when that part changes.
    pub fn part<T: PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&IncidentState) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| self.read(&part))
    }

    /// The incident's id.
    pub fn id(self) -> IncidentId {
        self.live.state.with_untracked(|state| state.id)
    }

    /// Whether this is now, not a moment in the past.
    pub fn is_now(self) -> bool {
        self.at.get().is_none()
    }

    /// Label and link of a piece of evidence: `E3 list_pods`, and the line in Mission Control that folds open.
    pub fn cite(self, id: EvidenceId) -> (String, String) {
        // What is cited was recorded before: nothing here changes any more, so nothing depends on it.
        let number = self.numbers.with_untracked(|numbers| numbers.get(&id).copied());
        let tool = self
            .live
            .state
            .with_untracked(|state| state.evidence.get(&id).map(|evidence| evidence.tool.clone()));
        let label = match (number, tool) {
            (Some(number), Some(tool)) => format!("E{number} {tool}"),
            _ => "evidence".to_owned(),
        };
        (label, format!("/incidents/{}?tab=mission#ev-{id}", self.id()))
    }

    /// The links of several citations, each piece of evidence once.
    pub fn cite_all(self, citations: &[Citation]) -> Vec<(String, String)> {
        let mut seen = Vec::new();
        for citation in citations {
            if !seen.contains(&citation.evidence) {
                seen.push(citation.evidence);
            }
        }
        seen.into_iter().map(|id| self.cite(id)).collect()
    }

    /// Asks again what the person may do: what the journal does not say.
    fn refresh_rights(self) {
        let id = self.id();
        leptos::task::spawn_local(async move {
            if let Ok(IncidentRoom { approve_refused, reject_refused, stop, .. }) =
                api::incident_room(id).await
            {
                self.rights.try_set(Rights { approve_refused, reject_refused, stop });
            }
        });
    }
}

/// Which part of the page is open. On wide screens context and deck are always seen, beside one of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Deck,
    Mission,
    Findings,
    Context,
    Story,
}

impl Tab {
    fn named(name: Option<&str>) -> Option<Self> {
        Some(match name? {
            "deck" => Self::Deck,
            "mission" => Self::Mission,
            "findings" => Self::Findings,
            "context" => Self::Context,
            "story" => Self::Story,
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Deck => "deck",
            Self::Mission => "mission",
            Self::Findings => "findings",
            Self::Context => "context",
            Self::Story => "story",
        }
    }
}

#[component]
fn Room(
    /// The incident.
    icc: Icc,
    /// Loads everything anew, when the stream and the page disagree.
    reload: Callback<()>,
) -> impl IntoView {
    let signed = use_signed();
    follow_incident(icc.live, signed.lost_since, reload);
    let waiting = Memo::new(move |_| {
        icc.live.state.with(|state| state.pending_approval().map(|approval| approval.request.id))
    });
    Effect::new(move |before: Option<Option<_>>| {
        let now = waiting.get();
        if before.is_some_and(|before| before != now) {
            icc.refresh_rights();
            signed.refresh();
        }
        now
    });
    // Chosen when the page was loaded: nobody's page turns under their eyes because the incident closed.
    let first = if icc.live.state.with_untracked(|state| state.closed_at.is_some()) {
        Tab::Story
    } else {
        Tab::Mission
    };
    let query = use_query_map();
    let named = Memo::new(move |_| query.with(|query| Tab::named(query.get("tab").as_deref())));
    let centre = Memo::new(move |_| match named.get() {
        Some(Tab::Mission) => Tab::Mission,
        Some(Tab::Findings) => Tab::Findings,
        Some(Tab::Story) if icc.read(|state| state.closed_at.is_some()) => Tab::Story,
        _ if icc.is_now() => first,
        _ => Tab::Mission,
    });
    let narrow = Memo::new(move |_| {
        named.get().unwrap_or(if first == Tab::Story { Tab::Story } else { Tab::Deck })
    });
    let title = icc.part(|state| state.title.clone());
    let closed = icc.part(|state| state.closed_at.is_some());
    let found = icc.part(|state| state.findings.len() + state.gaps.len());
    let links = move |current: Memo<Tab>, all: bool| {
        let at = icc.at.get().map(|at| at.to_string());
        tabs(current.get(), at.as_ref(), u64::try_from(found.get()).ok(), closed.get(), all)
    };
    view! {
        {move || view! { <Title text=title.get() /> }}
        <div class="icc" data-tab=move || narrow.get().name()>
            <Head icc=icc />
            <div class="grid grid--icc">
                <div class="icc__context"><Context icc=icc /></div>
                <div class="icc__centre stack">
                    {move || view! { <div class="icc__tabs-wide"><Tabs label="Views" items=links(centre, false) /></div> }}
                    {move || match centre.get() {
                        Tab::Findings => view! { <findings::Findings icc=icc /> }.into_any(),
                        Tab::Story => view! { <Story icc=icc /> }.into_any(),
                        _ => view! { <Mission icc=icc /> }.into_any(),
                    }}
                </div>
                <div class="icc__deck"><Deck icc=icc /></div>
            </div>
            {move || view! { <div class="icc__tabs-narrow"><Tabs label="Parts of this page" items=links(narrow, true) /></div> }}
        </div>
    }
    .into_any()
}

/// The tabs, as links that keep the moment looked at.
fn tabs(
    current: Tab,
    at: Option<&String>,
    found: Option<u64>,
    closed: bool,
    all: bool,
) -> Vec<LinkItem> {
    let link = |tab: Tab, label: &str| {
        let href = url::query(&[("tab", Some(tab.name().to_owned())), ("at", at.cloned())]);
        LinkItem::new(label, href, tab == current)
    };
    let mut items = Vec::new();
    if all {
        items.push(link(Tab::Deck, "Action Deck"));
    }
    if closed {
        items.push(link(Tab::Story, "Story"));
    }
    items.push(link(Tab::Mission, "Mission Control"));
    items.push(LinkItem { count: found, ..link(Tab::Findings, "Findings") });
    if all {
        items.push(link(Tab::Context, "Context"));
    }
    items
}
