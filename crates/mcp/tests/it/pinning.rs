//! Tools are taken as they were at the first connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use evenkeel_mcp::{FromTransport, ToolBox};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::{ErrorData, ServerHandler, ServiceExt as _};
use serde_json::{Map, Value, json};

use crate::support::{call, small};

/// Offers `look`, with another schema after `version` moved on, and `change` from then on.
#[derive(Clone)]
struct Shifty {
    version: Arc<AtomicUsize>,
}

impl ServerHandler for Shifty {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(
            ServerCapabilities::builder().enable_tools().enable_tool_list_changed().build(),
        )
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let schema = |extra: bool| -> Map<String, Value> {
            let properties = if extra { json!({"path": {"type": "string"}}) } else { json!({}) };
            Map::from_iter([
                ("type".to_owned(), json!("object")),
                ("properties".to_owned(), properties),
            ])
        };
        let late = self.version.load(Ordering::SeqCst) > 0;
        let mut tools = vec![Tool::new("look", "Looks.", schema(late))];
        if late {
            tools.push(Tool::new("change", "Changes.", schema(false)));
        }
        Ok(ListToolsResult::with_all_items(tools))
    }

    async fn call_tool(
        &self,
        _request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        if self.version.load(Ordering::SeqCst) > 0 {
            context.peer.notify_tool_list_changed().await.unwrap();
        }
        Ok(CallToolResponse::Complete(CallToolResult::structured(json!({}))))
    }
}

fn tool_box(version: &Arc<AtomicUsize>) -> ToolBox {
    let server = Shifty { version: Arc::clone(version) };
    let connector = FromTransport::new(move || {
        let (here, there) = tokio::io::duplex(64 * 1024);
        let server = server.clone();
        tokio::spawn(async move {
            if let Ok(running) = server.serve(there).await {
                let _ended = running.waiting().await;
            }
        });
        here
    });
    ToolBox::new(small()).with_connector("test", Box::new(connector), None)
}

#[tokio::test]
async fn a_tool_that_changes_or_appears_after_pinning_is_denied() {
    let version = Arc::new(AtomicUsize::new(0));
    let tools = tool_box(&version);
    call(&tools, "metrics", "look", json!({})).await.unwrap();
    assert_eq!(tools.pins("test").unwrap().iter().count(), 1);
    let absent = call(&tools, "executor", "change", json!({})).await.unwrap_err();
    assert_eq!(absent.code(), "mcp.unknown_tool");

    version.store(1, Ordering::SeqCst);
    // The server says so with its next answer.
    let refused = async {
        loop {
            if let Err(error) = call(&tools, "metrics", "look", json!({})).await {
                return error;
            }
        }
    };
    let refused = tokio::time::timeout(std::time::Duration::from_secs(10), refused).await.unwrap();
    assert_eq!(refused.code(), "mcp.tool_changed");
    let appeared = call(&tools, "executor", "change", json!({})).await.unwrap_err();
    assert_eq!(appeared.code(), "mcp.tool_changed");
}

#[tokio::test]
async fn pins_from_an_earlier_time_hold() {
    let version = Arc::new(AtomicUsize::new(0));
    let before = tool_box(&version);
    call(&before, "metrics", "look", json!({})).await.unwrap();
    let pins = before.pins("test").unwrap();
    let stored = serde_json::to_string(&pins).unwrap();
    version.store(1, Ordering::SeqCst);
    let connector = {
        let server = Shifty { version };
        FromTransport::new(move || {
            let (here, there) = tokio::io::duplex(64 * 1024);
            let server = server.clone();
            tokio::spawn(async move {
                if let Ok(running) = server.serve(there).await {
                    let _ended = running.waiting().await;
                }
            });
            here
        })
    };
    let pins = serde_json::from_str(&stored).unwrap();
    let tools = ToolBox::new(small()).with_connector("test", Box::new(connector), Some(pins));
    assert_eq!(
        call(&tools, "metrics", "look", json!({})).await.unwrap_err().code(),
        "mcp.tool_changed"
    );
}
