//! What every shipped server offers, with nothing behind it: what documentation is made from and arguments are checked
//! against. A server that stands here is documented and fuzzed by that alone.

use evenkeel_tools::failure::codes;
use evenkeel_tools::{Effect, ToolArguments, ToolFailure};
use futures::future::BoxFuture;
use rmcp::model::{CallToolResult, JsonObject, Tool as Offered};
use schemars::JsonSchema;
use tokio_util::sync::CancellationToken;

use crate::server::{Reader, ToolServer, failed};
use crate::tool::{Form, Tool, form};
use crate::{Limits, ServerKind, github, kubernetes, loki, memory, prometheus, runbooks};

impl ServerKind {
    /// Every server, in the order of its enum.
    pub const ALL: &'static [Self] =
        &[Self::Kubernetes, Self::Prometheus, Self::Loki, Self::Runbooks, Self::Github];

    /// Its name, as in `evenkeel mcp kubernetes`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kubernetes => evenkeel_tools::kubernetes::SERVER,
            Self::Prometheus => evenkeel_tools::prometheus::SERVER,
            Self::Loki => evenkeel_tools::loki::SERVER,
            Self::Runbooks => evenkeel_tools::runbooks::SERVER,
            Self::Github => evenkeel_tools::github::SERVER,
        }
    }

    /// What the codes of its failures begin with, beside `tool.`.
    fn families(self) -> &'static [&'static str] {
        match self {
            Self::Kubernetes => &["kubernetes."],
            Self::Prometheus => &["prometheus.", "alertmanager."],
            Self::Loki => &["loki."],
            Self::Runbooks => &["runbooks.", "notion."],
            Self::Github => &["github."],
        }
    }

    fn variables(self) -> Variables {
        match self {
            Self::Kubernetes => KUBERNETES,
            Self::Prometheus => PROMETHEUS,
            Self::Loki => LOKI,
            Self::Runbooks => RUNBOOKS,
            Self::Github => GITHUB,
        }
    }

    /// The server with nothing behind it: it reads no environment and reaches nobody, so every call that gets as far
    /// as asking fails.
    pub fn detached(self) -> Box<dyn Detached> {
        let limits = Limits::default();
        match self {
            Self::Kubernetes => {
                Box::new(kubernetes::server(kubernetes::Kube::none(limits), limits))
            }
            Self::Prometheus => {
                let nowhere = prometheus::PrometheusConfig::new("");
                Box::new(prometheus::server(prometheus::Prometheus::new(nowhere, limits), limits))
            }
            Self::Loki => {
                let nowhere = loki::LokiConfig::new("");
                Box::new(loki::server(loki::Loki::new(&nowhere, limits), limits))
            }
            Self::Runbooks => {
                let shipped = runbooks::Runbooks::new(runbooks::Sources::default(), limits);
                Box::new(runbooks::server(shipped, limits))
            }
            Self::Github => {
                let nowhere = github::GithubConfig {
                    api_url: String::new(),
                    auth: github::GithubAuth::Token(String::new().into()),
                    repositories: Vec::new(),
                    ca_pem: None,
                };
                Box::new(github::server(github::Github::new(&nowhere, limits), limits))
            }
        }
    }
}

/// A server that ships, as its page and the fuzzer see it.
pub struct Entry {
    /// Its name, as in `evenkeel mcp kubernetes`.
    pub name: &'static str,
    /// The server with nothing behind it.
    pub server: Box<dyn Detached>,
    /// The variables it reads, each with what it is for. Nothing else of the environment reaches it.
    pub variables: Variables,
    /// The codes its failures can have, each with what it means, as markdown.
    pub codes: Vec<(&'static str, String)>,
    /// How it is reached, where `evenkeel mcp` with its name doesn't serve it.
    pub reached: Option<&'static str>,
}

/// Every server that ships: those that can be run by themselves, and the memory, which needs the platform's database.
pub fn catalogue() -> Vec<Entry> {
    let mut all: Vec<_> = ServerKind::ALL
        .iter()
        .map(|kind| Entry {
            name: kind.name(),
            server: kind.detached(),
            variables: kind.variables(),
            codes: codes_of(kind.families()),
            reached: None,
        })
        .collect();
    all.push(Entry {
        name: evenkeel_tools::memory::SERVER,
        server: Box::new(empty_memory(Limits::default())),
        variables: MEMORY,
        codes: codes_of(&["memory."]),
        reached: None,
    });
    all
}

/// The memory of an organisation without closed incidents.
pub fn empty_memory(limits: Limits) -> ToolServer<memory::Memory> {
    memory::server(memory::Memory::new(NothingClosed), limits)
}

/// The codes of those families and those that any tool has.
pub fn codes_of(families: &[&str]) -> Vec<(&'static str, String)> {
    let of = |code: &str| families.iter().chain(&["tool."]).any(|family| code.starts_with(family));
    let all = codes::ALL.iter().filter(|(code, _)| of(code));
    all.map(|(code, means)| (*code, (*means).to_owned())).collect()
}

/// Tools as they are listed, of a server that can't be made without the platform. Every call of one fails with `missing`.
pub struct Listing {
    instructions: &'static str,
    forms: Vec<Form>,
    missing: ToolFailure,
}

impl Listing {
    /// A listing without tools.
    pub fn new(instructions: &'static str, missing: ToolFailure) -> Self {
        Self { instructions, forms: Vec::new(), missing }
    }

