//! The Overview: what needs people, what is open, how the clusters do.

use evenkeel_domain::{
    access::{Caller, Permission},
    view::{Overview, WeekFigures},
};
use evenkeel_storage::incidents::IncidentFilter;

use crate::{ServiceError, Services};

impl Services {
    /// The Overview of the caller's organisation.
    pub async fn overview(&self, caller: &Caller) -> Result<Overview, ServiceError> {
        self.authorize(caller, Permission::View)?;
        let now = self.now();
        let week = jiff::SignedDuration::from_hours(7 * 24);
        let since = now.checked_sub(week).unwrap_or(now);
        let open = IncidentFilter { open: Some(true), limit: 50, ..IncidentFilter::default() };
        let figures = self.store().figures(caller.organisation, since).await?;
        Ok(Overview {
            awaiting: self.store().awaiting(caller.organisation, 50).await?,
            open: self.store().incidents(caller.organisation, &open).await?,
            clusters: self.clusters(caller).await?,
            week: WeekFigures {
                opened: figures.opened,
                resolved: figures.resolved,
                without_person: figures.without_person,
                undone: figures.undone,
                median_to_plan_s: figures.median_to_plan_s,
                median_to_recovery_s: figures.median_to_recovery_s,
            },
            at: now,
        })
    }
}
