//! Pull requests: listing, opening, changing, merging, reverting.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::git::Who;
use super::graphql;
use super::reads::{self, Paging};
use super::serve::{Hub, Reply};
use super::state::{MergeMethod, Pull, account};
use crate::value::now;

type Query<'a> = dyn Fn(&str) -> Option<&'a str> + Sync + 'a;

/// The newest commit of its branch.
async fn head_of(hub: &Hub, pull: &Pull) -> String {
    if !pull.open {
        return pull.head_sha.clone();
    }
    hub.git
        .resolve(&format!("refs/heads/{}", pull.head))
        .await
        .unwrap_or_else(|| pull.head_sha.clone())
}

/// Where it left the base branch, and its newest commit.
async fn span(hub: &Hub, pull: &Pull) -> Result<(String, String)> {
    let head = head_of(hub, pull).await;
    let base = match &pull.onto {
        Some(onto) => onto.clone(),
        None => hub.git.run(&["rev-parse", &format!("refs/heads/{}", pull.base)]).await?,
    };
    Ok((hub.git.run(&["merge-base", &base, &head]).await?, head))
}

async fn simple(hub: &Hub, pull: &Pull) -> Value {
    let head = head_of(hub, pull).await;
    let base = hub.git.resolve(&format!("refs/heads/{}", pull.base)).await.unwrap_or_default();
    let repo = |id: u64| json!({"id": id, "name": hub.name, "full_name": format!("{}/{}", hub.owner, hub.name)});
    json!({
        "id": pull.number, "node_id": format!("PR_{}", pull.number), "number": pull.number, "title": pull.title,
        "body": pull.body, "state": if pull.open { "open" } else { "closed" }, "draft": false, "locked": false,
        "user": account("dev"), "created_at": pull.created_at, "updated_at": pull.updated_at,
        "closed_at": pull.closed_at, "merged_at": pull.merged_at, "merge_commit_sha": pull.merge_commit,
        "html_url": format!("https://range.invalid/{}/{}/pull/{}", hub.owner, hub.name, pull.number),
        "base": {"label": format!("{}:{}", hub.owner, pull.base), "ref": pull.base, "sha": base, "repo": repo(hub.id)},
        "head": {"label": format!("{}:{}", hub.owner, pull.head), "ref": pull.head, "sha": head, "repo": repo(if pull.from_fork { 1 } else { hub.id })},
    })
}

async fn whole(hub: &Hub, pull: &Pull) -> Result<Value> {
    let mut value = simple(hub, pull).await;
    let (from, head) = span(hub, pull).await?;
    let commits = hub.git.run(&["rev-list", "--count", &format!("{from}..{head}")]).await?;
    let mergeable = if pull.open {
        let base = format!("refs/heads/{}", pull.base);
        json!(hub.git.merge(None, &base, &head).await?.is_some())
    } else {
        Value::Null
    };
    let blocked = hub.with(|state| !state.rules.is_empty() || state.protected);
    let state = match (pull.open, mergeable == json!(true), blocked) {
        (false, ..) => "unknown",
        (_, false, _) => "dirty",
        (_, _, true) => "blocked",
        _ => "clean",
    };
    value["commits"] = json!(commits.parse::<u64>().unwrap_or(0));
    value["merged"] = json!(pull.merged_at.is_some());
    value["mergeable"] = mergeable;
    value["mergeable_state"] = json!(state);
    Ok(value)
}

fn find(hub: &Hub, number: u64) -> Option<Pull> {
    hub.with(|state| state.pull(number).cloned())
}

/// Many, last touched first.
pub async fn list(hub: &Hub, get: &Query<'_>, page: Paging) -> Result<Reply> {
    let mut pulls = hub.with(|state| state.pulls.clone());
    pulls.retain(|pull| match get("state").unwrap_or("open") {
        "all" => true,
        "closed" => !pull.open,
        _ => pull.open,
    });
    pulls.retain(|pull| get("base").is_none_or(|base| pull.base == base));
    pulls.sort_by(|a, b| (&b.updated_at, b.number).cmp(&(&a.updated_at, a.number)));
    let mut values = Vec::new();
    for pull in &pulls {
        values.push(simple(hub, pull).await);
    }
    Ok(page.cut(values))
}

