//! The story of a closed incident on one page, to read, copy and take along.

mod postmortem;

use evenkeel_domain::access::Permission;
use leptos::prelude::*;

use super::{
    Icc,
    deck::{Compared, figures},
};
use crate::{
    icons::{Glyph, Icon},
    pages::{signed::use_signed, url::escape, words},
    ui::{
        CopyButton, Panel, Time,
        time::{took, unix},
    },
};

use postmortem::postmortem;

/// The post-mortem: what happened, why, what was tried, whether it worked; as text and as Markdown.
#[component]
pub fn Story(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let markdown = icc.read(postmortem);
    let take = move || {
        let text = markdown.clone();
        let name = format!("incident-{}.md", icc.id());
        let href = format!("data:text/markdown;charset=utf-8,{}", escape(&text));
        view! {
            <CopyButton text=text what="the story as Markdown" />
            <a class="btn btn--ghost btn--small" href=href download=name><Icon glyph=Glyph::Download />"Markdown"</a>
            {case_file(icc)}
        }
    };
    view! {
        <Panel title="The story" aside=take>
            <div class="story">
                <Ending icc=icc />
                <Cause icc=icc />
                <Tried icc=icc />
                <Timeline icc=icc />
            </div>
        </Panel>
    }
    .into_any()
}

/// The incident as one file, to be kept as a regression case; for those who may take it.
fn case_file(icc: Icc) -> Option<AnyView> {
    let may = use_signed().me().permissions.contains(&Permission::Export);
    may.then(|| {
        let (href, name) = (format!("/api/v1/incidents/{}/export", icc.id()), format!("incident-{}.jsonl", icc.id()));
        view! { <a class="btn btn--ghost btn--small" href=href download=name title="The incident as one file: journal, evidence and answers, secrets and people redacted"><Icon glyph=Glyph::Download />"Export"</a> }.into_any()
    })
}

#[component]
fn Ending(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let ending = icc.read(postmortem::ending);
    let facts = icc.read(postmortem::facts);
    let facts = facts.into_iter().map(|(name, value)| view! { <div class="figures__item"><dt>{name}</dt><dd class="number">{value}</dd></div> }).collect_view();
    view! { <p class="story__lead">{ending}</p><dl class="figures__list">{facts}</dl> }.into_any()
}

#[component]
fn Cause(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let best = icc.read(|state| state.hypotheses.first().cloned());
    best.map(|best| {
            let claims = best
                .claims
                .iter()
                .map(|claim| {
                    let cites = icc.cite_all(&claim.citations).into_iter().map(|(label, href)| view! { <a class="cite" href=href>{label}</a> }).collect_view();
                    view! { <li>{words::sentence(&claim.text)}" "{cites}</li> }
                })
                .collect_view();
            view! { <h3>"Why"</h3><p>{words::sentence(&best.summary)}" ("{best.confidence_word()}")"</p><ul class="story__list">{claims}</ul> }
        })
}

#[component]
fn Tried(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let tried = icc.read(postmortem::tried);
    let figures = icc.read(figures);
    let list = if tried.is_empty() {
        view! { <p>"Nothing was changed."</p> }.into_any()
    } else {
        let lines = tried
            .into_iter()
            .map(|line| view! { <li>{words::sentence(&line)}</li> })
            .collect_view();
        view! { <ul class="story__list">{lines}</ul> }.into_any()
    };
    let compared = Some(figures)
        .filter(|figures| !figures.is_empty())
        .map(|figures| view! { <Compared figures=figures /> });
    view! { <h3>"What was done"</h3>{list}{compared} }.into_any()
}

#[component]
fn Timeline(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let phases = icc.read(|state| state.phases.clone());
    let ends: Vec<_> = phases.iter().skip(1).map(|entered| entered.at).collect();
    let lines = phases
        .into_iter()
        .enumerate()
        .map(|(at, entered)| {
            let lasted = ends.get(at).map(|end| format!(", {}", took(unix(*end) - unix(entered.at))));
            view! { <li><Time at=entered.at absolute=true />" "{words::sentence(entered.phase.as_str())}<span class="muted number">{lasted}</span></li> }
        })
        .collect_view();
    view! { <h3>"When"</h3><ul class="story__list">{lines}</ul> }.into_any()
}
