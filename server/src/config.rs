//! Configuration: environment variables, every one of them described in `docs/configuration.md`.

use std::{
    env,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail};
use evenkeel_agents::planner::PlannerSettings;
use evenkeel_engine::Settings;
use evenkeel_mcp_servers::runbooks::library::CACHE;
use evenkeel_services::{AuditPace, ReconcileSettings};
use evenkeel_tools::network::{ALLOWED_NETWORKS, AllowedNetworks};
use secrecy::SecretString;

/// The whole configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// `EVENKEEL_ADDR`: where HTTP is served.
    pub addr: SocketAddr,
    /// `EVENKEEL_PUBLIC_URL`: where people reach it; for links, snippets and cookies.
    pub public_url: String,
    /// `DATABASE_URL`: the database.
    pub database_url: String,
    /// `EVENKEEL_SECRET_KEY`: seals credentials at rest.
    pub secret_key: Option<SecretString>,
    /// `EVENKEEL_SITE`: the built front end.
    pub site: PathBuf,
    /// `EVENKEEL_AGENTS`: which agent may use which tool.
    pub agents: Option<PathBuf>,
    /// `EVENKEEL_SERVERS`: third-party MCP servers that the operator lets be started.
    pub servers: Option<PathBuf>,
    /// `EVENKEEL_ALLOWED_NETWORKS`: which networks connections may reach.
    pub networks: AllowedNetworks,
    /// `EVENKEEL_POLICIES`: a folder of policies that replaces the shipped ones.
    pub policies: Option<PathBuf>,
    /// `EVENKEEL_AUDIT_KEYS`: former public keys whose checkpoints are still believed.
    pub audit_keys: Vec<String>,
    /// How often the audit trail is signed and verified.
    pub audit: AuditPace,
    /// `EVENKEEL_HIGH_WATER`: where it is noted how far the database has come. Beside a SQLite
    /// file without being asked; a PostgreSQL database has no place that is this process's own.
    pub high_water: Option<PathBuf>,
    /// `EVENKEEL_CACHE`: folder for what may be lost, such as clones of runbooks. Beside a SQLite
    /// file without being asked.
    pub cache: Option<PathBuf>,
    /// The engine's numbers.
    pub engine: Settings,
    /// The planner's numbers.
    pub planner: PlannerSettings,
    /// How alerts are taken in.
    pub intake: IntakeConfig,
    /// The defaults of a first cluster.
    pub first_cluster: FirstCluster,
}

/// How alerts are taken in.
#[derive(Debug, Clone, Copy)]
pub struct IntakeConfig {
    /// `EVENKEEL_INTAKE_CONCURRENCY`: how many notifications at a time.
    pub concurrency: usize,
    /// `EVENKEEL_STORM_INCIDENTS`: how many incidents within ten minutes are a storm.
    pub storm: u32,
    /// `EVENKEEL_RECONCILE_EVERY` and `EVENKEEL_RECONCILE_MARGIN`.
    pub reconcile: ReconcileSettings,
}

impl Default for IntakeConfig {
    /// 256 notifications: what waits for the disk together is written together, and none of them
    /// waits for a tenth of a second. Twenty incidents: more at once than people look at.
    fn default() -> Self {
        Self { concurrency: 256, storm: 20, reconcile: ReconcileSettings::default() }
    }
}

/// Variables of the original that describe a first cluster.
#[derive(Debug, Clone, Default)]
pub struct FirstCluster {
    /// `EVENKEEL_CLUSTER_NAME`
    pub name: Option<String>,
    /// `EVENKEEL_CLUSTER_ENVIRONMENT`
    pub environment: Option<String>,
    /// `PROMETHEUS_URL`
    pub prometheus_url: Option<String>,
    /// `ALERTMANAGER_URL`
    pub alertmanager_url: Option<String>,
    /// `KUBECONFIG`
    pub kubeconfig: Option<PathBuf>,
}

fn text(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}

fn seconds(name: &str, default: u64, range: std::ops::RangeInclusive<u64>) -> anyhow::Result<u64> {
    let Some(value) = text(name) else { return Ok(default) };
    let value: u64 = value.parse().with_context(|| format!("{name} must be whole seconds"))?;
    if !range.contains(&value) {
        bail!("{name} must be between {} and {} seconds", range.start(), range.end());
    }
    Ok(value)
}

/// The networks that connections may reach at most.
fn networks(text: &str) -> anyhow::Result<AllowedNetworks> {
    // Bounds are for connections, which narrow what stands here.
    anyhow::ensure!(
        !text.split_whitespace().any(|word| word == "within"),
        "{ALLOWED_NETWORKS} names networks, without `within`"
    );
    AllowedNetworks::parse(text).context(ALLOWED_NETWORKS)
}

/// Public keys: 64 hexadecimal digits each, with commas between them.
fn audit_keys() -> anyhow::Result<Vec<String>> {
    let text = text("EVENKEEL_AUDIT_KEYS").unwrap_or_default();
    let keys: Vec<_> = text
        .split(',')
        .map(|key| key.trim().to_lowercase())
        .filter(|key| !key.is_empty())
        .collect();
    for key in &keys {
        if key.len() != 64 || !key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            bail!(
                "EVENKEEL_AUDIT_KEYS holds {key}, which is not a key as `evenkeel audit key` prints it"
            );
        }
    }
    Ok(keys)
}

