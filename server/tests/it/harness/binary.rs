//! The built binary.

use std::{
    collections::BTreeMap,
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

/// The environment of an installation in `dir`; nothing else is inherited but the search path.
#[derive(Clone)]
pub struct Environment(pub BTreeMap<String, String>);

impl Environment {
    pub fn new(dir: &Path) -> Self {
        let config = super::app::config(dir);
        let path = std::env::var("PATH").unwrap_or_default();
        let pairs = [
            ("PATH", path),
            ("HOME", dir.display().to_string()),
            ("DATABASE_URL", config.database_url),
            ("EVENKEEL_SITE", config.site.display().to_string()),
            ("EVENKEEL_ADDR", config.addr.to_string()),
            ("EVENKEEL_SECRET_KEY", "0123456789abcdef0123456789abcdef".to_owned()),
        ];
        Self(pairs.map(|(name, value)| (name.to_owned(), value)).into())
    }

    pub fn set(&mut self, name: &str, value: impl ToString) {
        self.0.insert(name.to_owned(), value.to_string());
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        command.args(args).env_clear().envs(&self.0).stdin(Stdio::null());
        // The folder that the shipped policy tests are looked for in.
        command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command that must succeed; its standard output.
    pub fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn json(&self, args: &[&str]) -> Value {
        let text = self.ok(args);
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{args:?}: {e}: {text}"))
    }

    /// The same with something on standard input.
    pub fn json_with_input(&self, args: &[&str], input: &str) -> Value {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Makes a person and a token of full reach; the token's secret.
    pub fn person_with_token(&self, email: &str, role: &str) -> String {
        let user =
            ["--json", "user", "create", "--email", email, "--role", role, "--password-stdin"];
        self.json_with_input(&user, &format!("{}\n", super::app::PASSWORD));
        let token =
            ["--json", "token", "create", "--user", email, "--name", "test", "--scope", "full"];
        self.json(&token)["secret"].as_str().unwrap().to_owned()
    }
}
