//! How far the trail and the journals are proved: by the last verification and the last signed checkpoint.

use evenkeel_domain::{
    proof::{Broken, Verification},
    view::{AuditStanding, CheckpointLine},
};
use leptos::prelude::*;

use crate::{
    api::{self, VerifyAudit},
    icons::{Glyph, Icon},
    pages::load::{Outcome, load},
    ui::{Button, Panel, Time, Tone},
};

/// The panel.
#[component]
pub fn Proof() -> impl IntoView {
    let verify = ServerAction::<VerifyAudit>::new();
    let standing = Resource::new_blocking(|| (), |()| api::audit_standing());
    view! {
        <Panel title="Verified state">
            <div class="stack stack--tight">
                {load(standing, "what is proved", 3, move |standing| shown(standing, verify))}
                <Outcome of=verify.value() />
            </div>
        </Panel>
    }
    .into_any()
}

fn shown(standing: AuditStanding, verify: ServerAction<VerifyAudit>) -> AnyView {
    let AuditStanding { verification, checkpoint, verify_refused } = standing;
    let may = verify_refused.is_none();
    let found = match &verification {
        None => told(
            Tone::Neutral,
            "Not verified yet: the server does it when it has started, and every hour.",
        ),
        Some(Verification { broken: Some(broken), .. }) => trouble(broken),
        Some(found) => told(Tone::Ok, &holds(found)),
    };
    let facts = verification.map(|found| facts(&found));
    let signed = checkpoint.map_or_else(
        || {
            view! { <div class="kv__row"><dt>"Signed"</dt><dd>"no checkpoint yet"</dd></div> }
                .into_any()
        },
        signed,
    );
    let take = may.then(|| {
        view! {
            <a class="btn btn--ghost" href="/api/v1/audit/export" download="audit.jsonl"><Icon glyph=Glyph::Download /><span>"Trail as a file"</span></a>
            <a class="btn btn--ghost" href="/api/v1/audit/export?journals=true" download="audit-with-journals.jsonl"><Icon glyph=Glyph::Download /><span>"With journals"</span></a>
        }
    });
    view! {
        {found}
        <dl class="kv">{facts}{signed}</dl>
        <div class="row">
            <ActionForm action=verify>
                <Button r#type="submit" glyph=Glyph::Verify disabled_because=verify_refused>"Verify now"</Button>
            </ActionForm>
            {take}
        </div>
    }
    .into_any()
}

fn told(tone: Tone, text: &str) -> AnyView {
    let text = text.to_owned();
    view! { <p class=format!("standing standing--{}", tone.suffix())><Icon glyph=tone.glyph() /><span>{text}</span></p> }
        .into_any()
}

fn holds(found: &Verification) -> String {
    let held = found.checkpoint.map_or_else(
        || "There is no signed checkpoint yet to hold them against.".to_owned(),
        |number| format!("Held against checkpoint {number}."),
    );
    format!("Every record up to {} holds, and every journal. {held}", found.seq)
}

/// The first record that does not hold, what that means and what to do.
fn trouble(broken: &Broken) -> AnyView {
    let (what, means, next) = (broken.sentence(), broken.means(), broken.next_step());
    view! {
        <div class="standing standing--danger" role="alert">
            <Icon glyph=Glyph::Failed />
            <div>
                <p><strong>"Broken: "{what}"."</strong></p>
                <p>{means}</p>
                <p><strong>"What to do: "</strong>{next}</p>
            </div>
        </div>
    }
    .into_any()
}

fn facts(found: &Verification) -> AnyView {
    let at = found.at;
    let journals = match found.journals {
        1 => "1 journal".to_owned(),
        n => format!("{n} journals"),
    };
    let Verification { seq, journal_records, answers, .. } = found;
    let held = format!(
        "records 1 to {seq}, {journals} with {journal_records} records and {answers} answers of tools"
    );
    view! {
        <div class="kv__row"><dt>"Verified"</dt><dd><Time at=at /></dd></div>
        <div class="kv__row"><dt>"Held"</dt><dd>{held}</dd></div>
    }
    .into_any()
}

fn signed(checkpoint: CheckpointLine) -> AnyView {
    let CheckpointLine { number, seq, at, key } = checkpoint;
    view! {
        <div class="kv__row">
            <dt>"Signed"</dt>
            <dd>
                "checkpoint "{number}" up to record "{seq}", "<Time at=at />
                <details class="small"><summary>"Public key"</summary><span class="mono">{key}</span></details>
            </dd>
        </div>
    }
    .into_any()
}
