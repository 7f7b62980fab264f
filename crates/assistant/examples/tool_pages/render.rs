//! The pages about the tools of the shipped servers, from what the servers themselves say of them.

use std::fmt::Write as _;

use evenkeel_assistant::catalogue;
use evenkeel_mcp_servers::{Limits, catalogue::Entry};
use evenkeel_tools::Effect;
use rmcp::model::Tool;
use serde_json::Value;

use super::schema::{Field, fields};

const NOTE: &str = "<!-- Made by `cargo run -p xtask -- tools` from the servers' schemas; changes by hand are lost. -->";

/// Name and text of each page.
pub fn pages() -> Vec<(String, String)> {
    let all = catalogue::all();
    let mut pages = vec![("README.md".to_owned(), index(&all))];
    pages.extend(all.iter().map(|entry| (format!("{}.md", entry.name), page(entry))));
    pages
}

fn index(all: &[Entry]) -> String {
    let mut text =
        format!("{NOTE}\n\n# Tools\n\nWhat the MCP servers that come with Evenkeel offer.\n\n");
    text.push_str(
        "| server | tools that only read | tools that change something |\n|---|---|---|\n",
    );
    for entry in all {
        let tools = entry.server.tools();
        let of = |reads: bool| {
            let named = tools.iter().filter(|(_, effect)| (*effect == Effect::Read) == reads);
            let links: Vec<String> = named.map(|(tool, _)| link(entry.name, &tool.name)).collect();
            if links.is_empty() { "none".to_owned() } else { links.join(", ") }
        };
        let name = entry.name;
        writeln!(text, "| [{name}]({name}.md) | {} | {} |", of(true), of(false))
            .unwrap_or_default();
    }
    text
}

fn link(server: &str, tool: &str) -> String {
    format!("[`{tool}`]({server}.md#{tool})")
}

fn page(entry: &Entry) -> String {
    let Entry { name, server, variables, codes, reached } = entry;
    let limits = Limits::default();
    let mut text = format!("{NOTE}\n\n# {name}\n\n");
    let says = plain(server.instructions());
    let _ = match reached {
        Some(how) => write!(text, "{how} What it says of itself to clients: *{says}*\n\n"),
        None => write!(
            text,
            "`evenkeel mcp {name}` serves these tools over stdio. What it says of itself to clients: *{says}*\n\n\
             A call takes at most {} s (`EVENKEEL_TOOL_TIMEOUT_SECONDS`), a request to the API behind it {} s and {} MiB, a \
             result {} KiB. ",
            limits.call.as_secs(),
            limits.request.as_secs(),
            limits.response_bytes / (1024 * 1024),
            limits.result_bytes / 1024,
        ),
    };
    text.push_str("A call that fails answers with `isError`, a code from [below](#failures), a sentence and the next step.\n\n");
    text.push_str("## Configuration\n\n");
    if variables.is_empty() {
        text.push_str("It reads no variables.\n");
    } else {
        text.push_str("It reads these variables and no other credentials.\n\n| variable | what it is |\n|---|---|\n");
    }
    for (variable, about) in *variables {
        let names: Vec<String> = variable.split(", ").map(|name| format!("`{name}`")).collect();
        let _ = writeln!(text, "| {} | {} |", names.join(", "), plain(about));
    }
    for (tool, effect) in server.tools() {
        text.push('\n');
        text.push_str(&section(&tool, effect));
    }
    text.push_str("\n## Failures\n\n| code | what it means |\n|---|---|\n");
    for (code, about) in codes {
        let _ = writeln!(text, "| `{code}` | {} |", plain(about));
    }
    text
}

fn section(tool: &Tool, effect: Effect) -> String {
    let title = tool.title.as_deref().unwrap_or(&tool.name);
    let effect = match effect {
        Effect::Read => "reads only.",
        Effect::Write => "changes an object, in a way that another call can put back.",
        Effect::Add => "adds something that stays; the same call adds it again.",
        Effect::Destroy => "removes an object.",
    };
    let about = plain(tool.description.as_deref().unwrap_or_default());
    let mut text = format!("## {}\n\n**{title}**: {effect} {about}\n\n", tool.name);
    let arguments = fields(&Value::Object(tool.input_schema.as_ref().clone()));
    if arguments.is_empty() {
        text.push_str("It takes no arguments.\n");
    } else {
        table(&mut text, "argument", &arguments);
    }
    if let Some(schema) = &tool.output_schema {
        text.push('\n');
        table(&mut text, "result", &fields(&Value::Object(schema.as_ref().clone())));
    }
    text
}

fn table(text: &mut String, what: &str, rows: &[Field]) {
    let asked = what == "argument";
    let head = if asked {
        "| argument | type | required | what it is |\n|---|---|---|---|\n".to_owned()
    } else {
        format!("| {what} | type | what it is |\n|---|---|---|\n")
    };
    text.push_str(&head);
    for Field { path, kind, required, about } in rows {
        let about = plain(about);
        let _ = if asked {
            writeln!(
                text,
                "| `{path}` | {kind} | {} | {about} |",
                if *required { "yes" } else { "" }
            )
        } else {
            writeln!(text, "| `{path}` | {kind} | {about} |")
        };
    }
}

/// One line, without the marks of links between Rust items.
fn plain(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace("[`", "`").replace("`]", "`")
}
