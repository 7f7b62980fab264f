//! Live events: one stream per incident, which resumes where it broke off, and one of all
//! incidents of an organisation for lists.

use std::{
    convert::Infallible,
    time::{Duration, Instant},
};

use async_stream::stream;
use axum::{
    Router,
    extract::{Path, Query, State},
    response::sse::{Event, KeepAlive, Sse},
    routing::get,
};
use evenkeel_domain::{access::Caller, id::IncidentId};
use evenkeel_services::Services;
use futures::Stream;
use http::HeaderMap;
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;

use super::{
    caller::Asking,
    problem::{ApiProblem, ApiResult},
    state::AppState,
};

/// How often a silent stream says that it lives; below the usual 60 s of proxies.
const PING: Duration = Duration::from_secs(15);
/// How long a reader who was asked about is not asked about again: whoever loses a right sees no
/// more than this much longer. A thousand readers must not ask the database at every record.
const ASK_AGAIN: Duration = Duration::from_secs(2);

/// Both streams.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/api/v1/incidents/{id}/events", get(of_incident))
        .route("/api/v1/events", get(of_organisation))
}

#[derive(Debug, Deserialize)]
struct From {
    /// Position after which to begin; `Last-Event-ID` counts more.
    after: Option<u64>,
}

async fn of_incident(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> ApiResult<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let id = IncidentId::parse(&id).map_err(|e| ApiProblem::invalid("id", e.to_string()))?;
    let last = headers.get("last-event-id").and_then(|v| v.to_str().ok()?.parse().ok());
    let after = last.or(from.after).unwrap_or(0);
    // Asks the policy once before the stream begins, so that a refusal has a status.
    services.may_watch(&caller, id).await?;
    let stream = entries(services, caller, id, after);
    Ok(Sse::new(stream).keep_alive(
        KeepAlive::new().interval(PING).event(Event::default().event("ping").data("{}")),
    ))
}

/// Records after `after`, then those to come. Who the reader is now and what the policy says is
/// asked again while it lasts, so that a stream ends when its reader loses the right to it.
fn entries(
    services: Services,
    caller: Caller,
    id: IncidentId,
    after: u64,
) -> impl Stream<Item = Result<Event, Infallible>> {
    stream! {
        let mut watcher = services.live().watch(id, after);
        let mut asked = Instant::now();
        loop {
            if asked.elapsed() >= ASK_AGAIN {
                let Ok(Some(caller)) = services.caller_again(&caller).await else { return };
                let Ok(()) = services.may_watch(&caller, id).await else { return };
                asked = Instant::now();
            }
            let Ok(lines) = watcher.next().await else { return };
            for line in &lines {
                let event = Event::default().event("entry").id(line.seq.to_string());
                yield Ok(event.data(&line.json));
            }
            if lines.is_empty() {
                watcher.grown(ASK_AGAIN).await;
            }
        }
    }
}

async fn of_organisation(
    State(services): State<Services>,
    Asking(caller): Asking,
) -> ApiResult<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    services.me(&caller).await?;
    let stream = summaries(services, caller);
    Ok(Sse::new(stream).keep_alive(
        KeepAlive::new().interval(PING).event(Event::default().event("ping").data("{}")),
    ))
}

/// The incidents of an organisation as they change, in the words of lists.
fn summaries(services: Services, caller: Caller) -> impl Stream<Item = Result<Event, Infallible>> {
    stream! {
        let mut feed = services.journal().feed();
        let (mut caller, mut asked) = (caller, Instant::now());
        loop {
            let incident = match feed.recv().await {
                Ok(grown) => grown.incident,
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return,
            };
            if asked.elapsed() >= ASK_AGAIN {
                let Ok(Some(now)) = services.caller_again(&caller).await else { return };
                (caller, asked) = (now, Instant::now());
            }
            // Other organisations' incidents are not found, which is as it should be.
            let Ok(summary) = services.incident_summary(&caller, incident).await else { continue };
            if let Ok(event) = Event::default().event("incident").json_data(&summary) {
                yield Ok(event);
            }
        }
    }
}
