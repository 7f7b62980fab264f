//! Going back to the revision before a blamed change.

use evenkeel_domain::{
    IncidentState,
    action::{ActionCall, ActionProgress},
    finding::FindingKind,
    hypothesis::{CauseCode, Change, Hypothesis},
};
use evenkeel_tools::kubernetes::Revision;

use super::{Chosen, Declined, advice};
use crate::moment;

/// Kinds of findings that show that a revision's own pods fail.
const FAILING: &[FindingKind] = &[
    FindingKind::CrashLoop,
    FindingKind::OomKill,
    FindingKind::ImagePullFailure,
    FindingKind::MissingConfig,
    FindingKind::ProbeFailure,
];

/// Chooses the revision to go back to: the newest before the blamed one that is not known bad.
pub fn choose(
    state: &IncidentState,
    best: &Hypothesis,
    change: &Change,
    name: &str,
    revisions: &[Revision],
) -> Result<Chosen, Declined> {
    let number = |r: &Revision| u64::try_from(r.revision).unwrap_or(0);
    let Some(current) = revisions.iter().find(|r| r.current) else {
        return Err(Declined::Finally(format!(
            "which revision of {name} is current cannot be told; {}",
            advice::next(best),
        )));
    };
    if number(current) < change.revision {
        return Err(Declined::Finally(format!(
            "{name} has already gone back from revision {}",
            change.revision
        )));
    }
    if number(current) > change.revision && current.created_at.is_some_and(|at| at < change.at) {
        return Err(Declined::Finally(format!(
            "{name} has already gone back from revision {} to an earlier template",
            change.revision,
        )));
    }
    let blamed = revisions.iter().find(|r| number(r) == change.revision);
    if blamed.is_none() {
        return Err(Declined::Finally(format!(
            "revision {} of {name}, which is blamed, is no longer in its history: somebody has changed it since",
            change.revision,
        )));
    }
    let mut earlier: Vec<_> = revisions.iter().filter(|r| number(r) < change.revision).collect();
    earlier.sort_by_key(|r| std::cmp::Reverse(r.revision));
    if earlier.is_empty() {
        return Err(Declined::NoWayBack(format!(
            "no revision before {} of {name} is kept, so there is nothing to go back to; {}",
            change.revision,
            advice::next(best),
        )));
    }
    let mut reasons = Vec::new();
    for revision in earlier {
        match known_bad(state, best, (name, revisions), current, revision) {
            None => return Ok(go_back(best, change, revision)),
            Some(why) => reasons.push(format!("revision {} {why}", revision.revision)),
        }
    }
    Err(Declined::NoWayBack(format!(
        "no earlier revision of {name} can be trusted: {}; {}",
        reasons.join(", "),
        advice::next(best),
    )))
}

fn go_back(best: &Hypothesis, change: &Change, to: &Revision) -> Chosen {
    let to_revision = u64::try_from(to.revision).unwrap_or(0);
    let change_at = moment::clock(change.at);
    Chosen {
        call: ActionCall::RolloutUndo { to_revision },
        why: format!("{}; revision {to_revision} was in place before {change_at}", best.summary),
        on: None,
    }
}

