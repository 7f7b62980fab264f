//! A cause, how sure we are, what speaks for and against it, and what could not be seen.

use leptos::prelude::*;

use crate::icons::{Glyph, Icon};

/// A sentence and the evidence it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimLine {
    /// The sentence.
    pub text: String,
    /// Label and link of each piece of evidence; none for what could not be seen.
    pub evidence: Vec<(String, String)>,
}

/// Confidence, 0 to 1, as words: people act on words, not on 0.83.
#[must_use]
pub fn confidence_words(confidence: f64) -> &'static str {
    match confidence {
        0.85.. => "very likely",
        0.65.. => "likely",
        0.4.. => "possible",
        _ => "weak",
    }
}

/// Confidence as words and a bar.
#[component]
pub fn Confidence(
    /// 0 to 1.
    value: f64,
) -> impl IntoView {
    let words = confidence_words(value);
    view! {
        <span class="confidence">
            <span class="confidence__words">{words}</span>
            <meter class="confidence__bar" min="0" max="1" value=format!("{value:.2}") aria-label=format!("Confidence: {words}")></meter>
        </span>
    }
    .into_any()
}

/// One ranked hypothesis.
#[component]
pub fn HypothesisCard(
    /// 1 is the best.
    rank: u32,
    /// The cause in one sentence.
    #[prop(into)]
    cause: String,
    /// 0 to 1.
    confidence: f64,
    /// What speaks for it.
    supports: Vec<ClaimLine>,
    /// What speaks against it.
    against: Vec<ClaimLine>,
    /// What could not be seen.
    unseen: Vec<String>,
) -> impl IntoView {
    let unseen = unseen.into_iter().map(|text| ClaimLine { text, evidence: Vec::new() }).collect();
    view! {
        <article class=if rank == 1 { "hypo hypo--best" } else { "hypo" }>
            <header class="hypo__head">
                <span class="hypo__rank number"><span class="unseen">"Rank "</span>{rank}</span>
                <h3 class="hypo__cause">{cause}</h3>
                <Confidence value=confidence />
            </header>
            <ClaimList title="For" glyph=Glyph::Check claims=supports />
            <ClaimList title="Against" glyph=Glyph::Close claims=against />
            <ClaimList title="Not seen" glyph=Glyph::Offline claims=unseen />
        </article>
    }
    .into_any()
}

/// Sentences with links to their evidence; renders nothing when empty.
#[component]
pub fn ClaimList(
    /// Heading.
    #[prop(into)]
    title: String,
    /// Icon before every sentence.
    glyph: Glyph,
    /// The sentences.
    claims: Vec<ClaimLine>,
) -> impl IntoView {
    (!claims.is_empty()).then(|| {
        let items = claims
            .into_iter()
            .map(|claim| {
                let links = claim
                    .evidence
                    .into_iter()
                    .map(|(label, href)| view! { <a class="cite" href=href>{label}</a> })
                    .collect_view();
                view! { <li class="claims__item"><Icon glyph=glyph /><span>{claim.text}" "{links}</span></li> }
            })
            .collect_view();
        view! { <div class="claims"><h4 class="claims__title">{title}</h4><ul>{items}</ul></div> }
    })
}

#[cfg(test)]
mod tests {
    use super::confidence_words;

    #[test]
    fn words_follow_the_number_and_nonsense_is_weak() {
        assert_eq!(confidence_words(0.95), "very likely");
        assert_eq!(confidence_words(0.4), "possible");
        assert_eq!(confidence_words(f64::NAN), "weak");
    }
}
