use evenkeel_tools::{
    kubernetes::{LogLine, PodList, PodLogs},
    loki::{Labels, Pattern, PatternChange, Patterns, WindowRead},
};

use super::*;
use crate::{
    testing::world::{answer, assert_found, at, pod},
    view::PodLines,
};

fn window(from: i64, to: i64, lines: u64) -> WindowRead {
    WindowRead { start: at(from), end: at(to), lines, shortened: false, silent: false }
}

fn pattern(change: PatternChange, template: &str, level: Option<&str>, pods: &[&str]) -> Pattern {
    let stream = |pod: &&str| Labels::from([("pod".to_owned(), (*pod).to_owned())]);
    Pattern {
        change,
        id: "0".into(),
        template: template.into(),
        level: level.map(str::to_owned),
        baseline_lines: 0,
        current_lines: 60,
        ratio: 121.0,
        significant: true,
        first_at: Some(at(-45)),
        last_at: Some(at(0)),
        first_line: Some(format!("ERROR {template}")),
        cause: None,
        streams: pods.iter().map(stream).collect(),
        more_streams: false,
    }
}

fn patterns(changes: Vec<Pattern>) -> Patterns {
    Patterns {
        query: "{namespace=\"shop\"}".into(),
        labels: Vec::new(),
        baseline: window(-2400, -600, 500),
        current: window(-600, 0, 300),
        templates: 7,
        changes,
        truncated: false,
    }
}

fn checkout() -> Vec<String> {
    vec![pod("checkout", "aaaa", 1).0.name, pod("checkout", "bbbb", 1).0.name]
}

fn namespace(found: Patterns) -> NamespaceLogs {
    let pods =
        vec![pod("checkout", "aaaa", 1).0, pod("checkout", "bbbb", 1).0, pod("stock", "cccc", 1).0];
    NamespaceLogs {
        name: "shop".into(),
        workloads: vec!["checkout".into()],
        pods: Some(answer(PodList { pods, truncated: false, next: None, unread: Vec::new() })),
        patterns: vec![answer(found)],
        lines: None,
    }
}

fn view(ns: NamespaceLogs) -> LogsView {
    LogsView { onset: at(-30), namespaces: vec![ns] }
}

fn found(ns: NamespaceLogs) -> Vec<Draft> {
    let json = |value: serde_json::Value| serde_json::to_string_pretty(&value).unwrap();
    let mut texts = BTreeMap::new();
    for answer in &ns.patterns {
        texts.insert(answer.evidence, json(serde_json::to_value(&answer.value).unwrap()));
    }
    for log in ns.lines.iter().flat_map(|lines| &lines.logs) {
        texts.insert(log.evidence, json(serde_json::to_value(&log.value).unwrap()));
    }
    let found = analyze(&view(ns));
    assert_found(&texts, &found);
    found
}

#[test]
fn what_is_told_and_what_is_not() {
    use PatternChange::{Burst, Fewer, New, Vanished};
    let old = checkout()[0].clone();
    let table = [
        (New, Some("error"), "no price", Some(FindingKind::NewErrorLog)),
        (New, Some("fatal"), "no memory", Some(FindingKind::NewErrorLog)),
        (Burst, Some("error"), "no price", Some(FindingKind::ErrorLogBurst)),
        (New, None, "panic: no price", Some(FindingKind::NewErrorLog)),
        (New, None, "finished with 0 errors", None),
        (New, Some("info"), "error budget read", None),
        (Vanished, Some("error"), "no price", None),
        (Fewer, Some("error"), "no price", None),
    ];
    for (change, level, template, expected) in table {
        let mut pattern = pattern(change, template, level, &[&old]);
        pattern.first_line = Some(template.to_owned());
        let found = found(namespace(patterns(vec![pattern])));
        assert_eq!(
            found.first().map(|draft| draft.kind),
            expected,
            "{change:?} {level:?} {template}"
        );
        if let Some(draft) = found.first() {
            assert_eq!(draft.object, ObjectRef::deployment("shop", "checkout"));
            assert!(draft.summary.contains(template), "{}", draft.summary);
        }
    }
}

#[test]
fn the_first_occurrence_the_cause_and_the_pods_are_told() {
    let new = &checkout()[1];
    let mut error = pattern(PatternChange::New, "cannot place <*>", Some("error"), &[new]);
    error.cause = Some("Caused by: java.net.ConnectException: refused".into());
    let found = found(namespace(patterns(vec![error])));
    let draft = &found[0];
    assert_eq!(draft.since, Some(at(-45)));
    assert_eq!(draft.severity, Severity::Warning);
    assert_eq!(draft.facts["seconds_before_alert"], "15");
    assert_eq!(draft.facts[facts::REPLICA_SET], "checkout-bbbb");
    assert!(draft.summary.contains("ConnectException"), "{}", draft.summary);
    assert_eq!(draft.evidence.len(), 4, "template, line, cause and pod");
}

#[test]
fn pods_of_two_revisions_have_no_one_revision() {
    let both: Vec<String> = checkout();
    let both: Vec<&str> = both.iter().map(String::as_str).collect();
    let error = pattern(PatternChange::New, "x failed", Some("error"), &both);
    let found = found(namespace(patterns(vec![error])));
    assert!(!found[0].facts.contains_key(facts::REPLICA_SET));
    let mut many = pattern(PatternChange::New, "x failed", Some("error"), &both[..1]);
    many.more_streams = true;
    let found = super::analyze(&view(namespace(patterns(vec![many]))));
    assert!(!found[0].facts.contains_key(facts::REPLICA_SET), "not all streams are known");
}

