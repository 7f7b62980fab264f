//! Role-based access: which rules are bound to a name, and what a rule allows.
//!
//! Roles and bindings are stored like any object. Aggregated roles and the check that nobody grants more than they
//! have are left out.

use serde_json::Value;

use super::auth::{Asked, User};
use super::store::{Key, Store};
use crate::value::{at, list, namespace, text};

/// The rules bound to a user, in the whole cluster and in a namespace.
pub fn rules_of(store: &Store, user: &User, home: &str) -> Vec<Value> {
    let groups = user.groups();
    let mut found = Vec::new();
    for binding in store.list("clusterrolebindings", None).0 {
        if binds(&binding, user, &groups) {
            found.extend(rules_in(store, &binding, ""));
        }
    }
    if home.is_empty() {
        return found;
    }
    for binding in store.list("rolebindings", Some(home)).0 {
        if binds(&binding, user, &groups) {
            found.extend(rules_in(store, &binding, namespace(&binding)));
        }
    }
    found
}

fn binds(binding: &Value, user: &User, groups: &[String]) -> bool {
    list(binding, &["subjects"]).iter().any(|subject| {
        let name = text(subject, &["name"]);
        match text(subject, &["kind"]) {
            "ServiceAccount" => {
                let home = text(subject, &["namespace"]);
                user.name() == format!("system:serviceaccount:{home}:{name}")
            }
            "User" => user.name() == name,
            "Group" => groups.iter().any(|group| group == name),
            _ => false,
        }
    })
}

fn rules_in(store: &Store, binding: &Value, home: &str) -> Vec<Value> {
    let plural = match text(binding, &["roleRef", "kind"]) {
        "ClusterRole" => "clusterroles",
        "Role" if !home.is_empty() => "roles",
        _ => return Vec::new(),
    };
    let key = Key {
        plural,
        namespace: if plural == "roles" { home.to_owned() } else { String::new() },
        name: text(binding, &["roleRef", "name"]).to_owned(),
    };
    store.get(&key).map(|role| list(&role, &["rules"]).to_vec()).unwrap_or_default()
}

/// Whether a rule allows it.
pub fn allows(rule: &Value, asked: &Asked<'_>) -> bool {
    let holds = |field: &str, wanted: &[&str]| {
        list(rule, &[field]).iter().filter_map(Value::as_str).any(|entry| wanted.contains(&entry))
    };
    let whole = format!("{}/{}", asked.resource, asked.subresource);
    let any = format!("*/{}", asked.subresource);
    let resource = if asked.subresource.is_empty() {
        holds("resources", &["*", asked.resource])
    } else {
        holds("resources", &["*", &whole, &any])
    };
    let named = at(rule, &["resourceNames"]).as_array().is_none_or(Vec::is_empty)
        || (!asked.name.is_empty() && holds("resourceNames", &[asked.name]));
    holds("verbs", &["*", asked.verb])
        && holds("apiGroups", &["*", asked.group])
        && resource
        && named
}

#[cfg(test)]
mod tests {
    use super::allows;
    use crate::kubeapi::auth::Asked;
    use serde_json::json;

    #[test]
    fn a_rule_allows_what_it_says_and_nothing_else() {
        let rule = json!({"apiGroups": [""], "resources": ["pods", "pods/log"], "verbs": ["get"]});
        let asked = |verb, resource, subresource| Asked {
            verb,
            resource,
            subresource,
            namespace: "shop",
            name: "web",
            ..Asked::default()
        };
        assert!(allows(&rule, &asked("get", "pods", "")));
        assert!(allows(&rule, &asked("get", "pods", "log")));
        assert!(!allows(&rule, &asked("get", "pods", "status")));
        assert!(!allows(&rule, &asked("list", "pods", "")));
        assert!(!allows(&rule, &asked("get", "secrets", "")));
        assert!(!allows(&rule, &Asked { group: "apps", ..asked("get", "pods", "") }));
        let one = json!({"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"], "resourceNames": ["web"]});
        assert!(allows(&one, &asked("delete", "pods", "")));
        assert!(!allows(&one, &Asked { name: "", ..asked("list", "pods", "") }));
    }
}
