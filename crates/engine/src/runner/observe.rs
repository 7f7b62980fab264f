//! Observe: choose who looks, have them look side by side, each within its time.

use evenkeel_domain::{
    Event,
    evidence::{Gap, Specialist},
};
use futures::future::try_join_all;
use tokio::time::timeout;

use super::Runner;
use crate::desk::{Desk, DeskError};

impl Runner {
    pub(super) async fn supervise(&self, desk: &Desk, round: u8) -> Result<(), DeskError> {
        let state = desk.state().await;
        let (specialists, reason) = self.ports.investigator.choose(&state);
        desk.record(Event::ObserveStarted { round, specialists, reason }).await
    }

    pub(super) async fn observe(
        &self,
        desk: &Desk,
        round: u8,
        outstanding: &[Specialist],
    ) -> Result<(), DeskError> {
        try_join_all(outstanding.iter().map(|&specialist| self.look(desk, round, specialist)))
            .await
            .map(drop)
    }

    async fn look(&self, desk: &Desk, round: u8, specialist: Specialist) -> Result<(), DeskError> {
        let limit = self.settings.observe_limit;
        let looking = self.ports.investigator.observe(desk, specialist);
        let summary = if let Ok(summary) = timeout(limit, looking).await {
            summary?
        } else {
            let why = format!("it was not done within {} s", limit.as_secs());
            desk.miss(Gap {
                agent: specialist.into(),
                what: format!("the rest of what the {} specialist looks at", specialist.as_str()),
                why: why.clone(),
                evidence: None,
            })
            .await?;
            format!("stopped: {why}")
        };
        desk.record(Event::SpecialistConcluded { specialist, round, summary }).await
    }
}
