//! The Incident Command Center: one incident, live.
//!
//! The page is made from the journal and its fold; every section reads the part it shows. The address holds which tab
//! is open and which moment is looked at (`?at=`). While the incident is open the page follows its stream.

mod context;
mod deck;
mod evidence;
mod findings;
mod foreign;
mod head;
mod mission;
mod narrator;
mod story;

pub use evidence::EvidencePage;

use std::collections::BTreeMap;

use evenkeel_domain::{
    Entry, Event, IncidentState,
    cluster::EmergencyStop,
    evidence::Citation,
    id::{EvidenceId, IncidentId},
    incident::IncidentSummary,
    view::IncidentRoom,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    hooks::{use_params_map, use_query_map},
    params::ParamsMap,
};

use self::{context::Context, deck::Deck, head::Head, mission::Mission, story::Story};
use super::{
    load::{ProblemView, load},
    url,
};
use crate::{
    api::{self, ApiError},
    live::Live,
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
    load(room, "the incident", 12, move |room| match Icc::new(room) {
        Ok(icc) => view! { <Room icc=icc /> }.into_any(),
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
    journal: StoredValue<Vec<Entry>>,
    state: StoredValue<IncidentState>,
    rights: StoredValue<Rights>,
    similar: StoredValue<Vec<IncidentSummary>>,
    at: StoredValue<Option<u64>>,
    past: StoredValue<Option<IncidentState>>,
    numbers: StoredValue<BTreeMap<EvidenceId, usize>>,
}

impl Icc {
    fn new(room: IncidentRoom) -> Result<Self, ApiError> {
        let IncidentRoom { entries, approve_refused, reject_refused, stop, similar } = room;
        let state = IncidentState::fold(&entries).ok().flatten().ok_or_else(|| {
            ApiError::new(
                500,
                "journal.unreadable",
                "The journal of this incident does not fit together.",
                "Run `evenkeel audit verify` on the server, and keep its database as it is.",
            )
        })?;
        let at = use_query_map()
            .with(|query| url::value(query, "at"))
            .and_then(|at| at.parse::<u64>().ok())
            .filter(|at| *at >= 1 && *at < state.seq);
        let past = at
            .and_then(|at| usize::try_from(at).ok())
            .and_then(|at| IncidentState::fold(entries.iter().take(at)).ok().flatten());
        let recorded = entries.iter().filter_map(|entry| match &entry.event {
            Event::EvidenceRecorded { evidence } => Some(evidence.id),
            _ => None,
        });
        let numbers = recorded.enumerate().map(|(at, id)| (id, at + 1)).collect();
        Ok(Self {
            state: StoredValue::new(state),
            rights: StoredValue::new(Rights { approve_refused, reject_refused, stop }),
            similar: StoredValue::new(similar),
            at: StoredValue::new(at),
            past: StoredValue::new(past),
            numbers: StoredValue::new(numbers),
            journal: StoredValue::new(entries),
        })
    }

    /// Reads the moment that is looked at: now, or one in the past.
    pub fn read<T>(self, read: impl FnOnce(&IncidentState) -> T) -> T {
        self.past.with_value(|past| match past {
            Some(past) => read(past),
            None => self.state.with_value(read),
        })
    }

    /// The incident's id.
    pub fn id(self) -> IncidentId {
        self.state.with_value(|state| state.id)
    }

    /// Whether this is now, not a moment in the past.
    pub fn is_now(self) -> bool {
        self.at.get_value().is_none()
    }

    /// Label and link of a piece of evidence: `E3 list_pods`, and the line in Mission Control that folds open.
    pub fn cite(self, id: EvidenceId) -> (String, String) {
        let number = self.numbers.with_value(|numbers| numbers.get(&id).copied());
        let tool = self
            .state
            .with_value(|state| state.evidence.get(&id).map(|evidence| evidence.tool.clone()));
        let label = match (number, tool) {
            (Some(number), Some(tool)) => format!("E{number} {tool}"),
            _ => "evidence".to_owned(),
        };
        let at = self.at.get_value().map(|at| at.to_string());
        let query = url::query(&[("tab", Some("mission".to_owned())), ("at", at)]);
        (label, format!("/incidents/{}{query}#ev-{id}", self.id()))
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
) -> impl IntoView {
    let query = use_query_map().get();
    let closed_now = icc.state.with_value(|state| state.closed_at.is_some());
    // Nobody's page turns under their eyes because the incident closed: a page that was opened before says so when it
    // is refreshed.
    let was_open = query.get("was").as_deref() == Some("open");
    let first = if closed_now && !was_open { Tab::Story } else { Tab::Mission };
    let closed = icc.read(|state| state.closed_at.is_some());
    let named = Tab::named(query.get("tab").as_deref());
    let centre = match named {
        Some(Tab::Mission) => Tab::Mission,
        Some(Tab::Findings) => Tab::Findings,
        Some(Tab::Story) if closed => Tab::Story,
        _ if icc.is_now() => first,
        _ => Tab::Mission,
    };
    let narrow = named.unwrap_or(if first == Tab::Story { Tab::Story } else { Tab::Deck });
    let found = icc.read(|state| u64::try_from(state.findings.len() + state.gaps.len()).ok());
    let at = icc.at.get_value().map(|at| at.to_string());
    let links = |current: Tab, all: bool| tabs(current, at.as_ref(), found, closed, all);
    let follows = (!closed_now).then(|| follow(icc, &query));
    let shown = match centre {
        Tab::Findings => view! { <findings::Findings icc=icc /> }.into_any(),
        Tab::Story => view! { <Story icc=icc /> }.into_any(),
        _ => view! { <Mission icc=icc /> }.into_any(),
    };
    view! {
        <Title text=icc.read(|state| state.title.clone()) />
        {follows}
        <div class="icc" data-tab=narrow.name()>
            <Head icc=icc />
            <div class="grid grid--icc">
                <div class="icc__context"><Context icc=icc /></div>
                <div class="icc__centre stack">
                    <div class="icc__tabs-wide"><Tabs label="Views" items=links(centre, false) /></div>
                    {shown}
                </div>
                <div class="icc__deck"><Deck icc=icc /></div>
            </div>
            <div class="icc__tabs-narrow"><Tabs label="Parts of this page" items=links(narrow, true) /></div>
        </div>
    }
    .into_any()
}

/// The page follows the incident, as the view it is now.
fn follow(icc: Icc, query: &ParamsMap) -> AnyView {
    let id = icc.id();
    let after = icc.state.with_value(|state| state.seq);
    let kept = ["tab", "at", "agent"].map(|name| (name, url::value(query, name)));
    let view = [kept.as_slice(), &[("was", Some("open".to_owned()))]].concat();
    let refresh = format!("/incidents/{id}{}", url::query(&view));
    let stream = format!("/api/v1/incidents/{id}/events");
    view! { <Live stream=stream event="entry" after=Some(after) refresh=Some(refresh) /> }
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
        items.push(link(Tab::Deck, "Deck"));
    }
    if closed {
        items.push(link(Tab::Story, "Story"));
    }
    // Five words must stand beside each other on a phone.
    items.push(link(Tab::Mission, if all { "Mission" } else { "Mission Control" }));
    items.push(LinkItem { count: found, ..link(Tab::Findings, "Findings") });
    if all {
        items.push(link(Tab::Context, "Context"));
    }
    items
}
