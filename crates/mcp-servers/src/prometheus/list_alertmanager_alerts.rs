//! `list_alertmanager_alerts`: what Alertmanager holds that has not ended.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::prometheus::{
    AlertmanagerAlert, AlertmanagerAlerts, Labels, ListAlertmanagerAlertsArgs,
};

use super::http::Prometheus;
use super::list_alerts::bounded;
use super::wire::{WireManagerAlert, WireManagerStatus, time};
use crate::failure::bad_arguments;
use crate::text::clip;
use crate::tool::Tool;

/// Bytes of a page, half of what a result may have: some 300 alerts, or 2,500 in brief.
const PAGE: usize = 512 * 1024;
/// Labels to select by. More than any rule groups by.
const LABELS_MAX: usize = 32;

/// The tool.
pub(super) struct ListAlertmanagerAlerts;

impl Tool<Prometheus> for ListAlertmanagerAlerts {
    type Args = ListAlertmanagerAlertsArgs;
    const TITLE: &'static str = "Alerts of Alertmanager";
    const DESCRIPTION: &'static str = "Lists the alerts that Alertmanager holds and that have not ended, silenced and \
        inhibited ones included, by fingerprint, page by page; optionally of given labels or one receiver.";

    async fn call(
        prometheus: &Prometheus,
        args: ListAlertmanagerAlertsArgs,
    ) -> Result<AlertmanagerAlerts, ToolFailure> {
        let alertmanager = prometheus.alertmanager()?;
        let status: WireManagerStatus = alertmanager.get("api/v2/status", &[]).await?;
        let wire: Vec<WireManagerAlert> = alertmanager.get("api/v2/alerts", &query(&args)?).await?;
        // The filter for receivers is an expression there; here a name is meant.
        let wanted = |alert: &WireManagerAlert| {
            args.receiver
                .as_ref()
                .is_none_or(|name| alert.receivers.iter().any(|receiver| receiver.name == *name))
                && args.after.as_ref().is_none_or(|after| alert.fingerprint > *after)
        };
        let mut wire: Vec<_> = wire.into_iter().filter(wanted).collect();
        wire.sort_by(|a, b| a.fingerprint.cmp(&b.fingerprint));
        let total = wire.len();
        let mut bytes = 0;
        let alerts: Vec<_> = wire
            .into_iter()
            .map(|wire| alert(wire, args.brief))
            .take_while(|alert| {
                let first = bytes == 0;
                bytes += serde_json::to_vec(alert).map_or(PAGE, |json| json.len());
                first || bytes <= PAGE
            })
            .collect();
        let more = alerts.len() < total;
        Ok(AlertmanagerAlerts {
            next: alerts.last().map(|alert| alert.fingerprint.clone()).filter(|_| more),
            alerts,
            started_at: time(status.uptime.as_deref()),
            settled: status
                .cluster
                .is_none_or(|cluster| matches!(cluster.status.as_str(), "ready" | "disabled")),
        })
    }

    fn summary(list: &AlertmanagerAlerts) -> String {
        let more = if list.next.is_some() { ", and there are more" } else { "" };
        format!("{} alerts{more}.", list.alerts.len())
    }
}

fn query(args: &ListAlertmanagerAlertsArgs) -> Result<Vec<(&'static str, String)>, ToolFailure> {
    if args.labels.len() > LABELS_MAX {
        return Err(bad_arguments(format!("more than {LABELS_MAX} labels to select by")));
    }
    args.labels
        .iter()
        .map(|(name, value)| {
            let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if name.is_empty() || !name.chars().all(letter) || name.starts_with(char::is_numeric) {
                return Err(bad_arguments(format!("`{}` is no label name", clip(name, 64).0)));
            }
            // A JSON string is a quoted string of the matcher's grammar.
            Ok(("filter", format!("{name}={}", serde_json::Value::from(value.as_str()))))
        })
        .collect()
}

fn alert(wire: WireManagerAlert, brief: bool) -> AlertmanagerAlert {
    let whole = !brief;
    AlertmanagerAlert {
        fingerprint: clip(&wire.fingerprint, 128).0,
        starts_at: wire.starts_at,
        ends_at: time(wire.ends_at.as_deref()),
        updated_at: time(wire.updated_at.as_deref()),
        labels: if whole { bounded(wire.labels) } else { Labels::new() },
        annotations: if whole { bounded(wire.annotations) } else { Labels::new() },
        generator_url: wire
            .generator_url
            .filter(|url| whole && !url.is_empty())
            .map(|url| clip(&url, 2048).0),
    }
}
