//! A workload's template changed shortly before the alert began, or since.
//!
//! When a revision came is its ReplicaSet's creation, except for a revision that was gone back
//! to: its ReplicaSet is older than others', so its oldest pod tells. A revision that was replaced
//! before the alert began, or that somebody went back from, is over and no change any more. The first revision of a
//! Deployment is no change: there is nothing it could have changed.

use std::fmt::Write as _;

use evenkeel_domain::{
    Timestamp, finding::FindingKind, id::EvidenceId, object::ObjectRef, severity::Severity,
    text::clip,
};
use evenkeel_tools::kubernetes::{Deployment, Revision, RolloutHistory};
use jiff::SignedDuration;

use crate::{
    bench::Answer,
    draft::{Draft, facts},
    moment, quote,
    view::{KubernetesView, NamespaceView, owner},
};

/// How long before the alert a change still is one to think of. Slow leaks take their time; the
/// Reflector lets the weight of older changes decay.
const BEFORE: SignedDuration = SignedDuration::from_hours(2);
/// The pods of a new template are there within two minutes, or it does not come up at all.
const AGAIN: SignedDuration = SignedDuration::from_mins(2);
/// Pods of one rollout come within this time of each other.
const ONE_BY_ONE: SignedDuration = SignedDuration::from_mins(1);
/// Changes of one workload worth telling apart: the latest, and the few somebody hurried in.
const PER_WORKLOAD: usize = 3;

/// Finds recent changes, the latest of each workload first.
pub fn analyze(view: &KubernetesView) -> Vec<Draft> {
    view.namespaces
        .iter()
        .flat_map(|ns| {
            let deployments = ns.details.iter().map(Subject::deployment);
            let sets = ns.histories.iter().map(Subject::set);
            deployments
                .chain(sets)
                .flat_map(move |subject| changes(ns, &subject, view.onset, view.now))
        })
        .collect()
}

/// A workload and its revisions, of whatever kind.
struct Subject<'a> {
    evidence: EvidenceId,
    object: ObjectRef,
    revisions: &'a [Revision],
    truncated: bool,
}

impl<'a> Subject<'a> {
    fn deployment(answer: &'a Answer<Deployment>) -> Self {
        let deployment = &answer.value;
        Self {
            evidence: answer.evidence,
            object: ObjectRef::deployment(&deployment.namespace, &deployment.name),
            revisions: &deployment.revisions,
            truncated: deployment.revisions_truncated,
        }
    }

    fn set(answer: &'a Answer<RolloutHistory>) -> Self {
        let history = &answer.value;
        let kind = owner::of_workload(history.kind);
        Self {
            evidence: answer.evidence,
            object: ObjectRef::new(kind, &history.namespace, &history.name),
            revisions: &history.revisions,
            truncated: history.revisions_truncated,
        }
    }
}

fn changes(
    ns: &NamespaceView,
    subject: &Subject<'_>,
    onset: Timestamp,
    now: Timestamp,
) -> Vec<Draft> {
    let mut revisions: Vec<_> = subject.revisions.iter().collect();
    revisions.sort_by_key(|r| std::cmp::Reverse(r.revision));
    revisions
        .iter()
        .enumerate()
        .filter(|(at, revision)| {
            let first = *at + 1 == revisions.len() && !subject.truncated;
            !(first && revision.revision <= 1)
        })
        .filter(|(at, revision)| revision.current || replaced_late(&revisions[..*at], onset))
        .filter_map(|(at, revision)| {
            let came = came(ns, subject.evidence, &revisions, revision)?;
            let recent = came.at <= now && onset.duration_since(came.at) <= BEFORE;
            recent.then(|| {
                describe(subject, revision, revisions.get(at + 1).copied(), &came)
                    .fact(facts::ROLLED_OUT, rolled_out(ns, revision, came.at))
            })
        })
        .take(PER_WORKLOAD)
        .collect()
}

