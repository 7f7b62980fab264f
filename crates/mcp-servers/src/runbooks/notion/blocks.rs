//! A page's blocks as markdown, with those inside each other, list by list; what was not reached can be gone on with.

use std::fmt::Write as _;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client::Client;
use super::is_id;
use super::pages::PAGE;
use super::wire::{Block, List, plain};

/// How deep blocks are read inside each other.
const DEPTH: usize = 8;

/// How much is read at once.
#[derive(Debug, Clone, Copy)]
pub(in crate::runbooks) struct Budget {
    /// Requests, at three a second.
    pub(in crate::runbooks) requests: usize,
    /// Bytes of text after which no further block is begun.
    pub(in crate::runbooks) bytes: usize,
    /// Bytes kept of one block.
    pub(in crate::runbooks) block: usize,
}

/// For the index: 60 lists of 100 blocks, since one page may not hold up the others for long, and as many bytes as the
/// index keeps.
pub(in crate::runbooks) const WHOLE: Budget =
    Budget { requests: 60, bytes: 256 * 1024, block: 256 * 1024 };
/// For who waits: 6 lists end within a call's ten seconds, also in turns with the sync and when Notion is slow.
pub(in crate::runbooks) const PIECE: Budget =
    Budget { requests: 6, bytes: 32 * 1024, block: 16 * 1024 };

/// A place between two blocks: the lists that are open there, the innermost last. It is what a cursor of ours says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::runbooks) struct Place(Vec<Open>);

/// A list of blocks that is being read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Open {
    /// The block or page whose children they are.
    of: String,
    /// Notion's cursor of the part that is being read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    part: Option<String>,
    /// Blocks of that part that are done.
    done: usize,
    /// How far its blocks are indented.
    indent: usize,
    /// The number of the last item, in a numbered list.
    number: usize,
}

impl Place {
    /// Before the first block of a page.
    pub(in crate::runbooks) fn start(page: &str) -> Self {
        Self(vec![Open { of: page.to_owned(), part: None, done: 0, indent: 0, number: 0 }])
    }

    /// Whether it can be a place in that page: cursors come back from outside.
    pub(in crate::runbooks) fn is_in(&self, page: &str) -> bool {
        let fits = |open: &Open| {
            is_id(&open.of)
                && open.part.as_ref().is_none_or(|part| part.len() <= 200)
                && open.done <= 100
                && open.indent <= DEPTH
                && open.number <= 100_000
        };
        (1..=DEPTH).contains(&self.0.len())
            && self.0.first().is_some_and(|open| open.of == page)
            && self.0.iter().all(fits)
    }
}

/// The text of a page, or of a piece of it.
pub(in crate::runbooks) struct Content {
    /// Markdown.
    pub(in crate::runbooks) text: String,
    /// Where there is more.
    pub(in crate::runbooks) rest: Option<Place>,
    /// Whether blocks were too long or too deep.
    pub(in crate::runbooks) cut: bool,
}

/// Reads the blocks from a place on.
pub(in crate::runbooks) async fn read(
    client: &Client,
    from: Place,
    budget: Budget,
) -> Result<Content, ToolFailure> {
    let mut reader = Reader { text: String::new(), cut: false, budget };
    let Place(mut open) = from;
    // The parts that are being read, one for each open list; those above the first are read again when they are come back to.
    let mut parts: Vec<Option<List<Block>>> = open.iter().map(|_| None).collect();
    let mut requests = 0;
    while let (Some(list), Some(part)) = (open.last_mut(), parts.last_mut()) {
        let part = match part {
            Some(part) => part,
            None if requests == budget.requests => {
                return Ok(reader.content(Some(Place(open))));
            }
            None => {
                requests += 1;
                let mut query = vec![("page_size", PAGE)];
                if let Some(cursor) = &list.part {
                    query.push(("start_cursor", cursor.as_str()));
                }
                let path = format!("v1/blocks/{}/children", list.of);
                match client.get(&path, &query).await {
                    Ok(found) => part.insert(found),
                    // A block whose original isn't shared with the integration, or that the API doesn't know.
                    Err(failure) if open.len() > 1 && is_refused(&failure) => {
                        reader.cut = true;
                        open.pop();
                        parts.pop();
                        continue;
                    }
                    Err(failure) => return Err(failure),
                }
            }
        };
        if let Some(block) = part.results.get(list.done) {
            if reader.text.len() >= budget.bytes {
                return Ok(reader.content(Some(Place(open))));
            }
            list.done += 1;
            if block.in_trash {
                continue;
            }
            list.number = if block.kind == "numbered_list_item" { list.number + 1 } else { 0 };
            let indent = reader.block(block, list.indent, list.number);
            let nests = block.has_children
                && is_id(&block.id)
                && !matches!(block.kind.as_str(), "child_page" | "child_database");
            let of = block.id.clone();
            if nests && open.len() < DEPTH {
                open.push(Open { of, part: None, done: 0, indent, number: 0 });
                parts.push(None);
            } else {
                reader.cut |= nests;
            }
        } else if let Some(next) = part.next_cursor.take().filter(|_| part.has_more) {
            (list.part, list.done) = (Some(next), 0);
            if let Some(part) = parts.last_mut() {
                *part = None;
            }
        } else {
            open.pop();
            parts.pop();
        }
    }
    Ok(reader.content(None))
}

/// Whether Notion refuses this very thing, and not everything.
pub(super) fn is_refused(failure: &ToolFailure) -> bool {
    [codes::NOTION_NOT_FOUND, codes::NOTION_REFUSED].contains(&failure.code.as_str())
}

struct Reader {
    text: String,
    cut: bool,
    budget: Budget,
}

impl Reader {
    fn content(self, rest: Option<Place>) -> Content {
        Content { text: self.text, rest, cut: self.cut }
    }

    /// Writes a block and says how far its children are indented.
    fn block(&mut self, block: &Block, indent: usize, number: usize) -> usize {
        let holds = block.holds();
        let (words, cut) = crate::text::clip(&plain(&holds["rich_text"]), self.budget.block);
        self.cut |= cut;
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
                let row = cells.collect::<Vec<_>>().join(" | ");
                let (row, cut) = crate::text::clip(&row, self.budget.block);
                self.cut |= cut;
                writeln!(out, "{pad}| {row} |")
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
