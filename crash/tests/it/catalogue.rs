//! Every action of the catalogue against the range's API server, by the very tools the platform
//! uses: each step twice, its undo twice. The server's audit log counts.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use evenkeel_crash::{
    audit::Writes,
    database::Database,
    world::{Options, World},
};
use evenkeel_domain::action::ActionKind;
use evenkeel_mcp::{AgentName, AgentsConfig, ServerSpec, ToolBox};
use serde_json::{Value, json};

use super::binary;

const LIMIT: Duration = Duration::from_secs(15);

struct Bench {
    world: World,
    tools: ToolBox,
    executor: AgentName,
}

impl Bench {
    async fn new() -> Self {
        let options = Options {
            program: binary::with_fail_points(),
            runner: binary::runner(),
            database: Database::Sqlite,
            workloads: 1,
            faults: 0,
            settings: BTreeMap::new(),
            replicas: 1,
        };
        let world = World::up(&options).await.unwrap();
        let kubeconfig = world.dir.path().join("range/kubeconfig-operator");
        let server = ServerSpec {
            name: "kubernetes".into(),
            command: options.program,
            args: vec!["mcp".into(), "kubernetes".into()],
            env: BTreeMap::from([("KUBECONFIG".into(), kubeconfig.display().to_string())]),
        };
        let agents = AgentsConfig::parse(include_str!("../../../config/agents.toml")).unwrap();
        let tools = ToolBox::new(Arc::new(agents)).with_server(server);
        Self { world, tools, executor: AgentName::parse("executor").unwrap() }
    }

    async fn call(&self, tool: &str, arguments: &Value) -> Value {
        let called = self.tools.call(&self.executor, "kubernetes", tool, arguments.clone(), LIMIT);
        called.await.unwrap_or_else(|error| panic!("{tool} {arguments}: {error}")).content
    }

    /// What actions change: the template and the size, a node's cordon, bounds, keys.
    async fn spec(&self) -> Value {
        let workload = &self.world.workloads[0];
        let space = workload.namespace();
        let path = format!("/apis/apps/v1/namespaces/{space}/deployments/{}", workload.name);
        let others = [
            ("/api/v1/nodes/range-node".to_owned(), "spec"),
            (
                format!("/apis/autoscaling/v2/namespaces/{space}/horizontalpodautoscalers/web"),
                "spec",
            ),
            (format!("/api/v1/namespaces/{space}/configmaps/settings"), "data"),
        ];
        let mut all = vec![self.template(&path).await];
        for (path, part) in others {
            all.push(self.world.kube.get(&path).await.unwrap()[part].clone());
        }
        Value::from(all)
    }

    async fn template(&self, path: &str) -> Value {
        let mut spec = self.world.kube.get(path).await.unwrap()["spec"].clone();
        // What a restart leaves behind is no setting.
        if let Some(metadata) =
            spec.pointer_mut("/template/metadata").and_then(Value::as_object_mut)
        {
            metadata.remove("annotations");
        }
        spec
    }

