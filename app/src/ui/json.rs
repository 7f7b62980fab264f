//! Structured results, folded.

use leptos::prelude::*;
use serde_json::Value;

/// How many members of one object or list are shown.
const MAX_MEMBERS: usize = 100;
/// How deep nesting is shown; deeper is a line of text.
const MAX_DEPTH: usize = 12;

/// A JSON value: objects and lists fold, scalars are coloured by type. Bounded in breadth and depth.
#[component]
pub fn JsonView(
    /// The value.
    value: Value,
    /// How many levels are open at first.
    #[prop(default = 1)]
    open: usize,
) -> impl IntoView {
    view! { <div class="json">{node(None, &value, 0, open)}</div> }.into_any()
}

fn node(key: Option<String>, value: &Value, depth: usize, open: usize) -> AnyView {
    let members: Vec<(Option<String>, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, value)| (Some(key.clone()), value)).collect(),
        Value::Array(list) => list.iter().map(|value| (None, value)).collect(),
        _ => Vec::new(),
    };
    let name = key.map(|key| view! { <span class="json__key">{key}": "</span> });
    if members.is_empty() || depth >= MAX_DEPTH {
        let class = match value {
            Value::String(_) => "json__string",
            Value::Number(_) => "json__number",
            Value::Bool(_) | Value::Null => "json__word",
            Value::Array(_) | Value::Object(_) => "json__fold",
        };
        return view! { <div class="json__line">{name}<span class=class>{value.to_string()}</span></div> }.into_any();
    }
    let count = members.len();
    let summary = if value.is_array() { format!("[ {count} ]") } else { format!("{{ {count} }}") };
    let inner: Vec<AnyView> = members
        .into_iter()
        .take(MAX_MEMBERS)
        .map(|(key, value)| node(key, value, depth + 1, open))
        .collect();
    let cut = count.saturating_sub(MAX_MEMBERS);
    view! {
        <details class="json__node" open=depth < open>
            <summary>{name}<span class="json__fold">{summary}</span></summary>
            <div class="json__members">
                {inner}
                {(cut > 0).then(|| view! { <div class="json__line json__fold">"… "{cut}" more"</div> })}
            </div>
        </details>
    }
    .into_any()
}