/// When the last of the pods came that came one after the other since `from`. Pods that came later
/// were replaced or added.
fn rolled_out(ns: &NamespaceView, revision: &Revision, from: Timestamp) -> Timestamp {
    let mut pods: Vec<_> = ns
        .live_pods()
        .filter(|(_, pod)| owner::is_of(pod, revision))
        .filter_map(|(_, pod)| pod.created_at)
        .collect();
    pods.sort_unstable();
    pods.into_iter().fold(from, |done, at| {
        if at > done && at.duration_since(done) <= ONE_BY_ONE { at } else { done }
    })
}

/// Whether everything that came after a revision came after the alert had begun, and is new.
fn replaced_late(later: &[&Revision], onset: Timestamp) -> bool {
    let mut before = None;
    later.iter().rev().all(|revision| {
        let rising = revision.created_at > before;
        before = revision.created_at;
        rising && revision.created_at.is_some_and(|at| at > onset)
    })
}

struct Came {
    at: Timestamp,
    evidence: EvidenceId,
    quote: String,
    gone_back: bool,
    sure: bool,
}

fn came(
    ns: &NamespaceView,
    evidence: EvidenceId,
    all: &[&Revision],
    revision: &Revision,
) -> Option<Came> {
    let created = revision.created_at?;
    let in_list = || Came {
        at: created,
        evidence,
        quote: quote::field("createdAt", &created),
        gone_back: false,
        sure: true,
    };
    if !revision.current {
        return Some(in_list());
    }
    let latest = all.iter().filter_map(|r| r.created_at).max().unwrap_or(created);
    let gone_back = latest > created;
    // Numbers that are missing went to templates that were used again, or were cleaned away: then
    // only pods that are clearly younger than their template say that it came again.
    let numbers = usize::try_from(revision.revision).unwrap_or(usize::MAX);
    if !gone_back && all.len() >= numbers {
        return Some(in_list());
    }
    let pod = ns
        .live_pods()
        .filter(|(_, pod)| owner::is_of(pod, revision))
        .filter_map(|(evidence, pod)| Some((evidence, pod.created_at?)))
        .min_by_key(|(_, at)| *at);
    match pod {
        // Going back came after what it went back from, even where old pods had survived that.
        Some((_, at)) if gone_back && at < latest => Some(Came {
            at: latest,
            quote: quote::field("createdAt", &latest),
            evidence,
            gone_back,
            sure: false,
        }),
        Some((evidence, at)) if gone_back || at.duration_since(created) > AGAIN => Some(Came {
            at,
            evidence,
            quote: quote::field("createdAt", &at),
            gone_back,
            sure: true,
        }),
        _ if gone_back => None,
        _ => Some(in_list()),
    }
}

fn describe(
    subject: &Subject<'_>,
    revision: &Revision,
    before: Option<&Revision>,
    came: &Came,
) -> Draft {
    let object = subject.object.clone();
    let what = if came.gone_back { "went back to an earlier template as" } else { "changed to" };
    let mut summary = format!(
        "{} {what} revision {} at {}",
        object.name,
        revision.revision,
        moment::clock(came.at)
    );
    if let Some(before) = before {
        let _ = write!(summary, ", from revision {}", before.revision);
        if before.images != revision.images {
            let images = |r: &Revision| clip(&r.images.join(", "), 80);
            let _ = write!(summary, " (image {} → {})", images(before), images(revision));
        }
    }
    if let Some(cause) = &revision.change_cause {
        let _ = write!(summary, "; recorded cause: \"{}\"", clip(cause, 100));
    }
    let mut draft = Draft::new(FindingKind::RecentChange, object, Severity::Info, summary)
        .since(Some(came.at))
        .fact("revision", revision.revision)
        .fact("at", came.at)
        .fact("current", revision.current)
        .fact("gone_back", came.gone_back)
        .fact("surely_dated", came.sure)
        .fact("replica_set", &revision.replica_set)
        .fact("images", revision.images.join(", "))
        .maybe("previous", before.map(|r| r.revision))
        .maybe("change_cause", revision.change_cause.as_ref())
        .maybe("template_hash", revision.template_hash.as_ref())
        .maybe("diff", revision.diff_from_previous.as_ref())
        .cite(subject.evidence, quote::field("revision", &revision.revision))
        .cite(came.evidence, came.quote.clone());
    if let Some(line) = revision.diff_from_previous.as_deref().and_then(first_change) {
        draft = draft.cite(subject.evidence, quote::text(line));
    }
    if let Some(cause) = &revision.change_cause {
        draft = draft.cite(subject.evidence, quote::text(cause));
    }
    draft
}

