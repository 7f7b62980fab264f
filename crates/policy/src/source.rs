//! Where policies come from: the binary itself, or a folder.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use sha2::{Digest, Sha256};

use crate::error::PolicyError;

/// The schema's file name.
pub(crate) const SCHEMA: &str = "schema.cedarschema";

/// A policy file is prose for people; a megabyte of it is an accident or an attack.
const MAX_BYTES: u64 = 1 << 20;

/// Likewise more files than this.
const MAX_FILES: usize = 200;

/// One file's name and text.
pub(crate) struct Source {
    /// The file name without its folder.
    pub(crate) file: String,
    /// What it says.
    pub(crate) text: String,
}

/// The schema and the files with rules, sorted by name.
pub(crate) struct Sources {
    /// The schema.
    pub(crate) schema: Source,
    /// The rules.
    pub(crate) rules: Vec<Source>,
}

macro_rules! embedded {
    ($($file:literal),+ $(,)?) => {
        [$(($file, include_str!(concat!("../../../policies/", $file)))),+]
    };
}

/// The policies that were compiled in.
pub(crate) fn shipped() -> Sources {
    let own = |(file, text): (&str, &str)| Source { file: file.to_owned(), text: text.to_owned() };
    let [schema, rules @ ..] =
        embedded!["schema.cedarschema", "access.cedar", "gate-never.cedar", "gate-people.cedar",];
    Sources { schema: own(schema), rules: rules.map(own).into() }
}

/// The policies in a folder: its schema and every `*.cedar` file directly in it.
pub(crate) fn load(dir: &Path) -> Result<Sources, PolicyError> {
    let mut names = Vec::new();
    let unreadable = |source| PolicyError::Read { path: dir.to_owned(), source };
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        if Path::new(&name).extension().is_some_and(|it| it == "cedar") {
            names.push(name);
        }
        if names.len() > MAX_FILES {
            return Err(PolicyError::TooMany { dir: dir.to_owned(), limit: MAX_FILES });
        }
    }
    if names.is_empty() {
        return Err(PolicyError::Empty { dir: dir.to_owned() });
    }
    names.sort();
    let schema = read(&dir.join(SCHEMA))?;
    let rules = names.iter().map(|name| read(&dir.join(name))).collect::<Result<_, _>>()?;
    Ok(Sources { schema, rules })
}

/// Reads one file of bounded size.
pub(crate) fn read(path: &Path) -> Result<Source, PolicyError> {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = read_text(path)
        .map_err(|source| PolicyError::Read { path: path.to_owned(), source })?
        .ok_or_else(|| PolicyError::TooLarge { file: file.clone(), limit: MAX_BYTES })?;
    Ok(Source { file, text })
}

fn read_text(path: &Path) -> io::Result<Option<String>> {
    // A pipe would be waited for without end.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut text = String::new();
    let read = File::open(path)?.take(MAX_BYTES + 1).read_to_string(&mut text);
    // A cut in the middle of a character is an error too, but the size is the real reason.
    let too_large = || fs::metadata(path).map(|it| it.len() > MAX_BYTES);
    match read {
        Ok(bytes) if bytes as u64 <= MAX_BYTES => Ok(Some(text)),
        Ok(_) => Ok(None),
        Err(_) if too_large()? => Ok(None),
        Err(error) => Err(error),
    }
}

impl Sources {
    /// SHA-256 over names, lengths and texts, so that no two different folders look the same.
    pub(crate) fn version(&self) -> String {
        let mut hash = Sha256::new();
        for source in std::iter::once(&self.schema).chain(&self.rules) {
            for part in [&source.file, &source.text] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
        }
        hex::encode(hash.finalize())
    }
}
