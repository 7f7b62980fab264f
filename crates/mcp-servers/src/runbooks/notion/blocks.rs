//! A page's blocks as markdown, with those inside each other, page by page.

use std::fmt::Write as _;

use evenkeel_tools::ToolFailure;
use futures::future::BoxFuture;
use serde_json::Value;

use super::client::Client;
use super::is_id;
use super::pages::PAGE;
use super::wire::{Block, List, plain};

/// How deep blocks are read inside each other.
const DEPTH: usize = 8;
/// Requests for one page of Notion: 60 lists of 100 blocks. At three a second one page may not hold up the others for long.
const REQUESTS: usize = 60;
/// Bytes kept of one page; the index cuts at the same.
const BYTES: usize = 256 * 1024;

/// The text of a page.
pub(super) struct Content {
    /// Markdown.
    pub(super) text: String,
    /// Whether there is more.
    pub(super) truncated: bool,
}

/// Reads the blocks of a page.
pub(super) async fn read(client: &Client, page: &str) -> Result<Content, ToolFailure> {
    let mut reader = Reader { client, text: String::new(), requests: 0, truncated: false };
    reader.children(page, 0, 0).await?;
    Ok(Content { text: reader.text, truncated: reader.truncated })
}

struct Reader<'a> {
    client: &'a Client,
    text: String,
    requests: usize,
    truncated: bool,
}

impl Reader<'_> {
    fn children<'b>(
        &'b mut self,
        of: &'b str,
        depth: usize,
        indent: usize,
    ) -> BoxFuture<'b, Result<(), ToolFailure>> {
        Box::pin(async move {
            let mut cursor: Option<String> = None;
            let mut number = 0;
            loop {
                if self.requests >= REQUESTS || depth >= DEPTH || self.text.len() >= BYTES {
                    self.truncated = true;
                    return Ok(());
                }
                self.requests += 1;
                let mut query = vec![("page_size", PAGE)];
                if let Some(cursor) = &cursor {
                    query.push(("start_cursor", cursor.as_str()));
                }
                let path = format!("v1/blocks/{of}/children");
                let list: List<Block> = self.client.get(&path, &query).await?;
                for block in list.results.iter().filter(|block| !block.in_trash) {
                    number = if block.kind == "numbered_list_item" { number + 1 } else { 0 };
                    let inner = self.block(block, indent, number);
                    if block.has_children
                        && is_id(&block.id)
                        && !matches!(block.kind.as_str(), "child_page" | "child_database")
                    {
                        self.children(&block.id, depth + 1, inner).await?;
                    }
                }
                match list.next_cursor.filter(|_| list.has_more) {
                    Some(next) => cursor = Some(next),
                    None => return Ok(()),
                }
            }
        })
    }

    /// Writes a block and says how far its children are indented.
    fn block(&mut self, block: &Block, indent: usize, number: usize) -> usize {
        let holds = block.holds();
        let words = plain(&holds["rich_text"]);
        let pad = "  ".repeat(indent);
        let out = &mut self.text;
        let written = match block.kind.as_str() {
            "paragraph" => writeln!(out, "{pad}{words}\n"),
            "heading_1" => writeln!(out, "\n## {words}\n"),
            "heading_2" => writeln!(out, "\n### {words}\n"),
            "heading_3" => writeln!(out, "\n#### {words}\n"),
            "bulleted_list_item" | "toggle" => writeln!(out, "{pad}- {words}"),
            "numbered_list_item" => writeln!(out, "{pad}{number}. {words}"),
            "to_do" => {
                let done = if holds["checked"] == Value::Bool(true) { 'x' } else { ' ' };
                writeln!(out, "{pad}- [{done}] {words}")
            }
            "quote" | "callout" => writeln!(out, "{pad}> {words}\n"),
            "code" => {
                let language =
                    holds["language"].as_str().filter(|l| l.chars().all(char::is_alphanumeric));
                // Longer than any fence inside.
                let fence = if words.contains("```") { "~~~~~~" } else { "```" };
                writeln!(out, "\n{fence}{}\n{words}\n{fence}\n", language.unwrap_or_default())
            }
            "equation" => {
                writeln!(out, "{pad}{}\n", holds["expression"].as_str().unwrap_or_default())
            }
            "divider" => writeln!(out, "\n---\n"),
            "table_row" => {
                let cells = holds["cells"].as_array().into_iter().flatten().map(plain);
                writeln!(out, "{pad}| {} |", cells.collect::<Vec<_>>().join(" | "))
            }
            "child_page" | "child_database" => {
                writeln!(out, "{pad}- {}", holds["title"].as_str().unwrap_or_default())
            }
            "bookmark" | "embed" | "link_preview" => {
                let url = holds["url"].as_str().unwrap_or_default();
                writeln!(out, "{pad}{url} {}\n", plain(&holds["caption"]))
            }
            // Columns, synced blocks and the like are nothing but their children; images are no text.
            _ => Ok(()),
        };
        debug_assert!(written.is_ok(), "writing into a string never fails");
        let nests = matches!(
            block.kind.as_str(),
            "bulleted_list_item" | "numbered_list_item" | "to_do" | "toggle"
        );
        if nests { indent + 1 } else { indent }
    }
}
