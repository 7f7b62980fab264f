//! Why a call gave no result.

use std::time::Duration;

use crate::agents::AgentName;

/// Why a call gave no result. [`ToolError::code`] is stable.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// The allow-list says no. Nothing was sent.
    #[error("agent {agent} may not call {server}/{tool}: {reason}")]
    Denied {
        /// Who called.
        agent: AgentName,
        /// The server.
        server: String,
        /// The tool.
        tool: String,
        /// Which rule.
        reason: &'static str,
    },
    /// No such server is configured, or it doesn't offer the tool.
    #[error("there is no tool {server}/{tool}")]
    UnknownTool {
        /// The server.
        server: String,
        /// The tool.
        tool: String,
    },
    /// The server offers the tool in another form than when it was pinned.
    #[error(
        "the tool {server}/{tool} isn't offered in the form that was approved; an administrator has to look at it"
    )]
    Changed {
        /// The server.
        server: String,
        /// The tool.
        tool: String,
    },
    /// It was called too often; this call was not sent.
    #[error("{server} is called too often; its next turn is in {} ms", retry_in.as_millis())]
    RateLimited {
        /// The server.
        server: String,
        /// How long until there is room.
        retry_in: Duration,
    },
    /// It has stopped answering and is left alone for a while; this call was not sent.
    #[error(
        "the MCP server {server} has stopped answering; it is asked again in {} ms",
        retry_in.as_millis()
    )]
    CircuitOpen {
        /// The server.
        server: String,
        /// How long until it is asked again.
        retry_in: Duration,
    },
    /// The server can't be started or hung up.
    #[error("the MCP server {server} can't be reached: {reason}")]
    Unreachable {
        /// The server.
        server: String,
        /// What happened.
        reason: String,
    },
    /// No result within the time limit.
    #[error("{server}/{tool} gave no result within {} ms", limit.as_millis())]
    TimedOut {
        /// The server.
        server: String,
        /// The tool.
        tool: String,
        /// The limit.
        limit: Duration,
    },
    /// A result above the byte limit.
    #[error("the result of {server}/{tool} is larger than {limit} bytes")]
    TooLarge {
        /// The server.
        server: String,
        /// The tool.
        tool: String,
        /// The limit.
        limit: usize,
    },
    /// The tool itself failed and says why.
    #[error("{server}/{tool} failed: {message}")]
    Failed {
        /// The server.
        server: String,
        /// The tool.
        tool: String,
        /// The tool's own stable code, such as `kubernetes.forbidden`.
        code: String,
        /// The tool's sentence.
        message: String,
        /// The tool's next step.
        next: Box<str>,
        /// After how many seconds it asks to be called again.
        retry_after_s: Option<u32>,
    },
    /// The server broke the protocol.
    #[error("the MCP server {server} answered against the protocol: {reason}")]
    Protocol {
        /// The server.
        server: String,
        /// What was wrong.
        reason: String,
    },
}

/// The variants without their data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolErrorKind {
    /// [`ToolError::Denied`] or [`ToolError::Changed`].
    Refused,
    /// The world or the server didn't answer: [`ToolError::Unreachable`], [`ToolError::TimedOut`],
    /// [`ToolError::TooLarge`], [`ToolError::Protocol`].
    NoAnswer,
    /// The tool answered with a failure.
    ToolFailed,
    /// It was not sent, for now: [`ToolError::RateLimited`], [`ToolError::CircuitOpen`].
    NotNow,
    /// There is no such tool.
    Unknown,
}

impl ToolError {
    /// After how many seconds the tool asks to be called again, if it does.
    pub fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::Failed { retry_after_s, .. } => *retry_after_s,
            // Nothing was sent, so nothing was done.
            Self::RateLimited { retry_in, .. } | Self::CircuitOpen { retry_in, .. } => {
                Some(u32::try_from(retry_in.as_secs() + 1).unwrap_or(u32::MAX))
            }
            _ => None,
        }
    }

    /// Stable code for programs; of a failed tool, the tool's own.
    pub fn code(&self) -> &str {
        match self {
            Self::Denied { .. } => "mcp.denied",
            Self::UnknownTool { .. } => "mcp.unknown_tool",
            Self::Changed { .. } => "mcp.tool_changed",
            Self::RateLimited { .. } => "mcp.rate_limited",
            Self::CircuitOpen { .. } => "mcp.circuit_open",
            Self::Unreachable { .. } => "mcp.unreachable",
            Self::TimedOut { .. } => "mcp.timed_out",
            Self::TooLarge { .. } => "mcp.too_large",
            Self::Failed { code, .. } => code,
            Self::Protocol { .. } => "mcp.protocol",
        }
    }

    /// What to do next, for people.
    pub fn next(&self) -> &str {
        match self {
            Self::Denied { .. } => {
                "If the agent should have this tool, add it in config/agents.toml."
            }
            Self::UnknownTool { .. } => "Check the name against the server's list of tools.",
            Self::Changed { .. } => {
                "Compare the tool with its approved form on the Integrations page, then approve it or remove the server."
            }
            Self::RateLimited { .. } => {
                "Wait; or raise per_second of the server in config/agents.toml, if the server can take it."
            }
            Self::CircuitOpen { .. } => {
                "Look whether the server runs and can be reached; it is asked again by itself."
            }
            Self::Unreachable { .. } => {
                "Look at the server's log lines; it is started again with the next call."
            }
            Self::TimedOut { .. } => "Check how fast the system behind the server answers.",
            Self::TooLarge { .. } => "Ask for less.",
            Self::Failed { next, .. } => next,
            Self::Protocol { .. } => "Check the server's version.",
        }
    }

    /// Which sort of error it is.
    pub fn kind(&self) -> ToolErrorKind {
        match self {
            Self::Denied { .. } | Self::Changed { .. } => ToolErrorKind::Refused,
            Self::RateLimited { .. } | Self::CircuitOpen { .. } => ToolErrorKind::NotNow,
            Self::UnknownTool { .. } => ToolErrorKind::Unknown,
            Self::Failed { .. } => ToolErrorKind::ToolFailed,
            Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::TooLarge { .. }
            | Self::Protocol { .. } => ToolErrorKind::NoAnswer,
        }
    }
}
