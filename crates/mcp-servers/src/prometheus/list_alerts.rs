//! `list_alerts`: what is pending or firing.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::prometheus::{
    Alert, AlertList, AlertState, Labels, ListAlertsArgs, SampleValue,
};

use super::http::Prometheus;
use super::span::moment;
use super::wire::{AlertsData, WireAlert, time};
use crate::page::{Part, Skip};
use crate::text::clip;
use crate::tool::Tool;

const MAX_ALERTS: usize = 200;
/// What to know about an empty answer of `VictoriaMetrics`.
pub(super) const NO_RULES: &str = "VictoriaMetrics answers with nothing when no vmalert is connected to it \
    (-vmalert.proxyURL): this doesn't mean that no rule exists or fires";

/// The tool.
pub(super) struct ListAlerts;

impl Tool<Prometheus> for ListAlerts {
    type Args = ListAlertsArgs;
    const TITLE: &'static str = "Alerts";
    const DESCRIPTION: &'static str =
        "Lists pending and firing alerts, optionally of one name or with given labels.";

    async fn call(prometheus: &Prometheus, args: ListAlertsArgs) -> Result<AlertList, ToolFailure> {
        let skip = Skip::of(args.after.as_deref())?;
        let at = moment(None);
        let reply = prometheus.get::<AlertsData>("api/v1/alerts", &[]).await?;
        let mut warnings = reply.warnings;
        if reply.data.alerts.is_empty() && reply.victoria_metrics {
            warnings.push(NO_RULES.to_owned());
        }
        let wanted = |alert: &Alert| {
            args.name.as_ref().is_none_or(|name| *name == alert.name)
                && args.labels.iter().all(|(key, value)| alert.labels.get(key) == Some(value))
        };
        let alerts: Vec<Alert> =
            reply.data.alerts.into_iter().filter_map(alert).filter(wanted).collect();
        let Part { entries, next } = skip.part(alerts, MAX_ALERTS);
        let truncated = next.is_some();
        Ok(AlertList { alerts: entries, truncated, next, at: Some(at), warnings })
    }

    fn summary(list: &AlertList) -> String {
        let firing = list.alerts.iter().filter(|alert| alert.state == AlertState::Firing).count();
        format!("{firing} firing, {} pending.", list.alerts.len() - firing)
    }
}

/// Reads an alert; those that are neither pending nor firing are no alerts.
pub(super) fn alert(wire: WireAlert) -> Option<Alert> {
    let state = match wire.state.as_str() {
        "pending" => AlertState::Pending,
        "firing" => AlertState::Firing,
        _ => return None,
    };
    Some(Alert {
        name: wire.labels.get("alertname").cloned().unwrap_or_default(),
        labels: bounded(wire.labels),
        annotations: bounded(wire.annotations),
        state,
        active_at: time(wire.active_at.as_deref()),
        value: wire.value.as_deref().and_then(value),
    })
}

/// Prometheus writes an alert's value in exponent form: `1e+00`.
fn value(text: &str) -> Option<SampleValue> {
    SampleValue::parse(text)
}

/// Labels whose values are cut to what can be shown.
pub(super) fn bounded(labels: Labels) -> Labels {
    labels.into_iter().take(64).map(|(key, value)| (key, clip(&value, 2048).0)).collect()
}
