//! What people have written for an incident, for people and their assistants.

use evenkeel_domain::{
    access::{Caller, Permission},
    evidence::ToolFailure,
    id::ClusterId,
};
use evenkeel_tools::{ToolArguments, runbooks::SERVER};
use serde_json::Value;

use crate::{ClusterAccess, ServiceError, Services};

/// The agent in whose name it is asked.
const ASSISTANT: &str = "assistant";

impl Services {
    /// Asks the runbooks that serve a cluster; without one those that serve all clusters of the caller's organisation,
    /// which there are even where there is no cluster. The inner error is the tool's own.
    pub async fn ask_runbooks<A: ToolArguments>(
        &self,
        caller: &Caller,
        cluster: Option<ClusterId>,
        arguments: &A,
    ) -> Result<Result<A::Output, ToolFailure>, ServiceError> {
        let access = if let Some(id) = cluster {
            let row = self.cluster_for(caller, id, Permission::View).await?;
            self.access_to(&row).await?
        } else {
            self.authorize(caller, Permission::View)?;
            self.shared_access(caller.organisation, SERVER).await?
        };
        self.ask_as_assistant(&access, arguments).await
    }

    /// Asks a server that informs people, in the name of their assistants.
    pub(crate) async fn ask_as_assistant<A: ToolArguments>(
        &self,
        access: &ClusterAccess,
        arguments: &A,
    ) -> Result<Result<A::Output, ToolFailure>, ServiceError> {
        let internal = |error: serde_json::Error| ServiceError::Internal(Box::new(error));
        let arguments = serde_json::to_value(arguments).map_err(internal)?;
        let tools = &self.parts.tools;
        let answer = tools.call(access, ASSISTANT, A::SERVER, A::NAME, arguments).await;
        Ok(answer.and_then(|value: Value| {
            serde_json::from_value(value).map_err(|_| ToolFailure {
                code: "mcp.protocol".to_owned(),
                message: format!("{} answered in an unknown form", A::SERVER),
                next: Some("Look at the connection on the Integrations page.".to_owned()),
                retry_after_s: None,
            })
        }))
    }
}
