//! Programs that must not outlive the range: started under a shell that ends them when its
//! standard input closes, even when the range is killed.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

/// Runs `"$@"` and ends it when standard input closes.
const GUARD: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
( cat <&3 >/dev/null; kill -TERM $child 2>/dev/null ) &
wait $child
code=$?
exit $code
"#;

/// A program to keep running.
pub struct Program {
    /// Name in messages.
    pub name: &'static str,
    /// The executable.
    pub path: PathBuf,
    /// Arguments.
    pub args: Vec<String>,
    /// Where its output goes.
    pub log: PathBuf,
}

/// Finds an executable by its possible names.
pub fn find_program(names: &[&str], package: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders =
        std::env::split_paths(&path).chain(["/usr/bin", "/usr/local/bin"].map(PathBuf::from));
    for folder in folders {
        for name in names {
            let candidate = folder.join(name);
            if is_executable(&candidate) {
                return Ok(candidate);
            }
        }
    }
    bail!(
        "{} is not installed; on Debian: apt-get install --no-install-recommends {package}",
        names.join(" or ")
    )
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path)
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// Starts the program; starts it again when it ends before `stop`.
pub async fn keep_running(program: Program, stop: CancellationToken) -> Result<()> {
    let mut child = start(&program)?;
    // Waiting would close the child's standard input, so it is kept apart.
    let mut alive = child.stdin.take();
    loop {
        tokio::select! {
            status = child.wait() => {
                let status = status.context("waiting for a program")?;
                tracing::warn!(program = program.name, %status, "a program of the range ended, starting it again");
                tokio::time::sleep(Duration::from_secs(2)).await;
                child = start(&program)?;
                alive = child.stdin.take();
            }
            () = stop.cancelled() => {
                drop(alive);
                if tokio::time::timeout(Duration::from_secs(8), child.wait()).await.is_err() {
                    child.kill().await.context("ending a program")?;
                }
                return Ok(());
            }
        }
    }
}

fn start(program: &Program) -> Result<Child> {
    let log = std::fs::File::create(&program.log)
        .with_context(|| format!("creating {}", program.log.display()))?;
    Command::new("/bin/sh")
        .args(["-c", GUARD, program.name])
        .arg(&program.path)
        .args(&program.args)
        .stdin(Stdio::piped())
        .stdout(log.try_clone().context("sharing the log file")?)
        .stderr(log)
        .spawn()
        .with_context(|| format!("starting {}", program.name))
}
