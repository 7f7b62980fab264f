//! The memory through its front door, over a double of the closed incidents.

use std::sync::{Arc, Mutex};

use evenkeel_mcp_servers::Limits;
use evenkeel_mcp_servers::memory::{Cursor, Memory, Page, Recollections, server};
use evenkeel_tools::memory::{
    GetMemoryArgs, MemoryStateArgs, RecallSimilarArgs, RememberedIncident, Tried,
};
use futures::FutureExt as _;
use futures::future::BoxFuture;

use crate::support::TestClient;

/// Closed incidents of one organisation in memory: a double of the platform's.
#[derive(Clone)]
struct DoubleOfClosed(Arc<Mutex<Result<Vec<RememberedIncident>, String>>>);

impl DoubleOfClosed {
    fn of(incidents: Vec<RememberedIncident>) -> Self {
        Self(Arc::new(Mutex::new(Ok(incidents))))
    }

    fn all(&self) -> Result<Vec<RememberedIncident>, String> {
        let mut all = self.0.lock().unwrap().clone()?;
        all.sort_by(|a, b| (a.closed_at, &a.id).cmp(&(b.closed_at, &b.id)));
        Ok(all)
    }
}

fn place(incident: &RememberedIncident) -> Cursor {
    Cursor { closed_at: incident.closed_at, id: incident.id.clone() }
}

impl Recollections for DoubleOfClosed {
    fn closed(&self, after: Option<Cursor>, limit: u32) -> BoxFuture<'_, Result<Page, String>> {
        async move {
            let all = self.all()?.into_iter();
            let incidents: Vec<_> = all
                .filter(|incident| after.as_ref().is_none_or(|after| place(incident) > *after))
                .take(limit as usize)
                .collect();
            let full = incidents.len() == limit as usize;
            Ok(Page { last: incidents.last().map(place), full, incidents })
        }
        .boxed()
    }

    fn latest(&self, most: u32) -> BoxFuture<'_, Result<Option<Cursor>, String>> {
        async move {
            let all = self.all()?;
            Ok(all.len().checked_sub(most as usize + 1).map(|at| place(&all[at])))
        }
        .boxed()
    }
}

fn incident(n: usize, title: &str, alert: &str) -> RememberedIncident {
    RememberedIncident {
        id: format!("incident-{n:04}"),
        title: title.to_owned(),
        cluster: "shop".to_owned(),
        alerts: vec![alert.to_owned()],
        object: Some("Deployment shop/checkout".to_owned()),
        cause: Some("bad_rollout".to_owned()),
        explanation: Some("revision 5 answers with errors".to_owned()),
        findings: vec!["error ratio rose to 40 percent".to_owned()],
        tried: vec![Tried {
            action: "roll back to revision 4".to_owned(),
            result: "applied".to_owned(),
            worked: Some(true),
        }],
        outcome: "resolved".to_owned(),
        conclusion: None,
        verification: Some("errors below 1 percent for a minute".to_owned()),
        drill: false,
        opened_at: jiff::Timestamp::UNIX_EPOCH,
        closed_at: jiff::Timestamp::from_second(1_000 + 1_000 * i64::try_from(n).unwrap()).unwrap(),
    }
}

async fn client(source: DoubleOfClosed) -> TestClient {
    TestClient::of(server(Memory::new(source), Limits::default())).await
}

fn asked(query: &str, alert: &str) -> RecallSimilarArgs {
    RecallSimilarArgs {
        query: query.to_owned(),
        alert_names: vec![alert.to_owned()],
        ..RecallSimilarArgs::default()
    }
}

#[tokio::test]
async fn what_was_tried_and_whether_it_worked_is_recalled() {
    let source = DoubleOfClosed::of(vec![
        incident(0, "checkout answers with errors", "HighErrorRatio"),
        incident(1, "certificate of the edge ends", "CertExpiresSoon"),
    ]);
    let client = client(source.clone()).await;
    let similar =
        client.call(&asked("HighErrorRatio checkout errors", "HighErrorRatio")).await.unwrap();
    assert_eq!(similar.compared, 2);
    let best = &similar.incidents[0];
    assert!(best.same_alert && best.incident.id == "incident-0000", "{similar:?}");
    assert_eq!(best.incident.tried[0].worked, Some(true));
    assert!(best.incident.verification.is_some());
    let itself = RecallSimilarArgs {
        except: Some("incident-0000".to_owned()),
        ..asked("HighErrorRatio checkout errors", "HighErrorRatio")
    };
    let others = client.call(&itself).await.unwrap();
    assert!(others.incidents.iter().all(|other| other.incident.id != "incident-0000"));
    let unlike = client.call(&asked("zebra ballet saxophone", "Other")).await.unwrap();
    assert!(unlike.incidents.is_empty(), "{unlike:?}");

    // What is closed later is there with the next question.
    source.0.lock().unwrap().as_mut().unwrap().push(incident(
        2,
        "volume of orders is full",
        "DiskFull",
    ));
    let similar = client.call(&asked("volume full", "DiskFull")).await.unwrap();
    assert_eq!(similar.incidents[0].incident.id, "incident-0002");
    let one = GetMemoryArgs { incident: "incident-0002".to_owned() };
    assert_eq!(client.call(&one).await.unwrap().title, "volume of orders is full");
}

#[tokio::test]
async fn an_incident_that_was_committed_late_is_not_missed() {
    let source = DoubleOfClosed::of(vec![incident(1, "errors", "A")]);
    let client = client(source.clone()).await;
    assert_eq!(client.call(&MemoryStateArgs {}).await.unwrap().incidents, 1);
    let mut late = incident(0, "errors", "A");
    late.closed_at = jiff::Timestamp::from_second(1_950).unwrap();
    source.0.lock().unwrap().as_mut().unwrap().push(late);
    assert_eq!(client.call(&MemoryStateArgs {}).await.unwrap().incidents, 2);
}

#[tokio::test]
async fn the_latest_are_kept_and_that_there_were_more_is_said() {
    let source = DoubleOfClosed::of((0..130).map(|n| incident(n, "errors", "A")).collect());
    let memory = Memory::with_most(source.clone(), 100);
    let client = TestClient::of(server(memory, Limits::default())).await;
    let state = client.call(&MemoryStateArgs {}).await.unwrap();
    assert_eq!((state.incidents, state.complete), (100, false));
    source.0.lock().unwrap().as_mut().unwrap().push(incident(130, "errors", "A"));
    let state = client.call(&MemoryStateArgs {}).await.unwrap();
    assert_eq!(state.incidents, 100);
    assert_eq!(
        client.code(&GetMemoryArgs { incident: "incident-0030".to_owned() }).await,
        "memory.not_found"
    );
    assert!(client.call(&GetMemoryArgs { incident: "incident-0130".to_owned() }).await.is_ok());
}

#[tokio::test]
async fn a_database_that_fails_is_an_error_and_no_empty_memory() {
    let source = DoubleOfClosed::of(Vec::new());
    *source.0.lock().unwrap() = Err("the disk is full".to_owned());
    let client = client(source.clone()).await;
    assert_eq!(client.code(&asked("x", "A")).await, "memory.failed");
    *source.0.lock().unwrap() = Ok(Vec::new());
    let empty = client.call(&asked("x", "A")).await.unwrap();
    assert_eq!((empty.compared, empty.truncated), (0, false));
}
