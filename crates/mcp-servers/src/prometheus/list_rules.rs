//! `list_rules`: rules, whether they work, and what they raise.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::prometheus::{ListRulesArgs, Rule, RuleHealth, RuleKind, RuleList, RuleState};

use super::http::Prometheus;
use super::list_alerts::{NO_RULES, alert, bounded};
use super::span::moment;
use super::wire::{RulesData, WireRule, time};
use crate::failure::bad_arguments;
use crate::page::{Part, Skip};
use crate::text::clip;
use crate::tool::Tool;

const MAX_RULES: usize = 200;
const MAX_NAMES: usize = 32;
const MAX_ALERTS_PER_RULE: usize = 50;

/// The tool.
pub(super) struct ListRules;

impl Tool<Prometheus> for ListRules {
    type Args = ListRulesArgs;
    const TITLE: &'static str = "Rules";
    const DESCRIPTION: &'static str = "Lists alerting and recording rules with expression, state, health, last \
        evaluation and their active alerts. A rule with health `err` can't fire.";

    async fn call(prometheus: &Prometheus, args: ListRulesArgs) -> Result<RuleList, ToolFailure> {
        if args.names.len() > MAX_NAMES {
            return Err(bad_arguments(format!("at most {MAX_NAMES} names can be asked for")));
        }
        let query = match args.kind {
            None => Vec::new(),
            Some(RuleKind::Alerting) => vec![("type", "alert".to_owned())],
            Some(RuleKind::Recording) => vec![("type", "record".to_owned())],
        };
        let skip = Skip::of(args.after.as_deref())?;
        let at = moment(None);
        let reply = prometheus.get::<RulesData>("api/v1/rules", &query).await?;
        let mut warnings = reply.warnings;
        if reply.data.groups.is_empty() && reply.victoria_metrics {
            warnings.push(NO_RULES.to_owned());
        }
        let mut rules: Vec<Rule> = Vec::new();
        for group in reply.data.groups {
            let wanted =
                group.rules.into_iter().filter_map(|wire| rule(&group.name, wire)).filter(|rule| {
                    args.name.as_ref().is_none_or(|name| *name == rule.name)
                        && (args.names.is_empty() || args.names.contains(&rule.name))
                        && args.kind.is_none_or(|kind| kind == rule.kind)
                });
            rules.extend(wanted);
        }
        let Part { entries, next } = skip.part(rules, MAX_RULES);
        let truncated = next.is_some();
        Ok(RuleList { rules: entries, truncated, next, at: Some(at), warnings })
    }

    fn summary(list: &RuleList) -> String {
        let broken = list.rules.iter().filter(|rule| rule.health == RuleHealth::Err).count();
        format!("{} rules, {broken} of them fail to evaluate.", list.rules.len())
    }
}

fn rule(group: &str, wire: WireRule) -> Option<Rule> {
    let kind = match wire.kind.as_str() {
        "alerting" => RuleKind::Alerting,
        "recording" => RuleKind::Recording,
        _ => return None,
    };
    let mut alerts: Vec<_> = wire.alerts.into_iter().filter_map(alert).collect();
    let alerts_truncated = alerts.len() > MAX_ALERTS_PER_RULE;
    alerts.truncate(MAX_ALERTS_PER_RULE);
    Some(Rule {
        kind,
        group: group.to_owned(),
        name: wire.name,
        query: clip(&wire.query, 4096).0,
        for_seconds: wire.duration,
        labels: bounded(wire.labels),
        annotations: bounded(wire.annotations),
        state: wire.state.and_then(|state| match state.as_str() {
            "inactive" => Some(RuleState::Inactive),
            "pending" => Some(RuleState::Pending),
            "firing" => Some(RuleState::Firing),
            _ => None,
        }),
        health: match wire.health.as_deref() {
            Some("ok") => RuleHealth::Ok,
            Some("err") => RuleHealth::Err,
            _ => RuleHealth::Unknown,
        },
        last_error: wire.last_error.filter(|text| !text.is_empty()).map(|text| clip(&text, 1024).0),
        last_evaluation: time(wire.last_evaluation.as_deref()),
        alerts,
        alerts_truncated,
    })
}
