//! Mission Control: the journal as it grows.

use evenkeel_domain::id::EvidenceId;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{Icc, evidence::WholeAnswer, narrator::Narrator};
use crate::{
    pages::url,
    ui::{Terminal, Unfold},
};

/// The terminal. A link to a piece of evidence (`#ev-…`) folds its line open.
#[component]
pub fn Mission(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let until = icc.at.get_value().and_then(|at| usize::try_from(at).ok()).unwrap_or(usize::MAX);
    let lines = icc.journal.with_value(|journal| Narrator::tell_all(journal.iter().take(until)));
    let agent = use_query_map().with(|query| url::value(query, "agent"));
    let live = icc.is_now() && icc.read(|state| state.closed_at.is_none());
    let base = url::query(&[
        ("tab", Some("mission".to_owned())),
        ("at", icc.at.get_value().map(|at| at.to_string())),
    ]);
    let id = icc.id();
    let unfold = Unfold::new(move |evidence| {
        let recorded = EvidenceId::parse(evidence).ok();
        let size = icc.state.with_value(|state| {
            recorded.and_then(|id| state.evidence.get(&id)).and_then(super::evidence::size)
        });
        size.map(
            |size| view! { <WholeAnswer incident=id evidence=evidence.to_owned() size=size /> },
        )
        .into_any()
    });
    view! { <Terminal entries=lines agent=agent base=base live=live unfold=unfold /> }.into_any()
}
