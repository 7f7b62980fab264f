//! What a tool is, and how it becomes an entry of a server.

use std::sync::Arc;

use evenkeel_tools::{Effect, ToolArguments, ToolFailure};
use futures::future::BoxFuture;
use rmcp::handler::server::tool::{schema_for_input, schema_for_output};
use rmcp::model::{JsonObject, ToolAnnotations};
use schemars::JsonSchema;

use crate::failure::{bad_arguments, presentable};

/// One tool. `C` is what its server works with: a client and its limits.
pub trait Tool<C: Send + Sync>: Send + Sync + 'static {
    /// Arguments; name, effect and result come with them.
    type Args: ToolArguments<Output: JsonSchema + Send + Sync + 'static>
        + JsonSchema
        + Send
        + 'static;
    /// Title for people.
    const TITLE: &'static str;
    /// What it does and when to use it.
    const DESCRIPTION: &'static str;

    /// Does it.
    fn call(
        context: &C,
        args: Self::Args,
    ) -> impl Future<Output = Result<Output<C, Self>, ToolFailure>> + Send;

    /// A line for people about the result.
    fn summary(output: &Output<C, Self>) -> String;
}

/// The result type of a tool.
pub type Output<C, T> = <<T as Tool<C>>::Args as ToolArguments>::Output;

/// A result: structured content and its one-line summary.
pub(crate) type Answer = Result<(serde_json::Value, String), ToolFailure>;
pub(crate) type Handler<C> =
    Box<dyn Fn(Arc<C>, JsonObject) -> BoxFuture<'static, Answer> + Send + Sync>;

/// A tool as a server holds it.
pub(crate) struct Entry<C> {
    pub(crate) tool: rmcp::model::Tool,
    pub(crate) effect: Effect,
    pub(crate) reader: fn(JsonObject) -> Result<serde_json::Value, ToolFailure>,
    pub(crate) handler: Handler<C>,
}

/// A tool as it is listed and as its arguments are read, without what it does.
pub(crate) struct Form {
    pub(crate) tool: rmcp::model::Tool,
    pub(crate) effect: Effect,
    pub(crate) reader: fn(JsonObject) -> Result<serde_json::Value, ToolFailure>,
}

/// Makes the form of the tool that takes those arguments.
pub(crate) fn form<A>(title: &'static str, description: &'static str) -> Form
where
    A: ToolArguments<Output: JsonSchema + 'static> + JsonSchema + 'static,
{
    let effect = A::EFFECT;
    let annotations = ToolAnnotations::with_title(title)
        .read_only(effect == Effect::Read)
        .destructive(matches!(effect, Effect::Write | Effect::Destroy))
        // Writes carry an action id: a second call with the same one changes nothing.
        .idempotent(effect != Effect::Add)
        .open_world(true);
    let input = schema_for_input::<A>().unwrap_or_else(|reason| {
        // A programming error that the test over all tools finds.
        unreachable!("arguments of {} have no object schema: {reason}", A::NAME)
    });
    let tool = rmcp::model::Tool::new(A::NAME, description, input)
        .with_title(title)
        .with_raw_output_schema(schema_for_output::<A::Output>())
        .with_annotations(annotations);
    Form { tool, effect, reader: |arguments| json::<A>(&read::<A>(arguments)?) }
}

/// Makes an entry of a tool.
pub(crate) fn entry<C: Send + Sync + 'static, T: Tool<C>>() -> Entry<C> {
    let Form { tool, effect, reader } = form::<T::Args>(T::TITLE, T::DESCRIPTION);
    let handler: Handler<C> =
        Box::new(|context, arguments| Box::pin(run::<C, T>(context, arguments)));
    Entry { tool, effect, reader, handler }
}

async fn run<C: Send + Sync + 'static, T: Tool<C>>(
    context: Arc<C>,
    arguments: JsonObject,
) -> Answer {
    let output = T::call(&context, read::<T::Args>(arguments)?).await?;
    let summary = T::summary(&output);
    let value = serde_json::to_value(&output).map_err(|error| {
        bad_arguments(format!("the result of {} can't be written as JSON: {error}", T::Args::NAME))
    })?;
    Ok((value, summary))
}

fn read<A: ToolArguments>(arguments: JsonObject) -> Result<A, ToolFailure> {
    serde_json::from_value(serde_json::Value::Object(arguments))
        .map_err(|error| bad_arguments(format!("the arguments of {} don't fit: {error}", A::NAME)))
        .map_err(presentable)
}

fn json<A: ToolArguments>(arguments: &A) -> Result<serde_json::Value, ToolFailure> {
    serde_json::to_value(arguments).map_err(|error| {
        bad_arguments(format!("the arguments of {} can't be written as JSON: {error}", A::NAME))
    })
}
