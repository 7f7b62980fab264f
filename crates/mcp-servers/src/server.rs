//! A set of tools over one context: what an MCP server is made of. How it speaks is in `protocol.rs`.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use evenkeel_tools::Effect;
use evenkeel_tools::failure::{META, ToolFailure, codes};
use evenkeel_tools::redact::{Tally, tallied, tally};
use futures::FutureExt as _;
use rmcp::model::{CallToolResult, ContentBlock, JsonObject, MetaObject};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::failure::{failure, presentable};
use crate::limits::Limits;
use crate::progress::Sink;
use crate::tool::{Answer, Entry, Tool, entry};

/// Tools listed on one page. Above what any server here offers for a long time, because many clients read the first
/// page and never ask for the next.
const PAGE: usize = 100;

/// An MCP server that offers tools over one context. Cheap to clone: an HTTP server makes one for every session.
pub struct ToolServer<C> {
    pub(crate) name: &'static str,
    pub(crate) instructions: &'static str,
    pub(crate) entries: Vec<Arc<Entry<C>>>,
    pub(crate) page: usize,
    context: Arc<C>,
    limits: Limits,
    running: TaskTracker,
}

impl<C> Clone for ToolServer<C> {
    fn clone(&self) -> Self {
        Self {
            name: self.name,
            instructions: self.instructions,
            entries: self.entries.clone(),
            page: self.page,
            context: Arc::clone(&self.context),
            limits: self.limits,
            running: self.running.clone(),
        }
    }
}

impl<C: Send + Sync + 'static> ToolServer<C> {
    /// A server without tools.
    pub fn new(name: &'static str, instructions: &'static str, context: C, limits: Limits) -> Self {
        Self {
            name,
            instructions,
            context: Arc::new(context),
            limits,
            entries: Vec::new(),
            page: PAGE,
            running: TaskTracker::new(),
        }
    }

    /// Adds a tool.
    #[must_use]
    pub fn with<T: Tool<C>>(mut self) -> Self {
        self.entries.push(Arc::new(entry::<C, T>()));
        self
    }

    /// Lists so many tools on a page.
    #[must_use]
    pub fn with_page(mut self, tools: usize) -> Self {
        self.page = tools.max(1);
        self
    }

    /// The same server without its context's type, so that different servers can be served by the same code.
    pub fn erase(self) -> ToolServer<()> {
        let erased = |entry: Arc<Entry<C>>| {
            let context = Arc::clone(&self.context);
            let (tool, effect, reader) = (entry.tool.clone(), entry.effect, entry.reader);
            let handler = Box::new(move |_: Arc<()>, arguments: JsonObject| {
                (entry.handler)(Arc::clone(&context), arguments)
            });
            Arc::new(Entry { tool, effect, reader, handler })
        };
        ToolServer {
            name: self.name,
            instructions: self.instructions,
            entries: self.entries.into_iter().map(erased).collect(),
            page: self.page,
            context: Arc::new(()),
            limits: self.limits,
            running: self.running,
        }
    }

    /// The tools as they are listed to clients.
    pub fn tools(&self) -> Vec<rmcp::model::Tool> {
        self.entries.iter().map(|entry| entry.tool.clone()).collect()
    }

    /// The tool of that name.
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry<C>> {
        self.entries.iter().map(AsRef::as_ref).find(|entry| entry.tool.name == name)
    }

    /// The calls that are running, of this server and all its clones: wait for them before the process ends.
    pub fn running(&self) -> &TaskTracker {
        &self.running
    }

    /// Longest time that a call may take.
    pub fn call_limit(&self) -> std::time::Duration {
        self.limits.call
    }

    /// Calls a tool and bounds what it answers. `None`: the client cancelled, and nobody waits for the answer.
    pub(crate) async fn answer(
        &self,
        entry: &Entry<C>,
        arguments: JsonObject,
        progress: Option<Sink>,
        cancelled: &CancellationToken,
        reader: Reader,
    ) -> Option<CallToolResult> {
        let name = entry.tool.name.as_ref();
        let call = tallied((entry.handler)(Arc::clone(&self.context), arguments));
        let call = crate::progress::told(progress, AssertUnwindSafe(call).catch_unwind());
        let call = self.running.track_future(tokio::time::timeout(self.limits.call, call));
        let ended = if entry.effect == Effect::Read {
            cancelled.run_until_cancelled(call).await?
        } else {
            // A write that is on its way cannot be called back. Leaving it half-way would only lose how it ended.
            call.await
        };
        let broken = |failure| (Err(failure), Tally::new());
        let (answer, hidden) = match ended {
            Ok(Ok((answer, tally))) => (answer, tally),
            Ok(Err(_panic)) => broken(failure(
                codes::BROKEN,
                format!("{name} broke off because of an error of its own"),
                "Look at the server's log lines, and report the error with the arguments of the call.",
            )),
            Err(_) => broken(failure(
                codes::TIMEOUT,
                format!("{name} took longer than {} s", self.limits.call.as_secs_f32()),
                "Narrow the call, or check how fast the API behind this server answers.",
            )),
        };
        Some(match self.bounded(name, answer) {
            Ok((value, summary)) => succeeded(value, summary, &hidden, reader),
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
        })
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

/// Who reads a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// Evenkeel's own client, which reads the structured content and would throw a copy of it away.
    Evenkeel,
    /// Anybody else: many clients hand their model nothing but the text, so that the result stands there, too, as the
    /// protocol recommends.
    Other,
}

fn succeeded(
    value: serde_json::Value,
    summary: String,
    hidden: &Tally,
    reader: Reader,
) -> CallToolResult {
    let mut content = vec![ContentBlock::text(summary)];
    if reader == Reader::Other {
        content.push(ContentBlock::text(value.to_string()));
    }
    let mut result = CallToolResult::structured(value);
    result.content = content;
    if !hidden.is_empty() {
        result.meta = Some(beside(tally::META, serde_json::json!(hidden)));
    }
    result
}

fn beside(key: &str, value: serde_json::Value) -> MetaObject {
    MetaObject(JsonObject::from_iter([(key.to_owned(), value)]))
}

/// A failure is said in words, and for programs beside the content: as structured content it would not fit the tool's
/// output schema, and clients that check that throw the whole answer away.
pub(crate) fn failed(failure: &ToolFailure) -> CallToolResult {
    let text = format!("{}: {} {}", failure.code, sentence(&failure.message), failure.next);
    let mut result = CallToolResult::error(vec![ContentBlock::text(text)]);
    result.meta = Some(beside(META, serde_json::json!(failure)));
    result
}

fn sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}
