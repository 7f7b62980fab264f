//! A `PostgreSQL` server of its own for tests: on a free loopback port, with its own data folder,
//! ended by its process id. The server refuses to run as root, so root hands it to the user that
//! its package has made.
#![expect(clippy::unwrap_used, reason = "a test without its server is a failed test")]

use std::{
    env,
    fs::{self, File},
    net::TcpListener,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

/// How long the server may take to answer for the first time.
const START: Duration = Duration::from_mins(1);

/// A running server, ended and removed when dropped.
pub struct Server {
    process: Child,
    folder: TempDir,
    port: u16,
    owner: Option<(u32, u32)>,
    next: AtomicU64,
}

impl Server {
    /// Starts one. `None` where `PostgreSQL` is not installed, after saying so.
    ///
    /// # Panics
    /// When it is not installed and `CI` is set, or when it does not start.
    pub async fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(env::var_os("CI").is_none(), "PostgreSQL is not installed");
            eprintln!("skipped: PostgreSQL is not installed (./scripts/setup-tests.sh does it)");
            return None;
        };
        let owner = owner();
        let folder = tempfile::Builder::new().prefix("evenkeel-postgres-").tempdir().unwrap();
        if let Some((user, group)) = owner {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let data = folder.path().join("data");
        // No sync here: nothing of the template has to survive. The server itself syncs.
        let made = as_owner(Command::new(programs.join("initdb")), owner)
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale"])
            .args(["--no-sync", "--no-instructions", "--pgdata"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = free_port();
        let process = launch(&programs, folder.path(), port, owner);
        let server = Self { process, folder, port, owner, next: AtomicU64::new(0) };
        server.answers().await;
        Some(server)
    }

    /// A new, empty database; its address.
    pub async fn database(&self) -> String {
        let name = format!("evenkeel_{}", self.next.fetch_add(1, Ordering::Relaxed));
        self.execute(&format!("CREATE DATABASE {name}")).await;
        self.url(&name)
    }

    /// A copy of a database to which nobody is connected any more; its address.
    pub async fn copy_of(&self, url: &str) -> String {
        let name = format!("evenkeel_{}", self.next.fetch_add(1, Ordering::Relaxed));
        let template = url.rsplit('/').next().unwrap();
        self.execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        self.url(&name)
    }

    /// The loopback port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends it at once, as a crash would; what was committed must be there after
    /// [`Server::start_again`].
    pub fn crash(&mut self) {
        // `immediate` is the server's own word for a crash; SIGKILL would leave its children.
        signal(self.process.id(), "QUIT");
        self.process.wait().unwrap();
    }

    /// Starts it again on the same port and data.
    pub async fn start_again(&mut self) {
        let programs = programs().unwrap();
        self.process = launch(&programs, self.folder.path(), self.port, self.owner);
        self.answers().await;
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    async fn execute(&self, statement: &str) {
        let mut connection = PgConnection::connect(&self.url("postgres")).await.unwrap();
        let statement = AssertSqlSafe(statement.to_owned());
        sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    async fn answers(&self) {
        let end = Instant::now() + START;
        while PgConnection::connect(&self.url("postgres")).await.is_err() {
            let log = self.folder.path().join("log");
            assert!(Instant::now() < end, "{}", fs::read_to_string(log).unwrap_or_default());
            sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        signal(self.process.id(), "QUIT");
        let _ = self.process.wait();
    }
}

fn launch(programs: &Path, folder: &Path, port: u16, owner: Option<(u32, u32)>) -> Child {
    let log = File::create(folder.join("log")).unwrap();
    as_owner(Command::new(programs.join("postgres")), owner)
        .arg("-D")
        .arg(folder.join("data"))
        .args(["-c", "listen_addresses=127.0.0.1", "-c", &format!("port={port}")])
        .args(["-c", "unix_socket_directories=", "-c", "max_connections=200"])
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

fn as_owner(mut command: Command, owner: Option<(u32, u32)>) -> Command {
    if let Some((user, group)) = owner {
        command.uid(user).gid(group);
    }
    command.current_dir("/").process_group(0);
    command
}

/// Whom root hands the server to; `None` if we are not root.
fn owner() -> Option<(u32, u32)> {
    if fs::metadata("/proc/self").is_ok_and(|me| me.uid() != 0) {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let line = users.lines().find(|line| line.starts_with("postgres:")).unwrap();
    let mut fields = line.split(':').skip(2).map(|field| field.parse().unwrap());
    Some((fields.next().unwrap(), fields.next().unwrap()))
}

/// The folder of the server's programs: the newest that Debian has installed, or the path's.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin).or_else(|| {
        let path = env::var_os("PATH")?;
        env::split_paths(&path).find(|dir| dir.join("initdb").exists())
    })
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn signal(process: u32, name: &str) {
    let _ = Command::new("kill").args([format!("-{name}"), process.to_string()]).status();
}
