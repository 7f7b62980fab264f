//! Renders every component to one HTML file, for eyes and screenshots; no part of the product.
//!
//! `cargo run -p evenkeel-app --features render --example gallery -- site/manifest.json > gallery.html`, beside `site/`.
//! The examples on this page are made up; product pages only ever show what was measured.

#[expect(clippy::wildcard_imports, reason = "the gallery shows all there is")]
use evenkeel_app::ui::*;
use evenkeel_app::{
    icons::Glyph,
    shell::{Assets, Frame, Identity, NavItem, shell},
};
use jiff::Timestamp;
use leptos::prelude::*;
use leptos_router::{components::Router, location::RequestUrl};
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let manifest = arguments.next().ok_or("the path of site/manifest.json is missing")?;
    let theme = arguments.next().unwrap_or_else(|| "light".to_owned());
    let room = arguments.next().as_deref() == Some("room");
    let assets: Assets = serde_json::from_slice(&std::fs::read(manifest)?)?;
    let owner = Owner::new();
    if theme == "shell" {
        let html = owner.with(|| {
            provide_context(RequestUrl::new("/"));
            shell(&assets).to_html()
        });
        println!("{html}");
        return Ok(());
    }
    let body = owner.with(|| {
        provide_context(RequestUrl::new("/incidents"));
        view! { <Router><Gallery room=room /></Router> }.to_html()
    });
    println!(
        "<!DOCTYPE html><html lang=\"en\" class=\"js\" data-theme=\"{theme}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Gallery</title>\
         <link rel=\"stylesheet\" href=\"{}\"></head><body>{body}</body></html>",
        assets.css
    );
    Ok(())
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap_or_default()
}

fn curve(base: f64, jump: f64, gap: bool) -> Points {
    (0..90_u32)
        .map(|step| {
            let x = f64::from(step);
            let value = base
                + (x * 0.7).sin() * base * 0.12
                + if (45..75).contains(&step) { jump } else { 0.0 };
            (1_795_000_000.0 + x * 40.0, (!gap || !(20..28).contains(&step)).then_some(value))
        })
        .collect()
}

#[component]
fn Gallery(room: bool) -> impl IntoView {
    let nav = [
        ("Overview", "/", Glyph::Overview, None),
        ("Incidents", "/incidents", Glyph::Incidents, Some(2)),
        ("Clusters", "/clusters", Glyph::Clusters, None),
        ("Approvals", "/approvals", Glyph::Approvals, Some(1)),
        ("Policies", "/policies", Glyph::Policies, None),
        ("Audit", "/audit", Glyph::Audit, None),
        ("Settings", "/settings", Glyph::Settings, None),
    ];
    let nav: Vec<NavItem> = nav
        .into_iter()
        .map(|(label, href, glyph, count)| NavItem { label, href, glyph, count })
        .collect();
    let identity = Identity {
        organisation: "Northwind Trading".into(),
        user: "ada@northwind.example".into(),
        role: "Approver".into(),
        sign_out: "/logout".into(),
    };
    let commands: Vec<Command> = Vec::new();
    let banners = move || {
        view! {
            <StopBanner scope="shop-us" by="Grace" since=|| view! { <Time at=at(3000) /> } />
            <PracticeBanner />
            <ConnectionBanner />
        }
    };
    view! {
        <Frame nav=nav identity=identity commands=commands room=room banners=banners>
            <div class="stack">
                <Breadcrumbs parents=vec![("Incidents".into(), "/incidents".into())] here="checkout answers 500" />
                <div class="head">
                    <h1>"checkout answers 500 since the rollout of revision 5"</h1>
                    <div class="row">
                        <EnvironmentBadge name="production" production=true />
                        <EnvironmentBadge name="staging" production=false />
                        <SeverityBadge severity=Severity::Critical />
                        <SeverityBadge severity=Severity::Warning />
                        <Badge text="Active" tone=Tone::Ok />
                        <PhaseTag phase=Phase::Orient />
                    </div>
                </div>
                <PhaseRail current=Phase::Decide waiting=true durations=vec![(Phase::Observe, "1.8 s".into()), (Phase::Orient, "0.4 s".into()), (Phase::Decide, "3 min 20 s".into())] />
                <Vitals />
                <div class="grid grid--icc">
                    <Left />
                    <Centre />
                    <Deck />
                </div>
                <div class="grid grid--halves"><Controls /><States /></div>
            </div>
        </Frame>
    }
    .into_any()
}

