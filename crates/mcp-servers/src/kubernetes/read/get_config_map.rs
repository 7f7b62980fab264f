//! `get_config_map`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{ConfigEntry, ConfigMap, ConfigValue, GetConfigMapArgs};
use evenkeel_tools::redact::{Redactor, is_secret};
use k8s_openapi::api::core::v1;

use super::related::events_of;
use crate::failure::bad_arguments;
use crate::kubernetes::client::Kube;
use crate::kubernetes::errors::no_such_part;
use crate::kubernetes::names::{check, collection};
use crate::kubernetes::view::time;
use crate::text::safe;
use crate::tool::Tool;

/// Bytes shown of a value.
const MAX_VALUE: usize = 4096;
/// Keys shown.
const MAX_KEYS: usize = 200;

/// The tool.
pub(in crate::kubernetes) struct GetConfigMap;

impl Tool<Kube> for GetConfigMap {
    type Args = GetConfigMapArgs;
    const TITLE: &'static str = "ConfigMap";
    const DESCRIPTION: &'static str = "One ConfigMap with its values, when it was last written, and its events. Values \
        that may be secrets by key or shape are redacted. There is no such tool for Secrets.";

    async fn call(kube: &Kube, args: GetConfigMapArgs) -> Result<ConfigMap, ToolFailure> {
        check("ConfigMap name", &args.name)?;
        if let Some(key) = &args.key {
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            if key.is_empty() || key.len() > 253 || !key.chars().all(fits) {
                return Err(bad_arguments(format!("{key:?} isn't a key of a ConfigMap")));
            }
        }
        let map: v1::ConfigMap =
            kube.get(collection::<v1::ConfigMap>(&args.namespace)?, &args.name).await?;
        let uid = map.metadata.uid.as_deref();
        let events = events_of(kube, Some(&args.namespace), "ConfigMap", &args.name, uid).await;
        let (mut entries, truncated) = entries(&map, args.key.as_deref());
        if let (Some(key), true) = (&args.key, entries.is_empty()) {
            return Err(no_such_part(
                format!("the ConfigMap {} has no key {key}", args.name),
                "Leave the key out to see which there are.",
            ));
        }
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        let managed = map.metadata.managed_fields.as_deref().unwrap_or_default();
        Ok(ConfigMap {
            uid: map.metadata.uid.clone().unwrap_or_default(),
            entries,
            truncated,
            immutable: map.immutable.unwrap_or(false),
            changed_at: managed.iter().filter_map(|entry| time(entry.time.as_ref())).max(),
            created_at: time(map.metadata.creation_timestamp.as_ref()),
            events,
            name: args.name,
        })
    }

    fn summary(map: &ConfigMap) -> String {
        let shown =
            |entry: &&ConfigEntry| matches!(&entry.value, ConfigValue::Text { hidden: 0, .. });
        let whole = map.entries.iter().filter(shown).count();
        format!("{} keys, {} redacted or binary.", map.entries.len(), map.entries.len() - whole)
    }
}

fn entries(map: &v1::ConfigMap, only: Option<&str>) -> (Vec<ConfigEntry>, bool) {
    let wanted = |key: &str| only.is_none_or(|only| only == key);
    let text = map.data.iter().flatten().filter(|(key, _)| wanted(key)).map(|(key, text)| {
        ConfigEntry { key: key.clone(), bytes: length(text.len()), value: value(key, text) }
    });
    let binary =
        map.binary_data.iter().flatten().filter(|(key, _)| wanted(key)).map(|(key, bytes)| {
            ConfigEntry {
                key: key.clone(),
                bytes: length(bytes.0.len()),
                value: ConfigValue::Binary,
            }
        });
    let mut found: Vec<_> = text.chain(binary).collect();
    let truncated = found.len() > MAX_KEYS;
    found.truncate(MAX_KEYS);
    (found, truncated)
}

fn value(key: &str, text: &str) -> ConfigValue {
    // A single setting is judged by key and shape, a whole file by its key and then line by line.
    if is_secret(key, if text.trim_end().contains('\n') { "" } else { text }) {
        return ConfigValue::Redacted;
    }
    let (head, cut) = crate::text::clip(text, MAX_VALUE + 1024);
    let (joined, mut hidden) = settings(&head);
    let mut redactor = Redactor::new();
    let clean = redactor.text(&joined).unwrap_or(joined);
    let found: u64 = redactor.counts().values().sum();
    hidden += u32::try_from(found).unwrap_or(u32::MAX);
    let (text, cut_again) = safe(&clean, MAX_VALUE);
    ConfigValue::Text { text, cut: cut || cut_again, hidden }
}

/// A file that may consist of settings, without the secret ones, and how many these were.
fn settings(text: &str) -> (String, u32) {
    let mut hidden = 0;
    // Where a secret setting's name begins whose value stands in the lines below it, as YAML has it.
    let mut above: Option<Above> = None;
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let content = line.trim_start_matches([' ', '\t']);
        let indent = line.len() - content.len();
        if content.trim().is_empty() {
            lines.push(line.to_owned());
            continue;
        }
        let below = above.as_ref().is_some_and(|above| above.holds(content, indent));
        if below {
            hidden += 1;
            let item = if content.starts_with("- ") { "- " } else { "" };
            lines.push(format!("{}{item}{}", &line[..indent], evenkeel_tools::redact::REDACTED));
            continue;
        }
        above = Above::of(content, indent);
        lines.push(setting(line, &mut hidden));
    }
    (lines.join("\n"), hidden)
}

