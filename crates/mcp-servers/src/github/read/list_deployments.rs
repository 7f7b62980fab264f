//! `list_deployments`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::github::{CodeDeployment, DeploymentList, ListDeploymentsArgs};
use futures::future::try_join_all;
use jiff::Timestamp;
use serde::Deserialize;

use crate::github::http::Github;
use crate::github::names::{Repository, check_limit, check_reference};
use crate::github::place::Place;
use crate::github::wire::Account;
use crate::github::words;
use crate::tool::Tool;

/// The tool.
pub(in crate::github) struct ListDeployments;

#[derive(Deserialize)]
pub(in crate::github) struct DeploymentAnswer {
    pub id: u64,
    #[serde(rename = "ref")]
    pub reference: String,
    pub sha: String,
    pub environment: String,
    pub created_at: Timestamp,
    #[serde(default)]
    pub creator: Option<Account>,
}

#[derive(Deserialize)]
struct StatusAnswer {
    state: String,
    created_at: Timestamp,
}

impl Tool<Github> for ListDeployments {
    type Args = ListDeploymentsArgs;
    const TITLE: &'static str = "Deployments";
    const DESCRIPTION: &'static str = "Lists deployments as GitHub records them, newest first, each with its last \
        status. Not every team records deployments: none here doesn't mean that nothing was deployed.";

    async fn call(
        github: &Github,
        args: ListDeploymentsArgs,
    ) -> Result<DeploymentList, ToolFailure> {
        let repository = github.repository(&args.repository)?;
        let limit = check_limit(args.limit, 10, 20)?;
        let place = Place::of(args.after.as_deref())?;
        let mut query = vec![("per_page", "100".to_owned()), place.query()];
        if let Some(reference) = &args.reference {
            query.push(("ref", check_reference("reference", reference)?.to_owned()));
        }
        query.extend(args.environment.map(|environment| ("environment", environment)));
        let page =
            github.get::<Vec<DeploymentAnswer>>(&repository.path(&["deployments"]), &query).await?;
        let within = |deployment: &DeploymentAnswer| {
            args.since.is_none_or(|since| deployment.created_at >= since)
                && args.until.is_none_or(|until| deployment.created_at <= until)
        };
        let listed = page.value.into_iter().enumerate().skip(place.skip);
        let mut found: Vec<_> = listed.filter(|(_, it)| within(it)).take(limit + 1).collect();
        let next = match found.get(limit) {
            Some((index, _)) => Some(Place { skip: *index, ..place }),
            None => place.following(page.more),
        };
        found.truncate(limit);
        let statuses = found.into_iter().map(|(_, it)| with_status(github, repository, it));
        Ok(DeploymentList {
            repository: repository.to_string(),
            deployments: try_join_all(statuses).await?,
            truncated: next.is_some(),
            next: next.map(|next| next.to_string()),
        })
    }

    fn summary(list: &DeploymentList) -> String {
        format!("{} deployments.", list.deployments.len())
    }
}

async fn with_status(
    github: &Github,
    repository: &Repository,
    deployment: DeploymentAnswer,
) -> Result<CodeDeployment, ToolFailure> {
    let path = repository.path(&["deployments", &deployment.id.to_string(), "statuses"]);
    let page = github.get::<Vec<StatusAnswer>>(&path, &[("per_page", "1".to_owned())]).await?;
    let last = page.value.into_iter().next();
    Ok(CodeDeployment {
        id: deployment.id,
        reference: words::word(&deployment.reference),
        sha: deployment.sha,
        environment: words::word(&deployment.environment),
        created_at: deployment.created_at,
        creator: deployment.creator.map(|creator| words::word(&creator.login)),
        status: last.as_ref().map(|status| words::word(&status.state)),
        status_at: last.map(|status| status.created_at),
    })
}
