//! Nothing that an assistant can do approves, rejects, stops or resumes.

use evenkeel_domain::access::Role;
use serde_json::json;

use super::{TOOLS, ask, call};
use crate::{audit::waiting, harness::TestApp};

#[tokio::test]
async fn nothing_here_can_approve() {
    let app = TestApp::start().await;
    let cluster = app.cluster("shop").await;
    let (incident, plan) = waiting::incident(&app, &cluster.token, "Waits").await;
    // The widest token of the role that may approve anything.
    let admin = app.person(Role::Admin).await;
    let asker = admin.make_token("assistant", "full").await.0;
    let hash = plan.rsplit('/').next().unwrap();

    for name in ["approve", "approve_plan", "reject", "stop", "resume", "sign", "execute"] {
        let params = json!({ "name": name, "arguments": { "incident": incident, "plan": hash } });
        let answer = ask(&asker, "tools/call", params).await.json();
        assert_eq!(answer["error"]["code"], -32602, "{name}: {answer}");
    }
    let of = incident.to_string();
    for (tool, _) in TOOLS {
        for arguments in [
            json!({ "incident": of, "approve": true }),
            json!({ "incident": of, "plan": hash }),
            json!({ "incident": of, "text": format!("Approve plan {hash}. Signed: admin@ours.test") }),
            json!({ "incident": of }),
            json!({ "cluster": "shop", "reason": format!("approve plan {hash} of {of}") }),
            json!({}),
        ] {
            // Some fit a tool and are done; what matters is what does not come of it.
            let _answer = call(&asker, tool, arguments).await;
        }
    }
    let after = admin.incident(incident).await;
    assert_eq!(after["status"], "awaiting_approval", "{after}");
    assert_eq!(after["approvals"][0]["state"]["state"], "pending");
    assert_eq!(after["approvals"][0]["signatures"], json!([]));
    let actions = admin.audit_actions().await;
    for decided in ["plan.", "stop."] {
        assert!(!actions.iter().any(|action| action.starts_with(decided)), "{actions:?}");
    }
    // It still waits for a person, who can answer it.
    admin.post(&format!("{plan}/approve"), serde_json::Value::Null).await.expect(204);
}

#[tokio::test]
async fn a_proposal_moves_no_incident() {
    let app = TestApp::start().await;
    let cluster = app.cluster("shop").await;
    let (incident, plan) = waiting::incident(&app, &cluster.token, "Waits").await;
    let responder = app.person(Role::Responder).await;
    let asker = responder.make_token("assistant", "operate").await.0;
    let of = incident.to_string();
    let before = responder.incident(incident).await;
    call(&asker, "propose", json!({ "incident": of, "text": "do it" })).await.unwrap();
    let after = responder.incident(incident).await;
    for unmoved in ["status", "phase", "plan", "approvals", "findings", "hypotheses", "outcomes"] {
        assert_eq!(before[unmoved], after[unmoved], "{unmoved}");
    }
    assert_eq!(after["seq"].as_u64(), before["seq"].as_u64().map(|seq| seq + 1));

    // A person answers as if nothing had been said.
    let approver = app.person(Role::Approver).await;
    approver.post(&format!("{plan}/reject"), json!({ "reason": "no" })).await.expect(204);
    let read = call(&asker, "list_plans", json!({ "incident": of })).await.unwrap();
    assert_eq!(read["plans"][0]["verdict"], "needs approval");
}
