//! Who asks, and of whom.

use std::str::FromStr;

use evenkeel_domain::{
    access::Caller,
    evidence,
    id::{ClusterId, IncidentId, InvalidId},
    view::Problem,
};
use evenkeel_mcp_servers::failure::{bad_arguments, failure};
use evenkeel_services::{ServiceError, Services};
use evenkeel_tools::ToolFailure;

/// A caller at the services' door.
pub struct Asker {
    pub(crate) services: Services,
    pub(crate) caller: Caller,
}

impl Asker {
    pub(crate) fn new(services: Services, caller: Caller) -> Self {
        Self { services, caller }
    }

    /// The cluster of that id or name, among those the caller may see.
    pub(crate) async fn cluster(&self, named: &str) -> Result<ClusterId, ToolFailure> {
        let tiles = self.services.clusters(&self.caller).await.map_err(refused)?;
        tiles
            .into_iter()
            .map(|tile| tile.cluster)
            .find(|cluster| cluster.name == named || cluster.id.to_string() == named)
            .map(|cluster| cluster.id)
            .ok_or_else(|| {
                failure(
                    "not_found",
                    "there is no such cluster",
                    "Take a name or an id from list_clusters.",
                )
            })
    }

    /// [`Self::cluster`], if one is named.
    pub(crate) async fn cluster_or_any(
        &self,
        named: Option<&str>,
    ) -> Result<Option<ClusterId>, ToolFailure> {
        match named {
            Some(named) => self.cluster(named).await.map(Some),
            None => Ok(None),
        }
    }

    /// Where people see the incident.
    pub(crate) fn page(&self, incident: IncidentId) -> String {
        format!("{}/incidents/{incident}", self.services.public_url())
    }
}

/// A refusal or failure of a service, with the code, sentence and next step that pages and the API give.
pub(crate) fn refused(error: ServiceError) -> ToolFailure {
    let Problem { code, message, next, reference, retry_after_s, .. } = Problem::from(error);
    let message = match reference {
        Some(reference) => format!("{message} (reference {reference})"),
        None => message,
    };
    ToolFailure { code, message, next, retry_after_s }
}

/// How a tool that was asked in turn says that it failed.
pub(crate) fn failed(failure: evidence::ToolFailure) -> ToolFailure {
    let evidence::ToolFailure { code, message, next, retry_after_s } = failure;
    ToolFailure { code, message, next: next.unwrap_or_default(), retry_after_s }
}

/// An id from the arguments.
pub(crate) fn id<T: FromStr<Err = InvalidId>>(text: &str) -> Result<T, ToolFailure> {
    text.parse().map_err(|error: InvalidId| bad_arguments(error.to_string()))
}
