//! Serving until told to stop, and ending without breaking off calls.

use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How a server ends.
pub struct Ending {
    /// Ends all sessions and their streams; the one that the router was made with.
    pub sessions: CancellationToken,
    /// The calls that are running.
    pub calls: TaskTracker,
    /// How long they have to end.
    pub grace: Duration,
}

/// Time for the last answers to leave once all calls have ended.
const LEAVING: Duration = Duration::from_secs(1);

/// Serves until `stop` is done. Then nobody is let in any more, running calls end by themselves or are broken off
/// after the grace, and sessions are closed.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()>,
    ending: Ending,
) -> std::io::Result<()> {
    let closed = CancellationToken::new();
    let serving =
        axum::serve(listener, router).with_graceful_shutdown(closed.clone().cancelled_owned());
    let mut serving = tokio::spawn(async move { serving.await });
    tokio::select! {
        ended = &mut serving => return ended.map_err(std::io::Error::other)?,
        () = stop => {}
    }
    closed.cancel();
    ending.calls.close();
    if tokio::time::timeout(ending.grace, ending.calls.wait()).await.is_err() {
        tracing::warn!("{} calls were still running and are broken off", ending.calls.len());
    }
    // A session's streams never end by themselves.
    let cut = async {
        tokio::time::sleep(LEAVING / 10).await;
        ending.sessions.cancel();
    };
    let (ended, ()) = tokio::join!(tokio::time::timeout(LEAVING, &mut serving), cut);
    if let Ok(ended) = ended {
        return ended.map_err(std::io::Error::other)?;
    }
    serving.abort();
    Ok(())
}
