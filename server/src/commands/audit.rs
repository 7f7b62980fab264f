//! `evenkeel audit`: proving the audit trail and the journals, and taking them away.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::Subcommand;
use evenkeel_domain::proof::{Broken, Verification};
use evenkeel_engine::{checkpoint::Checkpoint, clock::Clock, proof::Trust};
use evenkeel_services::{AuditExport, Services, Signed, audit_file};
use evenkeel_storage::{
    Schema,
    access::Organisation,
    verify::{self, Against},
};
use serde::Serialize;
use serde_json::json;

use super::{OPERATOR, print};
use crate::{config::Config, system::SystemClock, wiring};

/// What `audit` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check every record of the audit trail and of the journals, and name the first that is not
    /// what was written. Reads only; fails when something does not hold.
    Verify {
        /// Files that `audit export` wrote, checked without a database. Without any, the database.
        files: Vec<PathBuf>,
        /// Hold it against checkpoints that were kept elsewhere.
        #[arg(long, value_name = "FILE")]
        checkpoint: Vec<PathBuf>,
        /// Believe this public key, beside those of the configuration.
        #[arg(long, value_name = "HEX")]
        key: Vec<String>,
    },
    /// Print the public key that checkpoints are signed with.
    Key,
    /// Sign where the audit trail ends now, and print the checkpoint of each organisation.
    Checkpoint {
        /// Write them into this file instead.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Write the audit trail into one file of JSON Lines, unredacted.
    Export {
        /// Whose: an organisation's name or id. Without it, the first one's.
        #[arg(long)]
        organisation: Option<String>,
        /// Write the journals of its incidents too.
        #[arg(long)]
        journals: bool,
        /// The file; `-` is standard output. By default named after the organisation.
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

/// Runs it.
pub async fn run(command: Command, json: bool) -> anyhow::Result<ExitCode> {
    let config = Config::from_env()?;
    match command {
        Command::Verify { files, checkpoint, key } => {
            let elsewhere = kept_elsewhere(&checkpoint)?;
            let trust = trust(&config, key)?;
            if files.is_empty() {
                return database(&config, trust, &elsewhere, json).await;
            }
            let mut holds = true;
            for file in &files {
                holds &= exported(file, &trust, &elsewhere, json)?;
            }
            Ok(code(holds))
        }
        Command::Key => {
            let keys = wiring::audit_keys(&config)?;
            print(json, &json!({ "key": keys.public() }), |_| keys.public().to_owned());
            Ok(ExitCode::SUCCESS)
        }
        Command::Checkpoint { out } => sign(&config, out.as_deref()).await,
        Command::Export { organisation, journals, out } => {
            let services = wiring::platform(&config).await?.services;
            let organisation = chosen(&services, organisation.as_deref()).await?;
            let by = OPERATOR.to_owned();
            let export = services.export_audit_as_operator(organisation.id, by, journals).await?;
            take(export, out, json).await?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn code(holds: bool) -> ExitCode {
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn kept_elsewhere(files: &[PathBuf]) -> anyhow::Result<Vec<Checkpoint>> {
    let mut all = Vec::new();
    for path in files {
        let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        let read = audit_file::checkpoints(BufReader::new(file));
        all.extend(read.with_context(|| format!("cannot use {}", path.display()))?);
    }
    Ok(all)
}

/// The keys that are known beforehand: those given, the configured ones, and that of the secret.
fn trust(config: &Config, given: Vec<String>) -> anyhow::Result<Trust> {
    let mut keys = given.into_iter().map(|key| key.to_lowercase()).collect::<Vec<_>>();
    keys.extend(config.audit_keys.clone());
    if config.secret_key.is_some() {
        keys.push(wiring::audit_keys(config)?.public().to_owned());
    }
    Ok(Trust(keys))
}

async fn database(
    config: &Config,
    trust: Trust,
    elsewhere: &[Checkpoint],
    json: bool,
) -> anyhow::Result<ExitCode> {
    if let Schema::Behind { by } = wiring::schema(config).await? {
        anyhow::bail!(
            "this database is older than this version, and verifying changes nothing: {by} \
             migrations are to come, run `evenkeel migrate` first"
        );
    }
    let store = wiring::open_read_only(config).await?;
    let organisations = store.organisations().await?;
    let against = Against { trust, checkpoints: elsewhere };
    let mut holds = true;
    for Organisation { id, name, .. } in &organisations {
        let found = verify::verify(&*store, *id, &against, SystemClock.now())
            .await
            .context("cannot read what is to be verified")?;
        holds &= found.broken.is_none();
        print(json, &found, |found| told(name, found));
    }
    // A whole organisation can be gone, too.
    for checkpoint in elsewhere {
        if !organisations.iter().any(|known| known.id == checkpoint.organisation) {
            anyhow::bail!(
                "checkpoint {} is of organisation {}, and this database knows no such one",
                checkpoint.number,
                checkpoint.organisation
            );
        }
    }
    Ok(code(holds))
}

fn exported(
    path: &Path,
    trust: &Trust,
    elsewhere: &[Checkpoint],
    json: bool,
) -> anyhow::Result<bool> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let found = audit_file::check(BufReader::new(file), trust, elsewhere)
        .with_context(|| format!("cannot check {}", path.display()))?;
    let holds = found.broken.is_none();
    print(json, &found, |found| {
        if let Some(broken) = &found.broken {
            return format!("{}: {}", path.display(), trouble(broken));
        }
        let journals = if found.header.journals {
            format!("{} journals with {} records", found.journals, found.journal_records)
        } else {
            "no journals in the file".to_owned()
        };
        format!(
            "{}: {} audit records of {}, {journals}; {}; signed with {}{}",
            path.display(),
            found.seq,
            found.header.name,
            held(found.checkpoint),
            found.key.as_deref().unwrap_or("no key"),
            believed(found.signatures_checked)
        )
    });
    Ok(holds)
}

fn told(name: &str, found: &Verification) -> String {
    match &found.broken {
        Some(broken) => format!("{name}: {}", trouble(broken)),
        None => format!(
            "{name}: {} audit records, {} journals with {} records, {} answers of tools; {}{}",
            found.seq,
            found.journals,
            found.journal_records,
            found.answers,
            held(found.checkpoint),
            believed(found.signatures_checked)
        ),
    }
}

fn held(checkpoint: Option<u64>) -> String {
    checkpoint.map_or("no checkpoint yet".into(), |n| format!("held against checkpoint {n}"))
}

fn believed(signatures_checked: bool) -> &'static str {
    if signatures_checked {
        ""
    } else {
        " (no key was given to hold signatures against: use --key)"
    }
}

fn trouble(broken: &Broken) -> String {
    format!("BROKEN: {broken}\n{}\n{}", broken.means(), broken.next_step())
}

async fn sign(config: &Config, out: Option<&Path>) -> anyhow::Result<ExitCode> {
    let platform = wiring::platform(config).await?;
    let (mut lines, mut holds) = (String::new(), true);
    for Organisation { id, name, .. } in platform.store.organisations().await? {
        if let Signed::Broken(broken) = platform.services.checkpoint(id).await? {
            eprintln!("{name}: nothing is signed. {}", trouble(&broken));
            holds = false;
        }
        if let Some(last) = platform.services.last_checkpoint(id).await? {
            lines += &(serde_json::to_string(&last)? + "\n");
        }
    }
    match out {
        None => print!("{lines}"),
        Some(path) => std::fs::write(path, lines)
            .with_context(|| format!("cannot write {}", path.display()))?,
    }
    Ok(code(holds))
}

async fn chosen(services: &Services, wanted: Option<&str>) -> anyhow::Result<Organisation> {
    let all = services.organisations().await?;
    let found = match wanted {
        None => all.into_iter().next(),
        Some(wanted) => {
            all.into_iter().find(|one| one.name == wanted || one.id.to_string() == wanted)
        }
    };
    found.context("there is no such organisation")
}

#[derive(Serialize)]
struct Taken<'a> {
    file: &'a Path,
    records: u64,
    journals: bool,
}

async fn take(mut export: AuditExport, out: Option<PathBuf>, json: bool) -> anyhow::Result<()> {
    let out = out.unwrap_or_else(|| export.file_name().into());
    if out == Path::new("-") {
        return write(&mut export, io::stdout().lock()).await;
    }
    let file = File::create(&out).with_context(|| format!("cannot create {}", out.display()))?;
    if let Err(error) = write(&mut export, BufWriter::new(file)).await {
        // Half a file is worse than none. The failure to write is the one to be told.
        let _removed = std::fs::remove_file(&out);
        return Err(error.context(format!("cannot write {}", out.display())));
    }
    let header = export.header();
    let taken = Taken { file: &out, records: header.seq, journals: header.journals };
    print(json, &taken, |taken| {
        let journals = if taken.journals { ", with journals" } else { "" };
        format!("{}: {} audit records of {}{journals}", out.display(), taken.records, header.name)
    });
    Ok(())
}

async fn write(export: &mut AuditExport, mut out: impl Write) -> anyhow::Result<()> {
    while let Some(line) = export.next_line().await? {
        out.write_all(line.as_bytes())?;
    }
    Ok(out.flush()?)
}
