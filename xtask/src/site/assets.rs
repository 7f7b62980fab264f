//! Files with their content's hash in the name, each beside its compressed forms.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

use super::inputs;

/// Kinds that shrink; fonts are compressed already.
const COMPRESSIBLE: [&str; 7] = ["css", "js", "json", "svg", "txt", "wasm", "webmanifest"];

/// A written file and its sizes in bytes.
pub struct Asset {
    /// File name with hash.
    pub name: String,
    /// As is.
    pub size: usize,
    /// After brotli.
    pub brotli: usize,
    /// After gzip.
    pub gzip: usize,
}

impl Asset {
    /// Writes `pkg/<stem>.<hash>.<extension>` with `.br` and `.gz` beside it.
    pub fn write(
        site: &Path,
        stem: &str,
        extension: &str,
        content: &[u8],
        dev: bool,
    ) -> Result<Self> {
        let digest = hex::encode(Sha256::digest(content));
        let name = format!("{stem}.{}.{extension}", &digest[..16]);
        let path = site.join("pkg").join(&name);
        let (brotli, gzip) = write_compressed(&path, content, dev)?;
        Ok(Self { name, size: content.len(), brotli, gzip })
    }

    /// Where the browser finds it.
    pub fn url(&self) -> String {
        format!("/pkg/{}", self.name)
    }
}

/// Copies `public/`, with compressed forms where they help.
pub fn copy_public(public: &Path, site: &Path, dev: bool) -> Result<()> {
    let mut files = Vec::new();
    inputs::collect(public, &mut files)?;
    for file in files {
        let content = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        let target = site.join(file.strip_prefix(public)?);
        if file.extension().is_some_and(|kind| COMPRESSIBLE.iter().any(|known| kind == *known)) {
            write_compressed(&target, &content, dev)?;
        } else {
            write(&target, &content)?;
        }
    }
    Ok(())
}

fn write_compressed(path: &Path, content: &[u8], dev: bool) -> Result<(usize, usize)> {
    write(path, content)?;
    let brotli = brotli(content, if dev { 4 } else { 11 })?;
    let gzip = gzip(content, if dev { Compression::fast() } else { Compression::best() })?;
    write(&with_suffix(path, "br"), &brotli)?;
    write(&with_suffix(path, "gz"), &gzip)?;
    Ok((brotli.len(), gzip.len()))
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    }
    fs::write(path, content).with_context(|| format!("writing {}", path.display()))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

fn brotli(content: &[u8], quality: i32) -> Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams { quality, lgwin: 22, ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut out, &parameters)
        .context("compressing with brotli")?;
    Ok(out)
}

fn gzip(content: &[u8], level: Compression) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(content)?;
    encoder.finish().context("compressing with gzip")
}