/// Those that a commit came in by.
pub async fn of_commit(hub: &Hub, sha: &str) -> Result<Reply> {
    let Some(sha) = hub.git.resolve(sha).await else {
        return Ok(Reply::no(422, "No commit found"));
    };
    let mut values = Vec::new();
    for pull in hub.with(|state| state.pulls.clone()) {
        let (from, head) = span(hub, &pull).await?;
        let own = hub.git.run(&["rev-list", &format!("{from}..{head}")]).await?;
        if pull.became.contains(&sha) || own.lines().any(|line| line == sha) {
            values.push(simple(hub, &pull).await);
        }
    }
    Ok(Reply::ok(Value::Array(values)))
}

/// One.
pub async fn get(hub: &Hub, number: u64) -> Result<Reply> {
    match find(hub, number) {
        Some(pull) => Ok(Reply::ok(whole(hub, &pull).await?)),
        None => Ok(Reply::no(404, "Not Found")),
    }
}

/// Its files.
pub async fn files(hub: &Hub, number: u64, page: Paging) -> Result<Reply> {
    let Some(pull) = find(hub, number) else { return Ok(Reply::no(404, "Not Found")) };
    let (from, head) = span(hub, &pull).await?;
    Ok(page.cut(reads::files(hub, &from, &head).await?))
}

/// Opens one.
pub async fn open(hub: &Hub, input: &Value) -> Result<Reply> {
    let text = |name: &str| input[name].as_str().unwrap_or_default().to_owned();
    let (head, base) = (text("head"), text("base"));
    let branches = (
        hub.git.resolve(&format!("refs/heads/{head}")).await,
        hub.git.resolve(&format!("refs/heads/{base}")).await,
    );
    let (Some(sha), Some(onto)) = branches else {
        return Ok(Reply::no(422, "Validation Failed: invalid head or base"));
    };
    if hub.git.run(&["rev-list", "--count", &format!("{onto}..{sha}")]).await? == "0" {
        return Ok(Reply::no(
            422,
            &format!("Validation Failed: No commits between {base} and {head}"),
        ));
    }
    let taken =
        hub.with(|state| state.pulls.iter().any(|p| p.open && p.head == head && p.base == base));
    if taken {
        return Ok(Reply::no(
            422,
            &format!("Validation Failed: A pull request already exists for {head}."),
        ));
    }
    let pull = add(hub, text("title"), text("body"), base, head, sha);
    Ok(Reply::created(whole(hub, &pull).await?))
}

/// Puts one into the list.
pub fn add(
    hub: &Hub,
    title: String,
    body: String,
    base: String,
    head: String,
    head_sha: String,
) -> Pull {
    hub.with(|state| {
        let (number, at) = (state.number(), now());
        let pull = Pull {
            number,
            title,
            body,
            open: true,
            base,
            head,
            head_sha,
            created_at: at.clone(),
            updated_at: at,
            closed_at: None,
            merged_at: None,
            merge_commit: None,
            became: Vec::new(),
            onto: None,
            from_fork: false,
        };
        state.pulls.push(pull.clone());
        pull
    })
}

/// Changes title, description or state.
pub async fn change(hub: &Hub, number: u64, input: &Value) -> Result<Reply> {
    let Some(before) = find(hub, number) else { return Ok(Reply::no(404, "Not Found")) };
    let head_sha = head_of(hub, &before).await;
    let changed = hub.with(|state| {
        let pull = state.pull(number)?;
        if let Some(title) = input["title"].as_str() {
            title.clone_into(&mut pull.title);
        }
        if let Some(body) = input["body"].as_str() {
            body.clone_into(&mut pull.body);
        }
        match input["state"].as_str() {
            Some("closed") if pull.open => {
                pull.open = false;
                pull.head_sha = head_sha;
                pull.closed_at = Some(now());
            }
            Some("open") if pull.merged_at.is_none() => {
                pull.open = true;
                pull.closed_at = None;
            }
            _ => {}
        }
        pull.updated_at = now();
        Some(pull.clone())
    });
    let changed = changed.context("it was there a moment ago")?;
    Ok(Reply::ok(whole(hub, &changed).await?))
}

