//! `evenkeel replay`: a journal folded again, from the database or from a file. Calls nothing.

use std::{fs::File, io::BufReader, ops::ControlFlow, process::ExitCode};

use anyhow::Context;
use evenkeel_domain::id::IncidentId;
use evenkeel_engine::{
    Settings,
    journal::Journal,
    replay::{self, Moment, Replay},
};
use evenkeel_services::case_file::{self, Report};
use serde_json::json;

use crate::{config::Config, wiring};

/// What `replay` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An incident's id, or files that `incident export` wrote.
    #[arg(required = true, value_name = "INCIDENT|FILE")]
    what: Vec<String>,
    /// Stop after this record.
    #[arg(long, value_name = "SEQ", conflicts_with = "check")]
    to: Option<u64>,
    /// Print only where today's rules would have decided otherwise, and fail if they would.
    #[arg(long)]
    check: bool,
}

/// Records of the journal read at once.
const PAGE: u32 = 200;

/// Runs it.
pub async fn run(args: Args, json: bool) -> anyhow::Result<ExitCode> {
    let mut clean = true;
    for what in &args.what {
        let mut teller = Teller { json, check: args.check, to: args.to, report: empty() };
        let (replay, unchecked) = match what.parse::<IncidentId>() {
            Ok(incident) => (of_database(incident, &mut teller).await?, Vec::new()),
            Err(_) => of_file(what, &mut teller)?,
        };
        teller.report.unchecked = unchecked;
        clean &= teller.finish(what, &replay);
    }
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn of_database(incident: IncidentId, teller: &mut Teller) -> anyhow::Result<Replay> {
    let config = Config::from_env()?;
    let store = wiring::open_read_only(&config).await?;
    let mut replay = Replay::new(config.engine.max_rounds);
    let mut after = 0;
    loop {
        let page = Journal::read(&*store, incident, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        for entry in &page {
            let moment = replay
                .advance(entry)
                .with_context(|| format!("record {} cannot follow", entry.seq))?;
            if teller.see(moment).is_break() {
                return Ok(replay);
            }
        }
    }
    anyhow::ensure!(after > 0, "there is no incident {incident}");
    Ok(replay)
}

fn of_file(path: &str, teller: &mut Teller) -> anyhow::Result<(Replay, Vec<u64>)> {
    let file = File::open(path).with_context(|| format!("cannot open {path}"))?;
    // The rule of the installation that wrote the file; nobody can change it so far.
    let rounds = Settings::default().max_rounds;
    case_file::play(BufReader::new(file), rounds, |moment| teller.see(moment))
        .with_context(|| format!("cannot replay {path}"))
}

fn empty() -> Report {
    Report {
        records: 0,
        decisions: 0,
        status: String::new(),
        differences: Vec::new(),
        unchecked: Vec::new(),
    }
}

/// Tells what is replayed while it is.
struct Teller {
    json: bool,
    check: bool,
    to: Option<u64>,
    report: Report,
}

impl Teller {
    fn see(&mut self, moment: Moment) -> ControlFlow<()> {
        let seq = moment.seq;
        self.report.records += 1;
        if !self.check {
            show(&moment, self.json);
        }
        if let Some(decision) = &moment.decision {
            self.report.decisions += 1;
            if !decision.agrees {
                self.report.differences.push(moment);
            }
        }
        if self.to.is_some_and(|to| seq >= to) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    /// The last words; whether nothing is wrong.
    fn finish(mut self, what: &str, replay: &Replay) -> bool {
        replay.state().map_or("empty", |s| s.status()).clone_into(&mut self.report.status);
        let next = replay.next().map(|step| replay::step(&step));
        let report = &self.report;
        if self.json {
            let mut line = json!({ "what": what, "next": next });
            if let Ok(serde_json::Value::Object(report)) = serde_json::to_value(report) {
                line.as_object_mut().into_iter().for_each(|l| l.extend(report.clone()));
            }
            println!("{line}");
        } else {
            for difference in report.differences.iter().filter(|_| self.check) {
                show(difference, false);
            }
            println!(
                "{what}: {}, {} records, {} decisions, {} would be others today{}",
                report.status,
                report.records,
                report.decisions,
                report.differences.len(),
                match report.unchecked.len() {
                    0 => String::new(),
                    n => format!("; the content of {n} redacted records cannot be checked"),
                }
            );
            if let Some(next) = next.filter(|_| !self.check) {
                println!("next: {next}");
            }
        }
        // Without --check a difference is something to read, not a failure.
        !self.check || self.report.differences.is_empty()
    }
}

fn show(moment: &Moment, json: bool) {
    if json {
        match serde_json::to_string(moment) {
            Ok(line) => println!("{line}"),
            Err(error) => {
                eprintln!("evenkeel: cannot print record {} as JSON: {error}", moment.seq);
            }
        }
        return;
    }
    println!("{:>5}  {:.3}  {}", moment.seq, moment.at, moment.sentence);
    println!("       [{}]", moment.stage);
    let Some(decision) = &moment.decision else { return };
    if decision.agrees {
        println!("       decided: {}; so it would be today", decision.recorded);
    } else {
        println!("       decided: {}", decision.recorded);
        println!("       TODAY:   {}", decision.today);
        for line in &decision.state {
            println!("         | {line}");
        }
    }
}
