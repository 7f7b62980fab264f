//! The Git data API.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::git::Who;
use super::serve::{Hub, Reply};
use crate::value::now;

/// One blob.
pub async fn blob(hub: &Hub, sha: &str) -> Result<Reply> {
    let Ok(bytes) = hub.git.bytes(&["cat-file", "blob", sha]).await else {
        return Ok(Reply::no(404, "Not Found"));
    };
    Ok(Reply::ok(json!({
        "sha": sha, "node_id": "B_1", "size": bytes.len(), "encoding": "base64", "content": lines(&STANDARD.encode(bytes)),
        "url": format!("https://range.invalid/blobs/{sha}"),
    })))
}

/// As GitHub breaks base64 into lines.
pub fn lines(text: &str) -> String {
    text.as_bytes().chunks(60).fold(String::new(), |mut out, chunk| {
        out.push_str(&String::from_utf8_lossy(chunk));
        out.push('\n');
        out
    })
}

/// One commit.
pub async fn commit(hub: &Hub, sha: &str) -> Result<Reply> {
    let Ok(text) = hub
        .git
        .run(&[
            "show",
            "-s",
            "--format=%H%x00%T%x00%P%x00%an%x00%aI%x00%B",
            &format!("{sha}^{{commit}}"),
        ])
        .await
    else {
        return Ok(Reply::no(404, "Not Found"));
    };
    let parts: Vec<&str> = text.splitn(6, '\0').collect();
    let [sha, tree, parents, name, date, message] = parts.as_slice() else {
        anyhow::bail!("git shows {text:?}")
    };
    Ok(Reply::ok(json!({
        "sha": sha, "node_id": "C_1", "message": message.trim_end_matches('\n'),
        "tree": {"sha": tree, "url": format!("https://range.invalid/trees/{tree}")},
        "parents": parents.split_whitespace().map(|sha| json!({"sha": sha})).collect::<Vec<_>>(),
        "author": {"name": name, "email": "dev@range.invalid", "date": date},
    })))
}

/// One reference.
pub async fn reference(hub: &Hub, name: &str) -> Result<Reply> {
    let full = format!("refs/{name}");
    match hub.git.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &full]).await {
        Ok(sha) => Ok(Reply::ok(
            json!({"ref": full, "node_id": "R_1", "object": {"sha": sha, "type": "commit", "url": "https://range.invalid/x"}}),
        )),
        Err(_) => Ok(Reply::no(404, "Not Found")),
    }
}

/// The references whose names begin so.
pub async fn references(hub: &Hub, start: &str) -> Result<Reply> {
    let text = hub.git.run(&["for-each-ref", "--format=%(refname) %(objectname)"]).await?;
    let start = format!("refs/{start}");
    let found = text.lines().filter_map(|line| line.split_once(' '));
    let found = found.filter(|(name, _)| name.starts_with(&start)).map(|(name, sha)| {
        json!({"ref": name, "node_id": "R_1", "url": "https://range.invalid/x", "object": {"sha": sha, "type": "commit", "url": "https://range.invalid/x"}})
    });
    Ok(Reply::ok(Value::Array(found.collect())))
}

/// One tree, not its subfolders.
pub async fn tree(hub: &Hub, sha: &str) -> Result<Reply> {
    let wanted = format!("{sha}^{{tree}}");
    let Ok(text) = hub.git.run(&["ls-tree", "-z", &wanted]).await else {
        return Ok(Reply::no(404, "Not Found"));
    };
    let items = text
        .split('\0')
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (meta, path) = line.split_once('\t').context("a line of ls-tree")?;
            let words: Vec<&str> = meta.split(' ').collect();
            Ok(json!({"path": path, "mode": words[0], "type": words[1], "sha": words[2]}))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Reply::ok(json!({"sha": sha, "tree": items, "truncated": false})))
}

/// Writes a blob.
pub async fn make_blob(hub: &Hub, input: &Value) -> Result<Reply> {
    let content = input["content"].as_str().unwrap_or_default();
    let bytes = match input["encoding"].as_str() {
        Some("base64") => STANDARD.decode(content).context("reading base64")?,
        _ => content.as_bytes().to_vec(),
    };
    let sha = hub.git.blob(&bytes).await?;
    Ok(Reply::created(json!({"sha": sha, "url": format!("https://range.invalid/blobs/{sha}")})))
}

/// Writes a tree.
pub async fn make_tree(hub: &Hub, input: &Value) -> Result<Reply> {
    let mut text = String::new();
    for item in input["tree"].as_array().into_iter().flatten() {
        let path = item["path"].as_str().context("a path")?;
        match item["sha"].as_str() {
            None => writeln!(text, "0 {}\t{path}", "0".repeat(40))?,
            Some(sha) => {
                let mode = item["mode"].as_str().unwrap_or_default();
                writeln!(text, "{mode} {sha}\t{path}")?;
            }
        }
    }
    let sha = hub.git.tree(input["base_tree"].as_str(), &text).await?;
    Ok(Reply::created(
        json!({"sha": sha, "tree": [], "truncated": false, "url": format!("https://range.invalid/trees/{sha}")}),
    ))
}

/// Writes a commit.
pub async fn make_commit(hub: &Hub, input: &Value) -> Result<Reply> {
    let parents: Vec<&str> =
        input["parents"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let (tree, message) =
        (input["tree"].as_str().unwrap_or_default(), input["message"].as_str().unwrap_or_default());
    let at = now();
    let sha = hub.git.commit(tree, &parents, message, Who { name: "evenkeel", at: &at }).await?;
    Ok(Reply { status: 201, ..commit(hub, &sha).await? })
}

/// Makes a reference that isn't there yet.
pub async fn make_reference(hub: &Hub, input: &Value) -> Result<Reply> {
    let (name, sha) =
        (input["ref"].as_str().unwrap_or_default(), input["sha"].as_str().unwrap_or_default());
    if !name.starts_with("refs/heads/") && !name.starts_with("refs/tags/") {
        return Ok(Reply::no(422, "Reference name must start with refs/heads/ or refs/tags/"));
    }
    let _turn = hub.writing.lock().await;
    match hub.git.run(&["update-ref", name, sha, &"0".repeat(40)]).await {
        Ok(_) => {
            Ok(Reply { status: 201, ..reference(hub, name.trim_start_matches("refs/")).await? })
        }
        Err(_) => Ok(Reply::no(422, "Reference already exists")),
    }
}
