//! Dependencies point one way. Asked of cargo itself.

use std::process::Command;

/// Crates that may not stand anywhere below the first one, whatever the features.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "evenkeel-domain",
        &["tokio", "sqlx", "axum", "reqwest", "kube", "rmcp", "leptos", "evenkeel-"],
    ),
    ("evenkeel-tools", &["tokio", "sqlx", "axum", "reqwest", "kube", "rmcp", "evenkeel-"]),
    ("evenkeel-logs", &["tokio", "sqlx", "axum", "reqwest", "kube", "rmcp", "evenkeel-"]),
    ("evenkeel-retrieval", &["tokio", "sqlx", "axum", "reqwest", "kube", "rmcp", "evenkeel-"]),
    (
        "evenkeel-engine",
        &[
            "sqlx",
            "axum",
            "reqwest",
            "kube",
            "octocrab",
            "rmcp",
            "async-openai",
            "evenkeel-agents",
            "evenkeel-policy",
            "evenkeel-services",
            "evenkeel-storage",
            "evenkeel-mcp",
        ],
    ),
    (
        "evenkeel-agents",
        &[
            "sqlx",
            "axum",
            "reqwest",
            "kube",
            "rmcp",
            "evenkeel-engine",
            "evenkeel-policy",
            "evenkeel-services",
            "evenkeel-storage",
            "evenkeel-mcp",
        ],
    ),
    ("evenkeel-policy", &["tokio", "sqlx", "axum", "reqwest", "kube", "evenkeel-engine"]),
    ("evenkeel-storage", &["sqlx", "axum", "reqwest", "kube", "evenkeel-services"]),
    (
        "evenkeel-services",
        &[
            "sqlx",
            "axum",
            "reqwest",
            "kube",
            "rmcp",
            "leptos",
            "evenkeel-mcp",
            "evenkeel-lab",
            "evenkeel-storage-sqlite",
            "evenkeel-app",
        ],
    ),
    ("evenkeel-mcp", &["sqlx", "axum", "kube", "evenkeel-mcp-servers", "evenkeel-services"]),
    ("evenkeel-mcp-servers", &["sqlx", "evenkeel-domain", "evenkeel-engine", "evenkeel-services"]),
    ("evenkeel-mcp-http", &["sqlx", "kube", "evenkeel-"]),
    (
        "evenkeel-assistant",
        &["sqlx", "axum", "leptos", "evenkeel-mcp-http", "evenkeel-app", "evenkeel-lab"],
    ),
    ("evenkeel-lab", &["evenkeel-"]),
];

fn dependencies(package: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "-p", package, "-e", "normal", "--prefix", "none"])
        .args(["--format", "{p}"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().filter_map(|line| line.split(' ').next().map(str::to_owned)).collect()
}

#[test]
fn i5_arrows_point_one_way() {
    for (package, forbidden) in FORBIDDEN {
        let found = dependencies(package);
        assert!(found.iter().any(|name| name == package), "{package} is not in its own tree");
        for name in found.iter().filter(|name| name != package) {
            let bad = forbidden
                .iter()
                .find(|f| if f.ends_with('-') { name.starts_with(**f) } else { name == *f });
            assert!(bad.is_none(), "{package} must not depend on {name}");
        }
    }
}
