//! Packages of npm, each in the very version that was looked at.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::io::AsyncBufReadExt as _;

/// A server that somebody publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Package {
    pub name: &'static str,
    pub version: &'static str,
    /// The program in it.
    program: &'static str,
}

pub const KUBERNETES_MCP_SERVER: Package =
    Package { name: "kubernetes-mcp-server", version: "0.0.67", program: "bin/index.js" };
pub const MCP_SERVER_KUBERNETES: Package =
    Package { name: "mcp-server-kubernetes", version: "4.1.7", program: "dist/index.js" };
pub const EVERYTHING: Package = Package {
    name: "@modelcontextprotocol/server-everything",
    version: "2026.8.31",
    program: "dist/index.js",
};

const ALL: [Package; 3] = [KUBERNETES_MCP_SERVER, MCP_SERVER_KUBERNETES, EVERYTHING];

/// A shim, not a part of any package: whatever address a server of Node wants to listen on, it gets loopback, and says
/// on its standard error which port. Programs that know no option for that would be open to the network.
const ONLY_LOOPBACK: &str = r"
const net = require('node:net');
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...given) {
  const done = given.find((one) => typeof one === 'function');
  this.once('listening', () => {
    const { address, port } = this.address();
    if (address !== '127.0.0.1') process.exit(3);
    process.stderr.write(`\nLISTENING ${port}\n`);
  });
  return listen.call(this, { host: '127.0.0.1', port: 0 }, ...(done ? [done] : []));
};
";

/// An installation of the packages.
pub struct Npm {
    pub node: PathBuf,
    dir: PathBuf,
}

impl Npm {
    /// The packages, installed now if need be; runs no scripts of theirs. `None`, said loudly, where that can't be,
    /// which fails in CI.
    pub fn installed() -> Option<Self> {
        let found = Self::find();
        found.map_err(|why| skipped(&why)).ok()
    }

    /// Whether a program is there, which is said loudly, too.
    pub fn has(program: &str) -> bool {
        let there = in_path(program).is_some();
        if !there {
            skipped(&format!("there is no {program}"));
        }
        there
    }

    fn find() -> Result<Self, String> {
        let node = in_path("node").ok_or("there is no Node")?;
        if let Some(dir) = std::env::var_os("EVENKEEL_NPM_SERVERS") {
            return Ok(Self { node, dir: PathBuf::from(dir) });
        }
        let npm = in_path("npm").ok_or("there is no npm")?;
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("third-party-mcp");
        std::fs::create_dir_all(&dir).map_err(|error| error.to_string())?;
        // Tests run in processes of their own, side by side: one installs, the others wait.
        let lock = std::fs::File::create(dir.join("lock")).map_err(|error| error.to_string())?;
        lock.lock().map_err(|error| error.to_string())?;
        let this = Self { node, dir };
        if ALL.iter().all(|package| this.holds(package)) {
            return Ok(this);
        }
        std::fs::write(this.dir.join("package.json"), "{\"private\": true}")
            .map_err(|error| error.to_string())?;
        let mut install = Command::new(npm);
        install.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact"]);
        install.args(ALL.map(|package| format!("{}@{}", package.name, package.version)));
        let done = install.current_dir(&this.dir).output().map_err(|error| error.to_string())?;
        if done.status.success() {
            Ok(this)
        } else {
            Err(String::from_utf8_lossy(&done.stderr).chars().take(500).collect())
        }
    }

    fn holds(&self, package: &Package) -> bool {
        let file = self.folder(package).join("package.json");
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let about: Value = serde_json::from_str(&text).unwrap_or_default();
        about["version"] == package.version
    }

    fn folder(&self, package: &Package) -> PathBuf {
        self.dir.join("node_modules").join(package.name)
    }

    /// The file that Node runs.
    pub fn program(&self, package: &Package) -> PathBuf {
        self.folder(package).join(package.program)
    }

    /// Where the packages may leave what they keep.
    pub fn home(&self) -> String {
        self.dir.display().to_string()
    }

    /// Starts a server that listens, made to do so on loopback only.
    pub async fn listen_on_loopback(&self, package: &Package, args: &[&str]) -> Listening {
        let shim = self.dir.join("only-loopback.cjs");
        std::fs::write(&shim, ONLY_LOOPBACK).unwrap();
        let mut command = tokio::process::Command::new(&self.node);
        command.arg("--require").arg(shim).arg(self.program(package)).args(args);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", &self.dir).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = tokio::io::BufReader::new(child.stderr.take().unwrap()).lines();
        let port = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some(port) = line.strip_prefix("LISTENING ") {
                    return port.trim().parse().unwrap();
                }
            }
            panic!("{} ended and never listened", package.name)
        };
        let port = tokio::time::timeout(Duration::from_secs(30), port).await.unwrap();
        // Read on, so that it never waits for somebody who reads.
        let reader =
            tokio::spawn(async move { while let Ok(Some(_line)) = lines.next_line().await {} });
        Listening { port, child, reader }
    }
}

/// A server that listens on loopback.
pub struct Listening {
    pub port: u16,
    child: tokio::process::Child,
    reader: tokio::task::JoinHandle<()>,
}

impl Listening {
    pub async fn stop(mut self) {
        self.child.kill().await.unwrap();
        self.reader.await.unwrap();
    }
}

fn skipped(why: &str) {
    let text = format!("third-party MCP servers were not tried: {why}");
    assert!(std::env::var_os("CI").is_none(), "{text}");
    eprintln!("\n!!! SKIPPED: {text}\n");
}

fn in_path(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|dir| dir.join(program))
        .find(|path| path.is_file())
}
