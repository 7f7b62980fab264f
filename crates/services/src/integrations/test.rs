//! Testing a connection: asking its server what it offers, and the system behind it something.

use evenkeel_domain::{
    access::{Caller, Permission},
    connection::OfferedTool,
    id::OrganisationId,
};
use evenkeel_storage::connections::ToolRow;
use serde_json::json;

use super::links::plan;
use crate::{ServiceError, Services, connections::WAR_ROOM, toolroom::ClusterAccess};

/// Clusters that are asked in one test: a page waits for it.
const CLUSTERS_MAX: usize = 20;

impl Services {
    /// Asks a connection for each cluster that it serves, and keeps what a server that is not ours
    /// offers. How it did is seen in its health.
    pub async fn test_integration(
        &self,
        caller: &Caller,
        source: &str,
    ) -> Result<(), ServiceError> {
        self.authorize(caller, Permission::ManageClusters)?;
        self.ask_integration(caller.organisation, source).await
    }

    /// [`Self::test_integration`] for the operator, who needs no role.
    pub async fn ask_integration(
        &self,
        organisation: OrganisationId,
        source: &str,
    ) -> Result<(), ServiceError> {
        let (rows, tools) = self.registry(organisation).await?;
        let mut asked = 0;
        for row in self.store().clusters(organisation).await? {
            let operators = self.parts.tools.operator_servers(&row.cluster);
            let planned = plan(&row.cluster, &rows, &operators);
            let Some(planned) = planned.into_values().find(|planned| planned.source == source)
            else {
                continue;
            };
            asked += 1;
            let access = self.access_with(&row, &rows, &tools)?;
            let room = &self.parts.tools;
            if planned.kind.is_shipped() {
                // Its tools are known; what is asked is whether there is something behind it.
                if let Some(probe) = room.caller().probe(&planned.server) {
                    let asking = room.call(&access, WAR_ROOM, &planned.server, &probe, json!({}));
                    let _seen_in_its_health = asking.await;
                }
            } else if let Ok(offered) = room.offered(&access, &planned.server).await {
                self.keep_offered(organisation, source, &offered, &tools).await?;
            }
            if asked == CLUSTERS_MAX {
                break;
            }
        }
        if asked == 0 { Err(ServiceError::NotFound { what: "connection in use" }) } else { Ok(()) }
    }

    /// Looks what a server offers when a call met another form than the approved one, so that
    /// people are shown the difference. A failure is only logged: the call's own is told.
    pub(crate) async fn keep_changed_offer(
        &self,
        organisation: OrganisationId,
        access: &ClusterAccess,
        server: &str,
    ) {
        let Some(link) = access.link(server).filter(|link| !link.kind.is_shipped()) else { return };
        let Ok(offered) = self.parts.tools.offered(access, server).await else { return };
        let kept = async {
            let known = self.store().connection_tools(organisation).await?;
            self.keep_offered(organisation, &link.source, &offered, &known).await
        };
        if let Err(error) = kept.await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(server, error, "what {server} offers now cannot be kept");
        }
    }

    /// Keeps what a server offers, if it is not what is known.
    async fn keep_offered(
        &self,
        organisation: OrganisationId,
        source: &str,
        offered: &[OfferedTool],
        known: &[ToolRow],
    ) -> Result<(), ServiceError> {
        let known = known.iter().filter(|tool| tool.source == source);
        let mut before: Vec<_> = known
            .filter_map(|tool| Some((&tool.tool[..], &tool.offered.as_ref()?.hash[..])))
            .collect();
        let mut now: Vec<_> =
            offered.iter().map(|tool| (&tool.form.name[..], &tool.hash[..])).collect();
        before.sort_unstable();
        now.sort_unstable();
        if before != now {
            self.store().offer_tools(organisation, source, offered, self.now()).await?;
        }
        Ok(())
    }
}
