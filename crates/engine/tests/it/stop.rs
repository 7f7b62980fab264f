//! I11: Emergency Stop is asked after immediately before each write, undos included.

use super::{
    drive::{Driven, over},
    plans::{plan, with_undo},
};

#[tokio::test(start_paused = true)]
async fn i11_whenever_the_stop_comes_no_write_follows_it() {
    let plan = plan(&with_undo());
    let whole = Driven::new(over(&plan).mends_nothing());
    whole.to_the_end().await;
    let questions = whole.cluster.asked();
    let writes = whole.cluster.accepted().len();
    assert!(questions >= 2 * writes, "at each step and before each write: {questions}");
    for question in 0..questions {
        let run = Driven::new(over(&plan).mends_nothing().stopped_at(question));
        let state = run.to_the_end().await;
        assert_eq!(*run.cluster.under_stop.lock().unwrap(), 0, "{question}: {:?}", run.names());
        assert_eq!(state.status(), "halted", "{question}: {:?}", run.names());
        assert_eq!(state.in_doubt(), None, "nothing was sent, so nothing is in doubt");
        assert!(run.cluster.accepted().len() < writes);
    }
}
