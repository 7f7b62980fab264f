//! What people add to a cluster: kinds, roles, and who they act as. And what it tells of itself: usage, writers.

use kube::api::{DeleteParams, PostParams};
use serde_json::{Value, json};

use crate::harness::{TestRange, deployment, eventually};

/// Sends a request as somebody; the answer, or the code of the refusal.
async fn send(
    client: &kube::Client,
    method: &str,
    path: &str,
    acting_as: Option<&str>,
    body: Value,
) -> Result<Value, u16> {
    let mut request = axum::http::Request::builder().method(method).uri(path);
    if let Some(user) = acting_as {
        request = request.header("impersonate-user", user);
    }
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let request = request.header("content-type", "application/json").body(body).unwrap();
    client.request(request).await.map_err(|error| match error {
        kube::Error::Api(status) => status.code,
        other => panic!("not an answer of the API: {other}"),
    })
}

fn definition() -> Value {
    json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {"group": "example.com", "scope": "Namespaced",
            "names": {"kind": "Widget", "plural": "widgets", "singular": "widget", "listKind": "WidgetList"},
            "versions": [{"name": "v1", "served": true, "storage": true, "subresources": {"status": {}}}]}})
}

#[tokio::test]
async fn a_defined_kind_is_served_until_its_definition_goes_and_survives_a_restart() {
    let range = TestRange::start().await;
    let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    let widgets = "/apis/example.com/v1/namespaces/shop/widgets";
    let client = range.client.clone();
    assert_eq!(send(&client, "GET", widgets, None, Value::Null).await, Err(404));
    let mut bad = definition();
    bad["metadata"]["name"] = json!("things.example.com");
    assert_eq!(send(&client, "POST", definitions, None, bad).await, Err(422));
    send(&client, "POST", definitions, None, definition()).await.unwrap();
    let widget = json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "a"},
        "spec": {"size": 1}, "status": {"ignored": true}});
    let made = send(&client, "POST", widgets, None, widget).await.unwrap();
    assert_eq!((made["metadata"]["generation"].as_i64(), made.get("status")), (Some(1), None));
    let groups = send(&client, "GET", "/apis", None, Value::Null).await.unwrap();
    let names: Vec<&str> =
        groups["groups"].as_array().unwrap().iter().filter_map(|g| g["name"].as_str()).collect();
    assert!(names.contains(&"example.com") && names.contains(&"metrics.k8s.io"), "{names:?}");

    let range = range.restart().await;
    let client = range.client.clone();
    let list = send(&client, "GET", widgets, None, Value::Null).await.unwrap();
    assert_eq!(
        (list["kind"].as_str(), list["items"].as_array().unwrap().len()),
        (Some("WidgetList"), 1)
    );
    send(&client, "DELETE", &format!("{definitions}/widgets.example.com"), None, Value::Null)
        .await
        .unwrap();
    assert_eq!(send(&client, "GET", widgets, None, Value::Null).await, Err(404));
    // Defined again, it begins empty: what it held went with it.
    eventually("the objects to go", || async {
        send(&client, "POST", definitions, None, definition()).await.ok();
        let list = send(&client, "GET", widgets, None, Value::Null).await.unwrap();
        if list["items"].as_array().unwrap().is_empty() {
            return Some(());
        }
        let path = format!("{definitions}/widgets.example.com");
        send(&client, "DELETE", &path, None, Value::Null).await.unwrap();
        None
    })
    .await;
    range.stop().await;
}

#[tokio::test]
async fn an_administrator_acts_as_others_who_may_what_is_bound_to_them() {
    let range = TestRange::start().await;
    let client = range.client.clone();
    let reader = Some("system:serviceaccount:shop:reader");
    let pods = "/api/v1/namespaces/shop/pods";
    assert_eq!(send(&client, "GET", pods, reader, Value::Null).await, Err(403));
    let viewer = range.client_of("kubeconfig-viewer").await;
    assert_eq!(send(&viewer, "GET", pods, Some("range-admin"), Value::Null).await, Err(403));
    let rbac = "/apis/rbac.authorization.k8s.io/v1";
    let role = json!({"metadata": {"name": "reader"}, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]});
    send(&client, "POST", &format!("{rbac}/clusterroles"), None, role).await.unwrap();
    let binding = json!({"metadata": {"name": "reader"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "reader"},
        "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": "shop"}]});
    let bindings = format!("{rbac}/namespaces/shop/rolebindings");
    send(&client, "POST", &bindings, None, binding).await.unwrap();
    send(&client, "GET", pods, reader, Value::Null).await.unwrap();
    assert_eq!(send(&client, "GET", "/api/v1/pods", reader, Value::Null).await, Err(403));
    assert_eq!(
        send(&client, "GET", "/api/v1/namespaces/shop/secrets", reader, Value::Null).await,
        Err(403)
    );
    let review = json!({"spec": {"namespace": "shop"}});
    let path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
    let rules = send(&client, "POST", path, reader, review.clone()).await.unwrap();
    assert_eq!(rules["status"]["resourceRules"][0]["verbs"], json!(["list"]));
    let rules = send(&viewer, "POST", path, None, review).await.unwrap();
    let rules = rules["status"]["resourceRules"].to_string();
    assert!(rules.contains("pods/log") && !rules.contains("secrets"), "{rules}");
    range.stop().await;
}

#[tokio::test]
async fn writers_are_remembered_with_what_they_wrote() {
    let range = TestRange::start().await;
    let post = PostParams { field_manager: Some("first".to_owned()), ..PostParams::default() };
    let map =
        serde_json::from_value(json!({"metadata": {"name": "x"}, "data": {"a": "1"}})).unwrap();
    let mut map = range.config_maps().create(&post, &map).await.unwrap();
    map.data.as_mut().unwrap().insert("b".to_owned(), "2".to_owned());
    map.metadata.managed_fields = None;
    let put = PostParams { field_manager: Some("second".to_owned()), ..PostParams::default() };
    let map = range.config_maps().replace("x", &put, &map).await.unwrap();
    let entries = map.metadata.managed_fields.unwrap();
    let told: Vec<(String, Value)> = entries
        .into_iter()
        .map(|entry| (entry.manager.unwrap(), entry.fields_v1.unwrap().0))
        .collect();
    assert_eq!(
        told,
        [
            ("first".to_owned(), json!({"f:data": {"f:a": {}}})),
            ("second".to_owned(), json!({"f:data": {"f:b": {}}}))
        ]
    );
    range.config_maps().delete("x", &DeleteParams::default()).await.unwrap();
    range.stop().await;
}

#[tokio::test]
async fn usage_of_what_runs_is_measured() {
    let range = TestRange::start().await;
    range.create(deployment("inventory", "2.1.0", 1)).await;
    range.settled("inventory", 1).await;
    let client = range.client.clone();
    let path = "/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods";
    let item = eventually("a measurement", || async {
        let list = send(&client, "GET", path, None, Value::Null).await.unwrap();
        list["items"].as_array().unwrap().first().cloned()
    })
    .await;
    assert!(item["containers"][0]["usage"]["memory"].as_str().unwrap().ends_with("Ki"));
    let other = format!("{path}?labelSelector=app%3Dother");
    let list = send(&client, "GET", &other, None, Value::Null).await.unwrap();
    assert!(list["items"].as_array().unwrap().is_empty());
    let nodes = send(&client, "GET", "/apis/metrics.k8s.io/v1beta1/nodes", None, Value::Null).await;
    assert_eq!(nodes.unwrap()["items"].as_array().unwrap().len(), 1);
    range.stop().await;
}
