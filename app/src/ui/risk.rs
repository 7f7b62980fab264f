//! How much an action can break.

use leptos::prelude::*;

/// Risk 0 to 10: number, word and ten cells.
#[component]
pub fn RiskMeter(
    /// 0 to 10; larger counts as 10.
    risk: u8,
) -> impl IntoView {
    let risk = risk.min(10);
    let (word, class) = match risk {
        0..=3 => ("low", "risk risk--low"),
        4..=6 => ("medium", "risk risk--medium"),
        _ => ("high", "risk risk--high"),
    };
    let cells =
        (1..=10).map(|cell| view! { <i class=if cell <= risk { "risk__cell risk__cell--on" } else { "risk__cell" }></i> }).collect_view();
    view! {
        <span class=class>
            <span class="risk__cells" aria-hidden="true">{cells}</span>
            <span class="number">"Risk "{risk}"/10, "{word}</span>
        </span>
    }
    .into_any()
}
