//! What people have written for an incident, for people and their assistants.

use evenkeel_domain::{
    access::{Caller, Permission},
    evidence::ToolFailure,
    id::ClusterId,
};
use evenkeel_tools::ToolArguments;
use serde_json::Value;

use crate::{ServiceError, Services};

/// The agent in whose name it is asked.
const ASSISTANT: &str = "assistant";

impl Services {
    /// Asks the runbooks that serve a cluster; without one those of the first that the caller may see. The inner
    /// error is the tool's own.
    pub async fn ask_runbooks<A: ToolArguments>(
        &self,
        caller: &Caller,
        cluster: Option<ClusterId>,
        arguments: &A,
    ) -> Result<Result<A::Output, ToolFailure>, ServiceError> {
        let id = if let Some(id) = cluster {
            id
        } else {
            let tiles = self.clusters(caller).await?;
            let first = tiles.first().ok_or(ServiceError::NotFound { what: "cluster" })?;
            first.cluster.id
        };
        let row = self.cluster_for(caller, id, Permission::View).await?;
        let access = self.access_to(&row).await?;
        let internal = |error: serde_json::Error| ServiceError::Internal(Box::new(error));
        let arguments = serde_json::to_value(arguments).map_err(internal)?;
        let tools = &self.parts.tools;
        let answer = tools.call(&access, ASSISTANT, A::SERVER, A::NAME, arguments).await;
        Ok(answer.and_then(|value: Value| {
            serde_json::from_value(value).map_err(|_| ToolFailure {
                code: "mcp.protocol".to_owned(),
                message: "the runbooks answered in an unknown form".to_owned(),
                next: Some("Look at the connection on the Integrations page.".to_owned()),
                retry_after_s: None,
            })
        }))
    }
}
