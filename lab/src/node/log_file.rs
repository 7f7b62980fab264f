//! Container logs on disk: one file per run of a container, each line stamped. The same lines go to the log store.

use std::path::{Path, PathBuf};

use tokio::fs::File;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWriteExt as _, BufReader};
use tokio::sync::mpsc;

use crate::loki::Tap;
use crate::value::clock;

/// A log larger than this starts anew, so that a chatty container cannot fill the disk.
const MAX_BYTES: usize = 10 * 1024 * 1024;
/// Longer lines are cut, as container runtimes do.
const MAX_LINE: usize = 16 * 1024;
/// Lines waiting to be written; a container that writes faster has to wait.
const QUEUE: usize = 256;

/// The file of the `restart`-th run.
pub fn log_path(logs: &Path, uid: &str, container: &str, restart: i64) -> PathBuf {
    logs.join(uid).join(container).join(format!("{restart}.log"))
}

/// Copies both streams into the file until both have ended.
pub async fn collect(
    path: PathBuf,
    tap: Tap,
    stdout: impl AsyncRead + Unpin + Send + 'static,
    stderr: impl AsyncRead + Unpin + Send + 'static,
) {
    let (sender, mut lines) = mpsc::channel::<String>(QUEUE);
    let readers = [
        tokio::spawn(read("stdout", stdout, tap.clone(), sender.clone())),
        tokio::spawn(read("stderr", stderr, tap, sender)),
    ];
    let Ok(mut file) = File::create(&path).await else { return };
    let mut written = 0;
    while let Some(line) = lines.recv().await {
        if written + line.len() > MAX_BYTES {
            match File::create(&path).await {
                Ok(fresh) => file = fresh,
                Err(_) => break,
            }
            written = 0;
        }
        written += line.len();
        if file.write_all(line.as_bytes()).await.is_err() || file.flush().await.is_err() {
            break;
        }
    }
    for reader in readers {
        let _ended = reader.await;
    }
}

async fn read(
    stream: &'static str,
    source: impl AsyncRead + Unpin,
    tap: Tap,
    lines: mpsc::Sender<String>,
) {
    let mut source = BufReader::new(source);
    let mut buffer = Vec::new();
    while let Ok(size) = source.read_until(b'\n', &mut buffer).await {
        if size == 0 {
            return;
        }
        buffer.truncate(MAX_LINE);
        let text = String::from_utf8_lossy(&buffer);
        let now = clock();
        tap.line(stream, now, text.trim_end());
        let line = format!("{now:.9} {stream} F {}\n", text.trim_end());
        if lines.send(line).await.is_err() {
            return;
        }
        buffer.clear();
    }
}
