//! What every server does by the protocol, shown with tools that do nothing but that.

use std::sync::Arc;
use std::time::Duration;

use evenkeel_mcp_servers::tool::Tool;
use evenkeel_mcp_servers::{Limits, ToolServer, progress};
use evenkeel_tools::{Effect, ToolArguments, ToolFailure};
use rmcp::model::{
    CallToolRequestParams, CancelledNotification, CancelledNotificationParam, ClientCapabilities,
    ClientConfig, ClientNotification, ClientRequest, ErrorCode, Implementation,
    PaginatedRequestParams, ProgressNotificationParam, Request,
};
use rmcp::service::{
    NotificationContext, PeerRequestOptions, RoleClient, RunningService, ServiceError,
};
use rmcp::{ClientHandler, ServiceExt as _};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, mpsc};

use crate::support::{failure_of, short};

/// What the test sees of a call that goes on.
#[derive(Default)]
struct World {
    began: Notify,
    go_on: Notify,
    dropped: Arc<Notify>,
    done: Notify,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Done {
    steps: u32,
}

macro_rules! tool {
    ($tool:ident, $args:ident, $name:literal, $effect:ident, $call:expr) => {
        #[derive(Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        struct $args {}

        impl ToolArguments for $args {
            const SERVER: &'static str = "test";
            const NAME: &'static str = $name;
            const EFFECT: Effect = Effect::$effect;
            type Output = Done;
        }

        struct $tool;

        impl Tool<Arc<World>> for $tool {
            type Args = $args;
            const TITLE: &'static str = $name;
            const DESCRIPTION: &'static str = "A tool of this test.";

            async fn call(world: &Arc<World>, _: $args) -> Result<Done, ToolFailure> {
                $call(Arc::clone(world)).await
            }

            fn summary(done: &Done) -> String {
                format!("{} steps.", done.steps)
            }
        }
    };
}

/// Says when it is dropped, finished or not.
struct Dropped(Arc<Notify>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

async fn wait(world: Arc<World>) -> Result<Done, ToolFailure> {
    let _dropped = Dropped(Arc::clone(&world.dropped));
    world.began.notify_one();
    world.go_on.notified().await;
    world.done.notify_one();
    Ok(Done { steps: 1 })
}

async fn step(_: Arc<World>) -> Result<Done, ToolFailure> {
    for done in [0, 1, 1, 0, 2] {
        progress::report(done, 2, "stepping").await;
    }
    Ok(Done { steps: 2 })
}

async fn break_off(_: Arc<World>) -> Result<Done, ToolFailure> {
    tokio::task::yield_now().await;
    panic!("a tool with an error in it")
}

tool!(Look, LookArgs, "look", Read, wait);
tool!(Change, ChangeArgs, "change", Write, wait);
tool!(Step, StepArgs, "step", Read, step);
tool!(BreakOff, BreakOffArgs, "break_off", Read, break_off);

fn server(world: &Arc<World>) -> ToolServer<Arc<World>> {
    let limits = Limits { call: Duration::from_mins(1), ..Limits::default() };
    ToolServer::new("test", "Tools of a test.", Arc::clone(world), limits)
        .with::<Look>()
        .with::<Change>()
        .with::<Step>()
        .with::<BreakOff>()
}

/// A client with a name that hears of progress.
struct Listening {
    name: &'static str,
    heard: mpsc::UnboundedSender<ProgressNotificationParam>,
}

impl ClientHandler for Listening {
    fn get_info(&self) -> ClientConfig {
        ClientConfig::new(ClientCapabilities::default(), Implementation::new(self.name, "1"))
    }

    async fn on_progress(
        &self,
        params: ProgressNotificationParam,
        _: NotificationContext<RoleClient>,
    ) {
        self.heard.send(params).unwrap();
    }
}

struct Client {
    running: RunningService<RoleClient, Listening>,
    progress: mpsc::UnboundedReceiver<ProgressNotificationParam>,
}

async fn connect<C: Send + Sync + 'static>(server: ToolServer<C>, name: &'static str) -> Client {
    let (here, there) = tokio::io::duplex(64 * 1024);
    tokio::spawn(async move {
        let running = server.serve(there).await.unwrap();
        let _ended = running.waiting().await;
    });
    let (heard, progress) = mpsc::unbounded_channel();
    Client { running: Listening { name, heard }.serve(here).await.unwrap(), progress }
}

async fn soon<T>(what: &str, wait: impl Future<Output = T>) -> T {
    let limit = Duration::from_secs(30);
    tokio::time::timeout(limit, wait).await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

#[tokio::test]
async fn tools_are_listed_page_by_page_and_other_cursors_are_refused() {
    let client = connect(server(&Arc::default()).with_page(3).erase(), "other").await;
    let peer = client.running.peer();
    let first = peer.list_tools(None).await.unwrap();
    let cursor = first.next_cursor.clone().unwrap();
    let after =
        |cursor: &str| Some(PaginatedRequestParams::default().with_cursor(Some(cursor.to_owned())));
    let second = peer.list_tools(after(&cursor)).await.unwrap();
    let names: Vec<_> =
        first.tools.iter().chain(&second.tools).map(|tool| tool.name.to_string()).collect();
    assert_eq!(names, ["look", "change", "step", "break_off"]);
    assert_eq!((first.tools.len(), second.next_cursor), (3, None));
    for wrong in ["", "3", "after-2", "after-4", "after-x", "after-18446744073709551616"] {
        let error = peer.list_tools(after(wrong)).await.unwrap_err();
        let ServiceError::McpError(error) = error else { panic!("{wrong}: {error}") };
        assert_eq!(error.code, ErrorCode::INVALID_PARAMS, "{wrong}");
    }
    let whole = connect(server(&Arc::default()), "other").await;
    assert_eq!(whole.running.peer().list_tools(None).await.unwrap().next_cursor, None);
}

#[tokio::test]
async fn what_is_not_offered_is_an_error_of_the_protocol() {
    let client = connect(server(&Arc::default()).erase(), "other").await;
    let peer = client.running.peer();
    let call = CallToolRequestParams::new("no\u{1b}such");
    let ServiceError::McpError(error) = peer.call_tool(call).await.unwrap_err() else { panic!() };
    assert_eq!(error.code, ErrorCode::INVALID_PARAMS);
    assert_eq!(error.message, "there is no tool called no\u{fffd}such");
    assert!(peer.list_all_resources().await.is_err(), "resources are not declared");
}

#[tokio::test]
async fn the_text_holds_the_result_for_everybody_but_our_own_client() {
    for (name, blocks) in [("other", 2), ("evenkeel", 1)] {
        let client = connect(server(&Arc::default()).erase(), name).await;
        let call = CallToolRequestParams::new("step");
        let result = client.running.peer().call_tool(call).await.unwrap();
        assert_eq!(result.content.len(), blocks, "{name}");
        assert_eq!(result.content[0].as_text().unwrap().text, "2 steps.");
        assert_eq!(result.structured_content, Some(serde_json::json!({ "steps": 2 })));
        if let Some(json) = result.content.get(1) {
            assert_eq!(json.as_text().unwrap().text, r#"{"steps":2}"#);
        }
    }
}

#[tokio::test]
async fn a_tool_that_panics_is_a_failure_and_the_server_goes_on() {
    let client = connect(server(&Arc::default()).erase(), "other").await;
    let peer = client.running.peer();
    let result = peer.call_tool(CallToolRequestParams::new("break_off")).await.unwrap();
    assert_eq!(failure_of(&result).code, "tool.broken");
    assert!(peer.call_tool(CallToolRequestParams::new("step")).await.is_ok());
}

#[tokio::test]
async fn progress_is_told_to_who_asks_and_only_grows() {
    let mut client = connect(server(&Arc::default()).erase(), "other").await;
    // rmcp's client puts a token of its own into every request.
    client.running.peer().call_tool(CallToolRequestParams::new("step")).await.unwrap();
    let mut told = Vec::new();
    for _ in 0..3 {
        let heard = soon("progress", client.progress.recv()).await.unwrap();
        assert_eq!(heard.message.as_deref(), Some("stepping"));
        told.push((heard.progress, heard.total));
    }
    assert_eq!(told, [(0.0, Some(2.0)), (1.0, Some(2.0)), (2.0, Some(2.0))]);
    assert!(client.progress.try_recv().is_err(), "what does not go forward is not told");
}

/// Calls a tool, cancels the call once it has begun, and returns when the server knows.
async fn cancel(client: &Client, world: &World, tool: &'static str) {
    let peer = client.running.peer();
    let call = Request::new(CallToolRequestParams::new(tool));
    let sent = peer
        .send_cancellable_request(
            ClientRequest::CallToolRequest(call),
            PeerRequestOptions::no_options(),
        )
        .await
        .unwrap();
    soon("the call", world.began.notified()).await;
    let params = CancelledNotificationParam::new(Some(sent.id.clone()), None);
    let cancelled = ClientNotification::CancelledNotification(CancelledNotification::new(params));
    peer.send_notification(cancelled).await.unwrap();
    // Messages are taken in order: once this is answered, the cancellation was heard.
    peer.list_tools(None).await.unwrap();
}

#[tokio::test]
async fn a_cancelled_read_stops() {
    let world = Arc::<World>::default();
    let server = server(&world);
    let running = server.running().clone();
    let client = connect(server, "other").await;
    cancel(&client, &world, "look").await;
    soon("the end of the call", world.dropped.notified()).await;
    running.close();
    soon("no call to be running", running.wait()).await;
}

#[tokio::test]
async fn a_cancelled_write_goes_on_to_its_end() {
    let world = Arc::<World>::default();
    let client = connect(server(&world), "other").await;
    cancel(&client, &world, "change").await;
    world.go_on.notify_one();
    soon("the write", world.done.notified()).await;
}

#[tokio::test]
async fn a_slow_call_is_a_failure_with_a_code() {
    let world = Arc::<World>::default();
    let limits = Limits { call: Duration::from_millis(20), ..short() };
    let server = ToolServer::new("test", "", Arc::clone(&world), limits).with::<Look>();
    let client = connect(server.erase(), "other").await;
    let result = client.running.peer().call_tool(CallToolRequestParams::new("look")).await.unwrap();
    assert_eq!(failure_of(&result).code, "tool.timeout");
}
