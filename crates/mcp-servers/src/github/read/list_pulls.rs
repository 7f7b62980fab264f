//! `list_pulls`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::github::{ListPullsArgs, PullList, PullState};
use jiff::Timestamp;

use crate::github::http::Github;
use crate::github::names::{check_limit, check_reference};
use crate::github::place::Place;
use crate::github::wire::PullAnswer;
use crate::tool::Tool;

/// Pages read: GitHub lists by the last touch, and what was merged around a time may have been commented on since.
const PAGES: usize = 3;

/// The tool.
pub(in crate::github) struct ListPulls;

impl Tool<Github> for ListPulls {
    type Args = ListPullsArgs;
    const TITLE: &'static str = "Pull requests";
    const DESCRIPTION: &'static str = "Lists pull requests that were opened, merged or closed within a time, last \
        touched first.";

    async fn call(github: &Github, args: ListPullsArgs) -> Result<PullList, ToolFailure> {
        let repository = github.repository(&args.repository)?;
        let limit = check_limit(args.limit, 30, 100)?;
        let state = match args.state {
            None => "all",
            Some(PullState::Open) => "open",
            Some(PullState::Merged | PullState::Closed) => "closed",
        };
        let mut query = vec![
            ("state", state.to_owned()),
            ("sort", "updated".to_owned()),
            ("direction", "desc".to_owned()),
            ("per_page", "100".to_owned()),
        ];
        if let Some(base) = &args.base {
            query.push(("base", check_reference("base", base)?.to_owned()));
        }
        let path = repository.path(&["pulls"]);
        let mut pulls = Vec::new();
        let mut place = Some(Place::of(args.after.as_deref())?);
        for _ in 0..PAGES {
            let Some(at) = place else { break };
            let mut query = query.clone();
            query.push(at.query());
            let found = github.get::<Vec<PullAnswer>>(&path, &query).await?;
            let over =
                args.since.is_some_and(|since| found.value.iter().any(|p| p.updated_at < since));
            place = at.following(found.more && !over);
            let listed = found.value.iter().enumerate().skip(at.skip);
            for (index, pull) in listed.filter(|(_, pull)| wanted(pull, &args)) {
                if pulls.len() == limit {
                    place = Some(Place { skip: index, ..at });
                    break;
                }
                pulls.push(pull.view());
            }
            if pulls.len() == limit {
                break;
            }
        }
        let next = place.map(|place| place.to_string());
        Ok(PullList { repository: repository.to_string(), pulls, truncated: next.is_some(), next })
    }

    fn summary(list: &PullList) -> String {
        let merged = list.pulls.iter().filter(|pull| pull.state == PullState::Merged).count();
        format!("{} pull requests, {merged} merged.", list.pulls.len())
    }
}

fn wanted(pull: &PullAnswer, args: &ListPullsArgs) -> bool {
    let within = |at: Option<Timestamp>| {
        at.is_some_and(|at| {
            args.since.is_none_or(|s| at >= s) && args.until.is_none_or(|u| at <= u)
        })
    };
    let moments = [Some(pull.created_at), pull.merged_at, pull.closed_at];
    args.state.is_none_or(|state| state == pull.state()) && moments.into_iter().any(within)
}