    /// Objects for the actions that are not done to workloads. The Job has failed.
    async fn furnish(&self) {
        let space = self.world.workloads[0].namespace();
        let kube = &self.world.kube;
        let hpa = json!({
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"},
            "spec": {"minReplicas": 1, "maxReplicas": 4,
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}},
        });
        let hpas = format!("/apis/autoscaling/v2/namespaces/{space}/horizontalpodautoscalers");
        kube.create(&hpas, &hpa).await.unwrap();
        let map = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"LEVEL": "info"},
        });
        kube.create(&format!("/api/v1/namespaces/{space}/configmaps"), &map).await.unwrap();
        let job = json!({
            "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "import"},
            "spec": {"suspend": true, "template": {"spec": {"restartPolicy": "Never",
                "containers": [{"name": "import", "image": "registry.range.local/shop/inventory:2.1.0"}]}}},
        });
        let jobs = format!("/apis/batch/v1/namespaces/{space}/jobs");
        kube.create(&jobs, &job).await.unwrap();
        let failed = json!({"status": {"conditions": [{"type": "Failed", "status": "True"}]}});
        kube.patch(&format!("{jobs}/import/status"), &failed).await.unwrap();
    }

    async fn pod(&self) -> (String, String) {
        let path = format!("/api/v1/namespaces/{}/pods", self.world.workloads[0].namespace());
        let list = self.world.kube.get(&path).await.unwrap();
        let metadata = &list["items"][0]["metadata"];
        let text = |name: &str| metadata[name].as_str().unwrap().to_owned();
        (text("name"), text("uid"))
    }

    /// How many writes were accepted in all.
    fn accepted(&self) -> usize {
        let mut writes = Writes::default();
        writes.catch_up(&self.world.dir.path().join("range/audit.log")).unwrap();
        writes.total()
    }

    /// Twice under one id: the answer of the first; the second changes nothing.
    async fn twice(&self, tool: &str, arguments: &Value) -> Value {
        let before = self.accepted();
        let first = self.call(tool, arguments).await;
        let spec = self.spec().await;
        assert_eq!((&first["applied"], &first["alreadyApplied"]), (&json!(true), &json!(false)));
        let second = self.call(tool, arguments).await;
        assert_eq!(second["alreadyApplied"], true, "{tool}: {second}");
        assert_eq!(self.spec().await, spec, "{tool}: the second time changed something");
        assert_eq!(self.accepted(), before + 1, "I2: {tool} is written once");
        first
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i2_every_action_twice_is_written_once_and_so_is_its_undo() {
    let bench = Bench::new().await;
    let workload = bench.world.workloads[0].clone();
    workload.damage(&bench.world.kube, 1).await.unwrap();
    bench.furnish().await;
    // Pods come and go with every action on a workload, so they come before those.
    // Those that change code are held to the same by the github server's own tests.
    for kind in ActionKind::ALL.into_iter().rev().filter(|kind| !kind.is_code()) {
        let mut arguments = json!({
            "namespace": workload.namespace(), "name": workload.name,
            "actionId": format!("do-{}", kind.as_str()), "dryRun": false,
        });
        let with = match kind {
            ActionKind::RolloutUndo => json!({"kind": "Deployment", "toRevision": 1}),
            ActionKind::RolloutRestart => json!({"kind": "Deployment"}),
            ActionKind::Scale => json!({"kind": "Deployment", "replicas": 2}),
            ActionKind::SetImage => json!({
                "kind": "Deployment", "container": workload.name,
                "image": "registry.range.local/shop/inventory:2.2.0",
            }),
            ActionKind::SetResources => json!({
                "kind": "Deployment", "container": workload.name,
                "limits": {"memory": "160Mi"}, "requests": {},
            }),
            ActionKind::DeletePod => {
                let (name, uid) = bench.pod().await;
                json!({"name": name, "expectedUid": uid})
            }
            ActionKind::Cordon | ActionKind::Uncordon => json!({"name": "range-node"}),
            ActionKind::SetHpaBounds => {
                json!({"name": "web", "minReplicas": 2, "maxReplicas": 6})
            }
            ActionKind::SetConfigKey => {
                json!({"name": "settings", "key": "LEVEL", "value": "debug"})
            }
            ActionKind::RerunJob => json!({"name": "import"}),
            ActionKind::RevertPr | ActionKind::MergePr | ActionKind::ClosePr => continue,
        };
        for (name, value) in with.as_object().unwrap() {
            arguments[name] = value.clone();
        }
        if matches!(kind, ActionKind::Cordon | ActionKind::Uncordon) {
            arguments.as_object_mut().unwrap().remove("namespace");
        }
        if matches!(kind, ActionKind::Cordon | ActionKind::Uncordon) {
            let cordoned = (kind == ActionKind::Uncordon).then_some(true);
            let patch = json!({"spec": {"unschedulable": cordoned}});
            bench.world.kube.patch("/api/v1/nodes/range-node", &patch).await.unwrap();
        }
        let before = bench.spec().await;
        let done = bench.twice(kind.as_str(), &arguments).await;
        let undo = &done["undo"];
        let Some(tool) = undo["tool"].as_str() else { continue };
        let mut back = undo["arguments"].clone();
        back["actionId"] = json!(format!("undo-{}", kind.as_str()));
        back["dryRun"] = json!(false);
        bench.twice(tool, &back).await;
        assert_eq!(bench.spec().await, before, "{tool} takes {kind:?} back");
    }
}
