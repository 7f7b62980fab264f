//! Standing questions in the list of agents: what is taken, and what is refused with its place.

use std::error::Error as _;

use evenkeel_mcp::{AgentName, AgentsConfig, AgentsError, QuestionError};
use evenkeel_tools::question::Placeholder;
use serde_json::json;

const LISTS: &str = r#"
    [servers.theirs]
    concurrency = 2
    max_result_bytes = 100000
    reads = ["pods", "nodes"]
    writes = ["delete"]
    [servers.kubernetes]
    concurrency = 2
    max_result_bytes = 100000
    reads = ["list_pods"]
    writes = []
    [agents.kubernetes]
    may = "write"
    [agents.kubernetes.tools]
    theirs = ["pods", "delete"]
    kubernetes = ["list_pods"]
"#;

fn parse(question: &str) -> Result<AgentsConfig, AgentsError> {
    AgentsConfig::parse(&format!("{LISTS}\n{question}"))
}

fn ask(server: &str, tool: &str, rest: &str) -> String {
    format!("[[agents.kubernetes.asks]]\nserver = \"{server}\"\ntool = \"{tool}\"\n{rest}\n")
}

const ABOUT: &str = "about = \"pods, as theirs sees them\"";

#[test]
fn questions_are_read_in_their_order() {
    let arguments = "arguments = { namespace = \"{namespace}\", limit = 5, labels = [\"a=b\"] }";
    let first = ask("theirs", "pods", &format!("{ABOUT}\n{arguments}"));
    let second = ask("theirs", "pods", "about = \"all of them\"");
    let agents = parse(&format!("{first}{second}")).unwrap();
    let kubernetes = AgentName::parse("kubernetes").unwrap();
    let [one, two] = agents.questions(&kubernetes) else { panic!("{agents:?}") };
    assert_eq!((&one.server[..], &one.tool[..]), ("theirs", "pods"));
    assert_eq!(one.about, "pods, as theirs sees them");
    let filled = one.arguments.fill(|place| Ok::<_, ()>(json!(place.word().to_uppercase())));
    assert_eq!(filled, Ok(json!({ "namespace": "NAMESPACE", "limit": 5, "labels": ["a=b"] })));
    assert_eq!(two.about, "all of them");
    assert_eq!(agents.asking().collect::<Vec<_>>(), [&kubernetes]);
    assert!(agents.questions(&AgentName::parse("metrics").unwrap()).is_empty());
}

fn refused(question: &str) -> QuestionError {
    match parse(question) {
        Err(AgentsError::Question { agent, number: 1, why }) => {
            assert_eq!(agent.as_str(), "kubernetes");
            why
        }
        other => panic!("{question} gave {other:?}"),
    }
}

#[test]
fn what_can_t_be_asked_is_refused_and_says_why() {
    let refused_of = |server: &str, tool: &str| refused(&ask(server, tool, ABOUT));
    assert_eq!(
        refused_of("others", "pods"),
        QuestionError::UnknownServer("others".to_owned()),
        "a server without a section"
    );
    assert_eq!(
        refused_of("kubernetes", "list_pods"),
        QuestionError::Ours("kubernetes".to_owned()),
        "what analyzers read is no foreign answer"
    );
    // The agent may write and has the tool on its list; a question still doesn't.
    assert!(matches!(refused_of("theirs", "delete"), QuestionError::Writes { .. }));
    assert!(matches!(refused_of("theirs", "secrets"), QuestionError::UnknownTool { .. }));
    assert!(matches!(refused_of("theirs", "nodes"), QuestionError::NotAllowed { .. }));
    for about in ["  ", "two\\nlines", &"x".repeat(121)] {
        let about = format!("about = \"{about}\"");
        assert_eq!(refused(&ask("theirs", "pods", &about)), QuestionError::About, "{about}");
    }
    for arguments in [
        "{ a = \"{secret}\" }",
        "{ a = \"{Namespace}\" }",
        "{ \"{namespace}\" = \"x\" }",
        "{ a = \"in {namespace}\" }",
        "{ a = nan }",
        "{ at = 2026-01-01T00:00:00Z }",
    ] {
        let question = ask("theirs", "pods", &format!("{ABOUT}\narguments = {arguments}"));
        assert!(matches!(refused(&question), QuestionError::Arguments(_)), "{arguments}");
    }
}

#[test]
fn the_place_and_the_cause_are_told_and_too_many_are_refused() {
    let good = ask("theirs", "pods", ABOUT);
    let bad = ask("theirs", "pods", &format!("{ABOUT}\narguments = {{ a = \"{{name}}\" }}"));
    let error = parse(&format!("{good}{bad}")).unwrap_err();
    assert!(error.to_string().starts_with("standing question 2 of agent kubernetes"), "{error}");
    let cause = error.source().and_then(|why| why.source()).unwrap().to_string();
    assert!(cause.starts_with("{name} at a is no placeholder; there are {namespace}"), "{cause}");
    let many = parse(&good.repeat(5)).unwrap_err();
    assert!(
        matches!(many, AgentsError::Question { number: 5, why: QuestionError::TooMany, .. }),
        "{many:?}"
    );
    for shape in [
        "[[agents.nobody.asks]]\nserver = \"theirs\"\ntool = \"pods\"\nabout = \"x\"\n".to_owned(),
        ask("theirs", "pods", &format!("{ABOUT}\nwrites = true")),
        ask("theirs", "pods", ""),
    ] {
        assert!(matches!(parse(&shape), Err(AgentsError::Shape(_))), "{shape}");
    }
}

#[test]
fn the_documented_question_is_taken_and_every_placeholder_is_documented() {
    let docs = include_str!("../../../../docs/connections.md");
    let (_, section) = docs.split_once("### Standing questions").unwrap();
    let (_, example) = section.split_once("```toml").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let agents = AgentsConfig::parse(&format!("[agents.kubernetes]\nmay = \"read\"\n{example}"));
    let kubernetes = AgentName::parse("kubernetes").unwrap();
    assert_eq!(agents.unwrap().questions(&kubernetes).len(), 1);
    for place in Placeholder::ALL {
        assert!(section.contains(&format!("`{{{}}}`", place.word())), "{place:?}");
    }
}