/// The first added line of a unified diff, or the first removed one.
fn first_change(diff: &str) -> Option<&str> {
    let line = |sign: char, heading: &str| {
        diff.lines().find(|l| l.starts_with(sign) && !l.starts_with(heading) && l.trim().len() > 2)
    };
    line('+', "+++").or_else(|| line('-', "---"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world::{self, at};

    #[test]
    fn a_release_before_the_alert_is_a_recent_change() {
        let view = world::view(|ns| {
            ns.detail(world::deployment("api").revision(4, "aaaa", at(-90_000)).revision(
                5,
                "bbbb",
                at(-120),
            ))
        });
        let found = analyze(&view);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].facts["revision"], "5");
        assert_eq!(found[0].facts["previous"], "4");
        assert_eq!(found[0].since, Some(at(-120)));
        world::assert_quotes(&view, &found);
    }

    #[test]
    fn what_is_no_recent_change() {
        let first = world::deployment("new").revision(1, "aaaa", at(-60));
        let old = world::deployment("old").revision(1, "aaaa", at(-90_000)).revision(
            2,
            "bbbb",
            at(-80_000),
        );
        let view = world::view(|ns| ns.detail(first).detail(old));
        assert_eq!(analyze(&view), []);
    }

    #[test]
    fn a_revision_gone_back_to_is_dated_by_its_pods() {
        let back = world::deployment("api").revision(5, "bbbb", at(-3000)).revision(
            6,
            "aaaa",
            at(-90_000),
        );
        let view = world::view(|ns| {
            ns.detail(back).pods(vec![world::pod("api", "aaaa", 1).created(at(-200))])
        });
        let found = analyze(&view);
        assert_eq!(found[0].facts["revision"], "6");
        assert_eq!(found[0].facts["gone_back"], "true");
        assert_eq!(found[0].since, Some(at(-200)));
        assert_eq!(found.len(), 1, "what it went back from is over");
        world::assert_quotes(&view, &found);
    }

    #[test]
    fn a_template_used_again_is_dated_by_its_pods() {
        let again =
            world::deployment("api").revision(3, "aaaa", at(-7000)).revision(5, "bbbb", at(-6000));
        let view = world::view(|ns| {
            ns.detail(again).pods(vec![world::pod("api", "bbbb", 1).created(at(-50))])
        });
        assert_eq!(analyze(&view)[0].since, Some(at(-50)));
    }

    #[test]
    fn a_rollout_ends_with_its_last_pod_and_not_with_those_added_later() {
        let view = world::view(|ns| {
            ns.detail(world::deployment("api").revision(1, "aaaa", at(-90_000)).revision(
                2,
                "bbbb",
                at(-400),
            ))
            .pods(
                [-395, -370, -340, -20]
                    .map(|t| world::pod("api", "bbbb", 1).created(at(t)))
                    .to_vec(),
            )
        });
        assert_eq!(analyze(&view)[0].facts[facts::ROLLED_OUT], at(-340).to_string());
    }

    #[test]
    fn a_revision_replaced_before_the_alert_is_over() {
        let view = world::view(|ns| {
            ns.detail(
                world::deployment("api")
                    .revision(4, "aaaa", at(-90_000))
                    .revision(5, "bbbb", at(-900))
                    .revision(6, "cccc", at(-600))
                    .revision(7, "dddd", at(-10)),
            )
        });
        let revisions: Vec<_> =
            analyze(&view).iter().map(|d| d.facts["revision"].clone()).collect();
        assert_eq!(revisions, ["7", "6"]);
    }
}
