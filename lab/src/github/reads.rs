//! Repository, commits, comparisons, files and the rest that is only read.

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::git::EMPTY_TREE;
use super::objects::lines;
use super::serve::{Hub, Reply};
use super::state::account;

/// Which part of a list.
#[derive(Debug, Clone, Copy)]
pub struct Paging {
    size: usize,
    skip: usize,
}

impl Paging {
    /// As GitHub reads it: 30 a page, 100 at most.
    pub fn new(size: Option<&str>, page: Option<&str>) -> Self {
        let number = |text: Option<&str>| text.and_then(|text| text.parse::<usize>().ok());
        let size = number(size).unwrap_or(30).clamp(1, 100);
        Self { size, skip: size * (number(page).unwrap_or(1).max(1) - 1) }
    }

    /// Whether it is the first page.
    pub fn is_first(self) -> bool {
        self.skip == 0
    }

    /// That part of it.
    pub fn cut(self, items: Vec<Value>) -> Reply {
        let more = items.len() > self.skip + self.size;
        let part = items.into_iter().skip(self.skip).take(self.size).collect();
        Reply { status: 200, body: Value::Array(part), more }
    }
}

type Query<'a> = dyn Fn(&str) -> Option<&'a str> + Sync + 'a;

/// The repository.
pub fn repository(hub: &Hub) -> Reply {
    let (archived, merge) = hub.with(|state| (state.archived, state.allow_merge_commit));
    Reply::ok(json!({
        "id": hub.id, "node_id": "R_1", "name": hub.name, "full_name": format!("{}/{}", hub.owner, hub.name),
        "owner": account(&hub.owner), "private": true, "default_branch": "main", "archived": archived,
        "permissions": {"admin": false, "push": true, "pull": true},
        "allow_merge_commit": merge, "allow_squash_merge": true, "allow_rebase_merge": true,
    }))
}

/// A branch.
pub async fn branch(hub: &Hub, name: &str) -> Result<Reply> {
    let Some(sha) = hub.git.resolve(&format!("refs/heads/{name}")).await else {
        return Ok(Reply::no(404, "Branch not found"));
    };
    let protected = hub.with(|state| state.protected);
    Ok(Reply::ok(json!({"name": name, "commit": {"sha": sha}, "protected": protected})))
}

const FORMAT: &str = "%H%x00%P%x00%an%x00%cI%x00%B%x01";

/// Commits of `git log` with these arguments.
async fn log(hub: &Hub, args: &[&str]) -> Result<Vec<Value>> {
    let format = format!("--format={FORMAT}");
    let mut all = vec!["log", format.as_str()];
    all.extend(args);
    let text = hub.git.run(&all).await?;
    text.split('\u{1}')
        .map(str::trim_start)
        .filter(|commit| !commit.is_empty())
        .map(|commit| {
            let parts: Vec<&str> = commit.splitn(5, '\0').collect();
            let [sha, parents, name, date, message] = parts.as_slice() else {
                anyhow::bail!("git shows {commit:?}")
            };
            let who = json!({"name": name, "email": "dev@range.invalid", "date": date});
            Ok(json!({
                "sha": sha, "node_id": "C_1", "url": format!("https://range.invalid/commits/{sha}"),
                "commit": {"message": message.trim_end_matches('\n'), "author": who, "committer": who, "comment_count": 0},
                "author": null, "committer": null,
                "parents": parents.split_whitespace().map(|sha| json!({"sha": sha, "url": "https://range.invalid"})).collect::<Vec<_>>(),
            }))
        })
        .collect()
}

/// A branch's commits.
pub async fn commits(hub: &Hub, get: &Query<'_>, page: Paging) -> Result<Reply> {
    let from = get("sha").unwrap_or("main");
    let Some(sha) = hub.git.resolve(from).await else { return Ok(Reply::no(404, "Not Found")) };
    let since = get("since").map(|at| format!("--since={at}"));
    let until = get("until").map(|at| format!("--until={at}"));
    let mut args: Vec<&str> = since.iter().chain(&until).map(String::as_str).collect();
    args.push(&sha);
    if let Some(path) = get("path") {
        args.extend(["--", path]);
    }
    Ok(page.cut(log(hub, &args).await?))
}

/// One commit with its files.
pub async fn commit(hub: &Hub, name: &str, page: Paging) -> Result<Reply> {
    let Some(sha) = hub.git.resolve(name).await else {
        return Ok(Reply::no(422, &format!("No commit found for SHA: {name}")));
    };
    let mut found = log(hub, &["-1", &sha]).await?.pop().context("git shows no commit")?;
    let parent = found["parents"][0]["sha"].as_str().unwrap_or(EMPTY_TREE).to_owned();
    let files = page.cut(files(hub, &parent, &sha).await?);
    found["files"] = files.body;
    Ok(Reply { status: 200, body: found, more: files.more })
}

