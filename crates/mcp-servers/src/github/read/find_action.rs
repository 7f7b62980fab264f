//! `find_action`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::github::{FindActionArgs, FoundAction};
use jiff::Timestamp;

use super::about;
use crate::github::http::Github;
use crate::github::names::Repository;
use crate::github::stamp::{branch, check_action_id, marked, not_before, trails};
use crate::github::wire::{CommitAnswer, PullAnswer};
use crate::tool::Tool;

/// Pages of a hundred read of each list that a stamp can be in: a busy repository's day.
const PAGES: usize = 3;

/// The tool.
pub(in crate::github) struct FindAction;

impl Tool<Github> for FindAction {
    type Args = FindActionArgs;
    const TITLE: &'static str = "Find an action";
    const DESCRIPTION: &'static str = "Whether an action has already happened: its id on a branch, a pull request or a \
        merge. Use it after a crash instead of writing again.";

    async fn call(github: &Github, args: FindActionArgs) -> Result<FoundAction, ToolFailure> {
        check_action_id(&args.action_id)?;
        let repository = github.repository(&args.repository)?;
        let about = match about(github, repository).await {
            Ok(about) => about,
            Err(failure) if failure.code == codes::GITHUB_NOT_FOUND => {
                let nothing = FoundAction {
                    applied: false,
                    exists: false,
                    repository_id: None,
                    pull: None,
                    complete: false,
                };
                return Ok(nothing);
            }
            Err(failure) => return Err(failure),
        };
        let (pulls, merged) = futures::try_join!(
            opened_by(github, repository, &args.action_id),
            merged_by(github, repository, &about.default_branch, &args.action_id),
        )?;
        Ok(FoundAction {
            applied: pulls.pull.is_some() || merged.found,
            exists: true,
            repository_id: Some(about.id),
            pull: pulls.pull.as_ref().map(PullAnswer::view),
            complete: pulls.complete && merged.complete,
        })
    }

    fn summary(found: &FoundAction) -> String {
        match (found.applied, found.complete, &found.pull) {
            (true, _, Some(pull)) => {
                format!("The action has happened: pull request #{}.", pull.number)
            }
            (true, _, None) => "The action has happened.".to_owned(),
            (false, true, _) => "The action hasn't happened.".to_owned(),
            (false, false, _) => {
                "The action wasn't found, and not everything could be looked at.".to_owned()
            }
        }
    }
}

/// The pull request that carries an action's stamp.
pub(in crate::github) struct Stamped {
    pub pull: Option<PullAnswer>,
    /// Whether all were looked at that could carry it.
    pub complete: bool,
}

/// Looks for a stamp on pull requests, last touched first, as far back as it can be. One that came from a fork counts for
/// nothing: there anybody can write any name.
pub(in crate::github) async fn opened_by(
    github: &Github,
    repository: &Repository,
    action: &str,
) -> Result<Stamped, ToolFailure> {
    let (path, name) = (repository.path(&["pulls"]), branch(action));
    let born = not_before(action);
    for page in 1..=PAGES {
        let query = [
            ("state", "all".to_owned()),
            ("sort", "updated".to_owned()),
            ("direction", "desc".to_owned()),
            ("per_page", "100".to_owned()),
            ("page", page.to_string()),
        ];
        let found = github.get::<Vec<PullAnswer>>(&path, &query).await?;
        let stamped = |pull: &&PullAnswer| {
            pull.is_inside() && (pull.head.branch == name || marked(pull.body.as_deref(), action))
        };
        if let Some(pull) = found.value.iter().find(stamped) {
            return Ok(Stamped { pull: Some(pull.clone()), complete: true });
        }
        let older = |born: Timestamp| found.value.iter().any(|pull| pull.updated_at < born);
        if !found.more || born.is_some_and(older) {
            return Ok(Stamped { pull: None, complete: true });
        }
    }
    Ok(Stamped { pull: None, complete: false })
}

struct Merged {
    found: bool,
    complete: bool,
}

async fn merged_by(
    github: &Github,
    repository: &Repository,
    branch: &str,
    action: &str,
) -> Result<Merged, ToolFailure> {
    let path = repository.path(&["commits"]);
    for page in 1..=PAGES {
        let mut query = vec![
            ("sha", branch.to_owned()),
            ("per_page", "100".to_owned()),
            ("page", page.to_string()),
        ];
        query.extend(not_before(action).map(|born| ("since", born.to_string())));
        let found = github.get::<Vec<CommitAnswer>>(&path, &query).await?;
        if found.value.iter().any(|commit| trails(&commit.commit.message, action)) {
            return Ok(Merged { found: true, complete: true });
        }
        if !found.more {
            return Ok(Merged { found: false, complete: true });
        }
    }
    Ok(Merged { found: false, complete: false })
}
