//! `evenkeel incident`: incidents as files.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::Subcommand;
use evenkeel_domain::id::IncidentId;
use evenkeel_services::CaseExport;
use serde_json::json;

use super::{OPERATOR, print};
use crate::{config::Config, wiring};

/// What `incident` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write an incident into one file, secrets and people redacted.
    Export {
        /// Which incident.
        incident: IncidentId,
        /// The file; `-` is standard output. By default named after the incident.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Bring an exported incident in, closed and marked, to be read only.
    Import {
        /// The file.
        file: PathBuf,
    },
}

/// Runs it.
pub async fn run(command: Command, json: bool) -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let services = wiring::platform(&config).await?.services;
    match command {
        Command::Export { incident, out } => {
            let mut export = services
                .export_incident_as_operator(OPERATOR.into(), incident)
                .await
                .with_context(|| format!("cannot export incident {incident}"))?;
            let out = out.unwrap_or_else(|| export.file_name().into());
            if out == Path::new("-") {
                return write(&mut export, io::stdout().lock()).await;
            }
            let file =
                File::create(&out).with_context(|| format!("cannot create {}", out.display()))?;
            if let Err(error) = write(&mut export, BufWriter::new(file)).await {
                // Half a file is worse than none. The failure to write is the one to be told.
                let _removed = std::fs::remove_file(&out);
                return Err(error.context(format!("cannot write {}", out.display())));
            }
            let header = export.header();
            let value = json!({ "file": out, "records": header.records, "texts": header.texts,
                                "redacted": header.redacted });
            print(json, &value, |_| {
                let redacted: Vec<_> =
                    header.redacted.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
                let redacted =
                    if redacted.is_empty() { "nothing".into() } else { redacted.join(", ") };
                format!(
                    "{}: {} records, {} texts; redacted: {redacted}",
                    out.display(),
                    header.records,
                    header.texts
                )
            });
        }
        Command::Import { file } => {
            let opened =
                File::open(&file).with_context(|| format!("cannot open {}", file.display()))?;
            let organisation = services.first_organisation("default").await?;
            let imported = services
                .import_incident(organisation, OPERATOR.into(), BufReader::new(opened))
                .await
                .with_context(|| format!("{} is not imported", file.display()))?;
            print(json, &imported, |imported| {
                let unchecked = match imported.unchecked.len() {
                    0 => String::new(),
                    n => format!("; the content of {n} redacted records could not be checked"),
                };
                format!(
                    "Imported as {}, {} records of incident {}{unchecked}",
                    imported.incident, imported.records, imported.from
                )
            });
        }
    }
    Ok(())
}

async fn write(export: &mut CaseExport, mut out: impl Write) -> anyhow::Result<()> {
    while let Some(line) = export.next_line().await? {
        out.write_all(line.as_bytes())?;
    }
    Ok(out.flush()?)
}
