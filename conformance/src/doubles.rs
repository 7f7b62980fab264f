//! Doubles: tools of the names and answers that the suite asks for, on a tool server as it ships.
//!
//! They stand for nothing that Evenkeel offers. What they show is that calling, failing, telling progress and describing
//! arguments work over our server's code as the protocol says.

use std::time::Duration;

use evenkeel_mcp_servers::{Limits, ToolServer, failure::failure, progress, tool::Tool};
use evenkeel_tools::{Effect, ToolArguments, ToolFailure};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const SERVER: &str = "double";

/// The server of doubles.
pub fn server() -> ToolServer<()> {
    ToolServer::new(SERVER, "Doubles for the conformance suite.", (), Limits::default())
        .with::<SimpleText>()
        .with::<ErrorHandling>()
        .with::<WithProgress>()
        .with::<Reconnection>()
        .with::<Schema>()
}

/// What every double answers.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Said {
    /// The words.
    pub text: String,
}

fn said(text: &str) -> Said {
    Said { text: text.to_owned() }
}

macro_rules! double {
    ($args:ident, $name:literal) => {
        /// No arguments.
        #[derive(Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $args {}
        double!($args => $name);
    };
    ($args:ident => $name:literal) => {
        impl ToolArguments for $args {
            const SERVER: &'static str = SERVER;
            const NAME: &'static str = $name;
            const EFFECT: Effect = Effect::Read;
            type Output = Said;
        }
    };
}

double!(SimpleTextArgs, "test_simple_text");
double!(ErrorHandlingArgs, "test_error_handling");
double!(WithProgressArgs, "test_tool_with_progress");
double!(ReconnectionArgs, "test_reconnection");
double!(SchemaArgs => "json_schema_2020_12_tool");

struct SimpleText;

impl Tool<()> for SimpleText {
    type Args = SimpleTextArgs;
    const TITLE: &'static str = "Simple text";
    const DESCRIPTION: &'static str = "Says a sentence.";

    async fn call((): &(), _: SimpleTextArgs) -> Result<Said, ToolFailure> {
        Ok(said("This is a simple text response for testing."))
    }

    fn summary(said: &Said) -> String {
        said.text.clone()
    }
}

struct ErrorHandling;

impl Tool<()> for ErrorHandling {
    type Args = ErrorHandlingArgs;
    const TITLE: &'static str = "Failure";
    const DESCRIPTION: &'static str = "Always fails.";

    async fn call((): &(), _: ErrorHandlingArgs) -> Result<Said, ToolFailure> {
        Err(failure(
            "double.failed",
            "This tool intentionally returns an error for testing",
            "Nothing is to be done.",
        ))
    }

    fn summary(said: &Said) -> String {
        said.text.clone()
    }
}

struct WithProgress;

impl Tool<()> for WithProgress {
    type Args = WithProgressArgs;
    const TITLE: &'static str = "Progress";
    const DESCRIPTION: &'static str = "Tells how far it has come, three times.";

    async fn call((): &(), _: WithProgressArgs) -> Result<Said, ToolFailure> {
        for done in [0, 50, 100] {
            progress::report(done, 100, "working").await;
            // So long that the reports are three messages.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(said("All of it is done."))
    }

    fn summary(said: &Said) -> String {
        said.text.clone()
    }
}

struct Reconnection;

impl Tool<()> for Reconnection {
    type Args = ReconnectionArgs;
    const TITLE: &'static str = "Reconnection";
    const DESCRIPTION: &'static str = "Answers on a stream that a client could come back to.";

    async fn call((): &(), _: ReconnectionArgs) -> Result<Said, ToolFailure> {
        Ok(said("The stream held."))
    }

    fn summary(said: &Said) -> String {
        said.text.clone()
    }
}

/// Arguments whose description needs what JSON Schema 2020-12 has.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SchemaArgs {
    /// A name.
    pub name: Option<String>,
    /// An address.
    pub address: Option<Address>,
}

/// An address.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "address")]
pub struct Address {
    /// The street.
    pub street: Option<String>,
    /// The city.
    pub city: Option<String>,
}

struct Schema;

impl Tool<()> for Schema {
    type Args = SchemaArgs;
    const TITLE: &'static str = "Schema";
    const DESCRIPTION: &'static str = "Tool with JSON Schema 2020-12 features.";

    async fn call((): &(), args: SchemaArgs) -> Result<Said, ToolFailure> {
        Ok(said(&args.name.unwrap_or_default()))
    }

    fn summary(said: &Said) -> String {
        said.text.clone()
    }
}
