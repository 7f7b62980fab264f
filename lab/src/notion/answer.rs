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
            let mut found: Vec<Value> = pages.into_iter().map(page).collect();
            let sources = world.databases.values().flatten();
            found.extend(sources.map(|id| data_source(id)));
            // Notion searches titles, whatever the case.
            let query = request.body["query"].as_str().unwrap_or_default().to_lowercase();
            let kind = request.body["filter"]["value"].as_str();
            found.retain(|item| {
                let title = if item["object"] == "page" {
                    &item["properties"]["Name"]["title"][0]["plain_text"]
                } else {
                    &item["title"][0]["plain_text"]
                };
                kind.is_none_or(|kind| item["object"] == kind)
                    && title.as_str().unwrap_or_default().to_lowercase().contains(&query)
            });
            list(world, &request.body, found)
        }
        "query-data-source" => {
            if !world.databases.values().flatten().any(|source| *source == request.id) {
                return Err(missing("data source", &request.id));
            }
            let filter = &request.body["filter"];
            let one = std::slice::from_ref(filter);
            let conditions = filter["and"].as_array().map_or(one, Vec::as_slice);
            let mut pages: Vec<&Page> = world
                .pages
                .values()
                .filter(|page| page.data_source.as_ref() == Some(&request.id) && !page.in_trash)
                .filter(|page| conditions.iter().all(|condition| holds(condition, page)))
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

/// Whether a row fulfils a condition, of those kinds that are asked for.
fn holds(condition: &Value, row: &Page) -> bool {
    if let Some(since) = condition["last_edited_time"]["on_or_after"].as_str() {
        // As text, to the second: both sides are UTC.
        return row.edited[..19] >= since[..19];
    }
    let Some(property) = condition["property"].as_str() else { return true };
    let shown = page(row);
    let held = &shown["properties"][property];
    let kind = held["type"].as_str().unwrap_or_default();
    let asked = &condition[kind];
    if let Some(words) = asked["contains"].as_str() {
        let list = held[kind].as_array().into_iter().flatten();
        return list.into_iter().any(|part| {
            part["name"] == words
                || part["plain_text"].as_str().is_some_and(|text| text.contains(words))
        });
    }
    let value = if kind == "checkbox" { &held[kind] } else { &held[kind]["name"] };
    !asked["equals"].is_null() && asked["equals"] == *value
}

fn data_source(id: &str) -> Value {
    let title = json!([{ "type": "text", "plain_text": format!("Table {id}") }]);
    json!({
        "object": "data_source",
        "id": id,
        "last_edited_time": "2026-01-01T00:00:00.000Z",
        "in_trash": false,
        "url": format!("https://www.notion.so/{id}"),
        "title": title,
    })
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
    // Children that are a word and no list are there and can't be read, as of a synced block that isn't shared.
    let has = block["children"].as_array().map_or(block["children"].is_string(), |c| !c.is_empty());
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
    let asked = body["page_size"].as_u64().and_then(|size| usize::try_from(size).ok());
    let end = items.len().min(start + world.page_size.min(asked.unwrap_or(100)));
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
