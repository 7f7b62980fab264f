//! Running git: what it may do, how long, and how much it may say.
//!
//! It gets an environment of its own with nothing of ours in it: no configuration of the machine or of a user, no hooks, no
//! prompts, one protocol. What it answers is read up to a limit, and all its processes end with the time limit.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

/// Bytes kept of what git complains.
const COMPLAINT: u64 = 16 * 1024;

/// Hands user and token to git when it asks for them, and to nothing else: neither stands among its arguments or in a
/// file.
const HELPER: &str = r#"!f() { test "$1" = get && printf 'username=%s\npassword=%s\n' "$EVENKEEL_GIT_USER" "$EVENKEEL_GIT_TOKEN"; }; f"#;

/// What holds for every call.
const SETTINGS: &[(&str, &str)] = &[
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.askPass", ""),
    ("credential.helper", ""),
    // A token must not follow to another host; whose repository has moved is told so.
    ("http.followRedirects", "false"),
    // A connection that says next to nothing for so long is dead.
    ("http.lowSpeedLimit", "100"),
    ("http.lowSpeedTime", "20"),
    ("fetch.recurseSubmodules", "false"),
    ("transfer.bundleURI", "false"),
    ("transfer.credentialsInUrl", "die"),
    // Everything in packs, which are counted; nothing goes on in the background.
    ("fetch.unpackLimit", "1"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
];

/// The program and the address it may speak to.
pub(super) struct Git {
    /// Looked up in `PATH` unless it is a path.
    pub(super) program: OsString,
    /// The one protocol it may speak.
    pub(super) protocol: &'static str,
}

/// Who git is towards a server.
pub(super) struct SignIn {
    /// Scheme, host and port to which this is given.
    pub(super) origin: String,
    pub(super) user: String,
    pub(super) token: SecretString,
}

/// Why a call of git gave nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// There is no such program.
    #[error("git can't be started")]
    Start(#[source] io::Error),
    /// It took too long.
    #[error("git took longer than {} s", .0.as_secs())]
    Slow(Duration),
    /// It stored or said more than it may.
    #[error("git brought more than {} MiB", .0 / (1024 * 1024))]
    Large(u64),
    /// It ended with an error, in its own words.
    #[error("git refused: {0}")]
    Refused(String),
    /// Its output broke off, or isn't what it should be.
    #[error("git can't be understood")]
    Garbled,
    /// The folder of the clone can't be used.
    #[error("the folder of the clone can't be used")]
    Folder(#[source] io::Error),
}

impl Git {
    /// A call in the repository at `dir`, not started.
    pub(super) fn at(&self, dir: &Path, sign_in: Option<&SignIn>) -> Command {
        let mut command = Command::new(&self.program);
        command.env_clear();
        // Programs, certificates, and the agent that holds ssh's keys; ssh finds its own folder without `HOME`.
        for name in ["PATH", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "TMPDIR"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("LC_ALL", "C")
            .env("GIT_DIR", dir)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ALLOW_PROTOCOL", self.protocol)
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_LFS_SKIP_SMUDGE", "1")
            .env("GIT_SSH_COMMAND", "ssh -oBatchMode=yes -oConnectTimeout=10 -oClearAllForwardings=yes -oPermitLocalCommand=no");
        let mut settings: Vec<(String, String)> =
            SETTINGS.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        if let Some(SignIn { origin, user, token }) = sign_in {
            settings.push((format!("credential.{origin}.helper"), HELPER.to_owned()));
            command.env("EVENKEEL_GIT_USER", user).env("EVENKEEL_GIT_TOKEN", token.expose_secret());
        }
        command.env("GIT_CONFIG_COUNT", settings.len().to_string());
        for (nth, (key, value)) in settings.into_iter().enumerate() {
            command.env(format!("GIT_CONFIG_KEY_{nth}"), key);
            command.env(format!("GIT_CONFIG_VALUE_{nth}"), value);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own, so that what git starts ends with it.
        command.process_group(0).kill_on_drop(true);
        command
    }
}

/// A running git and all that it has started; they end when it is dropped.
struct Running {
    child: Child,
    group: Option<Pid>,
}

impl Running {
    fn start(command: &mut Command) -> Result<Self, Trouble> {
        let child = command.spawn().map_err(Trouble::Start)?;
        let group = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        Ok(Self { child, group })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Once it was waited for, its number may be another's.
        if let Some(group) = self.group.take()
            && let Err(error) = kill_process_group(group, Signal::KILL)
        {
            tracing::debug!(%error, "git had ended already");
        }
    }
}

/// Runs git to its end and answers with what it printed: at most `most` bytes, within `limit`.
pub(super) async fn output(
    command: &mut Command,
    input: Vec<u8>,
    limit: Duration,
    most: u64,
) -> Result<Vec<u8>, Trouble> {
    if !input.is_empty() {
        command.stdin(Stdio::piped());
    }
    let mut running = Running::start(command)?;
    let stdin = running.child.stdin.take();
    let (stdout, stderr) = (running.child.stdout.take(), running.child.stderr.take());
    let work = async {
        let feed = async {
            if let Some(mut stdin) = stdin {
                // It may end before it has read everything; then its exit says why.
                let _broken_pipe = stdin.write_all(&input).await;
            }
        };
        let ((), out, complaint) =
            futures::join!(feed, read(stdout, most + 1), read(stderr, COMPLAINT));
        let out = out.map_err(|_| Trouble::Garbled)?;
        if out.len() as u64 > most {
            return Err(Trouble::Large(most));
        }
        let status = running.child.wait().await.map_err(|_| Trouble::Garbled)?;
        let complaint = complaint.map_err(|_| Trouble::Garbled)?;
        if status.success() {
            Ok(out)
        } else {
            Err(Trouble::Refused(fatal(&String::from_utf8_lossy(&complaint))))
        }
    };
    let ended = tokio::time::timeout(limit, work).await.unwrap_or(Err(Trouble::Slow(limit)));
    if !matches!(ended, Err(Trouble::Slow(_) | Trouble::Large(_))) {
        running.group = None;
    }
    ended
}

/// Up to `most` bytes; the rest is read away, so that who writes it doesn't wait for ever, unless it is the answer itself.
async fn read(from: Option<impl AsyncRead + Unpin>, most: u64) -> io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    if let Some(mut from) = from {
        (&mut from).take(most).read_to_end(&mut kept).await?;
        if most == COMPLAINT {
            tokio::io::copy(&mut from, &mut tokio::io::sink()).await?;
        }
    }
    Ok(kept)
}

/// The line in which git, or the ssh it has started, says why it gave up, made fit to be shown. What a server says
/// (`remote: …`) is somebody else's words.
fn fatal(complaint: &str) -> String {
    let own = |line: &&str| !line.starts_with("remote:") && !line.trim().is_empty();
    let ssh = ["ssh: ", "Host key verification failed", "Permission denied ("];
    let line = complaint
        .lines()
        .filter(own)
        .find(|line| ssh.iter().any(|say| line.contains(say)))
        .or_else(|| complaint.lines().filter(own).find(|line| line.starts_with("fatal:")))
        .or_else(|| complaint.lines().rfind(own))
        .unwrap_or("it doesn't say why");
    crate::text::safe(line.trim_start_matches("fatal:").trim(), 300).0
}

/// Arguments as the system takes them.
pub(super) fn args<const N: usize>(words: [&str; N]) -> [&OsStr; N] {
    words.map(OsStr::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let git = Git { program: "/bin/sh".into(), protocol: "file" };
        let mut command = git.at(Path::new("/nowhere"), None);
        command.args(["-c", script]);
        command
    }

    const SOON: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn what_it_says_is_bounded_and_its_end_is_told() {
        let out = output(&mut shell("cat; echo x"), b"in ".to_vec(), SOON, 100).await.unwrap();
        assert_eq!(out, b"in x\n");
        let much = output(&mut shell("yes"), Vec::new(), SOON, 100).await;
        assert!(matches!(much, Err(Trouble::Large(100))), "{much:?}");
        let failed =
            "echo 'remote: I am fatal' >&2; echo 'fatal: no\u{1b}[2J password=hunter2' >&2; exit 3";
        let Err(Trouble::Refused(why)) = output(&mut shell(failed), Vec::new(), SOON, 1).await
        else {
            panic!("it must fail")
        };
        assert_eq!(why, "no\u{fffd}[2J password=[redacted]");
        let mut none = Command::new("/nowhere/git");
        let none = output(none.stdin(Stdio::null()), Vec::new(), SOON, 1).await;
        assert!(matches!(none, Err(Trouble::Start(_))));
    }

    #[tokio::test]
    async fn what_takes_too_long_ends_with_all_it_has_started() {
        let marker = tempfile::tempdir().unwrap();
        let file = marker.path().join("pid");
        // The inner one keeps the pipe open, so only the group's end closes it.
        let script = format!("sleep 600 & echo $! > {}; wait", file.display());
        let slow = output(&mut shell(&script), Vec::new(), Duration::from_millis(700), 100).await;
        assert!(matches!(slow, Err(Trouble::Slow(_))), "{slow:?}");
        let inner = std::fs::read_to_string(&file).unwrap();
        let gone = async {
            let stat = format!("/proc/{}/stat", inner.trim());
            // Gone, or ended and not yet buried by whoever inherited it.
            while std::fs::read_to_string(&stat).is_ok_and(|text| !text.contains(") Z ")) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(SOON, gone).await.expect("the inner process goes on");
    }

    #[tokio::test]
    async fn its_environment_holds_nothing_of_ours() {
        let sign_in = SignIn {
            origin: "https://git.example".into(),
            user: "bot".into(),
            token: "hunter2".to_owned().into(),
        };
        let git = Git { program: "/bin/sh".into(), protocol: "https" };
        let mut command = git.at(Path::new("/nowhere"), Some(&sign_in));
        command.args(["-c", "env"]);
        let env = output(&mut command, Vec::new(), SOON, 100_000).await.unwrap();
        let env = String::from_utf8(env).unwrap();
        for name in env.lines().filter_map(|line| line.split('=').next()) {
            let known = ["PATH", "PWD", "SHLVL", "_", "LC_ALL", "TMPDIR", "OLDPWD"];
            assert!(
                known.contains(&name)
                    || ["GIT_", "SSH_AUTH_SOCK", "SSL_CERT_", "EVENKEEL_GIT_"]
                        .iter()
                        .any(|begin| name.starts_with(begin)),
                "{name}"
            );
        }
        for line in
            ["GIT_ALLOW_PROTOCOL=https", "GIT_TERMINAL_PROMPT=0", "EVENKEEL_GIT_TOKEN=hunter2"]
        {
            assert!(env.lines().any(|found| found == line), "{line} is missing");
        }
        assert!(env.contains("=credential.https://git.example.helper\n"));
        assert!(
            !format!("{:?}", command.as_std().get_args().collect::<Vec<_>>()).contains("hunter2")
        );
    }
}
