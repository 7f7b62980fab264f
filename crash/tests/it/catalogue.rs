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

    /// The template, the size and the pods' names: what actions change.
    async fn spec(&self) -> Value {
        let workload = &self.world.workloads[0];
        let space = workload.namespace();
        let path = format!("/apis/apps/v1/namespaces/{space}/deployments/{}", workload.name);
        let mut spec = self.world.kube.get(&path).await.unwrap()["spec"].clone();
        // What a restart leaves behind is no setting.
        if let Some(metadata) =
            spec.pointer_mut("/template/metadata").and_then(Value::as_object_mut)
        {
            metadata.remove("annotations");
        }
        spec
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
    // Pods come and go with every other action, so they come first.
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
            ActionKind::RevertPr | ActionKind::MergePr | ActionKind::ClosePr => continue,
        };
        for (name, value) in with.as_object().unwrap() {
            arguments[name] = value.clone();
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
