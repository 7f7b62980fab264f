//! A client for a server in the same process.

use std::time::Duration;

use evenkeel_mcp_servers::{Limits, ToolServer};
use evenkeel_tools::{ToolArguments, ToolFailure};
use rmcp::ServiceExt as _;
use rmcp::model::{CallToolRequestParams, CallToolResult};
use rmcp::service::{RoleClient, RunningService};
use serde_json::Value;

/// An MCP client connected to a server.
pub struct TestClient(RunningService<RoleClient, ()>);

impl TestClient {
    pub async fn of<C: Send + Sync + 'static>(server: ToolServer<C>) -> Self {
        let (here, there) = tokio::io::duplex(64 * 1024);
        tokio::spawn(async move {
            let running = server.serve(there).await.unwrap();
            let _ended = running.waiting().await;
        });
        Self(().serve(here).await.unwrap())
    }

    pub async fn tools(&self) -> Vec<rmcp::model::Tool> {
        self.0.peer().list_all_tools().await.unwrap()
    }

    pub async fn raw(&self, tool: &str, arguments: Value) -> CallToolResult {
        let Value::Object(arguments) = arguments else { panic!("arguments must be an object") };
        self.0
            .call_tool(CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments))
            .await
            .unwrap()
    }

    /// A typed call.
    pub async fn call<A: ToolArguments>(&self, args: &A) -> Result<A::Output, ToolFailure> {
        let result = self.raw(A::NAME, serde_json::to_value(args).unwrap()).await;
        let content = result.structured_content.unwrap();
        if result.is_error == Some(true) {
            Err(serde_json::from_value(content).unwrap())
        } else {
            assert!(!result.content.is_empty(), "{} has no summary", A::NAME);
            Ok(serde_json::from_value(content).unwrap())
        }
    }

    /// The stable code of a call that must fail.
    pub async fn code<A: ToolArguments>(&self, args: &A) -> String {
        match self.call(args).await {
            Ok(_) => panic!("{} must fail", A::NAME),
            Err(failure) => {
                assert!(!failure.message.is_empty() && !failure.next.is_empty(), "{failure:?}");
                failure.code
            }
        }
    }
}

/// Limits short enough for tests of slowness.
pub fn short() -> Limits {
    Limits { request: Duration::from_millis(300), ..Limits::default() }
}
