//! What a [`ToolServer`] says in the protocol: who it is, its tools page by page, and their results.
//!
//! Versions are negotiated by rmcp: the newest that both sides know. Declared are tools and nothing else. Log lines go
//! to stderr; the protocol's own logging would send them to whoever is connected, and is retired in its newest version.

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, Implementation, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::{ErrorData, ServerHandler};

use crate::progress::Sink;
use crate::server::{Reader, ToolServer};

/// How our own client calls itself.
const EVENKEEL: &str = "evenkeel";

impl<C: Send + Sync + 'static> ServerHandler for ToolServer<C> {
    fn get_info(&self) -> ServerConfig {
        let name = match self.name {
            EVENKEEL => EVENKEEL.to_owned(),
            other => format!("{EVENKEEL}-{other}"),
        };
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new(name, env!("CARGO_PKG_VERSION")))
            .with_instructions(self.instructions)
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let from = match request.and_then(|request| request.cursor) {
            None => 0,
            Some(cursor) => self.position(&cursor).ok_or_else(|| {
                ErrorData::invalid_params("the cursor is none that this server gave out", None)
            })?,
        };
        let to = self.entries.len().min(from + self.page);
        let page = self.entries[from..to].iter().map(|entry| entry.tool.clone()).collect();
        let mut result = ListToolsResult::with_all_items(page);
        result.next_cursor = (to < self.entries.len()).then(|| cursor(to));
        Ok(result)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(entry) = self.entry(&request.name) else {
            return Err(ErrorData::invalid_params(
                format!("there is no tool called {}", shown(&request.name)),
                None,
            ));
        };
        let ours = context.client_info().is_some_and(|client| client.name == EVENKEEL);
        let reader = if ours { Reader::Evenkeel } else { Reader::Other };
        let arguments = request.arguments.unwrap_or_default();
        self.answer(entry, arguments, Sink::of(&context), &context.ct, reader)
            .await
            .map(CallToolResponse::Complete)
            .ok_or_else(|| ErrorData::internal_error("the client cancelled the call", None))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.entry(name).map(|entry| entry.tool.clone())
    }
}

impl<C> ToolServer<C> {
    /// The position that a cursor of ours stands for.
    fn position(&self, cursor: &str) -> Option<usize> {
        let position: usize = cursor.strip_prefix(CURSOR)?.parse().ok()?;
        (position > 0 && position < self.entries.len() && position.is_multiple_of(self.page))
            .then_some(position)
    }
}

const CURSOR: &str = "after-";

fn cursor(position: usize) -> String {
    format!("{CURSOR}{position}")
}

/// A name from outside, fit to be said back.
fn shown(name: &str) -> String {
    crate::text::printable(&crate::text::clip(name, 64).0)
}
