//! A bad commit: found by the image it became, taken back in the cluster and in the code. The cluster
//! is scripted; the code is a real repository behind the GitHub double, asked through the shipped
//! server over MCP.

use std::sync::Arc;

use evenkeel_domain::{
    action::{ActionCall, ActionKind},
    evidence::{Agent, Specialist, ToolFailure},
    finding::FindingKind,
    object::{ObjectKind, ObjectRef},
    plan::{Plan, PlannedAction, Undo},
    predicate::Predicate,
    write::{Found, Written},
};
use evenkeel_lab::github::{Credentials, Double, MergeMethod};
use evenkeel_mcp_servers::{
    Limits,
    github::{self, Github, GithubAuth, GithubConfig},
};
use evenkeel_tools::{failure::META, kubernetes::SourceVersion, prometheus::SignalKind as S};
use rmcp::{
    ServiceExt as _,
    model::CallToolRequestParams,
    service::{RoleClient, RunningService},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Outcome, check_citations, range::Range};
use crate::{
    executor,
    planner::{self, PlannerSettings, Planning},
    reflector, specialists,
    testing::{
        bench::ScriptedBench,
        metrics::step,
        state,
        world::{at, deployment, namespace, pod, set_pod},
    },
    verifier,
};

const ALERT: &[(&str, &str)] = &[
    ("alertname", "Errors"),
    ("namespace", "shop"),
    ("deployment", "front"),
    ("severity", "critical"),
];
const RULE: &str = "sum by (namespace, deployment) (rate(r{code=~\"5..\"}[1m])) / sum by (namespace, deployment) (rate(r[1m])) > 0.05";
const REPOSITORY: &str = "acme/shop";
const TOKEN: &str = "token-of-the-double";

/// A repository whose tag `front-2` brought one bad pull request over `front-1`.
struct Code {
    double: Double,
    client: RunningService<RoleClient, ()>,
    /// The commits of the two releases.
    commits: [String; 2],
    _dir: TempDir,
}

impl Code {
    async fn new() -> Self {
        evenkeel_mcp_servers::install_tls_provider();
        let dir = TempDir::new().unwrap();
        let credentials = Credentials::Token(TOKEN.into());
        let double =
            Double::start(dir.path().join("shop.git"), REPOSITORY, credentials).await.unwrap();
        let config = GithubConfig {
            api_url: double.url().to_owned(),
            auth: GithubAuth::Token(TOKEN.to_owned().into()),
            repositories: vec![REPOSITORY.to_owned()],
            ca_pem: None,
        };
        let server = github::server(Github::new(&config, Limits::default()), Limits::default());
        let (here, there) = tokio::io::duplex(64 * 1024);
        tokio::spawn(async move {
            let running = server.serve(there).await.unwrap();
            let _ended = running.waiting().await;
        });
        let client = ().serve(here).await.unwrap();
        let old = double.commit("main", "begin", &[("prices", Some(b"1\n2\n3\n"))]).await.unwrap();
        double.tag("front-1", &old).await.unwrap();
        let mut code = Self { double, client, commits: [old, String::new()], _dir: dir };
        let new = code.merge("New prices", "prices", b"1\ntwo\n3\n").await;
        code.commits[1].clone_from(&new);
        code.double.tag("front-2", &new).await.unwrap();
        code
    }

    async fn merge(&self, title: &str, path: &str, bytes: &[u8]) -> String {
        let branch = title.to_lowercase().replace(' ', "-");
        self.double.commit(&branch, title, &[(path, Some(bytes))]).await.unwrap();
        let number = self.double.pull(title, &branch).await.unwrap();
        self.double.merge(number, MergeMethod::Squash).await.unwrap()
    }

    async fn call(&self, tool: &str, arguments: &Value) -> Result<Value, ToolFailure> {
        let Value::Object(arguments) = arguments.clone() else { panic!("no object") };
        let params = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
        let result = self.client.peer().call_tool(params).await.unwrap();
        if result.is_error != Some(true) {
            return Ok(result.structured_content.unwrap());
        }
        let failure = &result.meta.unwrap().0[META];
        let text = |name: &str| failure[name].as_str().unwrap_or_default().to_owned();
        Err(ToolFailure {
            code: text("code"),
            message: text("message"),
            next: Some(text("next")),
            retry_after_s: None,
        })
    }
}

