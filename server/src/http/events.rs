//! Live events: one stream per incident, which resumes where it broke off, and one of all
//! incidents of an organisation for lists.

use std::{convert::Infallible, time::Duration};

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
use tokio::{sync::broadcast::error::RecvError, time::timeout};

use super::{
    caller::Asking,
    problem::{ApiProblem, ApiResult},
    state::AppState,
};

/// How often a silent stream says that it lives; below the usual 60 s of proxies.
const PING: Duration = Duration::from_secs(15);
/// How often a stream reads the journal although no signal came: another replica may have
/// written, or a signal may have been missed.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

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
    services.entries_after(&caller, id, after).await?;
    let stream = entries(services, caller, id, after);
    Ok(Sse::new(stream).keep_alive(
        KeepAlive::new().interval(PING).event(Event::default().event("ping").data("{}")),
    ))
}

/// Records after `after`, then those to come. Each read asks again who the reader is now and what
/// the policy says, so that a stream ends when its reader loses the right to it.
fn entries(
    services: Services,
    caller: Caller,
    id: IncidentId,
    mut after: u64,
) -> impl Stream<Item = Result<Event, Infallible>> {
    stream! {
        let mut feed = services.journal().feed();
        loop {
            let Ok(Some(caller)) = services.caller_again(&caller).await else { return };
            let Ok(page) = services.entries_after(&caller, id, after).await else { return };
            for entry in &page {
                after = entry.seq;
                if let Ok(event) = Event::default().event("entry").id(entry.seq.to_string()).json_data(entry) {
                    yield Ok(event);
                }
            }
            if !page.is_empty() {
                continue;
            }
            let grown = async {
                loop {
                    match feed.recv().await {
                        Ok(grown) if grown.incident == id && grown.seq > after => return true,
                        Ok(_) => {}
                        Err(RecvError::Lagged(_)) => return true,
                        Err(RecvError::Closed) => return false,
                    }
                }
            };
            if timeout(LOOK_AGAIN, grown).await == Ok(false) {
                return;
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
        loop {
            let incident = match feed.recv().await {
                Ok(grown) => grown.incident,
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return,
            };
            let Ok(Some(caller)) = services.caller_again(&caller).await else { return };
            // Other organisations' incidents are not found, which is as it should be.
            let Ok(summary) = services.incident_summary(&caller, incident).await else { continue };
            if let Ok(event) = Event::default().event("incident").json_data(&summary) {
                yield Ok(event);
            }
        }
    }
}
