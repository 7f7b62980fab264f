//! What was read of Notion, kept on disk, so that a restart reads only what was edited since.
//!
//! The file may be lost or be anything: what isn't exactly what this version wrote for this integration is thrown away, and
//! everything is read anew. It is written whole and put in its place at once. Texts in it are those of the index: their
//! secrets were taken out before.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use evenkeel_retrieval::{Document, Section};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::NotionConfig;

/// The form of the file, and what read its texts: another version may read them otherwise.
const FORM: &str = concat!("1 ", env!("CARGO_PKG_VERSION"));
/// Largest file that is read or written, in bytes: twice what the index holds, since JSON needs room for escapes.
const BYTES: usize = 64 * 1024 * 1024;

/// Where it is kept, and for whom.
pub(super) struct Kept {
    file: PathBuf,
    integration: String,
}

/// Everything that was read.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pages {
    /// Whether all that were listed had been read at least once.
    pub(super) whole: bool,
    /// By their ids.
    pub(super) pages: BTreeMap<String, Page>,
}

/// A page as the index holds it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    pub(super) edited_at: Option<Timestamp>,
    pub(super) settled: bool,
    pub(super) cut: bool,
    url: Option<String>,
    title: String,
    names: Vec<String>,
    tags: Vec<String>,
    sections: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File<P> {
    form: String,
    integration: String,
    held: P,
}

impl Kept {
    /// In that folder, for that integration and database. Another key may see other pages: what one read is not the other's.
    pub(super) fn within(folder: &Path, config: &NotionConfig) -> Self {
        let of = format!("{}\n{}\n{:?}", config.url, config.key, config.database);
        let digest = ring::digest::digest(&ring::digest::SHA256, of.as_bytes());
        let integration = hex::encode(digest);
        let file = folder.join(format!("notion-{}.json", &integration[..16]));
        Self { file, integration }
    }

    /// What is kept; nothing when there is none that can be used.
    pub(super) async fn load(&self) -> Option<Pages> {
        let (file, integration) = (self.file.clone(), self.integration.clone());
        let loaded = tokio::task::spawn_blocking(move || load(&file, &integration)).await;
        match loaded {
            Ok(Ok(pages)) => pages,
            Ok(Err(error)) => {
                tracing::warn!(%error, "what was kept of Notion can't be used; everything is read anew");
                None
            }
            Err(_) => None,
        }
    }

    /// Keeps this. That it can't be kept costs time at the next start and nothing else.
    pub(super) async fn save(&self, pages: Pages) {
        let (file, integration) = (self.file.clone(), self.integration.clone());
        let saved = tokio::task::spawn_blocking(move || save(&file, integration, &pages)).await;
        if let Ok(Err(error)) = saved {
            tracing::warn!(%error, "what was read of Notion can't be kept in {}", self.file.display());
        }
    }
}

fn load(file: &Path, integration: &str) -> io::Result<Option<Pages>> {
    let mut bytes = Vec::new();
    match std::fs::File::open(file) {
        Ok(open) => open.take(BYTES as u64 + 1).read_to_end(&mut bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let read = serde_json::from_slice::<File<Pages>>(&bytes).ok();
    let usable = read.filter(|read| {
        bytes.len() <= BYTES && read.form == FORM && read.integration == integration
    });
    if usable.is_none() {
        tracing::info!(
            "what was kept of Notion is another version's or broken; everything is read anew"
        );
        std::fs::remove_file(file)?;
    }
    Ok(usable.map(|read| read.held))
}

fn save(file: &Path, integration: String, pages: &Pages) -> io::Result<()> {
    let bytes = serde_json::to_vec(&File { form: FORM.to_owned(), integration, held: pages })?;
    if bytes.len() > BYTES {
        return Err(io::Error::other("it is larger than what would be read again"));
    }
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    // Readable by its owner alone, as such files are made.
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(&bytes)?;
    new.as_file().sync_all()?;
    new.persist(file).map_err(|error| error.error)?;
    Ok(())
}

impl Page {
    /// A page and what the index holds of it.
    pub(super) fn of(
        document: &Document,
        url: Option<String>,
        edited_at: Option<Timestamp>,
        settled: bool,
        cut: bool,
    ) -> Self {
        let sections = document.sections.iter();
        Self {
            edited_at,
            settled,
            cut,
            url,
            title: document.title.clone(),
            names: document.names.clone(),
            tags: document.tags.clone(),
            sections: sections.map(|s| (s.heading.clone(), s.text.clone())).collect(),
        }
    }

    /// Back for the index: the text, and its address.
    pub(super) fn document(self, id: String) -> (Document, Option<String>) {
        let sections = self.sections.into_iter();
        let document = Document {
            id,
            title: self.title,
            names: self.names,
            tags: self.tags,
            sections: sections.map(|(heading, text)| Section { heading, text }).collect(),
        };
        (document, self.url)
    }
}

#[cfg(test)]
mod tests {
    use super::{BYTES, Kept, NotionConfig, Page, Pages, load, save};

    fn pages() -> Pages {
        let page = Page {
            edited_at: Some("2026-01-01T00:00:00Z".parse().unwrap()),
            settled: true,
            cut: false,
            url: None,
            title: "A".into(),
            names: vec!["B".into()],
            tags: Vec::new(),
            sections: vec![("Fix".into(), "c".into())],
        };
        Pages { whole: true, pages: [("p".to_owned(), page)].into() }
    }

    #[test]
    fn what_is_kept_is_read_again_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let config = NotionConfig::new("https://n", "key");
        let Kept { file, integration } = Kept::within(folder.path(), &config);
        assert_eq!(load(&file, &integration).unwrap(), None);
        save(&file, integration.clone(), &pages()).unwrap();
        assert_eq!(load(&file, &integration).unwrap(), Some(pages()));
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(!text.contains("key"));
        let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);

        for other in [
            text.replace("\"form\":\"1 ", "\"form\":\"0 "),
            text.replace(&integration, "someone-elses"),
            text.replace("\"settled\"", "\"settles\""),
            text[..text.len() / 2].to_owned(),
            format!("{text}{}", " ".repeat(BYTES)),
            String::new(),
        ] {
            std::fs::write(&file, other).unwrap();
            assert_eq!(load(&file, &integration).unwrap(), None);
            assert!(!file.exists(), "it would be looked at again");
        }
        let other = NotionConfig::new("https://n", "another key");
        assert_ne!(Kept::within(folder.path(), &other).file, file);
    }
}
