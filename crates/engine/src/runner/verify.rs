//! Verify: read the declared predicates, before and after, and conclude without a model.

use evenkeel_domain::{
    Event, IncidentState,
    incident::PlanState,
    predicate::Predicate,
    verification::{BeforeAfter, Measured, Reading, VerificationStatus},
};
use tokio::time::timeout;

use super::Runner;
use crate::desk::{Desk, DeskError};

impl Runner {
    pub(super) async fn baseline(&self, desk: &Desk) -> Result<(), DeskError> {
        let readings = self.readings(desk).await?;
        desk.record(Event::BaselineRecorded { readings }).await
    }

    pub(super) async fn sample(&self, desk: &Desk) -> Result<(), DeskError> {
        let readings = self.readings(desk).await?;
        desk.record(Event::VerificationSampled { readings }).await
    }

    async fn readings(&self, desk: &Desk) -> Result<Vec<Reading>, DeskError> {
        let state = desk.state().await;
        let Some(plan) = state.plan() else { return Ok(Vec::new()) };
        match timeout(self.settings.step_limit, self.ports.verifier.read(desk, &plan.plan)).await {
            Ok(readings) => readings,
            Err(_) => Ok(unreachable(plan, desk)),
        }
    }

    pub(super) async fn conclude(
        &self,
        desk: &Desk,
        status: VerificationStatus,
    ) -> Result<(), DeskError> {
        let state = desk.state().await;
        let Some(plan) = state.plan() else { return Ok(()) };
        let reading = self.ports.verifier.series(desk, &plan.plan);
        let series = match timeout(self.settings.step_limit, reading).await {
            Ok(series) => series?,
            Err(_) => Vec::new(),
        };
        desk.record(Event::VerificationConcluded {
            status,
            summary: summary(&state, plan, status),
            figures: figures(&state, plan),
            series,
        })
        .await
    }
}

fn unreachable(plan: &PlanState, desk: &Desk) -> Vec<Reading> {
    let measured = Measured::Unreachable { why: "no answer in time".into() };
    (0..plan.plan.predicates.len())
        .map(|index| Reading {
            predicate: u32::try_from(index).unwrap_or(u32::MAX),
            at: desk.now(),
            measured: measured.clone(),
            fulfilled: false,
            evidence: None,
        })
        .collect()
}

fn figures(state: &IncidentState, plan: &PlanState) -> Vec<BeforeAfter> {
    (0u32..)
        .zip(&plan.plan.predicates)
        .map(|(index, predicate)| {
            let after = state.verification.latest.iter().find(|r| r.predicate == index);
            BeforeAfter {
                label: predicate.describe(),
                unit: match predicate {
                    Predicate::Metric { unit, .. } => unit.clone(),
                    _ => String::new(),
                },
                before: state.baseline_of(index),
                after: after.map_or(Measured::Empty, |r| r.measured.clone()),
                fulfilled: after.is_some_and(|r| r.fulfilled),
            }
        })
        .collect()
}

fn summary(state: &IncidentState, plan: &PlanState, status: VerificationStatus) -> String {
    let what = plan.plan.describe();
    let failing: Vec<_> = plan
        .plan
        .predicates
        .iter()
        .zip(&state.verification.latest)
        .filter(|(_, reading)| !reading.fulfilled)
        .map(|(predicate, _)| predicate.describe())
        .collect();
    match status {
        VerificationStatus::Resolved => format!(
            "{what}: worked; everything that was to be true held for {} s",
            plan.plan.window.hold_s
        ),
        VerificationStatus::Partial => {
            format!("{what}: helped in part; not reached: {}", failing.join("; "))
        }
        VerificationStatus::Failed => format!(
            "{what}: did not work within {} s; not reached: {}",
            plan.plan.window.within_s,
            failing.join("; ")
        ),
        VerificationStatus::Unknown => {
            format!("{what}: was applied, but nothing could be measured afterwards")
        }
    }
}