/// Merges one, if the branch's rules let it be.
pub async fn merge(hub: &Hub, number: u64, input: &Value) -> Result<Reply> {
    let Some(pull) = find(hub, number) else { return Ok(Reply::no(404, "Not Found")) };
    if !pull.open {
        return Ok(Reply::no(405, "Pull Request is not mergeable"));
    }
    if hub.with(|state| !state.rules.is_empty() || state.protected) {
        return Ok(Reply::no(
            405,
            "At least 1 approving review is required by reviewers with write access.",
        ));
    }
    let head = head_of(hub, &pull).await;
    if input["sha"].as_str().is_some_and(|expected| expected != head) {
        return Ok(Reply::no(409, "Head branch was modified. Review and try the merge again."));
    }
    let method = match input["merge_method"].as_str() {
        Some("squash") => MergeMethod::Squash,
        Some("rebase") => MergeMethod::Rebase,
        _ => MergeMethod::Merge,
    };
    let message = input["commit_message"].as_str().unwrap_or_default();
    let title = input["commit_title"].as_str().map(str::to_owned);
    match do_merge(hub, &pull, method, title, message).await? {
        Some(sha) => Ok(Reply::ok(
            json!({"sha": sha, "merged": true, "message": "Pull Request successfully merged"}),
        )),
        None => Ok(Reply::no(405, "Pull Request is not mergeable")),
    }
}

/// Merges; `None` for a conflict.
pub async fn do_merge(
    hub: &Hub,
    pull: &Pull,
    method: MergeMethod,
    title: Option<String>,
    message: &str,
) -> Result<Option<String>> {
    let _turn = hub.writing.lock().await;
    let (name, at) = (format!("refs/heads/{}", pull.base), now());
    let base = hub.git.run(&["rev-parse", &name]).await?;
    let (from, head) = span(hub, pull).await?;
    let who = || Who { name: "dev", at: &at };
    let became = match method {
        MergeMethod::Merge | MergeMethod::Squash => {
            let Some(tree) = hub.git.merge(None, &base, &head).await? else { return Ok(None) };
            let merge = method == MergeMethod::Merge;
            let title = title.unwrap_or_else(|| {
                if merge {
                    format!("Merge pull request #{} from {}/{}", pull.number, hub.owner, pull.head)
                } else {
                    format!("{} (#{})", pull.title, pull.number)
                }
            });
            let parents: &[&str] = if merge { &[&base, &head] } else { &[&base] };
            let text = format!("{title}\n\n{message}");
            vec![hub.git.commit(&tree, parents, text.trim_end(), who()).await?]
        }
        MergeMethod::Rebase => {
            let own = hub.git.run(&["rev-list", "--reverse", &format!("{from}..{head}")]).await?;
            let (mut onto, mut became) = (base.clone(), Vec::new());
            for commit in own.lines() {
                let parent = format!("{commit}^");
                let Some(tree) = hub.git.merge(Some(&parent), &onto, commit).await? else {
                    return Ok(None);
                };
                let text = hub.git.run(&["show", "-s", "--format=%B", commit]).await?;
                onto = hub.git.commit(&tree, &[&onto], &text, who()).await?;
                became.push(onto.clone());
            }
            became
        }
    };
    let Some(last) = became.last().cloned() else { return Ok(None) };
    hub.git.run(&["update-ref", &name, &last, &base]).await?;
    hub.with(|state| {
        if let Some(pull) = state.pull(pull.number) {
            pull.open = false;
            pull.head_sha = head;
            pull.onto = Some(base);
            pull.became = became;
            pull.merge_commit = Some(last.clone());
            pull.merged_at = Some(at.clone());
            pull.closed_at = Some(at.clone());
            pull.updated_at = at;
        }
    });
    Ok(Some(last))
}