/// Why a revision must not be gone back to.
fn known_bad(
    state: &IncidentState,
    best: &Hypothesis,
    (name, revisions): (&str, &[Revision]),
    current: &Revision,
    revision: &Revision,
) -> Option<String> {
    if revision.template_hash.is_some() && revision.template_hash == current.template_hash {
        return Some("has the very template that runs now".into());
    }
    let abandoned = revisions
        .iter()
        .any(|later| later.revision > revision.revision && later.created_at < revision.created_at);
    if abandoned {
        return Some("is one that somebody went back from".into());
    }
    let same_images = !revision.images.is_empty() && revision.images == current.images;
    if best.cause == CauseCode::ImagePullFailure && same_images {
        return Some("needs the same image".into());
    }
    let failing = state.findings.iter().find(|f| {
        FAILING.contains(&f.kind) && f.facts.get("replica_set") == Some(&revision.replica_set)
    });
    if let Some(finding) = failing {
        return Some(format!("fails as well ({})", finding.summary));
    }
    let tried = state.plans.iter().flat_map(|plan| {
        plan.plan.actions.iter().map(move |action| (action, plan.progress_of(action)))
    });
    for (action, progress) in tried {
        let ActionCall::RolloutUndo { to_revision: to } = action.call else { continue };
        let there = action.target.object.name == name
            && u64::try_from(revision.revision).is_ok_and(|r| r == to);
        let failed = matches!(
            progress,
            ActionProgress::Undone { .. }
                | ActionProgress::UndoFailed { .. }
                | ActionProgress::Failed { .. }
        );
        if there && failed {
            return Some("was tried in this incident and did not help".into());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use evenkeel_tools::kubernetes::Deployment;

    use super::*;
    use crate::testing::{
        hypothesis, state,
        world::{self, at},
    };

    fn choose(
        state: &IncidentState,
        best: &Hypothesis,
        change: &Change,
        deployment: &Deployment,
    ) -> Result<Chosen, Declined> {
        super::choose(state, best, change, &deployment.name, &deployment.revisions)
    }

    fn change(revision: u64) -> Change {
        Change { revision, at: at(-60), previous: Some(revision - 1), cause: None }
    }

    #[test]
    fn the_newest_revision_that_is_not_known_bad_is_gone_back_to() {
        let best = hypothesis(CauseCode::CrashLoop, "api");
        let history = world::deployment("api")
            .revision(3, "aaaa", at(-90_000))
            .revision(4, "bbbb", at(-120))
            .revision(5, "cccc", at(-60))
            .build();
        let mut state = state::with_alert(&[("alertname", "A"), ("namespace", "shop")]);
        let chosen = choose(&state, &best, &change(5), &history).unwrap();
        assert_eq!(chosen.call, ActionCall::RolloutUndo { to_revision: 4 });

        state.findings =
            vec![state::finding(FindingKind::CrashLoop, "api", &[("replica_set", "api-bbbb")])];
        let chosen = choose(&state, &best, &change(5), &history).unwrap();
        assert_eq!(chosen.call, ActionCall::RolloutUndo { to_revision: 3 });

        state.findings.push(state::finding(
            FindingKind::OomKill,
            "api",
            &[("replica_set", "api-aaaa")],
        ));
        assert!(
            choose(&state, &best, &change(5), &history)
                .unwrap_err()
                .reason()
                .contains("can be trusted")
        );
    }

    #[test]
    fn it_declines_without_history_and_when_the_world_has_moved_on() {
        let best = hypothesis(CauseCode::BadRollout, "api");
        let state = state::with_alert(&[("alertname", "A"), ("namespace", "shop")]);
        let only = world::deployment("api").revision(5, "cccc", at(-60)).build();
        assert!(
            choose(&state, &best, &change(5), &only)
                .unwrap_err()
                .reason()
                .contains("nothing to go back to")
        );
        let moved = world::deployment("api").revision(6, "dddd", at(-30)).build();
        assert!(
            choose(&state, &best, &change(5), &moved).unwrap_err().reason().contains("no longer")
        );
        let back = world::deployment("api").revision(4, "bbbb", at(-120)).build();
        assert!(
            choose(&state, &best, &change(5), &back)
                .unwrap_err()
                .reason()
                .contains("already gone back")
        );
    }

    #[test]
    fn what_somebody_went_back_from_is_not_gone_back_to() {
        let best = hypothesis(CauseCode::BadRollout, "api");
        let state = state::with_alert(&[("alertname", "A"), ("namespace", "shop")]);
        let history = world::deployment("api")
            .revision(2, "bbbb", at(-5000))
            .revision(3, "aaaa", at(-90_000))
            .revision(4, "cccc", at(-60))
            .build();
        let chosen = choose(&state, &best, &change(4), &history).unwrap();
        assert_eq!(chosen.call, ActionCall::RolloutUndo { to_revision: 3 });
        let back = world::deployment("api")
            .revision(2, "bbbb", at(-5000))
            .revision(3, "aaaa", at(-90_000))
            .build();
        assert!(
            choose(&state, &best, &change(3), &back)
                .unwrap_err()
                .reason()
                .contains("went back from")
        );
    }

    #[test]
    fn the_same_template_or_image_is_no_way_back() {
        let state = state::with_alert(&[("alertname", "A"), ("namespace", "shop")]);
        let mut history = world::deployment("api")
            .revision(4, "bbbb", at(-9000))
            .revision(5, "bbbb", at(-60))
            .build();
        let best = hypothesis(CauseCode::BadRollout, "api");
        assert!(
            choose(&state, &best, &change(5), &history)
                .unwrap_err()
                .reason()
                .contains("very template")
        );
        history.revisions[1].template_hash = Some("zzzz".into());
        let pull = hypothesis(CauseCode::ImagePullFailure, "api");
        let images = history.revisions[0].images.clone();
        history.revisions[1].images = images;
        assert!(
            choose(&state, &pull, &change(5), &history)
                .unwrap_err()
                .reason()
                .contains("same image")
        );
    }
}
