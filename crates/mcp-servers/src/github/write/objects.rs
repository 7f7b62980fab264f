//! Reading the objects that a revert is reckoned from, as far as they are needed.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use crate::failure::failure;
use crate::github::errors::garbage;
use crate::github::http::Github;
use crate::github::names::Repository;
use crate::github::revert::{Entry, Kind, Known, Reckoned, reckon};
use crate::github::wire::{BlobAnswer, TreeAnswer};

/// Objects read for one revert: a change over more folders and files is no single change.
const OBJECTS: usize = 400;
/// Bytes of one file whose lines are merged.
const BLOB: u64 = 1024 * 1024;
/// Requests at the same time: GitHub asks for few.
const AT_ONCE: usize = 6;

/// Reads and reckons until it is known what a revert does. All ids are trees'.
pub(super) async fn settle(
    github: &Github,
    repository: &Repository,
    change: &str,
    parent: Option<&str>,
    head: &str,
    known: &mut Known,
) -> Result<Reckoned, ToolFailure> {
    loop {
        let (trees, blobs) = match reckon(change, parent, head, known) {
            Reckoned::Need { trees, blobs } => (trees, blobs),
            settled => return Ok(settled),
        };
        if known.trees.len() + known.blobs.len() + trees.len() + blobs.len() > OBJECTS {
            return Err(failure(
                codes::GITHUB_TOO_LARGE,
                format!(
                    "taking that back needs more than {OBJECTS} folders and files of {repository}"
                ),
                "Revert it by hand.",
            ));
        }
        let (trees, blobs) = futures::try_join!(
            read_trees(github, repository, trees),
            read_blobs(github, repository, blobs),
        )?;
        known.trees.extend(trees);
        known.blobs.extend(blobs);
    }
}

type Tree = BTreeMap<String, Entry>;

async fn read_trees(
    github: &Github,
    repository: &Repository,
    ids: BTreeSet<String>,
) -> Result<Vec<(String, Tree)>, ToolFailure> {
    stream::iter(ids)
        .map(|id| async move {
            let tree = read_tree(github, repository, &id).await?;
            Ok((id, tree))
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

async fn read_tree(
    github: &Github,
    repository: &Repository,
    id: &str,
) -> Result<Tree, ToolFailure> {
    let path = repository.path(&["git", "trees", id]);
    let answer: TreeAnswer = github.get(&path, &[]).await?.value;
    if answer.truncated {
        return Err(failure(
            codes::GITHUB_TOO_LARGE,
            format!("a folder of {repository} has more entries than GitHub lists"),
            "Revert it by hand.",
        ));
    }
    let entry = |item: crate::github::wire::TreeItem| {
        let kind = Kind::from_mode(&item.mode)
            .ok_or_else(|| garbage(&format!("get /{path}"), &format!("mode {}", item.mode)))?;
        Ok((item.path, Entry { kind, id: item.sha }))
    };
    answer.tree.into_iter().map(entry).collect()
}

/// Blobs by id.
async fn read_blobs(
    github: &Github,
    repository: &Repository,
    ids: BTreeSet<String>,
) -> Result<Vec<(String, Vec<u8>)>, ToolFailure> {
    stream::iter(ids)
        .map(|id| async move {
            let bytes = read_blob(github, repository, &id).await?;
            Ok((id, bytes))
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

/// Reads blobs that are only shown, but for those that are too large.
pub(super) async fn read_small_blobs(
    github: &Github,
    repository: &Repository,
    ids: BTreeSet<String>,
) -> Result<Vec<(String, Vec<u8>)>, ToolFailure> {
    let read = stream::iter(ids).map(|id| async move {
        match read_blob(github, repository, &id).await {
            Ok(bytes) => Ok(Some((id, bytes))),
            Err(failure) if failure.code == codes::GITHUB_TOO_LARGE => Ok(None),
            Err(failure) => Err(failure),
        }
    });
    let read: Vec<_> = read.buffer_unordered(AT_ONCE).try_collect().await?;
    Ok(read.into_iter().flatten().collect())
}

async fn read_blob(
    github: &Github,
    repository: &Repository,
    id: &str,
) -> Result<Vec<u8>, ToolFailure> {
    let path = repository.path(&["git", "blobs", id]);
    let answer: BlobAnswer = github.get(&path, &[]).await?.value;
    if answer.size.is_some_and(|size| size > BLOB) {
        return Err(failure(
            codes::GITHUB_TOO_LARGE,
            format!("a file to be merged has more than {BLOB} bytes"),
            "Revert it by hand.",
        ));
    }
    if answer.encoding != "base64" {
        return Err(garbage(&format!("get /{path}"), "a blob that isn't base64"));
    }
    STANDARD
        .decode(answer.content.replace('\n', ""))
        .map_err(|error| garbage(&format!("get /{path}"), &error.to_string()))
}
