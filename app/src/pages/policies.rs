//! The policies in force, read-only: they are files, and change by review.

use evenkeel_domain::view::{PolicyBook, PolicyRule};
use leptos::prelude::*;
use leptos_meta::Title;

use super::load::load;
use crate::{
    api,
    icons::Glyph,
    ui::{Badge, CopyButton, EmptyState, Panel, Tone},
};

/// The page.
#[component]
pub fn PoliciesPage() -> impl IntoView {
    let book = Resource::new_blocking(|| (), |()| api::policy_book());
    view! {
        <Title text="Policies" />
        <div class="stack">
            <h1>"Policies"</h1>
            <p class="muted measure">
                "Every action of every plan is put to these rules twice: as it is, and as if a person had approved it. What they allow is done, "
                "what they would allow with a person waits for one, and everything else is denied. They live in files and change by review; "
                <code>"evenkeel policy test"</code>" runs the tests beside them."
            </p>
            {load(book, "policies", 8, |book| view! { <Book book=book /> }.into_any())}
        </div>
    }
    .into_any()
}

#[component]
fn Book(
    /// The rules.
    book: PolicyBook,
) -> impl IntoView {
    let PolicyBook { version, rules } = book;
    if rules.is_empty() {
        return view! { <EmptyState title="There is no rule" text="Without a rule that permits it, nothing may be done." glyph=Glyph::Policies /> }.into_any();
    }
    let count = rules.len();
    let rules = rules.into_iter().map(|rule| view! { <Rule rule=rule /> }).collect_view();
    view! {
        <Panel title=format!("{count} rules in force") class="panel--flush" aside=move || view! { <span class="mono small" title=version.clone()>"version "{version.chars().take(12).collect::<String>()}</span> }>
            <ul class="rows">{rules}</ul>
        </Panel>
    }
    .into_any()
}

#[component]
fn Rule(
    /// The rule.
    rule: PolicyRule,
) -> impl IntoView {
    let PolicyRule { id, reason, effect, file, text } = rule;
    let permits = effect == "permit";
    let (word, tone, glyph) = if permits {
        ("Permits", Tone::Ok, Glyph::Ok)
    } else {
        ("Forbids", Tone::Danger, Glyph::Denied)
    };
    let anchor = format!("rule-{id}");
    view! {
        <li>
            <details class="rule" id=anchor>
                <summary class="rows__link" data-row="" tabindex="0">
                    <Badge text=word tone=tone glyph=glyph />
                    <span class="rule__reason">{reason}</span>
                    <span class="mono muted rule__id">{id}</span>
                </summary>
                <div class="rule__text">
                    <p class="small muted"><span class="mono">{file}</span></p>
                    <div class="secret"><pre tabindex="0"><code>{text}</code></pre><CopyButton what="the rule" /></div>
                </div>
            </details>
        </li>
    }
    .into_any()
}
