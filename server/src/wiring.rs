//! Puts the parts together. The only file that names concrete adapters side by side.

use std::sync::Arc;

use anyhow::Context;
use evenkeel_engine::{
    checkpoint::Signer,
    clock::{Clock, Entropy},
    journal::{Journal, WorkerId},
    runner::Runner,
    worker::Worker,
};
use evenkeel_policy::PolicySet;
use evenkeel_services::{
    AuditKeys, Parts, ReconcileSettings, Reconciler, Sealer, ServiceSettings, Services, ToolCaller,
    Toolroom, ooda,
};
use evenkeel_storage::{Schema, Store};
use evenkeel_storage_postgres::{PostgresSide, PostgresStore};
use evenkeel_storage_sql::transfer::{Moved, Side, transfer};
use evenkeel_storage_sqlite::{SqliteSide, SqliteStore};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::{
    config::Config,
    high_water::HighWater,
    metrics::Metrics,
    system::{SystemClock, SystemEntropy},
    toolcaller::McpTools,
};

/// The running parts of one process.
pub struct Platform {
    /// The use cases.
    pub services: Services,
    /// The database, for sessions and health.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// This process's metrics.
    pub metrics: Arc<Metrics>,
    /// What carries incidents.
    pub worker: Arc<Worker>,
    /// The numbers of what asks Alertmanager.
    pub reconcile: ReconcileSettings,
    /// The tools, to be closed at the end.
    pub tools: Arc<McpTools>,
    /// Where it is noted how far the database has come, if anywhere.
    pub high_water: Option<Arc<HighWater>>,
}

/// How the tables of the database stand to this version's; makes and changes nothing.
pub async fn schema(config: &Config) -> anyhow::Result<Schema> {
    let url = config.database_url.as_str();
    let schema = if is_postgres(url) {
        PostgresStore::schema(url).await
    } else {
        SqliteStore::schema(url).await
    };
    schema.with_context(|| format!("cannot look at the database at {}", shown(url)))
}

impl Platform {
    /// What asks Alertmanager, where one replica does it for all, until `stop`.
    pub fn reconcile(&self, stop: CancellationToken) -> impl Future<Output = ()> + Send + use<> {
        Reconciler::new(self.services.clone(), self.reconcile).run(stop)
    }
}

/// Opens the database that the address names and brings it to this version's schema.
pub async fn open_store(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    let url = config.database_url.as_str();
    let opening = || format!("cannot open the database at {}", shown(url));
    if is_postgres(url) {
        let store = PostgresStore::open(url).await.with_context(opening)?;
        store.migrate().await.context(MIGRATING)?;
        return Ok(Arc::new(store));
    }
    let store = SqliteStore::open(url).await.with_context(opening)?;
    store.migrate().await.context(MIGRATING)?;
    Ok(Arc::new(store))
}

/// Opens the database that the address names as it is, to read only: nothing is brought up to
/// date.
pub async fn open_read_only(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    let url = config.database_url.as_str();
    let opening = || format!("cannot open the database at {}", shown(url));
    if is_postgres(url) {
        let store = PostgresStore::open_read_only(url).await.with_context(opening)?;
        return Ok(Arc::new(store));
    }
    Ok(Arc::new(SqliteStore::open_read_only(url).await.with_context(opening)?))
}

/// What the audit trail is signed and checked with.
pub fn audit_keys(config: &Config) -> anyhow::Result<AuditKeys> {
    Ok(AuditKeys::new(Signer::new(config.secret_key()?)?, config.audit_keys.clone()))
}

/// The public key that the audit trail is signed with under a secret key.
pub fn public_key(secret: &SecretString) -> anyhow::Result<String> {
    Ok(Signer::new(secret)?.key().to_owned())
}

const MIGRATING: &str = "cannot bring the database to this version's schema";

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// Moves all that the database at `from` holds to the empty one at `to`.
pub async fn move_installation(from: &str, to: &str) -> anyhow::Result<Moved> {
    let old = side(from).await?;
    let opening = || format!("cannot open the database at {}", shown(to));
    // Closed again, so that the move has it to itself.
    if is_postgres(to) {
        let store = PostgresStore::open(to).await.with_context(opening)?;
        store.migrate().await.context(MIGRATING)?;
        store.close().await;
    } else {
        let store = SqliteStore::open(to).await.with_context(opening)?;
        store.migrate().await.context(MIGRATING)?;
        store.close().await;
    }
    Ok(transfer(old, side(to).await?).await?)
}

async fn side(url: &str) -> anyhow::Result<Box<dyn Side>> {
    let opening = || format!("cannot open the database at {}", shown(url));
    if is_postgres(url) {
        Ok(Box::new(PostgresSide::open(url).await.with_context(opening)?))
    } else {
        Ok(Box::new(SqliteSide::open(url).await.with_context(opening)?))
    }
}

/// A database address without a password.
fn shown(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => {
            format!("{}://…{}", &url[..scheme], &url[at..])
        }
        _ => url.to_owned(),
    }
}

/// The policies in force: the operator's folder, or the shipped ones.
pub fn policies(config: &Config) -> anyhow::Result<PolicySet> {
    match &config.policies {
        Some(dir) => PolicySet::load(dir)
            .with_context(|| format!("cannot use the policies in {}", dir.display())),
        None => PolicySet::shipped().context("the shipped policies are broken"),
    }
}

/// Everything, over the configured database.
pub async fn platform(config: &Config) -> anyhow::Result<Platform> {
    let store = open_store(config).await?;
    let tools = Arc::new(McpTools::start(config)?);
    assemble(config, store, tools)
}

/// Everything, over a given store and tools; tests bring their own.
pub fn assemble(
    config: &Config,
    store: Arc<dyn Store>,
    tools: Arc<McpTools>,
) -> anyhow::Result<Platform> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let metrics = Metrics::new()?;
    let journal: Arc<dyn Journal> = store.clone();
    tools.remember(store.clone());
    let caller: Arc<dyn ToolCaller> = tools.clone();
    let services = Services::new(Parts {
        store: store.clone(),
        journal: journal.clone(),
        policy: Arc::new(policies(config)?),
        tools: Arc::new(Toolroom::new(caller, clock.clone(), metrics.clone())),
        sealer: Sealer::new(config.secret_key()?)?,
        audit_keys: audit_keys(config)?,
        clock: clock.clone(),
        entropy: entropy.clone(),
        settings: ServiceSettings {
            public_url: config.public_url.clone(),
            storm: config.intake.storm,
            per_cluster: config.engine.per_cluster,
        },
        reconcile: Arc::default(),
    });
    let runner =
        Runner::new(ooda::ports(&services, config.planner), config.engine, metrics.clone());
    let worker = Worker {
        id: WorkerId(format!("{}-{:08x}", std::process::id(), rand::random::<u32>())),
        journal,
        runner: Arc::new(runner),
        clock: clock.clone(),
        entropy,
        settings: config.engine,
    };
    info!(policy = services.policy_version(), "policies in force: {}", services.policy_version());
    let high_water = config
        .high_water
        .clone()
        .map(|file| Arc::new(HighWater::new(file, Arc::clone(&store), Arc::clone(&clock))));
    let (worker, reconcile) = (Arc::new(worker), config.intake.reconcile);
    Ok(Platform { services, store, clock, metrics, worker, reconcile, tools, high_water })
}
