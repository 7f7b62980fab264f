//! A cluster's vital signs: its golden signals, as its own Prometheus tells them.

use evenkeel_domain::{
    Timestamp,
    access::{Caller, Permission},
    evidence::ToolFailure,
    id::ClusterId,
    journal::Sample,
    view::{VitalSign, Vitals},
};
use evenkeel_storage::incidents::IncidentFilter;
use evenkeel_tools::{
    ToolArguments,
    prometheus::{GoldenSignals, GoldenSignalsArgs, SampleValue, Signal, SignalData, SignalKind},
};

use crate::{ServiceError, Services, connections::WAR_ROOM};

/// Two hours: the one shown and the one it is compared with.
const WINDOW_S: u32 = 7_200;
const HOUR_S: f64 = 3_600.0;

const KINDS: [(SignalKind, &str, &str); 4] = [
    (SignalKind::LatencyP95, "latency", "s"),
    (SignalKind::Traffic, "traffic", "req/s"),
    (SignalKind::ErrorRatio, "errors", "ratio"),
    (SignalKind::Saturation, "saturation", "ratio"),
];

impl Services {
    /// The golden signals of a whole cluster over the last hour. What cannot be read says why.
    pub async fn vitals(&self, caller: &Caller, id: ClusterId) -> Result<Vitals, ServiceError> {
        let row = self.cluster_for(caller, id, Permission::View).await?;
        let now = self.now();
        let signals = match self.golden(&row).await? {
            Ok(golden) => KINDS
                .map(|(kind, name, unit)| sign(golden.signal(kind), name, unit, seconds(now)))
                .into(),
            Err(why) => KINDS.map(|(_, name, unit)| missing(name, unit, why.clone())).into(),
        };
        let recent = IncidentFilter { cluster: Some(id), limit: 50, ..IncidentFilter::default() };
        let marks = self
            .store()
            .incidents(caller.organisation, &recent)
            .await?
            .into_iter()
            .map(|incident| seconds(incident.opened_at))
            .filter(|at| *at >= seconds(now) - HOUR_S)
            .collect();
        Ok(Vitals { signals, marks, at: now })
    }

    async fn golden(
        &self,
        row: &evenkeel_storage::clusters::ClusterRow,
    ) -> Result<Result<GoldenSignals, String>, ServiceError> {
        let access = self.access_to(row).await?;
        if !access.has(GoldenSignalsArgs::SERVER) {
            return Ok(Err("no Prometheus is connected".into()));
        }
        let args = GoldenSignalsArgs { window_seconds: Some(WINDOW_S), ..Default::default() };
        let args = serde_json::to_value(args).map_err(|e| ServiceError::Internal(Box::new(e)))?;
        let (server, tool) = (GoldenSignalsArgs::SERVER, GoldenSignalsArgs::NAME);
        let answer = self.parts.tools.call(&access, WAR_ROOM, server, tool, args).await;
        Ok(answer
            .map_err(|ToolFailure { message, next, .. }| {
                next.map_or_else(|| message.clone(), |next| format!("{message}. {next}"))
            })
            .and_then(|value| {
                serde_json::from_value(value)
                    .map_err(|_| "Prometheus answered in an unknown form".into())
            }))
    }
}

/// Seconds since the epoch, for charts.
fn seconds(at: Timestamp) -> f64 {
    jiff::SignedDuration::from_millis(at.as_millisecond()).as_secs_f64()
}

fn mean(values: &[f64]) -> Option<f64> {
    let count = u32::try_from(values.len()).ok().filter(|n| *n > 0)?;
    Some(values.iter().sum::<f64>() / f64::from(count))
}

fn missing(name: &str, unit: &str, why: String) -> VitalSign {
    VitalSign {
        signal: name.into(),
        unit: unit.into(),
        current: None,
        before: None,
        points: Vec::new(),
        query: None,
        missing: Some(why),
    }
}

fn sign(signal: Option<&Signal>, name: &str, unit: &str, now: f64) -> VitalSign {
    let Some(signal) = signal else {
        return missing(name, unit, "the tool did not speak of it".into());
    };
    match &signal.data {
        SignalData::Available { query, current, points, .. } => {
            let split = now - HOUR_S;
            let before: Vec<f64> =
                points.iter().filter(|p| p.t < split).filter_map(|p| p.v.number()).collect();
            VitalSign {
                signal: name.into(),
                unit: unit.into(),
                current: current.and_then(SampleValue::number),
                before: mean(&before),
                points: points
                    .iter()
                    .filter(|p| p.t >= split)
                    .map(|p| Sample { at: p.t, value: p.v.number() })
                    .collect(),
                query: Some(query.clone()),
                missing: None,
            }
        }
        SignalData::Empty { query, .. } => VitalSign {
            query: Some(query.clone()),
            ..missing(
                name,
                unit,
                "the metric exists, but had no samples in the last two hours".into(),
            )
        },
        SignalData::Unavailable { reason } => missing(name, unit, reason.clone()),
        SignalData::Failed { query, message, .. } => {
            VitalSign { query: Some(query.clone()), ..missing(name, unit, message.clone()) }
        }
    }
}