#[component]
fn Vitals() -> impl IntoView {
    view! {
        <div class="grid grid--vitals">
            <VitalCard vital=Vital::Latency title="Latency p95" value=Some(1240.0) unit="ms" change=Change { percent: 312.0, worse: true } points=curve(280.0, 900.0, false) alerts=vec![1_795_001_900.0] />
            <VitalCard vital=Vital::Traffic title="Traffic" value=Some(48.2) unit="req/s" change=Change { percent: -3.1, worse: false } points=curve(48.0, 0.0, true) />
            <VitalCard vital=Vital::Errors title="Errors" value=Some(21.4) unit="%" change=Change { percent: 2040.0, worse: true } points=curve(0.6, 21.0, false) alerts=vec![1_795_001_900.0] />
            <VitalCard vital=Vital::Saturation title="Saturation" value=None unit="%" points=Vec::new() reason=Some("Prometheus has no container_memory_usage_bytes for this namespace".to_owned()) />
        </div>
    }
    .into_any()
}

#[component]
fn Left() -> impl IntoView {
    let labels = [
        ("alertname", "HighErrorRate"),
        ("namespace", "shop"),
        ("deployment", "checkout"),
        ("severity", "critical"),
    ];
    let labels = labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    view! {
        <div class="stack">
            <Panel title="Context">
                <div class="stack">
                    <KeyValue items=labels mono=true />
                    <p class="small muted">"Since "<Time at=at(1900) /></p>
                    <Confidence value=0.82 />
                    <RiskMeter risk=2 /> <RiskMeter risk=5 /> <RiskMeter risk=9 />
                    <Scrubber last=42 at=42 />
                </div>
            </Panel>
            <Panel title="Result">
                <JsonView value=json!({"kind": "Pod", "name": "checkout-7d9", "restarts": 4, "ready": false, "containers": [{"name": "app", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}) open=2 />
            </Panel>
        </div>
    }
    .into_any()
}

fn entries() -> Vec<Entry> {
    let line = |sequence: u64,
                agent: &str,
                kind,
                text: &str,
                detail: Option<&str>,
                query: Option<&str>| Entry {
        sequence,
        at: at(1900 + i64::try_from(sequence).unwrap_or(0)),
        agent: agent.into(),
        kind,
        text: text.into(),
        detail: detail.map(str::to_owned),
        query: query.map(str::to_owned),
        evidence: None,
        critical: kind == EntryKind::Error,
    };
    vec![
        line(
            1,
            "supervisor",
            EntryKind::Thought,
            "Labels name a deployment: asking kubernetes and metrics.",
            None,
            None,
        ),
        line(
            2,
            "kubernetes",
            EntryKind::Call,
            "rollout_history(namespace: shop, deployment: checkout)",
            None,
            Some("{\"namespace\":\"shop\",\"deployment\":\"checkout\"}"),
        ),
        line(
            3,
            "kubernetes",
            EntryKind::Result,
            "2 revisions; revision 5 began 14:02:51, 9 s before the alert",
            Some("revision 4  shop:1.8.2\nrevision 5  shop:1.9.0"),
            None,
        ),
        line(
            4,
            "metrics",
            EntryKind::Call,
            "query_range: share of failed requests, last hour",
            None,
            Some(
                "sum(rate(http_requests_total{code=~\"5..\"}[1m])) / sum(rate(http_requests_total[1m]))",
            ),
        ),
        line(
            5,
            "metrics",
            EntryKind::Finding,
            "errors rose from 0.6% to 21.4% at 14:03:00",
            None,
            None,
        ),
        line(
            6,
            "logs",
            EntryKind::Error,
            "loki did not answer within 5 s: logs were not seen",
            None,
            None,
        ),
        line(
            7,
            "planner",
            EntryKind::Decision,
            "plan: roll back checkout to revision 4, risk 4, needs an approver",
            None,
            None,
        ),
        line(8, "engine", EntryKind::System, "suspended until someone decides", None, None),
    ]
}

#[component]
fn Centre() -> impl IntoView {
    let claim = |text: &str, ids: &[&str]| ClaimLine {
        text: text.into(),
        evidence: ids.iter().map(|id| ((*id).to_owned(), format!("#{id}"))).collect(),
    };
    view! {
        <div class="stack">
            <Tabs label="Views" items=vec![LinkItem::new("Mission Control", "?tab=mission", true), LinkItem { count: Some(3), ..LinkItem::new("Findings", "?tab=findings", false) }] />
            <Terminal entries=entries() base="?tab=mission" live=true />
            <HypothesisCard rank=1 cause="Revision 5 of shop/checkout fails one request in five." confidence=0.93
                supports=vec![claim("Errors began 9 s after the rollout of revision 5.", &["E3", "E5"]), claim("Only pods of revision 5 answer 500.", &["E7"])]
                against=vec![claim("Traffic did not change.", &["E6"])] unseen=vec!["Logs: Loki did not answer.".into()] />
            <Panel title="Verification">
                <VerificationChart title="Share of failed requests" unit="%" points=curve(0.8, 20.0, false) threshold=5.0 goal="below 5% for 2 min" acted_at=1_795_003_000.0 />
            </Panel>
        </div>
    }
    .into_any()
}

#[component]
fn Deck() -> impl IntoView {
    let diff = "--- Deployment shop/checkout\n+++ Deployment shop/checkout\n@@ spec.template.spec.containers[0] @@\n   name: app\n-  image: shop:1.9.0\n+  image: shop:1.8.2\n   ports:";
    view! {
        <Panel title="Action deck" aside=|| view! { <Countdown to=at(4000) /> }>
            <div class="stack">
                <h3>"1. Roll back checkout to revision 4"</h3>
                <div class="row"><RiskMeter risk=4 /><Badge text="Needs an approver" tone=Tone::Waiting /></div>
                <p class="muted">"Production needs an approver "<span class="mono">"prod-needs-approver"</span></p>
                <DiffView diff=diff label="Deployment shop/checkout" />
                <Confirm label="Approve: roll back checkout to revision 4" kind=ButtonKind::Approve glyph=Glyph::Ok shortcut="approve">
                    <form method="post"><p>"This changes production."</p><Button r#type="submit" kind=ButtonKind::Approve>"Approve now"</Button></form>
                </Confirm>
                <Button kind=ButtonKind::Approve glyph=Glyph::Ok disabled_because=Some("Needs the role approver; you are a responder.".to_owned())>"Approve plan"</Button>
                <Confirm label="Reject" kind=ButtonKind::Secondary>
                    <form method="post"><TextArea name="reason" label="Why not" required=true /><Button r#type="submit" kind=ButtonKind::Danger>"Reject plan"</Button></form>
                </Confirm>
            </div>
        </Panel>
    }
    .into_any()
}

#[component]
fn Controls() -> impl IntoView {
    view! {
        <Panel title="Controls">
            <form class="form">
                <div class="row">
                    <Button kind=ButtonKind::Primary glyph=Glyph::Trigger>"Trigger investigation"</Button>
                    <Button>"Drill"</Button>
                    <Button kind=ButtonKind::Danger glyph=Glyph::Stop>"Emergency stop"</Button>
                    <Button kind=ButtonKind::Approve busy=true>"Approving"</Button>
                    <Button kind=ButtonKind::Ghost>"Cancel"</Button>
                </div>
                <TextInput name="name" label="Cluster name" placeholder="shop-eu" hint="Lower case, as in your runbooks." />
                <TextInput name="url" label="Prometheus address" value="htp://prom" error=Some("This is not an http address.".to_owned()) />
                <Select name="env" label="Environment" options=vec![("production".into(), "Production".into()), ("staging".into(), "Staging".into())] value="staging" />
                <Checkbox name="verify" label="Verify certificates" checked=true />
                <TypeToConfirm name="confirm" expected="shop-eu" />
                <FilterChips label="Filter" items=vec![LinkItem::new("All", "?", true), LinkItem { count: Some(2), ..LinkItem::new("Open", "?status=open", false) }] />
            </form>
            <Table caption="Incidents" columns=vec!["Incident", "Phase", "Age"]>
                <tr><td><a href="/incidents/1" data-row="">"checkout answers 500"</a></td><td><PhaseTag phase=Phase::Decide /></td><td><Time at=at(1900) /></td></tr>
                <tr><td><a href="/incidents/2" data-row="">"cart is out of memory"</a></td><td><PhaseTag phase=Phase::Verify /></td><td><Time at=at(900) /></td></tr>
            </Table>
            <Pager newer=Some("?after=1".to_owned()) older=Some("?before=1".to_owned()) />
        </Panel>
    }
    .into_any()
}

#[component]
fn States() -> impl IntoView {
    view! {
        <div class="stack">
            <Panel title="Empty"><EmptyState title="System nominal" text="Nothing is open. Last checked 12 s ago."><ButtonLink href="/incidents">"Past incidents"</ButtonLink></EmptyState></Panel>
            <Panel title="Error"><ErrorState code="prometheus-unreachable" message="Prometheus did not answer within 5 s, so vital signs are unknown." next_step="Check the address in the cluster's settings, or try again." reference=Some("01KAX3".to_owned()) /></Panel>
            <Panel title="Forbidden"><Forbidden action="approve plans in production" needs="approver" /></Panel>
            <Panel title="Loading"><Skeleton lines=4 label="incidents" /></Panel>
        </div>
    }
    .into_any()
}