    /// Adds a tool.
    #[must_use]
    pub fn with<C: Send + Sync + 'static, T: Tool<C>>(self) -> Self {
        self.with_arguments::<T::Args>(T::TITLE, T::DESCRIPTION)
    }

    /// Adds the tool that takes those arguments.
    #[must_use]
    pub fn with_arguments<A>(mut self, title: &'static str, description: &'static str) -> Self
    where
        A: ToolArguments<Output: JsonSchema + 'static> + JsonSchema + 'static,
    {
        self.forms.push(form::<A>(title, description));
        self
    }
}

impl Detached for Listing {
    fn instructions(&self) -> &'static str {
        self.instructions
    }

    fn tools(&self) -> Vec<(Offered, Effect)> {
        self.forms.iter().map(|form| (form.tool.clone(), form.effect)).collect()
    }

    fn read(
        &self,
        tool: &str,
        arguments: JsonObject,
    ) -> Option<Result<serde_json::Value, ToolFailure>> {
        let form = self.forms.iter().find(|form| form.tool.name == tool)?;
        Some((form.reader)(arguments))
    }

    fn call<'a>(
        &'a self,
        tool: &'a str,
        arguments: JsonObject,
    ) -> BoxFuture<'a, Option<CallToolResult>> {
        Box::pin(async move {
            let failure = self.read(tool, arguments)?.err();
            Some(failed(&failure.unwrap_or_else(|| self.missing.clone())))
        })
    }
}

/// An organisation without closed incidents.
struct NothingClosed;

impl memory::Recollections for NothingClosed {
    fn closed(
        &self,
        _after: Option<memory::Cursor>,
        _limit: u32,
    ) -> BoxFuture<'_, Result<memory::Page, String>> {
        Box::pin(async { Ok(memory::Page::default()) })
    }

    fn latest(&self, _most: u32) -> BoxFuture<'_, Result<Option<memory::Cursor>, String>> {
        Box::pin(async { Ok(None) })
    }
}

const MEMORY: Variables = &[
    ("DATABASE_URL", "The platform's database, which is only read."),
    ("EVENKEEL_ORGANISATION", "Id of the organisation whose incidents are remembered."),
];

/// Name and purpose of each variable.
pub type Variables = &'static [(&'static str, &'static str)];

const KUBERNETES: Variables = &[
    (crate::KUBECONFIG_TEXT, "Text of a kubeconfig, so that no file holds it."),
    (
        "KUBECONFIG",
        "File of a kubeconfig, where its text isn't given. Without either: the pod's service account.",
    ),
    (
        kubernetes::kubeconfig::LOCAL,
        "`allow`: the kubeconfig that is given as text may run programs and read files of this machine.",
    ),
    ("KUBE_CONTEXT", "Context in that file; its current one otherwise."),
    (
        "EVENKEEL_KUBERNETES_UNPROTECTED",
        "Namespaces, comma between them, that writes may touch although Kubernetes or Evenkeel itself lives there.",
    ),
];

const PROMETHEUS: Variables = &[
    (
        "PROMETHEUS_URL",
        "Base address of Prometheus, or of what speaks its API, with its path: `https://mimir/prometheus`.",
    ),
    ("PROMETHEUS_USERNAME", "User of a basic sign-in."),
    ("PROMETHEUS_PASSWORD", "Its password."),
    ("PROMETHEUS_BEARER_TOKEN", "Token of a bearer sign-in; goes before user and password."),
    ("PROMETHEUS_TENANT", "Tenant, sent as `X-Scope-OrgID`."),
    ("PROMETHEUS_CA", "Certificates to trust beside the system's, as PEM text."),
    (
        "PROMETHEUS_SIGNALS_FILE",
        "File that says which metrics make which golden signal, in place of the built-in table.",
    ),
    ("ALERTMANAGER_URL", "Base address of the Alertmanager that alerts are sent to."),
    (
        "ALERTMANAGER_USERNAME, ALERTMANAGER_PASSWORD, ALERTMANAGER_BEARER_TOKEN",
        "Its sign-in. Without one: Prometheus', if both have the same scheme, host and port.",
    ),
    ("ALERTMANAGER_TENANT, ALERTMANAGER_CA", "As for Prometheus, whose they are when absent."),
];

