//! The bare repository, by the `git` command.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// The id of the tree without entries.
pub const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// A bare repository.
#[derive(Debug, Clone)]
pub struct Git {
    dir: PathBuf,
}

/// Who commits, and when.
pub struct Who<'a> {
    pub name: &'a str,
    pub at: &'a str,
}

impl Git {
    /// Makes an empty one.
    pub async fn init(dir: PathBuf) -> Result<Self> {
        std::fs::create_dir_all(&dir).with_context(|| format!("creating {}", dir.display()))?;
        let git = Self { dir };
        git.run(&["init", "--quiet", "--bare", "--initial-branch=main", "."]).await?;
        // As GitHub does, objects are handed out by abbreviated or unreachable id too.
        git.run(&["config", "uploadpack.allowAnySHA1InWant", "true"]).await?;
        Ok(git)
    }

    /// One that is there already.
    pub fn at(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command
            .current_dir(&self.dir)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "GitHub")
            .env("GIT_AUTHOR_EMAIL", "noreply@range.invalid")
            .env("GIT_COMMITTER_NAME", "GitHub")
            .env("GIT_COMMITTER_EMAIL", "noreply@range.invalid")
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs a command; its output, or what it said when it failed.
    pub async fn bytes(&self, args: &[&str]) -> Result<Vec<u8>> {
        let output = self.command().args(args).output().await.context("running git")?;
        if !output.status.success() {
            bail!("git {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(output.stdout)
    }

    /// [`Self::bytes`] as text without the last line feed.
    pub async fn run(&self, args: &[&str]) -> Result<String> {
        let bytes = self.bytes(args).await?;
        Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned())
    }

    /// Runs a command with input and more of the environment.
    pub async fn feed(&self, args: &[&str], input: &[u8], env: &[(&str, &str)]) -> Result<String> {
        let mut child = self
            .command()
            .args(args)
            .envs(env.iter().copied())
            .stdin(Stdio::piped())
            .spawn()
            .context("running git")?;
        let mut stdin = child.stdin.take().context("git has no input")?;
        stdin.write_all(input).await.context("writing to git")?;
        drop(stdin);
        let output = child.wait_with_output().await.context("waiting for git")?;
        if !output.status.success() {
            bail!("git {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned())
    }

    /// The commit a name means, if there is one.
    pub async fn resolve(&self, name: &str) -> Option<String> {
        let bare = name.strip_prefix("refs/").unwrap_or(name);
        for candidate in [
            format!("refs/heads/{bare}"),
            format!("refs/{bare}"),
            format!("refs/tags/{bare}"),
            bare.to_owned(),
        ] {
            let wanted = format!("{candidate}^{{commit}}");
            if let Ok(sha) =
                self.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]).await
            {
                return Some(sha);
            }
        }
        None
    }

    /// Writes a blob.
    pub async fn blob(&self, bytes: &[u8]) -> Result<String> {
        self.feed(&["hash-object", "-w", "--stdin"], bytes, &[]).await
    }

    /// Writes a tree: `base` with lines of `update-index --index-info` applied.
    pub async fn tree(&self, base: Option<&str>, lines: &str) -> Result<String> {
        let index = tempfile_name(&self.dir);
        let env = [("GIT_INDEX_FILE", index.as_str())];
        let begin: &[&str] = match base {
            Some(base) => &["read-tree", base],
            None => &["read-tree", "--empty"],
        };
        self.feed(begin, b"", &env).await?;
        self.feed(&["update-index", "--index-info"], lines.as_bytes(), &env).await?;
        let tree = self.feed(&["write-tree"], b"", &env).await;
        let _removed = std::fs::remove_file(&index);
        tree
    }

    /// Writes a commit.
    pub async fn commit(
        &self,
        tree: &str,
        parents: &[&str],
        message: &str,
        who: Who<'_>,
    ) -> Result<String> {
        let mut args = vec!["commit-tree", tree];
        for parent in parents {
            args.extend(["-p", parent]);
        }
        let env = [
            ("GIT_AUTHOR_NAME", who.name),
            ("GIT_COMMITTER_NAME", who.name),
            ("GIT_AUTHOR_DATE", who.at),
            ("GIT_COMMITTER_DATE", who.at),
        ];
        self.feed(&args, message.as_bytes(), &env).await
    }

    /// Commits files to a branch, which is made if it isn't there: from `main`, or without a past. `None`
    /// removes a file.
    pub async fn commit_files(
        &self,
        branch: &str,
        message: &str,
        files: &[(&str, Option<&[u8]>)],
        at: &str,
    ) -> Result<String> {
        let name = format!("refs/heads/{branch}");
        let parent = match self.resolve(&name).await {
            Some(sha) => Some(sha),
            None => self.resolve("refs/heads/main").await,
        };
        let mut lines = String::new();
        for (path, content) in files {
            match content {
                Some(bytes) => writeln!(lines, "100644 {}\t{path}", self.blob(bytes).await?)?,
                None => writeln!(lines, "0 {}\t{path}", "0".repeat(40))?,
            }
        }
        let tree = self.tree(parent.as_deref(), &lines).await?;
        let parents: Vec<&str> = parent.iter().map(String::as_str).collect();
        let sha = self.commit(&tree, &parents, message, Who { name: "dev", at }).await?;
        self.run(&["update-ref", &name, &sha]).await?;
        Ok(sha)
    }

    /// The tree of a three-way merge, `None` for a conflict.
    pub async fn merge(
        &self,
        base: Option<&str>,
        ours: &str,
        theirs: &str,
    ) -> Result<Option<String>> {
        let base = base.map(|base| format!("--merge-base={base}"));
        let mut args = vec!["merge-tree", "--write-tree"];
        args.extend(base.as_deref());
        args.extend([ours, theirs]);
        let output = self.command().args(&args).output().await.context("running git")?;
        match output.status.code() {
            Some(0) => Ok(Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())),
            Some(1) => Ok(None),
            _ => bail!("git merge-tree: {}", String::from_utf8_lossy(&output.stderr).trim()),
        }
    }
}

/// A name for an index that nobody else uses.
fn tempfile_name(dir: &Path) -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    dir.join(format!("index-{}-{number}", std::process::id())).display().to_string()
}
