//! Build chores that need nothing but cargo: `cargo run -p xtask -- site [--dev]`.
//!
//! `site` turns `app/`, `frontend/`, `style/` and `public/` into the folder `site/` that the server hands out.
//! It must not know what the application does. To add a chore: a module with one public function, and a line in [`main`].

mod contrast;
mod site;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo run -p xtask -- site [--dev] [--force] | contrast | tools

  site      build the browser's half into site/ (skipped when no source changed)
    --dev   without size optimisation and strong compression
    --force build even when no source changed
  contrast  compute the contrast of every colour pair declared in style/tokens.css
  tools     write docs/tools/ from the schemas of the shipped MCP servers
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let flag = |name: &str| arguments.iter().any(|argument| argument == name);
    let result = match arguments.first().map(String::as_str) {
        Some("site") => site::build(&site::Options { dev: flag("--dev"), force: flag("--force") }),
        Some("contrast") => contrast::report(),
        Some("tools") => tools::write(),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