/// What differs between two trees or commits, as GitHub lists it.
pub async fn files(hub: &Hub, from: &str, to: &str) -> Result<Vec<Value>> {
    let raw = hub.git.run(&["diff", "-M", "--raw", "-z", "--no-abbrev", from, to]).await?;
    let mut words = raw.split('\0').filter(|word| !word.is_empty());
    let mut found = Vec::new();
    while let Some(meta) = words.next() {
        let meta: Vec<&str> = meta.trim_start_matches(':').split(' ').collect();
        let letter = meta.get(4).and_then(|word| word.chars().next()).context("a status")?;
        let mut path = words.next().context("a path")?;
        let mut before = None;
        if letter == 'R' {
            before = Some(path);
            path = words.next().context("a path")?;
        }
        let status = match letter {
            'A' => "added",
            'D' => "removed",
            'R' => "renamed",
            _ => "modified",
        };
        let sha = if letter == 'D' { meta[2] } else { meta[3] };
        let mut args = vec!["diff", "-M", "--full-index", from, to, "--", path];
        args.extend(before);
        let text = hub.git.run(&args).await?;
        let hunks = text.find("\n@@").map(|at| text[at + 1..].to_owned());
        let count = |sign: char| {
            hunks.iter().flat_map(|p| p.lines()).filter(|line| line.starts_with(sign)).count()
        };
        let mut file = json!({
            "filename": path, "status": status, "sha": sha, "additions": count('+'), "deletions": count('-'),
            "changes": count('+') + count('-'), "blob_url": "https://range.invalid/b", "raw_url": "https://range.invalid/r",
            "contents_url": "https://range.invalid/c",
        });
        if let Some(hunks) = hunks {
            file["patch"] = json!(hunks);
        }
        if let Some(before) = before {
            file["previous_filename"] = json!(before);
        }
        found.push(file);
    }
    Ok(found)
}

/// Two versions compared.
pub async fn compare(hub: &Hub, names: &str, page: Paging) -> Result<Reply> {
    let Some((base, head)) = names.split_once("...") else {
        return Ok(Reply::no(404, "Not Found"));
    };
    let (Some(base), Some(head)) = (hub.git.resolve(base).await, hub.git.resolve(head).await)
    else {
        return Ok(Reply::no(404, "Not Found"));
    };
    let Ok(merge_base) = hub.git.run(&["merge-base", &base, &head]).await else {
        return Ok(Reply::no(404, "No common ancestor"));
    };
    let mut ahead = log(hub, &[&format!("{base}..{head}")]).await?;
    ahead.reverse();
    let behind = log(hub, &[&format!("{head}..{base}")]).await?.len();
    let status = match (ahead.len(), behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let total = ahead.len();
    // Files come with the first page only.
    let files = if page.is_first() { files(hub, &merge_base, &head).await? } else { Vec::new() };
    let commits = page.cut(ahead);
    Ok(Reply {
        status: 200,
        more: commits.more,
        body: json!({
            "status": status, "ahead_by": total, "behind_by": behind, "total_commits": total, "commits": commits.body,
            "files": files,
        }),
    })
}

/// A file of the default branch.
pub async fn contents(hub: &Hub, path: &str) -> Result<Reply> {
    let Ok(bytes) = hub.git.bytes(&["cat-file", "blob", &format!("main:{path}")]).await else {
        return Ok(Reply::no(404, "Not Found"));
    };
    let name = path.rsplit('/').next().unwrap_or(path);
    Ok(Reply::ok(json!({
        "type": "file", "name": name, "path": path, "encoding": "base64", "size": bytes.len(), "sha": hub.git.blob(&bytes).await?,
        "content": lines(&STANDARD.encode(bytes)),
    })))
}

/// The double finds nothing wrong with a CODEOWNERS file.
pub fn codeowners_errors() -> Reply {
    Reply::ok(json!({"errors": []}))
}

/// Check runs of a commit.
pub async fn check_runs(hub: &Hub, name: &str) -> Result<Reply> {
    let Some(sha) = hub.git.resolve(name).await else {
        return Ok(Reply::no(422, "No commit found"));
    };
    let runs = hub.with(|state| state.check_runs.get(&sha).cloned().unwrap_or_default());
    Ok(Reply::ok(json!({"total_count": runs.len(), "check_runs": runs})))
}

/// Statuses of a commit: the double has none.
pub async fn status(hub: &Hub, name: &str) -> Result<Reply> {
    let Some(sha) = hub.git.resolve(name).await else { return Ok(Reply::no(404, "Not Found")) };
    Ok(Reply::ok(json!({"state": "pending", "sha": sha, "total_count": 0, "statuses": []})))
}

/// Deployments, newest first.
pub fn deployments(hub: &Hub, get: &Query<'_>, page: Paging) -> Reply {
    let wanted = |deployment: &&Value| {
        ["environment", "ref"]
            .iter()
            .all(|field| get(field).is_none_or(|wanted| deployment[*field] == wanted))
    };
    page.cut(hub.with(|state| state.deployments.iter().rev().filter(wanted).cloned().collect()))
}

/// Statuses of a deployment, newest first.
pub fn deployment_statuses(hub: &Hub, id: u64, page: Paging) -> Reply {
    page.cut(hub.with(|state| state.deployment_statuses.get(&id).cloned().unwrap_or_default()))
}

/// Releases, newest first.
pub fn releases(hub: &Hub, page: Paging) -> Reply {
    page.cut(hub.with(|state| state.releases.iter().rev().cloned().collect()))
}
