//! Children that work, die, hang and flood.

use std::time::{Duration, Instant};

use evenkeel_mcp::{Pins, ServerSpec, ToolBox};
use serde_json::json;

use crate::support::{call, call_within, look_code, shell, small, small_with};

const OK: &str =
    r#"reply '{"content":[{"type":"text","text":"fine"}],"structuredContent":{"a":1}}'"#;
const PATIENT: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_working_child_is_started_once_and_measured() {
    let tools = ToolBox::new(small()).with_server(shell(OK));
    for _ in 0..3 {
        let reply = call(&tools, "metrics", "look", json!({"x": 1})).await.unwrap();
        assert_eq!(reply.content, json!({"a": 1}));
        assert_eq!(reply.summary, "fine");
        assert_eq!((reply.argument_bytes, reply.result_bytes), (7, 7));
    }
    let health = &tools.health()[0];
    assert!(health.connected && health.last_ok_at.is_some() && health.latency.is_some());
    assert_eq!((health.calls, health.failures, health.restarts), (3, 0, 0));
}

#[tokio::test]
async fn the_environment_is_only_what_the_spec_says() {
    // SAFETY of the premise: cargo sets CARGO_MANIFEST_DIR for this very process.
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
    let script = r#"reply "{\"content\":[],\"structuredContent\":{\"seen\":\"$CARGO_MANIFEST_DIR\",\"own\":\"$OWN\"}}""#;
    let mut spec = shell(script);
    spec.env.insert("OWN".to_owned(), "yes".to_owned());
    assert!(!format!("{spec:?}").contains("yes"), "values of variables must not be shown");
    let tools = ToolBox::new(small()).with_server(spec);
    let reply = call(&tools, "metrics", "look", json!({})).await.unwrap();
    assert_eq!(reply.content, json!({"seen": "", "own": "yes"}));
}

#[tokio::test]
async fn a_child_that_dies_is_started_again() {
    let dir = std::env::temp_dir().join(format!("evenkeel-mcp-dies-{}", std::process::id()));
    // The first child dies at its first call, the second one works.
    let script = format!("if [ ! -e {0} ]; then : > {0}; exit 3; fi\n{OK}", dir.display());
    let tools = ToolBox::new(small()).with_server(shell(&script));
    // Nothing was answered, and looking twice is harmless: the caller notices nothing.
    let reply = call(&tools, "metrics", "look", json!({})).await.unwrap();
    std::fs::remove_file(dir).unwrap();
    assert_eq!(reply.content, json!({"a": 1}));
    assert_eq!(tools.health()[0].restarts, 1);
}

#[tokio::test]
async fn a_program_that_cannot_start_is_tried_with_back_off() {
    let spec = ServerSpec { command: "/no/such/program".into(), ..shell("") };
    let tools = ToolBox::new(small()).with_server(spec);
    assert_eq!(look_code(&tools, PATIENT).await, "mcp.unreachable");
    let error = call(&tools, "metrics", "look", json!({})).await.unwrap_err();
    assert!(error.to_string().contains("next attempt in"), "{error}");
}

/// A killed child stays as a zombie until it is waited for: its command line is empty then.
async fn gone(pid: &str) {
    while std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty()) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_child_that_hangs_is_given_up_and_killed() {
    let file = std::env::temp_dir().join(format!("evenkeel-mcp-hangs-{}", std::process::id()));
    let script = format!("echo $$ > {}; exec sleep 600", file.display());
    let tools = ToolBox::new(small()).with_server(shell(&script));
    let started = Instant::now();
    assert_eq!(look_code(&tools, Duration::from_secs(1)).await, "mcp.timed_out");
    assert!(started.elapsed() < Duration::from_secs(5));
    let pid = std::fs::read_to_string(&file).unwrap().trim().to_owned();
    std::fs::remove_file(file).unwrap();
    tokio::time::timeout(PATIENT, gone(&pid)).await.unwrap();
    assert!(!tools.health()[0].connected);
}

/// A child that notes its start and takes its time for it.
fn slow_to_start(starts: &std::path::Path, then: &str) -> ServerSpec {
    let mut spec = shell(OK);
    spec.args[1] = format!("echo $$ >> {}; {then}\n{}", starts.display(), spec.args[1]);
    spec
}

