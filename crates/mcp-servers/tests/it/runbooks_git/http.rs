//! A repository over HTTP that asks for a token, served by git's own `http-backend`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use evenkeel_mcp_servers::runbooks::git::GitConfig;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

use super::{client, config, failed, ids, remote::Remote, until};

/// A double of a Git server: one process a request, and a bearer that it lets in.
struct Server {
    address: SocketAddr,
    authorizations: Arc<Mutex<Vec<Option<String>>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    async fn start(root: PathBuf, user: &str, token: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let wanted = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{token}"));
        let wanted = format!("Basic {wanted}");
        let authorizations: Arc<Mutex<Vec<Option<String>>>> = Arc::default();
        let seen = Arc::clone(&authorizations);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (root, wanted, seen) = (root.clone(), wanted.clone(), Arc::clone(&seen));
                tokio::spawn(async move {
                    // A client that hangs up early is no failure of the test.
                    let _ended = answer(stream, root, &wanted, &seen).await;
                });
            }
        });
        Self { address, authorizations, task }
    }

    fn url(&self) -> String {
        format!("http://{}/docs/.git", self.address)
    }
}

async fn answer(
    stream: TcpStream,
    root: PathBuf,
    wanted: &str,
    seen: &Mutex<Vec<Option<String>>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let header = |name: &str| {
        headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    let mut body = vec![0; header("content-length").map_or(0, |n| n.parse().unwrap())];
    stream.read_exact(&mut body).await?;
    seen.lock().unwrap().push(header("authorization"));
    if header("authorization").as_deref() != Some(wanted) {
        let no = "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        return stream.write_all(no.as_bytes()).await;
    }
    let (path, query) = words[1].split_once('?').unwrap_or((&words[1], ""));
    let mut backend = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REQUEST_METHOD", &words[0])
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("CONTENT_TYPE", header("content-type").unwrap_or_default())
        .env("CONTENT_LENGTH", body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", header("content-encoding").unwrap_or_default())
        .env("GIT_PROTOCOL", header("git-protocol").unwrap_or_default())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdin = backend.stdin.take().unwrap();
    stdin.write_all(&body).await?;
    drop(stdin);
    let output = backend.wait_with_output().await?.stdout;
    let end = output.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(0);
    let head = String::from_utf8_lossy(&output[..end]).into_owned();
    let status = head.lines().find_map(|line| line.strip_prefix("Status: ")).unwrap_or("200 OK");
    let length = output.len() - end - 4;
    let head = format!(
        "HTTP/1.1 {status}\r\n{head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&output[end + 4..]).await?;
    stream.shutdown().await
}

#[tokio::test]
async fn a_token_opens_and_stands_nowhere() {
    let (remote, cache) = (Remote::new(), tempfile::tempdir().unwrap());
    remote.put("a.md", "# A\n");
    remote.commit();
    let server = Server::start(remote.above().to_owned(), "x-access-token", "hunter2-token").await;
    let file = cache.path().join("token");
    std::fs::write(&file, "wrong-secret\n").unwrap();
    let with_file = GitConfig { token_file: Some(file.clone()), ..config(&server.url()) };
    let client = client(vec![with_file], Some(cache.path())).await;
    let failure = failed(&client, "git").await;
    assert_eq!(failure.code, "runbooks.git_unauthorized");
    assert!(failure.next.contains("EVENKEEL_RUNBOOKS_GIT_TOKEN_FILE"));
    assert!(!format!("{failure:?}").contains("wrong-secret"), "{failure:?}");

    // A token that is renewed is used without a restart.
    std::fs::write(&file, "hunter2-token\n").unwrap();
    let state = until(&client, "git", |source| source.complete).await;
    assert!(!format!("{state:?}").contains("hunter2"));
    assert_eq!(ids(&client, "git").await, ["git/a.md"]);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(failed(&client, "git").await.code, "runbooks.git_config");
    for path in super::hostile::walk(cache.path()) {
        let bytes = std::fs::read(&path).unwrap_or_default();
        assert!(!bytes.windows(7).any(|part| part == b"hunter2"), "{path} holds the token");
    }
}

#[tokio::test]
async fn credentials_of_an_address_are_used_and_not_shown() {
    let remote = Remote::new();
    remote.put("a.md", "# A\n");
    remote.commit();
    let server = Server::start(remote.above().to_owned(), "bot", "hunter2/@").await;
    let with =
        |credentials: &str| config(&server.url().replace("//", &format!("//{credentials}@")));
    let good = client(vec![with("bot:hunter2%2F%40")], None).await;
    let state = until(&good, "git", |source| source.complete).await;
    assert!(!format!("{state:?}").contains("hunter2"));
    let bad = client(vec![with("bot:hunter3")], None).await;
    let failure = failed(&bad, "git").await;
    assert_eq!(failure.code, "runbooks.git_unauthorized");
    assert!(!format!("{failure:?}").contains("hunter3"), "{failure:?}");
    // Nobody is told a password before it is asked for one.
    assert_eq!(server.authorizations.lock().unwrap()[0], None);
}
