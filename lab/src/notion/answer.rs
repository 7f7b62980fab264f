//! What the double answers.

use serde_json::{Value, json};

use super::contract::Request;
use super::{Page, World};

type Refused = (u16, &'static str, String);

pub(super) fn to(world: &World, request: &Request) -> Result<Value, Refused> {
    match request.operation.as_str() {
        "post-search" => {
            let mut pages: Vec<&Page> =
                world.pages.values().filter(|page| !page.in_trash).collect();
            pages.sort_by(|a, b| b.edited.cmp(&a.edited).then(a.id.cmp(&b.id)));
            list(world, &request.body, pages.into_iter().map(page).collect())
        }
        "query-data-source" => {
            if !world.databases.values().flatten().any(|source| *source == request.id) {
                return Err(missing("data source", &request.id));
            }
            let since = request.body["filter"]["last_edited_time"]["on_or_after"].as_str();
            let mut pages: Vec<&Page> = world
                .pages
                .values()
                .filter(|page| page.data_source.as_ref() == Some(&request.id) && !page.in_trash)
                // As text, to the second: both sides are UTC.
                .filter(|page| since.is_none_or(|since| page.edited[..19] >= since[..19]))
                .collect();
            pages.sort_by(|a, b| a.edited.cmp(&b.edited).then(a.id.cmp(&b.id)));
            list(world, &request.body, pages.into_iter().map(page).collect())
        }
        "retrieve-a-database" => {
            let sources =
                world.databases.get(&request.id).ok_or_else(|| missing("database", &request.id))?;
            let sources: Vec<_> =
                sources.iter().map(|id| json!({ "id": id, "name": "Runbooks" })).collect();
            Ok(json!({ "object": "database", "id": request.id, "data_sources": sources }))
        }
        "retrieve-a-page" => {
            world.pages.get(&request.id).map(page).ok_or_else(|| missing("page", &request.id))
        }
        "get-block-children" => {
            let blocks =
                children(world, &request.id).ok_or_else(|| missing("block", &request.id))?;
            let blocks = blocks
                .iter()
                .enumerate()
                .map(|(nth, block)| shown(&request.id, nth, block))
                .collect();
            let cursor =
                request.query.get("start_cursor").map_or(Value::Null, |cursor| json!(cursor));
            list(world, &json!({ "start_cursor": cursor }), blocks)
        }
        other => Err((501, "double", format!("the double knows no {other}"))),
    }
}

/// Blocks have no ids in the test's words: theirs is the way to them, `page-0-2`.
fn children<'a>(world: &'a World, id: &str) -> Option<&'a [Value]> {
    if let Some(page) = world.pages.get(id) {
        return Some(&page.blocks);
    }
    let (above, nth) = id.rsplit_once("-b")?;
    let block = children(world, above)?.get(nth.parse::<usize>().ok()?)?;
    block["children"].as_array().map(Vec::as_slice)
}

fn shown(above: &str, nth: usize, block: &Value) -> Value {
    let mut shown = block.clone();
    let has = block["children"].as_array().is_some_and(|children| !children.is_empty());
    if let Value::Object(fields) = &mut shown {
        fields.remove("children");
        fields.insert("object".to_owned(), json!("block"));
        fields.insert("id".to_owned(), json!(format!("{above}-b{nth}")));
        fields.insert("has_children".to_owned(), json!(has));
        fields.insert("in_trash".to_owned(), json!(false));
    }
    shown
}

fn page(page: &Page) -> Value {
    let title = json!([{ "type": "text", "plain_text": page.title }]);
    let mut properties = json!({ "Name": { "id": "title", "type": "title", "title": title } });
    if let (Value::Object(all), Value::Object(more)) = (&mut properties, &page.properties) {
        all.extend(more.clone());
    }
    json!({
        "object": "page",
        "id": page.id,
        "last_edited_time": page.edited,
        "archived": page.in_trash,
        "in_trash": page.in_trash,
        "url": format!("https://www.notion.so/{}", page.id),
        "properties": properties,
    })
}

fn list(world: &World, body: &Value, items: Vec<Value>) -> Result<Value, Refused> {
    let start = match body["start_cursor"].as_str() {
        None => 0,
        Some(cursor) => cursor
            .strip_prefix("cursor-")
            .and_then(|at| at.parse().ok())
            .ok_or_else(|| (400, "validation_error", format!("{cursor} is no cursor")))?,
    };
    let end = items.len().min(start + world.page_size);
    let more = end < items.len();
    Ok(json!({
        "object": "list",
        "results": items.get(start..end).unwrap_or_default(),
        "next_cursor": more.then(|| format!("cursor-{end}")),
        "has_more": more,
    }))
}

fn missing(what: &str, id: &str) -> Refused {
    (404, "object_not_found", format!("Could not find {what} with ID: {id}."))
}
