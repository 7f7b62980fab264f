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
        if result.is_error == Some(true) {
            Err(failure_of(&result))
        } else {
            assert!(!result.content.is_empty(), "{} has no summary", A::NAME);
            Ok(serde_json::from_value(result.structured_content.unwrap()).unwrap())
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

/// What a failed result says: for programs, and the same in words. Structured content would have to fit the output
/// schema.
pub fn failure_of(result: &CallToolResult) -> ToolFailure {
    assert_eq!(result.structured_content, None);
    let meta = result.meta.as_ref().unwrap();
    let failure: ToolFailure =
        serde_json::from_value(meta.0[evenkeel_tools::failure::META].clone()).unwrap();
    let text = &result.content[0].as_text().unwrap().text;
    assert!(text.starts_with(&failure.code) && text.ends_with(&failure.next), "{text}");
    failure
}

/// Limits short enough for tests of slowness.
pub fn short() -> Limits {
    Limits { request: Duration::from_millis(300), ..Limits::default() }
}