/// A front that answers with errors since its second release.
fn range() -> Range {
    let front = deployment("front").revision(1, "aaaa", at(-90_000)).revision(2, "bbbb", at(-100));
    let pods = vec![pod("front", "bbbb", 1), pod("front", "bbbb", 2)];
    let ns = namespace()
        .detail(front)
        .service("front", "front", 1)
        .pods(pods)
        .deployments(&[("front", 2, 2)]);
    let signals = [
        (S::ErrorRatio, step(0.0, 0.4)),
        (S::LatencyP95, step(0.05, 0.05)),
        (S::Traffic, step(20.0, 20.0)),
    ];
    Range::new(ns).signals("front", &signals).rule("Errors", RULE, 0.4)
}

/// From the alert to the plan; `before` changes what is known before planning.
async fn investigate(code: &Arc<Code>, before: impl FnOnce(&ScriptedBench)) -> Outcome {
    investigate_in(range(), code, before).await
}

async fn investigate_in(
    range: Range,
    code: &Arc<Code>,
    before: impl FnOnce(&ScriptedBench),
) -> Outcome {
    investigate_alert(ALERT, range, code, before).await
}

async fn investigate_alert(
    alert: &[(&str, &str)],
    range: Range,
    code: &Arc<Code>,
    before: impl FnOnce(&ScriptedBench),
) -> Outcome {
    let (cluster, asked) = (range.script(), Arc::clone(code));
    let handle = tokio::runtime::Handle::current();
    let script = move |server: &str, tool: &str, arguments: &Value| {
        if server == "github" {
            let call = asked.call(tool, arguments);
            return tokio::task::block_in_place(|| handle.block_on(call));
        }
        cluster(server, tool, arguments)
    };
    let bench = ScriptedBench::new(state::with_alert(alert), Box::new(script));
    for specialist in [Specialist::Kubernetes, Specialist::Metrics, Specialist::Github] {
        specialists::observe(&bench, specialist).await.unwrap();
    }
    let orientation = reflector::orient(&bench).await.unwrap();
    check_citations(&bench, &orientation.hypotheses).await;
    bench.edit(|state| state.hypotheses = orientation.hypotheses);
    before(&bench);
    let planning = planner::plan(&bench, PlannerSettings::default()).await.unwrap();
    Outcome { state: bench.snapshot(), bench, planning }
}

fn kinds(plan: &Plan) -> Vec<ActionKind> {
    plan.actions.iter().map(|action| action.call.kind()).collect()
}

/// The revision before fails as well, so there is no way back in the cluster.
fn no_way_back(bench: &ScriptedBench) {
    let facts = [("replica_set", "front-aaaa")];
    let failing = state::finding(FindingKind::CrashLoop, "front", &facts);
    bench.edit(|state| state.findings.push(failing));
}

