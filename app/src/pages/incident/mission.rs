//! Mission Control: the journal as it grows.

use evenkeel_domain::id::EvidenceId;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

use super::{Icc, evidence::WholeAnswer, narrator::Narrator};
use crate::{
    pages::url,
    ui::{Terminal, Unfold, browser},
};

/// The terminal. A link to a piece of evidence (`#ev-…`) folds its line open.
#[component]
pub fn Mission(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let signed = super::use_signed();
    let lines = Memo::new(move |_| {
        let until = icc.at.get().and_then(|at| usize::try_from(at).ok()).unwrap_or(usize::MAX);
        icc.live.journal.with(|journal| Narrator::tell_all(journal.iter().take(until)))
    });
    let query = use_query_map();
    let agent = Memo::new(move |_| query.with(|query| url::value(query, "agent")));
    let open = icc.part(|state| state.closed_at.is_none());
    let live = Memo::new(move |_| open.get() && icc.is_now() && signed.lost_since.get().is_none());
    let base = url::query(&[
        ("tab", Some("mission".to_owned())),
        ("at", icc.at.get_untracked().map(|at| at.to_string())),
    ]);
    let id = icc.id();
    let unfold = Unfold::new(move |evidence| {
        let recorded = EvidenceId::parse(evidence).ok();
        let size = icc.live.state.with_untracked(|state| {
            recorded.and_then(|id| state.evidence.get(&id)).and_then(super::evidence::size)
        });
        size.map(
            |size| view! { <WholeAnswer incident=id evidence=evidence.to_owned() size=size /> },
        )
        .into_any()
    });
    let hash = use_location().hash;
    Effect::new(move |_| {
        let target = hash.get();
        if !target.is_empty() {
            request_animation_frame(move || browser::unfold(target.trim_start_matches('#')));
        }
    });
    view! { <Terminal entries=lines agent=agent base=base live=live unfold=unfold /> }.into_any()
}