/// Comments on one.
pub fn comments(hub: &Hub, number: u64) -> Reply {
    Reply::ok(Value::Array(
        hub.with(|state| state.comments.get(&number).cloned().unwrap_or_default()),
    ))
}

/// Comments.
pub fn comment(hub: &Hub, number: u64, input: &Value) -> Reply {
    let body = input["body"].as_str().unwrap_or_default();
    let comment = hub.with(|state| {
        let id = state.number();
        let comment = json!({
            "id": id, "node_id": "IC_1", "body": body, "user": account("evenkeel"), "created_at": now(), "updated_at": now(),
            "html_url": "https://range.invalid/c", "url": "https://range.invalid/c", "issue_url": "https://range.invalid/i",
            "author_association": "MEMBER",
        });
        state.comments.entry(number).or_default().push(comment.clone());
        comment
    });
    Reply::created(comment)
}

/// The GraphQL endpoint: knows `revertPullRequest`.
pub async fn graphql(hub: &Hub, body: &[u8]) -> Reply {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let asked =
        match graphql::read(request["query"].as_str().unwrap_or_default(), &request["variables"]) {
            Ok(asked) => asked,
            Err(error) => {
                hub.violate(format!("POST /graphql: {error:#}"));
                return Reply::ok(json!({"errors": [{"message": format!("{error:#}")}]}));
            }
        };
    match revert(hub, &asked.input).await {
        Ok(Ok(pull)) => Reply::ok(
            json!({"data": {asked.field: {"revertPullRequest": {"number": pull.number}}}}),
        ),
        Ok(Err(message)) => Reply::ok(json!({
            "data": {asked.field: null}, "errors": [{"type": "UNPROCESSABLE", "path": ["revertPullRequest"], "message": message}],
        })),
        Err(error) => {
            hub.violate(format!("POST /graphql: the double failed: {error:#}"));
            Reply::no(500, &format!("{error:#}"))
        }
    }
}

/// Reverts what a merged pull request brought, on a branch of its own.
async fn revert(hub: &Hub, input: &Value) -> Result<Result<Pull, String>> {
    let number = input["pullRequestId"]
        .as_str()
        .and_then(|id| id.strip_prefix("PR_"))
        .and_then(|n| n.parse().ok())
        .unwrap_or(0);
    let Some(pull) = find(hub, number) else {
        return Ok(Err("Could not resolve to a node".to_owned()));
    };
    let (Some(last), Some(onto)) = (&pull.merge_commit, &pull.onto) else {
        return Ok(Err("The pull request isn't merged".to_owned()));
    };
    let _turn = hub.writing.lock().await;
    let base = hub.git.run(&["rev-parse", &format!("refs/heads/{}", pull.base)]).await?;
    let Some(tree) = hub.git.merge(Some(last), &base, onto).await? else {
        return Ok(Err("Sorry, this pull request couldn’t be reverted automatically. It may have already been reverted, or the content may have changed since it was merged.".to_owned()));
    };
    let given = |name: &str, usual: String| input[name].as_str().map_or(usual, str::to_owned);
    let title = given("title", format!("Revert \"{}\"", pull.title));
    let body = given("body", format!("Reverts {}/{}#{}", hub.owner, hub.name, pull.number));
    let at = now();
    let commit = hub.git.commit(&tree, &[&base], &title, Who { name: "GitHub", at: &at }).await?;
    let head = format!("revert-{}-{}", pull.number, pull.head);
    let made =
        hub.git.run(&["update-ref", &format!("refs/heads/{head}"), &commit, &"0".repeat(40)]).await;
    if made.is_err() {
        return Ok(Err("A revert of this pull request exists already".to_owned()));
    }
    Ok(Ok(add(hub, title, body, pull.base.clone(), head, commit)))
}