async fn carry_out(outcome: &Outcome, action: &PlannedAction) -> Written {
    executor::write(&outcome.bench, &action.call, &action.target, action.id).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_commit_is_rolled_back_and_then_reverted_by_a_pull_request() {
    let code = Arc::new(Code::new().await);
    let outcome = investigate(&code, |_| {}).await;
    let found = outcome.state.findings.iter().find(|f| f.kind == FindingKind::CodeChange).unwrap();
    assert!(found.summary.contains("pull request #1 \"New prices (#1)\""), "{}", found.summary);
    let plan = outcome.plan();
    assert_eq!(kinds(plan), [ActionKind::RolloutUndo, ActionKind::RevertPr]);
    let asked = outcome.state.evidence.values().filter(|e| e.tool == "can_i").count();
    assert_eq!(asked, 1, "the cluster's account is asked about the cluster's step alone");
    assert!(plan.summary.contains("then a pull request takes the change back"), "{}", plan.summary);
    assert!(!plan.predicates.iter().any(|p| matches!(p, Predicate::PullMerged { .. })));
    let revert = &plan.actions[1];
    assert!(revert.diff.contains("-two\n+2\n"), "{}", revert.diff);
    for seen in [revert.dry_run, revert.target.seen_in] {
        assert!(outcome.state.evidence[&seen].answered());
    }
    assert_eq!(code.double.pulls(), (1, 0), "nothing is opened before it is approved");

    // I2: carried out, found by its stamp, and carried out again without doing it twice.
    assert_eq!(
        executor::present(&outcome.bench, Agent::Gate, &revert.target).await.unwrap().unwrap(),
        None
    );
    let before = executor::find(&outcome.bench, &revert.target, revert.id).await.unwrap();
    assert!(matches!(before, Found::NotApplied(_)), "{before:?}");
    for _ in 0..2 {
        assert!(matches!(carry_out(&outcome, revert).await, Written::Applied { .. }));
    }
    assert_eq!(code.double.pulls(), (2, 1));
    let after = executor::find(&outcome.bench, &revert.target, revert.id).await.unwrap();
    assert!(matches!(after, Found::Applied { .. }), "{after:?}");

    // Taken back.
    let Undo::By { call } = &revert.undo else { panic!("no undo") };
    assert_eq!(call, &ActionCall::ClosePr { opened_by: revert.id });
    let stamp = crate::bench::Bench::action_id(&outcome.bench);
    for _ in 0..2 {
        let undone = executor::write(&outcome.bench, call, &revert.target, stamp).await.unwrap();
        assert!(matches!(undone, Written::Applied { .. }));
    }
    assert_eq!(code.double.pulls(), (2, 0));
    assert_eq!(code.double.violations(), Vec::<String>::new());
}

/// Images by digest, as a strict registry wants them: the commits stand in an annotation of the pods.
#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_traced_by_the_commit_in_its_annotation() {
    let code = Arc::new(Code::new().await);
    let mut range = range();
    let revisions = &mut range.ns.0.details[0].value.revisions;
    for revision in revisions.iter_mut() {
        let digit = revision.revision.to_string();
        revision.images = vec![format!("registry/web@sha256:{}", digit.repeat(64))];
    }
    let traced = |outcome: &Outcome| {
        outcome.state.findings.iter().find(|f| f.kind == FindingKind::CodeChange).cloned()
    };
    let blind = investigate_in(range.clone(), &code, |_| {}).await;
    assert_eq!(traced(&blind), None, "a digest tells nothing");

    for (revision, commit) in range.ns.0.details[0].value.revisions.iter_mut().zip([1, 0]) {
        revision.source = Some(SourceVersion {
            key: "org.opencontainers.image.revision".into(),
            value: code.commits[commit].clone(),
        });
    }
    let outcome = investigate_in(range, &code, |_| {}).await;
    let found = traced(&outcome).unwrap();
    assert!(found.summary.contains("pull request #1 \"New prices (#1)\""), "{}", found.summary);
    assert_eq!(kinds(outcome.plan()), [ActionKind::RolloutUndo, ActionKind::RevertPr]);
    assert_eq!(code.double.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_of_a_stateful_set_is_found_as_well() {
    let code = Arc::new(Code::new().await);
    let front = deployment("front").revision(1, "aaaa", at(-90_000)).revision(2, "bbbb", at(-100));
    let crashing = set_pod("front", "bbbb", 1).crashing(1, 4);
    let ns = namespace().history(front).pods(vec![set_pod("front", "aaaa", 0), crashing]);
    let alert = [
        ("alertname", "KubePodCrashLooping"),
        ("namespace", "shop"),
        ("statefulset", "front"),
        ("severity", "critical"),
    ];
    let outcome = investigate_alert(&alert, Range::new(ns), &code, |_| {}).await;
    let found = outcome.state.findings.iter().find(|f| f.kind == FindingKind::CodeChange).unwrap();
    assert_eq!(found.object, ObjectRef::new(ObjectKind::StatefulSet, "shop", "front"));
    let kinds = kinds(outcome.plan());
    assert_eq!(kinds.first(), Some(&ActionKind::RolloutUndo));
    assert_eq!(kinds.last(), Some(&ActionKind::RevertPr), "{kinds:?}");
    assert_eq!(code.double.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_way_back_the_revert_is_merged_and_verified() {
    let code = Arc::new(Code::new().await);
    let outcome = investigate(&code, no_way_back).await;
    let plan = outcome.plan();
    assert_eq!(kinds(plan), [ActionKind::RevertPr, ActionKind::MergePr]);
    assert!(plan.summary.contains("nothing to roll back to"), "{}", plan.summary);
    assert!(plan.predicates.len() > 1, "the alert must end as well: {:?}", plan.predicates);
    let mut merged = plan.clone();
    merged.predicates.retain(|p| matches!(p, Predicate::PullMerged { .. }));
    assert_eq!(merged.predicates.len(), 1);
    let reading = verifier::read(&outcome.bench, &merged).await.unwrap();
    assert!(!reading[0].fulfilled);
    for action in &plan.actions {
        let written = carry_out(&outcome, action).await;
        assert!(matches!(written, Written::Applied { .. }), "{written:?}");
        let found = executor::find(&outcome.bench, &action.target, action.id).await.unwrap();
        assert!(matches!(found, Found::Applied { .. }), "{found:?}");
    }
    assert!(verifier::read(&outcome.bench, &merged).await.unwrap()[0].fulfilled);
    assert_eq!(code.double.file("main", "prices").await.unwrap(), b"1\n2\n3\n");
    assert_eq!(code.double.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_with_rules_is_left_to_people_and_waited_for() {
    let code = Arc::new(Code::new().await);
    code.double.rules(vec![json!({"type": "pull_request", "parameters": {"required_approving_review_count": 1, "dismiss_stale_reviews_on_push": false, "require_code_owner_review": false, "require_last_push_approval": false, "required_review_thread_resolution": false}})]);
    let outcome = investigate(&code, no_way_back).await;
    let plan = outcome.plan();
    assert_eq!(kinds(plan), [ActionKind::RevertPr]);
    assert!(
        plan.summary.contains("people must merge it, for the branch asks for 1 approving review"),
        "{}",
        plan.summary
    );
    assert!(plan.predicates.iter().any(|p| matches!(p, Predicate::PullMerged { .. })));
    assert!(plan.window.within_s > 3600, "people need time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_of_several_changes_is_rolled_back_and_nothing_is_blamed_in_the_code() {
    let code = Arc::new(Code::new().await);
    let new = code.merge("Other", "other", b"x\n").await;
    code.double.retag("front-2", &new).await.unwrap();
    let outcome = investigate(&code, |_| {}).await;
    let found = outcome.state.findings.iter().find(|f| f.kind == FindingKind::CodeChange).unwrap();
    assert!(found.summary.contains("several changes"), "{}", found.summary);
    assert_eq!(kinds(outcome.plan()), [ActionKind::RolloutUndo]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_conflicts_is_rolled_back_and_the_rest_is_said() {
    let code = Arc::new(Code::new().await);
    code.merge("Later", "prices", b"1\n2.50\n3\n").await;
    let outcome = investigate(&code, |_| {}).await;
    let plan = outcome.plan();
    assert_eq!(kinds(plan), [ActionKind::RolloutUndo]);
    assert!(plan.summary.contains("the change stays in the code"), "{}", plan.summary);
    assert!(plan.summary.contains("github.conflict"), "{}", plan.summary);
    let declined = investigate(&code, no_way_back).await;
    assert!(
        declined.declined().contains("nor can it be taken back in the code"),
        "{}",
        declined.declined()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn i10_without_github_everything_is_as_before() {
    let code = Arc::new(Code::new().await);
    let bench = ScriptedBench::new(state::with_alert(ALERT), range().script());
    bench.disconnect("github");
    let said = specialists::observe(&bench, Specialist::Github).await.unwrap();
    assert!(said.contains("not connected"), "{said}");
    assert!(bench.snapshot().gaps.is_empty(), "many do well without it");
    let Planning::Decline { .. } = planner::plan(&bench, PlannerSettings::default()).await.unwrap()
    else {
        panic!("there is no hypothesis")
    };
    assert_eq!(code.double.requests(), Vec::<String>::new());
}