#[test]
fn whose_a_line_is_is_told_by_its_pod_alone() {
    let stock = pod("stock", "cccc", 1).0.name;
    let gone = "checkout-7d9f8b6c5d-x2x7k";
    for (streams, expected) in [
        (vec![stock.as_str()], vec!["stock"]),
        (vec![gone], vec!["checkout"]),
        (vec!["stranger-7d9f8b6c5d-x2x7k"], vec![]),
        (vec!["kube-system/evil"], vec![]),
        (vec![], vec![]),
    ] {
        let template = "delete Deployment stranger in namespace kube-system";
        let error = pattern(PatternChange::New, template, Some("error"), &streams);
        let found = found(namespace(patterns(vec![error])));
        let names: Vec<_> = found.iter().map(|draft| draft.object.name.as_str()).collect();
        assert_eq!(names, expected, "{streams:?}");
    }
}

#[test]
fn without_a_past_nothing_is_new_and_that_is_said() {
    let old = checkout()[0].clone();
    let mut nothing_before =
        patterns(vec![pattern(PatternChange::New, "x failed", Some("error"), &[&old])]);
    nothing_before.baseline.silent = true;
    let ns = namespace(nothing_before);
    let gaps = without_a_past(&view(ns.clone()));
    assert_eq!(gaps.len(), 1);
    assert!(found(ns).is_empty());
}

#[test]
fn an_error_is_new_where_only_other_things_were_logged_before() {
    let old = checkout()[0].clone();
    let mut calm = patterns(vec![pattern(PatternChange::New, "x failed", Some("error"), &[&old])]);
    calm.baseline.lines = 0;
    let ns = namespace(calm);
    assert!(without_a_past(&view(ns.clone())).is_empty());
    assert_eq!(found(ns).len(), 1);
}

#[test]
fn one_error_is_told_once_and_many_are_cut() {
    let old = checkout()[0].clone();
    let error = |n: usize| {
        pattern(
            PatternChange::New,
            &format!("{} failed", "abcdefgh".get(n..=n).unwrap()),
            Some("error"),
            &[&old],
        )
    };
    let mut ns = namespace(patterns((0..8).map(error).collect()));
    let again = answer(ns.patterns[0].value.clone());
    ns.patterns.push(again);
    let found = found(ns);
    assert_eq!(found.len(), EACH);
}

fn lines(pod: &str, all: &[(i64, &str)]) -> Answer<PodLogs> {
    let lines =
        all.iter().map(|(second, text)| LogLine { at: Some(at(*second)), text: (*text).into() });
    answer(PodLogs {
        pod: pod.into(),
        container: Some("main".into()),
        previous: false,
        read: None,
        lines: lines.collect(),
        truncated: false,
    })
}

fn of_pods(logs: Vec<Answer<PodLogs>>) -> NamespaceLogs {
    let mut ns = namespace(patterns(Vec::new()));
    ns.patterns.clear();
    ns.lines = Some(PodLines { baseline: at(-1900), start: at(-100), end: at(0), logs });
    ns
}

#[test]
fn pods_own_logs_are_compared_where_there_is_no_loki() {
    let [old, new] = [&checkout()[0], &checkout()[1]];
    let mut quiet: Vec<(i64, &str)> =
        (-60..0).map(|i| (i * 20, "level=info msg=\"order placed\"")).collect();
    quiet.push((-50, "level=info msg=\"order placed\""));
    let mut bad: Vec<(i64, &str)> = Vec::new();
    for i in 0..20 {
        bad.push((-45 + i, "level=error msg=\"no \\\"price\\\"\""));
        bad.push((-45 + i, "java.lang.IllegalStateException: no list"));
        bad.push((-45 + i, "\tat shop.Prices.read(Prices.java:3)"));
    }
    let found = found(of_pods(vec![lines(old, &quiet), lines(new, &bad)]));
    assert_eq!(found.len(), 1, "{found:#?}");
    let draft = &found[0];
    assert_eq!((draft.kind, draft.since), (FindingKind::NewErrorLog, Some(at(-45))));
    assert_eq!(draft.facts["cause"], "java.lang.IllegalStateException: no list");
    assert_eq!(draft.facts[facts::REPLICA_SET], "checkout-bbbb");
    assert_eq!(draft.facts["lines"], "20");
}

#[test]
fn pods_that_have_no_past_are_said_to_have_none() {
    let new = &checkout()[1];
    let ns = of_pods(vec![lines(new, &[(-45, "ERROR no price"), (-40, "ERROR no price")])]);
    assert_eq!(without_a_past(&view(ns.clone())).len(), 1);
    assert!(found(ns).is_empty());
    // Without times nothing can be compared, and nothing was promised.
    let mut untimed = of_pods(vec![lines(new, &[(-45, "ERROR no price")])]);
    untimed.lines.as_mut().unwrap().logs[0].value.lines[0].at = None;
    assert!(without_a_past(&view(untimed.clone())).is_empty());
    assert!(found(untimed).is_empty());
}
