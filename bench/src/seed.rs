//! Filling a store through its own traits: the same statements as in earnest, without the web.

use std::{fs::File, io::BufReader, path::Path, sync::Arc};

use anyhow::{Context as _, Result};
use evenkeel_domain::{
    Entry, Event, IncidentState, Timestamp,
    alert::{Alert, AlertStatus, Trigger},
    cluster::Environment,
    id::{ClusterId, IncidentId, NotificationId, OrganisationId},
    incident::IncidentSummary,
    journal::Opening,
    severity::Severity,
    stage::Resolution,
};
use evenkeel_engine::{
    chain::{self, GENESIS},
    journal::Append,
};
use evenkeel_services::case_file::{CaseReader, Piece};
use evenkeel_storage::{
    Store,
    intake::{IncidentWrite, IntakePlan, Received},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};

/// Callers at once: they share commits.
const TOGETHER: usize = 64;

/// Whose incidents they are.
#[derive(Debug, Clone, Copy)]
pub struct Home {
    /// Whose.
    pub organisation: OrganisationId,
    /// Where.
    pub cluster: ClusterId,
}

impl Home {
    /// The home of a cluster that the installation has.
    pub async fn of(store: &dyn Store, cluster: &str) -> Result<Self> {
        let cluster: ClusterId = cluster.parse()?;
        let row = store.cluster(cluster).await?.context("the cluster is not there")?;
        Ok(Self { organisation: row.cluster.organisation, cluster })
    }

    fn opening(self, n: u64, alerts: Vec<Alert>) -> Opening {
        Opening {
            organisation: self.organisation,
            cluster: self.cluster,
            cluster_name: "bench".into(),
            environment: Environment::Production,
            trigger: Trigger::Alert,
            group_key: format!("past-{n}"),
            title: format!("KubePodCrashLooping: svc-{n} is crash looping"),
            severity: [Severity::Info, Severity::Warning, Severity::Critical]
                .get(usize::try_from(n % 3).unwrap_or(0))
                .copied()
                .unwrap_or_default(),
            alerts,
        }
    }
}

