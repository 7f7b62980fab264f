//! `list_releases`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::github::{CodeRelease, ListReleasesArgs, ReleaseList};
use jiff::Timestamp;
use serde::Deserialize;

use crate::github::http::Github;
use crate::github::names::check_limit;
use crate::github::place::Place;
use crate::github::words;
use crate::tool::Tool;

/// The tool.
pub(in crate::github) struct ListReleases;

#[derive(Deserialize)]
struct ReleaseAnswer {
    tag_name: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    body: Option<String>,
    prerelease: bool,
    #[serde(default)]
    published_at: Option<Timestamp>,
}

impl Tool<Github> for ListReleases {
    type Args = ListReleasesArgs;
    const TITLE: &'static str = "Releases";
    const DESCRIPTION: &'static str = "Lists releases, newest first, with their tags and notes.";

    async fn call(github: &Github, args: ListReleasesArgs) -> Result<ReleaseList, ToolFailure> {
        let repository = github.repository(&args.repository)?;
        let limit = check_limit(args.limit, 30, 100)?;
        let place = Place::of(args.after.as_deref())?;
        let query = [("per_page", limit.to_string()), place.query()];
        let page =
            github.get::<Vec<ReleaseAnswer>>(&repository.path(&["releases"]), &query).await?;
        let view = |release: ReleaseAnswer| CodeRelease {
            tag: words::word(&release.tag_name),
            name: release.name.as_deref().map(words::word).filter(|name| !name.is_empty()),
            body: words::body(release.body.as_deref()),
            prerelease: release.prerelease,
            published_at: release.published_at,
        };
        Ok(ReleaseList {
            repository: repository.to_string(),
            releases: page.value.into_iter().take(limit).map(view).collect(),
            truncated: page.more,
            next: place.following(page.more).map(|next| next.to_string()),
        })
    }

    fn summary(list: &ReleaseList) -> String {
        format!("{} releases.", list.releases.len())
    }
}
