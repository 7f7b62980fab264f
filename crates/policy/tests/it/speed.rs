//! How long a question takes. The bound is far above what is measured: it is there to notice a
//! policy set that is parsed anew for every question, not to race.

use std::time::{Duration, Instant};

use evenkeel_domain::{access::Role, cluster::Environment, policy::Verdict};
use evenkeel_policy::PlanQuestion;

use crate::support::{
    answered, around, caller, calls, permissions, plan, planned, resources, shipped,
};

#[test]
fn a_plan_of_five_actions_is_judged_in_milliseconds() {
    let start = Instant::now();
    let policies = shipped();
    let built = start.elapsed();
    let environment = Environment::Production;
    let actions =
        (1..).zip(calls().into_iter().take(5)).map(|(n, call)| planned(n, call, environment));
    let plan = plan(actions.collect());
    let (around, answered) = (around(environment), answered());
    let question = PlanQuestion { plan: &plan, around: &around, answered: &answered };
    let plans = 200;
    let start = Instant::now();
    for _ in 0..plans {
        assert_eq!(policies.judge_plan(&question).unwrap().verdict, Verdict::NeedsApproval);
    }
    let judged = start.elapsed() / plans;
    let start = Instant::now();
    let mut asked = 0_u32;
    for permission in permissions() {
        for (_, resource) in resources(1) {
            let _ = policies.may(&caller(Role::Admin, None), permission, &resource);
            asked += 1;
        }
    }
    let access = start.elapsed() / asked;
    println!("built in {built:?}, a plan of 5 in {judged:?}, an access question in {access:?}");
    assert!(judged < Duration::from_millis(100), "{judged:?}");
}
