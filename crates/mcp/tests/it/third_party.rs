//! Servers that we did not write, as they are published: pinned by approval, called, answered with text.
//!
//! Needs Node and npm and a registry that has the packages; where one is missing the test says loudly that it was skipped.
//! `EVENKEEL_NPM_SERVERS` names a folder in which they are installed already.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use evenkeel_mcp::{AgentName, AgentsConfig, OfferedTool, Pins, ServerSpec, ToolBox};
use serde_json::json;

/// Package, program in it, its arguments, and a tool that reads with what it is asked.
const SERVERS: [(&str, &str, &[&str]); 3] = [
    ("kubernetes-mcp-server", "bin/index.js", &[]),
    ("mcp-server-kubernetes", "dist/index.js", &[]),
    // Over stdio only: over HTTP it listens on all interfaces.
    ("@modelcontextprotocol/server-everything", "dist/index.js", &["stdio"]),
];

const PATIENT: Duration = Duration::from_mins(1);

fn skipped(why: &str) {
    eprintln!("\n!!! SKIPPED: third-party MCP servers were not tried: {why}\n");
}

fn in_path(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|dir| dir.join(program))
        .find(|path| path.is_file())
}

/// The folder with the packages, installed now if need be; runs no scripts of theirs.
fn installed() -> Result<PathBuf, String> {
    if let Some(dir) = std::env::var_os("EVENKEEL_NPM_SERVERS") {
        return Ok(PathBuf::from(dir));
    }
    let npm = in_path("npm").ok_or("there is no npm")?;
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("third-party-mcp");
    let there = |name: &str| dir.join("node_modules").join(name).join("package.json").is_file();
    if SERVERS.iter().all(|(name, ..)| there(name)) {
        return Ok(dir);
    }
    std::fs::create_dir_all(&dir).map_err(|error| error.to_string())?;
    std::fs::write(dir.join("package.json"), "{\"private\": true}")
        .map_err(|error| error.to_string())?;
    let mut install = Command::new(npm);
    install.args(["install", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&dir);
    install.args(SERVERS.map(|(name, ..)| name));
    let done = install.output().map_err(|error| error.to_string())?;
    if done.status.success() {
        Ok(dir)
    } else {
        Err(String::from_utf8_lossy(&done.stderr).chars().take(500).collect())
    }
}

/// A cluster where nothing answers, for servers that insist on one.
fn kubeconfig(dir: &Path) -> PathBuf {
    let file = dir.join("nowhere.yaml");
    let text = "apiVersion: v1\nkind: Config\ncurrent-context: c\n\
        clusters: [{name: c, cluster: {server: \"http://127.0.0.1:9\"}}]\n\
        contexts: [{name: c, context: {cluster: c, user: u}}]\n\
        users: [{name: u, user: {token: t}}]\n";
    std::fs::write(&file, text).unwrap();
    file
}

fn agents() -> Arc<AgentsConfig> {
    let text = r#"
        [servers.theirs]
        concurrency = 2
        max_result_bytes = 100000
        reads = ["echo", "get-structured-content", "pods_list", "kubectl_get", "ping"]
        writes = []
        [agents.kubernetes]
        may = "read"
        tools.theirs = ["echo", "get-structured-content", "pods_list", "kubectl_get", "ping"]
    "#;
    Arc::new(AgentsConfig::parse(text).unwrap())
}

async fn ask(tools: &ToolBox, tool: &str, arguments: serde_json::Value) -> Result<String, String> {
    let agent = AgentName::parse("kubernetes").unwrap();
    let reply = tools.call(&agent, "theirs", tool, arguments, PATIENT).await;
    reply.map(|reply| reply.content.to_string()).map_err(|error| error.code().to_owned())
}

#[tokio::test]
async fn servers_that_we_did_not_write_are_approved_and_called() {
    let Some(node) = in_path("node") else { return skipped("there is no Node") };
    let dir = match installed() {
        Ok(dir) => dir,
        Err(why) => return skipped(&why),
    };
    let config = kubeconfig(&dir);
    for (package, program, args) in SERVERS {
        let program = dir.join("node_modules").join(package).join(program);
        let mut all = vec![program.display().to_string()];
        all.extend(args.iter().map(|arg| (*arg).to_owned()));
        let env = [
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("HOME", dir.display().to_string()),
            ("KUBECONFIG", config.display().to_string()),
        ];
        let spec = ServerSpec {
            name: "theirs".to_owned(),
            command: node.clone(),
            args: all,
            env: env.map(|(name, value)| (name.to_owned(), value)).into(),
        };
        let waiting = ToolBox::new(agents()).with_foreign_server(spec.clone(), Pins::default());
        let offered = waiting.offered("theirs", PATIENT).await.unwrap();
        assert!(offered.len() > 5, "{package} offers {}", offered.len());
        let known = |name: &str| offered.iter().any(|tool: &OfferedTool| tool.name == name);
        let tool = ["echo", "pods_list", "kubectl_get"].into_iter().find(|name| known(name));
        let tool = tool.unwrap_or_else(|| panic!("{package} offers none of the tools asked for"));
        let arguments = match tool {
            "echo" => json!({ "message": "hello from evenkeel" }),
            "kubectl_get" => json!({ "resourceType": "pods" }),
            _ => json!({}),
        };
        let refused = ask(&waiting, tool, arguments.clone()).await.unwrap_err();
        assert_eq!(refused, "mcp.tool_changed", "{package}: nobody has approved it");

        let tools = ToolBox::new(agents()).with_foreign_server(spec, Pins::of(&offered));
        match (tool, ask(&tools, tool, arguments).await) {
            ("echo", Ok(text)) => assert!(text.contains("hello from evenkeel"), "{text}"),
            // Nothing answers there. One says so as a failed tool, another as an error of the protocol; neither has a
            // code of ours for it.
            (_, Err(code)) => {
                assert!(matches!(&code[..], "tool.failed" | "mcp.protocol"), "{package}: {code}");
            }
            (_, Ok(text)) => panic!("{package} found pods where there is no cluster: {text}"),
        }
        if known("get-structured-content") {
            let place = json!({ "location": "New York" });
            let text = ask(&tools, "get-structured-content", place).await.unwrap();
            assert!(text.contains("temperature"), "{text}");
        }
        println!("{package}: {} tools, {tool} called", offered.len());
    }
}