/// A secret setting whose value stands in the lines below it.
struct Above {
    /// Where its name begins.
    indent: usize,
    /// Whether the lines below are text, whatever they look like (`|`, `>`).
    block: bool,
}

impl Above {
    /// `password: |-`, `password: &db |`, `tokens:`.
    fn of(content: &str, indent: usize) -> Option<Self> {
        let name = content.trim_start_matches(['-', ' ']);
        let indent = indent + content.len() - name.len();
        let (name, value) = name.split_once(':')?;
        let value = value.split(" #").next().unwrap_or_default().trim();
        // Its anchor and its tag.
        let words = value.split_whitespace().filter(|word| !word.starts_with(['&', '!']));
        let mark: Vec<&str> = words.collect();
        let block = matches!(mark[..], [one] if one.starts_with(['|', '>'])
            && one[1..].chars().all(|c| matches!(c, '+' | '-' | '0'..='9')));
        let below = block || mark.is_empty();
        (below && is_secret(name.trim().trim_matches(['"', '\'']), ""))
            .then_some(Self { indent, block })
    }

    /// Whether a line belongs to the value. Below a name without a text of its own, settings are judged by themselves.
    fn holds(&self, content: &str, indent: usize) -> bool {
        let item = content.strip_prefix("- ");
        let deeper =
            indent > self.indent || (!self.block && item.is_some() && indent == self.indent);
        let is_setting =
            || item.unwrap_or(content).contains(": ") || content.trim_end().ends_with(':');
        deeper && (self.block || !is_setting())
    }
}

/// A line of a file, which may be a setting: `key=value`, `key: value`.
fn setting(line: &str, hidden: &mut u32) -> String {
    let Some(at) = line.find(['=', ':']) else { return line.to_owned() };
    let (name, rest) = line.split_at(at);
    let value = rest.trim_start_matches(['=', ':', ' ', '\t']).trim();
    let name = name.trim().trim_matches(['"', '\'', '-', ' ']);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let is_name = !name.is_empty() && name.len() <= 100 && name.chars().all(plain);
    let empty = matches!(value.trim_matches(['"', '\'', ',']), "" | "true" | "false" | "null");
    if !is_name || empty || !is_secret(name, value.trim_matches(['"', '\'', ','])) {
        return line.to_owned();
    }
    *hidden += 1;
    let kept = rest.len() - rest.trim_start_matches(['=', ':', ' ', '\t']).len();
    format!("{}{}{}", &line[..at], &rest[..kept], evenkeel_tools::redact::REDACTED)
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{ConfigValue, value};

    fn shown(key: &str, text: &str) -> (String, u32) {
        match value(key, text) {
            ConfigValue::Text { text, hidden, .. } => (text, hidden),
            other => (format!("{other:?}"), 0),
        }
    }

    #[test]
    fn secrets_in_values_are_hidden_by_key_and_by_shape() {
        assert_eq!(shown("WORKERS", "8"), ("8".to_owned(), 0));
        assert_eq!(shown("DB_PASSWORD", "8").0, "Redacted");
        assert_eq!(shown("UPSTREAM", "https://a:b@c/").0, "Redacted");
        let file = "[db]\nhost = db.shop\npassword = hunter2\ncookie_secret: \"abc\"\ndsn: postgres://u:pw@db/x\n\
            auth: true\nretries: 3\n# sk-aBcDefghijklmnop\n";
        let (text, hidden) = shown("app.ini", file);
        for secret in ["hunter2", "abc", "pw@", "sk-a"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        for kept in ["host = db.shop", "password = [redacted]", "auth: true", "retries: 3"] {
            assert!(text.contains(kept), "{kept}: {text}");
        }
        assert_eq!(hidden, 4);
        let key =
            "a: 1\n-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----\nb: 2";
        let (text, _) = shown("tls.pem", key);
        assert!(!text.contains("MIIabc") && text.contains("b: 2"), "{text}");
        let block =
            "db:\n  password: |-\n    hunter2\n    more\n\n  host: db.shop\ntoken: >\n  abc\n";
        let (text, hidden) = shown("app.yaml", block);
        assert!(
            !text.contains("hunter2") && !text.contains("more") && !text.contains("abc"),
            "{text}"
        );
        assert!(text.contains("  host: db.shop"), "{text}");
        assert_eq!(hidden, 5, "both marks and what stands below them");
        for (file, secret, kept) in [
            ("password: |- # rotated\n  hunter2\nhost: db", "hunter2", "host: db"),
            ("password: &pw |\n  hunter2\nhost: db", "hunter2", "host: db"),
            ("password:\n  hunter2\nhost: db", "hunter2", "host: db"),
            ("passwords:\n  - hunter2\nhost: db", "hunter2", "host: db"),
            ("passwords:\n- hunter2\nhost: db", "hunter2", "host: db"),
            ("auth:\n  mode: basic\n  password: hunter2", "hunter2", "mode: basic"),
            ("- password: |-\n    hunter2\n  user: bob", "hunter2", "user: bob"),
        ] {
            let (text, _) = shown("app.yaml", file);
            assert!(!text.contains(secret) && text.contains(kept), "{file}\n->\n{text}");
        }
        let (text, _) = shown("long", &"x".repeat(100_000));
        assert!(text.len() < 5000);
    }
}