fn alert(n: u64) -> Alert {
    Alert {
        fingerprint: format!("past{n:012x}"),
        status: AlertStatus::Resolved,
        labels: [("alertname", "KubePodCrashLooping"), ("namespace", "shop")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        annotations: [("summary".to_owned(), format!("pod {n} is crash looping"))].into(),
        starts_at: Timestamp::UNIX_EPOCH,
        ends_at: Some(Timestamp::UNIX_EPOCH),
        generator_url: None,
    }
}

/// The time.
#[expect(clippy::disallowed_methods, reason = "what is seeded happened before now")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// Incidents of the past: `count` of them with `alerts` alerts each, spread over the last `days`,
/// received and closed.
pub async fn past(store: &Arc<dyn Store>, home: Home, count: u64, alerts: u64) -> Result<()> {
    const DAYS: i64 = 90;
    let now = now();
    let all = stream::iter(0..count).map(|n| {
        let store = Arc::clone(store);
        async move {
            let age = DAYS * 86_400 * i64::try_from(count - n)? / i64::try_from(count)?;
            let at = now.checked_sub(jiff::SignedDuration::from_secs(age))?;
            tokio::spawn(one(store, home, n, alerts, at)).await?
        }
    });
    all.buffer_unordered(TOGETHER).try_collect::<()>().await
}

async fn one(store: Arc<dyn Store>, home: Home, n: u64, alerts: u64, at: Timestamp) -> Result<()> {
    let ms = u64::try_from(at.as_millisecond())?;
    let incident = IncidentId::from_parts(ms, u128::from(n));
    let alerts: Vec<Alert> = (n * alerts..(n + 1) * alerts).map(alert).collect();
    let opened = Event::Opened { opening: Box::new(home.opening(n, alerts.clone())) };
    let entries = chain::chain(incident, 0, GENESIS, at, vec![opened])?;
    let mut state = IncidentState::fold(&entries)?.context("nothing was folded")?;
    let write = IncidentWrite {
        incident,
        new: true,
        summary: IncidentSummary::from(&state),
        entries: entries.clone(),
        owner: None,
        adopts: false,
    };
    let received = Received {
        id: NotificationId::from_parts(ms, u128::from(n)),
        organisation: home.organisation,
        cluster: home.cluster,
        at,
        body: "x".repeat(2_048),
        group_key: format!("past-{n}"),
        truncated_alerts: 0,
        quarantined: None,
        alerts: alerts.clone(),
        beyond: None,
        reread: None,
    };
    let plan = IntakePlan {
        alerts: alerts.into_iter().map(|alert| (alert, Some(incident))).collect(),
        write: Some(write),
        audit: Vec::new(),
    };
    store.receive(&received, &move |_| plan.clone()).await?;

    let reason = "seeded".to_owned();
    let closed = Event::Closed { resolution: Resolution::Resolved, reason };
    let later = at.checked_add(jiff::SignedDuration::from_mins(4))?;
    let entries = chain::chain(incident, state.seq, &state.head, later, vec![closed])?;
    append(&*store, &mut state, entries).await
}

async fn append(store: &dyn Store, state: &mut IncidentState, entries: Vec<Entry>) -> Result<()> {
    let after = state.seq;
    for entry in &entries {
        state.apply(entry)?;
    }
    let append = Append {
        incident: state.id,
        after,
        fence: None,
        entries,
        summary: IncidentSummary::from(&*state),
        texts: Vec::new(),
        audit: Vec::new(),
    };
    Ok(store.append(append).await?)
}

/// A recorded incident's events up to the request for approval.
pub fn until_approval(case: &Path) -> Result<Vec<Event>> {
    let file = File::open(case).with_context(|| format!("opening {}", case.display()))?;
    let mut reader = CaseReader::open(BufReader::new(file))?;
    let mut events = Vec::new();
    while let Some(piece) = reader.next()? {
        if let Piece::Record(entry) = piece {
            let last = matches!(entry.event, Event::ApprovalRequested { .. });
            events.push(entry.event);
            if last {
                return Ok(events);
            }
        }
    }
    anyhow::bail!("{} holds no request for approval", case.display())
}

/// `count` incidents that wait for a person, each with the journal of a recorded one.
pub async fn waiting(
    store: &Arc<dyn Store>,
    home: Home,
    count: u64,
    events: &[Event],
) -> Result<()> {
    let now = now();
    let expires_at = now.checked_add(jiff::SignedDuration::from_hours(24))?;
    let all = stream::iter(0..count).map(|n| {
        let store = Arc::clone(store);
        let mut events = events.to_vec();
        for event in &mut events {
            match event {
                Event::Opened { opening } => {
                    let alerts = std::mem::take(&mut opening.alerts);
                    **opening = home.opening(n, alerts);
                }
                Event::ApprovalRequested { request } => {
                    request.requested_at = now;
                    request.expires_at = expires_at;
                }
                _ => {}
            }
        }
        async move { tokio::spawn(one_waiting(store, n, now, events)).await? }
    });
    all.buffer_unordered(TOGETHER).try_collect::<()>().await
}

async fn one_waiting(
    store: Arc<dyn Store>,
    n: u64,
    now: Timestamp,
    events: Vec<Event>,
) -> Result<()> {
    let ms = u64::try_from(now.as_millisecond())?;
    let incident = IncidentId::from_parts(ms, u128::from(n));
    let entries = chain::chain(incident, 0, GENESIS, now, events)?;
    let state = IncidentState::fold(&entries)?.context("nothing was folded")?;
    let append = Append {
        incident,
        after: 0,
        fence: None,
        entries,
        summary: IncidentSummary::from(&state),
        texts: Vec::new(),
        audit: Vec::new(),
    };
    Ok(store.append(append).await?)
}
