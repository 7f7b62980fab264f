//! Yes or no: two forms bound to the plan's hash, which work without JavaScript.

use evenkeel_domain::{access::Role, id::IncidentId, plan::PlanHash};
use jiff::Timestamp;
use leptos::prelude::*;

use crate::{
    api::{Approve, Reject},
    icons::Glyph,
    pages::{
        incident::{Icc, head::is_production},
        load::Outcome,
        signed::use_signed,
        words,
    },
    ui::{Button, ButtonKind, Confirm, Countdown, TextArea},
};

/// What is asked of a person now.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    incident: IncidentId,
    plan: PlanHash,
    what: String,
    place: String,
    approver: Role,
    signed: Vec<String>,
    needed: u8,
    expires_at: Timestamp,
}

/// The buttons, while a person is awaited; disabled ones say why.
#[component]
pub fn Decide(
    /// The incident.
    icc: Icc,
) -> impl IntoView {
    let approve = ServerAction::<Approve>::new();
    let reject = ServerAction::<Reject>::new();
    let asked = icc.read(|state| {
        let (approval, plan) = state.pending_approval().zip(state.plan())?;
        let production = if is_production(state) { " (production)" } else { "" };
        Some(Asked {
            incident: state.id,
            plan: plan.hash.clone(),
            what: plan.plan.describe(),
            place: format!("{}{production}", state.cluster_name),
            approver: approval.request.approver,
            signed: approval.signatures.iter().map(|signature| signature.email.clone()).collect(),
            needed: approval.request.needed,
            expires_at: approval.request.expires_at,
        })
    });
    let buttons = asked.map(|asked| {
            if icc.is_now() {
                view! { <Buttons asked=asked icc=icc approve=approve reject=reject /> }.into_any()
            } else {
                view! { <p class="deck__decide muted small">"This is a past moment: what waited then cannot be answered from here."</p> }.into_any()
            }
        });
    view! {
        <Outcome of=approve.value() />
        <Outcome of=reject.value() />
        {buttons}
    }
    .into_any()
}

#[component]
fn Buttons(
    /// What is asked.
    asked: Asked,
    /// The incident.
    icc: Icc,
    /// Says yes.
    approve: ServerAction<Approve>,
    /// Says no.
    reject: ServerAction<Reject>,
) -> impl IntoView {
    let Asked { signed, needed, expires_at, approver, .. } = asked.clone();
    let people = match (needed, signed.len()) {
        (0 | 1, _) => format!("One {} must approve. ", approver.as_str()),
        (needed, 0) => {
            format!("{needed} people with the role {} must approve. ", approver.as_str())
        }
        (needed, have) => format!("{have} of {needed} have approved: {}. ", signed.join(", ")),
    };
    // Another plan is another question: what was opened for this one closes.
    let key = format!("plan-{}", asked.plan);
    let yes = asked.clone();
    let approve_button = match icc.rights.with_value(|rights| rights.approve_refused.clone()) {
        Some(reason) => refused(&yes.what, words::sentence(&words::without_tokens(&reason))),
        None => view! { <ApproveForm asked=yes.clone() action=approve /> }.into_any(),
    };
    let reject_button = match icc.rights.with_value(|rights| rights.reject_refused.clone()) {
        Some(reason) => {
            let reason = words::sentence(&words::without_tokens(&reason));
            view! { <Button disabled_because=Some(reason)>"Reject"</Button> }.into_any()
        }
        None => view! { <RejectForm asked=asked.clone() action=reject /> }.into_any(),
    };
    let room = icc.read(|state| (state.cluster, state.cluster_name.clone()));
    let locked = icc.rights.with_value(|rights| rights.stop.is_some()).then(|| {
        let (cluster, name) = room;
        view! { " "<a href=format!("/clusters/{cluster}#stop")>"Lift Emergency Stop on "{name}</a> }
    });
    view! {
        <div class="deck__decide" data-key=key>
            <p class="small deck__asked">{people}<Countdown to=expires_at />{locked}</p>
            {approve_button}
            {reject_button}
        </div>
    }
    .into_any()
}

fn refused(what: &str, reason: String) -> AnyView {
    view! { <Button kind=ButtonKind::Approve glyph=Glyph::Ok disabled_because=Some(reason)>{format!("Approve: {what}")}</Button> }.into_any()
}

#[component]
fn ApproveForm(
    /// What is asked.
    asked: Asked,
    /// Says yes.
    action: ServerAction<Approve>,
) -> impl IntoView {
    let Asked { incident, plan, what, place, .. } = asked;
    let me = use_signed().me().email;
    view! {
        <Confirm label=format!("Approve: {what}") kind=ButtonKind::Approve glyph=Glyph::Ok shortcut="approve">
            <ActionForm action=action>
                <p>
                    "This changes "<strong>{place}</strong>" now: "{words::sentence(&what)}". Exactly this plan ("<span class="mono">{plan.short().to_owned()}</span>
                    ") and nothing else is carried out, once. You sign as "{me}"."
                </p>
                <input type="hidden" name="incident" value=incident.to_string() />
                <input type="hidden" name="plan" value=plan.to_string() />
                <Button r#type="submit" kind=ButtonKind::Approve glyph=Glyph::Ok>"Approve plan"</Button>
            </ActionForm>
        </Confirm>
    }
    .into_any()
}

#[component]
fn RejectForm(
    /// What is asked.
    asked: Asked,
    /// Says no.
    action: ServerAction<Reject>,
) -> impl IntoView {
    let Asked { incident, plan, .. } = asked;
    view! {
        <Confirm label="Reject" kind=ButtonKind::Secondary glyph=Glyph::Close>
            <ActionForm action=action>
                <p>"Nothing is changed. The incident goes to people with all that is known, and your reason."</p>
                <input type="hidden" name="incident" value=incident.to_string() />
                <input type="hidden" name="plan" value=plan.to_string() />
                <TextArea name="reason" label="Why not" required=true />
                <Button r#type="submit" kind=ButtonKind::Danger>"Reject plan"</Button>
            </ActionForm>
        </Confirm>
    }
    .into_any()
}