const LOKI: Variables = &[
    ("LOKI_URL", "Base address of Loki, or of a gateway in front of it, with its path."),
    ("LOKI_USERNAME", "User of a basic sign-in."),
    ("LOKI_PASSWORD", "Its password."),
    ("LOKI_BEARER_TOKEN", "Token of a bearer sign-in; goes before user and password."),
    ("LOKI_TENANT", "Tenant, sent as `X-Scope-OrgID`."),
    ("LOKI_CA", "Certificates to trust beside the system's, as PEM text."),
];

const RUNBOOKS: Variables = &[
    ("EVENKEEL_RUNBOOKS", "Folders of runbooks in markdown, `:` between them."),
    (
        runbooks::git::VARIABLE,
        "Git repositories of runbooks, blanks between them: `https://HOST/REPOSITORY.git#BRANCH:FOLDER`, ssh, or a path.",
    ),
    (runbooks::git::TOKEN_FILE, "File with a token for the first `https` repository's host."),
    (runbooks::library::CACHE, "Folder for what may be lost: clones, and what was read of Notion."),
    ("NOTION_API_KEY", "Key of a Notion integration."),
    ("NOTION_RUNBOOK_DATABASE_ID", "The Notion database or data source that holds runbooks."),
    ("NOTION_API_URL", "Base address of Notion's API, where it isn't `https://api.notion.com`."),
];

const GITHUB: Variables = &[
    (
        "GITHUB_TOKEN",
        "A fine-grained or classic token. Or, as an App's installation, the next three.",
    ),
    ("GITHUB_APP_ID", "The App's id or client id."),
    ("GITHUB_APP_PRIVATE_KEY", "Its private key, as PEM text."),
    ("GITHUB_INSTALLATION_ID", "The number of its installation."),
    (
        "GITHUB_API_URL",
        "Base address of the API, where it isn't `https://api.github.com`; of an Enterprise Server `https://HOST/api/v3`.",
    ),
    (
        "GITHUB_CA",
        "Certificates to trust beside the system's, as PEM text: an Enterprise Server's.",
    ),
    (
        "GITHUB_REPOSITORIES",
        "The repositories that may be touched, `owner/name`, comma between them. Nothing else is.",
    ),
];

/// A server whatever it works with.
pub trait Detached: Send + Sync {
    /// What it says of itself to clients.
    fn instructions(&self) -> &'static str;

    /// Its tools, as they are listed to clients, each with what it does to the world.
    fn tools(&self) -> Vec<(Offered, Effect)>;

    /// Reads a tool's arguments as a call would, without calling, and answers with how they were understood; `None`
    /// when there is no such tool.
    fn read(
        &self,
        tool: &str,
        arguments: JsonObject,
    ) -> Option<Result<serde_json::Value, ToolFailure>>;

    /// Calls a tool; `None` when there is no such tool.
    fn call<'a>(
        &'a self,
        tool: &'a str,
        arguments: JsonObject,
    ) -> BoxFuture<'a, Option<CallToolResult>>;
}

impl<C: Send + Sync + 'static> Detached for ToolServer<C> {
    fn instructions(&self) -> &'static str {
        self.instructions
    }

    fn tools(&self) -> Vec<(Offered, Effect)> {
        self.entries.iter().map(|entry| (entry.tool.clone(), entry.effect)).collect()
    }

    fn read(
        &self,
        tool: &str,
        arguments: JsonObject,
    ) -> Option<Result<serde_json::Value, ToolFailure>> {
        self.entry(tool).map(|entry| (entry.reader)(arguments))
    }

    fn call<'a>(
        &'a self,
        tool: &'a str,
        arguments: JsonObject,
    ) -> BoxFuture<'a, Option<CallToolResult>> {
        Box::pin(async move {
            let (entry, nobody) = (self.entry(tool)?, CancellationToken::new());
            self.answer(entry, arguments, None, &nobody, Reader::Evenkeel).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ServerKind, catalogue};

    #[test]
    fn every_server_is_listed_once_and_found_by_its_name() {
        // A new server has to be counted here; then the list has to hold it.
        let place = |kind: ServerKind| match kind {
            ServerKind::Kubernetes => 0,
            ServerKind::Prometheus => 1,
            ServerKind::Loki => 2,
            ServerKind::Runbooks => 3,
            ServerKind::Github => 4,
        };
        for (index, kind) in ServerKind::ALL.iter().enumerate() {
            assert_eq!(place(*kind), index);
            assert_eq!(ServerKind::from_name(kind.name()), Some(*kind));
        }
        for entry in catalogue() {
            let codes = &entry.codes;
            assert!(codes.len() > 1 && codes.iter().all(|(_, means)| !means.trim().is_empty()));
            assert!(!entry.variables.is_empty(), "{}", entry.name);
        }
    }
}