fn count<T>(name: &str, default: T, range: std::ops::RangeInclusive<T>) -> anyhow::Result<T>
where
    T: PartialOrd
        + std::fmt::Display
        + std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    let Some(value) = text(name) else { return Ok(default) };
    let value: T = value.parse().with_context(|| format!("{name} must be a whole number"))?;
    if !range.contains(&value) {
        bail!("{name} must be between {} and {}", range.start(), range.end());
    }
    Ok(value)
}

impl IntakeConfig {
    fn from_env() -> anyhow::Result<Self> {
        let default = Self::default();
        let time = |name, default: Duration, range| {
            seconds(name, default.as_secs(), range).map(Duration::from_secs)
        };
        Ok(Self {
            concurrency: count("EVENKEEL_INTAKE_CONCURRENCY", default.concurrency, 1..=10_000)?,
            storm: count("EVENKEEL_STORM_INCIDENTS", default.storm, 1..=1_000_000)?,
            reconcile: ReconcileSettings {
                every: time("EVENKEEL_RECONCILE_EVERY", default.reconcile.every, 1..=3_600)?,
                margin: time("EVENKEEL_RECONCILE_MARGIN", default.reconcile.margin, 1..=86_400)?,
            },
        })
    }
}

/// A SQLite database's file; `None` for another database.
fn file_of(database_url: &str) -> Option<&str> {
    database_url.strip_prefix("sqlite://")?.split('?').next()
}

impl Config {
    /// Reads the environment. Only what is wrong is an error; what is missing has a default.
    pub fn from_env() -> anyhow::Result<Self> {
        let addr: SocketAddr = text("EVENKEEL_ADDR")
            .unwrap_or_else(|| "127.0.0.1:3000".into())
            .parse()
            .context("EVENKEEL_ADDR must be an address with a port, such as 127.0.0.1:3000")?;
        let usual = Settings::default();
        let engine = Settings {
            approval_ttl: Duration::from_secs(seconds(
                "EVENKEEL_APPROVAL_TTL",
                3_600,
                10..=604_800,
            )?),
            write_limit: Duration::from_secs(seconds(
                "EVENKEEL_TOOL_TIMEOUT_SECONDS",
                10,
                1..=120,
            )?),
            lease: Duration::from_secs(seconds("EVENKEEL_LEASE", 15, 1..=300)?),
            concurrency: count("EVENKEEL_CONCURRENCY", usual.concurrency, 1..=256)?,
            per_cluster: count("EVENKEEL_CLUSTER_CONCURRENCY", usual.per_cluster, 1..=1_000)?,
            ..usual
        };
        let window = |name, default| -> anyhow::Result<u32> {
            Ok(u32::try_from(seconds(name, default, 1..=86_400)?).unwrap_or(u32::MAX))
        };
        let database_url =
            text("DATABASE_URL").unwrap_or_else(|| "sqlite://data/evenkeel.db".into());
        Ok(Self {
            addr,
            public_url: text("EVENKEEL_PUBLIC_URL").map_or_else(
                || format!("http://{addr}"),
                |url| url.trim_end_matches('/').to_owned(),
            ),
            high_water: text("EVENKEEL_HIGH_WATER")
                .map(PathBuf::from)
                .or_else(|| Some(format!("{}.high-water", file_of(&database_url)?).into())),
            cache: text(CACHE)
                .map(PathBuf::from)
                .or_else(|| Some(Path::new(file_of(&database_url)?).parent()?.join("cache"))),
            database_url,
            secret_key: text("EVENKEEL_SECRET_KEY").map(SecretString::from),
            site: text("EVENKEEL_SITE").map_or_else(|| PathBuf::from("site"), PathBuf::from),
            agents: text("EVENKEEL_AGENTS").map(PathBuf::from),
            servers: text("EVENKEEL_SERVERS").map(PathBuf::from),
            networks: networks(&text(ALLOWED_NETWORKS).unwrap_or_default())?,
            policies: text("EVENKEEL_POLICIES").map(PathBuf::from),
            audit_keys: audit_keys()?,
            audit: AuditPace {
                checkpoint: Duration::from_secs(seconds(
                    "EVENKEEL_AUDIT_CHECKPOINT",
                    300,
                    1..=86_400,
                )?),
                verify: Duration::from_secs(seconds("EVENKEEL_AUDIT_VERIFY", 3_600, 1..=604_800)?),
            },
            engine,
            planner: PlannerSettings {
                hold_s: window("EVENKEEL_VERIFY_HOLD", 30)?,
                within_s: window("EVENKEEL_VERIFY_WITHIN", 300)?,
                every_s: window("EVENKEEL_VERIFY_EVERY", 5)?,
            },
            intake: IntakeConfig::from_env()?,
            first_cluster: FirstCluster {
                name: text("EVENKEEL_CLUSTER_NAME"),
                environment: text("EVENKEEL_CLUSTER_ENVIRONMENT"),
                prometheus_url: text("PROMETHEUS_URL"),
                alertmanager_url: text("ALERTMANAGER_URL"),
                kubeconfig: text("KUBECONFIG").map(PathBuf::from),
            },
        })
    }

    /// The key that seals credentials.
    pub fn secret_key(&self) -> anyhow::Result<&SecretString> {
        self.secret_key.as_ref().context(
            "EVENKEEL_SECRET_KEY is not set: it seals credentials at rest. ./start.sh writes one \
             into .env; by hand: openssl rand -hex 32",
        )
    }
}
