//! `list_targets`: what is scraped and whether that works.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::prometheus::{ListTargetsArgs, Target, TargetHealth, TargetList};
use reqwest::Url;

use super::http::Prometheus;
use super::list_alerts::bounded;
use super::span::moment;
use super::wire::{TargetsData, WireTarget, time};
use crate::page::{Part, Skip};
use crate::text::clip;
use crate::tool::Tool;

const MAX_TARGETS: usize = 200;

/// The tool.
pub(super) struct ListTargets;

impl Tool<Prometheus> for ListTargets {
    type Args = ListTargetsArgs;
    const TITLE: &'static str = "Scrape targets";
    const DESCRIPTION: &'static str = "Lists active scrape targets with health and last error, unhealthy ones first. \
        A target that is down explains missing series.";

    async fn call(
        prometheus: &Prometheus,
        args: ListTargetsArgs,
    ) -> Result<TargetList, ToolFailure> {
        let skip = Skip::of(args.after.as_deref())?;
        let at = moment(None);
        let reply = prometheus
            .get::<TargetsData>("api/v1/targets", &[("state", "active".to_owned())])
            .await?;
        let wanted = |target: &Target| {
            args.job.as_ref().is_none_or(|job| target.labels.get("job") == Some(job))
                && args.health.is_none_or(|health| health == target.health)
        };
        let mut targets: Vec<Target> =
            reply.data.active_targets.into_iter().map(target).filter(wanted).collect();
        let rank = |health| match health {
            TargetHealth::Down => 0,
            TargetHealth::Unknown => 1,
            TargetHealth::Up => 2,
        };
        targets.sort_by(|a, b| {
            (rank(a.health), &a.pool, &a.url).cmp(&(rank(b.health), &b.pool, &b.url))
        });
        let Part { entries, next } = skip.part(targets, MAX_TARGETS);
        Ok(TargetList {
            targets: entries,
            truncated: next.is_some(),
            next,
            at: Some(at),
            warnings: reply.warnings,
        })
    }

    fn summary(list: &TargetList) -> String {
        let down = list.targets.iter().filter(|target| target.health == TargetHealth::Down).count();
        format!("{} targets, {down} down.", list.targets.len())
    }
}

fn target(wire: WireTarget) -> Target {
    Target {
        pool: wire.scrape_pool,
        labels: bounded(wire.labels),
        url: address(&wire.scrape_url),
        health: match wire.health.as_str() {
            "up" => TargetHealth::Up,
            "down" => TargetHealth::Down,
            _ => TargetHealth::Unknown,
        },
        last_error: wire.last_error.filter(|text| !text.is_empty()).map(|text| clip(&text, 1024).0),
        last_scrape: time(wire.last_scrape.as_deref()),
        last_scrape_seconds: wire.last_scrape_duration,
    }
}

/// The address without user, password, query and fragment, any of which may carry a secret.
fn address(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else { return String::new() };
    url.set_query(None);
    url.set_fragment(None);
    let cleaned = url.set_username("").and_then(|()| url.set_password(None));
    if cleaned.is_err() { String::new() } else { url.to_string() }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn addresses_lose_their_secrets() {
        assert_eq!(address("http://user:pw@host:1/metrics?token=x#y"), "http://host:1/metrics");
    }
}
