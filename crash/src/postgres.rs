//! A PostgreSQL of the harness' own: on a free port of the loopback address, with its own data
//! folder, synced to the disk as in earnest. It refuses to run as root, so root hands it to the
//! user that its package has made.

use std::{
    fs,
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use rustix::process::Signal;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use crate::{server::signal, world::free_ports};

/// How long it may take to answer for the first time.
const START: Duration = Duration::from_mins(1);
/// Its one database.
const DATABASE: &str = "evenkeel";

/// A PostgreSQL, ended when dropped.
pub struct Postgres {
    programs: PathBuf,
    owner: Option<(u32, u32)>,
    folder: TempDir,
    port: u16,
    process: Option<Child>,
}

/// Where the newest installed version has its programs.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(Result::ok);
    let mut found: Vec<_> = versions
        .map(|version| version.path().join("bin"))
        .filter(|programs| programs.join("postgres").exists())
        .collect();
    found.sort();
    found.pop()
}

/// The user that a package has made for it, if we are root.
fn owner() -> Result<Option<(u32, u32)>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").context("reading who there is")?;
    let line = users.lines().find_map(|line| line.strip_prefix("postgres:"));
    let mut fields = line.context("there is no user postgres")?.split(':').skip(1);
    let mut number = || fields.next().and_then(|text| text.parse().ok());
    Ok(Some((number().context("postgres has no number")?, number().context("nor a group")?)))
}

impl Postgres {
    /// Whether one can be started here.
    pub fn is_installed() -> bool {
        programs().is_some()
    }

    /// Starts one with an empty database.
    pub async fn start() -> Result<Self> {
        let programs = programs().context("PostgreSQL is not installed")?;
        let folder = tempfile::Builder::new().prefix("evenkeel-crash-postgres-").tempdir()?;
        let owner = owner()?;
        if let Some((user, group)) = owner {
            chown(folder.path(), Some(user), Some(group)).context("handing over its folder")?;
        }
        let mut this = Self { programs, owner, folder, port: free_ports(1), process: None };
        let data = this.data();
        this.run("initdb", |c| {
            c.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale"])
                .arg("--pgdata")
                .arg(&data);
        })?;
        this.up().await?;
        this.run("createdb", |c| {
            c.arg(DATABASE);
        })?;
        Ok(this)
    }

    /// The platform's `DATABASE_URL`.
    pub fn url(&self) -> String {
        Self::url_by(self.port)
    }

    /// The same by another port, which leads here.
    pub fn url_by(port: u16) -> String {
        format!("postgres://postgres@127.0.0.1:{port}/{DATABASE}")
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Starts it (again), and waits until it answers.
    pub async fn up(&mut self) -> Result<()> {
        let mut command = self.command("postgres");
        command
            .arg("-D")
            .arg(self.data())
            .args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories=", "-c", "log_min_messages=fatal"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.process = Some(command.spawn().context("starting PostgreSQL")?);
        let answers = async {
            while self.run("pg_isready", |_| {}).is_err() {
                sleep(Duration::from_millis(100)).await;
            }
        };
        timeout(START, answers).await.context("PostgreSQL does not answer")
    }

    /// Ends it at once, as when its machine is shut down; what was committed stays.
    pub fn down(&mut self) -> Result<()> {
        if let Some(mut process) = self.process.take() {
            signal(process.id(), Signal::INT)?;
            process.wait().context("waiting for PostgreSQL")?;
        }
        Ok(())
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(Path::new("/")).stdin(Stdio::null());
        command.env("PGHOST", "127.0.0.1").env("PGPORT", self.port.to_string());
        command.env("PGUSER", "postgres");
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }

    fn run(&self, name: &str, with: impl FnOnce(&mut Command)) -> Result<()> {
        let mut command = self.command(name);
        with(&mut command);
        let output = command.output().with_context(|| format!("running {name}"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{name} failed: {said}");
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Err(error) = self.down() {
            tracing::error!("PostgreSQL could not be ended: {error:#}");
        }
    }
}
