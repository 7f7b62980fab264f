//! `can_i`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{AccessAnswer, AccessAnswers, AccessCheck, CanIArgs};
use futures::future::try_join_all;
use k8s_openapi::api::authorization::v1::SelfSubjectAccessReview;
use serde_json::json;

use crate::failure::bad_arguments;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, cluster_collection};
use crate::text::clip;
use crate::tool::Tool;

/// Checks of one call: a plan has few actions, and each is one request.
const MAX_CHECKS: usize = 20;

/// The tool.
pub(in crate::kubernetes) struct CanI;

impl Tool<Kube> for CanI {
    type Args = CanIArgs;
    const TITLE: &'static str = "May I?";
    const DESCRIPTION: &'static str = "Asks the API server whether this server's account may do something \
        (SelfSubjectAccessReview), so that a missing permission is known before anything is planned. Changes nothing.";

    async fn call(kube: &Kube, args: CanIArgs) -> Result<AccessAnswers, ToolFailure> {
        if args.checks.is_empty() || args.checks.len() > MAX_CHECKS {
            return Err(bad_arguments(format!("checks must be 1 to {MAX_CHECKS}")));
        }
        for asked in &args.checks {
            sound(asked)?;
        }
        let answers = try_join_all(args.checks.into_iter().map(|asked| ask(kube, asked))).await?;
        Ok(AccessAnswers { answers })
    }

    fn summary(answers: &AccessAnswers) -> String {
        let denied: Vec<String> = answers
            .answers
            .iter()
            .filter(|answer| !answer.allowed)
            .map(|answer| answer.check.describe())
            .collect();
        if denied.is_empty() {
            "All of it is allowed.".to_owned()
        } else {
            clip(&format!("Not allowed: {}.", denied.join("; ")), 1000).0
        }
    }
}

/// Words of a check reach the API server in a body, never in an address; they are bounded all the same.
fn sound(asked: &AccessCheck) -> Result<(), ToolFailure> {
    let word = |what: &str, text: &str, more: &[char]| {
        let fits = !text.is_empty()
            && text.len() <= 253
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || more.contains(&c));
        if fits { Ok(()) } else { Err(bad_arguments(format!("{text:?} isn't a {what}"))) }
    };
    word("verb", &asked.verb, &['*'])?;
    if !asked.group.is_empty() {
        word("API group", &asked.group, &['.', '-', '*'])?;
    }
    word("resource", &asked.resource, &['-', '*'])?;
    if let Some(subresource) = &asked.subresource {
        word("sub-resource", subresource, &['-', '*'])?;
    }
    if let Some(namespace) = &asked.namespace {
        check("namespace", namespace)?;
    }
    match &asked.name {
        Some(name) => check("name", name),
        None => Ok(()),
    }
}

async fn ask(kube: &Kube, asked: AccessCheck) -> Result<AccessAnswer, ToolFailure> {
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {
            "verb": asked.verb, "group": asked.group, "resource": asked.resource,
            "subresource": asked.subresource.as_deref().unwrap_or_default(),
            "namespace": asked.namespace.as_deref().unwrap_or_default(),
            "name": asked.name.as_deref().unwrap_or_default(),
        }},
    });
    let path = cluster_collection::<SelfSubjectAccessReview>();
    let answer: SelfSubjectAccessReview = kube.review(&path, &review).await?;
    // Without a status nothing was decided, and what nobody allows is not allowed.
    let status = answer.status.unwrap_or_default();
    let said =
        |text: Option<String>| text.filter(|text| !text.is_empty()).map(|text| clip(&text, 500).0);
    Ok(AccessAnswer {
        check: asked,
        allowed: status.allowed && status.denied != Some(true),
        reason: said(status.reason),
        evaluation_error: said(status.evaluation_error),
    })
}
