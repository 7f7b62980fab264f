//! The MCP server over a set of tools: listing, calling, limits.

use std::sync::Arc;

use evenkeel_tools::failure::{ToolFailure, codes};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig,
};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::{ErrorData, ServerHandler};

use crate::failure::{failure, presentable};
use crate::limits::Limits;
use crate::tool::{Answer, Entry, Tool, entry};

/// An MCP server that offers tools over one context.
pub struct ToolServer<C> {
    name: &'static str,
    pub(crate) instructions: &'static str,
    context: Arc<C>,
    limits: Limits,
    pub(crate) entries: Vec<Entry<C>>,
}

impl<C: Send + Sync + 'static> ToolServer<C> {
    /// A server without tools.
    pub fn new(name: &'static str, instructions: &'static str, context: C, limits: Limits) -> Self {
        Self { name, instructions, context: Arc::new(context), limits, entries: Vec::new() }
    }

    /// Adds a tool.
    #[must_use]
    pub fn with<T: Tool<C>>(mut self) -> Self {
        self.entries.push(entry::<C, T>());
        self
    }

    /// The tools as they are listed to clients.
    pub fn tools(&self) -> Vec<rmcp::model::Tool> {
        self.entries.iter().map(|entry| entry.tool.clone()).collect()
    }

    /// The tool of that name.
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry<C>> {
        self.entries.iter().find(|entry| entry.tool.name == name)
    }

    /// Calls a tool and bounds what it answers.
    pub(crate) async fn answer(
        &self,
        entry: &Entry<C>,
        arguments: rmcp::model::JsonObject,
    ) -> CallToolResult {
        let name = entry.tool.name.as_ref();
        let call = (entry.handler)(Arc::clone(&self.context), arguments);
        let answer = match tokio::time::timeout(self.limits.call, call).await {
            Ok(answer) => answer,
            Err(_) => Err(failure(
                codes::TIMEOUT,
                format!("{name} took longer than {} s", self.limits.call.as_secs_f32()),
                "Narrow the call, or check how fast the API behind this server answers.",
            )),
        };
        match self.bounded(name, answer) {
            Ok((value, summary)) => {
                let mut result = CallToolResult::structured(value);
                result.content = vec![ContentBlock::text(summary)];
                result
            }
            Err(failure) => {
                let failure = presentable(failure);
                tracing::info!(
                    tool = name,
                    code = failure.code,
                    "{name} failed: {}",
                    failure.message
                );
                failed(&failure)
            }
        }
    }

    fn bounded(&self, name: &str, answer: Answer) -> Answer {
        let (value, summary) = answer?;
        let size = value.to_string().len();
        if size > self.limits.result_bytes {
            return Err(failure(
                codes::TOO_LARGE,
                format!(
                    "the result of {name} has {size} bytes, {} are allowed",
                    self.limits.result_bytes
                ),
                "Narrow the call with a selector, a name, a shorter range or a lower limit.",
            ));
        }
        Ok((value, summary))
    }
}

fn failed(failure: &ToolFailure) -> CallToolResult {
    let text = format!("{}: {} {}", failure.code, sentence(&failure.message), failure.next);
    let mut result = CallToolResult::structured_error(serde_json::json!(failure));
    result.content = vec![ContentBlock::text(text)];
    result
}

fn sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

impl<C: Send + Sync + 'static> ServerHandler for ToolServer<C> {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new(
                format!("evenkeel-{}", self.name),
                env!("CARGO_PKG_VERSION"),
            ))
            .with_instructions(self.instructions)
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(entry) = self.entry(&request.name) else {
            return Err(ErrorData::invalid_params(
                format!("there is no tool called {}", request.name),
                None,
            ));
        };
        let result = self.answer(entry, request.arguments.unwrap_or_default()).await;
        Ok(CallToolResponse::Complete(result))
    }
}
