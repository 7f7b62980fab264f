//! Alertmanager's configuration.

use std::path::Path;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::files::write_private;

/// Where notifications go.
#[derive(Debug, Clone, Default)]
pub struct Webhook {
    /// URL to post to.
    pub url: Option<String>,
    /// Bearer token.
    pub token: Option<String>,
}

/// Writes `alertmanager.yml` (JSON is YAML) and the token file next to it.
pub fn write_config(dir: &Path, webhook: &Webhook) -> Result<()> {
    let token_file = dir.join("webhook.token");
    let receiver = match &webhook.url {
        Some(url) => {
            ensure!(
                url.starts_with("http://") || url.starts_with("https://"),
                "the webhook URL must begin with http:// or https://"
            );
            let mut config = json!({"url": url, "send_resolved": true, "max_alerts": 0});
            if let Some(token) = &webhook.token {
                write_private(&token_file, token.trim())?;
                config["http_config"] = json!({"authorization": {"type": "Bearer", "credentials_file": std::path::absolute(&token_file)?}});
            }
            json!({"name": "evenkeel", "webhook_configs": [config]})
        }
        None => json!({"name": "evenkeel"}),
    };
    write_private(&dir.join("alertmanager.yml"), &document(&receiver).to_string())
}

fn document(receiver: &Value) -> Value {
    json!({
        "global": {"resolve_timeout": "1m"},
        "route": {
            "receiver": "evenkeel", "group_by": ["alertname", "namespace"],
            "group_wait": "1s", "group_interval": "5s", "repeat_interval": "1h",
        },
        "inhibit_rules": [{
            "source_matchers": ["severity=\"critical\""],
            "target_matchers": ["alertname=\"KubeDeploymentRolloutStuck\""],
            "equal": ["namespace"],
        }],
        "receivers": [receiver],
    })
}