#[tokio::test]
async fn a_server_that_starts_slowly_starts_on_when_its_caller_has_gone() {
    let starts = std::env::temp_dir().join(format!("evenkeel-mcp-slow-{}", std::process::id()));
    let tools = ToolBox::new(small()).with_server(slow_to_start(&starts, "sleep 1"));
    let impatient = Duration::from_millis(100);
    assert_eq!(look_code(&tools, impatient).await, "mcp.timed_out");
    // It is up before long; nobody waits for it meanwhile.
    let up = async {
        while !tools.health()[0].connected {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENT, up).await.unwrap();
    let reply = call(&tools, "metrics", "look", json!({})).await.unwrap();
    assert_eq!(reply.content, json!({"a": 1}));
    let started = std::fs::read_to_string(&starts).unwrap();
    std::fs::remove_file(starts).unwrap();
    assert_eq!((started.lines().count(), tools.health()[0].restarts), (1, 0), "started once");
}

#[tokio::test]
async fn a_server_that_starts_slowly_is_ended_with_its_tool_box() {
    let starts = std::env::temp_dir().join(format!("evenkeel-mcp-ended-{}", std::process::id()));
    let tools = ToolBox::new(small()).with_server(slow_to_start(&starts, "exec sleep 600"));
    let started = async {
        while look_code(&tools, Duration::from_millis(100)).await != "mcp.timed_out"
            || !std::fs::read_to_string(&starts).is_ok_and(|pid| pid.ends_with('\n'))
        {}
    };
    tokio::time::timeout(PATIENT, started).await.unwrap();
    let pid = std::fs::read_to_string(&starts).unwrap().trim().to_owned();
    std::fs::remove_file(starts).unwrap();
    drop(tools);
    tokio::time::timeout(PATIENT, gone(&pid)).await.unwrap();
}

#[tokio::test]
async fn a_flood_is_cut_off_and_a_large_result_refused() {
    let tools = ToolBox::new(small()).with_server(shell("exec tr '\\0' x < /dev/zero"));
    assert_eq!(look_code(&tools, PATIENT).await, "mcp.too_large");
    let large = r#"reply "{\"content\":[],\"structuredContent\":{\"a\":\"$(head -c 2000 /dev/zero | tr '\0' x)\"}}""#;
    let tools = ToolBox::new(small()).with_server(shell(large));
    assert_eq!(look_code(&tools, PATIENT).await, "mcp.too_large");
}

#[tokio::test]
async fn an_unstructured_result_is_a_breach_of_protocol() {
    let text = r#"reply '{"content":[{"type":"text","text":"fine"}]}'"#;
    let tools = ToolBox::new(small()).with_server(shell(text));
    assert_eq!(look_code(&tools, PATIENT).await, "mcp.protocol");
}

#[tokio::test]
async fn a_write_that_is_not_answered_is_not_sent_again() {
    let file = std::env::temp_dir().join(format!("evenkeel-mcp-write-{}", std::process::id()));
    // It notes each call and dies.
    let script = format!("echo called >> {}; exit 3", file.display());
    let mut spec = shell(&script);
    spec.args[1] = spec.args[1].replace("\"name\":\"look\"", "\"name\":\"change\"");
    let tools = ToolBox::new(small()).with_server(spec);
    let error = call(&tools, "executor", "change", json!({})).await.unwrap_err();
    assert_eq!(error.code(), "mcp.unreachable");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "called\n");
    std::fs::remove_file(file).unwrap();
}

#[tokio::test]
async fn a_server_that_stays_silent_is_left_alone_and_asked_again() {
    let here = std::env::temp_dir().join(format!("evenkeel-mcp-silent-{}", std::process::id()));
    // It dies at every call until the file is there.
    let script = format!("[ -e {} ] || exit 3\n{OK}", here.display());
    let tools = ToolBox::new(small()).with_server(shell(&script));
    let open = async {
        loop {
            let error = call(&tools, "metrics", "look", json!({})).await.unwrap_err();
            if error.code() == "mcp.circuit_open" {
                return error;
            }
            assert_eq!(error.code(), "mcp.unreachable");
        }
    };
    let error = tokio::time::timeout(Duration::from_mins(1), open).await.unwrap();
    assert!(error.retry_after_s().is_some_and(|seconds| seconds > 0), "nothing was sent");
    assert!(tools.health()[0].open_circuit);
    std::fs::write(&here, "").unwrap();
    let back = async {
        loop {
            if let Ok(reply) = call(&tools, "metrics", "look", json!({})).await {
                return reply;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let reply = tokio::time::timeout(Duration::from_mins(1), back).await.unwrap();
    std::fs::remove_file(here).unwrap();
    assert_eq!(reply.content, json!({"a": 1}));
    assert!(!tools.health()[0].open_circuit);
}

#[tokio::test]
async fn calls_beyond_the_rate_wait_or_are_refused() {
    let agents = small_with("per_second = 1\nburst = 1\n");
    let tools = ToolBox::new(agents).with_server(shell(OK));
    call(&tools, "metrics", "look", json!({})).await.unwrap();
    // The next turn is almost a second away: too late for this one.
    let error = call_within(&tools, "metrics", "look", json!({}), Duration::from_millis(100))
        .await
        .unwrap_err();
    assert_eq!((error.code(), error.retry_after_s()), ("mcp.rate_limited", Some(1)));
    call(&tools, "metrics", "look", json!({})).await.unwrap();
}

#[tokio::test]
async fn text_of_a_third_party_server_is_evidence_and_its_tools_wait_for_approval() {
    let text = r#"reply '{"content":[{"type":"text","text":"fine"}]}'"#;
    let waiting = ToolBox::new(small()).with_foreign_server(shell(text), Pins::default());
    assert_eq!(look_code(&waiting, PATIENT).await, "mcp.tool_changed");
    let offered = waiting.offered("test", PATIENT).await.unwrap();
    assert_eq!(offered.len(), 1);
    let approved = Pins::of(&offered);
    let tools = ToolBox::new(small()).with_foreign_server(shell(text), approved);
    let reply = call(&tools, "metrics", "look", json!({})).await.unwrap();
    assert_eq!(reply.content, json!({"text": "fine", "truncated": false, "leftOut": 0}));
}
