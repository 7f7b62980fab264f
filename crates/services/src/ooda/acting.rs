//! Executing and verifying by the agents' typed tools.

use async_trait::async_trait;
use evenkeel_agents::{executor, verifier};
use evenkeel_domain::{journal::Sample, plan::Plan, verification::Reading};
use evenkeel_engine::{
    Desk,
    desk::DeskError,
    ports::{Executor, Found, Verifier, Write, Written},
};

use super::{CaseBench, bench::desk_error};
use crate::Services;

pub(super) struct Acting(pub Services);

#[async_trait]
impl Executor for Acting {
    async fn write(&self, desk: &Desk, write: Write<'_>) -> Result<Written, DeskError> {
        let bench = CaseBench::at(&self.0, desk).await?;
        let written = executor::write(&bench, write.call, write.target, write.stamp).await;
        written.map_err(desk_error)
    }

    async fn find(&self, desk: &Desk, write: Write<'_>) -> Result<Found, DeskError> {
        let bench = CaseBench::at(&self.0, desk).await?;
        executor::find(&bench, write.target, write.stamp).await.map_err(desk_error)
    }
}

pub(super) struct Verifying(pub Services);

#[async_trait]
impl Verifier for Verifying {
    async fn read(&self, desk: &Desk, plan: &Plan) -> Result<Vec<Reading>, DeskError> {
        let bench = CaseBench::at(&self.0, desk).await?;
        verifier::read(&bench, plan).await.map_err(desk_error)
    }

    async fn series(&self, desk: &Desk, plan: &Plan) -> Result<Vec<Sample>, DeskError> {
        let bench = CaseBench::at(&self.0, desk).await?;
        verifier::series(&bench, plan).await.map_err(desk_error)
    }
}
