//! `code_owners`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::github::{CodeOwners, CodeOwnersArgs, OwnedPath};
use serde::Deserialize;

use super::owners_file::owners;
use crate::failure::bad_arguments;
use crate::github::errors::garbage;
use crate::github::http::Github;
use crate::github::names::{Repository, check_path};
use crate::github::wire::BlobAnswer;
use crate::github::words;
use crate::tool::Tool;

/// Where GitHub looks, in this order.
const PLACES: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];
/// Paths asked about in one call.
const PATHS: usize = 100;

/// The tool.
pub(in crate::github) struct CodeOwnersTool;

#[derive(Deserialize)]
struct Errors {
    errors: Vec<ErrorAnswer>,
}

#[derive(Deserialize)]
struct ErrorAnswer {
    line: u64,
    kind: String,
}

impl Tool<Github> for CodeOwnersTool {
    type Args = CodeOwnersArgs;
    const TITLE: &'static str = "Code owners";
    const DESCRIPTION: &'static str =
        "Says who owns paths by the CODEOWNERS file of the default branch.";

    async fn call(github: &Github, args: CodeOwnersArgs) -> Result<CodeOwners, ToolFailure> {
        let repository = github.repository(&args.repository)?;
        if args.paths.len() > PATHS {
            return Err(bad_arguments(format!("at most {PATHS} paths")));
        }
        let paths =
            args.paths.iter().map(|path| check_path(path)).collect::<Result<Vec<_>, _>>()?;
        let found = file(github, repository).await?;
        let errors = if found.is_some() { errors(github, repository).await? } else { Vec::new() };
        let text = found.as_ref().map_or("", |(_, text)| text.as_str());
        let owned = |path: &str| OwnedPath {
            path: path.to_owned(),
            owners: owners(text, path).iter().map(|owner| owner_word(owner)).collect(),
        };
        Ok(CodeOwners {
            repository: repository.to_string(),
            file: found.as_ref().map(|(place, _)| (*place).to_owned()),
            paths: paths.into_iter().map(owned).collect(),
            errors,
        })
    }

    fn summary(it: &CodeOwners) -> String {
        if it.file.is_none() {
            return "There is no CODEOWNERS file.".to_owned();
        }
        let owned = it.paths.iter().filter(|path| !path.owners.is_empty()).count();
        format!("{owned} of {} paths have owners.", it.paths.len())
    }
}

/// `@account` and `@org/team` as they are; an address loses its person.
fn owner_word(owner: &str) -> String {
    words::word(owner)
}

async fn file(
    github: &Github,
    repository: &Repository,
) -> Result<Option<(&'static str, String)>, ToolFailure> {
    for place in PLACES {
        let path = repository.path(&["contents", place]);
        let Some(blob) = github.find::<BlobAnswer>(&path).await? else { continue };
        let bytes = (blob.encoding == "base64")
            .then(|| STANDARD.decode(blob.content.replace('\n', "")).ok())
            .flatten()
            .ok_or_else(|| garbage(&format!("get /{path}"), "a file that isn't base64"))?;
        return Ok(Some((place, String::from_utf8_lossy(&bytes).into_owned())));
    }
    Ok(None)
}

async fn errors(github: &Github, repository: &Repository) -> Result<Vec<String>, ToolFailure> {
    let path = repository.path(&["codeowners", "errors"]);
    match github.get::<Errors>(&path, &[]).await {
        Ok(page) => Ok(page
            .value
            .errors
            .iter()
            .take(20)
            .map(|error| format!("line {}: {}", error.line, words::word(&error.kind)))
            .collect()),
        Err(failure) if failure.code == codes::GITHUB_NOT_FOUND => Ok(Vec::new()),
        Err(failure) => Err(failure),
    }
}
