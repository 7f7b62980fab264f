//! How far a running call has come, told to a client that asks for it.
//!
//! A tool that does many things one after the other calls [`report`] between them. Where the client gave no token, and
//! outside of a call, that does nothing.

use std::sync::atomic::{AtomicU64, Ordering};

use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::{Peer, RequestContext, RoleServer};

tokio::task_local! {
    static SINK: Option<Sink>;
}

/// Where the running call's progress goes.
pub(crate) struct Sink {
    peer: Peer<RoleServer>,
    token: ProgressToken,
    /// What was told last: progress only ever grows.
    told: AtomicU64,
}

impl Sink {
    /// The client's wish to hear of progress, if it has one.
    pub(crate) fn of(context: &RequestContext<RoleServer>) -> Option<Self> {
        let token = context.meta.get_progress_token()?;
        Some(Self { peer: context.peer.clone(), token, told: AtomicU64::new(0) })
    }
}

/// Runs a call whose reports go to `sink`.
pub(crate) async fn told<F: Future>(sink: Option<Sink>, call: F) -> F::Output {
    SINK.scope(sink, call).await
}

/// Says that `done` of `total` steps are done. Reports that do not go forward are left out, because the protocol asks
/// for a number that grows.
pub async fn report(done: u32, total: u32, message: &str) {
    let Ok(Some((peer, param))) = SINK.try_with(|sink| {
        let sink = sink.as_ref()?;
        // One more than what was told, so that "nothing done yet" can be told, too.
        let step = u64::from(done) + 1;
        (sink.told.fetch_max(step, Ordering::Relaxed) < step).then(|| {
            let param = ProgressNotificationParam::new(sink.token.clone(), f64::from(done))
                .with_total(f64::from(total))
                .with_message(message);
            (sink.peer.clone(), param)
        })
    }) else {
        return;
    };
    if let Err(error) = peer.notify_progress(param).await {
        // The client has gone; the call ends by itself or with its cancellation.
        tracing::debug!(%error, "progress could not be told");
    }
}
