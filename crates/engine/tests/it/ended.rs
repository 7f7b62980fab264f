//! Alerts that end in the middle of a run, behind each of its records: before anything was begun no
//! write follows, and what was begun is brought to its end.

use evenkeel_domain::{Event, action::ActionKind, stage::Resolution};

use super::{
    drive::{Driven, over},
    plans::plan,
};

fn resolution(run: &Driven) -> Resolution {
    let journal = run.journal.journal(run.incident());
    journal
        .iter()
        .find_map(|entry| match entry.event {
            Event::Closed { resolution, .. } => Some(resolution),
            _ => None,
        })
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn behind_whichever_record_alerts_end_no_first_write_follows() {
    let plan = plan(&[ActionKind::Scale, ActionKind::RolloutUndo]);
    let whole = Driven::new(over(&plan));
    whole.to_the_end().await;
    let names = whole.names();
    let intent = names.iter().position(|name| *name == "action_intended").unwrap() + 1;
    assert_eq!(whole.cluster.accepted().len(), 2);
    for (record, name) in (2..).zip(&names[1..names.len() - 1]) {
        let run = Driven::new(over(&plan));
        run.journal.alerts_end_after(record);
        run.to_the_end().await;
        let said = format!("ended behind {record} ({name}): {:?}", run.names());
        run.cluster.nothing_twice();
        if record <= intent {
            assert_eq!(run.cluster.accepted(), [], "{said}");
            assert!(run.cluster.is_as_before(), "{said}");
            assert_eq!(resolution(&run), Resolution::SelfResolved, "{said}");
        } else {
            assert_eq!(run.cluster.accepted().len(), 2, "not stopped half way; {said}");
            assert_eq!(resolution(&run), Resolution::Resolved, "{said}");
        }
        assert_eq!(evenkeel_engine::chain::verify(&run.journal.journal(run.incident())), Ok(()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_fix_that_did_not_help_is_taken_back_though_its_alert_ended() {
    let plan = plan(&[ActionKind::Scale, ActionKind::RolloutUndo]);
    let whole = Driven::new(over(&plan).mends_nothing());
    whole.to_the_end().await;
    let names = whole.names();
    let first = names.iter().position(|name| *name == "action_applied").unwrap() + 1;
    for record in first..names.len() {
        let run = Driven::new(over(&plan).mends_nothing());
        run.journal.alerts_end_after(record);
        run.to_the_end().await;
        assert!(run.cluster.is_as_before(), "behind {record}: {:?}", run.names());
        assert_eq!(resolution(&run), Resolution::Undone);
    }
}
