//! Arguments of every tool of every server.

use std::sync::LazyLock;

use evenkeel_assistant::catalogue;
use evenkeel_mcp_servers::catalogue::Detached;
use evenkeel_tools::failure::{META, codes};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

/// Longest message of a failure: a few sentences. What was wrong is quoted in it, cut.
const MESSAGE_MAX: usize = 8 * 1024;

/// A tool and the server it belongs to.
pub(crate) struct Offer {
    server: usize,
    pub(crate) name: String,
    pub(crate) schema: Value,
}

static SERVERS: LazyLock<Vec<Box<dyn Detached>>> =
    LazyLock::new(|| catalogue::all().into_iter().map(|entry| entry.server).collect());

/// Every tool. What is fuzzed is called by its place here.
pub(crate) static OFFERS: LazyLock<Vec<Offer>> = LazyLock::new(|| {
    let mut offers = Vec::new();
    for (server, it) in SERVERS.iter().enumerate() {
        offers.extend(it.tools().into_iter().map(|(tool, _)| Offer {
            server,
            name: tool.name.into_owned(),
            schema: Value::Object(tool.input_schema.as_ref().clone()),
        }));
    }
    offers
});

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread().enable_time().build();
    runtime.unwrap_or_else(|error| panic!("no run time: {error}"))
});

/// The first two bytes choose a tool, the rest is its arguments as JSON. What is understood is understood the same when it is
/// written and read again; a refusal has a known code and a bounded message that can be shown; a call without a
/// world behind it ends in one of both.
pub fn tool_arguments(data: &[u8]) {
    let Some(([one, two], json)) = data.split_first_chunk::<2>() else { return };
    let offer = &OFFERS[usize::from(u16::from_le_bytes([*one, *two])) % OFFERS.len()];
    let Ok(Value::Object(arguments)) = serde_json::from_slice(json) else { return };
    let server = &SERVERS[offer.server];
    let name = offer.name.as_str();
    match server.read(name, arguments.clone()) {
        Some(Ok(understood)) => {
            let Value::Object(again) = understood.clone() else {
                panic!("the arguments of {name} are no object: {understood}")
            };
            let same = server.read(name, again);
            assert_eq!(same, Some(Ok(understood)), "{name} reads what it wrote otherwise");
        }
        Some(Err(failure)) => presentable(name, &failure.code, &failure.message),
        None => panic!("{name} is listed and unknown"),
    }
    let result = RUNTIME.block_on(server.call(name, arguments));
    let result = result.unwrap_or_else(|| panic!("{name} is listed and unknown"));
    if result.is_error == Some(true) {
        let content = result.meta.map(|meta| meta.0[META].clone()).unwrap_or_default();
        let text = |field: &str| content[field].as_str().unwrap_or_default().to_owned();
        presentable(name, &text("code"), &text("message"));
    }
}

fn presentable(name: &str, code: &str, message: &str) {
    assert!(codes::ALL.iter().any(|(known, _)| *known == code), "{name}: unknown code {code:?}");
    assert!(message.len() <= MESSAGE_MAX, "{name}: a message of {} bytes", message.len());
    let odd = message.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
    assert_eq!(odd, None, "{name}: a control character in {message:?}");
}
