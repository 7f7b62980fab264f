//! The work on this cluster's incidents: what runs, and what waits for its turn.

use evenkeel_domain::view::{Queue, QueuedIncident};
use leptos::prelude::*;

use super::Here;
use crate::ui::{Panel, Time};

/// What runs and what waits; nothing when there is neither.
#[component]
pub fn QueuePanel(
    /// The room.
    here: Here,
) -> impl IntoView {
    let Queue { running, runs, limit, waiting, oldest } = here.read(|room| room.queue.clone());
    (runs + waiting > 0).then(|| {
        let shown = running.len() as u64;
        let more = runs.saturating_sub(shown);
        let rows = running.into_iter().map(|incident| view! { <Line incident=incident /> });
        let first = oldest.map(|incident| {
            view! {
                <p class="small muted">"Waiting longest"</p>
                <ul class="queue"><Line incident=incident /></ul>
            }
        });
        view! {
            <Panel title="Queue">
                <div class="stack stack--tight">
                    <p>{summary(runs, limit, waiting)}</p>
                    <ul class="queue">{rows.collect_view()}</ul>
                    {(more > 0).then(|| view! { <p class="small muted">{format!("and {more} more")}</p> })}
                    {first}
                    <p class="small muted">"The most urgent first. What waits for a person or for a time takes no turn."</p>
                </div>
            </Panel>
        }
    })
}

fn summary(runs: u64, limit: u32, waiting: u64) -> String {
    let waits = match waiting {
        0 => "none waits for its turn".to_owned(),
        1 => "1 waits for its turn".to_owned(),
        many => format!("{many} wait for their turn"),
    };
    format!("{runs} worked on now, of at most {limit} at once; {waits}.")
}

#[component]
fn Line(
    /// Which.
    incident: QueuedIncident,
) -> impl IntoView {
    let QueuedIncident { id, title, opened_at } = incident;
    view! { <li class="queue__line"><a href=format!("/incidents/{id}")>{title}</a>" "<Time at=opened_at /></li> }
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn the_queue_is_said_in_a_sentence() {
        assert_eq!(
            summary(6, 6, 1_200),
            "6 worked on now, of at most 6 at once; 1200 wait for their turn."
        );
        assert_eq!(
            summary(0, 6, 1),
            "0 worked on now, of at most 6 at once; 1 waits for its turn."
        );
        assert_eq!(
            summary(1, 6, 0),
            "1 worked on now, of at most 6 at once; none waits for its turn."
        );
    }
}
