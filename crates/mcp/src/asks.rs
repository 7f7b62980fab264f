//! Standing questions in `config/agents.toml`, read and checked.

use evenkeel_tools::question::{Arguments, ArgumentsError, OURS, StandingQuestion};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::agents::{AgentName, AgentsConfig};

/// Most standing questions of one agent. They are asked side by side in the time of a specialist, which looks itself
/// first; what needs more is a specialist of its own.
const QUESTIONS_MAX: usize = 4;
/// Longest words that say what a question is about, in characters: a line on a page.
const ABOUT_MAX: usize = 120;

/// A question as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ask {
    server: String,
    tool: String,
    about: String,
    #[serde(default)]
    arguments: Map<String, Value>,
}

/// Why a standing question can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// More than an agent can ask.
    #[error("an agent has at most {QUESTIONS_MAX} standing questions")]
    TooMany,
    /// It is to one of our servers, whose answers analyzers read.
    #[error("{0} is a server of Evenkeel itself; standing questions are for third-party servers")]
    Ours(String),
    /// The file has no section for the server.
    #[error("the server {0} has no section")]
    UnknownServer(String),
    /// The tool changes the world.
    #[error("{server}/{tool} is among that server's writes; questions only read")]
    Writes {
        /// The server.
        server: String,
        /// The tool.
        tool: String,
    },
    /// The tool is not among the server's reads.
    #[error("{server}/{tool} isn't among that server's reads")]
    UnknownTool {
        /// The server.
        server: String,
        /// The tool.
        tool: String,
    },
    /// The agent may not call the tool.
    #[error("{server}/{tool} isn't on the agent's own list of tools")]
    NotAllowed {
        /// The server.
        server: String,
        /// The tool.
        tool: String,
    },
    /// The words that say what it is about are none, too long, or of several lines.
    #[error("`about` must be one line of 1 to {ABOUT_MAX} characters")]
    About,
    /// The arguments can't be used.
    #[error("its arguments can't be used")]
    Arguments(#[source] ArgumentsError),
}

/// The questions of an agent; of the first that can't be used its number, from 1, and why.
pub(crate) fn questions(
    config: &AgentsConfig,
    agent: &AgentName,
    asks: &[Ask],
) -> Result<Vec<StandingQuestion>, (usize, QuestionError)> {
    let numbered = (1..).zip(asks);
    let read = numbered.map(|(number, ask)| {
        if number > QUESTIONS_MAX {
            return Err((number, QuestionError::TooMany));
        }
        question(config, agent, ask).map_err(|why| (number, why))
    });
    read.collect()
}

fn question(
    config: &AgentsConfig,
    agent: &AgentName,
    ask: &Ask,
) -> Result<StandingQuestion, QuestionError> {
    let Ask { server, tool, about, arguments } = ask.clone();
    if OURS.contains(&server.as_str()) {
        return Err(QuestionError::Ours(server));
    }
    if !config.knows(&server) {
        return Err(QuestionError::UnknownServer(server));
    }
    if config.writes(&server, &tool) {
        return Err(QuestionError::Writes { server, tool });
    }
    if !config.reads(&server, &tool) {
        return Err(QuestionError::UnknownTool { server, tool });
    }
    if !config.tools_of(agent, &server).contains(&tool.as_str()) {
        return Err(QuestionError::NotAllowed { server, tool });
    }
    let about = about.trim().to_owned();
    let long = about.chars().count();
    if !(1..=ABOUT_MAX).contains(&long) || about.chars().any(char::is_control) {
        return Err(QuestionError::About);
    }
    if let Some(name) = with_time(&arguments) {
        return Err(QuestionError::Arguments(ArgumentsError::Value(name)));
    }
    let arguments = Arguments::parse(arguments).map_err(QuestionError::Arguments)?;
    Ok(StandingQuestion { server, tool, about, arguments })
}

/// The field that has a time of TOML in it, which JSON has none of: it would be sent as a table with this field.
fn with_time(arguments: &Map<String, Value>) -> Option<String> {
    let timed = |value: &Value| value.to_string().contains("\"$__toml_private_datetime\"");
    arguments.iter().find(|(_, value)| timed(value)).map(|(name, _)| name.clone())
}
