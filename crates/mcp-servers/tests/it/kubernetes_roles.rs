//! The shipped roles grant exactly what each write asks the API server for.

use std::collections::BTreeSet;

use evenkeel_lab::Access;
use evenkeel_tools::kubernetes::{WorkloadKind, names};
use serde_json::{Value, json};

use crate::kubernetes_cluster::{Cluster, OTHER, image, set};

/// Workloads by kind and name.
const WORKLOADS: [(WorkloadKind, &str); 3] = [
    (WorkloadKind::Deployment, "web"),
    (WorkloadKind::StatefulSet, "db"),
    (WorkloadKind::DaemonSet, "agent"),
];

/// Group, resource and verb, as in a Role.
type Permission = (String, String, String);

fn permission(asked: &Access) -> Permission {
    (asked.group.clone(), asked.resource.clone(), asked.verb.to_owned())
}

/// What the role of an action grants.
fn granted(action: &str) -> BTreeSet<Permission> {
    let path =
        format!("{}/../../deploy/kubernetes/write/{action}.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let role: Value = serde_norway::from_str(&text).unwrap();
    assert_eq!(role["metadata"]["name"], format!("evenkeel:write:{}", action.replace('_', "-")));
    let texts = |value: &Value| -> Vec<String> {
        let items = value.as_array().unwrap().iter();
        items.map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let mut granted = BTreeSet::new();
    for rule in role["rules"].as_array().unwrap() {
        for group in texts(&rule["apiGroups"]) {
            for resource in texts(&rule["resources"]) {
                for verb in texts(&rule["verbs"]) {
                    granted.insert((group.clone(), resource.clone(), verb));
                }
            }
        }
    }
    granted
}

impl Cluster {
    async fn furnish(&self) {
        self.deploy("web", 1).await;
        self.create("apis/apps/v1", "statefulsets", set("StatefulSet", "db")).await;
        self.create("apis/apps/v1", "daemonsets", set("DaemonSet", "agent")).await;
        let hpa = json!({
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"},
            "spec": {"maxReplicas": 4, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}},
        });
        self.create("apis/autoscaling/v2", "horizontalpodautoscalers", hpa).await;
        let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"A": "1"}});
        self.create("api/v1", "configmaps", map).await;
        let job = json!({
            "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "import"},
            "spec": {"backoffLimit": 0, "template": {"spec": {"restartPolicy": "Never", "terminationGracePeriodSeconds": 1,
                "containers": [{"name": "import", "image": image(), "env": [{"name": "FAILS", "value": "yes"}]}]}}},
        });
        self.create("apis/batch/v1", "jobs", job).await;
        let job = format!("/apis/batch/v1/namespaces/{}/jobs/import", self.namespace);
        self.eventually("the Job's failure", async || {
            let job = self.get(&job).await;
            let conditions = job["status"]["conditions"].as_array()?;
            conditions.iter().find(|c| c["type"] == "Failed" && c["status"] == "True").map(|_| ())
        })
        .await;
    }

    /// Looks for the action, tries it, does it, and looks for it again.
    async fn act(&self, tool: &str, kind: &str, name: &str, with: Value, id: &str) {
        let mut arguments = json!({"name": name, "actionId": id});
        let mut find = json!({"kind": kind, "name": name, "actionId": id});
        if kind != "Node" {
            arguments["namespace"] = json!(self.namespace);
            find["namespace"] = json!(self.namespace);
        }
        for (key, value) in with.as_object().unwrap() {
            arguments[key] = value.clone();
        }
        if kind == "Pod" {
            find["uid"] = arguments["expectedUid"].clone();
        }
        for dry_run in [true, false] {
            arguments["dryRun"] = json!(dry_run);
            let answer = self.client.raw(tool, arguments.clone()).await;
            assert_ne!(
                answer.is_error,
                Some(true),
                "{tool} of {kind}: {:?}",
                answer.structured_content
            );
        }
        let found = self.client.raw(names::FIND_ACTION, find).await.structured_content.unwrap();
        assert_eq!(found["applied"], true, "{tool} of {kind}");
    }

    async fn act_on_workloads(&self, tool: &str, kinds: &[WorkloadKind], with: Value) {
        for (kind, name) in WORKLOADS.iter().filter(|(kind, _)| kinds.contains(kind)) {
            let mut with = with.clone();
            with["kind"] = json!(kind);
            self.act(tool, kind.as_str(), name, with, &format!("{tool}-{name}")).await;
        }
    }

    /// Does one action in every way there is.
    async fn perform(&self, tool: &str, node: &str) {
        let all = WORKLOADS.map(|(kind, _)| kind);
        match tool {
            names::SET_IMAGE => {
                self.act_on_workloads(tool, &all, json!({"container": "web", "image": OTHER}))
                    .await;
            }
            names::ROLLOUT_UNDO => {
                self.act_on_workloads(tool, &all, json!({"toRevision": 1})).await;
            }
            names::ROLLOUT_RESTART => self.act_on_workloads(tool, &all, json!({})).await,
            names::SET_RESOURCES => {
                let with = json!({"container": "web", "limits": {"memory": "96Mi"}});
                self.act_on_workloads(tool, &all, with).await;
            }
            names::SCALE => self.act_on_workloads(tool, &all[..2], json!({"replicas": 2})).await,
            names::DELETE_POD => {
                let path = format!("/api/v1/namespaces/{}/pods", self.namespace);
                let pod = json!({
                    "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "lone"},
                    "spec": {"terminationGracePeriodSeconds": 0, "containers": [{"name": "web", "image": image()}]},
                });
                let pod = self.post(&path, pod).await;
                // Of a pod that serves, the disruption budgets are asked.
                self.eventually("the pod to be ready", async || {
                    let pod = self.get(&format!("{path}/lone")).await;
                    let conditions = pod["status"]["conditions"].as_array()?;
                    conditions
                        .iter()
                        .find(|c| c["type"] == "Ready" && c["status"] == "True")
                        .map(|_| ())
                })
                .await;
                self.asked();
                let with = json!({"expectedUid": pod["metadata"]["uid"]});
                self.act(tool, "Pod", "lone", with, "x").await;
            }
            names::CORDON | names::UNCORDON => self.act(tool, "Node", node, json!({}), tool).await,
            names::SET_HPA_BOUNDS => {
                let with = json!({"minReplicas": 2, "maxReplicas": 6});
                self.act(tool, "HorizontalPodAutoscaler", "web", with, "x").await;
            }
            names::SET_CONFIG_KEY => {
                self.act(tool, "ConfigMap", "settings", json!({"key": "A", "value": "2"}), "x")
                    .await;
            }
            names::RERUN_JOB => self.act(tool, "Job", "import", json!({}), "x").await,
            other => panic!("{other} is in no test of roles"),
        }
    }
}

#[tokio::test]
async fn each_write_has_a_role_that_grants_what_it_asks_for_and_nothing_else() {
    let cluster = Cluster::start(r#"[ "$FAILS" = yes ] && exit 1; exec sleep 600"#).await;
    cluster.furnish().await;
    let node = format!("{}-node", cluster.namespace);
    let object = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": node}});
    cluster.post("/api/v1/nodes", object).await;
    // First the release that is undone.
    let mut tools = names::WRITES.to_vec();
    tools.sort_by_key(|tool| *tool != names::SET_IMAGE);
    for tool in tools {
        let granted = granted(tool);
        cluster.asked();
        cluster.perform(tool, &node).await;
        // A real API server keeps what it was asked for to itself: there, that nothing is refused has to do.
        if let Some(asked) = cluster.asked() {
            let asked: BTreeSet<_> = asked.iter().map(permission).collect();
            assert_eq!(granted, asked, "{tool}");
        }
    }
    cluster.delete(&format!("/api/v1/nodes/{node}")).await;
    cluster.stop().await;
}
