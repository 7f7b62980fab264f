//! The committed pages about tools are those that the servers' schemas make.

#[path = "../examples/tool_pages/render.rs"]
mod render;
#[path = "../examples/tool_pages/schema.rs"]
mod schema;

use std::path::Path;

use evenkeel_assistant::catalogue;

#[test]
fn the_committed_pages_are_what_the_schemas_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tools");
    let pages = render::pages();
    for (name, text) in &pages {
        let committed = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(
            committed == *text,
            "docs/tools/{name} is not what the schemas say: run `cargo run -p xtask -- tools`"
        );
    }
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(pages.iter().any(|(page, _)| *page == name), "docs/tools/{name} is of no server");
    }
}

#[test]
fn every_tool_argument_and_result_field_is_explained() {
    for entry in catalogue::all() {
        for (tool, _) in entry.server.tools() {
            let input = serde_json::Value::Object(tool.input_schema.as_ref().clone());
            let output = serde_json::Value::Object(tool.output_schema.unwrap().as_ref().clone());
            let result = schema::fields(&output);
            assert!(!result.is_empty(), "{} answers with nothing", tool.name);
            for field in schema::fields(&input).iter().chain(&result) {
                let name = &tool.name;
                assert!(!field.about.is_empty(), "{name}: {} isn't explained", field.path);
                assert_ne!(field.kind, "any", "{name}: {} has no type", field.path);
            }
        }
    }
}

#[test]
fn a_schema_becomes_paths_types_and_words() {
    let root = serde_json::json!({
        "required": ["a"],
        "properties": {
            "a": { "type": ["string", "null"], "format": "date-time", "description": "When\n it was." },
            "list": { "type": "array", "items": { "$ref": "#/$defs/Node" }, "description": "l" },
            "word": { "oneOf": [{ "const": "x" }, { "const": "y" }], "description": "w" },
        },
        "$defs": { "Node": { "type": "object", "description": "A node.", "properties": {
            "next": { "anyOf": [{ "$ref": "#/$defs/Node" }, { "type": "null" }], "description": "n" },
            "tags": { "type": "object", "additionalProperties": { "type": "string" }, "description": "t" },
        } } },
    });
    let rows: Vec<_> = schema::fields(&root)
        .into_iter()
        .map(|f| format!("{} {} {} {}", f.path, f.kind, f.required, f.about))
        .collect();
    assert_eq!(
        rows,
        [
            "a time true When it was.",
            "list list of object false l",
            "list[].next object false n",
            "list[].tags map to string false t",
            "word `x` or `y` false w",
        ]
    );
}

#[test]
fn every_tool_of_every_allow_list_has_a_page() {
    let agents = include_str!("../../../config/agents.toml");
    let named: Vec<&str> =
        agents.lines().filter_map(|line| line.strip_prefix("[servers.")).collect();
    assert!(named.len() > 5, "{named:?}");
    for server in named {
        let server = server.trim_end_matches(']');
        assert!(catalogue::all().iter().any(|entry| entry.name == server), "{server} has no page");
    }
}
